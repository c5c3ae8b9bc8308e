"""Value as students write it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples.n06_autograd.value_designs import CLOSURES, STEPS
from autograder.samples.n06_autograd.value_tapes import ON_NODE, TAPE


def _tape(*changes: tuple[str, str]) -> str:
    """Write the tape with some lines changed."""
    source = TAPE
    for old, new in changes:
        if source.count(old) != 1:
            raise ValueError(f"{old!r} stands {source.count(old)} times in the tape")
        source = source.replace(old, new)
    return source


_BACK_MUL = "lambda bar: (bar * other.data, bar * self.data)"
_BACK_SUB = "lambda bar: (bar, -bar)"
_BACK_DIV = "return bar / other.data, -bar * self.data / other.data**2"
_BACK_POW = "bar * k * self.data ** (k - 1)"
_BACK_MATMUL = "return (G @ B.T).reshape(self.data.shape), (A.T @ G).reshape(other.data.shape)"
_SUM_AXIS = "bar = np.expand_dims(bar, axis)"
_SPREAD = "return (bar * np.ones(self.data.shape),)"
_IN_FRONT = "    bar = bar.sum(axis=tuple(range(bar.ndim - len(shape))))\n"
_STRETCHED = "return bar.sum(axis=ones, keepdims=True)"
_ZEROS = "            node.bar = np.zeros_like(node.data)\n"
_SEED = "self.bar = np.ones_like(self.data)\n        for"
_LOOP = "for node in reversed(order):"
_KEPT_AS_IT_CAME = """if bar.shape != parent.data.shape:
                    bar = summed_to(bar, parent.data.shape)
                if parent.bar is None:
                    parent.bar = bar
                else:
                    parent.bar += bar"""
_PLUS = "parent.bar = parent.bar + summed_to(bar, parent.data.shape)"


def _walking(*lines: str) -> str:
    """Write the tape with another backward()."""
    start = TAPE.index("    def backward(self):")
    end = TAPE.index("    __radd__")
    body = "".join(f"        {line}\n" for line in lines)
    return TAPE[:start] + "    def backward(self):\n" + body + "\n" + TAPE[end:]


def _square_only(bars: str) -> str:
    """Write a backward for @ that knows nothing but matrices."""
    return _tape((_BACK_MATMUL, f"A, B, G = self.data, other.data, bar\n            return {bars}"))


_ZERO_ALL = ("for node in topological_order(self):", "    node.bar = np.zeros_like(node.data)")
_SEND = (
    "    for parent, bar in zip(node.parents, node.back(node.bar) if node.back else ()):",
    "        parent.bar = parent.bar + summed_to(bar, parent.data.shape)",
)
_PUSH = (
    "def push(node):",
    "    for parent, bar in {pairs}:",
    "        parent.bar = parent.bar + summed_to(bar, parent.data.shape)",
    "        push(parent)",
    *_ZERO_ALL,
    "self.bar = np.ones_like(self.data)",
    "push(self)",
)
_PAIRS = "zip(node.parents, node.back(node.bar) if node.back else ())"

_WRONG_VALUE = {
    "assigned instead of added": _tape((_PLUS, "parent.bar = summed_to(bar, parent.data.shape)")),
    "two bars in one array": _tape(
        (_ZEROS, "            node.bar = None\n"),
        (_PLUS, _KEPT_AS_IT_CAME),
    ),
    "own value instead of the other's": _tape((_BACK_MUL, "lambda bar: (bar * self.data, bar * other.data)")),
    "product like a sum": _tape((_BACK_MUL, "lambda bar: (bar, bar)")),
    "minus lost on the way back": _tape((_BACK_SUB, "lambda bar: (bar, bar)")),
    "minus on both sides": _tape((_BACK_SUB, "lambda bar: (-bar, -bar)")),
    "-a keeps its sign on the way back": _tape(("lambda bar: (-bar,)", "lambda bar: (bar,)")),
    "denominator without its minus": _tape((_BACK_DIV, _BACK_DIV.replace("-bar", "bar"))),
    "denominator like a factor": _tape((_BACK_DIV, "return bar / other.data, bar * self.data")),
    "denominator not squared": _tape((_BACK_DIV, _BACK_DIV.replace("**2", ""))),
    "numerator multiplied": _tape((_BACK_DIV, _BACK_DIV.replace("bar / other.data,", "bar * other.data,"))),
    "numerator left alone": _tape((_BACK_DIV, _BACK_DIV.replace("bar / other.data,", "bar,"))),
    "exponent not lowered": _tape((_BACK_POW, "bar * k * self.data**k")),
    "the 1 taken from the power": _tape((_BACK_POW, "bar * k * (self.data**k - 1)")),
    "the 1 taken from the bar": _tape((_BACK_POW, "bar * k * self.data**k - 1")),
    "factor k forgotten": _tape((_BACK_POW, "bar * self.data ** (k - 1)")),
    "integrated the power": _tape((_BACK_POW, "bar * self.data ** (k + 1) / (k + 1)")),
    "swapped c - a": _tape(("return as_value(other) - self", "return self - other")),
    "swapped c / a": _tape(("return as_value(other) / self", "return self / other")),
    "swapped C @ a": _tape(("return as_value(other) @ self", "return self @ other")),
    "the shape of the result": _tape((_PLUS, "parent.bar = parent.bar + bar")),
    "axes of length 1 not summed": _tape((_STRETCHED, "return bar")),
    "axes of length 1 lost": _tape((_STRETCHED, "return bar.sum(axis=ones)")),
    "mean instead of sum": _tape((_IN_FRONT, _IN_FRONT.replace("sum", "mean")), (_STRETCHED, _STRETCHED.replace("sum", "mean"))),
    "summed the last axes": _tape((_IN_FRONT, "    return bar.sum(axis=tuple(range(len(shape), bar.ndim)))\n")),
    "transpose forgotten": _square_only("G @ B, A @ G"),
    "factors on the wrong side": _square_only("B.T @ G, G @ A.T"),
    "@ like *": _square_only("G * B, G * A"),
    "outer product the wrong way round": _tape((_BACK_MATMUL, "\n            ".join((
        "if self.data.ndim == 2 and other.data.ndim == 1:",
        "    return np.outer(other.data, bar), self.data.T @ bar",
        "if self.data.ndim == 1 and other.data.ndim == 2:",
        "    return other.data @ bar, np.outer(bar, self.data)",
        _BACK_MATMUL,
    )))),
    "mean instead of sum, along an axis": _tape((_SPREAD, "return (bar * np.ones(self.data.shape) * bar.size / self.data.size,)")),
    "spread along the wrong axis": _tape((_SUM_AXIS, "pass")),
    "bar not used by sum": _tape((_SPREAD, "return (np.ones(self.data.shape),)")),
    "exp without its value": _tape(("bar * h,)", "bar,)")),
    "exp with its input": _tape(("bar * h,)", "bar * self.data,)")),
    "log multiplied": _tape(("(bar / self.data,)", "(bar * self.data,)")),
    "log with its output": _tape(("(bar / self.data,)", "(bar / np.log(self.data),)")),
    "relu lets everything back": _tape(("bar * (self.data > 0)", "bar")),
    "relu with its value": _tape(("bar * (self.data > 0)", "bar * np.maximum(self.data, 0)")),
    "relu open at 0": _tape(("bar * (self.data > 0)", "bar * (self.data >= 0)")),
    "tanh: slope from the input": _tape(("1 - h**2", "1 - self.data**2")),
    "tanh without the square": _tape(("1 - h**2", "1 - h")),
    "bar not used": _tape(
        ("bar * h,)", "h,)"),
        ("(bar / self.data,)", "(1 / self.data,)"),
        ("bar * (self.data > 0)", "1.0 * (self.data > 0)"),
        ("bar * (1 - h**2)", "1 - h**2"),
    ),
    "nothing starts from zero": _tape((_ZEROS, "            pass\n")),
    "the inputs do not start from zero": _tape((_ZEROS, "            if node.parents:\n    " + _ZEROS)),
    "backward clears the graph": _tape((_PLUS, f"{_PLUS}\n        for node in order:\n            node.parents = ()")),
    "works in the bar's own memory": _tape(("lambda bar: (bar * h,)", "lambda bar: (np.multiply(bar, h, out=bar),)")),
    "the comma is missing in exp": _tape(("lambda bar: (bar * h,)", "lambda bar: bar * h")),
    "the comma is missing in log": _tape(("(bar / self.data,)", "bar / self.data")),
    "the comma is missing in relu": _tape(("(bar * (self.data > 0),)", "bar * (self.data > 0)")),
    "the comma is missing in -a": _tape(("lambda bar: (-bar,)", "lambda bar: -bar")),
    "the comma is missing in a ** k": _tape((f"({_BACK_POW},)", _BACK_POW)),
    "the comma is missing in sum": _tape((_SPREAD, "return bar * np.ones(self.data.shape)")),
    "the comma is missing in tanh": _tape(("(bar * (1 - h**2),)", "bar * (1 - h**2)")),
    "a - b the wrong way round": _tape(
        ("Value(self.data - other.data, (self, other), lambda bar: (bar, -bar))", "Value(other.data - self.data, (self, other), lambda bar: (-bar, bar))")
    ),
    "only the inputs start from zero": _tape((_ZEROS, "            if not node.parents:\n    " + _ZEROS)),
    "not even the seed starts from zero": _tape((_ZEROS, "            pass\n"), (_SEED, "self.bar = self.bar + 1\n        for")),
    "seeded with one number": _tape((_SEED, "self.bar = np.array(1.0)\n        for")),
    "seeded with the data": _tape((_SEED, "self.bar = self.data.copy()\n        for")),
    "bars for the inputs only": _walking(
        "order = topological_order(self)",
        "bars = {id(node): np.zeros(node.data.shape) for node in order}",
        "bars[id(self)] = np.ones(self.data.shape)",
        "for node in reversed(order):",
        "    if node.back is None:",
        "        node.bar = bars[id(node)]",
        "        continue",
        "    for parent, bar in zip(node.parents, node.back(bars[id(node)])):",
        "        bars[id(parent)] = bars[id(parent)] + summed_to(bar, parent.data.shape)",
        "self.bar = bars[id(self)]",
    ),
    "walked forwards": _tape((_LOOP, "for node in order:")),
    "every bar taken as 1": _tape(("node.back(node.bar)", "node.back(self.bar)")),
    "passed on too early": _walking(
        *_ZERO_ALL,
        "self.bar, order, place = np.ones_like(self.data), [self], 0",
        "while place < len(order):",
        "    order += [p for p in order[place].parents if not any(p is other for other in order)]",
        "    place += 1",
        "for node in order:",
        *_SEND,
    ),
    "a node visited twice": _walking(*_PUSH[:1], _PUSH[1].format(pairs=_PAIRS), *_PUSH[2:]),
    "a node visited twice, last use first": _walking(
        _PUSH[0], _PUSH[1].format(pairs=f"reversed(list({_PAIRS}))"), *_PUSH[2:]
    ),
    "walks every path": _walking(
        *_ZERO_ALL,
        "todo = [(self, np.ones_like(self.data))]",
        "while todo:",
        "    node, bar = todo.pop()",
        "    node.bar = node.bar + bar",
        "    for parent, share in zip(node.parents, node.back(bar) if node.back else ()):",
        "        todo.append((parent, summed_to(share, parent.data.shape)))",
    ),
    "calls itself": _walking(
        "order, seen = [], set()",
        "def visit(node):",
        "    if id(node) not in seen:",
        "        seen.add(id(node))",
        "        for parent in node.parents:",
        "            visit(parent)",
        "        order.append(node)",
        "visit(self)",
        "for node in order:",
        "    node.bar = np.zeros_like(node.data)",
        "self.bar = np.ones_like(self.data)",
        "for node in reversed(order):",
        *_SEND,
    ),
}  # fmt: skip

# A loop of its own instead of topological_order: each node knows its place in time.
_IN_TIME = _walking(
    "todo, nodes = [self], {}",
    "while todo:",
    "    node = todo.pop()",
    "    if id(node) not in nodes:",
    "        nodes[id(node)] = node",
    "        todo.extend(node.parents)",
    "newest_first = sorted(nodes.values(), key=lambda node: -node.made)",
    "for node in newest_first:",
    "    node.bar = np.zeros(node.data.shape)",
    "self.bar += 1",
    "for node in newest_first:",
    *_SEND,
).replace("        self.back = back\n", "        self.back = back\n        self.made = next(_clock)\n", 1)
_IN_TIME = "import itertools\n\n_clock = itertools.count()\n" + _IN_TIME

WRONG = {
    "Value": _WRONG_VALUE,
}

RIGHT = {
    "Value": [TAPE, ON_NODE, CLOSURES, STEPS, _IN_TIME],
}
