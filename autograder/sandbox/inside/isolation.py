"""The isolation of one notebook's process: namespaces, a scratch folder, limits, no capability, a system call filter.

Everything goes through libc, since Python 3.11 has no names for it. Linux only.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from dataclasses import dataclass

from . import seccomp

_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
# mount, cgroup, uts, ipc, user, pid, net: the CLONE_NEW* flags of <linux/sched.h>
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_RDONLY, _MS_REC, _MS_PRIVATE = 2, 4, 8, 1, 16384, 1 << 18
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 4, 24, 38
_CLONE = {"x86_64": 56, "aarch64": 220}  # the number of the system call
_RESERVE = 8_000_000
_LIBRARIES = 500_000_000  # address space for what may still be loaded; memory of its own counts as data
_SOMEBODY = 1000  # the uid a student's code finds itself under

_libc = ctypes.CDLL(None, use_errno=True)
_locked_libc = ctypes.PyDLL(None, use_errno=True)  # keeps Python's lock, as a fork must
_locked_libc.syscall.restype = ctypes.c_long


@dataclass(frozen=True)
class Allowance:
    """What a session may use, in bytes and seconds."""

    memory: int
    scratch: int
    seconds: int


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def _mount(kind: str, target: str, flags: int, options: str = "") -> None:
    result = _libc.mount(b"none", target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    _check(result, f"mount {kind} on {target}")


def drop_root(uid: int) -> None:
    """Turn from root into an ordinary user, for good.

    bubblewrap's setting to die with the parent is lost with it; the end of the control socket does the same.
    """
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _prctl(_PR_SET_DUMPABLE, 1)  # or /proc/self/uid_map would belong to root


def fork() -> int:
    """Fork into namespaces of the child's own, where it is the first process.

    os.fork() and unshare() would need a process in between, at twice the price: a fork copies
    the page tables of all libraries. Raises OSError.
    """
    number = _CLONE.get(os.uname().machine)
    if number is None:
        raise OSError(f"namespaces cannot be made on {os.uname().machine}")
    ctypes.pythonapi.PyOS_BeforeFork()
    pid = _locked_libc.syscall(*(ctypes.c_long(word) for word in (number, _NAMESPACES | signal.SIGCHLD, 0, 0, 0, 0)))
    if pid == 0:
        ctypes.pythonapi.PyOS_AfterFork_Child()
        return 0
    error = ctypes.get_errno()
    ctypes.pythonapi.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(error, f"clone: {os.strerror(error)}")
    return pid


def map_ids(uid: int, gid: int) -> None:
    """Map the child's user and group in its new user namespace to those it had outside."""
    for name, text in (("setgroups", "deny"), ("uid_map", f"{_SOMEBODY} {uid} 1"), ("gid_map", f"{_SOMEBODY} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def mount_scratch(scratch: int) -> None:
    """Mount a private scratch folder, and no /proc."""
    _mount("", "/", _MS_REC | _MS_PRIVATE)
    plain = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _mount("tmpfs", "/tmp", plain, f"size={scratch},nr_inodes=4096,mode=700")
    _mount("tmpfs", "/proc", plain | _MS_RDONLY, "size=4096,nr_inodes=2,mode=555")
    os.chdir("/tmp")


def limit(room: Allowance, strict: bool) -> None:
    """Set resource limits, counted from what the process holds now.

    Raises OSError or ValueError where one cannot be set and `strict`; else that one stays as it is.
    """
    limits = {
        "RLIMIT_FSIZE": room.scratch,
        "RLIMIT_CPU": room.seconds,
        "RLIMIT_STACK": 8 << 20,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_NPROC": 1,
        "RLIMIT_MEMLOCK": 0,
        "RLIMIT_MSGQUEUE": 0,
        "RLIMIT_SIGPENDING": 64,
        "RLIMIT_CORE": 0,
    }
    for name, most in limits.items():
        with contextlib.nullcontext() if strict else contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (most, most))
    with contextlib.nullcontext() if strict else contextlib.suppress(ValueError, OSError):
        size, data = _own_memory()
        resource.setrlimit(resource.RLIMIT_AS, (size + room.memory + _LIBRARIES,) * 2)
        resource.setrlimit(resource.RLIMIT_DATA, (data + room.memory,) * 2)
        keep_reserve(True)


def memory_of(pid: int) -> int:
    """Return the bytes of memory of a process besides files; 0 where it is gone."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            fields = file.read().split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * resource.getpagesize()


def keep_reserve(kept: bool) -> None:
    """Hold some memory back from the student's code, so that there is room to say that it ran out."""
    with contextlib.suppress(ValueError, OSError):
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        if most != resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_DATA, (most - _RESERVE if kept else most, most))


def _own_memory() -> tuple[int, int]:
    """Return the address space and private data of this process in bytes. Raise OSError if the system does not say."""
    with open("/proc/self/statm") as file:
        fields = file.read().split()
    page = resource.getpagesize()
    return int(fields[0]) * page, int(fields[5]) * page


def drop_privileges() -> None:
    """Give up every capability for good, and the system calls that a notebook does not need."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    for number in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(number), 0, 0, 0) < 0:
            break
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    seccomp.deny()
