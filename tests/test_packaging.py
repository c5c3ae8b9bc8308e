"""Both packages as they are installed: what is in the wheel, and grading without a checkout around it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.course.layout import ROOT
from tests import needs

NOTEBOOK = "01_forward_graph"


def run(*words: str | Path, cwd: Path) -> str:
    """Run a command that must succeed, outside this checkout; return all that it printed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made from a copy of what goes into it."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("barprop", "autograder"):
        shutil.copytree(ROOT / name, folder / "src" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, folder / "src" / name)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", folder, folder / "src", cwd=folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_both_packages_whole(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        held = set(file.namelist())
    passing = {"__pycache__", "node_modules"}
    for package in ("barprop", "autograder"):
        modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py")}
        assert {name for name in modules if not passing & set(name.split("/"))} <= held
        assert f"{package}/py.typed" in held
    assert {"barprop/data/digits.npz", "barprop/jupyter/jupyter_config.json"} <= held
    assert any(name.startswith("barprop/widgets/bundles/") for name in held)
    assert {Path(name).name for name in held if ".dist-info/licenses/" in name} == {"LICENSE", "NOTICE", "README.md"}


@pytest.mark.exhaustive
def test_the_installed_command_grades_in_any_folder_of_a_course(wheel: Path, tmp_path: Path) -> None:
    needs.sandbox()
    venv, course = tmp_path / "venv", tmp_path / "course"
    subprocess.run(["cp", "-a", "--reflink=auto", sys.prefix, venv], check=True)
    pip = (venv / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "uninstall", "--yes", "barprop", cwd=tmp_path)
    run(*pip, "install", "--no-deps", wheel, cwd=tmp_path)
    for name in ("source", "notebooks"):
        shutil.copytree(ROOT / name / NOTEBOOK, course / name / NOTEBOOK, ignore=shutil.ignore_patterns("*.ipynb_*"))
    shutil.copy(ROOT / "nbgrader_config.py", course)
    handed_in = course / "submitted" / "ann" / NOTEBOOK
    shutil.copytree(ROOT / "solutions" / NOTEBOOK, handed_in)
    shutil.copytree(ROOT / "notebooks" / NOTEBOOK, course / "submitted" / "bob" / NOTEBOOK)

    python = venv / "bin" / "python"
    assert run(python, "-c", "import autograder; print(autograder.__file__)", cwd=course).startswith(str(venv))
    command = (python, venv / "bin" / "autograder")
    assert "2 graded" in run(*command, "grade", NOTEBOOK, cwd=handed_in)
    run(*command, "report", "--csv", "scores.csv", "--html", "report.html", cwd=handed_in)
    lines = [line.split(",") for line in (handed_in / "scores.csv").read_text(encoding="utf-8").splitlines()]
    ann, bob = ({line[0]: line for line in lines}[name] for name in ("ann", "bob"))
    assert ann != bob
    assert "<svg" in (handed_in / "report.html").read_text(encoding="utf-8")
    assert not (handed_in / "gradebook.db").exists()
    assert (course / "gradebook.db").exists()


def test_no_script_below_this_folder_is_taken_for_a_module() -> None:
    """.venv is in here: with "type": "module", node could not run the yarn.js that JupyterLab starts from it."""
    assert "type" not in json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
