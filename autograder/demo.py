"""The instructor's main job on a simulated class: hand out, collect, grade, give feedback, export."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from autograder.classroom import everyone, hand_in
from autograder.course import RELEASE, ROOT, authored, materialise

_CONFIG = '''"""The course's configuration, for the simulated class in this folder."""

from pathlib import Path

c = get_config()
exec(compile((Path({root!r}) / "nbgrader_config.py").read_text(), "nbgrader_config.py", "exec"))
c.CourseDirectory.root = {folder!r}
'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m autograder demo`."""
    parser.add_argument("--folder", type=Path, default=ROOT / "demo", help="where to work (default: demo/)")
    parser.add_argument("--assignment", action="append", help="only this assignment; may be given again")
    parser.add_argument("--keep", action="store_true", help="go on with what is in the folder instead of starting anew")


def run(args: argparse.Namespace) -> int:
    """Write the class, grade it, and print the table; returns the exit code."""
    folder = args.folder.resolve()
    known = [path.parent.name for path in authored()]
    assignments = args.assignment or known
    for name in assignments:
        if name not in known:
            print(f"There is no assignment {name!r}; there are {', '.join(known)}.", file=sys.stderr)
            return 2
    if folder.exists() and not args.keep:
        if not (folder / "nbgrader_config.py").exists():
            print(f"{folder} exists and is no folder of a demo; give another --folder.", file=sys.stderr)
            return 2
        shutil.rmtree(folder)
    if not (folder / "nbgrader_config.py").exists():
        set_up(folder, assignments)
    steps = [
        ("Grading", [sys.executable, "-m", "autograder", "grade", *assignments]),
        *((f"Feedback for {a}", _nbgrader("generate_feedback", a, "--force")) for a in assignments),
        ("Export", _nbgrader("export")),
        ("Report", [sys.executable, "-m", "autograder", "report", *assignments]),
    ]
    for title, command in steps:
        print(f"\n{title}", flush=True)
        code = _call(command, folder)
        if code:
            print(f"{title} stopped with exit code {code}: {' '.join(command[2:])}", file=sys.stderr)
            return code
    print(f"\nEverything is in {folder}: submitted/, autograded/, feedback/, gradebook.db and grades.csv.")
    return 0


def set_up(folder: Path, assignments: list[str]) -> None:
    """A course folder of its own, with the class's submissions in submitted/."""
    materialise()
    folder.mkdir(parents=True)
    for name in assignments:
        shutil.copytree(ROOT / "source" / name, folder / "source" / name, ignore=shutil.ignore_patterns(".*", "__py*"))
        shutil.copytree(RELEASE / name, folder / "notebooks" / name, ignore=shutil.ignore_patterns(".*"))
    students = everyone()
    written = sum(
        len([path for path in hand_in(student, folder / "submitted") if path.parent.name in assignments])
        for student in students
    )
    for path in (folder / "submitted").glob("*/*"):
        if path.name not in assignments:
            shutil.rmtree(path)
    (folder / "nbgrader_config.py").write_text(_CONFIG.format(root=str(ROOT), folder=str(folder)), encoding="utf-8")
    print(f"{len(students)} students handed in {written} notebooks.")


def _nbgrader(*words: str) -> list[str]:
    return [sys.executable, "-m", "nbgrader", *words, "--log-level=ERROR"]


def _call(command: list[str], folder: Path) -> int:
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": paths}, check=False).returncode
