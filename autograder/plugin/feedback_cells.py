"""The student's cells as HTML, within the room that a feedback page has. Nothing of a student's is HTML of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from markupsafe import Markup
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.plugin.feedback_content import Cell, Content, Output
from autograder.plugin.formulas import mathml
from autograder.plugin.students_html import HarmlessRenderer

_ROOM = 200_000  # bytes of all the student's cells on one page; a browser on a phone has to load them
_LARGEST = 50_000  # bytes of one cell; colours and formulas can make 30 bytes of one that was typed
_LEXER, _FORMATTER = PythonLexer(), HtmlFormatter(nowrap=True)
_NO_PICTURE = Markup('<p class="note">(A picture of yours is left out: it is too large for this page.)</p>')
_NO_CELL = Markup('<p class="note">(The rest of yours is left out: there is no room for it on this page.)</p>')


class Cells:
    """The cells of a page, each as HTML: `Cells(content)(cell)`.

    Text comes before pictures, and answers before other cells. What is too large with colours and formulas is shown as
    it was typed; what then does not fit is left out, with a word.
    """

    def __init__(self, content: Content) -> None:
        self._room = _ROOM
        answers = [cell for section in content.sections for cell in section.answers]
        cells = [*answers, *(cell for section in content.sections for cell in section.others)]
        self._made = {id(cell): [self._text(cell), *map(self._output, cell.outputs)] for cell in cells}
        for cell in cells:
            self._add_pictures(cell, self._made[id(cell)])

    def __call__(self, cell: Cell) -> Markup:
        """Return a cell and what it gave."""
        return Markup("\n").join(self._made[id(cell)])

    def _text(self, cell: Cell) -> Markup:
        return self._first_that_fits(_sources(cell))

    def _output(self, output: Output) -> Markup:
        """Return what a cell gave; nothing yet for a picture."""
        if output.picture:
            return Markup()
        kind = "output error" if output.error else "output"
        return self._first_that_fits([Markup('<pre class="{}">{}</pre>').format(kind, output.text)])

    def _first_that_fits(self, ways: Iterable[Markup]) -> Markup:
        for way in ways:
            if _size(way) <= min(self._room, _LARGEST):
                self._room -= _size(way)
                return way
        left = _NO_CELL if _size(_NO_CELL) <= self._room else Markup()
        self._room -= _size(left)
        return left

    def _add_pictures(self, cell: Cell, made: list[Markup]) -> None:
        attachments = cell.node.get("attachments") if cell.node.cell_type == "markdown" else None
        if attachments and made[0] == markdown(cell.source):
            whole = markdown(cell.source, attachments)
            if _size(whole) - _size(made[0]) <= self._room:
                self._room -= _size(whole) - _size(made[0])
                made[0] = whole
        for place, output in enumerate(cell.outputs, 1):
            if output.picture:
                picture = Markup('<img src="{}" alt="a picture that this cell made">').format(output.picture)
                made[place] = next((way for way in (picture, _NO_PICTURE) if _size(way) <= self._room), Markup())
                self._room -= _size(made[place])


def _size(html: Markup) -> int:
    return len(html.encode())


def _sources(cell: Cell) -> Iterator[Markup]:
    """Yield the ways to show what was typed: code with its colours, text as Markdown; then as it is."""
    if cell.is_code:
        frame = Markup('<pre class="code" tabindex="0"><code>{}</code></pre>')
        yield frame.format(Markup(highlight(cell.source, _LEXER, _FORMATTER)))
        yield frame.format(cell.source)
    else:
        if cell.node.cell_type != "raw":
            yield markdown(cell.source)
        yield Markup("<pre>{}</pre>").format(cell.source)


def markdown(source: str, attachments: dict[str, Any] | None = None) -> Markup:
    """Return Markdown as HTML, without any HTML that is in it."""
    renderer = _Renderer(True, attachments or {})
    return Markup('<div class="text">{}</div>').format(Markup(MarkdownWithMath(renderer=renderer).render(source)))


class _Renderer(HarmlessRenderer):
    """Writes formulas as MathML."""

    def block_math(self, body: str) -> str:
        """Write a formula on a line of its own."""
        return f"<p>{mathml(body, True)}</p>"

    def multiline_math(self, text: str) -> str:
        """Write a formula over several lines."""
        return f"<p>{mathml(text, True)}</p>"

    def latex_environment(self, name: str, body: str) -> str:
        """Write an environment such as align."""
        latex = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return f"<p>{mathml(latex, True)}</p>"

    def inline_math(self, body: str) -> str:
        """Write a formula in a line."""
        return mathml(body)
