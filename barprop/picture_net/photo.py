"""Bring any photo to what the network takes: a row of 224 x 224 x 3 numbers in [0, 1]."""

from __future__ import annotations

import io
import os
import warnings
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 224
_CENTRE = 0.875  # share of the shorter side that the network's training looked at
_SMALLEST, _MOST_PIXELS, _MOST_BYTES = 32, 80_000_000, 50_000_000


class PhotoError(ValueError):
    """The photo cannot be used; the message is one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def read_photo(source: Any) -> np.ndarray:
    """Read a photo, turn it upright, cut out its middle and scale it.

    Parameters
    ----------
    source : bytes, path or str
        A picture file that Pillow can read (JPEG, PNG, WebP, GIF, TIFF, ...), or its bytes. Grey, 16-bit and CMYK
        pictures become RGB; what is transparent becomes white; of several frames the first counts.

    Returns
    -------
    (1, 150528) float64 in [0, 1]

    Raises
    ------
    PhotoError
        If this is not a picture, or one that is too small or too large; one sentence.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is checked below
            with Image.open(_stream(source)) as image:
                _check_size(*image.size)
                colours = _rgb(ImageOps.exif_transpose(image))
    except PhotoError:
        raise
    except FileNotFoundError:
        raise PhotoError(
            f"There is no file {source}: give the path of a photo, from the notebook's folder on."
        ) from None
    except UnidentifiedImageError:
        raise PhotoError(
            "This is not a picture that can be read here: give a JPEG, PNG, WebP, GIF or TIFF file."
        ) from None
    except Image.DecompressionBombError:
        raise PhotoError(f"The picture is too large: at most {_MOST_PIXELS // 10**6} million pixels, please.") from None
    except Exception as error:  # damaged files raise whatever their format's reader stumbles over
        raise PhotoError(
            f"The picture cannot be read to its end; is the file damaged? ({type(error).__name__})"
        ) from None
    return _scaled(colours)


def as_jpeg(X: np.ndarray, quality: int) -> np.ndarray:
    """Save each row as a JPEG of that quality (1 to 95) and read it again."""
    return np.concatenate([_through_jpeg(row, quality) for row in np.atleast_2d(X)])


def eight_bit(X: np.ndarray) -> np.ndarray:
    """Round to the 256 levels that a picture file can hold, still in [0, 1]."""
    return np.rint(np.clip(X, 0, 1) * 255) / 255


def to_image(row: np.ndarray) -> Image.Image:
    """Turn a row of the network into a picture of 8 bits a colour."""
    return Image.fromarray(np.rint(np.clip(row, 0, 1) * 255).astype(np.uint8).reshape(SIDE, SIDE, 3))


def _through_jpeg(row: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    to_image(row).save(file, "JPEG", quality=quality)
    with Image.open(file) as image:
        return np.asarray(image, dtype=float).reshape(1, -1) / 255


def _stream(source: Any) -> Any:
    if isinstance(source, (bytes, bytearray, memoryview)):
        size: int = len(source)
        stream: Any = io.BytesIO(source)
    elif isinstance(source, (str, os.PathLike)):
        size, stream = os.path.getsize(source), source
    else:
        raise PhotoError(f"A photo is given as a path or as the bytes of a file; this is a {type(source).__name__}.")
    if size > _MOST_BYTES:
        raise PhotoError(f"The file has {size / 1e6:.0f} MB; at most {_MOST_BYTES // 10**6} MB, please.")
    return stream


def _check_size(width: int, height: int) -> None:
    if min(width, height) < _SMALLEST:
        raise PhotoError(f"The picture has {width} x {height} pixels; at least {_SMALLEST} each way are needed.")
    if width * height > _MOST_PIXELS:
        raise PhotoError(f"The picture has {width} x {height} pixels; at most {_MOST_PIXELS // 10**6} million, please.")


def _rgb(image: Image.Image) -> Image.Image:
    """Any kind of picture in 8-bit colours, on white."""
    if image.mode in ("I", "F", "I;16", "I;16L", "I;16B", "I;16N"):
        grey = np.asarray(image, dtype=float)
        if not np.isfinite(grey).all():
            raise PhotoError("The picture holds values that are not finite (NaN or infinity).")
        top = next((level for level in (1, 255, 65535) if grey.max() <= level), grey.max())
        image = Image.fromarray(np.rint(np.clip(grey / top, 0, 1) * 255).astype(np.uint8))
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _scaled(image: Image.Image) -> np.ndarray:
    """Return the middle of a picture as a row."""
    side = _CENTRE * min(image.size)
    left, top = ((size - side) / 2 for size in image.size)
    box = (left, top, left + side, top + side)
    small = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
    return np.asarray(small, dtype=float).reshape(1, -1) / 255
