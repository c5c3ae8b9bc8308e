"""What the host and a session agree on, written once; the host imports it too.

They exchange frames of `wire`: requests and replies, and calls to objects that the host has given.
"""

from __future__ import annotations

from barprop.answers.failures import AnswerError

from .wire import REFERENCE

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
