"""Host-side proxy for an object that lives in a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from barprop.answers.calls import Handle
from barprop.answers.failures import AnswerError
from barprop.answers.observe import Observed
from barprop.answers.script import BINARY_OPERATORS, UNARY_OPERATORS
from barprop.answers.untrusted import one_line


class RemoteHandle(Handle):
    """An object in a session. Calls, attributes and operators are carried out there.

    Two handles are the same object exactly where the session's objects are. Its class carries the
    name of the object's class there, so that sentences about it read as they would about the object.
    """

    __array_ufunc__ = None  # so that array + handle is handed to __radd__ as a whole
    _session: Any
    _number: int

    def observe(self, args: tuple, names: Mapping[str, Any], label: str = "") -> Observed:
        """Call it there on copies of the arguments; `label` is what sentences call it. Raises AnswerError."""
        return self._session.call(self, args, dict(names), label)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("_session", "_number"):
            raise AttributeError(name)
        return self._session.attribute(self, name)


def _binary(name: str) -> Any:
    def apply(self: RemoteHandle, other: Any) -> Any:
        return self._session.operate(self, name, (self, other))

    return apply


def _reflected(name: str) -> Any:
    def apply(self: RemoteHandle, other: Any) -> Any:
        return self._session.operate(self, name, (other, self))

    return apply


def _unary(name: str) -> Any:
    def apply(self: RemoteHandle) -> Any:
        return self._session.operate(self, name, (self,))

    return apply


for _name in BINARY_OPERATORS:
    setattr(RemoteHandle, f"__{_name}__", _binary(_name))
    setattr(RemoteHandle, f"__r{_name}__", _reflected(_name))
for _name in UNARY_OPERATORS:
    setattr(RemoteHandle, f"__{_name}__", _unary(_name))


def make(session: Any, number: int, title: str, qualname: str) -> RemoteHandle:
    """Make the handle of object `number`, an instance of a class called `title`."""
    handle: Any = _class(title)()
    handle._session, handle._number = session, number
    if qualname:
        handle.__qualname__ = qualname
    return handle


_classes: dict[str, type[RemoteHandle]] = {}


def _class(title: str) -> type[RemoteHandle]:
    if title not in _classes:
        if len(_classes) > 1000:
            _classes.clear()
        _classes[title] = type(title, (RemoteHandle,), {"__slots__": (), "__module__": "session"})
    return _classes[title]


def sentence(text: Any, most: int = 400) -> str:
    """Return text from a session, made harmless: one line, printable, not too long."""
    if type(text) is not str:
        raise AnswerError("The answer returned malformed data.")
    text = one_line(text, most + 1)
    return text if len(text) <= most else text[: most - 3] + "..."


def word(text: Any) -> str:
    """Return a name from a session, sanitized."""
    return sentence(text, 80) or "object"
