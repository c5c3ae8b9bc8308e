"""Reading a tape: the nodes behind a Value as plain data, and their bars by nudging one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from barprop.numerics.vjp import pull_back
from barprop.pictures.layered import parents_first
from barprop.widgets.base import WidgetError

_LARGEST = 2000  # entries in all; nudging each costs a few runs of its step
_SHOWN = 12  # numbers of an array that the page gets
_SUMS = [{"axis": axis, "keepdims": keep} for axis in (None, 0, 1, -1, (0, 1)) for keep in (False, True)]
_POWERS = (2.0, -1.0, 0.5, 3.0, -2.0, -0.5)

Step = Callable[..., np.ndarray]


@dataclass
class Entry:
    """One node as plain data."""

    name: str  # its letter, or what made it
    op: str  # what made it: "×", "tanh", ...; "" for a leaf, "?" for a step unknown here
    parents: tuple[int, ...]
    data: np.ndarray
    bar: np.ndarray | None
    ref: np.ndarray | None = None  # the bar by nudging
    step: Step | None = None
    shares: list[np.ndarray | None] = field(default_factory=list)  # by nudging, what it hands back to each parent

    def right(self) -> bool:
        """Return whether its bar is that of nudging."""
        return self.bar is not None and self.ref is not None and same(self.bar, self.ref)

    def verdict(self) -> str:
        """Return "right", "wrong", "missing" (no bar) or "unchecked" (nothing to compare with)."""
        if self.ref is None:
            return "unchecked"
        return "missing" if self.bar is None else "right" if self.right() else "wrong"

    def plain(self) -> dict[str, Any]:
        """Return what the page gets: of an array its beginning, None where a number is missing."""
        difference = None
        if self.bar is not None and self.ref is not None and self.bar.shape == self.ref.shape:
            difference = _finite(np.max(np.abs(self.bar - self.ref), initial=0.0))
        return {
            "name": self.name,
            "op": self.op,
            "parents": list(self.parents),
            "shape": list(self.data.shape),
            "data": _listed(self.data),
            "bar": None if self.bar is None else _listed(self.bar),
            "barShape": None if self.bar is None else list(self.bar.shape),
            "ref": None if self.ref is None else _listed(self.ref),
            "verdict": self.verdict(),
            "difference": difference,
            "shares": [None if share is None else _finite(np.linalg.norm(share)) for share in self.shares],
        }


def same(bar: np.ndarray, ref: np.ndarray) -> bool:
    """Return whether two bars have one shape and agree to about six digits."""
    if bar.shape != ref.shape:
        return False
    size = np.max(np.abs(ref), initial=0.0)
    return bool(np.max(np.abs(bar - ref), initial=0.0) <= 1e-6 * (1 + size))


@dataclass
class Tape:
    """The nodes, parents before what was made of them."""

    entries: list[Entry]


def read_tape(node: Any, names: Mapping[str, Any], most: int) -> Tape:
    """Return the nodes behind a Value, named, with their bars and what nudging says of them."""
    order = _ordered(node, most)
    index = {id(one): place for place, one in enumerate(order)}
    letters = {id(value): name for name, value in names.items()}
    entries: list[Entry] = []
    for one in order:
        data = _array(one, "data")
        bar = None if getattr(one, "bar", None) is None else _array(one, "bar")
        parents = tuple(index[id(parent)] for parent in one.parents)
        symbol, step = _recognised(data, [entries[parent].data for parent in parents])
        entries.append(Entry(letters.get(id(one), symbol or "•"), symbol, parents, data, bar, step=step))
    if sum(entry.data.size for entry in entries) <= _LARGEST:
        _nudge(entries)
    return Tape(entries)


def _ordered(node: Any, most: int) -> list[Any]:
    for part in ("data", "bar", "parents"):
        if not hasattr(node, part):
            kind = type(node).__name__
            raise WidgetError(f"TapeView draws a Value with .data, .bar and .parents; this {kind} has no .{part}.")
    order = parents_first(node, most)
    if order is None:
        raise WidgetError(f"TapeView draws up to {most} nodes, and this graph has more. Draw a smaller one.")
    return order


def _array(node: Any, part: str) -> np.ndarray:
    try:
        return np.array(getattr(node, part), dtype=float)
    except (TypeError, ValueError):
        came = f"{getattr(node, part)!r:.60}"
        raise WidgetError(f"A node's .{part} must be a number or an array, got {came}.") from None


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _listed(values: np.ndarray) -> list[float | None]:
    return [_finite(value) for value in np.ravel(values)[:_SHOWN]]


def _candidates(parents: list[np.ndarray]) -> list[tuple[str, Step]]:
    """Return the steps that could have made a node of so many parents."""
    if len(parents) == 2:
        pairs = (("+", np.add), ("−", np.subtract), ("×", np.multiply), ("/", np.divide), ("@", np.matmul))
        straight = list(pairs)
        turned = [(name, lambda a, b, step=step: step(b, a)) for name, step in pairs if name in "−/@"]
        return straight + turned
    if len(parents) != 1:
        return []
    steps: list[tuple[str, Step]] = [
        ("neg", np.negative), ("exp", np.exp), ("log", np.log), ("relu", lambda a: np.maximum(a, 0)),
        ("tanh", np.tanh),
    ]  # fmt: skip
    steps += [("sum", lambda a, how=how: np.sum(a, **how)) for how in _SUMS]
    steps += [(f"**{k:g}".replace("-", "−"), lambda a, k=k: np.power(a, k)) for k in _POWERS]
    return steps


def _recognised(data: np.ndarray, parents: list[np.ndarray]) -> tuple[str, Step | None]:
    """Return the symbol of the step that made this value, and the step; None where nothing known gives it."""
    if not parents:
        return "", None
    for symbol, step in _candidates(parents):
        try:
            with np.errstate(all="ignore"):
                made = np.asarray(step(*parents))
        except (ValueError, np.exceptions.AxisError):
            continue
        if made.shape == data.shape and np.allclose(made, data, rtol=1e-12, atol=0, equal_nan=True):
            return symbol, step
    return "?", None


def _nudge(entries: list[Entry]) -> None:
    """Fill in the bars that follow from nudging each step; a node that feeds an unknown step stays unchecked."""
    bars: list[np.ndarray | None] = [np.zeros_like(entry.data) for entry in entries]
    bars[-1] = np.ones_like(entries[-1].data)
    for place in range(len(entries) - 1, -1, -1):
        entry, bar = entries[place], bars[place]
        for slot, parent in enumerate(entry.parents):
            share = None
            if bar is not None and entry.step is not None:
                share = _slot_bar(entry, [entries[p].data for p in entry.parents], slot, bar)
            entry.shares.append(share)
            so_far = bars[parent]
            bars[parent] = None if share is None or so_far is None else so_far + share
    for entry, bar in zip(entries, bars, strict=True):
        entry.ref = bar if bar is not None and np.all(np.isfinite(bar)) else None


def _slot_bar(entry: Entry, values: list[np.ndarray], slot: int, bar: np.ndarray) -> np.ndarray:
    at = values[slot]
    sizes = np.abs(at[at != 0])
    nudge = 1e-3 * float(np.clip(sizes.min(initial=1.0), 1e-4, 1.0))
    step = entry.step
    assert step is not None  # a leaf has no slot

    def moved(u: np.ndarray) -> np.ndarray:
        return step(*values[:slot], u, *values[slot + 1 :])

    with np.errstate(all="ignore"):
        return np.asarray(pull_back(moved, at, bar, nudge, left=entry.op == "relu" and bool(np.any(at == 0))))
