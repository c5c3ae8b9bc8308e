"""How points, counts and mistyped names are written wherever the grader addresses a person."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence


def points(value: float | None, digits: int = 2) -> str:
    """Return points rounded to `digits` decimals, without trailing zeros and never as -0; a dash for None."""
    if value is None:
        return "-"
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{100 * share:.0f} %"


def plural(count: int, word: str) -> str:
    """Return a count with its noun: "1 student", "2 students"."""
    return f"{count} {word}{'' if count == 1 else 's'}"


def listed(names: Sequence[str], most: int = 20) -> str:
    """Return names for a sentence, up to `most` of them."""
    return ", ".join(names[:most]) + ", ..." * (len(names) > most)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return ` Did you mean X?` where some of the known names look like the word, else an empty text."""
    folded = {name.casefold(): name for name in known}
    without = {name.casefold().lstrip("0123456789_- "): name for name in known}  # 02_bar_notation as bar_notation
    names = {**without, **folded}
    if word.casefold() in names:
        return f" Did you mean {names[word.casefold()]}?"
    found = difflib.get_close_matches(word.casefold(), names, n=2, cutoff=0.6)
    found += [name for name in folded if word and name.startswith(word.casefold())][:2]
    meant = list(dict.fromkeys(names[name] for name in found))
    return f" Did you mean {' or '.join(meant[:2])}?" if meant else ""
