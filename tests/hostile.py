"""Objects that lie about themselves or raise when they are looked at."""

from __future__ import annotations

import contextlib
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from barprop.answers.calls import Handle
from barprop.answers.observe import Observed

with contextlib.suppress(ImportError):
    import distributed  # noqa: F401  (it looks at every class of exceptions there is; some below do not like that)


def _raise(*_: Any, **__: Any) -> Any:
    raise RuntimeError("do not look at me")


def _leave(*_: Any, **__: Any) -> Any:
    raise SystemExit(0)


_WORDS = (
    "__eq__ __ne__ __lt__ __hash__ __len__ __iter__ __getitem__ __contains__ __bool__ __float__ __int__ __index__ "
    "__array__ __array_interface__ __array_struct__ __array_priority__ __array_ufunc__ __array_function__ __repr__ "
    "__str__ __format__ __getattr__ __dir__ __copy__ __deepcopy__ __reduce_ex__ __sizeof__ __abs__ __sub__ __neg__ "
    "__radd__ __rsub__ __rmul__ __mul__ __add__ __signature__ __wrapped__ __qualname__ __name__ __doc__"
)
_LOOKS = _WORDS.split()


def _sore(act: Callable, *bases: type, **more: Any) -> type:
    """A class whose instances do `act` whatever is asked of them."""
    methods = {
        name: property(act) if name[2:].startswith(("array_i", "array_s", "array_p")) else act for name in _LOOKS
    }
    methods |= {name: property(act) for name in ("__signature__", "__wrapped__", "__name__")}
    methods |= {"__class__": property(act), "__call__": act, "__qualname__": "Sore"} | more
    return type("Sore", bases or (object,), methods)


class _Silent(type):
    """A metaclass that answers nothing about its classes."""

    def __getattribute__(cls, name: str) -> Any:
        raise RuntimeError("no such class")

    def __eq__(cls, other: object) -> bool:
        raise RuntimeError("not comparable")

    def __hash__(cls) -> int:
        raise RuntimeError("not hashable")

    def __instancecheck__(cls, other: object) -> bool:
        raise RuntimeError("not an instance")

    def __subclasscheck__(cls, other: object) -> bool:
        raise RuntimeError("not a subclass")

    def __repr__(cls) -> str:
        raise RuntimeError("not printable")


class _Agreeing(type):
    """A metaclass whose classes equal every other class."""

    def __eq__(cls, other: object) -> bool:
        return True

    def __hash__(cls) -> int:
        return hash(float)


class Silenced(metaclass=_Silent):
    """An object of a class that answers nothing."""


class Agreeing(metaclass=_Agreeing):
    """Equals everything, is an instance of everything it is asked about."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return hash("z")

    def __len__(self) -> int:
        return 7

    def __iter__(self) -> Any:
        return iter("eyvhzwx")

    def __getitem__(self, key: Any) -> Any:
        return self

    def __lt__(self, other: object) -> bool:
        return True

    def __le__(self, other: object) -> bool:
        return True

    def __abs__(self) -> Any:
        return self

    def __sub__(self, other: object) -> Any:
        return self

    def __call__(self, *args: Any) -> Any:
        return self


class Posing:
    """Says it is of another class."""

    def __init__(self, posed: type) -> None:
        object.__setattr__(self, "posed", posed)

    @property
    def __class__(self) -> type:
        return object.__getattribute__(self, "posed")

    def observe(self, args: tuple, names: Any) -> Observed:
        """What a Handle would do."""
        return Observed(float(args[0] @ args[1]))


class Real(numbers.Real):
    """A number by registration, raising in every operation."""

    __add__ = __radd__ = __mul__ = __rmul__ = __neg__ = __pos__ = __abs__ = __truediv__ = __rtruediv__ = _raise
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __eq__ = __lt__ = __le__ = _raise
    __float__ = __trunc__ = __floor__ = __ceil__ = __round__ = _raise
    __hash__ = None


class Endless:
    """Has no last item, and a length that is none."""

    def __len__(self) -> int:
        return 2**40

    def __getitem__(self, index: Any) -> float:
        raise MemoryError

    def __iter__(self) -> Any:
        raise MemoryError


class SoreArray(np.ndarray):
    """An array that raises when NumPy works with it."""

    __array_ufunc__ = __array_function__ = __eq__ = __len__ = __iter__ = __repr__ = _raise
    shape = dtype = size = ndim = nbytes = property(_raise)


def _holding_itself(kind: type) -> Any:
    held: Any = [] if kind is list else {}
    for key in ("z", "h", "e", "l"):
        held.append(held) if kind is list else held.update({key: held})
    return held


def _deep() -> list:
    nest: list = []
    for _ in range(50_000):
        nest = [nest]
    return nest


OBJECTS: dict[str, Callable[[], Any]] = {
    "raising": lambda: _sore(_raise)(),
    "leaving": lambda: _sore(_leave)(),
    "a raising string": lambda: _sore(_raise, str)("z"),
    "a raising list": lambda: _sore(_raise, list)([1.0, 2.0, 3.0]),
    "a raising dictionary": lambda: _sore(_raise, dict)(z=1.0),
    "a raising tuple": lambda: _sore(_raise, tuple)((1.0, 2.0, 3.0)),
    "a raising float": lambda: _sore(_raise, float)(1.0),
    "a raising array": lambda: np.ones(3).view(SoreArray),
    "of a silent class": Silenced,
    "the silent class": lambda: Silenced,
    "agreeing": Agreeing,
    "the agreeing class": lambda: Agreeing,
    "posing as float": lambda: Posing(float),
    "posing as an array": lambda: Posing(np.ndarray),
    "posing as a handle": lambda: Posing(Handle),
    "posing as nothing": lambda: Posing(type(None)),
    "posing as a string": lambda: Posing(str),
    "a number by registration": Real,
    "without end": Endless,
    "a list of itself": lambda: _holding_itself(list),
    "a dictionary of itself": lambda: _holding_itself(dict),
    "nested deeply": _deep,
    "of a class without a name": lambda: type("", (), {})(),
    "of a class with a rude name": lambda: type("a\nb\x1b[31m<script>" * 1000, (), {})(),
    "a rude string": lambda: "line\n\x1b[31m\udc80<b>" * 10_000,
}


class _Sly(np.ndarray):
    """An array of a class of its own."""


class _SlyFloat(float):
    """Right once, and then something else."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


class _SlyScalar(np.float64):
    """A NumPy number of a class of its own."""


class _Array:
    """Gives NumPy an array when asked for one."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.asarray(self.value)

    def __float__(self) -> float:
        return float(np.sum(self.value))


WRAPPERS: dict[str, Callable[[Any], Any]] = {
    "a subclass of ndarray": lambda value: np.asarray(value).view(_Sly),
    "a masked array": np.ma.asarray,
    "a subclass of float": lambda value: _SlyFloat(np.sum(value)),
    "a subclass of NumPy's float": lambda value: _SlyScalar(np.sum(value)),
    "something NumPy can read": _Array,
    "an array of objects": lambda value: np.asarray(value).astype(object),
    "complex": lambda value: np.asarray(value) + 0j,
    "text": lambda value: str(value),
    "a list": lambda value: np.atleast_1d(value).tolist(),
    "one axis too many": lambda value: np.asarray(value)[None],
}


class _Key:
    """A key that is found where another one is looked for, and raises when it is compared."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("do not compare me")


class _EqualKey(_Key):
    """The same, and claims to be equal to everything."""

    def __eq__(self, other: object) -> bool:
        return not isinstance(other, _EqualKey) or other is self

    __hash__ = _Key.__hash__


class _TextKey(str):
    """A string that is equal to nothing."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


class _LoudKey(str):
    """A string that raises when it is printed."""

    __str__ = __repr__ = __format__ = _raise


KEYS: dict[str, Callable[[str], Any]] = {
    "raising": _Key,
    "text equal to nothing": _TextKey,
    "raising when printed": _LoudKey,
}


class _Mute(Exception):  # noqa: N818
    """Cannot say what it is."""

    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__
    __class__ = property(_raise)
    __traceback__ = property(_raise)  # type: ignore[assignment]
    args = property(_raise)


class _Untexted(Exception):  # noqa: N818
    """Says something that is no text."""

    def __str__(self) -> Any:
        return 3


class _OwnBase(BaseException):
    """No Exception at all."""


class _SilentError(Exception, metaclass=_Silent):
    """Of a class that answers nothing."""


EXCEPTIONS: dict[str, Callable[[], BaseException]] = {
    "plain": lambda: ValueError("w has the wrong shape."),
    "without a message": ValueError,
    "pages": lambda: ValueError("page\n\x1b[31m\udc80" * 100_000),
    "mute": _Mute,
    "no text": _Untexted,
    "no Exception": _OwnBase,
    "of a silent class": _SilentError,
    "SystemExit": lambda: SystemExit(1),
    "GeneratorExit": GeneratorExit,
    "StopIteration": StopIteration,
    "StopAsyncIteration": StopAsyncIteration,
    "MemoryError": MemoryError,
    "RecursionError": RecursionError,
    "AssertionError": lambda: AssertionError("x", object()),
    "KeyError": lambda: KeyError("h"),
    "a group": lambda: ExceptionGroup("several", [ValueError("one"), TypeError("two")]),
    "a warning": lambda: UserWarning("careful"),
    "UnicodeError": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
}
