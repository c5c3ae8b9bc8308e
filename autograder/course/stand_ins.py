"""Write what notebook 07 uses of 04 and 05 where a student has no answer: python -m autograder.course.stand_ins.

Students may open earlier.py before they have handed in 04 and 05, so it holds none of these answers as text: the steps
below go into earlier.npz as numbers.
"""

from __future__ import annotations

import numpy as np

from autograder.course.layout import SOURCE
from autograder.course.numbered_steps import LOSS, Computation, as_numbers

FILE = SOURCE / "07_panda" / "earlier.npz"

_COMPUTATIONS: dict[str, Computation] = {
    "linear forward": (
        [("W^T", "transpose", "W"), ("h_prev W^T", "matmul", "h_prev", "W^T"), ("h", "add", "h_prev W^T", "b")],
        ["h"],
    ),
    "linear backward": (
        [
            ("h_bar^T", "transpose", "h_bar"), ("W_bar", "matmul", "h_bar^T", "h_prev"),
            ("b_bar", "column sums", "h_bar"), ("h_prev_bar", "matmul", "h_bar", "W"),
        ],
        ["W_bar", "b_bar", "h_prev_bar"],
    ),
    "network forward": ([("h", "forward", "layer", "arguments")], ["h", "h"]),
    "network backward": (
        [
            ("both", "backward", "layer", "arguments"), ("w_bar", "take", "both", "0"), ("bar", "take", "both", "1"),
        ],
        ["w_bar", "bar"],
    ),
    **LOSS,
    "input_bar of all": (
        [
            ("(X,)", "append", "()", "X"), ("(X, w)", "append", "(X,)", "w"),
            ("logits", "forward", "network", "(X, w)"), ("(logits,)", "append", "()", "logits"),
            ("(logits, labels)", "append", "(logits,)", "labels"), ("l", "forward", "loss", "(logits, labels)"),
            ("logits_bar", "backward", "loss", "()"), ("(logits_bar,)", "append", "()", "logits_bar"),
            ("(logits_bar, w)", "append", "(logits_bar,)", "w"), ("both", "backward", "network", "(logits_bar, w)"),
            ("x_bar", "take", "both", "1"), ("X_bar", "multiply", "x_bar", "n"),
        ],
        ["X_bar"],
    ),
    "targeted step": (
        [
            ("(net,)", "append", "()", "net"), ("(net, X)", "append", "(net,)", "X_adv"),
            ("(net, X, targets)", "append", "(net, X)", "targets"), ("bar", "call", "input_bar", "(net, X, targets)"),
            ("sign", "sign", "bar"), ("change", "multiply", "sign", "alpha"), ("moved", "subtract", "X_adv", "change"),
            ("low", "subtract", "X", "eps"), ("high", "add", "X", "eps"), ("above", "maximum", "moved", "low"),
            ("inside", "minimum", "above", "high"), ("not negative", "maximum", "inside", "0"),
            ("picture", "minimum", "not negative", "1"),
        ],
        ["picture"],
    ),
}  # fmt: skip
# In the order of the numbers that earlier.py gives them.
_GIVEN = {
    "linear": ("h_prev", "W", "b", "h_bar"),
    "network": ("0", "1", "layer", "arguments"),
    "loss": ("0", "logits", "labels", "classes", "n", "l_bar"),
    "input_bar": ("()", "1", "network", "w", "loss", "X", "labels", "n"),
    "targeted": ("()", "0", "1", "X_adv", "X", "eps", "alpha", "targets", "net", "input_bar"),
}
_ORDER = {"network forward order": 1, "network backward order": -1}  # in which the layers are taken


def numbers() -> dict[str, np.ndarray]:
    """Return what earlier.npz holds."""
    order = {name: np.array([step], dtype=np.int8) for name, step in _ORDER.items()}
    return as_numbers(_COMPUTATIONS, _GIVEN) | order


if __name__ == "__main__":
    np.savez_compressed(FILE, **numbers())  # type: ignore[arg-type]
