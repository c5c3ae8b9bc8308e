"""What a session gives for a cell: outputs as a kernel would, in time and in size."""

from __future__ import annotations

from base64 import b64decode

import nbformat
import pytest

from autograder.sandbox import Limits, SandboxError
from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from tests.sandbox_tools import ANSWER, ask, processes, text_of

pytestmark = pytest.mark.parametrize("sandbox", ["isolated", "local"], indirect=True, scope="module")


def outputs(session, source: str) -> list[dict]:
    """The outputs of a cell, after nbformat has agreed that they are outputs."""
    result = session.run_cell(source)
    cell = nbformat.v4.new_code_cell(source, outputs=[nbformat.from_dict(o) for o in result.outputs])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    return result.outputs


def test_the_last_expression_is_the_result(session):
    (shown,) = outputs(session, "x = 3\nx + 4")
    assert shown["output_type"] == "execute_result"
    assert shown["data"] == {"text/plain": "7"}
    assert type(shown["execution_count"]) is int


def test_streams_come_in_order(session):
    shown = outputs(session, "import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c', end='')")
    assert [(o["name"], o["text"]) for o in shown] == [("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c")]


def test_an_error_comes_with_its_traceback(session):
    result = session.run_cell("def f():\n    return 1 / 0\nprint('before')\nf()")
    stream, error = result.outputs
    assert stream["text"] == "before\n"
    assert (error["output_type"], error["ename"], error["evalue"]) == ("error", "ZeroDivisionError", "division by zero")
    assert "return" in "".join(error["traceback"])
    assert result.error == "ZeroDivisionError: division by zero"
    assert session.is_alive()


def test_a_syntax_error_is_an_error(session):
    result = session.run_cell("def f(:\n    pass")
    assert result.outputs[0]["ename"] == "SyntaxError"
    assert result.error.startswith("SyntaxError")


def test_display_magics_and_names_are_as_in_a_kernel(session):
    shown = outputs(session, "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'), 5)")
    assert shown[0]["data"]["text/html"] == "<b>x</b>"
    assert shown[1]["data"] == {"text/plain": "5"}
    assert "loop" in text_of(session.run_cell("%timeit -n 1 -r 1 1"))
    assert text_of(session.run_cell("print(__name__, get_ipython() is not None)")).startswith("__main__ True")
    assert outputs(session, "x = 2;\nx;") == []
    assert text_of(session.run_cell("_ = 1\nimport asyncio\nawait asyncio.sleep(0)\nprint('awaited')")).startswith(
        "awaited"
    )


def test_a_display_can_be_updated_and_cleared(session):
    source = "h = display(1, display_id=True)\nh.update(2)"
    assert [o["data"]["text/plain"] for o in outputs(session, source)] == ["2"]
    source = "from IPython.display import clear_output\nprint(1)\nclear_output(wait=True)\nprint(2)"
    assert [o["text"] for o in outputs(session, source)] == ["2\n"]


def test_a_figure_is_shown_as_a_picture(session):
    shown = outputs(session, "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);")
    (picture,) = [o for o in shown if "image/png" in o.get("data", {})]
    assert b64decode(picture["data"]["image/png"]).startswith(b"\x89PNG")


def test_warnings_are_shown_and_harm_nothing(session):
    result = session.run_cell("import warnings\nwarnings.warn('careful')\nnp.log(0.0)")
    assert "careful" in text_of(result)
    assert not result.error


def test_nobody_answers_input(session):
    assert "keyboard" in session.run_cell("input('name?')").error


def test_long_output_is_cut_and_says_so(sandbox):
    with sandbox.session(Limits(output=0.01)) as session:
        text = text_of(session.run_cell("print('start')\nfor i in range(10_000): print('x' * 50)\n1 / 0"))
        assert text.startswith("start")
        assert "cut off" in text
        assert "ZeroDivisionError" in text
        assert len(text) < 20_000


def test_a_late_cell_is_stopped_and_the_session_goes_on(session):
    result = session.run_cell("y = 1\nwhile True: pass", seconds=0.5)
    assert result.error == "The cell did not return within 0.5 s."
    assert result.outputs[0]["ename"] == "KeyboardInterrupt"
    assert session.is_alive()
    assert session.answers["y"] == 1


def test_a_late_answer_is_stopped_and_the_others_go_on(sandbox):
    with sandbox.session(Limits(probe_seconds=0.5)) as session:
        session.run_cell(ANSWER + "\ndef slow():\n    while True: pass")
        with pytest.raises(AnswerError, match=r"slow did not return within 0\.5 s\."):
            Run(session.answers)("slow")
        assert session.is_alive()
        assert ask(session) == 42


def test_what_cannot_be_stopped_is_ended(sandbox):
    with sandbox.session(Limits(probe_seconds=0.5)) as session:
        session.run_cell(
            ANSWER + "\nimport time\ndef slow():\n    while True:\n        try: time.sleep(1)\n        except: pass"
        )
        for _ in range(2):
            with pytest.raises(AnswerError, match="slow did not return"):
                Run(session.answers)("slow")
        assert not session.is_alive()
        assert "slow did not return" in ask(session)
        assert "slow did not return" in session.run_cell("1").error


def test_files_are_laid_into_the_working_folder(sandbox):
    with sandbox.session(files={"a.txt": b"hello", "../b.py": b"x = 5"}) as session:
        assert text_of(session.run_cell("print(open('a.txt').read())\nimport b\nprint(b.x)")).startswith("hello\n5")


def test_a_file_that_does_not_fit_is_refused(sandbox):
    before = processes(sandbox.pid)
    with pytest.raises(SandboxError, match=r"big\.bin cannot be copied"):
        sandbox.session(Limits(scratch=1), files={"big.bin": bytes(2_000_000)})
    assert processes(sandbox.pid) == before


def test_draws_are_the_same_in_a_second_session(sandbox):
    source = "import random, numpy as np\nprint(random.random(), np.random.rand(), list({'a', 'b', 'c', 'd'}))"
    seen = []
    for _ in range(2):
        with sandbox.session() as session:
            seen.append(text_of(session.run_cell(source)))
    assert seen[0] == seen[1]
