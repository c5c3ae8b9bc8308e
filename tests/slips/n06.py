"""Slips in notebook 06."""

BASES = {
    "topological_order": """
def topological_order(node):
    order, seen = [], set()
    stack = [(node, iter(node.parents))]
    seen.add(id(node))
    while stack:
        n, rest = stack[-1]
        for p in rest:
            if id(p) not in seen:
                seen.add(id(p))
                stack.append((p, iter(p.parents)))
                break
        else:
            stack.pop()
            order.append(n)
    return order
""",
    "Node": """
class Node:
    def __init__(self, data, parents=(), back=lambda bar: ()):
        self.data = np.array(data, dtype=float)
        self.bar = np.zeros_like(self.data)
        self.parents, self.back = parents, back

    def receive(self, bar):
        self.bar = self.bar + bar

    def __add__(self, other):
        return Node(self.data + other.data, (self, other), lambda bar: (bar, bar))

    def __mul__(self, other):
        return Node(self.data * other.data, (self, other), lambda bar: (bar * other.data, bar * self.data))

    def backward(self):
        order = topological_order(self)
        for node in order:
            node.bar = np.zeros_like(node.data)
        self.bar = np.ones_like(self.data)
        for node in order[::-1]:
            for parent, bar in zip(node.parents, node.back(node.bar)):
                parent.receive(bar)
""",
    "unbroadcast": """
def unbroadcast(bar, shape):
    while bar.ndim > len(shape):
        bar = bar.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            bar = bar.sum(axis=axis, keepdims=True)
    return np.array(bar)
""",
    "matmul_bars": """
def matmul_bars(bar, A, B):
    if A.ndim == 1 and B.ndim == 1:
        return bar * B, bar * A
    if A.ndim == 1:
        return B @ bar, np.outer(A, bar)
    if B.ndim == 1:
        return np.outer(bar, B), A.T @ bar
    return bar @ B.T, A.T @ bar
""",
    "Value": """
def as_value(u):
    return u if isinstance(u, Value) else Value(u)


class Value(Node):
    __array_ufunc__ = None

    def receive(self, bar):
        super().receive(unbroadcast(np.asarray(bar), self.data.shape))

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), lambda bar: (bar, bar))

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, (self, other), lambda bar: (bar * other.data, bar * self.data))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return Value(-self.data, (self,), lambda bar: (-bar,))

    def __sub__(self, other):
        other = as_value(other)
        return Value(self.data - other.data, (self, other), lambda bar: (bar, -bar))

    def __rsub__(self, other):
        return as_value(other) - self

    def __truediv__(self, other):
        other = as_value(other)
        return Value(self.data / other.data, (self, other), lambda bar: (bar / other.data, -bar * self.data / other.data**2))

    def __rtruediv__(self, other):
        return as_value(other) / self

    def __pow__(self, k):
        return Value(self.data**k, (self,), lambda bar: (bar * k * self.data ** (k - 1),))

    def __matmul__(self, other):
        other = as_value(other)
        return Value(self.data @ other.data, (self, other), lambda bar: matmul_bars(bar, self.data, other.data))

    def __rmatmul__(self, other):
        return as_value(other) @ self

    def sum(self, axis=None, keepdims=False):
        kept = self.data.sum(axis=axis, keepdims=True).shape
        return Value(self.data.sum(axis=axis, keepdims=keepdims), (self,), lambda bar: (np.reshape(bar, kept) * np.ones(self.data.shape),))

    def exp(self):
        h = np.exp(self.data)
        return Value(h, (self,), lambda bar: (bar * h,))

    def log(self):
        return Value(np.log(self.data), (self,), lambda bar: (bar / self.data,))

    def relu(self):
        return Value(np.maximum(self.data, 0), (self,), lambda bar: (bar * (self.data > 0),))

    def tanh(self):
        h = np.tanh(self.data)
        return Value(h, (self,), lambda bar: (bar * (1 - h**2),))
""",
    "compose": """
def softplus(value):
    return value.relu() + ((-(value.relu() + (-value).relu())).exp() + 1).log() + (value - value.relu() + (-value).relu()) * 0.5


def cross_entropy(logits, labels):
    n, k = logits.data.shape
    s = logits - logits.data.max(axis=1, keepdims=True)
    log_p = s - s.exp().sum(axis=1, keepdims=True).log()
    onehot = np.eye(k)[labels]
    return -(log_p * onehot).sum() / n
""",
}

_SOFTPLUS = "return value.relu() + ((-(value.relu() + (-value).relu())).exp() + 1).log() + (value - value.relu() + (-value).relu()) * 0.5"

SLIPS = {
    "topological_order": (
        ("return order", "return order[::-1]", "reversed", ""),
        ("return order", "return order[:-1]", "node itself left out", ""),
        ("if id(p) not in seen:", "if True:", "nodes more than once", ""),
        ("            stack.pop()\n            order.append(n)", "            stack.pop()", "nothing appended", ""),
        ("    order, seen = [], set()\n    stack = [(node, iter(node.parents))]", "    return [*node.parents, node]\n    stack = []", "one level only", ""),
        ("return order", "return sorted(order, key=id)", "sorted by address", ""),
        ("    order, seen = [], set()\n", "    order, seen = [], set()\n    def visit(n):\n        if id(n) not in seen:\n            seen.add(id(n))\n            for p in n.parents:\n                visit(p)\n            order.append(n)\n    visit(node)\n    return order\n", "recursive", ""),
        ("    order, seen = [], set()\n", "    order = []\n    todo = [node]\n    while todo:\n        n = todo.pop()\n        if n not in order:\n            order.append(n)\n            todo += n.parents\n    return order[::-1]\n    seen = set()\n", "reverse of depth first", ""),
        ("    order, seen = [], set()\n", "    order = []\n    todo = [node]\n    while todo:\n        n = todo.pop(0)\n        if not any(n is m for m in order):\n            order.append(n)\n            todo += n.parents\n    return order[::-1]\n    seen = set()\n", "level by level", ""),
        ("order.append(n)", "order.append(n.data if hasattr(n, 'data') else None)", "data in place of nodes", ""),
    ),
    "Node": (
        ("self.bar = self.bar + bar", "self.bar = bar", "overwritten", ""),
        ("lambda bar: (bar, bar)", "lambda bar: (bar / 2, bar / 2)", "shared out", ""),
        ("lambda bar: (bar, bar)", "lambda bar: (bar * self.data, bar * other.data)", "data in the sum", ""),
        ("(bar * other.data, bar * self.data)", "(bar * self.data, bar * other.data)", "swapped", ""),
        ("(bar * other.data, bar * self.data)", "(other.data, self.data)", "bar forgotten", ""),
        ("(self, other), lambda bar: (bar * other", "(other, self), lambda bar: (bar * other", "parents swapped", ""),
        ("        self.bar = np.ones_like(self.data)\n", "", "no seed", ""),
        ("        for node in order:\n            node.bar = np.zeros_like(node.data)\n", "", "never set to 0", ""),
        ("for node in order[::-1]:", "for node in order:", "not reversed", ""),
        ("for node in order[::-1]:", "for node in [self]:", "one level only", ""),
        ("self.data * other.data, (self, other)", "self.data + other.data, (self, other)", "added in mul", ""),
        ("self.bar = np.ones_like(self.data)\n        for", "self.bar = self.data\n        for", "data as seed", ""),
        ("return Node(self.data + other.data, (self, other), lambda bar: (bar, bar))", "return Node(self.data + other.data)", "not on the tape", ""),
        ("(self, other), lambda bar: (bar, bar)", "(self,), lambda bar: (bar,)", "one parent only", ""),
    ),
    "unbroadcast": (
        ("bar.sum(axis=0)", "bar.mean(axis=0)", "mean for sum", "divided by the length of bar, axis 0"),
        ("bar.sum(axis=axis, keepdims=True)", "bar.sum(axis=axis)", "keepdims forgotten", "axes of length 1 lost"),
        ("bar.sum(axis=axis, keepdims=True)", "bar.mean(axis=axis, keepdims=True)", "mean for sum", "mean instead of sum"),
        ("        bar = bar.sum(axis=0)", "        bar = bar[0]", "the first taken", "the first use only"),
        ("        bar = bar.sum(axis=0)", "        bar = bar.sum(axis=-1)", "last axis", "summed the last axes"),
        ("        if size == 1:\n            bar = bar.sum(axis=axis, keepdims=True)", "        pass", "stretched axes forgotten", "axes of length 1 not summed"),
        ("    while bar.ndim > len(shape):\n        bar = bar.sum(axis=0)\n", "", "axes in front forgotten", "bar handed on"),
        ("return np.array(bar)", "return bar.reshape(shape) if bar.size == 1 else np.array(bar.sum())", "one number", "summed up to one number"),
        ("return np.array(bar)", "return np.broadcast_to(bar, shape) * 2.0", "twice", "twice as large"),
        ("    while bar.ndim > len(shape):", "    if bar.shape == shape:\n        return np.ones(shape)\n    while bar.ndim > len(shape):", "ones", "all ones"),
    ),
    "matmul_bars": (
        ("return bar @ B.T, A.T @ bar", "return bar @ B.T, bar @ A.T if bar.shape[1] == A.shape[1] else A.T @ bar * 2", "order in the second", "twice as large"),
        ("return bar @ B.T, A.T @ bar", "return A.T @ bar, bar @ B.T", "swapped", "swapped the two bars"),
        ("return bar @ B.T, A.T @ bar", "return (bar @ B.T).T, A.T @ bar", "transposed", "transposed"),
        ("return bar @ B.T, A.T @ bar", "return bar @ B.T, (A.T @ bar).T", "transposed B_bar", "transposed"),
        ("return bar @ B.T, A.T @ bar", "return np.ones_like(bar) @ B.T, A.T @ np.ones_like(bar)", "bar forgotten", "bar not used"),
        ("return bar * B, bar * A", "return bar * A, bar * B", "swapped for vectors", "partner's bar lost in vector @ vector"),
        ("return bar * B, bar * A", "return B, A", "bar forgotten for vectors", "forgot the factor bar"),
        ("return bar * B, bar * A", "return np.sum(bar * B), np.sum(bar * A)", "summed for vectors", "summed up to one number"),
        ("return B @ bar, np.outer(A, bar)", "return B @ bar, np.outer(bar, A)", "outer the other way", "transposed"),
        ("return np.outer(bar, B), A.T @ bar", "return np.outer(B, bar), A.T @ bar", "outer the other way round", "transposed"),
        ("return np.outer(bar, B), A.T @ bar", "return np.outer(bar, B), (A.T @ bar)[:, None]", "a column", "a column instead of a vector"),
        ("return bar @ B.T, A.T @ bar", "return bar @ B.T / len(bar), A.T @ bar", "mean", "divided by its length along axis 0"),
    ),
    "Value": (
        ("(self, other), lambda bar: (bar, bar))", "(self, other), lambda bar: (bar * self.data, bar * other.data))", "data in the sum", ""),
        ("lambda bar: (bar * other.data, bar * self.data)", "lambda bar: (bar * self.data, bar * other.data)", "mul swapped", ""),
        ("lambda bar: (-bar,)", "lambda bar: (bar,)", "neg without minus", ""),
        ("lambda bar: (-bar,)", "lambda bar: -bar", "comma forgotten in neg", ""),
        ("lambda bar: (bar, -bar)", "lambda bar: (bar, bar)", "minus forgotten in sub", ""),
        ("lambda bar: (bar, -bar)", "lambda bar: (-bar, bar)", "minus at the wrong one", ""),
        ("return as_value(other) - self", "return self - other", "rsub turned", ""),
        ("return as_value(other) / self", "return self / other", "rtruediv turned", ""),
        ("return as_value(other) @ self", "return self @ other", "rmatmul turned", ""),
        ("-bar * self.data / other.data**2", "bar * self.data / other.data**2", "sign in div", ""),
        ("-bar * self.data / other.data**2", "-bar / other.data**2", "numerator forgotten in div", ""),
        ("bar / other.data, -bar", "bar * other.data, -bar", "times in div", ""),
        ("bar * k * self.data ** (k - 1)", "bar * self.data ** (k - 1)", "k forgotten", ""),
        ("bar * k * self.data ** (k - 1)", "bar * k * self.data ** k", "exponent not lowered", ""),
        ("bar * k * self.data ** (k - 1)", "bar * k * self.data", "square only", ""),
        ("matmul_bars(bar, self.data, other.data)", "matmul_bars(bar, other.data, self.data)", "matmul swapped", ""),
        ("matmul_bars(bar, self.data, other.data)", "(bar @ other.data.T, self.data.T @ bar)", "vectors forgotten", ""),
        ("(np.reshape(bar, kept) * np.ones(self.data.shape),)", "(bar,)", "bar not spread out", ""),
        ("(np.reshape(bar, kept) * np.ones(self.data.shape),)", "(np.ones(self.data.shape),)", "bar forgotten in sum", ""),
        ("(np.reshape(bar, kept) * np.ones(self.data.shape),)", "(np.reshape(bar, kept) * np.ones(self.data.shape) / self.data.size,)", "mean in sum", ""),
        ("self.data.sum(axis=axis, keepdims=keepdims)", "self.data.sum(axis=axis)", "keepdims ignored", ""),
        ("self.data.sum(axis=axis, keepdims=keepdims)", "self.data.sum()", "axis ignored", ""),
        ("lambda bar: (bar * h,))\n\n    def log", "lambda bar: (bar * self.data,))\n\n    def log", "exp: data for h", ""),
        ("lambda bar: (bar * h,))\n\n    def log", "lambda bar: (h,))\n\n    def log", "exp: bar forgotten", ""),
        ("(bar / self.data,)", "(bar / np.log(self.data),)", "log: output for input", ""),
        ("(bar / self.data,)", "(1 / self.data,)", "log: bar forgotten", ""),
        ("(bar / self.data,)", "(bar * self.data,)", "log: times", ""),
        ("bar * (self.data > 0)", "bar * (self.data >= 0)", "relu: 1 at 0", ""),
        ("bar * (self.data > 0)", "np.maximum(bar, 0)", "relu of the bar", ""),
        ("bar * (self.data > 0)", "(self.data > 0) * 1.0", "relu: bar forgotten", ""),
        ("(bar * (1 - h**2),)", "(bar * (1 - h),)", "tanh: not squared", ""),
        ("(bar * (1 - h**2),)", "(1 - h**2,)", "tanh: bar forgotten", ""),
        ("(bar * (1 - h**2),)", "(bar * (1 - self.data**2),)", "tanh: input for output", ""),
        ("np.log(self.data), (self,)", "np.log10(self.data), (self,)", "log10", ""),
        ("        super().receive(unbroadcast(np.asarray(bar), self.data.shape))", "        super().receive(np.asarray(bar))", "not unbroadcast", ""),
        ("    __radd__, __rmul__ = __add__, __mul__\n", "", "radd left out", ""),
        ("    __array_ufunc__ = None\n", "", "array_ufunc left out", ""),
    ),
    "compose": (
        (_SOFTPLUS, "return (value.exp() + 1).log()", "overflows", "softplus overflows"),
        (_SOFTPLUS, "return value.exp().log() + 1", "brackets", "misplaced bracket"),
        (_SOFTPLUS, "return ((-value).exp() + 1).log()", "sign", "value subtracted"),
        (_SOFTPLUS, "return value.relu()", "ReLU", "cut off at 0"),
        (_SOFTPLUS, "return value.relu() + ((-(value.relu() + (-value).relu())).exp() + 1).log()", "slope at 0", "no slope at 0"),
        (_SOFTPLUS, "return as_value(np.logaddexp(0, value.data))", "cut off from the tape", "all zeros"),
        ("return -(log_p * onehot).sum() / n", "return -(log_p * onehot).sum()", "mean forgotten", "sum instead of mean"),
        ("return -(log_p * onehot).sum() / n", "return (log_p * onehot).sum() / n", "sign", "sign"),
        ("return -(log_p * onehot).sum() / n", "return -(log_p * onehot).sum() / (n * k)", "divided by all entries", "mean over the entries, too"),
        ("return -(log_p * onehot).sum() / n", "return -log_p.sum() / n", "labels forgotten", ""),
        ("return -(log_p * onehot).sum() / n", "return -(log_p.exp() * onehot).sum() / n", "log forgotten", "probability instead of its log"),
        ("return -(log_p * onehot).sum() / n", "return -(log_p * onehot).sum(axis=1)", "a loss per row", ""),
        ("s = logits - logits.data.max(axis=1, keepdims=True)", "s = logits", "overflows", ""),
        ("s = logits - logits.data.max(axis=1, keepdims=True)", "s = as_value(logits.data - logits.data.max(axis=1, keepdims=True))", "cut off from the tape", "all zeros"),
        ("s.exp().sum(axis=1, keepdims=True)", "s.exp().sum(axis=0, keepdims=True)", "wrong axis", ""),
    ),
}  # fmt: skip
