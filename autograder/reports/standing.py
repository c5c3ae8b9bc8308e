"""Where each student stands over several assignments: who is missing, and who may need help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.reports.table import Row, Table

LOW = 0.5  # who has less than this share of the points on average is listed


@dataclass(frozen=True)
class Standing:
    """One student over the assignments.

    Parameters
    ----------
    shares : tuple
        The share of the points in each assignment; None where nothing was handed in, or nothing is known yet.
    mean : float or None
        Over what is known; None where that is nothing.
    unseen : tuple of bool
        Where it is in quarantine and nobody has looked: its 0 says nothing.
    """

    student: str
    shares: tuple[float | None, ...]
    mean: float | None
    unseen: tuple[bool, ...] = ()

    @property
    def handed_in(self) -> int:
        """How many assignments were handed in."""
        return sum(share is not None for share in self.shares) + sum(self.unseen)

    @property
    def struggles(self) -> bool:
        """Whether the mean is below half, or less than half of the assignments were handed in."""
        low = not any(self.unseen) if self.mean is None else self.mean < LOW
        return low or self.handed_in < len(self.shares) / 2


def missing_from(table: Table, class_: Iterable[str]) -> list[str]:
    """List who of the class has handed in nothing of an assignment."""
    there = {row.student for row in table.rows}
    return sorted(set(class_) - there)


def standings(tables: list[Table], class_: Iterable[str]) -> list[Standing]:
    """Return where each student stands, those who may need help most first."""
    rows = [{row.student: row for row in table.rows} for table in tables]
    everybody = sorted(set(class_).union(*rows))
    found = [_standing([(table, row.get(name)) for table, row in zip(tables, rows, strict=True)], name)
             for name in everybody]  # fmt: skip
    return sorted(found, key=lambda one: (-1.0 if one.mean is None else one.mean, one.student))


def _standing(rows: list[tuple[Table, Row | None]], student: str) -> Standing:
    unseen = tuple(row is not None and row.unseen for _, row in rows)
    shares = tuple(_share(table, row) for table, row in rows)
    known = [share for share in shares if share is not None]
    return Standing(student, shares, sum(known) / len(known) if known else None, unseen)


def _share(table: Table, row: Row | None) -> float | None:
    if row is None or row.unseen:
        return None
    return row.total / table.most if table.most else 0.0
