"""Attack a photo: choose a class, walk step by step, compare with noise of the same size (notebook 07)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import traitlets as t
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from barprop.data import class_names
from barprop.numerics.probabilities import probabilities
from barprop.pictures.style import BACKWARD, FORWARD
from barprop.widgets.base import Widget, WidgetError, bundled, number, one_of, whole

_MOST_STEPS = 20
_PAGE_STEPS, _PAGE_CLASSES = 6, 10  # at most so many are computed beforehand for a page without a kernel
_CONTROLS = ("attack", "noise", "shuffled")
_SHOWN = 5  # of the likeliest classes
MAGNIFIED = 32


class PicturePad(Widget):
    """Attack a photo in the direction of any class; see the likeliest classes before and after, and noise as a control.

    Parameters
    ----------
    net : tuple
        (network, w, loss): `network.forward(X, w)` gives logits (1, classes).
    targeted : callable
        The attack: targeted(net, X, targets, eps, alpha, steps) -> (1, d). It runs here, one step at a time.
    X : (1, d) array
        The photo as one row in [0, 1]: side * side pixels of three colours.
    names : sequence of str
        What the classes are called, by their numbers.
    target : str
        Name of the wanted class.
    steps : int
        To begin with, 0 to 20.
    control : str
        "attack"; "noise" for random signs of the same size; "shuffled" for the attack with its numbers shuffled.
    eps, alpha : float
        Largest change of a number, and length of a step.

    Raises
    ------
    WidgetError
        one sentence that says what was passed and what was expected.
    """

    _esm = bundled("picture_pad.js")
    resets = ("target", "steps", "control")
    names = t.List(t.Unicode()).tag(sync=True)
    side = t.Int().tag(sync=True)
    target = t.Int().tag(sync=True)
    steps = t.Int().tag(sync=True)
    control = t.Unicode().tag(sync=True)
    photo = t.Bytes().tag(sync=True)  # 8 bits a colour, row by row
    # what is shown: bytes as above, [class, probability] of the likeliest, and of the wanted class
    shown = t.Bytes().tag(sync=True)
    before: t.List[Any] = t.List().tag(sync=True)
    after: t.List[Any] = t.List().tag(sync=True)
    wanted: t.List[Any] = t.List().tag(sync=True)
    done: t.List[Any] = t.List().tag(sync=True)  # the target, steps and control that this belongs to
    busy = t.Unicode().tag(sync=True)
    size = (8.6, 3.0)

    def __init__(
        self,
        net: tuple[Any, Any, Any],
        targeted: Callable[..., Any],
        X: ArrayLike,
        names: Sequence[str] | None = None,
        target: str = "gibbon",
        steps: int = 6,
        control: str = "attack",
        eps: float = 2 / 255,
        alpha: float = 1 / 255,
    ) -> None:
        names = list(class_names() if names is None else names)
        self._X, self._net, self._targeted = _photo(X), net, targeted
        self._eps, self._alpha = number("eps", eps), number("alpha", alpha)
        self._walks: dict[int, list[np.ndarray]] = {}
        if self._shares(self._X).shape != (len(names),):
            raise WidgetError(f"The network must give a logit for each of the {len(names)} names.")
        super().__init__(
            names=names,
            side=round((self._X.size / 3) ** 0.5),
            target=names.index(one_of("target", target, names)),
            steps=whole("steps", steps, 0, _MOST_STEPS),
            control=one_of("control", control, _CONTROLS),
            photo=_as_bytes(self._X),
            before=self._likeliest(self._X),
        )
        self._update()
        self.observe(lambda _: self._update(), ["target", "steps", "control"])

    def changed(self) -> np.ndarray:
        """Return the photo as it is shown, changed, (1, d)."""
        return self._changed(self.target, self.steps, self.control)

    def _changed(self, target: int, steps: int, control: str) -> np.ndarray:
        attacked = self._walk(target, steps)[steps]
        if control == "attack":
            return attacked
        rng, change = np.random.default_rng(0), attacked - self._X
        largest = np.abs(change).max()
        other = rng.choice([-largest, largest], change.shape) if control == "noise" else rng.permuted(change, axis=1)
        return np.clip(self._X + other, 0, 1)

    def _walk(self, target: int, steps: int) -> list[np.ndarray]:
        """Return the photo after 0, 1, ... steps towards a class, as far as was asked for till now."""
        walk = self._walks.setdefault(target, [self._X])
        while len(walk) <= steps:
            self.busy = f"step {len(walk)} of {steps}"
            there = np.asarray(self._targeted(self._net, walk[-1], np.array([target]), self._alpha, self._alpha, 1))
            walk.append(np.clip(np.clip(there, self._X - self._eps, self._X + self._eps), 0, 1))
        self.busy = ""
        return walk

    def _update(self) -> None:
        """Compute what is shown anew. Values a page may send that make no sense are brought into range."""
        self.target = min(max(self.target, 0), len(self.names) - 1)
        self.steps = min(max(self.steps, 0), _MOST_STEPS)
        if self.control not in _CONTROLS:
            self.control = "attack"
        answer = self._answer(self.target, self.steps, self.control)
        with self.hold_sync():
            for name, value in answer.items():
                setattr(self, name, value)

    def _answer(self, target: int, steps: int, control: str) -> dict[str, Any]:
        """Return the traits that follow from what was asked."""
        now = self._changed(target, steps, control)
        return {
            "shown": _as_bytes(now),
            "after": self._likeliest(now),
            "wanted": [float(self._shares(X)[target]) for X in (self._X, now)],
            "done": [target, steps, control],
        }

    def answers(self) -> dict[str, dict[str, Any]]:
        """Return what is shown for every class (or, of more than ten, the wanted one), control and up to six steps."""
        targets = range(len(self.names)) if len(self.names) <= _PAGE_CLASSES else [self.target]
        asked = product(targets, range(_PAGE_STEPS + 1), _CONTROLS)
        return {json.dumps(each, separators=(",", ":")): self._answer(*each) for each in asked}

    def _shares(self, X: np.ndarray) -> np.ndarray:
        network, w, _ = self._net
        return probabilities(network.forward(X, w))[0]

    def _likeliest(self, X: np.ndarray) -> list[list[float]]:
        shares = self._shares(X)
        return [[int(k), float(shares[k])] for k in np.argsort(-shares)[:_SHOWN]]

    def sentence(self) -> str:
        """Say what the picture shows."""
        (first, sure), (now, then) = self.before[0], self.after[0]
        what = {
            "attack": "towards",
            "noise": "of random signs, as large as towards",
            "shuffled": "with shuffled numbers towards",
        }
        return (
            f"A photo: the network sees {self.names[first]} with {100 * sure:.1f} %; after {self.steps} "
            f"step{'' if self.steps == 1 else 's'} {what[self.control]} {self.names[self.target]} it sees "
            f"{self.names[now]} with {100 * then:.1f} %."
        )

    def draw(self, figure: Figure) -> None:
        """Draw the photo, the magnified change, the changed photo, and the likeliest classes after it."""
        x, now = self._X.reshape(self.side, self.side, 3), self.changed().reshape(self.side, self.side, 3)
        grid = figure.subplots(1, 4, width_ratios=(1, 1, 1, 1.3))
        shown = (
            (x, "the photo"),
            (0.5 + MAGNIFIED * (now - x), f"the change × {MAGNIFIED}"),
            (now, "photo and change"),
        )
        for axes, (values, title) in zip(grid, shown, strict=False):
            axes.imshow(np.clip(values, 0, 1))
            axes.set_title(title, fontsize=10)
            axes.set(xticks=[], yticks=[])
        places = np.arange(len(self.after))
        grid[3].barh(places, [share for _, share in self.after], facecolor="#CFE3F1", edgecolor=FORWARD)
        for place, (k, share) in zip(places, self.after, strict=True):
            color = BACKWARD if k == self.target else "black"
            grid[3].text(0.02, place, f"{self.names[k]} {100 * share:.1f} %", va="center", fontsize=9, color=color)
        grid[3].set(yticks=[], xlim=(0, 1.4), xticks=[])
        grid[3].invert_yaxis()


def _photo(X: ArrayLike) -> np.ndarray:
    X = np.asarray(X, dtype=float)
    side = round((X.size / 3) ** 0.5)
    if X.ndim != 2 or len(X) != 1 or X.shape[1] != 3 * side * side or not 0 < side <= 512:
        raise WidgetError(
            f"X must be one square photo of three colours as a row, (1, side * side * 3), got shape {X.shape}."
        )
    if not (np.isfinite(X).all() and X.min() >= 0 and X.max() <= 1):
        raise WidgetError("X must hold numbers from 0 to 1.")
    return X


def _as_bytes(X: np.ndarray) -> bytes:
    return np.rint(255 * X).astype(np.uint8).tobytes()
