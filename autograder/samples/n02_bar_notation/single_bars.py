"""The seven single bars, as students write them."""

from __future__ import annotations

from autograder.samples import function

BAR_E = "bar_e(l_bar, y, e)"

BAR_Y = "bar_y(l_bar, y, e)"

BAR_V = "bar_v(e_bar, h)"

BAR_H = "bar_h(e_bar, v)"

BAR_Z = "bar_z(h_bar, z, sigma)"

BAR_W = "bar_w(z_bar, x)"

BAR_X = "bar_x(z_bar, w)"


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
        "used the loss, and a minus": _one(signature, "-l_bar * (y - e) ** 2 / 2"),
        "used the loss, without l_bar": _one(signature, "(y - e) ** 2 / 2"),
        "kept the square": _one(signature, "l_bar * (y - e) ** 2"),
        "kept the square, and a minus": _one(signature, "-l_bar * (y - e) ** 2"),
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
}
