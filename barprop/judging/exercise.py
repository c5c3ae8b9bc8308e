"""What an exercise is: a value that everything else reads.

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
    """One thing that is tried: generated inputs, and how to say it in a line.

    Parameters
    ----------
    label : what is tried, in words ("tanh, z below 0").
    args : the arguments in the order of the signature, by name. `case.z` reads one.
    more : what the oracle or the drive needs besides, and the answer does not get.
    """

    label: str
    args: dict[str, Any]
    more: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        for values in (object.__getattribute__(self, "args"), object.__getattribute__(self, "more")):
            if name in values:
                return values[name]
        raise AttributeError(name)


class _NotFinite:
    """Stands in a mistake's values for any result that holds NaN or an infinity."""


class _NotTried:
    """Stands in for a value that a drive did not ask for: the case could not be tried."""


NOT_FINITE, NOT_TRIED = _NotFinite(), _NotTried()
WHOLE = "whole numbers"  # cases whose label begins so hold integers where floats are usual: a corner in every exercise
Values = Mapping[str, Any]
# (case, right values, output) -> name, hint, and what gives the wrong value
Guesses = Callable[["Case", Values, str], Iterable[tuple[str, str, Callable[[], Any]]]]
Drive = Callable[["Run", Case], Iterator[tuple[str, Any]]]


@dataclass(frozen=True)
class Mistake:
    """A mistake students make, recognised by the value it gives.

    Parameters
    ----------
    name : what the report calls it ("forgot sigma'").
    hint : what a good tutor would say; never the answer.
    wrong : (case, right values by output name) -> the values this mistake gives, by output
        name. Outputs it leaves out may be anything; NOT_FINITE is any NaN or infinity. None:
        the mistake does not apply to this case.
    fitted : (case, right values, values that came) -> as `wrong`, for a mistake with a constant of the student's
        choice, which is read off what came.
    light : whether it costs a tenth of the exercise only, wherever it is seen.
    """

    name: str
    hint: str
    wrong: Callable[[Case, Values], Values | None]
    fitted: Callable[[Case, Values, Values], Values | None] | None = None
    light: bool = False


def one_output(output: str, wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake in one output: (case, its right value) -> the wrong value, or None if it does not apply."""

    def named(case: Case, right: Values) -> Values | None:
        value = wrong(case, right[output])
        return None if value is None else {output: value}

    return named


def family(*mistakes: Mistake) -> Guesses:
    """Make a family of these mistakes: tried after those that are declared, on the first wrong output alone."""

    def made(case: Case, right: Values, output: str) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        for mistake in mistakes:

            def value(mistake: Mistake = mistake) -> Any:
                return (mistake.wrong(case, right) or {}).get(output)

            yield mistake.name, mistake.hint, value

    return made


@dataclass(frozen=True)
class Part:
    """A share of an exercise with a test cell of its own: `test_<exercise>_<part>`."""

    name: str
    points: int
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Exercise:
    """One row of the contract.

    Parameters
    ----------
    name : also the grade_id of the answer cell.
    signature : as the student reads it.
    outputs : the names of what comes back, in order.
    probes : rng -> the cases. Another rng, other numbers.
    oracle : case -> the right values by output name, without a closed form.
    drive : (run, case) -> yields (output, value) as the answer gives them; NOT_TRIED where it could not be tried.
        Default: one call, whose result is a single value, a tuple or a dict, by `returns`.
    returns : "value", "tuple" or "dict". returned : where a drive calls it, the outputs at the places of its tuple.
    points : of the exercise; split over `parts` where there are several test cells.
    asks : names taken from the student's notebook, by default the exercise's own.
    needs : exercises whose answers this one calls; a failed one is named first.
    hanging : outputs that compare an answer with itself alone; they count where one of the part's others is right.
    corners : beginnings of the labels of corner cases: what is wrong there alone costs a tenth of the exercise.
        Cases of whole numbers are corners everywhere.
    guesses : families of mistakes of its own kind of steps, besides those that may happen in any.
    tolerance : relative, on the scale of the largest entry of the right value.
    slack : an absolute error that the drive forgives, so that a family may differ by as much.
    quotient : a difference quotient is what is asked for.
    notebook : "assignment/notebook"; filled in from the folder the declaration is in.
    level : difficulty, 1 to 3. minutes : what a student should plan.
    statements : of the lecture, "L8".
    """

    name: str
    signature: str
    outputs: tuple[str, ...]
    probes: Callable[[np.random.Generator], Iterable[Case]]
    oracle: Callable[[Case], Values]
    mistakes: tuple[Mistake, ...]
    points: int
    minutes: int
    level: int
    statements: tuple[str, ...] = ()
    returns: str = "value"
    returned: tuple[str, ...] = ()
    drive: Drive | None = None
    parts: tuple[Part, ...] = ()
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    hanging: tuple[str, ...] = ()
    corners: tuple[str, ...] = ()
    guesses: Guesses | None = None
    tolerance: float = 1e-6
    slack: float = 0.0
    quotient: bool = False
    notebook: str = ""

    def __post_init__(self) -> None:
        if not self.asks:
            object.__setattr__(self, "asks", (self.name,))
        if not self.parts:
            object.__setattr__(self, "parts", (Part("", self.points, self.outputs),))
        if sum(part.points for part in self.parts) != self.points:
            raise ValueError(f"{self.name}: the parts' points do not add up to {self.points}")
        if self.returns not in ("value", "tuple", "dict"):
            raise ValueError(f"{self.name}: returns is 'value', 'tuple' or 'dict', not {self.returns!r}")

    @property
    def assignment(self) -> str:
        """The nbgrader assignment this exercise belongs to."""
        return self.notebook.split("/")[0]

    @property
    def is_chain(self) -> bool:
        """Whether its outputs are made one from the other, so that the first wrong one spoils those behind it."""
        return '-> {"' in self.signature or self.returns == "dict" or any(p.name == "forward" for p in self.parts)

    def is_corner(self, case: Case) -> bool:
        """Whether what is wrong in this case alone costs a tenth only."""
        return case.label.startswith((WHOLE, *self.corners))

    def title(self, part: Part) -> str:
        """Return the heading of a verdict on this part."""
        return f"{self.name} ({part.name})" if part.name else self.name

    @property
    def tests(self) -> dict[str, Part]:
        """Its test cells: grade_id -> part."""
        return {f"test_{self.name}_{p.name}" if p.name else f"test_{self.name}": p for p in self.parts}

    def part(self, name: str = "") -> Part:
        """Return the part of that name. Raise KeyError with a sentence."""
        for part in self.parts:
            if part.name == name:
                return part
        known = ", ".join(repr(part.name) for part in self.parts)
        raise KeyError(f"{self.name} has no part {name!r}; its parts are {known}")
