"""Slips in notebook 03."""

BASES = {
    "who": """
who = {"makes_z": 2, "is_fed": 1}
""",
    "split": """
def split(z_bar, x):
    return z_bar * x
""",
    "gradient_share": """
def gradient_share(x):
    a = np.abs(x)
    return a / np.sum(a)
""",
    "step_share": """
def step_share(x):
    s = x**2.0
    return s / np.sum(s)
""",
    "branches_forward": """
def branches_forward(x1, x2, W1, W2, a1, a2):
    h1 = W1 @ x1
    h2 = W2 @ x2
    z = a1 @ h1 + a2 @ h2
    return {"h1": h1, "h2": h2, "z": z}
""",
    "branches_backward": """
def branches_backward(z_bar, cache, x1, x2, W1, W2, a1, a2):
    a1_bar = z_bar * cache["h1"]
    a2_bar = z_bar * cache["h2"]
    h1_bar = z_bar * a1
    h2_bar = z_bar * a2
    W1_bar = np.outer(h1_bar, x1)
    W2_bar = np.outer(h2_bar, x2)
    x1_bar = W1.T @ h1_bar
    x2_bar = W2.T @ h2_bar
    return {"a1": a1_bar, "a2": a2_bar, "h1": h1_bar, "h2": h2_bar, "W1": W1_bar, "W2": W2_bar, "x1": x1_bar, "x2": x2_bar}
""",
    "fan_out": """
def fan_out(z_bar, cache, x, W1, W2, a1, a2):
    h1_bar = z_bar * a1
    h2_bar = z_bar * a2
    x_bar = W1.T @ h1_bar + W2.T @ h2_bar
    return {
        "a1": z_bar * cache["h1"], "a2": z_bar * cache["h2"], "h1": h1_bar, "h2": h2_bar,
        "W1": np.outer(h1_bar, x), "W2": np.outer(h2_bar, x), "x": x_bar,
    }
""",
    "update_ratio": """
def update_ratio(w, w_bar, lr):
    return lr * np.linalg.norm(w_bar) / np.linalg.norm(w)
""",
    "rescale": """
def rescale(H):
    rms = np.sqrt(np.mean(H**2, axis=1, keepdims=True))
    return H / rms
""",
    "largest_stable_rate": """
def largest_stable_rate(X):
    C = X.T @ X / len(X)
    return 2 / np.max(np.linalg.eigvalsh(C))
""",
}

SLIPS = {
    "who": (
        ('{"makes_z": 2, "is_fed": 1}', '{"makes_z": 2, "is_fed": 2}', "who makes more is fed more", "who makes z is fed"),
        ('{"makes_z": 2, "is_fed": 1}', '{"makes_z": 1, "is_fed": 1}', "the larger x makes more", "the larger x makes z"),
        ('{"makes_z": 2, "is_fed": 1}', '{"makes_z": 1, "is_fed": 2}', "the other way round", "the other way round"),
        ('{"makes_z": 2, "is_fed": 1}', '{"makes_z": 1, "is_fed": 0}', "counted from 0", "counted from 0"),
        ('{"makes_z": 2, "is_fed": 1}', '{"makes_z": "w2", "is_fed": "w1"}', "names", ""),
    ),
    "split": (
        ("z_bar * x", "z_bar * x / np.sum(x)", "shared out", "shared z_bar out, signs and all"),
        ("z_bar * x", "z_bar * np.ones(len(x))", "x forgotten", "passed the bar on"),
        ("z_bar * x", "z_bar * np.abs(x)", "absolute value", "dropped the signs"),
        ("z_bar * x", "z_bar / len(x)", "cut in equal pieces", ""),
        ("z_bar * x", "x", "z_bar forgotten", "forgot z_bar"),
        ("z_bar * x", "z_bar * x**2", "squared", "squared x"),
        ("z_bar * x", "-z_bar * x", "sign", "flipped the sign"),
    ),
    "gradient_share": (
        ("a = np.abs(x)", "a = x", "signs kept", "kept the signs"),
        ("a = np.abs(x)", "a = x**2", "squares", "squared"),
        ("a / np.sum(a)", "a / np.sum(x)", "divided by the plain sum", "signs in the whole"),
        ("a / np.sum(a)", "a / np.max(a)", "divided by the largest", "divided by the largest"),
        ("a / np.sum(a)", "a", "not divided", "did not divide"),
        ("a / np.sum(a)", "100 * a / np.sum(a)", "per cent", "in percent"),
        ("a / np.sum(a)", "a / len(a)", "divided by how many", ""),
        ("a / np.sum(a)", "a / np.linalg.norm(x)", "divided by the length", "divided by the length"),
        ("a / np.sum(a)", "np.exp(a) / np.sum(np.exp(a))", "soft-max", ""),
        ("a / np.sum(a)", "x / np.sum(a)", "sign kept above", "kept the signs on top"),
    ),
    "step_share": (
        ("s = x**2.0", "s = np.abs(x)", "not squared", "share of the gradient"),
        ("s / np.sum(s)", "s", "not divided", "did not divide"),
        ("s / np.sum(s)", "s / np.sum(x) ** 2", "square of the sum", "squared the sum"),
        ("s / np.sum(s)", "s / np.max(s)", "by the largest", "divided by the largest"),
        ("s / np.sum(s)", "s / np.sqrt(np.sum(s))", "by the length", "divided by the length"),
        ("s = x**2.0", "s = np.abs(x)**3", "cubed", ""),
        ("s / np.sum(s)", "(np.abs(x) / np.sum(np.abs(x)))**2", "squared after dividing", "squared a share"),
    ),
    "branches_forward": (
        ("h1 = W1 @ x1", "h1 = W1 @ x1 * a1", "a1 in h1 already", "a1 once too often"),
        ("h2 = W2 @ x2", "h2 = W2 @ x1", "x1 for x2", "x1 for both"),
        ("z = a1 @ h1 + a2 @ h2", "z = a1 @ h1 - a2 @ h2", "minus", "subtracted"),
        ("z = a1 @ h1 + a2 @ h2", "z = (a1 @ h1) * (a2 @ h2)", "multiplied", "multiplied the branches"),
        ("z = a1 @ h1 + a2 @ h2", "z = np.sum(h1) + np.sum(h2)", "a forgotten", "forgot a"),
        ("z = a1 @ h1 + a2 @ h2", "z = a1 @ h1", "one branch only", "left the second branch out"),
        ("z = a1 @ h1 + a2 @ h2", "z = (a1 @ h1 + a2 @ h2) / 2", "averaged", "averaged the branches"),
        ("z = a1 @ h1 + a2 @ h2", "z = np.mean(a1 * h1) + np.mean(a2 * h2)", "mean for sum", "means of products"),
        ('"h1": h1, "h2": h2', '"h1": h2, "h2": h1', "swapped", "swapped the names of h1 and h2"),
    ),
    "branches_backward": (
        ('a1_bar = z_bar * cache["h1"]', "a1_bar = z_bar * a1", "a1 for h1", "a1 in place of h1"),
        ('a1_bar = z_bar * cache["h1"]', 'a1_bar = cache["h1"]', "z_bar forgotten", "forgot the factor z_bar"),
        ('a1_bar = z_bar * cache["h1"]', 'a1_bar = z_bar * cache["h1"] / 2', "the sum's bar shared out", "half of it"),
        ('a2_bar = z_bar * cache["h2"]', 'a2_bar = z_bar * cache["h1"]', "copied line", "a1_bar in its place"),
        ('a2_bar = z_bar * cache["h2"]', 'a2_bar = np.sum(z_bar * cache["h2"])', "summed", "summed up to one number"),
        ("h1_bar = z_bar * a1", "h1_bar = a1", "z_bar forgotten", "forgot the factor z_bar"),
        ("h1_bar = z_bar * a1", "h1_bar = z_bar * W1 @ x1", "the value for the weight", "h1 in place of a1"),
        ("h2_bar = z_bar * a2", "h2_bar = z_bar", "a2 forgotten", ""),
        ("W1_bar = np.outer(h1_bar, x1)", "W1_bar = np.outer(x1, h1_bar)", "transposed", "transposed"),
        ("W1_bar = np.outer(h1_bar, x1)", "W1_bar = h1_bar @ x1 if len(h1_bar) == len(x1) else np.sum(h1_bar) * np.sum(x1)", "a number", ""),
        ("W1_bar = np.outer(h1_bar, x1)", "W1_bar = h1_bar * x1", "entry by entry", ""),
        ("W2_bar = np.outer(h2_bar, x2)", "W2_bar = np.outer(h2_bar, x1)", "copied line", "x1 for x2"),
        ("W2_bar = np.outer(h2_bar, x2)", "W2_bar = z_bar * np.outer(h2_bar, x2)", "z_bar twice", "z_bar once too often"),
        ("W2_bar = np.outer(h2_bar, x2)", 'W2_bar = np.outer(cache["h2"], x2)', "h2 for its bar", "h2 for h2_bar"),
        ("W2_bar = np.outer(h2_bar, x2)", "W2_bar = np.outer(a2, x2)", "a2 for h2_bar", "forgot the factor z_bar"),
        ("x1_bar = W1.T @ h1_bar", "x1_bar = W1_bar.T @ h1_bar", "W1_bar for W1", "W1_bar for W1"),
        ("x2_bar = W2.T @ h2_bar", "x2_bar = W2.T @ a2_bar", "a2_bar for h2_bar", "a2_bar for h2_bar"),
        ("x2_bar = W2.T @ h2_bar", "x2_bar = W2.T @ a2", "z_bar lost", "forgot the factor z_bar|a2 for h2_bar"),
        ("x2_bar = W2.T @ h2_bar", "x2_bar = -W2.T @ h2_bar", "sign", "flipped the sign"),
    ),
    "fan_out": (
        ("x_bar = W1.T @ h1_bar + W2.T @ h2_bar", "x_bar = W1.T @ h1_bar", "one branch only", "first branch only"),
        ("x_bar = W1.T @ h1_bar + W2.T @ h2_bar", "x_bar = W2.T @ h2_bar", "the other branch only", "second branch only"),
        ("x_bar = W1.T @ h1_bar + W2.T @ h2_bar", "x_bar = (W1.T @ h1_bar + W2.T @ h2_bar) / 2", "averaged", "averaged the contributions"),
        ("x_bar = W1.T @ h1_bar + W2.T @ h2_bar", "x_bar = W1.T @ h1_bar - W2.T @ h2_bar", "subtracted", "subtracted the contributions"),
        ("x_bar = W1.T @ h1_bar + W2.T @ h2_bar", "x_bar = W1.T @ h1_bar * (W2.T @ h2_bar)", "multiplied", "multiplied the contributions"),
        ("x_bar = W1.T @ h1_bar + W2.T @ h2_bar", "x_bar = 2 * W1.T @ h1_bar", "the first twice", "the first branch twice"),
        ("x_bar = W1.T @ h1_bar + W2.T @ h2_bar", "x_bar = W1.T @ a1 + W2.T @ a2", "z_bar lost", "forgot the factor z_bar"),
        ("h2_bar = z_bar * a2", "h2_bar = z_bar * a1 if len(a1) == len(a2) else a2", "copied line", ""),
        ('"a2": z_bar * cache["h2"]', '"a2": z_bar * a2', "a2 for h2", "a2 in place of h2"),
        ('"W2": np.outer(h2_bar, x)', '"W2": np.outer(h2_bar, x) / 2', "halved", "half of it"),
        ('"W2": np.outer(h2_bar, x)', '"W2": np.outer(h2_bar, x_bar)', "x_bar for x", "x_bar in place of x"),
        ('"W1": np.outer(h1_bar, x)', '"W1": np.outer(x, h1_bar)', "transposed", "transposed"),
    ),
    "update_ratio": (
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "np.linalg.norm(w_bar) / np.linalg.norm(w)", "lr forgotten", "forgot lr"),
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "np.linalg.norm(w) / (lr * np.linalg.norm(w_bar))", "upside down", "upside down"),
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "lr * np.linalg.norm(w_bar)", "w forgotten", "times the norm of w"),
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "np.linalg.norm(w - lr * w_bar) / np.linalg.norm(w)", "the new weights", "compared the new weights"),
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "-lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "sign", "flipped the sign"),
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "np.mean(np.abs(lr * w_bar / w))", "entry by entry", "mean of the ratios"),
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "lr * np.sum(w_bar**2) / np.sum(w**2)", "root forgotten", "forgot the root"),
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "lr * np.abs(w_bar).sum() / np.abs(w).sum()", "absolute values", "summed the sizes"),
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "lr * np.linalg.norm(w_bar, 2) / np.linalg.norm(w, 2)", "spectral norm", "largest stretch of a matrix"),
        ("lr * np.linalg.norm(w_bar) / np.linalg.norm(w)", "lr * np.max(np.abs(w_bar)) / np.max(np.abs(w))", "largest entries", "largest entries"),
    ),
    "rescale": (
        ("axis=1, keepdims=True", "axis=0, keepdims=True", "wrong axis", "over the examples"),
        ("np.sqrt(np.mean(H**2, axis=1, keepdims=True))", "np.sqrt(np.sum(H**2, axis=1, keepdims=True))", "sum for mean", "length instead of root mean square"),
        ("np.sqrt(np.mean(H**2, axis=1, keepdims=True))", "np.mean(H**2, axis=1, keepdims=True)", "root forgotten", "forgot the root"),
        ("np.sqrt(np.mean(H**2, axis=1, keepdims=True))", "np.std(H, axis=1, keepdims=True)", "standard deviation", "standard deviation"),
        ("np.sqrt(np.mean(H**2, axis=1, keepdims=True))", "np.mean(np.abs(H), axis=1, keepdims=True)", "mean size", "mean size"),
        ("np.sqrt(np.mean(H**2, axis=1, keepdims=True))", "np.sqrt(np.mean(H**2))", "all examples together", "one size for all"),
        ("np.sqrt(np.mean(H**2, axis=1, keepdims=True))", "np.max(np.abs(H), axis=1, keepdims=True)", "largest entry", "largest entry"),
        ("H / rms", "H * rms", "times for divided", "multiplied"),
        ("H / rms", "(H - H.mean(axis=1, keepdims=True)) / rms", "mean subtracted", "less its mean along axis 1"),
        ("return H / rms", "return rms", "the root mean square itself", ""),
        ("H / rms", "np.abs(H) / rms", "signs lost", "without its sign"),
    ),
    "largest_stable_rate": (
        ("2 / np.max(np.linalg.eigvalsh(C))", "1 / np.max(np.linalg.eigvalsh(C))", "1 for 2", "forgot the 2"),
        ("2 / np.max(np.linalg.eigvalsh(C))", "2 / np.min(np.linalg.eigvalsh(C))", "smallest", "flattest direction"),
        ("X.T @ X / len(X)", "X.T @ X", "mean forgotten", "forgot n"),
        ("X.T @ X / len(X)", "X @ X.T / X.shape[1]", "the other product", "features instead of examples"),
        ("X.T @ X / len(X)", "X.T @ X / X.size", "divided by all", "times the length of X, axis 1"),
        ("2 / np.max(np.linalg.eigvalsh(C))", "2 / np.trace(C)", "trace", "all directions added up"),
        ("2 / np.max(np.linalg.eigvalsh(C))", "np.max(np.linalg.eigvalsh(C)) / 2", "upside down", "half the curvature"),
        ("2 / np.max(np.linalg.eigvalsh(C))", "2 / np.max(C)", "largest entry", "the largest entry"),
        ("2 / np.max(np.linalg.eigvalsh(C))", "2 / np.max(np.linalg.eigvalsh(np.cov(X.T, bias=True).reshape(C.shape)))", "covariance", "a covariance"),
        ("2 / np.max(np.linalg.eigvalsh(C))", "2 / np.sqrt(np.max(np.linalg.eigvalsh(C)))", "root", "the root of the curvature"),
        ("2 / np.max(np.linalg.eigvalsh(C))", "4 / np.max(np.linalg.eigvalsh(C))", "the half forgotten", "twice too large"),
    ),
}  # fmt: skip
