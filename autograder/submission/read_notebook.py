"""Bytes to cells: any notebook format, also where the file is damaged. Never more than a sentence goes wrong."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from autograder.submission.mend_json import mend_json

MAX_CELLS = 5_000
MAX_SOURCE = 5_000_000  # characters in all cells together
_ATTEMPTS = 20_000
_MOST_TRIED = 20_000_000  # characters decoded in vain before a damaged file is given up

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WIDE = ((b"{\0\0\0", "utf-32-le"), (b"\0\0\0{", "utf-32-be"), (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"))
_ZIPS = ((b"PK\x03\x04", "a ZIP archive"), (b"\x1f\x8b", "a gzip archive"))
_OTHER = (*_ZIPS, (b"%PDF", "a PDF"), (b"\x89PNG", "a picture"))
_KEYS = "attachments|cell_type|collapsed|execution_count|id|input|language|level|metadata|outputs|prompt_number|source"
_OPENS = re.compile(rf'\{{\s*"(?:{_KEYS})"\s*:')


class UnreadableError(Exception):
    """No notebook can be made of it; the message says why, in one sentence."""


@dataclass
class Found:
    """One cell as submitted."""

    kind: str
    source: str
    id: str = ""
    grade_id: str = ""
    tags: tuple[str, ...] = ()
    attachments: dict[str, Any] = field(default_factory=dict)


@dataclass
class Reading:
    """The cells of a submitted notebook, and what was wrong with the file."""

    cells: list[Found]
    notes: list[str] = field(default_factory=list)
    damaged: bool = False


def read_notebook(data: bytes) -> Reading:
    """Read the cells of a notebook file of any version. Raise UnreadableError."""
    notes: list[str] = []
    text = _decode(data, notes)
    try:
        document, damaged = json.loads(text, strict=False), False
    except (ValueError, RecursionError, MemoryError) as error:
        document, note = mend_json(text)
        damaged = document is None
        if damaged:
            document = _salvage(text, error)
            note = "The file was damaged (no valid JSON); the cells that could still be read were graded."
        notes.append(note)
    raw = _cells_of(document)
    cells = [cell for cell in map(_cell, raw[: MAX_CELLS + 1]) if cell is not None]
    if not cells:
        raise UnreadableError("It holds no cells.")
    if len(raw) > MAX_CELLS or sum(len(cell.source) for cell in cells) > MAX_SOURCE:
        raise UnreadableError("It holds far more text than a notebook of this course can; was another file handed in?")
    if len(cells) < len(raw):
        notes.append("Some cells were malformed and could not be read.")
    return Reading(cells, notes, damaged)


def _decode(data: bytes, notes: list[str]) -> str:
    if not data.strip(b" \t\r\n\0"):
        raise UnreadableError("The file is empty.")
    for start, what in _OTHER:
        if data.startswith(start):
            raise UnreadableError(f"This is {what}, not a notebook: hand in the .ipynb file itself.")
    for start, encoding in (*_BOMS, *_WIDE):
        if data.startswith(start):
            try:
                text = data.decode(encoding)
            except UnicodeError:
                text = data.decode(encoding, errors="replace")
            notes.append(f"The file was stored as {encoding.upper().removesuffix('-SIG')} with a mark at its start."
                         if (start, encoding) in _BOMS else f"The file was stored as {encoding.upper()}.")  # fmt: skip
            return text.lstrip("\ufeff")
    try:
        return data.decode("utf-8")
    except UnicodeError:
        notes.append("Some characters were not UTF-8 and were replaced.")
        return data.decode("utf-8", errors="replace")


def _salvage(text: str, error: Exception) -> Any:
    """Recover the document before some trailing rubbish, or every single cell that can still be decoded."""
    decoder = json.JSONDecoder(strict=False)
    start = text.find("{")
    if start >= 0:
        try:
            document, _ = decoder.raw_decode(text, start)
            if isinstance(document, dict) and _has_cells(document):
                return document
        except (ValueError, RecursionError, MemoryError):
            pass
    cells, position, in_vain = [], 0, 0
    for _ in range(_ATTEMPTS):
        match = _OPENS.search(text, position)
        if not match or in_vain > _MOST_TRIED:
            break
        position = match.start() + 1
        try:
            value, end = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError, MemoryError) as problem:
            in_vain += _looked_through(problem, text) - match.start()
            continue
        if isinstance(value, dict) and "cell_type" in value and ("source" in value or "input" in value):
            cells.append(value)
            position = end
    if not cells:
        head = text.lstrip()[:1]
        kind = " It looks like a web page." if head == "<" else ""
        raise UnreadableError(f"The file is not a notebook (its JSON cannot be read: {_short(error)}).{kind}")
    return {"cells": cells}


def _looked_through(problem: Exception, text: str) -> int:
    """How far the decoder got; an open string is told by where it starts, and was looked through to the end."""
    if isinstance(problem, json.JSONDecodeError) and not problem.msg.startswith("Unterminated"):
        return problem.pos
    return len(text)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__


def _has_cells(document: dict) -> bool:
    return isinstance(document.get("cells"), list) or isinstance(document.get("worksheets"), list)


def _cells_of(document: Any) -> list:
    """Return the list of cells in a document of nbformat 3 (worksheets), 4 and, as far as known, later."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise UnreadableError("The file is valid JSON, but not a notebook.")
    for inner in (document, document.get("content"), document.get("notebook")):
        if not isinstance(inner, dict):
            continue
        if isinstance(inner.get("cells"), list):
            return inner["cells"]
        if isinstance(inner.get("worksheets"), list):
            sheets = [sheet.get("cells") for sheet in inner["worksheets"] if isinstance(sheet, dict)]
            return [cell for cells in sheets if isinstance(cells, list) for cell in cells]
    raise UnreadableError("The file is valid JSON, but it has no list of cells.")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _cell(raw: Any) -> Found | None:
    if not isinstance(raw, dict):
        return None
    source = _text(raw.get("source", raw.get("input", "")))
    kind = raw.get("cell_type")
    if source is None:
        return None
    if kind == "heading":
        level = raw.get("level")
        kind, source = "markdown", "#" * (min(max(level, 1), 6) if isinstance(level, int) else 1) + " " + source
    elif not isinstance(kind, str):
        kind = "code" if "outputs" in raw or "execution_count" in raw or "input" in raw else "raw"
    elif kind not in ("code", "markdown", "raw"):
        kind = "raw"
    metadata = _dict(raw.get("metadata"))
    grading, tags = _dict(metadata.get("nbgrader")), metadata.get("tags")
    attachments = _dict(raw.get("attachments"))
    return Found(
        kind,
        source,
        _word(raw.get("id")),
        _word(grading.get("grade_id")),
        tuple(clean(tag) for tag in (tags if isinstance(tags, list) else ()) if isinstance(tag, str))[:20],
        attachments if _is_attachments(attachments) else {},
    )


def _is_attachments(value: dict) -> bool:
    bundles = all(isinstance(name, str) and isinstance(bundle, dict) for name, bundle in value.items())
    return bundles and all(isinstance(data, (str, list)) for bundle in value.values() for data in bundle.values())


def _word(value: Any) -> str:
    return clean(value) if isinstance(value, str) and len(value) <= 200 else ""


def _text(value: Any) -> str | None:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    return clean(value) if isinstance(value, str) else None


def clean(text: str) -> str:
    """Return text that every later step can store: Unix line ends, and no half of a surrogate pair."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        text.encode()
    except UnicodeError:
        text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text
