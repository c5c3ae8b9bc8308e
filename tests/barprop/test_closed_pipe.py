"""`... | head -1`: no traceback, and the work is done all the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.layout import ROOT


def end_unread(*words: str, cwd: Path = ROOT) -> tuple[int, str]:
    """Run Python with an output that nobody reads; return its exit code and what it wrote to stderr."""
    process = subprocess.Popen([sys.executable, *words], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    return process.wait(timeout=60), said


@pytest.mark.parametrize(
    "words",
    [
        "barprop",
        "barprop --help",
        "barprop.jupyter --help",
        "autograder --help",
        "autograder due --help",
        "autograder due",
    ],
)
def test_a_command_whose_output_nobody_reads_ends_quietly(words: str) -> None:
    assert end_unread("-m", *words.split()) == (0, "")


def test_the_work_goes_on_to_the_end_also_in_other_processes(tmp_path: Path) -> None:
    script = """
import subprocess, sys
from barprop.closed_pipe import let_readers_leave
let_readers_leave()
for _ in range(100):
    print("x" * 10_000, flush=True)
subprocess.run([sys.executable, "-c", "print('y', flush=True)"], check=True)
open("done", "w").close()
print("z")
"""
    assert end_unread("-c", script, cwd=tmp_path) == (0, "")
    assert (tmp_path / "done").exists()


def test_who_reads_on_gets_it_all() -> None:
    script = (
        "from barprop.closed_pipe import let_readers_leave; let_readers_leave(); print('é' * 3); print('end', end='')"
    )
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", script], capture_output=True, cwd=ROOT, check=True)
    assert done.stdout.decode().splitlines() == ["ééé", "end"]
