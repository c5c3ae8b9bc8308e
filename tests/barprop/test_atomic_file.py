"""A file is written as a whole, or stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from barprop.atomic_file import replacing, write_whole


@pytest.mark.parametrize("durable", [False, True])
def test_written_as_a_whole(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "new" / "note.txt"
    write_whole(path, "ü\r\n", durable)
    write_whole(path, "second\n", durable)
    assert path.read_bytes() == b"second\n"
    write_whole(path, "ü\r\n".encode(), durable)
    assert path.read_bytes() == "ü\r\n".encode()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("when", ["os.replace", "os.fsync"])
def test_after_an_error_it_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    path = tmp_path / "note.txt"
    path.write_text("first")

    def fail(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(when, fail)
    with pytest.raises(OSError, match="no room"):
        write_whole(path, "second", durable=True)
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_of_the_writer_leaves_nothing(tmp_path: Path) -> None:
    def write() -> None:
        with replacing(tmp_path / "a.zip") as partial:
            partial.write_bytes(b"half")
            raise LookupError

    with pytest.raises(LookupError):
        write()
    assert os.listdir(tmp_path) == []
