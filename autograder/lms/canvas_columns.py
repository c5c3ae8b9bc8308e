"""Which column of Canvas' gradebook is an assignment's: by its name, its notebook's title, and their numbers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

CANVAS_NUMBER = re.compile(r" \(\d+\)$")  # Canvas writes the number of an assignment behind its title
_FRONT = re.compile(r"[\W_]*(\d+)")
_WORD = re.compile(r"[^\W_]+")
_ARTICLES = {"the", "a", "an"}
_ALIKE = 0.6  # of the letters, for a column that is suggested


@dataclass(frozen=True)
class _Title:
    """A title as it is compared.

    Parameters
    ----------
    number : str
        The number in front, without zeros; empty where there is none.
    words : str
        The letters and digits of the rest, without articles.
    """

    number: str
    words: str

    def is_of(self, other: _Title) -> bool:
        """Whether both have the same words, and no other number."""
        if self.words != other.words:
            return False
        return self.number == other.number or ("" in (self.number, other.number) and self.words != "")


def columns_of(names: Iterable[str], columns: Collection[str]) -> list[str]:
    """Return the columns whose title is one of an assignment's names."""
    wanted = [_read(name) for name in names]
    return [column for column in columns if any(map(_read(column).is_of, wanted))]


def likely_column(names: Iterable[str], columns: Collection[str]) -> str | None:
    """Return the column that is most like an assignment's names, where one is like them at all."""
    wanted = [_read(name) for name in names]
    best = max(columns, key=lambda column: _likeness(column, wanted), default=None)
    return best if best is not None and _likeness(best, wanted) >= _ALIKE else None


def _likeness(column: str, wanted: list[_Title]) -> float:
    """Return how alike the words are, from 0 to 1; the same number anywhere in the title is alike as well."""
    title = _read(column)
    shares = [difflib.SequenceMatcher(None, title.words, one.words).ratio() for one in wanted]
    held = any(one.words and one.words in title.words for one in wanted)
    numbers = [number.lstrip("0") for number in re.findall(r"\d+", CANVAS_NUMBER.sub("", column))]
    same = any(one.number and one.number in numbers for one in wanted)
    other = bool(title.number) and not same and any(one.number for one in wanted)
    return max([*shares, 0.9 * held, _ALIKE * same]) + 0.1 * same - 0.1 * other


def _read(title: str) -> _Title:
    text = CANVAS_NUMBER.sub("", title.casefold())
    number = _FRONT.match(text)
    words = _WORD.findall(text[number.end() :] if number else text)
    read = "".join([word for word in words if word not in _ARTICLES] or words)
    return _Title(number[1].lstrip("0") if number else "", read)
