"""The instructor's commands, from a released assignment to the marks of a class."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import stat
import sys

from autograder.errors import CourseError, InputError
from autograder.wording import did_you_mean

# name -> (module with add_arguments and run, what it does)
COMMANDS = {
    "build": ("autograder.commands.build", "make notebooks/ and solutions/ from source/"),
    "handout": ("autograder.commands.handout", "pack what students need into one zip file"),
    "collect": ("autograder.commands.collect", "collect submissions: zip files from Canvas or Moodle, or folders"),
    "due": ("autograder.commands.due", "set when an assignment is due, or list all dates"),
    "extend": ("autograder.commands.extend", "give one student more time"),
    "late": ("autograder.commands.late", "set what lateness costs"),
    "grade": ("autograder.commands.grade", "grade the submissions of one assignment or several"),
    "feedback": ("autograder.commands.feedback", "make the students' feedback pages"),
    "report": ("autograder.commands.report", "scores per student and exercise, and the mistakes the class made"),
    "similar": ("autograder.commands.similar", "list pairs of answers that are more alike than chance explains"),
    "export": ("autograder.commands.export", "write the gradebook as CSV"),
    "new-exercise": ("autograder.commands.new_exercise", "create the files of a new exercise, to be filled in"),
    "doctor": ("autograder.commands.doctor", "show which isolation this machine supports"),
    "demo": ("autograder.commands.demo", "grade a simulated class from end to end"),
}


def main(words: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    _let_readers_leave()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that this terminal cannot show becomes a question mark
            stream.reconfigure(errors="replace")
    try:
        return _run(sys.argv[1:] if words is None else words)
    except ModuleNotFoundError as error:
        print(
            f"{error.name} is not installed for {sys.executable}: run `make lab`, then `source .venv/bin/activate`.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted. What is done is kept: run the same command again to go on.", file=sys.stderr)
        return 130
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:
        from nbgrader.converters import NbGraderException

        if not isinstance(error, NbGraderException):
            raise
        print(error, file=sys.stderr)  # a sentence
        return 2


def _let_readers_leave() -> None:
    """Let whoever reads this program's output through a pipe stop; only then are barprop and NumPy loaded for it."""
    output = sys.__stdout__
    if output is sys.stdout and output is not None and stat.S_ISFIFO(os.fstat(output.fileno()).st_mode):
        from barprop.closed_pipe import let_readers_leave

        let_readers_leave()


def _run(words: list[str]) -> int:
    from autograder.course.layout import tools_on_path

    tools_on_path()
    typed = next((word for word in words if not word.startswith("-")), None)
    if typed is not None and typed not in COMMANDS:
        raise InputError(
            f"There is no command {typed!r}; choose one of {', '.join(COMMANDS)}.{did_you_mean(typed, COMMANDS)}"
        )
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, purpose) in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, description=purpose)
        if name == typed:  # only the chosen command's libraries are loaded
            importlib.import_module(module).add_arguments(command)
    if not words:
        parser.print_help(sys.stderr)
        return 2
    args = parser.parse_args(words)
    return importlib.import_module(COMMANDS[args.command][0]).run(args)


if __name__ == "__main__":
    sys.exit(main())
