"""Is it the right value? The answer is None or a sentence that does not give the value away."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from barprop.answers.untrusted import describe_type, identical, is_array, is_number, is_row, one_line, type_name

_NUMBER = re.compile(r"[-+]?\d+\.?\d*")
_ENTRIES = 20  # a longer list or tuple is not searched for what was asked for


def problem(name: str, got: Any, right: Any, tolerance: float = 1e-6, subject: str = "") -> str | None:
    """Say in one sentence what is wrong with `got`; None if nothing is.

    Numbers and arrays must have the right shape and agree to `tolerance` relative (and to
    1e-3 * tolerance of the largest entry); everything else must be equal. Words that a driver
    put down are said of the `subject`.
    """
    if got is None and right is not None:
        return f"{name} is None: is the `return` missing?"
    if type(right) is str and type(got) is str and got != right:
        return _seen(name, one_line(got, 100), subject)
    if isinstance(right, (bool, str, list, tuple, dict)) or right is None:
        return None if identical(got, right) else f"{name} is not right."
    right = floats(right)
    wanted = f"an array of shape {right.shape}" if right.ndim else "a single number"
    if type(got) is bool or type(got) is np.bool_ or (type(got) is np.ndarray and got.dtype.kind == "b"):
        return f"{name} is True or False; expected {wanted.replace('an array', 'an array of numbers')}."
    if not is_number(got) and not is_array(got):
        return f"{name} is {describe_type(got)}; expected {wanted}.{_inside(got, right)}{_in_quotes(got)}"
    got = floats(got)
    if got.shape != right.shape:
        came = f"an array of shape {got.shape}" if got.ndim else "a single number"
        return f"{name} is {came}; expected {wanted}."
    if np.isnan(got).any() and not np.isnan(right).any():
        return f"{name} holds NaN (not a number): something was divided by zero, or infinity met infinity."
    if not np.isfinite(got).all() and np.isfinite(right).all():
        return f"{name} holds an infinity: something grew too large, was divided by 0, or was the log of 0."
    if not close(got, right, tolerance):
        wrong = np.argwhere(~near(got, right, tolerance))
        if right.size > 1 and 0 < len(wrong) < right.size:
            first = ", ".join(map(str, wrong[0]))
            return f"{name} has a wrong value in {len(wrong)} of {right.size} entries, the first at [{first}]."
        return f"{name} {'has the right shape but' if right.ndim else 'is'} not the right value."
    return None


def _inside(got: Any, right: np.ndarray) -> str:
    """Say which entry of a list or tuple has the form that is asked for; "" if none has, or several have."""
    if not is_row(got) or len(got) > _ENTRIES:
        return ""
    fitting = [n for n, item in enumerate(got) if (is_number(item) or is_array(item)) and np.shape(item) == right.shape]
    return f" Its entry [{fitting[0]}] has that form: is it the one to return?" if len(fitting) == 1 else ""


def _in_quotes(got: Any) -> str:
    """Say of a text that holds a number how to write it; "" for anything else."""
    return " Write it without quotes." if type(got) is str and _NUMBER.fullmatch(got[:_ENTRIES].strip()) else ""


def same_form(got: Any, right: Any) -> bool:
    """Whether `got` is of the kind and shape of `right`, so that only its value can be wrong."""
    if got is None or type(right) in (bool, str, list, tuple, dict):
        return type(got) is type(right)
    if right is None:
        return False
    return (is_number(got) or (is_array(got) and got.dtype.kind != "b")) and np.shape(got) == np.shape(right)


def _seen(name: str, text: str, subject: str) -> str:
    """Say what a probe saw, as a sentence with a subject."""
    if subject:
        return f"{subject} {text}."
    return f"{name[:1].upper()}{name[1:]}: {text}." if " " in name else f"{text[:1].upper()}{text[1:]}."


def close(got: Any, right: Any, tolerance: float = 1e-6) -> bool:
    """Whether two plain values agree: numbers in shape and value, anything else exactly."""
    if not (is_number(got) or is_array(got)) or isinstance(right, (bool, str, list, tuple, dict)) or right is None:
        return identical(got, right)
    got, right = floats(got), floats(right)
    return got.shape == right.shape and bool(near(got, right, tolerance).all())


def is_finite(value: Any) -> bool:
    """Return False for a number or an array that holds NaN or an infinity."""
    return not (is_number(value) or is_array(value)) or bool(np.isfinite(floats(value)).all())


def near(got: np.ndarray, right: np.ndarray, tolerance: float) -> np.ndarray:
    """Return where two arrays of one shape agree, entry by entry."""
    finite = np.isfinite(right)  # an infinity is near nothing but itself
    scale = max(float(np.max(np.abs(right), initial=0.0, where=finite)), 1e-3)
    with np.errstate(invalid="ignore", over="ignore"):
        agree = np.abs(got - right) <= tolerance * np.abs(right) + 1e-3 * tolerance * scale
    return (agree & finite) | (got == right)


def floats(value: Any) -> np.ndarray:
    """Return a number or plain array as float64; an integer too large for that is infinite."""
    try:
        return np.asarray(value, dtype=float)
    except OverflowError:
        return np.asarray(np.inf if value > 0 else -np.inf)


def show(value: Any) -> str:
    """Show a value in a few characters: numbers rounded, long arrays by their shape."""
    if is_number(value) or (is_array(value) and value.ndim == 0):
        return f"{float(value):.4g}"
    if isinstance(value, np.ndarray):
        if value.size == 0 or value.size > 6 or value.ndim > 1:
            return f"array {value.shape}"
        return "[" + ", ".join(f"{v:.4g}" for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {show(v)}" for k, v in list(value.items())[:8]) + "}"
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(show(v) for v in value[:6]) + (", ..." if len(value) > 6 else "") + ")"
    text = repr(value)
    if " at 0x" in text:
        return "a function" if callable(value) else f"a {type_name(value)}"
    return text if len(text) <= 60 else text[:57] + "..."
