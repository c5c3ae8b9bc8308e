"""What a submission may try against the sandbox: each costs it its own session at most."""

from __future__ import annotations

import glob
import os
import textwrap
import time

import numpy as np
import pytest

from autograder.sandbox import Limits, Sandbox, SandboxError
from barprop.run import AnswerError, Run

QUICK = Limits(cell_seconds=2, probe_seconds=1)
ANSWER = "def double(x):\n    return 2 * x"

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
    "broken json": "import inside.shell; inside.shell.Shell.run = lambda *a: (1, 2, 3)",
    "surrogates": "print('\\ud800')\nraise ValueError('\\udfff')",
    "control characters": "raise ValueError('\\x1b[2J\\u202e' * 1000)",
}  # fmt: skip


@pytest.fixture(scope="module")
def sandbox():
    try:
        with Sandbox(QUICK) as made:
            yield made
    except SandboxError as error:
        pytest.skip(str(error))


def processes(pid: int) -> set[int]:
    """A process and all that come from it."""
    found = {pid}
    for name in glob.glob(f"/proc/{pid}/task/*/children"):
        with open(name) as file:
            for child in file.read().split():
                found |= processes(int(child))
    return found


def memory(pid: int) -> float:
    """MB of a process tree, shared pages by their share."""
    total = 0
    for one in processes(pid):
        with open(f"/proc/{one}/smaps_rollup") as file:
            total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total / 1000


def ask(session) -> object:
    """double(21), or the sentence why not."""
    try:
        return Run(session.answers)("double", 21)
    except AnswerError as error:
        return str(error)


def tried(sandbox, source: str) -> str:
    """All text that a cell gives, with its error."""
    with sandbox.session() as session:
        result = session.run_cell(textwrap.dedent(source))
        shown = [str(o.get("text") or o.get("data") or o.get("evalue")) for o in result.outputs]
        return "\n".join([*shown, result.error])


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
            assert time.monotonic() - started < 15
            assert answer == 42 or (isinstance(answer, str) and 0 < len(answer) < 500 and answer.isprintable())
            assert session.interrupt_free() or isinstance(ask(session), str)
            assert sum(len(str(o)) for o in result.outputs) < 4e6
            assert "ESCAPED" not in str(result.outputs)
            assert "WROTE" not in str(result.outputs)
        assert ask(other) == 42
    assert processes(sandbox.pid) == before
    with sandbox.session() as fresh:
        assert fresh.run_cell("import os; os.listdir()").outputs[0]["data"]["text/plain"] == "[]"
