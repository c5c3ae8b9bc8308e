"""Slips in notebook 02."""

BASES = {
    "bar_e": """
def bar_e(l_bar, y, e):
    return l_bar * (e - y)
""",
    "bar_y": """
def bar_y(l_bar, y, e):
    return l_bar * (y - e)
""",
    "bar_v": """
def bar_v(e_bar, h):
    return e_bar * h
""",
    "bar_h": """
def bar_h(e_bar, v):
    return v * e_bar
""",
    "bar_z": """
def bar_z(h_bar, z, sigma):
    return h_bar * sigma.slope(z)
""",
    "bar_w": """
def bar_w(z_bar, x):
    return z_bar * x
""",
    "bar_x": """
def bar_x(z_bar, w):
    return z_bar * w
""",
    "backward": """
def backward(cache, x, y, w, v, sigma, l_bar=1.0):
    z, h, e = cache["z"], cache["h"], cache["e"]
    e_bar = -l_bar * (y - e)
    y_bar = l_bar * (y - e)
    v_bar = e_bar * h
    h_bar = e_bar * v
    z_bar = h_bar * sigma.slope(z)
    w_bar = z_bar * x
    x_bar = z_bar * w
    return {"e": e_bar, "y": y_bar, "v": v_bar, "h": h_bar, "z": z_bar, "w": w_bar, "x": x_bar}
""",
    "new_steps": """
def bars_sum(e_bar, cache):
    return e_bar, e_bar

def bars_square(e_bar, cache):
    return e_bar * cache["h"] ** 2, e_bar * cache["v"] * 2 * cache["h"]

def bars_quotient(e_bar, cache):
    v, h = cache["v"], cache["h"]
    return -e_bar * h / v**2, e_bar / v
""",
    "logistic_backward": """
def logistic_backward(cache, x, y, w, l_bar=1.0):
    m_bar = -l_bar / (1 + np.exp(cache["m"]))
    z_bar = m_bar * y
    y_bar = m_bar * cache["z"]
    w_bar = z_bar * x
    x_bar = z_bar * w
    return {"m": m_bar, "z": z_bar, "y": y_bar, "w": w_bar, "x": x_bar}
""",
    "find_the_bug": """
first_wrong = {"a": "v", "b": "z", "c": "w"}
""",
    "slopes_from_output": """
def sigmoid_slope(h):
    return h * (1 - h)

def tanh_slope(h):
    return 1 - h ** 2.0

def relu_slope(h):
    return np.where(np.asarray(h) > 0, 1.0, 0.0)
""",
    "backward_recompute": """
def backward_recompute(cache, x, y, w, v, sigma, l_bar=1.0):
    h = sigma(cache["z"])
    e_bar = l_bar * (cache["e"] - y)
    h_bar = e_bar * v
    z_bar = h_bar * sigma.slope(cache["z"])
    return {"e": e_bar, "y": -e_bar, "v": e_bar * h, "h": h_bar, "z": z_bar, "w": z_bar * x, "x": z_bar * w}
""",
    "order": """
order = ["y", "e", "h", "v", "z", "x", "w"]
""",
    "train": """
def train(X, Y, w, v, sigma, lr, steps, seed):
    rng = np.random.default_rng(seed)
    w = w.copy()
    losses = []
    for step in range(steps):
        i = rng.integers(len(X))
        cache = forward(X[i], Y[i], w, v, sigma)
        bars = backward(cache, X[i], Y[i], w, v, sigma)
        losses.append(cache["l"])
        w = w - lr * bars["w"]
        v = v - lr * bars["v"]
    return w, v, losses
""",
}

SLIPS = {
    "bar_e": (
        ("l_bar * (e - y)", "l_bar * (y - e)", "sign", ""),
        ("l_bar * (e - y)", "e - y", "l_bar forgotten", ""),
        ("l_bar * (e - y)", "l_bar + (e - y)", "added", ""),
        ("l_bar * (e - y)", "l_bar * e - y", "brackets forgotten", ""),
        ("l_bar * (e - y)", "l_bar * (e - y) ** 2 / 2", "the loss, not its slope", ""),
        ("l_bar * (e - y)", "2 * l_bar * (e - y)", "the half forgotten", ""),
        ("l_bar * (e - y)", "l_bar * abs(e - y)", "absolute value", ""),
        ("l_bar * (e - y)", "l_bar * y", "only y", ""),
        ("l_bar * (e - y)", "(e - y) / l_bar", "divided", ""),
    ),
    "bar_y": (
        ("l_bar * (y - e)", "l_bar * (e - y)", "sign", ""),
        ("l_bar * (y - e)", "y - e", "l_bar forgotten", ""),
        ("l_bar * (y - e)", "0.0", "y is no weight", ""),
        ("l_bar * (y - e)", "l_bar * (y - e) / 2", "half too many", ""),
        ("l_bar * (y - e)", "-l_bar * y * e", "product", ""),
        ("l_bar * (y - e)", "l_bar", "the loss's own bar", ""),
        ("l_bar * (y - e)", "l_bar * (y + e)", "plus for minus", ""),
    ),
    "bar_v": (
        ("e_bar * h", "h", "e_bar forgotten", ""),
        ("e_bar * h", "e_bar", "h forgotten", ""),
        ("e_bar * h", "e_bar / h", "divided", ""),
        ("e_bar * h", "e_bar + h", "added", ""),
        ("e_bar * h", "-e_bar * h", "sign", ""),
        ("e_bar * h", "e_bar * h ** 2", "squared", ""),
        ("e_bar * h", "e_bar * e_bar", "e_bar squared", ""),
    ),
    "bar_h": (
        ("v * e_bar", "v", "e_bar forgotten", ""),
        ("v * e_bar", "v - e_bar", "subtracted", ""),
        ("v * e_bar", "e_bar / v", "divided", ""),
        ("v * e_bar", "max(v * e_bar, 0)", "cut off", ""),
        ("v * e_bar", "abs(v) * e_bar", "without sign of v", ""),
        ("v * e_bar", "v * e_bar * 0.5", "half", ""),
    ),
    "bar_z": (
        ("h_bar * sigma.slope(z)", "sigma.slope(z)", "h_bar forgotten", ""),
        ("h_bar * sigma.slope(z)", "h_bar * sigma(z)", "value for slope", ""),
        ("h_bar * sigma.slope(z)", "h_bar * sigma.slope(sigma(z))", "slope at the output", ""),
        ("h_bar * sigma.slope(z)", "sigma.slope(h_bar * z)", "h_bar inside", ""),
        ("h_bar * sigma.slope(z)", "h_bar * z", "z for the slope", ""),
        ("h_bar * sigma.slope(z)", "h_bar / sigma.slope(z)", "divided", ""),
        ("h_bar * sigma.slope(z)", "h_bar * (z > 0)", "ReLU whatever sigma is", ""),
        ("h_bar * sigma.slope(z)", "h_bar * (1 - sigma(z) ** 2)", "tanh whatever sigma is", ""),
        ("h_bar * sigma.slope(z)", "h_bar * sigma(z) * (1 - sigma(z))", "sigmoid whatever sigma is", ""),
        ("h_bar * sigma.slope(z)", "h_bar * sigma.slope(z) * z", "one z too many", ""),
        ("h_bar * sigma.slope(z)", "h_bar + sigma.slope(z)", "added", ""),
        ("h_bar * sigma.slope(z)", "sigma.slope(h_bar) * z", "the two swapped", ""),
        ("h_bar * sigma.slope(z)", "h_bar * sigma.slope(0)", "slope at 0", ""),
    ),
    "bar_w": (
        ("z_bar * x", "x", "z_bar forgotten", ""),
        ("z_bar * x", "np.sum(z_bar * x)", "summed", ""),
        ("z_bar * x", "z_bar + x", "added", ""),
        ("z_bar * x", "x / z_bar", "divided", ""),
        ("z_bar * x", "np.full(len(x), z_bar)", "x forgotten", ""),
        ("z_bar * x", "z_bar * x / len(x)", "a mean", ""),
        ("z_bar * x", "z_bar * np.sign(x)", "sign of x alone", ""),
        ("z_bar * x", "z_bar * x[0]", "the first only", ""),
        ("z_bar * x", "z_bar * x.reshape(-1, 1)", "a column", ""),
    ),
    "bar_x": (
        ("z_bar * w", "w", "z_bar forgotten", ""),
        ("z_bar * w", "np.dot(z_bar, w).sum()", "summed", ""),
        ("z_bar * w", "z_bar", "w forgotten", ""),
        ("z_bar * w", "w - z_bar", "a step of descent", ""),
        ("z_bar * w", "-z_bar * w", "sign", ""),
        ("z_bar * w", "z_bar * w ** 2", "squared", ""),
        ("z_bar * w", "z_bar * w / np.linalg.norm(w)", "unit length", ""),
    ),
    "backward": (
        ("e_bar = -l_bar * (y - e)", "e_bar = -(y - e)", "l_bar forgotten in e_bar", ""),
        ("e_bar = -l_bar * (y - e)", "e_bar = l_bar * (y - e)", "sign of e_bar", ""),
        ("y_bar = l_bar * (y - e)", "y_bar = e_bar", "sign of y_bar", ""),
        ("y_bar = l_bar * (y - e)", "y_bar = y - e", "l_bar forgotten in y_bar", ""),
        ("y_bar = l_bar * (y - e)", "y_bar = 0.0", "y_bar is 0", ""),
        ("v_bar = e_bar * h", "v_bar = e_bar * z", "z for h", ""),
        ("v_bar = e_bar * h", "v_bar = e_bar * v", "v for h", ""),
        ("v_bar = e_bar * h", "v_bar = h", "e_bar forgotten", ""),
        ("v_bar = e_bar * h", "v_bar = l_bar * h", "l_bar for e_bar", ""),
        ("h_bar = e_bar * v", "h_bar = e_bar * h", "h for v", ""),
        ("h_bar = e_bar * v", "h_bar = v_bar * v", "v_bar for e_bar", ""),
        ("h_bar = e_bar * v", "h_bar = e_bar", "v forgotten", ""),
        ("z_bar = h_bar * sigma.slope(z)", "z_bar = h_bar * sigma.slope(h)", "slope at h", ""),
        ("z_bar = h_bar * sigma.slope(z)", "z_bar = h_bar", "slope forgotten", ""),
        ("z_bar = h_bar * sigma.slope(z)", "z_bar = e_bar * sigma.slope(z)", "e_bar for h_bar", ""),
        ("z_bar = h_bar * sigma.slope(z)", "z_bar = h_bar * sigma(z)", "value for slope", ""),
        ("w_bar = z_bar * x", "w_bar = z_bar * w", "w for x", ""),
        ("w_bar = z_bar * x", "w_bar = h_bar * x", "h_bar for z_bar", ""),
        ("w_bar = z_bar * x", "w_bar = np.dot(z_bar, x).sum()", "summed", ""),
        ("x_bar = z_bar * w", "x_bar = w_bar * w", "w_bar for z_bar", ""),
        ("x_bar = z_bar * w", "x_bar = z_bar * x", "x for w", ""),
        ("x_bar = z_bar * w", "x_bar = h_bar * w", "h_bar for z_bar", ""),
        ("    return {", "    z_bar = z_bar * l_bar\n    return {", "l_bar once more in z_bar", ""),
        ('"h": h_bar, "z": z_bar', '"h": z_bar, "z": h_bar', "two keys swapped", ""),
    ),
    "new_steps": (
        ("return e_bar, e_bar\n", "return e_bar * cache['v'], e_bar * cache['h']\n", "sum taken for a product", ""),
        ("return e_bar, e_bar\n", "return e_bar / 2, e_bar / 2\n", "the bar is shared out", ""),
        ("return e_bar, e_bar\n", "return 1.0, 1.0\n", "e_bar forgotten", ""),
        ('e_bar * cache["v"] * 2 * cache["h"]', 'e_bar * cache["v"] * cache["h"]', "the 2 forgotten", ""),
        ('e_bar * cache["v"] * 2 * cache["h"]', 'e_bar * 2 * cache["h"]', "v forgotten", ""),
        ('e_bar * cache["h"] ** 2,', 'e_bar * cache["h"],', "not squared", ""),
        ('e_bar * cache["h"] ** 2,', 'e_bar * cache["e"],', "e for h squared", ""),
        ("return -e_bar * h / v**2, e_bar / v", "return e_bar * h / v**2, e_bar / v", "sign", ""),
        ("return -e_bar * h / v**2, e_bar / v", "return -e_bar * h / v, e_bar / v", "v not squared", ""),
        ("return -e_bar * h / v**2, e_bar / v", "return e_bar / v, -e_bar * h / v**2", "order", ""),
        ("return -e_bar * h / v**2, e_bar / v", "return -e_bar * h / v**2, e_bar * v", "times for divided", ""),
        ("return -e_bar * h / v**2, e_bar / v", "return -e_bar / v**2, e_bar / v", "h forgotten", ""),
        ("return -e_bar * h / v**2, e_bar / v", "return -e_bar * v / h**2, e_bar / h", "quotient upside down", ""),
    ),
    "logistic_backward": (
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = l_bar / (1 + np.exp(cache["m"]))', "sign", ""),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = -l_bar / (1 + np.exp(-cache["m"]))', "sign in the exponent", ""),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = -1 / (1 + np.exp(cache["m"]))', "l_bar forgotten", ""),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = -l_bar / (1 + np.exp(cache["z"]))', "z for m", ""),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = l_bar * cache["l"]', "the loss for its slope", ""),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 's = 1 / (1 + np.exp(-cache["m"])); m_bar = l_bar * s * (1 - s)', "slope of the sigmoid", ""),
        ("z_bar = m_bar * y", "z_bar = m_bar", "y forgotten", ""),
        ("z_bar = m_bar * y", "z_bar = m_bar * cache['z']", "z for y", ""),
        ("y_bar = m_bar * cache[\"z\"]", "y_bar = z_bar * cache['z']", "z_bar for m_bar", ""),
        ("y_bar = m_bar * cache[\"z\"]", "y_bar = m_bar * cache['m']", "m for z", ""),
        ("y_bar = m_bar * cache[\"z\"]", "y_bar = -z_bar", "as if it were y - z", ""),
        ("w_bar = z_bar * x", "w_bar = m_bar * x", "m_bar for z_bar", ""),
        ("x_bar = z_bar * w", "x_bar = z_bar * x", "x for w", ""),
        ("x_bar = z_bar * w", "x_bar = w_bar * w", "w_bar for z_bar", ""),
    ),
    "find_the_bug": (
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "h", "b": "z", "c": "w"}', "a: one further on", ""),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "v", "b": "w", "c": "w"}', "b: a bar that is wrong because of it", ""),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "v", "b": "z", "c": "x"}', "c: the other one", ""),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "v_bar", "b": "z_bar", "c": "w_bar"}', "names with _bar", ""),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "e", "b": "e", "c": "e"}', "the first of all", ""),
    ),
    "slopes_from_output": (
        ("return h * (1 - h)", "return h * (h - 1)", "sign", ""),
        ("return h * (1 - h)", "return 1 - h", "h forgotten", ""),
        ("return h * (1 - h)", "return sigmoid(h) * (1 - sigmoid(h))", "h taken for z", ""),
        ("return h * (1 - h)", "return h * 1 - h", "brackets", ""),
        ("return 1 - h ** 2.0", "return 1 - h", "not squared", ""),
        ("return 1 - h ** 2.0", "return 1 - np.tanh(h) ** 2", "h taken for z", ""),
        ("return 1 - h ** 2.0", "return h * (1 - h)", "the sigmoid's", ""),
        ("return 1 - h ** 2.0", "return (1 - h) ** 2", "brackets", ""),
        ("return 1 - h ** 2.0", "return h ** 2 - 1", "sign", ""),
        ("np.asarray(h) > 0, 1.0, 0.0", "np.asarray(h) >= 0, 1.0, 0.0", "1 at 0", ""),
        ("np.asarray(h) > 0, 1.0, 0.0", "np.asarray(h) > 0, h, 0.0", "ReLU itself", ""),
        ("np.asarray(h) > 0, 1.0, 0.0", "np.asarray(h) > 0, 0.0, 1.0", "upside down", ""),
        ("return np.where(np.asarray(h) > 0, 1.0, 0.0)", "return np.asarray(h) > 0", "truth values", ""),
    ),
    "backward_recompute": (
        ('h = sigma(cache["z"])', 'h = sigma.slope(cache["z"])', "slope for value", ""),
        ('h = sigma(cache["z"])', 'h = cache["e"] / v', "e / v, which fails for v = 0", ""),
        ('h = sigma(cache["z"])', 'h = cache["z"]', "sigma forgotten", ""),
        ('h = sigma(cache["z"])', 'h = sigma(np.dot(w, x))', "z made again", ""),
        ('l_bar * (cache["e"] - y)', '(cache["e"] - y)', "l_bar forgotten", ""),
        ("h_bar = e_bar * v", "h_bar = e_bar * h", "h for v", ""),
        ('sigma.slope(cache["z"])', "sigma.slope(h)", "slope at the output", ""),
        ('"y": -e_bar', '"y": e_bar', "sign of y_bar", ""),
        ('"w": z_bar * x, "x": z_bar * w', '"w": z_bar * w, "x": z_bar * x', "w and x swapped", ""),
        ('    h = sigma(cache["z"])', '    h = cache["h"]', "h is not in the cache", ""),
    ),
    "order": (
        ('["y", "e", "h", "v", "z", "x", "w"]', '["x", "w", "z", "h", "v", "e", "y"]', "the forward order", ""),
        ('["y", "e", "h", "v", "z", "x", "w"]', '["y", "e", "v", "z", "h", "x", "w"]', "z before h", ""),
        ('["y", "e", "h", "v", "z", "x", "w"]', '["e", "h", "v", "z", "x", "w"]', "y left out", ""),
        ('["y", "e", "h", "v", "z", "x", "w"]', '["y", "v", "e", "h", "z", "x", "w"]', "v before e", ""),
        ('["y", "e", "h", "v", "z", "x", "w"]', '["l", "y", "e", "h", "v", "z", "x", "w"]', "l with them", ""),
    ),
    "train": (
        ('w = w - lr * bars["w"]', 'w = w + lr * bars["w"]', "uphill in w", ""),
        ('v = v - lr * bars["v"]', 'v = v + lr * bars["v"]', "uphill in v", ""),
        ('w = w - lr * bars["w"]', 'w = w - bars["w"]', "lr forgotten", ""),
        ('        v = v - lr * bars["v"]\n', "", "v never moves", ""),
        ('        losses.append(cache["l"])\n', "", "no losses", ""),
        ('losses.append(cache["l"])', 'losses.append(forward(X[i], Y[i], w - lr * bars["w"], v - lr * bars["v"], sigma)["l"])', "the loss after the step", ""),
        ("i = rng.integers(len(X))", "i = 0", "always the first example", ""),
        ("i = rng.integers(len(X))", "i = np.random.randint(len(X))", "the seed is not used", ""),
        ("        i = rng.integers(len(X))", "        rng = np.random.default_rng(seed)\n        i = rng.integers(len(X))", "the same draw each step", ""),
        ("range(steps)", "range(steps + 1)", "one step too many", ""),
        ("range(steps)", "range(len(X))", "one pass whatever steps", ""),
        ('        w = w - lr * bars["w"]\n        v = v - lr * bars["v"]', '        v = v - lr * bars["v"]\n        w = w - lr * backward(forward(X[i], Y[i], w, v, sigma), X[i], Y[i], w, v, sigma)["w"]', "w's bar after v moved", ""),
        ("return w, v, losses", "return w, v, losses[-1]", "the last loss alone", ""),
        ("return w, v, losses", "return v, w, losses", "order", ""),
        ("w = w.copy()", "w = np.zeros(len(w))", "starts at 0", ""),
        ("i = rng.integers(len(X))", "i = rng.integers(len(X) - 1)", "the last example never drawn", ""),
        ("bars = backward(cache, X[i], Y[i], w, v, sigma)", "j = rng.integers(len(X)); bars = backward(cache, X[j], Y[j], w, v, sigma)", "another example on the way back", ""),
        ('lr * bars["v"]', 'lr * bars["v"] / len(X)', "divided by n", ""),
        ('lr * bars["w"]', 'lr * bars["x"]', "x moved in place of w", ""),
    ),
}  # fmt: skip
