"""Zip files as Canvas, Moodle and attackers make them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

WHEN = (2026, 12, 1, 17, 59, 0)


def packed(files: dict[str, bytes | tuple[bytes, tuple[int, ...]]]) -> bytes:
    """A zip file; a value may be (content, time)."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            content, time = content if isinstance(content, tuple) else (content, WHEN)
            info = zipfile.ZipInfo(name, time)  # type: ignore[arg-type]
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return data.getvalue()


def written(path: Path, files: dict[str, bytes | tuple[bytes, tuple[int, ...]]]) -> Path:
    """The same as a file."""
    path.write_bytes(packed(files))
    return path


def link(name: str, target: str) -> bytes:
    """A zip file with a symbolic link in it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        info = zipfile.ZipInfo(name, WHEN)
        info.external_attr = 0o120777 << 16
        archive.writestr(info, target)
        archive.writestr("panda.ipynb", "good")
    return data.getvalue()
