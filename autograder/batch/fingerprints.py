"""What a score depends on besides the submission, as hashes of folders.

The same fingerprints give the same scores, so a record in the journal is reused exactly while they hold. Folders
decide, not lists of names: what scores depend on is stored in one of the folders below.
"""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import autograder
import barprop
from barprop.exercises import EXERCISES

_LIBRARIES = ("numpy", "ipython", "matplotlib", "msgpack")
_BARPROP, _AUTOGRADER = Path(barprop.__file__).parent, Path(autograder.__file__).parent
# The folders every score depends on.
SHARED = (
    *(_BARPROP / name for name in ("answers", "data", "fixtures", "judging", "numerics", "activations.py")),
    *sorted((_BARPROP / "exercises").glob("*.py")),
    *(_AUTOGRADER / name for name in ("sandbox", "scoring", "submission", "assignment.py", "reference/__init__.py")),
)


def digest_of(*parts: bytes | str) -> str:
    """Return one hash of several things; different lists have different hashes."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


@cache
def environment() -> str:
    """Return a hash of what every score depends on: Python, libraries, and the folders of `SHARED`."""
    libraries = [f"{name} {_version(name)}" for name in _LIBRARIES]
    return digest_of(platform.python_version(), platform.machine(), *libraries, *map(_folder, SHARED))


@cache
def exercise_key(name: str) -> str:
    """Return a hash of one exercise: the folders of its notebook, and the exercises whose answers it calls."""
    exercise = EXERCISES[name]
    folder = f"n{exercise.assignment}"
    own = [_folder(home / folder) for home in (_BARPROP / "exercises", _AUTOGRADER / "reference")]
    return digest_of(name, *own, *(exercise_key(need) for need in exercise.needs if need != name))


@cache
def _folder(path: Path) -> str:
    """Hash a file, or all files with code or data below a folder, with their names."""
    files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.suffix in (".py", ".npz", ".json"))
    parts: list[bytes | str] = []
    for file in files:
        parts += [file.relative_to(path.parent).as_posix(), file.read_bytes()]
    return digest_of(*parts)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
