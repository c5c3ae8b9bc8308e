"""The cheat sheet: every bar of the course on one printable page.

What the lecture's board shows is printed. A bar that an exercise asks for and the board does not show has a line to
write it on: a page that every student has must not answer an exercise, and a formula is remembered best by those who
found it and wrote it down.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from latex2mathml.converter import convert

from barprop.exercises import EXERCISES

CHEAT_SHEET = "cheat_sheet.html"
CHEAT_SHEET_IN = "03_gradient_splitting"  # beside the notebook at whose end it waits: it answers exercises before it


@dataclass(frozen=True)
class Row:
    """One step of a graph.

    Parameters
    ----------
    forward : the step, in LaTeX.
    bars : what is to be found, in LaTeX: names, or equations where the board shows them.
    exercise : where it is found.
    note : a word on it.
    """

    forward: str
    bars: tuple[str, ...]
    exercise: str
    note: str = ""


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

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backpropagation by hand: all bars on one page</title>
<style>
@page {{ size: A4; margin: 12mm 14mm }}
:root {{ color-scheme: light dark; --line: #8888; --forward: #0072B2; --backward: #D55E00 }}
@media (prefers-color-scheme: dark) {{ :root {{ --forward: #56B4E9; --backward: #FF8A3D }} }}
@media print {{ :root {{ color-scheme: light; --forward: #0072B2; --backward: #D55E00 }} }}
body {{ font: 10pt/1.3 system-ui, sans-serif; max-width: 182mm; margin: 0 auto; padding: 0 4mm }}
@media print {{ body {{ padding: 0; max-width: none }} }}
h1 {{ font-size: 15pt; margin: 0 0 1mm }}
h2 {{ font-size: 11pt; margin: 3.2mm 0 1mm }}
p {{ margin: 0 0 1.2mm }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed }}
th {{ text-align: left; font-weight: 600; font-size: 9pt }}
td, th {{ border-bottom: 0.2mm solid var(--line); padding: 0.7mm 2mm 0.7mm 0; vertical-align: middle }}
tr {{ break-inside: avoid }}
.forward {{ color: var(--forward); border-left: 0.8mm solid var(--forward); padding-left: 2mm }}
.bars {{ color: var(--backward) }}
.bars span {{ display: inline-block; margin-right: 7mm; white-space: nowrap }}
.blanks {{ display: flex; gap: 3mm }}
.bars .blank {{ display: flex; align-items: end; flex: 1; margin: 0; height: 7.4mm }}
.blank::after {{ content: ""; flex: 1; border-bottom: 0.3mm dashed var(--backward); margin-left: 1.5mm }}
.where {{ font-size: 8.5pt }}
math {{ font-size: 11pt; font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math }}
</style>
<h1>All bars on one page</h1>
<p>A bar is a derivative of the loss: {v_bar} says how the loss changes when {v} does. It has the shape of its
variable. This page is for after notebook 03: it answers exercises of 02 and 03.</p>
<p><b>The pattern:</b> bar of an input = bar of the output × slope of the output with respect to the input. A variable
that is used twice gets the sum of both bars. One step of descent: {descent}. Ascent on the input: {ascent}.</p>
<h2>What the lecture derives on the board</h2>
<table>
<tr><th style="width: 26%">forward</th><th style="width: 42%">backward</th><th>notebook, exercise</th></tr>
{board}
</table>
<h2>Yours to fill in, once its check has passed</h2>
<table>
<tr><th style="width: 26%">forward</th><th style="width: 42%">backward</th><th>notebook, exercise</th></tr>
{yours}
</table>
</html>
"""


def cheat_sheet() -> str:
    """Return the page."""
    return _PAGE.format(
        v_bar=convert(r"\bar{v}"), v=convert("v"), descent=convert(DESCENT), ascent=convert(ASCENT),
        board="\n".join(map(_row, BOARD)), yours="\n".join(map(_row, YOURS)),
    )  # fmt: skip


def _row(row: Row) -> str:
    bars = "".join(
        f"<span>{convert(bar)}</span>" if "=" in bar else f'<span class="blank">{convert(bar)}&nbsp;=</span>'
        for bar in row.bars
    )
    if "=" not in row.bars[0]:
        bars = f'<div class="blanks">{bars}</div>'
    where = f"{EXERCISES[row.exercise].assignment[:2]} <code>{row.exercise}</code>"
    note = f", {escape(row.note)}" if row.note else ""
    return (
        f'<tr><td class="forward">{convert(row.forward)}</td><td class="bars">{bars}</td>'
        f'<td class="where">{where}{note}</td></tr>'
    )
