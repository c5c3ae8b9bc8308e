"""What collecting did, and how it is said: many of a kind as a count with examples, so that a single one is seen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.wording import listed
from barprop.atomic_file import write_whole

LIST = "not_collected.txt"
_FEW = 3  # lines of one kind, and examples where there are more
_OWN = re.compile(r"'[^']*'|\"[^\"]*\"|\d+|;.*")  # what a reason says of one file only


@dataclass
class Collected:
    """What was done, by student; names of files with the reason where nothing was.

    Parameters
    ----------
    folder : Path
        Where the list of what was not collected and the replaced hand-ins are.
    late : list of str
        Who is marked late without a time.
    retimed : list of str
        Whose hand-in was there already and got another time.
    odd : list of str
        Whose hand-in has a time in the future, with its day.
    others : list of str
        Whose hand-in is another assignment's and was left out.
    missing : list of str
        Who is in the roster and handed in neither a file nor a text.
    typed : dict
        Student -> the text that was typed into the LMS, of those who handed in no file.
    unusable : dict
        Student -> why nothing in the hand-in can be graded.
    """

    assignment: str
    folder: Path
    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    retimed: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    unmatched: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    unusable: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether everything that was found is in submitted/ and can be graded."""
        return not (self.unmatched or self.refused or self.others or self.typed or self.unusable)

    @property
    def matched(self) -> bool:
        """Whether any file is somebody's of the class."""
        return bool(self.new or self.replaced or self.same or self.outdated or self.others or self.typed)

    def lines(self) -> list[str]:
        """Say the same in sentences."""
        counts = f"{len(self.new)} collected, {len(self.replaced)} replaced, {len(self.same)} there already"
        return [f"{self.assignment}: {counts}.", *self._taken(), *self._unusable(), *self._not_taken()]

    def _taken(self) -> list[str]:
        said = []
        if self.replaced:
            where = self.folder / "earlier"
            said.append(f"  Replaced by a newer hand-in: {listed(self.replaced)}. The older ones are in {where}.")
        if self.retimed:
            said.append(f"  There already, with a new time of handing in: {listed(self.retimed)}.")
        if self.odd:
            said.append(
                f"  With a time of handing in that is still to come: {listed(self.odd)}. If it is wrong, mend their "
                "timestamp.txt: lateness is counted by it."
            )
        if self.outdated:
            said.append(f"  Skipped because submitted/ holds a newer one: {listed(self.outdated)}.")
        if self.others:
            said.append(
                "  Skipped because it is another assignment's and submitted/ already has one of this: "
                f"{listed(self.others)}."
            )
        if len(self.versions) > _FEW:
            said.append(f"  Several versions; the newest was collected: {len(self.versions)} students.")
        else:
            said += [f"  Several versions; the newest was collected: {which}." for which in self.versions]
        if self.late:
            said.append(
                f"  Marked LATE by Canvas, which does not say how late: {listed(self.late)}. Collect with "
                "`--late-time TIME` to enter one, or write it into their timestamp.txt."
            )
        return said

    def _unusable(self) -> list[str]:
        """Name those to whom somebody has to write, by what they have to be told."""
        groups: dict[str, list[str]] = defaultdict(list)
        for student, why in self.unusable.items():
            groups[why].append(student)
        return [
            f"  Collected, with nothing that can be graded ({why}): {len(students)} ({listed(students, 1000)})."
            for why, students in sorted(groups.items())
        ]

    def _not_taken(self) -> list[str]:
        said = [*_grouped("Not matched", self.unmatched), *_grouped("Refused", self.refused)]
        if self.typed:
            said.append(f"  Typed into the LMS and no file handed in: {len(self.typed)} ({listed(list(self.typed))}).")
        if self.missing:
            said.append(f"  In the roster and nothing handed in: {len(self.missing)} ({listed(self.missing)}).")
        if self.unmatched or self.refused or self.typed:
            said.append(f"  All files that were not collected, with the reasons: {self.folder / LIST}")
        return said

    def keep_list(self) -> None:
        """Write the whole list of what was not collected; without any, take an older list away."""
        typed = [
            (name, f"is what {student} typed into the LMS instead of a file") for student, name in self.typed.items()
        ]
        listed = [f"{name} {why}." for name, why in [*self.unmatched, *self.refused, *typed]]
        if listed:
            write_whole(self.folder / LIST, "\n".join(listed) + "\n")
        else:
            (self.folder / LIST).unlink(missing_ok=True)


def _grouped(title: str, files: Iterable[tuple[str, str]]) -> list[str]:
    """Say what happened to files: a line each, or for many a count with examples; the rarest kind first."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, why in files:
        groups[_OWN.sub("", why)].append(f"{name} {why}")
    said = []
    for each in sorted(groups.values(), key=len):
        if len(each) <= _FEW:
            said += [f"  {title}: {one}." for one in each]
        else:
            said.append(f"  {title}: {len(each)} files of one kind, for example:")
            said += [f"    {one}." for one in each[:_FEW]]
    return said
