"""A reference in the place of a student's answer that fails, while another answer that calls it is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograder.reference import REFERENCES
from autograder.scoring.run_cells import LiveAnswers
from barprop.answers.calls import Answers, Run
from barprop.answers.failures import AnswerError

_PUT = "def _put_in_place(name, value):\n    globals()[name] = value\n"


class _Revocable:
    """References that can be called until they are taken back: what a session keeps of them is of no use later."""

    def __init__(self) -> None:
        self.open = True

    def of(self, name: str) -> Callable[..., Any]:
        """Return the reference as a function, which is all that can be handed into a session."""

        def lent(*args: Any, **names: Any) -> Any:
            if not self.open:
                raise ValueError(f"{name} is not there any more")
            return REFERENCES[name](*args, **names)

        lent.__name__ = lent.__qualname__ = name
        return lent


@contextmanager
def references_in_session(answers: Answers, names: tuple[str, ...]) -> Iterator[Answers]:
    """Put the references of these names into the notebook's session; the answers are back afterwards."""
    if not isinstance(answers, LiveAnswers) or answers.session is None or not answers.session.is_alive():
        yield answers
        return
    loan, own = _Revocable(), {name: _found(answers, name) for name in names}
    answers.session.run_cell(_PUT, answers.run.limits.cell_seconds)
    try:
        _put(answers, {name: loan.of(name) for name in names})
        yield answers
    finally:
        loan.open = False
        _put(answers, own)


def _found(answers: LiveAnswers, name: str) -> Any:
    try:
        return answers[name]
    except AnswerError:
        return None


def _put(answers: LiveAnswers, values: dict[str, Any]) -> None:
    if answers.session is None:
        return
    for name, value in values.items():
        try:
            Run(answers.session.answers)("_put_in_place", name, value)
        except AnswerError:  # a session that was lost meanwhile: the next one starts from the student's cells
            return
