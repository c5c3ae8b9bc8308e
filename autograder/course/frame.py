"""What the build adds to an authored notebook: how it begins and ends, and what the start page says of all."""

from __future__ import annotations

import re

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.course.course_map import map_table, sentence
from autograder.course.outlines import Outline, hours

START = "00_start/start"
_GAP = re.compile(r"\{\{(\w+)\}\}")

_OPENING = """\
[← Start page](../{start}.ipynb) · about **{time}**: {reading} min of reading, predicting and playing, \
{doing} min for {count} exercises · **{points} points**

<details><summary>How to work here: answers, dots, points, coming back</summary>

Write each answer where it says `YOUR CODE HERE`, and delete `raise NotImplementedError()`. Run its cell, then the \
check below it, as often as you like.

●○○ is short, ●●○ takes some thought, ●●● is hard.

The parts of an answer count separately, in one check or in several: right values, stability (very large numbers), \
corner cases. A mistake in one of these costs only its own points. An answer that changes its arguments loses half of \
its points or more.

Coming back? Click into the cell where you stopped, then *Run → Run All Above Selected Cell*.
</details>"""


def framed(notebook: NotebookNode, outlines: list[Outline], name: str) -> NotebookNode:
    """Return a notebook with its opening and its last cell, or the start page with its gaps filled.

    Parameters
    ----------
    outlines : list of Outline
        Of all notebooks, in order.
    name : str
        "assignment/notebook" of this one. Raises KeyError where a gap of the start page has no such name.
    """
    place = [each.name for each in outlines].index(name)
    own = outlines[place]
    if own.exercises:
        notebook.cells.insert(1, _cell("opening", opening(own)))
    elif name == START:
        _fill(notebook, [each for each in outlines if each.exercises])
    notebook.cells.append(_cell("next", _closing(outlines[place + 1 :], name)))
    return notebook


def opening(own: Outline) -> str:
    """Return what the second cell of a notebook says."""
    return _OPENING.format(
        start=START, time=hours(own.minutes), reading=own.reading, doing=own.doing, count=len(own.exercises),
        points=own.points,
    )  # fmt: skip


def _closing(following: list[Outline], name: str) -> str:
    start = "" if name == START else f"[← Start page](../{START}.ipynb)"
    after = f"**Next: [{following[0].title} →](../{following[0].name}.ipynb)**" if following else "The end."
    return " · ".join(filter(None, [after, start]))


def _fill(notebook: NotebookNode, outlines: list[Outline]) -> None:
    made = {"map": map_table(outlines, "../"), "totals": sentence(outlines)}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _GAP.sub(lambda gap: made[gap[1]], cell.source)


def _cell(name: str, text: str) -> NotebookNode:
    cell = new_markdown_cell(text)
    cell.id = name
    return cell
