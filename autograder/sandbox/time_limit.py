"""A time limit on what the grader itself does for one submission."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

_AGAIN = 1.0  # seconds after which OverdueError is raised once more, should somebody have caught it


class OverdueError(Exception):
    """The time for this piece of work is over."""


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise OverdueError inside this context once the seconds are over.

    Limits may be nested. Outside the main thread, where Python runs no signal handlers, and on systems
    without timers, nothing is limited.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    active = True

    def late(*_: Any) -> None:
        if active:
            raise OverdueError(f"It took longer than {seconds:.3g} s.")

    started, before = time.monotonic(), signal.signal(signal.SIGALRM, late)
    outer, _ = signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), _AGAIN)
    try:
        yield
    finally:
        active = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if outer:
            signal.setitimer(signal.ITIMER_REAL, max(outer - (time.monotonic() - started), 0.001), _AGAIN)
