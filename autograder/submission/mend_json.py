"""Mending the commonest damage of a notebook's JSON: Git's conflict markers, and commas too many or too few."""

from __future__ import annotations

import json
import re
from typing import Any

_LONGEST = 20_000_000  # characters; a larger file is not mended
_CONFLICT = re.compile(
    r"^<{7}[^\n]*\n(?P<ours>.*?)(?:^\|{7}[^\n]*\n.*?)?^={7}[^\n]*\n(?P<theirs>.*?)^>{7}[^\n]*(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)
# A string (left as it is), a comma before a closing bracket, or a place between two values without a comma.
_STRING = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_COMMAS = re.compile(rf"(?P<string>{_STRING})|(?P<many>,(?=\s*[\]}}]))|(?P<again>,(?=\s*,))")
_MISSING = re.compile(rf"(?P<value>{_STRING}|[\]}}]|true|false|null|\d)(?P<gap>\s*\n\s*)(?=[\"{{\[])")


def mend_json(text: str) -> tuple[Any, str]:
    """Return (document, what was mended in a sentence); (None, "") where the damage is of another kind.

    Of a conflict one side is taken: of all conflicts the upper one, or else the lower one.
    """
    if len(text) > _LONGEST:
        return None, ""
    candidates = []
    if _CONFLICT.search(text):
        note = "Git's conflict markers were in the file; the {} side of every conflict was taken."
        candidates += [(_CONFLICT.sub(_side("ours"), text), note.format("upper"))]
        candidates += [(_CONFLICT.sub(_side("theirs"), text), note.format("lower"))]
    else:
        candidates.append((text, "A comma too many or too few in the file was mended."))
    for source, note in candidates:
        for mended in (source, _commas(source)):
            try:
                return json.loads(mended, strict=False), note
            except (ValueError, RecursionError, MemoryError):
                continue
    return None, ""


def _side(name: str) -> Any:
    return lambda match: match[name]


def _commas(text: str) -> str:
    text = _COMMAS.sub(lambda match: match["string"] or "", text)
    return _MISSING.sub(lambda match: f"{match['value']},{match['gap']}", text)
