"""Write the lock files: every package the course and its tests need, at one version, with its hashes.

Run `make lock` after changing a version in requirements.txt or pyproject.toml. `uv` resolves for every system and every
Python from 3.11 on. Neither file says where packages are downloaded from: that is each reader's own setting.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COURSE, TESTS = ROOT / "requirements-lock.txt", ROOT / "requirements-test-lock.txt"
_HEAD = "# {}\n# Made by `make lock`. Do not edit.\n"
_UV = "uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header"


def resolve(pins: list[str], *extras: str) -> list[str]:
    """Return the resolved packages, each with its version and its hashes, sorted by name."""
    with tempfile.TemporaryDirectory() as folder:
        constraint = Path(folder, "pins.txt")
        constraint.write_text("\n".join(pins), encoding="utf-8")
        words = [sys.executable, "-m", *_UV.split(), "--constraint", str(constraint)]
        words += [word for extra in extras for word in ("--extra", extra)]
        done = subprocess.run([*words, "pyproject.toml"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return re.split(r"\n(?=\S)", done.stdout.strip())


def main() -> None:
    """Write both files. The versions in requirements.txt are kept as they are."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    course = resolve([line for line in lines if not line.startswith("-e")], "lab")
    every = resolve([entry.split(" \\\n")[0] for entry in course], "lab", "test")
    more = [entry for entry in every if entry not in course]
    for path, title, entries in (
        (COURSE, "Everything the course and its grading run on", course),
        (TESTS, "What the tests need besides requirements-lock.txt", more),
    ):
        path.write_text(_HEAD.format(title) + "\n".join(entries) + "\n", encoding="utf-8")
        print(f"{path.name}: {len(entries)} packages")


if __name__ == "__main__":
    main()
