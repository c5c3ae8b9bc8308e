"""Configure Sphinx for the course's site; `make site` calls it with the pages that tools/make_site.py lays out."""

from __future__ import annotations

import os
from typing import Any

import latex2mathml.converter
from docutils import nodes

project = "Backpropagation by hand"
author = "the authors of barprop"
version = release = os.environ["SITE_VERSION"]
repository = os.environ.get("SITE_REPOSITORY", "")

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
nb_execution_mode = "off"  # the outputs are those of the solutions, which the build executes
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_google_docstring = False

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_css_files = ["course.css"]
html_js_files = ["course.js"]
html_extra_path = ["download"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_theme_options: dict[str, Any] = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_persistent": [],
    "home_page_in_toc": True,
}
if repository:
    html_theme_options |= {
        "repository_url": repository,
        "use_repository_button": True,
        "use_issues_button": True,
    }


def _formula(node: Any, display: str) -> str:
    return str(latex2mathml.converter.convert(node.astext(), display=display))


def setup(app: Any) -> None:
    """Write formulas as MathML: no script, no network."""

    def inline(self: Any, node: Any) -> None:
        self.body.append(_formula(node, "inline"))
        raise nodes.SkipNode

    def block(self: Any, node: Any) -> None:
        self.body.append(f'<div class="math">{_formula(node, "block")}</div>')
        raise nodes.SkipNode

    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(block, None))
