"""The pipe: plain data survives it exactly, and nothing that a session writes can hurt the host."""

from __future__ import annotations

import contextlib
import itertools
import random
import socket
import struct
import threading

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox import Limits
from autograder.sandbox.inside.wire import Channel, Codec, TooLargeError
from barprop.activations import tanh
from barprop.answers.failures import AnswerError
from barprop.answers.script import Script
from barprop.answers.untrusted import identical
from tests.sandbox_tools import played


def there_and_back(value: object) -> object:
    """A value after one trip."""
    one, other = socket.socketpair()
    with one, other:
        codec = Codec(lambda item: (20, [type(item).__name__]), lambda code, content: ("elsewhere", content))
        Channel(one, codec).send(value)
        return Channel(other, codec).receive()


def exactly(a: object, b: object) -> bool:
    """Equal in value, type, memory order and flags."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(exactly, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(exactly(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray):
        flags = ("C_CONTIGUOUS", "F_CONTIGUOUS", "WRITEABLE")
        return identical(a, b) and all(a.flags[f] == b.flags[f] for f in flags)
    return a is b or a == b or (a != a and b != b)


def _read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -1, 2**63 - 1, -(2**63), 1.5, float("nan"), float("-inf"), 1 + 2j, "", "z̄", b"\x00", ..., NotImplemented,
        (), [], {}, set(), frozenset({1}), {1, 2}, (1, [2, (3,)]), {"a": (1,), 2: [None], (1, 2): 3}, tanh,
        np.float64(1.5), np.float32(2.5), np.int64(3), np.uint8(4), np.bool_(True), np.complex128(1j), np.longdouble(1) / 3,
        np.zeros(0), np.zeros((0, 3)), np.array(2.0), np.arange(6).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(5, dtype=np.float32), np.array([True, False]), np.arange(3, dtype=">i4"), np.array([1j]),
        _read_only(np.ones(3)), {"w": [(np.ones((2, 2)), np.zeros(2)), ()]}, [np.float64(1), 1.0, 1],
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_plain_data_comes_back_exactly(value):
    assert exactly(value, there_and_back(value))


def test_a_strided_view_comes_back_with_its_numbers():
    view = np.arange(24.0).reshape(2, 3, 4)[:, ::2, ::-1]
    assert np.array_equal(there_and_back(view), view)


class _Array(np.ndarray):
    pass


@pytest.mark.parametrize(
    "value",
    [
        np.ones(2).view(_Array), np.ma.array([1.0]), np.array([object()]), np.array(["a"]), np.array([(1, 2)], "i4,i4"),
        type("Text", (str,), {})("a"), type("Number", (float,), {})(1), type("Tuple", (tuple,), {})((1,)),
        type("Table", (dict,), {})(a=1), 2**64, object(), print, np.datetime64("2020-01-01"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_whatever_is_no_plain_data_stays_where_it_is(value):
    assert there_and_back(value)[0] == "elsewhere"


def test_a_list_that_holds_itself_is_refused():
    endless: list = []
    endless.append(endless)
    with pytest.raises(TooLargeError):
        there_and_back(endless)
    twisted: tuple = ([],)
    twisted[0].append(twisted)
    with pytest.raises(TooLargeError):
        there_and_back(twisted)


def test_what_cannot_be_sent_leaves_nothing_in_the_next_frame():
    def refer(item: object) -> tuple[int, object]:
        raise TypeError("it stays here")

    def sent(codec: Codec) -> list[bytes]:
        return [bytes(part) for part in codec.encode(["call", (np.ones(2), (1.5,))])]

    codec = Codec(refer, lambda code, content: content)
    for bad in ([1, 2, (3, np.zeros(3), object())], [0.5, 2**70], [bytes(1_000_000)]):
        with contextlib.suppress(TypeError, TooLargeError):
            codec.encode(bad)
        assert sent(codec) == sent(Codec(refer, lambda code, content: content))


@pytest.mark.parametrize("dtype", ["<f16", ">f16", "<c32", ">c32"])
@pytest.mark.skipif(np.finfo("g").nmant != 63, reason="numbers in extended precision have no padding here")
def test_padding_tells_nothing_of_what_was_in_the_memory_before(dtype):
    def frames(before: int) -> list[bytes]:
        codec = Codec(lambda item: (20, [1]), lambda code, content: content)
        values = np.full(12 * np.dtype(dtype).itemsize, before, np.uint8).view(dtype).reshape(3, 4)
        values[...] = np.arange(12).reshape(3, 4) + 0.25
        sent = [values, values.T, values[::2, ::2], values[0, 0], values[1, 1:2].reshape(())]
        return [b"".join(codec.encode([item])) for item in sent]

    assert frames(0x00) == frames(0xFF)
    for value in (np.array([[1.5, -2], [np.inf, 0]], dtype), np.array([1.5, 3], dtype)[1], np.zeros((0, 2), dtype)):
        np.testing.assert_array_equal(there_and_back(value), value)


def test_tuples_are_sent_up_to_a_depth_and_each_frame_counts_anew():
    def tuples(depth: int) -> tuple:
        return (tuples(depth - 1),) if depth else ()

    codec = Codec(lambda item: (20, [1]), lambda code, content: content)
    for _ in range(3):
        value, _ = codec.decode(codec.encode([tuples(23)] * 2)[0][12:])
        assert value == [tuples(23)] * 2
        with pytest.raises(TooLargeError, match="nested too deeply"):
            codec.encode(tuples(24))


# --- a session that writes what it likes ------------------------------------------------------


def frame(structure: bytes, arrays: bytes = b"", sizes: tuple[int, int] | None = None) -> bytes:
    """A frame as the session would send it; `sizes` tells other lengths than the true ones."""
    return struct.pack("<IQ", *(sizes or (len(structure), len(arrays)))) + structure + arrays


def reply(content: object, *more: object) -> bytes:
    """A frame that answers the first request."""
    return frame(msgpack.packb(["done", 1, content, *more]))


def ext(code: int, content: object) -> msgpack.ExtType:
    return msgpack.ExtType(code, content if isinstance(content, bytes) else msgpack.packb(content))


def numbered(code: int, number: int) -> msgpack.ExtType:
    return ext(code, struct.pack("<Q", number))


def holds(code: int, *content: object) -> list:
    """What holds further values: a tuple has code 1."""
    return [ext(code, b""), *content, None]


def say(process: socket.socket, data: bytes, close: bool) -> None:
    """Write until nobody listens any more."""
    with contextlib.suppress(OSError):
        process.sendall(data)
        if close:
            process.shutdown(socket.SHUT_WR)


def heard(data: bytes, close: bool = True) -> object:
    """What a session makes of the bytes that come back: a value, or the sentence of its AnswerError."""
    session, process = played(Limits(probe_seconds=10.0 if close else 0.3))  # what is not closed is waited for
    with process:
        writer = threading.Thread(target=say, args=(process, data, close), daemon=True)
        writer.start()
        try:
            return session.named("x")
        except AnswerError as error:
            assert session._broken
            assert session._sandbox.ended == [1]
            with pytest.raises(AnswerError):  # for good
                session.named("y")
            return str(error)
        finally:
            session.close()
            writer.join()


def test_an_honest_reply_is_heard():
    assert heard(reply(3.5)) == 3.5
    assert heard(reply(holds(1, 1, holds(5, 2), []))) == (1, {2}, [])


FORGED = {
    "nothing": b"",
    "half a header": b"\x01",
    "half a frame": reply(1)[:-1],
    "a huge structure": frame(b"", sizes=(2**32 - 1, 0)),
    "huge arrays": frame(msgpack.packb(["done", 1, None]), sizes=(11, 2**60)),
    "no list": frame(msgpack.packb({"done": 1})),
    "no word": frame(msgpack.packb([[], 1, 2])),
    "an unknown word": frame(msgpack.packb(["eval", 1, "1"])),
    "the next reply": frame(msgpack.packb(["done", 2, 1])),
    "an earlier reply": frame(msgpack.packb(["done", 0, 1])),
    "a number that is an array": frame(
        msgpack.packb(["done", ext(2, ["<i8", [2], "C", True]), 1]), np.ones(2, np.int64).tobytes()
    ),
    "too short": frame(msgpack.packb(["done", 1])),
    "too long": reply(1, 2),
    "garbage": frame(b"\xc1" * 100),
    "trailing bytes": frame(msgpack.packb(["done", 1, 1]) + b"\x01"),
    "no text": frame(b"\x93\xa4done\x01\xa2\xff\xfe"),
    "a failure without a sentence": frame(msgpack.packb(["fail", 1, {"a": 1}])),
    "lists in lists in lists": frame(b"\x93\xa4done\x01" + b"\x91" * 400_000 + b"\xc0"),
    "tuples in tuples in tuples": None,
    "a list as a key": frame(b"\x93\xa4done\x01\x81\x90\x01"),
    "an array without numbers": reply(ext(2, ["<f8", [1000], "C", True])),
    "an array that is too large": reply(ext(2, ["<f8", [10**12], "C", True])),
    "an array of a negative size": reply(ext(2, ["<f8", [-1], "C", True])),
    "an array of 100 axes": reply(ext(2, ["<f8", [1] * 100, "C", True])),
    "an empty array of a huge shape": reply(ext(2, ["<f8", [0, 2**62, 2**62], "C", True])),
    "an array of objects": reply(ext(2, ["|O", [1], "C", True])),
    "an array of text": reply(ext(2, ["<U9", [1], "C", True])),
    "many arrays": reply([ext(2, ["<f8", [100_000], "C", True])] * 100),
    "a scalar of nothing": reply(ext(3, b"<f8:")),
    "an unknown single": reply(ext(4, b"exit")),
    "an unknown activation": reply(ext(8, b"cube")),
    "an unknown code": reply(ext(99, [1])),
    "a handle without a name": reply(holds(20, 1)),
    "a handle of text": reply(holds(20, "1", "a", "b")),
    "a handle named by a number": reply(holds(20, 1, 2, 3)),
    "a handle of a negative number": reply(holds(20, -1, "Value", "Value")),
    "a handle by its number alone": reply(numbered(20, 1)),
    "a number of one byte": reply(ext(21, b"\x01")),
    "a head without its list": reply(ext(1, b"")),
    "a head inside its list": reply([1, ext(1, b""), None]),
    "a head at the end": reply([1, ext(1, b"")]),
    "a head alone in its list": reply([ext(1, b"")]),
    "two heads": reply([ext(1, b""), *holds(1)]),
    "a head as a key": reply({ext(1, b""): 1}),
    "a list without its end": reply([ext(1, b""), 1]),
    "an unknown head": reply(holds(99, 1)),
    "an array as a head": reply(holds(2, "<f8", [1], "C", True)),
    "a long announcement": reply(ext(2, ["<f8", [1] * 2000, "C", True])),
    "an object that was not given": reply(numbered(21, 1)),
    "an object by name": reply(holds(22, 1, "os", "system", None)),
    "a node of no graph": reply(holds(23, 1, 0)),
    "nodes of no graph": reply(holds(25, 1, b"\0" * 8)),
    "an object of the host's by description": reply(holds(21, 1, "os", ["system"])),
    "a call to nothing": frame(msgpack.packb(["ask", 1, "", holds(1), {}])),
    "a call by text": frame(msgpack.packb(["ask", "os", "system", holds(1, "ls"), {}])),
    "a call without arguments": frame(msgpack.packb(["ask"])),
}  # fmt: skip


def _nested(depth: int) -> bytes:
    return (b"\x93" + msgpack.packb(ext(1, b""))) * depth + b"\xc0" + b"\xc0" * depth


FORGED["tuples in tuples in tuples"] = frame(b"\x93\xa4done\x01" + _nested(200))


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_reply_breaks_its_session_and_nothing_else(name):
    assert isinstance(heard(FORGED[name]), str)


def test_a_process_that_says_nothing_is_given_up():
    assert "did not return" in heard(b"", close=False)


def test_a_process_that_drips_is_given_up():
    assert isinstance(heard(reply(1)[:8], close=False), str)


def test_small_replies_cannot_become_large_in_memory():
    structure = b"\xdd" + struct.pack(">I", 2_000_000) + b"\x80" * 2_000_000
    assert "more than" in heard(frame(b"\x93\xa4done\x01" + structure))


def _alike(most: int) -> list[tuple[int, ...]]:
    """Tuples of one hash."""
    return list(itertools.islice(itertools.product((-1, -2), repeat=15), most))


@pytest.mark.parametrize("code", [5, 6, None])
@pytest.mark.parametrize("inner", [1, 6])
def test_keys_that_may_all_have_the_same_hash_are_limited(code, inner):
    def sent(most: int) -> object:
        keys = [holds(inner, *key) if inner == 1 else holds(6, holds(1, *key)) for key in _alike(most)]
        one = b"".join(map(msgpack.packb, keys)) if code else b"".join(msgpack.packb(key) + b"\x01" for key in keys)
        head = (
            b"\xdd" + struct.pack(">I", most + 2) + msgpack.packb(ext(code, b""))
            if code
            else b"\xdf" + struct.pack(">I", most)
        )
        return heard(frame(b"\x93\xa4done\x01" + head + one + (b"\xc0" if code else b"")))

    assert len(sent(450)) == 450
    assert isinstance(sent(1_001), str)


def test_keys_are_counted_for_each_reply_anew_and_plain_ones_are_not():
    tuples = {"set": holds(5, *(holds(1, n, n) for n in range(700)))}
    assert heard(reply([tuples])) == heard(reply([tuples]))
    assert isinstance(heard(reply([tuples, tuples])), str)
    assert len(heard(reply({str(n): n for n in range(20_000)}))) == 20_000
    assert len(heard(reply(holds(5, *range(20_000))))) == 20_000
    assert len(heard(reply([holds(1, n) for n in range(20_000)]))) == 20_000


def test_a_session_that_leaves_parts_out_is_given_up():
    session, process = played()
    with process:
        say(process, frame(msgpack.packb(["part", 1, [["done", 1, None]]])), False)
        say(process, frame(msgpack.packb(["done", 1, None])), False)
        outcomes = session.carry_out([Script("f"), Script("f"), Script("f")])
        assert [done[0].value for done in outcomes] == [1, None, None]
        assert [done[0].error is None for done in outcomes] == [True, False, False]
        assert not session.is_alive()
    session.close()


def test_an_error_that_quotes_what_is_nested_deeply_is_told():
    def fails(value: object) -> None:
        raise ValueError(value)

    session, process = played()
    number = session._objects.refer(fails)[1][0]
    with process:
        deep = b"\x95\xa3ask" + msgpack.packb(number) + b"\xa0\x93\xc7\x00\x01" + b"\x91" * 1000 + b"\xc0" + b"\xc0\x80"
        say(process, frame(deep), False)
        say(process, frame(msgpack.packb(["done", 1, 3])), False)
        assert session.named("x") == 3
    session.close()


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_mutation_of_a_reply_raises_anything_but_an_answer_error(data):
    value = [1, (2.5, "a"), {"k": ext(2, ["<f8", [2, 2], "F", False])}, holds(20, 1, "Value", "Value"), holds(1, 1, 2)]
    whole = bytearray(frame(msgpack.packb(["done", 1, value]), np.ones(4).tobytes()))
    seed = data.draw(st.integers(0, 2**32))
    dice = random.Random(seed)
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(len(whole))
        change = dice.randrange(3)
        if change == 0:
            whole[place] = dice.randrange(256)
        elif change == 1:
            del whole[place : place + dice.randint(1, 8)]
        else:
            whole[place:place] = dice.randbytes(dice.randint(1, 8))
        if not whole:
            break
    heard(bytes(whole))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_structure_raises_anything_but_an_answer_error(data):
    heard(frame(data))


def test_a_reply_above_the_limit_is_refused():
    session, process = played(Limits(probe_seconds=2, reply=0.1))
    with process:
        say(process, frame(msgpack.packb(["done", 1, ext(2, ["|u1", [200_000], "C", True])]), bytes(150_000)), False)
        with pytest.raises(AnswerError, match=r"0\.1 MB"):
            session.named("x")
