"""Time an instructor's work on a whole class: `python -m bench.journey [--students N] [--notebooks N]`.

A simulated class hands in through Canvas: one zip file for each notebook, and the gradebook as roster. Then the
commands of docs/instructor.md run one after the other, as an instructor types them: collect, grade, report,
feedback, export. Prints the wall time and the processor time of each step, with all its processes, and what it costs
for each notebook handed in.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.commands.demo import make_course
from autograder.course.authored import graded, materialise
from autograder.course.layout import ROOT, tools_on_path
from autograder.samples.classroom import Student, everyone, hand_in

_OURS = [sys.executable, "-m", "autograder"]
_HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_OUTPUT = "output.txt"


def class_of(count: int) -> list[Student]:
    """Return so many students: those of the simulated class, over and over, each under a login of its own."""
    known = everyone()
    return [replace(known[n % len(known)], name=f"s{n:04}") for n in range(count)]


def write_roster(path: Path, students: list[Student]) -> None:
    """Write Canvas' gradebook."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(_HEADER)
        for number, student in enumerate(students):
            rows.writerow([f"Family{student.name}, Given", 1000 + number, f"S{number}", student.name, "1"])


def write_downloads(course: Path, students: list[Student], assignments: list[str]) -> None:
    """Write what Canvas' *Download Submissions* gives: a zip file for each assignment."""
    for name in assignments:
        with zipfile.ZipFile(course / f"{name}.zip", "w", zipfile.ZIP_DEFLATED):
            pass  # each student is added below: what a class hands in is large
    for number, student in enumerate(students):
        with tempfile.TemporaryDirectory() as folder:
            for path in hand_in(student, Path(folder)):
                name = path.parent.name
                if name in assignments:
                    file = 1 + number + len(students) * assignments.index(name)
                    with zipfile.ZipFile(course / f"{name}.zip", "a", zipfile.ZIP_DEFLATED) as archive:
                        archive.write(path, f"family{student.name}given_{1000 + number}_{file}_{path.name}")


@dataclass
class Took:
    """What a step took, in seconds."""

    wall: float = 0.0
    processor: float = 0.0


@contextmanager
def timed() -> Iterator[Took]:
    """Time what is done within, with the processes that were started for it and have ended."""
    took = Took()
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    yield took
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took.wall = time.perf_counter() - start
    took.processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run(course: Path, command: list[str]) -> None:
    """Run a command in the course's folder. Exits with its output where it fails."""
    with (course / _OUTPUT).open("wb") as output:
        done = subprocess.run(
            command, cwd=course, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=output, stderr=output, check=False
        )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{(course / _OUTPUT).read_text(errors='replace')[-3000:]}")


def steps(assignments: list[str]) -> dict[str, list[list[str]]]:
    """Return each step's commands."""
    canvas = [*_OURS, "export", "--for", "canvas"]
    packed = [[*canvas, name, "--to", f"{name}.csv", "--feedback", f"{name}-feedback.zip"] for name in assignments]
    return {
        "collect": [[*_OURS, "collect", name, f"{name}.zip"] for name in assignments],
        "grade": [[*_OURS, "grade", *assignments]],
        "report": [[*_OURS, "report", "--html", "report.html", *assignments]],
        "feedback": [[*_OURS, "feedback", *assignments]],
        "export": [canvas, *packed],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=10, help="how large a class (default 10)")
    parser.add_argument("--notebooks", type=int, help="only so many of the notebooks (default all)")
    args = parser.parse_args()
    tools_on_path()
    materialise()
    assignments = [path.parent.name for path in graded()][: args.notebooks]
    students = class_of(args.students)
    count = len(students) * len(assignments)
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        make_course(course, assignments)
        write_roster(course / "roster.csv", students)
        write_downloads(course, students, assignments)
        print(f"{len(students)} students x {len(assignments)} notebooks, {os.cpu_count()} processors\n")
        print("| step | commands | wall, s | processor, s | processor for each notebook, ms |\n|---|--:|--:|--:|--:|")
        whole = Took()
        for step, commands in steps(assignments).items():
            with timed() as took:
                for command in commands:
                    run(course, command)
            _print_row(step, len(commands), took, count)
            whole.wall, whole.processor = whole.wall + took.wall, whole.processor + took.processor
        _print_row("in all", sum(map(len, steps(assignments).values())), whole, count)


def _print_row(step: str, commands: int, took: Took, count: int) -> None:
    each = 1e3 * took.processor / count
    print(f"| {step} | {commands} | {took.wall:.1f} | {took.processor:.1f} | {each:.0f} |", flush=True)


if __name__ == "__main__":
    main()
