"""Evening slips in notebook 01."""

BASES = {
    "linear": """
def linear(w, x):
    return sum(wi * xi for wi, xi in zip(w, x))
""",
    "relu": """
def relu(z):
    return (np.abs(z) + z) / 2
""",
    "forward": """
def forward(x, y, w, v, sigma):
    cache = {}
    cache["z"] = w @ x
    cache["h"] = sigma(cache["z"])
    cache["e"] = cache["h"] * v
    cache["l"] = (y - cache["e"]) * (y - cache["e"]) / 2
    return cache
""",
    "dl_dv_cached": """
def dl_dv_cached(cache, y):
    error = cache["e"] - y
    return error * cache["h"]
""",
    "repeats": """
repeats = {"dl_dv": 2, "dl_dw": 2}
""",
    "numerical_gradient": """
def numerical_gradient(f, u, step=1e-6):
    u = np.asarray(u, dtype=float)
    out = np.zeros(u.shape)
    for i in np.ndindex(u.shape):
        e = np.zeros(u.shape)
        e[i] = step
        out[i] = (f(u + e) - f(u - e)) / (2 * step)
    return out
""",
    "logistic_forward": """
def logistic_forward(x, y, w):
    z = x @ w
    m = z * y
    return {"z": z, "m": m, "l": np.logaddexp(0, -m)}
""",
}

SLIPS = {
    "linear": (
        ("sum(wi * xi for wi, xi in zip(w, x))", "w.T * x", ".T and a star", "multiplied without adding up"),
        ("sum(wi * xi for wi, xi in zip(w, x))", "np.outer(w, x)", "outer product", "the outer product of w and x"),
        ("sum(wi * xi for wi, xi in zip(w, x))", "np.dot(w, x) / len(x)", "a mean", "mean instead of sum"),
        ("sum(wi * xi for wi, xi in zip(w, x))", "np.dot(w, w)", "w twice", "read w for x"),
    ),
    "relu": (
        ("(np.abs(z) + z) / 2", "np.abs(z) + z", "the half forgotten", "twice as large"),
        ("(np.abs(z) + z) / 2", "(np.abs(z) - z) / 2", "minus", "z subtracted"),
        ("(np.abs(z) + z) / 2", "np.maximum(z)", "one argument", ""),
        ("(np.abs(z) + z) / 2", "np.minimum(0, z)", "minimum", "kept the negative side"),
        ("(np.abs(z) + z) / 2", "np.maximum(0, z) ** 2", "squared", "squared"),
    ),
    "forward": (
        ("cache[\"h\"] * v", "cache[\"h\"] / v", "divided", "divided by v"),
        ("w @ x", "w @ x + v", "v as an offset", "v added"),
        ("sigma(cache[\"z\"])", "np.maximum(0, cache[\"z\"])", "ReLU whatever sigma is", "always relu"),
        ("/ 2\n", "\n", "the half forgotten", "forgot the half"),
        ("(y - cache[\"e\"]) * (y - cache[\"e\"]) / 2", "y - cache[\"e\"] ** 2 / 2", "brackets", "y - half of e²"),
        ("(y - cache[\"e\"]) * (y - cache[\"e\"]) / 2", "(y - cache[\"e\"]) / 2", "not squared", "did not square"),
        ("cache[\"h\"] * v", "cache[\"h\"] * w", "w for v", "w times h"),
        ("sigma(cache[\"z\"])", "sigma(w) @ x", "sigma of w", ""),
        ("    return cache", "    return cache[\"l\"]", "the loss alone", ""),
    ),
    "dl_dv_cached": (
        ("error * cache[\"h\"]", "error * cache[\"h\"] ** 2", "h squared", "h once too often"),
        ("error * cache[\"h\"]", "error + cache[\"h\"]", "added", "e + h - y"),
        ("cache[\"e\"] - y", "cache[\"h\"] - y", "h for e", "read h for e"),
        ("cache[\"e\"] - y", "cache[\"e\"]", "y forgotten", "y taken as 0"),
        ("error * cache[\"h\"]", "error * cache[\"h\"] / 2", "a half too many", "half too small"),
        ("error * cache[\"h\"]", "error ** 2 / 2 * cache[\"h\"]", "the loss times h", "used the loss itself"),
        ("error * cache[\"h\"]", "error * cache[\"e\"] / cache[\"h\"]", "e over h", ""),
    ),
    "repeats": (
        ('{"dl_dv": 2, "dl_dw": 2}', '{"dl_dv": 1, "dl_dw": 2}', "one only", "another count for dl_dv"),
        ('{"dl_dv": 2, "dl_dw": 2}', '{"dl_dv": 3, "dl_dw": 2}', "three", "another count for dl_dv"),
        ('{"dl_dv": 2, "dl_dw": 2}', '{"dl_dw": 2}', "one key", ""),
    ),
    "numerical_gradient": (
        ("(2 * step)", "step ** 2", "step squared", "divided by step²"),
        ("(f(u + e) - f(u - e))", "(f(u + e / 2) - f(u - e / 2))", "half a step, whole divisor", "nudged by half the step, divided by 2 step"),
        ("        e[i] = step\n", "        e[i] = 1\n", "a nudge of 1", "nudged by 1, divided by 2 step"),
        ("        e[i] = step\n", "        e += step\n", "all entries", "nudged all entries at once"),
        ("f(u - e)", "f(-u)", "f(-u)", "f at -u"),
        ("    return out", "    return out.sum()", "summed", "nudged all entries at once, for one number"),
        ("    for i in np.ndindex(u.shape):", "    for i in range(len(u)):", "len of u", "nudged whole rows"),
    ),
    "logistic_forward": (
        ("np.logaddexp(0, -m)", "np.log(1 + np.exp(-y))", "y for m", "the loss of y alone"),
        ("np.logaddexp(0, -m)", "np.logaddexp(0, -m) / 2", "a half", "half of it"),
        ("np.logaddexp(0, -m)", "(y - z) ** 2 / 2", "the loss of last time", "the squared distance"),
        ("np.logaddexp(0, -m)", "np.log1p(np.exp(np.minimum(-m, 100)))", "clipped at 100", "cut off"),
        ("np.logaddexp(0, -m)", "np.log2(1 + np.exp(-np.clip(m, -700, 700)))", "base 2", "logarithm to base 2"),
        ("np.logaddexp(0, -m)", "np.logaddexp(0, -m) * y", "times y", "a sign of y"),
    ),
}  # fmt: skip
