"""Into submitted/: what was handed in, with its time. Nothing that is there is lost."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.batch.progress import Progress
from autograder.lms.archives import Refusals, files_in
from autograder.lms.collected import Collected
from autograder.lms.hand_ins import STAMP, HandIn, hand_ins, times_of
from autograder.lms.owners import Owners
from autograder.lms.provenance import Provenance, read_provenance, write_provenance
from autograder.lms.right_assignment import assignment_of, check_download
from autograder.lms.roster import Roster
from autograder.lms.usable import why_unusable
from autograder.submission.read_folder import read_stamp
from autograder.submission.timestamp import days_ahead, read_time

_FORMAT = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True)
class Collector:
    """Where hand-ins of one assignment go.

    Parameters
    ----------
    submitted, downloaded : Path
        The course's folders; `downloaded` takes what is replaced, and notes on where each hand-in is from.
    notebooks : dict
        Assignment of the course -> the names of its notebooks, without `.ipynb`.
    zone : tzinfo
        The zone of times that name none.
    late_time : datetime or None
        What counts as the time of a file that is marked late and has no time, in UTC.
    force : bool
        Collect also what another assignment's notebook is in.
    """

    assignment: str
    notebooks: dict[str, set[str]]
    submitted: Path
    downloaded: Path
    roster: Roster | None = None
    zone: tzinfo = UTC
    late_time: datetime | None = None
    force: bool = False

    def collect(self, sources: list[Path]) -> Collected:
        """Put what is in folders and zip files into submitted/STUDENT/ASSIGNMENT/.

        Raises
        ------
        WrongDownloadError
            If most hand-ins of a source hold another assignment's notebook; then nothing was written.
        """
        result, refusals = Collected(self.assignment, self.downloaded / self.assignment), Refusals()
        times, notes = times_of(self.roster, self.zone), read_provenance(self.downloaded, self.assignment)
        made = [one for source in sources for one in self._read(source, result, refusals)]
        with Progress(f"Collecting {self.assignment}", len(made)) as progress:
            for one in made:
                one.time = times.get(one.student) or one.time or (self.late_time if one.late else None)
                if one.time and days_ahead(one.time):
                    result.odd.append(f"{one.student} ({one.time:%Y-%m-%d})")
                before = len(refusals.listed)
                try:
                    self._place(one, notes, result, refusals)
                except OSError as error:
                    refusals.add(f"{one.student}'s hand-in", f"cannot be written ({error.strerror})")
                progress.step(len(refusals.listed) > before)
        write_provenance(self.downloaded, self.assignment, notes)
        result.refused = refusals.listed
        result.typed = {who: name for who, name in result.typed.items() if not self._has(who)}
        result.missing = [s.id for s in self.roster or () if s.id not in result.typed and not self._has(s.id)]
        result.keep_list()
        return result

    def _has(self, student: str) -> bool:
        return (self.submitted / student / self.assignment).is_dir()

    def _read(self, source: Path, result: Collected, refusals: Refusals) -> list[HandIn]:
        """Return the hand-ins of one folder or zip file. Raises WrongDownloadError."""
        owners = Owners(self.roster, self.assignment, set(self.notebooks))
        names = self.notebooks.get(self.assignment, set())
        made, typed, unmatched = hand_ins(files_in(source, self.zone, refusals), owners, names, refusals)
        if not self.force:
            check_download(source, [self._home(one.files) for one in made], self.assignment)
        result.unmatched += unmatched
        result.typed |= typed
        return made

    def _home(self, paths: Iterable[str]) -> str:
        return assignment_of(paths, self.notebooks, self.assignment)

    def _place(self, one: HandIn, notes: dict[str, Provenance], result: Collected, refusals: Refusals) -> None:
        target = self.submitted / one.student / self.assignment
        other = next((name for name in _names(self.submitted) if name != one.student and _alike(name, one.student)), "")
        if other:
            refusals.add(
                f"{one.student}'s hand-in", f"has the same name as the folder {other} except for capital letters"
            )
            return
        content = one.read(refusals)
        if not content:
            return
        there = _content(target) if os.path.lexists(target) else None
        home, home_there = self._home(content), self._home(there or ())
        if home != self.assignment == home_there and home and not self.force:
            result.others.append(f"{one.student} ({home})")
            return
        if there is not None and _comparable(home, home_there) and self._is_older(one, target, notes):
            (result.same if there == content else result.outdated).append(one.student)
            return
        if there == content:
            result.same.append(one.student)
            result.retimed += [one.student] if _stamp(target, one.time) else []
        else:
            self._write(target, one.student, content, one.time)
            (result.new if there is None else result.replaced).append(one.student)
        result.versions += [f"{one.student} ({', '.join(one.older)} left out)"] if one.older else []
        result.late += [one.student] if one.late and one.time is None else []
        if why := why_unusable(target, home, self.assignment):
            result.unusable[one.student] = why
        notes[one.student] = Provenance(one.lms, one.number, one.late, one.origins)

    def _is_older(self, one: HandIn, target: Path, notes: dict[str, Provenance]) -> bool:
        """Whether what is there was handed in after this."""
        number = notes.get(one.student, Provenance()).number
        if one.number and number:
            return one.number < number
        with suppress(ValueError):
            text = read_stamp(target)
            return bool(text and one.time and one.time < read_time(text).replace(tzinfo=UTC))
        return False

    def _set_aside(self, target: Path, student: str) -> None:
        home = self.downloaded / self.assignment / "earlier" / student
        home.mkdir(parents=True, exist_ok=True)
        number = 1 + max((int(path.name) for path in home.iterdir() if path.name.isdecimal()), default=0)
        shutil.move(target, home / f"{number}")

    def _write(self, target: Path, student: str, content: dict[str, bytes], time: datetime | None) -> None:
        """Write a hand-in, as one folder or not at all; what was there is set aside."""
        self.submitted.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".collecting-", dir=self.submitted))
        try:
            for name, data in content.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            _stamp(fresh, time)
            fresh.chmod(0o755)
            target.parent.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(target):
                self._set_aside(target, student)
            fresh.rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _stamp(folder: Path, time: datetime | None) -> bool:
    """Write when something was handed in; return whether that is another time than before."""
    if time is None:
        return False
    text, before = time.astimezone(UTC).strftime(_FORMAT), read_stamp(folder)
    (folder / STAMP).write_text(f"{text}\n", encoding="utf-8")
    return text != before


def _content(folder: Path) -> dict[str, bytes]:
    """Return the files of a hand-in that was collected before, without its time."""
    return {path: data for path, data in _walk(folder, folder) if path != STAMP}


def _walk(folder: Path, top: Path) -> Iterator[tuple[str, bytes]]:
    if folder.is_symlink() or not folder.is_dir():
        yield ".", b""  # a link or a file: nothing that was collected is like it
        return
    for path in sorted(folder.iterdir()):
        if path.is_dir() or path.is_symlink():
            yield from _walk(path, top)
        else:
            yield path.relative_to(top).as_posix(), path.read_bytes()


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []


def _comparable(home: str, there: str) -> bool:
    """Whether number and time say which hand-in is the newer one: not where they may be of two assignments.

    Canvas' numbers grow from one assignment to the next. A notebook of unknown name may be of any assignment: it keeps
    no notebook that has this one's name away.
    """
    return home in ("", there)


def _alike(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
