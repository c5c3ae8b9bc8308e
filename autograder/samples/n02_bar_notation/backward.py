"""All bars, with less cached, from the output, and their order, as students write them."""

from __future__ import annotations

from autograder.samples import function

BACKWARD = "backward(cache, x, y, w, v, sigma, l_bar=1.0)"

RECOMPUTE = "backward_recompute(cache, x, y, w, v, sigma, l_bar=1.0)"


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


def _backward_mistakes(signature: str) -> dict[str, str]:
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


def _slopes(sigmoid: str = "h * (1 - h)", tanh: str = "1 - h ** 2", relu: str = "np.where(h > 0, 1.0, 0.0)") -> str:
    values = {"sigmoid_slope(h)": sigmoid, "tanh_slope(h)": tanh, "relu_slope(h)": relu}
    return "\n\n".join(function(signature, "h = np.array(h)", f"return {value}") for signature, value in values.items())


WRONG = {
    "backward": _backward_mistakes(BACKWARD),
    "backward_recompute": {
        "z in place of h": _way_back(RECOMPUTE, v_bar='e_bar * cache["z"]'),
        "e in place of h": _way_back(RECOMPUTE, v_bar='e_bar * cache["e"]'),
        "slope in place of h": _way_back(RECOMPUTE, v_bar='e_bar * sigma.slope(cache["z"])'),
    }
    | _backward_mistakes(RECOMPUTE),
    "slopes_from_output": {
        "treated h as z": _slopes("1 / (1 + np.exp(-h)) * (1 - 1 / (1 + np.exp(-h)))", "1 - np.tanh(h) ** 2"),
        "tanh without the square": _slopes(tanh="1 - h"),
        "tanh like sigmoid": _slopes(tanh="h * (1 - h)"),
        "sigmoid like tanh": _slopes(sigmoid="1 - h ** 2"),
        "treated h as z in tanh": _slopes(tanh="1 - np.tanh(h) ** 2"),
        "treated h as z in sigmoid": _slopes("1 / (1 + np.exp(-h)) * (1 - 1 / (1 + np.exp(-h)))"),
        "sigmoid with a plus": _slopes(sigmoid="h * (1 + h)"),
        "sigmoid without its mirror": _slopes(sigmoid="h"),
        "asked one question": _slopes(relu="1.0 if h > 0 else 0.0"),
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
}

RIGHT = {
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
}
