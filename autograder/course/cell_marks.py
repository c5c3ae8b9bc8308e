"""Write what a cell of an authored notebook has from the declarations: metadata, points, heading and hidden tests.

A cell starts with one of these marks; nbgrader's metadata can be given in full instead.

    # %% answer="linear"        the answer of an exercise, between BEGIN SOLUTION and END SOLUTION
    # %% test="test_linear"     the check of an exercise; its points and hidden tests are added here
    # %% show="show_graph"      shows something, locked
    # %% folded="show_graph"    the same, its code folded away: it teaches nothing
    # %% locked="setup"         anything else that students must not change
    # %% packed="three_passes" after="backward"
                                code that would answer `backward`: packed, and printed and run once that passes

A heading "### Exercise `linear`" gets the minutes and the level.
"""

from __future__ import annotations

import re

from nbformat import NotebookNode

from barprop.exercises import EXERCISES, TESTS
from barprop.packed import pack

MARKS = ("answer", "test", "show", "folded", "locked", "packed")
_HEADING = re.compile(r"^### Exercise `(\w+)`$", re.MULTILINE)
_PACKED = """\
from barprop.packed import unpack

if ready("{after}"):
    exec(unpack('''
{text}
'''))"""
_HIDDEN = """
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("{test}")
### END HIDDEN TESTS"""


def complete(cell: NotebookNode) -> None:
    """Replace a cell's mark by nbgrader's metadata and add the rest, in place.

    Raises ValueError if a test or a heading belongs to no declared exercise.
    """
    cell.metadata.pop("lines_to_next_cell", None)  # of the .py alone
    if cell.cell_type == "markdown":
        cell.source = _HEADING.sub(_heading, cell.source)
    for mark in MARKS:
        if mark in cell.metadata:
            _mark(cell, mark, str(cell.metadata.pop(mark)))


def _mark(cell: NotebookNode, mark: str, name: str) -> None:
    answer = mark == "answer"
    grading = NotebookNode(grade=False, grade_id=name, locked=not answer, schema_version=3, solution=answer)
    if mark in ("show", "folded", "packed"):
        cell.metadata.tags = ["show"]
    if mark in ("folded", "packed"):
        cell.metadata.jupyter = {"source_hidden": True}
    if mark == "packed":
        after = cell.metadata.pop("after", None)
        if after not in EXERCISES:
            raise ValueError(f"the packed cell {name!r} should say after which exercise it is shown, not {after!r}")
        cell.source = _PACKED.format(after=after, text=pack(cell.source))
    if mark == "test":
        if name not in TESTS:
            raise ValueError(
                f"the test {name!r} belongs to no exercise in barprop/exercises/; there are {', '.join(TESTS)}"
            )
        grading.update(grade=True, points=TESTS[name][1].points)
        cell.source += _HIDDEN.format(test=name)
    cell.metadata.nbgrader = grading


def _heading(match: re.Match[str]) -> str:
    exercise = EXERCISES.get(match[1])
    if exercise is None:
        raise ValueError(f"the heading {match[0]!r} names no exercise in barprop/exercises/")
    return f"{match[0]} ({exercise.minutes} min, {'●' * exercise.level}{'○' * (3 - exercise.level)})"
