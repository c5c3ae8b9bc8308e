"""10,000 notebooks damaged at random, byte by byte and in their structure: no crash, each has a score or a reason."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

import nbformat
import pytest

from autograder.sandbox import Limits, Sandbox
from autograder.scoring.feedback_notebook import make_document
from autograder.scoring.grade import grade_submission
from autograder.scoring.job import Job
from autograder.scoring.record import NotebookRecord
from autograder.submission.read_notebook import UnreadableError, read_notebook
from autograder.submission.repair import Repaired, repair
from tests import needs
from tests.depth import often, thorough
from tests.grading_tools import plan, points, solved

pytestmark = pytest.mark.slow

COUNT, BATCHES = 10_000, 8
STEP = often(2, 1)  # outside of `make exhaustive` half of two batches, one of damaged bytes and one of structure
NASTY = [None, True, -1, 1e308, "", "x", "\ud800", "\0", [], {}, [[]], {"a": {}}, 10**400, "code", "markdown", ["a", 1]]


# --- bytes ------------------------------------------------------------------------------------


def flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def cut_out(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.randint(1, 2000)]


def truncate(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(1, len(data)) :]


def repeat(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    data[start:start] = data[start : start + rng.randint(1, 2000)]


def insert(data: bytearray, rng: random.Random) -> None:
    marks = [b"\n<<<<<<< HEAD\n", b"\n=======\n", rng.randbytes(9)]
    what = rng.choice([b'"', b"{", b"]", b"\\", b"\0", b"\xff\xfe", *marks])
    start = rng.randrange(len(data))
    data[start:start] = what


def swap(data: bytearray, rng: random.Random) -> None:
    a, b, size = rng.randrange(len(data)), rng.randrange(len(data)), rng.randint(1, 500)
    data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]


# --- structure --------------------------------------------------------------------------------


def _nodes(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        keys = item.keys() if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ()
        for key in keys:
            found.append((item, key))
            waiting.append(item[key])
    return found


def replace_a_node(document: dict, rng: random.Random) -> None:
    owner, key = rng.choice(_nodes(document))
    owner[key] = copy.deepcopy(rng.choice(NASTY))


def delete_a_node(document: dict, rng: random.Random) -> None:
    owner, key = rng.choice(_nodes(document))
    del owner[key]


def copy_a_node(document: dict, rng: random.Random) -> None:
    nodes = _nodes(document)
    (a, i), (b, j) = rng.choice(nodes), rng.choice(nodes)
    a[i] = copy.deepcopy(b[j])


def rename_a_key(document: dict, rng: random.Random) -> None:
    owner, key = rng.choice([(o, k) for o, k in _nodes(document) if isinstance(o, dict)])
    owner[rng.choice(["source", "cells", "id", "x", "nbgrader", "cell_type", "grade_id"])] = owner.pop(key)


def move_a_cell(document: dict, rng: random.Random) -> None:
    cells = document["cells"]
    cells.insert(rng.randrange(len(cells)), cells.pop(rng.randrange(len(cells))))


def double_a_cell(document: dict, rng: random.Random) -> None:
    cells = document["cells"]
    cells.insert(rng.randrange(len(cells)), copy.deepcopy(rng.choice(cells)))


def split_a_cell(document: dict, rng: random.Random) -> None:
    cells = document["cells"]
    where = rng.randrange(len(cells))
    text = "".join(cells[where]["source"])
    cut = rng.randrange(len(text) + 1)
    rest = copy.deepcopy(cells[where])
    cells[where]["source"], rest["source"] = text[:cut], text[cut:]
    if rng.random() < 0.5:
        rest["metadata"] = {}
    cells.insert(where + 1, rest)


def retype_a_cell(document: dict, rng: random.Random) -> None:
    rng.choice(document["cells"])["cell_type"] = rng.choice(["code", "markdown", "raw", "heading", "html", 5])


BYTES: list[Callable] = [flip, cut_out, truncate, repeat, insert, swap]
STRUCTURE: list[Callable] = [
    replace_a_node, delete_a_node, copy_a_node, rename_a_key, move_a_cell, double_a_cell, split_a_cell, retype_a_cell,
]  # fmt: skip


@cache
def _text(indent: int | None) -> str:
    return json.dumps(solved(), indent=indent)


def damaged(number: int) -> bytes:
    """The damaged notebook of that number; the same in every run."""
    rng = random.Random(number)
    if number % 2:
        document = solved()
        for _ in range(rng.randint(1, 3)):
            try:
                rng.choice(STRUCTURE)(document, rng)
            except (KeyError, TypeError, IndexError, ValueError, AttributeError):
                break  # nothing left to damage in that way
        return json.dumps(document).encode()
    data = bytearray(_text(rng.choice([None, 1])).encode(rng.choice(["utf-8"] * 9 + ["utf-16"])))
    for _ in range(rng.randint(1, 2)):
        if data:
            rng.choice(BYTES)(data, rng)
    return bytes(data)


@pytest.mark.parametrize(
    "batch", [pytest.param(batch, marks=pytest.mark.exhaustive if batch > 1 else ()) for batch in range(BATCHES)]
)
@thorough
def test_each_is_mended_or_refused_with_a_reason(batch: int) -> None:
    the_plan, read, reasons = plan().notebooks[0], 0, []
    wanted = [cell.grade_id for cell in the_plan.managed]
    for number in range(batch, COUNT, BATCHES * STEP):
        data = damaged(number)
        try:
            reading = read_notebook(data)
        except UnreadableError as error:
            reasons.append(str(error))
            continue
        read += 1
        mended = repair(reading, the_plan)
        assert [c.plan.grade_id for c in mended.cells if c.plan] == wanted, number
        assert all(isinstance(c.source, str) for c in mended.cells), number
        if number % 50 < BATCHES:
            _has_a_document(mended, number)
    assert all(len(reason) > 10 and reason.endswith((".", "?")) for reason in reasons)
    assert read > 0.9 * COUNT / BATCHES / STEP, "most can be read in part"


def _has_a_document(mended: Repaired, number: int) -> None:
    made = make_document(mended, plan().notebooks[0], NotebookRecord("forward_graph", repairs=mended.notes), {}, "key")
    nbformat.validate(nbformat.reads(made.encode().decode(), as_version=4))


@thorough
def test_a_sample_is_graded_in_the_sandbox() -> None:
    needs.sandbox()
    limits = Limits(cell_seconds=5, probe_seconds=2, notebook_seconds=30)
    with Sandbox(limits) as sandbox:
        for number in range(0, 400, often(17, 8)):
            job = Job("ada", plan(), "key", b"seed", {"forward_graph.ipynb": damaged(number)}, limits=limits)
            record = grade_submission(job, lambda files: sandbox.session(limits, files))
            grades = record.notebooks[0].grades
            assert len(grades) == 8, number
            for name, value in points(record).items():
                found = grades[name]
                assert type(value) is float, number
                assert 0.0 <= value <= found.max_points, number
                assert value == found.max_points or found.problem, number
            assert nbformat.reads(record.notebooks[0].document, as_version=4).cells
