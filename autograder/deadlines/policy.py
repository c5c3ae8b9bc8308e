"""What lateness costs: nothing, everything, or a share of the points a day, after grace and free days."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from autograder.errors import InputError
from autograder.wording import did_you_mean, plural

DAY = 86_400.0  # seconds


@dataclass(frozen=True)
class LateDays:
    """How many days late one assignment of one student was.

    Parameters
    ----------
    days : int
        A day begun counts.
    free : int
        Those of them that free late days cover.
    used : int
        Free late days used for this assignment and for those that were due before it.
    given : int
        Free late days of each student in the whole course.
    """

    days: int
    free: int = 0
    used: int = 0
    given: int = 0

    @property
    def charged(self) -> int:
        """The days that are not free."""
        return self.days - self.free

    def __str__(self) -> str:
        late = f"{plural(self.days, 'day')} late"
        if not self.given:
            return late
        if not self.free:
            return f"{late}, no free late day left of {self.given}"
        if self.free == self.used:
            return f"{late}, {self.free} of {plural(self.given, 'free late day')} used"
        earlier = f"with earlier assignments {self.used} of {self.given}"
        return f"{late}, {plural(self.free, 'free late day')} used ({earlier})"


@dataclass(frozen=True)
class LatePolicy:
    """What lateness costs.

    Parameters
    ----------
    penalty : float, "none" or "zero"
        The share of the points that each day begun costs, from 0 to 1; nothing; or all points.
    grace_minutes : float
        So late is on time; days are counted from its end.
    late_days : int
        Days of lateness that each student has free in the whole course; earlier assignments use them first.
    at_most : float
        The largest share of the points that lateness takes.
    """

    penalty: float | str = "none"
    grace_minutes: float = 0.0
    late_days: int = 0
    at_most: float = 1.0

    def days(self, seconds: float) -> int:
        """Return how many days, of 24 hours, a hand-in so late is late; a day begun counts."""
        return max(0, math.ceil((seconds - 60.0 * self.grace_minutes) / DAY))

    def share(self, days: int) -> float:
        """Return the share of the points, from 0 to 1, that so many days cost."""
        if days <= 0 or self.penalty == "none":
            return 0.0
        return self.at_most if self.penalty == "zero" else min(self.at_most, float(self.penalty) * days)

    def late(self, lateness: Mapping[str, float], assignment: str) -> LateDays:
        """Return how late an assignment was, and which of its late days are free.

        Parameters
        ----------
        lateness : mapping
            Assignment -> seconds late of one student, in the order in which they were due.
        """
        left = self.late_days
        for name, seconds in lateness.items():
            days = self.days(seconds)
            free = min(left, days)
            left -= free
            if name == assignment:
                return LateDays(days, free, self.late_days - left, self.late_days)
        return LateDays(0, 0, self.late_days - left, self.late_days)

    def __str__(self) -> str:
        if self.penalty == "zero":
            costs = "takes all points"
        elif self.penalty in ("none", 0):
            costs = "costs nothing"
        else:
            costs = f"takes {100 * float(self.penalty):.3g} % of the points reached per day"
        limits = [f"at most {100 * self.at_most:.3g} %"] if self.at_most < 1 else []
        limits += [f"the first {self.grace_minutes:g} minutes free"] if self.grace_minutes else []
        limits += [f"free days in the course: {self.late_days}"] if self.late_days else []
        return ", ".join([costs, *limits])


def read_policy(table: Mapping[str, Any]) -> LatePolicy:
    """Return the policy of a table of settings. Raises InputError with a sentence where one is not right."""
    known = [field.name for field in fields(LatePolicy)]
    for name in table:
        if name not in known:
            raise InputError(f"[late] has no setting {name!r}; it has {', '.join(known)}.{did_you_mean(name, known)}")
    penalty = table.get("penalty", "none")
    if penalty not in ("none", "zero") and not _number(penalty, 1):
        raise InputError(
            f"late.penalty is {penalty!r}; a share per day from 0 to 1 was expected (0.1 is 10 %), "
            'or "none", or "zero".'
        )
    for name, most, what in (
        ("grace_minutes", 1e6, "minutes, 0 or more"),
        ("late_days", 1000, "a whole number of days, 0 or more"),
        ("at_most", 1, "a share from 0 to 1"),
    ):
        value = table.get(name, 0)
        if not _number(value, most) or (name == "late_days" and not isinstance(value, int)):
            raise InputError(f"late.{name} is {value!r}; {what} expected.")
    return LatePolicy(**table)


def _number(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
