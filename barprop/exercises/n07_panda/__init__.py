"""Notebook 07: the layers of a network for photos, and where it looks."""

from __future__ import annotations

from barprop.exercises.n07_panda.depthwise import DEPTHWISE_CONV2D
from barprop.exercises.n07_panda.layers import MEAN_POOL, RELU6
from barprop.exercises.n07_panda.residual import RESIDUAL
from barprop.exercises.n07_panda.saliency import SMOOTH_SALIENCY

EXERCISES = (RELU6, MEAN_POOL, RESIDUAL, DEPTHWISE_CONV2D, SMOOTH_SALIENCY)
