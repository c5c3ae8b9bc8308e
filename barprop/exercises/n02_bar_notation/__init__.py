"""Notebook 02: bars, one step back at a time, and the whole way back."""

from __future__ import annotations

from barprop.exercises.n02_bar_notation.backward import BACKWARD, BACKWARD_RECOMPUTE, ORDER, SLOPES_FROM_OUTPUT
from barprop.exercises.n02_bar_notation.find_the_bug import FIND_THE_BUG
from barprop.exercises.n02_bar_notation.logistic import LOGISTIC_BACKWARD
from barprop.exercises.n02_bar_notation.new_steps import NEW_STEPS
from barprop.exercises.n02_bar_notation.single_bars import BAR_E, BAR_H, BAR_V, BAR_W, BAR_X, BAR_Y, BAR_Z
from barprop.exercises.n02_bar_notation.training import TRAIN

EXERCISES = (
    *(BAR_E, BAR_Y, BAR_V, BAR_H, BAR_Z, BAR_W, BAR_X),
    *(ORDER, BACKWARD, NEW_STEPS, FIND_THE_BUG, LOGISTIC_BACKWARD),
    *(SLOPES_FROM_OUTPUT, BACKWARD_RECOMPUTE, TRAIN),
)
