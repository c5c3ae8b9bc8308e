"""A limit on the memory of this process while it works with what untrusted code made or asks for."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

try:
    import resource
except ImportError:  # not a Unix
    resource = None  # type: ignore[assignment]

_lock = threading.Lock()
_inside = 0
_before: tuple[int, int] | None = None


@contextlib.contextmanager
def limit_memory(room: int) -> Iterator[None]:
    """Let this process take at most `room` bytes more; beyond that MemoryError is raised.

    A product of two modest arrays can be far larger than both. If the system does not say how much
    the process holds, nothing is limited. Several threads share one limit.
    """
    _lower(room)
    try:
        yield
    finally:
        _restore()


def _lower(room: int) -> None:
    global _inside, _before
    with _lock:
        _inside += 1
        if _inside > 1 or resource is None:
            return
        with contextlib.suppress(OSError, ValueError), open("/proc/self/statm") as file:
            held = int(file.read().split()[5]) * resource.getpagesize()
            _before = resource.getrlimit(resource.RLIMIT_DATA)
            most = held + room
            if _before[0] == resource.RLIM_INFINITY or most < _before[0]:
                resource.setrlimit(resource.RLIMIT_DATA, (most, _before[1]))


def _restore() -> None:
    global _inside, _before
    with _lock:
        _inside -= 1
        if not _inside and _before is not None:
            resource.setrlimit(resource.RLIMIT_DATA, _before)
            _before = None
