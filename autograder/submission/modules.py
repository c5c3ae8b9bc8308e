"""Which modules a submission imports that are not there when it is graded."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.machinery import PathFinder
from pathlib import PurePosixPath

from autograder.sandbox.bubblewrap import packages
from autograder.submission.cell_source import imported

_NOT_FOR_STUDENTS = ("autograder",)


def missing_modules(sources: Iterable[str], files: Mapping[str, bytes]) -> list[str]:
    """List the modules that cells, or .py files beside them, import and that are not there.

    Parameters
    ----------
    sources : iterable of str
        Of the cells that are run.
    files : mapping
        What lies beside the notebook when it is graded, relative path -> content.
    """
    texts = [data.decode("utf-8", "replace") for name, data in files.items() if name.endswith(".py")]
    names = frozenset().union(*map(imported, (*sources, *texts)))
    own = {PurePosixPath(name).parts[0].removesuffix(".py") for name in files}
    return sorted(name for name in names - own if not is_there(name))


def is_there(name: str) -> bool:
    """Whether a notebook that is graded can import a module of that name."""
    if name in sys.builtin_module_names or name == "barprop" or name in _NOT_FOR_STUDENTS:
        return True
    try:
        return PathFinder.find_spec(name, [*_library(), *map(str, packages())]) is not None
    except (ImportError, ValueError, OSError):
        return True


@cache
def _library() -> tuple[str, ...]:
    """Return where Python's own library lies."""
    home = sysconfig.get_path("stdlib")
    return home, sysconfig.get_path("platstdlib"), f"{home}/lib-dynload"
