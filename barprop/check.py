"""The one line under every exercise, check("bar_z"), and ready() for the demonstrations that use its answer."""

from __future__ import annotations

import difflib
import dis
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from IPython import get_ipython
from IPython.display import Markdown, display

from barprop.answers.calls import Namespace
from barprop.answers.captured_output import capped_output
from barprop.answers.notebook_values import read_from_notebook
from barprop.answers.observe import label_of
from barprop.answers.time_limit import CALL_SECONDS, time_limit
from barprop.answers.untrusted import call_or_default, describe_type, one_line

try:
    from barprop.exercises import EXERCISES
    from barprop.judging.evaluation import Evaluation
    from barprop.judging.exercise import Exercise, Part
    from barprop.judging.help_tiers import Tries
    from barprop.judging.judge import judge
    from barprop.judging.slip_place import find_place, source_of
    from barprop.judging.verdict import Verdict
    from barprop.progress import anchor, record
except ImportError:  # where submissions are graded, probes and oracles are kept out of reach
    EXERCISES = None  # type: ignore[assignment]

_NOT_SANDBOXED = (
    "Graded by stock nbgrader, in the open: without a sandbox, where a submission's code can reach the grader's files "
    "and its own score. To grade in the sandbox put this course's nbgrader_config.py back, or run: autograder grade"
)
_SEARCH_SECONDS = 3.0  # for the line that a wrong answer without a name goes wrong in
_tries = None if EXERCISES is None else Tries()
_hinted: dict[tuple[str, str], str] = {}  # (test cell, mistake) -> the answer to which its hint was shown first
_printed: set[str] = set()  # sentences that are said once a notebook


class CheckFailedError(Exception):
    """Raised instead of shown when nbgrader validates, so that its dialog shows the verdict."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class _UnknownError(Exception):
    """What check was given names no exercise, or no part of one; the message is a sentence."""


class Points(float):
    """The points of a check. A notebook shows the verdict in their place."""

    def __new__(cls, verdict: Verdict) -> Points:
        made = super().__new__(cls, verdict.points)
        made.verdict = verdict
        return made

    verdict: Verdict

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": repr(float(self)), "text/html": self.verdict._repr_html_()}


def check(name: str = "", part: str = "") -> float:
    """Try the answer to an exercise, show the verdict, and return the points.

    What cannot be checked, such as a name that no exercise has, is a printed sentence and 0 points.

    Parameters
    ----------
    name : str
        The exercise, such as ``"bar_z"``.
    part : str
        Which of its test cells, for an exercise with several.

    Returns
    -------
    float
        The points, from 0 to the most that this cell gives. As the last line of a notebook's cell it is shown as the
        verdict.

    Raises
    ------
    CheckFailedError
        If the answer does not pass while nbgrader validates the notebook.

    Examples
    --------
    >>> check("bar_z")
    >>> check("backward", "loss")
    """
    if EXERCISES is None:
        print("Checks are not run here: the answers are graded when the whole notebook has run.")
        return 0.0
    warn_if_not_sandboxed()
    try:
        exercise = _find(name)
        chosen = _find_part(exercise, part)
    except _UnknownError as error:
        print(error)
        return 0.0
    with capped_output(), time_limit(CALL_SECONDS):
        evaluation = judge(exercise, Namespace(notebook_names()), EXERCISES)
        verdict = evaluation.verdict(chosen)
    verdict = _sealed(exercise, _with_hints(exercise, _with_place(evaluation, chosen, verdict)))
    if os.environ.get("NBGRADER_VALIDATING") and not verdict.passed:
        raise CheckFailedError(str(verdict))
    _show_help(exercise, verdict)
    if verdict.passed:
        _record_progress(exercise, chosen)
    if _is_shown(sys._getframe(1)):
        return Points(verdict)
    display(verdict)
    return verdict.points


def _is_shown(caller: FrameType) -> bool:
    """Whether the notebook shows what check returns: it is the last line of a cell, in a kernel."""
    if not hasattr(get_ipython(), "kernel"):
        return False
    after = [i for i in dis.get_instructions(caller.f_code) if i.offset > caller.f_lasti and i.opname != "CACHE"]
    return bool(after) and (after[0].opname == "PRINT_EXPR" or "INTRINSIC_PRINT" in after[0].argrepr)


def _with_place(evaluation: Evaluation, part: Part, verdict: Verdict) -> Verdict:
    """Say in which line the slip is, where one small change makes the answer pass.

    Said where no mistake has a name, and where the same hint comes to another try.
    """
    if verdict.passed or evaluation.exercise.sealed or verdict.kind not in ("value", "form", "raised"):
        return verdict
    if os.environ.get("NBGRADER_EXECUTION"):  # nobody waits for a hint where a class is graded
        return verdict
    names = notebook_names()
    if verdict.hint and not _helps_no_more(evaluation.exercise, verdict, names):
        return verdict
    place = call_or_default(None, find_place, evaluation, part, names, _SEARCH_SECONDS)
    if place is None:
        return verdict
    return replace(verdict, notes=(*verdict.notes, place.hint)) if verdict.hint else replace(verdict, hint=place.hint)


def _helps_no_more(exercise: Exercise, verdict: Verdict, names: Mapping[str, Any]) -> bool:
    """Whether this hint was shown before, for an answer that was written otherwise."""
    source = call_or_default("", source_of, exercise, names)
    earlier = _hinted.setdefault((verdict.title, verdict.mistake), source)
    return earlier != source


def _with_hints(exercise: Exercise, verdict: Verdict) -> Verdict:
    """Name the notebook's values that a failing answer reads by mistake."""
    if verdict.passed or not verdict.problem:
        return verdict
    names = notebook_names()
    for asked in exercise.asks:
        read = call_or_default([], read_from_notebook, names.get(asked), names)
        if read:
            several = " and ".join(f"`{name}`" for name in read[:3])
            note = f"{asked} reads {several} from the notebook: is it meant to come from its arguments?"
            return replace(verdict, notes=(*verdict.notes, note))
    return verdict


def _sealed(exercise: Exercise, verdict: Verdict) -> Verdict:
    """Leave out which of a few possible answers is right, where the exercise asks for that."""
    if not exercise.sealed or verdict.passed or verdict.kind != "value":
        return verdict
    return replace(verdict, tried=(), problem=exercise.sealed, hint="", example="", sealed=True)


def _show_help(exercise: Exercise, verdict: Verdict) -> None:
    text = _tries.help(exercise, verdict, Path.cwd()) if _tries else ""
    if text:
        display(Markdown(f"*Three different tries or more. This help may fit:* {text}"))


def _record_progress(exercise: Exercise, part: Part) -> None:
    if trouble := record(exercise, part, Path.cwd()):
        _print_once(trouble)


def warn_if_not_sandboxed() -> None:
    """Print, once a notebook, that nbgrader grades it without the sandbox, if it does."""
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        _print_once(_NOT_SANDBOXED)


def _print_once(sentence: str) -> None:
    if sentence not in _printed:
        _printed.add(sentence)
        print(sentence)


def ready(*names: str) -> bool:
    """Say whether the answers to some exercises pass; if not, show which ones a demonstration waits for.

    Parameters
    ----------
    *names : str
        The exercises, such as ``"bar_v"``.

    Returns
    -------
    bool
        Whether all of them pass, except in corner cases at most.
    """
    if EXERCISES is None:
        return True
    missing = [name for name in names if not passes(name, notebook_names())]
    if missing:
        display(_Waiting(missing))
    return not missing


def passes(name: str, answers: Mapping[str, Any]) -> bool:
    """Return whether an answer is right, except in corner cases at most; `answers` are the names of its notebook."""
    if EXERCISES is None:
        return False
    with capped_output(0), time_limit(CALL_SECONDS):
        return judge(EXERCISES[name], Namespace(answers), EXERCISES).works


class _Waiting:
    """Says what a demonstration waits for, with links to the exercises."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def __repr__(self) -> str:
        names = " and ".join(f"`{name}`" for name in self.names)
        return f"Waits for {names}: once the check there passes, run this cell again."

    def _repr_html_(self) -> str:
        links = " and ".join(f'<a href="#{anchor(EXERCISES[name])}"><code>{name}</code></a>' for name in self.names)
        return f"<div>Waits for {links}: once the check there passes, run this cell again.</div>"


def _find(name: Any) -> Exercise:
    """Return the exercise of that name. Raise _UnknownError."""
    if type(name) is str and name in EXERCISES:
        return EXERCISES[name]
    meant = name if type(name) is str else label_of(name)
    near = difflib.get_close_matches(meant[:60], EXERCISES, 1)
    guess = f' Did you mean check("{near[0]}")?' if near else ""
    given = _described(name)
    raise _UnknownError(
        f'check takes the name of an exercise in quotes, such as check("bar_z"); it was given {given}.{guess}'
    )


def _find_part(exercise: Exercise, part: Any) -> Part:
    """Return the part of that name. Raise _UnknownError."""
    if type(part) is str and any(part == known.name for known in exercise.parts):
        return exercise.part(part)
    calls = [f'check("{exercise.name}", "{p.name}")' if p.name else f'check("{exercise.name}")' for p in exercise.parts]
    given = "no part" if type(part) is str and not part else f"{_described(part)} for the part"
    raise _UnknownError(f"{exercise.name} is checked by {', '.join(calls)}; check was given {given}.")


def _described(value: Any) -> str:
    """Describe what was given in place of a name."""
    if type(value) is not str:
        return describe_type(value)
    return f'"{one_line(value, 60)}"' if value else "nothing"


def notebook_names() -> dict[str, Any]:
    """Return the names of the running notebook."""
    shell = get_ipython()
    return shell.user_ns if shell else vars(sys.modules["__main__"])
