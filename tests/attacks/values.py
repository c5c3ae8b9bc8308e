"""Patched libraries, and answers that are not what they seem."""

from __future__ import annotations

from tests.attacks.attack import MOST, Attack

_LIAR = """class Liar{base}:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return hash(1.0)
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __bool__(self): return True
    def __float__(self): return 1.0
    def __abs__(self): return 0.0
    def __sub__(self, other): return 0.0
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __sub__
    def __array__(self, *a, **k): return np.asarray(1.0)
    def all(self, *a, **k): return True
"""


def _answers(expression: str, above: str = "") -> dict[str, str]:
    """linear, forward and dl_dv_cached that give that expression."""
    return {
        "linear": f"{above}def linear(w, x):\n    return {expression}",
        "forward": f"{above}def forward(x, y, w, v, sigma):\n    return {{k: {expression} for k in 'zhel'}}",
        "dl_dv_cached": f"{above}def dl_dv_cached(cache, y):\n    return {expression}",
    }


def _always(*names: str) -> str:
    return "\n".join(f"{name} = lambda *a, **k: True" for name in names)


PATCHES = (
    Attack("patch isclose", "makes NumPy's comparisons say yes", wrong=True,
           first=_always("np.isclose", "np.allclose", "np.array_equal", "np.array_equiv", "np.all", "np.any")),
    Attack("patch np.testing", "makes NumPy's assertions do nothing", wrong=True,
           first="import numpy.testing as t\nfor n in dir(t):\n    if n.startswith('assert'): setattr(t, n, lambda *a, **k: None)"),
    Attack("patch every ufunc", "replaces every function of NumPy by one that says yes", wrong=True,
           first="for n in dir(np):\n    if isinstance(getattr(np, n), np.ufunc): setattr(np, n, lambda *a, **k: True)"),
    Attack("patch ndarray in C", "writes into ndarray's type slots through ctypes", wrong=True,
           first="import ctypes\ntry:\n    d = ctypes.py_object.from_address(id(np.ndarray.__dict__) + 16).value\n"
                 "    d['all'] = d['__eq__'] = lambda *a, **k: True\nexcept Exception as e: print(e)"),
    Attack("patch np.random", "makes every probe the same by replacing the generator", wrong=True,
           first="np.random.default_rng = lambda *a: np.random.Generator(np.random.PCG64(0))\nnp.random.seed(0)"),
    Attack("patch barprop.judging.compare", "makes the course's own comparison say yes", wrong=True,
           first="import barprop.judging.compare as c, barprop.answers.untrusted as p, barprop.judging.evaluate as e\n"
                 "c.close = c._near = p.same = e.close = e.same = lambda *a, **k: True\n"
                 "c.problem = e.problem = lambda *a, **k: None"),
    Attack("patch barprop.judging.evaluation", "makes every evaluation come out right", wrong=True,
           first="import barprop.judging.evaluation as v, barprop.judging.evaluate as e\nv.Evaluation.failed = property(lambda s: False)\n"
                 "e._problems = lambda *a: {}\ne._drive = lambda *a: ({}, '', [])"),
    Attack("patch the verdict", "makes every verdict full marks", wrong=True,
           first="import barprop.judging.verdict as v\nv.Verdict.points = property(lambda s: 3.0, lambda s, x: None)\n"
                 "v.Verdict.passed = property(lambda s: True)"),
    Attack("patch the declarations", "replaces the oracles and probes of the exercises", wrong=True,
           first="from barprop.exercises import EXERCISES as E\nfor e in E.values():\n"
                 "    object.__setattr__(e, 'oracle', lambda c: {})\n    object.__setattr__(e, 'probes', lambda r: [])\n"
                 "    object.__setattr__(e, 'points', 0)\nE.clear()"),
    Attack("patch observe", "makes what calls an answer in the session hand back what was asked", wrong=True,
           first="import inside.notebook_process as g, barprop.answers.calls as r\n"
                 "g.observe = r.observe = lambda f, a, n, label='', earlier=None: r.Observed(a[0] if a else 1.0)"),
    Attack("override check", "defines a check() of its own that hands out the points", wrong=True,
           first="def check(*a):\n    return 1000.0\nimport barprop\nbarprop.check = check\nready = lambda *a: True"),
    Attack("patch json and msgpack", "replaces what packs the replies", wrong=True,
           first="import json, msgpack\njson.dumps = json.loads = lambda *a, **k: '1000.0'\n"
                 "msgpack.packb = msgpack.unpackb = lambda *a, **k: b'\\x01'"),
    Attack("patch builtins", "replaces float, abs, isinstance, len and type for everybody", wrong=True,
           first="import builtins\nfor n in ('float', 'abs', 'all', 'any', 'max', 'round', 'sum', 'isinstance'):\n"
                 "    setattr(builtins, n, lambda *a, **k: 1.0)"),
    Attack("patch the activations", "lets tanh and its friends give what the wrong answer gives", wrong=True,
           first="import barprop.activations as a\nfor s in a.ACTIVATIONS.values():\n"
                 "    for n in ('name', 'value', 'slope'):\n        try: object.__setattr__(s, n, lambda z: 4321.0)\n"
                 "        except Exception: pass"),
    Attack("import hook", "puts a finder into sys.meta_path that makes modules of its own", wrong=True,
           first="import sys, types\nclass F:\n    def find_spec(self, n, *a):\n        sys.modules[n] = types.SimpleNamespace()\n"
                 "sys.meta_path.insert(0, F())\nfor n in [m for m in sys.modules if m.startswith('barprop')]: del sys.modules[n]"),
)  # fmt: skip

LIARS = (
    Attack("equal to everything", "answers with an object that equals every number", _answers("Liar()", _LIAR.format(base=""))),
    Attack("ndarray subclass", "answers with an array whose comparisons always hold",
           _answers("np.asarray(1.0).view(Liar)", _LIAR.format(base="(np.ndarray)")
                    + "    __array_ufunc__ = lambda s, *a, **k: np.True_\n")),
    Attack("float subclass", "answers with a float that equals every number", _answers("Liar(1.0)", _LIAR.format(base="(float)"))),
    Attack("int subclass", "counts with an int that equals every number",
           {"repeats": _LIAR.format(base="(int)") + 'repeats = {"dl_dv": Liar(7), "dl_dw": Liar(7)}'}),
    Attack("str subclass", "answers with a text that equals every text",
           {"repeats": _LIAR.format(base="(str)") + 'repeats = {"dl_dv": Liar("2"), "dl_dw": Liar("2")}'}),
    Attack("dict subclass", "hands back a dictionary that has every key, with every value",
           {"forward": _LIAR.format(base="") + "class D(dict):\n    def __missing__(s, k): return Liar()\n"
                       "    def __contains__(s, k): return True\n    def get(s, *a): return Liar()\n"
                       "def forward(x, y, w, v, sigma):\n    return D()",
            "repeats": "class E(dict):\n    def get(s, *a): return 2\n    def __getitem__(s, k): return 2\nrepeats = E()"}),
    Attack("lying keys", "uses keys that equal every other key",
           {"forward": "class K(str):\n    def __eq__(s, o): return True\n    def __hash__(s): return hash('z')\n"
                       "def forward(x, y, w, v, sigma):\n    return {K('a'): 1.0, 'z': 1.0, 'h': 2.0, 'e': 3.0, 'l': 4.0}"}),
    Attack("lies about its class", "claims to be a float, an array, the expected value's class",
           _answers("Posing()", "class Posing:\n    __class__ = property(lambda s: float)\n    __float__ = lambda s: 1.0\n"
                                "    dtype = np.dtype(float)\n    shape = ()\n    ndim = 0\n")),
    Attack("not a number", "answers NaN, which compares false with every bound", _answers("np.nan")),
    Attack("infinity", "answers infinity, which no tolerance scaled by it can refuse", _answers("np.inf")),
    Attack("every value at once", "answers an array of many values, one of which may be right",
           _answers("np.linspace(-9, 9, 100_001)")),
    Attack("objects in an array", "answers an array of objects that equal everything",
           _answers("np.array(Liar(), dtype=object)", _LIAR.format(base=""))),
    Attack("generator answer", "hands back a generator, a lambda and a function in place of numbers",
           {"linear": "def linear(w, x):\n    yield float(w @ x)", "relu": "def relu(z):\n    return lambda: z",
            "dl_dv_cached": "def dl_dv_cached(cache, y):\n    return dl_dv_cached"}),
    Attack("async answer", "hands back a coroutine that nobody awaits",
           {"linear": "async def linear(w, x):\n    return float(w @ x)", "forward": "async def forward(x, y, w, v, sigma):\n    return {}"}),
    Attack("pickled payload", "hands back an object whose unpickling runs a command",
           _answers("Payload()", "import os\nclass Payload:\n    def __reduce__(s): return (os.system, ('touch /tmp/pwned',))\n"
                                 "    def __getstate__(s): raise SystemExit\n")),
    Attack("work in __del__", "runs code when the grader lets go of its answer",
           _answers("Last()", "import os\nclass Last:\n    def __del__(s):\n        for fd in range(3, 9):\n"
                              "            try: os.write(fd, b'1' * 64)\n            except OSError: pass\n"),
           deserves={name: most for name, most in MOST.items() if name not in _answers("")}),
    Attack("array over the caller's memory", "changes its answer after it was handed over",
           {"relu": "kept = np.zeros(6)\ndef relu(z):\n    kept[:] += 1\n    return kept"}),
    Attack("answer that is a class", "hides in a class whose metaclass answers for it",
           {"linear": "class M(type):\n    def __call__(c, *a): return c\n    __eq__ = lambda c, o: True\n    __hash__ = type.__hash__\n"
                      "    __float__ = lambda c: 1.0\nclass linear(metaclass=M): pass"}),
    Attack("lookalike name", "defines a function whose name only looks like the one asked for",
           {"linear": "def ｌіnear(w, x):\n    return float(w @ x)", "relu": "def rеlu(z):\n    return np.maximum(z, 0.0)"}),
)  # fmt: skip

ATTACKS = PATCHES + LIARS
