"""Leaving, crashing, hanging, and taking all there is. What stands beside it keeps its points."""

from __future__ import annotations

from tests.attacks.attack import MOST, Attack

_RELU = "def relu(z):\n    "


def _at_once(name: str, tries: str, source: str) -> Attack:
    """Harm in a cell of the student's own: every answer keeps its points."""
    return Attack(name, tries, first=source)


def _when_called(name: str, tries: str, body: str, above: str = "") -> Attack:
    """Harm in relu, when it is called: the other answers keep their points."""
    return Attack(name, tries, {"relu": f"{above}{_RELU}{body}"})


LEAVING = (
    _at_once("os._exit", "leaves at once", "import os\nos._exit(0)"),
    _at_once("sys.exit", "leaves politely", "import sys\nsys.exit(3)"),
    _at_once("KeyboardInterrupt", "raises what Ctrl-C raises", "raise KeyboardInterrupt"),
    _at_once("GeneratorExit", "raises what ends generators", "raise GeneratorExit"),
    _at_once("at exit", "does harm when the process ends", "import atexit, sys, time\natexit.register(time.sleep, 99)\nsys.exit()"),
    _when_called("os._exit in an answer", "leaves when it is called", "import os; os._exit(0)"),
    _when_called("SystemExit in an answer", "raises SystemExit when it is called", "raise SystemExit(0)"),
    _when_called("KeyboardInterrupt in an answer", "raises KeyboardInterrupt when it is called", "raise KeyboardInterrupt"),
    _when_called("GeneratorExit in an answer", "raises GeneratorExit when it is called", "raise GeneratorExit"),
    _at_once("segfault", "reads address 0", "import ctypes\nctypes.string_at(0)"),
    _when_called("segfault in an answer", "jumps to address 0 when it is called", "import ctypes; ctypes.CFUNCTYPE(None)(0)()"),
    _at_once("kill -9 itself", "kills itself", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    _at_once("kill the parent", "kills its parent and its group", "import os, signal\nos.kill(os.getppid(), 9)\nos.killpg(0, 9)"),
    _at_once("stop", "stops itself and waits", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP); os.kill(0, signal.SIGTSTP)\nsignal.pause()"),
    _at_once("other handlers", "takes every signal for itself",
             "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, lambda *a: None)\n    except (OSError, ValueError): pass"),
)  # fmt: skip

HANGING = (
    _at_once("endless loop", "never comes back", "while True: pass"),
    _at_once("loop that swallows Ctrl-C", "never comes back, and catches whatever would stop it",
             "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
    _when_called("endless answer", "never comes back when it is called", "while True: pass"),
    _when_called("endless answer that swallows Ctrl-C", "never comes back when it is called, whatever happens",
                 "while True:\n        try:\n            while True: pass\n        except BaseException: pass"),
    _at_once("sleeping import", "imports a module of its own that sleeps",
             "open('slow.py', 'w').write('import time; time.sleep(1000)')\nimport slow"),
    _when_called("loop in C", "hangs where no Ctrl-C reaches", "return sum(range(10**14))"),
    _at_once("endless del", "hangs when its objects are forgotten", "class D:\n    def __del__(s):\n        while True: pass\nd = D()\ndel d"),
    _when_called("hang the second time", "hangs from the second call on", "n.append(1)\n    while len(n) > 1: pass\n    return z", "n = []\n"),
    _at_once("deadlock", "waits for a lock it holds", "import threading\nl = threading.Lock()\nl.acquire(); l.acquire()"),
    _at_once("regular expression", "matches a pattern that takes for ever", "import re\nre.match(r'(a+)+$', 'a' * 60 + 'b')"),
)  # fmt: skip

TAKING = (
    _at_once("fork bomb", "forks without end", "import os\nwhile True: os.fork()"),
    _at_once("fork in answers' place", "leaves a daemon behind", "import os\nif os.fork() == 0:\n    os.setsid()\n    while True: pass"),
    _at_once("subprocesses", "starts shells, through Python and through IPython",
             "import subprocess, os\nfor f in (lambda: os.system('sleep 999 &'), lambda: subprocess.Popen(['sleep', '999']), lambda: os.posix_spawn('/bin/sh', ['sh'], {})):\n"
             "    try: f()\n    except OSError: pass\nget_ipython().system('sleep 999')"),
    _at_once("threads", "leaves threads that outlive the cell",
             "import threading, time\nfor _ in range(99): threading.Thread(target=time.sleep, args=(999,)).start()"),
    Attack("timers", "leaves an alarm that goes off while answers are tried", deserves=MOST, first=
             "import signal\nsignal.signal(signal.SIGALRM, lambda *a: 1 / 0)\nsignal.setitimer(signal.ITIMER_REAL, 0.2)"),
    _at_once("memory in arrays", "takes memory in arrays until none is left", "x = []\nwhile True: x.append(np.ones(10**6))"),
    _at_once("memory at once", "takes a terabyte at once", "x = bytearray(10**12)"),
    _when_called("memory in an answer", "takes all memory when it is called",
                 "x = [b'']\n    while True: x.append(bytearray(10**6))"),
    _at_once("memory that is caught", "takes all memory, and takes on when told that it is gone",
             "x = []\nwhile True:\n    try: x.append(bytearray(10**6))\n    except MemoryError: x.append(b'1' * 99)"),
    _at_once("memory shared", "takes memory in shared maps and memory files",
             "import mmap, os\nx = []\nfor _ in range(99):\n    x.append(mmap.mmap(-1, 10**7)); x[-1].write(b'1' * 10**7)"),
    _at_once("disk", "fills the disk", "for i in range(10**6):\n    with open(f'{i}', 'wb') as f: f.write(b'1' * 10**6)"),
    _at_once("inodes", "makes files without end", "for i in range(10**6): open(f'{i}', 'w').close()"),
    _at_once("open files", "opens files and pipes without end", "import os\nx = []\nwhile True: x.append(os.pipe())"),
    _at_once("endless print", "prints without end", "while True: print('x' * 1000)"),
    _at_once("endless display", "displays without end, and clears", "from IPython.display import display, clear_output\nwhile True: display('x' * 999)"),
    _at_once("recursion", "calls itself without end, with the limit raised",
             "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f([n])\nf(0)"),
    _when_called("recursion in an answer", "calls itself without end", "return relu(z)"),
    _at_once("recursive repr", "ends in an object whose picture never ends", "class R:\n    def __repr__(s): return repr(s) * 2\nR()"),
    _at_once("no output left", "replaces stdout and stderr by things that fail",
             "import sys\nsys.stdout = sys.stderr = sys.__stdout__ = None\nraise ValueError"),
    _at_once("huge power", "computes a number that fills the memory", "x = 9 ** 9 ** 9"),
)  # fmt: skip

ATTACKS = LEAVING + HANGING + TAKING
