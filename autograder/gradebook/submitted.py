"""The submissions of an assignment in submitted/, and what is there besides."""

from __future__ import annotations

import glob
import os
import re
from dataclasses import dataclass
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from autograder.course.names import assignments_of
from autograder.wording import listed


@dataclass(frozen=True)
class SubmissionFolder:
    """One submission: its folder, and where its graded notebooks go."""

    student: str
    folder: Path
    target: Path


def submissions(coursedir: CourseDirectory, assignment: str, student: str) -> list[SubmissionFolder]:
    """List the submissions by student, a glob, as nbgrader finds them."""
    pattern = coursedir.format_path(coursedir.submitted_directory, student, glob.escape(assignment))
    regexp = coursedir.format_path(coursedir.submitted_directory, "(?P<student>.*)", re.escape(assignment), True)
    excluded = coursedir.student_id_exclude.split(",") if coursedir.student_id_exclude else []
    due = []
    for folder in sorted(glob.glob(pattern)):
        match = re.fullmatch(regexp, folder, re.DOTALL)  # a name may hold a line end
        if match and match["student"] not in excluded and os.path.lexists(folder):
            target = coursedir.format_path(coursedir.autograded_directory, match["student"], assignment)
            due.append(SubmissionFolder(match["student"], Path(folder), Path(target)))
    return due


def handed_in(coursedir: CourseDirectory) -> tuple[list[str], list[str]]:
    """Return the assignments handed in, and sentences on what else is in submitted/."""
    here = coursedir_path(coursedir, coursedir.submitted_directory)
    steps = [coursedir_path(coursedir, step) for step in (coursedir.source_directory, coursedir.release_directory)]
    known = set(assignments_of(coursedir))
    ungraded = {path.name for step in steps for path in step.glob("*") if path.is_dir()} - known
    inside = sorted(here.glob("*/*"))
    names = {path.name for path in inside if path.is_dir()}
    strange = names - known - ungraded if known else set()
    odd = [f"{path.parent.name}/{path.name}" for path in inside if path.is_dir() and path.name in strange]
    loose = [f"{path.parent.name}/{path.name}" for path in inside if path.suffix == ".ipynb" and not path.is_dir()]
    said = []
    if odd:
        said.append(f"No assignment has any of these names: {listed(odd)}. Rename the folders, or remove them.")
    hidden = {path.parent.name for path in inside if path.parent.name.startswith(".") and path.name in known}
    if hidden:
        said.append(f"Not graded, because the name begins with a dot: {listed(sorted(hidden))}. Rename the folders.")
    if loose:
        said.append(f"Skipped, because they are not in a folder STUDENT/ASSIGNMENT/: {listed(loose)}.")
    return sorted(names & known if known else names), said


def coursedir_path(coursedir: CourseDirectory, step: str) -> Path:
    """Return the folder of one of nbgrader's steps (submitted, autograded ...)."""
    return Path(coursedir.root) / step
