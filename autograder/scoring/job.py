"""What the grading of one submission needs to know."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from autograder.assignment import AssignmentPlan
from autograder.sandbox import Limits
from autograder.scoring.record import Grade


@dataclass(frozen=True)
class Job:
    """Everything one job needs; can be pickled and sent to another machine.

    Parameters
    ----------
    student : str
        Whose submission it is.
    plan : AssignmentPlan
        What was handed out.
    key : str
        Of the record to be made.
    seed_key : bytes
        From which the seeds of the hidden probes come; its own for every student and assignment.
    notebooks : dict of str to bytes
        Submitted .ipynb files, by relative path (without outputs where they were huge).
    unreadable : dict of str to str
        Submitted .ipynb files that could not be had: relative path -> reason.
    files : dict of str to bytes
        Other submitted files, by relative path.
    notes : tuple of str
        What is known of the submission already, one sentence each.
    exercise_keys : dict of str to str
        What each exercise's verdict depends on besides the submission.
    known : dict
        Grades of an earlier record that still hold, by notebook and grade_id.
    limits : Limits
        What one notebook may use.
    show_cells : bool
        Whether cells that only show something are run as well.
    environment : str
        What every score depends on, as a hash.
    kept : tuple of str
        Files of theirs that count over those of the same name that were handed out (nbgrader's exclude_overwriting).
    """

    student: str
    plan: AssignmentPlan
    key: str
    seed_key: bytes
    notebooks: dict[str, bytes] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    exercise_keys: dict[str, str] = field(default_factory=dict)
    known: dict[str, dict[str, Grade]] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    show_cells: bool = False
    environment: str = ""
    kept: tuple[str, ...] = ()

    def seed_of(self, exercise: str) -> list[int]:
        """Return the seed of an exercise's hidden probes: the same in a regrade, another for every student."""
        digest = hmac.new(self.seed_key, exercise.encode(), hashlib.sha256).digest()
        return [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 32, 4)]
