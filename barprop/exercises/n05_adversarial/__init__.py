"""Notebook 05: bars of images, and attacks that walk along them."""

from __future__ import annotations

from barprop.exercises.n05_adversarial.accuracy_curve import ACCURACY_CURVE
from barprop.exercises.n05_adversarial.attacks import FGSM, GRADIENT_ASCENT, INPUT_BAR, PGD, SENSITIVITY, TARGETED

EXERCISES = (INPUT_BAR, SENSITIVITY, GRADIENT_ASCENT, FGSM, PGD, TARGETED, ACCURACY_CURVE)
