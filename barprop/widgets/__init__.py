"""Widgets of the course. Importing this package is cheap: a widget's own module loads when it is first named."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "CacheLedger": "cache_ledger",
    "ContractCard": "contract_card",
    "Descent": "descent",
    "DigitPad": "digit_pad",
    "GraphStepper": "graph_stepper",
    "NudgeTest": "nudge_test",
    "PerturbPad": "perturb_pad",
    "PicturePad": "picture_pad",
    "SplitBars": "split_bars",
    "TapeView": "tape_view",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"barprop.widgets has {', '.join(_HOMES)}; {name!r} is none of them.")
    return getattr(import_module(f"barprop.widgets.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(_HOMES)
