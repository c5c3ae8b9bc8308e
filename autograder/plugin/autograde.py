"""`nbgrader autograde` and the formgrader's button, through the same code as `python -m autograder grade`.

nbgrader_config.py calls `install()`. Replaced are the step that runs and scores notebooks and the one that makes
feedback pages; nbgrader's metadata, gradebook, exchange, manual grades and late policy stay as they are.
"""

from __future__ import annotations

import sys
from contextlib import chdir, nullcontext, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import nbgrader.apps.api
import nbgrader.apps.autogradeapp
import nbgrader.apps.generatefeedbackapp
import nbgrader.converters
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde as StockAutograde
from nbgrader.converters import GenerateFeedback as StockFeedback
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.errors import CourseError
from autograder.plugin.feedback import GenerateFeedback
from autograder.submission.read_folder import read_stamp
from autograder.submission.timestamp import read_time

if TYPE_CHECKING:
    from autograder.batch.executor import Executor
    from autograder.batch.run import Summary

_PLACES = {
    "Autograde": (nbgrader.apps.autogradeapp, nbgrader.apps.api, nbgrader.converters),
    "GenerateFeedback": (nbgrader.apps.generatefeedbackapp, nbgrader.apps.api, nbgrader.converters),
}
_STOCK = {"Autograde": StockAutograde, "GenerateFeedback": StockFeedback}


class Autograde(StockAutograde):
    """nbgrader's Autograde with another way to run and to score. Takes the same configuration.

    What nbgrader's Execute and the other preprocessors of the two lists would do is done by the
    grading itself; of `autograde_preprocessors` only AssignLatePenalties is looked at.
    """

    summary: Summary | None = None
    executor: Executor | None = None  # who grades; None: its own, as configured
    passes_interrupts: bool = False  # whether Ctrl-C is somebody else's to explain

    def start(self) -> None:
        """Grade the submissions that the course directory names. Raises NbGraderException."""
        # Every nbgrader command reads this file; only this one needs the grading and its libraries.
        from autograder.gradebook.submitted import handed_in
        from autograder.plugin.grading import Grading

        if self.config.Execute.get("enabled", True) is False:
            raise self._refused(
                "--no-execute would trust the outputs stored in the submitted notebooks; nothing was graded."
            )
        try:
            with chdir(self.coursedir.root):
                self.run_pre_convert_hook()
                grading = Grading(self)
                with nullcontext(self.executor) if self.executor else grading.executor() as executor:
                    self.summary = grading.run(self.coursedir.assignment_id, executor)
        except (CourseError, NbGraderException) as error:
            raise self._refused(str(error)) from None
        except KeyboardInterrupt:
            if self.passes_interrupts:
                raise
            raise self._refused("Interrupted. What is done is kept: run the same command again to go on.") from None
        self.run_post_convert_hook()
        for line in [*self.summary.lines(), *handed_in(self.coursedir)[1]]:
            self.log.info(line)
        if self.summary.failed or self.summary.unwritten:
            count = len(self.summary.failed) + len(self.summary.unwritten)
            raise self._refused(f"Not graded or not written: {count}; see above.")

    def _refused(self, sentence: str) -> NbGraderException:
        self.log.error(sentence)
        return NbGraderException(sentence)


def _existing_timestamp(self: CourseDirectory, dest_path: str) -> datetime | None:
    """Replace nbgrader's get_existing_timestamp for an untrusted file: return None if it holds no time."""
    text = read_stamp(Path(dest_path))
    with suppress(ValueError):
        return read_time(text) if text else None
    return None


def _submitted_timestamp(self: NbGraderAPI, assignment_id: str, student_id: str) -> datetime | None:
    """Replace nbgrader's get_submitted_timestamp likewise."""
    folder = self.coursedir.format_path(self.coursedir.submitted_directory, student_id, assignment_id)
    return _existing_timestamp(self.coursedir, str(Path(folder).absolute()))


_stock_assignments = NbGraderAPI.get_source_assignments


def _source_assignments(self: NbGraderAPI) -> set[str]:
    """Nbgrader's get_source_assignments, without folders that hold nothing to grade, such as a start page."""
    from autograder.course.names import is_ungraded

    steps = self.coursedir.source_directory, self.coursedir.release_directory
    return {
        name
        for name in _stock_assignments(self)
        if not any(is_ungraded(Path(self.coursedir.format_path(step, ".", name))) for step in steps)
    }


def install() -> None:
    """Let nbgrader's own commands grade and make feedback with this.

    Raises
    ------
    RuntimeError : nbgrader is not as expected.
    """
    ours = {"Autograde": Autograde, "GenerateFeedback": GenerateFeedback}
    for name, places in _PLACES.items():
        for place in places:
            found = getattr(place, name, None)
            if not isinstance(found, type) or not issubclass(found, _STOCK[name]):
                raise RuntimeError(
                    f"{place.__name__} of nbgrader {version('nbgrader')} has no {name} any more, so the safe grading "
                    "cannot be plugged in. Use nbgrader 0.9 as in requirements.txt, or remove the line with `install` "
                    "from nbgrader_config.py."
                )
    for name, places in _PLACES.items():
        for place in places:
            setattr(place, name, ours[name])
    CourseDirectory.get_existing_timestamp = _existing_timestamp
    NbGraderAPI.get_source_assignments = _source_assignments
    NbGraderAPI.get_submitted_timestamp = _submitted_timestamp
    if "nbgrader.server_extensions.formgrader.formgrader" in sys.modules:  # in a Jupyter server
        from autograder.plugin import formgrader

        formgrader.install()
