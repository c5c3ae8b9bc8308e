"""Value: the tape on arrays of any shapes."""

from __future__ import annotations

from barprop.exercises.n06_autograd.value_guesses import value_guesses
from barprop.exercises.n06_autograd.value_mistakes import VALUE_MISTAKES
from barprop.exercises.n06_autograd.value_probes import part_outputs, value_drive, value_oracle, value_probes
from barprop.judging.exercise import Exercise, Part

_POINTS = {"operators": 3, "constants": 2, "broadcasting": 2, "matmul": 2, "sum": 2, "nonlinear": 2, "backward": 2}
_OUTPUTS = part_outputs()

VALUE = Exercise(
    name="Value",
    signature="Value(data): .data, .bar, .parents, .backward(), + - * / ** @, .sum, .exp, .log, .relu, .tanh",
    outputs=tuple(output for outputs in _OUTPUTS.values() for output in outputs),
    points=sum(_POINTS.values()),
    parts=tuple(Part(name, points, _OUTPUTS[name]) for name, points in _POINTS.items()),
    minutes=70,
    corners=("k = 0", "a 0 in a", "relu at 0", "tanh very far out"),
    level=3,
    statements=("L21",),
    needs=("topological_order", "Node", "unbroadcast", "matmul_bars"),
    probes=value_probes,
    oracle=value_oracle,
    drive=value_drive,
    mistakes=VALUE_MISTAKES,
    guesses=value_guesses,
)
