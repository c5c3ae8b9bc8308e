"""Layers, drawn: what goes in and out of one both ways, chains of them, digits, and what training does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.ticker import MaxNLocator

from barprop.numerics.probabilities import probabilities as softmax
from barprop.pictures.picture import Picture
from barprop.pictures.style import BACKWARD, DASH, FAINT, FORWARD, INK, PAPER, SIGNED, TINT, course_style, sheet

# --- layers -------------------------------------------------------------------------------------


def card() -> Picture:
    """Draw what any layer is: forward through it, backward out of it, and the cache in between."""
    with course_style():
        figure, axes = _canvas(3.1, (-4.4, 4.4), (-1.7, 2.5))
        _box(axes, 0, 0, 4.4, 2.7)
        _arrow(axes, (-4.1, 0.75), (4.1, 0.75), FORWARD)
        _arrow(axes, (4.1, -0.85), (-4.1, -0.85), BACKWARD)
        _box(axes, 0, -0.05, 1.5, 0.6, read=True)
        axes.text(0, -0.05, "cache", ha="center", va="center", zorder=5)
        _arrow(axes, (-0.5, 0.75), (-0.5, 0.27), FORWARD)
        _arrow(axes, (0.5, -0.37), (0.5, -0.83), BACKWARD)
        _arrow(axes, (-1.3, 2.3), (-1.3, 0.8), FORWARD)
        _arrow(axes, (1.3, -0.8), (1.3, 2.3), BACKWARD)
        for x, y, text, color in (
            (-3.2, 1.02, r"$h_{\mathrm{prev}}$", FORWARD),
            (3.2, 1.02, "$h$", FORWARD),
            (3.2, -1.15, r"$\bar h$", BACKWARD),
            (-3.2, -1.15, r"$\bar h_{\mathrm{prev}}$", BACKWARD),
            (-1.6, 1.9, "$w$", FORWARD),
            (1.65, 1.9, r"$\bar w$", BACKWARD),
        ):
            axes.text(x, y, text, ha="center", va="center", color=color, fontsize=14)
        axes.text(0, 1.08, "forward", ha="center", va="center", color=FORWARD)
        axes.text(0, -1.12, "backward", ha="center", va="center", color=BACKWARD)
        axes.text(0, 1.72, "a layer", ha="center", va="center")
    return Picture(
        figure,
        "A layer as a box: forward takes h_prev and w in, gives h out and fills the cache; backward takes the "
        "bar of h in, "
        "reads the cache, and gives the bars of w and of h_prev out.",
    )


def blocks(n: int = 5, d: int = 4, m: int = 2) -> Picture:
    """Draw X, W, b and Z = X W^T + b as blocks with their shapes, and the one bar that is known.

    Parameters
    ----------
    n, d, m : int
        Examples, features, outputs; small.
    """
    with course_style():
        figure, axes = _canvas(2.7, (-0.3, 18.6), (-2.3, 5.9))
        x = 0.0
        for name, rows, columns, after, summed in (
            ("Z", n, m, "=", (0, 0)),
            ("X", n, d, "", (0, None)),
            ("W^\\top", d, m, "+", (None, 0)),
            ("b", 1, m, "", None),
        ):
            _cells(axes, x, 2.5, rows, columns, FORWARD, f"${name}$", summed)
            x += columns
            axes.text(x + 0.5, 2.5, after, ha="center", va="center", fontsize=15)
            x += 1.0 if after else 0.4
        axes.text(x + 0.9, 2.5, "known:", ha="center", va="center")
        _cells(axes, x + 2.3, 2.5, n, m, BACKWARD, r"$\bar Z$")
        axes.text(x + 4.8, 2.5, "wanted:\n" + r"$\bar W,\ \bar b,\ \bar X$", ha="left", va="center", fontsize=12)
        axes.text(0, -1.6, f"n = {n} examples, d = {d} features, m = {m} outputs.\nShaded: the {d} products that are "
                           "summed in one entry of $Z$.", va="center")  # fmt: skip
    return Picture(
        figure,
        f"Blocks: Z ({n}, {m}) = X ({n}, {d}) times W transposed ({d}, {m}) + b ({m},). An entry of Z sums over "
        f"a row of "
        f"X and a column of W transposed. The bar of Z, ({n}, {m}), is known; the bars of W, b and X are wanted.",
    )


def chain(names: Sequence[str], loss: str = "loss") -> Picture:
    """Draw layers one after the other, forward and backward, with the loss outside.

    Parameters
    ----------
    names : sequence of str
        Of the layers, in order; those called Linear have weights.
    loss : str
        The name of the loss.
    """
    step, count = 2.3, len(names)
    end = count * step + 0.45
    with course_style():
        figure, axes = _canvas(2.6, (-2.0, end + 2.8), (-1.95, 1.95))
        axes.add_patch(
            FancyBboxPatch((-1.0, -0.95), (count - 1) * step + 2.0, 1.9, boxstyle="round,pad=0.1",
                           facecolor="none", edgecolor=FAINT, linewidth=1.2)
        )  # fmt: skip
        axes.text(-1.0, 1.4, "the network", ha="left", va="center", color=INK)
        for i, name in enumerate(names):
            at = i * step
            _layer(axes, at, name, 1.5, at - step + 0.8)
            if name == "Linear":
                _arrow(axes, (at - 0.25, -1.7), (at - 0.25, -0.6), FORWARD)
                _arrow(axes, (at + 0.25, -0.6), (at + 0.25, -1.7), BACKWARD)
                axes.text(at - 0.6, -1.45, "$w$", ha="center", va="center", color=FORWARD, fontsize=13)
                axes.text(at + 0.63, -1.45, r"$\bar w$", ha="center", va="center", color=BACKWARD, fontsize=13)
        _layer(axes, end, loss, 2.5, (count - 1) * step + 0.8)
        axes.text(-1.9, 0.22, "$x$", ha="center", va="center", color=FORWARD, fontsize=14)
        axes.text(-1.9, -0.26, r"$\bar x$", ha="center", va="center", color=BACKWARD, fontsize=14)
        _arrow(axes, (end, 1.7), (end, 0.6), FORWARD)
        axes.text(end + 0.2, 1.4, "labels", ha="left", va="center", color=FORWARD)
        _arrow(axes, (end + 1.3, 0.22), (end + 1.9, 0.22), FORWARD)
        _arrow(axes, (end + 1.9, -0.22), (end + 1.3, -0.22), BACKWARD)
        axes.text(end + 2.0, 0.25, "$l$", ha="left", va="center", color=FORWARD, fontsize=14)
        axes.text(end + 2.0, -0.26, r"$\bar l = 1$", ha="left", va="center", color=BACKWARD, fontsize=12)
    told = ", ".join(names)
    return Picture(
        figure,
        f"A network of layers, {told}, and behind it the loss, which takes the labels too. Values go forward "
        f"from x to the "
        "loss; the bars come back the same way, down to the bar of x, and each Linear gives out the bar of its "
        "weights.",
    )


def _layer(axes: Axes, at: float, name: str, width: float, before: float) -> None:
    """Draw a box, and the arrows between it and what stands before it."""
    _box(axes, at, 0, width, 1.15)
    axes.text(at, 0, name, ha="center", va="center")
    start = at - width / 2 - 0.05
    _arrow(axes, (before, 0.22), (start, 0.22), FORWARD)
    _arrow(axes, (start, -0.22), (before, -0.22), BACKWARD)


# --- digits -------------------------------------------------------------------------------------


def digit_grid(
    X: np.ndarray, labels: Sequence[int] | None = None, named: Sequence[int] | None = None, columns: int = 10
) -> Picture:
    """Draw digits in a grid; below each, where they are given, its label and what it was taken for.

    Parameters
    ----------
    X : numpy.ndarray
        (n, 784), from 0 (paper) to 1 (full ink).
    labels, named : array_like, optional
        (n,).
    """
    rows = -(-len(X) // columns)
    with course_style():
        figure, grid = sheet((0.82 if named is None else 1.02) * rows, rows, columns, squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        for i, (axes, image) in enumerate(zip(grid.flat, X, strict=False)):
            axes.imshow(np.reshape(image, (28, 28)), cmap="gray_r", vmin=0, vmax=1)
            text = [] if labels is None else [f"{labels[i]}"]
            text += [] if named is None else [f"said {named[i]}"]
            axes.text(13.5, 29, "\n".join(text), ha="center", va="top")
    shown = ["its label"] * (labels is not None) + ["what it was taken for instead"] * (named is not None)
    told = f"each with {' and '.join(shown)}" if shown else "without their labels"
    return Picture(figure, f"{len(X)} handwritten digits in black ink on white paper, {told}.")


def probabilities(logits: Sequence[float], label: int, logits_bar: Sequence[float]) -> Picture:
    """Draw the probabilities of one example's classes, and the bars of its logits below them."""
    shares = softmax(logits)
    with course_style():
        figure, (upper, lower) = sheet(4.0, 2, sharex=True)
        classes = np.arange(len(shares))
        upper.bar(classes, shares, color=FORWARD, width=0.7)
        upper.set_ylabel("probability", color=FORWARD)
        lower.bar(classes, logits_bar, facecolor=PAPER, edgecolor=BACKWARD, linestyle=DASH, linewidth=1.4, width=0.7)
        lower.axhline(0, color=INK, linewidth=0.8)
        lower.set_ylabel("bar of the logit", color=BACKWARD)
        lower.set_xticks(classes, [f"{k}\nlabel" if k == label else str(k) for k in classes])
        lower.set_xlabel("class")
    seen = int(np.argmax(shares))
    return Picture(
        figure,
        f"Above, the probabilities of the classes; the largest is {shares[seen]:.2f}, of class {seen}. Below, "
        f"the bars of "
        f"the logits; that of the label, {label}, is {logits_bar[label]:.2f}.",
    )


# --- training -----------------------------------------------------------------------------------


def learning_curve(losses: Sequence[float], shares: Sequence[float]) -> Picture:
    """Draw the loss of every step, and after each epoch the share of held-out digits that were named right.

    Parameters
    ----------
    losses : sequence of float
        One a step.
    shares : sequence of float
        In [0, 1], one an epoch.
    """
    steps = np.arange(1, len(losses) + 1)
    each = len(losses) / max(len(shares), 1)
    width = max(len(losses) // 40, 1)
    smooth = np.convolve(losses, np.ones(width) / width, mode="valid")
    with course_style():
        figure, (left, right) = sheet(3.3, 1, 2)
        left.semilogy(steps, losses, color=FAINT, linewidth=0.6, linestyle="-", label="each batch")
        left.semilogy(steps[width - 1 :], smooth, color=FORWARD, linewidth=2, label=f"mean of {width}")
        left.axhline(np.log(10), color=INK, linestyle=":", linewidth=1)
        left.text(steps[-1], np.log(10) * 1.08, "ten equal chances", ha="right", va="bottom")
        left.set(xlabel="step", ylim=(None, 5))
        left.set_title("loss", loc="left")
        left.legend(loc="lower left", borderaxespad=0)
        right.plot(np.arange(1, len(shares) + 1), 100 * np.asarray(shares), "o-", color=FORWARD)
        right.annotate(f"{100 * shares[-1]:.1f} %", (len(shares), 100 * shares[-1]), (-2, -9),
                       textcoords="offset points", ha="right", va="top")  # fmt: skip
        low = 10 * (int(10 * min(shares)) - (10 * min(shares) % 1 < 0.2))
        right.set(xlabel=f"epoch ({each:.0f} steps each)", ylim=(max(low, 0), 100))
        right.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        right.set_title("test accuracy, %", loc="left")
    return Picture(
        figure,
        f"Left, the loss of {len(losses)} batches, from {smooth[0]:.2g} to {smooth[-1]:.2g}; ten equal chances "
        f"would be "
        f"2.3. Right, the test accuracy after each of {len(shares)} epochs, from {100 * shares[0]:.1f} % to "
        f"{100 * shares[-1]:.1f} %.",
    )


def first_weights(W: np.ndarray, count: int = 8) -> Picture:
    """Draw the largest rows of the first layer's W (or of its change): blue plus, vermilion minus.

    Parameters
    ----------
    W : numpy.ndarray
        (m, 784).
    count : int
        Of the rows that are shown.
    """
    few = np.argsort(-np.linalg.norm(W, axis=1))[:count]
    size = np.quantile(np.abs(W[few]), 0.995) or 1.0
    rows = -(-len(few) // 4)
    with course_style():
        figure, grid = sheet(1.62 * rows + 0.6, rows, 4, squeeze=False)
        for axes in grid.flat:
            axes.axis("off")
        for axes, i in zip(grid.flat, few, strict=False):
            shown = axes.imshow(np.reshape(W[i], (28, 28)), cmap=SIGNED, vmin=-size, vmax=size)
            axes.set_title(f"unit {i}")
        bar = figure.colorbar(shown, ax=grid, location="bottom", aspect=50, shrink=0.6, pad=0.03)
        bar.set_ticks([-size, 0, size], labels=["ink here votes against", "0", "ink here votes for"])
        bar.outline.set_visible(False)
    return Picture(
        figure,
        f"The {len(few)} largest of {len(W)} rows of the first layer's weights as pictures of 28 by 28: blue where ink "
        "votes for the hidden unit, vermilion where it votes against it.",
    )


# --- pieces -------------------------------------------------------------------------------------


def _canvas(height: float, x: tuple[float, float], y: tuple[float, float]) -> tuple[Figure, Axes]:
    figure, axes = sheet(height)
    axes.set(xlim=x, ylim=y, aspect="equal")
    axes.axis("off")
    return figure, axes


def _box(axes: Axes, x: float, y: float, width: float, height: float, read: bool = False) -> None:
    """Draw a box round (x, y); what is read from the cache has corners and a thicker edge."""
    corner, size = (x - width / 2, y - height / 2), (width, height)
    if read:
        axes.add_patch(Rectangle(corner, *size, facecolor=PAPER, edgecolor=INK, linewidth=1.6, zorder=3))
    else:
        style = "round,pad=0,rounding_size=0.18"
        axes.add_patch(FancyBboxPatch(corner, *size, boxstyle=style, facecolor=PAPER, edgecolor=INK, linewidth=1.3))
    axes.set_axisbelow(True)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
    line = DASH if color == BACKWARD else "-"
    axes.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=13, linewidth=1.6, shrinkA=0, shrinkB=0,
                        color=color, linestyle=line, zorder=4)
    )  # fmt: skip


def _cells(
    axes: Axes,
    x: float,
    middle: float,
    rows: int,
    columns: int,
    color: str,
    name: str,
    summed: tuple[int | None, int | None] | None = None,
) -> None:
    """Draw a matrix as a grid of cells with its name above and its shape below; bars are dashed.

    `summed` shades (row, column), None for all of them.
    """
    line = DASH if color == BACKWARD else "-"
    for i in range(rows):
        for j in range(columns):
            corner = (x + j, middle + rows / 2 - i - 1)
            shaded = summed is not None and summed[0] in (i, None) and summed[1] in (j, None)
            face = TINT if shaded else "none"
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=face, edgecolor=color, linewidth=1.0, linestyle=line))
    axes.text(x + columns / 2, middle + rows / 2 + 0.15, name, ha="center", va="bottom", color=color, fontsize=14)
    shape = f"({rows}, {columns})" if name != "$b$" else f"({columns},)"
    axes.text(x + columns / 2, middle - rows / 2 - 0.2, shape, ha="center", va="top", color=color)
