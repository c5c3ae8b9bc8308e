"""The cheat sheet: every bar of the course on one printable page.

What the lecture's board shows is printed. A bar that an exercise asks for and the board does not show has a line to
write it on: a page that every student has must not answer an exercise, and a formula is remembered best by those who
found it and wrote it down.
"""

from __future__ import annotations

from dataclasses import dataclass

from latex2mathml.converter import convert
from markupsafe import Markup

from autograder.page_templates import page_templates
from barprop.exercises import EXERCISES

CHEAT_SHEET = "cheat_sheet.html"
CHEAT_SHEET_IN = "03_gradient_splitting"  # beside the notebook at whose end it waits: it answers exercises before it


@dataclass(frozen=True)
class Row:
    """One step of a graph.

    Parameters
    ----------
    forward : str
        The step, in LaTeX.
    bars : tuple of str
        What is to be found, in LaTeX: names, or equations where the board shows them.
    exercise : str
        Where it is found.
    note : str
        A word on it.
    """

    forward: str
    bars: tuple[str, ...]
    exercise: str
    note: str = ""

    @property
    def notebook(self) -> str:
        """The number of the exercise's notebook, such as "02"."""
        return EXERCISES[self.exercise].assignment[:2]


_HALF = r"\frac{1}{2}"
BOARD = (
    Row(
        rf"l = {_HALF}(y - e)^2",
        (r"\bar{e} = -\bar{l}\,(y - e)", r"\bar{y} = \bar{l}\,(y - e)"),
        "bar_e",
        "l-bar is 1",
    ),
    Row(r"e = v\,h", (r"\bar{v} = \bar{e}\,h", r"\bar{h} = \bar{e}\,v"), "bar_v"),
    Row(r"h = \sigma(z)", (r"\bar{z} = \bar{h}\,\sigma'(z)",), "bar_z", "ReLU: slope 1 or 0"),
    Row(r"z = w \cdot x", (r"\bar{w} = \bar{z}\,x", r"\bar{x} = \bar{z}\,w"), "bar_w"),
    Row(r"z = w_1 x_1 + w_2 x_2", (r"\bar{w}_1 = \bar{z}\,x_1", r"\bar{w}_2 = \bar{z}\,x_2"), "split"),
)
DESCENT, ASCENT = r"w \leftarrow w - \eta\,\bar{w}", r"x \leftarrow x + \alpha\,\bar{x}"

_EACH = (r"\bar{v}", r"\bar{h}")
_LINEAR = (r"\bar{W}", r"\bar{b}", r"\bar{X}")
YOURS = (
    Row("e = v + h", _EACH, "new_steps"),
    Row(r"e = v\,h^2", _EACH, "new_steps"),
    Row(r"e = \frac{h}{v}", _EACH, "new_steps"),
    Row(r"l = \log(1 + \mathrm{e}^{-m})", (r"\bar{m}",), "logistic_backward", "m = y z"),
    Row(r"h = \tanh(z)", (r"\bar{z}",), "slopes_from_output", "from h alone"),
    Row(r"z = a_1 \cdot h_1 + a_2 \cdot h_2", (r"\bar{a}_1", r"\bar{h}_1"), "branches_backward", "two branches"),
    Row(r"h_1 = W_1 x, \; h_2 = W_2 x", (r"\bar{W}_1", r"\bar{x}"), "fan_out", "one x, used twice"),
    Row(r"Z = X W^\top + b", _LINEAR, "linear_backward", "one example per row"),
    Row(rf"l = {_HALF}\,\mathrm{{mean}}\,(y - e)^2", (r"\bar{e}", r"\bar{y}"), "SquaredError", "over n rows"),
    Row(r"l = \mathrm{mean}(-\log p_y)", (r"\bar{z}",), "SoftmaxCrossEntropy", "logits z, p their soft-max"),
    Row("C = A B", (r"\bar{A}", r"\bar{B}"), "matmul_bars"),
    Row("H = X + b", (r"\bar{b}",), "unbroadcast", "b was stretched over the rows"),
    Row(r"h = \mathrm{ReLU6}(z)", (r"\bar{z}",), "ReLU6"),
    Row(r"h = \mathrm{mean}(X)", (r"\bar{X}",), "MeanPool", "over a picture"),
    Row("h = x + f(x)", (r"\bar{x}",), "Residual"),
    Row(r"H = \mathrm{conv}(X, W) + b", _LINEAR, "DepthwiseConv2d"),
)


def cheat_sheet() -> str:
    """Return the page."""
    templates = page_templates("autograder.course")
    templates.filters["formula"] = lambda text: Markup(convert(text))
    page = templates.get_template("cheat_sheet.html.j2")
    return page.render(board=BOARD, yours=YOURS, descent=DESCENT, ascent=ASCENT) + "\n"
