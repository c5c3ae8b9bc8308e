"""The distribution of points as a dot plot: a dot a student, above the points they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from autograder.reports.figures import Spread, counted
from autograder.reports.table import Table
from autograder.wording import points

WIDTH, _LEFT, _TOP, _AXIS = 480.0, 14.0, 24.0, 34.0
_TALLEST, _LARGEST, _SMALLEST = 220.0, 6.0, 1.6  # of a column of dots; radii


@dataclass(frozen=True)
class Dot:
    """One student, or with `height` a bar for those too many to be dots."""

    x: float
    y: float
    label: str
    height: float = 0.0


@dataclass(frozen=True)
class Plot:
    """Where everything is, in units of a picture `WIDTH` wide."""

    dots: list[Dot]
    radius: float
    height: float
    floor: float
    ticks: list[tuple[float, float]]
    median: float
    quartiles: tuple[float, float]


def dot_plot(table: Table, spread: Spread, who: Callable[[str], str] = str) -> Plot:
    """Lay out the plot of one assignment; `who` is how a student is called."""
    step = _step(table.most)
    columns: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for row in counted(table):
        columns[min(int(row.total / step + 1e-9), int(table.most / step))].append((row.total, who(row.student)))
    room = (WIDTH - 2 * _LEFT) / (int(table.most / step) + 1)
    tallest = max(map(len, columns.values()))
    radius, side = max(_size(room, tallest, side) for side in (1, 2, 3, 4))
    rows = -(-tallest // side)
    floor = _TOP + (max(2 * radius * rows, 40.0) if radius >= _SMALLEST else _TALLEST)

    def x(value: float) -> float:
        return round(_LEFT + room * (value / step + 0.5), 2)

    dots: list[Dot] = []
    for number, column in sorted(columns.items()):
        if radius < _SMALLEST:
            tall = round(_TALLEST * len(column) / tallest, 2)
            label = f"{len(column)} students from {number * step:g} points on"
            dots.append(Dot(x(number * step), round(floor - tall, 2), label, tall))
        else:
            dots += _column(sorted(column), x(number * step), floor, radius, side)
    ticks = [(x(value), value) for value in _ticks(table.most)]
    shape = radius if radius >= _SMALLEST else -room * 0.45
    return Plot(dots, round(shape, 2), floor + _AXIS, floor, ticks, x(spread.median), (x(spread.low), x(spread.high)))


def _size(room: float, tallest: int, side: int) -> tuple[float, int]:
    """Return the radius of dots that stand `side` by side, and `side`."""
    return min(_LARGEST, room / (2 * side) * 0.92, _TALLEST / (2 * -(-tallest // side))), side


def _column(students: list[tuple[float, str]], centre: float, floor: float, radius: float, side: int) -> list[Dot]:
    """Stack the dots of one column, `side` in a row."""
    dots = []
    for place, (total, student) in enumerate(students):
        row, number = divmod(place, side)
        here = min(side, len(students) - row * side)
        x = centre + radius * (2 * number + 1 - here)
        dots.append(Dot(round(x, 2), round(floor - radius * (2 * row + 1), 2), f"{student}: {points(total)} points"))
    return dots


def _step(most: float) -> float:
    """Return the width of a column: half a point where there is room, else a round number."""
    return next((step for step in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if most / step <= 44), most / 40 or 1.0)


def _ticks(most: float) -> list[float]:
    step = next((step for step in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if most / step <= 8), most / 5 or 1.0)
    inner = [step * number for number in range(int(most / step) + 1)]
    return [*(value for value in inner if most - value > step / 2), most]
