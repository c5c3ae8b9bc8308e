"""Evening slips in notebook 06."""

BASES = {
    "topological_order": """
def topological_order(node):
    order, done, todo = [], set(), [(node, False)]
    while todo:
        n, ready = todo.pop()
        if ready:
            order.append(n)
        elif id(n) not in done:
            done.add(id(n))
            todo.append((n, True))
            for p in n.parents:
                todo.append((p, False))
    return order
""",
    "Node": """
class Node:
    def __init__(self, data):
        self.data = np.array(data, dtype=float)
        self.parents = ()
        self.slopes = ()

    def __add__(self, other):
        out = Node(self.data + other.data)
        out.parents = (self, other)
        out.slopes = (1.0, 1.0)
        return out

    def __mul__(self, other):
        out = Node(self.data * other.data)
        out.parents = (self, other)
        out.slopes = (other.data, self.data)
        return out

    def backward(self):
        order = topological_order(self)
        for n in order:
            n.bar = np.zeros(n.data.shape)
        self.bar = np.ones(self.data.shape)
        for n in reversed(order):
            for p, slope in zip(n.parents, n.slopes):
                p.bar = p.bar + n.bar * slope
""",
    "unbroadcast": """
def unbroadcast(bar, shape):
    extra = bar.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(i + extra for i, n in enumerate(shape) if n == 1)
    return bar.sum(axis=axes).reshape(shape)
""",
    "matmul_bars": """
def matmul_bars(bar, A, B):
    A2 = A[None, :] if A.ndim == 1 else A
    B2 = B[:, None] if B.ndim == 1 else B
    bar2 = np.reshape(bar, (A2.shape[0], B2.shape[1]))
    A_bar = bar2 @ B2.T
    B_bar = A2.T @ bar2
    return A_bar.reshape(A.shape), B_bar.reshape(B.shape)
""",
    "Value": """
class Value:
    __array_priority__ = 1000
    __array_ufunc__ = None

    def __init__(self, data, parents=(), back=None):
        self.data = np.array(data, dtype=float)
        self.parents = tuple(parents)
        self._back = back
        self.bar = np.zeros(self.data.shape)

    @staticmethod
    def wrap(u):
        return u if isinstance(u, Value) else Value(u)

    def __add__(self, other):
        other = Value.wrap(other)
        out = Value(self.data + other.data, (self, other))

        def back():
            self.bar = self.bar + unbroadcast(out.bar, self.data.shape)
            other.bar = other.bar + unbroadcast(out.bar, other.data.shape)

        out._back = back
        return out

    def __mul__(self, other):
        other = Value.wrap(other)
        out = Value(self.data * other.data, (self, other))

        def back():
            self.bar = self.bar + unbroadcast(out.bar * other.data, self.data.shape)
            other.bar = other.bar + unbroadcast(out.bar * self.data, other.data.shape)

        out._back = back
        return out

    def __pow__(self, k):
        out = Value(self.data**k, (self,))

        def back():
            self.bar = self.bar + out.bar * (k * self.data ** (k - 1))

        out._back = back
        return out

    def __matmul__(self, other):
        other = Value.wrap(other)
        out = Value(self.data @ other.data, (self, other))

        def back():
            A_bar, B_bar = matmul_bars(out.bar, self.data, other.data)
            self.bar = self.bar + A_bar
            other.bar = other.bar + B_bar

        out._back = back
        return out

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rmatmul__(self, other):
        return Value(other) @ self

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -Value.wrap(other)

    def __rsub__(self, other):
        return Value(other) - self

    def __truediv__(self, other):
        return self * Value.wrap(other) ** -1

    def __rtruediv__(self, other):
        return Value(other) / self

    def sum(self, axis=None, keepdims=False):
        out = Value(self.data.sum(axis=axis, keepdims=keepdims), (self,))

        def back():
            bar = out.bar
            if axis is not None and not keepdims:
                bar = np.expand_dims(bar, axis)
            self.bar = self.bar + bar

        out._back = back
        return out

    def _curve(self, h, slope):
        out = Value(h, (self,))

        def back():
            self.bar = self.bar + out.bar * slope

        out._back = back
        return out

    def exp(self):
        h = np.exp(self.data)
        return self._curve(h, h)

    def log(self):
        return self._curve(np.log(self.data), 1 / self.data)

    def relu(self):
        return self._curve(np.maximum(self.data, 0.0), 1.0 * (self.data > 0))

    def tanh(self):
        h = np.tanh(self.data)
        return self._curve(h, 1 - h * h)

    def backward(self):
        order = topological_order(self)
        for n in order:
            n.bar = np.zeros(n.data.shape)
        self.bar = np.ones(self.data.shape)
        for n in order[::-1]:
            if n._back:
                n._back()
""",
    "compose": """
def softplus(value):
    top = np.maximum(value.data, 0.0)
    return ((value - top).exp() + np.exp(-top)).log() + top


def cross_entropy(logits, labels):
    rows = np.arange(len(labels))
    top = logits.data.max(axis=1, keepdims=True)
    shifted = logits - top
    total = shifted.exp().sum(axis=1)
    mask = np.zeros(logits.data.shape)
    mask[rows, labels] = 1.0
    return (total.log() - (shifted * mask).sum(axis=1)).sum() / len(labels)
""",
}

_SOFTPLUS = "((value - top).exp() + np.exp(-top)).log() + top"

SLIPS = {
    "topological_order": (
        ("        elif id(n) not in done:\n            done.add(id(n))\n", "        else:\n", "no check at all", "a node for every path"),
        ("            order.append(n)\n        elif", "            order.insert(0, n)\n        elif", "inserted in front", "wrong way round"),
        ("    return order", "    return set(order)", "a set", ""),
        ("            for p in n.parents:\n                todo.append((p, False))", "            if n.parents:\n                todo.append((n.parents[0], False))", "first parent only", ""),
        ("id(n) not in done:\n            done.add(id(n))", "n.data not in done:\n            done.add(n.data)", "by value", ""),
        ("            todo.append((n, True))\n", "            order.append(n)\n", "in the order in which they were met", ""),
    ),
    "Node": (
        ("        self.bar = np.ones(self.data.shape)", "        self.bar = np.zeros(self.data.shape)", "0 as seed", "all zeros"),
        ("        self.bar = np.ones(self.data.shape)", "        self.bar = 1.0", "1.0 as seed", "seeded with one number"),
        ("p.bar = p.bar + n.bar * slope", "p.bar = n.bar * slope", "overwritten", "assigned instead of added"),
        ("p.bar = p.bar + n.bar * slope", "p.bar = p.bar + slope", "bar forgotten", "every bar taken as 1"),
        ("p.bar = p.bar + n.bar * slope", "p.bar = p.bar * n.bar * slope", "multiplied", "all zeros"),
        ("out.slopes = (other.data, self.data)", "out.slopes = (1.0, 1.0)", "product like a sum", "product like a sum"),
        ("out.slopes = (other.data, self.data)", "out.slopes = (out.data, out.data)", "the result's value", "a.bar in a * b: the result as the slope"),
        ("        for n in order:\n            n.bar = np.zeros(n.data.shape)", "        for n in order:\n            n.bar = np.zeros(self.data.shape) if not hasattr(n, 'bar') else n.bar", "zero only once", "nothing starts from zero"),
        ("out.parents = (self, other)\n        out.slopes = (1.0, 1.0)", "out.parents = (self,)\n        out.slopes = (1.0,)", "one parent", "assigned instead of added"),
    ),
    "unbroadcast": (
        ("bar.sum(axis=axes).reshape(shape)", "bar.mean(axis=axes).reshape(shape)", "mean", "mean instead of sum"),
        ("bar.sum(axis=axes).reshape(shape)", "bar.reshape(shape)", "reshaped only", ""),
        ("bar.sum(axis=axes).reshape(shape)", "bar.sum(axis=axes)", "axes of length 1 lost", "axes of length 1 lost"),
        ("bar.sum(axis=axes).reshape(shape)", "bar.max(axis=axes).reshape(shape)", "max", ""),
        ("bar.sum(axis=axes).reshape(shape)", "np.ones(shape)", "ones", "all ones"),
        ("bar.sum(axis=axes).reshape(shape)", "np.resize(bar, shape)", "np.resize", "the first row of bar"),
        ("bar.sum(axis=axes).reshape(shape)", "np.broadcast_to(bar.sum(), shape)", "everything everywhere", "everything summed"),
    ),
    "matmul_bars": (
        ("A_bar = bar2 @ B2.T", "A_bar = B2 @ bar2.T", "transposed", "the right numbers in other places"),
        ("A_bar = bar2 @ B2.T", "A_bar = np.sum(bar2) * np.ones(A2.shape)", "summed", ""),
        ("B_bar = A2.T @ bar2", "B_bar = A2.T @ np.ones(bar2.shape)", "bar forgotten in B_bar", "bar taken as 1"),
        ("B_bar = A2.T @ bar2", "B_bar = (bar2.T @ A2)", "transposed", "the right numbers in other places"),
        ("B_bar = A2.T @ bar2", "B_bar = -A2.T @ bar2", "sign", "flipped the sign"),
        ("return A_bar.reshape(A.shape), B_bar.reshape(B.shape)", "return A_bar, B_bar", "shapes left alone", "an extra axis left on"),
        ("return A_bar.reshape(A.shape), B_bar.reshape(B.shape)", "return B_bar.reshape(B.shape), A_bar.reshape(A.shape)", "order", "swapped the two bars"),
        ("A_bar = bar2 @ B2.T", "A_bar = bar2 @ B2.T * A2", "A once more", "A once too often"),
    ),
    "Value": (
        ("other.bar = other.bar + unbroadcast(out.bar, other.data.shape)", "other.bar = other.bar - unbroadcast(out.bar, other.data.shape)", "minus in add", "b.bar in a + b: -1 as the slope"),
        ("            self.bar = self.bar + unbroadcast(out.bar, self.data.shape)\n", "            self.bar = unbroadcast(out.bar, self.data.shape)\n", "overwritten in add", "assigned instead of added"),
        ("unbroadcast(out.bar * other.data, self.data.shape)", "unbroadcast(other.data, self.data.shape)", "bar forgotten in mul", "minus a.bar in a - b in its place"),
        ("unbroadcast(out.bar * other.data, self.data.shape)", "out.bar * other.data", "not summed in mul", "the shape of the result"),
        ("unbroadcast(out.bar * self.data, other.data.shape)", "unbroadcast(out.bar * out.data, other.data.shape)", "the result in mul", "b.bar in a * b: the result as the slope"),
        ("out.bar * (k * self.data ** (k - 1))", "out.bar * (k * self.data)", "exponent forgotten", "b.bar in a / b: minus own times partner as the slope"),
        ("out.bar * (k * self.data ** (k - 1))", "out.bar * ((k - 1) * self.data ** (k - 1))", "k - 1 in front", "twice as large"),
        ("out.bar * (k * self.data ** (k - 1))", "k * self.data ** (k - 1)", "bar forgotten in pow", "b.bar in a / b: minus 1 over its own square as the slope"),
        ("out.bar * (k * self.data ** (k - 1))", "out.bar * (k * out.data ** (k - 1))", "output in pow", ""),
        ("            self.bar = self.bar + A_bar\n            other.bar = other.bar + B_bar\n", "            self.bar, other.bar = self.bar + A_bar, other.bar + B_bar\n", "both at once in matmul: a @ a loses one", "assigned instead of added"),
        ("A_bar, B_bar = matmul_bars(", "B_bar, A_bar = matmul_bars(", "swapped in matmul", ""),
        ("return Value(other) @ self", "return self @ Value(other)", "rmatmul turned", ""),
        ("return self * -1", "return self * 1", "neg without minus", "b with the other sign"),
        ("return self + -Value.wrap(other)", "return self + Value.wrap(other)", "sub adds", "b with the other sign"),
        ("return self + -Value.wrap(other)", "return -self + Value.wrap(other)", "sub the other way round", "a - b the wrong way round"),
        ("return Value(other) - self", "return -(Value(other) - self)", "rsub turned", "swapped c - a"),
        ("return self * Value.wrap(other) ** -1", "return self * Value.wrap(other)", "div multiplies", "a / b is computed as a * b"),
        ("return self * Value.wrap(other) ** -1", "return Value.wrap(other) * self ** -1", "div upside down", "a / b is computed as b / a"),
        ("return self * Value.wrap(other) ** -1", "return self * Value.wrap(other) ** -2", "squared in div", "a / b is computed as a / b²"),
        ("                bar = np.expand_dims(bar, axis)\n", "                pass\n", "axis not given back in sum", "spread along the wrong axis"),
        ("            self.bar = self.bar + bar\n", "            self.bar = self.bar + bar / self.data.size\n", "mean in sum", "a share of the bar"),
        ("            self.bar = self.bar + bar\n", "            self.bar = self.bar + bar * self.data\n", "data in sum", "the data in a sum"),
        ("            self.bar = self.bar + bar\n", "            self.bar = self.bar + np.ones(self.data.shape)\n", "bar forgotten in sum", "bar not used by sum"),
        ("return self._curve(h, h)", "return self._curve(h, self.data)", "exp: input for output", "exp with its input"),
        ("return self._curve(h, h)", "return self._curve(h, np.ones(h.shape))", "exp: slope 1", "exp without its value"),
        ("return self._curve(h, h)", "return self._curve(h, self.data * np.exp(self.data - 1))", "exp like a power", "a.exp() with the rule for powers as its slope"),
        ("np.log(self.data), 1 / self.data", "np.log(self.data), 1 / np.exp(self.data)", "log: exp below", "a.log() with 1 over exp as its slope"),
        ("np.log(self.data), 1 / self.data", "np.log(self.data), -1 / self.data ** 2", "log: derived twice", "a.log() with the slope of 1/a as its slope"),
        ("np.log(self.data), 1 / self.data", "np.log1p(self.data), 1 / self.data", "log1p", "a.log() computes np.log1p"),
        ("1.0 * (self.data > 0)", "self.data * (self.data > 0)", "relu: value for slope", "relu with its value"),
        ("1.0 * (self.data > 0)", "1.0 * (self.data < 0)", "relu: gate turned round", "a with the other sign"),
        ("np.maximum(self.data, 0.0)", "np.abs(self.data)", "relu: absolute value", "a.relu() computes the absolute value"),
        ("self._curve(h, 1 - h * h)", "self._curve(h, h)", "tanh: value for slope", "a.tanh() with what came out as its slope"),
        ("self._curve(h, 1 - h * h)", "self._curve(h, 1 + h * h)", "tanh: plus", "a.tanh() with 1 plus the square as its slope"),
        ("self._curve(h, 1 - h * h)", "self._curve(h, h * (1 - h))", "tanh: sigmoid's slope", "a.tanh() with h (1 - h) as its slope"),
        ("        self.bar = np.ones(self.data.shape)\n        for n", "        for n", "no seed", "all zeros"),
        ("        for n in order[::-1]:", "        for n in order:", "walked forwards", "w taken as 0"),
        ("            n.bar = np.zeros(n.data.shape)\n", "            pass\n", "never set to 0", "nothing starts from zero"),
        ("            self.bar = self.bar + out.bar * slope", "            self.bar = out.bar * slope", "overwritten in the curves", "assigned instead of added"),
        ("            self.bar = self.bar + out.bar * slope", "            self.bar = self.bar + slope", "bar forgotten in the curves", "bar not used"),
        ("    __array_priority__ = 1000\n    __array_ufunc__ = None\n", "", "array on the left takes over", ""),
        ("        self.parents = tuple(parents)", "        self.parents = set(parents)", "parents as a set", ""),
    ),
    "compose": (
        (_SOFTPLUS, "(value.exp() + 1).log() - 1", "one too few", "one too few"),
        (_SOFTPLUS, "(value - top).exp().log() + top", "1 forgotten", "the 1 is missing"),
        (_SOFTPLUS, "((value - top).exp() + 1).log() + top", "shift forgotten in the 1", "the 1 is not scaled along"),
        (_SOFTPLUS, "((value - top).exp() + np.exp(-top)).log()", "top not added again", "not put back"),
        ("(total.log() - (shifted * mask).sum(axis=1)).sum() / len(labels)", "(total.log() + (shifted * mask).sum(axis=1)).sum() / len(labels)", "plus", "plus for minus, shifted"),
        ("(total.log() - (shifted * mask).sum(axis=1)).sum() / len(labels)", "(total.log() - (shifted * mask).sum(axis=1)).sum()", "mean forgotten", "sum instead of mean"),
        ("(shifted * mask)", "(logits * mask)", "shift forgotten in one place", "shifted one side only"),
        ("    mask[rows, labels] = 1.0\n", "    mask[rows, logits.data.argmax(axis=1)] = 1.0\n", "prediction for label", "forgot the label"),
        ("    mask[rows, labels] = 1.0\n", "    mask[:, labels] = 1.0\n", "every row at every label", "every label for every row"),
        ("total.log()", "total", "log forgotten", "without the logarithm"),
    ),
}  # fmt: skip
