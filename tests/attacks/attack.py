"""What an attack is, and how it becomes a submission on disk. All are made from notebook 01 of the course."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.grading_tools import ASSIGNMENT, NOTEBOOK, cell, cell_of, index_of, solved

MOST = {
    "linear": 1.0,
    "relu": 1.0,
    "forward": 3.0,
    "repeats": 2.0,
    "dl_dv_cached": 2.0,
    "numerical_gradient": 3.0,
    "logistic_forward": 3.0,
}
FILE = f"{NOTEBOOK}.ipynb"

# Answers that are wrong for every input, so that whatever they earn was not earned.
WRONG = {
    "linear": "def linear(w, x):\n    return 4321.0",
    "relu": "def relu(z):\n    return -np.abs(z) - 4321.0",
    "forward": 'def forward(x, y, w, v, sigma):\n    return dict.fromkeys("zhel", 4321.0)',
    "repeats": 'repeats = {"dl_dv": 4321, "dl_dw": 4321}',
    "dl_dv_cached": "def dl_dv_cached(cache, y):\n    return 4321.0",
    "numerical_gradient": "def numerical_gradient(f, u, step=1e-6):\n    return np.asarray(u) * 0 - 4321.0",
    "logistic_forward": 'def logistic_forward(x, y, w):\n    return dict.fromkeys("zml", 4321.0)',
}


@dataclass(frozen=True)
class Attack:
    """One submission.

    Parameters
    ----------
    name, tries : what it is called; what it tries, in one sentence.
    cells : exercise -> source of its answer cell; the others hold right answers.
    first, last : a cell of the student's own after the imports, and at the end.
    wrong : every answer not among `cells` is wrong: whatever is earned was not deserved.
    change : what is done to the notebook afterwards, as a dictionary.
    beside : what is done to the folder that is handed in (the notebook lies in it).
    deserves : exercise -> most points; the others deserve all their points, or with `wrong` none.
    shows : what must appear in none of what a person is shown.
    """

    name: str
    tries: str
    cells: dict[str, str] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    wrong: bool = False
    change: Callable[[dict[str, Any]], Any] | None = None
    beside: Callable[[Path], Any] | None = None
    deserves: dict[str, float] = field(default_factory=dict)
    shows: tuple[str, ...] = ()

    def most(self) -> dict[str, float]:
        """Exercise -> the points it deserves; a right answer beside the attack gets exactly its own."""
        base = dict.fromkeys(MOST, 0.0) if self.wrong else dict(MOST)
        return base | dict.fromkeys(self.cells, 0.0) | self.deserves

    def attacked(self, exercise: str) -> bool:
        """Whether this exercise may get less than it deserves: the attack sits in its answer."""
        leans = exercise in ("forward", "logistic_forward") and "linear" in self.cells  # they call linear
        return leans or exercise in self.cells or exercise in self.deserves

    def document(self) -> dict[str, Any]:
        """The notebook."""
        made = solved(ASSIGNMENT, NOTEBOOK)
        for name, source in ((WRONG if self.wrong else {}) | self.cells).items():
            cell_of(made, name)["source"] = source
        if self.first:
            made["cells"].insert(index_of(made, "setup") + 1, cell("code", self.first))
        if self.last:
            made["cells"].append(cell("code", self.last))
        if self.change:
            self.change(made)
        return made

    def write(self, folder: Path) -> None:
        """The submission's folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(json.dumps(self.document()), encoding="utf-8")
        if self.beside:
            self.beside(folder)
