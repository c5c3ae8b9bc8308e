"""What a session gives: outputs as a kernel would, answers as data or handles, calls both ways."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time

import numpy as np
import pytest

from autograder.sandbox import LocalSandbox, SandboxError
from barprop.activations import tanh
from barprop.answers.calls import Handle, Run
from barprop.answers.failures import AnswerError
from barprop.fixtures.graphs import Graph, GraphNode
from tests.sandbox_tools import ANSWER, ask, processes

pytestmark = pytest.mark.parametrize("sandbox", ["isolated", "local"], indirect=True, scope="module")

# --- answers ----------------------------------------------------------------------------------


def test_data_comes_as_data(session):
    session.run_cell(
        "a = {'x': [1, (2.5, None)], 'y': np.arange(3.0)}\nb = np.float64(2)\nclass C(float): pass\nc = C(1)"
    )
    assert session.answers["a"]["x"] == [1, (2.5, None)]
    assert session.answers["a"]["y"].tolist() == [0, 1, 2]
    assert type(session.answers["b"]) is np.float64
    assert isinstance(session.answers["c"], Handle)
    with pytest.raises(AnswerError, match="There is no nothing"):
        session.answers["nothing"]


def test_calls_report_what_they_do_to_their_arguments(session):
    session.run_cell("def f(x, y):\n    x[0] = 7\n    return y")
    seen = session.answers["f"].observe((np.zeros(2), np.ones(2)), {})
    assert seen.changed == ("x",)
    assert seen.shared == "argument"
    assert seen.value.tolist() == [1, 1]


def test_arguments_keep_their_form(session):
    session.run_cell(
        "def f(a): return a.flags.f_contiguous, a.flags.c_contiguous, a.flags.writeable, str(a.dtype), a.shape"
    )
    fortran = np.asfortranarray(np.ones((2, 3)))
    fortran.flags.writeable = False
    assert Run(session.answers)("f", fortran) == (True, False, False, "float64", (2, 3))
    session.run_cell(
        "def g(sigma, w): return sigma.slope(0.5), type(w), type(w[0]), sigma is __import__('barprop').tanh"
    )
    slope, kind, inner, same = Run(session.answers)("g", tanh, [(1, 2)])
    assert slope == tanh.slope(0.5)
    assert same is True
    assert (type(kind).__name__, type(inner).__name__) == ("type", "type")


def test_what_goes_wrong_inside_is_one_sentence(session):
    session.run_cell(
        "def f(x):\n    return x.nothing\ndef g(a, b): pass\ndef h(x): raise NotImplementedError\ndef r(x): return r(x)"
    )
    run = Run(session.answers)
    for name, words in {
        "f": "f stopped with AttributeError: .* (line 2: `return x.nothing`)",
        "g": "called with 1 argument",
        "h": "not written yet",
        "r": "calls itself without end",
    }.items():
        with pytest.raises(AnswerError) as caught:
            run(name, 1.0)
        assert "".join(words.split(".* ")[-1:]) in str(caught.value)
    assert session.is_alive()


VALUE = """
class Value:
    def __init__(self, data, parents=()):
        self.data, self.parents = np.asarray(data, float), parents
    def __add__(self, other): return Value(self.data + getattr(other, "data", other), (self, other))
    def __radd__(self, other): return Value(other + self.data, (self,))
    def __matmul__(self, other): return Value(self.data @ getattr(other, "data", other))
    def __rmatmul__(self, other): return Value(other @ self.data)
    def __pow__(self, k): return Value(self.data ** k)
    def __neg__(self): return Value(-self.data)
    def __truediv__(self, other): raise ZeroDivisionError("no")
    def sum(self, axis=None): return Value(self.data.sum(axis))
    __array_ufunc__ = None
"""


def test_objects_are_driven_through_handles(session):
    session.run_cell(VALUE)
    run = Run(session.answers)
    a, b = run("Value", [1.0, 2.0]), run("Value", 3.0)
    assert type(a).__name__ == "Value"
    out = a + b
    assert out.data.tolist() == [4, 5]
    assert out.parents[0] is a
    assert out.parents[1] is b
    assert out.parents[0] is not b
    assert (np.ones(2) + a).data.tolist() == [2, 3]
    assert (1 + a).parents[0] is a
    assert (np.ones((3, 2)) @ a).data.shape == (3,)
    assert (a @ np.ones(2)).data == 3
    assert (-(a**2)).data.tolist() == [-1, -4]
    assert run.send(a, "sum", axis=0).data == 3
    with pytest.raises(AnswerError, match="ZeroDivisionError: no"):
        a / b
    with pytest.raises(AnswerError, match="stopped with TypeError"):
        a - b
    with pytest.raises(AnswerError, match=r"Value\.nothing stopped"):
        run.get(a, "nothing")
    assert np.asarray(a).dtype == object
    assert a == a
    assert a != b


def test_a_handle_stays_the_same_object_while_others_come_and_go(session):
    session.run_cell(VALUE)
    run = Run(session.answers)
    a = run("Value", 1.0)
    for _ in range(200):
        out = a + a
        assert out.parents[0] is a
    for _ in range(50):
        parents = out.parents
        del parents
        assert [p is a for p in out.parents] == [True, True]
    held = len(session._objects._handles)
    assert held < 10


def test_a_handle_of_another_session_is_refused(sandbox, session):
    session.run_cell(VALUE)
    a = Run(session.answers)("Value", 1.0)
    with sandbox.session() as other:
        other.run_cell(ANSWER)
        assert "belongs to another notebook" in ask(other, a)
        assert other.is_alive()


def test_the_host_can_be_called_back(session):
    session.run_cell("def double(f, n):\n    return [f(np.arange(3.0) * i)[1] for i in range(n)]")
    asked = []

    def f(u):
        asked.append(u)
        return u + 1

    assert ask(session, f, 3) == [1.0, 2.0, 3.0]
    assert asked[2].tolist() == [0, 2, 4]


class Layer:
    """A host-side object: its public methods may be called, and nothing else."""

    secret = 5

    def __init__(self):
        self.seen = []

    def forward(self, x):
        self.seen.append(x)
        return x * 2

    def fails(self, x):
        raise ValueError(f"shape {np.shape(x)} does not fit")

    def leaks(self):
        raise FileNotFoundError("/home/instructor/course")

    def _hidden(self):
        return "hidden"


def test_of_an_object_only_public_methods_are_reached(session):
    session.run_cell(
        "def double(layer):\n"
        "    found = [n for n in dir(layer) if not n.startswith('__')]\n"
        "    errors = []\n"
        "    for name in ('secret', '_hidden', 'seen'):\n"
        "        try: getattr(layer, name)\n"
        "        except AttributeError: errors.append(name)\n"
        "    return found, errors, layer.forward(3.0), layer"
    )
    layer = Layer()
    found, errors, value, same = ask(session, layer)
    assert found == ["fails", "forward", "leaks"]
    assert errors == ["secret", "_hidden", "seen"]
    assert value == 6
    assert same is layer
    assert layer.seen == [3.0]
    session.run_cell("def double(layer):\n    layer._channel.send(['ask', 1, '_hidden', (), {}])")
    assert isinstance(ask(session, layer), str)


def test_errors_of_the_host_come_back_without_its_secrets(session):
    session.run_cell(
        "def double(layer):\n    said = []\n    for call in (lambda: layer.fails([1, 2]), layer.leaks):\n"
        "        try: call()\n        except Exception as error: said.append(f'{type(error).__name__}: {error}')\n"
        "    return said"
    )
    assert ask(session, Layer()) == [
        "ValueError: shape (2,) does not fit",
        "RuntimeError: stopped with FileNotFoundError",
    ]


def test_calls_go_back_and_forth(session):
    """An answer calls the host, which calls another answer, which calls the host again."""
    session.run_cell("def inner(x, g): return g(x) + 1\ndef double(f): return f(10)")
    run = Run(session.answers)
    assert ask(session, lambda x: run("inner", x, lambda y: 2 * y)) == 21


def test_an_answer_can_be_handed_to_an_answer(session):
    session.run_cell("def square(x): return x * x\ndef double(f): return f(3), f is square")
    assert ask(session, session.answers["square"]) == (9, True)


def test_graphs_go_by_value_and_their_nodes_come_back(session):
    session.run_cell(
        "def double(node):\n    met, todo = [], [node]\n    seen = set()\n    while todo:\n        n = todo.pop()\n"
        "        if id(n) not in seen:\n            seen.add(id(n)); met.append(n); todo += n.parents\n    return met"
    )
    size = 10_000
    graph = Graph([(), *((i,) for i in range(size - 1))])
    order = ask(session, graph.nodes[-1])
    assert len(order) == size
    assert all(type(node) is GraphNode for node in order)
    assert all(node is graph.nodes[size - 1 - i] for i, node in enumerate(order))
    assert session._callbacks == 0


def test_too_much_at_once_is_one_sentence(session):
    session.run_cell("def double(x): return np.zeros(10_000_000)")
    assert "cannot be read" in ask(session) or "malformed" in ask(session)


def test_several_threads_use_sessions_at_once(sandbox):
    found = []

    def work(number: int) -> None:
        with sandbox.session() as session:
            session.run_cell(f"def double(x): return x + {number}")
            for _ in range(20):
                found.append(ask(session, 1) == 1 + number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 80


def test_closing_leaves_no_process(sandbox):
    before = processes(sandbox.pid)
    session = sandbox.session()
    assert len(processes(sandbox.pid)) == len(before) + 1
    session.close()
    session.close()
    assert processes(sandbox.pid) == before
    assert isinstance(ask(session), str)
    assert not session.is_alive()


# --- what the machine gives -------------------------------------------------------------------


def test_a_warm_process_that_dies_is_told(sandbox):
    with type(sandbox)() as made:
        warm = max(processes(made.pid))  # the last that was started
        session = made.session()
        family = processes(made.pid)
        os.kill(warm, signal.SIGKILL)
        with pytest.raises((SandboxError, AnswerError)):
            session.answers["x"]
        with pytest.raises(SandboxError, match="broke"):
            made.session()
    if isinstance(made, LocalSandbox):  # without walls nothing ties a session to it but its own good will
        return
    late = time.monotonic() + 20
    while any(os.path.exists(f"/proc/{pid}") for pid in family) and time.monotonic() < late:
        time.sleep(0.05)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in family)


def test_nothing_of_the_sandbox_is_left_on_the_host(sandbox):
    listed = subprocess.run(["mount"], capture_output=True, text=True, check=False).stdout
    assert "/course" not in listed
