"""python -m barprop [COMMAND]: what the course can do beside its notebooks; without a command, your progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from barprop.closed_pipe import let_readers_leave

# command -> the module that holds its `add_arguments(parser)` and `run(arguments)`
COMMANDS = {"progress": "barprop.progress", "widgets": "barprop.widgets.standalone"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    let_readers_leave()
    parser = argparse.ArgumentParser(prog="python -m barprop", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, home in COMMANDS.items():
        module = import_module(home)
        about = (module.__doc__ or "").strip().splitlines()[0]
        command = commands.add_parser(name, help=about, description=about)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    given = sys.argv[1:] if argv is None else argv
    arguments = parser.parse_args(given or ["progress"])
    return int(arguments.run(arguments))


if __name__ == "__main__":
    sys.exit(main())
