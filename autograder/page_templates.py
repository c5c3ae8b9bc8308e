"""The Jinja environment of the HTML pages: the report, the feedback and the page with all bars."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.wording import percent, plural, points
from barprop.judging.verdict import prose


def page_templates(package: str) -> Environment:
    """Return the templates of a package, with autoescape and the filters that pages share."""
    environment = Environment(
        loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"points": points, "percent": percent, "plural": plural, "prose": _prose}
    return environment


def _prose(text: str) -> Markup:
    return Markup(prose(str(text)))
