"""Submissions and courses as public bug reports describe them, each with its kin."""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from nbgrader.converters import NbGraderException

from autograder import __main__ as main
from autograder.commands import handout
from autograder.gradebook.released import _notebook
from autograder.plugin.grading import check_name
from autograder.reports.csv_file import spreadsheet_safe
from autograder.scoring.seeds import SecretError, course_secret
from autograder.submission.read_notebook import read_notebook
from autograder.submission.timestamp import read_time
from tests.grading_tools import cell_of, grade_bytes, points, solved

# --- damage -----------------------------------------------------------------------------------


def _conflict(text: str, key: str, other: str, marks: str = "HEAD") -> str:
    """Every line with a key in conflict with another line, as Git leaves it."""
    def both(match: re.Match[str]) -> str:
        return f"<<<<<<< {marks}\n{match[0]}=======\n{match[1]}{other}\n>>>>>>> theirs\n"

    return re.sub(rf'^(\s*)"{key}":.*\n', both, text, flags=re.MULTILINE)


_BASE = re.compile(r"^=======$", re.MULTILINE)
DAMAGE = {
    "conflicts in execution counts": lambda t: _conflict(t, "execution_count", '"execution_count": 99,'),
    "three-way conflicts": lambda t: _BASE.sub("||||||| base\n\"execution_count\": 7,\n=======",
                                               _conflict(t, "execution_count", '"execution_count": 99,')),
    "the upper side is damaged": lambda t: _conflict(t, "execution_count", '"execution_count": 99,')
        .replace('"execution_count": null,', '"execution_count": null,,,', 0),
    "a comma before a bracket": lambda t: re.sub(r"\}\n \],", "},\n ],", t, count=1),
    "commas missing between cells": lambda t: t.replace("},\n", "}\n", 5),
    "commas missing between lines": lambda t: t.replace(',\n    "', '\n    "', 5),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGE)
def test_common_damage_costs_nothing(kind: str) -> None:
    right = json.dumps(_as_lines(solved()), indent=1)
    damaged = DAMAGE[kind](right)
    assert damaged != right
    record = grade_bytes({"forward_graph.ipynb": damaged.encode()})
    assert points(record) == points(grade_bytes({"forward_graph.ipynb": right.encode()}))
    assert sum(v or 0 for v in points(record).values()) > 0
    assert any("mended" in note or "conflict" in note for note in record.notebooks[0].repairs)


def _as_lines(document: dict[str, Any]) -> dict[str, Any]:
    for cell in document["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    return document


def test_text_that_looks_like_a_conflict_stays_in_a_string() -> None:
    document = solved()
    cell_of(document, "linear")["source"] += "\n# [1, 2,]\n# <<<<<<< HEAD\n"
    text = json.dumps(document).replace("\\u", "\\u").replace('"nbformat": 4', '"nbformat": 4,', 1)
    reading = read_notebook(text.encode())
    assert any("[1, 2,]\n# <<<<<<< HEAD" in cell.source for cell in reading.cells)


# --- time stamps ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-12-01 10:01:00.000000 PST", "2026-12-01 18:01:00"),
        ("2026-12-01 10:01:00 CET", "2026-12-01 09:01:00"),
        ("2026-12-01 10:01:00 -0800", "2026-12-01 18:01:00"),
        ("2026-12-01 10:01:00 +02", "2026-12-01 08:01:00"),
        ("2026-12-01 10:01:00 UTC+2", "2026-12-01 08:01:00"),
        ("2026-07-01 10:01:00 Europe/Berlin", "2026-07-01 08:01:00"),
        ("2026-12-01T10:01:00Z", "2026-12-01 10:01:00"),
        ("2026-12-01 10:01:00 UTC", "2026-12-01 10:01:00"),
        ("2026-12-01 10:01:00", "2026-12-01 10:01:00"),
    ],
)
def test_a_time_stamp_is_read_in_its_zone(text: str, utc: str) -> None:
    assert str(read_time(text)) == utc


@pytest.mark.parametrize("text", ["2026-12-01 10:01:00 IST", "2026-12-01 10:01:00 XYZ", "2026-12-01 10:01 Mars/Base",
                                  "2026-12-01 10:01:00.000000 -28800", "yesterday", "9" * 60])  # fmt: skip
def test_a_time_stamp_that_is_not_sure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        read_time(text)


# --- the way in and out -----------------------------------------------------------------------


def test_a_handout_is_made_from_source_even_where_the_release_was_worked_in(tmp_path, monkeypatch, capsys) -> None:
    edited = tmp_path / "notebooks"
    (edited / "01_forward_graph").mkdir(parents=True)
    (edited / "01_forward_graph" / "forward_graph.ipynb").write_text(json.dumps(solved()))
    (edited / "01_forward_graph" / "my notes.txt").write_text("42")
    monkeypatch.setattr(handout, "RELEASE", edited)
    assert main.main(["handout", "01_forward_graph", "--to", str(tmp_path / "h.zip")]) == 0
    assert "differs from what source/ makes" in capsys.readouterr().err
    with zipfile.ZipFile(tmp_path / "h.zip") as file:
        assert not [name for name in file.namelist() if "my notes" in name]
        given = json.loads(file.read("backprop/notebooks/01_forward_graph/forward_graph.ipynb"))
    assert "NotImplementedError" in "".join(cell_of(given, "linear")["source"])


def test_files_dated_before_1980_are_packed(tmp_path: Path) -> None:
    old = tmp_path / "old.txt"
    old.write_text("old")
    os.utime(old, (0, 0))
    handout._write(tmp_path / "h.zip", [(old, "old.txt")])
    with zipfile.ZipFile(tmp_path / "h.zip") as file:
        assert file.read("backprop/old.txt") == b"old"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_a_formula_is_no_formula_in_a_spreadsheet(text: str) -> None:
    assert spreadsheet_safe(text) == f"'{text}"
    assert spreadsheet_safe("ada") == "ada"
    assert spreadsheet_safe(-1.5) == -1.5


def test_the_exporter_neutralises_every_name(tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    from autograder.plugin.quoted_csv import QuotedCsv

    with Gradebook(f"sqlite:///{tmp_path}/g.db") as gradebook:
        gradebook.add_assignment("=ps1")
        gradebook.add_student("=1+1", first_name="@x", last_name="-y", email="+z")
        plugin = QuotedCsv()
        plugin.to = str(tmp_path / "e.csv")
        plugin.export(gradebook)
    rows = list(csv.reader(io.StringIO((tmp_path / "e.csv").read_text())))
    assert rows[1][0] == "'=ps1"
    assert rows[1][3:7] == ["'=1+1", "'-y", "'@x", "'+z"]


@pytest.mark.parametrize("name", ["lab [1]", "hw+1", "a*b", "why?", " ps1", "../ps1", ""])
def test_a_name_that_nbgrader_cannot_handle_is_one_sentence(name: str) -> None:
    with pytest.raises(NbGraderException) as caught:
        check_name(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["ps1", "Blatt 1", "übung-1", "hw_1.2"])
def test_ordinary_names_pass(name: str) -> None:
    check_name(name)


def test_a_second_instructor_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    course_secret(tmp_path, shared=True)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o660
    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(SecretError, match=r"chmod g\+r .*AUTOGRADER_SECRET"):
        course_secret(tmp_path)


def test_a_report_is_printed_where_the_terminal_cannot_show_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", narrow)
    monkeypatch.setitem(main.COMMANDS, "doctor", (__name__, "says a name"))
    assert main.main(["doctor"]) == 0
    narrow.flush()
    assert narrow.buffer.getvalue() == b"?\n"  # type: ignore[attr-defined]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """For the test above: a command without options."""


def run(args: argparse.Namespace) -> int:
    """For the test above: print a name in Chinese."""
    print("李")
    return 0


# --- kernels ----------------------------------------------------------------------------------


class _Known:
    """A notebook as the gradebook knows it."""

    name, grade_cells, task_cells, solution_cells, source_cells = "p1", (), (), (), ()

    def __init__(self, spec: dict[str, str]) -> None:
        self.kernelspec = json.dumps(spec)


class _Nowhere:
    release_directory, source_directory = "release", "source"

    def format_path(self, *_: Any, **__: Any) -> str:
        return "/nowhere"


@pytest.mark.parametrize("spec", [{"name": "conda-env-teach-py", "language": "python"}, {"name": "python3"},
                                  {"name": "venv", "language": "Python"}, {}])  # fmt: skip
def test_a_python_notebook_is_told_by_its_language(spec: dict[str, str]) -> None:
    assert _notebook(_Nowhere(), _Known(spec), "ps1", ("a", "b")).name == "p1"  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", [{"name": "ir", "language": "R"}, {"name": "python3", "language": "julia"},
                                  {"name": "xcpp17"}])  # fmt: skip
def test_another_language_is_refused(spec: dict[str, str]) -> None:
    with pytest.raises(NbGraderException, match="only Python notebooks"):
        _notebook(_Nowhere(), _Known(spec), "ps1", ("a", "b"))  # type: ignore[arg-type]
