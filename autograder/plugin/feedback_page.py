"""The feedback page: what to mend next, then exercise by exercise the answer and what is said of it.

One file without a script; it loads nothing. Of what a student wrote nothing is HTML.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Template
from markupsafe import Markup
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from autograder.page_templates import page_templates
from autograder.plugin.feedback_cells import Cells, markdown
from autograder.plugin.feedback_content import Content, content_of
from autograder.plugin.students_html import StudentsHTML, harmless

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
_LIGHT, _DARK = "friendly", "github-dark"


class FeedbackPage(StudentsHTML):
    """A page for the student, in the place of nbconvert's; notebooks and configuration as for `StudentsHTML`."""

    def from_notebook_node(  # type: ignore[override]  # a page in place of a notebook, as every HTMLExporter
        self, nb: NotebookNode, resources: Any = None, **kwargs: Any
    ) -> tuple[str, Any]:
        """Make the page of a graded notebook. nbgrader's preprocessors put scores and comments into it first."""
        nb, resources = harmless(nb, self.most), self._init_resources(resources)
        for preprocessor in self._preprocessors:  # on this copy: nbconvert copies and validates at each of them
            if not isinstance(preprocessor, CSSHTMLHeaderPreprocessor):  # the colours of nbconvert's own pages
                nb, resources = preprocessor(nb, resources)
        resources["output_extension"] = ".html"
        return render(content_of(nb), dict(resources.get("nbgrader", {}))), resources


def render(content: Content, facts: dict[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    facts : dict
        nbgrader's: notebook, assignment, student, and where it knows them score, max_score and late_penalty; ours:
        name, course, late_days (how late it was, in words), and handed_in and graded, times as they are shown.
    """
    score, most = facts.get("score"), facts.get("max_score")
    notebook, assignment = str(facts.get("notebook", "Feedback")), str(facts.get("assignment", ""))
    student = str(facts.get("student", ""))
    name = str(facts.get("name") or student)
    return _template().render(
        content=content,
        shown=Cells(content),
        title=notebook,
        about=_about(assignment, notebook),
        assignment=assignment,
        course=str(facts.get("course", "")),
        student=name if name == student else f"{name} ({student})",
        handed_in=str(facts.get("handed_in", "")),
        graded=str(facts.get("graded", "")),
        score=sum(s.score for s in content.graded) if score is None else max(float(score), 0.0),
        most=sum(s.most for s in content.graded) if most is None else float(most),
        late_days=str(facts.get("late_days", "")),
        late=float(facts.get("late_penalty") or 0.0),
        policy=_POLICY,
        light=_colours(_LIGHT),
        dark=_colours(_DARK),
    )


def _about(assignment: str, notebook: str) -> str:
    """Return what the browser's tab says the page is about: 02_bar_notation, or ps1/p2 where that is not the same."""
    same = notebook in (assignment, assignment.lstrip("0123456789_- "))
    return assignment if same else "/".join(filter(None, (assignment, notebook)))


@cache
def _template() -> Template:
    environment = page_templates("autograder.plugin")
    environment.filters["markdown"] = markdown
    return environment.get_template("feedback.html.j2")


@cache
def _colours(style: str) -> Markup:
    """Return the rules that colour code."""
    return Markup(HtmlFormatter(style=style).get_style_defs(".code"))
