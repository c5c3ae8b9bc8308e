"""A run over the submissions of an assignment: what is graded already, jobs for the rest, and all of it written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from autograder.assignment import AssignmentPlan
from autograder.batch import fingerprints
from autograder.batch.journal import Journal
from autograder.batch.progress import Progress
from autograder.batch.settings import Settings
from autograder.errors import InputError
from autograder.gradebook.autograded import graded_key, write_folder, write_some
from autograder.gradebook.grades import KEPT, GradebookWriter, Stamp
from autograder.gradebook.submitted import SubmissionFolder
from autograder.scoring import seeds
from autograder.scoring.job import Job
from autograder.scoring.record import Grade, NotebookRecord, Record
from autograder.submission.modules import is_there
from autograder.submission.read_folder import Submission, is_data, read_submission, unreadable
from autograder.submission.timestamp import days_ahead, read_time
from autograder.wording import listed

_EARLIEST = 2000  # years before it are those of a clock that was never set, or of somebody who was late


@dataclass
class Summary:
    """What a run did."""

    assignment: str
    graded: int = 0
    reused: int = 0
    current: int = 0
    skipped: list[str] = field(default_factory=list)  # sentences on what is in submitted/
    notices: list[str] = field(default_factory=list)  # sentences on the course
    late: int = 0  # as graded before, with another time stamp or penalty
    troubled: int = 0  # read, but something was left out, hung or was stopped
    stale: str = ""  # a sentence on feedback that is out of date
    quarantined: list[Record] = field(default_factory=list)
    failed: list[Record] = field(default_factory=list)  # count 0 and wait for review, until they can be graded
    unwritten: list[str] = field(default_factory=list)  # graded, but there was no room in autograded/
    lacking: Counter[str] = field(default_factory=Counter)  # modules the grader lacks -> submissions

    def lines(self) -> list[str]:
        """Return the summary as sentences."""
        total = self.graded + self.reused + self.current
        said = [f"{self.assignment}: {total} submission{'s' * (total != 1)}; {self.graded} graded, {self.reused} taken "
                f"from the journal, {self.current} already in the gradebook."]  # fmt: skip
        said += [f"  {why}" for why in (*self.notices, *self.skipped)]
        if self.late:
            said.append(f"  Lateness updated for {self.late}.")
        if self.troubled:
            said.append(f"  Problems with {self.troubled}; for details: python -m autograder report {self.assignment}")
        if self.lacking:
            modules = ", ".join(
                f"{name} (in {count} submission{'s' * (count > 1)})" for name, count in self.lacking.most_common()
            )
            said.append(f"  Modules the grader lacks: {modules}. Where one is needed: install it and grade again.")
        said += [f"  quarantine: {r.student}: {r.quarantine} Counts 0 and waits for review." for r in self.quarantined]
        if self.stale:
            said.append(f"  {self.stale}")
        said += [f"  NOT WRITTEN: {why}." for why in self.unwritten]
        again = "Counts 0 and waits for review; the next run tries it again."
        said += [f"  NOT GRADED: {r.student}: {r.quarantine} {again}" for r in self.failed]
        return said


class Run:
    """One run: journal, jobs and writing."""

    def __init__(self, settings: Settings, plan: AssignmentPlan, writer: GradebookWriter) -> None:
        self.settings, self.plan, self.writer = settings, plan, writer
        self.secret = seeds.course_secret(settings.folder, settings.secret, settings.shared)
        self.journal = Journal(settings.folder / "journal")
        self.exercise_keys = {name: fingerprints.exercise_key(name) for nb in plan.notebooks for name in nb.exercises}
        self.base = fingerprints.digest_of(
            plan.canonical(),
            fingerprints.environment(),
            repr(settings.limits),
            str(settings.show_cells),
            str(settings.executor.isolated),
        )
        self.summary = Summary(plan.name)
        self.in_hand: dict[str, tuple[SubmissionFolder, Submission]] = {}  # what is being graded, by student
        self.waiting: set[str] = set()

    def over(self, due: list[SubmissionFolder]) -> Summary:
        """Grade what has to be, write everything."""
        for one in due:
            self._check_known(one.student)
        self.waiting = self.writer.waiting()
        with Progress(f"Grading {self.plan.name}", len(due)) as progress:
            jobs = self._jobs(due, progress)
            for result in self.settings.executor.run(jobs):
                self._finish(result)
                progress.step(bool(result.trouble))
        return self.summary

    def _check_known(self, student: str) -> None:
        """Raise InputError if the gradebook has no such student, and none may be created."""
        if not (self.settings.create_student or self.writer.knows(student)):
            raise InputError(f"No student with ID '{student}' exists in the database, and none may be created.")

    def _jobs(self, due: list[SubmissionFolder], progress: Progress) -> Iterator[Job]:
        """Yield a job for each submission that has to be graded; what the journal holds is written at once.

        A submission is read from disk once, when its turn comes, and kept until its grades are written:
        what is written beside them is what was graded.
        """
        held = self.writer.scores()
        for one in due:
            submission = self._read(one)
            key = self._key(one, submission)
            record = None if self.settings.force else self.journal.get(key)
            if submission.empty:
                self.summary.skipped.append(f"{one.student} handed in an empty folder; it was skipped.")
            elif record is None or not self._holds(record) or (record.again and one.student in self.waiting):
                self.in_hand[one.student] = one, submission
                yield self._job(one, submission, key, record)
                continue
            else:
                self._reuse(record, one, submission, held.get(one.student, {}))
            progress.step()

    def _reuse(
        self, record: Record, one: SubmissionFolder, submission: Submission, held: dict[tuple[str, str], float | None]
    ) -> None:
        """Write what the journal holds, unless it is in the gradebook already."""
        self._note(record, record.student in self.waiting)
        if self._is_current(record, one, held):
            self.summary.current += 1
            self.summary.late += self.writer.refresh(record, self._timestamp(submission, one))
        else:
            self._written(record, one, submission)
            self.summary.reused += 1

    def _holds(self, record: Record) -> bool:
        """Whether every exercise is still as it was when the record was made, and no module is there that lacked."""
        grades = [grade for notebook in record.notebooks for grade in notebook.grades.values()]
        same = all(not g.exercise or g.key == self.exercise_keys.get(g.exercise) for g in grades)
        return same and not any(map(is_there, record.lacking))

    def _is_current(self, record: Record, one: SubmissionFolder, held: dict[tuple[str, str], float | None]) -> bool:
        """Whether autograded/ and the gradebook hold exactly this record."""
        for notebook in record.notebooks:
            if notebook.document and graded_key(one.target / f"{notebook.name}.ipynb") != record.key:
                return False
            for name, grade in notebook.grades.items():
                if held.get((notebook.name, name), "none") != grade.points:
                    return False
        return True

    def _job(self, one: SubmissionFolder, submission: Submission, key: str, earlier: Record | None) -> Job:
        held = earlier.notebooks if earlier and not earlier.again else []
        return Job(
            one.student,
            self.plan,
            key,
            seeds.seed_key(self.secret, one.student, self.plan.name, submission.digest),
            notebooks=submission.notebooks,
            unreadable=submission.unreadable,
            files=submission.files,
            notes=(*submission.notes, *self._left_out(submission)),
            exercise_keys=self.exercise_keys,
            known={nb.name: _still_good(nb, self.exercise_keys) for nb in held},
            limits=self.settings.limits,
            show_cells=self.settings.show_cells,
            environment=fingerprints.environment(),
            kept=self.settings.kept,
        )

    def _left_out(self, submission: Submission) -> list[str]:
        """Name in a sentence the files that are not copied to autograded/."""
        names = sorted(name for name in submission.files.keys() - self.plan.files.keys() if not is_data(name))
        why = "Only data is copied to autograded/ (csv, txt, npy, npz, png, jpg); left out"
        return [f"{why}: {listed(names)}."] if names else []

    def _read(self, one: SubmissionFolder) -> Submission:
        try:
            return read_submission(one.folder, [*self.settings.ignore])
        except (RuntimeError, MemoryError, ValueError, LookupError) as error:
            self.settings.log.exception("reading what %s handed in", one.student)
            return unreadable(f"It cannot be read ({type(error).__name__}).")

    def _key(self, one: SubmissionFolder, submission: Submission) -> str:
        key = seeds.seed_key(self.secret, one.student, self.plan.name)
        return fingerprints.digest_of(self.base, key, one.student, submission.digest)

    def _finish(self, result: Record) -> None:
        if result.again:
            self.settings.log.error("%s was not graded: %s", result.student, result.quarantine)
        if result.environment and result.environment != fingerprints.environment():
            result.notes.append("It was graded with other versions than are installed here.")
        try:
            self.journal.put(result)
        except OSError as error:
            why = (
                f"its record cannot be saved in {self.journal.folder} ({error.strerror}); the next run grades it again"
            )
            self.summary.unwritten.append(f"{result.student}: {why}")
        self._written(result, *self.in_hand.pop(result.student))
        self._note(result)
        self.summary.graded += not result.again

    def _note(self, record: Record, open_still: bool = True) -> None:
        """Remember for the summary what somebody should look at; not who was in quarantine and has been looked at."""
        self.summary.lacking.update(record.lacking)
        if record.again:
            self.summary.failed += [record] if open_still else []
        elif record.quarantine:
            self.summary.quarantined += [record] if open_still else []
        elif record.trouble:
            self.summary.troubled += 1

    def _written(self, record: Record, one: SubmissionFolder, submission: Submission) -> None:
        """Write one; what cannot be written costs this submission, and the run goes on."""
        try:
            self._write(record, one, submission)
        except UnicodeEncodeError:
            why = "the name of its folder is not valid UTF-8, and no gradebook can hold it; rename the folder"
            self.summary.unwritten.append(f"{one.student}: {why}".encode("utf-8", "replace").decode())
        except (OSError, ValueError) as error:
            self.summary.unwritten.append(f"{one.student}: {error}")

    def _write(self, record: Record, one: SubmissionFolder, submission: Submission) -> None:
        own = {name for name in self.settings.kept if name in submission.files}
        given = {name: data for name, data in self.plan.files.items() if name not in own}
        stamp = self._timestamp(submission, one)
        if stamp is None:  # nbgrader's next step would stumble over one that cannot be read
            submission = replace(submission, timestamp=None)
        write = write_folder if self.settings.whole else write_some
        write(one.target, record, submission, given, self.settings.permissions)
        if self.settings.shared:
            self.settings.set_permissions(one.student)
        self.writer.write(record, stamp)

    def _timestamp(self, submission: Submission, one: SubmissionFolder) -> Stamp:
        text = (submission.timestamp or b"").decode("utf-8", "replace").strip()
        if not text:
            return KEPT
        try:
            stamp = read_time(text)
            if stamp.year < _EARLIEST:
                raise ValueError(f"says {stamp:%Y-%m-%d}, before this course existed")
            if days_ahead(stamp):
                self.summary.skipped.append(
                    f"{one.student}: timestamp.txt says {stamp:%Y-%m-%d}, which is still to come; lateness is counted "
                    "by it all the same."
                )
            return stamp
        except ValueError as error:
            self.summary.skipped.append(f"{one.student}: timestamp.txt {error}; no lateness is counted.")
            return None


def _still_good(held: NotebookRecord, exercise_keys: dict[str, str]) -> dict[str, Grade]:
    if any(map(is_there, held.lacking)):
        return {}
    return {name: g for name, g in held.grades.items() if g.exercise and g.key == exercise_keys.get(g.exercise)}
