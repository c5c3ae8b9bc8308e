"""What stopped a student's code, as one sentence."""

from __future__ import annotations

import ast
import linecache
import re
import traceback
from types import FrameType, TracebackType
from typing import Any, Literal

from barprop.answers.error_hints import Expression, in_plain_words
from barprop.answers.time_limit import TimeIsUpError, limit, timed
from barprop.answers.untrusted import call_or_default, one_line, type_name


class AnswerError(Exception):
    """The answer gave no usable result; the message is one sentence for the student.

    Parameters
    ----------
    sentence : str
        For the student: what happened, what was expected, what to do.
    kind : str
        The cause, a key of `CAUSES`, so that code never has to read the sentence.
    """

    def __init__(self, sentence: str, kind: Cause = "other") -> None:
        super().__init__(sentence)
        self.kind = kind


Cause = Literal["missing", "unwritten", "recursion", "raised", "late", "memory", "lost", "malformed", "other"]
# kind of an AnswerError -> what it means
CAUSES: dict[Cause, str] = {
    "missing": "there is no such name",
    "unwritten": "the answer raised NotImplementedError",
    "recursion": "Python's limit of nested calls was hit",
    "raised": "the answer raised something else",
    "late": "it took too long",
    "memory": "it took too much memory",
    "lost": "the process it ran in is gone",
    "malformed": "what came back cannot be read",
    "other": "anything else",
}


class OutOfTimeError(AnswerError):
    """The answer ran too long and was stopped; there is no use in trying it again."""


def cause_of(word: str) -> Cause:
    """Return the cause that another process named; "other" for any other word."""
    return next((cause for cause in CAUSES if cause == word), "other")


class Guard:
    """Turns whatever a student's code raises into an AnswerError with one sentence; a context manager.

    A class rather than a generator, since grading opens one for each of some thousand steps.
    """

    __slots__ = ("label", "timer")

    def __init__(self, label: str) -> None:
        self.label = label

    def __enter__(self) -> None:
        self.timer = timed() if limit() else None
        if self.timer:
            self.timer.__enter__()

    def __exit__(self, kind: Any, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.timer:
            self.timer.__exit__(None, None, None)
        # by its type: a student's exception may lie about its class
        if error is not None and not issubclass(type(error), (AnswerError, KeyboardInterrupt, GeneratorExit)):
            raise _as_answer_error(self.label, error, trace) from None


def _as_answer_error(label: str, error: BaseException, trace: TracebackType | None) -> AnswerError:
    if issubclass(type(error), TimeIsUpError):
        return OutOfTimeError(_endless(label, trace), "late")
    if issubclass(type(error), NotImplementedError):
        sentence = call_or_default(f"{label} is not written yet.", _unwritten, label, trace)
        return AnswerError(sentence, "unwritten")
    if issubclass(type(error), RecursionError):
        return AnswerError(f"{label} calls itself without end (RecursionError).", "recursion")
    sentence = _stopped(label, error, trace)
    # what its frames hold could leave no memory for the next answer
    call_or_default(None, traceback.clear_frames, trace)
    return AnswerError(sentence, "memory" if type(error) is MemoryError else "raised")


WRITES_IN_PLACE = "writes into an array that was given to it; work on a copy."


def _stopped(label: str, error: BaseException, came_by: TracebackType | None) -> str:
    message = one_line(call_or_default("", str, error)).rstrip(".")
    if "read-only" in message:
        return f"{label} {WRITES_IN_PLACE}"
    trace = call_or_default(None, _own, came_by)
    where = call_or_default("", _where, trace)
    no_memory = issubclass(type(error), MemoryError)  # to look at its variables would keep them
    plain = call_or_default("", _plain, error, message, trace, came_by) if message and not no_memory else ""
    if plain:
        plain += "" if plain.endswith("?") else "."
        message = re.sub(r", with gufunc signature \S+", "", message)
        # where both shapes are named, NumPy's sentence about them tells a beginner nothing more
        words = "" if "has shape" in plain else f" Python's words: {message}."
        return f"{label} stopped with {type_name(error)}{where}: {plain}{words}"
    return f"{label} stopped with {type_name(error)}{': ' * bool(message)}{message}{where}."


def _plain(error: BaseException, message: str, trace: TracebackType | None, came_by: TracebackType | None) -> str:
    """Return the message of an error in plain words, "" if there are none."""
    known = call_or_default(None, _expression, trace, _path(came_by))
    return in_plain_words(type_name(error), message, known)


def _endless(label: str, trace: TracebackType | None) -> str:
    where = call_or_default("", lambda: _where(_own(trace)))
    return (
        f"{label} was still running after {limit():g} s and was stopped{where}: does its loop come to an end? "
        "In a `while`, something must change in every round. (■ in the toolbar stops a cell that runs on.)"
    )


def _unwritten(label: str, trace: TracebackType | None) -> str:
    """Whether nothing was written, or only the line that stops it was left."""
    own = _own(trace)
    source = "".join(linecache.getlines(own.tb_frame.f_code.co_filename)) if own else ""
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef)] if source else []
    line = own.tb_lineno if own else 0
    inside = [f for f in functions if f.lineno <= line <= (f.end_lineno or f.lineno)]
    if inside and any(_is_work(statement) for statement in inside[-1].body):
        return (
            f"{label} stops in line {line}, where `raise NotImplementedError()` is still in place: delete line {line}."
        )
    name = inside[-1].name if inside else label
    return f"{label} is not written yet." if label.endswith(name) else f"{label}: `{name}` is not written yet."


def _is_work(statement: ast.stmt) -> bool:
    """Whether a statement is more than the docstring, the stub, and a given line such as `W, b = w`."""
    text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return not (text or _only_names(statement) or isinstance(statement, (ast.Raise, ast.Pass)))


def _only_names(statement: ast.stmt) -> bool:
    """Whether a statement only names what is there: `W, b = w`, or `other = as_value(other)`."""
    if not isinstance(statement, ast.Assign):
        return False
    value = statement.value
    parts = [value.func, *value.args] if isinstance(value, ast.Call) else [value]
    targets = [n for to in statement.targets for n in (to.elts if isinstance(to, ast.Tuple) else [to])]
    return all(isinstance(part, ast.Name) for part in (*parts, *targets))


def _path(trace: TracebackType | None) -> tuple[str, ...]:
    """Return the student's functions that were running, the innermost last."""
    frames = []
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "__main__":
            frames.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    return tuple(frames)


def _own(trace: TracebackType | None) -> TracebackType | None:
    """Return the innermost place in the student's own code."""
    found = None
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "__main__":
            found = trace
        trace = trace.tb_next
    return found


def _where(trace: TracebackType | None) -> str:
    """Return the student's own line that raised, as " (line 3: `return h * x`)"."""
    if trace is None:
        return ""
    line = one_line(linecache.getline(trace.tb_frame.f_code.co_filename, trace.tb_lineno), 100)
    return f" (line {trace.tb_lineno}: `{line}`)" if line else f" (line {trace.tb_lineno})"


def _expression(trace: TracebackType | None, path: tuple[str, ...]) -> Expression | None:
    """Return the very expression that raised, with the names it was evaluated with."""
    return call_or_default(None, _expression_at, trace.tb_frame, trace.tb_lasti, path) if trace is not None else None


def _expression_at(frame: FrameType, at: int, path: tuple[str, ...]) -> Expression:
    first, last, start, stop = list(frame.f_code.co_positions())[at // 2]
    lines = [linecache.getline(frame.f_code.co_filename, n).encode() for n in range(first or 0, (last or 0) + 1)]
    lines[-1] = lines[-1][:stop]
    lines[0] = lines[0][start:]
    node = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    return Expression(node, {**frame.f_globals, **frame.f_locals}, tuple(frame.f_locals), path)
