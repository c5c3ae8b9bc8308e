"""What a person can put right: such an error's message is a sentence that says what is wrong and what to do."""

from __future__ import annotations


class CourseError(Exception):
    """Something in the course, the machine or a command cannot be used as it is. Commands print it and return 2."""


class InputError(CourseError, ValueError):
    """A value that was typed, in a command or in a file, is not one of those that are possible."""
