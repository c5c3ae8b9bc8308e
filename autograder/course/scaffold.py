"""Lay out a new exercise that works: declaration, reference, samples and cells, with FILL IN where to go on."""

from __future__ import annotations

import ast
import keyword
import re
from importlib.resources import files
from pathlib import Path
from string import Template

from autograder.course.layout import ROOT
from autograder.errors import CourseError
from autograder.wording import did_you_mean
from barprop.exercises import EXERCISES, NOTEBOOKS

_TEMPLATES = files("autograder.course") / "new_exercise"
_TYPE = "from numpy.typing import ArrayLike\n"


class ScaffoldError(CourseError):
    """The exercise cannot be laid out; the message says why and what to do."""


def add_exercise(assignment: str, name: str, root: Path = ROOT) -> list[Path]:
    """Add an exercise to a notebook; return the files that are new or changed.

    Parameters
    ----------
    assignment : str
        Such as "02_bar_notation".
    name : str
        What the student defines, such as "bar_cube".
    root : Path
        The checkout.

    Raises
    ------
    ScaffoldError
        If there is no such notebook, or the name is taken or not a name. Nothing is written then.
    """
    notebook = _notebook(assignment)
    _check_name(name)
    folder = f"n{assignment}"
    source = root / "source" / f"{notebook}.py"
    places = {
        "declarations": root / "barprop" / "exercises" / folder / "__init__.py",
        "reference": root / "autograder" / "reference" / folder / "__init__.py",
        "samples": root / "autograder" / "samples" / folder / "__init__.py",
    }
    declaration = places["declarations"].parent / f"{name.lower()}.py"
    _check_files([source, *places.values()], declaration)
    read = {key: path.read_text(encoding="utf-8") for key, path in places.items()}
    written = {
        declaration: _filled("declaration.py.txt", name),
        places["declarations"]: _declared(read["declarations"], f"barprop.exercises.{folder}.{name.lower()}", name),
        places["reference"]: _with_type(read["reference"]) + _filled("reference.py.txt", name),
        places["samples"]: read["samples"] + _filled("samples.py.txt", name),
        source: _with_cells(source.read_text(encoding="utf-8"), _filled("cells.py.txt", name)),
    }
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return list(written)


def _check_files(needed: list[Path], new: Path) -> None:
    for path in needed:
        if not path.is_file():
            raise ScaffoldError(f"{path} is missing: this command needs a checkout of the course.")
    if new.exists():
        raise ScaffoldError(f"{new} is there already: delete it, or choose another name.")


def _check_name(name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ScaffoldError(
            f"{name!r} is not a name that a student could define: use letters, digits and _, such as bar_cube."
        )
    if name in EXERCISES:
        raise ScaffoldError(f"There is an exercise {name} already, in {EXERCISES[name].notebook}.")


def _notebook(assignment: str) -> str:
    known = {notebook.split("/")[0]: notebook for notebook in NOTEBOOKS}
    if assignment not in known:
        hint = did_you_mean(assignment, known)
        raise ScaffoldError(f"There is no notebook {assignment!r}; there are {', '.join(known)}.{hint}")
    return known[assignment]


def _filled(template: str, name: str) -> str:
    text = (_TEMPLATES / template).read_text(encoding="utf-8")
    return Template(text).substitute(name=name, constant=name.upper())


def _declared(text: str, module: str, name: str) -> str:
    """Import the declaration and add it to EXERCISES."""
    constant = name.upper()
    tree = ast.parse(text)
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module != "__future__"]
    listed = next(
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXERCISES"
    )
    lines = text.splitlines(keepends=True)
    end = (listed.end_lineno or 0) - 1
    before, after = lines[end][: (listed.end_col_offset or 0) - 1], lines[end][(listed.end_col_offset or 0) - 1 :]
    lines[end] = f"{before}, {constant}{after}" if before.strip() else f"    {constant},\n{after}"
    following = next((node.lineno - 1 for node in imports if (node.module or "") > module), imports[-1].end_lineno or 0)
    lines.insert(following, f"from {module} import {constant}\n")
    return "".join(lines)


def _with_type(text: str) -> str:
    """Import ArrayLike if the module does not."""
    return text if _TYPE in text else text.replace("import numpy as np\n", f"import numpy as np\n{_TYPE}", 1)


def _with_cells(text: str, cells: str) -> str:
    """Insert the cells after the last check of the notebook."""
    last = list(re.finditer(r'^# %% test="', text, re.MULTILINE))[-1]
    following = re.compile(r"^# %%", re.MULTILINE).search(text, last.end())
    place = following.start() if following else len(text)
    return f"{text[:place]}{cells}{text[place:]}"
