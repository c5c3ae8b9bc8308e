"""Sample answers as students write them: every declared mistake, and right answers written differently.

Each folder nXX_... holds WRONG (exercise -> name of the mistake -> source of the answer cell) and
RIGHT (exercise -> sources). The tests run them against the checks, the demo makes a class of them.
"""

from __future__ import annotations

import importlib

from barprop.exercises import notebook_folders


def function(signature: str, *lines: str) -> str:
    """Return the source of a function: `function("bar_v(e_bar, h)", "return e_bar * h")`."""
    return f"def {signature}:\n" + "".join(f"    {line}\n" for line in lines)


def class_of(name: str, base: str = "", **methods: tuple[str, ...]) -> str:
    """Write a class: class_of("ReLU", forward=("self, h_prev, w", "line", ...), ...)."""
    text = f"class {name}{base}:\n"
    for method, (arguments, *lines) in methods.items():
        method = {"init": "__init__"}.get(method, method)
        text += f"    def {method}({arguments}):\n" + "".join(f"        {line}\n" for line in lines)
    return text


def _collect(name: str) -> dict:
    found: dict = {}
    for folder in notebook_folders(__path__):
        found |= getattr(importlib.import_module(f"{__name__}.{folder}"), name)
    return found


def wrong() -> dict[str, dict[str, str]]:
    """Exercise -> mistake -> source of an answer cell that makes it."""
    return _collect("WRONG")


def right() -> dict[str, list[str]]:
    """Exercise -> sources of answer cells that are right, each written in another way."""
    return _collect("RIGHT")
