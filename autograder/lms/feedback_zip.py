"""The feedback pages of an assignment as one zip file, under the names by which Canvas or Moodle takes them back."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.lms.provenance import Provenance
from autograder.lms.roster import Roster, Student
from barprop.atomic_file import replacing

_FLAT = re.compile(r"(.*_\d+_assignsubmission_file_)(.+)")  # Moodle without folders: the file's name is in it


@dataclass
class FeedbackZip:
    """What was put into a feedback zip; `left_out` holds (student, why)."""

    pages: int = 0
    students: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def has_pages(feedback: Path, assignment: str) -> bool:
    """Whether anybody has a feedback page for an assignment."""
    return any(any(folder.glob("*.html")) for folder in _folders(feedback, assignment))


def write_feedback(
    path: Path, lms: str, feedback: Path, assignment: str, notes: dict[str, Provenance], roster: Roster | None
) -> FeedbackZip:
    """Write the zip file, whole or not at all; none where no page has a name that the LMS knows.

    Parameters
    ----------
    lms : str
        `canvas` or `moodle`.
    feedback : Path
        The course's folder of feedback pages.
    notes : dict
        Where each hand-in is from, as `collect` keeps it.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    result = FeedbackZip()
    pages = [pair for folder in _folders(feedback, assignment) for pair in _named(folder, lms, notes, roster, result)]
    if pages:
        with (
            replacing(path) as partial,
            zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
        ):
            for page, name in pages:
                archive.write(page, name)
    result.pages = len(pages)
    return result


def _folders(feedback: Path, assignment: str) -> list[Path]:
    return sorted(feedback.glob(f"[!.]*/{_escaped(assignment)}"))


def _named(
    folder: Path, lms: str, notes: dict[str, Provenance], roster: Roster | None, result: FeedbackZip
) -> list[tuple[Path, str]]:
    """Return a student's pages, each with the name by which the LMS takes it back."""
    student = folder.parent.name
    pages = sorted(folder.glob("*.html"))
    known = notes.get(student, Provenance())
    origins = known.origins if known.lms == lms else {}
    if not origins and lms == "moodle" and roster and (listed := roster.find(student)) and listed.moodle_id:
        origins = {"": _moodle_folder(listed)}
    if not origins:
        where = lms.capitalize()
        result.left_out.append((student, f"not collected from {where}, so the name there is not known"))
        return []
    taken: set[str] = set()
    result.students += [student] if pages else []
    return [(page, _free(_name(page, origins, lms), taken)) for page in pages]


def _name(page: Path, origins: dict[str, str], lms: str) -> str:
    """Return what a page has to be called; it belongs to the notebook of its name, or else to the first file."""
    mine = [origin for path, origin in origins.items() if Path(path).stem == page.stem]
    origin = (mine or [origins[path] for path in sorted(origins, key=lambda path: not path.endswith(".ipynb"))])[0]
    if lms == "canvas":
        return f"{os.path.splitext(origin)[0]}.html"
    flat = _FLAT.fullmatch(origin)
    return f"{flat[1]}{page.name}" if flat else f"{origin}/{page.name}"


def _free(name: str, taken: set[str]) -> str:
    stem, ending = os.path.splitext(name)
    numbers: Iterator[str] = (f"{stem}-{number}{ending}" for number in range(2, 1000))
    while name in taken:
        name = next(numbers)
    taken.add(name)
    return name


def _moodle_folder(student: Student) -> str:
    plain = re.sub(r"[\\/:*?\"<>|&'`]", "", student.name.replace("_", " "))
    return f"{plain}_{student.moodle_id}_assignsubmission_file_"


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)
