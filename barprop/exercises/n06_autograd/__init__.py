"""Notebook 06: an order to walk in, the tape in stages, and functions whose way back comes for free."""

from __future__ import annotations

from barprop.exercises.n06_autograd.compose import COMPOSE

from .broadcasting import MATMUL_BARS, UNBROADCAST
from .node import NODE
from .topological_order import TOPOLOGICAL_ORDER
from .value import VALUE

EXERCISES = (TOPOLOGICAL_ORDER, NODE, UNBROADCAST, MATMUL_BARS, VALUE, COMPOSE)
