"""Photos under attack: what the network sees in them, the change magnified, and where the photo is sensitive."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from barprop.data import class_names
from barprop.numerics.probabilities import probabilities
from barprop.pictures.picture import Picture
from barprop.pictures.style import BACKWARD, FAINT, FORWARD, INK, TINT, WIDE, course_style, frame_only, sheet

_SIDE = 224


def likeliest(logits: Any, count: int = 5) -> list[tuple[str, float]]:
    """Return (name of the class, probability) of the likeliest classes of one row of logits (1000,)."""
    shares = probabilities(logits)
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


def seen(X: Any, logits: Any, heads: Sequence[str] = ()) -> Picture:
    """Draw photos, and below each the five likeliest classes.

    Parameters
    ----------
    X : array_like
        (n, 150528) in [0, 1].
    logits : array_like
        (n, 1000).
    heads : sequence of str
        A title for each photo.
    """
    with course_style():
        side = min(2.75, WIDE / len(X))
        figure, grid = sheet(2 * side, 2, len(X), side * len(X), squeeze=False, height_ratios=(1.5, 1.1))
        for axes, below, x, row in zip(*grid, X, logits, strict=True):
            _photo(axes, x)
            _five(below, row)
        for axes, head in zip(grid[0], heads, strict=False):
            axes.set_title(head)
    return Picture(figure, _description("the likeliest classes below it", logits, heads, 5))


def row(X: Any, logits: Any, heads: Sequence[str] = ()) -> Picture:
    """Draw photos side by side, each with its likeliest class.

    Parameters
    ----------
    X : array_like
        (n, 150528) in [0, 1].
    logits : array_like
        (n, 1000).
    heads : sequence of str
        A title for each photo.
    """
    side = WIDE / max(len(X), 3)
    with course_style():
        figure, line = sheet(side + 1.35, 1, len(X), side * len(X), squeeze=False)
        for axes, x, logit in zip(line[0], X, logits, strict=True):
            _photo(axes, x)
            axes.set_xlabel(_wrapped(caption(logit), side))
        for axes, head in zip(line[0], heads, strict=False):
            axes.set_title(_wrapped(head, side))
    return Picture(figure, _description("its likeliest class below it", logits, heads, 1))


def _wrapped(text: str, inches: float) -> str:
    """Lines that fit under a photo so wide."""
    return "\n".join(
        part
        for line in text.split("\n")
        for part in textwrap.wrap(line, max(8, int(10.5 * inches)), break_long_words=False)
    )


def _description(what: str, logits: Any, heads: Sequence[str], count: int) -> str:
    heads = [*heads, *[""] * len(logits)]
    each = (
        f"{head}: {', '.join(f'{name} {percent(share)}' for name, share in likeliest(logit, count))}".removeprefix(": ")
        for head, logit in zip(heads, logits, strict=False)
    )
    return f"{'A photo' if len(logits) == 1 else f'{len(logits)} photos, each'} with {what}. {'; '.join(each)}."


def photo(X: Any) -> Picture:
    """Draw one photo, (1, 150528)."""
    with course_style():
        figure, axes = sheet(2.8, width=2.8)
        _photo(axes, np.ravel(X))
    return Picture(figure, "The photo as the network gets it, 224 by 224 pixels.")


def equation(X: Any, X_adv: Any, logits: Any, factor: float = 32) -> Picture:
    """Draw a photo, the magnified change, and their sum, with what the network sees before and after.

    Parameters
    ----------
    X, X_adv : array_like
        (1, 150528) in [0, 1].
    logits : array_like
        (2, 1000), of the one and of the other.
    factor : float
        How many times the change is enlarged.
    """
    change = np.ravel(X_adv - X)
    before, after = (caption(logit) for logit in logits)
    parts = ((np.ravel(X), before), (0.5 + factor * change, f"the change,\nmagnified × {factor:g}"),
             (np.ravel(X_adv), after))  # fmt: skip
    with course_style():
        figure, line = sheet(2.6, 1, 3)
        for axes, (values, text), sign in zip(line, parts, ("", "+", "="), strict=True):
            _photo(axes, values)
            axes.set_xlabel(text)
            axes.text(-0.09, 0.5, sign, transform=axes.transAxes, ha="center", va="center", fontsize=20)
    return Picture(
        figure,
        f"A photo, which the network takes for {before}; plus a change, here magnified {factor:g} times; equals "
        f"a photo "
        f"that looks the same and is taken for {after}.",
    )


def walk(steps: Sequence[int], lines: Mapping[str, Any], guess: Any = None) -> Picture:
    """Draw probabilities against the number of steps.

    Parameters
    ----------
    steps : sequence of int
        (k,).
    lines : mapping
        Name of a class -> (k,) probabilities; the first is what the photo shows.
    guess : object
        A number of steps to mark, or anything else for none.
    """
    styles = ((FORWARD, "-", "o"), (BACKWARD, "--", "s"), (INK, "-.", "^"), (FAINT, ":", "v"))
    with course_style():
        figure, axes = sheet(3.4)
        for (name, shares), (color, dash, mark) in zip(lines.items(), styles, strict=False):
            axes.plot(steps, 100 * np.asarray(shares), color=color, linestyle=dash, marker=mark, label=name)
        if type(guess) in (int, float):
            axes.axvline(guess, color=INK, linewidth=1, linestyle=":", label="your guess")
        axes.set(xlabel="steps", ylabel="probability, in %", ylim=(-3, 103), xticks=list(steps))
        figure.legend(loc="outside upper center", ncols=3)
    told = "; ".join(f"{name} {', '.join(percent(share) for share in shares)}" for name, shares in lines.items())
    return Picture(figure, f"Probabilities after {', '.join(map(str, steps))} steps: {told}.")


def saliency(X: Any, maps: Mapping[str, Any]) -> Picture:
    """Draw a photo and, beside it, how sensitive the loss is to each pixel (the largest of its three colours).

    Parameters
    ----------
    X : array_like
        (1, 150528) in [0, 1].
    maps : mapping
        Title -> (1, 150528), 0 or more.
    """
    count = 1 + len(maps)
    side = WIDE / max(count, 3)
    with course_style():
        figure, line = sheet(side + 0.6, 1, count, side * count)
        _photo(line[0], np.ravel(X))
        line[0].set_title("the photo")
        for axes, (title, sizes) in zip(line[1:], maps.items(), strict=True):
            strongest = np.reshape(np.abs(sizes), (_SIDE, _SIDE, 3)).max(axis=2)
            axes.imshow(strongest, cmap="gray_r", vmin=0, vmax=np.quantile(strongest, 0.995) or 1)
            axes.set_title(_wrapped(title, side))
            frame_only(axes)
    return Picture(
        figure,
        f"A photo, and beside it the sensitivity of the loss to each of its pixels, darker is more: {', '.join(maps)}.",
    )


def windows(k: int, s: int, size: int = 7) -> Picture:
    """Draw in how many windows of k x k pixels, s apart, each pixel of a small picture stands."""
    count = np.zeros((size, size), dtype=int)
    for i in range(0, size - k + 1, s):
        for j in range(0, size - k + 1, s):
            count[i : i + k, j : j + k] += 1
    with course_style():
        figure, axes = sheet(3.0, width=3.0)
        axes.imshow(count, cmap="Blues", vmin=0, vmax=1.6 * count.max())
        for (i, j), number in np.ndenumerate(count):
            axes.text(j, i, str(number), ha="center", va="center", color="black")
        axes.set_title(f"k = {k}, s = {s}")
        frame_only(axes)
    rows = "; ".join(" ".join(map(str, line)) for line in count)
    return Picture(
        figure, f"In how many windows of {k} by {k} pixels, {s} apart, each pixel stands, row by row: {rows}."
    )


def _photo(axes: Axes, x: Any) -> None:
    axes.imshow(np.clip(np.reshape(x, (_SIDE, _SIDE, 3)), 0, 1))
    frame_only(axes)


def _five(axes: Axes, logits: Any) -> None:
    """Draw the five likeliest classes as bars, names inside."""
    for place, (name, share) in enumerate(likeliest(logits)):
        axes.barh(place, share, color=TINT, edgecolor=FORWARD)
        axes.text(0.02, place, f"{name}  {percent(share)}", ha="left", va="center")
    axes.set(xlim=(0, 1), xticks=[], yticks=[])
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
