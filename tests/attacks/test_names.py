"""An attack on a module that has moved attacks nothing: the names that attacks import are those of today."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_FILES = [*sorted(_HERE.glob("*.py")), _HERE.parent / "autograder" / "sandbox" / "test_attacks.py"]
_IMPORTED = re.compile(
    r"(?:\bimport |\bfrom |import_module\(')((?:inside|barprop)(?:\.\w+)*)|, ((?:inside|barprop)(?:\.\w+)+) as "
)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_what_an_attack_imports_is_there(path: Path) -> None:
    for found in _IMPORTED.finditer(path.read_text()):
        name = re.sub("^inside", "autograder.sandbox.inside", found[1] or found[2])
        assert find_spec(name), f"{path.name} imports {found[0]}"


def test_names_are_found() -> None:
    found = [m[1] or m[2] for m in _IMPORTED.finditer((_HERE / "wire.py").read_text())]
    assert {"inside.notebook_process", "inside.wire", "inside.ipython_shell"} <= set(found)
