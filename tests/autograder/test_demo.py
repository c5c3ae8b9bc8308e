"""The simulated class as `make demo` lays it out: with a roster, somebody who handed in nothing, and late hand-ins."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.commands.demo import set_up
from autograder.deadlines.toml_file import read_deadlines
from autograder.lms.roster import course_roster, names_of
from autograder.submission.read_folder import read_stamp
from autograder.submission.timestamp import read_time

ONE, TWO = "01_forward_graph", "02_bar_notation"


@pytest.mark.parametrize("count", [5, 2, 1])
def test_the_demos_class_has_a_roster_and_two_late_hand_ins(
    count: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = tmp_path / "demo"
    set_up(course, [ONE, TWO], count)
    there = sorted(path.name for path in (course / "submitted").iterdir())
    roster, deadlines = course_roster(course), read_deadlines(course)
    assert roster is not None
    assert {one.id for one in roster} == {*there, "absent"}
    assert all(name == student for student, name in names_of(roster).items()), "pages show the ids alone"
    assert deadlines.late is not None
    late = {}
    for path in (course / "submitted").glob("*/*"):
        handed_in, due = read_time(read_stamp(path)), deadlines.due[path.name].replace(tzinfo=None)
        if days := deadlines.late.days((handed_in - due).total_seconds()):
            late[path.parent.name, path.name] = deadlines.late.late({path.name: days * 86_400.0}, path.name).charged
    wanted = {("mistake-01", ONE): 0, ("half-blank", ONE): 2}
    assert late == {who: days for who, days in wanted.items() if who[0] in there}
    said = capsys.readouterr().out
    assert "absent is in the class" in said
    assert ("late with" in said) == (count > 1)
