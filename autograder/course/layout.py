"""Where the course's folders are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE, RELEASE, SOLUTIONS = ROOT / "source", ROOT / "notebooks", ROOT / "solutions"


def tools_on_path() -> None:
    """Put this Python's commands on PATH: nbgrader calls alembic by its name, also without an active environment."""
    scripts, paths = os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath).split(os.pathsep)
    if scripts not in paths:
        os.environ["PATH"] = os.pathsep.join([scripts, *paths])
