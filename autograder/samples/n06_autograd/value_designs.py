"""Right classes `Value` designed otherwise than the notebook suggests: closures, and a class for each step."""

# Closures that add to the bars themselves, as in micrograd.
CLOSURES = """
class Value:
    __array_priority__ = 1000
    __array_ufunc__ = None

    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=np.float64).copy()
        self.bar = np.zeros(self.data.shape)
        self.parents = tuple(parents)
        self._push = lambda: None

    def _receive(self, bar):
        while np.ndim(bar) > self.data.ndim:
            bar = bar.sum(axis=0)
        for axis, length in enumerate(self.data.shape):
            if length == 1:
                bar = bar.sum(axis=axis, keepdims=True)
        self.bar = self.bar + bar

    def _two(self, other, data, left, right):
        out = Value(data, (self, other))

        def push():
            self._receive(left(out.bar, out.data))
            other._receive(right(out.bar, out.data))

        out._push = push
        return out

    def _one(self, data, slope):
        out = Value(data, (self,))

        def push():
            self._receive(out.bar * slope(self.data, out.data))

        out._push = push
        return out

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self._two(other, self.data + other.data, lambda g, _: g, lambda g, _: g)

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self._two(other, self.data * other.data, lambda g, _: g * other.data, lambda g, _: g * self.data)

    def __pow__(self, k):
        return self._one(self.data**k, lambda x, _: k * x ** (k - 1))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __matmul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        a, b = self.data, other.data
        left = {
            (2, 2): lambda g, _: g @ b.T,
            (2, 1): lambda g, _: np.outer(g, b),
            (1, 2): lambda g, _: b @ g,
            (1, 1): lambda g, _: g * b,
        }
        right = {
            (2, 2): lambda g, _: a.T @ g,
            (2, 1): lambda g, _: a.T @ g,
            (1, 2): lambda g, _: np.outer(a, g),
            (1, 1): lambda g, _: g * a,
        }
        return self._two(other, a @ b, left[a.ndim, b.ndim], right[a.ndim, b.ndim])

    def __rmatmul__(self, other):
        return Value(other) @ self

    def sum(self, axis=None, keepdims=False):
        out = Value(self.data.sum(axis=axis, keepdims=keepdims), (self,))
        kept = self.data.sum(axis=axis, keepdims=True).shape

        def push():
            self.bar = self.bar + np.broadcast_to(np.reshape(out.bar, kept), self.data.shape)

        out._push = push
        return out

    def exp(self):
        return self._one(np.exp(self.data), lambda x, h: h)

    def log(self):
        return self._one(np.log(self.data), lambda x, h: 1 / x)

    def relu(self):
        return self._one(self.data * (self.data > 0), lambda x, h: h > 0)

    def tanh(self):
        return self._one(np.tanh(self.data), lambda x, h: 1 - h * h)

    def backward(self):
        order = topological_order(self)
        for node in order:
            node.bar = np.zeros(node.data.shape)
        self.bar = np.ones(self.data.shape)
        while order:
            order.pop()._push()
"""

# One class for each step, with a forward and a backward; the node keeps the step and its inputs.
STEPS = """
def shrink(bar, like):
    bar = np.asarray(bar)
    shape = (1,) * (bar.ndim - like.ndim) + like.shape
    axes = tuple(i for i in range(bar.ndim) if shape[i] == 1 and bar.shape[i] != 1)
    return bar.sum(axis=axes, keepdims=True).reshape(like.shape)


class Step:
    def __init__(self, *names, **settings):
        self.settings = settings


class Add(Step):
    def forward(self, a, b):
        return a + b

    def backward(self, g, h, a, b):
        return g, g


class Mul(Step):
    def forward(self, a, b):
        return a * b

    def backward(self, g, h, a, b):
        return g * b, g * a


class Div(Step):
    def forward(self, a, b):
        return a / b

    def backward(self, g, h, a, b):
        return g / b, -g * h / b


class Pow(Step):
    def forward(self, a):
        return a ** self.settings["k"]

    def backward(self, g, h, a):
        k = self.settings["k"]
        return (g * k * np.power(a, k - 1.0),)


class Matmul(Step):
    def forward(self, a, b):
        return np.dot(a, b)

    def backward(self, g, h, a, b):
        g = np.asarray(g)
        if a.ndim == b.ndim == 1:
            return g * b, g * a
        if b.ndim == 1:
            return np.einsum("i,j->ij", g, b), np.einsum("ij,i->j", a, g)
        if a.ndim == 1:
            return np.einsum("ij,j->i", b, g), np.einsum("i,j->ij", a, g)
        return np.einsum("ik,jk->ij", g, b), np.einsum("ij,ik->jk", a, g)


class Sum(Step):
    def forward(self, a):
        return np.sum(a, **self.settings)

    def backward(self, g, h, a):
        axis, keepdims = self.settings["axis"], self.settings["keepdims"]
        if axis is None or keepdims:
            return (g + np.zeros(a.shape),)
        axes = axis if isinstance(axis, tuple) else (axis,)
        for i in sorted(i % a.ndim for i in axes):
            g = np.expand_dims(g, i)
        return (g + np.zeros(a.shape),)


class Pointwise(Step):
    def forward(self, a):
        return self.settings["f"](a)

    def backward(self, g, h, a):
        return (g * self.settings["slope"](a, h),)


class Value:
    __array_ufunc__ = None

    def __init__(self, data):
        self.data = np.array(data, dtype=float)
        self.bar = None
        self.step, self.parents = None, ()

    @staticmethod
    def made(step, *inputs):
        inputs = tuple(u if isinstance(u, Value) else Value(u) for u in inputs)
        out = Value(step.forward(*(u.data for u in inputs)))
        out.step, out.parents = step, inputs
        return out

    def __add__(self, other): return Value.made(Add(), self, other)
    def __radd__(self, other): return Value.made(Add(), other, self)
    def __mul__(self, other): return Value.made(Mul(), self, other)
    def __rmul__(self, other): return Value.made(Mul(), other, self)
    def __neg__(self): return self * -1.0
    def __sub__(self, other): return self + Value.made(Mul(), other, -1.0)
    def __rsub__(self, other): return -self + other
    def __truediv__(self, other): return Value.made(Div(), self, other)
    def __rtruediv__(self, other): return Value.made(Div(), other, self)
    def __pow__(self, k): return Value.made(Pow(k=k), self)
    def __matmul__(self, other): return Value.made(Matmul(), self, other)
    def __rmatmul__(self, other): return Value.made(Matmul(), other, self)
    def sum(self, axis=None, keepdims=False): return Value.made(Sum(axis=axis, keepdims=keepdims), self)
    def exp(self): return Value.made(Pointwise(f=np.exp, slope=lambda a, h: h), self)
    def log(self): return Value.made(Pointwise(f=np.log, slope=lambda a, h: 1 / a), self)
    def tanh(self): return Value.made(Pointwise(f=np.tanh, slope=lambda a, h: 1 / np.cosh(a) ** 2), self)
    def relu(self): return Value.made(Pointwise(f=lambda a: np.where(a > 0, a, 0.0), slope=lambda a, h: np.heaviside(a, 0.0)), self)

    def backward(self):
        bars = {id(self): np.ones(self.data.shape)}
        for node in topological_order(self)[::-1]:
            node.bar = bars.pop(id(node))
            if node.step is None:
                continue
            given = node.step.backward(node.bar, node.data, *(p.data for p in node.parents))
            for parent, bar in zip(node.parents, given):
                bar = shrink(bar, parent.data)
                bars[id(parent)] = bars[id(parent)] + bar if id(parent) in bars else bar
"""
