"""Notebook 02, the logistic graph of notebook 01, all the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.activations import sigmoid, softplus
from barprop.answers.calls import Run
from barprop.exercises.n01_forward_graph.logistic import far_out, logistic_values
from barprop.exercises.n02_bar_notation.foreign_cache import bars_from
from barprop.exercises.sampling import draw, read_only
from barprop.judging.exercise import NOT_FINITE, Candidate, Case, Exercise, Mistake, Values
from barprop.numerics.steps import inner, product
from barprop.numerics.vjp import pull_back

LOGISTIC_BARS = ("m", "z", "y", "w", "x")


def _probes(rng: np.random.Generator) -> Iterator[Case]:
    for d, y, l_bar in ((3, 1, 1.0), (4, -1, None), (1, 1, -1.7), (2, -1, 2.5), (5, 1, 0.6)):
        shown = "l_bar left out" if l_bar is None else f"l_bar = {l_bar:g}"
        yield _case(f"d = {d}, y = {y}, {shown}", {"x": draw(rng, d), "y": y, "w": draw(rng, d) / d}, l_bar)
    whole = {"x": read_only(rng.integers(2, 9, 3)), "y": -1, "w": read_only(rng.permutation([1, -2, 3]))}
    yield _case("whole numbers, read-only", whole, -2)
    yield _case("w = 0", {"x": draw(rng, 3), "y": 1, "w": np.zeros(3)}, draw(rng))
    yield _case("l_bar = 0", {"x": draw(rng, 2), "y": 1, "w": draw(rng, 2)}, 0.0)
    for y in (1, -1):
        given = {"x": draw(rng, 3), "y": y, "w": draw(rng, 3)}
        other = given | {"x": _elsewhere(rng, given)}
        yield _case(f"a cache that another x made, y = {y}", given, draw(rng), logistic_values(**other))
    for m, y in ((1000.0, 1), (-1000.0, -1)):
        yield _case(f"m near {m:g}", far_out(rng, 2, m * float(rng.uniform(0.95, 1.05)), y), draw(rng))


def _elsewhere(rng: np.random.Generator, given: dict[str, Any]) -> np.ndarray:
    """Return another x, for which z is clearly another number, also without its sign."""
    x = given["x"]
    while abs(abs(inner(given["w"], x)) - abs(inner(given["w"], given["x"]))) < 0.3:
        x = draw(rng, len(x))
    return x


def _case(label: str, given: dict[str, Any], l_bar: float | None, cache: dict[str, float] | None = None) -> Case:
    args = {"cache": cache or logistic_values(**given), **given} | ({} if l_bar is None else {"l_bar": l_bar})
    return Case(label, args, {"foreign": cache is not None})


def _bars(c: Case) -> Values:
    """Every bar by nudging the one step that reads the variable, at what the cache holds."""
    bars = {"m": pull_back(lambda m: softplus(-m), c.cache["m"], c.args.get("l_bar", 1.0))}
    bars["z"] = pull_back(lambda z: product(c.y, z), c.cache["z"], bars["m"])
    bars["y"] = pull_back(lambda y: product(y, c.cache["z"]), float(c.y), bars["m"])
    return _behind_z(c, bars)


def _behind_z(c: Case, bars: Values) -> dict[str, Any]:
    z_bar = bars["z"]
    made = {"w": pull_back(lambda w: inner(w, c.x), c.w, z_bar), "x": pull_back(lambda x: inner(c.w, x), c.x, z_bar)}
    return {**bars, **made}


def _from_m(c: Case, m_bar: Any) -> Values:
    """Return what everything after m inherits from a wrong m_bar."""
    z_bar = product(m_bar, c.y)
    return {
        "m": m_bar,
        "z": z_bar,
        "y": product(m_bar, c.cache["z"]),
        "w": product(z_bar, c.x),
        "x": product(z_bar, c.w),
    }


def _from_z(c: Case, z_bar: Any) -> Values:
    return {"z": z_bar, "w": product(z_bar, c.x), "x": product(z_bar, c.w)}


def _again(c: Case) -> Iterator[dict[str, float]]:
    """Yield the caches of an answer that in effect computes some of it again from w and x."""
    new = logistic_values(c.x, c.y, c.w)
    yield new
    yield c.cache | {"z": new["z"]}
    yield c.cache | {"m": new["m"], "l": new["l"]}


def _drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    yield from bars_from(run, case, LOGISTIC_BARS, LOGISTIC_BACKWARD, _again)


_SIGMOIDS = (
    "Without its sign, the slope of l = log(1 + e^-m) is one of the four nonlinearities: which, and at which argument?"
)


def _guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of the step from m to l: another curve of the sigmoid in the place of its slope, or its sign."""
    if output != "m":
        return
    m, z = float(c.cache["m"]), float(c.cache["z"])
    curves: dict[str, Callable[[], Any]] = {
        "the sigmoid's slope": lambda: sigmoid.slope(m),
        "the sigmoid of m": lambda: sigmoid(m),
        "the sigmoid of z": lambda: sigmoid(z),
        "the sigmoid of -z": lambda: sigmoid(-z),
        "the sigmoid of -m, squared": lambda: sigmoid(-m) ** 2,
        "e to the -m": lambda: np.exp(-m),
    }
    copied = "Right for m above 0. Below 0 your m_bar is small where it should be near 1 in size: was one branch copied from the other?"
    yield "one branch copied", copied, lambda: -_l_bar(c) * sigmoid(-abs(m))
    for what, curve in curves.items():
        hint = f"m_bar is made with {what}. {_SIGMOIDS}"
        yield what, hint, lambda curve=curve: -_l_bar(c) * curve()
        yield f"{what}, and the sign", f"{hint} Then nudge m for the sign.", lambda curve=curve: _l_bar(c) * curve()


def _l_bar(c: Case) -> float:
    return c.args.get("l_bar", 1.0)


LOGISTIC_BACKWARD = Exercise(
    name="logistic_backward",
    signature='logistic_backward(cache, x, y, w, l_bar=1.0) -> {"m", "z", "y", "w", "x"}',
    is_chain=True,
    optional={"l_bar": 1.0},
    outputs_are_bars=True,
    outputs=LOGISTIC_BARS,
    returns="dict",
    returned=LOGISTIC_BARS,
    corners=("m near", "l_bar = 0", "w = 0"),
    points=3,
    minutes=21,
    level=3,
    statements=("L7", "L9", "L10"),
    probes=_probes,
    oracle=_bars,
    drive=_drive,
    guesses=_guesses,
    mistakes=(
        Mistake("forgot l_bar", "Right for l_bar = 1 only. Where does the incoming bar enter?",
                lambda c, right: {k: b / _l_bar(c) for k, b in right.items()} if _l_bar(c) else None),
        Mistake("l_bar = 0 taken for left out", "Right except for l_bar = 0, which you replace: an incoming bar of 0 is a bar, too.",
                lambda c, right: _bars(Case("", c.args | {"l_bar": 1.0})) if _l_bar(c) == 0 else right),
        Mistake("every sign flipped", "Every sign is flipped. A larger margin is a better answer: does l grow or shrink with m?",
                lambda c, right: {k: -b for k, b in right.items()}),
        Mistake("sigmoid of m for that of -m", "m_bar should be near 0 where the answer is clearly right (m large). Yours is near 0 where the answer is badly wrong.",
                lambda c, right: _from_m(c, -product(_l_bar(c), sigmoid(c.cache["m"])))),
        Mistake("sigmoid's slope", "Your m_bar is large only near m = 0. That is the slope of the sigmoid; the step here is l = log(1 + e^-m). How steep is l far to the left?",
                lambda c, right: _from_m(c, -product(_l_bar(c), sigmoid.slope(c.cache["m"])))),
        Mistake("used the loss", "You multiplied by l. The question is how l moves when m moves, not how large l is.",
                lambda c, right: _from_m(c, -product(_l_bar(c), c.cache["l"]))),
        Mistake("only the exponential", "Your m_bar is -e^-m. The logarithm comes after: its slope is 1 over what stands inside.",
                lambda c, right: None if abs(c.cache["m"]) > 500 else _from_m(c, -product(_l_bar(c), np.exp(-c.cache["m"])))),
        Mistake("the linear loss", "Your m_bar is the same for every m. Where the answer is clearly right, a nudge of m hardly moves l.",
                lambda c, right: _from_m(c, -float(_l_bar(c)))),
        Mistake("z_bar without y", "z_bar is m_bar passed on. What is z multiplied by in m = y z?",
                lambda c, right: _from_z(c, right["m"])),
        Mistake("the formula for labels 0 and 1", "z_bar is sigmoid(z) - y, which belongs to labels 0 and 1. Here y is 1 or -1: take the step from m back to z.",
                lambda c, right: _from_z(c, product(_l_bar(c), sigmoid(c.cache["z"]) - c.y))),
        Mistake("y_bar without z", "y_bar is m_bar passed on. What is y multiplied by in m = y z?",
                lambda c, right: {"y": right["m"]}),
        Mistake("swapped z and y", "z_bar and y_bar have been exchanged. Which bar needs which value?",
                lambda c, right: {"z": right["y"], "y": right["z"]}),
        Mistake("y_bar is not zero", "y is never updated, but the loss still depends on it.", lambda c, right: {"y": 0.0}),
        Mistake("y_bar made with m", "y_bar was made with m, or with z_bar. In which step does y enter: what does it multiply there, and whose bar comes back?",
                lambda c, right: {"y": product(right["m"], c.cache["m"])}),
        Mistake("swapped w and x", "w_bar and x_bar have been exchanged. Which bar needs which value?",
                lambda c, right: {"w": right["x"], "x": right["w"]}),
        Mistake("short-circuited from m", "w_bar was taken straight from m_bar. One step lies between them.",
                lambda c, right: {"w": product(right["m"], c.x)}),
        Mistake("overflows", "Right for small m. Far out the exponential is larger than any float, and infinity over infinity is not a number. Without its sign, which of the four nonlinearities is this slope, and at which argument?",
                lambda c, right: dict.fromkeys(right, NOT_FINITE) if c.cache["m"] < -500 else right),
    ),
)  # fmt: skip
