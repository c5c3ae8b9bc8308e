"""Photos under attack: what the network sees in them, the change magnified, and where the photo is sensitive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from barprop.data import class_names
from barprop.pictures.style import BACKWARD, FAINT, FORWARD, INK, course_style

_SIDE = 224
_DPI = 80  # a photo keeps about as many pixels as it has; more would only make the notebook larger


def probabilities(logits: Any) -> np.ndarray:
    """Return the soft-max of each row of logits, (n, 1000)."""
    logits = np.asarray(logits, dtype=float)
    return np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))


def likeliest(logits: Any, count: int = 5) -> list[tuple[str, float]]:
    """Return (name of the class, probability) of the likeliest classes of one row of logits (1000,)."""
    shares = probabilities(np.atleast_2d(logits))[0]
    return [(class_names()[k], float(shares[k])) for k in np.argsort(-shares)[:count]]


def percent(share: float) -> str:
    """Return a probability as a percentage, with more digits near 0 and 1."""
    if share > 0.9995:
        return ">99.9 %"
    if share < 0.0001:
        return "<0.01 %"
    if share < 0.01:
        return f"{100 * share:.2f} %"
    return f"{100 * share:.1f} %"


def caption(logits: Any) -> str:
    """Return the likeliest class and its probability, as "giant panda, 97.2 %"."""
    ((name, share),) = likeliest(logits, 1)
    return f"{name}\n{percent(share)}"


def seen(X: Any, logits: Any, heads: Sequence[str] = ()) -> Figure:
    """Draw photos, and below each the five likeliest classes.

    Parameters
    ----------
    X : (n, 150528) in [0, 1]. logits : (n, 1000).
    heads : a title for each photo.
    """
    with course_style():
        figure, grid = plt.subplots(
            2, len(X), dpi=_DPI, figsize=(2.75 * len(X), 4.3), squeeze=False, height_ratios=(2, 1.1)
        )
        for axes, below, x, row in zip(*grid, X, logits, strict=True):
            _photo(axes, x)
            _five(below, row)
        for axes, head in zip(grid[0], heads, strict=False):
            axes.set_title(head, fontsize=11)
        plt.close(figure)
    return figure


def row(X: Any, logits: Any, heads: Sequence[str] = ()) -> Figure:
    """Draw photos side by side, each with its likeliest class.

    Parameters
    ----------
    X : (n, 150528) in [0, 1]. logits : (n, 1000).
    heads : a title for each photo.
    """
    with course_style():
        figure, line = plt.subplots(1, len(X), dpi=_DPI, figsize=(1.9 * len(X), 2.8), squeeze=False)
        for axes, x, logit in zip(line[0], X, logits, strict=True):
            _photo(axes, x)
            axes.set_xlabel(caption(logit), fontsize=10)
        for axes, head in zip(line[0], heads, strict=False):
            axes.set_title(head, fontsize=10)
        plt.close(figure)
    return figure


def photo(X: Any) -> Figure:
    """Draw one photo, (1, 150528)."""
    with course_style():
        figure, axes = plt.subplots(dpi=_DPI, figsize=(2.8, 2.8))
        _photo(axes, np.ravel(X))
        plt.close(figure)
    return figure


def equation(X: Any, X_adv: Any, logits: Any, factor: float = 32) -> Figure:
    """Draw a photo, the magnified change, and their sum, with what the network sees before and after.

    Parameters
    ----------
    X, X_adv : (1, 150528) in [0, 1]. logits : (2, 1000), of the one and of the other.
    factor : how many times the change is enlarged.
    """
    change = np.ravel(X_adv - X)
    parts = ((np.ravel(X), caption(logits[0])), (0.5 + factor * change, f"the change, {factor:g} times enlarged"),
             (np.ravel(X_adv), caption(logits[1])))  # fmt: skip
    with course_style():
        figure, line = plt.subplots(1, 3, dpi=_DPI, figsize=(8.6, 3.4))
        for axes, (values, text), sign in zip(line, parts, ("", "+", "="), strict=True):
            _photo(axes, values)
            axes.set_xlabel(text, fontsize=12)
            axes.text(-0.09, 0.5, sign, transform=axes.transAxes, ha="center", va="center", fontsize=22)
        plt.close(figure)
    return figure


def walk(steps: Sequence[int], lines: Mapping[str, Any], guess: Any = None) -> Figure:
    """Draw probabilities against the number of steps.

    Parameters
    ----------
    steps : (k,). lines : name of a class -> (k,) probabilities; the first is what the photo shows.
    guess : a number of steps to mark, or anything else for none.
    """
    styles = ((FORWARD, "-", "o"), (BACKWARD, "--", "s"), (INK, "-.", "^"), (FAINT, ":", "v"))
    with course_style():
        figure, axes = plt.subplots(figsize=(6.4, 3.2))
        for (name, shares), (color, dash, mark) in zip(lines.items(), styles, strict=False):
            axes.plot(steps, 100 * np.asarray(shares), color=color, linestyle=dash, marker=mark, label=name)
        if type(guess) in (int, float):
            axes.axvline(guess, color=INK, linewidth=1, linestyle=":", label="your guess")
        axes.set(xlabel="steps", ylabel="probability, in %", ylim=(-3, 103), xticks=list(steps))
        axes.legend(fontsize=10, loc="center left", bbox_to_anchor=(1.01, 0.5))
        plt.close(figure)
    return figure


def saliency(X: Any, maps: Mapping[str, Any]) -> Figure:
    """Draw a photo and, beside it, how sensitive the loss is to each pixel (the largest of its three colours).

    Parameters
    ----------
    X : (1, 150528) in [0, 1]. maps : title -> (1, 150528), 0 or more.
    """
    with course_style():
        figure, line = plt.subplots(1, 1 + len(maps), dpi=_DPI, figsize=(2.9 * (1 + len(maps)), 3.1))
        _photo(line[0], np.ravel(X))
        line[0].set_title("the photo", fontsize=11)
        for axes, (title, sizes) in zip(line[1:], maps.items(), strict=True):
            strongest = np.reshape(np.abs(sizes), (_SIDE, _SIDE, 3)).max(axis=2)
            axes.imshow(strongest, cmap="gray_r", vmin=0, vmax=np.quantile(strongest, 0.995) or 1)
            axes.set_title(title, fontsize=11)
            _bare(axes)
        plt.close(figure)
    return figure


def windows(k: int, s: int, size: int = 7) -> Figure:
    """Draw in how many windows of k x k pixels, s apart, each pixel of a small picture stands."""
    count = np.zeros((size, size), dtype=int)
    for i in range(0, size - k + 1, s):
        for j in range(0, size - k + 1, s):
            count[i : i + k, j : j + k] += 1
    with course_style():
        figure, axes = plt.subplots(figsize=(3.0, 3.0))
        axes.imshow(count, cmap="Blues", vmin=0, vmax=1.6 * count.max())
        for (i, j), number in np.ndenumerate(count):
            axes.text(j, i, str(number), ha="center", va="center", fontsize=11)
        axes.set_title(f"k = {k}, s = {s}", fontsize=11)
        _bare(axes)
        plt.close(figure)
    return figure


def _photo(axes: Axes, x: Any) -> None:
    axes.imshow(np.clip(np.reshape(x, (_SIDE, _SIDE, 3)), 0, 1))
    _bare(axes)


def _five(axes: Axes, logits: Any) -> None:
    """Draw the five likeliest classes as bars, names inside."""
    for place, (name, share) in enumerate(likeliest(logits)):
        axes.barh(place, share, color="#CFE3F1", edgecolor=FORWARD)
        axes.text(0.02, place, f"{name}  {percent(share)}", ha="left", va="center", fontsize=9)
    axes.set(xlim=(0, 1.3), xticks=[], yticks=[])
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)


def _bare(axes: Axes) -> None:
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(FAINT)
