"""Figures of a class: how points are spread, and how difficult and how telling each exercise is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from autograder.reports.table import Row, Table

ENOUGH = 20  # with fewer students chance alone can make a correlation of 0.4


@dataclass(frozen=True)
class Spread:
    """How the points of one assignment are spread: mean, median and quartiles, in points."""

    count: int
    most: float
    mean: float
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Item:
    """One exercise in one class.

    Parameters
    ----------
    share : float
        The mean share of its points; what is called its difficulty (1: everybody has it all).
    full, part, none, unwritten : int
        How many students have all points, some, none, and none since they wrote nothing.
    discrimination : float or None
        The correlation of its points with the sum of the other exercises' points (point-biserial where it is all or
        nothing); None with fewer than `ENOUGH` students, or where all have the same.
    """

    name: str
    most: float
    share: float
    full: int
    part: int
    none: int
    unwritten: int
    discrimination: float | None


def counted(table: Table) -> list[Row]:
    """List the students whose points say something: all but those in quarantine."""
    return [row for row in table.rows if not (row.record and row.record.quarantine)]


def left_out(table: Table) -> str:
    """Say how many students the figures leave out, as ` (without 2 in quarantine)`; "" where there is none."""
    count = len(table.rows) - len(counted(table))
    return f" (without {count} in quarantine)" if count else ""


def spread_of(table: Table) -> Spread | None:
    """Return how the points are spread; None where nobody counts."""
    totals = [row.total for row in counted(table)]
    if not totals:
        return None
    low, median, high = (float(value) for value in np.percentile(totals, [25, 50, 75]))
    return Spread(len(totals), table.most, float(np.mean(totals)), low, median, high)


def items_of(table: Table) -> list[Item]:
    """Return the figures of each exercise, in the order of the notebook."""
    rows = counted(table)
    if not rows:
        return []
    points = np.array([[row.points.get(name, 0.0) for name in table.columns] for row in rows])
    rest = points.sum(axis=1, keepdims=True) - points
    return [
        _item(name, most, rows, points[:, number], rest[:, number])
        for number, (name, most) in enumerate(table.columns.items())
    ]


def _item(name: str, most: float, rows: list[Row], points: np.ndarray, rest: np.ndarray) -> Item:
    full, zero = points >= most, points <= 0
    unwritten = sum(bool(gone) and name in row.unwritten for row, gone in zip(rows, zero & ~full, strict=True))
    none = int(np.sum(zero & ~full)) - unwritten
    share = float(points.mean() / most) if most else 0.0
    part = len(rows) - int(full.sum()) - none - unwritten
    return Item(name, most, share, int(full.sum()), part, none, unwritten, _correlation(points, rest))


def _correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    if len(a) < ENOUGH or np.ptp(a) < 1e-12 or np.ptp(b) < 1e-12:
        return None
    return float(np.corrcoef(a, b)[0, 1])
