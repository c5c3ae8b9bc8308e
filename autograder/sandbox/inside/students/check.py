"""Stands for barprop.check where notebooks are graded: probes and oracles are kept outside, so nothing can be tried."""

from __future__ import annotations

from typing import Any


def check(*_: Any, **__: Any) -> float:
    """Say that nothing is tried here; 0.0 points, which count for nothing."""
    print("Checks rest here: the answers are tried when the whole notebook has run.")
    return 0.0


def ready(*_: str) -> bool:
    """Show every demonstration."""
    return True
