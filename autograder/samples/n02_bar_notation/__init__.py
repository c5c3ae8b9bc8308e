"""Notebook 02 as students answer it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples.n02_bar_notation import backward, find_the_bug, logistic, new_steps, single_bars, training

_PARTS = (single_bars, backward, new_steps, find_the_bug, logistic, training)
WRONG = {name: mistakes for part in _PARTS for name, mistakes in part.WRONG.items()}
RIGHT = {name: answers for part in _PARTS for name, answers in part.RIGHT.items()}
