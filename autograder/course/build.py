"""Make notebooks/ and solutions/; with --check, say what is out of step."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.course.authored import authored, graded, ignored_names, read_authored, solved
from autograder.course.cheat_sheet import CHEAT_SHEET, CHEAT_SHEET_IN, cheat_sheet
from autograder.course.layout import RELEASE, ROOT, SOLUTIONS, is_cache
from barprop.atomic_file import write_whole
from barprop.exercises import TESTS
from barprop.progress import VARIABLE


def declared_otherwise(path: Path) -> list[str]:
    """List where an authored notebook and the declarations disagree: tests missing, unknown, or with other points."""
    notebook = f"{path.parent.name}/{path.stem}"
    wanted = {test: part.points for test, (exercise, part) in TESTS.items() if exercise.notebook == notebook}
    found = {}
    for cell in read_authored(path).cells:
        grading = cell.metadata.get("nbgrader", {})
        if grading.get("grade") and not grading.get("solution"):
            found[grading["grade_id"]] = grading.get("points")
    problems = [f"{path.name}: no test cell {test}" for test in wanted.keys() - found.keys()]
    # A test of any other name is an instructor's own, which grading runs as it is.
    problems += [
        f"{path.name}: test cell {test} belongs to no exercise; give a test of your own a name that does not "
        "begin with test_"
        for test in found.keys() - wanted.keys()
        if test.startswith("test_")
    ]
    for test in wanted.keys() & found.keys():
        if wanted[test] != found[test]:
            problems.append(
                f"{path.name}: {test} has {found[test]} points, but the declaration says {wanted[test]}; change "
                "`points` in the "
                f"declaration of {TESTS[test][0].name} in barprop/exercises/, too"
            )
    return sorted(problems)


def release_into(
    folder: Path, done: Callable[[], object] | None = None, assignments: Collection[str] | None = None
) -> Path:
    """Make with nbgrader what students receive, in `folder`; return the folder with the assignments.

    Parameters
    ----------
    done : called after each assignment.
    assignments : names of those to make; all of them if None. The start page is always made.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    from autograder.course.clear_solutions import preprocessors

    every = {path.parent.name for path in graded()}
    made = sorted(every if assignments is None else every.intersection(assignments))
    start = sorted({path.parent.name for path in authored()} - every)
    for path in authored():
        if path.parent.name not in (*made, *start):
            continue
        target = folder / "source" / path.parent.name
        if not target.exists():
            shutil.copytree(path.parent, target, ignore=shutil.ignore_patterns("*.ipynb", "__pycache__", ".*"))
        (target / f"{path.stem}.ipynb").write_text(nbformat.writes(read_authored(path)), encoding="utf-8")
    for assignment in made:
        config = Config()
        config.CourseDirectory.root = str(folder)
        config.CourseDirectory.release_directory = "notebooks"
        config.CourseDirectory.assignment_id = assignment
        config.GenerateAssignment.preprocessors = preprocessors()
        config.CourseDirectory.ignore = [*CourseDirectory().ignore, *ignored_names()]
        coursedir = CourseDirectory(config=config)
        converter = GenerateAssignment(coursedir=coursedir, config=config)
        converter.log.setLevel("ERROR")
        converter.start()
        if done is not None:
            done()
    release = folder / "notebooks"
    for assignment in start:
        shutil.copytree(
            folder / "source" / assignment, release / assignment, ignore=shutil.ignore_patterns(*ignored_names())
        )
    if CHEAT_SHEET_IN in made:
        (release / CHEAT_SHEET_IN / CHEAT_SHEET).write_text(cheat_sheet(), encoding="utf-8")
    return release


def differences(fresh: Path, committed: Path) -> list[tuple[str, str]]:
    """List (file, what is wrong with it) for every file that differs between two folders, byte for byte."""
    here = {str(p.relative_to(fresh)) for p in fresh.rglob("*") if p.is_file()}
    there = {str(p.relative_to(committed)) for p in committed.rglob("*") if p.is_file() and not is_cache(p)}
    found = [(name, "is missing") for name in here - there]
    found += [(name, "is not made from source/") for name in there - here]
    for name in here & there:
        if not filecmp.cmp(fresh / name, committed / name, shallow=False):
            found.append((name, "differs from what source/ makes"))
    return sorted(found)


def replace_tree(fresh: Path, target: Path) -> None:
    """Make `target` hold exactly the files of `fresh`; files that are the same are not touched."""
    for name, what in differences(fresh, target):
        if what == "is not made from source/":
            (target / name).unlink()
            continue
        write_whole(target / name, (fresh / name).read_bytes())


def stale_solutions() -> list[tuple[str, str]]:
    """List (file, what is wrong) for each solution that is missing, out of date or holds an error."""
    found = []
    for path in graded():
        name = f"{path.parent.name}/{path.stem}.ipynb"
        target = SOLUTIONS / name
        if not target.exists():
            found.append((name, "is missing"))
            continue
        committed = nbformat.read(target, as_version=4)
        if _made(committed) != _made(solved(path)):
            found.append((name, "differs from what source/ makes"))
        found += [(name, f"holds {trouble}") for trouble in problems_in(committed)]
    return found


def _made(notebook: NotebookNode) -> list[tuple[str, str, dict]]:
    """Return what of a solution is made without executing it."""
    return [(cell.cell_type, cell.source, dict(cell.metadata)) for cell in notebook.cells]


def problems_in(notebook: NotebookNode) -> list[str]:
    """List errors, warnings and failed checks in the outputs of an executed notebook."""
    found = []
    for cell in notebook.cells:
        first = cell.source.split("\n", 1)[0]
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                found.append(f"an error in the cell {first!r}: {output.ename}: {output.evalue}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"a warning in the cell {first!r}: {output.text.strip()[:200]}")
        grading = cell.metadata.get("nbgrader", {})
        if grading.get("grade") and cell.cell_type == "code":
            results = [o.data.get("text/plain") for o in cell.outputs if o.output_type == "execute_result"]
            if results != [str(float(grading["points"]))]:
                found.append(f"a check that does not pass: {first}")
    return found


def build_solutions(everything: bool) -> list[str]:
    """Make each solution that is out of step; returns what went wrong.

    One is executed where its code has changed, or `everything` is asked for. Where only text has changed it keeps the
    outputs that it has.
    """
    stale = {name for name, _ in stale_solutions()}
    problems = []
    todo = [path for path in graded() if everything or f"{path.parent.name}/{path.stem}.ipynb" in stale]
    for number, path in enumerate(todo, 1):
        name = f"{path.parent.name}/{path.stem}.ipynb"
        notebook, target = solved(path), SOLUTIONS / name
        target.parent.mkdir(parents=True, exist_ok=True)
        for extra in (RELEASE / path.parent.name).iterdir():
            if extra.is_file() and extra.suffix != ".ipynb":
                shutil.copyfile(extra, target.parent / extra.name)
        if not everything and keep_outputs(notebook, target):
            print(f"[{number}/{len(todo)}] new text in solutions/{name}", flush=True)
        else:
            print(f"[{number}/{len(todo)}] executing solutions/{name}", flush=True)
            _execute(notebook, target.parent)
        target.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
        problems += [f"solutions/{name} holds {trouble}" for trouble in problems_in(notebook)]
    return problems


def keep_outputs(notebook: NotebookNode, target: Path) -> bool:
    """Give a notebook the outputs of its committed copy; return whether that one has the same code and no trouble."""
    if not target.exists():
        return False
    committed = nbformat.read(target, as_version=4)
    new, old = ([cell for cell in each.cells if cell.cell_type == "code"] for each in (notebook, committed))
    if problems_in(committed) or [cell.source for cell in new] != [cell.source for cell in old]:
        return False
    for cell, done in zip(new, old, strict=True):
        cell.outputs, cell.execution_count = done.outputs, done.execution_count
    notebook.metadata = committed.metadata
    return True


def _execute(notebook: NotebookNode, folder: Path) -> None:
    """Run a notebook in a folder; its outputs are put into it."""
    place = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, timeout=300, allow_errors=True, record_timing=False, resources=place)
    client.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
    # one thread: on a busy machine BLAS's threads wait for each other many times longer than they work
    single = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    client.execute(env=os.environ | single | {"PYTHONPATH": str(ROOT), VARIABLE: "off"})
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
