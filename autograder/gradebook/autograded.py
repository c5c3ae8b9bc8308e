"""The graded notebooks in autograded/."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from autograder.scoring.marks import key_of
from autograder.scoring.record import Record
from autograder.submission.read_folder import Submission, is_data
from barprop.atomic_file import replacing


def write_folder(
    target: Path, record: Record, submission: Submission, handed_out: dict[str, bytes], permissions: int
) -> None:
    """Put the graded notebooks and the files that go with them in place, as one folder or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(".grading-*"):
        _remove(left)
    fresh = Path(tempfile.mkdtemp(prefix=".grading-", dir=target.parent))
    fresh.chmod(0o777 & ~_umask())
    for name, data in _files(submission, handed_out).items():
        _put(fresh, name, data, permissions)
    for notebook in record.notebooks:
        if notebook.document:
            _put(fresh, f"{notebook.name}.ipynb", notebook.document.encode(), permissions)
    if target.exists():
        old = fresh.with_name(f"{fresh.name}-old")
        target.rename(old)
        fresh.rename(target)
        _remove(old)
    else:
        fresh.rename(target)


def write_some(
    target: Path, record: Record, submission: Submission, handed_out: dict[str, bytes], permissions: int
) -> None:
    """Put single graded notebooks into a folder that holds others; each one whole or not at all."""
    target.mkdir(parents=True, exist_ok=True)
    for name, data in _files(submission, handed_out).items():
        _put(target, name, data, permissions)
    for notebook in record.notebooks:
        if notebook.document:
            path = target / f"{notebook.name}.ipynb"
            if path.is_dir():
                _remove(path)
            with replacing(path) as partial:
                _put(target, partial.name, notebook.document.encode(), permissions)


def _files(submission: Submission, handed_out: dict[str, bytes]) -> dict[str, bytes]:
    """Collect what is stored beside the notebooks: handed-in data, overlaid with what was handed out."""
    stamp = {} if submission.timestamp is None else {"timestamp.txt": submission.timestamp}
    data = {name: content for name, content in submission.files.items() if is_data(name)}
    return data | handed_out | stamp


def _put(folder: Path, name: str, data: bytes, permissions: int) -> None:
    parts = [part for part in Path(name).parts if part not in ("..", "/", "")]
    path = folder.joinpath(*parts)
    # What comes later counts: what is ours, over what was handed in under the same name.
    for above in reversed(path.relative_to(folder).parents[:-1]):
        if (folder / above).is_file():
            (folder / above).unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        _remove(path)
    elif path.exists():
        path.unlink()
    path.write_bytes(data)
    path.chmod(permissions)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def graded_key(target: Path) -> str:
    """Return the key that a graded notebook was made with, or ""."""
    try:
        return key_of(json.loads(target.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return ""
