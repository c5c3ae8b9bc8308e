"""Notebook 06 as students answer it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples import function
from autograder.samples.n06_autograd.node_tapes import RIGHT_NODE, WRONG_NODE
from autograder.samples.n06_autograd.value_tapes import CLOSURES, ON_NODE, STEPS, TAPE

ORDER = "topological_order(node)"

# --- topological_order ------------------------------------------------------------------------

_RECURSIVE = function(
    ORDER,
    "order, seen = [], set()",
    "def visit(node):",
    "    if id(node) not in seen:",
    "        seen.add(id(node))",
    "        for parent in node.parents:",
    "            visit(parent)",
    "        order.append(node)",
    "visit(node)",
    "return order",
)

_TWO_STACKS = function(
    ORDER,
    "order, seen, todo = [], set(), [(node, False)]",
    "while todo:",
    "    node, ready = todo.pop()",
    "    if ready:",
    "        order.append(node)",
    "    elif id(node) not in seen:",
    "        seen.add(id(node))",
    "        todo.append((node, True))",
    "        todo.extend((parent, False) for parent in node.parents)",
    "return order",
)

_ITERATORS = function(
    ORDER,
    "order, seen = [], {id(node)}",
    "path = [(node, iter(node.parents))]",
    "while path:",
    "    at, rest = path[-1]",
    "    for parent in rest:",
    "        if id(parent) not in seen:",
    "            seen.add(id(parent))",
    "            path.append((parent, iter(parent.parents)))",
    "            break",
    "    else:",
    "        order.append(path.pop()[0])",
    "return order",
)

_COUNTING_USES = function(
    ORDER,
    "uses, todo = {id(node): 0}, [node]",
    "while todo:",
    "    for parent in todo.pop().parents:",
    "        if id(parent) not in uses:",
    "            uses[id(parent)] = 0",
    "            todo.append(parent)",
    "        uses[id(parent)] += 1",
    "order, free = [], [node]",
    "while free:",
    "    at = free.pop()",
    "    order.append(at)",
    "    for parent in at.parents:",
    "        uses[id(parent)] -= 1",
    "        if uses[id(parent)] == 0:",
    "            free.append(parent)",
    "return order[::-1]",
)


def _walk(*inner: str, then: str = "order[::-1]") -> str:
    """Write a walk from the node, in the order of meeting."""
    return function(
        ORDER,
        "order, seen, todo = [], set(), [node]",
        "while todo:",
        *("    " + line for line in inner),
        f"return {then}",
    )


_WRONG_ORDER = {
    "calls itself": _RECURSIVE,
    "looks through a list": _TWO_STACKS.replace("seen, todo = [], set(), ", "seen, todo = [], [], ").replace(
        "seen.add(id(node))", "seen.append(id(node))"
    ),
    "remembers an earlier call": _TWO_STACKS.replace("topological_order(node)", "topological_order(node, seen={})")
    .replace("order, seen, todo = [], set(), ", "order, todo = [], ")
    .replace("seen.add(id(node))", "seen[id(node)] = node"),
    "told apart by == on a list": function(
        ORDER,
        "order, todo = [], [(node, False)]",
        "seen = set()",
        "while todo:",
        "    node, ready = todo.pop()",
        "    if ready:",
        "        if node not in order:",
        "            order.append(node)",
        "    elif id(node) not in seen:",
        "        seen.add(id(node))",
        "        todo += [(node, True), *((parent, False) for parent in node.parents)]",
        "return order",
    ),
    "told apart by ==": _TWO_STACKS.replace("id(node)", "node"),
    "wrong way round": _TWO_STACKS.replace("return order", "return order[::-1]"),
    "left out the node itself": _TWO_STACKS.replace("return order", "return order[:-1]"),
    "only its own parents": function(ORDER, "return [*{id(parent): parent for parent in node.parents}.values(), node]"),
    "left out the first ones": _TWO_STACKS.replace("return order", "return [n for n in order if n.parents]"),
    "a node for every path": function(
        ORDER,
        "order, todo = [], [(node, False)]",
        "while todo:",
        "    node, ready = todo.pop()",
        "    if ready:",
        "        order.append(node)",
        "    else:",
        "        todo.append((node, True))",
        "        todo.extend((parent, False) for parent in node.parents)",
        "return order",
    ),
    "put down when first met": _walk(
        "at = todo.pop()",
        "if id(at) not in seen:",
        "    seen.add(id(at))",
        "    order.append(at)",
        "    todo.extend(reversed(at.parents))",
    ),
    "put down when first met, last parent first": _walk(
        "at = todo.pop()",
        "if id(at) not in seen:",
        "    seen.add(id(at))",
        "    order.append(at)",
        "    todo.extend(at.parents)",
    ),
    "level by level": _walk(
        "at = todo.pop(0)",
        "if id(at) not in seen:",
        "    seen.add(id(at))",
        "    order.append(at)",
        "    todo.extend(at.parents)",
    ),
}

# --- Value ------------------------------------------------------------------------------------


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
_FORWARD_MATMUL = "return Value(self.data @ other.data, (self, other), back)"
_SUM_AXIS = "bar = np.expand_dims(bar, axis)"
_SPREAD = "return (bar * np.ones(self.data.shape),)"
_IN_FRONT = "    bar = bar.sum(axis=tuple(range(bar.ndim - len(shape))))\n"
_STRETCHED = "return bar.sum(axis=ones, keepdims=True)"
_ZEROS = "            node.bar = np.zeros_like(node.data)\n"
_SEED = "self.bar = np.ones_like(self.data)\n        for"
_LOOP = "for node in reversed(order):"
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
    "factor k forgotten": _tape((_BACK_POW, "bar * self.data ** (k - 1)")),
    "integrated the power": _tape((_BACK_POW, "bar * self.data ** (k + 1) / (k + 1)")),
    "swapped c - a": _tape(("return as_value(other) - self", "return self - other")),
    "swapped c / a": _tape(("return as_value(other) / self", "return self / other")),
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

# --- compose ----------------------------------------------------------------------------------

_SOFTPLUS = function(
    "softplus(value)",
    "top = np.maximum(value.data, 0)",
    "return ((value - top).exp() + np.exp(-top)).log() + top",
)
_CROSS_ENTROPY = function(
    "cross_entropy(logits, labels)",
    "n, k = logits.data.shape",
    "shifted = logits - logits.data.max(axis=1, keepdims=True)",
    "at_label = (shifted * np.eye(k)[labels]).sum(axis=1)",
    "return (shifted.exp().sum(axis=1).log() - at_label).sum() / n",
)


def _soft(*lines: str) -> str:
    return function("softplus(value)", *lines) + "\n" + _CROSS_ENTROPY


def _cross(old: str, new: str) -> str:
    if _CROSS_ENTROPY.count(old) != 1:
        raise ValueError(f"{old!r} does not stand once in cross_entropy")
    return _SOFTPLUS + "\n" + _CROSS_ENTROPY.replace(old, new)


_SIZE = "size = value.relu() + (-value).relu()"
_LOSS = "return (shifted.exp().sum(axis=1).log() - at_label).sum() / n"

_WRONG_COMPOSE = {
    "softplus overflows": _soft("return (value.exp() + 1).log()"),
    "softplus overflows below": _soft("return value + ((-value).exp() + 1).log()"),
    "no slope at 0": _soft(_SIZE, "return value.relu() + ((-size).exp() + 1).log()"),
    "full slope at 0": _soft(_SIZE, "return value + (-value).relu() + ((-size).exp() + 1).log()"),
    "softplus not finite": _soft("top = value.data.max()", "return ((value - top).exp() + np.exp(-top)).log() + top"),
    "not put back": _soft("top = np.maximum(value.data, 0)", "return ((value - top).exp() + np.exp(-top)).log()"),
    "the 1 is missing": _soft("return value.exp().log()"),
    "cut off at 0": _soft("return value.relu()"),
    "cross entropy overflows": _cross("shifted = logits - logits.data.max(axis=1, keepdims=True)", "shifted = logits"),
    "log of a share": _SOFTPLUS
    + "\n"
    + function(
        "cross_entropy(logits, labels)",
        "n, k = logits.data.shape",
        "u = (logits - logits.data.max(axis=1, keepdims=True)).exp()",
        "p = u / u.sum(axis=1, keepdims=True)",
        "return -((p * np.eye(k)[labels]).sum(axis=1).log()).sum() / n",
    ),
    "one maximum for all rows": _cross("max(axis=1, keepdims=True)", "max()"),
    "sum instead of mean": _cross(".sum() / n", ".sum()"),
    "mean over the entries, too": _cross(".sum() / n", ".sum() / (n * k)"),
    "sign": _cross(_LOSS, "return (at_label - shifted.exp().sum(axis=1).log()).sum() / n"),
    "only the logit of the label": _cross(_LOSS, "return -(logits * np.eye(k)[labels]).sum() / n"),
    "forgot the label": _cross(" - at_label", ""),
    "over the wrong axis": _cross(_LOSS, "return shifted.exp().sum(axis=0).log().sum() / k - at_label.sum() / n"),
    "one sum for all rows": _cross(_LOSS, "return shifted.exp().sum().log() - at_label.sum() / n"),
    "probability instead of its log": _cross(
        _LOSS, "return -(shifted.exp() * np.eye(k)[labels] / shifted.exp().sum(axis=1, keepdims=True)).sum() / n"
    ),
}

_RIGHT_COMPOSE = [
    _SOFTPLUS + "\n" + _CROSS_ENTROPY,
    # half the value and half its size: at 0 the kinks of both relus have slope 0, and 1/2 is left
    function("softplus(value)", _SIZE, "return 0.5 * value + 0.5 * size + (1 + (-size).exp()).log()")
    + "\n"
    + function(
        "cross_entropy(logits, labels)",
        "n = len(labels)",
        "one_hot = np.zeros(logits.data.shape)",
        "one_hot[np.arange(n), labels] = 1",
        "z = logits - logits.data.max()",
        "top = z.data.max(axis=1)",
        "log_sum = ((z - top[:, None]).exp() @ np.ones(z.data.shape[1])).log() + top",
        "return (log_sum.sum() - (one_hot * z).sum()) * (1 / n)",
    ),
    # row by row, and softplus as a soft-max of the value and 0
    function(
        "softplus(value)",
        "m = (np.abs(value.data) + value.data) / 2",
        "return m + ((value - m).exp() + np.exp(0 - m)).log()",
    )
    + "\n"
    + function(
        "cross_entropy(logits, labels)",
        "rows = range(len(labels))",
        "k = logits.data.shape[1]",
        "total = 0.0",
        "for i in rows:",
        "    row = np.eye(len(labels))[i] @ (logits - logits.data.max(axis=1)[:, None])",
        "    total = total + row.exp().sum().log() - row @ np.eye(k)[labels[i]]",
        "return total / len(labels)",
    ),
]

# --- unbroadcast ------------------------------------------------------------------------------


def _unbroadcast(*lines: str) -> str:
    return function("unbroadcast(bar, shape)", *lines)


_FRONT = "bar = bar.sum(axis=tuple(range(bar.ndim - len(shape))))"
_ONES = "ones = tuple(i for i, n in enumerate(shape) if n == 1)"
_KEPT = "return bar.sum(axis=ones, keepdims=True)"

_WRONG_UNBROADCAST = {
    "axes of length 1 not summed": _unbroadcast(_FRONT, "return bar"),
    "axes of length 1 lost": _unbroadcast(_FRONT, _ONES, "return bar.sum(axis=ones)"),
    "mean instead of sum": _unbroadcast(_FRONT.replace("sum", "mean"), _ONES, _KEPT.replace("sum", "mean")),
    "summed the last axes": _unbroadcast("bar = bar.sum(axis=tuple(range(len(shape), bar.ndim)))", "return bar"),
    "one axis in front only": _unbroadcast(
        "if bar.ndim > len(shape):",
        "    bar = bar.sum(axis=0)",
        _ONES,
        "return bar.sum(axis=ones, keepdims=True) if bar.ndim == len(shape) else bar",
    ),
    "nothing summed": _unbroadcast("return bar.copy()"),
    "the first use only": _unbroadcast(
        "bar = bar[(0,) * (bar.ndim - len(shape))]", "return bar[tuple(slice(0, n) for n in shape)].copy()"
    ),
    "everything summed": _unbroadcast("return bar.copy() if bar.shape == shape else np.full(shape, bar.sum())"),
}

_RIGHT_UNBROADCAST = [
    _unbroadcast(_FRONT, _ONES, _KEPT),
    _unbroadcast(
        "bar = bar.copy()",
        "while bar.ndim > len(shape):",
        "    bar = bar.sum(axis=0)",
        "for axis, length in enumerate(shape):",
        "    if length == 1:",
        "        bar = bar.sum(axis=axis, keepdims=True)",
        "return bar",
    ),
    _unbroadcast(
        "padded = (1,) * (bar.ndim - len(shape)) + shape",
        "axes = tuple(i for i in range(bar.ndim) if padded[i] != bar.shape[i])",
        "return bar.sum(axis=axes, keepdims=True).reshape(shape).copy()",
    ),
    # place by place
    _unbroadcast(
        "result = np.zeros(shape)",
        "for place in np.ndindex(bar.shape):",
        "    own = place[len(place) - len(shape):]",
        "    result[tuple(0 if n == 1 else i for i, n in zip(own, shape))] += bar[place]",
        "return result",
    ),
]

# --- matmul_bars ------------------------------------------------------------------------------

_SEEN_AS_MATRICES = (
    "rows = A if A.ndim == 2 else A[None, :]",
    "columns = B if B.ndim == 2 else B[:, None]",
    "G = np.reshape(bar, (rows.shape[0], columns.shape[1]))",
)
_CASES = (
    "if A.ndim == 2 and B.ndim == 2:",
    "    return bar @ B.T, A.T @ bar",
    "if A.ndim == 2:",
    "    return np.outer(bar, B), A.T @ bar",
    "if B.ndim == 2:",
    "    return B @ bar, np.outer(A, bar)",
    "return bar * B, bar * A",
)


def _matmul_bars(old: str = "", new: str = "", lines: tuple[str, ...] = _CASES) -> str:
    source = function("matmul_bars(bar, A, B)", *lines)
    if old and source.count(old) != 1:
        raise ValueError(f"{old!r} does not stand once in matmul_bars")
    return source.replace(old, new) if old else source


_MATRICES = "return bar @ B.T, A.T @ bar"

_WRONG_MATMUL_BARS = {
    "transpose forgotten": _matmul_bars(_MATRICES, "return bar @ B, A @ bar"),
    "factors on the wrong side": _matmul_bars(_MATRICES, "return B.T @ bar, bar @ A.T"),
    "swapped the two bars": _matmul_bars(_MATRICES, "return A.T @ bar, bar @ B.T"),
    "bar not used": _matmul_bars(_MATRICES, "return np.ones_like(bar) @ B.T, A.T @ np.ones_like(bar)"),
    "@ like *": _matmul_bars(_MATRICES, "return bar * B, bar * A"),
    "outer product the wrong way round": _matmul_bars("np.outer(bar, B)", "np.outer(B, bar)").replace(
        "np.outer(A, bar)", "np.outer(bar, A)"
    ),
    "an outer product lost": _matmul_bars("np.outer(bar, B)", "bar * B").replace("np.outer(A, bar)", "bar * A"),
    "partner's bar lost in vector @ vector": _matmul_bars("return bar * B, bar * A", "return bar * A, bar * B"),
    "an extra axis left on": _matmul_bars(lines=(*_SEEN_AS_MATRICES, "return G @ columns.T, rows.T @ G")),
}

_RIGHT_MATMUL_BARS = [
    _matmul_bars(),
    _matmul_bars(lines=(*_SEEN_AS_MATRICES, "return (G @ columns.T).reshape(A.shape), (rows.T @ G).reshape(B.shape)")),
    _matmul_bars(
        lines=(
            'left, right = "ij"[2 - A.ndim:], "jk"[:B.ndim]',
            'out = "ik" if A.ndim == B.ndim == 2 else "i" if A.ndim == 2 else "k" if B.ndim == 2 else ""',
            'return np.einsum(f"{out},{right}->{left}", bar, B), np.einsum(f"{left},{out}->{right}", A, bar)',
        )
    ),
    # row by row, column by column
    _matmul_bars(
        lines=(
            "rows, columns = np.atleast_2d(A), B.reshape(len(B), -1)",
            "A_bar, B_bar = np.zeros(rows.shape), np.zeros(columns.shape)",
            "bars = np.reshape(bar, (len(rows), columns.shape[1]))",
            "for i in range(len(rows)):",
            "    for j in range(columns.shape[1]):",
            "        A_bar[i] += bars[i, j] * columns[:, j]",
            "        B_bar[:, j] += bars[i, j] * rows[i]",
            "return A_bar.reshape(A.shape), B_bar.reshape(B.shape)",
        )
    ),
]

WRONG = {
    "topological_order": _WRONG_ORDER,
    "Node": WRONG_NODE,
    "unbroadcast": _WRONG_UNBROADCAST,
    "matmul_bars": _WRONG_MATMUL_BARS,
    "Value": _WRONG_VALUE,
    "compose": _WRONG_COMPOSE,
}
RIGHT = {
    "topological_order": [_TWO_STACKS, _ITERATORS, _COUNTING_USES],
    "Node": RIGHT_NODE,
    "unbroadcast": _RIGHT_UNBROADCAST,
    "matmul_bars": _RIGHT_MATMUL_BARS,
    "Value": [TAPE, ON_NODE, CLOSURES, STEPS, _IN_TIME],
    "compose": _RIGHT_COMPOSE,
}
