"""What a score depends on, as hashes: the submission, what was handed out, each exercise, and the environment.

The same keys give the same scores, so a record in the journal is reused exactly while its keys hold.
"""

from __future__ import annotations

import ast
import hashlib
import hmac
import importlib
import inspect
import os
import platform
import secrets
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import autograder
import barprop
from autograder.reference import REFERENCES
from barprop.exercises import EXERCISES

SECRET_VARIABLE = "AUTOGRADER_SECRET"
_DECLARING = ("barprop.exercises.", "autograder.reference.")  # modules taken statement by statement
_LIBRARIES = ("numpy", "ipython", "matplotlib", "msgpack")
# Parts of barprop that no score depends on, and of the grading that run after the score is made.
_IDLE = ("exercises", "widgets", "pictures", "__pycache__")
_AFTERWARDS = {"command.py", "course.py", "journal.py", "plugin.py", "pool.py", "progress.py", "writer.py"}


def course_secret(folder: Path, given: str = "") -> bytes:
    """The secret the seeds of hidden probes come from: given, of the environment, or of `folder`/secret.

    The file is made on first use, readable for its owner only.
    """
    told = given or os.environ.get(SECRET_VARIABLE, "")
    if told:
        return told.encode()
    path = folder / "secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"secret.{os.getpid()}.part"
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)  # whoever comes first makes it
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_bytes().strip()


def seed_key(secret: bytes, student: str, assignment: str) -> bytes:
    """What the seeds of one student's hidden probes in one assignment come from."""
    return hmac.new(secret, f"{student}\0{assignment}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def digest_of(*parts: bytes | str) -> str:
    """One hash of several things, no two lists of which read the same."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


@cache
def environment() -> str:
    """A hash of what runs: Python, libraries, the shared parts of barprop, the grading up to the score."""
    parts = [platform.python_version(), platform.machine()]
    parts += [f"{name} {_version(name)}" for name in _LIBRARIES]
    here = Path(autograder.__file__).parent
    for root in (Path(barprop.__file__).parent, here / "sandbox", here / "grading"):
        for path in sorted(root.rglob("*")):
            idle = any(part in _IDLE for part in path.relative_to(root).parts)
            if path.is_file() and path.suffix in (".py", ".npz") and not idle and path.name not in _AFTERWARDS:
                parts += [str(path.relative_to(root.parent)), hashlib.sha256(path.read_bytes()).hexdigest()]
    return digest_of(*parts)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@cache
def exercise_key(name: str) -> str:
    """A hash of one exercise: its declaration, its reference, those it needs, and what each of them uses."""
    exercise = EXERCISES[name]
    seen: set[tuple[str, str]] = set()
    for module in _modules("barprop.exercises"):
        bindings = [key for key, value in vars(module).items() if value is exercise and key in _statements(module)]
        for binding in bindings or (_statements(module) if exercise in getattr(module, "EXERCISES", ()) else ()):
            _follow(module.__name__, binding, seen)
    for module in _modules("autograder.reference"):
        for asked in exercise.asks:
            if asked in REFERENCES.names and asked in _statements(module):
                _follow(module.__name__, asked, seen)
    texts = [f"{module}.{binding}\0{_statements(_module(module))[binding][0]}" for module, binding in sorted(seen)]
    return digest_of(*texts, *(exercise_key(need) for need in exercise.needs if need != name))


def _modules(package: str) -> list[ModuleType]:
    folder = Path(importlib.import_module(package).__file__ or "").parent
    return [_module(f"{package}.{path.stem}") for path in sorted(folder.glob("n0*.py"))]


@cache
def _module(name: str) -> ModuleType:
    return importlib.import_module(name)


@cache
def _statements(module: ModuleType) -> dict[str, tuple[str, frozenset[str]]]:
    """Name -> (text, names it reads) of each top-level statement that binds the name."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for node in ast.parse(inspect.getsource(module)).body:
        reads = frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
        text = ast.dump(node)
        for name in _bound(node):
            before = found.get(name, ("", frozenset()))
            found[name] = (before[0] + text, before[1] | reads)
    return found


_OWN_SCOPE = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


def _bound(node: ast.AST) -> set[str]:
    """The names a statement binds in its module; what comprehensions and lambdas bind stays inside them."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, _OWN_SCOPE):
        return set()
    return set().union(*map(_bound, ast.iter_child_nodes(node)))


def _follow(module: str, binding: str, seen: set[tuple[str, str]]) -> None:
    """Collect a binding and whatever it uses in the declaring modules."""
    statements = _statements(_module(module))
    if binding not in statements or (module, binding) in seen:
        return
    seen.add((module, binding))
    home = _imported_from(module).get(binding)
    if home:
        _follow(*home, seen)
    for name in statements[binding][1] - {binding}:
        _follow(module, name, seen)


@cache
def _imported_from(module: str) -> dict[str, tuple[str, str]]:
    """Names a module imports from another declaring module -> where they are bound."""
    found = {}
    for node in ast.parse(inspect.getsource(_module(module))).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(_DECLARING):
            found |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
    return found
