"""Read a submission from disk defensively: follow no link, open no device or pipe, bound what is taken in."""

from __future__ import annotations

import fnmatch
import hashlib
import heapq
import itertools
import mmap
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

_DEEPEST = 4
_MOST_FILES = 2_000  # files, folders and whatever else there is
_MOST_NOTES = 50
_WHOLE = 1_000_000  # bytes; a larger notebook is taken without its outputs
_LOOKED_AT = 1_500_000_000  # bytes of all notebooks together, as long as they say they are: holes are read as well
_LARGEST_WITHOUT_OUTPUTS = 16_000_000
_DATA = (".csv", ".txt", ".npy", ".npz", ".png", ".jpg", ".jpeg")  # what is copied to autograded/
_LEFT_OUT = "was too large: it was graded without the pictures pasted into its text, and they are not shown"
_STAMP = 200  # bytes of a time stamp; reading a date out of a megabyte takes for ever
_FILE, _FILES = 8_000_000, 12_000_000  # one other file, and all of them
_HELD = 40_000_000  # bytes of everything that is kept of one submission

_TOKENS = 2_000_000  # brackets and strings in one list of outputs; beyond that the rest of the file is dropped

_NOTEBOOK = re.compile(r"\.ipynb(\.(json|txt|download))?$", re.IGNORECASE)
# What is not an answer: emptied in a large notebook, pictures pasted into text only where the rest is still too large.
_OUTPUTS = re.compile(rb'(?<!\\)"(?:outputs"\s*:\s*\[|widgets"\s*:\s*\{)')
_OUTPUTS_AND_PASTED = re.compile(rb'(?<!\\)"(?:outputs"\s*:\s*\[|(?:widgets|attachments)"\s*:\s*\{)')
_INLINE = re.compile(rb"data:image/[a-z+.-]{1,20};base64,[A-Za-z0-9+/=]{1000,}+")
# Possessive, so that a string of 100 MB costs no memory. A string without an end reaches to the end of the file, or
# each quotation mark in it would be tried as the start of another one: time by the square of the length.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


@dataclass
class Submission:
    """What was handed in: names are relative paths; `digest` is a hash of all of it but the time stamp."""

    notebooks: dict[str, bytes] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    timestamp: bytes | None = None
    digest: str = ""
    entries: int = 0  # files, folders and links that were met
    looked_at: int = 0  # bytes of notebooks

    @property
    def held(self) -> int:
        """The bytes that are kept."""
        return sum(map(len, (*self.notebooks.values(), *self.files.values())))

    def note(self, sentence: str) -> None:
        """Say something of the folder to whoever grades; not without end."""
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(sentence)
        elif len(self.notes) == _MOST_NOTES:
            self.notes.append("Further files of this kind are not listed.")

    @property
    def empty(self) -> bool:
        """Whether nothing at all was handed in."""
        return not (self.notebooks or self.unreadable or self.files or self.notes)


def is_notebook(name: str) -> bool:
    """Whether a file has a notebook's name, also with an ending that a browser added (.ipynb.json, .ipynb.txt)."""
    return _NOTEBOOK.search(name) is not None


def is_data(name: str) -> bool:
    """Whether a file of that name is data: nothing that a browser, Python or Jupyter runs."""
    return name.lower().endswith(_DATA)


class _RefusedError(Exception):
    """A file is refused; the message says why."""


def read_submission(folder: Path, ignore: list[str] | None = None) -> Submission:
    """Read a submission's folder.

    Parameters
    ----------
    ignore : list of str, optional
        File name globs to skip, as nbgrader's CourseDirectory.ignore.
    """
    result, digest = Submission(), hashlib.sha256()
    if folder.is_symlink() or folder.parent.is_symlink():  # perhaps to another student's
        result.unreadable["."] = "The submission's folder is a link; links are not followed."
    else:
        _walk(folder, "", ignore or [], result, digest)
    return _summed(result, digest)


def unreadable(why: str) -> Submission:
    """Make a submission of which nothing could be read."""
    return _summed(Submission(unreadable={".": why}), hashlib.sha256())


def _summed(result: Submission, digest: hashlib._Hash) -> Submission:
    for name, why in [*result.unreadable.items(), *((note, "") for note in result.notes)]:
        digest.update(f"\0{name}\0{why}".encode("utf-8", "replace"))
    result.digest = digest.hexdigest()
    return result


def read_stamp(folder: Path) -> str:
    """Return the content of timestamp.txt in a folder, or "" if it cannot be read safely."""
    try:
        handle = _open(str(folder / "timestamp.txt"))
    except (OSError, _RefusedError):
        return ""
    try:
        return os.read(handle, _STAMP).decode("utf-8", "replace").strip()
    finally:
        os.close(handle)


def _walk(folder: Path, prefix: str, ignore: list[str], result: Submission, digest: hashlib._Hash) -> None:
    try:
        with os.scandir(folder) as found:  # a folder may hold millions: no more are kept than are looked at
            entries = heapq.nsmallest(_MOST_FILES + 1, found, key=lambda e: (not is_notebook(e.name), e.name))
    except OSError as error:
        result.note(f"{_shown(prefix) or 'The folder'} cannot be read ({error.strerror}).")
        return
    for entry in entries:
        name = prefix + entry.name
        if any(fnmatch.fnmatch(entry.name, pattern) for pattern in ignore):
            continue
        result.entries += 1
        if result.entries > _MOST_FILES:
            if result.entries == _MOST_FILES + 1:
                result.notes.append(f"Only the first {_MOST_FILES} files were looked at.")
            return
        try:
            _take(entry, name, result, digest)
            if entry.is_dir(follow_symlinks=False) and not is_notebook(entry.name):
                if name.count("/") + 1 >= _DEEPEST:
                    raise _RefusedError("is nested too deeply in folders and was skipped")
                _walk(Path(entry.path), name + "/", ignore, result, digest)
        except (_RefusedError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            if is_notebook(entry.name):
                result.unreadable[_shown(name)] = f"It {why}."
            else:
                result.note(f"{_shown(name)} {why}.")


def _take(entry: os.DirEntry, name: str, result: Submission, digest: hashlib._Hash) -> None:
    if entry.is_symlink():
        raise _RefusedError("is a link, and links are not followed")
    if _shown(name) != name and not is_notebook(entry.name) and entry.is_file(follow_symlinks=False):
        raise _RefusedError("has a name that is not plain text, and was skipped")
    if entry.is_dir(follow_symlinks=False):
        if is_notebook(entry.name):
            result.unreadable[_shown(name)] = "It is a folder, not a file."
        return
    notebook = is_notebook(entry.name)
    files = sum(map(len, result.files.values()))
    most = _LOOKED_AT - result.looked_at if notebook else min(_FILE, _FILES - files, _HELD - result.held)
    handle = _open(entry.path)
    try:
        size = os.fstat(handle).st_size
        if size > most:
            raise _RefusedError(f"is larger ({size / 1e6:.0f} MB) than what is taken ({max(most, 0) / 1e6:.0f} MB)")
        result.looked_at += size * notebook
        data, note = _notebook(handle, size, digest) if notebook else (_whole(handle, size), "")
        if result.held + len(data) > _HELD:
            raise _RefusedError(f"was left out: all files together take more than {_HELD / 1e6:.0f} MB")
    finally:
        os.close(handle)
    if name == "timestamp.txt":
        result.timestamp = data[:_STAMP]
        return
    digest.update(f"\0{_shown(name)}\0{size}\0".encode() + (b"" if notebook else hashlib.sha256(data).digest()))
    (result.notebooks if notebook else result.files)[_shown(name)] = data
    if note:
        result.note(f"{_shown(name)} {note}.")


def _open(path: str) -> int:
    """Open a regular file without waiting and without following a link; return its descriptor."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _RefusedError("is not a regular file (but a pipe, a socket or a device)")
    return handle


def _whole(handle: int, size: int) -> bytes:
    parts, left = [], size
    while left > 0 and (part := os.read(handle, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _notebook(handle: int, size: int, digest: hashlib._Hash) -> tuple[bytes, str]:
    """Read a notebook; return its bytes, and what was left out of it."""
    note = ""
    if size <= _WHOLE:
        data = _whole(handle, size)
        digest.update(hashlib.sha256(data).digest())
        return data, note
    with mmap.mmap(handle, size, access=mmap.ACCESS_READ) as mapped:
        summed = hashlib.sha256()
        for start in range(0, size, 1 << 20):
            summed.update(mapped[start : start + (1 << 20)])
        digest.update(summed.digest())
        kept = without_outputs(mapped)
        if len(kept) > _LARGEST_WITHOUT_OUTPUTS:
            kept, note = without_outputs(_INLINE.sub(b"data:,", mapped), without_pictures=True), _LEFT_OUT
    if len(kept) > _LARGEST_WITHOUT_OUTPUTS:
        raise _RefusedError(f"holds {len(kept) / 1e6:.0f} MB of text, far more than a notebook can")
    return kept, note


def without_outputs(data: bytes | mmap.mmap, without_pictures: bool = False) -> bytes:
    """Empty every list of outputs and the state of widgets in a notebook's JSON, without decoding it.

    Parameters
    ----------
    without_pictures : bool
        Whether the pictures that were pasted into text are left out as well.
    """
    kept, size, position = [], 0, 0
    pattern = _OUTPUTS_AND_PASTED if without_pictures else _OUTPUTS  # one, or each would search on to the end again
    for match in iter(lambda: pattern.search(data, position), None):
        kept.append(bytes(data[position : match.end()]) + (b"]" if match[0].endswith(b"[") else b"}"))
        size += len(kept[-1])
        position = _closing(data, match.end())
        if size > _LARGEST_WITHOUT_OUTPUTS:
            break
    rest = min(len(data), position + _LARGEST_WITHOUT_OUTPUTS + 1)
    return b"".join([*kept, bytes(data[position:rest])])


def _closing(data: bytes | mmap.mmap, start: int) -> int:
    """Just after the bracket that closes the list opened before `start`; the end where there is none."""
    depth = 1
    for match in itertools.islice(_TOKEN.finditer(data, start), _TOKENS):
        token = data[match.start() : match.start() + 1]
        if token in b"[{":
            depth += 1
        elif token in b"]}":
            depth -= 1
            if depth == 0:
                return match.end()
    return len(data)


def printable(text: str) -> str:
    """Return a name with ? for what cannot be printed."""
    return "".join(c if c.isprintable() and c != "\ufffd" else "?" for c in text)


def _shown(name: str) -> str:
    """Return a file name that can be stored and shown anywhere, with ? for unprintable text."""
    return printable(os.fsencode(name).decode("utf-8", "replace"))
