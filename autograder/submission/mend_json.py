"""Mending the commonest damage of a notebook's JSON: Git's conflict markers, and commas too many or too few.

Whatever the damage, the text is gone through once: time by its length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_LONGEST = 8_000_000  # characters; a larger file is not mended
_MOST_EDITS = 20_000  # commas; what needs more of them has damage of another kind
# A string (also one without an end, to the end of its line: or each quotation mark in it would be tried as the start of
# another one), blanks, a bracket or a comma, anything else.
_TOKEN = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|\s++|[\[\]{},:]|[^\s\[\]{},:"]++')
_VALUE_ENDS = ("]", "}", '"', "true", "false", "null", *"0123456789")


def mend_json(text: str) -> tuple[Any, str]:
    """Return (document, what was mended in a sentence); (None, "") where the damage is of another kind.

    Of a conflict one side is taken: of all conflicts the upper one, or else the lower one.
    """
    if len(text) > _LONGEST:
        return None, ""
    upper, lower = _sides(text)
    candidates = [(text, "A comma too many or too few in the file was corrected.")]
    if upper != lower or upper != text:
        note = "Git's conflict markers were in the file; the {} side of every conflict was taken."
        candidates = [(upper, note.format("upper")), (lower, note.format("lower"))]
    for source, note in candidates:
        for mended in (source, _commas(source)):
            try:
                return json.loads(mended, strict=False), note
            except (ValueError, RecursionError, MemoryError):
                continue
    return None, ""


def _sides(text: str) -> tuple[str, str]:
    """Return the text with the upper and with the lower side of every conflict; a conflict without an end stays."""
    plain: list[str] = []
    upper: list[str] = []
    lower: list[str] = []
    sides: dict[str, list[str]] = {}  # of the conflict that is open: its lines by the marker before them
    raw, at = [], ""
    for line in text.split("\n"):
        marker = line[:7]
        if not at:
            if marker == "<<<<<<<":
                at, raw, sides = marker, [line], {marker: [], "=======": []}
            else:
                plain.append(line)
            continue
        raw.append(line)
        if marker == ">>>>>>>" and at == "=======":
            upper += [*plain, *sides["<<<<<<<"]]
            lower += [*plain, *sides["======="]]
            plain, at = [], ""
        elif marker in ("|||||||", "=======") and at in ("<<<<<<<", "|||||||") and marker != at:
            at = marker
            sides[at] = []
        else:
            sides[at].append(line)
    rest = [*plain, *(raw if at else [])]
    return "\n".join([*upper, *rest]), "\n".join([*lower, *rest])


def _commas(text: str) -> str:
    """Return the text without commas too many and with those that lack at the end of a line."""
    pieces, start = [], 0
    for count, (first, last, put) in enumerate(_edits(text)):
        if count >= _MOST_EDITS:
            return text
        pieces += [text[start:first], put]
        start = last
    return "".join([*pieces, text[start:]])


def _edits(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (first, last, what to put there), in order."""
    ended = -1  # where the value before ended, if a comma may lack there
    comma = -1  # where the comma stands that nothing has followed yet
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token.isspace():
            continue
        if comma >= 0 and token in ("]", "}", ","):
            yield comma, comma + 1, ""
        elif ended >= 0 and token[0] in '"{[' and "\n" in text[ended : match.start()]:
            yield ended, ended, ","
        comma = match.start() if token == "," else -1
        whole = token[0] != '"' or (len(token) > 1 and token.endswith('"'))
        ended = match.end() if whole and token.endswith(_VALUE_ENDS) else -1
