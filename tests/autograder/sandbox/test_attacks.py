"""What a submission may try against the sandbox: each costs it its own session at most."""

from __future__ import annotations

import os
import textwrap
import time

import numpy as np
import pytest

from autograder.course.layout import ROOT
from autograder.reference import oracle_of
from autograder.sandbox import Limits, Sandbox, bubblewrap
from autograder.sandbox.inside import seccomp
from barprop.exercises import EXERCISES
from barprop.judging.judge import judge
from tests.autograder.sandbox.test_seccomp import REFUSED
from tests.sandbox_tools import ANSWER, ask, processes, text_of

LIMITS = Limits(cell_seconds=2, probe_seconds=1)

# name -> source. Whatever it does, it must end, and double() is asked for afterwards.
ATTACKS = {
    "os._exit": "import os; os._exit(0)",
    "sys.exit": "import sys; sys.exit(3)",
    "quit": "quit()",
    "segfault through ctypes": "import ctypes; ctypes.string_at(0)",
    "kill itself": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "kill its parent": "import os, signal; os.kill(os.getppid(), signal.SIGKILL)",
    "kill everybody": "import os, signal\nfor n in (-1, 1, 2, 3, 4, 5, 6, 7, 8):\n    try: os.kill(n, signal.SIGKILL)\n    except OSError: pass",
    "abort": "import os; os.abort()",
    "stop": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "endless loop": "while True: pass",
    "endless loop that swallows Ctrl-C": "while True:\n    try:\n        while True: x = 1\n    except BaseException: x = 2",
    "loop with Ctrl-C ignored": "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "loop in C": "sum(range(10**14))",
    "sleeping": "import time; time.sleep(1000)",
    "endless print": "while True: print('x' * 1000)",
    "endless figures": "from IPython.display import display\nwhile True: display('x' * 1000)",
    "recursion": "import sys; sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
    "recursion in repr": "class R:\n    def __repr__(self): return repr(self)\nR()",
    "memory in steps": "x = []\nwhile True: x.append(bytearray(1_000_000))",
    "memory at once": "x = bytearray(10**12)",
    "memory shared": "import mmap\nx = [mmap.mmap(-1, 50_000_000) for _ in range(100)]\nfor m in x: m.write(b'1' * 50_000_000)",
    "memory in files": "import os\nfor i in range(100):\n    f = os.memfd_create('x'); os.write(f, b'1' * 50_000_000)",
    "disk": "for i in range(10**6):\n    with open(f'/tmp/{i}', 'wb') as f: f.write(b'1' * 10**6)",
    "disk with empty files": "for i in range(10**6): open(f'/tmp/{i}', 'wb').close()",
    "disk elsewhere": "import os\nfor top in ('/', '/dev', '/course', '/packages', '/usr/lib', '/proc', '/etc'):\n    try: open(top + '/x', 'w').write('x'); print('WROTE', top)\n    except OSError: pass",
    "fork bomb": "import os\nwhile True: os.fork()",
    "subprocess": "import subprocess; subprocess.run(['/bin/sh', '-c', 'echo'])",
    "shell magic": "!echo ESC''APED",
    "bash magic": "%%bash\necho ESC''APED",
    "threads": "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(1000,)).start()",
    "multiprocessing": "import multiprocessing as m\np = m.Process(target=print); p.start()",
    "daemon": "import os\nif os.fork() == 0:\n    os.setsid()\n    while True: pass",
    "open files": "x = []\nwhile True: x.append(open('/dev/null'))",
    "close every file": "import os; os.closerange(0, 1000)",
    "pipes": "import os\nx = []\nwhile True: x.append(os.pipe())",
    "at exit": "import atexit, time; atexit.register(time.sleep, 1000); import sys; sys.exit()",
    "del that hangs": "class D:\n    def __del__(self):\n        while True: pass\nD()",
    "signal handlers": "import signal, time\nfor n in range(1, 32):\n    try: signal.signal(n, lambda *a: time.sleep(1000))\n    except (OSError, ValueError): pass",
    "alarm": "import signal; signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001); import time; time.sleep(1000)",
    "trace": "import sys, time; sys.settrace(lambda *a: time.sleep(1))",
    "input": "input('?')",
    "breakpoint": "breakpoint()",
    "post-run hook": "get_ipython().events.register('post_run_cell', lambda r: 1 / 0)",
    "own traceback": "class E(Exception):\n    def _render_traceback_(self): return [object()]\n    def __str__(self): raise KeyError\nraise E",
    "lying outputs": "get_ipython().outputs.items.append({'output_type': 'stream', 'parts': [1, 2]})",
    "strange outputs": "get_ipython().outputs.items += [1, {'output_type': []}, {'output_type': 'display_data', 'data': {1: {2}}}]",
    "mime bundle": "class M:\n    def _repr_mimebundle_(self, **k): return {'a/b': object(), 'text/plain': 3}\nM()",
    "no builtins": "import builtins\nfor n in list(vars(builtins)):\n    if n not in ('__import__', 'KeyError'): delattr(builtins, n)",
    "no modules": "import sys; sys.modules.clear()",
    "broken pack": "import inside.wire; inside.wire.Codec.encode = lambda *a: [b'']",
    "broken json": "import inside.ipython_shell; inside.ipython_shell.Shell.run = lambda *a: (1, 2, 3)",
    "surrogates": "print('\\ud800')\nraise ValueError('\\udfff')",
    "control characters": "raise ValueError('\\x1b[2J\\u202e' * 1000)",
}  # fmt: skip


def shown(sandbox: Sandbox, source: str, **limits: float) -> str:
    """All that a cell shows in a session of its own, with its error."""
    with sandbox.session(Limits(**limits) if limits else None) as session:
        return text_of(session.run_cell(textwrap.dedent(source)))


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_costs_its_own_session_at_most(sandbox, name):
    before = processes(sandbox.pid)
    with sandbox.session() as other:
        other.run_cell(ANSWER)
        with sandbox.session() as session:
            session.run_cell(ANSWER)
            started = time.monotonic()
            result = session.run_cell(ATTACKS[name])
            answer = ask(session)
            assert time.monotonic() - started < 30
            assert answer == 42 or (isinstance(answer, str) and 0 < len(answer) < 500 and answer.isprintable())
            assert session.is_alive() or isinstance(ask(session), str)
            assert sum(len(str(o)) for o in result.outputs) < 4e6
            assert "ESCAPED" not in str(result.outputs)
            assert "WROTE" not in str(result.outputs)
        assert ask(other) == 42
    assert processes(sandbox.pid) == before
    assert shown(sandbox, "import os; print(os.listdir())").strip() == "[]"


# --- what can be seen -------------------------------------------------------------------------


def test_nothing_of_the_course_can_be_found_but_what_students_have(sandbox, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    found = shown(
        sandbox,
        f"""
        import os
        for path in {
            [
                str(secret),
                str(ROOT / "autograder"),
                str(ROOT / "README.md"),
                "/home",
                "/etc/passwd",
                "/etc/shadow",
                "/var",
                "/sys",
                "/run",
                "/bin/sh",
                "/usr/bin/env",
                "/proc/self",
                "/dev/shm",
                "/dev/mem",
            ]
        }:
            if os.path.exists(path):
                print("FOUND", path)
        beside = os.listdir(os.path.dirname({bubblewrap.python()!r}))
        if len(beside) > 1:  # the interpreter, which may be the system's own, and nothing else
            print("FOUND", beside)
        for folder, folders, files in os.walk("/"):
            if folder.startswith(("/usr/lib", "/packages/0/")):
                folders.clear()
            for name in (*folders, *files):
                if any(word in name.lower() for word in ("autograder", "gradebook", "solution", "submitted", "reference", "secret")):
                    print("FOUND", folder, name)
        """,
    )
    found = [line for line in found.splitlines() if "FOUND" in line and "lib/python" not in line]
    assert not found


def test_the_environment_tells_nothing(sandbox, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with Sandbox(LIMITS) as made:
        names = shown(made, "import os; print(sorted(os.environ), os.getcwd(), __import__('sys').argv)")
    assert "GRADE" not in names.upper()
    assert str(ROOT) not in names
    assert "/tmp" in names


def test_sessions_do_not_see_each_other(sandbox):
    look = """
        import os, ctypes, socket
        libc = ctypes.CDLL(None, use_errno=True)
        print(os.listdir("/tmp"), os.getpid(), libc.shmget(77, 10, 0), os.listdir("/proc"))
        for pid in range(2, 500):
            try: os.kill(pid, 0)
            except ProcessLookupError: pass
            else: print("FOUND", pid)
    """
    with sandbox.session() as other:
        other.run_cell("open('/tmp/mine', 'w').write('x'); import os; os.environ['MINE'] = '1'")
        other.run_cell("import ctypes; ctypes.CDLL(None).shmget(77, 10, 0o1777)")
        assert text_of(other.run_cell("import os; os.listdir('/tmp')")).startswith("['mine']")
        seen = shown(sandbox, look)
    assert seen.strip() == "[] 1 -1 []"


def test_a_session_leaves_nothing_to_the_next(sandbox):
    shown(
        sandbox,
        "import numpy, builtins, barprop\nnumpy.isclose = builtins.mark = barprop.tanh = 1\nopen('x', 'w').close()",
    )
    seen = shown(
        sandbox,
        "import numpy, builtins, barprop, os\nprint(numpy.isclose, hasattr(builtins, 'mark'), barprop.tanh, os.listdir())",
    )
    assert seen.startswith("<function isclose") or "isclose" in seen
    assert "False tanh []" in seen


SYSTEM_CALLS = {
    "ptrace": "libc.ptrace(0, 0, 0, 0)",
    "unshare": "libc.unshare(0x10000000)",
    "mount": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
    "umount": "libc.umount2(b'/tmp', 2)",
    "umount of /proc": "libc.umount2(b'/proc', 2)",
    "chroot": "libc.chroot(b'/tmp')",
    "setns": "libc.setns(0, 0)",
    "setuid": "libc.setresuid(0, 0, 0)",
    "setgroups": "libc.setgroups(1, (ctypes.c_int * 1)(0))",
    "an internet socket": "libc.socket(2, 1, 0)",
    "a unix socket": "libc.socket(1, 1, 0)",
    "a packet socket": "libc.socket(17, 3, 0)",
    "process_vm_readv": "libc.process_vm_readv(1, None, 0, None, 0, 0)",
    "memfd_create": "libc.memfd_create(b'x', 0)",
    "perf_event_open": "libc.syscall({perf_event_open}, 0, 0, 0, 0, 0)",
    "bpf": "libc.syscall({bpf}, 0, 0, 0)",
    "keyctl": "libc.syscall({keyctl}, 0, 0, 0)",
    "userfaultfd": "libc.syscall({userfaultfd}, 0)",
    "io_uring_setup": "libc.syscall({io_uring_setup}, 1, 0)",
    "clone3": "libc.syscall({clone3}, 0, 0)",
    "a call of tomorrow": "libc.syscall(4000)",
    "personality": "libc.personality(0x0040000)",
    "more memory than the limit": "__import__('resource').setrlimit(2, (2**40, 2**40)) or 0",
    "more processes": "__import__('resource').setrlimit(6, (99, 99)) or 0",
    "reboot": "libc.reboot(0x01234567)",
    "mknod": "libc.mknod(b'/tmp/sda', 0o60600, 0x800)",
    "a new host name": "libc.sethostname(b'x', 1)",
}


@pytest.mark.skipif(not seccomp.supported(), reason="no filter for this processor")
@pytest.mark.parametrize("name", SYSTEM_CALLS)
def test_a_system_call_that_reaches_out_is_refused(sandbox, name):
    column = seccomp._ARCHITECTURES[os.uname().machine][0]
    numbers = {key: value[column] for key, value in REFUSED.items()}
    source = f"""
        import ctypes
        libc = ctypes.CDLL(None)
        try: print("gave", {SYSTEM_CALLS[name].format(**numbers)})
        except (OSError, ValueError) as error: print("gave -1", error)
    """
    assert shown(sandbox, source).startswith("gave -1")


def test_whoever_reads_every_object_finds_no_right_answer(sandbox):
    """The answer looks at all frames and objects of its process while it is probed."""
    source = """
        import gc, sys, numpy as np
        seen = set()
        def look(value, depth=3):
            if type(value) in (float, np.float64): seen.add(float(value))
            elif isinstance(value, np.ndarray) and value.dtype == float: seen.update(value.ravel().tolist())
            elif depth and isinstance(value, (tuple, list, set)): [look(v, depth - 1) for v in list(value)[:100]]
            elif depth and isinstance(value, dict): [look(v, depth - 1) for v in list(value.values())[:100]]
        def bar_w(z_bar, x):
            frame = sys._getframe()
            while frame:
                look(frame.f_locals)
                frame = frame.f_back
            for thing in gc.get_objects(): look(thing, 1)
            return np.zeros(len(x))
    """
    right = []

    def oracles(exercise):
        values = oracle_of(exercise)

        def noted(case):
            found = values(case)
            right.extend([found] * (case.z_bar != 1))  # there it is the x that is handed over
            return found

        return noted

    with sandbox.session(Limits(probe_seconds=60)) as session:
        session.run_cell("import gc; gc.unfreeze()")
        session.run_cell(textwrap.dedent(source))
        verdict = judge(EXERCISES["bar_w"], session.answers, EXERCISES, 3, oracles).verdict(EXERCISES["bar_w"].part())
        seen = {number for number in session.answers["seen"] if type(number) is float}
    assert verdict.points < verdict.max_points
    wanted = {float(u) for values in right for u in np.ravel(values["w_bar"]) if u}
    assert len(seen) > 10
    assert not seen & wanted


FORGERIES = {
    "a value": "[b'done', n, 42]",
    "the next value": "[b'done', n + 1, 42]",
    "a failure": "[b'fail', n, 'x']",
    "a call": "[b'ask', 1, '', [msgpack.ExtType(1, b''), None], {}]",
    "noise": "None",
}


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_written_to_the_pipe_is_an_answer_at_most(sandbox, name):
    source = f"""
        import msgpack, os, struct
        def forge(n):
            message = {FORGERIES[name]}
            if message and type(message[0]) is bytes: message[0] = message[0].decode()
            body = msgpack.packb(message) if message else b"\\xff" * 1000
            for fd in range(3, 64):
                try: os.write(fd, struct.pack("<IQ", len(body), 0) + body)
                except OSError: pass
        def double(x):
            for n in range(1, 30): forge(n)
            return -1
    """
    with sandbox.session() as other, sandbox.session() as session:
        other.run_cell(ANSWER)
        session.run_cell(textwrap.dedent(source))
        for _ in range(4):
            answer = ask(session)
            assert answer in (42, -1) or isinstance(answer, str)
        assert not session.is_alive()
        assert ask(other) == 42


PATCHES = (
    "import numpy as np\nnp.may_share_memory = lambda *a: False\nnp.ndarray.__eq__ = 1",
    "import numpy as np\nnp.allclose = np.isclose = np.array_equal = lambda *a, **k: True",
    "import barprop.judging.compare as c, barprop.judging.evaluate as e\nc.close = c.problem = e.close = e.problem = lambda *a: None",
    "import barprop.answers.calls as r\nr.observe = lambda *a: r.Observed(1.0)",
    "import msgpack\nmsgpack.packb = lambda *a, **k: b'\\x01'",
    "import inside.notebook_process as g\ng.observe = lambda f, a, n, label='', earlier=None: g.Observed(1.0)",
    "import inside.wire as w\nw.Codec._extend = lambda *a: 1.0",
    "class A(float):\n    def __eq__(self, o): return True\n    def __sub__(self, o): return 0.0\n    __rsub__ = __sub__\ndef linear(w, x): return A(1)",
    "import numpy as np\nclass A(np.ndarray):\n    def __array_function__(self, *a, **k): return True\n    def __array_ufunc__(self, *a, **k): return True\ndef linear(w, x): return np.zeros(()).view(A)",
    "class A:\n    def __array__(self, *a, **k): return 1 / 0\n    def __float__(self): return 1.0\n    __class__ = float\ndef linear(w, x): return A()",
    "import numbers\nclass A(numbers.Real): pass\nA.__abstractmethods__ = frozenset()\ndef linear(w, x): return A()",
)


@pytest.mark.parametrize("patch", PATCHES, ids=range(len(PATCHES)))
def test_patching_the_tools_earns_nothing(sandbox, patch):
    exercise = EXERCISES["linear"]
    with sandbox.session() as other, sandbox.session() as session:
        right = "import numpy as np\ndef linear(w, x):\n    return float(np.dot(np.asarray(w, float), np.asarray(x, float)))"
        other.run_cell(right)
        session.run_cell("def linear(w, x): return 1.0")
        session.run_cell(patch)
        assert judge(exercise, session.answers, EXERCISES, 1, oracle_of).verdict(exercise.part()).points == 0
        assert judge(exercise, other.answers, EXERCISES, 1, oracle_of).verdict(exercise.part()).passed
