"""Putting methods of ours around those of Jupyter, each once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

_MARK = "patched_by"  # the attribute of a method of ours that says which ones it is made of


def patch_once(owner: Any, name: str, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put a method of ours around one of a class, unless one is there already.

    Parameters
    ----------
    owner : type
        The class.
    name : str
        The method's name.
    make : callable
        Stock method -> ours, which calls it.
    """
    stock = getattr(owner, name)
    ours_already: frozenset[str] = getattr(stock, _MARK, frozenset())
    this = f"{make.__module__}.{make.__qualname__}"
    if this in ours_already:
        return
    ours = functools.wraps(stock)(make(stock))
    setattr(ours, _MARK, ours_already | {this})
    setattr(owner, name, ours)
