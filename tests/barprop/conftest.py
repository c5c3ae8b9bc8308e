"""What several tests of barprop begin with."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from autograder.reference import REFERENCES
from barprop import check


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names of a notebook in which every exercise is answered."""
    names = dict(REFERENCES.names)
    monkeypatch.setattr(sys.modules[check.__module__], "notebook_names", lambda: names)
    return names
