"""Every program that differs from a given one in one small place: what the search for a slip goes through."""

from __future__ import annotations

import ast
import copy
import itertools
from collections.abc import Container, Iterator
from typing import Any, NamedTuple

from barprop.judging.small_changes import (
    CALL,
    INDEX,
    KEYWORD,
    NUMBER,
    ORDER,
    SIGN,
    TERM,
    TRANSPOSE,
    UPDATE,
    VARIABLE,
    Scope,
    changes,
    is_text,
    scope_of,
)

INDENTATION, LINES = "how far it is indented", "the order of this line and the next"
BRACKETS = "where brackets open and close"
_NO_TERM = ("len", "range", "int", "enumerate", "zip", "reversed", "tuple", "list")  # take no part of a formula
_VALUES = (ast.Name, ast.Subscript, ast.Attribute, ast.Call)
_FUNCTIONS = {
    "sum": ("mean",),
    "mean": ("sum",),
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "exp": ("log",),
    "log": ("exp", "log1p"),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
}
# what a slip most often is about; the rest is tried after it
_FIRST = (SIGN, VARIABLE, TRANSPOSE, UPDATE, ORDER, INDEX, BRACKETS, NUMBER, KEYWORD, TERM)


class Repair(NamedTuple):
    """One place of a program and what may stand there instead.

    Parameters
    ----------
    about : str
        What the change is about, for the student.
    line : int
        Where, counted from 1.
    owner, name, value
        The attribute of a node of the tree, and what it becomes.
    """

    about: str
    line: int
    owner: ast.AST
    name: str
    value: Any

    def apply(self) -> Any:
        """Change the tree; return what stood there, to be put back."""
        for node in self.value if isinstance(self.value, list) else [self.value]:
            _place(node, self.line)
        before = getattr(self.owner, self.name)
        setattr(self.owner, self.name, self.value)
        return before

    def undo(self, before: Any) -> None:
        """Put back what stood there."""
        setattr(self.owner, self.name, before)


def _place(tree: ast.AST, line: int) -> None:
    """Give the nodes that have no line, or no place in it, this one: without, Python compiles nothing."""
    for node in ast.walk(tree):
        if "lineno" in node._attributes and not hasattr(node, "col_offset"):
            node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
            node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]


def repairs(tree: ast.stmt, ran: Container[int]) -> list[Repair]:
    """Return all small changes of a function or class, the likeliest kinds first.

    Parameters
    ----------
    ran : container of int
        The first lines of the functions that ran: a slip elsewhere would not have shown.
    """
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = [repair for node in functions if _first_line(node) in ran for repair in _everywhere(node)]
    rank = {about: number for number, about in enumerate(_FIRST)}
    return sorted(found, key=lambda one: rank.get(one.about, len(rank)))


def _first_line(function: ast.FunctionDef) -> int:
    """Return its first line, as its code object says it."""
    return min([function.lineno, *(one.lineno for one in function.decorator_list)])


def _everywhere(function: ast.FunctionDef) -> Iterator[Repair]:
    scope = scope_of(function)
    for statement in function.body:
        yield from _in(statement, scope, ())
    yield from _of_body(function, "body")


def _in(node: ast.AST, scope: Scope, loops: tuple[str, ...]) -> Iterator[Repair]:
    """Yield the changes below a node; `loops` are the variables of the loops around it."""
    if isinstance(node, ast.FunctionDef):
        return  # has a scope of its own
    if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
        loops = (*loops, node.target.id)
    if isinstance(node, (ast.For, ast.While, ast.If)):
        yield from _of_body(node, "body")
    line = getattr(node, "lineno", 0)
    if isinstance(node, (ast.Assign, ast.Return, ast.AugAssign)) and node.value is not None:
        yield from (Repair(TERM, line, node, "value", new) for new in _with_factor(node.value, scope))
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        if isinstance(value, ast.AST):
            for about, new in _instead(value, scope, loops):
                yield Repair(about, getattr(value, "lineno", line), node, name, new)
            yield from _in(value, scope, loops)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                if not isinstance(item, ast.AST):
                    continue
                for about, new in _instead(item, scope, loops):
                    changed = [*value[:number], new, *value[number + 1 :]]
                    yield Repair(about, getattr(item, "lineno", line), node, name, changed)
                yield from _in(item, scope, loops)


def _instead(node: ast.AST, scope: Scope, loops: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
    """Yield what may stand in the place of a node."""
    for about, _, new in changes(node, scope):
        yield about, new
    loaded = isinstance(getattr(node, "ctx", None), ast.Load)
    if isinstance(node, ast.Name):
        for index in loops:
            if index != node.id:
                yield INDEX, ast.Subscript(ast.Name(node.id, ast.Load()), ast.Name(index, ast.Load()), node.ctx)
    if isinstance(node, ast.Call) or (isinstance(node, (ast.Subscript, ast.Attribute)) and loaded):
        yield SIGN, ast.UnaryOp(ast.USub(), node)
    if isinstance(node, ast.Attribute) and loaded:
        yield from ((CALL, ast.Attribute(node.value, other, node.ctx)) for other in _FUNCTIONS.get(node.attr, ()))
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and loaded:
        yield TERM, ast.BinOp(node, ast.Pow(), ast.Constant(2))
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "dtype":  # whole numbers cut off what is written into them
                kept = [other for other in node.keywords if other is not keyword]
                yield KEYWORD, ast.Call(node.func, node.args, kept)
    if isinstance(node, (ast.BinOp, ast.Call)):
        yield from ((BRACKETS, new) for new in _other_brackets(node))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        for one, other in ((_transposed(node.left), node.right), (node.left, _transposed(node.right))):
            yield TRANSPOSE, ast.BinOp(one, node.op, other)
        yield TRANSPOSE, ast.BinOp(_transposed(node.left), node.op, _transposed(node.right))
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and not isinstance(node.targets[0], ast.Tuple):
        yield UPDATE, ast.AugAssign(node.targets[0], ast.Add(), node.value)  # type: ignore[arg-type]


def _other_brackets(node: ast.BinOp | ast.Call) -> Iterator[ast.expr]:
    """Yield the same terms in the same order with brackets elsewhere: those of a term, or those of a call."""
    if isinstance(node, ast.Call):
        if _is_of_a_formula(node) and isinstance(inside := node.args[0], ast.BinOp):
            yield ast.BinOp(ast.Call(node.func, [inside.left], node.keywords), inside.op, inside.right)
        return
    left, right = node.left, node.right
    if isinstance(left, ast.BinOp) and not _is_the_same_anyhow(left.op, node.op):
        two_numbers = isinstance(left.right, ast.Constant) and isinstance(right, ast.Constant)
        if not two_numbers:  # nobody means x ** (2 / 2)
            yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, node.op, right))
    if isinstance(right, ast.BinOp) and not _is_the_same_anyhow(node.op, right.op):
        yield ast.BinOp(ast.BinOp(left, node.op, right.left), right.op, right.right)
    if isinstance(left, ast.Call) and _is_of_a_formula(left):
        yield ast.Call(left.func, [ast.BinOp(left.args[0], node.op, right)], left.keywords)


def _is_of_a_formula(call: ast.Call) -> bool:
    """Whether a call takes one term and gives another, as np.sum and sigma do."""
    plain = len(call.args) == 1 and not isinstance(call.args[0], ast.Starred)
    return plain and getattr(call.func, "id", "") not in _NO_TERM


def _is_the_same_anyhow(first: ast.operator, second: ast.operator) -> bool:
    """Whether `a first b second c` is the same with brackets around either."""
    alike = ((ast.Add, (ast.Add, ast.Sub)), (ast.Mult, (ast.Mult, ast.Div)), (ast.MatMult, ast.MatMult))
    return any(isinstance(first, one) and isinstance(second, other) for one, other in alike)


def _transposed(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def _with_factor(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Yield an expression times, and over, what there is in the function."""
    if not isinstance(node, (ast.BinOp, ast.UnaryOp, *_VALUES)):
        return
    for factor in _factors(node, scope):
        yield ast.BinOp(node, ast.Mult(), factor)
        yield ast.BinOp(node, ast.Div(), factor)


def _factors(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    yield from (ast.Name(name, ast.Load()) for name in scope.names)
    tables = {item.value.id for item in ast.walk(node) if _looks_up(item)}  # type: ignore[attr-defined]
    for table in sorted(tables | ({"cache"} & set(scope.names))):
        yield from (ast.Subscript(ast.Name(table, ast.Load()), ast.Constant(key), ast.Load()) for key in scope.keys)
    yield ast.Constant(2)


def _looks_up(node: ast.AST) -> bool:
    """Whether it reads a named entry of a dictionary."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and is_text(node.slice)


def _of_body(node: ast.AST, name: str) -> Iterator[Repair]:
    """Yield other orders of the statements of a body: two lines swapped, a line taken into a loop or out of it."""
    body: list[ast.stmt] = getattr(node, name)
    for number, (first, second) in enumerate(itertools.pairwise(body)):
        rest = body[:number], body[number + 2 :]
        if not is_text(getattr(first, "value", first)):
            yield Repair(LINES, first.lineno, node, name, [*rest[0], second, first, *rest[1]])
        if isinstance(first, (ast.For, ast.While)):
            taken = _with_body(first, [*first.body, second])
            yield Repair(INDENTATION, second.lineno, node, name, [*rest[0], taken, *rest[1]])
        if isinstance(second, (ast.For, ast.While)):
            taken = _with_body(second, [first, *second.body])
            yield Repair(INDENTATION, first.lineno, node, name, [*rest[0], taken, *rest[1]])
    for number, loop in enumerate(body):
        if isinstance(loop, (ast.For, ast.While)) and len(loop.body) > 1:
            before, after, last = body[:number], body[number + 1 :], loop.body[-1]
            shorter = _with_body(loop, loop.body[:-1])
            yield Repair(INDENTATION, last.lineno, node, name, [*before, shorter, last, *after])
            first = loop.body[0]
            yield Repair(
                INDENTATION, first.lineno, node, name, [*before, first, _with_body(loop, loop.body[1:]), *after]
            )


def _with_body(loop: ast.For | ast.While, body: list[ast.stmt]) -> ast.stmt:
    twin = copy.copy(loop)
    twin.body = body
    return twin
