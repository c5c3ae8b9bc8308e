"""The instructor's main job on a simulated class: hand out, collect, grade, give feedback, export."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from autograder.batch.pool import cores
from autograder.course.authored import graded, materialise
from autograder.course.layout import RELEASE, ROOT
from autograder.course.names import require_assignments
from autograder.errors import CourseError
from autograder.plugin.configuration import configured
from autograder.samples.classroom import hand_in, some
from autograder.samples.desk import lay_out

_CONFIG = '''"""The course's configuration, for the simulated class in this folder."""

from pathlib import Path

c = get_config()
exec(compile((Path({root!r}) / "nbgrader_config.py").read_text(), "nbgrader_config.py", "exec"))
c.CourseDirectory.root = {folder!r}
'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `python -m autograder demo`."""
    parser.add_argument("--folder", type=Path, default=ROOT / "demo", help="where to work (default: demo/)")
    parser.add_argument("--assignment", action="append", help="only this assignment; may be repeated")
    parser.add_argument("--students", type=_count, default=5, metavar="N", help="how many, or `all` (default: 5)")
    parser.add_argument(
        "--keep", action="store_true", help="continue with what is in the folder instead of starting over"
    )


def _count(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 up, or `all`, not {text!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Write the class, grade it, and print the table; returns the exit code."""
    folder = args.folder.resolve()
    known = [path.parent.name for path in graded()]
    assignments = args.assignment or known
    require_assignments(assignments, known)
    if folder.exists() and not args.keep:
        if not (folder / "nbgrader_config.py").exists():
            raise CourseError(f"{folder} exists and is not the folder of a demo; give another --folder.")
        shutil.rmtree(folder)
    if not (folder / "nbgrader_config.py").exists():
        set_up(folder, assignments, args.students)
    print("\nGrading", flush=True)
    if code := _call(["grade", *assignments], folder):
        return code
    print("\nFeedback pages for the students", flush=True)
    if not _feedback(folder, assignments):
        return 1
    page = folder / "report.html"
    for words in (["export", "--to", "grades.csv"], ["report", "--html", str(page), *assignments]):
        if code := _call(words, folder, quiet=True):
            return code
    print(f"\nEverything is in {folder}: submitted/, autograded/, feedback/, gradebook.db and grades.csv.")
    print(f"Now open the report on this class in a browser: {page}")
    return 0


def set_up(folder: Path, assignments: list[str], count: int | None) -> None:
    """Make a course folder with a roster, due dates and the class's submissions in submitted/."""
    make_course(folder, assignments)
    students = some(count)
    written = sum(
        len([path for path in hand_in(student, folder / "submitted") if path.parent.name in assignments])
        for student in students
    )
    for path in (folder / "submitted").glob("*/*"):
        if path.name not in assignments:
            shutil.rmtree(path)
    print(f"{len(students)} students handed in {written} notebooks.")
    print("\n".join(lay_out(folder, [student.name for student in students], assignments)))


def make_course(folder: Path, assignments: list[str]) -> None:
    """Make a new course folder with some of this course's assignments, in which nobody has handed in anything."""
    materialise()
    folder.mkdir(parents=True)
    for name in assignments:
        shutil.copytree(ROOT / "source" / name, folder / "source" / name, ignore=shutil.ignore_patterns(".*", "__py*"))
        shutil.copytree(RELEASE / name, folder / "notebooks" / name, ignore=shutil.ignore_patterns(".*"))
    (folder / "nbgrader_config.py").write_text(_CONFIG.format(root=str(ROOT), folder=str(folder)), encoding="utf-8")


def _call(words: list[str], folder: Path, quiet: bool = False) -> int:
    """Run one of this package's commands in the folder; return its exit code, with a sentence if it is not 0."""
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "autograder", *words]
    output = subprocess.DEVNULL if quiet else None
    done = subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": paths}, stdout=output, check=False)
    if done.returncode:
        print(f"`autograder {' '.join(words)}` stopped with exit code {done.returncode}.", file=sys.stderr)
    return done.returncode


def _feedback(folder: Path, assignments: list[str]) -> bool:
    """Make nbgrader's feedback pages, several assignments at a time; return whether all were made."""
    with ProcessPoolExecutor(cores(), get_context("spawn"), os.chdir, (folder,)) as pool:
        running = {pool.submit(_feedback_for, name): name for name in assignments}
        for done in as_completed(running):
            print(f"  {running[done]}: {done.result() or 'done'}", flush=True)
        return not any(done.result() for done in running)


def _feedback_for(assignment: str) -> str:
    """Make the pages of one assignment in the course in the current folder; return nbgrader's log if it failed."""
    from nbgrader.apps import NbGraderAPI

    app = configured()
    done = NbGraderAPI(app.coursedir, parent=app).generate_feedback(assignment)
    return "" if done["success"] else done["log"] or done["error"]
