"""IPython without a front end: runs a cell and keeps what it shows, in nbformat's words."""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import linecache
import sys
import warnings
from base64 import b64encode
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.text import SList
from traitlets.config import Config

from . import missing_modules

_CUT = "\n[The output went on; the rest was cut off.]\n"


_NO_SHELL = "Shell commands are not run when a notebook is graded; nothing was done."
_LONGEST = 4000  # characters of a line of a traceback
_MANY = 2000  # outputs of one cell


class Outputs:
    """The outputs of one cell, in order, up to a size."""

    def __init__(self, most: int):
        self.items: list[dict[str, Any]] = []
        self._ids: dict[str, dict[str, Any]] = {}
        self._left, self._waiting_clear = most, False

    def stream(self, name: str, text: str) -> None:
        """Add text on stdout or stderr."""
        if len(self.items) >= _MANY:
            self._left = min(self._left, 0)
        text = self._cut(text.encode("utf-8", "replace").decode())
        if not text:
            return
        self._clear_now()
        last = self.items[-1] if self.items else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["parts"].append(text)
        else:
            self.items.append({"output_type": "stream", "name": name, "parts": [text]})

    def add(self, output: dict[str, Any], identity: str = "") -> None:
        """Add a picture, a value or an error."""
        size = 0 if output["output_type"] == "error" else _size(output)  # what went wrong is always told
        if size > self._left or len(self.items) >= _MANY:
            self.stream("stdout", "." * (self._left + 1))
            return
        self._left -= size
        self._clear_now()
        self.items.append(output)
        if identity:
            self._ids[identity] = output

    def update(self, data: dict, metadata: dict, identity: str) -> None:
        """Show something else in the place of an earlier output."""
        if identity in self._ids and _size(data) <= self._left:
            self._left -= _size(data)
            self._ids[identity].update(data=data, metadata=metadata)

    def clear(self, wait: bool) -> None:
        """Forget everything, now or when the next thing comes."""
        self._waiting_clear = True
        if not wait:
            self._clear_now()

    def finished(self) -> list[dict[str, Any]]:
        """Return the outputs in nbformat's form."""
        return [
            {"output_type": "stream", "name": item["name"], "text": "".join(item["parts"])} if "parts" in item else item
            for item in self.items
        ]

    def _clear_now(self) -> None:
        if self._waiting_clear:
            self.items, self._waiting_clear = [], False

    def _cut(self, text: str) -> str:
        if self._left < 0:
            return ""
        if len(text) > self._left:
            text, self._left = text[: self._left] + _CUT, -1
        else:
            self._left -= len(text)
        return text


def _size(value: Any) -> int:
    if isinstance(value, dict):
        return sum(len(str(key)) + _size(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return sum(map(_size, value))
    return len(value) if isinstance(value, (str, bytes)) else 8


class _Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str):
        self._name, self.outputs = name, Outputs(0)

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.outputs.stream(self._name, text)
        return len(text)

    def writable(self) -> bool:
        return True


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {str(k): b64encode(v).decode() if isinstance(v, bytes) else v for k, v in data.items()}


class _Publisher(DisplayPublisher):
    """What display() hands over."""

    shell: Any

    def publish(  # type: ignore[override]  # IPython's has an argument `source` that nobody passes
        self, data: Any, metadata: Any = None, *, transient: Any = None, update: bool = False, **_: Any
    ) -> None:
        outputs, identity = self.shell.outputs, str((transient or {}).get("display_id", ""))
        data, metadata = _plain(data), _plain(metadata or {})
        if update:
            outputs.update(data, metadata, identity)
        else:
            outputs.add({"output_type": "display_data", "data": data, "metadata": metadata}, identity)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class _Hook(DisplayHook):
    """What the last expression of a cell gives."""

    shell: Any

    def quiet(self) -> bool:
        # To find out whether a cell ends in ";", IPython takes it apart; most hold none at all.
        return ";" in self.shell.last_source and super().quiet()

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.outputs.add(
            {
                "output_type": "execute_result",
                "execution_count": self.prompt_count,
                "data": _plain(format_dict),
                "metadata": _plain(md_dict or {}),
            }
        )

    def finish_displayhook(self) -> None:
        self._is_active = False


class Shell(InteractiveShell):
    """A shell with no history, no input and no windows."""

    outputs = Outputs(0)
    last_source = ""

    def transform_cell(self, raw_cell: str) -> str:
        """Translate magics and the like, as IPython does; plain Python of several lines passes as it is."""
        if "\n" in raw_cell.strip() and _is_python(raw_cell):
            return raw_cell if raw_cell.endswith("\n") else raw_cell + "\n"
        return super().transform_cell(raw_cell)

    def transform_ast(self, node: Any) -> Any:
        """Guard the imports of a cell; as one of IPython's `ast_transformers` every cell would be walked once more."""
        if "import" in self.last_source:
            with contextlib.suppress(RecursionError):
                node = missing_modules.guard_imports(node)
        return super().transform_ast(node)

    def init_display_pub(self) -> None:
        self.display_pub = _Publisher(parent=self, shell=self)

    def init_displayhook(self) -> None:
        self.displayhook_class = _Hook
        super().init_displayhook()

    def system(self, cmd: str) -> None:
        """Say that a shell line (`!ls`, `%pip`) is not run; the rest of the cell goes on, as after one that failed."""
        print(_NO_SHELL)

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Say that `!!ls` and `files = !ls` are not run; they give no output."""
        print(_NO_SHELL)
        return SList() if split else ""

    def init_io(self) -> None:
        pass

    def enable_gui(self, gui: Any = None) -> None:
        pass

    def ask_exit(self) -> None:
        pass

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = [str(line)[:_LONGEST] for line in (stb if isinstance(stb, list) else [stb])][-100:]
        self.outputs.add(
            {"output_type": "error", "ename": etype.__name__, "evalue": str(evalue)[:_LONGEST], "traceback": lines}
        )

    def run(self, source: str, most: int, hidden: bool = False) -> tuple[list[dict[str, Any]], str]:
        """Run a cell: its outputs, up to `most` characters, and what it stopped with ("" where it did not).

        Of a hidden one nothing is kept that a later cell could read.
        """
        self.outputs, self.last_source = Outputs(most), source
        before, known = (sys.stdout, sys.stderr), set(linecache.cache)
        sys.stdout, sys.stderr = streams = _Stream("stdout"), _Stream("stderr")
        for stream in streams:
            stream.outputs = self.outputs
        # A notebook's last value counts, whatever was set to be shown before.
        self.ast_node_interactivity = "last_expr"
        try:
            result = self.run_cell(source, store_history=not hidden)
            _show_open_figures()
        finally:
            sys.stdout, sys.stderr = before
        error = result.error_before_exec or result.error_in_exec
        told = "" if error is None else _sentence(error)
        if hidden:
            self._forget(known)
        return self.outputs.finished(), told

    def _forget(self, known: set[str]) -> None:
        """Drop the text of the last cell and what it stopped with; `known`: the sources kept for tracebacks before."""
        self.last_source, self.last_execution_result = "", None
        for name in linecache.cache.keys() - known:
            del linecache.cache[name]
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            setattr(sys, name, None)


def _show_open_figures() -> None:
    """Show the figures that are still open at the end of a cell, as Jupyter does."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    with contextlib.suppress(Exception):  # a figure that cannot be drawn costs nothing but itself
        if pyplot is not None and pyplot.get_fignums():
            from matplotlib_inline import backend_inline

            backend_inline.show._draw_called = True  # type: ignore[attr-defined]  # matplotlib notes it in interactive mode alone
            backend_inline.flush_figures()


def _is_python(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the cell itself will say it
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False
    return True


def _sentence(error: BaseException) -> str:
    message = " ".join(str(error).split())
    return f"{type(error).__name__}{': ' if message else ''}{message}"


def _no_input(prompt: object = "") -> str:
    raise StdinNotImplementedError("input() needs somebody at the keyboard; put the value into the cell instead.")


def _no_shell(line: str = "", cell: str | None = None) -> None:
    print(_NO_SHELL)


def start() -> Shell:
    """Make the one shell of this process, with matplotlib's figures shown inline."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    shell = Shell.instance(config=config, colors="neutral")
    builtins.input = _no_input
    for name in ("bash", "sh", "script", "!", "sx", "system"):
        shell.register_magic_function(_no_shell, "cell", name)  # type: ignore[arg-type]
    from matplotlib_inline.backend_inline import configure_inline_support

    configure_inline_support(shell, "module://matplotlib_inline.backend_inline")
    setattr(builtins, missing_modules.HOOK, missing_modules.stand_in_for)
    return shell
