"""The walk through docs/instructor.md by the commands themselves: from an LMS's zip file to its grades and back."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest

from autograder.__main__ import main
from tests.autograder.lms.archives import packed, written
from tests.course_runs import run
from tests.grading_tools import own_answers

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,PS1 (7)
    Points Possible,,,,,6
"Lovelace, Ada",101,S1,ada,1,
"O'Neil, ""Zoë"" A.",102,S2,zoe,1,
"=1+1, Eve",103,S3,eve,1,
"""


def test_from_canvas_and_back(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ada in time, Zoë late, Eve not at all."""
    (own / "roster.csv").write_text(CANVAS, encoding="utf-8")
    good = json.dumps(own_answers()).encode()
    file = written(tmp_path / "submissions.zip", {
        "lovelaceada_101_1_p1.ipynb": good,
        "oneilzoëa_LATE_102_2_work.zip": packed({"work/p1-1.ipynb": good, "../evil": b"x"}),
        "someoneelse_999_3_p1.ipynb": good,
    })  # fmt: skip
    for words in (["due", "ps1", "2025-12-01 18:00", "--timezone", "Europe/Berlin"], ["late", "--penalty", "0.25"]):
        assert main(words) == 0
    capsys.readouterr()
    assert main(["collect", "ps1", str(file), "--late-time", "2062-12-01 19:00"]) == 2
    assert "days from now; give a time that has passed." in capsys.readouterr().err
    assert not (own / "submitted/zoe").exists()
    assert main(["collect", "ps1", str(file), "--late-time", "2025-12-01 19:00"]) == 1
    said = capsys.readouterr().out
    assert "someoneelse_999_3_p1.ipynb matches nobody" in said
    assert "evil leads out of its folder" in said
    assert "nothing handed in: 1 (eve)" in said
    run()
    for student in ("ada", "zoe"):
        page = own / "feedback" / student / "ps1/p1.html"
        page.parent.mkdir(parents=True)
        page.write_text(student)
    assert main(["export", "ps1", "--for", "canvas", "--feedback", "feedback.zip"]) == 0
    with open(own / "canvas.csv", newline="", encoding="utf-8") as lines:
        rows = list(csv.reader(lines))
    assert [row[-1] for row in rows] == ["PS1 (7)", "6", "4", "3", ""]
    assert [row[0] for row in rows[2:]] == ["Lovelace, Ada", 'O\'Neil, "Zoë" A.', "'=1+1, Eve"]
    with zipfile.ZipFile(own / "feedback.zip") as archive:
        assert archive.namelist() == ["lovelaceada_101_1_p1.html", "oneilzoëa_LATE_102_2_work.html"]
    (own / "other.csv").write_text("Full name,ID number\nSomebody Else,M1\n", encoding="utf-8")
    assert main(["collect", "ps1", str(file), "--roster", "other.csv"]) == 1
    assert "Nobody was matched: is" in capsys.readouterr().err
    assert main(["collect", "ps1", str(own)]) == 2
    assert f"{own} is the folder of a whole course" in capsys.readouterr().err
    assert main(["collect", "ps2", str(file)]) == 2
    assert "Did you mean ps1?" in capsys.readouterr().err
