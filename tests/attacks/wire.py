"""Forged, huge and malformed replies; forged results; text meant for whoever reads the report."""

from __future__ import annotations

from tests.attacks.attack import Attack
from tests.grading_tools import cell, cell_of

# The session's own end of the pipe, found as an attacker would: every socket that is open.
_PIPE = """import os, socket, struct, msgpack, gc
fds = []
for fd in range(3, 64):
    try: os.fstat(fd); fds.append(fd)
    except OSError: pass
def put(data):
    for fd in fds:
        try: os.write(fd, data)
        except OSError: pass
def frame(value, arrays=0):
    body = value if type(value) is bytes else msgpack.packb(value)
    return struct.pack("<IQ", len(body), arrays) + body
def ext(code, data): return msgpack.ExtType(code, msgpack.packb(data))
"""


def _says(source: str) -> str:
    return f"{_PIPE}{source}"


FORGED = (
    Attack("forged replies", "writes replies for the coming questions before they are asked", wrong=True,
           first=_says("for n in range(1, 400): put(frame(['done', n, [msgpack.ExtType(1, b''), 2, [], False, None]]))")),
    Attack("forged verdicts", "writes verdicts and records where a reply is expected", wrong=True,
           first=_says("put(b'{\"points\": 1000.0, \"max_points\": 1.0}\\n' * 9)\nput(frame({'points': 1000.0})); put(frame(['done', 1, 1000.0]))")),
    Attack("every descriptor", "writes to every file descriptor there is, and closes it", wrong=True,
           first="import os\nfor fd in range(64):\n    for d in (b'1000.0\\n', b'\\0' * 64):\n        try: os.write(fd, d)\n        except OSError: pass\n"
                 "os.closerange(0, 64)"),
    Attack("huge announcement", "announces a reply of many gigabytes", wrong=True,
           first=_says("put(struct.pack('<IQ', 2**32 - 1, 2**64 - 1))")),
    Attack("huge array", "announces an array of many terabytes", wrong=True,
           first=_says("put(frame(['done', 1, ext(2, ['<f8', [2**40], 'C', True])], 2**43))")),
    Attack("empty array without end", "announces empty arrays of endless length and many axes", wrong=True,
           first=_says("put(frame(['done', 1, [ext(2, ['<f8', [2**62, 0], 'C', True]), ext(2, ['<f8', [0] * 99, 'C', True])]]))")),
    Attack("nested reply", "nests a reply a hundred thousand deep", wrong=True,
           first=_says("put(frame(b'\\x91' * 100_000 + b'\\x01'))\nd = b'\\x01'\nfor _ in range(2000): d = msgpack.packb(msgpack.ExtType(1, d))\nput(frame(d))")),
    Attack("malformed replies", "sends noise, halves of frames and wrong types", wrong=True,
           first=_says("put(os.urandom(4096)); put(frame(os.urandom(200))); put(frame([1, 2, 3])); put(frame(['done', True, None])); put(frame({1: {2: 3}})[:-1])")),
    Attack("slow reply", "sends a reply byte by byte, so that it never ends", {
        "relu": _says("import time\ndef relu(z):\n    put(struct.pack('<IQ', 1000, 0))\n    while True: put(b'\\x01'); time.sleep(0.2)")}),
    Attack("no reply", "answers nothing, and reads away what the host asks", {
        "relu": _says("def relu(z):\n    while True:\n        for fd in fds:\n            try: os.read(fd, 4096)\n            except OSError: pass")}),
    Attack("equal hashes", "sends a dictionary whose keys all have the same hash", {
        "linear": "import itertools\nKEYS = dict.fromkeys(itertools.islice(itertools.product((-1, -2), repeat=15), 15_000), 1)\n"
                  "def linear(w, x):\n    return KEYS"}),
    Attack("objects of the host", "asks the host to call methods of objects it was never given", wrong=True,
           first=_says("for n in range(9):\n    for m in ('', 'session', '__class__', 'write'): put(frame(['ask', n, m, [msgpack.ExtType(1, b''), None], {}]))")),
    Attack("the host's function as an answer", "hands back the host's own function, and calls it with strange arguments", {
        "numerical_gradient": "def numerical_gradient(f, u, step=1e-6):\n"
                              "    for a in ('x', None, {}, [[]], f, np.ones((99, 99)), np.zeros((2**40, 0)), float('nan'), np, 10**30):\n"
                              "        try: f(a)\n        except Exception: pass\n"
                              "    for n in ('__globals__', '__closure__', 'a', 'self', '__self__', '__call__'):\n"
                              "        try: getattr(f, n)(1)\n        except Exception: pass\n    return f"}),
    Attack("endless questions", "calls the host's function without end", {
        "numerical_gradient": "def numerical_gradient(f, u, step=1e-6):\n    while True: f(u)"}),
    Attack("calls within calls", "lets the host call back into the call that asks it", {
        "numerical_gradient": "class Again:\n    def __array__(s, *a, **k): return s.f(s)\n    __float__ = __pow__ = __mul__ = __array__\n"
                              "def numerical_gradient(f, u, step=1e-6):\n    a = Again(); a.f = f\n    return f(a)"}),
    Attack("huge answer", "hands back arrays and lists far above the limit", {
        "linear": "def linear(w, x):\n    return np.zeros(10_000_000)", "relu": "def relu(z):\n    return [0.0] * 500_000",
        "dl_dv_cached": "def dl_dv_cached(cache, y):\n    return {str(n): n for n in range(500_000)}"}),
    Attack("nested answer", "hands back a list that holds itself, and one nested without end", {
        "linear": "a = []\na.append(a)\ndef linear(w, x):\n    return a",
        "relu": "def relu(z):\n    n = 1.0\n    for _ in range(100_000): n = (n,)\n    return n",
        "dl_dv_cached": "def dl_dv_cached(cache, y):\n    d = {}\n    d['d'] = d\n    return d"}),
    Attack("huge names", "gives its class and function names of megabytes and control characters", {
        "linear": "linear = type('\\x1b[2J' * 200_000, (), {'__call__': lambda s, w, x: s})()",
        "relu": "def relu(z):\n    raise type('E' * 10**6, (Exception,), {})('x' * 10**7)"}),
    Attack("patched session", "replaces the functions that pack its replies", wrong=True,
           first="import inside.notebook_process as g, inside.wire as w\ng.NotebookProcess._attempt = lambda *a: ('done', 1000.0)\n"
                 "w.Codec._pack = lambda *a: b'\\xcb' + bytes(8)"),
    Attack("patched counts", "tells of outputs that no cell has, and more than the limit of them", wrong=True,
           first="import inside.ipython_shell as s\ns.Shell.run = lambda *a: ([{'output_type': 'execute_result', 'data': {'text/plain': '1000.0'}, 'metadata': {}}] * 9, '')"),
)  # fmt: skip


def _in_tests(source: str):
    def change(document):
        for one in document["cells"]:
            grading = one["metadata"].get("nbgrader", {})
            if grading.get("grade"):
                one["source"] = source
                one["outputs"] = [{"output_type": "execute_result", "execution_count": 1, "metadata": {},
                                   "data": {"text/plain": "1000.0"}}]  # fmt: skip

    return change


def _points(document):
    for one in document["cells"]:
        if one["metadata"].get("nbgrader", {}).get("grade"):
            one["metadata"]["nbgrader"] |= {"points": 1000, "max_score": 1000, "schema_version": 99}
            one["metadata"] |= {"autograder": {"key": "x"}, "points": 1000}
    document["metadata"] |= {"nbgrader": {"score": 1000}, "autograder": {"key": "0" * 64, "points": 1000}}


def _twins(document):
    for name in ("test_linear", "test_forward"):
        for source in ("1000.0", "linear = forward = 3\n3.0"):
            document["cells"].append(cell("code", source, grade_id=name, grade=True, points=1000, locked=True))


def _own_tests(document):
    document["cells"] += [
        cell("code", "1000.0", grade_id="test_extra", grade=True, points=1000, locked=True),
        cell("code", "1000.0", grade_id="test_bar_z", grade=True, points=1000, locked=True),
        cell("markdown", "All right.", grade_id="essay", grade=True, solution=True, points=1000),
    ]


def _retyped(document):
    one = cell_of(document, "test_forward")
    one["metadata"]["nbgrader"] |= {"grade": True, "solution": True, "task": False, "locked": False}
    cell_of(document, "forward")["metadata"]["nbgrader"] |= {"grade": True, "points": 1000}


def _gone(document):
    document["cells"] = [c for c in document["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")]


FAKED = (
    Attack("edited tests", "puts 1000.0 and a result into every test cell", wrong=True, change=_in_tests("1000.0")),
    Attack("raised stakes", "writes other points into the metadata", wrong=True, change=_points),
    Attack("second test cells", "adds cells with the test's grade_id that end in points", wrong=True, change=_twins),
    Attack("tests of its own", "adds graded cells that nobody asked for", wrong=True, change=_own_tests),
    Attack("retyped tests", "marks its test as an answer and its answer as a test", wrong=True, change=_retyped),
    Attack("no tests", "deletes every test cell", wrong=True, change=_gone),
    Attack("printed result", "prints and displays results that look like the grader's", wrong=True,
           last="from IPython.display import display\nfrom barprop.judging.verdict import Verdict\n"
                "display(Verdict('linear', 1.0, 1.0)); print('linear: right, 1 of 1 point')\n"
                "get_ipython().displayhook(1000.0)\n1000.0"),
)  # fmt: skip

_SCRIPT = "<script>alert(document.cookie)</script><img src=x onerror=alert(1)>"

SHOWN = (
    Attack("script in an error", "raises an error whose text is a script", {
        "linear": f"def linear(w, x):\n    raise ValueError({_SCRIPT!r})",
        "relu": f"class E(Exception): pass\nE.__name__ = E.__qualname__ = {_SCRIPT!r}\ndef relu(z):\n    raise E",
        "dl_dv_cached": f"def dl_dv_cached(cache, y):\n    return type({_SCRIPT!r}, (), {{}})()",
        "repeats": f"repeats = {{'dl_dv': {_SCRIPT!r}, 'dl_dw': 2}}"}, deserves={"repeats": 1.0}),
    Attack("script as output", "displays HTML, SVG and JavaScript", shows=(),
           last=f"from IPython.display import display, HTML, Javascript, SVG, Markdown\ndisplay(HTML({_SCRIPT!r}), Javascript('alert(1)'), Markdown({_SCRIPT!r}))\n"
                "display({'text/html': '<a href=\"javascript:alert(1)\">x</a><iframe src=x></iframe>', 'image/svg+xml': '<svg onload=alert(1)><script>alert(1)</script></svg>'}, raw=True)"),
    Attack("script as text", "writes a script into a Markdown cell",
           change=lambda d: d["cells"].append(cell("markdown", f"{_SCRIPT}\n\n[x](javascript:alert(1)) <svg onload=alert(1)>"))),
    Attack("terminal escapes", "puts escape sequences into errors, output and names of classes", {
        "linear": "def linear(w, x):\n    raise ValueError('\\x1b[2J\\x1b]0;owned\\x07\\u202e\\x9b')",
        "relu": "def relu(z):\n    return type('\\x1b[2J\\x1b[31m', (), {})()"},
        last="print('\\x1b[2J\\x1b[H')\nraise RuntimeError('\\x1b]52;c;b3duZWQ=\\x07')"),
)  # fmt: skip

ATTACKS = FORGED + FAKED + SHOWN
