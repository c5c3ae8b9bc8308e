"""Where a wrong answer goes wrong, if one small change makes it right: what is said where no mistake has a name.

The answer's own cell is changed in one place after the other and tried, in the student's kernel and nowhere else.
"""

from __future__ import annotations

import ast
import linecache
import sys
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from types import CodeType, FrameType, FunctionType
from typing import Any

import numpy as np

from barprop.answers.calls import Namespace, Run
from barprop.answers.captured_output import capped_output
from barprop.answers.memory_limit import limit_memory
from barprop.answers.time_limit import TimeIsUpError, can_limit, time_limit
from barprop.answers.untrusted import is_array
from barprop.judging.compare import problem
from barprop.judging.drive import remembers_nothing, values
from barprop.judging.evaluate import evaluate
from barprop.judging.evaluation import Evaluation
from barprop.judging.exercise import NOT_TRIED, Case, Exercise, Part
from barprop.judging.repairs import Repair, repairs

_ONE = 0.25  # seconds for one call of a changed answer
_ROOM = 2**29  # bytes that a changed answer may take: a changed size must not fill a student's memory
_LONGEST = 70  # characters of a line that is shown


@dataclass(frozen=True)
class Place:
    """The line in which a slip is, and what it is about; "" where several changes of other kinds make it right."""

    line: int
    text: str
    about: str

    @property
    def hint(self) -> str:
        """What a tutor would say."""
        about = f" It is about {self.about}." if self.about else ""
        return (
            f"Look again at line {self.line} of your cell, `{self.text}`: one small change there makes this check "
            f"pass.{about}"
        )


def find_place(wrong: Evaluation, part: Part, names: Mapping[str, Any], seconds: float, seed: int = 0) -> Place | None:
    """Look for one small change of an answer with which a test cell passes.

    Parameters
    ----------
    wrong : Evaluation
        What the answer gives as it is.
    names : mapping
        The names of the notebook, the answer among them.
    seconds : float
        How long to look.

    Returns
    -------
    Place or None
        None where there is no such change, the time was too short, or a changed answer cannot be stopped (on
        Windows).
    """
    if not can_limit():
        return None
    until = time.monotonic() + seconds
    with warnings.catch_warnings(), np.errstate(all="ignore"), capped_output(0), time_limit(_ONE), limit_memory(_ROOM):
        warnings.simplefilter("ignore")
        for cell in _cells(wrong.exercise, names):
            search = _Search(wrong, part, names, seed)
            ran = search.functions_run(cell)
            found: Repair | None = None
            for repair in (repair for statement in cell.body for repair in repairs(statement, ran)):
                if time.monotonic() > until:
                    break
                if found and (repair.line != found.line or repair.about == found.about):
                    continue
                if search.passes(cell, repair):
                    if found:
                        return Place(found.line, cell.text(found.line), "")
                    found = repair
            if found:
                return Place(found.line, cell.text(found.line), found.about)
    return None


def source_of(exercise: Exercise, names: Mapping[str, Any]) -> str:
    """Return the text of the cells that define an answer."""
    return "".join(line for cell in _cells(exercise, names) for line in cell.lines)


@dataclass
class _Cell:
    """The functions and classes of a cell that defines an answer, and the file that it is to Python."""

    file: str
    lines: list[str]
    body: list[ast.stmt]

    def text(self, line: int) -> str:
        """Return a line as it is shown, between backticks."""
        text = self.lines[line - 1].strip().replace("`", "'")
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."


def _cells(exercise: Exercise, names: Mapping[str, Any]) -> list[_Cell]:
    """Return the cells in which the answer's functions and classes are defined, one after the other."""
    found: dict[str, _Cell] = {}
    for name in exercise.asks:
        code = _code_of(names.get(name))
        lines = linecache.getlines(code.co_filename) if code else []
        if not code or code.co_filename in found or not lines:
            continue
        try:
            body = ast.parse("".join(lines)).body
        except SyntaxError:  # a magic
            continue
        kept: list[ast.stmt] = [item for item in body if isinstance(item, (ast.FunctionDef, ast.ClassDef))]
        found[code.co_filename] = _Cell(code.co_filename, lines, kept)
    return list(found.values())


def _code_of(item: Any) -> CodeType | None:
    functions = vars(item).values() if type(item) is type else [item]
    return next((one.__code__ for one in functions if type(one) is FunctionType), None)


class _Search:
    """Tries changed answers on the first case that went wrong, and those that are right there on all of them."""

    def __init__(self, wrong: Evaluation, part: Part, names: Mapping[str, Any], seed: int) -> None:
        self.exercise, self.part, self.names, self.seed = wrong.exercise, part, dict(names), seed
        self.oracle = wrong.oracle
        wrong_here = [n for n, trial in enumerate(wrong.trials) if trial.problems.keys() & set(part.outputs)]
        self.number = min(wrong_here, key=lambda number: _size(wrong.trials[number].case))
        self.case, self.right = wrong.trials[self.number].case, wrong.trials[self.number].right
        self.failed = {name for trial in wrong.trials for name in trial.problems}

    def functions_run(self, cell: _Cell) -> set[int]:
        """Return the first lines of the functions of a cell that run in the case."""
        found: set[int] = set()

        def note(frame: FrameType, event: str, _: Any) -> None:
            if event == "call" and frame.f_code.co_filename == cell.file:
                found.add(frame.f_code.co_firstlineno)

        before = sys.getprofile()
        sys.setprofile(note)
        try:
            self._right_there(Namespace(self.names), to_the_end=True)
        except (Exception, TimeIsUpError):  # it stops, and ran until there
            pass
        finally:
            sys.setprofile(before if callable(before) else None)  # a profiler of C code cannot be put back
        return found

    def passes(self, cell: _Cell, repair: Repair) -> bool:
        """Whether the test cell passes with a change."""
        before = repair.apply()
        try:
            code = compile(ast.Module(cell.body, []), "<changed>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, TypeError, RecursionError):
            return False
        finally:
            repair.undo(before)
        names = dict(self.names)
        try:
            exec(code, names)
            answers = Namespace(names)
            return self._right_there(answers) and self._right_everywhere(answers)
        except (Exception, TimeIsUpError):  # the alarm may ring a little later than the call ends
            return False

    def _right_there(self, answers: Namespace, to_the_end: bool = False) -> bool:
        wanted = set(self.part.outputs) & self.right.keys()
        for name, value in values(self.exercise, Run(answers), self._case_again()):
            if name in wanted and value is not NOT_TRIED:
                if problem(name, value, self.right[name], self.exercise.tolerance, "") and not to_the_end:
                    return False
                wanted.remove(name)
        return not wanted

    def _case_again(self) -> Case:
        """Return the case; made anew where an object in it may remember what it was asked."""
        if remembers_nothing(self.case):
            return self.case
        return next(islice(self.exercise.probes(np.random.default_rng(self.seed)), self.number, None))

    def _right_everywhere(self, answers: Namespace) -> bool:
        found = evaluate(self.exercise, answers, self.seed, self.oracle)
        now = {name for trial in found.trials for name in trial.problems}
        return now <= self.failed and found.verdict(self.part).passed


def _size(case: Case) -> int:
    """How much there is to work out in a case: the smallest shows a slip as well as the largest."""
    return sum(np.size(item) for item in case.args.values() if is_array(item))
