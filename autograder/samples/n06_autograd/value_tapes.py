"""Right classes `Value` as the notebook suggests them: from the skeleton, and on top of `Node`."""

# The skeleton, filled in: each step hands back a function from its bar to the bars of its parents.
TAPE = """
def as_value(u):
    return u if isinstance(u, Value) else Value(u)


def summed_to(bar, shape):
    bar = bar.sum(axis=tuple(range(bar.ndim - len(shape))))
    ones = tuple(i for i, n in enumerate(shape) if n == 1)
    return bar.sum(axis=ones, keepdims=True)


class Value:
    __array_ufunc__ = None

    def __init__(self, data, parents=(), back=None):
        self.data = np.array(data, dtype=float)
        self.bar = np.zeros_like(self.data)
        self.parents = parents
        self.back = back

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), lambda bar: (bar, bar))

    def __neg__(self):
        return Value(-self.data, (self,), lambda bar: (-bar,))

    def __sub__(self, other):
        other = as_value(other)
        return Value(self.data - other.data, (self, other), lambda bar: (bar, -bar))

    def __rsub__(self, other):
        return as_value(other) - self

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, (self, other), lambda bar: (bar * other.data, bar * self.data))

    def __truediv__(self, other):
        other = as_value(other)

        def back(bar):
            return bar / other.data, -bar * self.data / other.data**2

        return Value(self.data / other.data, (self, other), back)

    def __rtruediv__(self, other):
        return as_value(other) / self

    def __pow__(self, k):
        return Value(self.data**k, (self,), lambda bar: (bar * k * self.data ** (k - 1),))

    def __matmul__(self, other):
        other = as_value(other)

        def back(bar):
            A = self.data if self.data.ndim == 2 else self.data[None, :]
            B = other.data if other.data.ndim == 2 else other.data[:, None]
            G = np.reshape(bar, (A.shape[0], B.shape[1]))
            return (G @ B.T).reshape(self.data.shape), (A.T @ G).reshape(other.data.shape)

        return Value(self.data @ other.data, (self, other), back)

    def __rmatmul__(self, other):
        return as_value(other) @ self

    def sum(self, axis=None, keepdims=False):
        def back(bar):
            if axis is not None and not keepdims:
                bar = np.expand_dims(bar, axis)
            return (bar * np.ones(self.data.shape),)

        return Value(self.data.sum(axis=axis, keepdims=keepdims), (self,), back)

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

    def backward(self):
        order = topological_order(self)
        for node in order:
            node.bar = np.zeros_like(node.data)
        self.bar = np.ones_like(self.data)
        for node in reversed(order):
            bars = node.back(node.bar) if node.back else ()
            for parent, bar in zip(node.parents, bars):
                parent.bar = parent.bar + summed_to(bar, parent.data.shape)

    __radd__ = __add__
    __rmul__ = __mul__
"""

# On top of Node, unbroadcast and matmul_bars, as the notebook leads to it.
ON_NODE = """
def as_value(u):
    return u if isinstance(u, Value) else Value(u)


class Value(Node):
    __array_ufunc__ = None

    def receive(self, bar):
        super().receive(unbroadcast(bar, self.data.shape))

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), lambda bar: (bar, bar))

    def __neg__(self):
        return Value(-self.data, (self,), lambda bar: (-bar,))

    def __sub__(self, other):
        other = as_value(other)
        return Value(self.data - other.data, (self, other), lambda bar: (bar, -bar))

    def __rsub__(self, other):
        return as_value(other) - self

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, (self, other), lambda bar: (bar * other.data, bar * self.data))

    def __truediv__(self, other):
        other = as_value(other)

        def back(bar):
            return bar / other.data, -bar * self.data / other.data**2

        return Value(self.data / other.data, (self, other), back)

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
        def back(bar):
            if axis is not None and not keepdims:
                bar = np.expand_dims(bar, axis)
            return (bar * np.ones(self.data.shape),)

        return Value(self.data.sum(axis=axis, keepdims=keepdims), (self,), back)

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

    __radd__ = __add__
    __rmul__ = __mul__
"""
