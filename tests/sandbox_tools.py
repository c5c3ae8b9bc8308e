"""For the tests of the sandbox: processes and their memory, and a session whose process is played by the test."""

from __future__ import annotations

import glob
import socket
import subprocess
from typing import Any

from autograder.sandbox import Limits, bubblewrap
from autograder.sandbox.session import RemoteSession
from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError

ANSWER = "def double(x):\n    return 2 * x"


def processes(pid: int) -> set[int]:
    """A process and all that come from it."""
    found = {pid}
    for name in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(name) as file:
                children = file.read().split()
        except OSError:
            continue
        for child in children:
            found |= processes(int(child))
    return found


def memory(pid: int) -> float:
    """MB of a process tree; what several share counts once."""
    total = 0
    for one in processes(pid):
        try:
            with open(f"/proc/{one}/smaps_rollup") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except OSError:
            continue
    return total / 1000


def ask(session: Any, *args: Any) -> Any:
    """double(21), or the sentence why not."""
    try:
        return Run(session.answers)("double", *(args or (21,)))
    except AnswerError as error:
        return str(error)


def text_of(result: Any) -> str:
    """All text that a cell shows, and its error."""
    shown = [str(o.get("text") or o.get("data", {}).get("text/plain") or o.get("evalue")) for o in result.outputs]
    return "\n".join([*shown, result.error])


class NoSandbox:
    """Stands for the warm process where a test plays the session itself."""

    def __init__(self) -> None:
        self.ended: list[int] = []

    def interrupt(self, number: int) -> None:
        """Nothing to interrupt."""

    def end(self, number: int, patience: float = 0.0) -> None:
        """Note that the session was given up."""
        self.ended.append(number)


def played(limits: Limits = Limits(probe_seconds=0.3)) -> tuple[RemoteSession, socket.socket]:  # noqa: B008
    """A session, and the socket at which its process would sit."""
    ours, theirs = socket.socketpair()
    return RemoteSession(NoSandbox(), 1, ours, limits), theirs


def as_user(words: list[str]) -> list[str]:
    """The command that runs another as an ordinary user, when we are root and Python lies in root's home."""
    root = [bubblewrap.executable()[0], "--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", "/root"]
    for place in glob.glob("/root/.pyenv") + glob.glob("/root/.local"):
        root += ["--ro-bind", place, place]
    user = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", "--inh-caps", "-all"]
    return [*root, "--cap-add", "ALL", "--", *user, *words]


def can(words: list[str]) -> bool:
    """Whether a command runs here."""
    try:
        return subprocess.run(words, capture_output=True, timeout=60, check=False).returncode == 0
    except OSError:
        return False
