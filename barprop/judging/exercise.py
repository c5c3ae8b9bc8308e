"""The declaration of an exercise, which everything else reads.

The student's check, the hidden grading, the class report, the tests and the table in docs/
are all made from the declarations in `barprop.exercises`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from barprop.answers.calls import Run


@dataclass(frozen=True)
class Case:
    """One test case: generated inputs, and a label that describes them.

    Every entry of `args` and `context` can also be read as an attribute, such as ``case.z``.

    Parameters
    ----------
    label : str
        What is tried, in words, for the student: ``"tanh, z below 0"``.
    args : dict of str to Any
        The arguments of the answer by name, in the order of its signature.
    context : dict of str to Any
        What the oracle or the driver needs in addition; the answer does not get it. Under ``"known"`` the right values
        by output, where they are words that no input changes: then no reference has to work them out.
    trivial : bool
        Whether there is nothing to do, such as 0 steps, so that returning memory of an argument costs only a tenth.

    Raises
    ------
    AttributeError
        On reading an attribute that is neither in `args` nor in `context`.

    Examples
    --------
    >>> case = Case("z below 0", {"h_bar": 2.0, "z": -1.5})
    >>> case.z
    -1.5
    """

    label: str
    args: dict[str, Any]
    context: dict[str, Any] = field(default_factory=dict)
    trivial: bool = False

    def __getattr__(self, name: str) -> Any:
        for values in (object.__getattribute__(self, "args"), object.__getattribute__(self, "context")):
            if name in values:
                return values[name]
        raise AttributeError(name)


class _NotFinite:
    """Match, among the values of a mistake, any result that holds NaN or an infinity."""


class _NotTried:
    """Take the place of a value that a driver could not ask for: the case was not tried."""


NOT_FINITE, NOT_TRIED = _NotFinite(), _NotTried()
WHOLE = "whole numbers"  # cases whose label begins so hold integers where floats are usual: a corner in every exercise
Values = Mapping[str, Any]
Oracle = Callable[["Case"], Values]  # case -> right values
OracleOf = Callable[["Exercise"], Oracle]
Candidate = tuple[str, str, Callable[..., Any]]  # a mistake of a family: name, hint, and what gives the wrong value
Guesses = Callable[["Case", Values, str], Iterable[Candidate]]  # (case, right values, output) -> candidates
Drive = Callable[["Run", Case], Iterator[tuple[str, Any]]]


@dataclass(frozen=True)
class Mistake:
    """A mistake that students make, recognised by the values it leads to.

    Parameters
    ----------
    name : str
        Its name in the report, such as ``"forgot sigma'"``.
    hint : str
        What a good tutor would say; never the answer.
    wrong : callable
        (case, right values by output) -> the values that this mistake gives, by output. An output that is left out
        may have any value, and `NOT_FINITE` matches any result that holds NaN or an infinity. None means that the
        mistake does not apply to this case.
    fitted : callable, optional
        (case, right values, the answer's values) -> as `wrong`, for a mistake with a constant that the student
        chose, such as the size of a guard: it is computed from the answer's values.
    light : bool
        Whether it costs only a tenth of the exercise, wherever it occurs.
    stops : bool
        Whether an answer with it also stops in some cases, so that the hint fits these as well.

    Examples
    --------
    A case with ``h_bar`` and ``z``, in which the slope was forgotten:

    >>> hint = "What does the curve do to a small change of z?"
    >>> forgot = Mistake("forgot sigma'", hint, lambda case, right: {"z_bar": case.h_bar})
    >>> forgot.wrong(Case("tanh", {"h_bar": 2.0, "z": 0.5}), {"z_bar": 1.57})
    {'z_bar': 2.0}
    """

    name: str
    hint: str
    wrong: Callable[[Case, Values], Values | None]
    fitted: Callable[[Case, Values, Values], Values | None] | None = None
    light: bool = False
    stops: bool = False


def one_output(output: str, wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values | None]:
    """Make the `wrong` of a mistake that concerns one output.

    Parameters
    ----------
    output : str
        The output's name.
    wrong : callable
        (case, right value of that output) -> the wrong value, or None if the mistake does not apply to the case.

    Returns
    -------
    callable
        For `Mistake.wrong`: (case, right values by output) -> ``{output: wrong value}`` or None.
    """

    def named(case: Case, right: Values) -> Values | None:
        value = wrong(case, right[output])
        return None if value is None else {output: value}

    return named


def family(*mistakes: Mistake) -> Guesses:
    """Make a family of mistakes: tried after the declared ones, on the first wrong output only.

    Parameters
    ----------
    *mistakes : Mistake
        In the order in which they are tried.

    Returns
    -------
    callable
        For `Exercise.guesses`: (case, right values, output) -> name, hint and a function that gives the wrong value,
        for each mistake.
    """

    def made(case: Case, right: Values, output: str) -> Iterator[Candidate]:
        for mistake in mistakes:

            def value(mistake: Mistake = mistake) -> Any:
                return (mistake.wrong(case, right) or {}).get(output)

            yield mistake.name, mistake.hint, value

    return made


@dataclass(frozen=True)
class Observation:
    """An output that no answer returns: what the driver saw while it used the answer, in words.

    Parameters
    ----------
    listed : str
        What a list of results calls it.
    subject : str
        What a sentence about it begins with; "" where the words are a sentence by themselves.
    shows_kept : bool
        Whether it is about what a layer keeps for its backward.

    Examples
    --------
    >>> Observation("a second call", "The network")  # "The network gives a different result the second time."
    Observation(listed='a second call', subject='The network', shows_kept=False)
    """

    listed: str
    subject: str = ""
    shows_kept: bool = False


@dataclass(frozen=True)
class Part:
    """A part of an exercise, with its own test cell ``test_<exercise>_<part>``.

    Parameters
    ----------
    name : str
        The end of the test cell's name; ``""`` if the exercise has one test cell, ``test_<exercise>``.
    points : int
        The points of this test cell.
    outputs : tuple of str
        The outputs of the exercise that it judges.
    """

    name: str
    points: int
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Exercise:
    """An exercise: what a student writes, how it is tried, what is right, and what it is worth.

    Parameters
    ----------
    name : str
        The function or class that the student writes; also the grade_id of the answer cell.
    signature : str
        The call and its result as the student reads them, such as ``"bar_v(e_bar, h) -> float"``.
    outputs : tuple of str
        Names of the results, in order.
    probes : callable
        Random generator -> the cases. Another generator gives other numbers.
    oracle : callable
        case -> right values by output, without a closed form: by finite differences or from a property.
    mistakes : tuple of Mistake
        The known mistakes, in the order in which they are tried.
    points : int
        Points of the whole exercise.
    minutes : int
        Minutes that a student should plan.
    level : int
        Difficulty, 1 to 3.
    statements : tuple of str
        The statements of the lecture that it practises, such as ``"L8"``.
    is_chain : bool
        Whether each output is computed from the ones before, so that the first wrong one spoils the rest.
    is_computed : bool
        Whether the answer computes its outputs. In a prediction it does not, and no family of mistakes is tried.
    outputs_are_bars : bool
        Whether the outputs are bars under the plain names of their variables: sentences say ``x_bar`` for ``x``.
    called : mapping
        Output -> what sentences call it, where that is another name.
    observations : mapping
        The outputs that no answer returns -> how sentences speak of them.
    optional : mapping
        Arguments that a case may leave out -> the value they then have.
    returns : {"value", "tuple", "dict"}
        What one call returns: a single value, or all outputs as a tuple or a dictionary.
    returned : tuple of str
        If a driver calls the answer: the outputs in the order of the tuple that it returns.
    drive : callable, optional
        Driver: (run, case) -> yields (output, value) as the answer computes them, `NOT_TRIED` if the case could not
        be tried. By default the answer is called once, and `returns` says how its result is read.
    parts : tuple of Part
        One for each test cell; by default a single part with all points and outputs.
    asks : tuple of str
        Names looked up in the student's notebook; by default the exercise's own.
    needs : tuple of str
        Exercises whose answers this one calls. If one of them fails, the check names it first.
    only_with_others : tuple of str
        Self-consistency outputs, which compare an answer with itself. They count only if another output of the same
        part is right.
    corners : tuple of str
        Beginnings of the labels of corner cases. What is wrong only there costs a tenth of the exercise. Cases of
        whole numbers (`WHOLE`) are corner cases in every exercise.
    guesses : callable, optional
        Family of mistakes for this kind of step, in addition to the families that apply to every exercise.
    tolerance : float
        Largest relative error, on the scale of the largest entry of the right value.
    slack : float
        Absolute error that the driver forgives, so that a value which a family predicts may differ by as much.
    quotient : bool
        Whether the exercise asks for a difference quotient, which is otherwise not accepted as a formula.
    sealed : str
        What a check in the notebook says to any wrong answer, where there are so few answers that a verdict on each
        part would give the right one away; "" for a verdict as usual. The grader gives the usual one.
    notebook : str
        ``"assignment/notebook"``; filled in from the folder that holds the declaration.

    Raises
    ------
    ValueError
        If the points of the parts do not add up to `points`, `returns` is unknown, or `called` or `observations`
        name no output.

    Examples
    --------
    >>> from barprop.exercises import EXERCISES
    >>> exercise = EXERCISES["bar_v"]
    >>> exercise.signature, exercise.points, list(exercise.tests)
    ('bar_v(e_bar, h) -> float', 1, ['test_bar_v'])
    """

    name: str
    signature: str
    outputs: tuple[str, ...]
    probes: Callable[[np.random.Generator], Iterable[Case]]
    oracle: Oracle
    mistakes: tuple[Mistake, ...]
    points: int
    minutes: int
    level: int
    statements: tuple[str, ...] = ()
    is_chain: bool = False
    is_computed: bool = True
    outputs_are_bars: bool = False
    called: Mapping[str, str] = field(default_factory=dict, hash=False)
    observations: Mapping[str, Observation] = field(default_factory=dict, hash=False)
    optional: Mapping[str, Any] = field(default_factory=dict, hash=False)
    returns: str = "value"
    returned: tuple[str, ...] = ()
    drive: Drive | None = None
    parts: tuple[Part, ...] = ()
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    only_with_others: tuple[str, ...] = ()
    corners: tuple[str, ...] = ()
    guesses: Guesses | None = None
    tolerance: float = 1e-6
    slack: float = 0.0
    quotient: bool = False
    sealed: str = ""
    notebook: str = ""

    def __post_init__(self) -> None:
        if not self.asks:
            object.__setattr__(self, "asks", (self.name,))
        if not self.parts:
            object.__setattr__(self, "parts", (Part("", self.points, self.outputs),))
        if unknown := {*self.called, *self.observations} - {*self.outputs}:
            raise ValueError(f"{self.name} has no output {', '.join(sorted(unknown))}")
        if sum(part.points for part in self.parts) != self.points:
            raise ValueError(f"{self.name}: the parts' points do not add up to {self.points}")
        if self.returns not in ("value", "tuple", "dict"):
            raise ValueError(f"{self.name}: returns is 'value', 'tuple' or 'dict', not {self.returns!r}")

    @property
    def assignment(self) -> str:
        """The nbgrader assignment this exercise belongs to."""
        return self.notebook.split("/")[0]

    def is_corner(self, case: Case) -> bool:
        """Whether this is a corner case: what is wrong only there costs a tenth of the exercise."""
        return case.label.startswith((WHOLE, *self.corners))

    def title(self, part: Part) -> str:
        """Return the heading of a verdict on this part."""
        return f"{self.name} ({part.name})" if part.name else self.name

    @property
    def tests(self) -> dict[str, Part]:
        """Its test cells: grade_id -> part."""
        return {f"test_{self.name}_{p.name}" if p.name else f"test_{self.name}": p for p in self.parts}

    def part(self, name: str = "") -> Part:
        """Return the part of that name.

        Parameters
        ----------
        name : str
            ``""`` for the only part of an exercise with one test cell.

        Returns
        -------
        Part
            One of `parts`.

        Raises
        ------
        KeyError
            If there is no such part; the message lists those there are.
        """
        for part in self.parts:
            if part.name == name:
                return part
        known = ", ".join(repr(part.name) for part in self.parts)
        raise KeyError(f"{self.name} has no part {name!r}; its parts are {known}")
