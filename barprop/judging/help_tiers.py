"""After several different failures the next help of the notebook is shown by itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

from barprop.judging.exercise import Exercise
from barprop.judging.verdict import Verdict

_FAILURES = 3  # different ones, before the next help
_FOR_ALL = ("Where do I look?", "A small example", "A nudge in numbers")  # titles that name no symptom
_COMMON = "valu righ wron shou what that whic does wher have from with your come"  # beginnings that tell nothing
_TIER = re.compile(r"<details><summary>(.*?)</summary>\s*(.*?)\s*</details>", re.DOTALL)


Fold = tuple[str, str]  # the title of a help, and its text


class Tries:
    """What went wrong so far in this kernel, by test cell, and which help was shown for it."""

    def __init__(self) -> None:
        self._failures: dict[str, set[tuple[str, ...]]] = {}
        self._shown: dict[str, list[Fold]] = {}  # by test cell

    def tier(self, verdict: Verdict) -> int | None:
        """Note a verdict; the number of the help to show with it, from 0, or None.

        The same failure again is no new try. What is not written yet, or never run, is none either.
        """
        if verdict.passed:
            self._failures.pop(verdict.title, None)
            self._shown.pop(verdict.title, None)
            return None
        if verdict.kind in ("unwritten", "missing"):
            return None
        seen = self._failures.setdefault(verdict.title, set())
        seen.add((verdict.problem, verdict.example, verdict.mistake, *verdict.remarks))
        return len(seen) // _FAILURES - 1 if len(seen) >= _FAILURES else None

    def help(self, exercise: Exercise, verdict: Verdict, folder: Path) -> str:
        """Note a verdict and return the help to show with it as Markdown, from the notebook in this folder; or "".

        A help stays until the next one is due, which is none that was shown before, for this test cell or for another
        of the same exercise. Beyond the last help it stays at the last.
        """
        tier = self.tier(verdict)
        if tier is None:
            return ""
        shown = self._shown.setdefault(verdict.title, [])
        if len(shown) <= tier:
            known = [fold for part in exercise.parts for fold in self._shown.get(exercise.title(part), [])]
            ranked = folds_of(exercise, folder, f"{verdict.hint} {verdict.problem}")
            new = [fold for fold in ranked if fold not in known] or ([] if shown else ranked)
            shown += new[:1]
        return f"**{shown[-1][0]}**\n\n{shown[-1][1]}" if shown else ""


def folds_of(exercise: Exercise, folder: Path, said: str = "") -> list[Fold]:
    """Return the helps of an exercise from the notebook in this folder, the one that fits best first.

    First are those whose title shares a word with what was `said` of the answer, then those that name no symptom:
    "My bar has the wrong sign" is no help where the sign is right.
    """
    for path in [folder / f"{exercise.notebook.split('/')[-1]}.ipynb", *sorted(folder.glob("*.ipynb"))]:
        tiers = _tiers(path, exercise.name)
        if tiers:
            return sorted(
                tiers, key=lambda one: (-len(_stems(one[0]) & _stems(said)), said != "" and one[0] not in _FOR_ALL)
            )
    return []


def _stems(text: str) -> set[str]:
    """Return the beginnings of the longer words of a text, so that "sign" meets "signs"."""
    return {word[:4] for word in re.findall(r"[a-z]{4,}", text.lower())} - {*_COMMON.split()}


def _tiers(path: Path, name: str) -> list[tuple[str, str]]:
    """List the folded hints between the cell of an answer and its first test cell."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found: list[tuple[str, str]] = []
        reading = False
        for cell in cells:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
            if reading and grade_id:
                break
            if reading and cell["cell_type"] == "markdown":
                found += _TIER.findall("".join(cell["source"]))
            reading = reading or grade_id == name
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    return found
