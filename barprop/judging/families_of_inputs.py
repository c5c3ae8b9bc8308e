"""Families: a right step with a wrong input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np

from barprop.activations import ACTIVATIONS, Activation
from barprop.answers.untrusted import call_or_default, is_array, is_number
from barprop.judging.exercise import Candidate, Case, Values

_Asked = Callable[..., Callable[[], Any]]  # changed arguments by name -> what gives the right value with them
_COUNTS = ("seed", "steps", "epochs", "labels", "targets")  # arguments that are no quantities
_MOST = 4000  # numbers of a value that is still looked at


def _is_cheap(value: Any) -> bool:
    return is_number(value) or is_array(value) or isinstance(value, (Activation, dict))


def of_its_inputs(case: Case, output: str, oracle: Callable[[Case], Values]) -> Iterator[Candidate]:
    """Yield a right step with a wrong input: the right value of a changed case."""

    def asked(**changes: Any) -> Callable[[], Any]:
        return lambda: oracle(replace(case, args={**case.args, **changes}))[output]

    args = case.args
    if "labels" in args:
        said = call_or_default(None, _predicted, args)
        if said is not None:
            hint = "Your answer uses the predicted class, not the one in labels. The two differ where the prediction is wrong."
            yield "predictions in place of labels", hint, asked(labels=said)
    # An exercise that is given a whole network costs too much to be asked again and again.
    if len(args) > 8 or not all(_is_cheap(value) for value in args.values()):
        return
    for name, value in args.items():
        if isinstance(value, Activation):
            yield from _of_another_curve(name, value, asked)
        elif (is_number(value) or is_array(value)) and name not in _COUNTS:
            yield from _of_another_size(name, np.asarray(value, dtype=float), asked)
    yield from _swapped(case, asked)
    for name in ("steps", "epochs"):
        if name in args:
            yield f"one of the {name} too few", f"Count the {name}: one is missing.", asked(**{name: args[name] - 1})
            yield f"one of the {name} too many", f"Count the {name}: one is too many.", asked(**{name: args[name] + 1})
            yield f"one of the {name}, whatever was asked for", f"Only one of the {name} was done.", asked(**{name: 1})
            yield f"none of the {name}", f"None of the {name} was done.", asked(**{name: 0})


def _of_another_curve(name: str, sigma: Activation, asked: _Asked) -> Iterator[Candidate]:
    for other in ACTIVATIONS.values():
        if other is not sigma:
            hint = f"Your answer uses {other} whatever {name} is. Use the {name} that is given."
            yield f"always {other}", hint, asked(**{name: other})
    yield "sigma left out", f"Where does {name} come in?", asked(**{name: _STRAIGHT})


def _of_another_size(name: str, v: np.ndarray, asked: _Asked) -> Iterator[Candidate]:
    if name.endswith("_bar"):
        hint = f"Right only where {name} is 1. Where does the incoming bar enter?"
        yield f"forgot {name}", hint, asked(**{name: np.ones_like(v)[()]})
    size, unused = f"{name} counts half or twice as much as it should.", f"{name} is not used at all."
    yield f"{name} with the other sign", f"{name} has the wrong sign somewhere.", asked(**{name: -v[()]})
    yield f"half of {name}", size, asked(**{name: v[()] / 2})
    yield f"twice {name}", size, asked(**{name: v[()] * 2})
    yield f"{name} taken as 0", unused, asked(**{name: np.zeros_like(v)[()]})
    yield f"{name} taken as 1", unused, asked(**{name: np.ones_like(v)[()]})


def _predicted(args: Mapping[str, Any]) -> np.ndarray:
    """Return the class with the largest logit, row by row."""
    if "logits" in args:
        return np.argmax(args["logits"], axis=1)
    network, w, _ = args["net"]
    return np.argmax(network.forward(np.asarray(args["X"], dtype=float), w), axis=1)


def _swapped(case: Case, asked: Callable[..., Callable[[], Any]]) -> Iterator[Candidate]:
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


_STRAIGHT = Activation("straight", lambda z: z, np.ones_like)


def is_plain(value: Any) -> bool:
    return value is not None and (is_number(value) or is_array(value)) and np.size(value) <= _MOST
