"""Whose a file is, by the names that Canvas, Moodle and nbgrader's exchange give to files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime

from autograder.lms.archives import Found
from autograder.lms.roster import Roster, Student, can_be_folder, same_name
from autograder.submission.timestamp import read_time

# lovelaceada_LATE_101_5001_panda.ipynb: name, mark, user, file, name of the file
_CANVAS = re.compile(r"(?P<name>\w*?)_(?:(?P<late>LATE)_)?(?P<user>\d+)_(?P<number>\d+)_(?P<file>.+)")
_CANVAS_TEXT = re.compile(r"(?P<name>\w+?)_(?:LATE_)?(?P<user>\d+)_(?:text|link)\.html")
_CANVAS_ANONYMOUS = re.compile(r"(?:LATE_)?anon_\w+?_\d+_.+")
# Ada Lovelace_9001_assignsubmission_file_: name, participant, plug-in, and in old versions the name of the file
_MOODLE = re.compile(r"(?P<name>.*?)_(?P<user>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?")
# ada+02_bar_notation+2026-12-01 17:59:00.000000 UTC: student, assignment, time (and what makes it hard to guess)
_EXCHANGE = re.compile(r"(?P<user>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^+]*)(?:\+.*)?")


@dataclass(frozen=True)
class Owned:
    """A file of a hand-in.

    Parameters
    ----------
    student : str
        The student's id.
    path : tuple of str
        Where it goes in the student's folder.
    hand_in : str
        The same for the files that were handed in together.
    number : int
        Canvas' number of the file, which grows with time; 0 elsewhere.
    origin : str
        How the LMS called it: what feedback has to be called.
    """

    student: str
    path: tuple[str, ...]
    found: Found
    lms: str
    _: KW_ONLY
    hand_in: str = ""
    number: int = 0
    late: bool = False
    time: datetime | None = None
    origin: str = ""


class UnmatchedError(Exception):
    """A file that is nobody's, or not for this assignment; the message says why."""


class TypedError(Exception):
    """A text or a link that a student typed into the LMS: known whose it is, and no file that can be graded."""

    def __init__(self, student: str) -> None:
        super().__init__(f"was typed into the LMS by {student}, not handed in as a file")
        self.student = student


class Owners:
    """Finds whose a file is.

    Parameters
    ----------
    roster : Roster or None
        The class. Without one only folders that are called like students can be matched.
    assignments : set of str
        The assignments of the course.
    """

    def __init__(self, roster: Roster | None, assignment: str, assignments: set[str]) -> None:
        self.roster, self.assignment, self.assignments = roster, assignment, assignments

    def owned(self, found: Found) -> Owned:
        """Return the file with its owner. Raises TypedError or UnmatchedError."""
        if len(found.parts) > 1 and self.roster is not None and self.roster.find(found.parts[0]):
            return self._folder(found)  # whatever a student calls the files within it
        for place, part in enumerate(found.parts):
            if place and self.roster is None:
                break
            rest = found.parts[place + 1 :]
            if match := _EXCHANGE.fullmatch(part):
                return self._exchange(found, match, rest)
            if match := _MOODLE.fullmatch(part):
                return self._moodle(found, match, rest, found.parts[: place + 1])
            if match := _CANVAS_TEXT.fullmatch(part):
                raise TypedError(self._canvas_student(match).id)
            if _CANVAS_ANONYMOUS.fullmatch(part):
                raise UnmatchedError("was downloaded without names; turn anonymous grading off and download it again")
            if match := _CANVAS.fullmatch(part):
                return self._canvas(found, match, rest, part)
        return self._folder(found)

    def _canvas(self, found: Found, match: re.Match[str], rest: tuple[str, ...], origin: str) -> Owned:
        student = self._canvas_student(match)
        path = rest or (match["file"],)
        number, late = int(match["number"]), bool(match["late"])
        return Owned(student.id, path, found, "canvas", number=number, late=late, time=found.time, origin=origin)

    def _canvas_student(self, match: re.Match[str]) -> Student:
        return self._one(
            [one for one in self._class() if one.canvas_id == match["user"]]
            or [one for one in self._class() if not one.canvas_id and canvas_name(one) == match["name"]],
            f"Canvas' user {match['user']}",
        )

    def _moodle(self, found: Found, match: re.Match[str], rest: tuple[str, ...], top: tuple[str, ...]) -> Owned:
        named = [one for one in self._class() if moodle_name(one.name) == moodle_name(match["name"])]
        # The number is one of this assignment only: the roster may be the worksheet of another one.
        numbered = [one for one in self._class() if one.moodle_id == match["user"]]
        agreed = [one for one in numbered if one in named] or ([] if named else self._blind(numbered, match["name"]))
        student = self._one(agreed or named, repr(match["name"]))
        if match["kind"] != "file":
            raise TypedError(student.id)
        path = (match["file"],) if match["file"] and not rest else rest
        if not path:
            raise UnmatchedError("is a file where a student's folder was expected")
        return Owned(student.id, path, found, "moodle", time=found.time, origin=top[-1])

    @staticmethod
    def _blind(numbered: list[Student], name: str) -> list[Student]:
        return numbered if name in ("Participant", "") else []

    def _exchange(self, found: Found, match: re.Match[str], rest: tuple[str, ...]) -> Owned:
        if match["assignment"] != self.assignment:
            raise UnmatchedError(f"is for {match['assignment']}")
        try:
            time = read_time(match["time"])
        except ValueError as error:
            raise UnmatchedError(f"{error}") from None
        student = self._by_id(match["user"])
        return Owned(student, rest, found, "exchange", hand_in=match["time"], time=time.replace(tzinfo=UTC))

    def _folder(self, found: Found) -> Owned:
        """Match a folder STUDENT/ or STUDENT/ASSIGNMENT/, or a single file whose name begins with the student."""
        parts = found.parts
        if len(parts) == 1:
            stem = parts[0].partition(".")[0]
            starts = [stem, *(stem[: match.start()] for match in re.finditer(r"[_\- ]", stem))]
            known = [one for start in starts if self.roster and (one := self.roster.find(start))]
            return Owned(self._one(known[:1], "that name").id, parts, found, "folder")
        for place, part in enumerate(parts[:-1]):
            if place + 2 < len(parts) and parts[place + 1] in self.assignments:
                if parts[place + 1] != self.assignment:
                    raise UnmatchedError(f"is for {parts[place + 1]}")
                return Owned(self._by_id(part), parts[place + 2 :], found, "folder")
        if parts[0] == self.assignment and len(parts) > 2:
            return Owned(self._by_id(parts[1]), parts[2:], found, "folder")
        return Owned(self._by_id(parts[0]), parts[1:], found, "folder")

    def _by_id(self, text: str) -> str:
        if self.roster is not None:
            found = self.roster.find(text)
            if found is None:
                similar = self.roster.similar(text)
                hint = f"; is it {' or '.join(similar)}?" if similar else ""
                raise UnmatchedError(f"is in a folder for {text!r}, who is not in the roster{hint}")
            return found.id
        if not can_be_folder(text):
            raise UnmatchedError(f"is in a folder for {text!r}, which cannot be a student's id")
        return text

    def _class(self) -> tuple[Student, ...]:
        if self.roster is None:
            raise UnmatchedError("needs a roster to say whose it is")
        return self.roster.students

    def _one(self, found: list[Student], what: str) -> Student:
        if len(found) > 1:
            lines = ", ".join(str(one.line) for one in found)
            raise UnmatchedError(f"matches several students of the roster, by the name of {what} (lines {lines})")
        if not found:
            raise UnmatchedError(f"matches nobody in the roster, by {what}" if self.roster else "needs a roster")
        return found[0]


def canvas_name(student: Student) -> str:
    """Return how Canvas writes a student's name into the names of files: small letters without blanks and commas."""
    return re.sub(r"\W", "", student.sortable_name.lower())


def moodle_name(name: str) -> str:
    """Return what is left of a name in the name of a folder: no underscore, and nothing that a file cannot have."""
    plain = re.sub(r"[\\/:*?\"<>|&'`]", "", unicodedata.normalize("NFC", name).replace("_", " "))
    return same_name(plain)
