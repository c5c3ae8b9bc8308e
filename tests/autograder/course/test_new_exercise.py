"""A new exercise is laid out in a copy of the course, and docs/new-exercise.md is followed to the letter."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.layout import ROOT
from autograder.course.scaffold import ScaffoldError, _declared, add_exercise
from tests.checkout import copy_checkout

BLOCK = re.compile(r"```(console|diff)\n(.*?)```|In\s+`([^`]+)`:", re.DOTALL)


def changed(text: str, diff: str) -> str:
    """Replace the lines that begin with - by those that begin with +; they must be there once."""
    old, new = ("".join(f"{line[1:]}\n" for line in diff.splitlines() if line[0] == sign) for sign in "-+")
    assert text.count(old) == 1, f"{text.count(old)} times in the file:\n{old}"
    return text.replace(old, new)


def run(line: str, course: Path) -> str:
    words = shlex.split(line.removeprefix("$ "))
    python = {"autograder": [sys.executable, "-m", "autograder"], ".venv/bin/python": [sys.executable]}[words[0]]
    done = subprocess.run(
        [*python, *words[1:]], cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONPATH": str(course)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}"
    return done.stdout


@pytest.mark.exhaustive
def test_the_page_is_true(tmp_path):
    course = copy_checkout(tmp_path / "course")
    file, said = None, []
    for kind, block, named in BLOCK.findall((ROOT / "docs" / "new-exercise.md").read_text(encoding="utf-8")):
        if named:
            file = course / named
        elif kind == "console":
            said += [run(line, course) for line in block.splitlines()]
        else:
            file.write_text(changed(file.read_text(encoding="utf-8"), block), encoding="utf-8")
    assert "FILL IN" in said[0]
    assert re.search(r"\[100%\]", said[-1]), said[-1]
    released = (course / "notebooks/02_bar_notation/bar_notation.ipynb").read_text(encoding="utf-8")
    assert "### Exercise `bar_cube` (6 min, ●○○)" in released
    assert "x**2" not in released.split("Exercise `bar_cube`")[1].split("test_bar_cube")[0]


@pytest.mark.parametrize(
    ("notebook", "name", "why"),
    [
        ("02", "bar_cube", "no notebook '02'; there are 01_forward_graph"),
        ("02_bar_notatoin", "bar_cube", "Did you mean 02_bar_notation?"),
        ("02_bar_notation", "bar cube", "not a name that a student could define"),
        ("02_bar_notation", "lambda", "not a name that a student could define"),
        ("02_bar_notation", "fgsm", "already, in 05_adversarial"),
    ],
)
def test_what_cannot_be_laid_out_is_a_sentence_and_nothing_is_written(notebook, name, why, tmp_path):
    with pytest.raises(ScaffoldError, match=re.escape(why)):
        add_exercise(notebook, name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "barprop/exercises").glob("n0*/__init__.py")), ids=lambda p: p.parent.name
)
def test_a_declaration_goes_into_every_list(path):
    text = _declared(path.read_text(encoding="utf-8"), f"barprop.exercises.{path.parent.name}.cube", "cube")
    listed = next(n.value for n in ast.parse(text).body if isinstance(n, ast.Assign))
    assert isinstance(listed, ast.Tuple)
    assert ast.unparse(listed.elts[-1]) == "CUBE"
