"""What lateness costs, alone and in a course that is graded again and again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from nbgrader.converters import NbGraderException

from autograder.__main__ import main
from autograder.deadlines.policy import DAY, LatePolicy
from autograder.deadlines.toml_file import FILE
from tests.course_runs import run, totals
from tests.grading_tools import hand_in, own_answers, own_source, put


def test_days_shares_and_grace() -> None:
    policy = LatePolicy(0.1, grace_minutes=15, at_most=0.25)
    assert [policy.days(seconds) for seconds in (0, 900, 901, DAY + 900, DAY + 901)] == [0, 0, 1, 1, 2]
    assert [policy.share(days) for days in (0, 1, 2, 3, 100)] == pytest.approx([0, 0.1, 0.2, 0.25, 0.25])
    assert [LatePolicy("zero").share(days) for days in (0, 1)] == [0, 1]
    assert LatePolicy("none").share(9) == 0


def test_free_days_go_to_what_was_due_first() -> None:
    policy = LatePolicy(0.1, late_days=3)
    late = {"a": 1.5 * DAY, "b": 0.0, "c": 3 * DAY}
    assert [policy.late(late, name).charged for name in late] == [0, 0, 2]


def test_late_days_are_told_in_words() -> None:
    policy = LatePolicy(0.1, late_days=3)
    late = {"a": 1.5 * DAY, "b": 3 * DAY, "c": 1.0}
    assert [str(policy.late(late, name)) for name in late] == [
        "2 days late, 2 of 3 free late days used",
        "3 days late, 1 free late day used (with earlier assignments 3 of 3)",
        "1 day late, no free late day left of 3",
    ]
    assert str(LatePolicy(0.1).late(late, "a")) == "2 days late"


def _stamp(course: Path, student: str, assignment: str, text: str) -> None:
    (course / "submitted" / student / assignment / "timestamp.txt").write_text(text)


def _scores(course: Path) -> dict[tuple[str, str], float]:
    with Gradebook(f"sqlite:///{course}/gradebook.db", "tests") as gradebook:
        return {
            (s.student_id, a.name): s.score - (s.late_submission_penalty or 0.0)
            for a in gradebook.assignments
            for s in a.submissions
        }


def test_every_run_works_lateness_out_anew(own: Path) -> None:
    """By command only: due date, policy, an extension before and after grading, all taken back again."""
    _stamp(own, "full", "ps1", "2026-03-02 13:00:00 CET")
    assert main(["due", "ps1", "2026-03-01", "12:00", "--timezone", "Europe/Berlin"]) == 0
    assert main(["late", "--penalty", "25%"]) == 0
    run()
    assert _scores(own)["full", "ps1"] == 2.0, "25 hours are two days begun"
    for words, score in (
        (["late", "--grace-minutes", "60"], 3.0),
        (["extend", "full", "ps1", "2026-03-02 11:00"], 3.0),
        (["extend", "full", "ps1", "2026-03-02 12:00"], 4.0),
        (["extend", "full", "ps1", "none"], 3.0),
        (["late", "--late-days", "1"], 4.0),
        (["late", "--late-days", "0", "--penalty", "zero"], 0.0),
        (["late", "--penalty", "none"], 4.0),
        (["late", "--penalty", "1"], 0.0),
        (["due", "ps1", "none"], 4.0),
    ):
        assert main(words) == 0
        summary = run()
        assert (summary.graded, summary.current) == (0, 4), "nothing is run again"
        assert _scores(own)["full", "ps1"] == pytest.approx(score), words


def test_an_extension_before_anything_is_graded(own: Path) -> None:
    _stamp(own, "full", "ps1", "2026-03-02 12:00:00 UTC")
    for words in (["due", "ps1", "2026-03-01"], ["extend", "full", "ps1", "2026-03-03"], ["late", "--penalty", "zero"]):
        assert main(words) == 0
    run()
    assert _scores(own)["full", "ps1"] == 4.0
    with Gradebook(f"sqlite:///{own}/gradebook.db", "tests") as gradebook:
        assert gradebook.find_submission("ps1", "full").total_seconds_late == 0, "nbgrader sees it too"


@pytest.mark.parametrize("order", [("ps1", "ps2"), ("ps2", "ps1")])
def test_late_days_do_not_depend_on_the_order_of_grading(own: Path, order: tuple[str, str]) -> None:
    put(own / "source/ps2/p1.ipynb", own_source())
    hand_in(own, "full", "ps2/p1", own_answers())
    _stamp(own, "full", "ps1", "2026-03-02 12:00:00 UTC")
    _stamp(own, "full", "ps2", "2026-03-09 12:00:00 UTC")
    (own / FILE).write_text(
        '[due]\nps1 = "2026-03-01 12:00"\nps2 = "2026-03-07 12:00"\n[late]\npenalty = 0.25\nlate_days = 2\n'
    )
    for name in order:
        run(name)
    found = _scores(own)
    assert (found["full", "ps1"], found["full", "ps2"]) == (4.0, 3.0)


def test_free_late_days_leave_a_trace(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the report, in its CSV and JSON, and on the student's page, also where nothing was taken off."""
    _stamp(own, "full", "ps1", "2026-03-03 12:00:00 UTC")
    _stamp(own, "half", "ps1", "2026-03-05 12:00:00 UTC")
    (own / FILE).write_text('[due]\nps1 = "2026-03-01 18:00"\n[late]\npenalty = 0.25\nlate_days = 3\n')
    run()
    assert main(["report", "--html", "r.html", "--csv", "r.csv", "--json", "r.json"]) == 0
    said = {"full": "2 days late, 2 of 3 free late days used, nothing taken off",
            "half": "4 days late, 3 of 3 free late days used, 0.25 taken off"}  # fmt: skip
    printed, page = capsys.readouterr().out, (own / "r.html").read_text()
    for student, sentence in said.items():
        assert f"({sentence})" in printed
        assert f"<li>{student}: {sentence}</li>" in page
    assert "2 students handed in late" in page
    assert "4 days (3 free) -0.25" in page
    students = {one["student"]: one for one in json.loads((own / "r.json").read_text())["assignments"][0]["students"]}
    assert students["full"]["late"] == {"days": 2, "free": 2, "used": 2, "given": 3}
    assert students["blank"]["late"] is None
    for words in (["report", "--csv", "r.csv"], ["export", "--exercises", "--to", "r.csv"]):
        assert main(words) == 0
        lines = {line["student"]: line for line in csv.DictReader((own / "r.csv").read_text().splitlines())}
        found = {name: (line["ps1/days late"], line["ps1/free late days"]) for name, line in lines.items()}
        assert found == {"full": ("2", "2"), "half": ("4", "3"), "blank": ("0", "0"), "broken": ("0", "0")}
    assert main(["feedback", "ps1"]) == 0
    pages = {name: (own / "feedback" / name / "ps1/p1.html").read_text() for name in ("full", "half", "blank")}
    assert f"{said['full']}.</p>" in pages["full"]
    assert "<title>ps1/p1: feedback for full, tests</title>" in pages["full"]
    assert "4 days late, 3 of 3 free late days used.</p>" in pages["half"]
    assert "(0.25 taken off for being late)" in pages["half"]
    assert "late" not in BeautifulSoup(pages["blank"], "html.parser").find("header").get_text().split()


def test_grades_csv_gives_each_student_their_own_due_date(own: Path) -> None:
    """Also to somebody who has handed in nothing, and also where only the gradebook has the extension."""
    extended = '[extensions.ps1]\nfull = "2026-03-03 18:00"\nabsent = "2026-03-04 18:00"\n'
    (own / FILE).write_text(f'[due]\nps1 = "2026-03-01 18:00"\n{extended}')
    run()
    with Gradebook(f"sqlite:///{own}/gradebook.db", "tests") as gradebook:
        gradebook.add_student("absent")

    def due() -> dict[str, str]:
        assert main(["export", "--to", "g.csv"]) == 0
        return {
            line["student_id"]: line["duedate"] for line in csv.DictReader((own / "g.csv").read_text().splitlines())
        }

    common = dict.fromkeys(("half", "blank", "broken"), "2026-03-01 18:00:00")
    assert due() == common | {"full": "2026-03-03 18:00:00", "absent": "2026-03-04 18:00:00"}
    (own / FILE).unlink()
    assert due() == common | {"full": "2026-03-03 18:00:00", "absent": "2026-03-01 18:00:00"}


def test_what_applies_where_nothing_is_set(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due"]) == 0
    assert capsys.readouterr().out == "Nothing is taken off for lateness (autograder late sets a penalty).\n"
    with open(own / "nbgrader_config.py", "a") as file:
        file.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    assert main(["due"]) == 0
    said = "Lateness costs what nbgrader_config.py says (c.LateSubmissionPlugin.penalty_method).\n"
    assert capsys.readouterr().out == said


def test_set_twice_is_refused(own: Path) -> None:
    (own / FILE).write_text("[late]\npenalty = 0.5\n")
    with open(own / "nbgrader_config.py", "a") as file:
        file.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    with pytest.raises(NbGraderException, match="set twice"):
        run()


def test_a_file_that_cannot_be_read_stops_the_run_in_one_sentence(own: Path) -> None:
    (own / FILE).write_text("[late]\npenalty = 50\n")
    with pytest.raises(NbGraderException, match="from 0 to 1"):
        run()


@pytest.mark.parametrize("option", ["--penalty", "--at-most"])
def test_a_share_that_is_none(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["late", option, "10 percent"])
    assert "'10 percent' is not a share of the points: write 0.1 or 10% for a tenth" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--penalty", "--at-most"])
def test_a_percentage_without_its_sign_is_suggested_with_it(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["late", option, "10"])
    assert "10 is more than all of the points. Did you mean 10%?" in capsys.readouterr().err


def test_what_lateness_costs_is_said_in_percent() -> None:
    assert str(LatePolicy(0.1)) == "takes 10 % of the points reached per day"
    assert str(LatePolicy(0.125, at_most=0.5)) == "takes 12.5 % of the points reached per day, at most 50 %"
    assert str(LatePolicy("zero")) == "takes all points"


def test_names_that_nobody_has(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["due", "ps2", "2026-03-01"]) == 2
    assert "Did you mean ps1?" in capsys.readouterr().err
    assert main(["extend", "ful", "ps1", "2026-03-02"]) == 2
    assert "Did you mean full?" in capsys.readouterr().err
    assert main(["extend", "full", "ps1", "2026-03-02"]) == 2
    assert "no due date" in capsys.readouterr().err
    assert totals(own) == {}


def test_entries_that_count_for_nobody_are_named(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extended = '[extensions.ps1]\n"Ada Lovelace" = "2026-03-02"\nfull = "2026-03-02"\nful = "2026-03-02"\n'
    (own / FILE).write_text(f'[due]\nps1 = "2026-03-01"\nps2 = "2026-03-01"\n{extended}')
    (own / "roster.csv").write_text("Full name,ID number\nAda Lovelace,S101\n")
    assert main(["due"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 3
    for sentence, what, meant in zip(said, ("ps2", "'Ada Lovelace'", "'ful'"), ("ps1", "S101", "full"), strict=True):
        assert what in sentence
        assert sentence.endswith(f"Did you mean {meant}?")
