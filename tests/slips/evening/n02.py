"""Evening slips in notebook 02."""

BASES = {
    "bar_e": """
def bar_e(l_bar, y, e):
    dl_de = -(y - e)
    return l_bar * dl_de
""",
    "bar_y": """
def bar_y(l_bar, y, e):
    return -bar_e(l_bar, y, e)
""",
    "bar_v": """
def bar_v(e_bar, h):
    return h * e_bar
""",
    "bar_h": """
def bar_h(e_bar, v):
    return e_bar * v
""",
    "bar_z": """
def bar_z(h_bar, z, sigma):
    slope = sigma.slope(z)
    return slope * h_bar
""",
    "bar_w": """
def bar_w(z_bar, x):
    return np.array([z_bar * xi for xi in x])
""",
    "bar_x": """
def bar_x(z_bar, w):
    return np.multiply(w, z_bar)
""",
    "backward": """
def backward(cache, x, y, w, v, sigma, l_bar=1.0):
    bars = {}
    bars["e"] = l_bar * (cache["e"] - y)
    bars["y"] = -bars["e"]
    bars["v"] = bars["e"] * cache["h"]
    bars["h"] = v * bars["e"]
    bars["z"] = bars["h"] * sigma.slope(cache["z"])
    bars["w"] = bars["z"] * x
    bars["x"] = bars["z"] * w
    return bars
""",
    "new_steps": """
def bars_sum(e_bar, cache):
    v_bar = e_bar
    h_bar = e_bar
    return v_bar, h_bar

def bars_square(e_bar, cache):
    v_bar = e_bar * cache["h"] * cache["h"]
    h_bar = 2 * e_bar * cache["v"] * cache["h"]
    return v_bar, h_bar

def bars_quotient(e_bar, cache):
    h_bar = e_bar / cache["v"]
    v_bar = -h_bar * cache["e"]
    return v_bar, h_bar
""",
    "logistic_backward": """
def logistic_backward(cache, x, y, w, l_bar=1.0):
    p = np.exp(-np.logaddexp(0, cache["m"]))
    bars = {"m": -p * l_bar}
    bars["z"] = y * bars["m"]
    bars["y"] = cache["z"] * bars["m"]
    bars["w"] = x * bars["z"]
    bars["x"] = w * bars["z"]
    return bars
""",
    "find_the_bug": """
first_wrong = {"a": "v", "b": "z", "c": "w"}
""",
    "slopes_from_output": """
def sigmoid_slope(h):
    return h - h**2.0

def tanh_slope(h):
    return (1 - h) * (1 + h)

def relu_slope(h):
    return np.sign(h) * 1.0
""",
    "backward_recompute": """
def backward_recompute(cache, x, y, w, v, sigma, l_bar=1.0):
    z, e = cache["z"], cache["e"]
    e_bar = -(y - e) * l_bar
    v_bar = e_bar * sigma(z)
    h_bar = e_bar * v
    z_bar = sigma.slope(z) * h_bar
    return {"e": e_bar, "y": -e_bar, "v": v_bar, "h": h_bar, "z": z_bar, "w": x * z_bar, "x": w * z_bar}
""",
    "order": """
order = ["e", "y", "v", "h", "z", "w", "x"]
""",
    "train": """
def train(X, Y, w, v, sigma, lr, steps, seed):
    order = np.random.default_rng(seed).integers(0, len(X), steps)
    w, v = np.array(w, dtype=float), float(v)
    losses = []
    for i in order:
        x, y = X[i], Y[i]
        cache = forward(x, y, w, v, sigma)
        losses.append(cache["l"])
        bars = backward(cache, x, y, w, v, sigma)
        w -= lr * bars["w"]
        v -= lr * bars["v"]
    return w, v, losses
""",
}

_Q = '    h_bar = e_bar / cache["v"]\n    v_bar = -h_bar * cache["e"]\n'

SLIPS = {
    "bar_e": (
        ("-(y - e)", "-y - e", "brackets", "e with the other sign"),
        ("-(y - e)", "-(y - e) ** 2", "square kept", "kept the square*"),
        ("-(y - e)", "(y - e) / 2", "half, and the sign", "minus half of it"),
        ("-(y - e)", "-1", "only the inner derivative", "minus l_bar handed on"),
        ("-(y - e)", "e * y", "product", "e l_bar y"),
    ),
    "bar_y": (
        ("-bar_e(l_bar, y, e)", "bar_e(l_bar, y, e)", "minus forgotten", "flipped the sign"),
        ("-bar_e(l_bar, y, e)", "bar_e(l_bar, e, y) / 2", "half", "half too small"),
        ("-bar_e(l_bar, y, e)", "l_bar * -y", "only y", "minus l_bar times y"),
        ("-bar_e(l_bar, y, e)", "-e * l_bar", "only e", "y taken as 0"),
        ("-bar_e(l_bar, y, e)", "None", "no bar for y", ""),
    ),
    "bar_v": (
        ("h * e_bar", "e_bar * h / 2", "half", "half of it"),
        ("h * e_bar", "e_bar - h", "a step of descent", "e_bar - h"),
        ("h * e_bar", "h ** e_bar", "to the power", ""),
        ("h * e_bar", "abs(h * e_bar)", "absolute value", "without its sign"),
    ),
    "bar_h": (
        ("e_bar * v", "e_bar + v", "added", "added"),
        ("e_bar * v", "v / e_bar", "upside down", "divided by e_bar"),
        ("e_bar * v", "-e_bar * v", "sign", "flipped the sign"),
        ("e_bar * v", "e_bar * v ** 2", "v squared", "squared but for e_bar"),
        ("e_bar * v", "e_bar", "v forgotten", "passed the bar on"),
    ),
    "bar_z": (
        ("slope * h_bar", "slope", "h_bar forgotten", "forgot h_bar"),
        ("sigma.slope(z)", "sigma.slope(h_bar)", "slope at the bar", "slope at h_bar"),
        ("sigma.slope(z)", "sigma(z) / z", "value over z", "sigma's value over z as its slope"),
        ("slope * h_bar", "np.maximum(slope * h_bar, 0)", "cut off", "negative entries cut off"),
        ("sigma.slope(z)", "sigma.slope", "not called", ""),
        ("slope * h_bar", "sigma(slope * h_bar)", "sigma of it", "sigma of the result"),
        ("sigma.slope(z)", "(sigma(z + 0.1) - sigma(z)) / 0.1", "a coarse difference", ""),
        ("slope * h_bar", "slope ** 2 * h_bar", "slope squared", "squared but for h_bar"),
        ("sigma.slope(z)", "sigma.slope(-z)", "slope at -z", "z with the other sign"),
    ),
    "bar_w": (
        ("z_bar * xi for", "z_bar / xi for", "divided", "divided by x"),
        ("z_bar * xi for", "-z_bar * xi for", "sign", "flipped the sign"),
        ("np.array([z_bar * xi for xi in x])", "np.dot(x, x) * z_bar", "x dot x", ""),
        ("np.array([z_bar * xi for xi in x])", "np.array([z_bar * x[0] for xi in x])", "index 0 for ever", "the first entry everywhere"),
        ("np.array([z_bar * xi for xi in x])", "[z_bar * xi for xi in x][0]", "the first only", ""),
        ("z_bar * xi for", "z_bar * xi ** 2 for", "squared", "squared but for z_bar"),
    ),
    "bar_x": (
        ("np.multiply(w, z_bar)", "np.divide(w, z_bar)", "divided", "divided by z_bar"),
        ("np.multiply(w, z_bar)", "np.mean(w) * z_bar * np.ones(len(w))", "a mean", "the mean everywhere"),
        ("np.multiply(w, z_bar)", "np.multiply(w, z_bar) / len(w)", "divided by d", "divided by d"),
        ("np.multiply(w, z_bar)", "np.multiply(w, np.sign(z_bar))", "sign of the bar", "the sign of z_bar alone"),
        ("np.multiply(w, z_bar)", "np.add(w, z_bar)", "added", "z_bar + w"),
    ),
    "backward": (
        ("bars[\"e\"] * cache[\"h\"]", "bars[\"e\"] * cache[\"e\"]", "e for h", "v once too often"),
        ("bars[\"e\"] * cache[\"h\"]", "cache[\"e\"] * cache[\"h\"]", "e for its bar", "e in place of e_bar"),
        ("v * bars[\"e\"]", "v * cache[\"e\"]", "e for its bar", "e in place of e_bar"),
        ("v * bars[\"e\"]", "v * bars[\"v\"]", "v_bar for e_bar", "h once too often"),
        ("bars[\"h\"] * sigma.slope(cache[\"z\"])", "cache[\"h\"] * sigma.slope(cache[\"z\"])", "h for its bar", "h in place of h_bar"),
        ("sigma.slope(cache[\"z\"])", "sigma.slope(bars[\"h\"])", "slope at the bar", "sigma's slope at h_bar, not z"),
        ("bars[\"z\"] * x", "cache[\"z\"] * x", "z for its bar", "z in place of z_bar"),
        ("bars[\"z\"] * w", "bars[\"w\"]", "w_bar again", "x in place of w"),
        ("bars[\"z\"] * w", "cache[\"z\"] * w", "z for its bar", "z in place of z_bar"),
        ("bars[\"z\"] * x", "bars[\"z\"] * x * v", "v once more", "v once too often"),
        ("l_bar * (cache[\"e\"] - y)", "l_bar * cache[\"l\"]", "the loss", "l times l_bar"),
        ("l_bar * (cache[\"e\"] - y)", "2 * l_bar * (cache[\"e\"] - y)", "a 2", "twice as large"),
        ("sigma.slope(cache[\"z\"])", "(cache[\"z\"] > 0)", "ReLU whatever sigma is", "the slope of ReLU whatever sigma is"),
        ("    bars[\"y\"] = -bars[\"e\"]\n", "", "y left out", ""),
        ("-bars[\"e\"]", "l_bar * y", "y_bar is y", "y times l_bar"),
        ("bars[\"z\"] * x", "bars[\"z\"]", "x forgotten", "z_bar in its place"),
        ("    return bars", "    return {k + '_bar': b for k, b in bars.items()}", "keys with _bar", ""),
    ),
    "new_steps": (
        ("    v_bar = e_bar\n    h_bar = e_bar\n", "    v_bar = e_bar\n    h_bar = -e_bar\n", "minus in a sum", "flipped the sign"),
        ("    v_bar = e_bar\n    h_bar = e_bar\n", "    v_bar = e_bar * cache['e']\n    h_bar = e_bar * cache['e']\n", "e in a sum", "e once too often"),
        ("2 * e_bar * cache[\"v\"] * cache[\"h\"]", "2 * e_bar * cache[\"h\"] * cache[\"h\"]", "h for v", "v in place of h"),
        ("2 * e_bar * cache[\"v\"] * cache[\"h\"]", "2 * e_bar * cache[\"e\"]", "e for v h", "h once too often"),
        ("e_bar * cache[\"h\"] * cache[\"h\"]", "2 * e_bar * cache[\"h\"]", "derivative by h", "h_bar of bars_square over v"),
        ("e_bar * cache[\"h\"] * cache[\"h\"]", "cache[\"h\"] * cache[\"h\"]", "e_bar forgotten", "forgot the factor e_bar"),
        (_Q, "    h_bar = e_bar / cache['v']\n    v_bar = -h_bar * cache['h']\n", "h for e", "quotient divided once"),
        (_Q, "    h_bar = e_bar / cache['h']\n    v_bar = -h_bar * cache['e']\n", "h for v", "v in place of h"),
        (_Q, "    h_bar = e_bar * cache['v']\n    v_bar = e_bar * cache['h']\n", "as a product", "quotient like a product"),
        (_Q, "    h_bar = 1 / cache['v']\n    v_bar = -cache['e'] / cache['v']\n", "e_bar forgotten", "forgot the factor e_bar"),
    ),
    "logistic_backward": (
        ("{\"m\": -p * l_bar}", "{\"m\": (1 - p) * l_bar}", "1 - p", "l_bar added"),
        ("{\"m\": -p * l_bar}", "{\"m\": (p - 1) * l_bar}", "p - 1", "sigmoid of m for that of -m"),
        ("{\"m\": -p * l_bar}", "{\"m\": -p * (1 - p) * l_bar}", "slope of the sigmoid", "sigmoid's slope"),
        ("y * bars[\"m\"]", "-bars[\"m\"]", "as y - z", "forgot the factor y, and the sign"),
        ("cache[\"z\"] * bars[\"m\"]", "bars[\"m\"]", "z forgotten", "y_bar without z"),
        ("cache[\"z\"] * bars[\"m\"]", "0.0", "y is known", "y_bar is not zero"),
        ("x * bars[\"z\"]", "x * bars[\"y\"]", "y_bar for z_bar", "m once too often"),
        ("w * bars[\"z\"]", "w * bars[\"m\"]", "m_bar for z_bar", "a sign of y"),
    ),
    "find_the_bug": (
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "v", "b": "h", "c": "w"}', "b: one too early", "b: too early"),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "v", "b": "z", "c": "z"}', "c: one too early", "c: too early"),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "y", "b": "z", "c": "w"}', "a: y", ""),
        ('{"a": "v", "b": "z", "c": "w"}', '{"a": "v", "b": "x", "c": "x"}', "the last wrong ones", "b: inherited by x"),
    ),
    "slopes_from_output": (
        ("h - h**2.0", "1 - h**2.0", "tanh's", "sigmoid like tanh"),
        ("h - h**2.0", "h + h**2.0", "plus", "sigmoid with a plus"),
        ("h - h**2.0", "np.exp(-h) / (1 + np.exp(-h)) ** 2", "h taken for z", "treated h as z in sigmoid"),
        ("(1 - h) * (1 + h)", "(1 - h) * (1 - h)", "sign", "a square in the wrong place"),
        ("(1 - h) * (1 + h)", "h * (1 + h)", "mixed up", ""),
        ("(1 - h) * (1 + h)", "1 + h**2.0", "plus", "sigmoid with a plus"),
        ("np.sign(h) * 1.0", "np.where(h, 1.0, 0.0) * h", "h itself", "relu gives h"),
        ("np.sign(h) * 1.0", "np.ones(np.shape(h))", "always 1", "relu always one"),
        ("np.sign(h) * 1.0", "1 if h > 0 else 0", "a number only", ""),
    ),
    "backward_recompute": (
        ("e_bar * sigma(z)", "e_bar * e", "e for h", "e in place of h"),
        ("e_bar * sigma(z)", "e_bar * sigma(sigma(z))", "sigma twice", "sigma taken twice at z"),
        ("e_bar * v\n", "e_bar * v * sigma(z)\n", "h once more", "e in place of v"),
        ("sigma.slope(z) * h_bar", "sigma.slope(e) * h_bar", "slope at e", "sigma's slope at e, not z"),
        ("\"v\": v_bar, \"h\": h_bar", "\"v\": h_bar, \"h\": v_bar", "swapped", "swapped v and h"),
        ("\"w\": x * z_bar", "\"w\": x * h_bar", "h_bar for z_bar", "short-circuited from h"),
        ("\"w\": x * z_bar", "\"w\": x * z", "z for its bar", "z in place of z_bar"),
        ("    z, e = cache[\"z\"], cache[\"e\"]\n", "    z, e = cache[\"z\"], cache[\"e\"]\n    cache[\"h\"] = sigma(z)\n", "h put into the cache", ""),
    ),
    "order": (
        ('["e", "y", "v", "h", "z", "w", "x"]', '["e", "v", "h", "z", "w", "x"]', "y left out", ""),
        ('["e", "y", "v", "h", "z", "w", "x"]', '["y", "v", "e", "h", "z", "w", "x"]', "v before e", "v first"),
        ('["e", "y", "v", "h", "z", "w", "x"]', '["e", "y", "v", "h", "w", "x", "z"]', "w before z", "w before z"),
        ('["e", "y", "v", "h", "z", "w", "x"]', '["e", "y", "h", "v", "w", "z", "x"]', "w before z alone", "w before z"),
        ('["e", "y", "v", "h", "z", "w", "x"]', '["e_bar", "y_bar", "v_bar", "h_bar", "z_bar", "w_bar", "x_bar"]', "names with _bar", ""),
    ),
    "train": (
        ("        w -= lr * bars[\"w\"]\n", "", "w never moves", "w never moves"),
        ("w -= lr * bars[\"w\"]", "w -= lr * bars[\"z\"]", "z_bar for w_bar", "z_bar in place of w_bar"),
        ("w -= lr * bars[\"w\"]", "w -= lr * x", "x for w_bar", "x in place of w_bar"),
        ("v -= lr * bars[\"v\"]", "v -= lr * bars[\"h\"]", "h_bar for v_bar", "h_bar in place of v_bar"),
        ("v -= lr * bars[\"v\"]", "v = lr * bars[\"v\"]", "= for -=", "v replaced by the step"),
        ("losses.append(cache[\"l\"])", "losses.append(bars[\"e\"]) if losses else losses.append(cache[\"l\"])", "e_bar for l", ""),
        ("losses.append(cache[\"l\"])", "losses.append(cache[\"e\"])", "e for l", "e in place of l"),
        ("    for i in order:", "    for i in range(steps):\n        i = i % len(X)", "one after the other", "ignores the seed"),
        ("np.random.default_rng(seed).integers(0, len(X), steps)", "np.random.default_rng(0).integers(0, len(X), steps)", "seed 0 for ever", "ignores the seed"),
        ("        w -= lr * bars[\"w\"]\n", "        w -= lr * bars[\"w\"]\n        lr = lr / 2\n", "rate halved", ""),
        ("w, v = np.array(w, dtype=float), float(v)", "w, v = np.array(w, dtype=float), 1.0", "v starts at 1", "v taken as 1"),
        ("    return w, v, losses", "        return w, v, losses", "return in the loop", ""),
        ("w -= lr * bars[\"w\"]", "w -= lr * bars[\"w\"] * cache[\"l\"]", "times the loss", "the loss in the step of w"),
    ),
}  # fmt: skip
