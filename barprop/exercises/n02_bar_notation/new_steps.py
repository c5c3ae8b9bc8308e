"""Notebook 02, steps the board never showed: a sum, a product with a square, a quotient."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.returned import take_tuple
from barprop.exercises.sampling import draw
from barprop.judging.exercise import NOT_FINITE, Candidate, Case, Exercise, Mistake, Values
from barprop.numerics.steps import product
from barprop.numerics.vjp import pull_back

STEPS: Mapping[str, Callable[[Any, Any], Any]] = {
    "sum": lambda v, h: v + h,
    "square": lambda v, h: product(v, np.square(h)),
    "quotient": lambda v, h: h / v,
}
_KEYS = tuple(f"{step}_{bar}" for step in STEPS for bar in ("v_bar", "h_bar"))
_SMALL = 1e-3  # a nudge that keeps a quotient's v away from 0


def _probes(rng: np.random.Generator) -> Iterator[Case]:
    yield _case("v and h above 0", -abs(draw(rng)), abs(draw(rng)), abs(draw(rng)))
    yield _case("h below 0", draw(rng), draw(rng), -abs(draw(rng)))
    yield _case("v below 0", draw(rng), -abs(draw(rng)), draw(rng))
    yield _case("h = 0", draw(rng), draw(rng), 0.0)
    yield _case("incoming bar 1", 1.0, draw(rng), draw(rng))
    yield _case("incoming bar 0", 0.0, draw(rng), draw(rng))
    yield _case("whole numbers", -3, 2, 5)
    yield _case("v = 0", draw(rng), 0.0, draw(rng), ("sum", "square"))


def _case(label: str, e_bar: float, v: float, h: float, steps: tuple[str, ...] = tuple(STEPS)) -> Case:
    """One case: each step has a cache of its own, in which e is what that step makes of v and h."""
    caches = {step: {"v": v, "h": h, "e": _plain(STEPS[step](v, h), v)} for step in steps}
    return Case(label, {"e_bar": e_bar, "v": v, "h": h}, {"caches": caches})


def _plain(e: Any, v: float) -> float | int:
    return int(e) if type(v) is int and float(e).is_integer() else float(e)


def _output(key: str) -> str:
    """Return what a bar is called in sentences: "v_bar of bars_sum" for sum_v_bar."""
    step, bar = key.split("_", 1)
    return f"{bar} of bars_{step}"


def _oracle(c: Case) -> Values:
    bars: dict[str, Any] = {}
    for step in c.caches:
        bars[_output(f"{step}_v_bar")] = _nudged(STEPS[step], c.v, c.h, c.e_bar, 0)
        bars[_output(f"{step}_h_bar")] = _nudged(STEPS[step], c.v, c.h, c.e_bar, 1)
    return bars


def _nudged(made: Callable[[Any, Any], Any], v: float, h: float, e_bar: float, which: int) -> Any:
    """Return the bar of v (which = 0) or h (1), by nudging it."""
    if which:
        return pull_back(lambda h: made(v, h), h, e_bar)
    return pull_back(lambda v: made(v, h), v, e_bar, nudge=_SMALL * _size(v))


def _size(v: float) -> float:
    return abs(v) or 1.0


def _drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    errors = []
    for step, cache in case.caches.items():
        name = f"bars_{step}"
        try:
            pair = list(take_tuple(name, run(name, case.e_bar, cache), ("v_bar", "h_bar")))
        except AnswerError as error:
            errors.append(error)
            continue
        yield from ((_output(f"{step}_{bar}"), value) for bar, value in pair)
    if errors:
        raise errors[0]


def _wrong(**bars: Callable[[Case, Values], Any]) -> Callable[[Case, Values], Values | None]:
    """Mistakes by output, each (case, right values) -> the wrong value; only in the cases that have the output."""

    def named(case: Case, right: Values) -> Values | None:
        keyed = {key: right[_output(key)] for key in _KEYS if _output(key) in right}
        found = {_output(key): wrong(case, keyed) for key, wrong in bars.items() if key in keyed}
        return {name: value for name, value in found.items() if value is not None} or None

    return named


def _guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of a cache: e is read where it should not be."""
    step = output.partition(" of bars_")[2]
    e = float(c.caches[step]["e"])
    read = f"bars_{step} reads e. Which of the cached numbers does this step need?"
    yield "e once too often", read, lambda: right[output] * e
    yield "e in place of v", read, lambda: right[output] * e / c.v
    yield "e in place of h", read, lambda: right[output] * e / c.h


def _over(value: Any, by: float) -> Any:
    return value / by if by else NOT_FINITE


def _part(e_bar: float, own: float, other: float) -> Any:
    """Return what a bar gives to one of two terms if it is cut in proportion to them."""
    return _over(product(e_bar, own), own + other)


NEW_STEPS = Exercise(
    name="new_steps",
    signature="bars_sum(e_bar, cache), bars_square(e_bar, cache), bars_quotient(e_bar, cache) -> (v_bar, h_bar) each",
    outputs=tuple(map(_output, _KEYS)),
    asks=tuple(f"bars_{step}" for step in STEPS),
    corners=("h = 0", "v = 0"),
    points=3,
    minutes=15,
    level=2,
    statements=("L6", "L9"),
    probes=_probes,
    oracle=_oracle,
    drive=_drive,
    guesses=_guesses,
    mistakes=(
        Mistake("sum like a product", "bars_sum reads the cache as if e were a product. Nudge v by 0.1 in e = v + h: how far does e move, and does it matter how large h is?",
                _wrong(sum_v_bar=lambda c, r: product(c.e_bar, c.h), sum_h_bar=lambda c, r: product(c.e_bar, c.v))),
        Mistake("sum shared out", "bars_sum cuts the bar into halves. Nudge v by 0.1 in e = v + h: how far does e move?",
                _wrong(sum_v_bar=lambda c, r: c.e_bar / 2, sum_h_bar=lambda c, r: c.e_bar / 2)),
        Mistake("sum shared out by size", "bars_sum gives the larger term more of the bar. Nudge v by 0.1 in e = v + h: how far does e move, and does it matter how large v is?",
                _wrong(sum_v_bar=lambda c, r: _part(c.e_bar, abs(c.v), abs(c.h)), sum_h_bar=lambda c, r: _part(c.e_bar, abs(c.h), abs(c.v)))),
        Mistake("sum shared out by value", "bars_sum gives the larger term more of the bar. Nudge v by 0.1 in e = v + h: how far does e move, and does it matter how large v is?",
                _wrong(sum_v_bar=lambda c, r: _part(c.e_bar, c.v, c.h), sum_h_bar=lambda c, r: _part(c.e_bar, c.h, c.v))),
        Mistake("square like a plain product, for v", "v_bar of bars_square is made with h. What exactly does v multiply in e = v h^2?",
                _wrong(square_v_bar=lambda c, r: product(c.e_bar, c.h))),
        Mistake("square like a plain product, for h", "h_bar of bars_square treats e as v h. Here h enters squared: how steep is a square at h?",
                _wrong(square_h_bar=lambda c, r: product(c.e_bar, c.v))),
        Mistake("square like a plain product", "bars_square treats e as v h. What does v multiply in e = v h^2, and how steep is a square at h?",
                _wrong(square_v_bar=lambda c, r: product(c.e_bar, c.h), square_h_bar=lambda c, r: product(c.e_bar, c.v))),
        Mistake("forgot the 2 of the square", "h_bar of bars_square is half of what it should be. What does the derivative of a square bring down?",
                _wrong(square_h_bar=lambda c, r: r["square_h_bar"] / 2)),
        Mistake("slope of the square without v", "h_bar of bars_square is how h^2 moves. e is v times that.",
                _wrong(square_h_bar=lambda c, r: product(c.e_bar, 2 * c.h))),
        Mistake("square read off e, divided by v", "v_bar of bars_square divides e by v. That is h^2 only while v is not 0; the cache holds h itself.",
                _wrong(square_v_bar=lambda c, r: r["square_v_bar"] if c.v else NOT_FINITE)),
        Mistake("square read off e, divided by h", "h_bar of bars_square divides e by h. It works until h is 0; the cache holds what you need without a division.",
                _wrong(square_h_bar=lambda c, r: r["square_h_bar"] if c.h else NOT_FINITE)),
        Mistake("quotient with a lost sign", "v_bar of bars_quotient has the wrong sign. Dividing by more makes less: does e grow or shrink with v when h is positive?",
                _wrong(quotient_v_bar=lambda c, r: -r["quotient_v_bar"])),
        Mistake("quotient divided once", "v_bar of bars_quotient should be divided by v once more. How does 1 / v move when v does?",
                _wrong(quotient_v_bar=lambda c, r: product(r["quotient_v_bar"], c.v))),
        Mistake("quotient divided once, sign lost", "v_bar of bars_quotient is e_bar times e. How does 1 / v move when v does: by how much, and in which direction?",
                _wrong(quotient_v_bar=lambda c, r: -product(r["quotient_v_bar"], c.v))),
        Mistake("quotient like a product", "bars_quotient treats e as v h. In e = h / v, which of the two is divided by the other?",
                _wrong(quotient_v_bar=lambda c, r: product(c.e_bar, c.h), quotient_h_bar=lambda c, r: product(c.e_bar, c.v))),
        Mistake("quotient like a product, for v", "v_bar of bars_quotient is that of a product. Here e is h divided by v: nudge v, how does e move?",
                _wrong(quotient_v_bar=lambda c, r: product(c.e_bar, c.h))),
        Mistake("quotient without v, for v", "v_bar of bars_quotient does not read v. How does 1 / v move when v does: is it the same for a large v as for a small one?",
                _wrong(quotient_v_bar=lambda c, r: -product(c.e_bar, c.h))),
        Mistake("quotient upside down", "bars_quotient treats e as v / h. Which of the two is divided by the other?",
                _wrong(quotient_v_bar=lambda c, r: _over(c.e_bar, c.h), quotient_h_bar=lambda c, r: _over(-product(c.e_bar, c.v), c.h * c.h))),
        Mistake("divided e by h", "bars_quotient finds 1 / v as e / h. It works until h is 0; v is in the cache as well.",
                _wrong(quotient_h_bar=lambda c, r: r["quotient_h_bar"] if c.h else NOT_FINITE)),
        Mistake("forgot e_bar", "Right for e_bar = 1 only: each bar is the bar that comes back, times a slope.",
                _wrong(**{f"{s}_{b}": (lambda c, r, name=f"{s}_{b}": _over(r[name], c.e_bar) if c.e_bar else None)
                          for s in STEPS for b in ("v_bar", "h_bar")})),
        Mistake("swapped v and h", "The two bars have been exchanged: the tuple is (v_bar, h_bar), v first.",
                _wrong(**{f"{s}_{b}": (lambda c, r, name=f"{s}_{'h_bar' if b == 'v_bar' else 'v_bar'}": r[name])
                          for s in STEPS for b in ("v_bar", "h_bar")})),
    ),
)  # fmt: skip
