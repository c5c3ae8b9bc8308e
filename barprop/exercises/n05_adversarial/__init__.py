"""Notebook 05: bars of images, and attacks that follow them."""

from __future__ import annotations

from barprop.exercises.n05_adversarial.accuracy_curve import ACCURACY_CURVE
from barprop.exercises.n05_adversarial.attacks import FGSM, GRADIENT_ASCENT, PGD, TARGETED
from barprop.exercises.n05_adversarial.sensitivity import INPUT_BAR, SENSITIVITY

EXERCISES = (INPUT_BAR, SENSITIVITY, GRADIENT_ASCENT, FGSM, PGD, TARGETED, ACCURACY_CURVE)
