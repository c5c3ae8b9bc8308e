"""The instructor's browser, for the tests of this folder that have a `desk`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.attacks.instructor import Desk, Eyes


@pytest.fixture(scope="module")
def eyes(browser: Any, desk: Desk) -> Iterator[Eyes]:
    made = Eyes(browser, desk)
    yield made
    made.close()
