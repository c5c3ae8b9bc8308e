"""A score depends on what the fingerprints read, and on nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from autograder.batch import fingerprints
from autograder.course.layout import ROOT
from barprop.exercises import EXERCISES

_SCORES = ("autograder.reference", "autograder.sandbox", "autograder.scoring", "barprop.exercises")
# What the students' side of barprop brings along, which the grader does not call; and the base of errors.
_NO_SCORE = {"barprop", "barprop.atomic_file", "barprop.check", "barprop.progress", "autograder.errors"}


def test_whatever_scores_import_is_in_a_fingerprint() -> None:
    """A module outside the folders could change a score, and no submission would be graded anew."""
    graph = grimp.build_graph("autograder", "barprop", exclude_type_checking_imports=True)
    modules = {found for name in _SCORES for found in graph.find_upstream_modules(name, as_package=True)}
    modules |= {found for name in _SCORES for found in graph.find_descendants(name)}
    assert len(modules) > 100
    assert {name for name in modules - _NO_SCORE if not _is_read(name)} == set()


def _is_read(name: str) -> bool:
    """Whether a module is in a shared folder, or in a notebook's."""
    place = ROOT / name.replace(".", "/")
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    assert file.is_file(), name
    return _in_a_notebook(file) or any(file == one or one in file.parents for one in fingerprints.SHARED)


def _in_a_notebook(file: Path) -> bool:
    package, part, *rest = file.relative_to(ROOT).parts
    return f"{package}.{part}" in _SCORES and len(rest) > 1 and rest[0].startswith("n")


_ALL_KEYS = """
import json
from autograder.batch import fingerprints as f
print(json.dumps([f.environment(), {name: f.exercise_key(name) for name in f.EXERCISES}]))
"""


def _all_keys(folder: Path) -> tuple[str, dict[str, str]]:
    words = [sys.executable, "-c", _ALL_KEYS]
    done = subprocess.run(
        words, cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)}, capture_output=True, check=True
    )
    environment, keys = json.loads(done.stdout)
    return environment, keys


@pytest.mark.slow
def test_fingerprints_follow_the_folders(tmp_path: Path) -> None:
    """A reworded report regrades nobody; a changed declaration regrades its notebook and what calls it, nothing else."""
    for name in ("barprop", "autograder"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.js"))
    environment, keys = _all_keys(tmp_path)
    assert len(set(keys.values())) == len(keys)
    for path in ("autograder/reports/text.py", "autograder/batch/run.py", "barprop/pictures/neuron.py"):
        (tmp_path / path).write_text((tmp_path / path).read_text() + "\n# reworded\n")
    assert _all_keys(tmp_path) == (environment, keys)
    changed = tmp_path / "barprop/exercises/n03_gradient_splitting/rates.py"
    changed.write_text(changed.read_text() + "\n# changed\n")
    again, other = _all_keys(tmp_path)
    assert again == environment
    assert {name for name in keys if keys[name] != other[name]} == {
        e.name for e in EXERCISES.values() if e.assignment == "03_gradient_splitting"
    }
    judged = tmp_path / "barprop/judging/compare.py"
    judged.write_text(judged.read_text() + "\n# changed\n")
    assert _all_keys(tmp_path)[0] != environment
