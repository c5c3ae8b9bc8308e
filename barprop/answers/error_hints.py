"""What Python and NumPy say when something stops, in words for somebody who meets it for the first time."""

from __future__ import annotations

import ast
import dis
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from barprop.answers.untrusted import is_number, is_row, type_name

_PLAIN_AT = "@ needs two arrays, and one of these is a plain number"
_SHAPES = "the shapes do not fit: A @ b needs as many columns of A as b has rows (entries, if b has one axis)"
_UNCALLED = "a method has to be called, with brackets, as in sigma.slope(z)"
_NO_DRAW = "rng.integers(a, b) never draws b itself, so here there is nothing to draw from"
_NO_POWER = "^ is not a power in Python; a power is written **"
NO_FRACTIONS = "the array holds whole numbers and cannot take fractions"
_MEANS = {
    "truth value of an array": "Python's `if`, `max` and `and` ask one question, and an array has many answers; "
    "np.where and np.maximum go entry by entry",
    "does not have enough dimensions": _PLAIN_AT,
    "for @: 'float'": _PLAIN_AT,
    "mismatch in its core dimension": _SHAPES,
    "not aligned": _SHAPES,
    "could not be broadcast": "the shapes do not fit: the step works entry by entry, so the last axes must be "
    "equal or 1 "
    "(keepdims=True keeps a summed axis)",
    "can't multiply sequence": "a tuple or list is multiplied: take out what is in it first, as in (v,) = w",
    "with casting rule 'same_kind'": f"{NO_FRACTIONS}: make it float first",
    "for ^:": _NO_POWER,
    "bitwise_xor": _NO_POWER,
    "could not broadcast input array": "the place that is assigned to has another shape: an axis may have to be summed",
    "inhomogeneous shape": "the parts have different shapes, so they make no array; np.maximum goes entry by entry",
    "can be converted to Python scalars": "float(...) takes one number, and this is an array of several",
    "and 'method'": _UNCALLED,
    "'method' and": _UNCALLED,
    "out of bounds for array of dimension": "that array has fewer axes; axis=0 goes over the rows, axis=-1 is the last",
    "high <= 0": _NO_DRAW,
    "low >= high": _NO_DRAW,
    "'bool' object has no attribute": "comparing plain numbers gives plain True or False; np.asarray makes an array",
}
_NO_COMMA = "each step back must return one bar per parent; a single bar is a tuple with a comma, (bar,)"
_MEANS |= {"zip() argument 2 is": _NO_COMMA, "iteration over a 0-d array": _NO_COMMA}
_A_NODE = "a step gave a Node, not a Value: in Value every step ends with `return Value(...)`"
_MEANS |= {
    "not 'Node'": _A_NODE,
    "for unary -: 'Node'": _A_NODE,
    "'numpy.ndarray' object has no attribute 'parents'": _A_NODE,
    "'Value' object is not subscriptable": "a Value has no square brackets: multiply by an array of ones and zeros, "
    "and add up",
}
_FUNCTIONS = ("Activation", "function", "method", "builtin_function_or_method")


@dataclass(frozen=True)
class Expression:
    """The expression that raised.

    Parameters
    ----------
    names : mapping
        All it could see.
    local : tuple of str
        The names of the function itself.
    path : tuple of str
        The functions of the student's code that were running, the innermost last.
    """

    node: ast.expr
    names: Mapping[str, Any]
    local: tuple[str, ...]
    path: tuple[str, ...] = ()

    def value(self, node: ast.expr) -> Any:
        """Return what a name, an entry of a dictionary or a transposed array holds; None for anything else."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            owner = self.value(node.value)
            return owner.get(node.slice.value) if type(owner) is dict else None
        if isinstance(node, ast.Attribute) and node.attr == "T":
            owner = self.value(node.value)
            return owner.T if type(owner) is np.ndarray else None
        return None


def in_plain_words(kind: str, message: str, expression: Expression | None = None) -> str:
    """Explain an error, with the student's own names if the expression is known; "" for an unknown one."""
    own = _in_own_names(kind, message, expression) if expression else ""
    own = own or _a_node_for_an_array(message)
    return own or next((means for said, means in _MEANS.items() if said in message), "")


def _a_node_for_an_array(message: str) -> str:
    found = re.search(r"'(Value|Node)' object has no attribute '(\w+)'", message)
    if not found or not hasattr(np.ndarray, found[2]):
        return ""
    return f"a {found[1]} came where an array is expected: pass its .data"


def _in_own_names(kind: str, message: str, at: Expression) -> str:
    node = at.node
    if kind == "NameError":
        return _unknown_name(message, at)
    if kind == "AttributeError" and isinstance(node, ast.Attribute):
        return _no_attribute(node, at)
    if kind == "KeyError" and isinstance(node, ast.Subscript):
        return _no_key(node, at)
    if kind == "IndexError" and isinstance(node, ast.Subscript):
        return _no_entry(node, message, at)
    if "cannot reshape array of size 1 " in message and at.path[-2:] == ("receive", "unbroadcast"):
        return _NO_COMMA
    if isinstance(node, ast.Call) and "not callable" in message:
        return _not_callable(node, at)
    if kind == "ZeroDivisionError" and isinstance(node, ast.BinOp):
        return f"{_text(node.right)} is 0 here: is there a way without this division?"
    if isinstance(node, ast.BinOp):
        return _operator(node, message, at)
    return ""


def _operator(node: ast.BinOp, message: str, at: Expression) -> str:
    if isinstance(node.op, ast.BitXor):
        return f"{_NO_POWER}, as in x**2"
    operands = [(_text(side), at.value(side)) for side in (node.left, node.right)]
    for text, value in operands:
        if type_name(value) == "Activation":
            return f"{text} is a function: call it, {text}(z), or take its slope, {text}.slope(z)"
        if type_name(value) in _FUNCTIONS:
            return f"{text} is a function: it has to be called, with brackets"
        if is_row(value):
            return f"{text} is a {type_name(value)}: take out what is in it first, as in (v,) = {text}"
    shapes = [f"{text} has shape {value.shape}" for text, value in operands if type(value) is np.ndarray and value.ndim]
    shapes += [f"{text} is a plain number" for text, value in operands if is_number(value)]
    known = next((means for said, means in _MEANS.items() if said in message), "")
    return f"{' and '.join(shapes)}; {known}" if known and len(shapes) == 2 else ""


def _unknown_name(message: str, at: Expression) -> str:
    found = re.search(r"name '(\w+)' is not defined", message)
    if not found:
        return ""
    name = found[1]
    if "self" in at.local:
        return f"{name} is not known here; what another method stored is read with self in front: self.{name}"
    here = [n for n in at.local if not n.startswith("_")]
    return f"{name} is not known here; this function has {', '.join(here[:8])}" if here else ""


def _no_attribute(node: ast.Attribute, at: Expression) -> str:
    text = _text(node.value)
    if text == "self":
        return _not_set(node.attr, at)
    value = at.value(node.value)
    if is_number(value):
        return f"{text} is a plain number here, which has no .{node.attr}; np.asarray({text}) makes an array of it"
    return ""


def _not_set(attribute: str, at: Expression) -> str:
    """Say of a missing attribute of self whether forward never sets it, or was not called yet."""
    owner = type(at.names.get("self"))
    forward = getattr(getattr(owner, "forward", None), "__code__", None)
    sets = forward is not None and any(
        step.opname == "STORE_ATTR" and step.argval == attribute for step in dis.get_instructions(forward)
    )
    if sets and at.path[-1:] != ("forward",):
        asked = f"{owner.__name__}.{at.path[-1]}" if at.path else "this"
        return f"self.{attribute} is not set yet: forward sets it, and has to be called before {asked}"
    return f"self.{attribute} was never set; forward has to store it, as in self.{attribute} = ..."


def _no_key(node: ast.Subscript, at: Expression) -> str:
    owner, text = at.value(node.value), _text(node.value)
    if type(owner) is not dict or not all(type(key) is str for key in owner):
        return ""
    return f"{text} has no {_text(node.slice)}; its keys are {', '.join(map(repr, list(owner)[:8]))}"


def _no_entry(node: ast.Subscript, message: str, at: Expression) -> str:
    owner, text = at.value(node.value), _text(node.value)
    found = re.search(r"index (-?\d+) is out of bounds for axis (\d)", message)
    if type(owner) is not np.ndarray or not found:
        return ""
    return f"{text} has shape {owner.shape} here, so there is no entry {found[1]} along axis {found[2]}"


def _not_callable(node: ast.Call, at: Expression) -> str:
    text = _text(node.func)
    if isinstance(node.func, (ast.Tuple, ast.List)):
        return f"a comma is missing between {text} and the bracket after it"
    return f"{text} is followed by a bracket, so Python tries to call it: a * or a comma is missing between them"


def _text(node: ast.expr) -> str:
    return ast.unparse(node)[:40]
