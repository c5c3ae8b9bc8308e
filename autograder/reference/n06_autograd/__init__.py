"""References for notebook 06: the tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def topological_order(node: Any) -> list:
    """Every node that `node` was made from, parents first, `node` last."""
    order, seen, todo = [], set(), [(node, False)]
    while todo:
        node, parents_done = todo.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            todo.append((node, True))
            todo.extend((parent, False) for parent in node.parents)
    return order


class Node:
    """An array, its bar, the Nodes it was made from, and the way back to them.

    Parameters
    ----------
    data : array_like
        A number or an array; float64, copied.
    parents : tuple
        The Nodes it was made from.
    back : callable or None
        Its bar -> the bars of its parents, one each.
    """

    def __init__(
        self,
        data: ArrayLike,
        parents: tuple[Any, ...] = (),
        back: Callable[[np.ndarray], tuple[np.ndarray, ...]] | None = None,
    ) -> None:
        self.data = np.array(data, dtype=float)
        self.bar = np.zeros_like(self.data)
        self.parents = parents
        self.back = back

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.data})"

    def receive(self, bar: np.ndarray) -> None:
        """Add one more contribution to those that have arrived."""
        self.bar = self.bar + bar

    def __add__(self, other: Any) -> Any:
        return Node(self.data + other.data, (self, other), lambda bar: (bar, bar))

    def __mul__(self, other: Any) -> Any:
        return Node(self.data * other.data, (self, other), lambda bar: (bar * other.data, bar * self.data))

    def backward(self) -> None:
        """Fill `.bar` of every node this one was made from, starting with ones here and zeros elsewhere."""
        order = topological_order(self)
        for node in order:
            node.bar = np.zeros_like(node.data)
        self.bar = np.ones_like(self.data)
        for node in reversed(order):
            for parent, bar in zip(node.parents, node.back(node.bar) if node.parents else (), strict=True):
                parent.receive(bar)


def unbroadcast(bar: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a bar in the shape of the result to the shape of an operand; a new array."""
    bar = np.asarray(bar, dtype=float)
    bar = bar.sum(axis=tuple(range(bar.ndim - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape) if n == 1)
    return np.array(bar.sum(axis=stretched, keepdims=True))


def matmul_bars(bar: ArrayLike, A: np.ndarray, B: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return A_bar and B_bar for A @ B, each 1-d or 2-d."""
    rows = np.atleast_2d(A)
    columns = B if B.ndim == 2 else B[:, None]
    bar = np.reshape(bar, (len(rows), columns.shape[1]))
    return (bar @ columns.T).reshape(A.shape), (rows.T @ bar).reshape(B.shape)


def as_value(u: Any) -> Value:
    """U itself when it is a Value, else a Value that holds it."""
    return u if isinstance(u, Value) else Value(u)


class Value(Node):
    """A Node whose operands may be broadcast, with numbers and arrays on either side of an operator."""

    __array_ufunc__ = None  # array + Value: NumPy steps aside and asks the Value

    def receive(self, bar: np.ndarray) -> None:
        """Add one more contribution; what broadcasting stretched on the way forward is summed."""
        super().receive(unbroadcast(bar, self.data.shape))

    def __add__(self, other: Any) -> Value:
        other = as_value(other)
        return Value(self.data + other.data, (self, other), lambda bar: (bar, bar))

    __radd__ = __add__

    def __neg__(self) -> Value:
        return Value(-self.data, (self,), lambda bar: (-bar,))

    def __sub__(self, other: Any) -> Value:
        other = as_value(other)
        return Value(self.data - other.data, (self, other), lambda bar: (bar, -bar))

    def __rsub__(self, other: Any) -> Value:
        return as_value(other) - self

    def __mul__(self, other: Any) -> Value:
        other = as_value(other)
        return Value(self.data * other.data, (self, other), lambda bar: (bar * other.data, bar * self.data))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Value:
        other = as_value(other)
        ratio = self.data / other.data
        return Value(ratio, (self, other), lambda bar: (bar / other.data, -bar * ratio / other.data))

    def __rtruediv__(self, other: Any) -> Value:
        return as_value(other) / self

    def __pow__(self, k: float) -> Value:
        slope = k * self.data ** (k - 1) if k else np.zeros_like(self.data)
        return Value(self.data**k, (self,), lambda bar: (bar * slope,))

    def __matmul__(self, other: Any) -> Value:
        other = as_value(other)
        return Value(self.data @ other.data, (self, other), lambda bar: matmul_bars(bar, self.data, other.data))

    def __rmatmul__(self, other: Any) -> Value:
        return as_value(other) @ self

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Value:
        """Sum over one axis, several, or all."""

        def back(bar: np.ndarray) -> tuple[np.ndarray]:
            if axis is not None and not keepdims:
                bar = np.expand_dims(bar, axis)
            return (np.broadcast_to(bar, self.data.shape),)

        return Value(self.data.sum(axis=axis, keepdims=keepdims), (self,), back)

    def exp(self) -> Value:
        """E to each entry."""
        h = np.exp(self.data)
        return Value(h, (self,), lambda bar: (bar * h,))

    def log(self) -> Value:
        """Return the natural logarithm of each entry."""
        return Value(np.log(self.data), (self,), lambda bar: (bar / self.data,))

    def relu(self) -> Value:
        """max(z, 0) of each entry z; the slope at 0 is 0."""
        return Value(np.maximum(self.data, 0), (self,), lambda bar: (bar * (self.data > 0),))

    def tanh(self) -> Value:
        """Return the hyperbolic tangent of each entry."""
        h = np.tanh(self.data)
        return Value(h, (self,), lambda bar: (bar * (1 - h**2),))


def softplus(value: Value) -> Value:
    """log(1 + exp(value)), entry by entry, for numbers of any size."""
    top = np.maximum(value.data, 0)
    return ((value - top).exp() + np.exp(-top)).log() + top


def cross_entropy(logits: Value, labels: ArrayLike) -> Value:
    """Return the mean over the rows of -log soft-max at the label; logits (n, k), n > 0, labels (n,) in 0..k-1."""
    (n, k), labels = logits.data.shape, np.asarray(labels)
    if n == 0 or labels.shape != (n,) or labels.min() < 0 or labels.max() >= k:
        raise ValueError(f"labels must be whole numbers from 0 to {k - 1}, one for each row, and one row or more.")
    shifted = logits - logits.data.max(axis=1, keepdims=True)
    at_label = (shifted * np.eye(k)[labels]).sum()
    return (shifted.exp().sum(axis=1).log().sum() - at_label) / n
