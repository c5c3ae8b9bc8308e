"""What the sandbox promises to those who grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from autograder.errors import CourseError

if TYPE_CHECKING:  # they load NumPy
    from barprop.answers.calls import Answers
    from barprop.answers.script import Outcome, Script


class Fault(StrEnum):
    """What kind of failure a SandboxError is."""

    UNAVAILABLE = "unavailable"  # this machine gives no sandbox: nothing can be graded
    BROKEN = "broken"  # there was one, and it ended; another may do
    FILES = "files"  # a file does not fit into a session


class SandboxError(CourseError):
    """No sandbox is available on this machine, or a running one broke.

    Parameters
    ----------
    sentence : str
        What happened and what to do about it.
    kind : Fault
        The cause, so that code never has to read the sentence.
    """

    def __init__(self, sentence: str, kind: Fault = Fault.BROKEN) -> None:
        super().__init__(sentence, kind)  # both, so that it can be pickled
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Limits:
    """What one notebook may use. Times are wall clock, in seconds; sizes are in MB (10^6 bytes).

    Parameters
    ----------
    cell_seconds : float
        For one cell.
    probe_seconds : float
        For one call of an answer.
    notebook_seconds : float
        For everything that is done with the notebook.
    memory : float
        Of its process, beyond the libraries.
    scratch : float
        Of the files it writes.
    output : float
        Of what one cell shows.
    reply : float
        Of the arrays in what one call gives.
    """

    cell_seconds: float = 20.0
    probe_seconds: float = 5.0  # as in a check, barprop.answers.time_limit.CALL_SECONDS
    notebook_seconds: float = 120.0
    memory: float = 120.0
    scratch: float = 16.0
    output: float = 1.0
    reply: float = 4.0


@dataclass
class CellResult:
    """What running one cell gave.

    Parameters
    ----------
    outputs : list of dict
        nbformat's outputs, version 4.
    error : str
        Why it stopped, one sentence; "" if it ran to its end.
    seconds : float
        How long it took.
    """

    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    seconds: float = 0.0


class Session(Protocol):
    """One notebook's process. A context manager; leaving it kills whatever is left inside."""

    @property
    def answers(self) -> Answers:
        """What the cells have defined."""

    def run_cell(self, source: str, seconds: float | None = None, hidden: bool = False) -> CellResult:
        """Run a code cell as IPython would, without keeping a hidden one; never raises for what student's code does."""

    def carry_out(self, scripts: Sequence[Script]) -> list[list[Outcome]]:
        """Carry scripts out, all in one go; how far each went."""

    def is_alive(self) -> bool:
        """Whether the process still answers (False after a crash or a time-out that could not be undone)."""

    def close(self) -> None:
        """End the process and everything it started."""
