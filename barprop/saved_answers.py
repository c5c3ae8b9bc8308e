"""Read the reader's own answers from the saved file of another notebook, as notebooks 06 and 07 do."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from barprop.check import passes


def own_answers(place: str, *names: str, here: Path | None = None) -> dict[str, Any]:
    """Return the reader's own answers of another notebook; print a sentence on those that cannot be used.

    Parameters
    ----------
    place : str
        The notebook as "folder/name.ipynb"; its folder is looked for beside the folder of this notebook.
    names : of the answers.
    here : Path, optional
        Folder of this notebook; the working directory unless given.

    Returns
    -------
    In the order of `names`: the answer if it passes its checks, else None.
    """
    answers = _defined((here or Path.cwd()).resolve().parent / place)
    found = {name: answers[name] if name in answers and passes(name, answers) else None for name in names}
    missing = [name for name, answer in found.items() if answer is None]
    if missing:
        print(
            f"No answer saved in {place} passes for {', '.join(missing)}. "
            "If you have written one, save that notebook and run this cell again."
        )
    return found


def _defined(path: Path) -> dict[str, Any]:
    """Return what the answer cells of a notebook define; nothing where there is no such notebook."""
    names: dict[str, Any] = {"np": np, "__name__": "__main__"}
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(c["source"]) for c in cells if c["metadata"].get("nbgrader", {}).get("solution")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return names
    for source in sources:
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            exec(source, names)
    return names
