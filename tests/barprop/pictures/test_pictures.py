"""The static pictures: letters large enough, words for those who do not see, and both themes."""

from __future__ import annotations

import base64
import html
import inspect
import io
import re
from functools import cache
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text
from PIL import Image

from barprop.pictures import adversarial, layers, neuron, photos, splitting, tape
from barprop.pictures.picture import THEMES
from barprop.pictures.style import BACKWARD, FORWARD, WIDE
from tests.barprop.pictures.samples import PICTURES, picture

# What JupyterLab leaves a picture in a window of 800 pixels, its file browser open: see tests/browser/test_pictures.py.
NARROW = 348
each_picture = pytest.mark.parametrize("name", PICTURES)


@cache
def shown(name: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Return a picture as a notebook gets it: data by type, and metadata."""
    return picture(name)._repr_mimebundle_()


def test_every_picture_of_the_course_is_here() -> None:
    modules = (adversarial, layers, neuron, photos, splitting, tape)
    drawn = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and str(inspect.signature(function).return_annotation).startswith("Picture")
    }
    assert drawn == {name.split(",")[0] for name in PICTURES}


def letters(figure: Figure) -> list[Text]:
    """Return every text that is seen, indices of mathematics aside."""
    figure.canvas.draw()
    found = [one for one in figure.findobj(Text) if isinstance(one, Text)]
    return [one for one in found if one.get_visible() and one.get_text().strip()]


@each_picture
def test_letters_stay_large_in_a_narrow_page(name: str) -> None:
    figure = picture(name).figure
    shrunk = min(1.0, NARROW / picture(name).width)
    small = {one.get_text(): one.get_fontsize() * 96 / 72 * shrunk for one in letters(figure)}
    assert {text: size for text, size in small.items() if size < 9} == {}
    assert figure.get_figwidth() <= WIDE + 1e-9


@each_picture
def test_no_letters_collide_or_are_cut(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    figure, draw, seen = picture(name).figure, Text.draw, {}

    def drawn(text: Text, renderer: Any) -> None:
        if text.get_visible():
            seen[text] = (text.get_text(), text.get_window_extent(renderer).padded(-1.5))
        draw(text, renderer)

    figure.canvas.draw()  # lay it out
    monkeypatch.setattr(Text, "draw", drawn)  # a figure holds labels that it does not draw
    figure.canvas.draw()
    boxes = [(text, box) for text, box in seen.values() if text.strip()]
    pairs = [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[:i] if one.overlaps(other)]
    assert pairs == []
    width, height = figure.bbox.size
    cut = [text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    assert cut == []


@each_picture
def test_a_picture_says_what_it_shows(name: str) -> None:
    data, metadata = shown(name)
    alt = picture(name).alt
    assert len(alt.split()) >= 8
    assert alt.endswith((".", "?"))
    assert not re.search(r"[$\\{}]|nan|object at", alt)
    assert data["text/plain"] == metadata["image/png"]["alt"] == alt
    assert f'alt="{html.escape(alt)}"' in data["text/html"]


def svg_of(name: str) -> str:
    """Return the SVG inside a picture's HTML."""
    found = re.search(r'content:url\("data:image/svg\+xml,([^"]*)"\)', shown(name)[0]["text/html"])
    assert found
    return unquote(found.group(1))


@each_picture
def test_every_colour_follows_the_theme(name: str) -> None:
    svg = svg_of(name)
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    assert "".join(root[0].itertext()) == picture(name).alt
    drawing = svg[svg.index("</style>") :]
    fixed = set(re.findall(r"(?:fill|stroke)(?:: |=')(#[0-9a-fA-F]{6})", drawing))
    # what stands on an image of its own, such as the numbers on coloured cells, keeps its colour
    assert fixed <= {to_hex("black")}
    assert set(re.findall(r"var\((--c\d+t?)\)", svg)) <= set(re.findall(r"(--c\d+t?):", svg))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("line", "paper"), [(0, "#FFFFFF"), (2, "#111111")], ids=["light", "dark"])
def test_contrasts(line: int, paper: str) -> None:
    def contrast(colour: str) -> float:
        low, high = sorted((luminance(colour), luminance(paper)))
        return (high + 0.05) / (low + 0.05)

    parts = [part for part in THEMES.values() if part[0] not in ("#FFFFFF", "#CFE3F1")]
    assert [part for part in parts if contrast(part[line]) < 3] == []
    assert [part for part in parts if contrast(part[line + 1]) < 4.5] == []


@each_picture
def test_readers_without_a_style_sheet_get_a_png(name: str) -> None:
    data, _ = shown(name)
    bare = re.sub(r"<style>.*?</style>", "", data["text/html"], flags=re.S)
    assert f'src="data:image/png;base64,{data["image/png"]}"' in bare
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as image:
        assert image.width >= picture(name).width


def test_the_same_colour_means_the_same_in_04_and_05() -> None:
    def maps(name: str) -> set[Any]:
        images = [image for axes in picture(name).figure.axes for image in axes.get_images()]
        return {image.get_cmap().name for image in images} - {"gray_r"}

    names = ("layers.first_weights", "adversarial.bars", "adversarial.magnified")
    assert {name: maps(name) for name in names} == {name: {"signed"} for name in names}


def test_no_bar_goes_back_to_a_constant() -> None:
    """The tape of the neuron has two constants, each read once."""
    (axes,) = picture("tape.draw").figure.axes
    colours = [to_hex(patch.get_edgecolor()) for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    assert colours.count(FORWARD.lower()) == colours.count(BACKWARD.lower()) + 2


def test_a_picture_is_the_same_in_every_run() -> None:
    one, other = (neuron.graph()._repr_mimebundle_()[0]["text/html"] for _ in range(2))
    assert one == other
