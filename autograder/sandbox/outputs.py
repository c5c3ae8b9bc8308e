"""The outputs of a cell as a session sends them, rebuilt from what nbformat knows and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.sandbox.remote_handle import sentence
from barprop.answers.failures import AnswerError

_DEPTH = 20  # lists within dictionaries within ...


def read_cell(content: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the outputs of a cell, and the error it stopped with. Raise AnswerError if it is neither."""
    if type(content) is not tuple or len(content) != 2 or type(content[0]) is not list:
        raise AnswerError("The cell's outputs were malformed.")
    outputs, error = content
    return [item for item in map(_output, outputs) if item], sentence(_text(error))


def _output(item: Any) -> dict[str, Any] | None:
    if type(item) is not dict:
        return None
    kind, name = _text(item.get("output_type")), _text(item.get("name"))
    if kind == "stream" and name in ("stdout", "stderr"):
        return {"output_type": kind, "name": name, "text": _text(item.get("text"))}
    if kind == "error":
        lines = item.get("traceback")
        trace = [_text(line) for line in lines] if type(lines) is list else []
        named = {"ename": _text(item.get("ename")), "evalue": _text(item.get("evalue"))}
        return {"output_type": kind, **named, "traceback": trace}
    if kind not in ("display_data", "execute_result"):
        return None
    shown: dict[str, Any] = {"output_type": kind}
    shown |= {name: _bundle(item.get(name)) for name in ("data", "metadata")}
    if kind == "execute_result":
        count = item.get("execution_count")
        shown["execution_count"] = count if type(count) is int else None
    return shown


def _text(value: Any) -> str:
    """Text comes as such or, where it is long, as an array of its bytes; "" for anything else."""
    if type(value) is np.ndarray and value.dtype == np.uint8 and value.ndim == 1:
        return value.tobytes().decode("utf-8", "replace")
    return value if type(value) is str else ""


def _bundle(value: Any) -> dict[str, Any]:
    """Return a dictionary with the entries that are JSON."""
    if type(value) is not dict:
        return {}
    entries = ((_text(key), _json(item, _DEPTH)) for key, item in value.items())
    return {key: item for key, item in entries if key and item is not None}


def _json(value: Any, depth: int) -> Any:
    """Return the value if it is JSON, else None."""
    if type(value) is str or type(value) is np.ndarray:
        return _text(value)
    if type(value) in (int, float, bool):
        return value
    if not depth:
        return None
    if type(value) is list:
        return [_json(item, depth - 1) for item in value]
    if type(value) is dict:
        return {_text(key): _json(item, depth - 1) for key, item in value.items()}
    return None
