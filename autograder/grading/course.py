"""A run over one assignment: which submissions there are, what of them is graded already, and who writes it."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.converters import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties, Execute
from nbgrader.utils import parse_utc
from traitlets import Bool, Float, Integer, Unicode
from traitlets.config import LoggingConfigurable

from autograder.grading import keys
from autograder.grading.intake import Submission, take_in
from autograder.grading.job import Job
from autograder.grading.journal import Journal
from autograder.grading.plan import AssignmentPlan
from autograder.grading.pool import Failed, PoolError, run_jobs
from autograder.grading.progress import Progress
from autograder.grading.record import Grade, Record
from autograder.grading.released import ensure_generated, open_gradebook, plan_of
from autograder.grading.writer import GradebookWriter, graded_key, write_folder, write_some
from autograder.sandbox import Limits

if TYPE_CHECKING:
    from nbgrader.converters import Autograde


@dataclass
class Summary:
    """What a run did."""

    assignment: str
    graded: int = 0
    reused: int = 0
    current: int = 0
    skipped: list[str] = field(default_factory=list)
    troubled: int = 0  # read, but something was left out, hung or was stopped
    stale: int = 0  # graded anew, with feedback from before
    quarantined: list[Record] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The same as sentences."""
        total = self.graded + self.reused + self.current
        said = [f"{self.assignment}: {total} submissions; {self.graded} graded, {self.reused} taken from the journal, "
                f"{self.current} already in the gradebook."]  # fmt: skip
        said += [f"  {why}" for why in self.skipped]
        if self.troubled:
            said.append(f"  Trouble with {self.troubled}; what it was: python -m autograder report {self.assignment}")
        said += [f"  quarantine: {r.student}: {r.quarantine} Counts 0 and waits for review." for r in self.quarantined]
        if self.stale:
            again = f"nbgrader generate_feedback {self.assignment} --force"
            who = f"{self.stale} student{'s' * (self.stale > 1)}"
            said.append(f"  The feedback of {who} is older than the grades: {again}")
        said += [f"  NOT GRADED: {f.job.student}: {f.reason}. Run the command again." for f in self.failed]
        return said


@dataclass(frozen=True)
class _Due:
    """One submission, where it lies."""

    student: str
    folder: Path
    target: Path


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

    def run(self, assignment: str) -> Summary:
        """Grade the submissions of an assignment. Raises NbGraderException with a sentence, at what keeps all back."""
        if os.path.basename(assignment) != assignment or not assignment:  # nbgrader would enter it under another name
            meant = os.path.basename(assignment.rstrip("/")) or "02_bar_notation"
            raise NbGraderException(f"'{assignment}' is no name of an assignment, but a path; say {meant}.")
        due = self._due(assignment)
        ensure_generated(self.coursedir, assignment, self.converter.parent, Path(self.coursedir.root) / self.folder)
        with open_gradebook(self.coursedir) as gradebook:
            plan = plan_of(self.coursedir, gradebook, assignment, self.config)
            plan = self._chosen(plan)
            with GradebookWriter(gradebook, assignment, self._penalty()) as writer:
                return _Run(self, plan, writer).over(due)

    def _due(self, assignment: str) -> list[_Due]:
        """The submissions, by student; as nbgrader finds them."""
        here, coursedir = coursedir_path(self.coursedir, self.coursedir.submitted_directory), self.coursedir
        pattern = coursedir.format_path(coursedir.submitted_directory, coursedir.student_id, glob.escape(assignment))
        regexp = coursedir.format_path(coursedir.submitted_directory, "(?P<student>.*)", re.escape(assignment), True)
        excluded = coursedir.student_id_exclude.split(",") if coursedir.student_id_exclude else []
        due = []
        for folder in sorted(glob.glob(pattern)):
            match = re.fullmatch(regexp, folder)
            if match and match["student"] not in excluded and os.path.lexists(folder):
                target = coursedir.format_path(coursedir.autograded_directory, match["student"], assignment)
                due.append(_Due(match["student"], Path(folder), Path(target)))
        if not due:
            known = sorted({path.name for path in here.glob("*/*") if path.is_dir()})
            there = f"There are submissions of {', '.join(known)}." if known else f"{here} holds none at all."
            raise NbGraderException(f"No submissions of '{assignment}' were found as {pattern}. {there}")
        return due

    def _chosen(self, plan: AssignmentPlan) -> AssignmentPlan:
        """The plan with the notebooks that were asked for (--notebook)."""
        if not plan.notebooks:
            raise NbGraderException(f"{plan.name} has no notebook: run `nbgrader generate_assignment {plan.name}`.")
        chosen = tuple(nb for nb in plan.notebooks if fnmatch.fnmatch(nb.name, self.coursedir.notebook_id))
        if not chosen:
            names = ", ".join(nb.name for nb in plan.notebooks)
            wanted = self.coursedir.notebook_id
            raise NbGraderException(f"No notebook of {plan.name} matches '{wanted}'; it has {names}.")
        return replace(plan, notebooks=chosen)

    def _penalty(self) -> Any:
        """nbgrader's late penalties, by the plug-in that is configured; None where they were taken out."""
        if AssignLatePenalties not in self.converter.autograde_preprocessors:
            return None
        late = AssignLatePenalties(parent=self.converter)
        late.init_plugin()

        def penalty(student: str, score: float, seconds: float) -> float | None:
            taken = late.plugin_inst.late_submission_penalty(student, score, seconds)
            return None if taken is None else min(max(float(taken), 0.0), score)

        return penalty


def coursedir_path(coursedir: Any, step: str) -> Path:
    """The folder of one of nbgrader's steps (submitted, autograded ...)."""
    return Path(coursedir.root) / step


class _Run:
    """One run: journal, jobs and writing."""

    def __init__(self, grading: Grading, plan: AssignmentPlan, writer: GradebookWriter) -> None:
        self.grading, self.plan, self.writer = grading, plan, writer
        folder = Path(grading.coursedir.root) / grading.folder
        self.secret = keys.course_secret(folder, grading.secret)
        self.journal = Journal(folder / "journal")
        self.exercise_keys = {name: keys.exercise_key(name) for nb in plan.notebooks for name in nb.exercises}
        self.base = keys.digest_of(
            plan.canonical(), keys.environment(), repr(grading.limits), str(grading.show_cells), str(grading.sandbox)
        )
        self.summary = Summary(plan.name)
        self.force = grading.converter.force
        self.by_student: dict[str, _Due] = {}

    def over(self, due: list[_Due]) -> Summary:
        """Grade what has to be, write everything."""
        held = self.writer.scores()
        todo = []
        for one in due:
            if self._wanted(one):
                self.by_student[one.student] = one
                todo += [one] if self._look(one, held.get(one.student, {})) else []
        with Progress(f"Grading {self.plan.name}", len(todo)) as progress:
            try:
                grading = self.grading
                results = run_jobs(
                    self._jobs(todo), grading.jobs, grading.dask, grading.sandbox, grading.converter.crew
                )
                for result in results:
                    self._finish(result)
                    progress.step(isinstance(result, Failed) or bool(result.trouble))
            except PoolError as error:
                raise NbGraderException(str(error)) from None
        return self.summary

    def _wanted(self, one: _Due) -> bool:
        if self.grading.converter.create_student or self.writer.knows(one.student):
            return True
        raise NbGraderException(f"No student with ID '{one.student}' exists in the database, and none may be created.")

    def _look(self, one: _Due, held: dict[tuple[str, str], float | None]) -> bool:
        """Whether a submission has to be graded; what the journal holds is written at once."""
        submission = self._taken(one)
        if submission.empty:
            self.summary.skipped.append(f"{one.student} handed in an empty folder: passed over.")
            return False
        record = None if self.force else self.journal.get(self._key(one, submission))
        if record is None or not self._holds(record):
            return True
        self._note(record)
        if self._is_current(record, one, held):
            self.summary.current += 1
        else:
            self._write(record, one, submission)
            self.summary.reused += 1
        return False

    def _holds(self, record: Record) -> bool:
        """Whether every exercise is still as it was when the record was made."""
        grades = [grade for notebook in record.notebooks for grade in notebook.grades.values()]
        return all(not g.exercise or g.key == self.exercise_keys.get(g.exercise) for g in grades)

    def _is_current(self, record: Record, one: _Due, held: dict[tuple[str, str], float | None]) -> bool:
        """Whether autograded/ and the gradebook hold exactly this record."""
        for notebook in record.notebooks:
            if notebook.document and graded_key(one.target / f"{notebook.name}.ipynb") != record.key:
                return False
            for name, grade in notebook.grades.items():
                if held.get((notebook.name, name), "none") != grade.points:
                    return False
        return True

    def _jobs(self, todo: list[_Due]) -> Iterator[Job]:
        """The jobs, each read from disk when its turn comes."""
        for one in todo:
            submission = self._taken(one)
            key = self._key(one, submission)
            earlier = None if self.force else self.journal.get(key)
            known = {nb.name: _still_good(nb.grades, self.exercise_keys) for nb in earlier.notebooks} if earlier else {}
            yield Job(
                one.student,
                self.plan,
                key,
                keys.seed_key(self.secret, one.student, self.plan.name),
                submission.notebooks,
                submission.unreadable,
                submission.files,
                tuple(submission.notes),
                self.exercise_keys,
                known,
                self.grading.limits,
                self.grading.show_cells,
                keys.environment(),
            )

    def _taken(self, one: _Due) -> Submission:
        return take_in(one.folder, self.grading.coursedir.ignore)

    def _key(self, one: _Due, submission: Submission) -> str:
        seeds = keys.seed_key(self.secret, one.student, self.plan.name)
        return keys.digest_of(self.base, seeds, one.student, submission.digest)

    def _finish(self, result: Record | Failed) -> None:
        if isinstance(result, Failed):
            self.summary.failed.append(result)
            self.grading.log.error("%s was not graded: %s", result.job.student, result.reason)
            return
        if result.environment and result.environment != keys.environment():
            result.notes.append("It was graded by other versions than those installed here.")
        self.journal.put(result)
        one = self.by_student[result.student]
        self._write(result, one, self._taken(one))
        self._note(result)
        self.summary.graded += 1

    def _note(self, record: Record) -> None:
        """Remember for the summary what somebody should look at."""
        if record.quarantine:
            self.summary.quarantined.append(record)
        elif record.trouble:
            self.summary.troubled += 1

    def _write(self, record: Record, one: _Due, submission: Submission) -> None:
        converter = self.grading.converter
        kept = converter.exclude_overwriting.get(self.plan.name, [])
        own = {name for name in kept if name in submission.files}
        given = {name: data for name, data in self.plan.files.items() if name not in own}
        stamp = self._timestamp(submission, one)
        if stamp is None:  # nbgrader's next step would stumble over one that cannot be read
            submission = replace(submission, timestamp=None)
        write = write_folder if self.grading.coursedir.notebook_id == "*" else write_some
        write(one.target, record, submission, given, int(str(converter.permissions), 8))
        if self.grading.coursedir.groupshared:
            converter.set_permissions(self.plan.name, one.student)
        self.writer.write(record, stamp)
        coursedir = self.grading.coursedir
        if Path(coursedir.format_path(coursedir.feedback_directory, one.student, self.plan.name)).exists():
            self.summary.stale += 1

    def _timestamp(self, submission: Submission, one: _Due) -> datetime | None:
        text = (submission.timestamp or b"").decode("utf-8", "replace").strip()
        if not text:
            return None
        with suppress(ValueError, OverflowError, TypeError, AttributeError):
            return parse_utc(text)
        why = f"timestamp.txt holds no time ({text[:40]!r}); no lateness is counted"
        self.summary.skipped.append(f"{one.student}: {why}.")
        return None


def _still_good(grades: dict[str, Grade], exercise_keys: dict[str, str]) -> dict[str, Grade]:
    return {name: g for name, g in grades.items() if g.exercise and g.key == exercise_keys.get(g.exercise)}
