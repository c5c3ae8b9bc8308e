"""The system call filter (seccomp): a small program of the kernel's, written out by hand.

It refuses what a notebook never needs and what would let one reach out: new processes and
programs, sockets, memory that outlives or escapes the limits, other processes, kernel interfaces.
Numbers above the newest call known here are refused as well.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

# name -> numbers on x86_64 and on aarch64 (None: there is no such call)
_OLD = {
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "bind": (49, 200), "listen": (50, 201),
    "accept4": (288, 242), "clone": (56, 220), "fork": (57, None), "vfork": (58, None), "execve": (59, 221),
    "execveat": (322, 281), "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "perf_event_open": (298, 241), "bpf": (321, 280), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "userfaultfd": (323, 282), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268),
    "memfd_create": (319, 279), "shmget": (29, 194), "shmat": (30, 196), "semget": (64, 190), "msgget": (68, 186),
    "mq_open": (240, 180), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "kcmp": (312, 272),
    "fanotify_init": (300, 262), "inotify_init1": (294, 26), "inotify_init": (253, None), "seccomp": (317, 277),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "acct": (163, 89), "quotactl": (179, 60), "syslog": (103, 116), "modify_ldt": (154, None), "iopl": (172, None),
    "ioperm": (173, None), "personality": (135, 92), "move_pages": (279, 239), "mbind": (237, 235),
    "migrate_pages": (256, 238), "vmsplice": (278, 75), "remap_file_pages": (216, 234), "setpriority": (141, 140),
    "sched_setaffinity": (203, 122), "mknod": (133, None), "mknodat": (259, 33),
}  # fmt: skip
# the same numbers on both; 437 and below this list are the file calls that libc does use
_NEW = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438, "process_madvise": 440, "mount_setattr": 442,
    "quotactl_fd": 443, "memfd_secret": 447, "process_mrelease": 448, "set_mempolicy_home_node": 450,
}  # fmt: skip
_NEWEST = 452
_ARCHITECTURES = {"x86_64": (0, 0xC000003E, 9), "aarch64": (1, 0xC00000B7, 222)}  # column, audit number, mmap
_AGAIN = {"clone", "fork", "vfork"}  # "try again" is what a full system says, and what Python expects

_LOAD, _EQUAL, _ABOVE, _AND, _RETURN = 0x20, 0x15, 0x25, 0x54, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_SHARED_ANONYMOUS = 0x21


def supported() -> bool:
    """Whether there is a filter for this kind of processor."""
    return os.uname().machine in _ARCHITECTURES


def program(machine: str) -> bytes:
    """Return the filter in the kernel's form: eight bytes for each instruction."""
    column, audit, mmap = _ARCHITECTURES[machine]
    refused = [(numbers[column], errno.EAGAIN if name in _AGAIN else errno.EPERM) for name, numbers in _OLD.items()]
    refused += [(number, errno.ENOSYS if name == "clone3" else errno.EPERM) for name, number in _NEW.items()]
    lines = [
        (_LOAD, 0, 0, 4), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0), (_ABOVE, 0, 1, _NEWEST), (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
    ]  # fmt: skip
    for number, error in refused:
        if number is not None:
            lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERROR | error)]
    # memory shared without a file would escape the limit on data: its flags are the fourth argument
    lines += [
        (_EQUAL, 0, 4, mmap), (_LOAD, 0, 0, 16 + 8 * 3), (_AND, 0, 0, _SHARED_ANONYMOUS),
        (_EQUAL, 0, 1, _SHARED_ANONYMOUS), (_RETURN, 0, 0, _ERROR | errno.EPERM), (_RETURN, 0, 0, _ALLOW),
    ]  # fmt: skip
    return b"".join(struct.pack("<HBBI", *line) for line in lines)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_char_p))


def deny() -> None:
    """Switch the filter on for this process, for good. Without one for this processor, do nothing."""
    if not supported():
        return
    code = program(os.uname().machine)
    filled = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, ctypes.byref(filled), 0, 0) != 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise OSError(ctypes.get_errno(), "the system call filter cannot be switched on")
