"""A graded notebook as a web page, for the formgrader and for feedback.

What the instructor wrote is shown as nbconvert shows it. Of what a student wrote nothing is HTML, the only pictures are
bitmaps that the notebook itself holds, and links lead to http and https, or nowhere at all.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode, from_dict
from traitlets import Bool, Integer

from autograder.scoring.marks import is_given, is_verdict
from autograder.scoring.sanitize import clean_outputs, harmless_attachments

_LINK = re.compile(r"https?://[^\s]+", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=%]*")
_NAMES = ("student", "last_name", "first_name", "notebook_path")  # what the formgrader's template writes as it is

# MathJax: no address, class, style or extension of a formula's own.
_MATH = """<script type="text/x-mathjax-config">MathJax.Hub.Config({Safe: {allow: {
  URLs: "none", classes: "none", cssIDs: "none", styles: "none", require: "none"}}});</script>"""
# A formula may be raised by any height: nothing is painted outside the cell it stands in, over verdicts and scores.
_STYLE = """<style>.text_cell_render, .input_area, .output_subarea { contain: paint; }
.text_cell_render { overflow-x: auto; overflow-y: hidden; }</style>"""
_CDN = "https://cdnjs.cloudflare.com"  # where nbconvert's templates have MathJax and require.js from
_POLICY = (
    f"default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' {_CDN}; style-src 'unsafe-inline' {_CDN}; "
    f"font-src data: {_CDN}; img-src data:; form-action 'none'; base-uri 'none'"
)


class StudentsHTML(HTMLExporter):
    """nbconvert's HTMLExporter for notebooks whose author is not trusted. Takes the same configuration."""

    feedback = Bool(True, help="a page for the student: its links lead somewhere; False: the formgrader's")
    most = Integer(-1, help="characters of a student's cell that are shown; negative: all")

    def from_notebook_node(  # type: ignore[override]  # a page in place of a notebook, as every HTMLExporter
        self, nb: NotebookNode, resources: Any = None, **kwargs: Any
    ) -> tuple[str, Any]:
        """Convert a notebook; nothing in it is trusted but what `make_document` marked."""
        resources = dict(resources or {})
        for name in _NAMES:
            if isinstance(resources.get(name), str):
                resources[name] = escape(resources[name])
        page, resources = super().from_notebook_node(harmless(nb, self.most), resources, **kwargs)
        policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">' if self.feedback else ""
        return page.replace("<head>", f"<head>{policy}{_MATH}{_STYLE}", 1), resources

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Turn Markdown into HTML, according to how far the cell's author is trusted."""
        cell = context.get("cell", {})
        if is_given(cell):
            try:
                return super().markdown2html(context, source)
            except InvalidNotebook:
                pass
        renderer = HarmlessRenderer(self.feedback, cell.get("attachments", {}), **self.lexer_options)
        return MarkdownWithMath(renderer=renderer).render(source)


class HarmlessRenderer(IPythonRenderer):
    """Markdown of a student's: no HTML, no address that is loaded without a click, no anchor that hides another."""

    def __init__(self, links: bool, attachments: dict[str, dict[str, str]], **options: Any) -> None:
        super().__init__(True, False, exclude_anchor_links=True, attachments=attachments, **options)
        self.links = links

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Render a link to http or https; any other as its text and, if it differs, the address."""
        address = escape(url)
        if self.links and _LINK.fullmatch(url):
            return f'<a href="{address}" rel="noopener noreferrer nofollow">{text}</a>'
        return text if text == address else f"{text} ({address})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Render a bitmap of the notebook's own; anything else as a word."""
        name, alternative = url.removeprefix("attachment:"), escape(text)
        if name != url and name in self.attachments:
            kind, data = next(iter(self.attachments[name].items()))
            url = f"data:{kind};base64,{''.join(data.split())}"
        if _PICTURE.fullmatch(url):
            return f'<img src="{url}" alt="{alternative}">'
        return f"(picture not shown: {alternative} {escape(url[:200])})"

    def block_mermaidjs(self, code: str) -> str:
        """Render a diagram as its source: drawing it would load and run more."""
        return f"<pre><code>{escape(code)}</code></pre>\n"


def harmless(nb: NotebookNode, most: int = -1) -> NotebookNode:
    """Return a copy of a graded notebook with nothing of a student's that acts; `most` as in `StudentsHTML`."""
    nb = from_dict(nb)
    nb.metadata.pop("widgets", None)
    for cell in nb.cells:
        if cell.cell_type == "code":
            shown = ([raw] if is_verdict(raw) else clean_outputs([raw]) for raw in cell.outputs)
            cell.outputs = from_dict([output for some in shown for output in some])
        elif not is_given(cell):
            # no formula either: a raw cell has no frame that a formula could be kept in
            cell.source = f"<pre>{escape(unescape(cell.source))}</pre>" if cell.cell_type == "raw" else cell.source
            cell.attachments = from_dict(harmless_attachments(cell.get("attachments")))
        if most >= 0 and not is_given(cell) and not cell.metadata.get("nbgrader", {}).get("locked"):
            cell.source = f"{cell.source[:most]}\n(The rest is not shown: it took too long to convert.)"
            cell.outputs = [o for o in cell.get("outputs", []) if is_verdict(o)] if cell.cell_type == "code" else []
    return nb
