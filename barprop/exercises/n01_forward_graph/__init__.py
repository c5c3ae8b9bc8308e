"""Notebook 01: the forward graph of one neuron, what it caches, and slopes by nudging."""

from __future__ import annotations

from barprop.exercises.n01_forward_graph.forward import DL_DV_CACHED, FORWARD, LINEAR, NUMERICAL_GRADIENT, RELU, REPEATS
from barprop.exercises.n01_forward_graph.logistic import LOGISTIC_FORWARD

EXERCISES = (LINEAR, RELU, FORWARD, REPEATS, DL_DV_CACHED, NUMERICAL_GRADIENT, LOGISTIC_FORWARD)
