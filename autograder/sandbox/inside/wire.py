"""The pipe between host and session: frames of plain data, with exact types and strict sizes. No pickle.

A frame is a header (length of the structure, length of the arrays), a msgpack structure, and the
arrays' memory one after the other. Both sides speak it; only the host sets limits, since only the
host is told things by somebody it does not trust.

What msgpack has no word for is one of its extensions. What holds further values is a list, with an empty extension
as its head and nil as its end.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import msgpack
import numpy as np

from barprop.activations import ACTIVATIONS, Activation

_HEADER = struct.Struct("<IQ")
_NUMBER = struct.Struct("<Q")  # of an object that stays where it is
_AHEAD = 1 << 15  # bytes that are received at once, where fewer are asked for
_DEEPEST = 24  # tuples within tuples within ...
_SMALL = 1 << 16  # bytes of a structure after which its packer is kept for the next
_ANNOUNCEMENT = 1000  # bytes of what is told of an array before it comes; 64 axes fit
_TUPLE, _ARRAY, _SCALAR, _SINGLE, _SET, _FROZEN, _COMPLEX, _ACTIVATION = range(1, 9)
REFERENCE = 20  # codes from here on are the two ends' own: objects that stay where they are

_SLOW = (tuple, frozenset, complex, np.generic)  # as keys: any number of them can have the same hash
_SINGLES = {"...": Ellipsis, "NotImplemented": NotImplemented}
_CODES_OF_NUMBERS = "?bhiqlBHIQLefdgFDG"  # "l" after "q": of two names for int64, NumPy's own
_DTYPES = {dtype.str: dtype for dtype in (np.dtype(order + code) for order in "><" for code in _CODES_OF_NUMBERS)}
_LONG = np.dtype("g").itemsize
_PADDING = _LONG - 10 if np.finfo("g").nmant == 63 else 0  # bytes of it that hold what was in the memory before
_SCALARS = frozenset(np.dtype(code).type for code in _CODES_OF_NUMBERS)
_CONTAINERS = {_TUPLE: tuple, _SET: set, _FROZEN: frozenset}
_CODES: dict[Any, int] = {kind: code for code, kind in _CONTAINERS.items()}
_HEADS = [msgpack.ExtType(code, b"") for code in range(128)]
_MANY = 1000  # of what is often sent the same are kept as packed


class WireError(Exception):
    """What came is no frame, or more than was agreed on."""


class TooLargeError(WireError):
    """More than fits into one frame was to be sent."""


class _Head:
    """What the first item of a list makes of the list."""

    __slots__ = ("code",)

    def __init__(self, code: int) -> None:
        self.code = code


class _End:
    """Stands at the end of such a list while it is packed."""


_END = _End()


class Codec:
    """Turns values into frames and back.

    Parameters
    ----------
    refer : callable
        Object that is no plain data -> (code, content), for what stays on this side.
    resolve : (code, content) -> object, for what stays on the other side. A content is a number, or a list of plain
        data and objects of that kind themselves.
    structure, arrays : int
        Most bytes of either that are accepted.
    keys : int
        Most keys and members of sets in one frame that are tuples, sets, complex numbers or NumPy's: if all have the
        same hash, each is compared with each.
    """

    def __init__(
        self,
        refer: Callable[[Any], tuple[int, Any]],
        resolve: Callable[[int, Any], Any],
        structure: int = 1 << 30,
        arrays: int = 1 << 34,
        keys: int = 1 << 30,
    ):
        self._refer, self._resolve = refer, resolve
        self._most_structure, self._most_arrays, self._most_keys = structure, arrays, keys
        self._packer: msgpack.Packer | None = None  # kept, since making one takes longer than most of its work
        self._depth = 0
        self._buffers: list[Any] = []  # the arrays' memory of the frame that is being made
        self._waiting: list[tuple[np.ndarray, bool]] = []  # the arrays of the frame that is being read
        self._room = 0  # bytes that may still be announced in it
        self._keys = 0  # keys that may still come in it

    # --- out ---

    def encode(self, value: Any) -> list[Any]:
        """Return the frame of a value, as buffers to send in order. Raise TooLargeError."""
        buffers = self._buffers = []
        structure = b""
        self._depth = 0
        try:
            structure = self._pack(value)
        except (ValueError, OverflowError) as error:
            raise TooLargeError(f"it cannot be sent: {error}") from None
        finally:
            if not 0 < len(structure) <= _SMALL:  # its memory grows with what it packs, and is wanted elsewhere
                self._packer = None
        size = sum(buffer.nbytes for buffer in buffers)
        if len(structure) > self._most_structure or size > self._most_arrays:
            raise TooLargeError(f"it is too large ({(len(structure) + size) / 1e6:.0f} MB)")
        return [_HEADER.pack(len(structure), size) + structure, *buffers]

    def _pack(self, value: Any) -> bytes:
        if self._packer is None:
            self._packer = msgpack.Packer(default=self._extend, strict_types=True)
        return self._packer.pack(value)

    def _extend(self, item: Any) -> Any:
        """Return what is packed instead of an item that msgpack has no word for; what is in a list comes here next."""
        kind = type(item)
        if kind in _CODES:
            return self._around(_CODES[kind], item)
        if kind is _End:
            self._depth -= 1
            return None
        if kind is np.ndarray and item.dtype.str in _DTYPES:
            return _array(item, self._buffers)
        if kind in _SCALARS and item.dtype.str in _DTYPES:
            raw = _bytes(np.asarray(item)) if item.dtype.char in "gG" else item.tobytes()
            return msgpack.ExtType(_SCALAR, item.dtype.str.encode() + b":" + raw)
        if kind is complex or kind is np.complex128:
            return msgpack.ExtType(_COMPLEX, struct.pack("<dd", item.real, item.imag))
        if item is Ellipsis or item is NotImplemented:
            return msgpack.ExtType(_SINGLE, b"..." if item is Ellipsis else b"NotImplemented")
        if kind is Activation and any(item is known for known in ACTIVATIONS.values()):
            return msgpack.ExtType(_ACTIVATION, item.name.encode())
        code, content = self._refer(item)
        if type(content) is int:
            return _numbered(code, content)
        return self._around(code, content)

    def _around(self, code: int, items: Iterable[Any]) -> list[Any]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise TooLargeError("it is nested too deeply")
        return [_HEADS[code], *items, _END]

    # --- in ---

    def decode(self, structure: bytes | memoryview) -> tuple[Any, list[tuple[np.ndarray, bool]]]:
        """Return a value, and its arrays that wait for their numbers, each with whether it stays writeable.

        Raises WireError.
        """
        waiting = self._waiting = []
        self._room, self._keys, self._depth = self._most_arrays, self._most_keys, 0
        try:
            value = msgpack.unpackb(
                structure,
                ext_hook=self._revive,
                list_hook=self._listed,
                object_pairs_hook=self._mapped,
                strict_map_key=False,
                timestamp=1,
            )
        except WireError:
            raise
        except Exception as error:  # whatever a forged structure makes the decoder say
            raise WireError(f"malformed: {type(error).__name__}") from None
        finally:
            self._waiting = []
        if self._depth:
            raise WireError("malformed: a head without its list")
        return value, waiting

    def _listed(self, items: list[Any]) -> Any:
        """Return a list, or what its head makes of it."""
        if not items or type(items[0]) is not _Head:
            return items
        self._depth -= 1
        if len(items) < 2 or items[-1] is not None:
            raise WireError("malformed: no end")
        code = items[0].code
        if code == _TUPLE:
            return tuple(items[1:-1])
        if code in _CONTAINERS:
            self._count_keys(items)
            return _CONTAINERS[code](items[1:-1])
        return self._resolve(code, items[1:-1])

    def _mapped(self, pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
        self._count_keys(key for key, _ in pairs)
        return dict(pairs)

    def _count_keys(self, keys: Iterable[Any]) -> None:
        self._keys -= sum(isinstance(key, _SLOW) for key in keys)
        if self._keys < 0:
            raise WireError("too many keys that take long to compare")

    def _revive(self, code: int, payload: bytes) -> Any:
        if not payload:
            self._depth += 1
            if self._depth > _DEEPEST:
                raise WireError("nested too deeply")
            return _Head(code)
        if code == _ARRAY:
            return self._announced(payload)
        if code == _SCALAR:
            name, _, raw = payload.partition(b":")
            return np.frombuffer(raw, _DTYPES[name.decode()], 1)[0]
        if code == _COMPLEX:
            return complex(*struct.unpack("<dd", payload))
        if code == _SINGLE:
            return _SINGLES[payload.decode()]
        if code == _ACTIVATION:
            return ACTIVATIONS[payload.decode()]
        return self._resolve(code, *_NUMBER.unpack(payload))

    def _announced(self, payload: bytes) -> np.ndarray:
        """Make an array of the announced form, still without its numbers."""
        dtype, shape, order, writeable, size = _form(payload)
        self._room -= size
        if self._room < 0:
            raise WireError("more than fits into one reply")
        array = np.empty(shape, dtype, order)
        self._waiting.append((array, writeable))
        return array


@lru_cache(_MANY)
def _numbered(code: int, number: int) -> msgpack.ExtType:
    return msgpack.ExtType(code, _NUMBER.pack(number))


def _array(item: np.ndarray, buffers: list[Any]) -> msgpack.ExtType:
    flags = item.flags
    fortran = flags.f_contiguous and not flags.c_contiguous
    if item.nbytes:
        flat = item if flags.c_contiguous else np.ascontiguousarray(item.T if fortran else item)
        buffers.append(memoryview(_bytes(flat)) if item.dtype.char in "gG" else flat.data)
    return _announcement(item.dtype.str, item.shape, "F" if fortran else "C", flags.writeable)


def _bytes(item: np.ndarray) -> bytes:
    """Return the bytes of numbers in extended precision, with zeros for the padding of each."""
    each = np.frombuffer(bytearray(item.tobytes()), np.uint8).reshape(-1, _LONG)
    each[:, slice(_PADDING) if item.dtype.byteorder == ">" else slice(_LONG - _PADDING, None)] = 0
    return each.tobytes()


@lru_cache(_MANY)
def _announcement(dtype: str, shape: tuple[int, ...], order: str, writeable: bool) -> msgpack.ExtType:
    return msgpack.ExtType(_ARRAY, msgpack.packb([dtype, shape, order, writeable]))


@lru_cache(_MANY)
def _form(payload: bytes) -> tuple[np.dtype, tuple[int, ...], Any, bool, int]:
    """Read what is announced of an array; its bytes besides."""
    if len(payload) > _ANNOUNCEMENT:
        raise WireError("malformed: no array")
    kind, shape, order, writeable = msgpack.unpackb(payload)
    dtype = _DTYPES[kind]
    if type(shape) is not list or any(type(n) is not int or n < 0 for n in shape) or order not in ("C", "F"):
        raise WireError("malformed: no array")
    size = dtype.itemsize
    for n in shape:
        size *= n
    return dtype, tuple(shape), order, bool(writeable), size


class Channel:
    """Frames over a socket.

    On the host every wait has a deadline (time.monotonic()); inside there is none.
    """

    def __init__(self, sock: socket.socket, codec: Codec):
        self._sock, self._codec = sock, codec
        self._ahead = memoryview(b"")  # what was received beyond what was asked for

    def send(self, value: Any, deadline: float | None = None) -> None:
        """Send a value. Raises TooLargeError (nothing was sent), TimeoutError, OSError."""
        buffers = self._codec.encode(value)
        if sum(memoryview(b).nbytes for b in buffers) < 1 << 16:
            buffers = [b"".join(buffers)]
        for buffer in buffers:
            _limit(self._sock, deadline)
            self._sock.sendall(buffer)

    def receive(self, deadline: float | None = None) -> Any:
        """Return the next value. Raise TimeoutError if none has begun to arrive, WireError, EOFError, OSError."""
        if not self._ahead:
            self._wait(deadline)
        try:
            structure, arrays = _HEADER.unpack(self._take(_HEADER.size, deadline))
            return self._frame(structure, arrays, deadline)
        except TimeoutError:
            raise WireError("a reply stopped halfway") from None

    def _frame(self, structure: int, arrays: int, deadline: float | None) -> Any:
        if structure > self._codec._most_structure or arrays > self._codec._most_arrays:
            raise WireError("more than fits into one reply")
        value, waiting = self._codec.decode(self._take(structure, deadline))
        if sum(array.nbytes for array, _ in waiting) != arrays:
            raise WireError("malformed: the arrays do not fill the frame")
        for array, writeable in waiting:
            flat = array if array.flags.c_contiguous else array.T
            if array.nbytes:
                self._fill(flat.reshape(-1).view(np.uint8).data, deadline)
            if not writeable:
                array.flags.writeable = False
        return value

    def _take(self, count: int, deadline: float | None) -> memoryview:
        """Return the next bytes. Raises TimeoutError, EOFError, OSError."""
        if count > len(self._ahead):
            room = memoryview(bytearray(count))
            self._fill(room, deadline)
            return room
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        return taken

    def _fill(self, room: memoryview, deadline: float | None) -> None:
        """Read until `room` is full. Raises TimeoutError, EOFError, OSError."""
        done = 0
        while True:
            count = min(len(self._ahead), len(room) - done)
            room[done : done + count], self._ahead = self._ahead[:count], self._ahead[count:]
            done += count
            if done == len(room):
                return
            if len(room) - done < _AHEAD:
                self._wait(deadline)
            else:
                _limit(self._sock, deadline)
                done += self._there(self._sock.recv_into(room[done:]))

    def _wait(self, deadline: float | None) -> None:
        _limit(self._sock, deadline)
        self._ahead = memoryview(self._sock.recv(_AHEAD))
        self._there(len(self._ahead))

    def _there(self, count: int) -> int:
        if not count:
            raise EOFError("the other side is gone")
        return count

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


def _limit(sock: socket.socket, deadline: float | None) -> None:
    if deadline is not None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(left)
