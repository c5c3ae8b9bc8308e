"""A copy of the repository as somebody else would have it: what git knows, and nothing that was made here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from autograder.course.layout import ROOT


def copy_checkout(folder: Path) -> Path:
    """Copy every file that git tracks or would track; return the folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder
