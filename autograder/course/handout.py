"""python -m autograder handout: what students need, and nothing else, as one zip file."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course.layout import RELEASE, ROOT

_TOP = "backprop"
_SHARED = ("requirements.txt", "pyproject.toml", "LICENSE", "NOTICE")


def contents(assignments: list[str]) -> list[tuple[Path, str]]:
    """(file, its name in the folder that students unpack), the same in every run."""
    found = [(ROOT / "docs" / "handout.md", "README.md"), *((ROOT / name, name) for name in _SHARED)]
    for folder in (ROOT / "barprop", *(RELEASE / name for name in assignments)):
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not _passing(path))
        found += [(path, path.relative_to(ROOT).as_posix()) for path in files]
    return found


def without_command(pyproject: str) -> str:
    """Return a pyproject.toml that installs no command `autograder`, since students do not get that package."""
    return re.sub(r"^\[project\.scripts\]\n(.+\n)*\n?", "", pyproject, flags=re.MULTILINE)


def _passing(path: Path) -> bool:
    return any(part in ("__pycache__", ".ipynb_checkpoints") for part in path.parts)
