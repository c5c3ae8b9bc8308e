"""Run computations that are kept as numbers in a file, so that nobody reads an answer of an exercise in them.

A file (.npz) holds the steps of each computation as rows of four numbers: which operation, the number of the value that
it makes, and the numbers of the two values that this is made of.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

OPERATIONS = {
    "matmul": lambda a, b: a @ b,
    "transpose": lambda a, b: a.T,
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "maximum": lambda a, b: np.maximum(a, b),
    "greater": lambda a, b: a > b,
    "equal": lambda a, b: a == b,
    "exp": lambda a, b: np.exp(a),
    "log": lambda a, b: np.log(a),
    "column sums": lambda a, b: a.sum(axis=0),
    "row sums": lambda a, b: a.sum(axis=1, keepdims=True),
    "row maxima": lambda a, b: a.max(axis=1, keepdims=True),
    "minimum": lambda a, b: np.minimum(a, b),
    "sign": lambda a, b: np.sign(a),
    "take": lambda a, b: a[b],
    "append": lambda a, b: (*a, b),
    "call": lambda a, b: a(*b),
    "forward": lambda a, b: a.forward(*b),
    "backward": lambda a, b: a.backward(*b),
}
"""What a step can do with two values; a new one goes to the end, since files count them."""

_FUNCTIONS = tuple(OPERATIONS.values())


class NumberedSteps:
    """The computations of a file, each under its name.

    Parameters
    ----------
    path : Path
        The .npz file, made by `as_numbers` in autograder.course.numbered_steps.
    """

    def __init__(self, path: Path) -> None:
        with np.load(path) as file:
            self._rows: dict[str, list[Any]] = {name: file[name].tolist() for name in file.files if " " in name}

    def run(self, name: str, values: dict[int, Any]) -> list[Any]:
        """Take the steps of that name and return their results; `values`, by number, is filled on the way."""
        for operation, to, a, b in self._rows[name]:
            values[to] = _FUNCTIONS[operation](values[a], values[b])
        return [values[number] for number in self._rows[f"{name} results"]]

    def numbers(self, name: str) -> list[Any]:
        """Return other numbers that the file holds under a name."""
        return self._rows[name]
