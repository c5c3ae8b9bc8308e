"""Notebook 04 as students answer it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples import function


def _class(name: str, base: str = "", **methods: tuple[str, ...]) -> str:
    """Write a class: _class("ReLU", forward=("self, h_prev, w", "line", ...), ...)."""
    text = f"class {name}{base}:\n"
    for method, (arguments, *lines) in methods.items():
        method = {"init": "__init__"}.get(method, method)
        text += f"    def {method}({arguments}):\n" + "".join(f"        {line}\n" for line in lines)
    return text


# --- Product ----------------------------------------------------------------------------------


def _product(e: str = "v * h", v_bar: str = "np.sum(e_bar * self.h)", h_bar: str = "v * e_bar", **other: str) -> str:
    """Write a Product with some lines changed; `store` and `read` say where the cache is."""
    store, after = other.get("store", "self.h = h"), other.get("after", "pass")
    return _class(
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
    _class(  # a dictionary for a cache, unpacked weights, Python floats
        "Product",
        init=("self", "self.cache = {}"),
        forward=("self, h, w", "(v,) = w", 'self.cache["h"] = h', "return h * v"),
        backward=(
            "self, e_bar, w", "(v,) = w", 'h = self.cache["h"]',
            "pairs = zip(np.atleast_1d(e_bar).tolist(), np.atleast_1d(h).tolist())",
            "return (sum(a * b for a, b in pairs),), e_bar * v",
        ),
    ),
    _class(  # copies, einsum
        "Product",
        forward=("self, h, w", "self.input = np.array(h, dtype=float)", "return np.float64(w[0]) * self.input"),
        backward=(
            "self, e_bar, w",
            "v_bar = np.einsum('n,n->', np.ravel(e_bar), np.ravel(self.input))",
            "return (v_bar,), np.array(e_bar, dtype=float) * w[0]",
        ),
    ),
]  # fmt: skip


# --- linear_backward and Linear ---------------------------------------------------------------

_LB = "linear_backward(Z_bar, X, W)"


def _linear_step(W_bar: str = "Z_bar.T @ X", b_bar: str = "Z_bar.sum(axis=0)", X_bar: str = "Z_bar @ W") -> str:
    return function(_LB, f"return {W_bar}, {b_bar}, {X_bar}")


# The mistakes of a linear step, in Z_bar, X and W; Linear makes the same ones.
_STEP = {
    "W_bar transposed": {"W_bar": "X.T @ Z_bar"},
    "input not transposed": {"W_bar": "Z_bar @ X if Z_bar.shape[1] == len(X) else Z_bar.T @ X"},
    "W transposed": {"X_bar": "Z_bar @ W.T if W.shape[0] == W.shape[1] else Z_bar @ W"},
    "W_bar without the bar": {"W_bar": "np.ones(Z_bar.shape).T @ X"},
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
    return _class(
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
    _class(  # leans on linear_backward
        "Linear",
        forward=("self, h_prev, w", "W, b = w", "self.cached = h_prev", "return h_prev @ W.T + b"),
        backward=("self, h_bar, w", "W_bar, b_bar, h_prev_bar = linear_backward(h_bar, self.cached, w[0])", "return (W_bar, b_bar), h_prev_bar"),
    ),
    _class(  # a list of rows for a cache, one row after the other
        "Linear",
        forward=("self, h_prev, w", "self.rows = [row.copy() for row in h_prev]", "return np.array([w[0] @ row + w[1] for row in self.rows])"),
        backward=(
            "self, h_bar, w",
            "W_bar = sum(np.outer(bar, row) for bar, row in zip(h_bar, self.rows))",
            "return (W_bar, sum(h_bar)), np.array([bar @ w[0] for bar in h_bar])",
        ),
    ),
]  # fmt: skip


# --- ReLU and Tanh ----------------------------------------------------------------------------


def _nonlinear(name: str, h: str, bar: str, **other: str) -> str:
    """Write a nonlinear layer that caches its input z and its output h; `bar` may use z, h and h_bar."""
    return _class(
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
    _class(  # a mask, and in place on copies
        "ReLU",
        forward=("self, h_prev, w", "self.off = h_prev <= 0", "h = np.array(h_prev, dtype=float)", "h[self.off] = 0", "return h"),
        backward=("self, h_bar, w", "h_prev_bar = h_bar.copy()", "h_prev_bar[self.off] = 0", "return (), h_prev_bar"),
    ),
    _class(  # entry by entry
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
    "treated the output as input": _tanh("h_bar * (1 - np.tanh(h) ** 2)"),
    "cached the input": _tanh("h_bar * (1 - z**2)"),
    "forgot the square": _tanh("h_bar * (1 - h)"),
    "slope of the sigmoid": _tanh("h_bar * h * (1 - h)"),
    "slope alone": _tanh("1 - h**2"),
    "value instead of slope": _tanh("h_bar * h"),
    "gate of ReLU": _tanh("h_bar * (h > 0)"),
    "flipped the sign": _tanh("h_bar * (h**2 - 1)"),
    "slope in the forward": _class(
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
    _class(
        "Tanh",
        forward=("self, h_prev, w", "self.out = tanh(h_prev)", "return self.out.copy()"),
        backward=("self, h_bar, w", "slope = np.ones(self.out.shape)", "slope -= self.out * self.out", "return (), slope * h_bar"),
    ),
]  # fmt: skip


# --- SquaredError -----------------------------------------------------------------------------


def _squared(
    loss: str = "np.sum(d**2) / 2 / len(d)", e_bar: str = "l_bar * d / len(d)", y_bar: str = "-e_bar", **other: str
) -> str:
    return _class(
        "SquaredError",
        forward=("self, e, y", "d = e - y", other.get("store", "self.d = d"), f"return {loss}"),
        backward=("self, l_bar=1.0", "d = self.d", other.get("after", "pass"), f"e_bar = {e_bar}", f"y_bar = {y_bar}", "return e_bar, y_bar"),
    )  # fmt: skip


_SQUARED_WRONG = {
    "forgot 1/n": _squared(e_bar="l_bar * d"),
    "divided by every entry": _squared(e_bar="l_bar * d / d.size"),
    "twice too large": _squared(e_bar="2 * l_bar * d / len(d)"),
    "half too small": _squared(e_bar="l_bar * d / len(d) / 2"),
    "forgot l_bar": _squared(e_bar="d / len(d)"),
    "traded the bars": _squared(e_bar="-l_bar * d / len(d)"),
    "y_bar is not zero": _squared(y_bar="0.0 * e_bar"),
    "y_bar like e_bar": _squared(y_bar="1.0 * e_bar"),
    "bars of the distance": _squared(e_bar="l_bar * np.sign(d) / len(d)", y_bar="-l_bar * d / len(d)"),
    "forgot the half": _squared("np.sum(d**2) / len(d)"),
    "added up along the last axis": _squared("np.mean(np.sum(d**2, axis=-1)) / 2"),
    "sum instead of mean": _squared("np.sum(d**2) / 2"),
    "mean over every entry": _squared("np.mean(d**2) / 2"),
    "distance without its square": _squared("np.mean(np.sqrt((d**2).reshape(len(d), -1).sum(axis=1))) / 2"),
    "a loss for each row": _squared("(d**2).reshape(len(d), -1).sum(axis=1) / 2"),
    "two objects share a cache": _squared(store="SquaredError.d = d"),
    "remembers the first forward": _squared(store="self.__dict__.setdefault('d', d)"),
    "backward eats the cache": _squared(after="del self.d"),
    "reads no cache": _squared(store="self.d = 0 * d + 1"),
}

_SQUARED_RIGHT = [
    _squared(),
    _squared("0.5 * np.mean(np.sum((d**2).reshape(len(d), -1), axis=1))", "d * (l_bar / d.shape[0])", "d * (-l_bar / d.shape[0])"),
    _class(  # both inputs cached, a loop for the loss
        "SquaredError",
        forward=("self, e, y", "self.e, self.y = e, y", "rows = [np.sum(np.square(a - b)) / 2 for a, b in zip(e, y)]", "return sum(rows) / len(rows)"),
        backward=("self, l_bar=1.0", "share = l_bar / len(self.e)", "return share * (self.e - self.y), share * (self.y - self.e)"),
    ),
    _class(
        "SquaredError",
        forward=("self, e, y", "self.n = e.shape[0]", "self.difference = np.subtract(e, y)", "flat = self.difference.ravel()", "return float(flat @ flat) / (2 * self.n)"),
        backward=("self, l_bar=1.0", "e_bar = self.difference.astype(float)", "e_bar *= l_bar", "e_bar /= self.n", "return e_bar, -e_bar"),
    ),
]  # fmt: skip


# --- SoftmaxCrossEntropy ----------------------------------------------------------------------


def _cross(
    loss: str = "-np.mean(logs[np.arange(n), labels])", bar: str = "l_bar * (p - hot) / n", axis: int = 1, **other: str
) -> str:
    """Compute the loss from the logarithms of the probabilities p; `hot` is 1 at each row's label."""
    return _class(
        "SoftmaxCrossEntropy",
        forward=(
            "self, logits, labels",
            f"shifted = logits - logits.max(axis={axis}, keepdims=True)",
            f"logs = shifted - np.log(np.exp(shifted).sum(axis={axis}, keepdims=True))",
            "p, n = np.exp(logs), len(logs)",
            other.get("store", "self.logits, self.p, self.labels = logits, p, labels"),
            f"return {loss}",
        ),
        backward=(
            "self, l_bar=1.0",
            "logits, p, labels = self.logits, self.p.copy(), self.labels",
            "n, k = p.shape",
            "hot = np.eye(k)[labels]",
            *other.get("more", "pass").splitlines(),
            f"return {bar}",
        ),
    )


_NAIVE = "np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)"
_CROSS_WRONG = {
    "forgot 1/n": _cross(bar="l_bar * (p - hot)"),
    "forgot the one-hot": _cross(bar="l_bar * p / n"),
    "forgot the probabilities": _cross(bar="-l_bar * hot / n"),
    "only the labelled logit": _cross(bar="l_bar * (p - 1) * hot / n"),
    "forgot l_bar": _cross(bar="(p - hot) / n"),
    "flipped the sign": _cross(bar="l_bar * (hot - p) / n"),
    "divided by every entry": _cross(bar="l_bar * (p - hot) / p.size"),
    "took one away in every row": _cross(more="p[:, labels] -= 1", bar="l_bar * p / n"),
    "soft-max over the examples": _cross(axis=0),
    "stopped at the probability": _cross(bar="-l_bar * hot / p / n"),
    "logits in place of probabilities": _cross(bar="l_bar * (logits - hot) / n"),
    "loss overflows": _cross(f"-np.mean(np.log({_NAIVE})[np.arange(n), labels])"),
    "bar overflows": _cross(bar=f"l_bar * ({_NAIVE} - hot) / n"),
    "clipped the logarithm": _cross("-np.mean(np.log(p[np.arange(n), labels] + 1e-12))"),
    "every label for every row": _cross("-np.mean(logs[:, labels])"),
    "shifted one side only": _cross("np.mean(np.log(np.exp(shifted).sum(axis=1)) - logits[np.arange(n), labels])"),
    "sum instead of mean": _cross("-np.sum(logs[np.arange(n), labels])"),
    "forgot the minus": _cross("np.mean(logs[np.arange(n), labels])"),
    "mean over every entry": _cross("-np.sum(logs[np.arange(n), labels]) / logits.size"),
    "probability instead of its logarithm": _cross("np.mean(1 - p[np.arange(n), labels])"),
    "forgot to normalise": _cross("-np.mean(logits[np.arange(n), labels])"),
    "two objects share a cache": _cross(
        store="SoftmaxCrossEntropy.logits, SoftmaxCrossEntropy.p, SoftmaxCrossEntropy.labels = logits, p, labels"
    ),
    "remembers the first forward": _cross(
        store="if not hasattr(self, 'p'): self.logits, self.p, self.labels = logits, p, labels"
    ),
    "backward eats the cache": _cross(more="self.p -= hot", bar="l_bar * self.p / n"),
    "reads no cache": _cross(store="self.logits, self.p, self.labels = logits, 0 * p + 0.5, 0 * labels"),
}

_CROSS_RIGHT = [
    _cross(),
    _cross(more="p[np.arange(n), labels] -= 1", bar="p * (l_bar / n)"),
    _class(  # log-sum-exp, the one-hot by comparison
        "SoftmaxCrossEntropy",
        forward=(
            "self, logits, labels", "self.logits, self.labels = logits, labels",
            "self.total = np.logaddexp.reduce(logits, axis=1)",
            "return np.mean(self.total - np.take_along_axis(logits, labels[:, None], 1)[:, 0])",
        ),
        backward=(
            "self, l_bar=1.0", "p = np.exp(self.logits - self.total[:, None])",
            "hot = self.labels[:, None] == np.arange(p.shape[1])", "return l_bar * (p - hot) / len(p)",
        ),
    ),
    _class(  # row by row, in Python
        "SoftmaxCrossEntropy",
        forward=(
            "self, logits, labels", "self.rows, losses = [], []",
            "for row, label in zip(logits, labels):",
            "    e = np.exp(row - max(row))",
            "    losses.append(float(np.log(sum(e)) - (row[label] - max(row))))",
            "    self.rows.append((e / sum(e), int(label)))",
            "return sum(losses) / len(losses)",
        ),
        backward=(
            "self, l_bar=1.0", "bars = []",
            "for p, label in self.rows:",
            "    bar = p.copy()",
            "    bar[label] -= 1.0",
            "    bars.append(bar * l_bar / len(self.rows))",
            "return np.array(bars)",
        ),
    ),
]  # fmt: skip


# --- Network ----------------------------------------------------------------------------------


def _network(**other: str) -> str:
    """Write a Network with some lines changed."""
    lines = {
        "layers": "list(layers)", "h": "np.array(x, dtype=float)", "go": "zip(self.layers, w)", "pass": "h = layer.forward(h, u)",
        "last": "h", "back": "zip(self.layers[::-1], w[::-1])", "step": "u_bar, bar = layer.backward(bar, u)",
        "keep": "w_bar.insert(0, u_bar)", "return": "w_bar, bar", "before": "pass",
    } | other  # fmt: skip
    return _class(
        "Network",
        init=("self, layers", f"self.layers = {lines['layers']}"),
        forward=("self, x, w", f"h = {lines['h']}", f"for layer, u in {lines['go']}:", f"    {lines['pass']}", f"return {lines['last']}"),
        backward=(
            "self, h_bar, w", "bar, w_bar = np.array(h_bar, dtype=float), []", lines["before"],
            f"for layer, u in {lines['back']}:", f"    {lines['step']}", f"    {lines['keep']}", f"return {lines['return']}",
        ),
    )  # fmt: skip


_NETWORK_WRONG = {
    "went back in forward order": _network(back="zip(self.layers, w)", keep="w_bar.append(u_bar)"),
    "turned the list for good": _network(before="self.layers.reverse()", back="zip(self.layers, w[::-1])"),
    "weights in forward order": _network(back="zip(self.layers[::-1], w)"),
    "w_bar in reverse order": _network(keep="w_bar.append(u_bar)"),
    "the same bar for every layer": _network(step="u_bar, bar = layer.backward(h_bar, u)"),
    "x_bar is the bar that came in": _network(**{"return": "w_bar, h_bar.copy()"}),
    "every layer was given x": _network(**{"pass": "h = layer.forward(x, u)"}),
    "left out the last layer": _network(go="zip(self.layers[:-1], w)"),
    "layers on the class": _network().replace("self.layers", "Network.layers"),
    "keeps its weights": _network()
    .replace("(self, x, w):\n", "(self, x, w):\n        self.w = w = getattr(self, 'w', w)\n")
    .replace("(self, h_bar, w):\n", "(self, h_bar, w):\n        w = self.w\n"),
    "gave x back": _network(last="x.copy()"),
}

_NETWORK_RIGHT = [
    _network(),
    _network(back="reversed(list(zip(self.layers, w)))", keep="w_bar = [u_bar] + w_bar"),
    _class(  # counting down
        "Network",
        init=("self, layers", "self.layers = layers"),
        forward=("self, x, w", "x = x.copy()", "for i in range(len(self.layers)):", "    x = self.layers[i].forward(x, w[i])", "return x"),
        backward=(
            "self, h_bar, w", "w_bar = [None] * len(w)", "h_bar = h_bar.copy()",
            "for i in range(len(w) - 1, -1, -1):",
            "    w_bar[i], h_bar = self.layers[i].backward(h_bar, w[i])",
            "return w_bar, h_bar",
        ),
    ),
    _class(  # a chain of chains
        "Network",
        init=("self, layers", "self.first, self.rest = (layers[0], Network(layers[1:])) if len(layers) else (None, None)"),
        forward=(
            "self, x, w", "if self.first is None:", "    return +x",
            "return self.rest.forward(self.first.forward(x, w[0]), w[1:])",
        ),
        backward=(
            "self, h_bar, w", "if self.first is None:", "    return [], +h_bar",
            "w_bar, bar = self.rest.backward(h_bar, w[1:])",
            "first, x_bar = self.first.backward(bar, w[0])",
            "return [first, *w_bar], x_bar",
        ),
    ),
]  # fmt: skip


# --- train_digits -----------------------------------------------------------------------------

_TRAIN = "train_digits(network, w, X, labels, lr, epochs, seed, batch=32)"


def _train(**other: str) -> str:
    """Training with some lines written otherwise."""
    lines = {
        "rng": "np.random.default_rng(seed)", "order": "rng.permutation(len(X))", "rows": "order[i:i + batch]",
        "labels": "labels[rows]", "rate": "lr", "bars": "w_bar", "new": "u - rate * u_bar", "start": "w_bar",
        "record": "losses.append(l)", "finally": "pass", "end": "len(X)",
    } | other  # fmt: skip
    return function(
        _TRAIN,
        f"rng, loss, losses, first = {lines['rng']}, SoftmaxCrossEntropy(), [], None",
        "w = [tuple(np.array(u, dtype=float) for u in layer) for layer in w]",
        "for epoch in range(epochs):",
        f"    order = {lines['order']}",
        f"    for i in range(0, {lines['end']}, batch):",
        f"        rows = {lines['rows']}",
        f"        given, rate = {lines['labels']}, {lines['rate']}",
        "        l = loss.forward(network.forward(X[rows], w), given)",
        f"        {lines['record']}",
        "        w_bar, _ = network.backward(loss.backward(), w)",
        "        first = first or w_bar",
        f"        pairs = list(zip(w, {lines['bars']}))",
        f"        w = [tuple({lines['new']} for u, u_bar in zip(*pair)) for pair in pairs]",
        f"        {lines['finally']}",
        "return w, losses",
    )


_TRAIN_WRONG = {
    "went uphill": _train(new="u + rate * u_bar"),
    "labels stay behind": _train(labels="labels[i:i + batch]"),
    "the same batch every time": _train(rng="np.random.default_rng(seed)", order="np.random.default_rng(seed).permutation(len(X))",
                                        rows="order[:min(batch, len(X))]"),
    "overlapping batches": _train(rows="order[i // batch:i // batch + batch]"),
    "dropped the short batch": _train(end="max(len(X) // batch, 1) * batch"),
    "drawn with replacement": _train(order="rng.integers(len(X), size=len(X))"),
    "ignores the seed": _train(rng="np.random.default_rng(0)"),
    "the seed does not hold": _train(rng="np.random.default_rng()"),
    "the weights never move": _train(new="u"),
    "loss after the update": _train(record="pass", **{"finally": "losses.append(loss.forward(network.forward(X[rows], w), given))"}),
    "only the first layer moves": _train(new="u - rate * u_bar if pair is pairs[0] else u"),
    "only the last layer moves": _train(new="u - rate * u_bar if pair is pairs[-1] else u"),
    "only the first weights of each layer": _train(new="u - rate * u_bar if u is pair[0][0] else u"),
    "divided by n once more": _train(rate="lr / len(rows)"),
    "multiplied by n": _train(rate="lr * len(rows)"),
    "forgot the rate": _train(rate="1.0"),
    "bars of the start": _train(bars="first"),
}  # fmt: skip

_TRAIN_RIGHT = [
    _train(),
    _train(order="rng.choice(len(X), len(X), replace=False)", new="np.subtract(u, lr * np.asarray(u_bar))"),
    function(  # np.array_split into whole and smaller batches, plain lists
        _TRAIN,
        "order_of = np.random.RandomState(seed).permutation",
        "losses, loss = [], SoftmaxCrossEntropy()",
        "w = [tuple(1.0 * u for u in layer) for layer in w]",
        "cuts = list(range(batch, len(X), batch))",
        "for _ in range(epochs):",
        "    for rows in np.split(order_of(len(X)), cuts):",
        "        logits = network.forward(X[rows], w)",
        "        losses.append(float(loss.forward(logits, labels[rows])))",
        "        w_bar = network.backward(loss.backward(1.0), w)[0]",
        "        for i in range(len(w)):",
        "            w[i] = tuple(w[i][j] - lr * w_bar[i][j] for j in range(len(w[i])))",
        "return w, losses",
    ),
    function(  # each batch drawn at random from all examples; asks the network in between
        _TRAIN,
        "rng, losses = np.random.default_rng(seed), []",
        "w = [tuple(np.copy(u)[()] for u in layer) for layer in w]",
        "batch = min(batch, len(X))",
        "for step in range(epochs * -(-len(X) // batch)):",
        "    rows = rng.choice(len(X), batch, replace=False)",
        "    network.forward(X[:1], w)",
        "    loss = SoftmaxCrossEntropy()",
        "    losses += [loss.forward(network.forward(X[rows], w), labels[rows])]",
        "    w_bar, x_bar = network.backward(loss.backward(), w)",
        "    w = [tuple(u - lr * v for u, v in zip(a, b)) for a, b in zip(w, w_bar)]",
        "return w, np.array(losses)",
    ),
]

WRONG = {
    "Product": _PRODUCT_WRONG,
    "linear_backward": {name: _linear_step(**bars) for name, bars in _STEP.items()},
    "Linear": _LINEAR_WRONG,
    "ReLU": _RELU_WRONG,
    "Tanh": _TANH_WRONG,
    "SquaredError": _SQUARED_WRONG,
    "SoftmaxCrossEntropy": _CROSS_WRONG,
    "Network": _NETWORK_WRONG,
    "train_digits": _TRAIN_WRONG,
}

RIGHT = {
    "Product": _PRODUCT_RIGHT,
    "linear_backward": _LINEAR_BACKWARD_RIGHT,
    "Linear": _LINEAR_RIGHT,
    "ReLU": _RELU_RIGHT,
    "Tanh": _TANH_RIGHT,
    "SquaredError": _SQUARED_RIGHT,
    "SoftmaxCrossEntropy": _CROSS_RIGHT,
    "Network": _NETWORK_RIGHT,
    "train_digits": _TRAIN_RIGHT,
}
