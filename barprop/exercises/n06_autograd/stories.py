"""What is tried on nodes step by step: backward() again, parents, bars in the middle, large graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.call_budget import CallBudget
from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.untrusted import is_array, is_row
from barprop.exercises.n06_autograd.expressions import (
    Expression,
    combine,
    expression_values,
    expressions_case,
    new_node,
    read,
)
from barprop.judging.compare import close
from barprop.judging.exercise import Case, Values

Story = tuple[str, Callable[[Run, Case], Iterator[tuple[str, Any]]], Callable[[Case], Values] | Values]

FAR_MORE = "far more calls are made than there are nodes"
_LEAD_BACK = "lead back to a and b"
_DEPTH = 1100  # deeper than Python's own limit of 1,000 nested calls
_RUNGS = 60  # 2**60 paths


def story_case(story: Story, args: dict[str, Any], made: str) -> Case:
    """Make a case that tells a story about nodes of the class called `made`."""
    label, drive, right = story
    context = {"kind": "story", "story": drive, "made": made}
    return Case(label, args, context | ({"right": right} if callable(right) else {"known": right}))


def story_values(case: Case) -> Values:
    """Return the right values of a case that tells a story."""
    return case.known if "known" in case.context else case.right(case)


def _multiply(call: Any, a: Any, b: Any) -> Any:
    return a * b


def _again(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """backward() twice, then from another node that shares a."""
    a, b, c = (new_node(run, case.made, case.args[name]) for name in "abc")
    s = combine(run, case.made, "a * b", _multiply, a, b)
    out, other = combine(run, case.made, "s * c", _multiply, s, c), combine(run, case.made, "a * c", _multiply, a, c)
    run.send(out, "backward")
    yield "bar of the result itself", read(run, out, "bar")
    yield "bar of a step on the way", read(run, s, "bar")
    run.send(out, "backward")
    yield "a.bar after a second backward()", read(run, a, "bar")
    run.send(other, "backward")
    yield "a.bar after backward() from another node", read(run, a, "bar")


def _again_values(case: Case) -> Values:
    operands = {name: case.args[name] for name in "abc"}
    product = Expression("", ("a", "b", "c"), lambda call, a, b, c: (a * b) * c)
    other = Expression("", ("a", "c"), _multiply)
    step = expressions_case(
        "", "", {"a": operands["a"], "b": operands["c"]}, "a b", [Expression("", ("a", "b"), _multiply)]
    )
    bars = expression_values(expressions_case("", "", operands, "a", [product]))
    return {
        "bar of the result itself": np.ones(np.shape(case.a)),
        "bar of a step on the way": expression_values(step)["a.bar in "],
        "a.bar after a second backward()": bars["a.bar in "],
        "a.bar after backward() from another node": expression_values(expressions_case("", "", operands, "a", [other]))[
            "a.bar in "
        ],
    }


def _parents(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """Walk along .parents: both inputs must be met, as the very same objects, and have no parents themselves."""
    a, b = new_node(run, case.made, case.a), new_node(run, case.made, case.b)
    out = combine(run, case.made, "a * b + a", lambda call, a, b: a * b + a, a, b)
    met: list[Any] = []
    todo = [out]
    while todo and len(met) < 30:
        node = todo.pop()
        met.append(node)
        parents = run.get(node, "parents")
        if not is_row(parents):
            raise AnswerError(".parents should be a tuple of Values, empty for one that was made from nothing.")
        todo += [parent for parent in parents[:10] if not any(parent is other for other in met)]
    ends = all(len(run.get(leaf, "parents")) == 0 for leaf in (a, b))
    found = all(any(node is leaf for node in met) for leaf in (a, b))
    if not found or not ends:
        yield ".parents", "do not lead back to a and b, and no further"
        return
    before = len(run.get(out, "parents"))
    run.send(out, "backward")
    yield ".parents", _LEAD_BACK if len(run.get(out, "parents")) == before else "are gone after backward()"


def _own_bars(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """After backward() the bar of a step in the middle is still what came in there, whatever the step does with it."""
    given, w = np.abs(case.args["a"]), case.args["b"]
    steps: dict[str, Callable[..., Any]] = {
        f"a.{method}()": lambda call, a, method=method: call(a, method) for method in ("exp", "log", "relu", "tanh")
    }
    steps |= {"-a": lambda call, a: -a, "a ** 3": lambda call, a: a**3, "a / 2": lambda call, a: a / 2.0}
    steps |= {"a * 2": lambda call, a: a * 2.0, "2 - a": lambda call, a: 2.0 - a, "2 / a": lambda call, a: 2.0 / a}
    tried = 0
    for label, make in steps.items():
        try:
            step = combine(run, case.made, label, make, new_node(run, case.made, given))
            run.send(combine(run, case.made, f"{label} * w", _weigh, step, w), "backward")
        except AnswerError:  # a step that is not written yet is another part's affair
            continue
        tried += 1
        bar = read(run, step, "bar")
        if not close(bar, np.array(w)):
            empty = is_array(bar) and not bar.any()
            yield "the bar of a step", "stays at zero" if empty else "is changed by its own way back"
            return
    if not tried:
        raise AnswerError("No step has a working way back yet.")
    yield "the bar of a step", "stays what came in"


def _weigh(call: Any, step: Any, w: Any) -> Any:
    return step * w


def _chain(call: Any, a: Any) -> Any:
    out = a
    for _ in range(_DEPTH):
        out = out + a
    return out


def _rungs(call: Any, a: Any) -> Any:
    """Build a ladder whose rungs have two different nodes each, so that leaving out equal parents is no way around."""
    b = a
    for _ in range(_RUNGS):
        a, b = a + b, b + a
    return a


def _deep(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """Build a chain deeper than Python's recursion limit: a added to itself again and again."""
    a = new_node(run, case.made, 1.5)
    out = combine(run, case.made, "a + a", _chain, a)
    try:
        run.send(out, "backward")
    except AnswerError as error:
        if error.kind != "recursion":
            raise
        yield "a deep graph", "Python's limit of nested calls was hit"
        return
    yield "a deep graph", "right bars" if read(run, a, "bar") == _DEPTH + 1 else "wrong bars"


def _ladder(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    """Two nodes a rung, each made from both of the rung before, sixty times: 121 nodes and 2**60 paths."""
    a = new_node(run, case.made, 1.5)
    out = combine(run, case.made, "a + a", _rungs, a)
    tally = CallBudget()
    try:
        with tally:
            run.send(out, "backward")
    except AnswerError:
        if not tally.exceeded:
            raise
        yield "sixty diamonds in a row", FAR_MORE
        return
    yield "sixty diamonds in a row", "right bars" if read(run, a, "bar") == 2**_RUNGS else "wrong bars"


AGAIN: Story = ("backward() again", _again, _again_values)
PARENTS: Story = (".parents", _parents, {".parents": _LEAD_BACK})
OWN_BARS: Story = ("bars of steps in the middle", _own_bars, {"the bar of a step": "stays what came in"})
DEEP: Story = (f"a chain of {_DEPTH:,} steps", _deep, {"a deep graph": "right bars"})
LADDER: Story = ("sixty diamonds in a row", _ladder, {"sixty diamonds in a row": "right bars"})
