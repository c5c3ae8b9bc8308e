"""A limit on how many calls an answer makes."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import Any

from barprop.answers.failures import AnswerError

_CALLS = 100_000  # Python calls one backward() may make on a graph of some sixty nodes


class CallBudget:
    """Counts the calls that a student's code makes in this process; a sandbox counts for it (`current`).

    Use as a context: with far too many calls it sets `exceeded` and stops the code with AnswerError.
    """

    def __init__(self) -> None:
        self.left, self.exceeded = _CALLS, False

    def __enter__(self) -> CallBudget:
        self._counts = sys.getprofile() is None  # where somebody measures already, nothing is counted
        if self._counts:
            sys.setprofile(self._count)
            self._before = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._counts:
            sys.setprofile(None)
            _current.reset(self._before)

    @staticmethod
    def current() -> CallBudget | None:
        """Return the tally that counts now, so that calls made elsewhere can be counted there."""
        return _current.get()

    def _count(self, frame: Any, event: str, arg: Any) -> None:
        self.left -= 1
        if self.left < 0 and not self.exceeded:
            self.exceeded = True
            raise AnswerError(f"More than {_CALLS:,} calls were made.", "late")


_current: ContextVar[CallBudget | None] = ContextVar("_current", default=None)
