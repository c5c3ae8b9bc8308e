"""Who grades many jobs: local processes, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, Self

from autograder.errors import CourseError
from autograder.scoring.job import Job
from autograder.scoring.record import Record


class PoolError(CourseError):
    """Jobs cannot be run as asked; the message says what to do."""


class Executor(Protocol):
    """Runs jobs; a context manager, whose end gives up what the executor holds.

    Attributes
    ----------
    isolated : bool
        Whether submissions are run in the sandbox.
    """

    isolated: bool

    def run(self, jobs: Iterable[Job]) -> Iterator[Record]:
        """Yield a record for every job, in any order. Raise PoolError before any is run, if none can be."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...
