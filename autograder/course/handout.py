"""What students need, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course.authored import authored, graded
from autograder.course.layout import ROOT, is_cache
from barprop.jupyter import STUDENTS

TOP = "backprop"
_DATA_FILES = "[tool.setuptools.data-files]\n"
_NUMBERS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")
_SHARED = ("requirements.txt", "pyproject.toml", "LICENSE", "NOTICE")


def contents(release: Path, assignments: list[str]) -> list[tuple[Path, str]]:
    """Return (file, its name in the folder that students unpack), in the same order in every run.

    Parameters
    ----------
    release : Path
        The folder with the released assignments. What is in it beside assignments, the start page, always goes along.
    """
    always = {path.parent.name for path in authored()} - {path.parent.name for path in graded()}
    found = [(ROOT / "docs" / "handout.md", "README.md"), *((ROOT / name, name) for name in _SHARED)]
    found += [(path, path.relative_to(ROOT).as_posix()) for path in _files(ROOT / "barprop")]
    for name in sorted(always.union(assignments)):
        found += [(path, f"notebooks/{path.relative_to(release).as_posix()}") for path in _files(release / name)]
    return found


def for_students(pyproject: str) -> str:
    """Return a pyproject.toml that installs no command `autograder`, and JupyterLab as students see it."""
    text = re.sub(r"^\[project\.scripts\]\n(.+\n)*\n?", "", pyproject, flags=re.MULTILINE)
    settings = f'"etc/jupyter/labconfig" = ["barprop/jupyter/{STUDENTS}"]'
    return text.replace(_DATA_FILES, f"{_DATA_FILES}{settings}\n")


def readme(text: str, count: int) -> str:
    """Return docs/handout.md with the number of the notebooks that are packed, without the start page."""
    number = _NUMBERS[count - 1] if 0 < count <= len(_NUMBERS) else str(count)
    said = "One Jupyter notebook" if count < 2 else f"{number} Jupyter notebooks"
    return text.replace("Seven Jupyter notebooks", said, 1)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not is_cache(path))
