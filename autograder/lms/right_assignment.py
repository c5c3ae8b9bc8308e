"""Whether hand-ins are of the assignment that they are collected for, by the names of their notebooks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.errors import CourseError

_COPY = re.compile(r"(?: ?\(\d{1,3}\)|-\d{1,3}|-copy\d*)+", re.IGNORECASE)  # what LMS, browsers and Jupyter append


class WrongDownloadError(CourseError):
    """A download that is another assignment's; the message says which one's and what to do."""


def assignment_of(paths: Iterable[str], notebooks: Mapping[str, set[str]], assignment: str) -> str:
    """Return the assignment whose notebook is among these files; an empty text where none is.

    Parameters
    ----------
    paths : iterable of str
        The files of one hand-in. `name-1.ipynb`, `name (1).ipynb` and `lovelaceada_101_5001_name.ipynb` count as
        `name.ipynb`.
    notebooks : mapping
        Assignment -> the names of its notebooks, without `.ipynb`.
    assignment : str
        The assignment that is preferred where the files are of several ones.
    """
    homes = {home for path in paths for home in _homes(path, notebooks)}
    return assignment if assignment in homes else min(homes, default="")


def check_download(source: Path, homes: list[str], assignment: str) -> None:
    """Raise WrongDownloadError where most hand-ins of a download hold the notebook of another assignment.

    Parameters
    ----------
    homes : list of str
        The assignment of each hand-in, as `assignment_of` returns it.
    """
    others = Counter(home for home in homes if home not in ("", assignment))
    if 2 * others.total() <= len(homes):
        return
    (other, count), *_ = others.most_common(1)
    raise WrongDownloadError(
        f"{source} looks like the download of {other}, whose notebook is in {count} of {len(homes)} hand-ins, so "
        f"nothing was collected: for that assignment run `autograder collect {other} {source}`, and to collect it as "
        f"{assignment} anyway, add --force."
    )


def _homes(path: str, notebooks: Mapping[str, set[str]]) -> set[str]:
    name = path.rpartition("/")[2].casefold()
    if not name.endswith(".ipynb"):
        return set()
    stem = name.removesuffix(".ipynb")
    found = [
        (len(known), home)
        for home, names in notebooks.items()
        for known in names
        if re.fullmatch(rf"(?:.*[_\- ])?{re.escape(known.casefold())}(?:{_COPY.pattern})?", stem)
    ]
    longest = max((length for length, _ in found), default=0)  # of `notation` and `bar_notation` the latter
    return {home for length, home in found if length == longest}
