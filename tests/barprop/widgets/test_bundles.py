"""The committed bundles of the widgets' JavaScript, and the pages that stand alone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from autograder.course.layout import ROOT
from barprop.__main__ import main
from barprop.widgets.base import bundled
from tests import needs

HOME = ROOT / "barprop" / "widgets"


def test_every_widget_has_its_bundle() -> None:
    names = {path.name for path in HOME.glob("*.js")} | {"style.css"}
    assert {path.name for path in (HOME / "bundles").iterdir()} == names


def test_the_lock_file_names_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)
    assert "registry" not in text


def test_the_bundles_are_in_step(tmp_path: Path) -> None:
    needs.program("node")
    if not (ROOT / "node_modules" / "esbuild").exists():
        needs.missing("esbuild")
    check = ["node", "barprop/widgets/bundle.mjs", "--check"]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # a copy with one source changed is told from it
    copy = tmp_path / "barprop" / "widgets"
    shutil.copytree(HOME, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    with (copy / "shared" / "neuron.js").open("a", encoding="utf-8") as source:
        source.write('\nSIGMA_NAMES.tanh = "TANH";\n')
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "out of step: descent.js" in done.stderr
    assert "npm run bundle" in done.stderr


def test_pages_hold_all_they_need(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["widgets", "--html", str(tmp_path / "pages")]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert len(written) >= 10
    for path in written:
        text = path.read_text(encoding="utf-8")
        addresses = set(re.findall(r"https?://[^\"'\\ ]+", text)) - {"http://www.w3.org/2000/svg"}
        assert not addresses, path
        assert not re.search(r"<link|<script[^>]* src=|@import|fetch\(", text)


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["widgets", "--html", str(tmp_path / "file" / "pages")]) == 1
    assert "Name another folder" in capsys.readouterr().out


def test_a_state_cannot_end_its_script(tmp_path: Path) -> None:
    from barprop.widgets import GraphStepper
    from barprop.widgets.standalone import page

    widget: Any = GraphStepper()
    widget.sigma = "</script><b>"
    assert "</script><b>" not in page(widget, "<title>")
    assert "&lt;title&gt;" in page(widget, "<title>")
    assert bundled("style.css")
