"""Who is in the class: a CSV file of Canvas' or Moodle's, with the names and ids that everything is matched by."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import CourseError
from autograder.lms.spreadsheet import CsvTable, TableError, plain_text, read_csv

ROSTER = "roster.csv"  # in the course's folder

# What a column is for -> how Canvas' and Moodle's files call it, in small letters.
COLUMNS = {
    "sortable_name": ("student", "sortable_name", "sortable name"),
    "name": ("full name", "full_name", "student name", "name"),
    "first": ("first name", "firstname", "first_name"),
    "last": ("last name", "surname", "lastname", "last_name"),
    "canvas_id": ("id", "student id", "canvas_user_id"),
    "sis_id": ("sis user id", "student sis id", "id number", "user_id", "idnumber"),
    "login": ("sis login id", "login_id", "login id", "username"),
    "email": ("email address", "email"),
    "section": ("section", "section name", "groups", "group"),
    "moodle_id": ("identifier",),
    "roles": ("roles",),
}
_IDS = ("login", "sis_id", "email", "canvas_id", "moodle_id", "name")  # the first that can be a folder is the id


class RosterError(CourseError):
    """A roster that cannot be used; the message is a sentence that says why and what to do."""


@dataclass(frozen=True)
class Student:
    """One student of the class.

    Parameters
    ----------
    id : str
        The folder in submitted/ and the id in nbgrader's gradebook: the login, else the SIS id (Moodle: ID number),
        else the e-mail address, else the LMS's own number.
    name, sortable_name : str
        `Ada Lovelace` and `Lovelace, Ada`.
    canvas_id : str
        Canvas' number of the user, which its submission files carry.
    moodle_id : str
        Moodle's number of the participant in one assignment, which its submission files carry (`Participant 12345`).
    sis_id : str
        Canvas' `SIS User ID`, Moodle's `ID number`.
    line : int
        Where the roster has it.
    """

    id: str
    name: str
    sortable_name: str
    email: str = ""
    section: str = ""
    canvas_id: str = ""
    moodle_id: str = ""
    sis_id: str = ""
    login: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Roster:
    """The students of a class, in the order of the file; `table` is the file itself."""

    students: tuple[Student, ...]
    table: CsvTable

    def __iter__(self) -> Iterator[Student]:
        return iter(self.students)

    def __len__(self) -> int:
        return len(self.students)

    @property
    def lms(self) -> str:
        """Where the file is from: `canvas` or `moodle`."""
        names = {name.casefold() for name in self.table.header}
        return "canvas" if "id" in names and names & {"sis login id", "section"} else "moodle"

    def find(self, text: str) -> Student | None:
        """Return the student with this id, login, SIS id, e-mail address, LMS number or name; None unless it is one."""
        found = self.matches(text)
        return found[0] if len(found) == 1 else None

    def matches(self, text: str) -> list[Student]:
        """Return everybody who has this id, login, SIS id, e-mail address, LMS number or name, whichever fits first."""
        wanted = same_name(text)
        for kind in ("id", "login", "sis_id", "email", "canvas_id", "moodle_id", "name", "sortable_name"):
            found = [one for one in self.students if getattr(one, kind) and same_name(getattr(one, kind)) == wanted]
            if found:
                return found
        return []

    def similar(self, text: str) -> list[str]:
        """Return the ids of students whose id or name looks like this text, namesakes included."""
        known: dict[str, list[str]] = {}
        for one in self.students:
            for value in {one.id, one.name, one.sortable_name}:
                known.setdefault(same_name(value), []).append(one.id)
        found = difflib.get_close_matches(same_name(text), known)
        return list(dict.fromkeys(id_ for match in found for id_ in known[match]))


def names_of(roster: Roster | None) -> dict[str, str]:
    """Return id -> name of a class; nothing where there is no roster."""
    return {} if roster is None else {one.id: one.name for one in roster}


def same_name(text: str) -> str:
    """Return the form of a name or id in which two spellings of the same one are equal."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def columns_of(table: CsvTable) -> dict[str, int]:
    """Return where a table has which of the columns in `COLUMNS`."""
    names = [name.casefold() for name in table.header]
    return {
        purpose: names.index(found)
        for purpose, known in COLUMNS.items()
        if (found := next((name for name in known if name in names), None)) is not None
    }


def read_roster(path: Path) -> Roster:
    """Read a roster: Canvas' gradebook or list of users, Moodle's participants, grades or grading worksheet, as CSV.

    Rows that are no students are left out: Canvas' `Points Possible` and `Student, Test`; in Moodle's list of
    participants everybody who has another role.

    Raises
    ------
    RosterError
        If the file cannot be read, has no column with names, or gives two students the same id.
    """
    try:
        table = read_csv(path)
    except TableError as error:
        raise RosterError(str(error)) from None
    columns = columns_of(table)
    if not columns.keys() & {"name", "sortable_name", "last"}:
        there = ", ".join(name or "(no name)" for name in table.header[:12])
        raise RosterError(
            f"{path} has no column with the names of students, such as Student (Canvas), Full name or Last name "
            f"(Moodle); it has {there}. Where the system speaks another language, rename the columns or download the "
            "file in English."
        )
    students = [_student(line, row, columns) for line, row in table.rows if is_student(row, columns)]
    if not students:
        raise RosterError(f"{path} lists no student. Export it from a course that has some.")
    return Roster(tuple(_distinct(students, path)), table)


def course_roster(root: Path, given: Path | None = None) -> Roster | None:
    """Return the roster that was given, else the one in the course's folder; None where there is neither.

    Raises
    ------
    RosterError
        If the file cannot be used.
    """
    path = given or root / ROSTER
    return read_roster(path) if given or path.exists() else None


def is_student(row: tuple[str, ...], columns: dict[str, int]) -> bool:
    """Whether a row of a roster is a student: no line of totals, no teacher, not Canvas' test student."""
    value = {purpose: row[place].strip() for purpose, place in columns.items()}
    name = value.get("sortable_name", "") or value.get("name", "") or value.get("last", "") + value.get("first", "")
    if not name or name == "Points Possible" or (name == "Student, Test" and not value.get("sis_id")):
        return False
    return not value.get("roles") or "student" in value["roles"].casefold()


def _student(line: int, row: tuple[str, ...], columns: dict[str, int]) -> Student:
    read = {purpose: unicodedata.normalize("NFC", plain_text(row[at].strip())) for purpose, at in columns.items()}
    value = dict.fromkeys(COLUMNS, "") | read
    first, last = value["first"], value["last"]
    sortable = value["sortable_name"] or ", ".join(filter(None, (last, first)))
    name = value["name"] or f"{first} {last}".strip()
    if not name:
        last, _, first = sortable.partition(", ")
        name = f"{first} {last}".strip()
    known = {kind: value[kind] for kind in ("login", "sis_id", "email", "canvas_id")}
    known |= {"name": name, "moodle_id": value["moodle_id"].rpartition(" ")[2]}
    the_id = next((known[kind] for kind in _IDS if can_be_folder(known[kind])), "")
    return Student(the_id, sortable_name=sortable or name, section=value["section"], line=line, **known)


def can_be_folder(text: str) -> bool:
    """Whether a text can be a student's folder and id: nbgrader and every file system take it."""
    bad = any(c in '/\\:*?"<>|[],' or not c.isprintable() for c in text)
    return bool(text) and not bad and text[0] not in ".-" and text == text.strip() and len(text.encode()) <= 120


def _distinct(students: list[Student], path: Path) -> Iterator[Student]:
    """Yield the students, each one once. Raises RosterError where two have one id, or one has none."""
    known: dict[str, Student] = {}
    for one in students:
        if not one.id:
            raise RosterError(
                f"{path}, line {one.line} ({one.name!r}): neither login nor id, e-mail address or name can be "
                "the name of a folder. Write an id without / \\ : * ? [ ] and commas there."
            )
        other = known.setdefault(same_name(one.id), one)
        if other is one:
            yield one
        elif same_name(other.name) != same_name(one.name):
            raise RosterError(
                f"{path}: {other.name!r} in line {other.line} and {one.name!r} in line {one.line} have the same id "
                f"{one.id!r}. Write another id for one of them."
            )
