"""Notebook 07: two layers without weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.exercises.layer_drivers import (
    CACHE,
    OVERWRITTEN,
    cache_mistakes,
    layer_drive,
    unless_overwritten,
    with_cache,
)
from barprop.exercises.sampling import draw, positive, read_only
from barprop.judging.exercise import Case, Exercise, Mistake, Part, Values, family, one_output
from barprop.numerics.steps import product
from barprop.numerics.vjp import pull_back

_TOP = 6.0


def _floats(u: Any) -> np.ndarray:
    return np.asarray(u, dtype=float)


# --- ReLU6 ------------------------------------------------------------------------------------


def _lidded(z: Any) -> np.ndarray:
    """Z between 0 and 6, read off a graph of two corners."""
    return np.interp(_floats(z), [0.0, _TOP], [0.0, _TOP])


def _slope(z: float, bar: float) -> Any:
    """Return the bar of one entry by nudging it; at a corner, that of the flat side: left of 0, right of 6."""
    if z == _TOP:
        return pull_back(lambda u: -_lidded(2 * _TOP - u), z, bar, left=True)
    return pull_back(_lidded, z, bar, left=z == 0)


def _everywhere(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers below 0, between 0 and 6, and above 6, some of each, none near a corner."""
    z = positive(rng, *shape)
    kinds = rng.permutation(np.arange(z.size) % 3).reshape(shape)
    return np.select([kinds == 0, kinds == 1], [-z, 2.5 * z], _TOP + z)


def _relu6_probes(rng: np.random.Generator) -> Iterator[Case]:
    z, h_bar = _everywhere(rng, 2, 3, 2, 2), 4 * draw(rng, 2, 3, 2, 2)
    h_bar[0, 0, 0, 0] = _TOP + positive(rng)  # a bar knows no lid
    yield Case("two pictures of 3 x 2 pixels", {"h_prev": z, "h_bar": h_bar}, {"other": 0.1 - z})
    edges = np.array([0.0, _TOP, -1.3, 2.2, 6.9, 5.9, 0.1, -0.0]).reshape(1, 2, 2, 2)
    yield Case("with exactly 0 and exactly 6", {"h_prev": edges, "h_bar": draw(rng, *edges.shape)})
    z = _everywhere(rng, 1, 1, 4, 3)
    more = {"overwritten": True}
    yield Case(
        OVERWRITTEN,
        {"h_prev": z, "h_bar": draw(rng, *z.shape)},
        more,
    )
    whole = read_only(np.asfortranarray(np.array([[-2, 7], [3, -1], [8, 5]])).reshape(1, 3, 2, 1))
    yield Case("whole numbers, read-only", {"h_prev": whole, "h_bar": read_only(rng.integers(1, 9, whole.shape))})
    between = 2.5 * positive(rng, 1, 2, 3, 1)
    yield Case("all between 0 and 6", {"h_prev": between, "h_bar": draw(rng, *between.shape)})
    rows = _everywhere(rng, 4, 3)
    yield Case("rows of features", {"h_prev": rows, "h_bar": draw(rng, 4, 3)})


def _relu6_right(c: Case) -> Values:
    bars = [_slope(z, bar) for z, bar in zip(_floats(c.h_prev).flat, _floats(c.h_bar).flat, strict=True)]
    right = {"h": _lidded(c.h_prev), "h_prev_bar": np.reshape(bars, np.shape(c.h_prev)), "w_bar": "()"}
    return with_cache(c, right)


def _back(wrong: Callable[[Any, Any], Any]) -> Callable[[Case, Values], Values | None]:
    """Describe a wrong bar of the input, from (h_prev, h_bar) as floats."""
    return lambda c, right: {"h_prev_bar": wrong(_floats(c.h_prev), _floats(c.h_bar))}


def _forth(wrong: Callable[[Any], Any]) -> Callable[[Case, Values], Values | None]:
    return lambda c, right: {"h": wrong(_floats(c.h_prev))}


def _kept_input(c: Case, right: Values) -> Values:
    """Backward reads the input's array, which holds -1 by then."""
    return {"h_prev_bar": np.zeros(np.shape(c.h_prev)) if "overwritten" in c.context else right["h_prev_bar"]}


def _other_lid(c: Case, right: Values, got: Values) -> Values | None:
    """Return h with a lid at the largest number that came."""
    z, lid = _floats(c.h_prev), float(np.max(got["h"]))
    return {"h": np.clip(z, 0.0, lid)} if lid < np.max(z) or lid < _TOP else None


def _gate(c: Case) -> np.ndarray:
    z = _floats(c.h_prev)
    return (z > 0) & (z < _TOP)


def _other_lid_back(c: Case, right: Values, got: Values) -> Values | None:
    """Return the bar stopped at the lowest height at which that explains what came."""
    z = _floats(c.h_prev)
    shut = (z > 0) & (_floats(got["h_prev_bar"]) == 0) & (_floats(c.h_bar) != 0)
    lid = np.min(z, initial=np.inf, where=shut)
    return {"h_prev_bar": np.where((z > 0) & (z < lid), c.h_bar, 0.0)} if np.any(got["h_prev_bar"]) else None


def _scaled(c: Case, right: Values, got: Values) -> Values | None:
    """Return the right bar times one number, read off an entry that gets through."""
    factors = (_floats(got["h_prev_bar"]) / _floats(c.h_bar))[_gate(c)]
    return {"h_prev_bar": right["h_prev_bar"] * factors[0]} if factors.size and factors[0] else None


def _fills_shut(c: Case, right: Values, got: Values) -> Values | None:
    """Return the right bar with one number where the curve is flat."""
    shut = _floats(got["h_prev_bar"])[~_gate(c)]
    return {"h_prev_bar": np.where(_gate(c), c.h_bar, shut[0])} if shut.size else {"h_prev_bar": right["h_prev_bar"]}


RELU6 = Exercise(
    name="ReLU6",
    signature="class ReLU6: forward(self, h_prev, w) -> h, backward(self, h_bar, w) -> (w_bar, h_prev_bar); w = ()",
    is_chain=True,
    observations={"cache": CACHE},
    outputs=("h", "h_prev_bar", "w_bar", "cache"),
    corners=("with exactly 0", OVERWRITTEN),
    only_with_others=("w_bar", "cache"),
    parts=(Part("forward", 1, ("h",)), Part("backward", 2, ("h_prev_bar", "w_bar", "cache"))),
    points=3,
    minutes=8,
    level=1,
    statements=("L9", "L12", "L16"),
    probes=_relu6_probes,
    oracle=_relu6_right,
    drive=unless_overwritten("ReLU6", "h_prev", "h", layer_drive("ReLU6", "h_prev", (), "h")),
    mistakes=(
        Mistake("keeps the input", "Right until somebody uses the input's array for something else. The output, or a mask made from it, is enough.",
                _kept_input),
        Mistake("passed the bar on", "h_prev_bar is h_bar itself. Where is the curve flat, and what gets through there?",
                _back(lambda z, bar: bar)),
        Mistake("forgot the lid on the way back", "Bars come back where the lid was shut. What does a nudge do to an input of 7?",
                _back(lambda z, bar: np.where(z > 0, bar, 0.0))),
        Mistake("forgot the floor on the way back", "Bars come back where the input was negative. What does a nudge do to an input of -1?",
                _back(lambda z, bar: np.where(z < _TOP, bar, 0.0))),
        Mistake("open at zero", "At 0 the course takes the slope as 0: nothing gets through there.",
                _back(lambda z, bar: np.where((z >= 0) & (z < _TOP), bar, 0.0))),
        Mistake("open at six", "At 6 the course takes the slope as 0: nothing gets through there.",
                _back(lambda z, bar: np.where((z > 0) & (z <= _TOP), bar, 0.0))),
        Mistake("open at both ends", "At exactly 0 and at exactly 6 the course takes the slope as 0.",
                _back(lambda z, bar: np.where((z >= 0) & (z <= _TOP), bar, 0.0))),
        Mistake("gate turned round", "The bars come back exactly where nothing may get through.",
                _back(lambda z, bar: np.where((z > 0) & (z < _TOP), 0.0, bar))),
        Mistake("gate on the bar", "You look at the bar to decide what gets through. What decided in the forward pass?",
                _back(lambda z, bar: np.where((bar > 0) & (bar < _TOP), bar, 0.0))),
        Mistake("clipped the bar", "A bar may be of any size. The lid was on h, not on its bar.",
                _back(lambda z, bar: _lidded(bar))),
        Mistake("gate alone", "That is the gate alone. Where is the bar that comes back from h?",
                _back(lambda z, bar: np.where((z > 0) & (z < _TOP), 1.0, 0.0))),
        Mistake("multiplied by the output", "You multiplied by h. Between 0 and 6 h moves as much as the input does: what is that slope?",
                _back(lambda z, bar: product(bar, _lidded(z)))),
        Mistake("something where it is shut", "Where the curve is flat your bar is not 0. How far does h move there when the input does?",
                _back(lambda z, bar: np.where((z > 0) & (z < _TOP), bar, _TOP)), _fills_shut),
        Mistake("clipped the bar as well", "The gate is right, and then the bar is held between 0 and 6. A bar may be of any size and sign.",
                _back(lambda z, bar: np.where((z > 0) & (z < _TOP), _lidded(bar), 0.0))),
        Mistake("another lid on the way back", "The bar is stopped at another height than h is. Where is the lid?",
                _back(lambda z, bar: np.where((z > 0) & (z < 1), bar, 0.0)), _other_lid_back),
        Mistake("a bar that is scaled", "What gets through is scaled. Between 0 and 6 h moves as much as the input does.",
                _back(lambda z, bar: np.where((z > 0) & (z < _TOP), bar / _TOP, 0.0)), _scaled),
        Mistake("another lid", "Your lid is not at 6.", _forth(lambda z: np.clip(z, 0.0, 5.0)), _other_lid),
        Mistake("forgot the lid", "Some of your outputs are above 6.", _forth(lambda z: np.maximum(z, 0.0))),
        Mistake("forgot the floor", "Some of your outputs are below 0.", _forth(lambda z: np.minimum(z, _TOP))),
        Mistake("divided by six", "Your outputs end at 1. The lid is at 6, and below it h is what came in.", _forth(lambda z: _lidded(z) / _TOP)),
        Mistake("zero above the lid", "Above 6 your output is 0. The lid holds it at 6.", _forth(lambda z: np.where(z > _TOP, 0.0, _lidded(z)))),
        *cache_mistakes(),
    ),
)  # fmt: skip


# --- MeanPool ---------------------------------------------------------------------------------


def _pool_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield Case(
        "two pictures of 3 x 4 pixels",
        {"h_prev": draw(rng, 2, 3, 4, 3), "h_bar": draw(rng, 2, 3)},
        {"other": draw(rng, 2, 2, 5, 3)},
    )
    yield Case("one feature", {"h_prev": draw(rng, 3, 2, 5, 1), "h_bar": draw(rng, 3, 1)})
    yield Case("a single pixel", {"h_prev": draw(rng, 2, 1, 1, 2), "h_bar": draw(rng, 2, 2)})
    whole = read_only(np.asfortranarray(rng.integers(-9, 10, (2, 2, 3, 2))))
    yield Case(
        "whole numbers, Fortran order, read-only", {"h_prev": whole, "h_bar": read_only(rng.integers(1, 9, (2, 2)))}
    )
    yield Case("one picture, one row of pixels", {"h_prev": draw(rng, 1, 1, 5, 2), "h_bar": draw(rng, 1, 2)})


def _mean(h_prev: Any) -> np.ndarray:
    """Each feature's mean, pixel by pixel."""
    n, height, width, c = np.shape(h_prev)
    return np.mean([_floats(h_prev)[:, i, j] for i, j in np.ndindex(height, width)], axis=0).reshape(n, c)


def _pool_right(c: Case) -> Values:
    bars = {"h": _mean(c.h_prev), "h_prev_bar": pull_back(_mean, c.h_prev, c.h_bar), "w_bar": "()"}
    return with_cache(c, bars)


def _shared(c: Case, by: float) -> np.ndarray:
    """Each feature's bar at every pixel, divided by a number."""
    _, height, width, _ = np.shape(c.h_prev)
    return np.tile(_floats(c.h_bar)[:, None, None, :] / by, (1, height, width, 1))


def _pooled(name: str, hint: str, wrong: Callable[[Case], Any]) -> Mistake:
    return Mistake(name, hint, one_output("h_prev_bar", lambda c, right: wrong(c)))


def _on_one_pixel(c: Case, where: str) -> np.ndarray:
    """Put the whole bar on the first pixel, or on the largest one."""
    bar, z = np.zeros(np.shape(c.h_prev)), _floats(c.h_prev)
    for i, k in np.ndindex(*np.shape(c.h_bar)):
        at = np.unravel_index(np.argmax(z[i, :, :, k]), z.shape[1:3]) if where == "largest" else (0, 0)
        bar[i, at[0], at[1], k] = _floats(c.h_bar)[i, k]
    return bar


_FORTY_NINE = "You divide by 49, whatever the size of the picture. How many pixels does this one have?"
_POOL_FAMILY = (
    _pooled("divided by the examples", "You divide by the number of examples. How many pixels is the mean taken over?",
            lambda c: _shared(c, np.shape(c.h_prev)[0])),
    _pooled("divided by the features", "You divide by the number of features. How many pixels is the mean taken over?",
            lambda c: _shared(c, np.shape(c.h_prev)[3])),
    _pooled("divided by the sum of the sides", "A picture of H rows and W columns has not H + W pixels.",
            lambda c: _shared(c, np.sum(np.shape(c.h_prev)[1:3]))),
    _pooled("the bar averaged over the examples", "Every example gets the same. Each has a bar of its own.",
            lambda c: np.broadcast_to(_shared(c, np.prod(np.shape(c.h_prev)[1:3])).mean(axis=0), np.shape(c.h_prev))),
    _pooled("the bar of the first example", "Every example gets the bar of the first. Each has its own.",
            lambda c: np.broadcast_to(_shared(c, np.prod(np.shape(c.h_prev)[1:3]))[:1], np.shape(c.h_prev))),
    _pooled("divided by 49, whatever the picture", _FORTY_NINE, lambda c: _shared(c, 49)),
    Mistake("divided by 49, whatever the picture", _FORTY_NINE,
            one_output("h", lambda c, right: right * np.prod(np.shape(c.h_prev)[1:3]) / 49)),
    *(Mistake(f"mean over the axes {axes}", "Your mean runs over the examples, and not over the whole picture. Which two axes are its rows and its columns?",
              one_output("h", lambda c, right, axes=axes: _floats(c.h_prev).mean(axis=axes)))  # type: ignore[misc]
      for axes in ((0, 1), (0, 2))),
    Mistake("median", "You take each feature's median. The mean is asked for.",
            one_output("h", lambda c, right: np.median(_floats(c.h_prev), axis=(1, 2)))),
    Mistake("features and pixels mixed up", "Your reshape mixes pixels and features: the features are the last axis, and must stay there.",
            one_output("h", lambda c, right: _floats(c.h_prev).reshape(*right.shape, -1).mean(axis=2))),
)  # fmt: skip

MEAN_POOL = Exercise(
    name="MeanPool",
    signature="class MeanPool: forward(self, h_prev, w) -> h, backward(self, h_bar, w) -> (w_bar, h_prev_bar); w = ()",
    is_chain=True,
    observations={"cache": CACHE},
    outputs=("h", "h_prev_bar", "w_bar", "cache"),
    only_with_others=("w_bar", "cache"),
    parts=(Part("forward", 1, ("h",)), Part("backward", 2, ("h_prev_bar", "w_bar", "cache"))),
    points=3,
    minutes=8,
    level=2,
    statements=("L6", "L16"),
    probes=_pool_probes,
    oracle=_pool_right,
    guesses=family(*_POOL_FAMILY),
    drive=layer_drive("MeanPool", "h_prev", (), "h"),
    mistakes=(
        _pooled("not divided", "Each pixel's bar is too large. By how much does the mean move when one pixel does?", lambda c: _shared(c, 1)),
        _pooled("divided by the rows only", "You divide by the number of rows. Each row has several pixels: how many pixels does the mean run over?",
                lambda c: _shared(c, np.shape(c.h_prev)[1])),
        _pooled("divided by the columns only", "You divide by the number of columns. How many pixels is the mean taken over?",
                lambda c: _shared(c, np.shape(c.h_prev)[2])),
        _pooled("divided by the examples as well", "Each example has a mean of its own: do not divide by the number of examples.",
                lambda c: _shared(c, np.size(c.h_prev) / np.shape(c.h_prev)[3])),
        _pooled("divided by the features as well", "Each feature has a mean of its own: do not divide by the number of features.",
                lambda c: _shared(c, np.size(c.h_prev) / np.shape(c.h_prev)[0])),
        _pooled("multiplied by the pixels", "The bar grows with the size of the picture. In a larger picture, does one pixel move the mean more, or less?",
                lambda c: _shared(c, 1 / np.prod(np.shape(c.h_prev)[1:3]))),
        _pooled("all on the first pixel", "One pixel gets everything. Which pixels made the mean?", lambda c: _on_one_pixel(c, "first")),
        _pooled("all on the largest pixel", "The largest pixel gets everything. That is how a maximum is made; here it is a mean.",
                lambda c: _on_one_pixel(c, "largest")),
        _pooled("not spread over the picture", "The numbers are right, the shape is not: a bar has the shape of its variable, (n, H, W, c).",
                lambda c: _shared(c, np.prod(np.shape(c.h_prev)[1:3]))[:, :1, :1]),
        _pooled("spread over an (n, c)", "The numbers are right, the shape is not: a bar has the shape of its variable, (n, H, W, c).",
                lambda c: _shared(c, np.prod(np.shape(c.h_prev)[1:3]))[:, 0, 0]),
        Mistake("sum instead of mean", "You add the pixels up. What turns a sum into a mean?",
                one_output("h", lambda c, right: right * np.prod(np.shape(c.h_prev)[1:3]))),
        Mistake("largest pixel", "You take each feature's largest value. The mean is asked for.",
                one_output("h", lambda c, right: _floats(c.h_prev).max(axis=(1, 2)))),
        Mistake("mean over the features", "You average the features of a pixel. Which axes belong to the picture, and which one to the features?",
                one_output("h", lambda c, right: _floats(c.h_prev).mean(axis=3))),
        Mistake("mean over rows only", "You average along one axis. A picture has two, rows and columns.",
                one_output("h", lambda c, right: _floats(c.h_prev).mean(axis=1))),
        Mistake("one mean for all examples", "Your mean runs over the examples, too. Each picture has a mean of its own.",
                one_output("h", lambda c, right: _floats(c.h_prev).mean(axis=(0, 1, 2)))),
        Mistake("kept the axes", "The numbers are right, the shape is not: (n, c) is asked for.",
                one_output("h", lambda c, right: right[:, None, None, :])),
        *cache_mistakes(),
    ),
)  # fmt: skip
