"""A real JupyterLab and a headless Chromium, started once for all browser tests."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.course.layout import ROOT
from tests import needs
from tests.servers import JUPYTER_SETTINGS, TOKEN, running_jupyter_lab


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/browser/"):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass
class Lab:
    """A running JupyterLab."""

    url: str
    folder: Path
    token: str = TOKEN

    def write(self, name: str, cells: list[Any]) -> Path:
        """Write a notebook; strings are code cells."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}},
        )
        path = self.folder / name
        nbformat.write(notebook, path)
        return path

    def ask(self, path: str, method: str = "GET") -> Any:
        """Call the server's REST interface."""
        request = urllib.request.Request(
            f"{self.url}{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as reply:
            text = reply.read()
        return json.loads(text) if text else None


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Lab]:  # no Chromium, no JupyterLab
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@contextmanager
def running_lab(base: Path, *settings: Path) -> Iterator[Lab]:
    """JupyterLab on a free port, its settings and folders under `base`; the environment's configuration counts.

    Parameters
    ----------
    settings : more folders of settings, which count first.
    """
    folder = base / "notebooks"
    folder.mkdir()
    with running_jupyter_lab(base / "home", folder, [*settings, JUPYTER_SETTINGS]) as (url, _):
        yield Lab(url, folder)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, fetched by npm into a folder that is not committed."""
    source = ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not source.exists():
        npm = needs.program("npm")
        done = subprocess.run(
            [npm, "ci"],
            cwd=ROOT, capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        if done.returncode != 0:
            needs.missing("axe-core")
    return source.read_text(encoding="utf-8")
