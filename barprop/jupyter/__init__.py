"""Settings the course wants from Jupyter.

They keep widget state with the notebook and pictures in HTML exports, ask for no news, and give a server that cannot
be harmed by looking at a notebook (guard.py) and does not change one by opening it (opened.py). Students see nothing of
nbgrader's that is for instructors.

An ordinary `pip install .` puts them into the environment. An editable install does not copy data files:
there, `python -m barprop.jupyter` does, or set JUPYTER_CONFIG_PATH to this folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from barprop.atomic_file import write_whole

HERE = Path(__file__).parent
FILES = (
    "jupyter_config.json",
    "jupyter_server_config.d/barprop.json",
    "labconfig/default_setting_overrides.d/barprop.json",
)


STUDENTS = "students/labconfig/page_config.json"  # what JupyterLab leaves out for students


def install(prefix: str | Path = sys.prefix, instructor: bool = False) -> list[Path]:
    """Write the settings under prefix/etc/jupyter; anything else in those files is kept.

    Parameters
    ----------
    instructor : bool
        Show Create Assignment, the formgrader and the list of courses, which students do not see.

    Returns
    -------
    The files written.
    """
    written = []
    for name in (*FILES, STUDENTS):
        target = Path(prefix, "etc", "jupyter", name.removeprefix("students/"))
        ours = json.loads((HERE / name).read_text(encoding="utf-8"))
        if name == STUDENTS and instructor:
            ours = {"disabledExtensions": dict.fromkeys(ours["disabledExtensions"], False)}
        theirs = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
        write_whole(target, json.dumps(_merged(theirs, ours), indent=2) + "\n")  # others' settings are in it too
        written.append(target)
    return written


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    result = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result
