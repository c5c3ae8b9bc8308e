"""What the host and the warm process agree on, written once: how the host opens, interrupts and ends sessions.

It loads little, since the host starts the warm process with it before anything else.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from typing import Any

import msgpack

# Requests: [request, number of a session, ...]; the reply is [READY] at first, then [DONE or FAIL, content].
OPEN, INTERRUPT, END = "open", "interrupt", "end"
READY, DONE, FAIL = "ready", "done", "fail"

_LENGTH = struct.Struct("<I")


def send_control(sock: socket.socket, message: Sequence[Any], *files: int) -> None:
    """Send a message as its length and a msgpack list, and open files with it. Raise OSError."""
    data = msgpack.packb(message)
    socket.send_fds(sock, [_LENGTH.pack(len(data))], files)
    sock.sendall(data)


def receive_control(sock: socket.socket, most: int = 0) -> tuple[list[Any], list[int]]:
    """Return the next message and the open files that were sent with it, at most so many. Raise EOFError, OSError."""
    head, files = _with_files(sock, most) if most else (b"", [])
    (length,) = _LENGTH.unpack(head + _exactly(sock, _LENGTH.size - len(head)))
    return msgpack.unpackb(_exactly(sock, length)), files


def _with_files(sock: socket.socket, most: int) -> tuple[bytes, list[int]]:
    data, files, _, _ = socket.recv_fds(sock, _LENGTH.size, most)
    if not data:
        raise EOFError("it ended")
    return data, list(files)


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise EOFError("it ended")
        data += more
    return data
