"""Grades and feedback that Canvas and Moodle take back."""

from __future__ import annotations

import csv
import shlex
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.lms.feedback_zip import write_feedback
from autograder.lms.owners import Owners
from autograder.lms.provenance import Provenance
from autograder.lms.roster import Roster, read_roster
from autograder.reports.csv_file import write_csv
from autograder.reports.lms_grades import ExportError, canvas_grades, moodle_grades
from autograder.reports.table import Row, Table
from autograder.wording import points
from tests.autograder.lms.rosters import CANVAS, MOODLE, PARTICIPANTS
from tests.course_runs import run


def _roster(folder: Path, content: str) -> Roster:
    path = folder / "roster.csv"
    path.write_text(content, encoding="utf-8")
    return read_roster(path)


def _table(*rows: Row, name: str = "07_panda", most: float = 15.0) -> Table:
    return Table(name, {"a": most}, list(rows))


def _lines(path: Path) -> list[list[str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_points_are_short_and_never_minus_zero() -> None:
    assert [points(x, digits=4) for x in (0.0, -0.0, -0.00001, 12.0, 7.5, 1 / 3)] == [
        "0",
        "0",
        "0",
        "12",
        "7.5",
        "0.3333",
    ]


def test_nbgraders_columns_are_rounded_as_well(own: Path) -> None:
    run()
    with Gradebook(f"sqlite:///{own}/gradebook.db") as gradebook:
        gradebook.find_grade("test_square", "p1", "ps1", "full").extra_credit = 0.1 + 0.2
        gradebook.db.commit()
    assert main(["export"]) == 0
    named = {line["student_id"]: line for line in csv.DictReader((own / "grades.csv").read_text().splitlines())}
    assert named["full"]["score"] == named["full"]["raw_score"] == "4.3"


def test_canvas_takes_it_back(tmp_path: Path) -> None:
    """Its own columns and titles, everybody in it, names as they were, no formula."""
    roster = _roster(tmp_path, CANVAS)
    table = _table(Row("ada", total=12.5), Row("joerg", total=-0.0), Row("S3", total=1.0), Row("stranger", total=3.0))
    written = canvas_grades(roster, [table, _table(name="99_new", most=4.0)], {})
    written.save(tmp_path / "canvas.csv")
    header, possible, *rows = _lines(tmp_path / "canvas.csv")
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "07 Panda (4711)", "99_new"]
    assert possible == ["    Points Possible", "", "", "", "", "15", "4"]
    assert [row[5] for row in rows] == ["12.5", "0", "1", "", "", ""]
    assert [row[1] for row in rows] == ["101", "102", "103", "104", "105", "106"]
    assert rows[5][3] == "+lee", "an id stays as Canvas knows it"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "@"))]
    assert any("stranger" in note for note in written.notes)
    assert any("99_new was not found" in note for note in written.notes)
    again = read_roster(tmp_path / "canvas.csv")
    assert [one for one in again] == [one for one in roster], "a round trip changes nobody"  # noqa: C416
    named = canvas_grades(roster, [table], {"07_panda": "Panda (4711)"}, "0")
    assert named.lines[0][-1] == "Panda (4711)"
    assert any("no column 'Panda (4711)'" in note and "Did you mean 07 Panda (4711)?" in note for note in named.notes)
    known = canvas_grades(roster, [table], {"07_panda": "07 Panda (4711)"}, "0")
    assert not any("no column" in note for note in known.notes)


def test_canvas_keeps_its_points_possible(tmp_path: Path) -> None:
    """Canvas changes an assignment to what the line says."""
    written = canvas_grades(_roster(tmp_path, CANVAS), [_table(most=20.0)], {}, "0")
    assert written.lines[1][-1] == "15"
    assert any("Canvas has 15 points" in note and "points in Canvas to 20," in note for note in written.notes)
    assert [line[-1] for line in written.lines[2:]] == ["0"] * 6


HEADING = "1 · The forward graph"


@pytest.mark.parametrize(
    "title",
    [HEADING, "01 The forward graph", "Forward graph", "1. Forward Graph", "the forward graph", "01_forward_graph"],
)
@pytest.mark.parametrize("headings", [{}, {"01_forward_graph": [HEADING]}])
def test_canvas_columns_are_found_by_title_and_number(
    tmp_path: Path, title: str, headings: dict[str, list[str]]
) -> None:
    roster = _roster(tmp_path, CANVAS.replace("07 Panda (4711)", f"{title} (4711)"))
    written = canvas_grades(roster, [_table(name="01_forward_graph")], {}, headings=headings)
    assert written.lines[0][-1] == f"{title} (4711)"
    assert not any("column" in note for note in written.notes)


def test_a_notebooks_own_title_is_found_where_its_name_says_something_else(tmp_path: Path) -> None:
    for title in ("2 · Bars, all the way back (4711)", "Bars all the way back (4711)"):
        roster = _roster(tmp_path, CANVAS.replace("07 Panda (4711)", f'"{title}"'))
        headings = {"02_bar_notation": ["2 · Bars, all the way back"]}
        written = canvas_grades(roster, [_table(name="02_bar_notation")], {}, headings=headings)
        assert written.lines[0][-1] == title


@pytest.mark.parametrize(
    ("title", "suggested"),
    [
        ("Homework 1", "Homework 1 (4711)"),
        ("Bishop's forward graphs", "Bishop's forward graphs (4711)"),
        ("2 · The forward graph", "2 · The forward graph (4711)"),
        ("07 Panda", ""),
    ],
)
def test_a_column_that_may_be_meant_is_suggested_as_an_option(tmp_path: Path, title: str, suggested: str) -> None:
    """What is suggested can be typed as it stands, and then the column is found."""
    roster = _roster(tmp_path, CANVAS.replace("07 Panda (4711)", f"{title} (4711)"))
    written = canvas_grades(roster, [_table(name="01_forward_graph")], {}, headings={"01_forward_graph": [HEADING]})
    note = next(note for note in written.notes if "was not found" in note)
    option, value = shlex.split(note[note.index("--column") :])
    assert (option, value) == ("--column", f"01_forward_graph={suggested or 'TITLE (NUMBER)'}")
    assert (f"If it is {suggested!r}, add" in note) == bool(suggested)
    assert written.lines[0][-1] == "01_forward_graph"


def test_two_columns_that_fit_are_both_named(tmp_path: Path) -> None:
    roster = _roster(tmp_path, CANVAS.replace("Notes (4712)", "Panda (4712)"))
    written = canvas_grades(roster, [_table()], {})
    assert any("may be each of 07 Panda (4711), Panda (4712)" in note for note in written.notes)


def test_moodles_worksheet_is_filled_in(tmp_path: Path) -> None:
    roster = _roster(tmp_path, MOODLE)
    rows = [Row("S1", total=12.0, penalty=1.5), Row("S4", total=3.0, waiting=True)]
    written = moodle_grades(roster, [_table(*rows)])
    written.save(tmp_path / "moodle.csv")
    before, after = _lines(tmp_path / "roster.csv"), _lines(tmp_path / "moodle.csv")
    assert after[0] == [name.strip("\ufeff") for name in before[0]]
    assert [(row[0], row[5], row[10]) for row in after[1:]] == [
        ("Participant 9001", "12", "12 of 15 points. 1.5 taken off for lateness."),
        ("Participant 9002", "", ""),
        ("Participant 9003", "", ""),
        ("Participant 9004", "3", "3 of 15 points."),
        ("Participant 9005", "", ""),
    ]
    assert after[4][1] == "'=HYPERLINK(1), Eve"
    assert [row[6:10] for row in after[1:]] == [row[6:10] for row in before[1:]]
    assert list(read_roster(tmp_path / "moodle.csv")) == list(roster)
    assert any("some points still have to be given by hand: S4" in note for note in written.notes)
    with pytest.raises(ExportError, match="say for which"):
        moodle_grades(roster, [_table(), _table(name="02")])


def test_moodles_import_of_grades(tmp_path: Path) -> None:
    written = moodle_grades(_roster(tmp_path, PARTICIPANTS), [_table(Row("ada@uni.example", total=7.25))])
    assert written.lines == [
        ["Email address", "Full name", "07_panda", "07_panda (feedback)"],
        ["ada@uni.example", "Ada Lovelace", "7.25", "7.25 of 15 points."],
        ["joerg@uni.example", "Jörg Strauß", "", ""],
    ]


def test_the_wrong_kind_of_roster(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is not a gradebook from Canvas"):
        canvas_grades(_roster(tmp_path, PARTICIPANTS), [_table()], {})
    with pytest.raises(ExportError, match="Moodle matches by"):
        moodle_grades(_roster(tmp_path, "Full name\nAda\n"), [_table()])


def test_a_roster_with_other_ids_is_refused(tmp_path: Path) -> None:
    """Not a file in which everybody's grade is empty; somebody who dropped out does no harm."""
    rows = [Row(f"login{n}", points={"a": 1.0}) for n in range(30)]
    for grades, header in ((canvas_grades, CANVAS), (moodle_grades, MOODLE), (moodle_grades, PARTICIPANTS)):
        roster = _roster(tmp_path, header)
        more = ({},) if grades is canvas_grades else ()
        with pytest.raises(
            ExportError, match=r"knows 0 of the 30 .* login0, login1, login2, \.\.\., the roster .*--roster"
        ):
            grades(roster, [_table(*rows)], *more)  # type: ignore[operator]
        one = Row(next(iter(roster)).id, points={"a": 1.0})
        assert grades(roster, [_table(*rows, one)], *more).notes  # type: ignore[operator]


def test_a_column_an_exercise_has_no_minus_zero(tmp_path: Path) -> None:
    write_csv(tmp_path / "x.csv", [_table(Row("ada", penalty=1.0), Row("joerg", penalty=0.0))])
    assert "-0.0" not in (tmp_path / "x.csv").read_text().replace("-1.0", "")


def _feedback(folder: Path, *students: str) -> Path:
    for student in students:
        page = folder / "feedback" / student / "07_panda/panda.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"for {student}")
    return folder / "feedback"


@pytest.mark.parametrize(
    ("lms", "origin", "name"),
    [
        ("canvas", "lovelaceada_LATE_101_5009_panda-2.ipynb", "lovelaceada_LATE_101_5009_panda-2.html"),
        ("canvas", "lovelaceada_101_5009_work.zip", "lovelaceada_101_5009_work.html"),
        ("moodle", "Ada Lovelace_9001_assignsubmission_file_", "Ada Lovelace_9001_assignsubmission_file_/panda.html"),
        ("moodle", "Ada L_9001_assignsubmission_file_panda.ipynb", "Ada L_9001_assignsubmission_file_panda.html"),
    ],
)
def test_feedback_has_the_names_of_what_was_downloaded(tmp_path: Path, lms: str, origin: str, name: str) -> None:
    notes = {"ada": Provenance(lms, origins={"data.csv": "x_1_2_data.csv", "panda.ipynb": origin})}
    result = write_feedback(tmp_path / "f.zip", lms, _feedback(tmp_path, "ada", "bea"), "07_panda", notes, None)
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        assert archive.namelist() == [name]
        assert archive.read(name) == b"for ada"
    assert [student for student, _ in result.left_out] == ["bea"]
    assert not write_feedback(tmp_path / "empty.zip", lms, tmp_path / "feedback", "07_panda", {}, None).pages
    assert not (tmp_path / "empty.zip").exists()


def test_feedback_finds_its_student_again(tmp_path: Path) -> None:
    """What collect reads out of a name is in the name of the feedback; Moodle's also for who handed in elsewhere."""
    roster = _roster(tmp_path, MOODLE)
    write_feedback(tmp_path / "f.zip", "moodle", _feedback(tmp_path, "S1", "S5"), "07_panda", {}, roster)
    from datetime import UTC

    from autograder.lms.archives import Refusals, files_in

    owners = Owners(roster, "07_panda", set())
    found = [owners.owned(one) for one in files_in(tmp_path / "f.zip", UTC, Refusals())]
    assert [(one.student, one.found.read()) for one in found] == [("S1", b"for S1"), ("S5", b"for S5")]


def test_the_command(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run()
    assert main(["export", "--for", "canvas"]) == 2
    assert "roster.csv" in capsys.readouterr().err
    lines = ["Student,ID,SIS Login ID,Section,PS1 (7)", "    Points Possible,,,,6"]
    lines += [f'"{name.title()}, A.",{n},{name},1,' for n, name in enumerate(("full", "half", "blank", "absent"), 1)]
    (own / "roster.csv").write_text("\n".join(lines), encoding="utf-8")
    assert main(["export", "--for", "canvas"]) == 0
    assert "broken" in capsys.readouterr().err, "who is not in the roster is named"
    assert [row[-1] for row in _lines(own / "canvas.csv")] == ["PS1 (7)", "6", "4", "1", "0", ""]
    (released,) = own.glob("*/ps1/p1.ipynb")
    notebook = nbformat.read(released, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("# 1 · Squares, halved\n\nProse."))
    nbformat.write(notebook, released)
    (own / "roster.csv").write_text("\n".join(lines).replace("PS1 (7)", "Squares halved (7)"), encoding="utf-8")
    assert main(["export", "--for", "canvas"]) == 0
    assert _lines(own / "canvas.csv")[0][-1] == "Squares halved (7)", "a notebook's title is its column's as well"
    (own / "canvas.csv").unlink()
    for words, said in ((["ps1"], "no feedback pages of ps1"), ([], "for one assignment")):
        if not words:
            with Gradebook(f"sqlite:///{own}/gradebook.db") as gradebook:
                gradebook.add_assignment("ps9")
        assert main(["export", *words, "--for", "canvas", "--feedback", "f.zip"]) == 2
        assert said in capsys.readouterr().err
        assert not (own / "canvas.csv").exists()
        assert not (own / "f.zip").exists()
    with Gradebook(f"sqlite:///{own}/gradebook.db") as gradebook:
        gradebook.remove_assignment("ps9")
    assert main(["export"]) == 0
    named = {line["student_id"]: line for line in csv.DictReader((own / "grades.csv").read_text().splitlines())}
    assert [named["half"][column] for column in ("last_name", "first_name")] == ["Half", "A."]
    assert named["broken"]["last_name"] == "", "who is not in the roster has the gradebook's names"
    assert main(["export", "--exercises"]) == 0
    assert _lines(own / "grades.csv")[0][:2] == ["student", "name"]
    assert main(["export", "--zero"]) == 2
    assert main(["export", "--for", "canvas", "--column", "ps2=x"]) == 2
    assert main(["export", "ps", "--for", "canvas"]) == 2
    assert "Did you mean ps1?" in capsys.readouterr().err
