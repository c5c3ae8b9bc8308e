"""The course's secret, from which the seeds of hidden probes come."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.scoring import seeds


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = seeds.course_secret(tmp_path / ".grading")
    assert len(first) == 64
    assert seeds.course_secret(tmp_path / ".grading") == first
    assert (tmp_path / ".grading/secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / ".grading").iterdir()] == ["secret"]
    assert seeds.course_secret(tmp_path / ".grading", "given") == b"given"
    monkeypatch.setenv(seeds.SECRET_VARIABLE, "told")
    assert seeds.course_secret(tmp_path / ".grading") == b"told"
