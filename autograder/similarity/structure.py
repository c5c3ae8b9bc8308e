"""The structure of an answer: its statements, without names, literals, comments and order."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

_BUILTIN = frozenset(name for name in dir(builtins) if name.islower())
_BLOCKS = ("body", "orelse", "finalbody")
_COMMUTATIVE = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)


def statements(source: str) -> frozenset[str]:
    """Return the statements of an answer in a form in which names, literals and order do not matter.

    Attributes and built-in functions keep their names, since which of them is used is a choice. A name becomes a
    number, counted within its statement: `a * a` and `b * b` are alike, `a * b` is not. Returns nothing for what is no
    Python.
    """
    try:
        tree = ast.parse(source)
        return frozenset(_of(tree.body, ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


def _of(body: list[ast.stmt], within: str) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.Pass)) or _is_text(statement):
            continue
        blocks = [(name, getattr(statement, name, None) or []) for name in _BLOCKS]
        head = _head(statement)
        if head:
            yield f"{within}{head}"
        inside = f"{within}{type(statement).__name__}/"
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            inside = within
        for name, block in blocks:
            yield from _of(block, inside if name == "body" else f"{inside}{name}/")
        for handler in getattr(statement, "handlers", []):
            yield from _of(handler.body, f"{inside}except/")


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _head(statement: ast.stmt) -> str:
    """Return what a statement says itself, without the blocks in it; "" for a definition, whose head was given."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return ""
    names: dict[str, int] = {}
    kept = [
        _text(value, names)
        for name, value in ast.iter_fields(statement)
        if name not in (*_BLOCKS, "handlers", "type_comment", "annotation")
    ]
    return f"{type(statement).__name__}({', '.join(filter(None, kept))})"


def _text(node: object, names: dict[str, int]) -> str:
    if isinstance(node, list):
        return "[" + ", ".join(_text(item, names) for item in node) + "]"
    if isinstance(node, ast.Name):
        return node.id if node.id in _BUILTIN else f"_{names.setdefault(node.id, len(names))}"
    if isinstance(node, ast.arg):
        return f"_{names.setdefault(node.arg, len(names))}"
    if isinstance(node, ast.Constant):
        return type(node.value).__name__ if isinstance(node.value, (str, bytes, type(None), bool)) else "number"
    if isinstance(node, ast.BinOp) and isinstance(node.op, _COMMUTATIVE):
        left, right = sorted((node.left, node.right), key=lambda side: _text(side, {}))
        return f"({_text(left, names)} {type(node.op).__name__} {_text(right, names)})"
    if isinstance(node, ast.Attribute):
        return f"{_text(node.value, names)}.{node.attr}"
    if isinstance(node, ast.AST):
        inner = [
            _text(value, names) for name, value in ast.iter_fields(node) if not isinstance(value, ast.expr_context)
        ]
        return f"{type(node).__name__}({', '.join(filter(None, inner))})"
    return "" if node is None else str(node)
