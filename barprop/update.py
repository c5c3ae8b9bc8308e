"""Bring an unpacked course up to date: `python -m barprop.update NEW.zip`, in the course's folder.

Everything is taken from the new zip file but the notebooks that somebody has worked in: such a notebook stays as it is,
and the new one is put beside it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from barprop.atomic_file import write_whole
from barprop.closed_pipe import let_readers_leave

RECORD = ".handed-out.json"  # what the notebooks were like when they were handed out: path -> hash


class UpdateError(Exception):
    """Nothing can be updated; the message is a sentence that says why."""


def update(archive: Path, course: Path) -> list[str]:
    """Bring a course up to date; return sentences on what was done.

    Parameters
    ----------
    archive : Path
        The new zip file, as the instructor hands it out.
    course : Path
        The folder that an earlier one was unpacked to: the one with `notebooks` and `barprop` in it.

    Raises
    ------
    UpdateError
        If one of them is not what it should be. Then nothing is changed.
    """
    if not (course / "notebooks").is_dir() or not (course / "barprop").is_dir():
        raise UpdateError(f"{course} is not the course's folder, where notebooks and barprop are. Go there first.")
    try:
        with zipfile.ZipFile(archive) as file:
            files = dict(_files(file))
            if not any(name.startswith("barprop/") for name in files):
                raise UpdateError(f"{archive} is not a zip file of this course.")
            return _replace(files, course)
    except FileNotFoundError as error:
        raise UpdateError(f"There is no file {error.filename}.") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise UpdateError(f"{archive} cannot be unpacked ({error}). Download it again.") from None


def _files(file: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield the files below the zip's top folder, by their path in the course."""
    for info in file.infolist():
        path = PurePosixPath(info.filename)
        if info.is_dir() or path.is_absolute() or ".." in path.parts or len(path.parts) < 2:
            continue
        yield "/".join(path.parts[1:]), file.read(info)


def _replace(files: dict[str, bytes], course: Path) -> list[str]:
    record, said, count = _record(course), [], 0
    for name, data in files.items():
        path = course / name
        there = path.read_bytes() if path.is_file() else None
        if name == RECORD or there == data:
            continue
        if name.startswith("notebooks/") and there is not None and record.get(name) != _hash(there):
            path = _beside(path, data)
            said.append(f"{name} has your work in it and stays; the new one is {path.name}, beside it.")
        write_whole(path, data)
        count += 1
    write_whole(course / RECORD, files.get(RECORD, b"{}"))
    return [f"{count} files are new.", *said]


def _beside(path: Path, data: bytes) -> Path:
    """Return a name beside a file at which nothing else is, since that may have been worked in as well."""
    names = (path.with_name(f"{path.stem}-new{number or ''}{path.suffix}") for number in itertools.count())
    return next(name for name in names if not name.exists() or name.read_bytes() == data)


def _record(course: Path) -> dict[str, str]:
    try:
        found = json.loads((course / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def record_of(files: dict[str, bytes]) -> bytes:
    """Return what `RECORD` has to hold for a zip file with these files, by their path in the course."""
    hashes = {name: _hash(data) for name, data in files.items() if name.startswith("notebooks/")}
    return json.dumps(hashes, indent=1, sort_keys=True).encode()


if __name__ == "__main__":
    let_readers_leave()
    if len(sys.argv) != 2:
        sys.exit("Say which zip file: python -m barprop.update NEW.zip")
    try:
        print("\n".join(update(Path(sys.argv[1]), Path.cwd())))
    except UpdateError as error:
        sys.exit(str(error))
