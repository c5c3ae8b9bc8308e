"""One assignment of a course: how its submissions are to be graded, by nbgrader's configuration."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.converters import NbGraderException
from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, Integer, Unicode
from traitlets.config import LoggingConfigurable

from autograder.assignment import AssignmentPlan
from autograder.batch.dask_pool import DaskExecutor
from autograder.batch.executor import Executor
from autograder.batch.pool import WorkerPool
from autograder.batch.run import Run, Summary
from autograder.batch.settings import Settings
from autograder.course.authored import ignored_names
from autograder.course.names import assignments_of
from autograder.deadlines.lateness import enter, extensions
from autograder.deadlines.toml_file import read_deadlines
from autograder.gradebook.database import open_gradebook
from autograder.gradebook.grades import GradebookWriter
from autograder.gradebook.released import ensure_generated, out_of_step, plan_of
from autograder.gradebook.submitted import SubmissionFolder, coursedir_path, handed_in, submissions
from autograder.plugin.feedback_marks import behind, make_again
from autograder.plugin.late_penalty import penalty_of
from autograder.sandbox import Limits
from autograder.wording import did_you_mean, listed

if TYPE_CHECKING:
    from nbgrader.converters import Autograde

    from autograder.batch.worker import Worker


def check_name(assignment: str) -> None:
    """Raise NbGraderException with a sentence where nbgrader cannot handle an assignment of that name."""
    if os.path.basename(assignment) != assignment or not assignment:  # nbgrader would enter it under another name
        meant = os.path.basename(assignment.rstrip("/")) or "02_bar_notation"
        raise NbGraderException(f"'{assignment}' is a path, not the name of an assignment; say {meant}.")
    bad = sorted({c for c in assignment if c in "+*?[]" or not c.isprintable()})
    if bad or assignment.strip() != assignment:
        what = " ".join(map(repr, bad)) or "a blank at its start or end"
        raise NbGraderException(
            f"An assignment called {assignment!r} cannot be graded: nbgrader cannot handle {what} in the name of an "
            "assignment. Rename its folders in source/, the release and submitted/."
        )


class Grading(LoggingConfigurable):
    """How submissions are graded; set in nbgrader_config.py as c.Grading.jobs = 4, or on the command line."""

    jobs = Integer(0, help="local processes; 0: one for each processor").tag(config=True)
    dask = Unicode("", help="address of a Dask scheduler to grade on instead of local processes").tag(config=True)
    sandbox = Bool(True, help="False runs submissions WITHOUT isolation").tag(config=True)
    show_cells = Bool(False, help="also run the cells that only show something").tag(config=True)
    secret = Unicode("", help="the course secret; default: the file 'secret' in the folder below").tag(config=True)
    folder = Unicode(".grading", help="where secret and journal are kept, relative to the course").tag(config=True)
    cell_seconds = Float(Limits.cell_seconds, help="wall clock for one cell").tag(config=True)
    probe_seconds = Float(Limits.probe_seconds, help="wall clock for one call of an answer").tag(config=True)
    notebook_seconds = Float(Limits.notebook_seconds, help="wall clock for one notebook").tag(config=True)
    memory = Float(Limits.memory, help="memory of one notebook beyond the libraries, MB").tag(config=True)

    def __init__(self, converter: Autograde, **kwargs: Any) -> None:
        super().__init__(parent=converter, **kwargs)
        self.converter, self.coursedir = converter, converter.coursedir

    @property
    def limits(self) -> Limits:
        """The limits of one notebook; nbgrader's Execute.timeout counts where it is configured."""
        told = "timeout" in self.config.get("Execute", {})
        seconds = float((told and Execute(parent=self.converter).timeout) or self.cell_seconds)
        return Limits(seconds, self.probe_seconds, max(self.notebook_seconds, seconds), self.memory)

    def executor(self, started: Worker | None = None) -> Executor:
        """Return who grades: local processes, `started` among them, or a Dask cluster where one is configured."""
        return DaskExecutor(self.dask, self.sandbox) if self.dask else WorkerPool(self.jobs, self.sandbox, started)

    def run(self, assignment: str, executor: Executor) -> Summary:
        """Grade the submissions of an assignment. Raises NbGraderException or CourseError at what keeps all back."""
        check_name(assignment)
        due = self._due(assignment)
        deadlines = read_deadlines(Path(self.coursedir.root))
        ensure_generated(self.coursedir, assignment, self.converter.parent, Path(self.coursedir.root) / self.folder)
        with open_gradebook(self.coursedir) as gradebook:
            plan = plan_of(self.coursedir, gradebook, assignment, self.config)
            plan = self._chosen(plan)
            notices = out_of_step(self.coursedir, gradebook, assignment)
            enter(gradebook, deadlines)
            penalty = penalty_of(self.converter, gradebook, deadlines, assignment)
            with GradebookWriter(gradebook, assignment, penalty, extensions(deadlines, assignment)) as writer:
                summary = Run(self._settings(assignment, executor), plan, writer).over(due)
                there = {one.student for one in submissions(self.coursedir, assignment, "*")}
                gone = sorted(writer.scores().keys() - there)
            old = behind(self.coursedir, gradebook, deadlines, assignment)
        summary.notices = notices
        summary.stale = make_again(len(old), assignment) if old else ""
        if gone:
            summary.skipped.append(
                f"Graded once and no longer in {self.coursedir.submitted_directory}/: {listed(gone)}. They keep their "
                "old scores; `nbgrader db student remove ID --force` removes a student."
            )
        return summary

    def _settings(self, assignment: str, executor: Executor) -> Settings:
        """Return what a run needs to know of this configuration."""
        converter, coursedir = self.converter, self.coursedir
        # Authored notebooks are not to be handed out, but a student's answers may be called like them.
        authored = set(ignored_names())
        return Settings(
            folder=Path(coursedir.root) / self.folder,
            secret=self.secret,
            shared=coursedir.groupshared,
            limits=self.limits,
            show_cells=self.show_cells,
            executor=executor,
            force=converter.force,
            create_student=converter.create_student,
            ignore=tuple(name for name in coursedir.ignore if name not in authored),
            kept=tuple(converter.exclude_overwriting.get(assignment, [])),
            permissions=int(str(converter.permissions), 8),
            set_permissions=lambda student: converter.set_permissions(assignment, student),
            whole=coursedir.notebook_id == "*",
            log=self.log,
        )

    def _due(self, assignment: str) -> list[SubmissionFolder]:
        """List the submissions that were asked for. Raise NbGraderException if there is none."""
        due, coursedir = submissions(self.coursedir, assignment, self.coursedir.student_id), self.coursedir
        if due:
            return due
        if coursedir.student_id != "*" and (there := submissions(coursedir, assignment, "*")):
            who = f"No student '{coursedir.student_id}' has handed in {assignment}"
            ids = [one.student for one in there]
            meant = did_you_mean(coursedir.student_id, ids)
            raise NbGraderException(f"{who}; these have: {listed(ids)}.{meant}")
        here = coursedir_path(coursedir, coursedir.submitted_directory)
        known, strays = handed_in(coursedir)
        others = f"There are submissions of {', '.join(known)}." if known else f"{here} holds none at all."
        pattern = coursedir.format_path(coursedir.submitted_directory, coursedir.student_id, assignment)
        meant = "" if assignment in assignments_of(coursedir) else did_you_mean(assignment, assignments_of(coursedir))
        said = [f"No submissions of '{assignment}' were found as {pattern}.", others + meant, *strays]
        raise NbGraderException(" ".join(said))

    def _chosen(self, plan: AssignmentPlan) -> AssignmentPlan:
        """Return the plan with the notebooks that were asked for (--notebook)."""
        if not plan.notebooks:
            raise NbGraderException(f"{plan.name} has no notebook: run `nbgrader generate_assignment {plan.name}`.")
        chosen = tuple(nb for nb in plan.notebooks if fnmatch.fnmatch(nb.name, self.coursedir.notebook_id))
        if not chosen:
            names = ", ".join(nb.name for nb in plan.notebooks)
            wanted = self.coursedir.notebook_id
            raise NbGraderException(f"No notebook of {plan.name} matches '{wanted}'; it has {names}.")
        return replace(plan, notebooks=chosen)
