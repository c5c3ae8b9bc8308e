"""Aimed past the sandbox: at what the grader reads, parses, keeps and computes for a submission, and at the queue."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.attacks.attack import FILE, Attack
from tests.attacks.wire import _says
from tests.grading_tools import cell, cell_of

_ASK = "def ask(n, m, *a, **k): put(frame(['ask', n, m, [msgpack.ExtType(1, b''), *a, None], k]))\n"


def _cells(*sources: str, kind: str = "code") -> Any:
    """Add cells at the end."""

    def change(document: dict[str, Any]) -> None:
        document["cells"] += [cell(kind, source) for source in sources]

    return change


def _metadata(document: dict[str, Any]) -> None:
    for one in document["cells"]:
        one["metadata"]["nbgrader"] = one["metadata"].get("nbgrader", {}) | {"points": 1e308, "max_points": 1e308}


def _schema(document: dict[str, Any]) -> None:
    document |= {"nbformat": 10**30, "nbformat_minor": -1, "metadata": [[]]}


def _ids(document: dict[str, Any]) -> None:
    for one in document["cells"]:
        one["id"] = "../../" * 30
        one["metadata"]["name"] = "x" * 100_000


def _attachments(document: dict[str, Any]) -> None:
    nest: Any = []
    for _ in range(200):
        nest = [nest]
    document["cells"].append(
        cell("markdown", "x") | {"attachments": {"a": {"image/png": nest}, "b": {"image/png": ["A"] * 200_000}}}
    )


def _many_cells(document: dict[str, Any]) -> None:
    document["cells"] += [cell("code", "x = 1")] * 4_900


def _duplicates(document: dict[str, Any]) -> None:
    document["cells"] += [cell_of(document, "linear")] * 800


def _twice(folder: Path) -> None:
    """The same key twice in one object: two parsers may read two notebooks."""
    text = (folder / FILE).read_text()
    (folder / FILE).write_text(text[:-1] + ', "cells": []}' if text.endswith("}") else text)


def _outputs_bomb(folder: Path) -> None:
    document = json.loads((folder / FILE).read_text())
    document["cells"][1]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": '\\"outputs\\": [' * 100_000}
    ]
    (folder / FILE).write_text(json.dumps(document))


def _openings(folder: Path) -> None:
    (folder / "z.ipynb").write_bytes(b'"outputs": [' * 400_000)


def _floats(folder: Path) -> None:
    (folder / "z.ipynb").write_text('{"cells": [' + "9" * 900_000 + "]}")


def _surrogates(folder: Path) -> None:
    (folder / "z.ipynb").write_text('{"cells": [{"cell_type": "code", "source": "' + "\\ud800" * 100_000 + '"}]}')


def _wide(folder: Path) -> None:
    (folder / "z.ipynb").write_bytes(("{" + " " * 3_000_000 + "}").encode("utf-32-le"))


def _deep_names(folder: Path) -> None:
    deep = folder
    for _ in range(3):
        deep = deep / ("d" * 200)
        deep.mkdir()
    for n in range(300):
        (deep / (f"{n}" + "f" * 240)).write_text("")


def _breadth(folder: Path) -> None:
    for n in range(3_000):
        (folder / f"d{n}").mkdir()


def _sparse_file(folder: Path) -> None:
    for n in range(9):
        with open(folder / f"{n}.bin", "wb") as file:
            file.truncate(7_900_000)


def _unreadable(folder: Path) -> None:
    (folder / "locked").mkdir()
    (folder / "locked" / "x.txt").write_text("x")
    os.chmod(folder / "locked", 0)


def _collide(folder: Path) -> None:
    for sub in ("a", "b", "c"):
        (folder / sub).mkdir()
        (folder / sub / "same.txt").write_bytes(sub.encode() * 100)
        (folder / sub / FILE).write_text("{}")


_TAKEN = "def relu(z):\n    "

HOST = (
    Attack("elif ladder", "writes branches deeper than our parser's recursion", change=_cells("if 0:\n    pass\n" + "elif 1: pass\n" * 2_000)),
    Attack("nested blocks", "nests blocks as deep as Python allows", change=_cells("\n".join(" " * n + "if 1:" for n in range(99)) + "\n" + " " * 99 + "x = 1")),
    Attack("long targets", "assigns to a target of a hundred thousand names", change=_cells(",".join(f"a{n}" for n in range(20_000)) + " = range(20_000)")),
    Attack("long chain of attributes", "writes an expression as deep as the parser allows", change=_cells("x = a" + ".b" * 30_000, "y = " + "(" * 199 + ")" * 199)),
    Attack("trees", "fills cells with sources whose syntax trees take a hundred times their room", change=_cells(*["#\n" + "x=1;" * 45_000] * 4)),
    Attack("fences", "wraps text in thousands of fences", change=_cells("```\n" * 50_000, "```python\n" + "x\n" * 80_000, kind="markdown")),
    Attack("magics in every line", "writes cells that IPython would translate for ever", change=_cells("%%time\n" * 3000, "!a\\\n" * 900, "?" * 100_000, "x = !ls\n" * 300)),
    Attack("thousands of cells", "hands in nearly as many cells as are read", change=_many_cells),
    Attack("one answer, many times", "hands in an answer cell 800 times", change=_duplicates),
    Attack("points in the metadata", "says what its cells are worth", {"linear": "def linear(w, x):\n    return 0.0"}, change=_metadata),
    Attack("another format", "names a format that nobody knows", change=_schema),
    Attack("ids", "uses paths and long names as ids", change=_ids),
    Attack("attachments", "hides nests and long lists in attachments", change=_attachments),
    Attack("two lists of cells", "holds the key cells twice", wrong=True, beside=_twice),
    Attack("outputs in outputs", "writes the mark of outputs into an output thousands of times", beside=_outputs_bomb),
    Attack("openings", "hands in a notebook that only opens lists of outputs", beside=_openings),
    Attack("a number of a million digits", "hands in a number that takes quadratic time to read", beside=_floats),
    Attack("surrogates", "hands in text that no encoding can store", beside=_surrogates),
    Attack("wide characters", "hands in blanks of four bytes each", beside=_wide),
    Attack("long paths", "hands in names that are too long to be made again", beside=_deep_names),
    Attack("breadth", "hands in thousands of folders", beside=_breadth),
    Attack("sparse files", "hands in files that are all hole", beside=_sparse_file),
    Attack("a locked folder", "hands in a folder nobody may enter", beside=_unreadable),
    Attack("colliding names", "hands in files that fall on each other in a flat folder, and notebooks of one name", beside=_collide),
    Attack("a call to what went by value", "asks the host to work with an object that it holds itself", wrong=True,
           first=_says(_ASK + "for n in range(1, 60):\n    for m in ('forward', 'backward', 'count', ''): ask(n, m, 1.0, 2.0)")),
    Attack("calls while idle", "asks the host for calls where it expects an answer, from an answer", {
        "relu": _says(_ASK) + _TAKEN + "ask(1, '', [0.0] * 50_000); return np.maximum(z, 0.0)"}),
    Attack("forged kinds", "fails with a kind of failure that is none", {
        "relu": "from barprop.answers.calls import AnswerError\n" + _TAKEN + "e = AnswerError('x'); e.kind = {'a': [1]}; raise e",
        "linear": "from barprop.answers.calls import AnswerError\nclass E(AnswerError):\n    kind = property(lambda s: 1 / 0)\n    def __init__(s): pass\ndef linear(w, x):\n    raise E"}),
    Attack("large arguments", "calls the host's function with all that fits into a reply", {
        "numerical_gradient": "def numerical_gradient(f, u, step=1e-6):\n    big = np.ones(499_000)\n    while True:\n        try: f(big)\n        except (ValueError, TypeError, RuntimeError): pass"}),
    Attack("arguments that grow", "calls the host's function with shapes that broadcast to gigabytes", {
        "numerical_gradient": "def numerical_gradient(f, u, step=1e-6):\n    for s in ((200_000, 1), (1, 200_000), (1, 1, 400_000), (0, 9), (400, 1000)):\n        try: f(np.ones(s))\n        except Exception: pass\n    return np.zeros_like(u)"}),
    Attack("objects without end", "hands back new objects in every call, so that tables fill", {
        "linear": "def linear(w, x):\n    return [object() for _ in range(900)]",
        "forward": "def forward(x, y, w, v, sigma):\n    return {k: [type('C%d' % n, (), {})() for n in range(100)] for k in 'zhel'}"}),
    Attack("odd numbers", "answers numbers at the edges of every type", {
        "linear": "def linear(w, x):\n    return np.longdouble('1e4000')", "dl_dv_cached": "def dl_dv_cached(cache, y):\n    return 10 ** 18 * 9",
        "repeats": "repeats = {'dl_dv': np.uint8(255), 'dl_dw': -(2**63)}"}),
    Attack("zero-size giants", "answers arrays of no entry and endless axes", {
        "relu": _TAKEN + "return np.zeros((0,) + (2**20,) * 3)", "linear": "def linear(w, x):\n    return np.zeros((2**40, 0))"}),
    Attack("trace of a megabyte", "fails with a trace and a message of megabytes", last="class E(Exception): __str__ = lambda s: 'x' * 10**7\nexec(compile('raise E', 'f' * 10**6, 'exec'))"),
    Attack("widgets and reprs", "ends in an object whose pictures are endless", last="class R:\n    def _repr_mimebundle_(s, **k): return {f'a/{n}': 'x' * 9999 for n in range(10**4)}, {'m': [[]] * 10**5}\nR()"),
)  # fmt: skip
