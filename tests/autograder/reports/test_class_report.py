"""Every figure of the class report, worked out a second time in another way; and what its page shows."""

from __future__ import annotations

import csv
import itertools
import json
import math
import random
import re
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from autograder.reports.answers import anonymous, written_in
from autograder.reports.class_report import ClassReport, class_report
from autograder.reports.csv_file import write_csv
from autograder.reports.html_page import first_things, render
from autograder.reports.table import Row, Table
from autograder.reports.text import as_text
from autograder.scoring.record import Grade, NotebookRecord, Record
from barprop.judging.verdict import KINDS

EXERCISES = {"bar_e": 1.0, "bar_z": 2.0, "backward": 6.0, "own": 3.0}
MARKUP = "<b>Eve</b>"


def cell_id(name: str) -> str:
    return name if name == "own" else f"test_{name}"


def graded(name: str, points: float, most: float, **more: str) -> Grade:
    kind = "" if points >= most else "value"
    return Grade(points, most, exercise="" if name == "own" else name, **{"kind": kind, **more})


def a_row(student: str, rng: random.Random, assignment: str) -> tuple[Row, Record]:
    """One student with marks of chance; some mistakes have names, some patterns, some neither."""
    skill, grades, cells = rng.random(), {}, []
    cells.append(
        {"cell_type": "markdown", "source": "## Through the product", "metadata": {"autograder": {"given": True}}}
    )
    for name, most in EXERCISES.items():
        points = most if rng.random() < skill else rng.choice([0.0, most / 2])
        more = rng.choice(
            [
                {"mistake": "forgot sigma'", "hint": "Think of `sigma`."},
                {"pattern": "p1"},
                {"pattern": f"p-{student}"},
                {"kind": "raised"},
                {"kind": "unwritten"},
            ]
        )
        grades[cell_id(name)] = graded(name, points, most, **(more if points < most else {}))
        source = f"def {name}(x):\n    # {student}\n    return x + {rng.randint(0, 3)}"
        cells.append(
            {
                "cell_type": "code",
                "source": source,
                "metadata": {"nbgrader": {"grade_id": name, "solution": True}},
                "outputs": [],
            }
        )
    lacking = ["torch"] if rng.random() < 0.2 else []
    notebook = NotebookRecord("n", grades=grades, lacking=lacking, document=json.dumps({"cells": cells}))
    row = Row(
        student,
        points={n.removeprefix("test_"): g.points or 0.0 for n, g in grades.items()},
        penalty=rng.choice([0.0, 0.0, 1.0]),
    )
    row.total = max(0.0, sum(row.points.values()) - row.penalty)
    return row, Record(student, assignment, "key", [notebook])


def a_class(students: int = 30, seed: int = 1, assignment: str = "02_bar_notation") -> Table:
    rng, table = random.Random(seed), Table(assignment, dict(EXERCISES))
    for number in range(students):
        table.add(*a_row(f"s{number:02}", rng, assignment))
    row, record = a_row(MARKUP, rng, assignment)
    record.notebooks[0].repairs = ["A cell was put back."]
    table.add(row, record)
    gone = Row("zoe", points=dict.fromkeys(EXERCISES, 0.0), waiting=True)
    table.add(gone, Record("zoe", assignment, "key", quarantine="It is no notebook."))
    return table


@pytest.fixture(scope="module")
def tables() -> list[Table]:
    return [a_class(), a_class(25, 2, "04_layers")]


@pytest.fixture(scope="module")
def report(tables: list[Table]) -> ClassReport:
    return class_report(tables, [*(f"s{number:02}" for number in range(32)), MARKUP, "zoe"])


def correlation(a: list[float], b: list[float]) -> float:
    """Pearson's, by its definition."""
    x, y = statistics.fmean(a), statistics.fmean(b)
    above = sum((p - x) * (q - y) for p, q in zip(a, b, strict=True))
    return above / (sum((p - x) ** 2 for p in a) * sum((q - y) ** 2 for q in b)) ** 0.5


def readable(table: Table) -> list[Row]:
    return [row for row in table.rows if row.student != "zoe"]


def test_the_spread(tables: list[Table], report: ClassReport) -> None:
    for table, part in zip(tables, report.parts, strict=True):
        totals = [row.total for row in readable(table)]
        spread = part.spread
        assert spread is not None
        low, median, high = statistics.quantiles(totals, n=4, method="inclusive")
        assert (spread.count, spread.most) == (len(totals), 12.0)
        assert (spread.mean, spread.low, spread.median, spread.high) == pytest.approx(
            (statistics.fmean(totals), low, median, high)
        )


def test_difficulty_and_discrimination(tables: list[Table], report: ClassReport) -> None:
    for table, part in zip(tables, report.parts, strict=True):
        for item in part.items:
            mine = [row.points[item.name] for row in readable(table)]
            rest = [sum(row.points.values()) - row.points[item.name] for row in readable(table)]
            assert item.share == pytest.approx(sum(mine) / len(mine) / EXERCISES[item.name])
            assert item.discrimination == pytest.approx(correlation(mine, rest))
            kinds = [row.record.notebooks[0].grades[cell_id(item.name)].kind for row in readable(table)]
            assert item.full == sum(points == EXERCISES[item.name] for points in mine)
            assert item.unwritten == sum(
                kind == "unwritten" and not points for kind, points in zip(kinds, mine, strict=True)
            )
            assert item.none == mine.count(0.0) - item.unwritten
            assert item.full + item.part + item.none + item.unwritten == len(mine)


def test_an_exercise_that_all_have_says_nothing() -> None:
    table = a_class()
    for row in table.rows:
        row.points["bar_e"] = 1.0
    assert next(item for item in class_report([table]).parts[0].items if item.name == "bar_e").discrimination is None


def test_r_needs_twenty_students() -> None:
    """Below that number nothing is shown or coloured, and one sentence says why."""
    for students, shown in ((18, False), (19, True)):  # and the one with the markup
        few = class_report([a_class(students)])
        assert all((item.discrimination is not None) == shown for item in few.parts[0].items)
        page = BeautifulSoup(render(few), "html.parser").select("#exercises")[0]
        assert len(page.select(".r")) == (len(EXERCISES) if shown else 0)
        assert ("No r: 19 students are too few to say; it takes 20." in page.get_text()) != shown
        assert not any("do badly in" in sentence for sentence in first_things(few)) or shown


def test_mistakes_by_points_and_students(tables: list[Table], report: ClassReport) -> None:
    lost: dict[tuple[str, str, str], float] = {}
    who: dict[tuple[str, str, str], set[str]] = {}
    for table in tables:
        for row in readable(table):
            for name, grade in row.record.notebooks[0].grades.items():
                if grade.points < grade.max_points:
                    key = (
                        table.assignment,
                        name.removeprefix("test_") if grade.exercise else name,
                        grade.mistake or KINDS[grade.kind],
                    )
                    lost[key] = lost.get(key, 0.0) + grade.max_points - grade.points
                    who.setdefault(key, set()).add(row.student)
    found = {(one.assignment, one.exercise, one.what): (one.lost, one.count) for one in report.mistakes}
    assert found == {key: (pytest.approx(lost[key]), len(who[key])) for key in lost}
    assert [one.lost for one in report.mistakes] == sorted(lost.values(), reverse=True)
    named = next(one for one in report.mistakes if one.what == "forgot sigma'" and one.exercise == "bar_z")
    assert named.hint == "Think of `sigma`."
    assert named.section == "Through the product"
    assert any(text.startswith("L8: ") for text in named.statements)
    assert 1 <= len(named.answers) <= 2


def test_what_says_nothing_of_an_answer_is_one_sentence(tables: list[Table], report: ClassReport) -> None:
    """However many exercises were left unwritten; whose number of students is the same stand together."""
    table = Table("many", {f"e{number}": 1.0 for number in range(36)})
    for student, left in (("ada", 36), ("bo", 2)):
        grades = {f"test_e{n}": Grade(0.0, 1.0, exercise=f"e{n}", kind="unwritten") for n in range(left)}
        table.add(Row(student), Record(student, "many", "key", [NotebookRecord("n", grades=grades)]))
    many = class_report([table])
    (entry,) = BeautifulSoup(render(many), "html.parser").select("#mistakes .rest li")
    alone = ", ".join(f"e{number}" for number in range(2, 36))
    said = f"Not written yet: 36 exercises, 38 points lost in all. 2 students each: e0, e1; 1 student each: {alone}."
    assert " ".join(entry.get_text().split()) == said
    assert f"\n  {said}" in as_text(many)
    entries = [entry.get_text() for entry in BeautifulSoup(render(report), "html.parser").select("#mistakes .rest li")]
    unwritten = [one.lost for one in report.mistakes if one.kind == "unwritten"]
    assert len(entries) == 1
    assert f"{len(unwritten)} exercises, {sum(unwritten):g} points lost in all" in entries[0]


def test_what_agrees_without_a_name(tables: list[Table], report: ClassReport) -> None:
    for table, part in zip(tables, report.parts, strict=True):
        for name in EXERCISES:
            wanted = sum(row.record.notebooks[0].grades[cell_id(name)].pattern == "p1" for row in readable(table))
            found = [one.count for one in part.clusters if one.exercise in (name, f"test_{name}")]
            assert found == ([wanted] if wanted > 1 else [])


def test_who_is_missing_and_who_struggles(tables: list[Table], report: ClassReport) -> None:
    assert report.parts[0].missing == ["s30", "s31"]
    assert report.parts[1].missing == [f"s{number}" for number in range(25, 32)]
    shares: dict[str, list[float | None]] = {}
    for student in [*(f"s{number:02}" for number in range(32)), MARKUP, "zoe"]:
        rows = [next((row for row in table.rows if row.student == student), None) for table in tables]
        shares[student] = [row.total / 12 if row and student != "zoe" else None for row in rows]
    for one in report.standings:
        known = [share for share in shares[one.student] if share is not None]
        assert list(one.shares) == pytest.approx(shares[one.student])
        assert one.mean == (pytest.approx(sum(known) / len(known)) if known else None)
        assert one.struggles == (one.student != "zoe" and (not known or sum(known) / len(known) < 0.5))
    assert len(report.standings) == 34


def test_quarantine_is_no_weakness(tables: list[Table]) -> None:
    """Until a person has looked, its 0 says nothing; then the points count."""
    full = Row("ada", total=12.0)
    closed = replace(next(row for row in tables[0].rows if row.student == "zoe"), student="ada")
    first, second = (replace(tables[0], assignment=name, rows=[row]) for name, row in (("a", full), ("b", closed)))
    report = class_report([first, second])
    (one,) = report.standings
    assert (one.shares, one.mean, one.handed_in, one.struggles) == ((1.0, None), 1.0, 2, False)
    assert not report.struggling
    third = replace(second, assignment="c", rows=[replace(closed, waiting=False)])
    (seen,) = class_report([second, third]).standings
    assert (seen.shares, seen.handed_in, seen.struggles) == ((None, 0.0), 2, True)
    shown = render(class_report([second, third]))
    assert '<td class="gone">Q</td>' in shown
    assert "ada: 0 % on average, 2 of 2 handed in" in as_text(class_report([second, third]))
    empty = [replace(second, assignment=name, rows=[]) for name in ("x", "y")]
    assert "ada: nothing counts yet, 1 of 3 handed in" in as_text(class_report([second, *empty]))


def test_who_never_handed_in_anything_is_counted_once(report: ClassReport) -> None:
    said = [sentence for sentence in first_things(report) if "handed in nothing" in sentence]
    assert said == ["2 students of the class handed in nothing for any of these assignments.",
                    "04_layers: 5 more students of the class handed in nothing."]  # fmt: skip
    alone = first_things(replace(report, parts=report.parts[:1]))
    assert "02_bar_notation: 2 students of the class handed in nothing." in alone


def test_modules_repairs_and_quarantine(tables: list[Table], report: ClassReport, tmp_path: Path) -> None:
    part = report.parts[0]
    assert part.lacking.keys() == {"torch"}
    lack = part.lacking["torch"]
    assert lack == [row.student for row in tables[0].rows if row.record.lacking]
    page, text = BeautifulSoup(render(report), "html.parser").get_text(), as_text(report)
    assert f"the grader lacks the module torch, which {len(lack)} submissions import." in page
    assert f"Modules the grader lacks: torch in {len(lack)} submissions ({', '.join(lack)})" in page
    assert f"torch, in {len(lack)}: {', '.join(lack)}" in text
    write_csv(tmp_path / "scores.csv", tables)
    lines = list(csv.DictReader((tmp_path / "scores.csv").read_text().splitlines()))
    column = "02_bar_notation/modules the grader lacks"
    assert [line["student"] for line in lines if line[column] == "torch"] == sorted(lack)
    assert part.notes["mended"] == [(MARKUP, "A cell was put back.")]
    assert part.notes["quarantine"] == [("zoe", "It is no notebook.")]
    assert part.notes["waiting"] == [("zoe", "")]
    notes = [("ada", "Same."), ("zoe", "Same."), ("zoe", "Same."), ("zoe", "Else.")]
    part = replace(part, notes=part.notes | {"trouble": notes})
    part.notes["trouble"] += [("bo", f"{n}.") for n in range(30)]
    assert part.sentences("trouble")[:2] == [(["ada", "zoe"], ["Same."]), (["zoe"], ["Else."])]
    assert "\n  ada, zoe: Same.\n  zoe: Else.\n  bo: 0. 1. 2. 3. And 26 more, all in the page (--html" in as_text(
        replace(report, parts=[part])
    )


def test_only_what_occurs_is_explained_or_headed(report: ClassReport) -> None:
    table = a_class(assignment="03_gradient_splitting")
    table.rows = [replace(row, waiting=False, record=None) for row in table.rows]
    quiet = class_report([table])
    assert "repaired   " not in as_text(quiet)
    assert "\nr repaired   ? waits for review   Q quarantine\n" in as_text(report)
    assert "\nr repaired\n" in as_text(class_report([replace(table, rows=[_repaired(table.rows[0])])]))
    page = BeautifulSoup(render(quiet), "html.parser")
    assert page.select("#grading")[0].get_text().split() == ["What", "the", "grading", "noticed", "Nothing."]
    assert not page.select("#scores .soft")
    both = replace(report, parts=[report.parts[0], quiet.parts[0]])
    heads = [head.get_text() for head in BeautifulSoup(render(both), "html.parser").select("#grading h3")]
    assert heads == [report.parts[0].table.assignment]


def _repaired(row: Row) -> Row:
    notebook = NotebookRecord("n", repairs=["A cell was put back."])
    return replace(row, record=Record(row.student, "a", "key", notebooks=[notebook]))


def test_the_page_shows_these_figures(report: ClassReport) -> None:
    page = BeautifulSoup(render(report), "html.parser")
    items = [[part.get_text() for part in row.select("code, .value")] for row in page.select(".item")]
    wanted = [item for part in report.parts for item in part.items]
    assert [row[0] for row in items] == [item.name for item in wanted]
    assert [row[1] for row in items] == [f"{round(100 * item.share)} %" for item in wanted]
    assert [row[2] for row in items] == [f"r {item.discrimination:.2f}" for item in wanted]
    dots = [title.get_text() for title in page.select("svg title")]
    rows = [row for part in report.parts for row in part.table.rows if row.student != "zoe"]
    assert sorted(dots) == sorted(f"{row.student}: {row.total:.4g} points" for row in rows)
    own = [one for one in report.mistakes if one.own]
    shown = page.select("#mistakes ol li")
    assert len(shown) == len(own)
    for one, entry in zip(own, shown, strict=True):
        assert f"{one.count} of {one.of} students" in entry.select(".figures")[0].get_text()
        assert entry.select(".figures b")[0].get_text() == f"{one.lost:.2f}".rstrip("0").rstrip(".")
    tables_ = page.select("#scores table")
    assert [len(one.select("tbody tr")) for one in tables_] == [len(part.table.rows) for part in report.parts]


def test_a_dot_stands_exactly_above_its_points_and_touches_no_other() -> None:
    """Also where points are fractions, or more than there are, as a person can give them."""
    table, rng = a_class(60), random.Random(3)
    for row in table.rows:
        row.total = rng.choice([row.total, rng.uniform(0, 12), 7.9, 12.5])
    figure = BeautifulSoup(render(class_report([table])), "html.parser").select("figure")[0]
    ticks = {float(t.get_text()): float(t["x"]) for t in figure.select("text.tick")}
    scale = (ticks[12.0] - ticks[0.0]) / 12
    dots = [(float(dot["cx"]), float(dot["cy"])) for dot in figure.select("circle")]
    totals = {row.student: row.total for row in readable(table)}
    for dot, (x, y) in zip(figure.select("circle"), dots, strict=True):
        student = dot.find("title").get_text().rpartition(": ")[0]
        assert x == pytest.approx(ticks[0.0] + scale * totals.pop(student), abs=0.02)
        assert 0 < x < 480
        assert 0 < y < float(figure.find("svg")["viewbox"].split()[3])
    assert totals == {}
    radius = float(figure.select("circle")[0]["r"])
    assert min(math.dist(a, b) for a, b in itertools.combinations(dots, 2)) >= 2 * radius - 0.03


def test_a_bar_stands_above_the_points_it_counts() -> None:
    table = a_class(1)
    row = table.rows[0]
    totals = [7.9] * 500 + [12.0] * 300 + [7.6] * 10 + [0.0]
    table.rows = [replace(row, student=f"t{number}", total=total) for number, total in enumerate(totals)]
    figure = BeautifulSoup(render(class_report([table])), "html.parser").select("figure")[0]
    ticks = {float(t.get_text()): float(t["x"]) for t in figure.select("text.tick")}
    scale = (ticks[12.0] - ticks[0.0]) / 12
    bars = {bar.find("title").get_text(): bar for bar in figure.select("rect.dot")}
    assert list(bars) == [
        "1 student with 0 points",
        "510 students from 7.5 to below 8 points",
        "300 students with 12 points",
    ]
    for bar, low in zip(bars.values(), (0.0, 7.5, 12.0), strict=True):
        assert float(bar["x"]) == pytest.approx(ticks[0.0] + scale * low, abs=0.02)
        assert float(bar["width"]) == pytest.approx(scale / 2 - 1, abs=0.03)
        assert float(bar["x"]) + float(bar["width"]) <= 480


def test_a_page_that_needs_nothing_and_obeys_nobody(report: ClassReport) -> None:
    text = render(report)
    page = BeautifulSoup(text, "html.parser")
    assert not page.select("script, link, img, iframe")
    assert "http" not in text.replace("http-equiv", "")
    assert MARKUP not in text
    assert MARKUP in page.get_text()


def test_names_can_be_hidden(tables: list[Table]) -> None:
    hidden = class_report(tables, [f"s{number:02}" for number in range(32)], hide_names=True)
    text = render(hidden) + as_text(hidden) + json.dumps(hidden.plain())
    assert not re.search(r"\bs\d\d\b", text)
    assert "Eve" not in text
    assert "zoe" not in text
    assert "student 01" in text
    shown = class_report(tables, [f"s{number:02}" for number in range(32)])
    assert sorted(row.total for row in hidden.parts[0].table.rows) == sorted(
        row.total for row in shown.parts[0].table.rows
    )
    assert [one.lost for one in hidden.mistakes] == [one.lost for one in shown.mistakes]


def test_names_of_the_roster_are_shown_beside_the_ids(tables: list[Table], tmp_path: Path) -> None:
    names = {"s03": "Ada Lovelace", "s31": "Łukasz Żak", "zoe": "zoe"}
    named = class_report(tables, [f"s{number:02}" for number in range(32)], names=names)
    page, text = BeautifulSoup(render(named), "html.parser"), as_text(named)
    assert "Ada Lovelace (s03)" in [cell.get_text() for cell in page.select("#scores td")]
    assert any(title.get_text().startswith("Ada Lovelace (s03): ") for title in page.select("svg title"))
    assert "Łukasz Żak (s31)" in page.select("#students")[0].get_text()
    assert "zoe (zoe)" not in page.get_text()
    assert "\nAda Lovelace (s03)  " in text
    assert "Łukasz Żak (s31)" in text
    assert named.plain()["names"] == names
    write_csv(tmp_path / "scores.csv", tables, names)
    lines = {line["student"]: line for line in csv.DictReader((tmp_path / "scores.csv").read_text().splitlines())}
    assert (lines["s03"]["name"], lines["s04"]["name"]) == ("Ada Lovelace", "")
    hidden = class_report(tables, list(names), hide_names=True, names=names)
    assert "Lovelace" not in render(hidden) + as_text(hidden) + json.dumps(hidden.plain())


def test_points_are_rounded_alike_and_quarantine_is_named(tables: list[Table]) -> None:
    table = a_class()
    row = table.rows[0]
    row.penalty, row.total = 1.42714, 8.84286
    text = as_text(class_report([table]))
    assert re.search(r"8\.84 .*\(late, 1\.43 taken off\)", text)
    assert "1.427" not in text
    caption = BeautifulSoup(render(class_report([table])), "html.parser").select("figcaption")[0].get_text()
    for shown in (text, caption):
        assert "(without 1 in quarantine)" in shown
    table.rows = readable(table)
    assert "in quarantine)" not in as_text(class_report([table]))


def test_a_title_is_not_a_list_of_seven_names(tables: list[Table]) -> None:
    several = [replace(tables[0], assignment=f"0{number}_x") for number in range(1, 8)]
    assert [class_report(several[:count]).title for count in (1, 2, 7)] == [
        "01_x", "01_x and 02_x", "7 assignments, 01_x to 07_x",
    ]  # fmt: skip


def test_an_answer_without_its_authors_name() -> None:
    assert anonymous('def f(x):\n    """By Ada."""\n    return x  # Ada') == "def f(x):\n    return x"
    assert anonymous("def f(x)\n    return x  # Ada") == "def f(x)\n    return x"


def test_the_json_holds_it_all(report: ClassReport) -> None:
    data = json.loads(json.dumps(report.plain(), allow_nan=False))
    assert data["assignments"][0]["spread"]["median"] == report.parts[0].spread.median
    assert len(data["mistakes"]) == len(report.mistakes)
    assert len(data["standings"]) == 34


def test_an_empty_class_is_no_fault() -> None:
    empty = class_report([Table("ps1", {"a": 1.0})], ["ada"])
    assert "nobody has been graded yet" in render(empty)
    assert "Nothing from ada" in as_text(empty)


def test_hundreds_are_bars_and_one_is_a_dot() -> None:
    for students, wanted in ((1500, "rect.dot"), (1, "circle.dot")):
        table = a_class(1)
        row = table.rows[0]
        table.rows = [replace(row, student=f"t{number}") for number in range(students)]
        figure = BeautifulSoup(render(class_report([table])), "html.parser").select("figure")[0]
        assert len(figure.select(wanted)) == 1


def test_an_instructors_own_test_cell_shows_the_answer_above_it() -> None:
    cells = [
        {
            "cell_type": "code",
            "source": "def square(x):\n    return 2 * x",
            "metadata": {"nbgrader": {"grade_id": "square", "solution": True}},
        },
        {
            "cell_type": "code",
            "source": "assert square(3) == 9",
            "metadata": {"nbgrader": {"grade_id": "test_square", "grade": True}},
        },
    ]
    wrong = Grade(0.0, 2.0, problem="AssertionError", inside=True)
    record = Record(
        "ada",
        "ps1",
        "key",
        [NotebookRecord("p1", grades={"test_square": wrong}, document=json.dumps({"cells": cells}))],
    )
    table = Table("ps1", {"test_square": 2.0})
    table.add(Row("ada", points={"test_square": 0.0}), record)
    found = class_report([table])
    assert found.mistakes[0].answers == ["def square(x):\n    return 2 * x"]
    assert found.parts[0].inside == ["test_square"]


def test_what_was_written_is_read_once() -> None:
    table = a_class(3)
    assert not any(row.record.notebooks[0].document for row in table.rows if row.record.notebooks)
    assert set(table.rows[0].written.answers) == set(EXERCISES)
    assert written_in(Record("a", "b", "c", [NotebookRecord("n")])).answers == {}
