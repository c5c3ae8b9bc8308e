"""Notebook 06 as students answer it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples.n06_autograd import broadcasting, compose, node_tapes, topological_order, value

WRONG = topological_order.WRONG | {"Node": node_tapes.WRONG_NODE} | broadcasting.WRONG | value.WRONG | compose.WRONG
RIGHT = topological_order.RIGHT | {"Node": node_tapes.RIGHT_NODE} | broadcasting.RIGHT | value.RIGHT | compose.RIGHT
