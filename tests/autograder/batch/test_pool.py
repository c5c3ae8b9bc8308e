"""Jobs of local processes: who draws them, how far ahead, and what an error on the way costs."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.batch import pool as pool_module
from autograder.batch.pool import WorkerPool
from autograder.batch.worker import Worker


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerPool]:
    """Two workers that give every job back."""
    monkeypatch.setattr(pool_module, "attempt", lambda worker, job: job)
    with WorkerPool(2, isolated=False) as pool:
        yield pool


def test_jobs_are_drawn_in_the_callers_thread_and_a_few_ahead(two: WorkerPool) -> None:
    drawn: list[int] = []

    def jobs() -> Iterator[Any]:
        for number in range(50):
            assert threading.current_thread() is threading.main_thread()
            drawn.append(number)
            yield number

    done = []
    for result in two.run(jobs()):
        done.append(result)
        assert len(drawn) - len(done) <= 2 * len(two.workers)
    assert sorted(done) == drawn == list(range(50))


@pytest.mark.parametrize("isolated", [False, True])
def test_a_process_that_is_loading_already_is_taken_if_it_is_isolated_as_the_others(isolated: bool) -> None:
    loading = Worker(isolated=False)
    pool = WorkerPool(2, isolated, loading)
    assert (pool.workers[0] is loading) != isolated
    assert [worker.isolated for worker in pool.workers] == [isolated] * 2


@pytest.mark.parametrize("module", ["commands.grade", "batch.worker"])
def test_the_sandbox_is_started_before_any_library_is_loaded(module: str) -> None:
    """NumPy would delay the command as well as its grading process, and then the warm process loads it too."""
    heavy = "numpy", "barprop", "nbgrader"
    code = f"import sys, autograder.__main__, autograder.{module}; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_no_jobs_are_no_records(two: WorkerPool) -> None:
    assert list(two.run([])) == []


def test_an_error_while_jobs_are_drawn_or_run_is_raised_and_leaves_no_thread(
    two: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def jobs() -> Iterator[Any]:
        yield 1
        raise LookupError("no second one")

    def fail(worker: object, job: object) -> None:
        raise OSError("no room")

    before = threading.active_count()
    with pytest.raises(LookupError, match="no second one"):
        list(two.run(jobs()))
    monkeypatch.setattr(pool_module, "attempt", fail)
    with pytest.raises(OSError, match="no room"):
        list(two.run([1, 2, 3]))
    assert threading.active_count() == before
