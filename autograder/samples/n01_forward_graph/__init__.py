"""Notebook 01 as students answer it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples import function

LINEAR = "linear(w, x)"
RELU = "relu(z)"
CACHED = "dl_dv_cached(cache, y)"
GRADIENT = "numerical_gradient(f, u, step=1e-6)"
LOGISTIC = "logistic_forward(x, y, w)"


def _forward(h: str = "sigma(z)", e: str = "v * h", l: str = "(y - e) ** 2 / 2") -> str:  # noqa: E741
    return function(
        "forward(x, y, w, v, sigma)",
        "z = w @ x",
        f"h = {h}",
        f"e = {e}",
        f"l = {l}",
        'return {"z": z, "h": h, "e": e, "l": l}',
    )


def _gradient(slope: str = "(f(up) - f(down)) / (2 * step)", *before: str) -> str:
    """Entry by entry, with `slope` made from up, down and step."""
    return function(
        GRADIENT,
        *before,
        "u = np.array(u, dtype=float)",
        "gradient = np.zeros(u.shape)",
        "for i in np.ndindex(u.shape):",
        "    up, down = u.copy(), u.copy()",
        "    up[i] += step",
        "    down[i] -= step",
        f"    gradient[i] = {slope}",
        "return gradient",
    )


def _in_one_array(first: str, then: str) -> str:
    """Nudge one array to one side, then to the other, and leave it there."""
    return function(
        GRADIENT,
        "u = np.array(u, dtype=float)",
        "gradient = np.zeros(u.shape)",
        "for i in np.ndindex(u.shape):",
        f"    u[i] {first}= step",
        "    gradient[i] = f(u)",
        f"    u[i] {then}= 2 * step",
        f"    gradient[i] = {first}(gradient[i] - f(u)) / (2 * step)",
        "return gradient",
    )


def _logistic(l: str = "np.logaddexp(0.0, -m)", z: str = "w @ x", m: str = "y * z") -> str:  # noqa: E741
    return function(LOGISTIC, f"z = {z}", f"m = {m}", f"l = {l}", 'return {"z": z, "m": m, "l": l}')


WRONG = {
    "linear": {
        "multiplied without adding up": function(LINEAR, "return w * x"),
        "added before multiplying": function(LINEAR, "return np.sum(w) * np.sum(x)"),
        "mean instead of sum": function(LINEAR, "return np.mean(w * x)"),
        "left out the last entry": function(
            LINEAR, "z = 0.0", "for i in range(len(w) - 1):", "    z += w[i] * x[i]", "return z"
        ),
        "counted the first entry twice": function(
            LINEAR, "return w[0] * x[0] + sum(w[i] * x[i] for i in range(len(x)))"
        ),
        "left out the first entry": function(
            LINEAR, "z = 0.0", "for i in range(1, len(w)):", "    z += w[i] * x[i]", "return z"
        ),
    },
    "relu": {
        "absolute value": function(RELU, "return np.abs(z)"),
        "kept the negative side": function(RELU, "return np.minimum(z, 0)"),
        "gave the slope": function(RELU, "return np.where(np.asarray(z) > 0, 1.0, 0.0)"),
        "gave the slope, 1 at 0": function(RELU, "return 1.0 * (np.asarray(z) >= 0)"),
        "leaky": function(RELU, "return np.maximum(z, 0.01 * np.asarray(z))"),
        "cut to whole numbers": function(RELU, "return np.vectorize(lambda one: max(one, 0), otypes=[int])(z)"),
        "passed z through": function(RELU, "return z"),
        "the largest along an axis": function(RELU, "return np.max(z, 0)"),
        "one maximum for all": function(RELU, "return max(0.0, np.max(z))"),
    },
    "forward": {
        "forgot the half": _forward(l="(y - e) ** 2"),
        "swapped the names of z and h": _forward().replace('"z": z, "h": h', '"z": h, "h": z'),
        "sigma of each input": _forward(h="w @ sigma(x)"),
        "sigma of each product": _forward(h="np.sum(sigma(w * x))"),
        "half inside the square": _forward(l="(y - e) ** 2 / 4"),
        "skipped the nonlinearity": _forward(e="v * z"),
        "no nonlinearity in h": _forward(h="z"),
        "slope instead of value": _forward(h="sigma.slope(z)"),
        "added v": _forward(e="v + h"),
        "left out v": _forward(e="h"),
        "tanh for every sigma": _forward(h="np.tanh(z)"),
        "compared y with h": _forward(l="(y - h) ** 2 / 2"),
        "did not square": _forward(l="(y - e) / 2"),
        "half the distance": _forward(l="abs(y - e) / 2"),
    },
    "dl_dv_cached": {
        "flipped the sign": function(CACHED, 'return (y - cache["e"]) * cache["h"]'),
        "stopped at e": function(CACHED, 'return cache["e"] - y'),
        "used z for h": function(CACHED, 'return (cache["e"] - y) * cache["z"]'),
        "used e for h": function(CACHED, 'return -(y - cache["e"]) * cache["e"]'),
        "took the root of the loss": function(CACHED, 'return -np.sqrt(2 * cache["l"]) * cache["h"]'),
        "used the loss itself": function(CACHED, 'return cache["l"] * cache["h"]'),
        "the loss for the error": function(CACHED, 'return -cache["l"] * cache["h"]'),
        "half too small": function(CACHED, 'return (cache["e"] - y) / 2 * cache["h"]'),
        "twice too large": function(CACHED, 'return -2 * (y - cache["e"]) * cache["h"]'),
    },
    "repeats": {
        "counted different things": 'repeats = {"dl_dv": 1, "dl_dw": 1}\n',
        "counted the brackets twice": 'repeats = {"dl_dv": 2, "dl_dw": 3}\n',
        "counted both formulas together": 'repeats = {"dl_dv": 4, "dl_dw": 4}\n',
        "another count for dl_dv": 'repeats = {"dl_dv": 3, "dl_dw": 2}\n',
        "another count for dl_dw": 'repeats = {"dl_dv": 2, "dl_dw": 5}\n',
        "left out one w.x": 'repeats = {"dl_dv": 2, "dl_dw": 1}\n',
    },
    "numerical_gradient": {
        "one-sided": _gradient("(f(up) - f(u)) / step"),
        "one-sided, to the left": _gradient("(f(u) - f(down)) / step"),
        "twice too large": _gradient("(f(up) - f(down)) / step"),
        "flipped the sign": _gradient("(f(down) - f(up)) / (2 * step)"),
        "nudged all entries at once": function(
            GRADIENT,
            "u = np.array(u, dtype=float)",
            "return np.full(u.shape, (f(u + step) - f(u - step)) / (2 * step))",
        ),
        "nudged all entries at once, for one number": function(
            GRADIENT, "u = np.array(u, dtype=float)", "return (f(u + step) - f(u - step)) / (2 * step)"
        ),
        "used a step of its own": _gradient("(f(up) - f(down)) / (2 * step)", "step = 1e-5"),
        "multiplied by the step": _gradient("(f(up) - f(down)) / 2 * step"),
        "cut to whole numbers": _gradient()
        .replace("return gradient", "return gradient.astype(kind)")
        .replace("    u = np.array(u", "    kind = np.asarray(u).dtype\n    u = np.array(u", 1),
        "did not divide": _gradient("f(up) - f(down)"),
        "one array under two names": "def numerical_gradient(f, u, step=1e-6):\n    u = np.array(u, dtype=float)\n    out = np.zeros(u.shape)\n    for i in np.ndindex(u.shape):\n        a = u\n        a[i] += step\n        b = u\n        b[i] -= step\n        out[i] = (f(a) - f(b)) / (2 * step)\n    return out[()]\n",
        "not put back, left below": _in_one_array("+", "-"),
        "not put back, left above": _in_one_array("-", "+"),
        "nudged down from the place above": "def numerical_gradient(f, u, step=1e-6):\n    u = np.array(u, dtype=float)\n    out = np.zeros(u.shape)\n    for i in np.ndindex(u.shape):\n        u[i] += step\n        a = f(u)\n        u[i] -= step\n        out[i] = (a - f(u)) / (2 * step)\n    return out[()]\n",
        "whole numbers kept": "def numerical_gradient(f, u, step=1e-6):\n    u = np.array(u)\n    out = np.zeros(u.shape)\n    for i in np.ndindex(u.shape):\n        a, b = u.copy(), u.copy()\n        a[i] += step\n        b[i] -= step\n        out[i] = (f(a) - f(b)) / (2 * step)\n    return out[()]\n",
    },
    "logistic_forward": {
        "forgot the minus": _logistic("np.log(1 + np.exp(m))"),
        "forgot the 1": _logistic("np.log(np.exp(-m))"),
        "forgot the logarithm": _logistic("1 + np.exp(-m)"),
        "only the exponential": _logistic("np.exp(-m)"),
        "gave the probability": _logistic("1 / (1 + np.exp(-m))"),
        "logarithm of the probability": _logistic("np.log(1 / (1 + np.exp(-m)))"),
        "logarithm to base 2": _logistic("np.log2(1 + np.exp(-m))"),
        "taken out and not put back": _logistic("np.log1p(np.exp(-abs(m)))"),
        "loss made from z": _logistic("np.log(1 + np.exp(-z))"),
        "m without y": _logistic(m="z"),
        "m is the distance": _logistic(m="y - z"),
        "z not added up": _logistic(z="w * x"),
        "overflows": _logistic("np.log(1 + np.exp(-m))"),
        "safe below 0 only": _logistic("-m + np.log(1 + np.exp(m))"),
        "warns": _logistic("np.where(m > 0, np.log1p(np.exp(-m)), -m + np.log1p(np.exp(m)))"),
        "cut off": _logistic("-np.log(np.clip(sigmoid(m), 1e-15, 1 - 1e-15))"),
    },
}

RIGHT = {
    "linear": [
        function(LINEAR, "return float(w @ x)"),
        function(LINEAR, "z = 0.0", "for i in range(len(w)):", "    z += w[i] * x[i]", "return z"),
        function(LINEAR, 'return np.einsum("i,i->", w, x)'),
        function(LINEAR, "return sum(a * b for a, b in zip(w.tolist(), x.tolist()))"),
        "linear = lambda w, x: np.sum(w * x)\n",
        "linear = np.dot\n",
        function(LINEAR, "terms = w.astype(float)", "terms *= x", "return np.array(terms.sum())"),
    ],
    "relu": [
        function(RELU, "return np.maximum(z, 0)"),
        function(RELU, "z = np.asarray(z, dtype=float)", "return np.where(z > 0, z, 0.0)"),
        function(RELU, "h = np.array(z, dtype=float)", "h[h < 0] = 0.0", "return h"),
        function(
            RELU, "entries = [max(float(u), 0.0) for u in np.ravel(z)]", "return np.reshape(entries, np.shape(z))"
        ),
        "relu = lambda z: z * (z > 0)\n",
        function(
            RELU,
            "def gate(u):",
            "    return u if u > 0 else 0.0",
            "return gate(z) if np.isscalar(z) else np.vectorize(gate, otypes=[float])(z)",
        ),
    ],
    "forward": [
        _forward(),
        _forward("float(sigma(z))", "h * v", "0.5 * (e - y) * (e - y)"),
        function(
            "forward(x, y, w, v, sigma)",
            "cache = {}",
            'cache["z"] = sum(a * b for a, b in zip(w, x))',
            'cache["h"] = sigma(cache["z"])',
            'cache["e"] = v * cache["h"]',
            'cache["l"] = np.square(y - cache["e"]) / 2',
            "return cache",
        ),
        function(
            "forward(x, y, w, v, sigma)",
            'z = np.einsum("i,i", w, x)',
            "return dict(l=0.5 * (y - v * sigma(z)) ** 2, e=v * sigma(z), h=sigma(z), z=z)",
        ),
        "def neuron(w, x, sigma):\n    z = linear(w, x)\n    return z, sigma(z)\n\n\n"
        + function(
            "forward(x, y, w, v, sigma)",
            "z, h = neuron(w, x, sigma)",
            "e = np.array(v * h)",
            'return {"z": np.float64(z), "h": float(h), "e": e, "l": np.array((y - e) ** 2 / 2)}',
        ),
    ],
    "dl_dv_cached": [
        function(CACHED, 'return -(y - cache["e"]) * cache["h"]'),
        function(CACHED, 'e, h = cache["e"], cache["h"]', "return np.float64(e * h - y * h)"),
        'dl_dv_cached = lambda cache, y: cache["h"] * (cache["e"] - y)\n',
        function(CACHED, "slope = dict(cache)", 'slope["e"] -= y', 'slope["e"] *= slope["h"]', 'return slope["e"]'),
    ],
    "repeats": [
        'repeats = {"dl_dv": 2, "dl_dw": 2}\n',
        "repeats = dict(dl_dw=2, dl_dv=2)\n",
        'repeats = {}\nfor name in ("dl_dv", "dl_dw"):\n    repeats[name] = np.int64(2)\n',
    ],
    "numerical_gradient": [
        _gradient(),
        function(
            GRADIENT,
            "u = np.asarray(u, dtype=float)",
            "flat = []",
            "for direction in np.eye(u.size):",
            "    nudge = step * direction.reshape(u.shape)",
            "    flat.append((f(u + nudge) - f(u - nudge)) / step / 2)",
            "return np.array(flat).reshape(u.shape)",
        ),
        function(
            GRADIENT,
            "shape = np.shape(u)",
            "flat = np.array(u, dtype=float).ravel()",
            "gradient = np.empty(flat.size)",
            "for i, value in enumerate(flat.tolist()):",
            "    flat[i] = value + step",
            "    above = f(flat.reshape(shape))",
            "    flat[i] = value - step",
            "    gradient[i] = (above - f(flat.reshape(shape))) / (2 * step)",
            "    flat[i] = value",
            "return gradient.reshape(shape)",
        ),
        function(
            GRADIENT,
            "if np.ndim(u) == 0:",
            "    return (f(u + step) - f(u - step)) / (2 * step)",
            "def nudged(index, by):",
            "    twin = np.array(u, dtype=float)",
            "    twin[index] += by",
            "    return f(twin)",
            "slopes = [nudged(i, step) - nudged(i, -step) for i in np.ndindex(u.shape)]",
            "return np.array(slopes).reshape(u.shape) / (2 * step)",
        ),
    ],
    "logistic_forward": [
        _logistic(),
        "from barprop import softplus\n\n\n" + _logistic("softplus(-m)", "np.dot(w, x)", "np.multiply(y, z)"),
        _logistic("max(-m, 0.0) + np.log1p(np.exp(-abs(m)))"),
        _logistic("np.log(1 + np.exp(-m)) if m > 0 else -m + np.log(1 + np.exp(m))"),
        _logistic("-m if m < -30 else (np.log(1 + np.exp(-m)) if m < 30 else 0.0)"),
        "import math\n\n\n"
        + function(
            LOGISTIC,
            "cache = {}",
            'cache["z"] = sum(float(a) * float(b) for a, b in zip(w, x))',
            'cache["m"] = np.array(y * cache["z"])',
            'far = abs(float(cache["m"]))',
            'cache["l"] = math.log1p(math.exp(-far)) + (far if cache["m"] < 0 else 0)',
            "return cache",
        ),
    ],
}
