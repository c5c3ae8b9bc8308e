"""Looking for what is right: frames, files, environment, other students, the network, the way out."""

from __future__ import annotations

from tests.attacks.attack import Attack
from tests.grading_tools import ROOT

# Tells in the cell's output what it found; found[...] becomes the answer where it is a number.
_LOOT = """import os, sys
found = []
def loot(text):
    found.append(text)
    print("LOOT", text)
"""
_FILES = [str(ROOT / name) for name in ("solutions", "source", "autograder", "notebooks", "gradebook.db", ".grading/secret",
                                        "submitted", "tests")]  # fmt: skip

FRAMES = (
    Attack("frames", "walks up the stack for the expected values", {
        "linear": "import sys\ndef linear(w, x):\n    f = sys._getframe()\n    while f:\n"
                  "        for k in ('right', 'oracle', 'expected', 'reference'):\n"
                  "            if k in f.f_locals: return f.f_locals[k]\n        f = f.f_back\n    return 0.0",
        "dl_dv_cached": "import inspect\ndef dl_dv_cached(cache, y):\n    for f in inspect.stack():\n"
                        "        case = f.frame.f_locals.get('case')\n        if case is not None: return case\n    return 0.0"}),
    Attack("garbage collector", "asks gc for cases, verdicts and references", {
        "linear": "import gc\ndef linear(w, x):\n    for o in gc.get_objects():\n"
                  "        if type(o).__name__ in ('Case', 'Trial', 'Evaluation', 'Job', 'Verdict'): return o.right['z']\n    return 0.0"}),
    Attack("sys.modules", "looks for a module of the grader among those loaded", wrong=True,
           first="import sys\nfor n, m in list(sys.modules.items()):\n"
                 "    if 'autograder' in n or 'reference' in n or 'nbgrader' in n: print('LOOT', n)", shows=("LOOT",)),
    Attack("import the references", "imports the reference answers", wrong=True, shows=("LOOT",),
           cells={"linear": "from autograder.reference import REFERENCES\nprint('LOOT')\nlinear = REFERENCES.names['linear']",
                  "forward": "from autograder.reference.n01_forward_graph import forward"},
           first="try:\n    import autograder\n    print('LOOT')\nexcept ImportError: pass"),
    Attack("the declared oracle", "asks barprop's own declaration of the exercise for the right value", {
        "linear": "def linear(w, x):\n    from barprop.exercises import EXERCISES\n    from barprop.judging.exercise import Case\n"
                  "    return EXERCISES['linear'].oracle(Case('', {'w': w, 'x': x}))['z']",
        "dl_dv_cached": "import importlib, glob\ndef dl_dv_cached(cache, y):\n    for p in glob.glob('/course/**/n01*.py', recursive=True):\n"
                        "        print('LO' + 'OT', p)\n    m = importlib.import_module('barprop.exercises.n01_forward_graph.forward')\n"
                        "    from barprop.judging.exercise import Case\n"
                        "    return next(e for e in m.EXERCISES if e.name == 'dl_dv_cached').oracle(Case('', {'cache': cache, 'y': y}))"},
           shows=("LOOT",)),
    Attack("the check as a judge", "tries guesses until barprop's check is content", {
        "repeats": "from barprop import check\nfor a in range(6):\n    for b in range(6):\n        repeats = {'dl_dv': a, 'dl_dw': b}\n"
                   "        if check('repeats') > 0: break\n    else: continue\n    break\nelse: repeats = {}",
        "relu": "from barprop.check import judge\ndef relu(z):\n    return judge"}),
    Attack("history", "reads hidden tests from In, Out and the shell's history", wrong=True, shows=("LOOT",),
           first="ip = get_ipython()\nfor text in [*In, *map(str, Out.values()), *(str(h) for h in ip.history_manager.get_range())]:\n"
                 "    if ('HIDDEN' in text or 'autograder' in text) and 'ip = get' not in text: print('LOOT', text)"),
    Attack("metadata", "asks for the notebook's metadata and hidden tests", wrong=True, shows=("LOOT",),
           first="import json, glob\nfor p in glob.glob('/**/*.ipynb', recursive=True): print('LO' + 'OT', open(p).read())"),
    Attack("trace", "traces every call to see the expected value go by", wrong=True, shows=("LOOT",),
           first="import sys\ndef t(f, e, a):\n    if 'oracle' in f.f_code.co_name: print('LO' + 'OT', f.f_locals)\n    return t\n"
                 "sys.settrace(t); sys.setprofile(t)"),
    Attack("events", "hangs itself into IPython's events to rewrite results", wrong=True,
           first="ip = get_ipython()\ndef post(r):\n    r.result = 1000.0\n    ip.user_ns['linear'] = lambda w, x: 1000.0\n"
                 "for e in ('pre_execute', 'post_execute', 'pre_run_cell', 'post_run_cell'): ip.events.register(e, lambda *a: post(a[0]) if a else None)\n"
                 "ip.ast_transformers.append(1)\nip.input_transformers_cleanup.append(lambda lines: ['1000.0'])"),
)  # fmt: skip

FILES = (
    Attack("course files", "opens the solutions, the references, the gradebook and the secret by their paths", wrong=True, shows=("LOOT",),
           first=_LOOT + f"for p in {_FILES!r}:\n    if os.path.exists(p): loot(p)"),
    Attack("folders above", "opens ../../../source and looks through every folder above", wrong=True, shows=("LOOT",),
           first=_LOOT + "for up in range(1, 12):\n    for n in ('source', 'solutions', 'submitted', 'autograded', 'gradebook.db', '.grading'):\n"
                         "        p = '../' * up + n\n        if os.path.exists(p): loot(p)"),
    Attack("the whole disk", "searches the whole disk for references, notebooks and gradebooks", wrong=True, shows=("LOOT",),
           first=_LOOT + "for top, _, names in os.walk('/'):\n    if top.startswith(('/usr', '/packages', '/lib')): continue\n"
                         "    for n in names:\n        if n.endswith(('.ipynb', '.db')) or 'reference' in n or n == 'secret': loot(top + '/' + n)"),
    Attack("homes", "reads home folders, ssh keys and shell history", wrong=True, shows=("LOOT",),
           first=_LOOT + "for p in ('/root/.ssh', '/root/.bash_history', '/home', '/etc/passwd', '/etc/shadow', '/var', '/run', '/mnt', '/srv', '/opt', os.path.expanduser('~/.ssh')):\n"
                         "    try: any(loot(p) for _ in os.scandir(p))\n    except NotADirectoryError: loot(p)\n    except OSError: pass"),
    Attack("/proc", "reads other processes' memory, files and command lines", wrong=True, shows=("LOOT",),
           first=_LOOT + "for p in ('/proc/1/environ', '/proc/self/environ', '/proc/self/mountinfo', '/proc/self/maps', '/proc/self/fd', '/proc/1/root', '/proc/kcore', '/proc/sys', '/sys'):\n"
                         "    if os.path.exists(p): loot(p)"),
    Attack("environment", "looks for a variable that tells of grading", wrong=True, shows=("LOOT",),
           first=_LOOT + "[loot(k) for k in os.environ if any(w in (k + os.environ[k]).upper() for w in ('NBGRADER', 'GRAD', 'SECRET', 'TOKEN', 'COURSE'))]"),
    Attack("other students", "reads what a neighbour left in /tmp", wrong=True, shows=("LOOT",),
           first=_LOOT + "for top in ('/tmp', '/var/tmp', '/dev/shm', '.'):\n    try:\n        for n in os.listdir(top): loot(top + n)\n    except OSError: pass\n"
                         "for n in range(30):\n    try:\n        with open(f'/tmp/{n}', 'w') as f: f.write('mine')\n    except OSError: pass"),
    Attack("write to the course", "writes into the libraries, so that the next student is graded by them", wrong=True, shows=("LOOT",),
           first=_LOOT + "import barprop, numpy\nfor f in (barprop.__file__, numpy.__file__, '/course/inside/notebook_process.py', '/usr/lib/x', '/etc/ld.so.preload'):\n"
                         "    try:\n        with open(f, 'a') as t: t.write('\\nraise SystemExit')\n        loot(f)\n    except OSError: pass"),
    Attack("links", "makes links to files outside and hands them over", wrong=True, shows=("LOOT",),
           first=_LOOT + f"for n, p in enumerate({_FILES!r} + ['/proc/1/root/etc/passwd']):\n    try:\n        os.symlink(p, f's{{n}}')\n"
                         "        if os.path.exists(f's{n}'): loot(p)\n        os.link(p, f'h{n}'); loot(p)\n    except OSError: pass"),
)  # fmt: skip

_TRY = """import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(name, *args):
    if getattr(libc, name)(*args) >= 0: print("LO" + "OT", name)
"""

OUT = (
    Attack("network", "opens a connection, sends a datagram, asks for a name", shows=("LOOT",),
           first="import socket\nfor kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):\n"
                 "    for to in (('127.0.0.1', 22), ('192.0.2.1', 53)):\n        try:\n"
                 "            s = socket.socket(socket.AF_INET, kind); s.settimeout(0.1); s.connect(to); s.send(b'x'); print('LOOT')\n"
                 "        except OSError: pass"),
    Attack("urllib and names", "fetches a page and resolves a host", shows=("LOOT",),
           first="import urllib.request, socket\nfor f in (lambda: urllib.request.urlopen('http://localhost', timeout=0.2), lambda: socket.gethostbyname('localhost.'),\n"
                 "          lambda: socket.getaddrinfo('a.invalid', 80)):\n    try: f(); print('LO' + 'OT')\n    except Exception: pass"),
    Attack("unix sockets", "talks to daemons of the machine over unix and netlink sockets", shows=("LOOT",),
           first="import socket\nfor f, p in ((socket.AF_UNIX, '/run/docker.sock'), (socket.AF_UNIX, '\\0x'), (getattr(socket, 'AF_NETLINK', 16), (0, 0))):\n"
                 "    try:\n        s = socket.socket(f); s.connect(p); print('LO' + 'OT')\n    except OSError: pass"),
    Attack("ptrace", "attaches to its parent and reads another process's memory", shows=("LOOT",),
           first=_TRY + "for pid in (1, 2, 3, os.getppid()): call('ptrace', 16, pid, 0, 0)\n"
                        "b = (ctypes.c_uint64 * 2)(); call('process_vm_readv', 2, b, 1, b, 1, 0)"),
    Attack("namespaces", "unshares, mounts, changes root, sets another host name", shows=("LOOT",),
           first=_TRY + "for flag in (0x10000000, 0x20000, 0x40000000): call('unshare', flag)\ncall('mount', b'none', b'/tmp', b'tmpfs', 0, 0)\n"
                        "call('umount2', b'/proc', 2); call('chroot', b'/tmp'); call('sethostname', b'x', 1); call('setns', 0, 0)\ncall('syscall', 155, b'/', b'/')"),
    Attack("become root", "asks for another user, a capability, a looser limit", shows=("LOOT",),
           first=_TRY + "call('setuid', 0); call('setgid', 0); call('setresuid', 0, 0, 0)\nimport resource as r\n"
                        "for n in ('AS', 'DATA', 'NPROC', 'FSIZE', 'CPU'):\n    try: r.setrlimit(getattr(r, 'RLIMIT_' + n), (-1, -1)); print('LO' + 'OT', n)\n    except (ValueError, OSError): pass"),
    Attack("around the filter", "makes forbidden system calls by other numbers: x32, clone3, io_uring, memfd", shows=("LOOT",),
           first=_TRY + "for n in (0x40000000 | 57, 435, 425, 319, 322, 434, 428, 442, 321, 298, 9999): call('syscall', n, 0, 0, 0, 0, 0)"),
    Attack("32-bit system calls", "enters the kernel by int 0x80, where other numbers hold",
           cells={"linear": "import ctypes, mmap\ndef linear(w, x):\n    m = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)\n"
                            "    m.write(bytes.fromhex('b802000000cd80c3'))\n"
                            "    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()"}),
    Attack("kill the siblings", "signals every process it can name", shows=("LOOT",),
           first="import os, signal\nfor n in [-1, *range(2, 300), os.getppid() or 2]:\n"
                 "    try: os.kill(n, signal.SIGKILL); print('LO' + 'OT', n)\n    except OSError: pass"),
)  # fmt: skip

ATTACKS = FRAMES + FILES + OUT
