"""References at the edges of the contract: a right result or one clear sentence, never a wrong one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from autograder.reference import REFERENCES
from barprop.activations import tanh

R = {name: REFERENCES[name] for name in (
    "SquaredError", "Network", "Value", "accuracy_curve", "cross_entropy", "gradient_share", "largest_stable_rate",
    "rescale", "step_share", "train", "update_ratio",
)}  # fmt: skip


@pytest.mark.parametrize("size", [1e308, 1e200, 1.0, 1e-200, 1e-308])
def test_neither_large_nor_small_numbers_get_lost(size: float) -> None:
    x = size * np.array([1.0, -0.5])
    np.testing.assert_allclose(R["gradient_share"](x), [2 / 3, 1 / 3], rtol=1e-12)
    np.testing.assert_allclose(R["step_share"](x), [0.8, 0.2], rtol=1e-12)
    np.testing.assert_allclose(R["rescale"](x[None]), np.array([[1, -0.5]]) / np.sqrt(0.625), rtol=1e-12)
    assert R["update_ratio"](x, x, 0.1) == pytest.approx(0.1, rel=1e-12)


class _Net:
    def forward(self, x: np.ndarray, w: list) -> np.ndarray:
        return np.zeros((len(x), 4))


def _curve() -> object:
    return R["accuracy_curve"]((_Net(), [], None), np.zeros((1, 2)), [9], [0.1], lambda net, X, labels, eps: X)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: R["SquaredError"]().forward(np.zeros((3, 1)), np.zeros(3)), "e has shape (3, 1) and y (3,)"),
        (lambda: R["Network"]([object()]).forward(np.zeros((1, 2)), []), "1 layers and weights for 0"),
        (lambda: R["cross_entropy"](R["Value"](np.zeros((1, 3))), [-1]), "from 0 to 2"),
        (lambda: R["cross_entropy"](R["Value"](np.zeros((1, 3))), [3]), "from 0 to 2"),
        (lambda: R["cross_entropy"](R["Value"](np.zeros((0, 3))), []), "one row or more"),
        (lambda: R["train"](np.zeros((0, 2)), np.zeros(0), np.ones(2), 1.0, tanh, 0.1, 3, 0), "no example"),
        (lambda: R["largest_stable_rate"](np.zeros((2, 0))), "no feature"),
        (_curve, "the network knows 0 to 3"),
    ],
)
def test_one_clear_sentence(call: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()
    assert said in str(caught.value)
