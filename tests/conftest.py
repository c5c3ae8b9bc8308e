"""Shared by all tests."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.course import tools_on_path

tools_on_path()  # nbgrader calls alembic by its name


@pytest.fixture
def torch() -> Any:
    """PyTorch in float64, a test-only extra; what needs it is skipped where it is missing."""
    module = pytest.importorskip("torch", reason='PyTorch is not installed: pip install -e ".[torch]"')
    module.set_default_dtype(module.float64)
    return module
