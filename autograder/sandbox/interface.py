"""What the sandbox promises to those who grade."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from barprop.answers.calls import Answers


class SandboxError(Exception):
    """No sandbox can be had here, or it broke; the message says what to do."""


@dataclass(frozen=True)
class Limits:
    """What one notebook may use. Times are wall clock, in seconds; sizes in MB (10^6 bytes)."""

    cell_seconds: float = 20.0
    probe_seconds: float = 5.0
    notebook_seconds: float = 120.0
    memory: float = 120.0
    scratch: float = 16.0
    output: float = 1.0
    reply: float = 4.0


@dataclass
class CellResult:
    """What running one cell gave: nbformat outputs (v4 dictionaries), and why it stopped, if it did."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0


class Session(Protocol):
    """One notebook's process. A context manager; leaving it kills whatever is left inside."""

    answers: Answers

    def run_cell(self, source: str, seconds: float | None = None) -> CellResult:
        """Run a code cell as IPython would; never raises for what the student's code does."""

    def interrupt_free(self) -> bool:
        """Whether the process still answers (False after a crash or a time-out that could not be undone)."""

    def close(self) -> None:
        """End the process and everything it started."""
