"""A newer zip file for a course that somebody works in."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from barprop.update import RECORD, UpdateError, record_of, update


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**files, RECORD: record_of(files)}.items():
            archive.writestr(f"backprop/{name}", data)
    return path


def _unpacked(folder: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(_zip(folder / "old.zip", files)) as archive:
        archive.extractall(folder)
    return folder / "backprop"


OLD = {"barprop/check.py": b"1", "notebooks/01/a.ipynb": b"a1", "notebooks/01/b.ipynb": b"b1", "README.md": b"1"}
NEW = {
    "barprop/check.py": b"2",
    "notebooks/01/a.ipynb": b"a2",
    "notebooks/01/b.ipynb": b"b2",
    "notebooks/02/c.ipynb": b"c2",
}


def test_answers_stay_and_the_rest_is_new(tmp_path: Path) -> None:
    course = _unpacked(tmp_path, OLD)
    (course / "notebooks/01/a.ipynb").write_bytes(b"my answers")
    (course / "notebooks/01/mine.ipynb").write_bytes(b"mine")
    said = update(_zip(tmp_path / "new.zip", NEW), course)
    found = {path.name: path.read_bytes() for path in course.rglob("*") if path.is_file() and path.name != RECORD}
    assert found == {
        "check.py": b"2", "a.ipynb": b"my answers", "a-new.ipynb": b"a2", "b.ipynb": b"b2", "c.ipynb": b"c2",
        "mine.ipynb": b"mine", "README.md": b"1",
    }  # fmt: skip
    assert "notebooks/01/a.ipynb has your work in it" in said[1]
    assert update(tmp_path / "new.zip", course)[0] in ("0 files are new.", "1 files are new."), "again changes nothing"
    assert (course / "notebooks/01/a.ipynb").read_bytes() == b"my answers"


def test_nor_is_the_new_one_overwritten_that_was_worked_in(tmp_path: Path) -> None:
    course = _unpacked(tmp_path, OLD)
    (course / "notebooks/01/a.ipynb").write_bytes(b"my answers")
    update(_zip(tmp_path / "new.zip", NEW), course)
    (course / "notebooks/01/a-new.ipynb").write_bytes(b"my answers again")
    update(_zip(tmp_path / "newer.zip", {**NEW, "notebooks/01/a.ipynb": b"a3"}), course)
    assert (course / "notebooks/01/a.ipynb").read_bytes() == b"my answers"
    assert (course / "notebooks/01/a-new.ipynb").read_bytes() == b"my answers again"
    assert (course / "notebooks/01/a-new1.ipynb").read_bytes() == b"a3"


def test_a_course_without_a_record_keeps_every_notebook(tmp_path: Path) -> None:
    course = _unpacked(tmp_path, OLD)
    (course / RECORD).unlink()
    update(_zip(tmp_path / "new.zip", NEW), course)
    assert (course / "notebooks/01/b.ipynb").read_bytes() == b"b1"
    assert (course / "notebooks/01/b-new.ipynb").read_bytes() == b"b2"


def test_what_is_no_course_and_no_zip(tmp_path: Path) -> None:
    course = _unpacked(tmp_path, OLD)
    with pytest.raises(UpdateError, match="not the course's folder"):
        update(tmp_path / "old.zip", tmp_path)
    with pytest.raises(UpdateError, match="no file"):
        update(tmp_path / "none.zip", course)
    (tmp_path / "torn.zip").write_bytes(b"PK")
    with pytest.raises(UpdateError, match="Download it again"):
        update(tmp_path / "torn.zip", course)
    with pytest.raises(UpdateError, match="not a zip file of this course"):
        update(_zip(tmp_path / "other.zip", {"x": b""}), course)


def test_a_zip_that_leads_elsewhere(tmp_path: Path) -> None:
    course = _unpacked(tmp_path, OLD)
    update(_zip(tmp_path / "evil.zip", {**NEW, "../../evil": b"x"}), course)
    assert not list(tmp_path.glob("**/evil"))
