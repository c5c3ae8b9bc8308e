"""Notebook 01: the forward graph of one neuron, what it caches, and slopes by nudging."""

from __future__ import annotations

from barprop.exercises.n01_forward_graph.forward import DL_DV_CACHED, FORWARD, LINEAR, RELU
from barprop.exercises.n01_forward_graph.logistic import LOGISTIC_FORWARD
from barprop.exercises.n01_forward_graph.numerical_gradient import NUMERICAL_GRADIENT
from barprop.exercises.n01_forward_graph.predictions import REPEATS

EXERCISES = (LINEAR, RELU, FORWARD, REPEATS, DL_DV_CACHED, NUMERICAL_GRADIENT, LOGISTIC_FORWARD)
