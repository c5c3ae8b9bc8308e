"""What a notebook takes: its title, minutes, exercises and points, read from its source and the declarations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from barprop.exercises import in_notebook
from barprop.judging.exercise import Exercise

WORDS_A_MINUTE = 200
_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)


@dataclass(frozen=True)
class Outline:
    """What is known of a notebook without opening it.

    Parameters
    ----------
    name : "assignment/notebook".
    title : its first heading, such as "2 · Bars, all the way back".
    words : of its prose; a formula is one, folded help is none.
    exercises : in order; empty where nothing is graded.
    """

    name: str
    title: str
    words: int
    exercises: tuple[Exercise, ...]

    @property
    def reading(self) -> int:
        """Minutes of reading, at least 1."""
        return max(1, round(self.words / WORDS_A_MINUTE))

    @property
    def doing(self) -> int:
        """Minutes that the exercises are declared to take."""
        return sum(exercise.minutes for exercise in self.exercises)

    @property
    def minutes(self) -> int:
        """Minutes in all."""
        return self.reading + self.doing

    @property
    def points(self) -> int:
        """Points in all."""
        return sum(exercise.points for exercise in self.exercises)


def outline(path: Path) -> Outline:
    """Return the outline of an authored notebook."""
    prose = _prose(path.read_text(encoding="utf-8"))
    title = re.search(r"^# (.+)$", prose, re.MULTILINE)
    name = f"{path.parent.name}/{path.stem}"
    return Outline(name, title[1] if title else path.stem, count_words(prose), tuple(in_notebook(name)))


def _prose(text: str) -> str:
    """Return the text of the Markdown cells of a jupytext percent file."""
    cells = re.split(r"^# %%", text, flags=re.MULTILINE)[1:]
    lines = [line for cell in cells if cell.startswith(" [markdown]") for line in cell.split("\n")[1:]]
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines)


def count_words(prose: str) -> int:
    """Count the words of Markdown text, each formula as one, without folded help."""
    shown = _FORMULA.sub(" formula ", _FOLDED.sub(" ", prose))
    return sum(any(map(str.isalnum, word)) for word in shown.split())


def hours(minutes: int) -> str:
    """Return a time in words, to the next 5 minutes: "50 minutes", "2 h 5 min", "3 h"."""
    whole, rest = divmod(-(-minutes // 5) * 5, 60)
    if not whole:
        return f"{rest} minutes"
    return f"{whole} h {rest} min" if rest else f"{whole} h"
