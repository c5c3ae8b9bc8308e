"""Names that were typed: is there such a thing, and what was meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from autograder.errors import InputError
from autograder.submission.read_notebook import UnreadableError, read_notebook
from autograder.wording import did_you_mean


def assignments_of(coursedir: CourseDirectory) -> list[str]:
    """Return the names of the assignments in a course's source and release folders, sorted.

    A folder whose notebooks have no graded cell, such as the start page's, is none.
    """
    folders = [Path(coursedir.root) / step for step in (coursedir.source_directory, coursedir.release_directory)]
    names = {path.name for folder in folders for path in folder.glob("[!.]*") if path.is_dir()}
    found = {name: [path for folder in folders for path in (folder / name).glob("*.ipynb")] for name in names}
    return sorted(name for name, notebooks in found.items() if not notebooks or any(map(_is_graded, notebooks)))


def is_ungraded(folder: Path) -> bool:
    """Whether a folder of source/ or of the release holds notebooks, and nothing in them that nbgrader manages."""
    notebooks = list(folder.glob("*.ipynb"))
    return bool(notebooks) and not any(map(_is_graded, notebooks))


def _is_graded(notebook: Path) -> bool:
    return notebook.is_file() and b'"grade_id"' in notebook.read_bytes()


def notebooks_of(coursedir: CourseDirectory, assignment: str) -> set[str]:
    """Return the names of an assignment's notebooks, without `.ipynb`."""
    folders = [Path(coursedir.root) / step for step in (coursedir.source_directory, coursedir.release_directory)]
    return {path.stem for folder in folders for path in (folder / assignment).glob("*.ipynb")}


def headings_of(coursedir: CourseDirectory, assignment: str) -> list[str]:
    """Return the headings that an assignment's notebooks begin with, from the course's source and release folders."""
    folders = [Path(coursedir.root) / step for step in (coursedir.source_directory, coursedir.release_directory)]
    found = [_heading(path) for folder in folders for path in sorted((folder / assignment).glob("*.ipynb"))]
    return list(dict.fromkeys(filter(None, found)))


def _heading(path: Path) -> str:
    """Return the first heading of a notebook; an empty text where it has none or cannot be read."""
    try:
        cells = read_notebook(path.read_bytes()).cells
    except (OSError, UnreadableError):
        return ""
    prose = "\n".join(cell.source for cell in cells if cell.kind == "markdown")
    heading = re.search(r"^# +(.+)$", prose, re.MULTILINE)
    return heading[1].strip() if heading else ""


def require_assignments(words: Iterable[str], known: Collection[str]) -> None:
    """Raise InputError at the first of the words that is not the name of an assignment."""
    for word in words:
        if word not in known:
            raise InputError(_no_assignment(word, known))


def _no_assignment(word: str, known: Collection[str]) -> str:
    there = f"there {'is' if len(known) == 1 else 'are'} {', '.join(known)}" if known else "there is none at all"
    return f"There is no assignment {word!r}; {there}.{did_you_mean(word, known)}"
