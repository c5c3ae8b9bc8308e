"""The bars of the logistic neuron, as students write them."""

from __future__ import annotations

from autograder.samples import function

LOGISTIC = "logistic_backward(cache, x, y, w, l_bar=1.0)"


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


WRONG = {
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
        "the formula for labels 0 and 1": _logistic(z_bar='l_bar * (sigmoid(cache["z"]) - y)'),
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
}

RIGHT = {
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
}
