"""One notebook's process: runs cells, lets answers be called, and asks the host where an argument lives there."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np

from barprop.answers.call_budget import CallBudget
from barprop.answers.calls import Guard, Namespace, Run
from barprop.answers.failures import AnswerError
from barprop.answers.observe import Observed, observe
from barprop.answers.script import Later, Outcome, carry_out, operate

from . import by_value, isolation, missing_modules, protocol
from .ipython_shell import Shell
from .protocol import (
    ANSWER,
    ASK,
    BY_VALUE,
    DONE,
    ERROR,
    ERRORS,
    FAIL,
    HANDLE,
    NODE,
    NODES,
    OUT_OF_MEMORY,
    PART,
    PLAIN,
    PLAY,
    PROXY,
    RESULT,
    SPENT,
    SpentError,
)
from .wire import Channel, Codec, TooLargeError

_LONG = 200  # bytes of text


class Table:
    """The objects that the host knows by number."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._next = 0

    def number(self, item: Any) -> int:
        """Return the number of an object; the same object keeps its number."""
        found = self._numbers.get(id(item))
        if found is None:
            found = self._next = self._next + 1
            self._numbers[id(item)], self._objects[found] = found, item
        return found

    def __getitem__(self, number: int) -> Any:
        return self._objects[number]

    def drop(self, number: int) -> None:
        """Forget an object that the host has dropped."""
        self._numbers.pop(id(self._objects.pop(number, None)), None)


class NotebookProcess:
    """Serves the host's requests one after the other, also from within a call to the host."""

    def __init__(self, sock: socket.socket, shell: Shell, output: int):
        self._channel = Channel(sock, Codec(self._refer, self._resolve))
        self._shell, self._output = shell, output
        self._ran = True
        self._table = Table()
        self._known: dict[int, Any] = {}  # what stands here for the host's objects, by their numbers
        self._given: dict[int, int] = {}  # the numbers by what stands here
        self._busy = 0
        self._earlier: dict[str, list[Any]] = {}  # the last results under each label
        self._actions: dict[str, Callable[..., Any]] = {
            protocol.RUN: self._run,
            protocol.NAME: self._name,
            protocol.CALL: self._call,
            protocol.PLAY: self._play,
            protocol.GET: self._get,
            protocol.OPERATE: self._operate,
            protocol.FILE: self._file,
        }

    def serve(self) -> None:
        """Answer until the host hangs up."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            try:
                self._handle(self._channel.receive())
            except (EOFError, OSError):
                return
            except MemoryError:
                os._exit(OUT_OF_MEMORY)

    def _handle(self, message: list) -> None:
        kind, count, drops, *rest = message
        for number in drops:
            self._table.drop(number)
        if kind == PLAY:
            for steps in rest[0]:
                outcome, content = self._attempt(PLAY, [steps])
                self._reply(PART, count, content if outcome == DONE else [[FAIL, content, None]])
            self._reply(DONE, count, None)
        else:
            outcome, content = self._attempt(kind, rest)
            self._reply(outcome, count, content)

    def _reply(self, outcome: str, count: int, content: Any) -> None:
        try:
            self._channel.send([outcome, count, content])
        except OSError:
            raise
        except BaseException:  # nothing was sent: once more with the memory held back for it
            isolation.keep_reserve(False)
            try:
                self._reply_or_say_why(outcome, count, content)
            finally:
                isolation.keep_reserve(True)

    def _reply_or_say_why(self, outcome: str, count: int, content: Any) -> None:
        try:
            self._channel.send([outcome, count, content])
        except OSError:
            raise
        except TooLargeError as error:
            self._reply_failure(outcome, count, f"The result cannot be read: {error}.")
        except BaseException as error:  # a student's class may not even tell its name
            self._reply_failure(outcome, count, f"The result cannot be read: {type(error).__name__}.")

    def _reply_failure(self, outcome: str, count: int, sentence: str) -> None:
        why = [sentence, "malformed"]
        self._channel.send([PART, count, [[FAIL, why, None]]] if outcome == PART else [FAIL, count, why])

    def _attempt(self, kind: str, rest: list) -> tuple:
        """Carry it out: DONE and what it gave, or FAIL or SPENT with a sentence and its kind.

        Ctrl-C stops the student's code, and nothing of ours.
        """
        result: tuple[str, Any] = (FAIL, ["The call was interrupted.", "late"])
        self._busy += 1
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            result = (DONE, self._actions[kind](*rest))
        except SpentError as error:
            result = (SPENT, [str(error), error.kind])
        except AnswerError as error:
            result = (FAIL, [str(error), error.kind])
        except KeyboardInterrupt:
            pass
        except MemoryError:
            result = (FAIL, ["The call ran out of memory.", "memory"])
        except BaseException as error:
            result = (FAIL, [f"The call stopped with {type(error).__name__}.", "raised"])
        finally:
            self._busy -= 1
            if not self._busy:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
        return result

    # --- what the host may ask for ---

    def _run(self, source: str, hidden: bool) -> Any:
        self._ran = True
        outputs, error = self._shell.run(source, self._output, hidden)
        return _slim(outputs), _slim(error)

    def _name(self, name: str) -> Any:
        if self._ran:  # the notebook has run: answers are tried under NumPy's default settings, as the check tries them
            np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
            self._ran = False
        return Namespace(self._shell.user_ns)[name]

    def _call(self, target: Any, args: tuple, names: dict, label: str, calls: int) -> Any:
        called = _counted if calls else _observed
        seen = called(calls, target, args, names, label, self._earlier)
        nodes = by_value.as_nodes(seen.value)
        value = nodes if nodes and id(nodes.graph) in self._given else seen.value
        return value, list(seen.changed), seen.shared, list(seen.where)

    def _play(self, steps: list) -> list:
        outcomes: list[Outcome] = []
        run = Run(Namespace(self._shell.user_ns, self._earlier))
        try:
            carry_out(run, [(kind, label, want, tuple(operands)) for kind, label, want, operands in steps], outcomes)
        except KeyboardInterrupt:
            outcomes.append(Outcome(error=AnswerError("The call was interrupted.", "late")))
        return [_as_plain(outcome) for outcome in outcomes]

    def _get(self, owner: Any, attribute: str) -> Any:
        with Guard(f"{type(owner).__name__}.{attribute}"):
            return getattr(owner, attribute)

    def _operate(self, name: str, operands: tuple, label: str) -> Any:
        return operate(name, operands, label)

    def _file(self, name: str, content: bytes) -> None:
        folder = os.path.dirname(name)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(name, "wb") as file:
            file.write(content)

    # --- objects that do not travel ---

    def _refer(self, item: Any) -> tuple[int, Any]:
        if id(item) in self._given:
            return PROXY, self._given[id(item)]
        if type(item) is by_value.NodeList:
            return NODES, [self._given[id(item.graph)], item.places]
        graph, index = by_value.place_of(item) or (None, 0)
        if id(graph) in self._given:
            return NODE, [self._given[id(graph)], index]
        name = item.__qualname__ if type(item) in _NAMED or issubclass(type(item), type) else ""
        title = type(item).__name__
        return HANDLE, [self._table.number(item), str(title)[:80], str(name)[:80]]

    def _resolve(self, code: int, content: Any) -> Any:
        if code == HANDLE:
            return self._table[content]
        if code == RESULT:
            return Later(content)
        if code == NODE:
            graph, index = content
            return graph.nodes[index]
        number, *description = content
        if number not in self._known:
            item = by_value.make(*description) if code == BY_VALUE else self._proxy(number, *description)
            self._known[number], self._given[id(item)] = item, number
        return self._known[number]

    def _proxy(self, number: int, title: str, methods: list[str]) -> Any:
        """Make the proxy of a function ("" as its only method) or an object of the host's."""
        if methods == [""]:
            return self._reach(number, "", title)
        bound = {name or "__call__": self._reach(number, name, name or "__call__") for name in methods}
        return type(title, (), {name: staticmethod(function) for name, function in bound.items()})()

    def _reach(self, number: int, method: str, title: str) -> Callable[..., Any]:
        def reach(*args: Any, **names: Any) -> Any:
            return self._ask(number, method, args, names)

        reach.__name__ = reach.__qualname__ = title
        return reach

    def _ask(self, number: int, method: str, args: tuple, names: dict) -> Any:
        """Call the host, and serve it meanwhile."""
        try:
            self._channel.send([ASK, number, method, args, names])
        except TooLargeError as error:
            raise ValueError(f"an argument cannot be used here: {error}") from None
        while True:
            message = self._channel.receive()
            if message[0] == ANSWER:
                return message[1]
            if message[0] == ERROR:
                raise ERRORS.get(message[1], RuntimeError)(message[2])
            self._handle(message)


def _slim(value: Any) -> Any:
    """Long text as an array of its bytes: the structure of a reply is to stay small."""
    if type(value) is str:
        data = value.encode("utf-8", "replace")
        return np.frombuffer(data, np.uint8) if len(data) > _LONG else data.decode()
    if type(value) is list:
        return [_slim(item) for item in value]
    return {_slim(key): _slim(item) for key, item in value.items()} if type(value) is dict else value


def _as_plain(outcome: Outcome) -> list:
    """How a step went, as plain data."""
    if outcome.error is not None:
        return [FAIL, [str(outcome.error), outcome.error.kind], None]
    seen: Any = None
    if outcome.seen is not None:
        label, what = outcome.seen
        remarkable = what.changed or what.shared or what.where
        seen = [label, list(what.changed), what.shared, list(what.where)] if remarkable else label
    return [PLAIN if outcome.plain else DONE, outcome.value, seen]


def _observed(calls: int, *call: Any) -> Observed:
    return observe(*call)


def _counted(calls: int, *call: Any) -> Observed:
    """Call as `_observed` does, with a limit on the number of Python calls."""
    tally = CallBudget()
    tally.left = calls
    try:
        with tally:
            return observe(*call)
    except AnswerError as error:
        raise (SpentError if tally.exceeded else AnswerError)(str(error)) from None


_NAMED = (FunctionType, BuiltinFunctionType, MethodType)


def serve(sock: socket.socket, shell: Shell, output: int) -> None:
    """Be one notebook's process until the host hangs up."""
    if "" not in sys.path:
        sys.path.insert(0, "")
    missing_modules.install_finder(os.getcwd())
    NotebookProcess(sock, shell, output).serve()
