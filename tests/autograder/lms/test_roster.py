"""Rosters as Canvas and Moodle write them, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.lms.class_list import find_student
from autograder.lms.roster import ROSTER, RosterError, course_roster, read_roster
from tests.autograder.lms.rosters import CANVAS, MOODLE, PARTICIPANTS


def _write(folder: Path, content: str | bytes) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_canvas(tmp_path: Path) -> None:
    """No line of totals and no test student; names with quotes, commas, formulas and in any script."""
    roster = read_roster(_write(tmp_path, CANVAS))
    assert roster.lms == "canvas"
    assert [one.id for one in roster] == ["ada", "joerg", "zoe", "eve", "pia", "+lee"]
    assert [one.sortable_name for one in roster] == [
        "Lovelace, Ada", "Strauß, Jörg", 'O"Neil, Zoë "Z"', "=HYPERLINK(1), Eve", "+Plus, Pia", "李 小龍",
    ]  # fmt: skip
    ada = roster.students[0]
    assert (ada.name, ada.canvas_id, ada.sis_id, ada.login, ada.section) == (
        "Ada Lovelace",
        "101",
        "S1",
        "ada",
        "Tuesday",
    )


def test_moodle(tmp_path: Path) -> None:
    roster = read_roster(_write(tmp_path, MOODLE))
    assert roster.lms == "moodle"
    assert [(one.id, one.moodle_id) for one in roster] == [(f"S{n}", f"900{n}") for n in range(1, 6)]
    assert roster.students[3].name == "=HYPERLINK(1), Eve"


def test_participants_who_are_students(tmp_path: Path) -> None:
    roster = read_roster(_write(tmp_path, PARTICIPANTS))
    assert [(one.id, one.name, one.sortable_name, one.section) for one in roster] == [
        ("ada@uni.example", "Ada Lovelace", "Lovelace, Ada", "Tuesday"),
        ("joerg@uni.example", "Jörg Strauß", "Strauß, Jörg", "Friday"),
    ]


@pytest.mark.parametrize("text", ["ada", "ADA", "S1", "101", "Ada Lovelace", "lovelace,  ada"])
def test_a_student_is_found_by_whatever_names_one(tmp_path: Path, text: str) -> None:
    found = read_roster(_write(tmp_path, CANVAS)).find(text)
    assert found is not None
    assert found.id == "ada"


def test_namesakes_are_both_named(tmp_path: Path) -> None:
    """Also for a slip in the name, and for who is given more time: the command must not choose one of them."""
    (tmp_path / ROSTER).write_text("Full name,ID number\nJohn Smith,S7\nJohn Smith,S8\nJane Roe,S9\n")
    roster = course_roster(tmp_path)
    assert roster is not None
    assert [one.id for one in roster.matches("john smith")] == ["S7", "S8"]
    assert roster.similar("Jon Smith") == ["S7", "S8"]
    with pytest.raises(ValueError, match="2 students are called 'John Smith': S7, S8"):
        find_student("John Smith", tmp_path, tmp_path / "submitted")
    with pytest.raises(ValueError, match="Did you mean S7 or S8"):
        find_student("Jon Smith", tmp_path, tmp_path / "submitted")


def test_without_a_class_only_an_id_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert find_student("ada", tmp_path, tmp_path / "submitted") == "ada"
    assert "counts only if it is an id" in capsys.readouterr().err


def test_a_name_of_two_students_finds_neither(tmp_path: Path) -> None:
    roster = read_roster(_write(tmp_path, MOODLE))
    assert roster.find("Jörg Strauß") is None
    assert roster.find("Jo\u0308rg Strauß") is None, "whatever its Unicode form"
    assert roster.similar("adda lovelace") == ["S1"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_spreadsheets_write_it_their_way(tmp_path: Path, delimiter: str, encoding: str) -> None:
    content = PARTICIPANTS.replace('"Student, Tutor"', "Student").replace(",", delimiter)
    assert len(read_roster(_write(tmp_path, content.encode(encoding)))) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        (b"PK\x03\x04...", "Excel"),
        ("<!DOCTYPE html><title>Log in</title>", "web page"),
        ("Full name,Email\nJ\xf6rg,a@b".encode("latin-1"), "UTF-8"),
        ("Vorname,Nachname\nAda,Lovelace\n", "it has Vorname, Nachname"),
        ("Full name,Email address\n", "lists no student"),
        ("Full name,Username\nAda,ab\nBea,AB\n", "'Ada' in line 2 and 'Bea' in line 3"),
        ("Full name,Username\n../x,..\n", "line 2"),
    ],
)
def test_a_file_that_is_no_roster(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(RosterError, match=said):
        read_roster(_write(tmp_path, content))


def test_an_id_is_one_that_can_be_a_folder(tmp_path: Path) -> None:
    """A login with a backslash is none; the next column is."""
    roster = read_roster(_write(tmp_path, "Full name,Username,Email address\nAda,UNI\\ada,ada@uni.example\n"))
    assert roster.students[0].id == "ada@uni.example"


def test_who_is_listed_twice_is_one(tmp_path: Path) -> None:
    assert len(read_roster(_write(tmp_path, "Full name,Username\nAda,ada\nAda,ada\n"))) == 1


def test_the_courses_own_roster(tmp_path: Path) -> None:
    assert course_roster(tmp_path) is None
    _write(tmp_path, CANVAS)
    found = course_roster(tmp_path)
    assert found is not None
    assert found.table.path == tmp_path / ROSTER
    with pytest.raises(RosterError, match="does not exist"):
        course_roster(tmp_path, tmp_path / "other.csv")
