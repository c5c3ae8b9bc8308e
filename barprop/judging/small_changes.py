"""Small changes of one place in a program: names, operators, constants, calls, rows and statements.

Tests make wrong answers with them; the check looks among them for one that makes a wrong answer right.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

# what a change is about, as a student is told
SIGN, OPERATOR, VARIABLE = "a sign", "an operator", "which variable it reads"
NUMBER, INDEX, TRANSPOSE = "a number", "an index", "a transpose"
CALL, ORDER, KEYWORD = "a function that is called", "an order", "an argument such as `axis`"
TERM, COMPARISON, UPDATE = "a factor or a term", "a comparison", "`=` or `+=`"
NEEDED = "whether it belongs there"

_BINARY = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
}
_COMPARED = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}


class Change(NamedTuple):
    """What a node may be changed into, what that is about, and what it is called."""

    about: str
    label: str
    new: ast.AST


@dataclass(frozen=True)
class Scope:
    """What may stand in for something else: names of variables, and the string constants used as keys."""

    names: tuple[str, ...]
    keys: tuple[str, ...]


def scope_of(tree: ast.AST) -> Scope:
    """Return the names and keys that a function or class uses."""
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} - {"self"}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    slices = (node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript))
    keys = {item.value for item in slices if isinstance(item, ast.Constant) and isinstance(item.value, str)}
    if isinstance(tree, ast.FunctionDef) and "cache" in arguments:
        keys |= {"z", "h", "e", "l"} if keys & {"z", "h", "e", "l"} else set()
    return Scope(tuple(sorted(arguments | stored)), tuple(sorted(keys)))


def is_text(node: ast.AST) -> bool:
    """Whether a node is text in quotes."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def changes(node: ast.AST, scope: Scope) -> Iterator[Change]:
    """Everything one node may be changed into, with what that is called."""
    if isinstance(node, ast.BinOp):
        yield from _of_operator(node)
    elif isinstance(node, ast.UnaryOp):
        yield Change(SIGN, "operator dropped", node.operand)
    elif isinstance(node, ast.Compare):
        for other in _COMPARED.get(type(node.ops[0]), ()):
            yield Change(
                COMPARISON, "comparison changed", ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)
            )
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in scope.names:
        yield Change(SIGN, "sign flipped", ast.UnaryOp(ast.USub(), node))
        for name in scope.names:
            if name != node.id:
                yield Change(VARIABLE, f"{name} in its place", ast.Name(name, ast.Load()))
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield Change(INDEX, "index dropped", node.value)
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            for key in scope.keys:
                if key != node.slice.value:
                    yield Change(
                        VARIABLE, f"{key!r} in its place", ast.Subscript(node.value, ast.Constant(key), ast.Load())
                    )
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in ("T", "slope"):
        yield Change(TRANSPOSE if node.attr == "T" else CALL, f".{node.attr} dropped", node.value)
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.BoolOp):
        yield Change(
            COMPARISON, "and / or", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        )
    elif isinstance(node, ast.IfExp):
        yield Change(ORDER, "branches swapped", ast.IfExp(node.test, node.orelse, node.body))
    elif isinstance(node, (ast.Tuple, ast.List)) and isinstance(node.ctx, ast.Load):
        yield from _of_row(node)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(node)


def _of_operator(node: ast.BinOp) -> Iterator[Change]:
    for other in _BINARY.get(type(node.op), ()):
        yield Change(
            OPERATOR, f"{type(node.op).__name__} to {other.__name__}", ast.BinOp(node.left, other(), node.right)
        )
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        yield Change(ORDER, "operands swapped", ast.BinOp(node.right, node.op, node.left))
    yield Change(TERM, "left operand alone", node.left)
    yield Change(TERM, "right operand alone", node.right)
    yield Change(SIGN, "sign flipped", ast.UnaryOp(ast.USub(), node))


def _of_constant(node: ast.Constant) -> Iterator[Change]:
    if isinstance(node.value, bool):
        yield Change(NUMBER, "flipped", ast.Constant(not node.value))
    elif isinstance(node.value, (int, float)):
        for value in {node.value + 1, node.value - 1, 0 * node.value} - {node.value}:
            yield Change(NUMBER, f"{value} in its place", ast.Constant(value))


def _of_call(node: ast.Call) -> Iterator[Change]:
    if ast.unparse(node.func) in ("np.asarray", "float"):
        return  # turns one form of a number into another, and the checks take all of them
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield Change(CALL, "call dropped", node.args[0])
    if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") not in ("np", "self", "sigma"):
        yield Change(CALL, "method dropped", node.func.value)
    for i in range(len(node.args) - 1):
        args = [*node.args[:i], node.args[i + 1], node.args[i], *node.args[i + 2 :]]
        yield Change(ORDER, f"arguments {i}, {i + 1} swapped", ast.Call(node.func, args, node.keywords))
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in ("dtype", "strict"):  # another form of the same, a check of the lengths
            continue
        kept = node.keywords[:i] + node.keywords[i + 1 :]
        yield Change(KEYWORD, f"{keyword.arg} dropped", ast.Call(node.func, node.args, kept))


def _of_row(node: ast.Tuple | ast.List) -> Iterator[Change]:
    for i in range(len(node.elts) - 1):
        swapped = [*node.elts[:i], node.elts[i + 1], node.elts[i], *node.elts[i + 2 :]]
        yield Change(ORDER, f"items {i}, {i + 1} swapped", type(node)(swapped, ast.Load()))


def _of_statement(node: ast.stmt) -> Iterator[Change]:
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.If, ast.For, ast.While, ast.Raise)) or (
        isinstance(node, ast.Expr) and not is_text(node.value)
    ):
        yield Change(NEEDED, "statement dropped", ast.Pass())
    if isinstance(node, ast.AugAssign):
        other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield Change(SIGN, "other update", ast.AugAssign(node.target, other, node.value))
        target = copy.deepcopy(node.target)
        yield Change(UPDATE, "set, not updated", ast.Assign([target], node.value, lineno=node.lineno))
