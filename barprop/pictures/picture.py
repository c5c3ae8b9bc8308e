"""A figure in a notebook: it follows the reader's theme, and says in words what it shows."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from typing import Any
from urllib.parse import quote

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from barprop.pictures.style import BACKWARD, FAINT, FIFTH, FORWARD, FOURTH, INK, PAPER, THIRD, TINT, WRONG

_PIXELS = 96  # CSS pixels in an inch
_FINE, _COARSE = 150, 100  # dots an inch of the PNG, without and with a photo in it
_PHOTO = 100  # an image so many pixels wide is a photo: smooth, and small as a JPEG

# colour -> (as a line in light, as letters in light, as a line in dark, as letters in dark)
THEMES = {
    INK: ("#333333", "#333333", "#E2E2E2", "#E2E2E2"),
    FAINT: ("#8A8A8A", "#666666", "#949494", "#A8A8A8"),
    PAPER: ("#FFFFFF", "#FFFFFF", "#111111", "#111111"),
    TINT: ("#CFE3F1", "#CFE3F1", "#12405C", "#12405C"),
    FORWARD: ("#0072B2", "#00649C", "#56B4E9", "#7CC6F0"),
    BACKWARD: ("#D55E00", "#A84300", "#F0883E", "#FFAB70"),
    THIRD: ("#007A5A", "#007A5A", "#3FC79A", "#3FC79A"),
    FOURTH: ("#8B4FA8", "#8B4FA8", "#CE9BE6", "#CE9BE6"),
    FIFTH: ("#8A6D00", "#8A6D00", "#DDBB44", "#DDBB44"),
    WRONG: ("#B00020", "#B00020", "#FF8095", "#FF8095"),
}
_NAMES = {colour: f"--c{number}" for number, colour in enumerate(THEMES)}

# JupyterLab, nbconvert and Visual Studio Code mark the theme on the body. Any other page may be dark without a
# word to its images: there a picture follows the reader's system and has its own paper.
_STYLE = """img.barprop-picture{color-scheme:light dark;max-width:100%;height:auto;background:light-dark(#fff,#111)}
body:is([data-jp-theme-light],[data-vscode-theme-kind]) img.barprop-picture{color-scheme:light;background:none}
body:is([data-jp-theme-light="false"],[data-vscode-theme-kind$="dark"],[data-vscode-theme-kind$="contrast"])
img.barprop-picture{color-scheme:dark}"""


class Picture:
    """A figure as a notebook shows it.

    Its output carries three things: HTML for JupyterLab and exports, in which an SVG follows the theme; a PNG for
    readers that take no HTML or strip it of its style sheet; and the sentence for those who do not see.

    Parameters
    ----------
    figure : Figure
        Drawn in `course_style`.
    alt : str
        What it shows, in one or two sentences.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        self.figure, self.alt = figure, " ".join(alt.split())

    @property
    def width(self) -> int:
        """In CSS pixels."""
        return round(self.figure.get_figwidth() * _PIXELS)

    def svg(self) -> str:
        """Return the figure as an SVG whose colours follow the scheme of the page it is an image on."""
        out = io.StringIO()
        # letters as paths look the same on every machine; the salt makes the names of parts the same in every run
        with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "barprop", "savefig.bbox": None}):
            self.figure.set_facecolor("none")
            FigureCanvasSVG(self.figure).print_svg(out, metadata={"Date": None, "Creator": None})
        return themed(out.getvalue(), self.alt)

    def png(self) -> bytes:
        """Return the figure on white paper."""
        out = io.BytesIO()
        self.figure.set_facecolor(PAPER)
        photo = any(image.get_size()[1] > _PHOTO for axes in self.figure.axes for image in axes.get_images())
        self.figure.set_dpi(_COARSE if photo else _FINE)
        FigureCanvasAgg(self.figure).print_png(out)
        return _small(out.getvalue())

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, str], dict[str, Any]]:
        png = base64.b64encode(self.png()).decode("ascii")
        size = {"width": self.width, "alt": self.alt}
        return {"text/html": self._html(png), "image/png": png, "text/plain": self.alt}, {"image/png": size}

    def _html(self, png: str) -> str:
        svg = quote(self.svg(), safe=" '/:=;,.()+*@!$?")
        name = f"barprop-{hashlib.sha256(svg.encode()).hexdigest()[:12]}"
        own = f'img.{name}{{content:url("data:image/svg+xml,{svg}")}}'
        return (
            f"<style>{_STYLE}\n{own}</style>\n"
            f'<img class="barprop-picture {name}" width="{self.width}" alt="{html.escape(self.alt)}" '
            f'src="data:image/png;base64,{png}">'
        )

    def __repr__(self) -> str:
        return self.alt


def themed(svg: str, alt: str) -> str:
    """Return an SVG of matplotlib's with the colours of the course as variables of two themes.

    Parameters
    ----------
    svg : str
        In the colours of light.
    alt : str
        Becomes its title.
    """
    svg = re.sub(r'\bfill="(#[0-9a-fA-F]{6})"', r'style="fill: \1"', svg)  # the ground of a hatched area
    svg = re.sub(r"(fill|stroke): (#[0-9a-fA-F]{6})", _variable, svg)
    used = {name: THEMES[colour] for colour, name in _NAMES.items() if f"var({name}" in svg}
    light, dark = (
        "".join(f"{name}:{part[line]};{name}t:{part[line + 1]};" for name, part in used.items()) for line in (0, 2)
    )
    style = f"svg{{color-scheme:light dark;{light}}}@media (prefers-color-scheme:dark){{svg{{{dark}}}}}"
    svg = re.sub(r'<image [^>]*?xlink:href="data:image/png;base64,([^"]*)"[^>]*>', _image, svg, flags=re.S)
    svg = svg[svg.index("<svg") :]
    head, rest = _compact(svg).split(">", 1)
    return f"{head}><title>{html.escape(alt, quote=False)}</title><style>{style}</style>{rest}"


def _compact(svg: str) -> str:
    """Leave out what nobody sees: comments, metadata, names of groups, hundredths of a point."""
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.S)
    svg = re.sub(r'(<g) id="[^"]*"', r"\1", svg)
    svg = re.sub(r'\b(?:d|x|y|cx|cy)="[^"]*"|translate\([^)]*\)', lambda found: _rounded(found.group()), svg)
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").replace('"', "'")


def _rounded(places: str) -> str:
    return re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found.group()):.2f}".rstrip("0").rstrip("."), places)


def _small(png: bytes) -> bytes:
    """Return the same PNG with a palette; only photos have so many colours that they lose some."""
    with Image.open(io.BytesIO(png)) as image:
        flat = image.convert("RGB")
        few = flat.getcolors(1 << 13) is not None
        small = flat.quantize(128, dither=Image.Dither.NONE) if few else flat.quantize(256)
        out = io.BytesIO()
        small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _variable(found: re.Match[str]) -> str:
    kind, colour = found.groups()
    name = _NAMES.get(colour.upper())
    # what is filled is letters and arrow heads, which have to be darker than lines
    return f"{kind}: var({name}{'t' if kind == 'fill' else ''})" if name else found.group()


def _image(found: re.Match[str]) -> str:
    """Keep the pixels of a digit; make a photo inside the SVG smooth, and a JPEG."""
    tag, data = found.group(), found.group(1)
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        if image.width < _PHOTO:
            return tag
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=90)
    jpeg = base64.b64encode(out.getvalue()).decode("ascii")
    tag = re.sub(r'\s*style="[^"]*"', "", tag)  # which asks for hard pixels
    return tag.replace(f"data:image/png;base64,{data}", f"data:image/jpeg;base64,{jpeg}")
