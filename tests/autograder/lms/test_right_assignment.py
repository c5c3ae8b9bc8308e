"""The download of another assignment replaces nothing, and what it replaced before comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.lms.collect import Collector
from autograder.lms.right_assignment import WrongDownloadError, assignment_of
from autograder.lms.roster import read_roster
from tests.autograder.lms.archives import written
from tests.autograder.lms.rosters import CANVAS

NOTEBOOKS = {"01_forward": {"forward"}, "02_bar_notation": {"bar_notation"}, "03_notation": {"notation"}}
NAMES = ("lovelaceada_101", "straußjörg_102", "oneilzoëz_103")


def _desk(folder: Path, *, force: bool = False) -> Collector:
    (folder / "roster.csv").write_text(CANVAS, encoding="utf-8")
    roster = read_roster(folder / "roster.csv")
    return Collector("02_bar_notation", NOTEBOOKS, folder / "submitted", folder / "downloaded", roster, force=force)


def _zip(folder: Path, notebook: str, number: int) -> Path:
    """A download whose files Canvas numbered from `number`."""
    files = {f"{who}_{number + n}_{notebook}.ipynb": notebook.encode() for n, who in enumerate(NAMES)}
    return written(folder / f"{notebook}.zip", files)  # type: ignore[arg-type]


def _there(folder: Path) -> dict[str, bytes]:
    return {path.parts[-3]: path.read_bytes() for path in sorted(folder.glob("submitted/*/*/*.ipynb"))}


def test_another_assignments_download_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    right, wrong = _zip(tmp_path, "bar_notation", 10), _zip(tmp_path, "forward", 90)
    with pytest.raises(
        WrongDownloadError, match=r"01_forward.* in 3 of 3 .*collect 01_forward .*forward.zip`.*--force"
    ):
        _desk(tmp_path).collect([right, wrong])
    assert not (tmp_path / "submitted").exists()
    assert not (tmp_path / "downloaded").exists()


@pytest.mark.parametrize("name", ["notation-1", "homework"])
def test_after_a_later_assignments_download_the_right_one_comes_back(tmp_path: Path, name: str) -> None:
    """Canvas' numbers of the later assignment are the larger ones, whatever its students call their notebooks."""
    right, wrong = _zip(tmp_path, "bar_notation", 10), _zip(tmp_path, name, 90)
    _desk(tmp_path).collect([right])
    assert len(_desk(tmp_path, force=True).collect([wrong]).replaced) == 3
    result = _desk(tmp_path).collect([right])
    assert (len(result.replaced), result.outdated) == (3, [])
    assert set(_there(tmp_path).values()) == {b"bar_notation"}


def test_one_students_other_notebook_is_not_laid_over_a_good_one(tmp_path: Path) -> None:
    _desk(tmp_path).collect([_zip(tmp_path, "bar_notation", 10)])
    file = written(tmp_path / "next.zip", {
        "lovelaceada_101_50_forward (2).ipynb": b"the wrong one",
        "straußjörg_102_51_bar_notation.ipynb": b"newer",
        "oneilzoëz_103_52_bar_notation(1).ipynb": b"newer",
        "pluspia_105_53_forward.ipynb": b"nothing better",
    })  # fmt: skip
    result = _desk(tmp_path).collect([file])
    assert result.others == ["ada (01_forward)"]
    assert "another assignment's and submitted/ already has one of this: ada (01_forward)" in "\n".join(result.lines())
    assert _there(tmp_path) == {"ada": b"bar_notation", "joerg": b"newer", "zoe": b"newer", "pia": b"nothing better"}


@pytest.mark.parametrize(
    ("paths", "home"),
    [
        (["bar_notation.ipynb"], "02_bar_notation"),
        (["week/Bar_Notation (1).ipynb"], "02_bar_notation"),
        (["bar_notation(1).ipynb"], "02_bar_notation"),
        (["bar_notation-Copy1.ipynb"], "02_bar_notation"),
        (["lovelaceada_101_5001_notation-2.ipynb"], "03_notation"),
        (["forward.ipynb", "notation.ipynb"], "01_forward"),
        (["forward.ipynb", "bar_notation.ipynb"], "02_bar_notation"),
        (["forward.html", "homework.ipynb", "barnotation.ipynb"], ""),
    ],
)
def test_the_name_says_which_assignment(paths: list[str], home: str) -> None:
    assert assignment_of(paths, NOTEBOOKS, "02_bar_notation") == home
