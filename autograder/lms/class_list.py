"""Who may be meant by a name that was typed: the roster, submitted/ and whoever else is known of the class."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

from autograder.errors import InputError
from autograder.lms.roster import Roster, course_roster
from autograder.wording import did_you_mean


def handed_in_by(submitted: Path) -> list[str]:
    """Return the ids of the students who have a folder in submitted/."""
    return [path.name for path in submitted.glob("[!.]*") if path.is_dir()]


def student_meant(text: str, roster: Roster | None, known: Collection[str]) -> str:
    """Return ` Did you mean ID?` where the text is a name, or like a name or an id; else an empty text."""
    found = [one.id for one in roster.matches(text)] or roster.similar(text) if roster else []
    return f" Did you mean {' or '.join(found)}?" if found else did_you_mean(text, known)


def find_student(text: str, root: Path, submitted: Path, given: Path | None = None) -> str:
    """Return the id of a student who was named somehow.

    Raises
    ------
    InputError
        If nobody in the roster or in submitted/ is called so, or several are.
    RosterError
        If the roster cannot be used.
    """
    roster = course_roster(root, given)
    handed_in = handed_in_by(submitted)
    if text in handed_in:
        return text
    found = roster.matches(text) if roster else []
    if len(found) > 1:
        raise InputError(
            f"{len(found)} students are called {text!r}: {', '.join(one.id for one in found)}. Give an id."
        )
    if found:
        return found[0].id
    known = [*handed_in, *(one.id for one in roster or ())]
    if not known:  # nothing is known of the class yet
        print(
            f"Neither a roster nor a submission is here yet: {text!r} counts only if it is an id. Once they are here, "
            "`autograder due` says which extensions are nobody's.",
            file=sys.stderr,
        )
        return text
    hint = student_meant(text, roster, known)
    raise InputError(f"No student called {text!r} is in the roster or in submitted/.{hint}")
