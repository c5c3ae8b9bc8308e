"""Notebook 06: an order to walk in, the tape in stages, and functions whose way back comes for free."""

from __future__ import annotations

from barprop.exercises.n06_autograd.broadcasting import MATMUL_BARS, UNBROADCAST
from barprop.exercises.n06_autograd.compose import COMPOSE
from barprop.exercises.n06_autograd.node import NODE
from barprop.exercises.n06_autograd.topological_order import TOPOLOGICAL_ORDER
from barprop.exercises.n06_autograd.value import VALUE

EXERCISES = (TOPOLOGICAL_ORDER, NODE, UNBROADCAST, MATMUL_BARS, VALUE, COMPOSE)
