"""The host's side of the warm process: starts it, and opens sessions in it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from autograder.sandbox import bubblewrap
from autograder.sandbox.inside.control import DONE, END, INTERRUPT, OPEN, receive_control, send_control
from autograder.sandbox.interface import Fault, Limits, SandboxError

if TYPE_CHECKING:
    from autograder.sandbox.session import RemoteSession

_START = 60.0  # seconds until the warm process must be up
_ANSWER = 20.0  # seconds until it must have done what it was asked for
_MB = 1_000_000


class Sandbox:
    """One warm, isolated process; `session()` forks it for one notebook.

    A context manager. Several threads may open sessions in it at once, each session being used by
    one thread. Start it in a thread that lives as long as it does: the kernel ends it with that thread.

    Raises SandboxError where no sandbox can be had, with the way out.
    """

    def __init__(self, limits: Limits = Limits()):  # noqa: B008 (immutable)
        if os.name != "posix":
            where = "Grading needs Linux; on Windows use WSL, or the container that the Dockerfile describes."
            raise SandboxError(where, Fault.UNAVAILABLE)
        self.limits = limits
        self._lock = threading.Lock()
        self._count = 0
        self._last_words = ""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the sandbox)
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START)
        try:
            with theirs:
                self._process = self._start(theirs)
            receive_control(self._control)
        except (OSError, EOFError) as error:
            self.close()
            why = self._last_words or error
            sentence = f"No sandbox is available here: {why}. {bubblewrap.WAY_OUT}"
            raise SandboxError(sentence, Fault.UNAVAILABLE) from None
        except BaseException:
            self.close()
            raise
        self._control.settimeout(_ANSWER)

    def _start(self, theirs: socket.socket) -> subprocess.Popen:
        words = bubblewrap.command(theirs.fileno(), int(self.limits.scratch * _MB))
        return self._run(words, theirs, {"PATH": os.environ.get("PATH", os.defpath)})

    def _run(self, words: list[str], theirs: socket.socket, environment: dict[str, str]) -> subprocess.Popen:
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            pass_fds=[theirs.fileno()],
            env=environment,
        )

    @property
    def pid(self) -> int:
        """The process that the sandbox hangs on."""
        return self._process.pid

    def session(self, limits: Limits | None = None, files: Mapping[str, bytes] | None = None) -> RemoteSession:
        """Start a process for one notebook.

        Parameters
        ----------
        limits : Limits, optional
            Its own, default those of the sandbox.
        files : mapping, optional
            Relative path -> content, written below its working folder.

        Raises SandboxError where the warm process is gone, or (its kind is Fault.FILES) a file does not fit.
        """
        # They load NumPy and more, and starting the warm process does not wait for that.
        from autograder.sandbox.session import RemoteSession
        from barprop.answers.failures import AnswerError

        limits = limits or self.limits
        ours, theirs = socket.socketpair()
        room = [int(limits.memory * _MB), int(limits.scratch * _MB), int(limits.notebook_seconds) + 10]
        with theirs:
            try:
                number = self._count_up()
                self._ask(OPEN, number, room, int(limits.output * _MB), files=[theirs.fileno()])
            except BaseException:
                ours.close()
                raise
        session = RemoteSession(self, number, ours, limits)
        try:
            for name, content in (files or {}).items():
                session.write_file(_inside(name), content)
        except AnswerError as error:
            session.close()
            raise SandboxError(f"{name} cannot be copied into a session: {error}", Fault.FILES) from None
        return session

    def interrupt(self, number: int) -> None:
        """Interrupt a session as Ctrl-C does."""
        self._ask(INTERRUPT, number)

    def end(self, number: int, patience: float = 0.0) -> int | None:
        """Kill a session and everything in it. Tells how it ended, as os.wait does, where it had or does so in time."""
        return self._ask(END, number, patience)

    def _count_up(self) -> int:
        with self._lock:
            self._count += 1
            return self._count

    def _ask(self, *message: Any, files: Sequence[int] = ()) -> Any:
        try:
            with self._lock:
                send_control(self._control, message, *files)
                (kind, content), _ = receive_control(self._control)
        except (OSError, EOFError) as error:
            self.close()
            raise SandboxError(f"The sandbox broke: {self._last_words or error or 'it has ended'}.") from None
        if kind != DONE:
            raise SandboxError(f"The sandbox cannot open a session: {content}. {bubblewrap.WAY_OUT}")
        return content

    def _complaint(self) -> str:
        """Return the last line the warm process wrote to stderr."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip().rstrip(".") if lines else ""

    def close(self) -> None:
        """End the warm process and every session."""
        self._control.close()
        process = getattr(self, "_process", None)
        if process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
        if not self._errors.closed:
            self._last_words = self._complaint()
            self._errors.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class LocalSandbox(Sandbox):
    """The same WITHOUT isolation: plain child processes. Only for those who ask for it by name.

    For systems without bubblewrap. A submission run here can read and do whatever its owner can.
    """

    def __init__(self, limits: Limits = Limits()):  # noqa: B008 (immutable)
        self._home = tempfile.TemporaryDirectory(prefix="notebook-")
        super().__init__(limits)

    def _start(self, theirs: socket.socket) -> subprocess.Popen:
        environment = bubblewrap.environment(self._home.name)
        return self._run(bubblewrap.plain_command(theirs.fileno()), theirs, environment)

    def close(self) -> None:
        """End the warm process and every session, and remove their files."""
        super().close()
        self._home.cleanup()


def _inside(name: str) -> str:
    """Return a relative path that stays below the folder it is taken from."""
    parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..", ".")]
    return str(PurePosixPath(*parts)) if parts else "file"
