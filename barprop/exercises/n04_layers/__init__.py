"""Notebook 04: layers as classes, a network as a list of them, and training on digits."""

from __future__ import annotations

from barprop.exercises.n04_layers.layers import LINEAR, LINEAR_BACKWARD, PRODUCT, RELU_LAYER, TANH_LAYER
from barprop.exercises.n04_layers.losses import SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR
from barprop.exercises.n04_layers.network import NETWORK
from barprop.exercises.n04_layers.training import TRAIN_DIGITS

EXERCISES = (
    PRODUCT,
    LINEAR_BACKWARD,
    LINEAR,
    RELU_LAYER,
    TANH_LAYER,
    SQUARED_ERROR,
    SOFTMAX_CROSS_ENTROPY,
    NETWORK,
    TRAIN_DIGITS,
)
