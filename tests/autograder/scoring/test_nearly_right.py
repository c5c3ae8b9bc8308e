"""Values that are nearly right: one verdict at every seed, and a name for what went wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.reference import REFERENCES, oracle_of
from barprop.answers.calls import Namespace
from barprop.exercises import EXERCISES
from barprop.judging.judge import judge

SINGLE = """
def linear_backward(Z_bar, X, W):
    Z_bar, X, W = (np.asarray(a, dtype=np.float32) for a in (Z_bar, X, W))
    return Z_bar.T @ X, Z_bar.sum(axis=0), Z_bar @ W
"""
NEARLY = {
    "single precision": ("linear_backward", SINGLE, 2.7, "", "single precision"),
    "1e-10 beside the root": ("rescale", "def rescale(H):\n    return H / (np.sqrt(np.mean(H**2, axis=1, keepdims=True)) + 1e-10)",
                              0.9, "a small number in the denominator", ""),
    "1e-8 under the root": ("rescale", "def rescale(H):\n    return H / np.sqrt(np.mean(H**2, axis=1, keepdims=True) + 1e-8)",
                            0.9, "a small number in the denominator", ""),
    "1e-12 beside the root": ("rescale", "def rescale(H):\n    return H / (np.sqrt(np.mean(H**2, axis=1, keepdims=True)) + 1e-12)",
                              0.9, "a small number in the denominator", ""),
    "np.vectorize, max": ("relu", "relu = np.vectorize(lambda z: max(0, z))", 0.0,
                          "cut to whole numbers, as the first entry is", ""),
    "np.vectorize, if": ("relu", "relu = np.vectorize(lambda z: z if z > 0 else 0)", 0.0,
                         "cut to whole numbers, as the first entry is", ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", NEARLY)
def test_one_verdict_for_every_seed_and_a_name_for_what_went_wrong(kind: str) -> None:
    name, source, most, mistake, remark = NEARLY[kind]
    names: dict[str, Any] = {**REFERENCES.names, "np": np, "__name__": "__main__"}
    exec(source, names)
    for seed in range(10):
        evaluation = judge(EXERCISES[name], Namespace(names), EXERCISES, seed, oracle_of)
        found = evaluation.verdict(EXERCISES[name].parts[0])
        assert (found.points, found.mistake) == (most, mistake), seed
        assert remark in " ".join(found.remarks)
