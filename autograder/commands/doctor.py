"""python -m autograder doctor: what isolation this machine gives, found out by trying."""

from __future__ import annotations

import argparse

from autograder.sandbox.bubblewrap import WAY_OUT
from autograder.sandbox.doctor import examine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no options: the command takes none."""


def run(args: argparse.Namespace) -> int:
    """Print what was found; 0 where submissions can be graded safely, else 1."""
    findings = examine()
    for finding in findings:
        print(finding)
    safe = all(finding.good for finding in findings if finding.needed)
    print("\nSubmissions can be graded safely here." if safe else f"\nNot safe here. {WAY_OUT}")
    return 0 if safe else 1
