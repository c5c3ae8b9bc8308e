"""What a notebook takes: its title, minutes, exercises and points, read from its source and the declarations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from barprop.exercises import in_notebook
from barprop.judging.exercise import Exercise

WORDS_A_MINUTE = 200
MINUTES_A_WIDGET = 5  # the mean of what first readers needed; a prediction took them one minute
_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
_PREDICTION = re.compile(r"^\w+ = .*\bNone\b", re.MULTILINE)
_WIDGET = re.compile(r"^ *from barprop\.widgets import", re.MULTILINE)
_UNREAD = ("answer", "test", "folded")  # an exercise's minutes count the first two; the code of the third is not seen


@dataclass(frozen=True)
class Outline:
    """What is known of a notebook without opening it.

    Parameters
    ----------
    name : str
        "assignment/notebook".
    title : str
        Its first heading, such as "2 · Bars, all the way back".
    words : int
        Of its prose and of the code that is given to read; a formula is one, folded help is none.
    predictions : int
        Cells that ask for one.
    widgets : int
        Cells with an interactive picture.
    exercises : tuple of Exercise
        In order; empty where nothing is graded.
    """

    name: str
    title: str
    words: int
    predictions: int
    widgets: int
    exercises: tuple[Exercise, ...]

    @property
    def reading(self) -> int:
        """Minutes of reading, of predicting and of playing with the interactive pictures; at least 1."""
        return max(1, round(self.words / WORDS_A_MINUTE) + self.predictions + MINUTES_A_WIDGET * self.widgets)

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
    cells = [_cell(text) for text in re.split(r"^# %%", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]]
    prose = "\n".join(_uncommented(body) for mark, body in cells if mark == "[markdown]")
    code = [(mark, body) for mark, body in cells if mark != "[markdown]"]
    predictions = [mark for mark, body in code if not mark and _PREDICTION.search(body)]
    widgets = [mark for mark, body in code if _WIDGET.search(body)]
    given = "\n".join(body for mark, body in code if mark and mark not in _UNREAD)
    title = re.search(r"^# (.+)$", prose, re.MULTILINE)
    name = f"{path.parent.name}/{path.stem}"
    return Outline(
        name=name,
        title=title[1] if title else path.stem,
        words=count_words(prose) + count_words(given),
        predictions=len(predictions),
        widgets=len(widgets),
        exercises=tuple(in_notebook(name)),
    )


def _cell(text: str) -> tuple[str, str]:
    """Return the mark of a cell of a jupytext percent file ("[markdown]", "show", "" and so on) and its lines."""
    head, _, body = text.partition("\n")
    return head.split("=")[0].strip(), body


def _uncommented(body: str) -> str:
    return "\n".join(line.removeprefix("#").removeprefix(" ") for line in body.split("\n"))


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
