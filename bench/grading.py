"""Measure how fast a class is graded beside stock nbgrader: `python -m bench.grading [--students N]`.

Prints the ratio of wall times (stock `nbgrader autograde` with its own executor, then `python -m autograder
grade`), whether the scores are the same, when the first verdict was there, how much slower grading is than the same
cells and probes run bare in one warm process, and the most memory that grading took, with all its processes.

Stock nbgrader grades one notebook after the other, so it is measured on some students (`--stock`), and its time for
the class is its start-up and so many times the rest. `--scale` prints what 10, 100 and 1,000 submissions cost us.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import chdir, suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.course.authored import graded, materialise
from autograder.course.layout import RELEASE, ROOT, SOURCE, tools_on_path
from autograder.samples.classroom import Student, everyone, hand_in
from autograder.scoring.job import Job

PLAIN = """
import os, sys
sys.path.insert(0, {code!r})
os.environ["PYTHONPATH"] = {code!r}
from nbgrader.coursedir import CourseDirectory
from autograder.course.authored import ignored_names
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "backprop"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.ignore = [*CourseDirectory().ignore, *ignored_names()]
c.ClearSolutions.code_stub = {{"python": "# YOUR CODE HERE\\nraise NotImplementedError()"}}
"""


def honest(count: int) -> list[Student]:
    """Students whose notebooks do nothing odd: right in several ways, wrong in the declared ways, half done."""
    chosen = [s for s in everyone() if s.change is None and s.name not in ("endless-loop", "noisy")]
    kinds = [s for s in chosen if s.name.startswith(("perfect", "right", "mistake", "half-blank"))]
    return [Student(f"{kinds[n % len(kinds)].name}-{n:03}", kinds[n % len(kinds)].answers) for n in range(count)]


def set_up(folder: Path, students: list[Student], assignments: list[str], entered: bool) -> None:
    """Make a course folder, with the assignments in its gradebook."""
    for name in assignments:
        shutil.copytree(SOURCE / name, folder / "source" / name, ignore=shutil.ignore_patterns("__py*"))
        shutil.copytree(RELEASE / name, folder / "notebooks" / name)
    (folder / "nbgrader_config.py").write_text(PLAIN.format(code=str(ROOT), root=str(folder)))
    for student in students:
        hand_in(student, folder / "submitted")
    for path in (folder / "submitted").glob("*/*"):
        if path.name not in assignments:
            shutil.rmtree(path)
    for name in assignments if entered else []:
        call(folder, "nbgrader", "generate_assignment", name, "--force", "--log-level=ERROR")


def environment() -> dict[str, str]:
    """Where a command finds this repository, whose modules are compiled once, as on every machine that grades twice."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(ROOT)}


def call(folder: Path, *words: str) -> float:
    """Run `python -m WORDS`; returns the seconds it took. Exits with its output where it fails."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return time.perf_counter() - start


def scores(folder: Path) -> dict[tuple[str, str, str], float | None]:
    """Automatic score by (assignment, student, cell)."""
    from nbgrader.api import Gradebook

    found = {}
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "backprop") as gradebook:
        for assignment in gradebook.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        found[assignment.name, submission.student_id, grade.cell.name] = grade.auto_score
    return found


def copy_of(course: Path, folder: Path, students: list[Student]) -> None:
    """Copy a course folder, with the submissions of these students."""
    chosen = {student.name for student in students}

    def others(place: str, names: list[str]) -> set[str]:
        return set(names) - chosen if Path(place) == course / "submitted" else set()

    shutil.copytree(course, folder, ignore=others)
    (folder / "nbgrader_config.py").write_text(PLAIN.format(code=str(ROOT), root=str(folder)))


def stock_seconds(folder: Path, assignments: list[str], measured: int, students: int) -> float:
    """Seconds that stock nbgrader takes for a class, from those for `measured` students of it.

    What it takes with everything graded already is its start-up, which does not depend on how many there are.
    """
    total = 0.0
    for name in assignments:
        words = ("nbgrader", "autograde", name, "--log-level=ERROR")
        first, start_up = call(folder, *words), call(folder, *words)
        total += start_up + (first - start_up) * students / measured
    return total


# --- bare -------------------------------------------------------------------------------------


def bare_and_graded(folder: Path, assignments: list[str]) -> tuple[float, float]:
    """Seconds for the same cells and probes bare in this process, and graded in a warm sandbox, without startup."""
    from autograder.gradebook.database import open_gradebook
    from autograder.gradebook.released import plan_of
    from autograder.plugin.autograde import Autograde
    from autograder.plugin.configuration import configured
    from autograder.plugin.grading import Grading
    from autograder.sandbox import Sandbox
    from autograder.scoring.grade import grade_submission
    from autograder.submission.read_folder import read_submission

    app = configured()
    grading = Grading(Autograde(coursedir=app.coursedir, parent=app))
    jobs = []
    with open_gradebook(app.coursedir) as gradebook:
        for assignment in assignments:
            plan = plan_of(app.coursedir, gradebook, assignment, app.config)
            for path in sorted((folder / "submitted").glob(f"*/{assignment}")):
                found = read_submission(path)
                jobs.append(Job(path.parent.name, plan, "bench", b"seed", found.notebooks, files=found.files))
    with Sandbox(grading.limits) as sandbox:
        times: list[float] = []
        for _ in range(2):  # the first warms both sides
            gc.freeze()  # as in a grading process, for both
            start = time.perf_counter()
            for job in jobs:
                _bare(job, folder)
            middle = time.perf_counter()
            for job in jobs:
                grade_submission(job, lambda files: sandbox.session(grading.limits, files))
            times = [middle - start, time.perf_counter() - middle]
    return times[0], times[1]


def _bare(job: Job, folder: Path) -> None:
    """Run the cells that grading runs, and then the same probes, in this process, up to the same verdicts."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    from autograder.reference import REFERENCES, oracle_of
    from autograder.submission.read_notebook import read_notebook
    from autograder.submission.repair import repair
    from barprop.answers.calls import Namespace
    from barprop.exercises import EXERCISES
    from barprop.judging.judge import Judge, in_namespace

    plan = job.plan.notebooks[0]
    cells = repair(read_notebook(job.notebooks[f"{plan.name}.ipynb"]), plan).cells
    names: dict = {"__name__": "__main__"}
    shell = InteractiveShell(user_ns=names)
    for name, data in job.plan.files.items():
        (folder / name).write_bytes(data)
    with capture_output():
        for cell in cells:
            if cell.run is not None:
                shell.run_cell(cell.run)
        answers = Namespace(names)
        judge = Judge(lambda: answers, EXERCISES, job.seed_of, oracle_of, in_namespace(REFERENCES.names))
        for exercise in map(EXERCISES.__getitem__, plan.exercises):
            for part in exercise.parts:
                judge.verdict(exercise, part)


# --- memory -----------------------------------------------------------------------------------


class Memory(threading.Thread):
    """Watches the proportional memory of a process and everything it started; `most` in MB."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.most, self.over = root, 0.0, threading.Event()

    def run(self) -> None:
        """Until told."""
        while not self.over.wait(0.05):
            self.most = max(self.most, sum(map(_proportional, _family(self.root))))


def _family(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(path.parent.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def _proportional(pid: int) -> float:
    with suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1e3
    return 0.0


class FirstVerdict(threading.Thread):
    """Waits for the first record in a course's journal; `seconds` since it was started."""

    def __init__(self, course: Path) -> None:
        super().__init__(daemon=True)
        self.journal, self.seconds = course / ".grading" / "journal", float("nan")

    def run(self) -> None:
        """Until there is one."""
        start = time.perf_counter()
        while not any(self.journal.glob("*.json")):
            time.sleep(0.01)
        self.seconds = time.perf_counter() - start


@dataclass
class Watched:
    """What a run took: seconds until its end and its first verdict, most memory in MB."""

    seconds: float
    first: float
    most: float


def watched(folder: Path, *words: str) -> Watched:
    """Run `python -m WORDS`, a grading of the course in a folder. Exits with its output where it fails."""
    first = FirstVerdict(folder)
    first.start()
    start = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        running = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=folder, env=environment(), stdout=log, stderr=subprocess.STDOUT
        )
        memory = Memory(running.pid)
        memory.start()
        code = running.wait()
        seconds = time.perf_counter() - start
        memory.over.set()
        memory.join()
        if code:
            log.seek(0)
            sys.exit(f"{' '.join(words)} failed:\n{log.read()[-3000:].decode()}")
    return Watched(seconds, first.seconds, memory.most)


# --- class size -------------------------------------------------------------------------------


def scale(folder: Path, assignment: str, sizes: list[int], jobs: int) -> None:
    """Print what grading one assignment costs for classes of several sizes."""
    students = honest(min(16, max(sizes)))
    course = folder / "course"
    set_up(course, students, [assignment], entered=True)
    print(f"{assignment}, {jobs} jobs")
    for size in sizes:
        place = folder / str(size)
        copy_of(course, place, students[:size])
        for number in range(len(students), size):
            given = place / "submitted" / students[number % len(students)].name
            shutil.copytree(given, given.with_name(f"again-{number:04}"))
        took = watched(place, "autograder", "grade", "--jobs", str(jobs), assignment)
        each = 1e3 * (took.seconds - took.first) / max(1, size - 1)
        print(
            f"{size:6} submissions: {took.seconds:7.1f} s, the first after {took.first:.1f} s, "
            f"{each:.0f} ms for each other, {took.most:.0f} MB at most",
            flush=True,
        )
        shutil.rmtree(place)


def compared_with_stock(ours: Path, stock: Path, assignments: list[str], students: int, seconds: float) -> None:
    """Grade a course as stock nbgrader does; print its time beside ours, and whether the scores are the same."""
    measured = len(list((stock / "submitted").iterdir()))
    slow = stock_seconds(stock, assignments, measured, students)
    share = f", measured on {measured} of {students} students" if measured < students else ""
    each = 1e3 * slow / (students * len(assignments))
    print(f"stock: {slow:8.1f} s, {each:7.0f} ms a notebook, with startup{share}")
    print(f"ratio: {slow / seconds:8.1f}")
    compare(scores(stock), scores(ours))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=4, help="how large a class (default 4)")
    parser.add_argument("--jobs", type=int, default=2, help="local processes of ours (default 2)")
    parser.add_argument("--assignment", action="append", help="only this assignment; may be repeated")
    parser.add_argument("--stock", type=int, help="students that stock nbgrader grades (default all; 0 leaves it out)")
    parser.add_argument("--bare", type=int, default=4, help="students run bare as well (default 4)")
    parser.add_argument("--scale", type=int, nargs="*", metavar="SIZE", help="only what classes of these sizes cost")
    args = parser.parse_args()
    tools_on_path()
    materialise()
    assignments = args.assignment or [path.parent.name for path in graded()]
    if args.scale is not None:
        with tempfile.TemporaryDirectory() as folder:
            scale(Path(folder), assignments[0], args.scale or [10, 100, 1000], args.jobs)
        return
    students = honest(args.students)
    count = len(students) * len(assignments)
    print(f"{len(students)} students x {len(assignments)} notebooks, {args.jobs} jobs")
    with tempfile.TemporaryDirectory() as folder:
        ours, stock, bare = (Path(folder) / name for name in ("ours", "stock", "bare"))
        set_up(ours, students, assignments, entered=True)
        copy_of(ours, stock, students[: len(students) if args.stock is None else args.stock])
        copy_of(ours, bare, students[: args.bare])
        took = watched(ours, "autograder", "grade", "--jobs", str(args.jobs), *assignments)
        print(f"ours:  {took.seconds:8.1f} s, {1e3 * took.seconds / count:7.0f} ms a notebook, with startup")
        print(f"first verdict: {took.first:.1f} s after the command")
        if args.stock != 0:
            compared_with_stock(ours, stock, assignments, len(students), took.seconds)
        if args.bare:
            print_bare(bare, assignments, min(args.bare, len(students)))
        print(f"memory:{took.most:8.0f} MB at most, of all processes (allowed: {400 + 150 * args.jobs})")


def print_bare(course: Path, assignments: list[str], students: int) -> None:
    """Print how much slower a warm job is than its cells and probes without a sandbox."""
    with chdir(course):
        bare, warm = bare_and_graded(course, assignments)
    each = [1e3 * seconds / (students * len(assignments)) for seconds in (bare, warm)]
    print(f"bare:  {each[0]:8.0f} ms a notebook in one warm process, {students} students")
    print(f"graded:{each[1]:8.0f} ms a notebook in a warm sandbox, one job: {warm / bare:.2f} x bare")


def compare(theirs: dict, ours: dict) -> None:
    """Print whether both gave the same scores."""
    different = [key for key in theirs if theirs[key] != ours.get(key)]
    print(f"scores: {len(theirs)} test cells, {len(different)} scored otherwise")
    for key in different[:20]:
        print(f"  {'/'.join(key)}: stock {theirs[key]}, ours {ours.get(key)}")


if __name__ == "__main__":
    main()
