"""Evening slips in notebook 03."""

BASES = {
    "who": """
who = {"makes_z": 2, "is_fed": 1}
""",
    "split": """
def split(z_bar, x):
    return np.array([xi * z_bar for xi in x])
""",
    "gradient_share": """
def gradient_share(x):
    sizes = abs(x)
    return sizes / sizes.sum()
""",
    "step_share": """
def step_share(x):
    x = np.asarray(x, dtype=float)
    return x * x / (x @ x)
""",
    "branches_forward": """
def branches_forward(x1, x2, W1, W2, a1, a2):
    h1, h2 = np.dot(W1, x1), np.dot(W2, x2)
    return {"h1": h1, "h2": h2, "z": np.dot(a1, h1) + np.dot(a2, h2)}
""",
    "branches_backward": """
def branches_backward(z_bar, cache, x1, x2, W1, W2, a1, a2):
    bars = {}
    for i, x, W, a in (("1", x1, W1, a1), ("2", x2, W2, a2)):
        h_bar = z_bar * a
        bars["a" + i] = z_bar * cache["h" + i]
        bars["h" + i] = h_bar
        bars["W" + i] = h_bar[:, None] * x[None, :]
        bars["x" + i] = h_bar @ W
    return bars
""",
    "fan_out": """
def fan_out(z_bar, cache, x, W1, W2, a1, a2):
    bars = branches_backward(z_bar, cache, x, x, W1, W2, a1, a2)
    bars["x"] = bars.pop("x1") + bars.pop("x2")
    return bars
""",
    "update_ratio": """
def update_ratio(w, w_bar, lr):
    step = -lr * w_bar
    return np.sqrt(np.sum(step * step)) / np.sqrt(np.sum(w * w))
""",
    "rescale": """
def rescale(H):
    size = np.linalg.norm(H, axis=1) / np.sqrt(H.shape[1])
    return H / size[:, None]
""",
    "largest_stable_rate": """
def largest_stable_rate(X):
    n = X.shape[0]
    curvature = np.linalg.norm(X, 2) ** 2 / n
    return 2 / curvature
""",
}

SLIPS = {
    "who": (
        ('"makes_z": 2', '"makes_z": "2"', "a string", ""),
        ('{"makes_z": 2, "is_fed": 1}', '{"makes_z": 1, "is_fed": 0}', "counted from 0", "counted from 0"),
        ('"is_fed": 1', '"is_fed": 3', "the x itself", ""),
        ('"is_fed": 1', '"is_fed": 2', "the larger weight is fed", "who makes z is fed"),
    ),
    "split": (
        ("xi * z_bar for", "z_bar / xi for", "divided", "divided"),
        ("xi * z_bar for", "z_bar - xi for", "subtracted", "z_bar - x"),
        ("np.array([xi * z_bar for xi in x])", "np.abs(x) / np.sum(np.abs(x)) * z_bar", "shared out by size", "shared z_bar out"),
        ("np.array([xi * z_bar for xi in x])", "np.sum(x * z_bar)", "summed", "added it up"),
        ("np.array([xi * z_bar for xi in x])", "x / np.linalg.norm(x) * z_bar", "unit length", "over the norm of x"),
    ),
    "gradient_share": (
        ("sizes / sizes.sum()", "sizes / sizes.mean()", "mean for sum", "divided by the mean"),
        ("sizes / sizes.sum()", "1 - sizes / sizes.sum()", "the rest", "one minus it"),
        ("sizes = abs(x)", "sizes = np.sqrt(abs(x))", "root", "the root of * over their sum"),
        ("sizes = abs(x)", "sizes = np.maximum(x, 0)", "negative ones dropped", "x where it is positive over their sum"),
        ("sizes / sizes.sum()", "sizes / np.prod(x)", "product", "* over the product of x"),
        ("sizes = abs(x)", "sizes = x - x.min()", "shifted", "x less its smallest over their sum"),
    ),
    "step_share": (
        ("x * x / (x @ x)", "x * x / x.sum()", "divided by the sum", "x² over the sum of x"),
        ("x * x / (x @ x)", "np.abs(x) / (x @ x)", "square below only", "* over the sum of x²"),
        ("x * x / (x @ x)", "-x * x / (x @ x)", "minus of the step", "went downhill with the share"),
        ("x * x / (x @ x)", "x * x / len(x)", "by how many", "x² over their number"),
        ("x * x / (x @ x)", "x / (x @ x)", "not squared above", "x over the sum of x²"),
        ("x * x / (x @ x)", "x * np.abs(x) / (x @ x)", "sign kept", "kept the sign of x"),
    ),
    "branches_forward": (
        ("np.dot(W1, x1)", "np.dot(x1, W1.T) + 1", "a 1 too many", "one too many"),
        ("np.dot(W2, x2)", "np.dot(W1, x2) if W1.shape == W2.shape else np.dot(W2, x2)", "W1 for both", "swapped W1 and W2"),
        ("np.dot(a1, h1) + np.dot(a2, h2)", "np.dot(a1 + a2, h1 + h2) if a1.shape == a2.shape else np.dot(a1, h1) + np.dot(a2, h2)", "added before multiplied", "added before weighed"),
        ("np.dot(a1, h1) + np.dot(a2, h2)", "np.sum(a1) * np.sum(h1) + np.sum(a2) * np.sum(h2)", "sums multiplied", "the sums multiplied"),
        ("np.dot(a1, h1) + np.dot(a2, h2)", "(np.dot(a1, h1), np.dot(a2, h2))", "a pair", ""),
        ("np.dot(a1, h1) + np.dot(a2, h2)", "np.maximum(np.dot(a1, h1), np.dot(a2, h2))", "the larger", "the larger branch"),
    ),
    "branches_backward": (
        ("z_bar * a\n", "z_bar * a / 2\n", "shared out", "half of it"),
        ("z_bar * a\n", "z_bar * cache[\"h\" + i]\n", "h for a", "h1 in place of a1"),
        ("z_bar * cache[\"h\" + i]", "h_bar * cache[\"h\" + i]", "h_bar for z_bar", "a1 once too often"),
        ("h_bar[:, None] * x[None, :]", "h_bar[None, :] * x[:, None]", "the other way round", "transposed W_bar"),
        ("h_bar[:, None] * x[None, :]", "np.outer(h_bar, np.ones(len(x)))", "x forgotten", "W_bar without x"),
        ("h_bar[:, None] * x[None, :]", "h_bar @ x if len(h_bar) == len(x) else h_bar", "inner product", ""),
        ("h_bar[:, None] * x[None, :]", "h_bar[:, None] * W", "W for x", "W1 in place of x1"),
        ("h_bar @ W", "h_bar.sum() * W.sum(axis=0)", "sums", ""),
        ("h_bar @ W", "W.sum(axis=0)", "h_bar forgotten", "W1 summed over its rows"),
        ("h_bar @ W", "h_bar @ bars[\"W\" + i]", "W_bar for W", "h1_bar @ W1_bar"),
        ("h_bar @ W", "z_bar * W.sum(axis=0)", "z_bar for h_bar", "x_bar without a"),
    ),
    "fan_out": (
        ('bars.pop("x1") + bars.pop("x2")', 'np.concatenate([bars.pop("x1"), bars.pop("x2")])', "side by side", "laid them side by side"),
        ('bars.pop("x1") + bars.pop("x2")', 'np.maximum(bars.pop("x1"), bars.pop("x2"))', "the larger", "the larger of both"),
        ('bars.pop("x1") + bars.pop("x2")', '(bars.pop("x1"), bars.pop("x2"))', "a pair", ""),
        ('    bars["x"] = bars.pop("x1") + bars.pop("x2")\n', "", "keys x1 and x2", ""),
        ('bars.pop("x1") + bars.pop("x2")', '2 * (bars.pop("x1") + bars.pop("x2"))', "twice", "twice as large"),
        ('bars.pop("x1") + bars.pop("x2")', 'x + bars.pop("x1") + bars.pop("x2")', "x added", "x added"),
    ),
    "update_ratio": (
        ("np.sqrt(np.sum(step * step)) / np.sqrt(np.sum(w * w))", "np.sum(step * step) / np.sqrt(np.sum(w * w))", "one root", "one root only"),
        ("np.sqrt(np.sum(step * step)) / np.sqrt(np.sum(w * w))", "np.sqrt(np.sum(step * step)) / np.sqrt(np.sum(w_bar * w_bar))", "w_bar below", "compared with the bar"),
        ("np.sqrt(np.sum(step * step)) / np.sqrt(np.sum(w * w))", "np.sum(step) / np.sum(w)", "plain sums", "added up with their signs"),
        ("np.sqrt(np.sum(step * step)) / np.sqrt(np.sum(w * w))", "np.linalg.norm(step / w)", "norm of the ratio", "length of the ratios"),
        ("np.sqrt(np.sum(step * step)) / np.sqrt(np.sum(w * w))", "np.sqrt(np.sum(step * step)) / np.sum(w * w)", "root forgotten below", "over the norm of w"),
        ("np.sqrt(np.sum(step * step)) / np.sqrt(np.sum(w * w))", "np.mean(np.abs(step)) / np.mean(np.abs(w))", "mean sizes", "summed the sizes"),
        ("-lr * w_bar", "w - lr * w_bar", "the new weights", "compared the new weights"),
    ),
    "rescale": (
        ("/ np.sqrt(H.shape[1])", "/ H.shape[1]", "root of the count forgotten", "times the root of the length of H, axis 1"),
        ("/ np.sqrt(H.shape[1])", "* np.sqrt(H.shape[1])", "times", "divided by its length along axis 1"),
        ("/ np.sqrt(H.shape[1])", "/ np.sqrt(H.shape[0])", "examples for features", "the length of H, axis 0 for the length of H, axis 1, under a root"),
        ("H / size[:, None]", "H / size.mean()", "mean size", "mean of all sizes"),
        ("H / size[:, None]", "H - size[:, None]", "subtracted", "subtracted"),
        ("H / size[:, None]", "(H / size[:, None]).T", "transposed", "transposed"),
        ("H / size[:, None]", "(H - H.mean(axis=1, keepdims=True)) / H.std(axis=1, keepdims=True)", "standardized", "centred as well"),
    ),
    "largest_stable_rate": (
        ("np.linalg.norm(X, 2) ** 2 / n", "np.linalg.norm(X, 2) / n", "not squared", "singular value not squared"),
        ("np.linalg.norm(X, 2) ** 2 / n", "np.linalg.norm(X) ** 2 / n", "Frobenius", "all directions added up"),
        ("np.linalg.norm(X, 2) ** 2 / n", "np.max(np.sum(X ** 2, axis=0)) / n", "largest column", "the largest entry"),
        ("np.linalg.norm(X, 2) ** 2 / n", "np.max(np.sum(X ** 2, axis=1))", "longest example", "the longest example"),
        ("2 / curvature", "1 / (2 * curvature)", "2 below", "a quarter of it"),
        ("2 / curvature", "curvature", "the curvature itself", "gave the curvature"),
        ("2 / curvature", "2 / curvature - 1e-3", "a bit less", "off by a fixed number"),
    ),
}  # fmt: skip
