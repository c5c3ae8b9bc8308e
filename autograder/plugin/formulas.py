"""Formulas as MathML, which browsers draw by themselves. Nothing of a formula's own is an address, a style or a tag."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from xml.etree import ElementTree

from latex2mathml.converter import convert

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_TAGS = {
    "math", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts",
    "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover",
}  # fmt: skip
_ATTRIBUTES = {
    "accent", "accentunder", "columnalign", "columnspacing", "display", "displaystyle", "fence", "linethickness",
    "mathvariant", "minsize", "maxsize", "rowspacing", "scriptlevel", "separator", "stretchy", "symmetric",
}  # fmt: skip
_MOST = 2_000  # characters; what is longer is shown as it was typed


@lru_cache(maxsize=2_000)  # a class uses the same formulas
def mathml(latex: str, display: bool = False) -> str:
    """Return a formula as HTML: MathML, or as it was typed where that cannot be made.

    Parameters
    ----------
    latex : str
        Without its dollar signs.
    display : bool
        On a line of its own.
    """
    try:
        if len(latex) > _MOST:
            raise ValueError("too long")
        made = ElementTree.fromstring(convert(latex, display="block" if display else "inline"))
        _check(made)
    except Exception:  # a formula that cannot be read, in any of the converter's ways
        return f"<code>{escape(latex)}</code>"
    ElementTree.register_namespace("", _NAMESPACE)
    return ElementTree.tostring(made, encoding="unicode")


def _check(root: ElementTree.Element) -> None:
    """Drop attributes that are not about how a formula is set. Raises ValueError for a tag that is none of MathML's."""
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag.removeprefix(f"{{{_NAMESPACE}}}") not in _TAGS:
            raise ValueError("no formula")
        for name in set(element.attrib) - _ATTRIBUTES:
            del element.attrib[name]
