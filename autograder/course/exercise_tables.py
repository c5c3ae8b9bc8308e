"""The tables in docs/, made from the declarations."""

from __future__ import annotations

from autograder.course.statements import STATEMENTS, places_table
from barprop.exercises import EXERCISES


def exercises_page() -> str:
    """Return docs/exercises.md: lecture statement -> exercises, and every exercise with its points."""
    lines = [
        "# Exercises",
        "",
        "Made by `python -m autograder build` from the declarations in `barprop/exercises/`. Do not edit.",
        "",
        "## Where each statement of the lecture is practised",
        "",
        "| statement | | notebook | exercises |",
        "|---|---|---|---|",
    ]
    for number, text in STATEMENTS.items():
        found = [e for e in EXERCISES.values() if number in e.statements]
        notebooks = ", ".join(dict.fromkeys(e.notebook.split("_")[0] for e in found))
        lines.append(f"| {number} | {text} | {notebooks} | {', '.join(f'`{e.name}`' for e in found)} |")
    lines += [
        "",
        *places_table(),
        "## Every exercise",
        "",
        "| notebook | exercise | points | minutes | level | known mistakes |",
    ]
    lines.append("|---|---|---|---|---|---|")
    for e in EXERCISES.values():
        row = (e.assignment, f"`{e.signature}`", e.points, e.minutes, e.level, len(e.mistakes))
        lines.append("| " + " | ".join(str(item).replace("|", "\\|") for item in row) + " |")
    points = sum(e.points for e in EXERCISES.values())
    minutes = sum(e.minutes for e in EXERCISES.values())
    mistakes = sum(len(e.mistakes) for e in EXERCISES.values())
    total = f"{len(EXERCISES)} exercises, {points} points, {minutes} minutes, {mistakes} mistakes recognised by name."
    return "\n".join([*lines, "", total, ""])
