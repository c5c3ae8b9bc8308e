"""Imports of missing modules: the cell goes on, and the error comes when the module is used.

A student may have a module that the grader lacks. Whether it is needed shows when it is used, not when it is
imported.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NoReturn, TypeVar

HOOK = "__missing_module__"  # the name under which transformed code finds `stand_in_for`
_NEVER = ("autograder",)  # is not for students: its absence is no gap
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
_USES = (
    "call getitem iter len enter bool mro_entries add radd sub rsub mul rmul truediv rtruediv "
    "matmul rmatmul pow rpow neg abs float int index array"
)

_Tree = TypeVar("_Tree", bound=ast.AST)


class MissingModule(ModuleType):
    """Takes the place of a missing module, or of something in it. Every use raises ModuleNotFoundError."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        _refuse(self)


def _refuse(item: ModuleType, *_: Any, **__: Any) -> NoReturn:
    raise ModuleNotFoundError(f"No module named {item.__name__!r}", name=item.__name__)


for _use in _USES.split():
    setattr(MissingModule, f"__{_use}__", _refuse)


def stand_in_for(error: ModuleNotFoundError, module: str) -> MissingModule:
    """Return what stands for a module that is not there; raise the error again where it is another one."""
    root = module.partition(".")[0]
    if (error.name or "").partition(".")[0] != root:
        raise error
    print(f"The module {root} is not available when notebooks are graded; the cell continues without it.")
    return MissingModule(root)


def guard_imports(tree: _Tree) -> _Tree:
    """Let code go on after it imports a missing module; not within `try`, where it handles that itself.

    Wraps the imports of modules that cannot be found. Without recursion: `elif`s lie one within the other.
    """
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        for field in _BODIES:
            inner = getattr(node, field, None)
            if isinstance(inner, list) and not (field == "body" and _handles_import_errors(node)):
                inner[:] = [ast.fix_missing_locations(_wrapped(one)) if _cannot_be_found(one) else one for one in inner]
                todo += inner
    return tree


def _handles_import_errors(node: ast.AST) -> bool:
    """Whether the code within handles a missing module itself."""
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return any("suppress" in ast.unparse(item.context_expr) for item in node.items)
    return isinstance(node, (ast.Try, ast.TryStar)) and bool(node.handlers)


def _roots(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]


def _cannot_be_found(node: ast.AST) -> bool:
    return any(root not in sys.modules and root not in _NEVER and not _found(root) for root in _roots(node))


def _found(root: str) -> bool:
    try:
        return find_spec(root) is not None
    except (ImportError, ValueError):
        return True


def _wrapped(node: Any) -> ast.stmt:
    """Return `try: <import> except ModuleNotFoundError as error: <its names> = __missing_module__(error, <module>)`."""
    several = isinstance(node, ast.Import) and len(node.names) > 1
    if several:  # each by itself: the others are there
        parts = [_wrapped(ast.copy_location(ast.Import([alias]), node)) for alias in node.names]
        return ast.copy_location(ast.If(ast.Constant(True), parts, []), node)
    module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
    names = [(alias.asname or alias.name).partition(".")[0] for alias in node.names if alias.name != "*"]
    call = f"{HOOK}(_{HOOK}, {module!r})"
    text = f"try:\n    pass\nexcept ModuleNotFoundError as _{HOOK}:\n    {' = '.join([*names, call])}"
    (made,) = ast.parse(text).body
    assert isinstance(made, ast.Try)
    made.body = [node]
    for part in ast.walk(made):
        if part is not node and not isinstance(part, ast.alias):
            ast.copy_location(part, node)
    return made


class _Loader(SourceFileLoader):
    """Reads a module that was handed in as cells are read."""

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        try:
            tree = guard_imports(ast.parse(data, str(path)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return super().source_to_code(data, path)
        return compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)


def install_finder(folder: str) -> None:
    """Read modules below a folder in this way."""

    def finder(path: str) -> FileFinder:
        if path != folder and not path.startswith(f"{folder}/"):
            raise ImportError
        return FileFinder(path, (ExtensionFileLoader, EXTENSION_SUFFIXES), (_Loader, SOURCE_SUFFIXES))

    sys.path_hooks.insert(0, finder)
    sys.path_importer_cache.pop(folder, None)
