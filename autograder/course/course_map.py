"""The map of the course: a table of its notebooks with minutes and points, in README.md and on the start page."""

from __future__ import annotations

import re

from autograder.course.outlines import MINUTES_A_WIDGET, WORDS_A_MINUTE, Outline, hours

# What is done by hand in each notebook.
ABOUT = {
    "01_forward_graph": "one neuron as a computational graph; what it caches, and why",
    "02_bar_notation": "every bar of the neuron, one step at a time; training it",
    "03_gradient_splitting": "who gets how much gradient; why part of a network may not learn, and the cure",
    "04_layers": "layers with forward and backward; a network that reads digits",
    "05_adversarial": "gradient ascent on the input, and what it does to that network",
    "06_autograd": "a small autograd engine, built in stages; then it trains that network",
    "07_panda": "the layers of a real network for photos; your own backward pass turns a panda into a gibbon",
}
_PLACE = re.compile(r"(<!-- map: made by autograder build -->\n).*?(\n<!-- end of the map -->)", re.DOTALL)


def map_table(outlines: list[Outline], folder: str) -> str:
    """Return the map as a Markdown table.

    Parameters
    ----------
    outlines : list of Outline
        Of the graded notebooks, in order.
    folder : str
        The way from the page to the folder of the notebooks, such as "../".
    """
    lines = ["| notebook | what you do by hand | minutes | exercises | points |", "|---|---|--:|--:|--:|"]
    for each in outlines:
        about = ABOUT[each.name.split("/")[0]]
        count = len(each.exercises)
        lines.append(
            f"| [{each.title}]({folder}{each.name}.ipynb) | {about} | {each.minutes} | {count} | {each.points} |"
        )
    minutes, count, points = totals(outlines)
    return "\n".join([*lines, f"| **in all** | | **{minutes}** | **{count}** | **{points}** |"])


def totals(outlines: list[Outline]) -> tuple[int, int, int]:
    """Return minutes, exercises and points of several notebooks together."""
    return (
        sum(each.minutes for each in outlines),
        sum(len(each.exercises) for each in outlines),
        sum(each.points for each in outlines),
    )


def sentence(outlines: list[Outline]) -> str:
    """Return the totals in words."""
    minutes, count, points = totals(outlines)
    return (
        f"{len(outlines)} notebooks, {count} exercises, {points} points, about {hours(minutes)}: the text and the "
        f"given code at {WORDS_A_MINUTE} words per minute, one minute for each prediction, {MINUTES_A_WIDGET} for each "
        "interactive picture, and for each exercise what a first-time student needs, with one or two wrong tries."
    )


def with_map(page: str, outlines: list[Outline], folder: str) -> str:
    """Return a page with a fresh map between its two marks. Raises ValueError where the marks are missing."""
    made = f"{map_table(outlines, folder)}\n\n{sentence(outlines)}"
    page, count = _PLACE.subn(lambda marks: marks[1] + made + marks[2], page)
    if count != 1:
        raise ValueError("the marks of the map, <!-- map: ... --> and <!-- end of the map -->, are not there once")
    return page
