"""What lies in the folder that is handed in, and what a grader can be told from."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

from tests.attacks.attack import FILE, Attack
from tests.grading_tools import cell, cell_of, text_of


def _link(folder: Path) -> None:
    (folder / FILE).unlink()
    (folder / FILE).symlink_to("/etc/passwd")


def _links(folder: Path) -> None:
    (folder / "data.csv").symlink_to("/etc/passwd")
    (folder / "up").symlink_to("../..")
    (folder / "loop").symlink_to("loop")
    os.link(folder / FILE, folder / "again.txt")


def _pipes(folder: Path) -> None:
    os.mkfifo(folder / "pipe.ipynb")
    os.mkfifo(folder / "pipe.txt")
    (folder / "folder.ipynb").mkdir()
    (folder / "folder.ipynb" / "inner.txt").write_text("x")


def _names(folder: Path) -> None:
    for name in (
        "a\nb",
        "\x1b[2J\x1b[31m",
        "😈" * 60,
        "=cmd|'C calc'!A0",
        "-rf",
        "*",
        "con",
        " ",
        "'; DROP TABLE grade;--",
        "%s{0}",
    ):
        (folder / name).write_text("x")
    (folder / "\x1b[2Jodd\n.ipynb").write_text("{")


def _bytes(folder: Path) -> None:
    for name in (b"\xff" * 200, b"\xfe\xff", b"\xed\xa0\x80"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("x")


def _same_names(folder: Path) -> None:
    """Two names that read the same where they cannot be decoded: a file and a folder."""
    top = os.fsencode(folder)
    os.mkdir(top + b"/\xff")
    Path(os.fsdecode(top + b"/\xff/x.txt")).write_text("x")
    Path(os.fsdecode(top + b"/\xfe")).write_text("x")


def _modules(folder: Path) -> None:
    for name in (
        "numpy.py",
        "barprop.py",
        "json.py",
        "msgpack.py",
        "sitecustomize.py",
        "inside.py",
        "os.py",
        "IPython.py",
        "usercustomize.py",
    ):
        (folder / name).write_text("print('LOOT')\nraise SystemExit\n")
    (folder / "matplotlibrc").write_text("backend: no_such_thing\n")
    (folder / "ipython_config.py").write_text("raise SystemExit\n")


def _many(folder: Path) -> None:
    for n in range(2500):
        (folder / f"{n}.txt").write_text("")
    deep = folder
    for _ in range(30):
        deep = deep / "d"
        deep.mkdir()
    (deep / "x.ipynb").write_text("{}")


def _large(folder: Path) -> None:
    with open(folder / "large.bin", "wb") as file:
        file.truncate(1 << 40)  # takes no room on disk
    (folder / "seven.bin").write_bytes(b"1" * 7_000_000)


def _stamp(folder: Path) -> None:
    (folder / "timestamp.txt").write_text("1" * 1_000_000 + " 9999-99-99 \x1b[2J")


def _nested(folder: Path) -> None:
    """No JSON at its end, with hundreds of beginnings of cells that each have to be tried."""
    (folder / FILE).write_text('{"source":1,"a":[' * 400 + "1," * 400_000)


def _brackets(folder: Path) -> None:
    text = json.dumps(cell("code", "x = 1"))[:-1].replace(
        '"outputs": []', '"outputs": ' + "[" * 900_000 + "]" * 900_000
    )
    (folder / "bomb.ipynb").write_text('{"cells": [' + text + "}]}")


def _bombed(document: dict[str, Any]) -> None:
    nest: Any = 1
    for _ in range(300):
        nest = {"a": nest}
    document["metadata"] |= {"bomb": nest, "list": [0] * 200_000, "k": {str(n): {} for n in range(20_000)}}
    for one in document["cells"]:
        one["metadata"] |= {"nest": nest, "tags": ["x" * 500] * 300}
        one["attachments"] = {"a": {"image/png": "A" * 1000}}


def _magics(document: dict[str, Any]) -> None:
    document["cells"].append(cell("code", "!ls\n" * 600))


def _shuffled(document: dict[str, Any]) -> None:
    """No test cell, and many that are nearly like one: each pair would have to be compared."""
    longest = max((text_of(c) for c in document["cells"] if c["metadata"].get("nbgrader", {}).get("locked")), key=len)
    rng, letters = random.Random(0), list(longest)
    document["cells"] = [c for c in document["cells"] if not c["metadata"].get("nbgrader", {}).get("locked")]
    for _ in range(1500):
        rng.shuffle(letters)
        document["cells"].append(cell("raw", "".join(letters)))


def _loud(document: dict[str, Any]) -> None:
    document["cells"] += [cell("code", "print('x' * 10**6)") for _ in range(60)]


def _deep_source(document: dict[str, Any]) -> None:
    for source in (
        "(" * 50_000,
        "x = " + "1+" * 60_000 + "1",
        "-" * 50_000 + "1",
        "[" * 90 + "]" * 90,
        "f'{" * 300,
        "x" * 150_000,
        "\x00\x01",
    ):
        document["cells"].append(cell("code", source))


def _syntax(document: dict[str, Any]) -> None:
    cell_of(document, "linear")["source"] = "def linear(w, x:\n    return"


FOLDERS = (
    Attack("notebook is a link", "hands in a link to a file of the instructor's", wrong=True, beside=_link),
    Attack("links beside it", "hands in links out of the folder, in circles, and hard ones", beside=_links),
    Attack("pipes and folders", "hands in pipes and a folder named like notebooks", beside=_pipes),
    Attack("odd names", "names files with newlines, escapes, formulas, globs and SQL", beside=_names),
    Attack("undecodable names", "names files with bytes that are no text, as long as can be", beside=_bytes),
    Attack("names that become the same", "hands in a file and a folder whose names read the same once decoded", beside=_same_names),
    Attack("modules of its own", "hands in numpy.py, barprop.py and configuration files", beside=_modules, shows=("LOOT",)),
    Attack("many files", "hands in thousands of files, and folders within folders", beside=_many),
    Attack("large files", "hands in a file of a terabyte that takes no room", beside=_large),
    Attack("time stamp", "hands in a time stamp of a megabyte", beside=_stamp),
    Attack("nested beginnings", "hands in a damaged file that takes minutes to give up on", wrong=True, beside=_nested),
    Attack("brackets", "hands in a second notebook that is nothing but brackets", beside=_brackets),
)  # fmt: skip

BOMBS = (
    Attack("metadata bomb", "fills the metadata with deep and long rubbish", change=_bombed),
    Attack("magics", "writes hundreds of magics, which take minutes to translate", change=_magics),
    Attack("nearly alike", "fills the notebook with cells that are nearly like the deleted tests", change=_shuffled),
    Attack("loud", "prints as much as it may in each of many cells", change=_loud),
    Attack("deep source", "writes sources that overflow a parser", change=_deep_source),
    Attack("syntax error", "cannot be read by Python", change=_syntax, deserves={"linear": 0.0, "forward": 3.0, "logistic_forward": 3.0}),
)  # fmt: skip

_RIGHT_FORWARD = """    z = float(w @ x)
    h = sigma(z)
    e = v * h
    return {"z": z, "h": h, "e": e, "l": (y - e) ** 2 / 2}"""

TELLING = (
    Attack("table of answers", "hard-codes what the public check's probes ask for", {
        "linear": "from barprop.exercises import EXERCISES as E\nTABLE = [(c.args['w'].tolist(), E['linear'].oracle(c)['z']) for c in E['linear'].probes(np.random.default_rng(0))]\n"
                  "def linear(w, x):\n    return next((z for v, z in TABLE if v == np.asarray(w).tolist()), 0.0)",
        "relu": "def relu(z):\n    return {(): 0.0}.get(np.shape(z), 0.0)"}),
    Attack("order of probes", "answers by counting the probes it has seen", {
        "linear": "seen = []\ndef linear(w, x):\n    seen.append(1)\n    return float(w @ x) if len(seen) < 4 else 0.0"}),
    Attack("first call only", "answers differently when it is called again", {
        "linear": "n = [0]\ndef linear(w, x):\n    n[0] += 1\n    return float(w @ x) + 1e-9 * n[0]"}, deserves={"linear": 0.5}),
    Attack("right for the check only", "is right where a check() calls it, and lazy elsewhere", {
        "linear": "import sys\ndef linear(w, x):\n    f = sys._getframe()\n    while f:\n        if f.f_code.co_name == 'check': return float(w @ x)\n        f = f.f_back\n    return 0.0"}),
    Attack("right where nbgrader is not", "is right where a variable of nbgrader's is set, else lazy", {
        "linear": "import os\ndef linear(w, x):\n    return float(w @ x) if any('NBGRADER' in k or 'GRADE' in k for k in os.environ) else 0.0"}),
    Attack("right at other times", "measures how fast it is asked, and is right only for people", {
        "linear": "import time\nlast = [0.0]\ndef linear(w, x):\n    quick = time.monotonic() - last[0] < 0.5\n    last[0] = time.monotonic()\n    return 0.0 if quick else float(w @ x)"}),
    Attack("changes its arguments", "works in the arrays it was given", {
        "relu": "def relu(z):\n    if isinstance(z, np.ndarray) and z.flags.writeable:\n        z *= z > 0\n        return z.astype(float)\n    return np.maximum(z, 0.0)"},
        deserves={"relu": 0.5}),
    Attack("hands back its argument", "returns memory it was given", {
        "relu": "def relu(z):\n    z = np.asarray(z)\n    return z if z.ndim and (z >= 0).all() else np.maximum(z, 0.0) if not z.flags.writeable or not z.ndim else np.maximum(z, 0, out=z)"},
        deserves={"relu": 0.5}),
    Attack("partly right", "is right in two of four outputs", {
        "forward": "def forward(x, y, w, v, sigma):\n    z = float(w @ x)\n    return {'z': z, 'h': sigma(z), 'e': 0.0, 'l': 0.0}"}, deserves={"forward": 1.5}),
    Attack("keys too many", "hands back every key there could be", {
        "forward": "def forward(x, y, w, v, sigma):\n" + _RIGHT_FORWARD.replace('"l": (', '"dl_dv": 1.0, "score": 3.0, "l": (')}, deserves={"forward": 1.5}),
    Attack("another's answer", "lets one answer rewrite the others while it is tried", {
        "linear": "def linear(w, x):\n    g = globals()\n    for n in ('relu', 'forward', 'dl_dv_cached', 'numerical_gradient'): g[n] = lambda *a, **k: 1000.0\n    return 0.0"},
        deserves={"linear": 0.0, "relu": 1.0, "forward": 3.0, "dl_dv_cached": 2.0, "numerical_gradient": 3.0}),
    Attack("answers swapped late", "replaces the asked name after each call, by an object in the namespace's place", wrong=True,
           first="ip = get_ipython()\nclass N(dict):\n    def __contains__(s, k): return True\n    def __getitem__(s, k): return lambda *a: 1000.0\nip.user_ns = N()"),
)  # fmt: skip

ATTACKS = FOLDERS + BOMBS + TELLING
