"""Families: a right step with a wrong input, or with the curve of sigma taken at a wrong place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np

from barprop.activations import ACTIVATIONS, Activation
from barprop.answers.untrusted import call_or_default, is_array, is_number
from barprop.judging.exercise import Case, Values
from barprop.judging.families_of_size import Made
from barprop.numerics.vjp import pull_back

_MOST = 4000  # numbers of a value that is still looked at


def of_the_curve(r: np.ndarray, case: Case, values: Mapping[str, np.ndarray]) -> Iterator[Made]:
    """Yield steps with sigma's value or slope forgotten, once too often, or taken at another place."""
    sigma = next((v for v in case.args.values() if isinstance(v, Activation)), None)
    if sigma is None:
        return
    fitting = {name: f for name, f in values.items() if f.ndim == 0 or f.shape == r.shape}
    yield "sigma of the result", "sigma was applied to a result that should be left alone.", lambda: sigma(r)
    for name, f in fitting.items():
        slope, height = _slope(sigma, f), sigma(f)
        yield (
            f"forgot sigma's slope at {name}",
            "One factor is missing: what does the curve contribute on the way back?",
            lambda s=slope: r / s,
        )
        yield (
            f"sigma's value at {name} instead of its slope",
            "On the way back the bar is multiplied by the curve's slope, not by its value.",
            lambda s=slope, h=height: r / s * h,
        )
        yield (
            f"divided by sigma's slope at {name}",
            "It is divided by sigma's slope where it should be multiplied by it.",
            lambda s=slope: r / np.square(s),
        )
        if name == "z":
            for other, formula in (
                ("tanh", 1 - np.square(height)),
                ("sigmoid", height * (1 - height)),
                ("ReLU", (f > 0) * 1.0),
            ):
                yield (
                    f"the slope of {other} whatever sigma is",
                    f"That is the formula for the slope of {other}. sigma may be another curve: ask it for its own slope.",
                    lambda s=slope, g=formula: r / s * g,
                )
        yield (
            f"sigma's slope at {name} added",
            "sigma's slope is added where it should be a factor.",
            lambda s=slope: r / s + s,
        )
        for other, g in fitting.items():
            # The product is the same from both sides; the hint has to name what does not belong inside.
            inside = other if name == "z" or other != "z" else name
            yield (
                f"{other} inside sigma's slope at {name}",
                f"{inside} was multiplied in before the slope was taken, and not after.",
                lambda f=f, g=g: _slope(sigma, f * g),
            )
        yield (
            f"sigma's slope at {name} too often",
            "sigma's slope is a factor once too often.",
            lambda s=slope: r * s,
        )
        yield (
            f"sigma's value at {name} too often",
            "sigma's value is a factor where it does not belong.",
            lambda h=height: r * h,
        )
        yield (
            f"sigma taken twice at {name}",
            "sigma was applied to sigma's own output.",
            lambda h=height: r / h * sigma(h),
        )
        yield (
            f"sigma's value over {name} as its slope",
            "A slope is how far the value moves for a small nudge, not the value divided by the input.",
            lambda s=slope, h=height, f=f: r / s * h / f,
        )
        yield f"sigma of {name}", f"That is sigma's value at {name}.", lambda h=height: h
        yield f"sigma's slope at {name} alone", f"That is sigma's slope at {name} alone.", lambda s=slope: s
        yield (
            f"forgot sigma at {name}",
            "sigma's input was used, not its output.",
            lambda f=f, h=height: r * f / h,
        )
        for other, g in fitting.items():
            if other != name:
                hint = "The slope was taken at the wrong place: what went into sigma?"
                yield f"sigma's slope at {other}, not {name}", hint, lambda s=slope, g=g: r / s * _slope(sigma, g)
        yield (
            "sigma's slope at its own output",
            "The slope was taken at sigma's output: what went into sigma?",
            lambda s=slope, h=height: r / s * _slope(sigma, h),
        )


def _is_cheap(value: Any) -> bool:
    return is_number(value) or is_array(value) or isinstance(value, (Activation, dict))


def of_its_inputs(case: Case, output: str, oracle: Callable[[Case], Values]) -> Iterator[Made]:
    """Yield a right step with a wrong input: the right value of a changed case."""

    def asked(**changes: Any) -> Callable[[], Any]:
        return lambda: oracle(replace(case, args={**case.args, **changes}))[output]

    args = case.args
    if "labels" in args:
        said = call_or_default(None, _predicted, args)
        if said is not None:
            yield (
                "predictions in place of labels",
                "Your answer uses the predicted class, not the one in labels. The two differ where the prediction is wrong.",
                asked(labels=said),
            )
    # An exercise that is given a whole network costs too much to be asked again and again.
    if len(args) > 8 or not all(_is_cheap(value) for value in args.values()):
        return
    for name, value in args.items():
        if isinstance(value, Activation):
            for other in ACTIVATIONS.values():
                if other is not value:
                    yield (
                        f"always {other}",
                        f"Your answer uses {other} whatever {name} is. Use the {name} that is given.",
                        asked(**{name: other}),
                    )
            yield "sigma left out", f"Where does {name} come in?", asked(**{name: _STRAIGHT})
        elif (is_number(value) or is_array(value)) and name not in ("seed", "steps", "epochs", "labels", "targets"):
            v = np.asarray(value, dtype=float)
            if name.endswith("_bar"):
                yield (
                    f"forgot {name}",
                    f"Right only where {name} is 1. Where does the incoming bar enter?",
                    asked(**{name: np.ones_like(v)[()]}),
                )
            yield f"{name} with the other sign", f"{name} has the wrong sign somewhere.", asked(**{name: -v[()]})
            yield f"half of {name}", f"{name} counts half or twice as much as it should.", asked(**{name: v[()] / 2})
            yield f"twice {name}", f"{name} counts half or twice as much as it should.", asked(**{name: v[()] * 2})
            yield f"{name} taken as 0", f"{name} is not used at all.", asked(**{name: np.zeros_like(v)[()]})
            yield f"{name} taken as 1", f"{name} is not used at all.", asked(**{name: np.ones_like(v)[()]})
    yield from _swapped(case, asked)
    for name in ("steps", "epochs"):
        if name in args:
            yield f"one of the {name} too few", f"Count the {name}: one is missing.", asked(**{name: args[name] - 1})
            yield f"one of the {name} too many", f"Count the {name}: one is too many.", asked(**{name: args[name] + 1})
            yield f"one of the {name}, whatever was asked for", f"Only one of the {name} was done.", asked(**{name: 1})
            yield f"none of the {name}", f"None of the {name} was done.", asked(**{name: 0})


def _predicted(args: Mapping[str, Any]) -> np.ndarray:
    """Return the class with the largest logit, row by row."""
    if "logits" in args:
        return np.argmax(args["logits"], axis=1)
    network, w, _ = args["net"]
    return np.argmax(network.forward(np.asarray(args["X"], dtype=float), w), axis=1)


def _swapped(case: Case, asked: Callable[..., Callable[[], Any]]) -> Iterator[Made]:
    names = [name for name, value in case.args.items() if is_plain(value)]
    for name, kept in case.args.items():
        keys = [key for key, value in kept.items() if is_plain(value)] if type(kept) is dict else []
        for read, meant in permutations(keys, 2):
            hint = f"Somewhere {read} and {meant} are mixed up: which of them does the step read?"
            yield f"read {read} for {meant}", hint, asked(**{name: {**kept, meant: kept[read]}})
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = case.args[first], case.args[second]
            if np.shape(a) == np.shape(b):
                hint = f"{first} and {second} are swapped somewhere."
                yield f"swapped {first} and {second}", hint, asked(**{first: b, second: a})
                hint = f"Somewhere {first} and {second} are mixed up: which of them does the step read?"
                yield f"read {first} for {second}", hint, asked(**{second: a})
                yield f"read {second} for {first}", hint, asked(**{first: b})


def _slope(sigma: Activation, z: Any) -> Any:
    z = np.asarray(z, dtype=float)
    return pull_back(sigma, z, np.ones(z.shape), left=False) if sigma.kink is None else sigma.slope(z)


_STRAIGHT = Activation("straight", lambda z: z, np.ones_like)


def is_plain(value: Any) -> bool:
    return value is not None and (is_number(value) or is_array(value)) and np.size(value) <= _MOST
