"""`nbgrader generate_feedback` and the formgrader's button, with pages that neither act nor hold up anything."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from glob import glob
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateFeedback as StockFeedback
from nbgrader.converters import NbGraderException
from traitlets import Float, List

from autograder.batch.progress import Progress
from autograder.deadlines.toml_file import Deadlines, read_deadlines
from autograder.errors import CourseError
from autograder.gradebook.database import existing_gradebook
from autograder.lms.hand_ins import STAMP
from autograder.lms.roster import course_roster, names_of
from autograder.plugin.converter import SECONDS, ConversionError, Converter
from autograder.plugin.feedback_grades import Grades
from autograder.plugin.feedback_marks import Shown, in_zone, marked
from autograder.wording import did_you_mean, plural

_SECRET = "submission_secret.txt"  # of a submission that came through nbgrader's exchange


class GenerateFeedback(StockFeedback):
    """nbgrader's GenerateFeedback with another way to make a page. Takes the same configuration."""

    seconds = Float(SECONDS, help="for making one notebook's page; then it is made without the student's text").tag(
        config=True
    )
    preprocessors = List([Grades, CSSHTMLHeaderPreprocessor]).tag(config=True)
    pages: Converter | None = None  # makes the pages; None: one of its own for each start
    summary: str = ""
    _converter: Converter | None = None
    _names: Mapping[str, str] = MappingProxyType({})
    _deadlines: Deadlines = Deadlines()
    _held: Shown | None = None
    _progress: Progress | None = None
    log: logging.Logger
    force: bool
    _students: list[str]  # whose pages were made

    def start(self) -> None:
        """Make the feedback of the submissions that the course directory names. Raises NbGraderException."""
        self._students = []
        own, quiet = self.log, self.log.getChild("pages")
        if getattr(self.parent, "log_level", None) not in (logging.DEBUG, "DEBUG"):  # four lines about each page
            self.log = quiet
            quiet.setLevel(logging.WARNING)
        root = Path(self.coursedir.root)
        try:
            self._names = names_of(course_roster(root))
        except CourseError as error:
            self.log.warning("The pages show ids in place of names: %s", error)
        try:
            self._deadlines = read_deadlines(root)
        except CourseError as error:
            self._deadlines = Deadlines()
            self.log.warning("The pages show times in UTC and no late days: %s", error)
        try:
            with nullcontext(self.pages) if self.pages else closing(Converter(self.seconds)) as self._converter:
                super().start()
        finally:
            self.log = own
        there = len(self.assignments) - len(self._students)
        made = plural(len(self._students), "student")
        old = f"; {plural(there, 'student')} had it already (--force makes it again)" if there else ""
        self.summary = f"{self.coursedir.assignment_id}: feedback made for {made}{old}."
        self.log.info(self.summary)

    def init_notebooks(self) -> None:
        """Find the graded notebooks. Raises NbGraderException where there are none."""
        try:
            with _quieter(self.log, logging.CRITICAL):
                super().init_notebooks()
        except NbGraderException:
            wanted, student = self.coursedir.assignment_id, self.coursedir.student_id
            graded = [Path(path) for path in glob(self._format_source("*", "*"))]
            known = sorted({path.name for path in graded})
            whose = "" if student == "*" else f" of {student}"
            there = f"graded so far: {', '.join(known)}" if known else "nothing has been graded yet"
            students = [path.parent.name for path in graded if path.name == wanted]
            meant = did_you_mean(student, students) if wanted in known else did_you_mean(wanted, known)
            said = f"No submission{whose} for {wanted} has been graded; {there}.{meant}"
            self.log.error(said)
            raise NbGraderException(said) from None

    def convert_notebooks(self) -> None:
        """Make the pages, and show how far it is."""
        self._held = self._shown()
        with Progress(f"Feedback on {self.coursedir.assignment_id}", len(self.assignments)) as self._progress:
            super().convert_notebooks()

    def _shown(self) -> Shown | None:
        """Return what the pages have to show; None without a gradebook, for then no page is made, as is said of each.

        It is read before the pages are made: one whose grades change meanwhile counts as out of date and is made again.
        """
        try:
            with existing_gradebook(self.coursedir) as gradebook:
                return Shown(self.coursedir, gradebook, self._deadlines, self.coursedir.assignment_id)
        except NbGraderException:
            return None

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Whether a student's pages have to be made; older ones are taken away first."""
        assert self._progress is not None
        self._progress.step()
        force, self.force = self.force, self.force or self._is_behind(assignment_id, student_id)
        try:
            with _quieter(self.log, logging.ERROR):  # that older pages are replaced is no warning
                wanted: bool = super().init_destination(assignment_id, student_id)
        finally:
            self.force = force
        self._students += [student_id] if wanted else []
        return wanted

    def _is_behind(self, assignment_id: str, student_id: str) -> bool:
        """Whether a page no longer shows what the gradebook holds."""
        if self._held is None:
            return False
        pages, graded = Path(self._format_dest(assignment_id, student_id)), [Path(path) for path in self.notebooks]
        return any(self._held.is_behind(pages / f"{path.stem}.html", path, student_id) for path in graded)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy what nbgrader needs beside the pages, and no other file.

        By the time stamp it knows whether they are up to date, by the secret for which submission to release them.
        """
        source, target = (Path(p(assignment_id, student_id)) for p in (self._format_source, self._format_dest))
        target.mkdir(parents=True, exist_ok=True)
        for name in (STAMP, _SECRET):
            if (source / name).is_file() and not (source / name).is_symlink():
                (target / name).unlink(missing_ok=True)
                shutil.copy(source / name, target / name)
        if (target / _SECRET).exists() and not (target / STAMP).exists():
            (target / STAMP).touch()  # it held no time; without the file nbgrader would release no feedback at all

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Make one page. Raises NbGraderException where none can be made."""
        self.log.info("Converting notebook %s", notebook_filename)
        resources: dict[str, Any] = self.init_single_notebook_resources(notebook_filename)
        resources["nbgrader"] |= self._whose(Path(notebook_filename), resources["nbgrader"]["student"])
        path = str(Path(notebook_filename).absolute())
        try:
            assert self._converter is not None
            page, extension = self._converter.convert(path, self.config, resources, True, self.preprocessors)
        except ConversionError as error:
            raise NbGraderException(str(error)) from None
        if self._held is not None:
            facts = resources["nbgrader"]
            page = marked(page, self._held.digest(facts["student"], facts["notebook"]))
        self.write_single_notebook(page, resources | {"output_extension": extension})

    def _whose(self, graded: Path, student: str) -> dict[str, str]:
        """Return whose the page is, when it was handed in (and how late) and graded, in the course's time zone."""
        facts = {"name": self._names.get(student, ""), "course": self.coursedir.course_id}
        facts["graded"] = in_zone(graded.stat().st_mtime, self._deadlines.zone)
        if self._held is not None:
            facts["handed_in"] = self._held.handed_in.get(student, "")
            facts["late_days"] = self._held.late.get(student, "")
        return facts


@contextmanager
def _quieter(log: logging.Logger, level: int) -> Iterator[None]:
    """Log nothing below a level for a while, unless everything is to be logged."""
    before = log.level
    if before == logging.WARNING:
        log.setLevel(level)
    try:
        yield
    finally:
        log.setLevel(before)
