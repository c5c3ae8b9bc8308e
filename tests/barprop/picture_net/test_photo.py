"""A photo of any kind becomes a row of 224 x 224 x 3 numbers, or a sentence."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from barprop.data import class_names, panda
from barprop.picture_net import PhotoError, as_jpeg, eight_bit, read_photo, to_image
from barprop.picture_net import photo as module


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def quarters(width: int = 400, height: int = 300) -> Image.Image:
    """Red, green; blue, white."""
    colours = np.zeros((height, width, 3), dtype=np.uint8)
    colours[: height // 2, : width // 2] = 255, 0, 0
    colours[: height // 2, width // 2 :] = 0, 255, 0
    colours[height // 2 :, : width // 2] = 0, 0, 255
    colours[height // 2 :, width // 2 :] = 255
    return Image.fromarray(colours)


def corners(X: np.ndarray) -> list[list[float]]:
    """The colours in the middle of the four quarters, in reading order."""
    assert X.shape == (1, 150528)
    assert X.dtype == np.float64
    assert X.min() >= 0
    assert X.max() <= 1
    picture = X.reshape(224, 224, 3)
    return [[round(float(c), 1) for c in picture[i, j]] for i, j in ((56, 56), (56, 168), (168, 56), (168, 168))]


RED, GREEN, BLUE, WHITE = [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
@pytest.mark.parametrize("size", [(400, 300), (300, 400), (224, 224), (33, 900), (40, 40)])
def test_kinds_and_sizes(kind: str, size: tuple[int, int]) -> None:
    found = corners(read_photo(saved(quarters(*size), kind)))
    assert np.abs(np.subtract(found, [RED, GREEN, BLUE, WHITE])).max() <= 0.15


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "1", "I;16", "I", "F"])
def test_modes(mode: str) -> None:
    grey = quarters().convert("L")
    if mode in ("I;16", "I"):
        levels = np.asarray(grey).astype(np.uint16 if mode == "I;16" else np.int32) * 257
        found = corners(read_photo(saved(Image.fromarray(levels), "TIFF")))
    elif mode == "F":
        found = corners(read_photo(saved(Image.fromarray(np.asarray(grey, np.float32) / 255), "TIFF")))
    else:
        kind = "TIFF" if mode == "CMYK" else "PNG"
        found = corners(read_photo(saved(quarters().convert(mode), kind)))
    assert found[3] == WHITE
    if mode in ("P", "RGBA", "CMYK"):
        assert np.abs(np.subtract(found, [RED, GREEN, BLUE, WHITE])).max() <= 0.05
    else:
        assert all(colour[0] == colour[1] == colour[2] for colour in found)
        if mode != "1":
            assert np.allclose([colour[0] for colour in found], [0.3, 0.6, 0.1, 1.0])


def test_transparent_is_white() -> None:
    image = quarters().convert("RGBA")
    image.putalpha(0)
    assert corners(read_photo(saved(image))) == [WHITE] * 4
    palette = quarters().convert("P")
    assert corners(read_photo(saved(palette, transparency=palette.getpixel((10, 10)))))[0] == WHITE


def test_cmyk_jpeg() -> None:
    found = corners(read_photo(saved(quarters().convert("CMYK"), "JPEG", quality=95)))
    assert np.abs(np.subtract(found, [RED, GREEN, BLUE, WHITE])).max() <= 0.1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_upright(orientation: int) -> None:
    """A camera that was held askew says so in the file."""
    turns = Image.Transpose
    askew = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }
    image = quarters().transpose(askew[orientation]) if orientation in askew else quarters()
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert corners(read_photo(saved(image, "PNG", exif=exif))) == [RED, GREEN, BLUE, WHITE]


def test_several_frames_the_first_counts() -> None:
    file = io.BytesIO()
    quarters().save(file, "GIF", save_all=True, append_images=[Image.new("RGB", (400, 300), "black")])
    found = corners(read_photo(file.getvalue()))
    assert np.abs(np.subtract(found, [RED, GREEN, BLUE, WHITE])).max() <= 0.05


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"", "not a picture"),
        (b"GIF89a", "picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"%PDF-1.4", "not a picture"),
        (None, "this is a NoneType"),
        ([1, 2], "this is a list"),
        ("no_such_file.jpg", "There is no file no_such_file.jpg"),
        (saved(quarters(31, 200)), "31 x 200 pixels; at least 32"),
        (saved(quarters())[:300], "damaged"),
        (saved(quarters(), "JPEG")[:700], "damaged"),
    ],
)
def test_refused_in_one_sentence(source: Any, says: str) -> None:
    with pytest.raises(PhotoError, match=says) as refused:
        read_photo(source)
    assert "\n" not in str(refused.value)


def test_too_large_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PhotoError, match="12000 x 12000 pixels"):
        read_photo(saved(Image.new("1", (12_000, 12_000))))
    with pytest.raises(PhotoError, match="too large"):
        read_photo(saved(Image.new("1", (20_000, 20_000))))
    monkeypatch.setattr(module, "_MOST_BYTES", 100)
    with pytest.raises(PhotoError, match="MB"):
        read_photo(saved(quarters()))


def test_not_a_number_is_refused() -> None:
    holes = np.full((64, 64), np.nan, dtype=np.float32)
    with pytest.raises(PhotoError, match="not finite"):
        read_photo(saved(Image.fromarray(holes), "TIFF"))


def test_from_a_path(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(saved(quarters()))
    assert corners(read_photo(tmp_path / "photo.png")) == corners(read_photo(str(tmp_path / "photo.png")))
    with pytest.raises(PhotoError):
        read_photo(tmp_path)


def test_eight_bit_and_jpeg() -> None:
    X = np.clip(panda() + np.random.default_rng(0).normal(0, 0.01, panda().shape), -0.1, 1.1)
    assert np.array_equal(np.asarray(to_image(X[0])).reshape(1, -1) / 255, eight_bit(X))
    again = as_jpeg(np.concatenate([X, 1 - X]), 90)
    assert again.shape == (2, 150528)
    assert 0 < np.abs(again[0] - eight_bit(X)).mean() < 0.05


def test_the_panda_and_the_names() -> None:
    X = panda()
    assert X.shape == (1, 150528)
    assert X.min() >= 0
    assert X.max() <= 1
    panda()[:] = 0
    assert X.any()
    names = class_names()
    assert len(set(names)) == len(names) == 1000
    assert names[388] == "giant panda"
    assert names[368] == "gibbon"
