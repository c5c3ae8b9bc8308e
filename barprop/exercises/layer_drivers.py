"""Driving a student's layers: making one, sending it forward and back, and finding out how its cache behaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.kept import Kept
from barprop.answers.observe import Reused
from barprop.answers.returned import take_tuple
from barprop.answers.script import NOTHING, VALUE, Later, Played, Script
from barprop.answers.untrusted import describe_type, identical, is_array, is_number, is_row, one_line
from barprop.judging.exercise import Case, Drive, Mistake, Observation, Values

_LISTED = 4  # arrays named in a sentence
CACHE = Observation("the cache", "What forward keeps", shows_kept=True)
KEPT = "is kept for the backward that follows"
NOT_READ = "is not read: backward gives the same whatever forward was given"
FIRST = "is that of an earlier forward"
SHARED = "is shared by two objects of the class"
USED_UP = "is used up by backward: a second one gives a different result"


@dataclass(frozen=True)
class LayerCalls:
    """The calls of an object of a student's class, as steps of a script.

    Parameters
    ----------
    name : str
        Name of the class.
    made : Any
        The class itself.
    settings : tuple
        Arguments of the class.
    inputs : tuple of tuple
        Arguments of `forward`: the first input, and another one.
    bars : tuple
        Arguments of `backward`.
    """

    name: str
    made: Any
    settings: tuple[Any, ...]
    inputs: tuple[tuple[Any, ...], ...]
    bars: tuple[Any, ...]

    def make(self, script: Script) -> Later:
        """Make a new object."""
        return script.call(self.made, self.name, *self.settings, want=NOTHING)

    def forward(self, script: Script, layer: Later, number: int = 0, want: int = NOTHING) -> Later:
        """Send it forward with one input or the other."""
        return script.send(layer, "forward", *self.inputs[number], want=want)

    def backward(self, script: Script, layer: Later) -> Later:
        """Ask for its bars."""
        return script.send(layer, "backward", *self.bars)

    def kept(self) -> tuple[Script, Later]:
        """Write down a way forward, and the question what is kept for the way back."""
        script = Script(self.name)
        layer = self.make(script)
        self.forward(script, layer)
        return script, script.kept(layer, "backward", self.bars, self.inputs[0][0])

    def once(self) -> tuple[Script, Later, Later]:
        """Write down one way forward and back; return what forward gives, and what backward gives."""
        script = Script(self.name)
        layer = self.make(script)
        return script, self.forward(script, layer, want=VALUE), self.backward(script, layer)


class CacheBehaviour:
    """How the cache of a class behaves, found out by comparing its own answers with each other, and how large it is."""

    def __init__(self, trips: LayerCalls) -> None:
        self.trips, self.script = trips, Script(trips.name)
        self.alone, self.changed, self.again = self._after(0), self._after(1), self._after(1, 0)
        one, other = trips.make(self.script), trips.make(self.script)
        trips.forward(self.script, one, 0)
        trips.forward(self.script, other, 1)
        self.beside = trips.backward(self.script, one)
        self.used_up = self._after(0, backs=2)
        self._kept_script, self._kept = trips.kept()
        self.scripts = self.script, self._kept_script

    def _after(self, *inputs: int, backs: int = 1) -> Later:
        """Ask a new object for its bars after these inputs; of several ways back the last."""
        made = self.trips.make(self.script)
        for number in inputs:
            self.trips.forward(self.script, made, number)
        return [self.trips.backward(self.script, made) for _ in range(backs)][-1]

    def described(self, played: Played) -> str:
        """Say it in words. Raises AnswerError where a step failed that is needed for that."""
        alone = played[self.alone]
        if identical(alone, played[self.changed]):
            return NOT_READ
        if not identical(alone, played[self.again]):
            return FIRST
        if not identical(alone, played[self.beside]):
            return SHARED
        played[Later(self.used_up.number - 1)]
        try:
            return KEPT if identical(alone, played[self.used_up]) else USED_UP
        except AnswerError:
            return USED_UP

    def note_kept(self, run: Run, played: Played, label: str, not_input: str) -> None:
        """Note which arrays are kept for backward, how large they are in the case of this label, and what that costs."""
        name, found = self.trips.name, _arrays_kept(played, self._kept)
        if found is None:
            return
        arrays = ", ".join(f"{array}: {size:,} bytes" for array, size, _, _ in found[:_LISTED])
        arrays += f" and {len(found) - _LISTED} more arrays" if len(found) > _LISTED else ""
        idle = " and ".join(array for array, _, is_read, _ in found if not is_read)
        said = f"{name} keeps {arrays} ({label})." if arrays else f"{name} keeps no array."
        run.keeps = f"{said} Its backward reads no entry of {idle}." if idle else said
        if not_input and any(is_read and is_input for _, _, is_read, is_input in found):
            run.remark(not_input, f"{name}.backward")


def _arrays_kept(played: Played, step: Later) -> list[Kept] | None:
    """Return what was found out of an object's arrays, by exact types: a sandbox may say anything. None if unknown."""
    try:
        found = played[step]
    except AnswerError:
        return None
    if type(found) is not list or any(type(entry) is not tuple for entry in found):
        return None
    if any([type(item) for item in entry] != [str, int, bool, bool] for entry in found):
        return None
    return [(one_line(name, 60), *rest) for name, *rest in found]


def cache_mistakes() -> tuple[Mistake, ...]:
    """Return what goes wrong with a cache, whatever is in it."""
    hints = (
        ("two objects share a cache", SHARED, "Two objects of your class write into one place. Store on self, not on the class and not in a global name."),
        ("remembers the first forward", FIRST, "Your layer still holds the input or the weights of an earlier forward. Each forward starts the cache anew, and each backward is given its weights."),
        ("backward eats the cache", USED_UP, "A second backward gives a different result than the first. Reading a cache should leave it as it was."),
        ("reads no cache", NOT_READ, "Your backward gives the same whatever forward was given. Which tensor of the forward pass does it need?"),
    )  # fmt: skip
    return tuple(
        Mistake(name, hint, lambda c, right, story=story: {"cache": story} if "cache" in right else None)  # type: ignore[misc]
        for name, story, hint in hints
    )


def layer_drive(
    name: str, inp: str, weights: tuple[str, ...], out: str, made_with: tuple[str, ...] = (), not_input: str = ""
) -> Drive:
    """Make a driver for a layer class: outputs `out`, a bar for each weight (or "w_bar"), `<inp>_bar`, "cache".

    Parameters
    ----------
    name : str
        Name of the class.
    inp : str
        Name of the input of `forward`.
    weights : tuple of str
        Names of the entries of `w`.
    out : str
        Name of the output of `forward`.
    made_with : tuple of str
        Names of the arguments of the class.
    not_input : str
        What is said, and costs half of backward, if it reads the layer's input, or a copy of it; "" if it may.

    Returns
    -------
    callable
        For `Exercise.drive`. The case's `args` hold the input, the weights and ``<out>_bar``; if `context` holds
        ``"other"``, another input, the cache is tried as well.
    """
    bar = f"{out}_bar"

    def drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
        w = tuple(case.args[key] for key in weights)
        settings = tuple(getattr(case, key) for key in made_with)
        # Another input with other weights: a layer that keeps its weights keeps the wrong ones.
        inputs = ((case.args[inp], w), *(((case.other, other_weights(w)),) if "other" in case.context else ()))
        trips = LayerCalls(name, run.answers[name], settings, inputs, (case.args[bar], w))
        script, forward, backward = trips.once()
        story = CacheBehaviour(trips) if "other" in case.context else None
        plays = run.play([script, *story.scripts] if story else [script])
        played = next(plays)
        yield out, played[forward]
        (_, w_bar), (_, in_bar) = take_tuple(f"{name}.backward", played[backward], ("w_bar", f"{inp}_bar"))
        yield f"{inp}_bar", in_bar
        if story:
            yield "cache", story.described(next(plays))
            story.note_kept(run, next(plays), case.label, not_input)
        yield from _weight_bars(name, w_bar, weights)

    return drive


OVERWRITTEN = "its input's array is used for something else before backward"  # the label of such a case


def unless_overwritten(name: str, inp: str, out: str, drive: Drive) -> Drive:
    """Drive a layer without weights whose input's array is used for something else before backward, in cases that say so."""

    def driven(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
        if "overwritten" not in case.context:
            yield from drive(run, case)
            return
        layer, given = run(name), case.args[inp]
        yield out, run.send(layer, "forward", Reused(given, np.full(given.shape, -1.0)), ())
        value = run.send(layer, "backward", case.args[f"{out}_bar"], ())
        (_, _), (_, in_bar) = take_tuple(f"{name}.backward", value, ("w_bar", f"{inp}_bar"))
        yield f"{inp}_bar", in_bar
        yield "w_bar", "()"

    return driven


def other_weights(w: tuple) -> tuple:
    """Return weights of the same shapes with other numbers."""
    return tuple((np.multiply(-1.5, u) + 0.1)[()] for u in w)


def _weight_bars(name: str, w_bar: Any, weights: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    expected = f"({', '.join(f'{key}_bar' for key in weights)}{',' if len(weights) == 1 else ''})"
    if not is_row(w_bar) or len(w_bar) != len(weights):
        came = f"a tuple of {len(w_bar)}" if is_row(w_bar) else describe_type(w_bar)
        comma = " A tuple of one needs a comma." if len(weights) == 1 and not is_row(w_bar) else ""
        raise AnswerError(
            f"{name}.backward returned {came} as w_bar; expected the tuple {expected}, built like w.{comma}"
        )
    if weights:
        yield from zip((f"{key}_bar" for key in weights), w_bar, strict=True)
    else:
        yield "w_bar", "()"


def loss_drive(name: str, inputs: tuple[str, str], bars: tuple[str, ...]) -> Drive:
    """Make a driver for a loss class: outputs "l", the bars, and "cache".

    Parameters
    ----------
    name : str
        Name of the class.
    inputs : tuple of (str, str)
        Names of the arguments of `forward`.
    bars : tuple of str
        Names of the bars that `backward` returns; several of them come as a tuple.

    Returns
    -------
    callable
        For `Exercise.drive`. The case's `args` hold the inputs and, unless the default is tried, ``"l_bar"``; if
        `context` holds ``"other"``, another pair of inputs, the cache is tried as well.
    """

    def drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
        given = tuple(case.args[key] for key in inputs)
        l_bar = (case.args["l_bar"],) if "l_bar" in case.args else ()
        ways = (given, case.other) if "other" in case.context else (given,)
        trips = LayerCalls(name, run.answers[name], (), ways, l_bar)
        script, forward, backward = trips.once()
        story = CacheBehaviour(trips) if "other" in case.context else None
        plays = run.play([script, *story.scripts] if story else [script])
        played = next(plays)
        yield "l", played[forward]
        value = played[backward]
        yield from take_tuple(f"{name}.backward", value, bars) if len(bars) > 1 else ((bars[0], value),)
        if story:
            yield "cache", story.described(next(plays))
            story.note_kept(run, next(plays), case.label, "")

    return drive


def flat(owner: str, value: Any, like: Sequence[tuple]) -> np.ndarray:
    """Flatten a list of tuples of numbers, one tuple a layer, into one long vector.

    Raises AnswerError where it is not built like `like`.
    """
    if not is_row(value) or len(value) != len(like):
        came = f"{len(value)} entries" if is_row(value) else describe_type(value)
        raise AnswerError(f"{owner} is {came}; expected a list of {len(like)} tuples, one per layer.")
    for number, (layer, wanted) in enumerate(zip(value, like, strict=True)):
        if not is_row(layer) or len(layer) != len(wanted):
            came = f"{len(layer)} entries" if is_row(layer) else describe_type(layer)
            raise AnswerError(f"{owner}[{number}] is {came}; expected a tuple of {len(wanted)}, like w[{number}].")
        for place, (entry, variable) in enumerate(zip(layer, wanted, strict=True)):
            if not (is_number(entry) or is_array(entry)):
                raise AnswerError(f"{owner}[{number}][{place}] is {describe_type(entry)}; expected numbers.")
            if np.shape(entry) != np.shape(variable):
                raise AnswerError(
                    f"{owner}[{number}][{place}] has shape {np.shape(entry)}; its variable has {np.shape(variable)}."
                )
    return np.concatenate([np.ravel(np.asarray(u, dtype=float)) for layer in value for u in layer] or [np.zeros(0)])


def with_cache(case: Case, right: dict[str, Any]) -> Values:
    """Return the right values, with that of the cache if a case asks for it."""
    return right | ({"cache": KEPT} if "other" in case.context else {})
