"""The host's side of one notebook's process: asks, waits no longer than agreed, believes nothing."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.sandbox.inside import protocol
from autograder.sandbox.inside.protocol import (
    ANSWER,
    ASK,
    DONE,
    ERROR,
    ERRORS,
    FAIL,
    OUT_OF_MEMORY,
    PART,
    SPENT,
    SpentError,
)
from autograder.sandbox.inside.wire import Channel, Codec, TooLargeError, WireError
from autograder.sandbox.interface import CellResult, Limits
from autograder.sandbox.object_table import ObjectTable
from autograder.sandbox.outputs import read_cell
from autograder.sandbox.remote_handle import RemoteHandle, sentence
from autograder.sandbox.replies import Parts, failure, observed
from barprop.answers.call_budget import CallBudget
from barprop.answers.failures import AnswerError, Cause
from barprop.answers.memory_limit import limit_memory
from barprop.answers.observe import Observed, label_of
from barprop.answers.script import Outcome, Script

if TYPE_CHECKING:
    from autograder.sandbox.host import Sandbox

_MB = 1_000_000
_STRUCTURE = 500_000  # bytes of a reply besides its arrays; a byte can become some 80 in Python
_KEYS = 1_000  # keys in a reply that take long to compare: some 5 s at most, if all have the same hash
_GRACE = 3.0  # seconds that an interrupted call gets to come back
_FAREWELL = 0.3  # seconds until a process that fell silent must have ended by itself
_CALLBACKS = 200_000  # calls from a session to the host
_DEPTH = 8  # calls within calls within ...


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
        self._objects = ObjectTable(self, sandbox)
        codec = Codec(self._objects.refer, self._objects.resolve, _STRUCTURE, int(limits.reply * _MB), _KEYS)
        codec_out = Codec(self._objects.refer, self._objects.resolve)
        self._in, self._out = Channel(sock, codec), Channel(sock, codec_out)
        self._count = self._callbacks = self._depth = 0
        self._left = limits.notebook_seconds
        self._deadline = float("inf")
        self._broken = ""
        self._broken_kind: Cause = "lost"
        self._open = True
        self.answers = RemoteAnswers(self)

    # --- what the graders use ---

    def run_cell(self, source: str, seconds: float | None = None, hidden: bool = False) -> CellResult:
        """Run a code cell as IPython would; never raises for what the student's code does.

        Of a hidden one nothing is kept in there that a later cell could read (`In`, `_i`, the last traceback).

        The result's `error` is "" where the cell ran to its end, else a sentence. After a time-out
        that Ctrl-C could not undo, or a crash, `is_alive()` is False.
        """
        started = time.monotonic()
        try:
            seconds = self._limits.cell_seconds if seconds is None else seconds
            content = self._request("The cell", seconds, protocol.RUN, source, hidden)
            outputs, error = read_cell(content)
        except AnswerError as problem:
            outputs, error = [], str(problem)
        return CellResult(outputs, error, time.monotonic() - started)

    def is_alive(self) -> bool:
        """Whether the process still answers (False after a crash or a time-out that could not be undone)."""
        return self._open and not self._broken

    def write_file(self, name: str, content: bytes) -> None:
        """Write a file into the working folder. Raises AnswerError where there is no room."""
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
        tally = CallBudget.current()
        calls = max(1, tally.left) if tally else 0
        try:
            content = self._request(label, self._limits.probe_seconds, protocol.CALL, handle, args, names, label, calls)
        except SpentError:
            if tally:
                tally.exceeded = True
            raise
        if type(content) is not tuple or len(content) != 4:
            raise self._break(f"{label} returned malformed data.", "malformed")
        try:
            return observed(*content)
        except WireError:
            raise self._break(f"{label} returned malformed data.", "malformed") from None

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
        late = f"{label} did not return within {seconds:.3g} s."
        try:
            return self._exchange(late, *what, parts=parts)
        except TimeoutError:
            raise self._break(parts.late(seconds) if parts else late, "late") from None
        except TooLargeError as error:
            self._objects.describe_again()  # nothing was sent
            raise AnswerError(f"{label} cannot be called with this: {error}.") from None
        except WireError:
            why = f"{label} returned malformed data, or more than {self._limits.reply:g} MB."
            raise self._break(why, "malformed") from None
        except (EOFError, OSError):
            raise self._break("") from None
        finally:
            self._deadline = outer
            if outer == float("inf"):
                self._left -= time.monotonic() - started

    def _exchange(self, late: str, kind: str, *rest: Any, parts: Parts | None = None) -> Any:
        self._count += 1
        count = self._count
        self._out.send([kind, count, self._objects.dropped(), *rest], self._deadline)
        interrupted = False
        while True:
            self._objects.expect_answer()
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
                self._answer_callback(message)
            elif outcome == PART and parts and _answers(message, count):
                seconds = min(self._limits.probe_seconds, self._left)
                parts.take(message[2], seconds if interrupted else 0.0)
                interrupted, self._deadline = False, time.monotonic() + seconds
            elif outcome == DONE and parts and not parts.complete:
                raise WireError("parts are missing")
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

    def _break(self, why: str, kind: Cause = "lost") -> AnswerError:
        """Give the process up: end it, and let every later answer say so."""
        if not self._broken:
            self._broken, self._broken_kind = why or "The notebook's process ended.", kind
            status = self._sandbox.end(self._number, 0.0 if why else _FAREWELL)
            if not why:
                self._broken = _ended(status)
        return AnswerError(self._broken, self._broken_kind)

    # --- being asked ---

    def _answer_callback(self, message: list) -> None:
        """Carry out a call from the session to an object that it was given."""
        if len(message) != 5:
            raise WireError("malformed")
        self._callbacks += 1
        if self._callbacks > _CALLBACKS:
            raise self._break(f"More than {_CALLBACKS} calls to what was passed in.")
        if self._depth >= _DEPTH:
            raise self._break(
                f"Calls to what was passed in are nested more than {_DEPTH} deep; does the function call itself "
                "through its argument?"
            )
        self._depth += 1
        try:
            reply = self._call_host_object(*message[1:])
        finally:
            self._depth -= 1
        try:
            self._out.send(reply, self._deadline)
        except TooLargeError as error:
            self._out.send([ERROR, "ValueError", str(error)], self._deadline)

    def _call_host_object(self, number: Any, method: Any, args: Any, names: Any) -> list:
        if type(args) is not tuple or type(names) is not dict:
            raise WireError("malformed")
        owner = self._objects.owner(number, method)
        try:
            with np.errstate(all="ignore"), limit_memory(int(self._limits.memory * _MB)):
                value = (getattr(owner, method) if method else owner)(*args, **names)
            return [ANSWER, value]
        except AnswerError as error:
            if self._broken:
                raise
            return [ERROR, "ValueError", str(error)]
        except tuple(ERRORS.values()) as error:
            return [ERROR, type(error).__name__, sentence(_text(error), 200)]
        except Exception as error:
            return [ERROR, "RuntimeError", f"stopped with {type(error).__name__}"]


def _text(error: Exception) -> str:
    """Return what an error says; it may quote what the session sent, however deeply that is nested."""
    try:
        return str(error)
    except Exception:
        return ""


def _answers(message: list, count: int) -> bool:
    return len(message) == 3 and type(message[1]) is int and message[1] == count


def _outcome(message: Any) -> str:
    if type(message) is not list or not message or type(message[0]) is not str:
        raise WireError("malformed")
    return message[0]


def _ended(status: int | None) -> str:
    """How a process ended, as a sentence."""
    if status is None:
        return "The notebook's process stopped answering and was ended."
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            return "The notebook's process was killed, most likely for using too much memory."
        return f"The notebook's process crashed ({signal.strsignal(number) or number})."
    if os.WEXITSTATUS(status) == OUT_OF_MEMORY:
        return "The notebook's process ran out of memory."
    return "The notebook's process ended: its code called an exit function."
