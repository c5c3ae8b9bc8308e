"""How often a test repeats itself: less in every run, more in `make exhaustive`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import pytest

from autograder.course.layout import ROOT

T = TypeVar("T")
THOROUGH = bool(os.environ.get("THOROUGH"))
thorough = pytest.mark.thorough

# for PYTHONPATH: our code, and a quicker start of nbgrader and JupyterLab
PATHS = os.pathsep.join([str(ROOT), str(Path(__file__).parent / "quick_start")])


def often(usually: T, thoroughly: T) -> T:
    """Return the second in `make exhaustive`, and the first in every other run: of two numbers, for example."""
    return thoroughly if THOROUGH else usually
