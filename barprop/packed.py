"""Code in a notebook that is not shown before an exercise has passed, because it would answer it."""

from __future__ import annotations

import base64
import textwrap


def pack(source: str) -> str:
    """Return a text as lines of letters and digits in which nobody reads it by scrolling past."""
    return "\n".join(textwrap.wrap(base64.b64encode(source.encode()).decode(), 100))


def unpack(packed: str) -> str:
    """Print the text that was packed, and return it."""
    source = base64.b64decode(packed).decode()
    print(source)
    return source
