"""A score depends on what the fingerprints read, and on nothing else."""

from __future__ import annotations

from pathlib import Path

import grimp

from autograder.batch import fingerprints
from autograder.course.layout import ROOT

_SCORES = ("autograder.reference", "autograder.sandbox", "autograder.scoring", "barprop.exercises")
_NO_SCORE = {
    "barprop",
    "barprop.check",
    "barprop.progress",
}  # the package's front; students call it, the grader does not


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
