"""The distribution of points as a dot plot: a dot a student, exactly above the points they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from autograder.reports.figures import Spread, counted
from autograder.reports.table import Table
from autograder.wording import plural, points

WIDTH, _LEFT, _TOP, _AXIS = 480.0, 14.0, 24.0, 34.0
_TALLEST = 220.0  # of a pile of dots, or a bar
_RADII = (6.0, 5.0, 4.0, 3.2, 2.6, 2.0, 1.6)
_BARS = 44  # at most so many where there are too many students for dots


@dataclass(frozen=True)
class Dot:
    """One student; with `height` a bar for those too many to be dots, which begins at `x` and is `width` wide."""

    x: float
    y: float
    label: str
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True)
class Plot:
    """Where everything is, in units of a picture `WIDTH` wide; `radius` is 0 where there are bars."""

    dots: list[Dot]
    radius: float
    height: float
    floor: float
    ticks: list[tuple[float, float]]
    median: float
    quartiles: tuple[float, float]


def dot_plot(table: Table, spread: Spread, who: Callable[[str], str] = str) -> Plot:
    """Lay out the plot of one assignment; `who` is how a student is called."""
    students = sorted((row.total, who(row.student)) for row in counted(table))
    totals = [total for total, _ in students]
    largest = max(table.most, totals[-1]) or 1.0  # more than the most, where a person gave extra points
    x = _scale(largest)
    found = next(((radius, rows) for radius in _RADII if (rows := _rows(list(map(x, totals)), radius))), None)
    if found is None:
        step = _step(largest)
        x = _scale((int(largest / step) + 1) * step)  # the last bar begins at the most points
        radius, floor = 0.0, _TOP + _TALLEST
        dots = _bars(totals, step, x, floor)
    else:
        radius, rows = found
        floor = _TOP + max(2 * radius * (max(rows) + 1), 40.0)
        dots = [
            Dot(x(total), round(floor - radius * (2 * row + 1), 2), f"{student}: {points(total)} points")
            for (total, student), row in zip(students, rows, strict=True)
        ]
    ticks = [(x(value), value) for value in _ticks(table.most)]
    return Plot(dots, radius, floor + _AXIS, floor, ticks, x(spread.median), (x(spread.low), x(spread.high)))


def _scale(largest: float) -> Callable[[float], float]:
    """Return what says where points stand."""
    return lambda value: round(_LEFT + (WIDTH - 2 * _LEFT) * value / largest, 2)


def _rows(places: list[float], radius: float) -> list[int]:
    """Return the row of each dot, the lowest in which it touches no other; nothing where they get too tall.

    Parameters
    ----------
    places : list of float
        From left to right.
    """
    ends: list[float] = []  # of each row, how far it is taken
    found = []
    for place in places:
        row = next((row for row, end in enumerate(ends) if end <= place), len(ends))
        if 2 * radius * (row + 1) > _TALLEST:
            return []
        ends[row : row + 1] = [place + 2 * radius]
        found.append(row)
    return found


def _bars(totals: list[float], step: float, x: Callable[[float], float], floor: float) -> list[Dot]:
    """Return a bar for each step of the points in which there is somebody, from its first point to the next bar's."""
    found: dict[int, list[float]] = defaultdict(list)
    for total in totals:
        found[int(total / step + 1e-9)].append(total)
    tallest, dots = max(map(len, found.values())), []
    for number, mine in sorted(found.items()):
        low, high = number * step, (number + 1) * step
        tall = round(_TALLEST * len(mine) / tallest, 2)
        where = f"from {points(low)} to below {points(high)}" if min(mine) < max(mine) else f"with {points(mine[0])}"
        label = f"{plural(len(mine), 'student')} {where} points"
        dots.append(Dot(x(low), round(floor - tall, 2), label, round(x(high) - x(low) - 1, 2), tall))
    return dots


def _step(largest: float) -> float:
    """Return the width of a bar: half a point where there is room, else a round number."""
    return next((step for step in (0.5, 1.0, 2.0, 5.0, 10.0, 20.0) if largest / step <= _BARS), largest / _BARS)


def _ticks(most: float) -> list[float]:
    step = next((step for step in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0) if most / step <= 8), most / 5 or 1.0)
    inner = [step * number for number in range(int(most / step) + 1)]
    return [*(value for value in inner if most - value > step / 2), most]
