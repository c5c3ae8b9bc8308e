"""Demonstrations in a notebook wait for the exercises they use."""

from __future__ import annotations

from barprop.check import judge, notebook_names
from barprop.exercises import EXERCISES
from barprop.run import Namespace


def ready(*names: str) -> bool:
    """Whether the answers to these exercises pass; prints one sentence where some do not."""
    missing = []
    for name in names:
        evaluation = judge(EXERCISES[name], Namespace(notebook_names()))
        if any(trial.problems for trial in evaluation.trials):
            missing.append(name)
    if missing:
        print(f"This picture is drawn with your own {' and '.join(missing)}: come back when the check above is content.")
    return not missing
