"""Printing to a command that stops reading, as in `python -m barprop | head -1`."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from typing import Any

_GONE = (errno.EPIPE, errno.EINVAL)  # the second is Windows' word for it


class _Output(io.FileIO):
    """Standard output, which leads nowhere once nobody reads it."""

    def write(self, data: Any) -> int:
        """Write; what nobody reads counts as written."""
        try:
            return super().write(data) or 0
        except OSError as error:
            if error.errno not in _GONE:
                raise
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())  # for processes started later as well
            os.close(nowhere)
            return memoryview(data).nbytes


def let_readers_leave() -> None:
    """From now on whoever reads this program's output may stop: the program does its work to the end, and is silent.

    Call it once where a command begins. It changes nothing unless the output goes into a pipe.
    """
    old = sys.stdout
    if not isinstance(old, io.TextIOWrapper) or old is not sys.__stdout__:
        return
    if not stat.S_ISFIFO(os.fstat(old.fileno()).st_mode):
        return
    old.flush()
    output = io.BufferedWriter(_Output(old.fileno(), "wb", closefd=False))
    sys.stdout = io.TextIOWrapper(
        output, old.encoding, old.errors, line_buffering=old.line_buffering, write_through=old.write_through
    )
