"""Write every widget as a web page of its own, for slides and course pages: no kernel, no network."""

from __future__ import annotations

import argparse
import base64
import html
import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

# the page's side of a model: what anywidget gives to `render`, without a kernel
_PAGE = """<!doctype html>
<html lang="en" class="bp-alone">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
html {{ color-scheme: light dark; background: light-dark(#ffffff, #111111); }}
body {{ max-width: 840px; margin: 0 auto; padding: 8px; }}
{style}
</style>
<body>
<main id="widget"></main>
<script type="application/json" id="state">{state}</script>
<script type="application/json" id="answers">{answers}</script>
<script type="application/json" id="source">{source}</script>
<script type="module">
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const decoded = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const plain = (value) => (value?.base64 === undefined ? value : new DataView(decoded(value.base64).buffer));
const state = Object.fromEntries(Object.entries(read("state")).map(([key, value]) => [key, plain(value)]));
// what a kernel would answer, by what is asked: the values of the traits of `initial`
const answers = read("answers");
const first = {{ ...state }};
const asked = () => JSON.stringify(Object.keys(state.initial).map((key) => state[key]));
const inflated = async (bytes) => {{
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}};
const unpacked = async (key, value) => {{
  if (value?.change === undefined) return plain(value);
  const bytes = await inflated(decoded(value.change));
  return new DataView(bytes.map((each, i) => each + first[key].getUint8(i)).buffer);
}};
const listeners = new Map();
const model = {{
  get: (key) => (key === "answered" ? Object.keys(answers).map((each) => JSON.parse(each)) : state[key]),
  set: (key, value) => {{ state[key] = value; }},
  async save_changes() {{
    const question = asked();
    const answer = Object.entries(answers[question] ?? {{}});
    for (const pair of answer) pair[1] = await unpacked(...pair);
    if (asked() !== question) return;
    for (const [key, value] of answer) state[key] = value;
    for (const [key] of answer) for (const heard of listeners.get(`change:${{key}}`) ?? []) heard();
  }},
  on(event, heard) {{ listeners.set(event, [...(listeners.get(event) ?? []), heard]); }},
  off(event, heard) {{ listeners.set(event, (listeners.get(event) ?? []).filter((each) => each !== heard)); }},
  send() {{}},
}};
const address = URL.createObjectURL(new Blob([read("source")], {{ type: "text/javascript" }}));
const {{ default: widget }} = await import(address);
widget.render({{ model, el: document.getElementById("widget") }});
// a page that shows this one in a frame may give it the height it needs
if (parent !== window) {{
  const tell = () => parent.postMessage({{ barpropHeight: document.body.offsetHeight + 8 }}, "*");
  new ResizeObserver(tell).observe(document.body);
}}
</script>
</body>
</html>
"""


def page(widget: Any, title: str) -> str:
    """Return a web page that holds one widget as it is now and needs nothing else.

    Parameters
    ----------
    widget : object
        A widget of the course.
    title : str
        Of the page.
    """
    state = {name: getattr(widget, name) for name in widget.traits(sync=True)}
    answers = {
        asked: {name: _packed(value, state[name]) for name, value in answer.items()}
        for asked, answer in widget.answers().items()
    }
    plain = {name: _packed(value) for name, value in state.items()}
    return page_of_state(plain | {"_esm": str(widget._esm)}, title, answers)


def page_of_state(state: Mapping[str, Any], title: str, answers: Mapping[str, Any] | None = None) -> str:
    """Return a web page that holds one widget as a notebook saved it.

    Parameters
    ----------
    state : mapping
        The values of the widget's traits by name; bytes as {"base64": text}, the script in "_esm".
    title : str
        Of the page.
    answers : mapping, optional
        What the kernel would answer, as `Widget.answers` has it; bytes as {"change": text}, which is their difference
        to the state, deflated.
    """
    from barprop.widgets.base import bundled

    plain = {name: value for name, value in state.items() if not name.startswith("_") and _is_plain(value)}
    return _PAGE.format(
        title=html.escape(title),
        style=bundled("style.css"),
        state=_inside_script(plain),
        answers=_inside_script(answers or {}),
        source=_inside_script(state["_esm"]),
    )


def _packed(value: Any, before: bytes | None = None) -> Any:
    """Return a trait's value as JSON can hold it; bytes by what differs from those before, where these are given."""
    if not isinstance(value, bytes):
        return value
    if before is None:
        return {"base64": base64.b64encode(value).decode("ascii")}
    change = (np.frombuffer(value, np.uint8) - np.frombuffer(before, np.uint8)).tobytes()  # modulo 256
    return {"change": base64.b64encode(zlib.compress(change)).decode("ascii")}


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float, bool, list, dict))


def _inside_script(data: Any) -> str:
    """Return JSON that no HTML parser takes for the end of its element."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _examples() -> dict[str, Callable[[], Any]]:
    """Return a maker for each widget's page: its defaults, or an example of the course."""
    from barprop import widgets
    from barprop.widgets import examples

    return {
        "GraphStepper": widgets.GraphStepper,
        "GraphStepper-forward": lambda: widgets.GraphStepper(way="forward"),
        "CacheLedger": widgets.CacheLedger,
        "NudgeTest": widgets.NudgeTest,
        "Descent": widgets.Descent,
        "SplitBars": widgets.SplitBars,
        "SplitBars-bare": lambda: widgets.SplitBars(shares=False),
        "SplitBars-train": lambda: widgets.SplitBars(mode="train", steps=20),
        "ContractCard": widgets.ContractCard,
        "PerturbPad": examples.perturb_pad,
        "PicturePad": examples.picture_pad,
        "DigitPad": examples.digit_pad,
        "TapeView": examples.tape_view,
    }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `python -m barprop widgets`."""
    parser.add_argument("--html", metavar="DIR", type=Path, required=True, help="the folder to write the pages to")


def run(arguments: argparse.Namespace) -> int:
    """Write the pages and say where they are."""
    folder: Path = arguments.html
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, make in _examples().items():
            target = folder / f"{name}.html"
            target.write_text(page(make(), name), encoding="utf-8")
            print(target)
    except OSError as error:
        print(f"The pages cannot be written to {folder}: {error.strerror}. Name another folder with --html.")
        return 1
    return 0
