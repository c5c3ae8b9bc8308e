"""What grading notes of its own in a graded notebook's metadata, and how the pages and reports read it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

_NAME = "autograder"

GIVEN = {_NAME: {"given": True}}  # metadata of a cell that is as it was handed out
NOTICE = {_NAME: {"told": True}}  # metadata of a cell in which the grader says what it repaired


@dataclass(frozen=True, kw_only=True)
class ShownVerdict:
    """A verdict as it is kept beside the output that shows it.

    Parameters
    ----------
    points : float or None
        Of the automatic grading; None where a person grades.
    most : float
        The points there are.
    problem, hint, example, kind : str
        As in `Grade`.
    tried : list of [str, bool]
        What was tried, in words, and whether it was right.
    notes : list of str
        Sentences that cost nothing.
    """

    points: float | None
    most: float
    problem: str = ""
    hint: str = ""
    example: str = ""
    kind: str = ""
    tried: list[list[Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        """Return the metadata of the output that shows this verdict."""
        return {_NAME: {"verdict": True, "parts": asdict(self)}}


def verdict_of(output: Mapping[str, Any]) -> ShownVerdict | None:
    """Return the verdict that an output shows; None where it shows none, or one of a version that kept no parts."""
    parts = _of(output).get("parts")
    if not is_verdict(output) or not parts or "points" not in parts:
        return None
    known = {one.name for one in fields(ShownVerdict)}
    numbers = {"points": float(parts["points"]), "most": float(parts.get("most") or 0.0)}
    return ShownVerdict(**{name: value for name, value in parts.items() if name in known} | numbers)


def is_verdict(output: Mapping[str, Any]) -> bool:
    """Whether an output shows a verdict."""
    return bool(_of(output).get("verdict"))


def is_given(cell: Mapping[str, Any]) -> bool:
    """Whether a cell is as the instructor handed it out."""
    return bool(_of(cell).get("given"))


def is_notice(cell: Mapping[str, Any]) -> bool:
    """Whether the grader says in a cell what it repaired."""
    return bool(_of(cell).get("told"))


def key_mark(key: str) -> dict[str, Any]:
    """Return the metadata of a notebook that was made from the record of that key."""
    return {_NAME: {"key": key}}


def key_of(notebook: Mapping[str, Any]) -> str:
    """Return the key of the record that a notebook was made from. Raise KeyError or TypeError where it has none."""
    return str(notebook["metadata"][_NAME]["key"])


def _of(node: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = node.get("metadata", {}).get(_NAME, {})
    return found
