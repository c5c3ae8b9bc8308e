"""A Jupyter server extension that keeps the state of widgets when a notebook is saved without having run.

JupyterLab saves the state of those widgets only that the present kernel made. A notebook that is opened again the next
day, read and saved would lose the widgets it shows. Their state is still in the file that is about to be written over;
what the notebook's outputs show is taken from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from barprop.jupyter.patching import patch_once

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
_REFERENCE = "IPY_MODEL_"  # one widget's state names another by this and its id


def _load_jupyter_server_extension(server: Any) -> None:
    """Keep widgets in what this server saves."""
    keep_on_saving(type(server.contents_manager))  # the class: other extensions put managers of their own around it


def keep_on_saving(manager: Any) -> None:
    """Let a class of contents managers keep, in every notebook it saves, the widgets that it shows."""

    def around(stock: Callable[..., Any]) -> Callable[..., Any]:
        def run_pre_save_hooks(self: Any, model: dict[str, Any], path: str, **kwargs: Any) -> None:
            stock(self, model=model, path=path, **kwargs)
            try:
                if model.get("type") == "notebook" and missing(model["content"]):
                    saved = Path(self._get_os_path(path)).read_text(encoding="utf-8")
                    keep_widgets(model["content"], json.loads(saved))
            except Exception as error:  # saving goes first, whatever is in the file
                self.log.debug("The widgets of %s were not kept: %s", path, error)

        return run_pre_save_hooks

    patch_once(manager, "run_pre_save_hooks", around)


def missing(notebook: dict[str, Any]) -> set[str]:
    """Find the widgets that a notebook's outputs show and whose state it does not hold, by their ids."""
    return set(_shown(notebook)) - set(_states(notebook))


def keep_widgets(notebook: dict[str, Any], saved: dict[str, Any]) -> None:
    """Copy into a notebook, from how it was saved before, the state of each widget that it shows and does not hold.

    Parameters
    ----------
    notebook : dict
        The notebook (nbformat 4) that is about to be saved; changed in place.
    saved : dict
        The same notebook as it is in the file.
    """
    before, wanted, kept = _states(saved), sorted(missing(notebook)), {}
    for name in wanted:  # grows while it is read
        if name in before and name not in kept:
            kept[name] = before[name]
            wanted += _references(before[name])
    if kept:
        widgets = notebook["metadata"].setdefault("widgets", {})
        states = widgets.setdefault(STATE, {"version_major": 2, "version_minor": 0})
        states["state"] = {**kept, **states.get("state", {})}


def _shown(notebook: dict[str, Any]) -> Iterator[str]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if VIEW in output.get("data", {}):
                yield output["data"][VIEW]["model_id"]


def _states(notebook: dict[str, Any]) -> dict[str, Any]:
    states: dict[str, Any] = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    return states


def _references(value: Any) -> list[str]:
    """Find the ids of the widgets that a state names, at any depth."""
    if isinstance(value, str):
        return [value.removeprefix(_REFERENCE)] if value.startswith(_REFERENCE) else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [name for each in inner for name in _references(each)]
