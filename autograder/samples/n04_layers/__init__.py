"""Notebook 04 as students answer it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples.n04_layers import layers, losses, network

WRONG = layers.WRONG | losses.WRONG | network.WRONG
RIGHT = layers.RIGHT | losses.RIGHT | network.RIGHT
