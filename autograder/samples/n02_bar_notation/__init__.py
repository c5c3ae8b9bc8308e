"""Notebook 02 as students answer it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples import function

BAR_E = "bar_e(l_bar, y, e)"
BAR_Y = "bar_y(l_bar, y, e)"
BAR_V = "bar_v(e_bar, h)"
BAR_H = "bar_h(e_bar, v)"
BAR_Z = "bar_z(h_bar, z, sigma)"
BAR_W = "bar_w(z_bar, x)"
BAR_X = "bar_x(z_bar, w)"
BACKWARD = "backward(cache, x, y, w, v, sigma, l_bar=1.0)"
RECOMPUTE = "backward_recompute(cache, x, y, w, v, sigma, l_bar=1.0)"
LOGISTIC = "logistic_backward(cache, x, y, w, l_bar=1.0)"
TRAIN = "train(X, Y, w, v, sigma, lr, steps, seed)"


def _one(signature: str, value: str) -> str:
    return function(signature, f"return {value}")


def _loss_mistakes(signature: str, minus: str, plus: str) -> dict[str, str]:
    """At l = (y - e)^2 / 2; `minus` is the difference that belongs there."""
    return {
        "flipped the sign": _one(signature, f"l_bar * {plus}"),
        "forgot l_bar": _one(signature, minus),
        "twice too large": _one(signature, f"2 * l_bar * {minus}"),
        "half too small": _one(signature, f"0.5 * l_bar * {minus}"),
        "used the loss": _one(signature, "l_bar * (y - e) ** 2 / 2"),
        "only the error": _one(signature, plus),
        "added l_bar": _one(signature, f"l_bar + {minus}"),
    }


def _product_mistakes(signature: str, other: str) -> dict[str, str]:
    return {
        "passed the bar on": _one(signature, "e_bar"),
        "forgot e_bar": _one(signature, other),
        "flipped the sign": _one(signature, f"-e_bar * {other}"),
        "divided": _one(signature, f"e_bar / {other}"),
        "added": _one(signature, f"e_bar + {other}"),
    }


def _neuron_mistakes(signature: str, other: str) -> dict[str, str]:
    return {
        "forgot z_bar": _one(signature, other),
        "passed the bar on": _one(signature, f"z_bar * np.ones(len({other}))"),
        "gave zeros": _one(signature, f"0.0 * {other}"),
        "added it up": _one(signature, f"z_bar * np.sum({other})"),
        "flipped the sign": _one(signature, f"-z_bar * {other}"),
        "divided by d": _one(signature, f"z_bar * {other} / len({other})"),
        "a row instead of a vector": _one(signature, f"z_bar * {other}.reshape(1, -1)"),
        "a column instead of a vector": _one(signature, f"z_bar * {other}.reshape(-1, 1)"),
    }


def _way_back(signature: str, **other: str) -> str:
    """Write the whole backward pass with some lines changed: e_bar="...", x_bar="...", h="..."."""
    lines = {
        "h": 'cache["h"]' if signature == BACKWARD else 'sigma(cache["z"])',
        "e_bar": 'l_bar * (cache["e"] - y)',
        "y_bar": "-e_bar",
        "v_bar": "e_bar * h",
        "h_bar": "e_bar * v",
        "slope": 'sigma.slope(cache["z"])',
        "z_bar": "h_bar * slope",
        "w_bar": "z_bar * x",
        "x_bar": "z_bar * w",
    } | other
    bars = ", ".join(f'"{name}": {name}_bar' for name in "eyvhzwx")
    return function(signature, *(f"{name} = {value}" for name, value in lines.items()), f"return {{{bars}}}")


def _way_back_mistakes(signature: str) -> dict[str, str]:
    return {
        "forgot l_bar": _way_back(signature, e_bar='cache["e"] - y'),
        "swapped w and x": _way_back(signature, w_bar="z_bar * w", x_bar="z_bar * x"),
        "swapped v and h": _way_back(signature, v_bar="e_bar * v", h_bar="e_bar * h", z_bar="e_bar * v * slope"),
        "forgot sigma'": _way_back(signature, z_bar="h_bar"),
        "slope at h": _way_back(signature, slope="sigma.slope(h)"),
        "short-circuited from e": _way_back(signature, w_bar="e_bar * x"),
        "short-circuited from h": _way_back(signature, w_bar="h_bar * x"),
        "wrong sign throughout": _way_back(signature, e_bar='l_bar * (y - cache["e"])', y_bar="e_bar"),
        "every sign flipped": _way_back(signature, e_bar='l_bar * (y - cache["e"])'),
        "l_bar = 0 taken for left out": _way_back(signature, e_bar='(l_bar or 1.0) * (cache["e"] - y)'),
        "relu open at 0": _way_back(signature, slope='sigma.slope(cache["z"] or 1e-9)'),
        "y_bar like e_bar": _way_back(signature, y_bar="e_bar"),
        "y_bar is not zero": _way_back(signature, y_bar="0.0"),
    }


def _logistic(**other: str) -> str:
    """Write the logistic graph's backward pass with some lines changed."""
    lines = {
        "m_bar": '-l_bar * sigmoid(-cache["m"])',
        "z_bar": "m_bar * y",
        "y_bar": 'm_bar * cache["z"]',
        "w_bar": "z_bar * x",
        "x_bar": "z_bar * w",
    } | other
    bars = ", ".join(f'"{name}": {name}_bar' for name in "mzywx")
    return function(LOGISTIC, *(f"{name} = {value}" for name, value in lines.items()), f"return {{{bars}}}")


_STEP_BARS = {
    "sum": ("e_bar", "e_bar"),
    "square": ("e_bar * h ** 2", "2 * e_bar * v * h"),
    "quotient": ("-e_bar * h / v ** 2", "e_bar / v"),
}


def _steps(**other: tuple[str, str]) -> str:
    """Write the three new steps, some changed: step=(v_bar, h_bar)."""
    read = 'v, h, e = (np.float64(cache[name]) for name in ("v", "h", "e"))'
    quiet = 'with np.errstate(all="ignore"):'
    return "\n\n".join(
        function(f"bars_{step}(e_bar, cache)", read, quiet, f"    return {v_bar}, {h_bar}")
        for step, (v_bar, h_bar) in (_STEP_BARS | other).items()
    )


def _found(a: str = "v", b: str = "z", c: str = "w") -> str:
    return f'first_wrong = {{"a": "{a}", "b": "{b}", "c": "{c}"}}\n'


def _slopes(sigmoid: str = "h * (1 - h)", tanh: str = "1 - h ** 2", relu: str = "np.where(h > 0, 1.0, 0.0)") -> str:
    values = {"sigmoid_slope(h)": sigmoid, "tanh_slope(h)": tanh, "relu_slope(h)": relu}
    return "\n\n".join(function(signature, "h = np.array(h)", f"return {value}") for signature, value in values.items())


def _train(
    draw: str = "rng.integers(len(Y))",
    rng: str = "np.random.default_rng(seed)",
    update: tuple[str, ...] = ('w, v = w - lr * bars["w"], v - lr * bars["v"]',),
    note_before: bool = True,
) -> str:
    """Descent in the student's own words; bars at the current (w, v) come from `look`."""
    look = function(
        "look(x, y, w, v, sigma)",
        "z = w @ x",
        "h = sigma(z)",
        'cache = {"z": z, "h": h, "e": v * h}',
        "return (y - v * h) ** 2 / 2, backward(cache, x, y, w, v, sigma)",
    )
    loop = [f"    i = {draw}", "    loss, bars = look(X[i], Y[i], w, v, sigma)", *("    " + line for line in update)]
    loop.append("    losses.append(loss)" if note_before else "    losses.append(look(X[i], Y[i], w, v, sigma)[0])")
    head = (f"rng = {rng}", "w, losses = w.copy(), []", "for step in range(steps):")
    return look + "\n\n" + function(TRAIN, *head, *loop, "return w, v, losses")


WRONG = {
    "bar_e": _loss_mistakes(BAR_E, "(e - y)", "(y - e)"),
    "bar_y": {"gave zero": _one(BAR_Y, "0.0")} | _loss_mistakes(BAR_Y, "(y - e)", "(e - y)"),
    "bar_v": _product_mistakes(BAR_V, "h"),
    "bar_h": _product_mistakes(BAR_H, "v"),
    "bar_z": {
        "passed the bar on": _one(BAR_Z, "h_bar"),
        "forgot h_bar": _one(BAR_Z, "sigma.slope(z)"),
        "slope at h": _one(BAR_Z, "h_bar * sigma.slope(sigma(z))"),
        "value instead of slope": _one(BAR_Z, "h_bar * sigma(z)"),
        "multiplied by z": _one(BAR_Z, "h_bar * z"),
        "slope at h_bar": _one(BAR_Z, "h_bar * sigma.slope(h_bar)"),
        "always relu's gate": _one(BAR_Z, "h_bar if z > 0 else 0.0"),
        "flipped the sign": _one(BAR_Z, "-h_bar * sigma.slope(z)"),
    },
    "bar_w": _neuron_mistakes(BAR_W, "x"),
    "bar_x": _neuron_mistakes(BAR_X, "w"),
    "backward": _way_back_mistakes(BACKWARD),
    "backward_recompute": {
        "z in place of h": _way_back(RECOMPUTE, v_bar='e_bar * cache["z"]'),
        "e in place of h": _way_back(RECOMPUTE, v_bar='e_bar * cache["e"]'),
        "slope in place of h": _way_back(RECOMPUTE, v_bar='e_bar * sigma.slope(cache["z"])'),
    }
    | _way_back_mistakes(RECOMPUTE),
    "slopes_from_output": {
        "treated h as z": _slopes("1 / (1 + np.exp(-h)) * (1 - 1 / (1 + np.exp(-h)))", "1 - np.tanh(h) ** 2"),
        "tanh without the square": _slopes(tanh="1 - h"),
        "tanh like sigmoid": _slopes(tanh="h * (1 - h)"),
        "sigmoid like tanh": _slopes(sigmoid="1 - h ** 2"),
        "treated h as z in tanh": _slopes(tanh="1 - np.tanh(h) ** 2"),
        "treated h as z in sigmoid": _slopes("1 / (1 + np.exp(-h)) * (1 - 1 / (1 + np.exp(-h)))"),
        "sigmoid with a plus": _slopes(sigmoid="h * (1 + h)"),
        "sigmoid without its mirror": _slopes(sigmoid="h"),
        "relu always one": _slopes(relu="(h >= 0) * 1.0"),
        "relu gives h": _slopes(relu="np.maximum(h, 0.0)"),
    },
    "order": {
        "forward order": 'order = ["x", "w", "z", "h", "v", "y", "e"]\n',
        "alphabetical": 'order = sorted(["e", "y", "v", "h", "z", "w", "x"])\n',
        "w before z": 'order = ["e", "y", "v", "h", "w", "z", "x"]\n',
        "x before z": 'order = ["y", "e", "h", "x", "v", "w", "z"]\n',
        "h first": 'order = ["h", "e", "y", "v", "z", "w", "x"]\n',
        "z before h": 'order = ["e", "y", "v", "z", "h", "w", "x"]\n',
        "v first": 'order = ["v", "h", "e", "y", "z", "w", "x"]\n',
    },
    "new_steps": {
        "sum like a product": _steps(sum=("e_bar * h", "e_bar * v")),
        "sum shared out": _steps(sum=("e_bar / 2", "e_bar / 2")),
        "square like a plain product, for v": _steps(square=("e_bar * h", "2 * e_bar * v * h")),
        "square like a plain product, for h": _steps(square=("e_bar * h ** 2", "e_bar * v")),
        "square like a plain product": _steps(square=("e_bar * h", "e_bar * v")),
        "forgot the 2 of the square": _steps(square=("e_bar * h ** 2", "e_bar * v * h")),
        "slope of the square without v": _steps(square=("e_bar * h ** 2", "e_bar * 2 * h")),
        "square read off e, divided by v": _steps(square=("e_bar * e / v", "2 * e_bar * v * h")),
        "square read off e, divided by h": _steps(square=("e_bar * h ** 2", "2 * e_bar * e / h")),
        "quotient with a lost sign": _steps(quotient=("e_bar * h / v ** 2", "e_bar / v")),
        "quotient divided once": _steps(quotient=("-e_bar * e", "e_bar / v")),
        "quotient divided once, sign lost": _steps(quotient=("e_bar * e", "e_bar / v")),
        "quotient like a product": _steps(quotient=("e_bar * h", "e_bar * v")),
        "quotient upside down": _steps(quotient=("e_bar / h", "-e_bar * v / h ** 2")),
        "divided e by h": _steps(quotient=("-e_bar * h / v ** 2", "e_bar * e / h")),
        "forgot e_bar": _steps(sum=("1.0", "1.0"), square=("h ** 2", "2 * v * h"), quotient=("-h / v ** 2", "1 / v")),
        "swapped v and h": _steps(**{step: (h_bar, v_bar) for step, (v_bar, h_bar) in _STEP_BARS.items()}),
    },
    "find_the_bug": {
        "named the last ones": _found("x", "x", "x"),
        "named what the user sees": _found("w", "w", "w"),
        "a: inherited": _found(a="h"),
        "a: stopped at the loss": _found(a="e"),
        "a: blamed the slope": _found(a="z"),
        "b: too early": _found(b="h"),
        "b: inherited": _found(b="w"),
        "b: inherited by x": _found(b="x"),
        "c: too early": _found(c="z"),
        "c: too late": _found(c="x"),
        "c: h": _found(c="h"),
    },
    "logistic_backward": {
        "forgot l_bar": _logistic(m_bar='-sigmoid(-cache["m"])'),
        "l_bar = 0 taken for left out": _logistic(m_bar='-(l_bar or 1.0) * sigmoid(-cache["m"])'),
        "every sign flipped": _logistic(m_bar='l_bar * sigmoid(-cache["m"])'),
        "sigmoid of m for that of -m": _logistic(m_bar='-l_bar * sigmoid(cache["m"])'),
        "sigmoid's slope": _logistic(m_bar='-l_bar * sigmoid.slope(cache["m"])'),
        "used the loss": _logistic(m_bar='-l_bar * cache["l"]'),
        "only the exponential": _logistic(m_bar='-l_bar * np.exp(-cache["m"])'),
        "the linear loss": _logistic(m_bar="-float(l_bar)"),
        "z_bar without y": _logistic(z_bar="m_bar"),
        "y_bar without z": _logistic(y_bar="m_bar"),
        "swapped z and y": _logistic(
            z_bar='m_bar * cache["z"]', y_bar="m_bar * y", w_bar="y_bar * x", x_bar="y_bar * w"
        ),
        "y_bar is not zero": _logistic(y_bar="0.0"),
        "y_bar made with m": _logistic(y_bar='m_bar * cache["m"]'),
        "swapped w and x": _logistic(w_bar="z_bar * w", x_bar="z_bar * x"),
        "short-circuited from m": _logistic(w_bar="m_bar * x"),
        "overflows": _logistic(m_bar='-l_bar * np.exp(-cache["m"]) / (1 + np.exp(-cache["m"]))'),
    },
    "train": {
        "went uphill": _train(update=('w, v = w + lr * bars["w"], v + lr * bars["v"]',)),
        "v moved first": _train(
            update=('v = v - lr * bars["v"]', 'w = w - lr * look(X[i], Y[i], w, v, sigma)[1]["w"]')
        ),
        "v moved first, with the old cache": _train(
            update=(
                "z = w @ X[i]",
                'cache = {"z": z, "h": sigma(z), "e": v * sigma(z)}',
                'v = v - lr * bars["v"]',
                'w = w - lr * backward(cache, X[i], Y[i], w, v, sigma)["w"]',
            )
        ),
        "w moved first": _train(
            update=('w = w - lr * bars["w"]', 'v = v - lr * look(X[i], Y[i], w, v, sigma)[1]["v"]')
        ),
        "loss after the update": _train(note_before=False),
        "v never moves": _train(update=('w = w - lr * bars["w"]',)),
        "w never moves": _train(update=('v = v - lr * bars["v"]',)),
        "same example every time": _train(draw="0"),
        "ignores the seed": _train(rng="np.random.default_rng(0)"),
        "the seed does not hold": _train(rng="np.random.default_rng()"),
    },
}

RIGHT = {
    "bar_e": [
        _one(BAR_E, "-l_bar * (y - e)"),
        function(BAR_E, "difference = e - y", "difference *= l_bar", "return difference"),
        "bar_e = lambda l_bar, y, e: float(l_bar) * float(e) - float(l_bar) * float(y)\n",
        _one(BAR_E, "np.array(l_bar * np.subtract(e, y))"),
    ],
    "bar_y": [
        _one(BAR_Y, "l_bar * (y - e)"),
        _one(BAR_Y, "-bar_e(l_bar, y, e)"),
        _one(BAR_Y, "np.float64(l_bar * 2 * (y - e) / 2)"),
        "bar_y = lambda l_bar, y, e: np.prod([l_bar, y - e])\n",
    ],
    "bar_v": [
        _one(BAR_V, "e_bar * h"),
        "bar_v = lambda e_bar, h: h * e_bar\n",
        "import operator\n\nbar_v = operator.mul\n",
        function(BAR_V, "v_bar = np.array(e_bar, dtype=float)", "v_bar *= h", "return v_bar"),
    ],
    "bar_h": [
        _one(BAR_H, "e_bar * v"),
        _one(BAR_H, "bar_v(e_bar, v)"),
        _one(BAR_H, "np.multiply(e_bar, v)"),
        "class Step:\n    def __call__(self, e_bar, v):\n        return float(e_bar * v)\n\n\nbar_h = Step()\n",
    ],
    "bar_z": [
        _one(BAR_Z, "h_bar * sigma.slope(z)"),
        function(BAR_Z, "slope = float(sigma.slope(z))", "return float(h_bar) * slope"),
        "bar_z = lambda h_bar, z, sigma: np.array(sigma.slope(np.array([z]))[0] * h_bar)\n",
        function(
            BAR_Z,
            "slopes = {",
            '    "relu": lambda: 1.0 if z > 0 else 0.0,',
            '    "tanh": lambda: 1 - np.tanh(z) ** 2,',
            '    "sigmoid": lambda: sigmoid(z) * (1 - sigmoid(z)),',
            '    "softplus": lambda: 1 / (1 + np.exp(-z)),',
            "}",
            "return h_bar * slopes[repr(sigma)]()",
        ),
    ],
    "bar_w": [
        _one(BAR_W, "z_bar * x"),
        _one(BAR_W, "np.array([z_bar * entry for entry in x])"),
        function(
            BAR_W, "w_bar = np.zeros(len(x))", "for i in range(len(x)):", "    w_bar[i] = z_bar * x[i]", "return w_bar"
        ),
        _one(BAR_W, 'np.einsum(",i->i", z_bar, x)'),
        function(BAR_W, "w_bar = x.astype(float)", "w_bar *= z_bar", "return w_bar"),
    ],
    "bar_x": [
        _one(BAR_X, "z_bar * w"),
        "bar_x = lambda z_bar, w: np.multiply.outer(z_bar, w)\n",
        _one(BAR_X, "bar_w(z_bar, w)"),
        _one(BAR_X, "np.fromiter((float(z_bar) * float(u) for u in w), dtype=float)"),
    ],
    "backward": [
        _way_back(BACKWARD),
        function(
            BACKWARD,
            "bars = {}",
            'bars["e"] = bar_e(l_bar, y, cache["e"])',
            'bars["y"] = bar_y(l_bar, y, cache["e"])',
            'bars["v"] = bar_v(bars["e"], cache["h"])',
            'bars["h"] = bar_h(bars["e"], v)',
            'bars["z"] = bar_z(bars["h"], cache["z"], sigma)',
            'bars["w"] = bar_w(bars["z"], x)',
            'bars["x"] = bar_x(bars["z"], w)',
            "return bars",
        ),
        function(
            BACKWARD,
            "e = float(l_bar) * (cache['e'] - y)",
            "z = float(e * v * sigma.slope(cache['z']))",
            "w_bar, x_bar = x.copy(), np.array(w)",
            "w_bar *= z",
            "x_bar *= z",
            "return dict(x=x_bar, w=w_bar, z=z, h=e * v, v=e * cache['h'], y=-e, e=e)",
        ),
        function(
            BACKWARD,
            'e = np.array(-l_bar * (y - cache["e"]))',
            'z = e * v * sigma.slope(cache["z"])',
            "w_bar, x_bar = z * np.stack([x, w])",
            'return {"e": e, "y": -e, "v": np.array(e * cache["h"]), "h": e * v, "z": z, "w": w_bar, "x": x_bar}',
        ),
    ],
    "backward_recompute": [
        _way_back(RECOMPUTE),
        function(
            RECOMPUTE, 'full = {**cache, "h": sigma(cache["z"])}', "return backward(full, x, y, w, v, sigma, l_bar)"
        ),
        function(
            RECOMPUTE,
            'e = float(l_bar * (cache["e"] - y))',
            "h = float(sigma(cache['z']))",
            'z = float(e * v * sigma.slope(cache["z"]))',
            'bars = dict(zip("eyvhz", (e, -e, e * h, e * v, z)))',
            'bars["w"] = np.array([z * entry for entry in x])',
            'bars["x"] = np.array([z * entry for entry in w])',
            "return bars",
        ),
        function(
            RECOMPUTE,
            "twin = dict(cache)",
            'twin["h"] = np.float64(sigma(twin["z"]))',
            "return backward(twin, x.copy(), y, w.copy(), v, sigma, l_bar=l_bar)",
        ),
    ],
    "slopes_from_output": [
        _slopes(),
        "sigmoid_slope = lambda h: h - np.square(h)\n"
        "tanh_slope = lambda h: (1 - h) * (1 + h)\n"
        "relu_slope = lambda h: np.heaviside(h, 0.0)\n",
        _slopes("np.multiply(h, 1 - h)", "np.subtract(1.0, h * h)", "np.sign(h).astype(float)"),
        "def each(slope, h):\n    return np.reshape([slope(float(u)) for u in np.ravel(h)], np.shape(h))\n\n\n"
        "def sigmoid_slope(h):\n    return each(lambda u: u * (1 - u), h)\n\n\n"
        "def tanh_slope(h):\n    return each(lambda u: 1 - u * u, h)\n\n\n"
        "def relu_slope(h):\n    return each(lambda u: float(u > 0), h)\n",
    ],
    "order": [
        'order = ["e", "y", "v", "h", "z", "w", "x"]\n',
        'order = ["y", "e", "h", "z", "x", "w", "v"]\n',
        'order = list("ehzxwvy")\n',
        'order = ("e", "v", "y", "h", "z", "x", "w")\n',
    ],
    "new_steps": [
        _steps(),
        "def bars_sum(e_bar, cache):\n    return e_bar, e_bar\n\n\n"
        "def bars_square(e_bar, cache):\n    slope = 2 * cache['h'] * cache['v']\n    return e_bar * cache['h'] * cache['h'], e_bar * slope\n\n\n"
        "def bars_quotient(e_bar, cache):\n    h_bar = e_bar / cache['v']\n    return -h_bar * cache['e'], h_bar\n",
        "bars_sum = lambda e_bar, cache: [e_bar, np.array(float(e_bar))]\n"
        "bars_square = lambda e_bar, cache: tuple(e_bar * np.array([cache['h'] ** 2, 2 * cache['h'] * cache['v']]))\n"
        "bars_quotient = lambda e_bar, cache: (-e_bar * cache['h'] * cache['v'] ** -2.0, np.divide(e_bar, cache['v']))\n",
    ],
    "find_the_bug": [
        _found(),
        'first_wrong = dict(c="w", a="v", b="z")\n',
        'first_wrong = {"a": None}\nfirst_wrong.update(zip("abc", "vzw"))\n',
    ],
    "logistic_backward": [
        _logistic(),
        _logistic(m_bar='l_bar * (sigmoid(cache["m"]) - 1)'),
        _logistic(m_bar='l_bar * np.expm1(-cache["l"])', y_bar='np.array(z_bar * cache["m"])'),
        _logistic(m_bar='-l_bar / (1 + np.exp(cache["m"]))', z_bar="np.array(y * m_bar)"),
        function(
            LOGISTIC,
            'far = np.exp(-abs(cache["m"]))',
            'share = far / (1 + far) if cache["m"] > 0 else 1 / (1 + far)',
            "bars = dict(m=float(-l_bar * share))",
            'bars["y"] = cache["z"] * bars["m"]',
            'bars["z"] = y * bars["m"]',
            'bars["x"], bars["w"] = bar_x(bars["z"], w), bar_w(bars["z"], x)',
            "return bars",
        ),
    ],
    "train": [
        _train(),
        function(
            TRAIN,
            "import random",
            "draw = random.Random(seed)",
            "w, v, losses = np.array(w, dtype=float), float(v), []",
            "for _ in range(steps):",
            "    i = draw.randrange(len(X))",
            "    cache = forward(X[i], Y[i], w, v, sigma)",
            '    losses.append(cache["l"])',
            "    bars = backward(cache, X[i], Y[i], w, v, sigma)",
            '    w -= lr * bars["w"]',
            '    v -= lr * bars["v"]',
            "return w, v, losses",
        ),
        function(
            TRAIN,
            "rng = np.random.RandomState(seed)",
            "w, losses, queue = 1.0 * w, np.zeros(steps), []",
            "for step in range(steps):",
            "    if not queue:",
            "        queue = list(rng.permutation(len(Y)))",
            "    i = queue.pop()",
            "    z = np.dot(w, X[i])",
            "    error = v * sigma(z) - Y[i]",
            "    losses[step] = error ** 2 / 2",
            "    z_bar, v_bar = error * v * sigma.slope(z), error * sigma(z)",
            "    w, v = w - lr * z_bar * X[i], v - lr * v_bar",
            "return w, v, losses",
        ),
        function(
            TRAIN,
            "rows = np.random.default_rng([seed, 7]).choice(len(Y), size=steps)",
            "w, v, losses = np.copy(w), np.array(v), []",
            "for x, y in zip(X[rows], Y[rows]):",
            "    h = sigma(w @ x)",
            "    losses += [float(0.5 * (y - v * h) ** 2)]",
            '    bars = backward({"z": w @ x, "h": h, "e": v * h}, x, y, w, v, sigma)',
            '    w, v = w - lr * bars["w"], np.array(v - lr * bars["v"])',
            "return (w, v, losses)",
        ),
    ],
}
