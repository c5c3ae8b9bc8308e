"""Show which checks have passed, and what comes next."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from barprop.atomic_file import write_whole
from barprop.exercises import EXERCISES, NOTEBOOKS, TESTS, in_notebook
from barprop.judging.exercise import Exercise, Part

FOLDER = ".progress"  # beside the folders of the notebooks; a small JSON file for each check that has passed
VARIABLE = "BARPROP_PROGRESS"  # another folder, or `off`
_GRADING = ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING")
_LARGEST = 1000  # bytes; what is written is a tenth of it


def progress_folder(place: Path) -> Path | None:
    """Return the folder that progress is kept in, seen from a folder of the course; None where it is not kept.

    Parameters
    ----------
    place : Path
        The folder of a notebook, the one above it, or the one that holds `notebooks`.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return None if chosen in ("", "off") else Path(chosen)
    assignments = {name.split("/")[0] for name in NOTEBOOKS} | {"00_start"}
    if place.name in assignments:
        return place.parent / FOLDER
    for home in (place, place / "notebooks"):
        if any((home / name).is_dir() for name in assignments):
            return home / FOLDER
    return None


def record(exercise: Exercise, part: Part, place: Path) -> str:
    """Note that a check has passed; return "", or a sentence where the note could not be written.

    Nothing is noted while nbgrader runs a notebook, nor outside the folder of the exercise's own notebook.
    """
    if any(name in os.environ for name in _GRADING) or place.name != exercise.assignment:
        return ""
    folder = progress_folder(place)
    test = next(name for name, known in exercise.tests.items() if known == part)
    if folder is None or _holds(folder / f"{test}.json", test):
        return ""
    note = {"test": test, "passed": datetime.now(UTC).isoformat(timespec="seconds")}
    try:
        write_whole(folder / f"{test}.json", json.dumps(note) + "\n")
    except OSError as error:
        return (
            f"Your progress cannot be saved in {folder}: {error.strerror}. The check counts as usual; to save it "
            f"elsewhere, set {VARIABLE} to a folder that you may write in."
        )
    return ""


def _holds(path: Path, test: str) -> bool:
    """Whether a file is the note on a check that has passed."""
    try:
        with path.open("rb") as file:
            note = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(note, dict) and note.get("test") == test


@dataclass(frozen=True)
class Progress:
    """What has passed so far.

    Parameters
    ----------
    passed : frozenset of str
        Names of the tests that have passed, such as ``"test_bar_e"``.
    problems : tuple of str
        Sentences on what could not be read.
    """

    passed: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    def points(self, exercise: Exercise) -> int:
        """Return the points of an exercise's checks that have passed."""
        return sum(part.points for test, part in exercise.tests.items() if test in self.passed)

    @property
    def next(self) -> Exercise | None:
        """The first exercise, in the order of the course, that has not passed; None at the end."""
        return next((e for e in EXERCISES.values() if self.points(e) < e.points), None)

    def __str__(self) -> str:
        lines = [_line(notebook, self) for notebook in NOTEBOOKS]
        return "\n".join([*lines, "", self._total, self._advice, *self.problems])

    def _repr_html_(self) -> str:
        rows = "".join(_row(notebook, self) for notebook in NOTEBOOKS)
        advice = escape(self._advice)
        if self.next:
            address = f"../{self.next.notebook}.ipynb#{anchor(self.next)}"
            advice = advice.replace(self.next.name, f'<a href="{escape(address)}"><code>{self.next.name}</code></a>', 1)
        lines = [f"<b>{self._total}</b>", advice, *map(escape, self.problems)]
        return f'<div class="bp-progress">{_STYLE}<table>{rows}</table><p>{"<br>".join(lines)}</p></div>'

    @property
    def _total(self) -> str:
        got, most = (sum(map(count, EXERCISES.values())) for count in (self.points, lambda e: e.points))
        return f"{got} of {most} points."

    @property
    def _advice(self) -> str:
        if self.next is None:
            return "Every check has passed. What is left is at the end of each notebook, under Go further."
        return f"Next: {self.next.name} in {_title(self.next.notebook)}, about {self.next.minutes} minutes."


def read_progress(folder: Path | None) -> Progress:
    """Read which checks have passed; files that cannot be read count as not passed, and are named.

    Parameters
    ----------
    folder : Path or None
        As `progress_folder` returns it.

    Returns
    -------
    Progress
        Nothing has passed where there is no folder.
    """
    if folder is None or not folder.exists():
        return Progress()
    passed, damaged = set(), []
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.stem in TESTS)
    except OSError as error:
        return Progress(problems=(f"The progress in {folder} cannot be read: {error.strerror}.",))
    for path in files:
        if _holds(path, path.stem):
            passed.add(path.stem)
        else:
            damaged.append(path.name)
    names = ", ".join(damaged[:5]) + ", ..." * (len(damaged) > 5)
    said = f"Damaged and left out, in {folder}: {names}. Run the check of each again."
    return Progress(frozenset(passed), (said,) if damaged else ())


def progress() -> Progress:
    """Return the progress of the student in whose folder this runs.

    Returns
    -------
    Progress
        What has passed; a notebook shows it as a picture, and `print` as text.
    """
    return read_progress(progress_folder(Path.cwd()))


def anchor(exercise: Exercise) -> str:
    """Return the id that JupyterLab gives to the heading of an exercise."""
    return f"Exercise-{exercise.name}-({exercise.minutes}-min,-{dots(exercise)})"


def dots(exercise: Exercise) -> str:
    """Return the difficulty of an exercise as the headings show it: ●○○ to ●●●."""
    return "●" * exercise.level + "○" * (3 - exercise.level)


def _title(notebook: str) -> str:
    return notebook.split("/")[0].replace("_", " ")


def _counts(notebook: str, state: Progress) -> tuple[int, int, int, int]:
    """Return a notebook's points, reached and possible, and its exercises, passed and all."""
    exercises = in_notebook(notebook)
    got = [state.points(e) for e in exercises]
    whole = sum(g == e.points for g, e in zip(got, exercises, strict=True))
    return sum(got), sum(e.points for e in exercises), whole, len(exercises)


_MARKS = {"none": "□", "some": "◧", "all": "■"}


def _mark(exercise: Exercise, state: Progress) -> str:
    got = state.points(exercise)
    return "all" if got == exercise.points else "some" if got else "none"


def _line(notebook: str, state: Progress) -> str:
    got, most, whole, count = _counts(notebook, state)
    marks = "".join(_MARKS[_mark(e, state)] for e in in_notebook(notebook))
    return f"{_title(notebook):<22} {marks:<19} {whole:>2} of {count:>2} exercises  {got:>2} of {most:>2} points"


# Blue and filled is passed: never colour alone, and readable in both themes.
_STYLE = """<style>
.bp-progress table { border-collapse: collapse; margin: 0 }
.bp-progress td { padding: 3px 14px 3px 0; text-align: left; border: 0; background: none; white-space: nowrap }
.bp-progress td:last-child { text-align: right }
.bp-progress i { display: inline-block; width: 13px; height: 13px; margin-right: 4px; border-radius: 3px;
  border: 1.5px solid var(--jp-ui-font-color2, #666); box-sizing: border-box; vertical-align: -2px }
.bp-progress i.some { background: linear-gradient(90deg, #0072B2 50%, transparent 50%); border-color: #0072B2 }
.bp-progress i.all { background: #0072B2; border-color: #0072B2 }
</style>"""


def _row(notebook: str, state: Progress) -> str:
    got, most, whole, count = _counts(notebook, state)
    said = {"none": "not yet", "some": "in part", "all": "passed"}
    marks = "".join(
        f'<i class="{_mark(e, state)}" title="{escape(e.name)}: {said[_mark(e, state)]}"></i>'
        for e in in_notebook(notebook)
    )
    return (
        f'<tr><td><a href="../{notebook}.ipynb">{escape(_title(notebook))}</a></td>'
        f'<td><span role="img" aria-label="{whole} of {count} exercises passed">{marks}</span></td>'
        f"<td>{whole} of {count} exercises</td><td>{got} of {most} points</td></tr>"
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `python -m barprop progress`."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="of the course; by default this one")


def run(arguments: argparse.Namespace) -> int:
    """Print the progress; return the exit code."""
    place = arguments.folder.absolute()
    folder = progress_folder(place) if place.is_dir() else None
    if folder is None and VARIABLE not in os.environ:
        print(
            f"{place} is not a folder of the course: none of its notebooks is in it, or in a folder `notebooks` there. "
            "Go to the folder that you unpacked, or name it: python -m barprop progress FOLDER",
            file=sys.stderr,
        )
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # not every terminal has squares
    print(read_progress(folder))
    return 0
