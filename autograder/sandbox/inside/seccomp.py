"""The system call filter (seccomp): a small program of the kernel's, made from the list of what is allowed.

What is not in `system_calls.py` is refused: new processes and programs, sockets, memory that outlives or escapes the
limits, other processes, kernel interfaces, and whatever a later kernel adds.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable, Iterator

from .system_calls import ALLOWED

# What libc and Python expect to hear: "try again" is what a full system says, "there is no such call" has them take
# an older one. All other calls are not permitted.
_REFUSED = {
    "clone": ((56, 220), errno.EAGAIN), "fork": ((57, None), errno.EAGAIN), "vfork": ((58, None), errno.EAGAIN),
    "clone3": ((435, 435), errno.ENOSYS),
}  # fmt: skip
_NEWEST = 452  # the newest call when this was written; later ones are not there
_ARCHITECTURES = {"x86_64": (0, 0xC000003E, 9), "aarch64": (1, 0xC00000B7, 222)}  # column, audit number, mmap

_LOAD, _EQUAL, _ABOVE, _LEAST, _AND, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x54, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_SHARED_ANONYMOUS = 0x21


def supported() -> bool:
    """Whether there is a filter for this kind of processor."""
    return os.uname().machine in _ARCHITECTURES


def program(machine: str) -> bytes:
    """Return the filter in the kernel's form: eight bytes for each instruction."""
    column, audit, mmap = _ARCHITECTURES[machine]
    allowed = {numbers[column] for numbers in ALLOWED.values()} - {None, mmap}
    lines = [
        (_LOAD, 0, 0, 4), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0), (_ABOVE, 0, 1, _NEWEST), (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
    ]  # fmt: skip
    for first, last in _runs(number for number in allowed if number is not None):
        lines += [(_LEAST, 0, 2, first), (_ABOVE, 1, 0, last), (_RETURN, 0, 0, _ALLOW)]
    for numbers, error in _REFUSED.values():
        if (number := numbers[column]) is not None:
            lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERROR | error)]
    # memory shared without a file would escape the limit on data: its flags are the fourth argument
    lines += [
        (_EQUAL, 0, 3, mmap), (_LOAD, 0, 0, 16 + 8 * 3), (_AND, 0, 0, _SHARED_ANONYMOUS),
        (_EQUAL, 0, 1, _SHARED_ANONYMOUS), (_RETURN, 0, 0, _ERROR | errno.EPERM), (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of the numbers that follow each other without a gap."""
    ordered = sorted(numbers)
    first = 0
    for place, number in enumerate(ordered):
        if place + 1 == len(ordered) or ordered[place + 1] != number + 1:
            yield ordered[first], number
            first = place + 1


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_char_p))


def deny() -> None:
    """Switch the filter on for this process, for good. Without one for this processor, do nothing."""
    if not supported():
        return
    code = program(os.uname().machine)
    filled = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, ctypes.byref(filled), 0, 0) != 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise OSError(ctypes.get_errno(), "the system call filter cannot be switched on")
