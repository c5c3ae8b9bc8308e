"""Running the cells of one notebook in a sandbox session, and going on where a session is lost."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

from autograder.sandbox import CellResult, Limits, Session
from barprop.answers.calls import Handle
from barprop.answers.failures import AnswerError
from barprop.answers.script import Outcome, Script

OpenSession = Callable[[], Session]
_KEPT_OUTPUTS = ("error", "execute_result")
_MOST_SHOWN = 8_000_000  # characters of output kept for one notebook
_MAX_SESSIONS = 12  # a notebook that kills more than so many processes is not run any further


class NotebookRun:
    """The cells of one notebook, run in order; a context manager.

    A cell that hangs or kills its process costs itself alone: the others are run again in a new
    session, without it.

    Parameters
    ----------
    sources : dict of int to str
        What to run, by cell number, in order.
    hidden : container of int
        The numbers of those whose text a student's code is not to find afterwards.
    """

    def __init__(
        self, open_session: OpenSession, sources: dict[int, str], limits: Limits, hidden: Container[int] = ()
    ) -> None:
        self.sources, self.limits, self.hidden = sources, limits, hidden
        self.results: dict[int, CellResult] = {}
        self.culprits: set[int] = set()
        self.trouble: list[str] = []
        self._open, self._sessions = open_session, 0
        self._session: Session | None = None
        self._shown = 0
        self._deadline = time.monotonic() + limits.notebook_seconds

    def __enter__(self) -> NotebookRun:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session, if one is open."""
        if self._session is not None:
            session, self._session = self._session, None
            session.close()

    @property
    def left(self) -> float:
        """Seconds left for this notebook."""
        return self._deadline - time.monotonic()

    def session(self) -> Session | None:
        """Return a session in which every cell has run but the culprits, or None if none can be had."""
        while self._session is None or not self._session.is_alive():
            self.close()
            if self._sessions >= _MAX_SESSIONS or self.left <= 0:
                why = "it lost too many processes" if self.left > 0 else self._late()
                self._note(f"The notebook was not run any further: {why}.")
                return None
            self._sessions += 1
            self._session = self._open()
            self._run_all(self._session)
        return self._session

    def defines(self, names: Iterable[str]) -> bool:
        """Whether the running notebook has one of these names. False where nothing was run."""
        session = self.session() if self._sessions else None
        for name in names if session is not None else ():
            with contextlib.suppress(AnswerError):
                session.answers[name]  # type: ignore[union-attr]
                return True
        return False

    def _run_all(self, session: Session) -> None:
        for number, source in self.sources.items():
            if number in self.culprits:
                continue
            if self.left <= 0:
                self.results.setdefault(number, CellResult(error=f"It was not run: {self._late()}."))
                continue
            result = session.run_cell(source, min(self.limits.cell_seconds, self.left), number in self.hidden)
            alive = session.is_alive()
            if not alive or number not in self.results:
                self.results[number] = self._bounded(result)
            if not alive or result.seconds >= self.limits.cell_seconds:
                self.culprits.add(number)  # it would cost the same again
            if not alive:
                self._note(f"A cell ended its process and was skipped from then on. {result.error}".strip())
                return

    def _bounded(self, result: CellResult) -> CellResult:
        """Return the result; without streams and pictures if the notebook has shown far too much already."""
        self._shown += sum(len(str(output)) for output in result.outputs)
        if self._shown > _MOST_SHOWN:
            kept = [_brief(output) for output in result.outputs if output["output_type"] in _KEPT_OUTPUTS]
            cut = {"output_type": "stream", "name": "stdout", "text": "... this output was left out ...\n"}
            result.outputs = [*kept[:20], cut]  # whether a test of the instructor's passed is told by the rest
            self._note("The cell printed more than is kept.")
        return result

    def _late(self) -> str:
        return f"the time for one notebook ({self.limits.notebook_seconds:g} s) was used up"

    def _note(self, sentence: str) -> None:
        if sentence not in self.trouble:
            self.trouble.append(sentence)

    def answers(self, reasons: dict[str, str]) -> LiveAnswers:
        """Return the answers of this notebook, for probing; `reasons` says why a name may be missing."""
        return LiveAnswers(self, reasons)


class LiveAnswers:
    """The answers of a running notebook. What is missing is explained; nothing is asked after the time is up."""

    def __init__(self, run: NotebookRun, reasons: dict[str, str]) -> None:
        self.run, self.reasons = run, reasons
        self.session = run.session()
        self._objects: dict[str, Handle] = {}  # asked for once; data is asked for every time

    def __getitem__(self, name: str) -> Any:
        if self.session is None:
            reason = self.reasons.get(name)
            sentence = reason or "The notebook could not be run to its end."
            raise AnswerError(sentence, "raised" if reason else "lost")
        if self.run.left <= 0:
            raise AnswerError(f"It was not tried to the end: {self.run._late()}.", "late")
        if name in self._objects:
            return self._objects[name]
        try:
            value = self.session.answers[name]
            if isinstance(value, Handle):
                self._objects[name] = value
            return value
        except AnswerError as error:
            if name in self.reasons and self.session.is_alive():
                raise AnswerError(self.reasons[name], "raised") from None
            raise error

    def carry_out(self, scripts: Sequence[Script]) -> list[list[Outcome]]:
        """Carry scripts out there, all in one go."""
        if self.session is None or self.run.left <= 0:
            return [[Outcome(error=AnswerError(f"It was not tried to the end: {self.run._late()}."))] for _ in scripts]
        return self.session.carry_out(scripts)


def _brief(output: dict[str, Any]) -> dict[str, Any]:
    """Cut an error or a result to what its score is read from."""
    if output["output_type"] == "error":
        return output | {"evalue": str(output.get("evalue", ""))[:400], "traceback": []}
    text = output.get("data", {}).get("text/plain", "")
    return output | {"data": {"text/plain": str(text)[:400]}, "metadata": {}}
