"""What a session says of calls and scripts, read by exact types: a label and a sentence are all the text there is."""

from __future__ import annotations

from typing import Any

from autograder.sandbox.inside.protocol import FAIL, PLAIN, SPENT, SpentError
from autograder.sandbox.inside.wire import WireError
from autograder.sandbox.remote_handle import sentence, word
from barprop.answers.failures import AnswerError, cause_of
from barprop.answers.observe import SHARED, Observed
from barprop.answers.script import Outcome


class Parts:
    """What comes of scripts, one after the other.

    Parameters
    ----------
    done : list
        Grows by how one script went.
    labels : list of str
        Of the scripts.
    """

    def __init__(self, done: list[list[Outcome]], labels: list[str]) -> None:
        self.done, self.labels = done, labels

    @property
    def complete(self) -> bool:
        """Whether it is known of all scripts how they went."""
        return len(self.done) == len(self.labels)

    def late(self, seconds: float) -> str:
        """Say that the script that is carried out now takes too long."""
        label = self.labels[min(len(self.done), len(self.labels) - 1)]
        return f"{label} did not return within {seconds:.3g} s."

    def take(self, content: Any, late: float) -> None:
        """Read how one script went; `late`, unless 0, are the seconds after which it was interrupted."""
        if len(self.done) >= len(self.labels) or type(content) is not list or not content:
            raise WireError("malformed")
        found = [_outcome_of(entry) for entry in content]
        if late and found[-1].error is not None:
            found[-1] = Outcome(error=AnswerError(self.late(late), "late"))
        self.done.append(found)


def _outcome_of(entry: Any) -> Outcome:
    """How a step went, as the session tells it."""
    if type(entry) is not list or len(entry) != 3 or type(entry[0]) is not str:
        raise WireError("malformed")
    kind, value, seen = entry
    if kind == FAIL:
        return Outcome(error=failure([FAIL, 0, value]))
    return Outcome(value, plain=kind == PLAIN, seen=None if seen is None else _seen_of(seen, value))


def _seen_of(seen: Any, value: Any) -> tuple[str, Observed]:
    """Read what a call did; its label, a name of the student's, stands alone if nothing is to be said besides."""
    if type(seen) is str:
        return word(seen), Observed(value)
    if type(seen) is not list or len(seen) != 4:
        raise WireError("malformed")
    label, *rest = seen
    return word(label), observed(value, *rest)


def observed(value: Any, changed: Any, shared: Any, where: Any) -> Observed:
    """Read what a call did. Raises WireError where it does not come as it should."""
    if not are_names(changed) or type(where) is not list:
        raise WireError("malformed")
    known = shared if type(shared) is str and shared in SHARED else ""
    places = tuple(place for place in where[:100] if type(place) in (str, int))
    return Observed(value, tuple(word(name) for name in changed[:20]), known, places)


def failure(message: list) -> AnswerError:
    """Return the error of a request that failed, in the session's words."""
    content = message[2]
    if type(content) is not list or len(content) != 2 or not are_names(content):
        raise WireError("malformed")
    if message[0] == SPENT:
        return SpentError(sentence(content[0]), "late")
    return AnswerError(sentence(content[0]), cause_of(content[1]))


def are_names(value: Any) -> bool:
    return type(value) is list and all(type(name) is str for name in value)
