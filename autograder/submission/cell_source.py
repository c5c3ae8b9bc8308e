"""What a cell's source defines, also where it holds magics or a syntax error."""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache

_TOO_LONG = 200_000  # characters; beyond that only the patterns below look at it
_TOO_MAGIC = 4_000  # lines with a magic's mark times lines; IPython reads the whole cell again for each of them
_DEFINES = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


@lru_cache(maxsize=4096)
def tree_of(source: str) -> ast.Module | None:
    """The syntax tree of a cell, magics translated as IPython does; None where there is none."""
    if len(source) > _TOO_LONG:
        return None
    for text in (source, None):
        try:
            text = _translated(source) if text is None else text
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text)
        except (SyntaxError, ValueError, RuntimeError, MemoryError):
            continue
    return None


def _translated(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    lines = source.split("\n")
    magic = sum(any(mark in line for mark in "%!?") for line in lines)
    if not magic or magic * len(lines) > _TOO_MAGIC:
        raise SyntaxError("no magics in it, or far too many")
    return TransformerManager().transform_cell(source)


def parses(source: str) -> bool:
    """Whether Python (with IPython's magics) can read it."""
    return tree_of(source) is not None


@lru_cache(maxsize=4096)
def defined(source: str) -> frozenset[str]:
    """The names a cell binds at its top level."""
    tree = tree_of(source)
    if tree is None:
        return frozenset(a or b for a, b in _DEFINES.findall(source))
    found: set[str] = set()
    _collect(tree.body, found)
    return frozenset(found)


def _collect(body: list[ast.stmt], found: set[str]) -> None:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                found |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            for field in ("body", "orelse", "finalbody"):
                _collect(getattr(node, field, []), found)
            for handler in getattr(node, "handlers", []):
                _collect(handler.body, found)


def check_call(source: str) -> tuple[str, str] | None:
    """(exercise, part) where the cell's first statement is check("exercise"[, "part"])."""
    tree = tree_of(source)
    if tree is None or not tree.body or not isinstance(tree.body[0], ast.Expr):
        return None
    call = tree.body[0].value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "check":
        return None
    words = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return (words[0], words[1] if len(words) > 1 else "") if words else None


def plain(source: str) -> str:
    """The source without trailing blanks and blank lines at both ends: what "the same text" means here."""
    return "\n".join(line.rstrip() for line in source.strip("\n").split("\n")).strip("\n")


def same_text(a: str, b: str) -> bool:
    """Whether two sources are the same but for blanks at line ends."""
    return a == b or plain(a) == plain(b)


def unfenced(source: str) -> str:
    """Code that was wrapped in a Markdown fence, without the fence."""
    match = re.fullmatch(r"\s*```[\w ]*\n(.*?)\n?```\s*", source, re.DOTALL)
    return match.group(1) if match else source
