"""The pipe between host and session: frames of plain data, with exact types and strict sizes. No pickle.

A frame is a header (length of the structure, length of the arrays), a msgpack structure, and the
arrays' memory one after the other. Both sides speak it; only the host sets limits, since only the
host is told things by somebody it does not trust.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import msgpack
import numpy as np

from barprop.activations import ACTIVATIONS, Activation

_HEADER = struct.Struct("<IQ")
_AHEAD = 1 << 15  # bytes that are received at once, where fewer are asked for
_DEEPEST = 24  # tuples within tuples within ...
_SMALL = 1 << 16  # bytes of a structure after which its packers are kept for the next
_TUPLE, _ARRAY, _SCALAR, _SINGLE, _SET, _FROZEN, _COMPLEX, _ACTIVATION = range(1, 9)
REFERENCE = 20  # codes from here on are the two ends' own: objects that stay where they are

_SINGLES = {"...": Ellipsis, "NotImplemented": NotImplemented}
_CODES_OF_NUMBERS = "?bhiqlBHIQLefdgFDG"  # "l" after "q": of two names for int64, NumPy's own
_DTYPES = {dtype.str: dtype for dtype in (np.dtype(order + code) for order in "><" for code in _CODES_OF_NUMBERS)}
_SCALARS = frozenset(np.dtype(code).type for code in _CODES_OF_NUMBERS)
_CONTAINERS = {_TUPLE: tuple, _SET: set, _FROZEN: frozenset}
_CODES: dict[Any, int] = {kind: code for code, kind in _CONTAINERS.items()}


class WireError(Exception):
    """What came is no frame, or more than was agreed on."""


class TooLargeError(WireError):
    """More than fits into one frame was to be sent."""


class Codec:
    """Turns values into frames and back.

    Parameters
    ----------
    refer : callable
        Object that is no plain data -> (code, content), for what stays on this side.
    resolve : (code, content) -> object, for what stays on the other side. Contents are plain data
        or objects of that kind themselves.
    structure, arrays : int
        Most bytes of either that are accepted.
    """

    def __init__(
        self,
        refer: Callable[[Any], tuple[int, Any]],
        resolve: Callable[[int, Any], Any],
        structure: int = 1 << 30,
        arrays: int = 1 << 34,
    ):
        self._refer, self._resolve = refer, resolve
        self._most_structure, self._most_arrays = structure, arrays
        self._buffers: list[Any] = []  # the arrays' memory of the frame that is being made
        self._packers: list[msgpack.Packer] = []  # by depth; kept, since making one takes longer than most of its work

    # --- out ---

    def encode(self, value: Any) -> list[Any]:
        """Return the frame of a value, as buffers to send in order. Raise TooLargeError."""
        buffers = self._buffers = []
        structure = b""
        try:
            structure = self._pack(value)
        except (ValueError, OverflowError) as error:
            raise TooLargeError(f"it cannot be sent: {error}") from None
        finally:
            if not 0 < len(structure) <= _SMALL:  # their memory grows with what they pack, and is wanted elsewhere
                self._packers.clear()
        size = sum(buffer.nbytes for buffer in buffers)
        if len(structure) > self._most_structure or size > self._most_arrays:
            raise TooLargeError(f"it is too large ({(len(structure) + size) / 1e6:.0f} MB)")
        return [_HEADER.pack(len(structure), size) + structure, *buffers]

    def _pack(self, value: Any, depth: int = 0) -> bytes:
        if depth > _DEEPEST:
            raise TooLargeError("it is nested too deeply")
        if depth == len(self._packers):
            extend = partial(self._extend, depth=depth)
            self._packers.append(msgpack.Packer(default=extend, strict_types=True))
        return self._packers[depth].pack(value)

    def _extend(self, item: Any, depth: int) -> msgpack.ExtType:
        kind = type(item)
        if kind in _CODES:
            return msgpack.ExtType(_CODES[kind], self._pack(list(item), depth + 1))
        if kind is np.ndarray and item.dtype.str in _DTYPES:
            return _array(item, self._buffers)
        if kind in _SCALARS and item.dtype.str in _DTYPES:
            return msgpack.ExtType(_SCALAR, item.dtype.str.encode() + b":" + item.tobytes())
        if kind is complex or kind is np.complex128:
            return msgpack.ExtType(_COMPLEX, struct.pack("<dd", item.real, item.imag))
        if item is Ellipsis or item is NotImplemented:
            return msgpack.ExtType(_SINGLE, b"..." if item is Ellipsis else b"NotImplemented")
        if kind is Activation and any(item is known for known in ACTIVATIONS.values()):
            return msgpack.ExtType(_ACTIVATION, item.name.encode())
        code, content = self._refer(item)
        return msgpack.ExtType(code, self._pack(content, depth + 1))

    # --- in ---

    def decode(self, structure: bytes) -> tuple[Any, list[np.ndarray]]:
        """Return a value and its arrays that still wait for their memory. Raise WireError."""
        waiting: list[np.ndarray] = []
        budget = [self._most_arrays]
        try:
            value = self._unpack(structure, waiting, budget, 0)
        except WireError:
            raise
        except Exception as error:  # whatever a forged structure makes the decoder say
            raise WireError(f"malformed: {type(error).__name__}") from None
        return value, waiting

    def _unpack(self, data: bytes, waiting: list[np.ndarray], budget: list[int], depth: int) -> Any:
        if depth > _DEEPEST:
            raise WireError("nested too deeply")
        return msgpack.unpackb(
            data,
            ext_hook=lambda code, payload: self._revive(code, payload, waiting, budget, depth),
            strict_map_key=False,
            timestamp=1,
        )

    def _revive(self, code: int, payload: bytes, waiting: list[np.ndarray], budget: list[int], depth: int) -> Any:
        if code in _CONTAINERS:
            return _CONTAINERS[code](_listed(self._unpack(payload, waiting, budget, depth + 1)))
        if code == _ARRAY:
            return _room(payload, waiting, budget)
        if code == _SCALAR:
            name, _, raw = payload.partition(b":")
            return np.frombuffer(raw, _DTYPES[name.decode()], 1)[0]
        if code == _COMPLEX:
            return complex(*struct.unpack("<dd", payload))
        if code == _SINGLE:
            return _SINGLES[payload.decode()]
        if code == _ACTIVATION:
            return ACTIVATIONS[payload.decode()]
        return self._resolve(code, self._unpack(payload, waiting, budget, depth + 1))


def _listed(value: Any) -> list:
    if type(value) is not list:
        raise WireError("malformed: no list")
    return value


def _array(item: np.ndarray, buffers: list[Any]) -> msgpack.ExtType:
    fortran = item.flags.f_contiguous and not item.flags.c_contiguous
    flat = np.ascontiguousarray(item.T if fortran else item)
    if flat.nbytes:
        buffers.append(flat.reshape(-1).view(np.uint8).data)
    order = "F" if fortran else "C"
    return msgpack.ExtType(_ARRAY, msgpack.packb([item.dtype.str, item.shape, order, bool(item.flags.writeable)]))


def _room(payload: bytes, waiting: list[np.ndarray], budget: list[int]) -> np.ndarray:
    """Make an array of the announced form, still without its numbers."""
    kind, shape, order, writeable = msgpack.unpackb(payload)
    dtype = _DTYPES[kind]
    if type(shape) is not list or any(type(n) is not int or n < 0 for n in shape) or order not in ("C", "F"):
        raise WireError("malformed: no array")
    size = dtype.itemsize
    for n in shape:
        size *= n
    budget[0] -= size
    if budget[0] < 0:
        raise WireError("more than fits into one reply")
    array = np.empty(tuple(shape), dtype, order)
    array.flags.writeable = bool(writeable)
    waiting.append(array)
    return array


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
        if sum(len(b) for b in buffers) < 1 << 16:
            buffers = [b"".join(buffers)]
        for buffer in buffers:
            _limit(self._sock, deadline)
            self._sock.sendall(buffer)

    def receive(self, deadline: float | None = None) -> Any:
        """Return the next value. Raise TimeoutError if none has begun to arrive, WireError, EOFError, OSError."""
        header = bytearray(_HEADER.size)
        self._fill(memoryview(header)[:1], deadline)
        try:
            self._fill(memoryview(header)[1:], deadline)
            structure, size = _HEADER.unpack(header)
            return self._frame(structure, size, deadline)
        except TimeoutError:
            raise WireError("a reply stopped halfway") from None

    def _frame(self, structure: int, arrays: int, deadline: float | None) -> Any:
        if structure > self._codec._most_structure or arrays > self._codec._most_arrays:
            raise WireError("more than fits into one reply")
        body = bytearray(structure)
        self._fill(memoryview(body), deadline)
        value, waiting = self._codec.decode(bytes(body))
        if sum(array.nbytes for array in waiting) != arrays:
            raise WireError("malformed: the arrays do not fill the frame")
        for array in waiting:
            writeable, array.flags.writeable = array.flags.writeable, True
            flat = array.T if array.flags.f_contiguous else array
            if flat.nbytes:
                self._fill(flat.reshape(-1).view(np.uint8).data, deadline)
            array.flags.writeable = writeable
        return value

    def _fill(self, room: memoryview, deadline: float | None) -> None:
        """Read until `room` is full. Raises TimeoutError, EOFError, OSError."""
        done = 0
        while done < len(room):
            if not self._ahead:
                _limit(self._sock, deadline)
                if len(room) - done >= _AHEAD:
                    done += self._there(self._sock.recv_into(room[done:]))
                    continue
                self._ahead = memoryview(self._sock.recv(_AHEAD))
                self._there(len(self._ahead))
            count = min(len(self._ahead), len(room) - done)
            room[done : done + count] = self._ahead[:count]
            self._ahead = self._ahead[count:]
            done += count

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
