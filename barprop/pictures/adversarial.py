"""Digits under attack: what the network sees in them, the bars of their pixels, and accuracy against eps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from barprop.numerics.probabilities import probabilities
from barprop.pictures.picture import Picture
from barprop.pictures.style import BACKWARD, FAINT, INK, SIGNED, THIRD, WIDE, course_style, frame_only, sheet

_SIDE = 28
_LINES = ((THIRD, "-", "o"), (BACKWARD, "--", "s"), (INK, "-.", "^"))
_PAIRS = ((FAINT, "--", "s"), (FAINT, "-.", "^"), (THIRD, "--", "s"), (THIRD, "-.", "^"))


# --- what the network sees ----------------------------------------------------------------------


def caption(logits: Any, label: int | None = None) -> str:
    """Return the class seen and how sure the network is, as "✗ 9, 98 %"; the mark only with a label."""
    seen = int(np.argmax(logits))
    percent = 100 * float(probabilities(logits)[seen])
    sure = ">99.9 %" if percent > 99.9 else (f"{percent:.1f} %" if percent >= 99 else f"{percent:.0f} %")
    mark = "" if label is None else ("✓ " if seen == label else "✗ ")
    return f"{mark}{seen}, {sure}"


def row(images: Any, logits: Any, labels: Any, heads: Sequence[str] = ()) -> Picture:
    """Draw digits side by side, with what the network sees in each.

    Parameters
    ----------
    images : array_like
        (n, 784).
    logits : array_like
        (n, 10).
    labels : array_like
        (n,), the truth.
    heads : sequence of str
        A line above each; default none.
    """
    return rows({"": (images, logits, labels)}, heads)


def rows(kinds: Mapping[str, tuple[Any, Any, Any]], heads: Sequence[str] = ()) -> Picture:
    """Draw several rows of digits, one below the other; name -> (images, logits, labels) as in `row`."""
    count = len(next(iter(kinds.values()))[0])
    named = any(kinds)
    side = WIDE / max(count, 7)
    with course_style():
        height = (side + 0.5 + 0.22 * named) * len(kinds) + 0.4 * bool(heads)
        figure, grid = sheet(height, len(kinds), count, side * count, squeeze=False)
        for line, (name, (images, logits, labels)) in zip(grid, kinds.items(), strict=True):
            for axes, image, seen, label in zip(line, images, logits, labels, strict=True):
                _digit(axes, image)
                _named(axes, _short(caption(seen, label)))
            if name:
                line[0].set_title(name, loc="left", fontweight="bold")
        for axes, head in zip(grid[0], heads, strict=False):
            axes.set_title(head.replace(" ", "\n", 1))
    told = "; ".join(
        f"{name}: {_right(logits, labels).sum()} of {count} right" if name else _seen(logits, labels, heads)
        for name, (_, logits, labels) in kinds.items()
    )
    return Picture(figure, f"{count} digits{' per row' if named else ''}, and what the network sees in each. {told}.")


def _seen(logits: Any, labels: Any, heads: Sequence[str]) -> str:
    heads = [*heads, *[""] * len(labels)]
    return "; ".join(
        f"{head}: {caption(one, label)}".removeprefix(": ")
        for head, one, label in zip(heads, logits, labels, strict=False)
    )


def aimed(images: Any, logits: Any, wanted: Any) -> Picture:
    """Draw digits that were pushed towards a class each, and what the network sees in them now.

    Parameters
    ----------
    images : array_like
        (n, 784).
    logits : array_like
        (n, 10).
    wanted : array_like
        (n,), the class that each was aimed at.
    """
    side = WIDE / max(len(images), 7)
    with course_style():
        figure, grid = sheet(side + 1.1, 1, len(images), side * len(images), squeeze=False)
        for axes, image, seen, target in zip(grid[0], images, logits, wanted, strict=True):
            _digit(axes, image)
            got = int(np.argmax(seen)) == target
            axes.set_xlabel(_short(caption(seen)))
            axes.set_title(f"aim {target}\n" + ("✓" if got else "missed"))
            for spine in axes.spines.values():
                spine.set(color=THIRD if got else FAINT, linewidth=2.2 if got else 0.8)
    reached = _right(logits, wanted)
    told = ", ".join(f"{target} {'reached' if got else 'missed'}" for target, got in zip(wanted, reached, strict=True))
    return Picture(figure, f"{len(images)} digits, each pushed towards a class: {told}.")


def _short(text: str) -> str:
    """Write a caption in two lines, as narrow as a small digit."""
    seen, sure = text.split(", ")
    value = float(sure.strip(">% "))
    return f"{seen}\n{'>99' if value > 99 else f'{value:.0f}'} %"


def _digit(axes: Axes, image: Any) -> None:
    """Ink on paper; whatever lies beyond black and white is shown as black and white."""
    axes.imshow(np.reshape(image, (_SIDE, _SIDE)), cmap="gray_r", vmin=0, vmax=1)
    frame_only(axes)


def _named(axes: Axes, text: str) -> None:
    """Write what the network sees below a digit; where it is wrong, the frame says so as well."""
    wrong = text.startswith("✗")
    axes.set_xlabel(text, fontweight="bold" if wrong else "normal")
    for spine in axes.spines.values():
        spine.set(color=BACKWARD if wrong else FAINT, linewidth=2.2 if wrong else 0.8)


# --- bars of images -----------------------------------------------------------------------------


def bars(images: Any, X_bar: Any) -> Picture:
    """Draw digits above the bars of their pixels, each bar on its own scale.

    Parameters
    ----------
    images, X_bar : array_like
        (n, 784).
    """
    tops = [float(np.max(np.abs(x_bar), initial=0)) or 1.0 for x_bar in X_bar]
    with course_style():
        figure, grid = sheet(3.0, 2, len(images), squeeze=False)
        for above, below, image, x_bar, top in zip(*grid, images, X_bar, tops, strict=True):
            _digit(above, image)
            shown = below.imshow(np.reshape(x_bar / top, (_SIDE, _SIDE)), cmap=SIGNED, vmin=-1, vmax=1)
            frame_only(below)
            below.set_xlabel(f"≤ {top:.1g}")
        for axes, name in zip(grid[:, 0], ("$x$", r"$\bar x$"), strict=True):
            axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=15, labelpad=8)
        scale = figure.colorbar(shown, ax=grid, ticks=[-1, 0, 1], location="bottom", aspect=50, shrink=0.6, pad=0.03)
        scale.set_ticks([-1, 0, 1], labels=["ink lowers the loss", "0", "ink raises the loss"])
        scale.outline.set_visible(False)
    told = ", ".join(f"{top:.1g}" for top in tops)
    return Picture(
        figure,
        f"{len(images)} digits, and below each the bar of its pixels: blue where ink raises the loss, vermilion "
        f"where it "
        f"lowers it. The largest entries: {told}.",
    )


def calm_and_nervous(X: Any, logits: Any, labels: Any, size: Any, count: int = 5) -> Picture:
    """Draw, of the digits that are classified correctly, those with the shortest bars and those with the longest.

    Parameters
    ----------
    X : array_like
        (n, 784).
    logits : array_like
        (n, 10).
    labels, size : array_like
        (n,), the truth and the length of each bar.
    """
    right = np.flatnonzero(_right(logits, labels))
    order = right[np.argsort(np.asarray(size)[right])]
    kinds = {"calm": order[:count], "nervous": order[-count:]}
    with course_style():
        figure, grid = sheet(4.1, 2, count, squeeze=False)
        for line, (name, few) in zip(grid, kinds.items(), strict=True):
            for axes, i in zip(line, few, strict=False):
                _digit(axes, X[i])
                _named(axes, _short(caption(logits[i], labels[i])))
                axes.set_title(f"{size[i]:.0e}" if size[i] < 0.01 else f"{size[i]:.2g}")
            line[0].set_ylabel(f"{name}\n" + r"$\|\bar x\|$ =", rotation=0, ha="right", va="top", y=1.32, labelpad=6)
    ends = [f"{size[few[0]]:.1g} to {size[few[-1]]:.1g}" for few in kinds.values() if len(few)]
    return Picture(
        figure,
        f"{count} calm digits, the lengths of whose bars are {ends[0]}, above {count} nervous ones, {ends[-1]}; "
        f"all of them "
        "are classified correctly.",
    )


def quarters(size: Any, logits: Any, attacked: Mapping[float, Any], labels: Any) -> None:
    """Print how many digits stand an attack, by quarters of sensitivity, of those seen rightly before it.

    Parameters
    ----------
    size, labels : array_like
        (n,).
    logits : array_like
        (n, 10), before the attack.
    attacked : mapping
        Eps -> (n, 10), after it.
    """
    right = np.flatnonzero(_right(logits, labels))
    parts = np.array_split(right[np.argsort(np.asarray(size)[right])], 4)
    print(f"{'':16}median length of the bar   still right at eps =" + "".join(f"{eps:>7g}" for eps in attacked))
    for name, part in zip(("calmest quarter", "second", "third", "most nervous"), parts, strict=True):
        stand = [np.mean(_right(after[part], labels[part])) for after in attacked.values()]
        print(f"{name:<16}{np.median(size[part]):>24.2g}{'':23}" + "".join(f"{100 * each:>5.0f} %" for each in stand))


def _right(logits: Any, labels: Any) -> np.ndarray:
    return np.argmax(logits, axis=1) == np.asarray(labels)


# --- attacks ------------------------------------------------------------------------------------


def magnified(image: Any, attacks: Mapping[str, Any], captions: Sequence[str], factor: float = 10) -> Picture:
    """Draw what was added to a digit: image, change times `factor`, and their true sum.

    Parameters
    ----------
    image : array_like
        (784,).
    attacks : mapping
        Name -> the attacked image (784,).
    captions : sequence of str
        Of the image, and of what each attack made of it.
    """
    with course_style():
        figure, grid = sheet(2.2 * len(attacks) + 0.5, len(attacks), 3, squeeze=False)
        for (left, middle, right), (name, made), text in zip(grid, attacks.items(), captions[1:], strict=True):
            change = made - image
            _digit(left, image)
            _named(left, captions[0])
            shown = middle.imshow(factor * change.reshape(_SIDE, _SIDE), cmap=SIGNED, vmin=-1, vmax=1)
            frame_only(middle)
            middle.set_xlabel(f"{name}: change × {factor:g}")
            _digit(right, made)
            _named(right, text)
            for axes, sign in ((middle, "+"), (right, "=")):
                axes.text(-0.14, 0.5, sign, transform=axes.transAxes, ha="center", va="center", fontsize=18)
        scale = figure.colorbar(shown, ax=grid, location="bottom", aspect=50, shrink=0.6, pad=0.03)
        scale.set_ticks([-1, 0, 1], labels=[f"{1 / factor:g} less ink", "0", f"{1 / factor:g} more ink"])
        scale.outline.set_visible(False)
    told = "; ".join(f"with {name}, {text}" for name, text in zip(attacks, captions[1:], strict=True))
    return Picture(
        figure, f"A digit, a change magnified {factor:g} times, and their sum. Before, {captions[0]}; {told}."
    )


def curve(
    eps: Sequence[float], lines: Mapping[str, Any], guess: Mapping[str, Any] | None = None, at: float = 0.1
) -> Picture:
    """Draw accuracy against eps, in percent.

    Parameters
    ----------
    eps : sequence of float
        (k,).
    lines : mapping
        Name -> (k,) shares in [0, 1].
    guess : mapping, optional
        Name of a line -> percent at eps = `at`; whatever is no number is left out.
    """
    guess = guess if isinstance(guess, Mapping) else {}
    return _curves(eps, lines, _LINES, {name: p for name, p in guess.items() if type(p) in (int, float)}, at)


def before_and_after(eps: Sequence[float], before: Mapping[str, Any], after: Mapping[str, Any]) -> Picture:
    """Draw accuracy against eps of two networks under the same attacks.

    Parameters
    ----------
    eps : sequence of float
        (k,).
    before, after : mapping
        Name of the attack -> (k,) shares in [0, 1]; those in `after` are drawn.
    """
    lines = {f"before, {name}": before[name] for name in after} | {f"after, {name}": after[name] for name in after}
    return _curves(eps, lines, _PAIRS, {})


def _curves(
    eps: Sequence[float], lines: Mapping[str, Any], styles: Any, guess: Mapping[str, float], at: float = 0.1
) -> Picture:
    with course_style():
        figure, axes = sheet(3.8)
        axes.axhline(10, color=FAINT, linewidth=1, linestyle="-")
        axes.text(0, 8.5, "blind guessing", color=INK, ha="left", va="top")
        for (name, shares), (color, dash, mark) in zip(lines.items(), styles, strict=False):
            axes.plot(eps, 100 * np.asarray(shares), color=color, linestyle=dash, marker=mark, markersize=5,
                      linewidth=2, label=name)  # fmt: skip
            if name in guess:
                axes.plot(at, min(max(guess[name], 0), 100), "*", color=color, markersize=15, markeredgecolor=INK,
                          label=f"your guess: {name}", linestyle="none")  # fmt: skip
        axes.set_xlabel("eps, of a range from 0 (paper) to 1 (ink)")
        axes.set_ylabel("still right, in %")
        axes.set_ylim(-3, 103)
        figure.legend(loc="outside upper center", ncols=3 if len(lines) == 3 and not guess else 2)
    told = "; ".join(f"{name} {', '.join(f'{100 * s:.0f}' for s in shares)}" for name, shares in lines.items())
    return Picture(
        figure,
        f"Digits still classified correctly, in percent, at eps = {', '.join(f'{e:g}' for e in eps)}: {told}.",
    )
