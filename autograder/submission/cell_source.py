"""What a cell's source defines, also where it holds magics or a syntax error."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from autograder.sandbox.time_limit import OverdueError
from barprop.exercises import TESTS

_TOO_LONG = 200_000  # characters; beyond that only the patterns below look at it
_TOO_MAGIC = 4_000  # lines with a magic's mark times lines; IPython reads the whole cell again for each of them
_DEFINES = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


def tree_of(source: str) -> ast.Module | None:
    """Parse a cell, magics translated as IPython does; None if it does not parse.

    It is not kept: the tree of a long cell takes some hundred times the room of its text.
    """
    if len(source) > _TOO_LONG:
        return None
    for text in (source, None):
        try:
            text = _translated(source) if text is None else text
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text)
        except OverdueError:
            raise
        except Exception:  # besides SyntaxError whatever IPython's translation and a full stack make of it
            continue
    return None


def _translated(source: str) -> str:
    from IPython.core.inputtransformer2 import TransformerManager

    lines = source.split("\n")
    magic = sum(any(mark in line for mark in "%!?") for line in lines)
    if not magic or magic * len(lines) > _TOO_MAGIC:
        raise SyntaxError("no magics in it, or far too many")
    return TransformerManager().transform_cell(source)


@dataclass(frozen=True)
class _Facts:
    """What is asked of a source again and again."""

    parses: bool
    defined: frozenset[str]
    checks: tuple[tuple[str, str], ...] = ()  # (exercise, part) of each check("exercise"[, "part"]) that is a statement
    opens: bool = False  # whether the first of them is the first statement
    imported: frozenset[str] = frozenset()
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)  # function or class -> names that it uses


@lru_cache(maxsize=4096)
def _facts(source: str) -> _Facts:
    tree = tree_of(source)
    if tree is None:
        return _Facts(False, frozenset(a or b for a, b in _DEFINES.findall(source)))
    checks = _check_calls(tree) if "check" in source else ()
    opens = bool(checks) and _check_call(tree.body[0]) is not None
    modules = frozenset(_imported(tree, source)) if "import" in source else frozenset()
    return _Facts(True, frozenset(_bound(tree.body)), checks, opens, modules, _reads(tree))


def forget() -> None:
    """Keep nothing of the sources that were looked at so far."""
    _facts.cache_clear()


def parses(source: str) -> bool:
    """Whether Python (with IPython's magics) can read it."""
    return _facts(source).parses


def defined(source: str) -> frozenset[str]:
    """Return the names a cell binds at its top level."""
    return _facts(source).defined


def imported(source: str) -> frozenset[str]:
    """Return the modules a cell imports, by the first part of their names, also in its functions and below a magic."""
    return _facts(source).imported


def reads(source: str) -> Mapping[str, frozenset[str]]:
    """Return which names of the notebook each function and class of a cell uses."""
    return _facts(source).reads


def check_call(source: str) -> tuple[str, str] | None:
    """Return (exercise, part) of a leading check("exercise"[, "part"]) in a cell; an answer may end with it."""
    facts = _facts(source)
    return facts.checks[0] if facts.opens else None


def declared(grade_id: str, source: str) -> tuple[str, str]:
    """Return the (exercise, part) that a test cell of ours checks; ("", "") for an instructor's own cell.

    The cell's own call of check() decides, so that a cell which merely shares the name stays the instructor's.
    """
    if grade_id not in TESTS:
        return "", ""
    exercise, part = TESTS[grade_id]
    names = {name for name, _ in _facts(source).checks}
    return (exercise.name, part.name) if exercise.name in names else ("", "")


def _bound(body: list[ast.stmt]) -> set[str]:
    """Return the names that statements bind, also within `if`, `for`, `with`, `try` and `match`.

    Without recursion: every `elif` lies one level deeper in the tree than the one before it.
    """
    found: set[str] = set()
    todo = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                found |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        else:
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                inner = getattr(node, field, [])
                todo += inner if isinstance(inner, list) else []
    return found


def _reads(tree: ast.Module) -> dict[str, frozenset[str]]:
    found = {}
    for item in tree.body:
        if isinstance(item, (ast.FunctionDef, ast.ClassDef)):
            nodes = list(ast.walk(item))
            names = [node for node in nodes if isinstance(node, ast.Name)]
            own = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
            own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
            found[item.name] = frozenset(node.id for node in names) - own
    return found


def _imported(tree: ast.Module, source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    magic, _, below = source.lstrip().partition("\n")
    return found | (imported(below) if magic.startswith("%%") else set())


def _check_calls(tree: ast.Module) -> tuple[tuple[str, str], ...]:
    """(exercise, part) of the calls of check() that are statements, in the order of the text."""
    found = [(node, call) for node in ast.walk(tree) if isinstance(node, ast.Expr) and (call := _check_call(node))]
    return tuple(call for _, call in sorted(found, key=lambda each: (each[0].lineno, each[0].col_offset)))


def _check_call(statement: ast.stmt) -> tuple[str, str] | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "check":
        return None
    words = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return (words[0], words[1] if len(words) > 1 else "") if words else None


def plain(source: str) -> str:
    """Return the source without trailing blanks and outer blank lines: what "the same text" means here."""
    return "\n".join(line.rstrip() for line in source.strip("\n").split("\n")).strip("\n")


def same_text(a: str, b: str) -> bool:
    """Whether two sources are the same but for blanks at line ends."""
    return a == b or plain(a) == plain(b)


def unfenced(source: str) -> str:
    """Return code without the Markdown fence that it was wrapped in."""
    match = re.fullmatch(r"\s*```[\w ]*\n(.*?)\n?```\s*", source, re.DOTALL)
    return match.group(1) if match else source
