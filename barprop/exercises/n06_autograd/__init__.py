"""Notebook 06: an order to walk in, the tape, and functions whose way back comes for free."""

from __future__ import annotations

from barprop.exercises.n06_autograd.compose import COMPOSE, TOPOLOGICAL_ORDER, VALUE

EXERCISES = (TOPOLOGICAL_ORDER, VALUE, COMPOSE)
