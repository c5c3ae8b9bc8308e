"""Notebook 03: who gets how much of the gradient, and what that does to learning."""

from __future__ import annotations

from barprop.exercises.n03_gradient_splitting.branches import BRANCHES_BACKWARD, BRANCHES_FORWARD, FAN_OUT
from barprop.exercises.n03_gradient_splitting.rates import LARGEST_STABLE_RATE, RESCALE, UPDATE_RATIO
from barprop.exercises.n03_gradient_splitting.shares import GRADIENT_SHARE, SPLIT, STEP_SHARE
from barprop.exercises.n03_gradient_splitting.who import WHO

EXERCISES = (
    WHO,
    SPLIT,
    GRADIENT_SHARE,
    STEP_SHARE,
    BRANCHES_FORWARD,
    BRANCHES_BACKWARD,
    FAN_OUT,
    UPDATE_RATIO,
    RESCALE,
    LARGEST_STABLE_RATE,
)
