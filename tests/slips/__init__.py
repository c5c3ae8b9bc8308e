"""Wrong answers that nobody declared: what a tired student types, each one change away from a right answer.

BASES holds a right answer to each exercise; SLIPS lists what is changed in it: (what stands there, what is typed
instead, the slip in words, the names a verdict may give it). Names are patterns separated by |, in which * is
anything. "" where none was found, or where the sentence itself says what is wrong (a shape, an error).
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.slips import n01, n02, n03, n04, n05, n06, n07

NOTEBOOKS = (n01, n02, n03, n04, n05, n06, n07)


@dataclass(frozen=True)
class Slip:
    """A wrong answer: its source, what was done, and the names that fit it."""

    exercise: str
    source: str
    what: str
    names: tuple[str, ...]

    def fits(self, name: str) -> bool:
        """Whether a verdict may give it this name."""
        return any(fnmatchcase(name, pattern) for pattern in self.names)


def bases() -> dict[str, str]:
    """Exercise -> a right answer."""
    return {name: source for module in NOTEBOOKS for name, source in module.BASES.items()}


def slips(exercise: str) -> list[Slip]:
    """All that may go wrong in one exercise."""
    base = bases()[exercise]
    module = next(m for m in NOTEBOOKS if exercise in m.BASES)
    found = []
    for old, new, what, names in module.SLIPS[exercise]:
        if base.count(old) != 1:
            raise ValueError(f"{exercise}, {what}: {old!r} is found {base.count(old)} times in the right answer")
        found.append(Slip(exercise, base.replace(old, new), what, tuple(names.split("|")) if names else ()))
    return found
