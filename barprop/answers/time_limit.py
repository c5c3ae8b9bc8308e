"""A time limit on a student's code in the running kernel, by the alarm clock of the operating system."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CALL_SECONDS = 5.0  # what one call of an answer may take, in a check as where it is graded
_limit = 0.0  # seconds for one call; 0: no limit
_running = False


class TimeIsUpError(BaseException):
    """Raised inside the student's code; no `except Exception` there holds it back."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit every call inside to a number of seconds."""
    global _limit
    before, _limit = _limit, seconds
    try:
        yield
    finally:
        _limit = before


def limit() -> float:
    """Return the seconds one call may take; 0 where there is no limit."""
    return _limit


@contextmanager
def timed() -> Iterator[None]:
    """Raise TimeIsUpError inside once the limit is over; does nothing where there is no limit or no alarm to set.

    There is none on Windows and outside the main thread, and an alarm that somebody else has set is left alone.
    """
    global _running
    if not _limit or not can_limit():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    _running = True
    signal.setitimer(signal.ITIMER_REAL, _limit, 1.0)  # again every second: a bare `except:` holds the first back
    try:
        yield
    finally:
        _running = False
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def can_limit() -> bool:
    """Whether a call can be stopped here: there is an alarm, and nobody else has set it."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    unused = signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, signal.SIG_IGN)
    return unused and signal.getitimer(signal.ITIMER_REAL)[0] == 0.0


def _ring(*_: object) -> None:
    if _running:
        raise TimeIsUpError
