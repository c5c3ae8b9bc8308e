"""Expressions tried on Values: the same Python works on a student's nodes and, for the oracle, on arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.script import NOTHING, OBJECT, Later, Played, Script
from barprop.answers.untrusted import describe_type, identical, is_plain, one_line
from barprop.judging.exercise import Case, Values
from barprop.numerics.vjp import pull_back


@dataclass(frozen=True)
class Expression:
    """An expression to compute with the student's class.

    Parameters
    ----------
    name : str
        As sentences show it: ``"a * b"``.
    operands : tuple of str
        Its operands, by their names among the arguments of the case.
    make : callable
        (call, *operands) -> result, where ``call(u, "exp")`` means ``u.exp()``.
    reads : tuple of str, optional
        The operands whose bars are judged; by default all that are nodes.
    data : bool
        Whether the result itself is judged as well.
    """

    name: str
    operands: tuple[str, ...]
    make: Callable[..., Any]
    reads: tuple[str, ...] | None = None
    data: bool = True

    def bar_of(self, operand: str) -> str:
        """Return what the bar of an operand is called."""
        return f"{operand}.bar in {self.name}"

    def outputs(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names of all outputs, if these arguments are Values."""
        return (self.name,) * self.data + tuple(self.bar_of(name) for name in self.read(values))

    def read(self, values: tuple[str, ...]) -> tuple[str, ...]:
        """Return the operands whose bars are wanted."""
        return tuple(name for name in self.operands if name in values and name in (self.reads or self.operands))


def expressions_case(
    kind: str,
    label: str,
    args: dict[str, Any],
    values: str,
    expressions: list[Expression],
    left: bool = False,
    made: str = "Value",
) -> Case:
    """Make a case that tries several expressions.

    Parameters
    ----------
    kind : str
        The kind of case, which mistakes ask for.
    label : str
        What is tried, in words.
    args : dict of str to Any
        The arguments by name.
    values : str
        The arguments that become nodes, separated by spaces: ``"a b"``.
    expressions : list of Expression
        What is computed, in order.
    left : bool
        Whether slopes at a kink are those from the left.
    made : str
        The class of the nodes.

    Returns
    -------
    Case
        With all of this in `context`.
    """
    more = {"kind": kind, "values": tuple(values.split()), "expressions": expressions, "left": left, "made": made}
    return Case(label, args, more)


_ON_ARRAYS: dict[str, Callable[..., Any]] = {
    "sum": np.sum,
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "relu": lambda z: (z + np.abs(z)) / 2,
}


def on_arrays(u: Any, method: str, **names: Any) -> Any:
    """Return u.method(...) for an array u."""
    return _ON_ARRAYS[method](u, **names)


def expression_values(case: Case) -> Values:
    """Return the right values: the expression on arrays, and the bars by nudging; the result's bar is 1."""
    right: dict[str, Any] = {}
    for expression in case.expressions:
        operands = {name: np.asarray(case.args[name], dtype=float) for name in expression.operands}
        out = expression.make(on_arrays, *operands.values())
        if expression.data:
            right[expression.name] = out
        for name in expression.read(case.values):
            right[expression.bar_of(name)] = nudged(expression, operands, name, operands[name], case.left)
    return right


def nudged(
    expression: Expression, operands: dict[str, Any], name: str, at: Any, left: bool = False, seed: str = "ones"
) -> Any:
    """Return the bar of one operand at a place, by nudging it; the result's bar is 1, or its own data."""

    def result(u: np.ndarray) -> Any:
        return expression.make(on_arrays, *(operands | {name: u}).values())

    data = np.asarray(result(np.asarray(at, dtype=float)))
    return pull_back(result, at, data if seed == "data" else np.ones(data.shape), left=left)


def drive_expressions(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """Try every expression of a case; what fails does not stop the others."""
    errors: list[AnswerError] = []
    yield "tried", True  # no output: a case in which nothing works yet must not end the whole evaluation
    made = run.answers[case.made]
    trials = [_Trial(case, expression, made) for expression in case.expressions]
    for trial, played in zip(trials, run.play([trial.script for trial in trials]), strict=True):
        try:
            yield from trial.outputs(played)
        except AnswerError as error:
            errors.append(error)
    if errors:
        raise errors[0]


_SINGLE_STEPS = ("pair", "numbers", "whole", "one", "zero", "constant", "broadcast", "plain", "at zero")


class _Trial:
    """One expression on nodes, written down as a script: what is made, computed, and read before and after."""

    def __init__(self, case: Case, expression: Expression, made: Any) -> None:
        self.expression, self.made = expression, case.made
        self.script = script = Script(expression.name)
        values = [name for name in expression.operands if name in case.values]
        nodes = {name: _made(script, case.made, made, case.args[name]) for name in values}
        operands = [nodes.get(name, case.args[name]) for name in expression.operands]
        self.before = {name: script.get(nodes[name], "data") for name in values}
        out = _written(script, case.made, expression.name, expression.make, operands)
        self.after = {name: script.get(nodes[name], "data") for name in values}
        # a single step must give what it was made from; in longer expressions another step may be the one that does not
        single = case.kind in _SINGLE_STEPS and "w" not in expression.operands
        self.classes = [script.class_name(node) for node in (nodes[values[0]], out)] if single else []
        self.data = script.get(out, "data") if expression.data else None
        self.backward = script.send(out, "backward", want=NOTHING)
        self.bars = {name: script.get(nodes[name], "bar") for name in expression.read(case.values)}

    def outputs(self, played: Played) -> Iterator[tuple[str, Any]]:
        """Yield what came of it. Raises AnswerError where it stopped."""
        name = self.expression.name
        for operand, data in self.before.items():
            if not identical(played[data], played[self.after[operand]]):
                raise AnswerError(
                    f"{name} changes the .data of {operand}; work on a copy, other nodes read it as well."
                )
        made = [played[later] for later in self.classes]
        if len(set(made)) > 1:
            raise AnswerError(
                f"{name} came back as a {one_line(made[1], 40)}, not a {self.made}: in {self.made} every step ends with "
                f"`return {self.made}(...)`."
            )
        if self.data is not None:
            yield name, played[self.data]
        for operand, bar in self.bars.items():
            yield self.expression.bar_of(operand), played[bar]


class _Step:
    """A node on its way through an expression: each operator writes down a step, and gives a node again.

    A student's operator may give a list, text or a large array; computing on with those would be our work, not
    the student's, and sixty doublings of a list fill any memory.
    """

    __slots__ = ("label", "made", "script", "value")
    __array_ufunc__ = None  # array * step is handed to __rmul__ as a whole; whether it is for a Value shows there

    def __init__(self, script: Script, made: str, label: str, value: Any) -> None:
        self.script, self.made, self.label, self.value = script, made, label, value

    def then(self, out: Later) -> _Step:
        """Return the node that the next step gives."""
        mixed = self.made == "Value" and not self.label.startswith("a.")
        question = " Is __array_ufunc__ = None still there?" if mixed else ""
        self.script.checks[out.number] = lambda came: a_node(self.made, self.label, came, question)
        return _Step(self.script, self.made, self.label, out)


def _operator(name: str, reflected: bool) -> Callable[[_Step, Any], _Step]:
    def apply(self: _Step, other: Any) -> _Step:
        other = other.value if type(other) is _Step else other
        operands = (other, self.value) if reflected else (self.value, other)
        return self.then(self.script.operate(f"{self.made}: {self.label}", name, *operands))

    return apply


for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    setattr(_Step, f"__{_name}__", _operator(_name, False))
    setattr(_Step, f"__r{_name}__", _operator(_name, True))
setattr(  # noqa: B010 (as the others)
    _Step, "__neg__", lambda self: self.then(self.script.operate(f"{self.made}: {self.label}", "neg", self.value))
)


def _made(script: Script, made: str, function: Any, data: Any) -> Later:
    node = script.call(function, made, data, want=OBJECT)
    script.checks[node.number] = lambda came: a_node(made, made, came)
    return node


def _written(script: Script, made: str, label: str, make: Callable[..., Any], operands: Iterable[Any]) -> Any:
    """Write an expression on nodes and constants down; its result."""

    def call(u: _Step, method: str, **names: Any) -> _Step:
        return u.then(script.send(u.value, method, want=OBJECT, **names))

    steps = [operand if is_plain(operand) else _Step(script, made, label, operand) for operand in operands]
    out = make(call, *steps)
    return out.value if type(out) is _Step else out


def combine(run: Run, made: str, label: str, make: Callable[..., Any], *operands: Any) -> Any:
    """Build a graph from nodes and constants. Raises AnswerError where anything else than a node comes out."""
    script = Script(label)
    out = _written(script, made, label, make, operands)
    if type(out) is not Later:
        return a_node(made, label, out)
    script.keep(out)
    (played,) = run.play([script])
    return played[out]


def new_node(run: Run, made: str, data: Any) -> Any:
    """Make a node of the class `made` with these data. Raise AnswerError if plain data come back."""
    return a_node(made, made, run(made, data))


def a_node(made: str, label: str, out: Any, question: str = "") -> Any:
    """Return what came back if it may be a node. Raise AnswerError if it is None or other plain data."""
    if out is None:
        raise AnswerError(f"{label} is None: is a `return` missing?")
    if is_plain(out):
        raise AnswerError(f"{label} is {describe_type(out)}; expected a {made}.{question * (type(out) is np.ndarray)}")
    return out


def read(run: Run, node: Any, attribute: str) -> Any:
    """Read the array in `.data` or `.bar` as it is now."""
    value = run.get(node, attribute)
    return value.copy() if type(value) is np.ndarray else value
