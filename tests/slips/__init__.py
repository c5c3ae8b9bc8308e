"""Wrong answers that nobody declared: what a tired student types, each one change away from a right answer.

BASES holds a right answer to each exercise; SLIPS lists what is changed in it: (what stands there, what is typed
instead, the slip in words, the names a verdict may give it). Names are patterns separated by |, in which * is
anything. "" where none was found, or where the sentence itself says what is wrong (a shape, an error).
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import ModuleType

from tests.slips import evening, n01, n02, n03, n04, n05, n06, n07

# the sets by name; one that the families were mended against is not held out any more
SETS: dict[str, tuple[ModuleType, ...]] = {"first": (n01, n02, n03, n04, n05, n06, n07), "evening": evening.NOTEBOOKS}


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


def bases(which: str = "first") -> dict[str, str]:
    """Exercise -> a right answer."""
    return {name: source for module in SETS[which] for name, source in module.BASES.items()}


def slips(exercise: str, which: str = "first") -> list[Slip]:
    """All that may go wrong in one exercise."""
    module = next((m for m in SETS[which] if exercise in m.BASES), None)
    if module is None:
        return []
    base = module.BASES[exercise]
    found = []
    for old, new, what, names in module.SLIPS[exercise]:
        if base.count(old) != 1:
            raise ValueError(f"{exercise}, {what}: {old!r} is found {base.count(old)} times in the right answer")
        found.append(Slip(exercise, base.replace(old, new), what, tuple(names.split("|")) if names else ()))
    return found
