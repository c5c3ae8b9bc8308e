"""The host's side of one notebook's process: asks, waits no longer than agreed, believes nothing."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Sequence
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary, finalize

import numpy as np

from autograder.sandbox.inside import by_value, protocol
from autograder.sandbox.inside.protocol import (
    ANSWER,
    ASK,
    DONE,
    ERROR,
    ERRORS,
    FAIL,
    HANDLE,
    NODE,
    OUT_OF_MEMORY,
    PART,
    RESULT,
    SPENT,
    STUB,
    TWIN,
    SpentError,
)
from autograder.sandbox.inside.wire import Channel, Codec, TooLargeError, WireError
from autograder.sandbox.interface import CellResult, Limits
from autograder.sandbox.memory_limit import frugal
from autograder.sandbox.outputs import read_cell
from autograder.sandbox.remote_handle import RemoteHandle, make, sentence, word
from autograder.sandbox.replies import Parts, failure, observed
from barprop.answers.call_budget import Tally
from barprop.answers.calls import AnswerError, Observed, label_of
from barprop.answers.script import Later, Outcome, Script
from barprop.fixtures.graphs import Graph, GraphNode

if TYPE_CHECKING:
    from autograder.sandbox.host import Sandbox

_MB = 1_000_000
_STRUCTURE = 500_000  # bytes of a reply besides its arrays; a byte can become some 80 in Python
_MOST_OBJECTS = 5_000  # in one answer
_GRACE = 3.0  # seconds that an interrupted call gets to come back
_FAREWELL = 0.3  # seconds until a process that fell silent must have ended by itself
_CALLBACKS = 200_000  # calls from a session to the host
_DEPTH = 8  # calls within calls within ...
_FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType, partial, np.ufunc)


class RemoteAnswers:
    """The names of the notebook, read where they are."""

    def __init__(self, session: RemoteSession):
        self._session = session

    def __getitem__(self, name: str) -> Any:
        return self._session.named(name)

    def carry_out(self, scripts: Sequence[Script]) -> list[list[Outcome]]:
        """Carry scripts out there, all in one go."""
        return self._session.carry_out(scripts)


class RemoteSession:
    """One notebook's process, seen from outside."""

    def __init__(self, sandbox: Sandbox, number: int, sock: socket.socket, limits: Limits):
        self._sandbox, self._number, self._limits = sandbox, number, limits
        codec = Codec(self._refer, self._resolve, _STRUCTURE, int(limits.reply * _MB))
        codec_out = Codec(self._refer, self._resolve)
        self._in, self._out = Channel(sock, codec), Channel(sock, codec_out)
        self._count = self._callbacks = self._depth = 0
        self._left = limits.notebook_seconds
        self._deadline = float("inf")
        self._broken, self._broken_kind = "", "lost"
        self._open = True
        self._handles: WeakValueDictionary[int, RemoteHandle] = WeakValueDictionary()
        self._dropped: set[int] = set()
        self._fresh = 0  # objects that came with this answer
        self._given: dict[int, Any] = {}
        self._given_numbers: dict[int, int] = {}
        self._described: set[int] = set()
        self._twins: set[int] = set()  # what went by value: the session has no call to make to them
        self.answers = RemoteAnswers(self)

    # --- what the graders use ---

    def run_cell(self, source: str, seconds: float | None = None, hidden: bool = False) -> CellResult:
        """Run a code cell as IPython would; never raises for what the student's code does.

        Of a hidden one nothing is kept in there that a later cell could read (`In`, `_i`, the last traceback).

        The result's `error` is "" where the cell ran to its end, else a sentence. After a time-out
        that Ctrl-C could not undo, or a crash, `interrupt_free()` is False.
        """
        started = time.monotonic()
        try:
            seconds = self._limits.cell_seconds if seconds is None else seconds
            content = self._request("The cell", seconds, protocol.RUN, source, hidden)
            outputs, error = read_cell(content)
        except AnswerError as problem:
            outputs, error = [], str(problem)
        return CellResult(outputs, error, time.monotonic() - started)

    def interrupt_free(self) -> bool:
        """Whether the process still answers (False after a crash or a time-out that could not be undone)."""
        return self._open and not self._broken

    def lay(self, name: str, content: bytes) -> None:
        """Lay a file into the working folder. Raises AnswerError where there is no room."""
        self._request(name, self._limits.probe_seconds, protocol.FILE, name, content)

    def close(self) -> None:
        """End the process and everything it started."""
        if self._open:
            self._open = False
            self._in.close()
            if not self._broken:
                self._broken = "The notebook's process was closed."
                self._sandbox.end(self._number)

    def __enter__(self) -> RemoteSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what answers and handles use ---

    def named(self, name: str) -> Any:
        """Return the value of a name: data, or a handle. Raise AnswerError."""
        return self._request(name, self._limits.probe_seconds, protocol.NAME, name)

    def call(self, handle: RemoteHandle, args: tuple, names: dict, label: str = "") -> Observed:
        """Call an object. Raises AnswerError. Where calls are being counted here, they are counted there."""
        label = label or label_of(handle)
        tally = Tally.current()
        calls = max(1, tally.left) if tally else 0
        try:
            content = self._request(label, self._limits.probe_seconds, protocol.CALL, handle, args, names, label, calls)
        except SpentError:
            if tally:
                tally.exceeded = True
            raise
        if type(content) is not tuple or len(content) != 4:
            raise self._break(f"{label} came back malformed.", "malformed")
        try:
            return observed(*content)
        except WireError:
            raise self._break(f"{label} came back malformed.", "malformed") from None

    def attribute(self, handle: RemoteHandle, name: str) -> Any:
        """Return an attribute of an object: data, or a handle. Raise AnswerError."""
        label = f"{type(handle).__name__}.{name}"
        return self._request(label, self._limits.probe_seconds, protocol.GET, handle, name)

    def operate(self, handle: RemoteHandle, name: str, operands: tuple) -> Any:
        """Apply an operator. Raise AnswerError."""
        label = type(handle).__name__
        return self._request(label, self._limits.probe_seconds, protocol.OPERATE, name, operands, label)

    def carry_out(self, scripts: Sequence[Script]) -> list[list[Outcome]]:
        """Carry scripts out, all in one go; how far each went. Each has the time of one call."""
        parts: list[list[Outcome]] = []
        if not scripts:
            return parts
        labels = [script.label for script in scripts]
        try:
            steps = [[[*step[:3], list(step[3])] for step in script.steps] for script in scripts]
            self._request(labels[0], self._limits.probe_seconds, protocol.PLAY, steps, parts=Parts(parts, labels))
        except AnswerError as error:
            parts += [[Outcome(error=error)] for _ in scripts[len(parts) :]]
        return parts

    # --- asking ---

    def _request(self, label: str, seconds: float, *what: Any, parts: Parts | None = None) -> Any:
        """Ask, serve the session's own calls meanwhile, and return what comes back. Raises AnswerError."""
        if self._broken:
            raise AnswerError(self._broken, self._broken_kind)
        if self._left <= 0:
            why = f"The time for one notebook ({self._limits.notebook_seconds:g} s) was used up."
            raise self._break(why, "late")
        outer, started = self._deadline, time.monotonic()
        seconds = min(seconds, self._left)
        self._deadline = min(outer, started + seconds)
        late = f"{label} did not come back within {seconds:.3g} s."
        try:
            return self._exchange(late, *what, parts=parts)
        except TimeoutError:
            raise self._break(parts.late(seconds) if parts else late, "late") from None
        except TooLargeError as error:
            self._described.clear()  # nothing was sent, and it does no harm to say it again
            raise AnswerError(f"{label} cannot be called with this: {error}.") from None
        except WireError:
            why = f"{label} came back malformed, or with more than {self._limits.reply:g} MB."
            raise self._break(why, "malformed") from None
        except (EOFError, OSError):
            raise self._break("") from None
        finally:
            self._deadline = outer
            if outer == float("inf"):
                self._left -= time.monotonic() - started

    def _exchange(self, late: str, kind: str, *rest: Any, parts: Parts | None = None) -> Any:
        self._count += 1
        count, drops = self._count, []
        while self._dropped:
            drops.append(self._dropped.pop())
        self._out.send([kind, count, drops, *rest], self._deadline)
        interrupted = False
        while True:
            self._fresh = 0
            try:
                message = self._in.receive(self._deadline)
            except TimeoutError:
                if interrupted or self._depth:
                    raise
                interrupted, self._deadline = True, time.monotonic() + _GRACE
                self._sandbox.interrupt(self._number)
                continue
            outcome = _outcome(message)
            if outcome == ASK and not interrupted:
                self._serve(message)
            elif outcome == PART and parts and _answers(message, count):
                seconds = min(self._limits.probe_seconds, self._left)
                parts.take(message[2], seconds if interrupted else 0.0)
                interrupted, self._deadline = False, time.monotonic() + seconds
            elif outcome in (DONE, FAIL, SPENT) and _answers(message, count):
                return self._settled(message, late if interrupted else "", kind)
            else:
                raise WireError("out of sequence")

    def _settled(self, message: list, late: str, kind: str) -> Any:
        if late and kind == protocol.RUN and message[0] == DONE:
            outputs, _ = read_cell(message[2])
            return outputs, late
        if late:
            raise AnswerError(late, "late")
        if message[0] != DONE:
            raise failure(message)
        return message[2]

    def _break(self, why: str, kind: str = "lost") -> AnswerError:
        """Give the process up: end it, and let every later answer say so."""
        if not self._broken:
            self._broken, self._broken_kind = why or "The notebook's process ended.", kind
            status = self._sandbox.end(self._number, 0.0 if why else _FAREWELL)
            if not why:
                self._broken = _ended(status)
        return AnswerError(self._broken, self._broken_kind)

    # --- being asked ---

    def _serve(self, message: list) -> None:
        """Carry out a call from the session to an object that it was given."""
        if len(message) != 5:
            raise WireError("malformed")
        self._callbacks += 1
        if self._callbacks > _CALLBACKS or self._depth >= _DEPTH:
            raise self._break(f"More than {_CALLBACKS} calls to what was passed in.")
        self._depth += 1
        try:
            reply = self._carry_out(*message[1:])
        finally:
            self._depth -= 1
        try:
            self._out.send(reply, self._deadline)
        except TooLargeError as error:
            self._out.send([ERROR, "ValueError", str(error)], self._deadline)

    def _carry_out(self, number: Any, method: Any, args: Any, names: Any) -> list:
        if type(number) is not int or number not in self._given or type(args) is not tuple or type(names) is not dict:
            raise WireError("malformed")
        if number in self._twins:
            raise WireError("a call to what went by value")
        owner = self._given[number]
        if type(method) is not str or method not in _methods(owner):
            raise WireError("malformed")
        try:
            with np.errstate(all="ignore"), frugal(int(self._limits.memory * _MB)):
                value = (getattr(owner, method) if method else owner)(*args, **names)
            return [ANSWER, value]
        except AnswerError as error:
            if self._broken:
                raise
            return [ERROR, "ValueError", str(error)]
        except tuple(ERRORS.values()) as error:
            return [ERROR, type(error).__name__, sentence(str(error), 200)]
        except Exception as error:
            return [ERROR, "RuntimeError", f"stopped with {type(error).__name__}"]

    # --- objects that do not travel ---

    def _refer(self, item: Any) -> tuple[int, Any]:
        if type(item) is Later:
            return RESULT, item.number
        if isinstance(item, RemoteHandle):
            if item._session is not self:
                raise TooLargeError("it belongs to another notebook")
            return HANDLE, item._number
        graph, index = by_value.place_of(item) or (None, 0)
        if graph is not None:
            return NODE, [graph, index]
        if isinstance(item, (type, ModuleType)) or item is self or item is self._sandbox:
            raise TypeError(f"a {type(item).__name__} cannot be given to a session")
        return self._give(item)

    def _give(self, item: Any) -> tuple[int, Any]:
        """By number; with a description the first time."""
        number = self._given_numbers.get(id(item))
        if number is None:
            number = len(self._given) + 1
            self._given[number], self._given_numbers[id(item)] = item, number
        if number in self._described:
            return STUB, [number]
        self._described.add(number)
        if by_value.is_twin(item):
            self._twins.add(number)
            return TWIN, [number, *by_value.describe(item)]
        title = getattr(item, "__name__", "") if isinstance(item, _FUNCTIONS) else type(item).__name__
        return STUB, [number, title or "function", _methods(item)]

    def _resolve(self, code: int, content: Any) -> Any:
        if code == STUB and type(content) is int and content in self._given:
            return self._given[content]
        if type(content) is not list:
            raise WireError("malformed")
        if code == NODE:
            return _node(self._given, *content)
        if code != HANDLE or len(content) != 3 or type(content[0]) is not int:
            raise WireError("malformed")
        number, title, qualname = content
        handle = self._handles.get(number)
        if handle is None:
            self._fresh += 1
            if self._fresh > _MOST_OBJECTS:
                raise WireError("too many objects at once")
            self._dropped.discard(number)  # it was forgotten here, but the session has not been told yet
            handle = make(self, number, word(title), sentence(qualname, 80))
            self._handles[number] = handle
            finalize(handle, self._dropped.add, number)
        return handle


def _node(given: dict[int, Any], number: Any, index: Any) -> GraphNode:
    graph = given.get(number) if type(number) is int else None
    if type(graph) is not Graph or type(index) is not int or not 0 <= index < len(graph.nodes):
        raise WireError("malformed")
    return graph.nodes[index]


def _answers(message: list, count: int) -> bool:
    return len(message) == 3 and type(message[1]) is int and message[1] == count


def _outcome(message: Any) -> str:
    if type(message) is not list or not message or type(message[0]) is not str:
        raise WireError("malformed")
    return message[0]


def _methods(item: Any) -> list[str]:
    """List the methods a session may call on a host object; "" is the object itself."""
    if isinstance(item, _FUNCTIONS):
        return [""]
    names = [n for n in dir(type(item)) if not n.startswith("_") and callable(getattr(type(item), n, None))]
    return [""] * callable(item) + names


def _ended(status: int | None) -> str:
    """How a process ended, as a sentence."""
    if status is None:
        return "The notebook's process fell silent and was ended."
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            return "The notebook's process was killed, most likely for using too much memory."
        return f"The notebook's process crashed ({signal.strsignal(number) or number})."
    if os.WEXITSTATUS(status) == OUT_OF_MEMORY:
        return "The notebook's process ran out of memory."
    return "The notebook's process ended: its code called an exit function."
