"""Draw which part of a package imports which, as the pictures in docs/architecture.md.

`make arrows` writes them; `make lint` fails when they are out of date. An arrow that follows from others is left out.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import grimp

PAGE = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
_PICTURE = r"(<!-- arrows of {} -->\n)(.*?)(<!-- end -->)"

Arrows = dict[str, set[str]]


def arrows(package: str) -> Arrows:
    """Return which of a package's parts (modules and folders) imports which others."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)
    parts = sorted(graph.find_children(package))
    for part in parts:
        graph.squash_module(part)
    found = {part: graph.find_modules_directly_imported_by(part) & set(parts) for part in parts}
    return {_short(part): {_short(other) for other in others - {part}} for part, others in found.items()}


def _short(module: str) -> str:
    return module.rpartition(".")[2]


def reached(found: Arrows, start: str) -> set[str]:
    """Return every part that can be reached from one along the arrows."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        waiting += (new := found[waiting.pop()] - seen)
        seen |= new
    return seen


def reduced(found: Arrows) -> Arrows:
    """Return the arrows without those that follow from others. Raises ValueError if the arrows go round in a circle."""
    beyond = {part: reached(found, part) for part in found}
    if circle := sorted(part for part in found if part in beyond[part]):
        raise ValueError(f"these import each other in a circle: {', '.join(circle)}")
    return {part: others - set().union(*(beyond[other] for other in others)) for part, others in found.items()}


def picture(package: str) -> str:
    """Return a Mermaid diagram of a package."""
    lines = [f"    {part} --> {other}" for part, others in reduced(arrows(package)).items() for other in sorted(others)]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```", ""])


def with_pictures(text: str) -> str:
    """Return the page with its pictures drawn anew."""
    for package in ("barprop", "autograder"):
        drawn = picture(package)
        pattern = re.compile(_PICTURE.format(package), re.DOTALL)
        text = pattern.sub(lambda match, drawn=drawn: match[1] + drawn + match[3], text)
    return text


def main() -> int:
    """Write the page, or with --check say whether it is up to date; return the exit code."""
    text = PAGE.read_text(encoding="utf-8")
    fresh = with_pictures(text)
    if "--check" not in sys.argv:
        PAGE.write_text(fresh, encoding="utf-8")
    elif fresh != text:
        print("docs/architecture.md is out of date: run `make arrows`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
