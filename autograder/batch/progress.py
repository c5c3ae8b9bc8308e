"""How far a run is: time left, and how much trouble there was. A bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Any, TextIO

_EVERY = 10.0  # seconds between lines where there is no terminal


class Progress:
    """Counts what is done. A context manager.

    Parameters
    ----------
    title : str
        What is being done.
    total : int
        How many there are.
    """

    def __init__(self, title: str, total: int, stream: TextIO | None = None) -> None:
        self.title, self.total, self.done, self.trouble = title, total, 0, 0
        self._stream = stream or sys.stderr
        self._start = self._said = time.monotonic()
        self._bar = _bar(self._stream) if total else None
        self._task = self._bar.add_task(title, total=total, trouble="") if self._bar else None

    def __enter__(self) -> Progress:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def step(self, trouble: bool = False) -> None:
        """Count one more as done, with or without problems."""
        self.done += 1
        self.trouble += trouble
        if self._bar:
            self._bar.update(self._task, advance=1, trouble=self._troubled())
        elif time.monotonic() - self._said > _EVERY:
            self._said = time.monotonic()
            print(self.line(), file=self._stream, flush=True)

    def line(self) -> str:
        """Return the state in one line."""
        left = (time.monotonic() - self._start) / max(1, self.done) * (self.total - self.done)
        return f"{self.title}: {self.done} of {self.total}, {_minutes(left)} left{self._troubled()}"

    def _troubled(self) -> str:
        return f", problems with {self.trouble}" if self.trouble else ""


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _bar(stream: TextIO) -> Any:
    """Return rich's progress bar if rich is installed and the output is a terminal."""
    if not stream.isatty():
        return None
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar
    except ImportError:
        return None
    columns: list[Any] = ["{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), "left"]
    return Bar(*columns, TextColumn("{task.fields[trouble]}"), console=Console(file=stream))
