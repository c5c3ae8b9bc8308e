"""Sandboxes for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox import Limits, LocalSandbox, Sandbox, Session
from tests import needs


@pytest.fixture(scope="module")
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox | LocalSandbox]:
    """The isolated sandbox, or as a module's parameter says the local one; within the module's LIMITS."""
    isolated = getattr(request, "param", "isolated") == "isolated"
    if isolated:
        needs.sandbox()
    limits = getattr(request.module, "LIMITS", Limits())
    with (Sandbox if isolated else LocalSandbox)(limits) as made:
        yield made


@pytest.fixture
def session(sandbox: Sandbox | LocalSandbox) -> Iterator[Session]:
    """A session in which NumPy is imported."""
    with sandbox.session() as made:
        made.run_cell("import numpy as np")
        yield made
