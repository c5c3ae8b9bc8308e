"""What a mutant may change in a reference: names, operators, constants, calls, rows and statements."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Scope:
    """What may stand in for something else: names of variables, and the string constants used as keys."""

    names: tuple[str, ...]
    keys: tuple[str, ...]


def scope_of(tree: ast.AST) -> Scope:
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} - {"self"}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    keys = {node.slice.value for node in ast.walk(tree) if isinstance(node, ast.Subscript) and is_text(node.slice)}
    if isinstance(tree, ast.FunctionDef) and "cache" in arguments:
        keys |= {"z", "h", "e", "l"} if keys & {"z", "h", "e", "l"} else set()
    return Scope(tuple(sorted(arguments | stored)), tuple(sorted(keys)))


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def changes(node: ast.AST, scope: Scope) -> Iterator[tuple[str, ast.AST]]:
    """Everything one node may be changed into, with what that is called."""
    if isinstance(node, ast.BinOp):
        yield from _of_operator(node)
    elif isinstance(node, ast.UnaryOp):
        yield "operator dropped", node.operand
    elif isinstance(node, ast.Compare):
        for other in _COMPARED.get(type(node.ops[0]), ()):
            yield "comparison changed", ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in scope.names:
        yield "sign flipped", ast.UnaryOp(ast.USub(), node)
        for name in scope.names:
            if name != node.id:
                yield f"{name} in its place", ast.Name(name, ast.Load())
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield "index dropped", node.value
        if is_text(node.slice):
            for key in scope.keys:
                if key != node.slice.value:
                    yield f"{key!r} in its place", ast.Subscript(node.value, ast.Constant(key), ast.Load())
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in ("T", "slope"):
        yield f".{node.attr} dropped", node.value
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    elif isinstance(node, ast.BoolOp):
        yield "and / or", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.IfExp):
        yield "branches swapped", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, (ast.Tuple, ast.List)) and isinstance(node.ctx, ast.Load):
        yield from _of_row(node)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(node)


def _of_operator(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    for other in _BINARY.get(type(node.op), ()):
        yield f"{type(node.op).__name__} to {other.__name__}", ast.BinOp(node.left, other(), node.right)
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        yield "operands swapped", ast.BinOp(node.right, node.op, node.left)
    yield "left operand alone", node.left
    yield "right operand alone", node.right
    yield "sign flipped", ast.UnaryOp(ast.USub(), node)


def _of_constant(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.value, bool):
        yield "flipped", ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        for value in {node.value + 1, node.value - 1, 0 * node.value} - {node.value}:
            yield f"{value} in its place", ast.Constant(value)


def _of_call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    if ast.unparse(node.func) in ("np.asarray", "float"):
        return  # turns one form of a number into another, and the checks take all of them
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield "call dropped", node.args[0]
    if isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") not in ("np", "self", "sigma"):
        yield "method dropped", node.func.value
    for i in range(len(node.args) - 1):
        args = [*node.args[:i], node.args[i + 1], node.args[i], *node.args[i + 2 :]]
        yield f"arguments {i}, {i + 1} swapped", ast.Call(node.func, args, node.keywords)
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in ("dtype", "strict"):  # another form of the same, a check of the lengths
            continue
        kept = node.keywords[:i] + node.keywords[i + 1 :]
        yield f"{keyword.arg} dropped", ast.Call(node.func, node.args, kept)


def _of_row(node: ast.Tuple | ast.List) -> Iterator[tuple[str, ast.AST]]:
    for i in range(len(node.elts) - 1):
        swapped = [*node.elts[:i], node.elts[i + 1], node.elts[i], *node.elts[i + 2 :]]
        yield f"items {i}, {i + 1} swapped", type(node)(swapped, ast.Load())


def _of_statement(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, (ast.Assign, ast.AugAssign, ast.If, ast.For, ast.While, ast.Raise)) or (
        isinstance(node, ast.Expr) and not is_text(node.value)
    ):
        yield "statement dropped", ast.Pass()
    if isinstance(node, ast.AugAssign):
        other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield "other update", ast.AugAssign(node.target, other, node.value)
        target = copy.deepcopy(node.target)
        yield "set, not updated", ast.Assign([target], node.value, lineno=node.lineno)
