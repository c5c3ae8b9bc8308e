"""Where the course's folders are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CONFIG = "nbgrader_config.py"
PACKAGES = Path(__file__).resolve().parents[2]  # the folder that both packages are imported from


def course_around(folder: Path) -> Path | None:
    """Return the course that a folder is in: the nearest folder upwards with nbgrader's configuration, or None."""
    return next((place for place in (folder, *folder.parents) if (place / CONFIG).is_file()), None)


def _root() -> Path:
    """Return the checkout that this package is in; if it was installed, the course around the current folder."""
    return PACKAGES if (PACKAGES / "source").is_dir() else course_around(Path.cwd()) or PACKAGES


ROOT = _root()
SOURCE, RELEASE, SOLUTIONS = ROOT / "source", ROOT / "notebooks", ROOT / "solutions"


def given_path(text: str) -> Path:
    """Return a path from the command line as an absolute one: a command may go on in the folder of the course."""
    return Path(text).absolute()


def tools_on_path() -> None:
    """Put this Python's commands on PATH: nbgrader calls alembic by its name, also without an active environment."""
    scripts, paths = os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath).split(os.pathsep)
    if scripts not in paths:
        os.environ["PATH"] = os.pathsep.join([scripts, *paths])


def is_cache(path: Path) -> bool:
    """Whether a file was left by Python, Jupyter or a student's checks: no part of the course."""
    return any(part in ("__pycache__", ".ipynb_checkpoints", ".progress") for part in path.parts)
