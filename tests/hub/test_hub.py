"""docs/deploy.md on loopback, in a real browser: two students and an instructor, from release to feedback."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.course.layout import ROOT
from tests import needs
from tests.hub.journey import Student, Teacher
from tests.hub.machine import running_hub

pytestmark = [pytest.mark.exhaustive, pytest.mark.browser]


@pytest.fixture(scope="module")
def hub(browser: Any) -> Iterator[str]:
    needs.package("jupyterhub")
    if os.geteuid() != 0:
        needs.missing("root")
    proxy = ROOT / "node_modules" / ".bin" / "configurable-http-proxy"
    if not proxy.exists():
        subprocess.run([needs.program("npm"), "ci", "--silent"], cwd=ROOT, check=False, timeout=300)
    if not proxy.exists():
        needs.missing("configurable-http-proxy")
    with running_hub(needs.program("bwrap"), str(proxy)) as url:
        yield url


def test_from_release_to_feedback(hub: str, browser: Any) -> None:
    teacher = Teacher(browser, hub, "teacher")
    assert {"Formgrader", "Create assignment"} <= set(teacher.menu())
    teacher.press("assign")
    teacher.press("release")

    ada, ben = (Student(browser, hub, name) for name in ("ada", "ben"))
    for student in (ada, ben):
        assert student.menu() == ["Assignment List"]
        assert student.page.context.request.get(f"{student.home}/formgrader/").status == 404
        student.fetch()
    ada.answer()
    said = ada.validate()
    assert 'check("linear")' not in said
    assert 'check("relu")' in said
    for student in (ada, ben):
        student.submit()

    assert "2 submissions" in teacher.press("collect")
    for name in ("ada", "ben"):
        assert "1 graded" in teacher.autograde(name)
    teacher.comment("ada", "Nicely short.")
    teacher.press("generate-feedback")
    teacher.press("release-feedback")

    read = ada.feedback()
    assert "Nicely short." in read
    assert "linear" in read
    assert "Nicely short." not in ben.feedback()
