"""The warm process: loads the libraries once, then forks a session whenever the host asks.

Its arguments: the control socket's number, "walls" or "open", the uid to become (0: stay). It runs
no student's code itself.
"""

from __future__ import annotations

import gc
import os
import pkgutil
import random
import select
import signal
import socket
import time
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

import barprop
from barprop.data import digits

from . import isolation
from .control import DONE, END, FAIL, INTERRUPT, OPEN, READY, receive_control, send_control
from .ipython_shell import Shell, start
from .notebook_process import serve

_LOOK = 0.05  # seconds between two looks at the memory of the sessions
_UNUSED = ("__main__", "exercises", "judging", "jupyter", "progress", "update", "widgets")  # of barprop, by most cells
_STUMBLE = """import numpy as np
class A:
    'words'
    def forward(self, x, *args, sigma=None, **names):  # a comment
        if x is not None and not isinstance(x, str) or x == 1.5e3:
            return [f"{y:.3f}" for y in np.ones((2, 3)) @ np.ones(4) * -x]
        raise NotImplementedError('...')
try:
    A().forward('')
except NotImplementedError as error:
    A().forward(0x1F)
"""


def main(control: int, walled: bool, uid: int) -> None:
    """Serve the host's control socket until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the host's business
    if uid:
        isolation.drop_root(uid)
    _warm_up()
    shell = start()
    shell.run(_STUMBLE, 10_000)  # loads what tracebacks are made with
    shell.reset()
    gc.freeze()
    gc.enable()
    ForkServer(socket.socket(fileno=control), shell, walled).serve()


def _warm_up() -> None:
    """Do once what the first cell would otherwise wait for."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([0, 1])
    figure.savefig(os.devnull, format="png")
    plt.close(figure)
    np.ones((64, 64)) @ np.ones((64, 64))
    for module in _modules(barprop):
        if module.rpartition(".")[2] not in _UNUSED:
            for inner in _modules(import_module(module)):
                import_module(inner)
    digits()
    np.random.seed(0)  # a regrade draws the same


def _modules(package: ModuleType) -> list[str]:
    """List the modules of a package by their full names; none for a module."""
    return [found.name for found in pkgutil.iter_modules(getattr(package, "__path__", []), f"{package.__name__}.")]


class ForkServer:
    """Forks sessions, interrupts them, ends them."""

    def __init__(self, control: socket.socket, shell: Shell, walled: bool):
        self._control, self._shell, self._walled = control, shell, walled
        self._sessions: dict[int, int] = {}
        self._most: dict[int, int] = {}  # bytes of memory

    def serve(self) -> None:
        """Answer one request after the other; the end of the control socket ends everything."""
        actions: dict[str, Callable[..., Any]]
        actions = {OPEN: self._open, INTERRUPT: self._interrupt, END: self._end}
        send_control(self._control, [READY])
        while True:
            try:
                (kind, *rest), fds = self._wait()
            except EOFError:
                break
            try:
                reply = [DONE, actions[kind](*rest, *fds)]
            except OSError as error:
                reply = [FAIL, str(error)]
            send_control(self._control, reply)
            for fd in fds:
                os.close(fd)
        for number in list(self._sessions):
            self._end(number)

    def _wait(self) -> tuple[list, list[int]]:
        """Wait for the next request; until it arrives, kill sessions that take too much memory. Raise EOFError."""
        while not select.select([self._control], [], [], _LOOK if self._most else None)[0]:
            for number, most in self._most.items():
                if isolation.memory_of(self._sessions[number]) > most:
                    self._kill(self._sessions[number])
        return receive_control(self._control, 1)

    def _open(self, number: int, room: list[int], output: int, channel: int) -> None:
        """Fork a session that talks over `channel`; returns when its walls stand."""
        read, write = os.pipe()
        who = os.getuid(), os.getgid()
        child = isolation.fork() if self._walled else os.fork()
        if not child:
            os.close(read)
            self._born(write, isolation.Allowance(*room), output, channel, who)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            report = pipe.read().decode(errors="replace")
        self._sessions[number] = child
        if self._walled:
            self._most[number] = isolation.memory_of(child) + room[0]
        if report != "ok":
            self._end(number)
            raise OSError(report or "no word from the session")

    def _born(self, report: int, room: isolation.Allowance, output: int, channel: int, who: tuple[int, int]) -> None:
        """In the child: build the walls, then serve; never come back."""
        try:
            try:
                if self._walled:
                    isolation.map_ids(*who)
                self._wall_in(report, room, channel)
            except BaseException as error:
                os.write(report, str(error).encode())
                raise
            os.write(report, b"ok")
            os.close(report)
            serve(socket.socket(fileno=channel), self._shell, output)
        finally:
            os._exit(1)

    def _wall_in(self, report: int, room: isolation.Allowance, channel: int) -> None:
        self._control.close()
        _keep(channel, report)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()  # kill(0, ...) reaches the whole process group, and no namespace stops it
        isolation.limit(room, strict=self._walled)  # reads /proc, so before it is gone
        if self._walled:
            isolation.mount_scratch(room.scratch)
            isolation.drop_privileges()
        else:
            os.chdir(os.environ["HOME"])
        random.seed(0)

    def _interrupt(self, number: int) -> None:
        os.kill(self._sessions[number], signal.SIGINT)

    def _end(self, number: int, patience: float = 0.0) -> int | None:
        """Kill a session and everything in it. Its wait status if it ended by itself within `patience` seconds."""
        pid = self._sessions.pop(number, None)
        self._most.pop(number, None)
        if pid is None:
            return None
        late = time.monotonic() + patience
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return status
            if time.monotonic() >= late:
                break
            time.sleep(0.005)
        self._kill(pid)
        os.waitpid(pid, 0)
        return None

    def _kill(self, pid: int) -> None:
        if self._walled:
            os.kill(pid, signal.SIGKILL)  # the first process of its namespace: all others there die with it
        else:
            os.killpg(pid, signal.SIGKILL)


def _keep(*fds: int) -> None:
    """Close every open file but these; the standard ones lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    low = 3
    for fd in sorted(fds):
        os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, 4096)
