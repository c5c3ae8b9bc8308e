"""Who gets how much of the gradient, drawn: the split at a product, two networks on one sum, learning rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.ticker import LogLocator

from barprop.pictures.picture import Picture
from barprop.pictures.style import (
    BACKWARD,
    DASH,
    FAINT,
    FIFTH,
    FORWARD,
    FOURTH,
    INK,
    PAPER,
    THIRD,
    course_style,
    sheet,
)

LINES = (THIRD, INK)  # of the two networks: blue and vermilion are the two directions
DASHES = ("-", DASH)
_RADIUS = 0.34


# --- graphs -------------------------------------------------------------------------------------


def products_and_sum(
    x: Sequence[float], w: Sequence[float], z_bar: float, w_bar: Sequence[float] | None = None
) -> Picture:
    """Draw z = w_1 x_1 + w_2 x_2 as two products and a sum, with what comes back to each.

    Parameters
    ----------
    x, w : sequence of float
        Two numbers each.
    z_bar : float
        The bar that comes in.
    w_bar : sequence of float, optional
        Two numbers; without them the picture is a question, and only the bar that comes in is there.
    """
    with course_style():
        figure, axes = sheet(3.6)
        _canvas(axes, (-2.0, 7.5), (-2.7, 2.7))
        for i, side in enumerate((1, -1)):
            up, down = (0, (1.3 + 0.75 * side) * side), (0, (1.3 - 0.75 * side) * side)
            _term(axes, i, side, (up, down))
            bar = "?" if w_bar is None else f"{w_bar[i]:.4g}"
            _text(axes, -0.5, up[1] + 0.24, f"{w[i]:g}", FORWARD, "right")
            _text(axes, -0.5, up[1] - 0.24, rf"\bar w_{i + 1} = {bar}", BACKWARD, "right")
            _text(axes, -0.5, down[1], f"{x[i]:g}", FORWARD, "right")
            # forwards above the arrow, backwards below it
            _text(axes, 3.4 + 0.15 * side, 0.65 * side + 0.4, f"{w[i] * x[i]:.4g}", FORWARD, ("left", "right")[i])
            back = "?" if w_bar is None else f"{z_bar:g}"
            _text(axes, 3.4 - 0.15 * side, 0.65 * side - 0.4, back, BACKWARD, ("right", "left")[i])
        _edge(axes, (4.6, 0), (6.9, 0), both=True)
        _text(axes, 5.75, 0.4, f"z = {float(np.dot(x, w)):.4g}", FORWARD)
        _text(axes, 5.75, -0.4, rf"\bar z = {z_bar:g}", BACKWARD)
        _node(axes, 4.6, 0, "$+$")
        _node(axes, 6.9, 0, "$z$")
        if w_bar is not None:
            axes.text(7.3, -2.1, "the sum hands\nthe same bar to both", ha="right", va="center")
    terms = " + ".join(f"{w[i]:g} × {x[i]:g}" for i in (0, 1))
    told = f"the bar of z, {z_bar:g}, comes in from the right; what will the two terms and the two weights get?"
    if w_bar is not None:
        told = f"the sum hands the bar of z, {z_bar:g}, to both, and the weights get {w_bar[0]:.4g} and {w_bar[1]:.4g}."
    return Picture(figure, f"Two products and a sum, z = {terms} = {float(np.dot(x, w)):.4g}: {told}")


def _term(axes: Axes, i: int, side: int, inputs: tuple[tuple[float, float], tuple[float, float]]) -> None:
    """Draw one product with its two inputs, the weight first; `side` is 1 above and -1 below."""
    times = (2.2, 1.3 * side)
    _edge(axes, inputs[0], times, both=True)
    _edge(axes, inputs[1], times)
    _edge(axes, times, (4.6, 0), both=True)
    _node(axes, *times, r"$\times$")
    _node(axes, *inputs[0], f"$w_{i + 1}$")
    _node(axes, *inputs[1], f"$x_{i + 1}$")


def two_networks() -> Picture:
    """Draw two networks on one sum: values run forwards, and one bar comes back to both."""
    with course_style():
        figure, axes = sheet(4.4)
        _canvas(axes, (-0.6, 9.0), (-3.4, 3.4))
        for i, side in ((1, 1), (2, -1)):
            x, h, dot = ((across, 1.4 * side) for across in (0, 2.3, 4.6))
            weight, out = (1.15, 2.8 * side), (3.45, 2.8 * side)
            for start, end, both in (
                (x, h, True),
                (weight, h, True),
                (h, dot, True),
                (out, dot, True),
                (dot, (6.8, 0), True),
            ):
                _edge(axes, start, end, both=both)
            _node(axes, *x, f"$x_{i}$")
            _node(axes, *weight, f"$W_{i}$")
            _node(axes, *h, f"$h_{i}$")
            _node(axes, *out, f"$a_{i}$")
            _node(axes, *dot, r"$\cdot$")
            _text(axes, 0.85, 1.4 * side + 0.42, f"h_{i} = W_{i} x_{i}", FORWARD)
            shift, sides = 0.15 * side, ("left", "right")
            _text(axes, 5.7 + shift, 0.7 * side + 0.42, rf"a_{i} \cdot h_{i}", FORWARD, sides[i - 1])
            _text(axes, 5.7 - shift, 0.7 * side - 0.42, r"\bar z", BACKWARD, sides[2 - i])
            axes.text(4.6, 2.8 * side, f"network {i}", ha="left", va="center")
        _edge(axes, (6.8, 0), (8.6, 0), both=True)
        _node(axes, 6.8, 0, "$+$")
        _node(axes, 8.6, 0, "$z$")
        _text(axes, 7.7, -0.4, r"\bar z", BACKWARD)
    return Picture(
        figure,
        "Two networks on one sum: network i makes h_i = W_i x_i and a_i · h_i; both products are added to z, and the "
        "same bar of z goes back to both, then to a_i, h_i, W_i and x_i.",
    )


def _text(axes: Axes, x: float, y: float, formula: str, color: str, ha: str = "center") -> None:
    axes.text(x, y, f"${formula}$", ha=ha, va="center", color=color, fontsize=13)


def _canvas(axes: Axes, across: tuple[float, float], up: tuple[float, float]) -> None:
    axes.set_xlim(across)
    axes.set_ylim(up)
    axes.set_aspect("equal")
    axes.axis("off")


def _node(axes: Axes, x: float, y: float, text: str) -> None:
    axes.add_patch(Circle((x, y), _RADIUS, facecolor=PAPER, edgecolor=INK, linewidth=1.2, zorder=3))
    axes.text(x, y, text, ha="center", va="center", fontsize=14, color=INK, zorder=4)


def _edge(axes: Axes, start: tuple[float, float], end: tuple[float, float], both: bool = False) -> None:
    """Draw a solid arrow forwards, and with `both` a dashed one back beside it."""
    direction = np.subtract(end, start) / np.hypot(*np.subtract(end, start))
    across = np.array([-direction[1], direction[0]]) * (0.09 if both else 0)
    tail, head = np.add(start, direction * 0.42), np.subtract(end, direction * 0.42)
    style: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 13, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(tuple(tail + across), tuple(head + across), color=FORWARD, **style))
    if both:
        style |= {"linestyle": DASH}
        axes.add_patch(FancyArrowPatch(tuple(head - across), tuple(tail - across), color=BACKWARD, **style))


# --- shares -------------------------------------------------------------------------------------


def shares(x: Sequence[float], gradient: Any, step: Any, guess: Mapping[str, Any] | None = None) -> Picture:
    """Draw each term's share in the gradient beside its share in what one descent step does to z.

    Parameters
    ----------
    x : sequence of float
        (k,).
    gradient, step : array_like
        (k,) each, adding up to 1.
    guess : mapping, optional
        {"gradient": percent, "step": percent} for the first term; whatever is no number is left out.
    """
    places, width = np.arange(len(x)), 0.36
    with course_style():
        figure, axes = sheet(3.4)
        kinds = ((gradient, BACKWARD, "//", "of the gradient"), (step, FORWARD, "", "of the change of $z$ in one step"))
        for (share, color, hatch, label), shift in zip(kinds, (-width / 2, width / 2), strict=True):
            face = color if not hatch else PAPER
            bars = axes.bar(places + shift, 100 * np.asarray(share), width * 0.94, label=label, facecolor=face,
                            edgecolor=color, hatch=hatch, linewidth=1.4)  # fmt: skip
            axes.bar_label(bars, fmt="%.0f %%", padding=3, color=color)
        _guesses(axes, guess if isinstance(guess, Mapping) else {}, width)
        axes.set_xticks(places, [f"$x_{i + 1}$ = {value:g}" for i, value in enumerate(x)])
        axes.set_ylim(0, 112)
        axes.set_ylabel("share in %")
        figure.legend(loc="outside upper center", ncols=2)
    told = "; ".join(
        f"x_{i + 1} = {value:g} has {100 * g:.0f} % of the gradient and {100 * s:.0f} % of the change of z in one step"
        for i, (value, g, s) in enumerate(zip(x, gradient, step, strict=True))
    )
    return Picture(figure, f"Bars: {told}.")


def _guesses(axes: Axes, guess: Mapping[str, Any], width: float) -> None:
    label: str | None = "your guess"
    for name, place in (("gradient", -width / 2), ("step", width / 2)):
        if isinstance(guess.get(name), (int, float)):
            axes.plot(place, min(max(guess[name], 0), 105), "D", color=INK, markersize=8, label=label, zorder=5)
            label = None


# --- training -----------------------------------------------------------------------------------


def _whole_row(figure: Figure, row: np.ndarray) -> Axes:
    """Put one pair of axes in place of those of the last row."""
    spec = row[0].get_gridspec()
    for axes in row:
        axes.remove()
    return figure.add_subplot(spec[-1, :])


def movement(runs: Mapping[str, tuple[Any, Any]], names: Sequence[str]) -> Picture:
    """Draw how far the weights of two networks moved in the course of training, and what the loss did.

    Parameters
    ----------
    runs : mapping
        Title -> (moved, losses): (steps + 1, 2) distance from the start over the length of the start, and (steps,) one
        loss a step.
    names : sequence of str
        Of the two networks.
    """
    with course_style():
        figure, grid = sheet(3.0 if len(runs) == 1 else 5.4, -(-(len(runs) + 1) // 2), 2, squeeze=False)
        panels, rest = grid.flat[: len(runs)], grid.flat[len(runs) :]
        last = rest[0] if len(rest) == 1 else _whole_row(figure, rest)
        top = 1.08 * max(np.max(moved) for moved, _ in runs.values())
        for axes, (title, (moved, _)) in zip(panels, runs.items(), strict=True):
            for line, name, color, dash in zip(np.transpose(moved), names, LINES, DASHES, strict=True):
                axes.plot(line, color=color, linestyle=dash, linewidth=2, label=name)
            axes.set_title(title)
            axes.set_ylim(-0.03 * top, top)
            axes.set_xlabel("step")
        panels[0].set_ylabel("moved / length at start")
        panels[0].legend(loc="lower right", bbox_to_anchor=(1.0, 0.14), borderaxespad=0)
        for (title, (_, losses)), color, dash in zip(runs.items(), (FAINT, INK), ("-", "-."), strict=False):
            last.plot(_smooth(losses), color=color, linestyle=dash, linewidth=2, label=title)
        last.set_title("loss, mean of 30 steps")
        last.set_ylim(bottom=0)
        last.set_xlabel("step")
        if len(runs) > 1:
            last.legend()
    told = "; ".join(
        f"{title}: " + " and ".join(f"{name} {end:.2g}" for name, end in zip(names, moved[-1], strict=True))
        for title, (moved, _) in runs.items()
    )
    return Picture(
        figure,
        f"How far the weights of two networks have moved in training, divided by their length at the start. At the "
        f"end, {told}. "
        f"Next to it the loss; at the end {' and '.join(f'{_smooth(losses)[-1]:.2g}' for _, losses in runs.values())}.",
    )


def _smooth(losses: Any, width: int = 30) -> np.ndarray:
    """Return the running mean over the last `width` steps; NaN, which is not drawn, before that."""
    total = np.cumsum(np.append(0.0, losses))
    means = np.full(len(total) - 1, np.nan)
    means[width - 1 :] = (total[width:] - total[:-width]) / width
    return means


def rate_sweep(rates: Any, losses: Mapping[str, Mapping[str, Any]]) -> Picture:
    """Draw the loss after training against the learning rate, a line for each data set.

    Parameters
    ----------
    rates : array_like
        (r,).
    losses : mapping
        Title of a panel -> name of a data set -> (r,) losses; infinity where training ran away.
    """
    with course_style():
        figure, grid = sheet(3.7, 1, len(losses), sharey=True, squeeze=False)
        for axes, (title, lines) in zip(grid[0], losses.items(), strict=True):
            _sweep(axes, rates, lines)
            axes.set_title(title)
            axes.set_xlabel("learning rate")
        grid[0, 0].set_ylabel("loss after training")
        grid[0, 0].set_yticks(
            [1e-6, 1e-4, 1e-2, 1, _RAN_AWAY],
            [r"$\mathdefault{10^{-6}}$", r"$\mathdefault{10^{-4}}$", r"$\mathdefault{10^{-2}}$", "1", "ran away"],
        )
        lines, names = grid[0, 0].get_legend_handles_labels()
        figure.legend(lines, names, title="size of $x_2$", loc="outside lower center", ncols=5, columnspacing=1.2)
    told = "; ".join(
        f"{title}: "
        + ", ".join(
            f"for {name} it is lowest at {rates[int(np.argmin(_shown(line)))]:.1g}" for name, line in lines.items()
        )
        for title, lines in losses.items()
    )
    return Picture(figure, f"The loss after training against the learning rate, a line for each size of x_2. {told}.")


_RAN_AWAY = 30.0
_SETS = ((INK, "o"), (FIFTH, "s"), (THIRD, "^"), (FOURTH, "D"), (FAINT, "v"))


def _shown(losses: Any) -> np.ndarray:
    return np.clip(np.nan_to_num(losses, nan=_RAN_AWAY, posinf=_RAN_AWAY), 1e-7, _RAN_AWAY)


def _sweep(axes: Axes, rates: Any, lines: Mapping[str, Any]) -> None:
    for number, ((name, line), (color, mark)) in enumerate(zip(lines.items(), _SETS, strict=False)):
        # the first are the largest, and none is filled, so that lines on top of each other are all seen
        axes.loglog(rates, _shown(line), color=color, marker=mark, markersize=11 - 1.9 * number, markeredgewidth=1.4,
                    markerfacecolor="none", linestyle="-", linewidth=1.4, label=name)  # fmt: skip
    all_lines = np.array([np.log10(_shown(line)) for line in lines.values()])
    if len(all_lines) > 1 and np.ptp(all_lines, axis=0).max() < 0.1:
        axes.text(0.04, 0.3, f"all {len(all_lines)} lines\ncoincide", transform=axes.transAxes)
    axes.set_xticks([1e-4, 1e-2, 1])
    axes.minorticks_off()


def crossing(curves: Mapping[float, Any], factors: Any, ends: Any) -> Picture:
    """Draw descent with rates just below and just beyond the predicted limit.

    Parameters
    ----------
    curves : mapping
        Rate as a multiple of the prediction -> (steps,) losses.
    factors, ends : array_like
        (r,) each: more such multiples, and the last loss over the first.
    """
    with course_style():
        figure, (left, right) = sheet(3.4, 1, 2)
        styles = ((FAINT, "-"), (THIRD, "-"), (INK, DASH))
        for (factor, losses), (color, dash) in zip(curves.items(), styles, strict=True):
            left.semilogy(losses, color=color, linestyle=dash, linewidth=2, label=f"{factor:g}")
        left.set_xlabel("step")
        left.set_title("loss", loc="left")
        figure.legend(
            *left.get_legend_handles_labels(), title="rate / predicted limit", loc="outside lower left", ncols=3
        )
        right.semilogy(factors, ends, color=INK, linestyle="-", marker="o", markersize=4)
        right.axvline(1.0, color=THIRD, linestyle=DASH)
        right.text(0.995, 0.96, "predicted\nlimit", color=THIRD, ha="right", va="top",
                   transform=right.get_xaxis_transform())  # fmt: skip
        right.axhline(1.0, color=FAINT, linewidth=1)
        right.set_xlabel("rate / predicted limit")
        right.set_title("last loss / first loss", loc="left")
        for axes in (left, right):
            axes.yaxis.set_major_locator(LogLocator(numticks=6))
            axes.minorticks_off()
        right.set_xticks([0.96, 0.98, 1.0, 1.02])
    told = ", ".join(f"{losses[-1]:.1g} at {factor:g} times the limit" for factor, losses in curves.items())
    return Picture(
        figure,
        f"Left, the loss over the steps for rates near the predicted limit; at the end {told}. Right, the last loss "
        "over the first against the rate: it crosses 1 at the predicted limit.",
    )
