"""What both sides of the sandbox agree on, written once; the host imports it too.

There are two conversations. The grader asks the warm process to open, interrupt and end sessions. With each session it
exchanges frames of `wire`: requests and replies, and calls to objects that the host has given.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from typing import Any

import msgpack

from barprop.answers.failures import AnswerError

from .wire import REFERENCE

# --- the host and a session -----------------------------------------------------------------------

# Requests: [request, count, numbers of objects that the host has dropped, ...]
RUN, NAME, CALL, PLAY, GET, OPERATE, FILE = "run", "name", "call", "play", "get", "op", "file"

# Replies: [reply, count, content]. A part is how one script of PLAY went; a failure is [sentence, kind].
DONE, FAIL, SPENT, PART = "done", "fail", "spent", "part"
PLAIN = "plain"  # in a part, where DONE and FAIL may be: the step gave plain data, which was copied there

# A call from the session to an object of the host's: [ASK, number, method, arguments, names], and what it gave.
ASK, ANSWER, ERROR = "ask", "answer", "error"

# Objects that do not travel, by wire's references
HANDLE = REFERENCE  # the session's, by its number there
PROXY = REFERENCE + 1  # the host's, by its number there: the session calls it back
BY_VALUE = REFERENCE + 2  # the host's, by value
NODE = REFERENCE + 3  # a node of a graph that went by value
RESULT = REFERENCE + 4  # what an earlier step of the same script gave
NODES = REFERENCE + 5  # a list of nodes of one such graph, by their places

# The errors of a host's object that the session raises by name; any other becomes a RuntimeError.
ERRORS: dict[str, type[Exception]] = {
    kind.__name__: kind for kind in (ValueError, TypeError, IndexError, KeyError, ZeroDivisionError, AttributeError)
}

OUT_OF_MEMORY = 12  # exit code of a session


class SpentError(AnswerError):
    """The session made more calls than it was granted."""


# --- the host and the warm process ----------------------------------------------------------------

# Requests: [request, number of a session, ...]; the reply is [READY] at first, then [DONE or FAIL, content].
READY, OPEN, INTERRUPT, END = "ready", "open", "interrupt", "end"

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
