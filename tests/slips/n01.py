"""Slips in notebook 01."""

BASES = {
    "linear": """
def linear(w, x):
    z = 0.0
    for i in range(len(x)):
        z += w[i] * x[i]
    return z
""",
    "relu": """
def relu(z):
    return np.where(np.asarray(z) > 0, z, 0.0)
""",
    "forward": """
def forward(x, y, w, v, sigma):
    z = np.dot(w, x)
    h = sigma(z)
    e = v * h
    l = 0.5 * (y - e) ** 2
    return {"z": z, "h": h, "e": e, "l": l}
""",
    "dl_dv_cached": """
def dl_dv_cached(cache, y):
    e, h = cache["e"], cache["h"]
    return -(y - e) * h
""",
    "repeats": """
repeats = {"dl_dv": 2, "dl_dw": 2}
""",
    "numerical_gradient": """
def numerical_gradient(f, u, step=1e-6):
    u = np.array(u, dtype=float)
    g = np.zeros(u.shape)
    for i in np.ndindex(u.shape):
        up, down = u.copy(), u.copy()
        up[i] = up[i] + step
        down[i] = down[i] - step
        g[i] = (f(up) - f(down)) / (2 * step)
    return g if g.ndim else float(g)
""",
    "logistic_forward": """
def logistic_forward(x, y, w):
    z = np.dot(w, x)
    m = y * z
    l = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))
    return {"z": z, "m": m, "l": l}
""",
}

SLIPS = {
    "linear": (
        ("z += w[i] * x[i]", "z = w[i] * x[i]", "overwritten in each round", "the last entries of w and x alone"),
        ("z += w[i] * x[i]", "z += w[i] + x[i]", "added in place of multiplied", "the sums of w and x, added"),
        ("range(len(x))", "range(len(x) - 1)", "the last one left out", "left out the last entry"),
        ("range(len(x))", "range(1, len(x))", "the first one left out", "left out the first entry"),
        ("        z += w[i] * x[i]\n    return z", "        z += w[i] * x[i]\n        return z", "return inside the loop", "the first entries of w and x alone"),
        ("return z", "return w * x", "not summed", "multiplied without adding up"),
        ("z = 0.0", "z = 1.0", "starts with 1", "one too many"),
    ),
    "relu": (
        ("z, 0.0)", "0.0, z)", "the two branches swapped", "kept the negative side"),
        ("z, 0.0)", "1.0, 0.0)", "its slope", "gave the slope"),
        ("> 0, z, 0.0", "> 0, z, 1.0", "1 below 0", ""),
        ("> 0, z, 0.0", "> 1, z, 0.0", "bends at 1", ""),
        ("return np.where(np.asarray(z) > 0, z, 0.0)", "return np.abs(z)", "the absolute value", "absolute value"),
        ("return np.where(np.asarray(z) > 0, z, 0.0)", "return np.max(z)", "the largest entry", "one maximum for all"),
        ("return np.where(np.asarray(z) > 0, z, 0.0)", "return np.where(np.asarray(z) > 0, z, 0.01 * np.asarray(z))", "leaky", "leaky"),
        ("return np.where(np.asarray(z) > 0, z, 0.0)", "return z if z > 0 else 0.0", "works for a number only", ""),
    ),
    "forward": (
        ("h = sigma(z)", "h = sigma.slope(z)", "slope in place of value", "slope instead of value"),
        ("h = sigma(z)", "h = z", "sigma left out", "no nonlinearity in h"),
        ("h = sigma(z)", "h = sigma(x)", "sigma of the input", ""),
        ("e = v * h", "e = v + h", "added in place of multiplied", "added v"),
        ("e = v * h", "e = v * z", "z read for h", "skipped the nonlinearity"),
        ("e = v * h", "e = h", "v forgotten", "left out v"),
        ("0.5 * (y - e) ** 2", "(y - e) ** 2", "the half forgotten", "forgot the half"),
        ("0.5 * (y - e) ** 2", "(0.5 * (y - e)) ** 2", "the half inside the square", "half inside the square"),
        ("0.5 * (y - e) ** 2", "0.5 * (y - e)", "not squared", "did not square"),
        ("0.5 * (y - e) ** 2", "0.5 * abs(y - e)", "the absolute value", "half the distance"),
        ("0.5 * (y - e) ** 2", "0.5 * (y + e) ** 2", "plus for minus", "y with the other sign"),
        ("0.5 * (y - e) ** 2", "0.5 * (y ** 2 - e ** 2)", "difference of squares", "half of y² - e²"),
        ("0.5 * (y - e) ** 2", "0.5 * (y - h) ** 2", "h compared with y", "compared y with h"),
        ("np.dot(w, x)", "np.sum(w) * np.sum(x)", "product of sums", "the sums of x and w, multiplied"),
        ("np.dot(w, x)", "w[0] * x[0]", "the first term only", "the first entries of x and w alone"),
        ('"h": h, "e": e', '"h": e, "e": h', "two keys swapped", "swapped h and e"),
    ),
    "dl_dv_cached": (
        ("-(y - e) * h", "(y - e) * h", "sign", "flipped the sign"),
        ("-(y - e) * h", "-(y - e)", "h forgotten", "stopped at e"),
        ("-(y - e) * h", "-(y - e) * e", "e read for h", "used e for h"),
        ("-(y - e) * h", "-(y - h) * h", "h read for e", "read h for e"),
        ("-(y - e) * h", "-(y - e) * cache['z']", "z read for h", "used z for h"),
        ("-(y - e) * h", "-2 * (y - e) * h", "the half forgotten", "twice too large"),
        ("-(y - e) * h", "-y - e * h", "brackets forgotten", "-y - h e"),
        ("-(y - e) * h", "-(y - e) / h", "divided", "divided by h"),
        ("-(y - e) * h", "-(y - e) ** 2 * h", "squared", "minus, and squared but for h"),
        ("-(y - e) * h", "cache['l'] * h", "the loss for its slope", "used the loss itself"),
        ("-(y - e) * h", "-np.sqrt(2 * cache['l']) * h", "y - e from the loss", "took the root of the loss"),
    ),
    "repeats": (
        ('{"dl_dv": 2, "dl_dw": 2}', '{"dl_dv": 1, "dl_dw": 1}', "the repeats only, not the places", "counted different things"),
        ('{"dl_dv": 2, "dl_dw": 2}', '{"dl_dv": 2, "dl_dw": 3}', "x counted with dl/dw", "counted the brackets twice"),
        ('{"dl_dv": 2, "dl_dw": 2}', '{"dl_dv": 3, "dl_dw": 3}', "one too many", "counted the brackets twice"),
        ('{"dl_dv": 2, "dl_dw": 2}', '{"dl_dv": 2, "dl_dw": 1}', "sigma' not looked into", "left out one w.x"),
        ('{"dl_dv": 2, "dl_dw": 2}', '{"dl_dv": "2", "dl_dw": "2"}', "strings", ""),
    ),
    "numerical_gradient": (
        ("/ (2 * step)", "/ step", "the 2 forgotten", "twice too large"),
        ("/ (2 * step)", "/ 2 * step", "brackets forgotten", "multiplied by the step"),
        ("(f(up) - f(down))", "(f(down) - f(up))", "sign", "flipped the sign"),
        ("(f(up) - f(down)) / (2 * step)", "(f(up) - f(u)) / step", "one-sided", "one-sided"),
        ("(f(up) - f(down))", "(f(up) + f(down))", "plus for minus", ""),
        ("up, down = u.copy(), u.copy()", "up, down = u, u", "no copy: both nudge the same array", "all zeros"),
        ("down[i] - step", "down[i]", "only one side nudged", ""),
        ("up[i] + step", "up[i] * (1 + step)", "relative step", ""),
        ("    for i in np.ndindex(u.shape):", "    step = 1e-4\n    for i in np.ndindex(u.shape):", "a step of its own", "used a step of its own"),
        ("        up[i] = up[i] + step\n        down[i] = down[i] - step", "        up = up + step\n        down = down - step", "all entries nudged at once", "nudged all entries at once"),
        ("    return g if", "    g = np.round(g, 3)\n    return g if", "rounded", ""),
    ),
    "logistic_forward": (
        ("m = y * z", "m = z", "y forgotten", "m without y"),
        ("m = y * z", "m = y + z", "added", "y + z"),
        ("m = y * z", "m = y - z", "difference", "m is the distance"),
        ("m = y * z", "m = -y * z", "sign", "flipped the sign"),
        ("l = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))", "l = np.log(1 + np.exp(-m))", "overflows", "overflows"),
        ("l = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))", "l = np.log(1 + np.exp(m)) if m < 30 else m", "sign of m in the loss", "forgot the minus"),
        ("l = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))", "l = np.log1p(np.exp(-abs(m)))", "the large part forgotten", "cut off|stops growing"),
        ("l = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))", "l = np.logaddexp(1, -m)", "1 in place of 0", ""),
        ("l = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))", "l = -np.logaddexp(0, -m)", "sign of the loss", "logarithm of the probability"),
        ("l = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))", "l = np.logaddexp(0, -z)", "z for m", "loss made from z"),
        ("l = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))", "l = 1 / (1 + np.exp(-np.clip(m, -500, 500)))", "the sigmoid", "gave the probability"),
        ("l = max(-m, 0.0) + np.log1p(np.exp(-abs(m)))", "l = np.logaddexp(0, -np.clip(m, -50, 50))", "m clipped", "cut off"),
    ),
}  # fmt: skip
