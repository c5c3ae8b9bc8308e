"""Which step of a tape handed a wrong bar back: the first one, seen from the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from barprop.widgets.read_tape import Entry, same


@dataclass(frozen=True)
class Blame:
    """The first wrong bar on the way back."""

    node: int  # whose bar is wrong, its uses' bars all being right
    path: list[int]  # from the loss to this node
    words: str  # one sentence; variables in braces, as the widgets write them


def first_wrong_step(entries: list[Entry]) -> Blame | None:
    """Return where the way back goes wrong first, or None if no bar is known to be wrong.

    Parameters
    ----------
    entries : list of Entry
        The nodes of a tape, parents before what was made of them, with their bars and those of nudging.
    """
    for node in range(len(entries) - 1, -1, -1):
        if entries[node].verdict() in ("wrong", "missing"):
            return Blame(node, _path(entries, node), _words(entries, node))
    return None


def _uses(entries: list[Entry], node: int) -> list[tuple[int, int]]:
    """Return (step, slot) of each use of a node."""
    return [(place, slot) for place, entry in enumerate(entries) for slot, p in enumerate(entry.parents) if p == node]


def _path(entries: list[Entry], node: int) -> list[int]:
    path = [node]
    while uses := _uses(entries, path[0]):
        path.insert(0, uses[0][0])
    return path


def _words(entries: list[Entry], node: int) -> str:
    entry, uses, last = entries[node], _uses(entries, node), len(entries) - 1
    name = _named(entry)
    if not uses:
        said = "has no bar" if entry.bar is None else f"begins with the bar {_short(entry.bar)}"
        return f"The backward pass starts at {name}: it {said}, but should begin with 1." if node == last else ""
    steps = " and ".join(dict.fromkeys(_step(entries[place]) for place, _ in uses))
    assert entry.ref is not None
    if entry.bar is None:
        return f"{steps} handed no bar back to {name}."
    if entry.bar.shape != entry.ref.shape:
        came, wanted = _shape(entry.bar), _shape(entry.ref)
        return f"{steps} handed a bar of shape {came} back to {name}, whose value has shape {wanted}."
    if len(uses) == 1:
        place, _ = uses[0]
        hint = _slip(entry.bar, entry.ref, entries[place].ref)
        where = _where(entry.bar, entry.ref)
        wrong, right = (_short(each[where]) for each in (entry.bar, entry.ref))
        return f"{steps} handed {wrong} back to {name}{_at(where)}, nudging says {right}{hint}."
    return _several(entries, node, uses, name)


def _several(entries: list[Entry], node: int, uses: list[tuple[int, int]], name: str) -> str:
    """Say what happened where several uses add up to a bar."""
    entry = entries[node]
    shares = [entries[place].shares[slot] for place, slot in uses]
    known = [share for share in shares if share is not None]
    begin = f"{name} is used {len(uses)} times, and the shares of its uses add up to its bar"
    assert entry.bar is not None
    assert entry.ref is not None
    for (place, _), share in zip(uses, shares, strict=True):
        if share is not None and same(entry.bar, share) and len(known) > 1:
            return f"{begin}; only the share of {_step(entries[place])} is in it. Does each step add to the bar?"
        if share is not None and same(entry.bar, entry.ref - share):
            return f"{begin}; the share of {_step(entries[place])} is missing."
    where = _where(entry.bar, entry.ref)
    wrong, right = (_short(each[where]) for each in (entry.bar, entry.ref))
    return f"{begin}; it is {wrong}{_at(where)}, nudging says {right}."


def _slip(bar: np.ndarray, ref: np.ndarray, incoming: np.ndarray | None) -> str:
    if same(bar, -ref):
        return " (the sign is turned)"
    if incoming is not None and incoming.shape == bar.shape and same(bar, incoming):
        return " (the incoming bar alone, without the slope)"
    if not np.any(bar):
        return " (nothing arrived)"
    return ""


def _where(bar: np.ndarray, ref: np.ndarray) -> tuple[int, ...]:
    """Return the place of the largest difference."""
    difference = np.where(np.isfinite(bar), np.abs(bar - ref), np.inf)
    return tuple(int(index) for index in np.unravel_index(int(np.argmax(difference)), bar.shape))


def _at(where: tuple[int, ...]) -> str:
    return f" at [{', '.join(map(str, where))}]" if where else ""


def _named(entry: Entry) -> str:
    if len(entry.name) <= 2 and entry.name[:1].isalpha():
        return f"{{{entry.name}}}"
    return f"the node {entry.name}" if entry.op else "a number without a name"


def _step(entry: Entry) -> str:
    """Return a step's name in a sentence: what it does, and the letter of what it makes."""
    if entry.op in ("", "?"):
        return "an unknown step"
    return entry.op if entry.op == entry.name else f"{entry.op} (which made {_named(entry)})"


def _shape(values: np.ndarray) -> str:
    return str(values.shape)


def _short(value: np.ndarray) -> str:
    return f"{float(value):.3g}".replace("-", "−") if np.ndim(value) == 0 else f"of shape {np.shape(value)}"
