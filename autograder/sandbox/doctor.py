"""What isolation this machine gives, found out by trying."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.bubblewrap import PACKAGES, environment, executable
from autograder.sandbox.host import Sandbox
from autograder.sandbox.inside import seccomp
from autograder.sandbox.interface import Limits, SandboxError
from autograder.sandbox.session import RemoteSession

_LIMITS = Limits(cell_seconds=20, memory=64, scratch=4)

# kernel setting -> the value that forbids user namespaces, what to do
_SETTINGS = {
    "kernel/unprivileged_userns_clone": ("0", "sysctl kernel.unprivileged_userns_clone=1"),
    "kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "give bwrap an AppArmor profile that allows userns, or sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    "user/max_user_namespaces": ("0", "sysctl user.max_user_namespaces=10000"),
}

_NO_RIGHTS = """import ctypes, os
assert os.getuid() != 0 != os.getgid()
header, rights = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[1] * 6)
assert ctypes.CDLL(None).capget(header, rights) == 0 and not any(rights)
"""

# Wherever barprop is installed, and in whatever order the folders are searched.
_NO_ORACLES = """import os, sys
places = [place for place in dict.fromkeys([*sys.path, *(f"/packages/{n}" for n in os.listdir("/packages"))]) if place]
for place in places:
    for name in ("autograder", "barprop/exercises", "barprop/judging"):
        folder = os.path.join(place, name)
        assert not os.path.isdir(folder) or not os.listdir(folder), folder
    for name in [name for name in sys.modules if name.partition(".")[0] in ("barprop", "autograder")]:
        del sys.modules[name]
    sys.path.insert(0, place)
    try:
        from barprop.exercises import EXERCISES
    except ImportError:
        pass
    else:
        assert False, place
"""

# name -> what it means where it holds, and a cell that ends with an error where it does not
_TRIALS = {
    "network": (
        "nothing can be reached",
        "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 9), 0.5)\n"
        "except OSError as error:\n    assert not isinstance(error, TimeoutError)\nelse:\n    assert False",
    ),
    "repository": (
        "references, submissions and gradebook are not there",
        f"import os\nassert not any(map(os.path.exists, {[str(PACKAGES / n) for n in ('autograder', 'source')]!r}))",
    ),
    "oracles": ("neither the exercises' declarations nor the references can be imported", _NO_ORACLES),
    "environment": (
        "nothing in it reveals the grading",
        f"import os\nassert set(os.environ) <= {set(environment())!r} | {{'PWD', 'LC_CTYPE'}}",
    ),
    "user": ("it is not root, and has no capability", _NO_RIGHTS),
    "processes": (
        "no second process and no thread can be started",
        "import os, threading\ntry:\n    pid = os.fork()\nexcept OSError:\n    pass\nelse:\n    assert False\n"
        "try:\n    threading.Thread(target=print).start()\nexcept RuntimeError:\n    pass\nelse:\n    assert False",
    ),
    "other processes": (
        "none can be seen or signalled",
        "import os\nassert os.getpid() == 1 and not os.listdir('/proc')\n"
        "try:\n    os.kill(2, 0)\nexcept ProcessLookupError:\n    pass\nelse:\n    assert False",
    ),
    "memory": (
        "a limit binds",
        "try:\n    x = bytearray(70_000_000)\nexcept MemoryError:\n    pass\nelse:\n    assert False",
    ),
    "disk": (
        "a limit holds, and only the scratch folder can be written",
        "import os\ntry:\n    for i in range(8): open(f'{i}', 'wb').write(bytes(1_000_000))\nexcept OSError:\n"
        "    pass\nelse:\n    assert False\n"
        "for top in ('/', '/course', '/packages', '/dev', '/usr', '/etc'): assert not os.access(top, os.W_OK), top",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing that was tried.

    Parameters
    ----------
    name : str
        What, in a few words.
    good : bool
        Whether it is as it should be.
    detail : str
        What was seen, or what to do.
    needed : bool
        Whether grading without it is refused.
    """

    name: str
    good: bool
    detail: str
    needed: bool = True

    def __str__(self) -> str:
        mark = "ok" if self.good else ("NO" if self.needed else "--")
        return f"{mark}  {self.name}: {self.detail}"


def examine() -> list[Finding]:
    """Try everything that keeps a submission in; takes a few seconds. Raises nothing."""
    findings = [_kernel(), _bubblewrap()]
    if not all(finding.good for finding in findings):
        return findings
    who = "root, which is left behind inside" if os.geteuid() == 0 else f"an ordinary user ({os.geteuid()})"
    findings.append(Finding("started by", True, who))
    try:
        with Sandbox(_LIMITS) as sandbox:
            findings.append(Finding("sandbox", True, "bubblewrap starts with namespaces of its own"))
            return findings + _sessions(sandbox)
    except SandboxError as error:
        return [*findings, Finding("sandbox", False, f"{error} {_advice()}".strip())]


def _kernel() -> Finding:
    system = f"{platform.system()} {platform.release()} on {platform.machine()}, Python {platform.python_version()}"
    return Finding(
        "kernel", sys.platform == "linux", system if sys.platform == "linux" else f"{system}; Linux is needed"
    )


def _bubblewrap() -> Finding:
    try:
        path, version, origin = executable()
    except SandboxError as error:
        return Finding("bubblewrap", False, str(error).split(" Or: ")[0])
    return Finding("bubblewrap", True, f"version {version} from {origin} ({path})")


def _advice() -> str:
    """Say what the kernel's settings mean for user namespaces."""
    advice = []
    for name, (bad, way) in _SETTINGS.items():
        place = Path("/proc/sys") / name
        if place.exists() and place.read_text().strip() == bad:
            advice.append(f"User namespaces are switched off here: {way}.")
    return " ".join(advice)


def _sessions(sandbox: Sandbox) -> list[Finding]:
    with sandbox.session() as session:
        findings = [Finding("sessions", True, "each in user, process, mount, network and ipc namespaces of its own")]
        for name, (meaning, source) in _TRIALS.items():
            error = session.run_cell(source).error
            findings.append(Finding(name, not error, meaning if not error else f"does not hold ({error})"))
        findings.append(_filter(session))
        late = session.run_cell("while True: pass", seconds=0.3)
        findings.append(Finding("time", "within" in late.error, "an endless loop is stopped"))
    return findings


def _filter(session: RemoteSession) -> Finding:
    if not seccomp.supported():
        return Finding("system calls", False, f"there is no filter for {platform.machine()}", needed=False)
    source = "import ctypes\nassert ctypes.CDLL(None).ptrace(0, 0, 0, 0) == -1"
    error = session.run_cell(source).error
    return Finding("system calls", not error, error or "what a notebook never needs is refused")


if __name__ == "__main__":
    for found in examine():
        print(found)
