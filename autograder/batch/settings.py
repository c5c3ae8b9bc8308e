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
    folder : Path
        Where secret and journal are kept.
    secret : str
        The course secret; "" for the file in the folder.
    shared : bool
        Whether the instructors' group may read and write what is made.
    limits : Limits
        Of one notebook.
    show_cells : bool
        Whether cells that only show something are run as well.
    executor : Executor
        Who grades.
    force : bool
        Whether everything is graded anew.
    create_student : bool
        Whether students who are not in the gradebook are entered.
    ignore : tuple of str
        File name globs that no submission's files are read of.
    kept : tuple of str
        Names of files of the students' own that are not replaced by what was handed out under the same name.
    permissions : int
        Of the files in autograded/.
    set_permissions : callable
        Called with a student's name, as nbgrader does for a group.
    whole : bool
        Whether all notebooks of the assignment are graded, and autograded/ is replaced as a folder.
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
    log: Logger | LoggerAdapter
