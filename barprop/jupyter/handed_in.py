"""Files under submitted/ as a Jupyter server sends them to a browser: readable, and without anything that acts."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from typing import Any

from tornado.web import HTTPError

SUBMITTED = "submitted"  # nbgrader's name of the folder; another one is taken from the formgrader's configuration
_LARGEST = 50_000_000  # bytes of a file that is opened; the server holds it in memory several times
_METADATA = ("kernelspec", "language_info")
_SHOWN = ("text/plain", "image/png", "image/jpeg", "image/gif", "image/webp")


def submitted_root(path: str, settings: Mapping[str, Any]) -> str | None:
    """Return the folder that holds submitted/, for a path into that folder; None for any other path.

    Parameters
    ----------
    path : str
        As the server's addresses have it: with slashes, from the folder where it serves files.
    settings : mapping
        The settings of the server's web application.
    """
    formgrader = settings.get("nbgrader_formgrader")
    names = {SUBMITTED, formgrader.coursedir.submitted_directory if formgrader else SUBMITTED}
    folded = {name.casefold() for name in names}  # some file systems do not tell them apart
    parts = posixpath.normpath(path.strip("/")).split("/")
    inside = [number for number, part in enumerate(parts) if part.casefold() in folded]
    return "/".join(parts[: inside[0]]) if inside else None


def refuse_if_large(manager: Any, path: str) -> None:
    """Raise a tornado HTTPError (413) for a file that would take much of the server's memory."""
    try:
        size = os.path.getsize(manager._get_os_path(path.strip("/")))
    except (OSError, AttributeError, HTTPError):  # for the contents manager to explain
        return
    if size > _LARGEST:
        sentence = (
            f"{path} takes {size / 1e6:.0f} MB, and of what was handed in nothing above {_LARGEST / 1e6:.0f} MB is "
            "opened here. Grade it, and look at the graded notebook."
        )
        raise HTTPError(413, sentence, reason="Too large: grade it, and look at the graded notebook")


def plain_manager(manager: Any) -> Any:
    """Return a contents manager like this one, but without jupytext.

    jupytext obeys a notebook's own metadata and configuration files beside it: what is saved in JupyterLab is then
    also written to a Python file wherever they say, such as over the course's nbgrader_config.py.
    """
    kind = next(kind for kind in type(manager).__mro__ if not kind.__module__.startswith("jupytext"))
    return manager if kind is type(manager) else kind(parent=manager.parent, log=manager.log)


def make_harmless(notebook: Any) -> None:
    """Take from a notebook what JupyterLab would obey: text, bitmaps and the name of its kernel remain.

    A saved widget brings its own JavaScript, which runs as soon as the notebook is opened; other outputs are drawn by
    whatever extension knows them.
    """
    metadata = notebook.get("metadata") or {}
    for name in [name for name in metadata if name not in _METADATA]:
        del metadata[name]
    for cell in notebook.get("cells") or []:
        for output in cell.get("outputs") or []:
            if "data" in output:
                left_out = ", ".join(sorted(output["data"])) or "nothing"
                kept = _shown(output["data"])
                output["data"] = kept or {"text/plain": f"({left_out}: not shown)"[:200]}
                output["metadata"] = {}
        if "attachments" in cell:
            cell["attachments"] = {name: kept for name, data in cell["attachments"].items() if (kept := _shown(data))}


def _shown(bundle: dict[str, Any]) -> dict[str, Any]:
    return {kind: data for kind, data in bundle.items() if kind in _SHOWN}
