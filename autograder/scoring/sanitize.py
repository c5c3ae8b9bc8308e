"""What a student's notebook shows, made harmless: feedback and formgrader put it into an instructor's browser.

Nothing of a student's is HTML there. Outputs are text and pictures; tags in text cells are shown as they were typed.
"""

from __future__ import annotations

import base64
import io
import json
import re
import warnings
from typing import Any
from urllib.parse import unquote

from PIL import Image

from autograder.submission.read_notebook import clean

_MOST = 400_000  # characters of output kept for one cell
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_BEGINNINGS = (b"\x89PNG", b"\xff\xd8", b"GIF8", b"RIFF")
_FRAME = b"\x21\xf9\x04"  # what stands before each frame of a GIF
_PIXELS, _ALL_PIXELS = 50_000_000, 500_000_000  # of a frame, of all frames: a small file may unpack to gigabytes
# no formula is longer: a text of openings without an end must not be searched to its end from each of them
_FORMULA = re.compile(
    r"\$\$.{0,1000}?\$\$|\$[^$\n]{1,1000}\$|\\\(.{0,1000}?\\\)|\\\[.{0,1000}?\\\]"
    r"|\\begin\{(\w{1,20}\*?)\}.{0,1000}?\\end\{\1\}",
    re.DOTALL,
)
_ATTACHED = re.compile(r"!\[([^\]\n]{0,500})\]\(attachment:([^)\n]{0,500})\)|\battachment:([^\s)\"'<>]{1,500})")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")  # what could begin a tag; "a < b" stays
_TAG = re.compile(r"[\w-]{1,64}")


def harmless_text(source: str) -> str:
    """Return a markdown or raw cell without HTML: what looks like a tag is shown as text.

    In a formula a space does it: `&lt;` would be escaped once more, and MathJax would show it as it stands.
    """
    source = _FORMULA.sub(lambda formula: _MARKUP.sub("< ", formula[0]), source)
    return _MARKUP.sub("&lt;", source)


def without_dangling(source: str, attachments: dict[str, Any]) -> str:
    """Replace every pointer to an attachment that is not there by a word: nbconvert would refuse the whole notebook."""

    def told(found: re.Match[str]) -> str:
        text, name = found[1] or "", (found[2] or found[3] or "").split()
        if name and (name[0] in attachments or unquote(name[0]) in attachments):
            return found[0]
        return f"(picture not shown: {text or ' '.join(name)})"

    return _ATTACHED.sub(told, source)


def harmless_attachments(attachments: Any) -> dict[str, dict[str, str]]:
    """Return the pictures among a text cell's attachments."""
    kept = {}
    for name, data in attachments.items() if isinstance(attachments, dict) else ():
        pictures = _pictures(data) if isinstance(data, dict) else {}
        if pictures:
            kept[str(name)] = pictures
    return kept


def harmless_tags(tags: Any) -> list[str]:
    """Return the tags that are words."""
    return [tag for tag in tags if isinstance(tag, str) and _TAG.fullmatch(tag)]


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    """Return a stream output in nbformat's form."""
    return {"output_type": "stream", "name": name, "text": text}


def clean_outputs(outputs: Any) -> list[dict[str, Any]]:
    """Return outputs that are valid nbformat and of bounded size; drop what is malformed."""
    kept, size = [], 0
    for raw in outputs if isinstance(outputs, list) else []:
        output = _clean_output(raw) if isinstance(raw, dict) else None
        if output is None:
            continue
        size += len(json.dumps(output))
        if size > _MOST:
            kept.append(stream("... more output was cut off here ...\n"))
            break
        kept.append(output)
    return kept


def _clean_output(raw: dict[str, Any]) -> dict[str, Any] | None:
    kind = raw.get("output_type")
    if kind == "stream":
        return stream(_string(raw.get("text")), "stderr" if raw.get("name") == "stderr" else "stdout")
    if kind == "error":
        trace = raw.get("traceback")
        lines = [_string(line) for line in trace] if isinstance(trace, list) else []
        return {
            "output_type": "error",
            "ename": _string(raw.get("ename")) or "Error",
            "evalue": _string(raw.get("evalue")),
            "traceback": lines[:100],
        }
    data = raw.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    output = {"output_type": kind, "metadata": {}, "data": _bundle({str(k): _string(v) for k, v in data.items()})}
    return output | {"execution_count": None} if kind == "execute_result" else output


def _string(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return clean(value)[:_MOST] if isinstance(value, str) else ""


def _bundle(data: dict[str, str]) -> dict[str, str]:
    """Text and pictures; a word about what is left out where nothing else remains."""
    kept = {"text/plain": data["text/plain"]} if "text/plain" in data else {}
    kept |= _pictures(data)
    return kept or {"text/plain": f"({', '.join(sorted(data)) or 'nothing'}: not shown)"[:200]}


def _pictures(data: dict[str, Any]) -> dict[str, str]:
    found = {kind: data[kind] for kind in PICTURES if isinstance(data.get(kind), str)}
    return {kind: text for kind, text in found.items() if _BASE64.fullmatch(text) and _bounded(text)}


def _bounded(text: str) -> bool:
    """Whether a picture takes a bounded room once it is drawn. Only what stands before the pixels is read here."""
    try:
        raw = base64.b64decode(text)
    except ValueError:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is looked at below
            with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
                pixels = image.width * image.height
                frames = raw.count(_FRAME) if image.format == "GIF" else getattr(image, "n_frames", 1)
    except Exception:  # whatever a forged header makes its reader say; what begins like no picture is drawn by nobody
        return not raw.startswith(_BEGINNINGS)
    return pixels <= _PIXELS and pixels * frames <= _ALL_PIXELS
