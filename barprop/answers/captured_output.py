"""What a student's code prints while it is checked, cut to a reasonable length."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any


class _Tap(io.TextIOBase):
    """Passes up to `limit` characters on to another stream, and counts the rest."""

    def __init__(self, stream: Any, limit: int) -> None:
        self.stream = stream
        self.left = limit

    def write(self, text: str) -> int:
        if self.stream and self.left > 0:
            self.stream.write(text[: self.left])
        self.left -= len(text)
        return len(text)

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Do nothing: the stream is borrowed, and its owner closes it."""


@contextmanager
def capped_output(limit: int = 2000) -> Iterator[None]:
    """Cut what is printed inside to `limit` characters, and say so; 0 for silence.

    What is written to stderr goes to stdout as well: nbgrader gives 0 for a test cell that writes
    to stderr, and a warning is not a mistake.
    """
    stream = sys.stdout
    tap = _Tap(stream, limit)
    try:
        with redirect_stdout(tap), redirect_stderr(tap):
            yield
    finally:
        if limit and tap.left < 0 and stream:
            stream.write("\n... your code prints more than this while it is checked; the rest is left out.\n")
