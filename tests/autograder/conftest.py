"""Courses to grade in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.batch.pool import WorkerPool
from autograder.scoring.grade import grade_submission
from tests.grading_tools import (
    FakeSession,
    hand_in,
    make_course,
    own_answers,
    own_source,
)


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Jobs run in this process; the list says which."""
    done: list[Any] = []

    def run(_: WorkerPool, waiting: Any) -> Iterator[Any]:
        for job in waiting:
            done.append(job)
            yield grade_submission(job, lambda _: FakeSession())

    monkeypatch.setattr(WorkerPool, "run", run)
    return done


@pytest.fixture
def own(tmp_path: Path, jobs: list, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with an instructor's own assignment and four submissions."""
    course = make_course(tmp_path / "course", {"ps1/p1": own_source()}, plugged=False)
    hand_in(course, "full", "ps1/p1", own_answers())
    hand_in(course, "half", "ps1/p1", own_answers(square="    return x + x", half="    return x // 2"))
    hand_in(course, "blank", "ps1/p1", own_answers("", "", ""))
    hand_in(course, "broken", "ps1/p1", own_answers())
    (course / "submitted/broken/ps1/p1.ipynb").write_text("{ this is no notebook")
    monkeypatch.chdir(course)
    return course
