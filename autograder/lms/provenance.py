"""Where each student's hand-in is from: downloaded/ASSIGNMENT/collected.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from barprop.atomic_file import write_whole


@dataclass(frozen=True)
class Provenance:
    """Where a hand-in is from.

    Parameters
    ----------
    lms : str
        "canvas", "moodle", "exchange" or "folder".
    number : int
        Canvas' number of the file, which grows with time; 0 elsewhere.
    late : bool
        Whether Canvas marked it LATE.
    origins : dict of str to str
        Each file that was handed in -> its name in the download.
    """

    lms: str = ""
    number: int = 0
    late: bool = False
    origins: dict[str, str] = field(default_factory=dict)


def read_provenance(downloaded: Path, assignment: str) -> dict[str, Provenance]:
    """Return where each student's hand-in is from; empty where nothing was collected."""
    try:
        notes = json.loads(_file(downloaded, assignment).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    entries = notes.items() if isinstance(notes, dict) else ()
    return {student: _provenance(entry) for student, entry in entries if isinstance(entry, dict)}


def write_provenance(downloaded: Path, assignment: str, found: dict[str, Provenance]) -> None:
    """Write where each student's hand-in is from."""
    notes = {student: asdict(entry) for student, entry in found.items()}
    write_whole(_file(downloaded, assignment), json.dumps(notes, indent=1, ensure_ascii=False, sort_keys=True))


def _provenance(entry: dict[str, Any]) -> Provenance:
    return Provenance(
        str(entry.get("lms", "")),
        int(entry.get("number", 0)),
        bool(entry.get("late", False)),
        dict(entry.get("origins", {})),
    )


def _file(downloaded: Path, assignment: str) -> Path:
    return downloaded / assignment / "collected.json"
