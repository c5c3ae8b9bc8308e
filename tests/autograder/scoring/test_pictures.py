"""Pictures that are small files and unpack to gigabytes: nothing here unpacks them, and nobody is shown them."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from autograder import api
from autograder.scoring.sanitize import clean_outputs, harmless_attachments
from tests import needs
from tests.grading_tools import cell, solved


def a_png(width: int, height: int) -> bytes:
    """The beginning of a PNG of any size, with hardly a pixel in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    parts = (struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def a_gif(side: int, frames: int) -> bytes:
    """A GIF of that size, whose frames have one pixel each."""
    frame = b"\x21\xf9\x04\0\0\0\0\0" + b"\x2c" + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return b"GIF89a" + struct.pack("<2H3B", side, side, 0x80, 0, 0) + bytes(6) + frame * frames + b";"


def ordinary(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480)).save(out, kind)
    return out.getvalue()


BOMBS = {
    "50,000 by 50,000": ("image/png", a_png(50_000, 50_000)),
    "one long line": ("image/png", a_png(2**31 - 1, 1)),
    "a PNG called JPEG": ("image/jpeg", a_png(50_000, 50_000)),
    "a broken header": ("image/png", a_png(50_000, 50_000)[:20]),
    "many frames": ("image/gif", a_gif(5_000, 1_000)),
    "a large GIF": ("image/gif", a_gif(65_535, 1)),
}
FINE = {
    "a png": ("image/png", ordinary("PNG")),
    "a photo": ("image/jpeg", ordinary("JPEG")),
    "a large photo": ("image/png", a_png(8_000, 6_000)),
    "an animation": ("image/gif", a_gif(640, 100)),
    "webp": ("image/webp", ordinary("WEBP")),
}


@pytest.fixture
def never_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the pixels were asked for")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", refuse)


@pytest.mark.usefixtures("never_unpacked")
@pytest.mark.parametrize("name", BOMBS | FINE)
def test_a_picture_of_any_size_is_never_unpacked_and_an_ordinary_one_is_kept(name: str) -> None:
    kind, raw = (BOMBS | FINE)[name]
    text = base64.b64encode(raw).decode()
    (made,) = clean_outputs([{"output_type": "display_data", "data": {kind: text}, "metadata": {}}])
    assert (kind in made["data"]) == (name in FINE)
    assert (f"{kind}: not shown" in made["data"].get("text/plain", "")) == (name in BOMBS)
    assert bool(harmless_attachments({"a.png": {kind: text}})) == (name in FINE)


def test_a_submission_full_of_them_is_graded_and_shown_without_them() -> None:
    needs.sandbox()
    raw = a_png(50_000, 50_000)
    text = base64.b64encode(raw).decode()
    document = solved()
    document["cells"][1:1] = [
        cell(
            "code",
            f"import base64\nfrom IPython.display import Image, display\ndisplay(Image(base64.b64decode('{text}')))",
        ),
        cell("markdown", f"![scan](attachment:a.png) and ![](data:image/png;base64,{text})")
        | {"attachments": {"a.png": {"image/png": text}}},
    ]
    (made,) = api.grade(
        "01_forward_graph", {"forward_graph.ipynb": json.dumps(document).encode()}, files={"big.png": raw}
    ).notebooks
    assert all(grade.points == grade.max_points for grade in made.grades.values())
    kept = json.loads(made.document)["cells"]
    assert not any(text in json.dumps(one.get("outputs", [])) + json.dumps(one.get("attachments", {})) for one in kept)
    assert "picture not shown: scan" in made.document
