"""The bars of three new steps, as students write them."""

from __future__ import annotations

from autograder.samples import function

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


WRONG = {
    "new_steps": {
        "sum like a product": _steps(sum=("e_bar * h", "e_bar * v")),
        "sum shared out": _steps(sum=("e_bar / 2", "e_bar / 2")),
        "sum shared out by size": _steps(
            sum=("e_bar * abs(v) / (abs(v) + abs(h))", "e_bar * abs(h) / (abs(v) + abs(h))")
        ),
        "sum shared out by value": _steps(sum=("e_bar * v / e", "e_bar * h / e")),
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
        "quotient like a product, for v": _steps(quotient=("e_bar * h", "e_bar / v")),
        "quotient without v, for v": _steps(quotient=("-e_bar * h", "e_bar / v")),
        "quotient upside down": _steps(quotient=("e_bar / h", "-e_bar * v / h ** 2")),
        "divided e by h": _steps(quotient=("-e_bar * h / v ** 2", "e_bar * e / h")),
        "forgot e_bar": _steps(sum=("1.0", "1.0"), square=("h ** 2", "2 * v * h"), quotient=("-h / v ** 2", "1 / v")),
        "swapped v and h": _steps(**{step: (h_bar, v_bar) for step, (v_bar, h_bar) in _STEP_BARS.items()}),
    },
}

RIGHT = {
    "new_steps": [
        _steps(),
        "def bars_sum(e_bar, cache):\n    return e_bar, e_bar\n\n\n"
        "def bars_square(e_bar, cache):\n    slope = 2 * cache['h'] * cache['v']\n    return e_bar * cache['h'] * cache['h'], e_bar * slope\n\n\n"
        "def bars_quotient(e_bar, cache):\n    h_bar = e_bar / cache['v']\n    return -h_bar * cache['e'], h_bar\n",
        "bars_sum = lambda e_bar, cache: [e_bar, np.array(float(e_bar))]\n"
        "bars_square = lambda e_bar, cache: tuple(e_bar * np.array([cache['h'] ** 2, 2 * cache['h'] * cache['v']]))\n"
        "bars_quotient = lambda e_bar, cache: (-e_bar * cache['h'] * cache['v'] ** -2.0, np.divide(e_bar, cache['v']))\n",
    ],
}
