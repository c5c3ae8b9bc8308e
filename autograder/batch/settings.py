"""How a run grades and writes, as plain values: a run knows nothing of nbgrader's applications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from logging import Logger, LoggerAdapter
from pathlib import Path

from autograder.batch.executor import Executor
from autograder.sandbox import Limits


@dataclass(frozen=True)
class Settings:
    """How the submissions of one assignment are graded and written.

    Parameters
    ----------
    folder : where secret and journal are kept.
    secret : the course secret; "" for the file in the folder.
    shared : whether the instructors' group may read and write what is made.
    limits : of one notebook.
    show_cells : whether cells that only show something are run as well.
    executor : who grades.
    force : whether everything is graded anew.
    create_student : whether students who are not in the gradebook are entered.
    ignore : file name globs that no submission's files are read of.
    kept : names of files of the students' own that are not replaced by what was handed out under the same name.
    permissions : of the files in autograded/.
    set_permissions : called with a student's name, as nbgrader does for a group.
    whole : whether all notebooks of the assignment are graded, and autograded/ is replaced as a folder.
    feedback : student -> folder of the feedback.
    """

    folder: Path
    secret: str
    shared: bool
    limits: Limits
    show_cells: bool
    executor: Executor
    force: bool
    create_student: bool
    ignore: tuple[str, ...]
    kept: tuple[str, ...]
    permissions: int
    set_permissions: Callable[[str], object]
    whole: bool
    feedback: Callable[[str], Path]
    log: Logger | LoggerAdapter
