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
        ("l_bar * (e - y)", "l_bar * (y - e)", "sign", "flipped the sign"),
        ("l_bar * (e - y)", "e - y", "l_bar forgotten", "forgot l_bar"),
        ("l_bar * (e - y)", "l_bar + (e - y)", "added", "added l_bar"),
        ("l_bar * (e - y)", "l_bar * e - y", "brackets forgotten", "l_bar e - y"),
        ("l_bar * (e - y)", "l_bar * (e - y) ** 2 / 2", "the loss, not its slope", "used the loss"),
        ("l_bar * (e - y)", "2 * l_bar * (e - y)", "the half forgotten", "twice too large"),
        ("l_bar * (e - y)", "l_bar * abs(e - y)", "absolute value", "only l_bar with its sign"),
        ("l_bar * (e - y)", "l_bar * y", "only y", "l_bar times y"),
        ("l_bar * (e - y)", "(e - y) / l_bar", "divided", "divided by l_bar"),
    ),
    "bar_y": (
        ("l_bar * (y - e)", "l_bar * (e - y)", "sign", "flipped the sign"),
        ("l_bar * (y - e)", "y - e", "l_bar forgotten", "forgot l_bar"),
        ("l_bar * (y - e)", "0.0", "y is no weight", "gave zero"),
        ("l_bar * (y - e)", "l_bar * (y - e) / 2", "half too many", "half too small"),
        ("l_bar * (y - e)", "-l_bar * y * e", "product", "-e l_bar y"),
        ("l_bar * (y - e)", "l_bar", "the loss's own bar", "l_bar handed on"),
        ("l_bar * (y - e)", "l_bar * (y + e)", "plus for minus", "e with the other sign"),
    ),
    "bar_v": (
        ("e_bar * h", "h", "e_bar forgotten", "forgot e_bar"),
        ("e_bar * h", "e_bar", "h forgotten", "passed the bar on"),
        ("e_bar * h", "e_bar / h", "divided", "divided"),
        ("e_bar * h", "e_bar + h", "added", "added"),
        ("e_bar * h", "-e_bar * h", "sign", "flipped the sign"),
        ("e_bar * h", "e_bar * h ** 2", "squared", "squared but for e_bar"),
        ("e_bar * h", "e_bar * e_bar", "e_bar squared", "e_bar in place of h"),
    ),
    "bar_h": (
        ("v * e_bar", "v", "e_bar forgotten", "forgot e_bar"),
        ("v * e_bar", "v - e_bar", "subtracted", "v - e_bar"),
        ("v * e_bar", "e_bar / v", "divided", "divided"),
        ("v * e_bar", "max(v * e_bar, 0)", "cut off", "negative entries cut off"),
        ("v * e_bar", "abs(v) * e_bar", "without sign of v", "only e_bar with its sign"),
        ("v * e_bar", "v * e_bar * 0.5", "half", "half of it"),
    ),
    "bar_z": (
        ("h_bar * sigma.slope(z)", "sigma.slope(z)", "h_bar forgotten", "forgot h_bar"),
        ("h_bar * sigma.slope(z)", "h_bar * sigma(z)", "value for slope", "value instead of slope"),
        ("h_bar * sigma.slope(z)", "h_bar * sigma.slope(sigma(z))", "slope at the output", "slope at h"),
        ("h_bar * sigma.slope(z)", "sigma.slope(h_bar * z)", "h_bar inside", "z inside sigma's slope at h_bar"),
        ("h_bar * sigma.slope(z)", "h_bar * z", "z for the slope", "multiplied by z"),
        ("h_bar * sigma.slope(z)", "h_bar / sigma.slope(z)", "divided", "divided by sigma's slope at z"),
        ("h_bar * sigma.slope(z)", "h_bar * (z > 0)", "ReLU whatever sigma is", "always relu's gate"),
        ("h_bar * sigma.slope(z)", "h_bar * (1 - sigma(z) ** 2)", "tanh whatever sigma is", "the slope of tanh whatever sigma is"),
        ("h_bar * sigma.slope(z)", "h_bar * sigma(z) * (1 - sigma(z))", "sigmoid whatever sigma is", "the slope of sigmoid whatever sigma is"),
        ("h_bar * sigma.slope(z)", "h_bar * sigma.slope(z) * z", "one z too many", "z once too often"),
        ("h_bar * sigma.slope(z)", "h_bar + sigma.slope(z)", "added", "sigma's slope at z added"),
        ("h_bar * sigma.slope(z)", "sigma.slope(h_bar) * z", "the two swapped", "swapped h_bar and z"),
        ("h_bar * sigma.slope(z)", "h_bar * sigma.slope(0)", "slope at 0", "z taken as 0"),
    ),
    "bar_w": (
        ("z_bar * x", "x", "z_bar forgotten", "forgot z_bar"),
        ("z_bar * x", "np.sum(z_bar * x)", "summed", "added it up"),
        ("z_bar * x", "z_bar + x", "added", "z_bar + x"),
        ("z_bar * x", "x / z_bar", "divided", "divided by z_bar"),
        ("z_bar * x", "np.full(len(x), z_bar)", "x forgotten", "passed the bar on"),
        ("z_bar * x", "z_bar * x / len(x)", "a mean", "divided by d"),
        ("z_bar * x", "z_bar * np.sign(x)", "sign of x alone", "the sign of x alone"),
        ("z_bar * x", "z_bar * x[0]", "the first only", ""),
        ("z_bar * x", "z_bar * x.reshape(-1, 1)", "a column", "a column instead of a vector"),
    ),
    "bar_x": (
        ("z_bar * w", "w", "z_bar forgotten", "forgot z_bar"),
        ("z_bar * w", "np.dot(z_bar, w).sum()", "summed", "added it up"),
        ("z_bar * w", "z_bar", "w forgotten", "z_bar handed on"),
        ("z_bar * w", "w - z_bar", "a step of descent", "w - z_bar"),
        ("z_bar * w", "-z_bar * w", "sign", "flipped the sign"),
        ("z_bar * w", "z_bar * w ** 2", "squared", "squared but for z_bar"),
        ("z_bar * w", "z_bar * w / np.linalg.norm(w)", "unit length", "over the norm of w"),
    ),
    "backward": (
        ("e_bar = -l_bar * (y - e)", "e_bar = -(y - e)", "l_bar forgotten in e_bar", "forgot the factor l_bar"),
        ("e_bar = -l_bar * (y - e)", "e_bar = l_bar * (y - e)", "sign of e_bar", "wrong sign throughout"),
        ("y_bar = l_bar * (y - e)", "y_bar = e_bar", "sign of y_bar", "y_bar like e_bar"),
        ("y_bar = l_bar * (y - e)", "y_bar = y - e", "l_bar forgotten in y_bar", "forgot the factor l_bar"),
        ("y_bar = l_bar * (y - e)", "y_bar = 0.0", "y_bar is 0", "y_bar is not zero"),
        ("v_bar = e_bar * h", "v_bar = e_bar * z", "z for h", "z in place of h"),
        ("v_bar = e_bar * h", "v_bar = e_bar * v", "v for h", "v in place of h"),
        ("v_bar = e_bar * h", "v_bar = h", "e_bar forgotten", "forgot the factor e_bar"),
        ("v_bar = e_bar * h", "v_bar = l_bar * h", "l_bar for e_bar", "l_bar in place of e_bar"),
        ("h_bar = e_bar * v", "h_bar = e_bar * h", "h for v", "h in place of v"),
        ("h_bar = e_bar * v", "h_bar = v_bar * v", "v_bar for e_bar", "h once too often"),
        ("h_bar = e_bar * v", "h_bar = e_bar", "v forgotten", "forgot the factor v"),
        ("z_bar = h_bar * sigma.slope(z)", "z_bar = h_bar * sigma.slope(h)", "slope at h", "slope at h"),
        ("z_bar = h_bar * sigma.slope(z)", "z_bar = h_bar", "slope forgotten", "forgot sigma'"),
        ("z_bar = h_bar * sigma.slope(z)", "z_bar = e_bar * sigma.slope(z)", "e_bar for h_bar", "forgot the factor v"),
        ("z_bar = h_bar * sigma.slope(z)", "z_bar = h_bar * sigma(z)", "value for slope", "sigma's value at z instead of its slope"),
        ("w_bar = z_bar * x", "w_bar = z_bar * w", "w for x", "w in place of x"),
        ("w_bar = z_bar * x", "w_bar = h_bar * x", "h_bar for z_bar", "short-circuited from h|h_bar in place of z_bar"),
        ("w_bar = z_bar * x", "w_bar = np.dot(z_bar, x).sum()", "summed", "summed up to one number"),
        ("x_bar = z_bar * w", "x_bar = w_bar * w", "w_bar for z_bar", "x once too often"),
        ("x_bar = z_bar * w", "x_bar = z_bar * x", "x for w", "x in place of w"),
        ("x_bar = z_bar * w", "x_bar = h_bar * w", "h_bar for z_bar", "short-circuited from h|h_bar in place of z_bar"),
        ("    return {", "    z_bar = z_bar * l_bar\n    return {", "l_bar once more in z_bar", "l_bar once too often"),
        ('"h": h_bar, "z": z_bar', '"h": z_bar, "z": h_bar', "two keys swapped", "z_bar in its place"),
    ),
    "new_steps": (
        ("return e_bar, e_bar\n", "return e_bar * cache['v'], e_bar * cache['h']\n", "sum taken for a product", "v once too often"),
        ("return e_bar, e_bar\n", "return e_bar / 2, e_bar / 2\n", "the bar is shared out", "sum shared out"),
        ("return e_bar, e_bar\n", "return 1.0, 1.0\n", "e_bar forgotten", "all ones"),
        ('e_bar * cache["v"] * 2 * cache["h"]', 'e_bar * cache["v"] * cache["h"]', "the 2 forgotten", "forgot the 2 of the square"),
        ('e_bar * cache["v"] * 2 * cache["h"]', 'e_bar * 2 * cache["h"]', "v forgotten", "slope of the square without v"),
        ('e_bar * cache["h"] ** 2,', 'e_bar * cache["h"],', "not squared", "square like a plain product, for v"),
        ('e_bar * cache["h"] ** 2,', 'e_bar * cache["e"],', "e for h squared", "v once too often"),
        ("return -e_bar * h / v**2, e_bar / v", "return e_bar * h / v**2, e_bar / v", "sign", "quotient with a lost sign"),
        ("return -e_bar * h / v**2, e_bar / v", "return -e_bar * h / v, e_bar / v", "v not squared", "quotient divided once"),
        ("return -e_bar * h / v**2, e_bar / v", "return e_bar / v, -e_bar * h / v**2", "order", "swapped v_bar of bars_quotient and h_bar of bars_quotient"),
        ("return -e_bar * h / v**2, e_bar / v", "return -e_bar * h / v**2, e_bar * v", "times for divided", "v squared too often"),
        ("return -e_bar * h / v**2, e_bar / v", "return -e_bar / v**2, e_bar / v", "h forgotten", "forgot the factor h"),
        ("return -e_bar * h / v**2, e_bar / v", "return -e_bar * v / h**2, e_bar / h", "quotient upside down", ""),
    ),
    "logistic_backward": (
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = l_bar / (1 + np.exp(cache["m"]))', "sign", "every sign flipped"),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = -l_bar / (1 + np.exp(-cache["m"]))', "sign in the exponent", "sigmoid of m for that of -m"),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = -1 / (1 + np.exp(cache["m"]))', "l_bar forgotten", "forgot l_bar"),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = -l_bar / (1 + np.exp(cache["z"]))', "z for m", "read z for m"),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 'm_bar = l_bar * cache["l"]', "the loss for its slope", "l times l_bar"),
        ('m_bar = -l_bar / (1 + np.exp(cache["m"]))', 's = 1 / (1 + np.exp(-cache["m"])); m_bar = l_bar * s * (1 - s)', "slope of the sigmoid", ""),
        ("z_bar = m_bar * y", "z_bar = m_bar", "y forgotten", "z_bar without y"),
        ("z_bar = m_bar * y", "z_bar = m_bar * cache['z']", "z for y", "m once too often"),
        ("y_bar = m_bar * cache[\"z\"]", "y_bar = z_bar * cache['z']", "z_bar for m_bar", "y_bar made with m"),
        ("y_bar = m_bar * cache[\"z\"]", "y_bar = m_bar * cache['m']", "m for z", "y_bar made with m"),
        ("y_bar = m_bar * cache[\"z\"]", "y_bar = -z_bar", "as if it were y - z", "forgot the factor m, and the sign"),
        ("w_bar = z_bar * x", "w_bar = m_bar * x", "m_bar for z_bar", "short-circuited from m"),
        ("x_bar = z_bar * w", "x_bar = z_bar * x", "x for w", "x in place of w"),
        ("x_bar = z_bar * w", "x_bar = w_bar * w", "w_bar for z_bar", "x once too often"),
    ),
    "find_the_bug": (
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "h", "b": "z", "c": "w"}', "a: one further on", "a: inherited"),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "v", "b": "w", "c": "w"}', "b: a bar that is wrong because of it", "b: inherited"),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "v", "b": "z", "c": "x"}', "c: the other one", "c: too late"),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "v_bar", "b": "z_bar", "c": "w_bar"}', "names with _bar", ""),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "e", "b": "e", "c": "e"}', "the first of all", "a: stopped at the loss"),
    ),
    "slopes_from_output": (
        ("return h * (1 - h)", "return h * (h - 1)", "sign", "flipped the sign"),
        ("return h * (1 - h)", "return 1 - h", "h forgotten", "a factor h lost"),
        ("return h * (1 - h)", "return sigmoid(h) * (1 - sigmoid(h))", "h taken for z", "treated h as z in sigmoid"),
        ("return h * (1 - h)", "return h * 1 - h", "brackets", "a bracket lost"),
        ("return 1 - h ** 2.0", "return 1 - h", "not squared", "tanh without the square"),
        ("return 1 - h ** 2.0", "return 1 - np.tanh(h) ** 2", "h taken for z", "treated h as z in tanh"),
        ("return 1 - h ** 2.0", "return h * (1 - h)", "the sigmoid's", "tanh like sigmoid"),
        ("return 1 - h ** 2.0", "return (1 - h) ** 2", "brackets", "a square in the wrong place"),
        ("return 1 - h ** 2.0", "return h ** 2 - 1", "sign", "flipped the sign"),
        ("np.asarray(h) > 0, 1.0, 0.0", "np.asarray(h) >= 0, 1.0, 0.0", "1 at 0", "relu always one"),
        ("np.asarray(h) > 0, 1.0, 0.0", "np.asarray(h) > 0, h, 0.0", "ReLU itself", "relu gives h"),
        ("np.asarray(h) > 0, 1.0, 0.0", "np.asarray(h) > 0, 0.0, 1.0", "upside down", "one minus it"),
        ("return np.where(np.asarray(h) > 0, 1.0, 0.0)", "return np.asarray(h) > 0", "truth values", ""),
    ),
    "backward_recompute": (
        ('h = sigma(cache["z"])', 'h = sigma.slope(cache["z"])', "slope for value", "slope in place of h"),
        ('h = sigma(cache["z"])', 'h = cache["e"] / v', "e / v, which fails for v = 0", ""),
        ('h = sigma(cache["z"])', 'h = cache["z"]', "sigma forgotten", "z in place of h"),
        ('h = sigma(cache["z"])', 'h = sigma(np.dot(w, x))', "z made again", ""),
        ('l_bar * (cache["e"] - y)', '(cache["e"] - y)', "l_bar forgotten", "forgot l_bar"),
        ("h_bar = e_bar * v", "h_bar = e_bar * h", "h for v", "v_bar in its place"),
        ('sigma.slope(cache["z"])', "sigma.slope(h)", "slope at the output", "slope at h"),
        ('"y": -e_bar', '"y": e_bar', "sign of y_bar", "y_bar like e_bar"),
        ('"w": z_bar * x, "x": z_bar * w', '"w": z_bar * w, "x": z_bar * x', "w and x swapped", "swapped w and x"),
        ('    h = sigma(cache["z"])', '    h = cache["h"]', "h is not in the cache", ""),
    ),
    "order": (
        ('["y", "e", "h", "v", "z", "x", "w"]', '["x", "w", "z", "h", "v", "e", "y"]', "the forward order", "forward order"),
        ('["y", "e", "h", "v", "z", "x", "w"]', '["y", "e", "v", "z", "h", "x", "w"]', "z before h", "z before h"),
        ('["y", "e", "h", "v", "z", "x", "w"]', '["e", "h", "v", "z", "x", "w"]', "y left out", ""),
        ('["y", "e", "h", "v", "z", "x", "w"]', '["y", "v", "e", "h", "z", "x", "w"]', "v before e", "v first"),
        ('["y", "e", "h", "v", "z", "x", "w"]', '["l", "y", "e", "h", "v", "z", "x", "w"]', "l with them", ""),
    ),
    "train": (
        ('w = w - lr * bars["w"]', 'w = w + lr * bars["w"]', "uphill in w", "w goes uphill"),
        ('v = v - lr * bars["v"]', 'v = v + lr * bars["v"]', "uphill in v", "v goes uphill"),
        ('w = w - lr * bars["w"]', 'w = w - bars["w"]', "lr forgotten", "lr left out for w"),
        ('        v = v - lr * bars["v"]\n', "", "v never moves", "v never moves"),
        ('        losses.append(cache["l"])\n', "", "no losses", ""),
        ('losses.append(cache["l"])', 'losses.append(forward(X[i], Y[i], w - lr * bars["w"], v - lr * bars["v"], sigma)["l"])', "the loss after the step", "loss after the update"),
        ("i = rng.integers(len(X))", "i = 0", "always the first example", "same example every time"),
        ("i = rng.integers(len(X))", "i = np.random.randint(len(X))", "the seed is not used", "the seed does not hold"),
        ("        i = rng.integers(len(X))", "        rng = np.random.default_rng(seed)\n        i = rng.integers(len(X))", "the same draw each step", "same example every time"),
        ("range(steps)", "range(steps + 1)", "one step too many", ""),
        ("range(steps)", "range(len(X))", "one pass whatever steps", ""),
        ('        w = w - lr * bars["w"]\n        v = v - lr * bars["v"]', '        v = v - lr * bars["v"]\n        w = w - lr * backward(forward(X[i], Y[i], w, v, sigma), X[i], Y[i], w, v, sigma)["w"]', "w's bar after v moved", "v moved first"),
        ("return w, v, losses", "return w, v, losses[-1]", "the last loss alone", ""),
        ("return w, v, losses", "return v, w, losses", "order", "results in another order"),
        ("w = w.copy()", "w = np.zeros(len(w))", "starts at 0", "w taken as 0"),
        ("i = rng.integers(len(X))", "i = rng.integers(len(X) - 1)", "the last example never drawn", ""),
        ("bars = backward(cache, X[i], Y[i], w, v, sigma)", "j = rng.integers(len(X)); bars = backward(cache, X[j], Y[j], w, v, sigma)", "another example on the way back", ""),
        ('lr * bars["v"]', 'lr * bars["v"] / len(X)', "divided by n", ""),
        ('lr * bars["w"]', 'lr * bars["x"]', "x moved in place of w", "x_bar in place of w_bar"),
    ),
}  # fmt: skip
