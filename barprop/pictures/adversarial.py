"""Digits under attack: what the network sees in them, the bars of their pixels, and accuracy against eps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from barprop.pictures.style import BACKWARD, FAINT, INK, PAPER, THIRD, course_style

_SIDE = 28
# Where ink lowers the loss and where it raises it: the two ends differ in lightness as well.
_SIGNED = LinearSegmentedColormap.from_list("signed", ["#00402F", "#6DB59F", PAPER, "#F2A873", BACKWARD])
_LINES = ((THIRD, "-", "o"), (BACKWARD, "--", "s"), (INK, "-.", "^"))
_PAIRS = ((FAINT, "--", "s"), (FAINT, "-.", "^"), (THIRD, "--", "s"), (THIRD, "-.", "^"))


# --- what the network sees ----------------------------------------------------------------------


def caption(logits: Any, label: int | None = None) -> str:
    """Return the class seen and how sure the network is, as "✗ 9, 98 %"; the mark only with a label."""
    seen = int(np.argmax(logits))
    percent = 100 * float(np.exp(logits[seen] - np.logaddexp.reduce(logits)))
    sure = ">99.9 %" if percent > 99.9 else (f"{percent:.1f} %" if percent >= 99 else f"{percent:.0f} %")
    mark = "" if label is None else ("✓ " if seen == label else "✗ ")
    return f"{mark}{seen}, {sure}"


def row(images: Any, logits: Any, labels: Any, heads: Sequence[str] = ()) -> Figure:
    """Digits side by side, with what the network sees in each.

    Parameters
    ----------
    images : (n, 784). logits : (n, 10). labels : (n,), the truth.
    heads : a line above each; default none.
    """
    return rows({"": (images, logits, labels)}, heads)


def rows(kinds: Mapping[str, tuple[Any, Any, Any]], heads: Sequence[str] = ()) -> Figure:
    """Several rows of digits, one below the other; name -> (images, logits, labels) as in `row`."""
    count = len(next(iter(kinds.values()))[0])
    named = any(kinds)
    with course_style():
        size = (1.12 * count + 1.1 * named, 1.55 * len(kinds) + 0.3 * bool(heads))
        figure, grid = plt.subplots(len(kinds), count, figsize=size, squeeze=False)
        for line, (name, (images, logits, labels)) in zip(grid, kinds.items(), strict=True):
            for axes, image, seen, label in zip(line, images, logits, labels, strict=True):
                _digit(axes, image)
                _named(axes, caption(seen, label), 9.5)
            if name:
                line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=11, labelpad=10)
        for axes, head in zip(grid[0], heads, strict=False):
            axes.set_title(head, fontsize=10)
        plt.close(figure)
    return figure


def _digit(axes: Axes, image: Any) -> None:
    """Ink on paper; whatever lies beyond black and white is shown as black and white."""
    axes.imshow(np.reshape(image, (_SIDE, _SIDE)), cmap="gray_r", vmin=0, vmax=1)
    _bare(axes)


def _named(axes: Axes, text: str, size: float = 11) -> None:
    """Write what the network sees below a digit; if it is wrong, the frame says so as well."""
    wrong = text.startswith("✗")
    axes.set_xlabel(text, fontsize=size, fontweight="bold" if wrong else "normal")
    for spine in axes.spines.values():
        spine.set(color=BACKWARD if wrong else FAINT, linewidth=2.2 if wrong else 0.8)


def _bare(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(FAINT)


# --- bars of images -----------------------------------------------------------------------------


def bars(images: Any, X_bar: Any) -> Figure:
    """Digits above the bars of their pixels, each bar on its own scale.

    Parameters
    ----------
    images, X_bar : (n, 784).
    """
    with course_style():
        figure, grid = plt.subplots(2, len(images), figsize=(1.32 * len(images) + 1.3, 3.5))
        for above, below, image, x_bar in zip(*grid, images, X_bar, strict=True):
            _digit(above, image)
            top = float(np.max(np.abs(x_bar), initial=0)) or 1.0
            shown = below.imshow(np.reshape(x_bar / top, (_SIDE, _SIDE)), cmap=_SIGNED, vmin=-1, vmax=1)
            _bare(below)
            below.set_xlabel(f"up to {top:.2g}", fontsize=9.5)
        for axes, name in zip(grid[:, 0], ("$x$", r"$\bar x$"), strict=True):
            axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=15, labelpad=8)
        scale = figure.colorbar(shown, ax=grid[1].tolist(), ticks=[-1, 0, 1], aspect=9, pad=0.015)
        scale.ax.set_yticklabels(["ink lowers\nthe loss", "0", "ink raises\nthe loss"], fontsize=9)
        plt.close(figure)
    return figure


def calm_and_nervous(X: Any, logits: Any, labels: Any, size: Any, count: int = 5) -> Figure:
    """Of the digits seen rightly, those with the shortest bars and those with the longest.

    Parameters
    ----------
    X : (n, 784). logits : (n, 10). labels, size : (n,), the truth and the length of each bar.
    """
    right = np.flatnonzero(_right(logits, labels))
    order = right[np.argsort(np.asarray(size)[right])]
    kinds = {"calm": order[:count], "nervous": order[-count:]}
    figure = rows({name: (X[few], logits[few], labels[few]) for name, few in kinds.items()})
    for axes, i in zip(figure.axes, np.concatenate(list(kinds.values())), strict=True):
        length = f"{size[i]:.0e}" if size[i] < 0.01 else f"{size[i]:.2g}"
        axes.set_title(rf"$\|\bar x\|$ = {length}", fontsize=10)
    return figure


def quarters(size: Any, logits: Any, attacked: Mapping[float, Any], labels: Any) -> None:
    """Print how many digits stand an attack, by quarters of sensitivity, of those seen rightly before it.

    Parameters
    ----------
    size, labels : (n,). logits : (n, 10), before the attack. attacked : eps -> (n, 10), after it.
    """
    right = np.flatnonzero(_right(logits, labels))
    parts = np.array_split(right[np.argsort(np.asarray(size)[right])], 4)
    print("length of the bar      still right at eps = " + "".join(f"{eps:>7g}" for eps in attacked))
    for name, part in zip(("calmest quarter", "second", "third", "most nervous"), parts, strict=True):
        stand = [np.mean(_right(after[part], labels[part])) for after in attacked.values()]
        print(f"{name:<16}{np.median(size[part]):>7.2g}{'':22}" + "".join(f"{share:>7.0%}" for share in stand))


def _right(logits: Any, labels: Any) -> np.ndarray:
    return np.argmax(logits, axis=1) == np.asarray(labels)


# --- attacks ------------------------------------------------------------------------------------


def magnified(image: Any, attacks: Mapping[str, Any], captions: Sequence[str], factor: float = 10) -> Figure:
    """Draw what was added to a digit, made visible: image, change times `factor`, and their true sum.

    Parameters
    ----------
    image : (784,). attacks : name -> the attacked image (784,).
    captions : of the image, and of what each attack made of it.
    """
    with course_style():
        figure, grid = plt.subplots(len(attacks), 3, figsize=(7.6, 2.35 * len(attacks)), squeeze=False)
        for (left, middle, right), (name, made), text in zip(grid, attacks.items(), captions[1:], strict=True):
            change = made - image
            _digit(left, image)
            _named(left, captions[0])
            middle.imshow(factor * change.reshape(_SIDE, _SIDE), cmap=_SIGNED, vmin=-1, vmax=1)
            _bare(middle)
            middle.set_xlabel(f"{name}, {factor:g} times enlarged")
            _digit(right, made)
            _named(right, text)
            for axes, sign in ((middle, "+"), (right, "=")):
                axes.text(-0.22, 0.5, sign, transform=axes.transAxes, ha="center", va="center", fontsize=18)
        plt.close(figure)
    return figure


def curve(eps: Sequence[float], lines: Mapping[str, Any], guess: Mapping[str, Any] | None = None) -> Figure:
    """Accuracy against eps, in percent.

    Parameters
    ----------
    eps : (k,). lines : name -> (k,) shares in [0, 1].
    guess : name of a line -> percent at eps = 0.1; whatever is no number is left out.
    """
    guess = guess if isinstance(guess, Mapping) else {}
    return _curves(eps, lines, _LINES, {name: p for name, p in guess.items() if type(p) in (int, float)})


def before_and_after(eps: Sequence[float], before: Mapping[str, Any], after: Mapping[str, Any]) -> Figure:
    """Accuracy against eps of two networks under the same attacks.

    Parameters
    ----------
    eps : (k,). before, after : name of the attack -> (k,) shares in [0, 1]; those in `after` are drawn.
    """
    lines = {f"before, {name}": before[name] for name in after} | {f"after, {name}": after[name] for name in after}
    return _curves(eps, lines, _PAIRS, {})


def _curves(eps: Sequence[float], lines: Mapping[str, Any], styles: Any, guess: Mapping[str, float]) -> Figure:
    with course_style():
        figure, axes = plt.subplots(figsize=(7.8, 4.0))
        axes.axhline(10, color=FAINT, linewidth=1, linestyle="-")
        axes.text(0, 8.5, "blind guessing", color=INK, ha="left", va="top", fontsize=10)
        for (name, shares), (color, dash, mark) in zip(lines.items(), styles, strict=False):
            axes.plot(eps, 100 * np.asarray(shares), color=color, linestyle=dash, marker=mark, markersize=5,
                      linewidth=2, label=name)  # fmt: skip
            if name in guess:
                axes.plot(0.1, min(max(guess[name], 0), 100), "*", color=color, markersize=15, markeredgecolor=INK,
                          label=f"your guess: {name}", linestyle="none")  # fmt: skip
        axes.set_xlabel("eps, of a range from 0 (paper) to 1 (ink)")
        axes.set_ylabel("still right, in %")
        axes.set_ylim(-3, 103)
        axes.legend(fontsize=10, loc="center left", bbox_to_anchor=(1.01, 0.5))
        plt.close(figure)
    return figure
