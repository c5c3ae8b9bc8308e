"""`nbgrader generate_feedback` and the formgrader's button, with pages that neither act nor hold up anything."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback as StockFeedback
from nbgrader.converters import NbGraderException
from nbgrader.preprocessors import GetGrades
from nbgrader.utils import find_all_files
from traitlets import Float, List

from autograder.deadlines.toml_file import read_deadlines
from autograder.errors import CourseError
from autograder.lms.roster import course_roster, names_of
from autograder.plugin.converter import SECONDS, ConversionError, Converter
from autograder.submission.read_folder import is_data


class Grades(GetGrades):
    """nbgrader's GetGrades, which also notes what waits for a person."""

    def _get_score(self, cell: NotebookNode, resources: Any) -> None:
        super()._get_score(cell, resources)
        where = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(cell.metadata["nbgrader"]["grade_id"], *where)
        cell.metadata.nbgrader["waiting"] = bool(grade.needs_manual_grade)


class GenerateFeedback(StockFeedback):
    """nbgrader's GenerateFeedback with another way to make a page. Takes the same configuration."""

    seconds = Float(SECONDS, help="for making one notebook's page; then it is made without the student's text").tag(
        config=True
    )
    preprocessors = List([Grades, CSSHTMLHeaderPreprocessor]).tag(config=True)
    _converter: Converter | None = None
    _names: Mapping[str, str] = MappingProxyType({})
    _zone: tzinfo = UTC

    def start(self) -> None:
        """Make the feedback of the submissions that the course directory names. Raises NbGraderException."""
        self._converter = Converter(self.seconds)
        root = Path(self.coursedir.root)
        try:
            self._names = names_of(course_roster(root))
        except CourseError as error:
            self.log.warning("The pages show ids in place of names: %s", error)
        try:
            self._zone = read_deadlines(root).zone
        except CourseError as error:
            self.log.warning("The pages show times in UTC: %s", error)
        try:
            super().start()
        finally:
            self._converter.close()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy the data files that lie beside the graded notebooks; no others, and nothing through a link."""
        source = Path(self._format_source(assignment_id, student_id))
        target = Path(self._format_dest(assignment_id, student_id))
        for name in find_all_files(str(source), [*self.coursedir.ignore, "*.ipynb"]):
            path = Path(name)
            if is_data(path.name) and not path.is_symlink():
                copy = target / path.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.unlink(missing_ok=True)
                shutil.copy(path, copy)

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
        self.write_single_notebook(page, resources | {"output_extension": extension})

    def _whose(self, graded: Path, student: str) -> dict[str, str]:
        """Return whose the page is, and when it was handed in and graded, in the course's time zone."""
        facts = {"name": self._names.get(student, ""), "graded": self._shown(graded.stat().st_mtime)}
        handed_in = self.coursedir.get_existing_timestamp(str(graded.parent))
        if handed_in is not None:
            facts["handed_in"] = self._shown(handed_in.replace(tzinfo=UTC).timestamp())
        return facts

    def _shown(self, seconds: float) -> str:
        return f"{datetime.fromtimestamp(seconds, self._zone):%a %Y-%m-%d %H:%M} {self._zone}"
