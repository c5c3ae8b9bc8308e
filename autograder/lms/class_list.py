"""Who may be meant by a name that was typed: the roster, submitted/ and whoever else is known of the class."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from autograder.lms.roster import Roster
from autograder.wording import did_you_mean


def handed_in_by(submitted: Path) -> list[str]:
    """Return the ids of the students who have a folder in submitted/."""
    return [path.name for path in submitted.glob("[!.]*") if path.is_dir()]


def student_meant(text: str, roster: Roster | None, known: Collection[str]) -> str:
    """Return ` Did you mean ID?` where the text is a name, or like a name or an id; else an empty text."""
    found = [one.id for one in roster.matches(text)] or roster.similar(text) if roster else []
    return f" Did you mean {' or '.join(found)}?" if found else did_you_mean(text, known)
