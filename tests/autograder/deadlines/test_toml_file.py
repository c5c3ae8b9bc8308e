"""deadlines.toml: dates in zones that are known, changed by command with everything else kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.course.layout import ROOT
from autograder.deadlines.moment import read_moment
from autograder.deadlines.policy import LatePolicy
from autograder.deadlines.toml_file import FILE, DeadlineError, change, read_deadlines

BERLIN = ZoneInfo("Europe/Berlin")
BOOK = """\
# our course
timezone = "Europe/Berlin"   # where we are

[due]
01_forward_graph = 2026-11-24 18:00:00
02_bar_notation = "2026-12-01 18:00"  # a Tuesday
'lab 3' = "none"

[extensions.02_bar_notation]
ada = "2026-12-08"

[late]
penalty = 0.1
"""


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-12-01 18:00", "2026-12-01 17:00:00"),
        ("2026-07-01T18:00:30", "2026-07-01 16:00:30"),
        ("2026-12-01", "2026-12-01 22:59:59"),
        ("2026-12-01 18:00 UTC", "2026-12-01 18:00:00"),
        ("2026-12-01 18:00 America/New_York", "2026-12-01 23:00:00"),
        ("2026-12-01 18:00 PST", "2026-12-02 02:00:00"),
        ("2026-12-01 18:00+05:30", "2026-12-01 12:30:00"),
        (date(2026, 12, 1), "2026-12-01 22:59:59"),
        (datetime(2026, 12, 1, 18, tzinfo=UTC), "2026-12-01 18:00:00"),
    ],
)
def test_dates(typed: object, utc: str) -> None:
    assert f"{read_moment(typed, BERLIN):%Y-%m-%d %H:%M:%S}" == utc


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("01.12.2026", "write it like"),
        ("12/01/2026 6pm", "write it like"),
        ("2026-13-01", "is not a date"),
        ("2026-12-01 25:00", "is not a date"),
        ("2026-12-01 18:00 IST", "unknown or ambiguous"),
        ("2026-12-01 18:00 Berlin", "unknown or ambiguous"),
        ("2026-12-01 18:00 Europe/Berln", "Did you mean Europe/Berlin"),
        ("2027-03-28 02:30", "does not exist"),
        ("2026-10-25 02:30", "happens twice"),
        (True, "is not a date"),
    ],
)
def test_what_is_no_date_for_sure_is_refused(typed: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_moment(typed, BERLIN)


def test_what_a_file_says(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(BOOK, encoding="utf-8")
    found = read_deadlines(tmp_path)
    assert found.due == {
        "01_forward_graph": datetime(2026, 11, 24, 17, tzinfo=UTC),
        "02_bar_notation": datetime(2026, 12, 1, 17, tzinfo=UTC),
        "lab 3": None,
    }
    assert found.extensions["02_bar_notation"]["ada"] == datetime(2026, 12, 8, 22, 59, 59, tzinfo=UTC)
    assert found.late == LatePolicy(0.1)
    assert read_deadlines(tmp_path / "elsewhere").late is None


def test_a_change_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(BOOK, encoding="utf-8")
    change(tmp_path, {("due", "02_bar_notation"): "2026-12-02 18:00", ("due", "lab 3"): "2026-12-20"})
    change(tmp_path, {("extensions", "02_bar_notation", 'o"neil@uni.example'): "2026-12-09"})
    change(tmp_path, {("extensions", "02_bar_notation", "ada"): None})
    change(tmp_path, {("extensions", "lab 3", "ada"): "2026-12-24"})
    change(tmp_path, {("late", "late_days"): 2})
    change(tmp_path, {("timezone",): "UTC"})
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    assert text == (
        BOOK.replace('timezone = "Europe/Berlin"   # where we are', 'timezone = "UTC"')
        .replace('02_bar_notation = "2026-12-01 18:00"  # a Tuesday', '02_bar_notation = "2026-12-02 18:00"')
        .replace("'lab 3' = \"none\"", '"lab 3" = "2026-12-20"')
        .replace('ada = "2026-12-08"', '"o\\"neil@uni.example" = "2026-12-09"')
        + 'late_days = 2\n\n[extensions."lab 3"]\nada = "2026-12-24"\n'
    )  # fmt: skip
    assert change(tmp_path, {("due", "new"): "2026-12-01"}).due["new"] == datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[due", "at end"),
        ("[dew]\n", "Did you mean due"),
        ("[due]\nps1 = 5\n", "is not a date"),
        ("due = 5\n", "a table"),
        ('timezone = "CEST"\n', "write UTC or one like"),
        ('[extensions.ps1]\nada = "2026-12-01"\n', "no due date"),
        ('[due]\nps1 = "2026-12-02"\n[extensions.ps1]\nada = "2026-12-01"\n', "ends before"),
        ("[late]\npenalty = 10\n", "from 0 to 1"),
        ('[late]\npenalty = "half"\n', "from 0 to 1"),
        ("[late]\ngrace = 10\n", "Did you mean grace_minutes"),
        ("[late]\nlate_days = 1.5\n", "whole number"),
        ("[late]\nat_most = true\n", "a share"),
    ],
)
def test_a_file_that_is_wrong_is_refused_and_stays(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DeadlineError, match=said):
        change(tmp_path, {("due", "ps2"): "2026-12-01"})
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text


def test_of_several_changes_all_are_made_or_none(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(BOOK, encoding="utf-8")
    with pytest.raises(DeadlineError, match="at_most"):
        change(tmp_path, {("late", "late_days"): 2, ("late", "at_most"): 7})
    assert (tmp_path / FILE).read_text(encoding="utf-8") == BOOK
    change(tmp_path, {("extensions", "02_bar_notation", "ada"): None, ("due", "02_bar_notation"): "2027-01-01"})
    assert read_deadlines(tmp_path).extensions == {"02_bar_notation": {}}


def test_a_file_in_another_way_is_not_spoiled(tmp_path: Path) -> None:
    text = 'due = {ps1 = "2026-12-01"}\n'
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DeadlineError):
        change(tmp_path, {("due", "ps2"): "2026-12-01"})
    assert (tmp_path / FILE).read_text(encoding="utf-8") == text


def test_the_example_in_the_guide_is_read(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "instructor.md").read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(guide.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    found = read_deadlines(tmp_path)
    assert found.late == LatePolicy(0.1, 15, 3, 0.5)
    assert found.due["02_bar_notation"] == datetime(2026, 12, 1, 17, tzinfo=UTC)
