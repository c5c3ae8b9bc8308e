"""The pages that are made from source/ and the declarations: in docs/, and the map in README.md."""

from __future__ import annotations

from autograder.course.authored import graded
from autograder.course.course_map import with_map
from autograder.course.exercise_tables import exercises_page
from autograder.course.layout import ROOT
from autograder.course.outlines import outline


def pages() -> dict[str, str]:
    """Return what each page should hold, by its name in the repository."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return {
        "docs/exercises.md": exercises_page(),
        "README.md": with_map(readme, [outline(path) for path in graded()], "notebooks/"),
    }


def stale_pages() -> list[str]:
    """Return the names of the pages that are missing or hold something else."""
    return [
        name
        for name, text in pages().items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text
    ]


def write_pages() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (ROOT / name).write_text(text, encoding="utf-8")
