"""Layers, drawn: what goes in and out of one both ways, chains of them, digits, and what training does."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from barprop.pictures.style import BACKWARD, DASH, FAINT, FORWARD, INK, PAPER, course_style

_GREY = LinearSegmentedColormap.from_list("ink", [PAPER, INK])
_SIGNED = LinearSegmentedColormap.from_list("signed", [BACKWARD, PAPER, FORWARD])  # minus, zero, plus


# --- layers -------------------------------------------------------------------------------------


def card() -> Figure:
    """Draw what any layer is: forward through it, backward out of it, and the cache in between."""
    with course_style():
        figure, axes = _canvas((8.6, 3.6), (-4.4, 4.4), (-1.5, 2.2))
        _box(axes, 0, 0, 3.6, 2.6)
        axes.text(0, 1.02, "a layer", ha="center", va="center", fontsize=13)
        _box(axes, 0, -0.1, 1.5, 0.62, read=True)
        axes.text(0, -0.1, "cache", ha="center", va="center")
        _arrow(axes, (-3.9, 0.55), (-1.8, 0.55), FORWARD)
        _arrow(axes, (1.8, 0.55), (3.9, 0.55), FORWARD)
        _arrow(axes, (3.9, -0.75), (1.8, -0.75), BACKWARD)
        _arrow(axes, (-1.8, -0.75), (-3.9, -0.75), BACKWARD)
        _arrow(axes, (-0.75, 0.62), (-0.3, 0.25), FORWARD)
        _arrow(axes, (0.3, -0.45), (0.75, -0.82), BACKWARD)
        _arrow(axes, (-0.6, 2.05), (-0.6, 1.3), FORWARD)
        _arrow(axes, (0.6, 1.3), (0.6, 2.05), BACKWARD)
        for x, y, text, color in (
            (-2.9, 0.8, r"$h_{\mathrm{prev}}$", FORWARD),
            (2.9, 0.8, "$h$", FORWARD),
            (2.9, -1.05, r"$\bar h$", BACKWARD),
            (-2.9, -1.05, r"$\bar h_{\mathrm{prev}}$", BACKWARD),
            (-0.85, 1.75, "$w$", FORWARD),
            (0.9, 1.75, r"$\bar w$", BACKWARD),
        ):
            axes.text(x, y, text, ha="center", va="center", color=color, fontsize=14)
        axes.text(-1.2, 0.62, "forward", ha="center", va="center", color=FORWARD)
        axes.text(1.2, -0.82, "backward", ha="center", va="center", color=BACKWARD)
        plt.close(figure)
    return figure


def blocks(n: int = 5, d: int = 4, m: int = 2) -> Figure:
    """X, W, b and Z = X W^T + b as blocks with their shapes, and the one bar that is known.

    Parameters
    ----------
    n, d, m : examples, features, outputs; small.
    """
    with course_style():
        figure, axes = _canvas((9.4, 3.6), (-0.4, 19.6), (-1.9, 5.9))
        x = 0.0
        for name, rows, columns, after in (
            ("Z", n, m, "="),
            ("X", n, d, ""),
            ("W^\\top", d, m, "+"),
            ("b", 1, m, ""),
        ):
            _cells(axes, x, 2.5, rows, columns, FORWARD, f"${name}$")
            x += columns
            axes.text(x + 0.5, 2.5, after, ha="center", va="center", fontsize=15)
            x += 1.0 if after else 0.4
        axes.text(x + 0.9, 2.5, "known:", ha="center", va="center")
        _cells(axes, x + 2.1, 2.5, n, m, BACKWARD, r"$\bar Z$")
        axes.text(x + 5.2, 2.5, "wanted:\n" + r"$\bar W,\ \bar b,\ \bar X$", ha="left", va="center", fontsize=13)
        axes.text(0, -1.5, f"n = {n} examples, d = {d} features, m = {m} outputs", va="center")
        plt.close(figure)
    return figure


def chain(names: Sequence[str], loss: str = "loss") -> Figure:
    """Layers one after the other, forward and backward, with the loss outside.

    Parameters
    ----------
    names : of the layers, in order; those called Linear have weights.
    loss : the name of the loss.
    """
    step, count = 2.5, len(names)
    with course_style():
        figure, axes = _canvas((10.4, 3.3), (-2.1, (count + 1) * step - 0.4), (-1.75, 1.75))
        axes.add_patch(
            FancyBboxPatch((-1.0, -0.95), (count - 1) * step + 2.0, 1.9, boxstyle="round,pad=0.1",
                           facecolor="none", edgecolor=FAINT, linewidth=1.2)
        )  # fmt: skip
        axes.text(-1.0, 1.25, "the network", ha="left", va="center", color=INK)
        for i, name in enumerate([*names, loss]):
            at = i * step
            _box(axes, at, 0, 1.55, 1.15)
            axes.text(at, 0, name, ha="center", va="center", fontsize=10.5)
            _arrow(axes, (at - step + 0.8, 0.22), (at - 0.8, 0.22), FORWARD)
            _arrow(axes, (at - 0.8, -0.22), (at - step + 0.8, -0.22), BACKWARD)
            if name == "Linear":
                _arrow(axes, (at - 0.25, -1.5), (at - 0.25, -0.6), FORWARD)
                _arrow(axes, (at + 0.25, -0.6), (at + 0.25, -1.5), BACKWARD)
                axes.text(at - 0.55, -1.35, "$w$", ha="center", va="center", color=FORWARD, fontsize=13)
                axes.text(at + 0.58, -1.35, r"$\bar w$", ha="center", va="center", color=BACKWARD, fontsize=13)
        axes.text(-1.95, 0.22, "$x$", ha="center", va="center", color=FORWARD, fontsize=14)
        axes.text(-1.95, -0.26, r"$\bar x$", ha="center", va="center", color=BACKWARD, fontsize=14)
        end = count * step
        _arrow(axes, (end, 1.5), (end, 0.6), FORWARD)
        axes.text(end + 0.2, 1.25, "labels", ha="left", va="center", color=FORWARD)
        axes.text(end + 1.0, 0.22, "$l$", ha="left", va="center", color=FORWARD, fontsize=14)
        axes.text(end + 1.0, -0.26, r"$\bar l = 1$", ha="left", va="center", color=BACKWARD, fontsize=12)
        plt.close(figure)
    return figure


# --- digits -------------------------------------------------------------------------------------


def digit_grid(X: np.ndarray, labels: Sequence[int], named: Sequence[int] | None = None, columns: int = 10) -> Figure:
    """Digits in a grid, each with its label below; where `named` is given, also what it was taken for.

    Parameters
    ----------
    X : (n, 784), 0 for paper and 1 for ink. labels, named : (n,).
    """
    gap = 12  # pixels between the rows, for what is written there
    tiles, places = _mosaic(X, columns, (4, gap), 0.0)
    with course_style():
        figure, axes = plt.subplots(figsize=(0.9 * columns, 0.9 * columns * tiles.shape[0] / tiles.shape[1]))
        axes.imshow(tiles, cmap=_GREY, vmin=0, vmax=1, interpolation="nearest")
        axes.axis("off")
        for i, (row, column) in enumerate(places):
            text = f"{labels[i]}" if named is None else f"{labels[i]}, said {named[i]}"
            axes.text(column + 13.5, row + 28, text, ha="center", va="top", fontsize=10)
        plt.close(figure)
    return figure


def probabilities(logits: Sequence[float], label: int, logits_bar: Sequence[float]) -> Figure:
    """Draw the probabilities of one example's classes, and the bars of its logits below them."""
    shifted = np.exp(np.subtract(logits, np.max(logits)))
    with course_style():
        figure, (upper, lower) = plt.subplots(2, 1, figsize=(7, 4.2), sharex=True)
        classes = np.arange(len(shifted))
        upper.bar(classes, shifted / shifted.sum(), color=FORWARD, width=0.7)
        upper.set_ylabel("probability", color=FORWARD)
        lower.bar(classes, logits_bar, facecolor=PAPER, edgecolor=BACKWARD, linestyle=DASH, linewidth=1.4, width=0.7)
        lower.axhline(0, color=INK, linewidth=0.8)
        lower.set_ylabel("bar of the logit", color=BACKWARD)
        lower.set_xticks(classes, [f"{k}\nlabel" if k == label else str(k) for k in classes])
        lower.set_xlabel("class")
        plt.close(figure)
    return figure


# --- training -----------------------------------------------------------------------------------


def learning_curve(losses: Sequence[float], shares: Sequence[float]) -> Figure:
    """Draw the loss of every step, and after each epoch the share of held-out digits that were named right.

    Parameters
    ----------
    losses : one a step. shares : in [0, 1], one an epoch.
    """
    steps = np.arange(1, len(losses) + 1)
    each = len(losses) / max(len(shares), 1)
    width = max(len(losses) // 40, 1)
    smooth = np.convolve(losses, np.ones(width) / width, mode="valid")
    with course_style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.5))
        left.semilogy(steps, losses, color=FAINT, linewidth=0.6, linestyle="-", label="each batch")
        left.semilogy(steps[width - 1 :], smooth, color=FORWARD, linewidth=2, label=f"mean of {width}")
        left.axhline(np.log(10), color=INK, linestyle=":", linewidth=1)
        left.text(steps[-1], np.log(10) * 1.08, "ten equal chances", ha="right", va="bottom", fontsize=10)
        left.set(xlabel="step", ylabel="loss")
        left.legend(loc="lower left")
        right.plot(np.arange(1, len(shares) + 1), 100 * np.asarray(shares), "o-", color=FORWARD)
        right.annotate(f"{100 * shares[-1]:.1f} %", (len(shares), 100 * shares[-1]), (-4, -9),
                       textcoords="offset points", ha="right", va="top")  # fmt: skip
        right.axhline(90, color=INK, linestyle=":", linewidth=1)
        right.set(xlabel=f"epoch ({each:.0f} steps each)", ylabel="right, % of the held out")
        plt.close(figure)
    return figure


def first_weights(W: np.ndarray, columns: int = 16) -> Figure:
    """Rows of the first layer's W (or their change) as pictures, one a hidden unit; blue plus, vermilion minus.

    Parameters
    ----------
    W : (m, 784).
    """
    size = np.quantile(np.abs(W), 0.995) or 1.0
    tiles, _ = _mosaic(W, columns, (2, 2), np.nan)
    with course_style():
        figure, axes = plt.subplots(figsize=(9.6, 9.6 * tiles.shape[0] / tiles.shape[1] + 0.6))
        colours = _SIGNED.with_extremes(bad=FAINT)
        image = axes.imshow(tiles, cmap=colours, vmin=-size, vmax=size, interpolation="nearest")
        axes.axis("off")
        bar = figure.colorbar(image, ax=axes, location="bottom", aspect=70, shrink=0.6, pad=0.02)
        bar.set_ticks([-size, 0, size], labels=["ink here votes against", "0", "ink here votes for"])
        bar.outline.set_visible(False)
        plt.close(figure)
    return figure


def _mosaic(
    images: np.ndarray, columns: int, gap: tuple[int, int], between: float
) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Images of 28 x 28, row by row in one large one, and the upper left corner of each: (row, column).

    Parameters
    ----------
    images : (n, 784). gap : pixels beside and below each. between : the value in the gaps.
    """
    rows = -(-len(images) // columns)
    width, height = 28 + gap[0], 28 + gap[1]
    tiles = np.full((rows * height, columns * width), between)
    places = [(i // columns * height, i % columns * width) for i in range(len(images))]
    for image, (row, column) in zip(images, places, strict=True):
        tiles[row : row + 28, column : column + 28] = np.reshape(image, (28, 28))
    return tiles, places


# --- pieces -------------------------------------------------------------------------------------


def _canvas(size: tuple[float, float], x: tuple[float, float], y: tuple[float, float]) -> tuple[Figure, Axes]:
    figure, axes = plt.subplots(figsize=size)
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


def _cells(axes: Axes, x: float, middle: float, rows: int, columns: int, color: str, name: str) -> None:
    """Draw a matrix as a grid of cells with its name above and its shape below; bars are dashed."""
    line = DASH if color == BACKWARD else "-"
    for i in range(rows):
        for j in range(columns):
            corner = (x + j, middle - rows / 2 + i)
            axes.add_patch(Rectangle(corner, 1, 1, facecolor="none", edgecolor=color, linewidth=1.0, linestyle=line))
    axes.text(x + columns / 2, middle + rows / 2 + 0.15, name, ha="center", va="bottom", color=color, fontsize=14)
    shape = f"({rows}, {columns})" if name != "$b$" else f"({columns},)"
    axes.text(x + columns / 2, middle - rows / 2 - 0.2, shape, ha="center", va="top", color=color, fontsize=10)
