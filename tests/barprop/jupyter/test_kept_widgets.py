"""What a notebook shows is kept when it is saved by a kernel that has not made it."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from barprop.jupyter.kept_widgets import STATE, VIEW, keep_on_saving, keep_widgets


def notebook(shown: list[str], states: dict[str, Any] | None) -> dict[str, Any]:
    """A notebook that shows some widgets and holds the state of some."""
    cells = [{"cell_type": "markdown"}, *({"outputs": [{"data": {VIEW: {"model_id": name}}}]} for name in shown)]
    metadata = {} if states is None else {"widgets": {STATE: {"version_major": 2, "version_minor": 0, "state": states}}}
    return {"cells": cells, "metadata": metadata}


BEFORE = {
    "a": {"state": {"children": ["IPY_MODEL_b"], "layout": "IPY_MODEL_l"}},
    "b": {"state": {"parent": "IPY_MODEL_a", "value": 3}},
    "l": {"state": {}},
    "no longer shown": {"state": {}},
}


@pytest.mark.parametrize("states", [None, {}, {"c": {"state": {}}}])
def test_what_is_shown_and_what_it_is_made_of_is_kept(states: dict[str, Any] | None) -> None:
    saving = notebook(["a"], states)
    keep_widgets(saving, notebook([], BEFORE))
    assert saving["metadata"]["widgets"][STATE]["state"].keys() == {"a", "b", "l", *(states or {})}
    assert saving["metadata"]["widgets"][STATE]["version_major"] == 2


def test_a_state_of_this_kernel_counts() -> None:
    saving = notebook(["a", "b"], {"b": {"state": {"value": 4}}})
    keep_widgets(saving, notebook([], BEFORE))
    assert saving["metadata"]["widgets"][STATE]["state"]["b"] == {"state": {"value": 4}}


def test_nothing_is_written_where_nothing_is_missing() -> None:
    saving = notebook([], None)
    keep_widgets(saving, notebook(["a"], BEFORE))
    assert saving == notebook([], None)


class Manager:
    """As much of a contents manager as saving asks for."""

    log = logging.getLogger("tests")

    def __init__(self, folder: Path) -> None:
        self.folder, self.ran = folder, 0

    def run_pre_save_hooks(self, model: dict[str, Any], path: str, **_: Any) -> None:
        self.ran += 1

    def _get_os_path(self, path: str) -> str:
        return str(self.folder / path)


def test_no_file_stops_saving(tmp_path: Path) -> None:
    class Kept(Manager):
        pass

    keep_on_saving(Kept)
    keep_on_saving(Kept)
    (tmp_path / "was.ipynb").write_text(json.dumps(notebook(["a"], BEFORE)))
    for name, content in {"damaged": b"{", "nest": b"[" * 100_000, "list": b"[]", "other": b'{"metadata": 3}'}.items():
        (tmp_path / f"{name}.ipynb").write_bytes(content)
    manager = Kept(tmp_path)
    for name in ("was", "damaged", "nest", "list", "other", "new"):
        saving = notebook(["a"], {})
        manager.run_pre_save_hooks({"type": "notebook", "content": saving}, f"{name}.ipynb")
        assert ("a" in saving["metadata"]["widgets"][STATE]["state"]) == (name == "was")
    manager.run_pre_save_hooks({"type": "file", "content": "text"}, "notes.txt")
    manager.run_pre_save_hooks({"type": "notebook", "content": {"cells": None}}, "was.ipynb")
    assert manager.ran == 8
