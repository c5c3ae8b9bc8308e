"""Where each student stands over several assignments: who is missing, and who may need help."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.reports.table import Table

LOW = 0.5  # who has less than this share of the points on average is listed


@dataclass(frozen=True)
class Standing:
    """One student over the assignments.

    Parameters
    ----------
    shares : tuple
        The share of the points in each assignment; None where nothing was handed in.
    mean : float or None
        Over what was handed in; None where that is nothing.
    """

    student: str
    shares: tuple[float | None, ...]
    mean: float | None

    @property
    def handed_in(self) -> int:
        """How many assignments were handed in."""
        return sum(share is not None for share in self.shares)

    @property
    def struggles(self) -> bool:
        """Whether the mean is below half, or less than half of the assignments were handed in."""
        return self.mean is None or self.mean < LOW or self.handed_in < len(self.shares) / 2


def missing_from(table: Table, class_: Iterable[str]) -> list[str]:
    """List who of the class has handed in nothing of an assignment."""
    there = {row.student for row in table.rows}
    return sorted(set(class_) - there)


def standings(tables: list[Table], class_: Iterable[str]) -> list[Standing]:
    """Return where each student stands, those who may need help most first."""
    totals = [{row.student: row.total / table.most if table.most else 0.0 for row in table.rows} for table in tables]
    everybody = sorted(set(class_).union(*totals))
    found = [_standing(student, tuple(total.get(student) for total in totals)) for student in everybody]
    return sorted(found, key=lambda one: (-1.0 if one.mean is None else one.mean, one.student))


def _standing(student: str, shares: tuple[float | None, ...]) -> Standing:
    known = [share for share in shares if share is not None]
    return Standing(student, shares, sum(known) / len(known) if known else None)
