"""The files of a class put together: what each student handed in, once, and when."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from autograder.lms.archives import Found, Refusals, RefusedError
from autograder.lms.owners import Owned, Owners, TypedError, UnmatchedError
from autograder.lms.roster import Roster
from autograder.lms.spreadsheet import plain_text
from autograder.submission.read_folder import printable
from autograder.submission.timestamp import read_time

STAMP = "timestamp.txt"
LARGEST = 300_000_000  # bytes of one hand-in
_VERSION = re.compile(r"(?P<stem>.+?)(?:-(?P<dash>\d{1,3})| ?\((?P<round>\d{1,3})\))")
_MODIFIED = "last modified (submission)"  # a column of Moodle's grading worksheet


@dataclass
class HandIn:
    """What one student handed in at one time.

    Parameters
    ----------
    files : dict
        Path in the student's folder -> file.
    origins : dict
        The same path -> what the LMS called it.
    number : int
        The largest of Canvas' numbers of its files; 0 elsewhere.
    """

    student: str
    lms: str
    files: dict[str, Found] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    number: int = 0
    late: bool = False
    time: datetime | None = None
    older: list[str] = field(default_factory=list)  # earlier versions of its files, which are left out

    def read(self, refusals: Refusals) -> dict[str, bytes]:
        """Return the contents; what cannot be read is refused by name."""
        content: dict[str, bytes] = {}
        for path, found in self.files.items():
            try:
                data = found.read()
                if sum(map(len, content.values())) + len(data) > LARGEST:
                    raise RefusedError(f"is more than the {LARGEST / 1e6:.0f} MB that one submission may have")
                content[path] = data
            except RefusedError as error:
                refusals.add(found.name, error)
            except OSError as error:
                refusals.add(found.name, error.strerror)
        return content


def hand_ins(
    files: Iterable[Found], owners: Owners, notebooks: set[str], refusals: Refusals
) -> tuple[list[HandIn], dict[str, str], list[tuple[str, str]]]:
    """Return what was handed in, the older first, who typed a text in which file, and nobody's files with the reason.

    Parameters
    ----------
    notebooks : set of str
        The names of the assignment's notebooks, without `.ipynb`.
    """
    together: dict[tuple[str, str], list[Owned]] = {}
    unmatched, typed = [], {}
    for found in files:
        try:
            owned = owners.owned(found)
            together.setdefault((owned.student, owned.hand_in), []).append(owned)
        except TypedError as error:
            typed[error.student] = printable(found.name)
        except UnmatchedError as error:
            unmatched.append((printable(found.name), str(error)))
    made = [_one(some, notebooks, refusals) for some in together.values()]
    made = [one for one in made if one.files]
    made.sort(key=lambda one: (one.time is not None, one.time or datetime.min, one.number))
    return made, typed, unmatched


def times_of(roster: Roster | None, zone: tzinfo) -> dict[str, datetime]:
    """Return when Moodle's grading worksheet says that each student handed in, in UTC; nothing for another roster."""
    names = [name.casefold() for name in roster.table.header] if roster else []
    if roster is None or _MODIFIED not in names:
        return {}
    rows = dict(roster.table.rows)
    found = {}
    for student in roster:
        text = plain_text(rows[student.line][names.index(_MODIFIED)]).strip()
        try:
            if any(c.isdigit() for c in text):
                found[student.id] = _in_utc(text, zone)
        except ValueError:
            continue  # in a language that dates are not read in; then there is no time
    return found


def _in_utc(text: str, zone: tzinfo) -> datetime:
    return read_time(text, zone).replace(tzinfo=UTC)


def _one(owned: list[Owned], notebooks: set[str], refusals: Refusals) -> HandIn:
    """Return one hand-in of its files: one top folder is taken off, the newest of several versions is taken."""
    first = owned[0]
    made = HandIn(first.student, first.lms, number=max(one.number for one in owned), late=any(o.late for o in owned))
    times = [time for one in owned if (time := one.time or one.found.time)]
    made.time = max(times) if times else None
    names = _Names(made)
    expected = {f"{name}.ipynb" for name in notebooks}  # of two names that clash, the one that was handed out stays
    pairs = zip(owned, _without_top([one.path for one in owned]), strict=True)
    for one, path in sorted(pairs, key=lambda pair: (pair[1][-1] not in expected, pair[0].number, pair[1])):
        if path == (STAMP,):
            _take_time(made, one, refusals)
            continue
        target, version = _plain_name(path, notebooks)
        if clash := names.clash(target, "/".join(path), (one.number, version)):
            refusals.add(one.found.name, clash)
        elif names.newest:
            made.files[target], made.origins[target] = one.found, one.origin
    return made


class _Names:
    """The names that are taken in a hand-in."""

    def __init__(self, made: HandIn) -> None:
        self.made, self.newest = made, True
        self._files: dict[str, tuple[str, str, tuple[int, int]]] = {}  # folded -> name, name before, how new
        self._folders: set[str] = set()

    def clash(self, target: str, original: str, new: tuple[int, int]) -> str:
        """Take a name; return why it cannot be, or an empty text. `newest` then says whether its file counts."""
        folded = unicodedata.normalize("NFC", target).casefold()
        above = {folded[:place] for place, c in enumerate(folded) if c == "/"}
        if folded in self._folders or above & self._files.keys():
            return "clashes with another file: one is a folder where the other is a file"
        self.newest = True
        if folded in self._files:
            before, name, old = self._files[folded]
            if before != target or (name == original and new == old):
                return (
                    f"has the same name as {before} except for capital letters"
                    if before != target
                    else "is there twice"
                )
            self.newest = new > old
            self.made.older.append(name if self.newest else original)
        if self.newest:
            self._files[folded] = (target, original, new)
            self._folders |= above
        return ""


def _take_time(made: HandIn, one: Owned, refusals: Refusals) -> None:
    """Take the time from a timestamp.txt; not from one that a student put into an LMS."""
    if one.lms in ("canvas", "moodle"):
        refusals.add(one.found.name, f"was left out: only {one.lms.capitalize()} can tell when a student handed in")
        return
    try:
        made.time = made.time or read_time(one.found.read().decode("utf-8", "replace")[:200]).replace(tzinfo=UTC)
    except (RefusedError, OSError, ValueError) as error:
        refusals.add(one.found.name, error)


def _without_top(paths: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    while all(len(path) > 1 for path in paths) and len({path[0] for path in paths}) == 1:
        paths = [path[1:] for path in paths]
    return paths


def _plain_name(path: tuple[str, ...], notebooks: set[str]) -> tuple[str, int]:
    """Return where a file goes, and its version: Canvas and browsers call a second panda.ipynb panda-1.ipynb."""
    stem, dot, ending = path[-1].partition(".ipynb")
    match = _VERSION.fullmatch(stem)
    if dot and match and match["stem"] in notebooks and stem not in notebooks:
        return "/".join((*path[:-1], match["stem"] + dot + ending)), int(match["dash"] or match["round"])
    return "/".join(path), 0
