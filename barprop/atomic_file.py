"""Files that are written as a whole or not at all, whatever happens in between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; in the end that file takes its place, or after an error nothing does.

    Raises
    ------
    OSError
        If it cannot be put in place. The file that was there before stays.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes | str, durable: bool = False) -> None:
    """Write a file as a whole; make the folder that it is in.

    Parameters
    ----------
    content : bytes or str
        Text is written as UTF-8, its line ends as they are.
    durable : bool
        Whether it is on disk before this returns, and survives a power cut from then on.

    Raises
    ------
    OSError
        If it cannot be written. The file that was there before stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial, open(partial, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    if durable:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
