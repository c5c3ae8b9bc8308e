"""The files in what was downloaded: folders, zip files, and zip files in them. Their content is somebody else's.

Nothing is unpacked to a path that an archive names: files are given by their parts and read when asked for, and what is
dangerous is refused by name while the rest goes on.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.submission.read_folder import printable

LARGEST_FILE = 100_000_000  # bytes, unpacked
LARGEST_INNER = 300_000_000  # bytes of one zip file within another one, unpacked
LARGEST_ALL = 10_000_000_000  # bytes of one downloaded zip file, unpacked
MOST_INNER = 5_000  # files of one zip file within another one
MOST_FILES = 200_000  # files of one downloaded zip file
MOST_RATIO, FREE = 200, 10_000_000  # how many times larger than packed, for what unpacks to more than so many bytes
DEEPEST = 2  # zip files within each other, the downloaded one not counted
_PACKING = 3600.0  # seconds; an LMS that dates files by the moment of packing needs less for a class
_JUNK = {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__pycache__", ".git", ".venv"}


@dataclass(frozen=True)
class Found:
    """One file.

    Parameters
    ----------
    parts : tuple of str
        Its path within what was downloaded; a zip file on the way is a part like a folder.
    read : callable
        Gives its content; raises `RefusedError`.
    time : datetime or None
        When it was last changed, in UTC, where that can be believed.
    """

    parts: tuple[str, ...]
    read: Callable[[], bytes]
    time: datetime | None = None

    @property
    def name(self) -> str:
        """Its path as text."""
        return "/".join(self.parts)


_Source = Callable[[], Path | io.BytesIO]  # gives a zip file


class RefusedError(Exception):
    """A file or an archive that is not taken; the message says why and does not name it."""


@dataclass
class Refusals:
    """What was refused: (name, why)."""

    listed: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, why: object) -> None:
        """Remember one."""
        self.listed.append((printable(name), str(why)))


def files_in(source: Path, zone: tzinfo, refusals: Refusals) -> list[Found]:
    """Return the files in a folder or a zip file, or the file itself, in the order of their names.

    Parameters
    ----------
    zone : tzinfo
        The zone of the times in zip files, which name none.
    refusals : Refusals
        Takes what is left out and why.
    """
    walk = _Walk(zone, refusals)
    try:
        if source.is_symlink():
            raise RefusedError("is a link; give the file that it points to")
        if source.is_dir():
            found = list(walk.folder(source, ()))
        elif zipfile.is_zipfile(source):
            found = list(walk.archive(lambda: source, (), 0))
        else:
            found = [_plain(source, (source.name,))]
    except (RefusedError, OSError) as error:
        refusals.add(str(source), error.strerror if isinstance(error, OSError) else error)
        return []
    return sorted(found, key=lambda one: one.parts)


class _Walk:
    """Goes through folders and archives. One archive at a time is kept open: a class hands in many."""

    def __init__(self, zone: tzinfo, refusals: Refusals) -> None:
        self.zone, self.refusals = zone, refusals
        self._last: tuple[tuple[str, ...], zipfile.ZipFile] | None = None

    def folder(self, folder: Path, above: tuple[str, ...]) -> Iterator[Found]:
        """Yield the files of a folder and of what is in it."""
        for path in sorted(folder.iterdir()):
            parts = (*above, path.name)
            if _junk(path.name):
                continue
            try:
                kind = path.lstat().st_mode
                if stat.S_ISLNK(kind):
                    raise RefusedError("is a link; links are not followed")
                if stat.S_ISDIR(kind):
                    yield from self.folder(path, parts)
                elif not stat.S_ISREG(kind):
                    raise RefusedError("is not a regular file")
                elif _is_zip(path.name):
                    yield from self.archive(lambda path=path: path, parts, 0)  # type: ignore[misc]
                else:
                    yield _plain(path, parts)
            except (RefusedError, OSError) as error:
                self.refusals.add("/".join(parts), error.strerror if isinstance(error, OSError) else error)

    def archive(self, source: _Source, above: tuple[str, ...], depth: int) -> Iterator[Found]:
        """Yield the files of a zip file. Raises RefusedError where it is none, or is one that unpacks without end."""
        archive = self._opened(source, above)
        entries = [info for info in archive.infolist() if not info.is_dir()]
        entries = [info for info in entries if not any(map(_junk, _name(info).replace("\\", "/").split("/")))]
        _check_whole(entries, depth)
        times = _believed([_time(info, self.zone) for info in entries])
        for info, time in zip(entries, times, strict=True):
            try:
                parts = (*above, *_parts(info))
                read = partial(self._read, source, above, info)
                if not _is_zip(parts[-1]):
                    yield Found(parts, read, time)
                    continue
                if depth >= DEEPEST:
                    raise RefusedError(f"is a zip file inside {DEEPEST} others, which is too deep")
                inner = self.archive(lambda read=read: io.BytesIO(read()), parts, depth + 1)  # type: ignore[misc]
                yield from [Found(one.parts, one.read, time) for one in inner]
            except RefusedError as error:
                self.refusals.add("/".join((*above, _name(info))), error)

    def _opened(self, source: _Source, name: tuple[str, ...]) -> zipfile.ZipFile:
        if self._last is None or self._last[0] != name:
            try:
                file = source()
                archive = zipfile.ZipFile(file)
            except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
                raise RefusedError(f"is a damaged zip file ({error})") from None
            held = file.stat().st_size if isinstance(file, Path) else file.getbuffer().nbytes
            if sum(info.compress_size for info in archive.infolist()) > held:
                raise RefusedError("is a zip file whose files overlap, as only a zip bomb's do")
            self._last = (name, archive)
        return self._last[1]

    def _read(self, source: _Source, name: tuple[str, ...], info: zipfile.ZipInfo) -> bytes:
        return _content(self._opened(source, name), info)


def _believed(times: list[datetime | None]) -> list[datetime | None]:
    """Return the times; None for each where they are when the archive was packed."""
    known = [time for time in times if time is not None]
    if known and (max(known) - min(known)).total_seconds() > _PACKING:
        return times
    return [None] * len(times)


def _plain(path: Path, parts: tuple[str, ...]) -> Found:
    if path.stat().st_size > LARGEST_FILE:
        raise RefusedError(f"is larger than {LARGEST_FILE / 1e6:.0f} MB")
    return Found(parts, path.read_bytes)


def _check_whole(entries: list[zipfile.ZipInfo], depth: int) -> None:
    most, bytes_most = (MOST_INNER, LARGEST_INNER) if depth else (MOST_FILES, LARGEST_ALL)
    size = sum(info.file_size for info in entries)
    if len(entries) > most:
        raise RefusedError(f"is a zip file of {len(entries)} files; at most {most} are taken")
    if size > bytes_most:
        raise RefusedError(
            f"is a zip file that unpacks to {size / 1e6:.0f} MB; at most {bytes_most / 1e6:.0f} are taken"
        )


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return the path of an entry. Raises RefusedError where it leads elsewhere or to something that is not a file."""
    kind = info.external_attr >> 16
    if stat.S_ISLNK(kind):
        raise RefusedError("is a link; links are not followed")
    if stat.S_IFMT(kind) and not stat.S_ISREG(kind):
        raise RefusedError("is not a regular file")
    name = _name(info).replace("\\", "/")
    if not name.isprintable():
        raise RefusedError("has a name with characters that cannot be shown")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or (parts and ":" in parts[0] and len(parts[0].partition(":")[0]) == 1):
        raise RefusedError("leads out of its folder")
    if not parts or any(len(part.encode()) > 240 for part in parts):
        raise RefusedError("has an invalid file name")
    return parts


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name; where the archive does not say that it is UTF-8 and it is, as that."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.filename


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.flag_bits & 0x1:
        raise RefusedError("is encrypted")
    if info.file_size > LARGEST_FILE:
        raise RefusedError(f"unpacks to more than {LARGEST_FILE / 1e6:.0f} MB")
    if info.file_size > FREE and info.file_size > MOST_RATIO * max(1, info.compress_size):
        raise RefusedError(
            f"unpacks to {info.file_size // max(1, info.compress_size)} times its size, as a zip bomb does"
        )
    try:
        with archive.open(info) as stream:
            return stream.read(info.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise RefusedError(f"cannot be unpacked ({error})") from None


def _time(info: zipfile.ZipInfo, zone: tzinfo) -> datetime | None:
    """Return the time of an entry in UTC: the exact one where the archive holds it, else the one without a zone."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == 0x5455 and size >= 5 and extra[4] & 1:
            return datetime.fromtimestamp(struct.unpack_from("<i", extra, 5)[0], UTC)
        extra = extra[4 + size :]
    try:
        return datetime(*info.date_time, tzinfo=zone).astimezone(UTC) if info.date_time[0] > 1980 else None
    except (ValueError, OverflowError):
        return None


def _is_zip(name: str) -> bool:
    return os.path.splitext(name)[1].lower() == ".zip"


def _junk(name: str) -> bool:
    return name in _JUNK or name.startswith("._")
