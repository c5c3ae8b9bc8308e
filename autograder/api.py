"""The public interface: exercises, references, judging one answer, grading one submission.

Everything else in `barprop` and `autograder` may move between versions; the names here, and the attributes
documented on the objects they return, stay. No function here touches a gradebook or writes a file.

>>> from autograder import api
>>> verdict = api.judge("bar_v", {"bar_v": lambda e_bar, h: e_bar})[""]
>>> verdict.passed, verdict.mistake
(False, 'passed the bar on')
>>> verdict.points, verdict.max_points
(0.0, 1.0)
>>> record = api.grade("02_bar_notation", {"bar_notation.ipynb": data})
>>> record.notebooks[0].grades["test_bar_v"].points
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.assignment import AssignmentPlan
from autograder.batch.fingerprints import digest_of
from autograder.course.layout import RELEASE
from autograder.reference import REFERENCES, oracle_of
from autograder.sandbox import Limits, LocalSandbox, Sandbox, SandboxError
from autograder.scoring.grade import grade_submission
from autograder.scoring.job import Job
from autograder.scoring.record import Grade, NotebookRecord, Record
from autograder.scoring.seeds import seed_key
from autograder.submission.read_release import read_release
from barprop.answers.calls import Namespace
from barprop.answers.failures import AnswerError
from barprop.exercises import EXERCISES
from barprop.judging.exercise import Case, Exercise, Mistake, Part
from barprop.judging.judge import judge as _judge
from barprop.judging.verdict import Verdict

__all__ = [
    "AnswerError",
    "AssignmentPlan",
    "Case",
    "Exercise",
    "Grade",
    "Limits",
    "Mistake",
    "NotebookRecord",
    "Part",
    "Record",
    "SandboxError",
    "Verdict",
    "assignment",
    "exercises",
    "grade",
    "judge",
    "references",
]


def exercises() -> Mapping[str, Exercise]:
    """Return every exercise of the course.

    Returns
    -------
    mapping
        `Exercise` by its name, in the order of the course; read-only.
    """
    return EXERCISES


def references() -> Mapping[str, Any]:
    """Return the reference implementations.

    Returns
    -------
    mapping
        Functions and classes by the name that students give them; a copy.
    """
    return dict(REFERENCES.names)


def judge(
    exercise: str, answers: Mapping[str, Any], seed: int | list[int] = 0, *, hidden: bool = False
) -> dict[str, Verdict]:
    """Judge an answer in this process, as the check in the student's notebook does.

    The answer is called here, without a sandbox: use `grade` for code you do not trust.

    Parameters
    ----------
    exercise : str
        Name of the exercise, e.g. ``"bar_z"``.
    answers : mapping
        The student's names, e.g. ``{"bar_z": function}``; what an exercise needs besides its own name
        (``Exercise.asks`` and ``Exercise.needs``) is looked up here as well.
    seed : int or list of int
        Of the probes. The student's check uses 0.
    hidden : bool
        Compare with the references (the hidden grading) instead of the exercise's own oracle.

    Returns
    -------
    dict
        Verdict by name of the part; an exercise with one test cell has the one part ``""``.

    Raises
    ------
    KeyError
        If there is no exercise of that name.
    """
    if exercise not in EXERCISES:
        raise KeyError(f"There is no exercise {exercise!r}; exercises() lists them.")
    found = EXERCISES[exercise]
    evaluation = _judge(found, Namespace(answers), EXERCISES, seed, oracle_of if hidden else None)
    return {part.name: evaluation.verdict(part) for part in found.parts}


def assignment(name: str, folder: Path = RELEASE) -> AssignmentPlan:
    """Read what was handed out for an assignment: its notebooks, cells, points and files.

    Parameters
    ----------
    name : str
        E.g. ``"02_bar_notation"``.
    folder : Path
        Where released assignments are stored, one folder each.

    Returns
    -------
    AssignmentPlan
        The notebooks in the order of their names.

    Raises
    ------
    FileNotFoundError
        If the folder holds no such assignment.
    """
    return read_release(folder / name)


def grade(
    plan: str | AssignmentPlan,
    notebooks: Mapping[str, bytes],
    *,
    student: str = "student",
    files: Mapping[str, bytes] | None = None,
    secret: bytes = b"",
    limits: Limits | None = None,
    isolated: bool = True,
) -> Record:
    """Grade one submission in the sandbox, as `python -m autograder grade` does; writes nothing.

    Parameters
    ----------
    plan : str or AssignmentPlan
        The assignment, by name (then the released one) or as read by `assignment`.
    notebooks : mapping
        Submitted notebooks: relative path -> bytes of the .ipynb.
    student : str
        Name in the record.
    files : mapping, optional
        Other submitted files: relative path -> bytes.
    secret : bytes
        The course secret, from which the seeds of the hidden probes are derived.
    limits : Limits, optional
        What one notebook may use.
    isolated : bool
        False runs the submission WITHOUT a sandbox: it can do whatever you can.

    Returns
    -------
    Record
        Grades, repairs and reasons; ``record.notebooks[i].grades[grade_id].points``.

    Raises
    ------
    FileNotFoundError
        If `plan` is the name of an assignment that was not released.
    SandboxError
        If no sandbox is available on this machine.
    """
    plan = assignment(plan) if isinstance(plan, str) else plan
    limits = limits or Limits()
    handed_in = digest_of(*(name.encode() + data for name, data in sorted(notebooks.items())))
    seeds = seed_key(secret, student, plan.name, handed_in)
    key = digest_of(plan.canonical(), seeds, handed_in)
    job = Job(student, plan, key, seeds, dict(notebooks), files=dict(files or {}), limits=limits)
    with (Sandbox if isolated else LocalSandbox)(limits) as sandbox:
        return grade_submission(job, lambda given: sandbox.session(limits, given))
