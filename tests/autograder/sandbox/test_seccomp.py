"""The system call filter, carried out here for every number on both processors: the list, the whole list, nothing else."""

from __future__ import annotations

import errno
import os
import re
import struct
from pathlib import Path

import pytest

from autograder.sandbox.inside import seccomp
from autograder.sandbox.inside.system_calls import ALLOWED

# what reaches out of a session or takes what no limit counts, with its numbers on x86_64 and on aarch64
REFUSED = {
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "bind": (49, 200), "listen": (50, 201),
    "sendmsg": (46, 211), "recvmsg": (47, 212), "sendmmsg": (307, 269), "recvmmsg": (299, 243),
    "clone": (56, 220), "fork": (57, None), "vfork": (58, None), "clone3": (435, 435), "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "kcmp": (312, 272), "perf_event_open": (298, 241), "bpf": (321, 280), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "userfaultfd": (323, 282), "seccomp": (317, 277), "personality": (135, 92),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsmount": (432, 432), "mount_setattr": (442, 442),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196), "semget": (64, 190),
    "msgget": (68, 186), "mq_open": (240, 180), "vmsplice": (278, 75), "splice": (275, 76), "remap_file_pages": (216, 234),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "io_setup": (206, 0),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "openat2": (437, 437), "fanotify_init": (300, 262),
    "inotify_init1": (294, 26), "setuid": (105, 146), "setresuid": (117, 147), "setgroups": (116, 159), "capset": (126, 91),
    "sethostname": (170, 161), "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "kexec_load": (246, 104), "init_module": (175, 105), "finit_module": (313, 273), "reboot": (169, 142), "swapon": (167, 224),
    "syslog": (103, 116), "quotactl": (179, 60), "acct": (163, 89), "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None),
    "mlock": (149, 228), "mbind": (237, 235), "setpriority": (141, 140), "sched_setaffinity": (203, 122), "mknod": (133, None),
    "mknodat": (259, 33), "setxattr": (188, 5), "chown": (92, None), "fchownat": (260, 54), "landlock_create_ruleset": (444, 444),
}  # fmt: skip
MACHINES = ("x86_64", "aarch64")
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
PRIVATE, SHARED, OF_A_FILE = 0x22, 0x21, 0x01


def verdict(machine: str, number: int, flags: int = PRIVATE, audit: int | None = None) -> int:
    """What the filter says to a call: carried out as the kernel does."""
    code = seccomp.program(machine)
    audit = seccomp._ARCHITECTURES[machine][1] if audit is None else audit
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, audit, 0, 0, 0, 0, flags, 0, 0)
    kept, at = 0, 0
    while True:
        what, yes, no, constant = struct.unpack_from("<HBBI", code, 8 * at)
        at += 1
        if what == 0x20:
            (kept,) = struct.unpack_from("<I", data, constant)
        elif what == 0x54:
            kept &= constant
        elif what == 0x06:
            return constant
        else:
            holds = {0x15: kept == constant, 0x25: kept > constant, 0x35: kept >= constant}[what]
            at += yes if holds else no


def numbers(table: dict, machine: str) -> dict[str, int]:
    column = MACHINES.index(machine)
    return {name: both[column] for name, both in table.items() if both[column] is not None}


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_listed_is_allowed_and_nothing_else(machine: str) -> None:
    listed = set(numbers(ALLOWED, machine).values())
    assert {number for number in range(2000) if verdict(machine, number) == ALLOW} == listed


@pytest.mark.parametrize("machine", MACHINES)
def test_what_reaches_out_is_refused_in_words_that_libc_understands(machine: str) -> None:
    assert not set(REFUSED) & set(ALLOWED)
    for name, number in numbers(REFUSED, machine).items():
        told = {"clone": errno.EAGAIN, "fork": errno.EAGAIN, "vfork": errno.EAGAIN, "clone3": errno.ENOSYS}
        assert verdict(machine, number) == REFUSE | told.get(name, errno.EPERM), name
    for number in (453, 2000, 0x40000000 | 1, 0x40000000 | 57, 0xFFFFFFFF):  # of tomorrow, and x32's
        assert verdict(machine, number) == REFUSE | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_memory_is_private_or_a_files(machine: str) -> None:
    mmap = numbers(ALLOWED, machine)["mmap"]
    assert verdict(machine, mmap, PRIVATE) == verdict(machine, mmap, OF_A_FILE) == ALLOW
    for flags in (SHARED, SHARED | 0x4000, 0x23):
        assert verdict(machine, mmap, flags) == REFUSE | errno.EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_processor_end_the_process(machine: str) -> None:
    for audit in (0x40000003, 0x40000028, 0):  # i386, arm
        assert verdict(machine, 0, audit=audit) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_each_number_has_one_name(machine: str) -> None:
    found = [*numbers(ALLOWED, machine).values(), *numbers(REFUSED, machine).values()]
    assert len(found) == len(set(found))
    assert len(seccomp.program(machine)) // 8 <= 4096


def test_the_numbers_are_the_kernels() -> None:
    """Against the headers of this system, where they are installed."""
    known: dict[int, dict[str, int]] = {0: {}, 1: {}}
    for folder in ("/usr/include/x86_64-linux-gnu", "/usr/include"):
        header = Path(folder, "asm", "unistd_64.h")
        if header.exists():
            found = re.findall(r"#define __NR_(\w+)\s+(\d+)$", header.read_text(), re.MULTILINE)
            known[0] |= {name: int(number) for name, number in found}
    header = Path("/usr/include/asm-generic/unistd.h")
    if header.exists():
        found = re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)$", header.read_text(), re.MULTILINE)
        known[1] = {{"fstatat": "newfstatat"}.get(name, name): int(number) for name, number in found}
    for name, both in (ALLOWED | REFUSED).items():
        for column in (0, 1):
            if both[column] is not None and name in known[column]:
                assert known[column][name] == both[column], (name, MACHINES[column])


@pytest.mark.skipif(os.uname().machine not in MACHINES, reason="no filter for this processor")
def test_this_processor_has_a_filter() -> None:
    assert seccomp.supported()
