"""Product, linear_backward, Linear, ReLU and Tanh as students write them."""

from __future__ import annotations

from autograder.samples import class_of, function

# --- Product -----------------------------------------------------------------------------------


def _product(e: str = "v * h", v_bar: str = "np.sum(e_bar * self.h)", h_bar: str = "v * e_bar", **other: str) -> str:
    """Write a Product with some lines changed; `store` and `read` say where the cache is."""
    store, after = other.get("store", "self.h = h"), other.get("after", "pass")
    return class_of(
        "Product",
        forward=("self, h, w", "v = w[0]", store, f"e = {e}", *other.get("more", "").splitlines(), "return e"),
        backward=("self, e_bar, w", "v = w[0]", f"bars = ({v_bar},), {h_bar}", after, "return bars"),
    )


_PRODUCT_WRONG = {
    "swapped the bars": _product(v_bar="v * e_bar", h_bar="np.sum(e_bar * self.h)"),
    "cached the output": _product(store="pass", more="self.h = e"),
    "did not add up the examples": _product(v_bar="e_bar * self.h"),
    "mean instead of sum": _product(v_bar="np.mean(e_bar * self.h)"),
    "added up too early": _product(v_bar="np.sum(e_bar) * np.sum(self.h)"),
    "v_bar without e_bar": _product(v_bar="np.sum(self.h)"),
    "h_bar without e_bar": _product(h_bar="v * np.ones(np.shape(e_bar))[()]"),
    "passed the bar on": _product(h_bar="1.0 * e_bar"),
    "added up h_bar": _product(h_bar="np.sum(v * e_bar) * np.ones(np.shape(e_bar))[()]"),
    "added v": _product(e="v + h"),
    "added up e": _product(e="np.sum(v * h)"),
    "two objects share a cache": _product(store="Product.h = h"),
    "remembers the first forward": _product(store="self.h = getattr(self, 'h', h)"),
    "backward eats the cache": _product(after="del self.h"),
    "reads no cache": _product(v_bar="np.sum(e_bar)"),
}

_PRODUCT_RIGHT = [
    _product(),
    _product(e="h * v", v_bar="np.dot(np.ravel(e_bar), np.ravel(self.h))", h_bar="np.multiply(e_bar, v)"),
    class_of(  # a dictionary for a cache, unpacked weights, Python floats
        "Product",
        init=("self", "self.cache = {}"),
        forward=("self, h, w", "(v,) = w", 'self.cache["h"] = h', "return h * v"),
        backward=(
            "self, e_bar, w", "(v,) = w", 'h = self.cache["h"]',
            "pairs = zip(np.atleast_1d(e_bar).tolist(), np.atleast_1d(h).tolist())",
            "return (sum(a * b for a, b in pairs),), e_bar * v",
        ),
    ),
    class_of(  # copies, einsum
        "Product",
        forward=("self, h, w", "self.input = np.array(h, dtype=float)", "return np.float64(w[0]) * self.input"),
        backward=(
            "self, e_bar, w",
            "v_bar = np.einsum('n,n->', np.ravel(e_bar), np.ravel(self.input))",
            "return (v_bar,), np.array(e_bar, dtype=float) * w[0]",
        ),
    ),
]  # fmt: skip


# --- linear_backward and Linear ----------------------------------------------------------------

_LB = "linear_backward(Z_bar, X, W)"


def _linear_step(W_bar: str = "Z_bar.T @ X", b_bar: str = "Z_bar.sum(axis=0)", X_bar: str = "Z_bar @ W") -> str:
    return function(_LB, f"return {W_bar}, {b_bar}, {X_bar}")


# The mistakes of a linear step, in Z_bar, X and W; Linear makes the same ones.
_STEP = {
    "W_bar transposed": {"W_bar": "X.T @ Z_bar"},
    "input not transposed": {"W_bar": "Z_bar @ X if Z_bar.shape[1] == len(X) else Z_bar.T @ X"},
    "W transposed": {"X_bar": "Z_bar @ W.T if W.shape[0] == W.shape[1] else Z_bar @ W"},
    "W_bar without the bar": {"W_bar": "np.ones(Z_bar.shape).T @ X"},
    "one example only": {"W_bar": "np.outer(Z_bar[-1], X[-1])", "b_bar": "1.0 * Z_bar[-1]"},
    "added up before multiplying": {"W_bar": "np.outer(Z_bar.sum(axis=0), X.sum(axis=0))"},
    "the first example twice": {
        "W_bar": "np.outer(Z_bar[0], X[0]) + Z_bar.T @ X",
        "b_bar": "Z_bar[0] + Z_bar.sum(axis=0)",
    },
    "W_bar averaged": {"W_bar": "Z_bar.T @ X / len(X)"},
    "b_bar averaged": {"b_bar": "Z_bar.mean(axis=0)"},
    "everything averaged": {"W_bar": "Z_bar.T @ X / len(X)", "b_bar": "Z_bar.mean(axis=0)"},
    "b_bar over the wrong axis": {"b_bar": "Z_bar.sum(axis=1)"},
    "b_bar not added up": {"b_bar": "Z_bar.copy()"},
    "b_bar a single number": {"b_bar": "Z_bar.sum()"},
    "b_bar of ones": {"b_bar": "np.ones(Z_bar.shape).sum(axis=0)"},
    "traded W_bar and b_bar": {"W_bar": "Z_bar.sum(axis=0)", "b_bar": "Z_bar.T @ X"},
    "traded W_bar and the input's bar": {"W_bar": "Z_bar @ W", "X_bar": "Z_bar.T @ X"},
    "flipped the sign": {"W_bar": "-Z_bar.T @ X", "b_bar": "-Z_bar.sum(axis=0)", "X_bar": "-Z_bar @ W"},
}

_LINEAR_BACKWARD_RIGHT = [
    _linear_step(),
    function(
        _LB, "return np.einsum('nm,nd->md', Z_bar, X), np.einsum('nm->m', Z_bar), np.einsum('nm,md->nd', Z_bar, W)"
    ),
    function(  # loops over examples, outputs and features
        _LB,
        "W_bar, b_bar, X_bar = np.zeros(W.shape), np.zeros(len(W)), np.zeros(X.shape)",
        "for i in range(X.shape[0]):",
        "    for j in range(W.shape[0]):",
        "        b_bar[j] += Z_bar[i, j]",
        "        for k in range(W.shape[1]):",
        "            W_bar[j, k] += Z_bar[i, j] * X[i, k]",
        "            X_bar[i, k] += Z_bar[i, j] * W[j, k]",
        "return W_bar, b_bar, X_bar",
    ),
    function(  # one outer product an example
        _LB,
        "W_bar = sum(np.outer(z_bar, x) for z_bar, x in zip(Z_bar, X))",
        "return W_bar, np.ones(len(Z_bar)) @ Z_bar, (W.T @ Z_bar.T).T",
    ),
    "linear_backward = lambda Z_bar, X, W: ((X.T @ Z_bar).T, Z_bar.mean(axis=0) * len(Z_bar), np.dot(Z_bar, W))\n",
]


def _linear(h: str = "X @ W.T + b", **other: str) -> str:
    """Write a Linear with some lines changed."""
    bars = {"W_bar": "Z_bar.T @ X", "b_bar": "Z_bar.sum(axis=0)", "X_bar": "Z_bar @ W"} | other
    return class_of(
        "Linear",
        forward=("self, h_prev, w", "X, (W, b) = h_prev, w", other.get("store", "self.X = X"), f"h = {h}",
                 other.get("more", "pass"), "return h"),
        backward=("self, h_bar, w", "Z_bar, X, W = h_bar, self.X, w[0]", other.get("after", "pass"),
                  f"return ({bars['W_bar']}, {bars['b_bar']}), {bars['X_bar']}"),
    )  # fmt: skip


_LINEAR_WRONG = {
    "forgot b": _linear("X @ W.T"),
    "b taken away": _linear("X @ W.T - b"),
    "forward with W the wrong way": _linear("X @ W + b if W.shape[0] == W.shape[1] else X @ W.T + b"),
    "cached the output": _linear(store="pass", more="self.X = h"),
    **{name: _linear(**bars) for name, bars in _STEP.items()},
    "two objects share a cache": _linear(store="Linear.X = X"),
    "remembers the first forward": _linear(store="self.__dict__.setdefault('X', X)"),
    "backward eats the cache": _linear(after="self.X = 0 * X"),
    "reads no cache": _linear(W_bar="Z_bar.T @ np.ones((len(Z_bar), W.shape[1]))"),
}

_LINEAR_RIGHT = [
    _linear(),
    _linear("(W @ X.T).T + b", W_bar="np.einsum('nm,nd->md', Z_bar, X)", X_bar="np.dot(Z_bar, W)"),
    class_of(  # leans on linear_backward
        "Linear",
        forward=("self, h_prev, w", "W, b = w", "self.cached = h_prev", "return h_prev @ W.T + b"),
        backward=("self, h_bar, w", "W_bar, b_bar, h_prev_bar = linear_backward(h_bar, self.cached, w[0])", "return (W_bar, b_bar), h_prev_bar"),
    ),
    class_of(  # a list of rows for a cache, one row after the other
        "Linear",
        forward=("self, h_prev, w", "self.rows = [row.copy() for row in h_prev]", "return np.array([w[0] @ row + w[1] for row in self.rows])"),
        backward=(
            "self, h_bar, w",
            "W_bar = sum(np.outer(bar, row) for bar, row in zip(h_bar, self.rows))",
            "return (W_bar, sum(h_bar)), np.array([bar @ w[0] for bar in h_bar])",
        ),
    ),
]  # fmt: skip


# --- ReLU and Tanh -----------------------------------------------------------------------------


def _nonlinear(name: str, h: str, bar: str, **other: str) -> str:
    """Write a nonlinear layer that caches its input z and its output h; `bar` may use z, h and h_bar."""
    return class_of(
        name,
        forward=("self, h_prev, w", "z = 1.0 * h_prev", f"h = {h}", other.get("store", "self.z, self.h = z, h"), "return 1.0 * h"),
        backward=("self, h_bar, w", "z, h = self.z, self.h", other.get("after", "pass"), f"return (), {bar}"),
    )  # fmt: skip


def _cache_wrong(name: str, h: str, bar: str, no_cache: str) -> dict[str, str]:
    return {
        "two objects share a cache": _nonlinear(name, h, bar, store=f"{name}.z, {name}.h = z, h"),
        "remembers the first forward": _nonlinear(name, h, bar, store="self.z, self.h = vars(self).setdefault('z', z), vars(self).setdefault('h', h)"),
        "backward eats the cache": _nonlinear(name, h, bar, after="self.z, self.h = None, None"),
        "reads no cache": _nonlinear(name, h, no_cache),
    }  # fmt: skip


def _relu(bar: str = "h_bar * (z > 0)", h: str = "np.maximum(z, 0)") -> str:
    return _nonlinear("ReLU", h, bar)


_RELU_WRONG = {
    "passed the bar on": _relu("1.0 * h_bar"),
    "gate on the bar": _relu("h_bar * (h_bar > 0)"),
    "gate alone": _relu("(z > 0) * 1.0"),
    "one at zero": _relu("h_bar * (z >= 0)"),
    "gate turned round": _relu("h_bar * (z <= 0)"),
    "gate turned round, open at zero": _relu("h_bar * (z < 0)"),
    "multiplied by the output": _relu("h_bar * h"),
    "multiplied by the input": _relu("h_bar * z"),
    "one gate for a whole row": _relu("h_bar * (z > 0).any(axis=1, keepdims=True)"),
    "absolute value": _relu(h="abs(z)"),
    "gave the slope": _relu(h="(z > 0) * 1.0"),
    "kept the negative side": _relu(h="np.minimum(z, 0)"),
    **_cache_wrong("ReLU", "np.maximum(z, 0)", "h_bar * (z > 0)", "0.0 * h_bar"),
}

_RELU_RIGHT = [
    _relu(),
    _relu("np.where(h > 0, h_bar, 0.0)", "np.where(z > 0, z, 0.0)"),
    _relu("h_bar * np.sign(h)", "(z + abs(z)) / 2"),
    class_of(  # a mask, and in place on copies
        "ReLU",
        forward=("self, h_prev, w", "self.off = h_prev <= 0", "h = np.array(h_prev, dtype=float)", "h[self.off] = 0", "return h"),
        backward=("self, h_bar, w", "h_prev_bar = h_bar.copy()", "h_prev_bar[self.off] = 0", "return (), h_prev_bar"),
    ),
    class_of(  # entry by entry
        "ReLU",
        forward=("self, h_prev, w", "self.z = h_prev", "return np.array([[max(float(z), 0.0) for z in row] for row in h_prev])"),
        backward=(
            "self, h_bar, w",
            "rows = zip(h_bar, self.z)",
            "return tuple(), np.array([[b if z > 0 else 0.0 for b, z in zip(*row)] for row in rows])",
        ),
    ),
]  # fmt: skip


def _tanh(bar: str = "h_bar * (1 - h**2)", h: str = "np.tanh(z)") -> str:
    return _nonlinear("Tanh", h, bar)


_TANH_WRONG = {
    "passed the bar on": _tanh("1.0 * h_bar"),
    "keeps the input": class_of(
        "Tanh",
        forward=("self, h_prev, w", "self.z = h_prev", "return np.tanh(h_prev)"),
        backward=("self, h_bar, w", "return (), h_bar * (1 - np.tanh(self.z) ** 2)"),
    ),
    "treated the output as input": _tanh("h_bar * (1 - np.tanh(h) ** 2)"),
    "cached the input": _tanh("h_bar * (1 - z**2)"),
    "forgot the square": _tanh("h_bar * (1 - h)"),
    "slope of the sigmoid": _tanh("h_bar * h * (1 - h)"),
    "slope alone": _tanh("1 - h**2"),
    "value instead of slope": _tanh("h_bar * h"),
    "gate of ReLU": _tanh("h_bar * (h > 0)"),
    "flipped the sign": _tanh("h_bar * (h**2 - 1)"),
    "slope in the forward": class_of(
        "Tanh",
        forward=("self, h_prev, w", "self.h = np.tanh(h_prev)", "return 1 - self.h ** 2"),
        backward=("self, h_bar, w", "return (), h_bar * (1 - self.h ** 2)"),
    ),
    **_cache_wrong("Tanh", "np.tanh(z)", "h_bar * (1 - h**2)", "0.5 * h_bar"),
}

_TANH_RIGHT = [
    _tanh(),
    _tanh("h_bar * (1 - h) * (1 + h)"),
    _tanh("h_bar - h_bar * np.square(h)", "1 - 2 / (np.exp(2 * z) + 1)"),
    class_of(
        "Tanh",
        forward=("self, h_prev, w", "self.out = tanh(h_prev)", "return self.out.copy()"),
        backward=("self, h_bar, w", "slope = np.ones(self.out.shape)", "slope -= self.out * self.out", "return (), slope * h_bar"),
    ),
]  # fmt: skip

WRONG = {
    "Product": _PRODUCT_WRONG,
    "linear_backward": {name: _linear_step(**bars) for name, bars in _STEP.items()},
    "Linear": _LINEAR_WRONG,
    "ReLU": _RELU_WRONG,
    "Tanh": _TANH_WRONG,
}

RIGHT = {
    "Product": _PRODUCT_RIGHT,
    "linear_backward": _LINEAR_BACKWARD_RIGHT,
    "Linear": _LINEAR_RIGHT,
    "ReLU": _RELU_RIGHT,
    "Tanh": _TANH_RIGHT,
}
