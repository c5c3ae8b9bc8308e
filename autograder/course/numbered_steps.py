"""Write computations as numbers, for `barprop.numbered_steps` to run: students may open what they are handed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from barprop.numbered_steps import OPERATIONS

Step = tuple[str, ...]  # what it makes, the operation, and of what
Computation = tuple[Sequence[Step], Sequence[str]]  # its steps, and which values are the results

_NUMBER = {name: number for number, name in enumerate(OPERATIONS)}

# Soft-max with cross-entropy, which both notebooks hand out.
LOSS: dict[str, Computation] = {
    "loss forward": (
        [
            ("top", "row maxima", "logits"), ("shifted", "subtract", "logits", "top"), ("exps", "exp", "shifted"),
            ("sums", "row sums", "exps"), ("log sums", "log", "sums"), ("logs", "subtract", "shifted", "log sums"),
            ("hot", "equal", "labels", "classes"), ("kept", "multiply", "logs", "hot"), ("rows", "row sums", "kept"),
            ("losses", "subtract", "0", "rows"), ("sum", "column sums", "losses"), ("sum of row", "column sums", "sum"),
            ("l", "divide", "sum of row", "n"),
        ],
        ["l"],
    ),
    "loss backward": (
        [
            ("p", "exp", "logs"), ("off", "subtract", "p", "hot"), ("scaled", "multiply", "off", "l_bar"),
            ("logits_bar", "divide", "scaled", "n"),
        ],
        ["logits_bar"],
    ),
}  # fmt: skip


def as_numbers(computations: Mapping[str, Computation], given: Mapping[str, Sequence[str]]) -> dict[str, np.ndarray]:
    """Return the arrays that the file holds: rows (operation, to, a, b) of each computation, and its results.

    Parameters
    ----------
    computations : mapping
        By name. Those whose names begin with the same word go on with each other's values.
    given : mapping
        First word of a name -> what is there before the first step, in the order of its numbers.
    """
    numbers = {word: {name: number for number, name in enumerate(names)} for word, names in given.items()}
    written = {}
    for name, (steps, results) in computations.items():
        known = numbers[name.split()[0]]
        rows = []
        for made, operation, *operands in steps:
            a, b = (known[operand] for operand in (*operands, next(iter(known)))[:2])
            rows.append((_NUMBER[operation], known.setdefault(made, len(known)), a, b))
        written[name] = np.array(rows, dtype=np.uint8)
        written[f"{name} results"] = np.array([known[result] for result in results], dtype=np.uint8)
    return written
