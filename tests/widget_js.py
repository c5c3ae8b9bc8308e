"""Run the pure functions of a widget's module outside a notebook, in node."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from barprop.widgets.base import bundled
from tests import needs

_RUNNER = """
import {{ readFileSync }} from "node:fs";
import * as widget from "./widget.mjs";
const f = {function};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((one) => f(widget, one))));
"""


def run_js(widget: str, function: str, cases: list[Any]) -> list[Any]:
    """Map a JavaScript function (module, case) -> data over the cases.

    Parameters
    ----------
    widget : the name of its bundle, without .js.
    function : JavaScript source of an arrow function.
    cases : plain data.
    """
    source = bundled(f"{widget}.js")
    node = needs.program("node")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "widget.mjs").write_text(source, encoding="utf-8")
        Path(folder, "run.mjs").write_text(_RUNNER.format(function=function), encoding="utf-8")
        done = subprocess.run(
            [node, "run.mjs"], input=json.dumps(cases), cwd=folder, capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
