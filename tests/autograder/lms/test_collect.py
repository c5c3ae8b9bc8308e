"""From an LMS's zip file to submitted/: nothing lost, nothing overwritten, nothing dangerous unpacked."""

from __future__ import annotations

import json
import os
import stat
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.lms import archives
from autograder.lms.collect import Collected, Collector
from autograder.lms.provenance import read_provenance
from autograder.lms.roster import read_roster
from tests.autograder.lms.archives import link, packed, written
from tests.autograder.lms.rosters import CANVAS, MOODLE

ASSIGNMENT = "07_panda"


def _desk(folder: Path, roster: str = CANVAS, **more: object) -> Collector:
    (folder / "roster.csv").write_text(roster, encoding="utf-8")
    return Collector(
        ASSIGNMENT, {ASSIGNMENT: {"panda"}, "02_bar_notation": {"bar_notation"}}, folder / "submitted", folder / "downloaded",
        read_roster(folder / "roster.csv") if roster else None, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def _there(folder: Path) -> dict[str, bytes]:
    top = folder / "submitted"
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


def _reasons(result: Collected) -> dict[str, str]:
    return dict(result.refused + result.unmatched)


def test_canvas(tmp_path: Path) -> None:
    """Late marks, versions, a zip within, text and link, somebody unknown, a name in Chinese."""
    file = written(tmp_path / "submissions.zip", {
        "lovelaceada_101_5001_panda.ipynb": b"first",
        "lovelaceada_101_5009_panda-2.ipynb": b"third",
        "lovelaceada_101_5005_panda-1.ipynb": b"second",
        "straußjörg_LATE_102_5002_my panda (final).ipynb": b"late",
        "oneilzoëz_103_5003_work.zip": packed({"work/panda.ipynb": b"zipped", "work/data.csv": b"1,2"}),
        "李小龍_106_5006_panda.ipynb": b"lee",
        "pluspia_105_text.html": b"<p>here",
        "nobody_999_5004_panda.ipynb": b"lost?",
        "__MACOSX/._panda.ipynb": b"junk",
    })  # fmt: skip
    result = _desk(tmp_path).collect([file])
    assert _there(tmp_path) == {
        "ada/07_panda/panda.ipynb": b"third",
        "joerg/07_panda/my panda (final).ipynb": b"late",
        "zoe/07_panda/panda.ipynb": b"zipped",
        "zoe/07_panda/data.csv": b"1,2",
        "+lee/07_panda/panda.ipynb": b"lee",
    }
    assert result.late == ["joerg"]
    assert result.versions == ["ada (panda.ipynb, panda-1.ipynb left out)"]
    assert (set(_reasons(result)), result.typed) == ({"nobody_999_5004_panda.ipynb"}, {"pia": "pluspia_105_text.html"})
    assert result.missing == ["eve"]
    found = read_provenance(tmp_path / "downloaded", ASSIGNMENT)
    assert found["ada"].origins == {"panda.ipynb": "lovelaceada_101_5009_panda-2.ipynb"}
    assert found["joerg"].late is True


def test_what_is_late_gets_the_time_that_is_given(tmp_path: Path) -> None:
    late = datetime(2026, 12, 2, 11, tzinfo=UTC)
    file = written(tmp_path / "a.zip", {"straußjörg_LATE_102_5002_panda.ipynb": b"x", "a_101_1_panda.ipynb": b"y"})
    assert _desk(tmp_path).collect([file]).late == ["joerg"]
    again = _desk(tmp_path, late_time=late).collect([file])
    assert (again.late, again.same, again.retimed) == ([], ["ada", "joerg"], ["joerg"])
    assert "new time of handing in: joerg." in "\n".join(again.lines())
    assert _desk(tmp_path, late_time=late).collect([file]).retimed == []
    assert _there(tmp_path)["joerg/07_panda/timestamp.txt"] == b"2026-12-02 11:00:00 UTC\n"
    assert "ada/07_panda/timestamp.txt" not in _there(tmp_path)


def test_a_time_that_is_still_to_come_is_told(tmp_path: Path) -> None:
    day = timedelta(days=1)
    now = datetime.now(UTC)
    for number, (ahead, told) in enumerate(((12 * day, True), (day / 2, False), (-day, False))):
        name = f"joerg+{ASSIGNMENT}+{now + ahead:%Y-%m-%d %H:%M:%S} UTC/panda.ipynb"
        path = tmp_path / str(number) / "given" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
        result = _desk(tmp_path / str(number)).collect([tmp_path / str(number) / "given"])
        assert result.new == ["joerg"]
        told_as = f"still to come: joerg ({now + ahead:%Y-%m-%d})."
        assert (told_as in "\n".join(result.lines())) == told


def test_moodle_with_the_worksheet(tmp_path: Path) -> None:
    """Folders of old and of new versions, times of the worksheet in a zone, two of one name told apart by number."""
    file = written(tmp_path / "moodle.zip", {
        "Ada Lovelace_9001_assignsubmission_file_/panda.ipynb": b"ada",
        "Ada Lovelace_9001_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
        "Jörg Strauß_9002_assignsubmission_file/panda.ipynb": b"joerg",
        "Jörg Strauß_9005_assignsubmission_file/panda.ipynb": b"the other",
        'Zoë "Z" O"Neil_9003_assignsubmission_file_panda.ipynb'.replace('"', ""): b"zoe",
    })  # fmt: skip
    result = _desk(tmp_path, MOODLE, zone=ZoneInfo("Europe/Berlin")).collect([file])
    assert _there(tmp_path) == {
        "S1/07_panda/panda.ipynb": b"ada",
        "S1/07_panda/timestamp.txt": b"2026-12-01 16:59:00 UTC\n",
        "S2/07_panda/panda.ipynb": b"joerg",
        "S2/07_panda/timestamp.txt": b"2026-12-01 17:30:00 UTC\n",
        "S3/07_panda/panda.ipynb": b"zoe",
        "S5/07_panda/panda.ipynb": b"the other",
        "S5/07_panda/timestamp.txt": b"2026-12-01 11:05:00 UTC\n",
    }
    assert (_reasons(result), result.typed) == ({}, {})  # Ada's text does not matter: she handed in a file


def test_moodles_numbers_of_another_assignment_give_nobody_the_wrong_work(tmp_path: Path) -> None:
    """9002 is Jörg in the worksheet, and Ada in this zip: the name counts; who shares a name is not guessed."""
    file = written(tmp_path / "moodle.zip", {
        "Ada Lovelace_9002_assignsubmission_file_/panda.ipynb": b"ada",
        "Jörg Strauß_9003_assignsubmission_file_/panda.ipynb": b"which?",
        "Somebody Else_9004_assignsubmission_file_/panda.ipynb": b"who?",
    })  # fmt: skip
    result = _desk(tmp_path, MOODLE).collect([file])
    assert [name for name in _there(tmp_path) if name.endswith("ipynb")] == ["S1/07_panda/panda.ipynb"]
    assert ["several students" in why for why in _reasons(result).values()] == [True, False]


def test_times_of_a_zip_count_unless_they_are_when_it_was_packed(tmp_path: Path) -> None:
    names = ("ada lovelace_1_assignsubmission_file_/panda.ipynb", "pia +plus_2_assignsubmission_file_/panda.ipynb")
    spread = {names[0]: (b"a", (2026, 12, 1, 17, 0, 0)), names[1]: (b"b", (2026, 12, 1, 18, 30, 0))}
    packing = {names[0]: (b"a", (2026, 12, 3, 9, 0, 0)), names[1]: (b"b", (2026, 12, 3, 9, 0, 2))}
    zone = ZoneInfo("America/New_York")
    for name, files, stamp in (("one", spread, b"2026-12-01 22:00:00 UTC\n"), ("two", packing, None)):
        (tmp_path / name).mkdir()
        _desk(tmp_path / name, zone=zone).collect([written(tmp_path / f"{name}.zip", files)])  # type: ignore[arg-type]
        assert _there(tmp_path / name).get("ada/07_panda/timestamp.txt") == stamp


def test_again_the_same_and_a_newer_and_an_older_one(tmp_path: Path) -> None:
    desk = _desk(tmp_path)
    first = written(tmp_path / "1.zip", {"lovelaceada_101_5001_panda.ipynb": b"first"})
    second = written(tmp_path / "2.zip", {"lovelaceada_101_5007_panda-1.ipynb": b"second"})
    assert desk.collect([first]).new == ["ada"]
    assert desk.collect([first]).same == ["ada"]
    result = desk.collect([second])
    assert (result.new, result.replaced) == ([], ["ada"])
    assert (tmp_path / "downloaded/07_panda/earlier/ada/1/panda.ipynb").read_bytes() == b"first"
    assert desk.collect([first]).outdated == ["ada"]
    assert _there(tmp_path) == {"ada/07_panda/panda.ipynb": b"second"}


def test_what_somebody_put_there_by_hand_is_kept(tmp_path: Path) -> None:
    own = tmp_path / "submitted/ada/07_panda/panda.ipynb"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"by mail")
    _desk(tmp_path).collect([written(tmp_path / "1.zip", {"lovelaceada_101_5001_panda.ipynb": b"first"})])
    assert (tmp_path / "downloaded/07_panda/earlier/ada/1/panda.ipynb").read_bytes() == b"by mail"


def test_the_exchange_and_folders(tmp_path: Path) -> None:
    """Inbound folders of nbgrader's exchange with the newest one taken; STUDENT/ASSIGNMENT/; loose files."""

    def put(name: str, data: bytes) -> None:
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    put("ada+07_panda+2026-12-01 17:00:00.000000 UTC/panda.ipynb", b"old")
    put("ada+07_panda+2026-12-02 09:00:00.000000 Europe/panda.ipynb".replace("Europe", "CET"), b"new")
    put("ada+02_bar_notation+2026-12-02 09:00:00.000000 UTC/bar_notation.ipynb", b"other")
    put("joerg/07_panda/panda.ipynb", b"joerg")
    put("joerg/07_panda/timestamp.txt", b"2026-12-01 12:00:00 UTC")
    put("joerg/02_bar_notation/bar_notation.ipynb", b"other")
    put("zoe/panda.ipynb", b"zoe")
    put("pia_panda.ipynb", b"pia")
    put("evee/panda.ipynb", b"?")
    result = _desk(tmp_path).collect([tmp_path / "in"])
    assert _there(tmp_path) == {
        "ada/07_panda/panda.ipynb": b"new",
        "ada/07_panda/timestamp.txt": b"2026-12-02 08:00:00 UTC\n",
        "joerg/07_panda/panda.ipynb": b"joerg",
        "joerg/07_panda/timestamp.txt": b"2026-12-01 12:00:00 UTC\n",
        "pia/07_panda/pia_panda.ipynb": b"pia",
        "zoe/07_panda/panda.ipynb": b"zoe",
    }
    assert (tmp_path / "downloaded/07_panda/earlier/ada/1/panda.ipynb").read_bytes() == b"old"
    assert "is it eve?" in _reasons(result)["evee/panda.ipynb"]
    assert sum("is for 02_bar_notation" in why for why in _reasons(result).values()) == 2


def test_without_a_roster_folders_are_students(tmp_path: Path) -> None:
    (tmp_path / "in/ada").mkdir(parents=True)
    (tmp_path / "in/ada/panda.ipynb").write_bytes(b"ada")
    zipped = written(tmp_path / "c.zip", {"lovelaceada_101_5001_panda.ipynb": b"x"})
    result = _desk(tmp_path, "").collect([tmp_path / "in", zipped])
    assert list(_there(tmp_path)) == ["ada/07_panda/panda.ipynb"]
    assert "needs a roster" in _reasons(result)["lovelaceada_101_5001_panda.ipynb"]


def test_nobody_hands_in_for_somebody_else(tmp_path: Path) -> None:
    """Files within a hand-in that are called like another student's, and a time of one's own making."""
    inner = packed(
        {"straußjörg_102_9_panda.ipynb": b"ada's", "timestamp.txt": b"1970-01-01", "joerg/panda.ipynb": b"?"}
    )
    result = _desk(tmp_path).collect([written(tmp_path / "c.zip", {"lovelaceada_101_5001_a.zip": inner})])
    assert set(_there(tmp_path)) == {"ada/07_panda/straußjörg_102_9_panda.ipynb", "ada/07_panda/joerg/panda.ipynb"}
    assert "only Canvas can tell" in _reasons(result)["lovelaceada_101_5001_a.zip/timestamp.txt"]


HOSTILE = {
    "bomb": (lambda: packed({"zeros.csv": bytes(30_000_000), "panda.ipynb": b"good"}), "zip bomb"),
    "up": (packed({"../../evil.ipynb": b"x", "panda.ipynb": b"good"}), "leads out"),
    "up on Windows": (packed({"..\\evil.ipynb": b"x", "panda.ipynb": b"good"}), "leads out"),
    "root": (packed({"/etc/evil": b"x", "panda.ipynb": b"good"}), "leads out"),
    "drive": (packed({"C:/evil": b"x", "panda.ipynb": b"good"}), "leads out"),
    "link": (link("a.csv", "/etc/passwd"), "is a link"),
    "capitals": (packed({"PANDA.ipynb": b"bad", "panda.ipynb": b"good"}), "capital letters"),
    "folder and file": (packed({"panda.ipynb": b"good", "panda.ipynb/x": b"bad"}), "where the other is a file"),
    "deep": (packed({"panda.ipynb": b"good", "1.zip": packed({"2.zip": packed({"3.zip": packed({})})})}), "inside 2 others"),
    "many": (lambda: packed({"panda.ipynb": b"good", "1.zip": packed({f"{n}": b"" for n in range(5001)})}), "5001 files"),
    "torn": (packed({"panda.ipynb": b"good", "1.zip": b"PK\x03\x04 torn"}), "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_dangerous_is_refused_by_name_and_the_rest_goes_on(tmp_path: Path, kind: str) -> None:
    inner, why = HOSTILE[kind]
    inner = inner() if callable(inner) else inner
    files = {"lovelaceada_101_5001_w.zip": inner, "straußjörg_102_5002_panda.ipynb": b"joerg"}
    result = _desk(tmp_path).collect([written(tmp_path / "c.zip", files)])
    assert any(why in reason for reason in _reasons(result).values()), result.refused
    assert all(name.startswith("lovelaceada_101_5001_w.zip") for name, _ in result.refused)
    there = _there(tmp_path)
    assert there["joerg/07_panda/panda.ipynb"] == b"joerg"
    assert there["ada/07_panda/panda.ipynb"] == b"good"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.zip", "downloaded", "roster.csv", "submitted"]


def test_a_zip_that_lies_about_its_size(tmp_path: Path) -> None:
    data = bytearray(packed({"panda.ipynb": bytes(1000), "other.csv": b"fine"}))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    file = written(tmp_path / "c.zip", {"lovelaceada_101_5001_w.zip": bytes(data)})
    result = _desk(tmp_path).collect([file])
    assert "cannot be unpacked" in _reasons(result)["lovelaceada_101_5001_w.zip/panda.ipynb"]
    assert list(_there(tmp_path)) == ["ada/07_panda/other.csv"]


def test_files_that_overlap(tmp_path: Path) -> None:
    """Many entries of the central directory that share one packed file."""
    data = packed({"panda.ipynb": os.urandom(2000)})
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    tail = bytearray(data[end:])
    tail[8:12] = struct.pack("<HH", 5, 5)
    tail[12:16] = struct.pack("<I", 5 * len(entry))
    file = written(tmp_path / "c.zip", {"lovelaceada_101_5001_w.zip": data[:start] + entry * 5 + bytes(tail)})
    assert "overlap" in _reasons(_desk(tmp_path).collect([file]))["lovelaceada_101_5001_w.zip"]


def test_a_total_that_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_ALL", 1000)
    result = _desk(tmp_path).collect([written(tmp_path / "c.zip", {"lovelaceada_101_5001_panda.ipynb": bytes(2000)})])
    assert "unpacks to" in result.refused[0][1]


def test_links_and_devices_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in/ada").mkdir(parents=True)
    (tmp_path / "in/ada/panda.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "in/ada/pipe")
    (tmp_path / "in/joerg").symlink_to(tmp_path)
    result = _desk(tmp_path).collect([tmp_path / "in"])
    assert len(result.refused) == 3
    assert _there(tmp_path) == {}


def test_two_students_whose_folders_differ_in_capitals(tmp_path: Path) -> None:
    """Without a roster: one clash stops nobody else."""
    for name in ("Ada", "ada", "joerg"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "panda.ipynb").write_bytes(name.encode())
    result = _desk(tmp_path, "").collect([tmp_path / "in"])
    assert list(_there(tmp_path)) == ["Ada/07_panda/panda.ipynb", "joerg/07_panda/panda.ipynb"]
    assert result.refused[0][0] == "ada's hand-in"


def test_a_folder_that_cannot_be_written_costs_that_student(tmp_path: Path) -> None:
    (tmp_path / "submitted").mkdir()
    (tmp_path / "submitted/ada").write_text("a file")
    files = {"lovelaceada_101_1_panda.ipynb": b"ada", "straußjörg_102_2_panda.ipynb": b"joerg"}
    result = _desk(tmp_path).collect([written(tmp_path / "c.zip", files)])
    assert result.new == ["joerg"]
    assert "cannot be written" in result.refused[0][1]


def test_what_is_written_can_be_read_by_others(tmp_path: Path) -> None:
    _desk(tmp_path).collect([written(tmp_path / "c.zip", {"lovelaceada_101_1_panda.ipynb": b"ada"})])
    assert stat.S_IMODE((tmp_path / "submitted/ada/07_panda").stat().st_mode) == 0o755
    assert json.loads((tmp_path / "downloaded/07_panda/collected.json").read_text(encoding="utf-8"))
    assert zipfile.is_zipfile(tmp_path / "c.zip"), "what was downloaded stays"
