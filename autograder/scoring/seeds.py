"""The seeds of the hidden probes: from the course's secret, the student and the assignment."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from autograder.errors import CourseError

SECRET_VARIABLE = "AUTOGRADER_SECRET"


def course_secret(folder: Path, given: str = "", shared: bool = False) -> bytes:
    """Return the secret that the seeds of hidden probes are derived from.

    It is `given`, or read from the environment, or from `folder`/secret, which the first run makes.

    Parameters
    ----------
    shared : bool
        Whether the group of the folder may read the file too, as nbgrader's `groupshared` has it; else its owner alone.

    Raises
    ------
    SecretError
        If the file cannot be read or made, with a sentence that says what to do.
    """
    secret = given or os.environ.get(SECRET_VARIABLE, "")
    if secret:
        return secret.encode()
    path = folder / "secret"
    try:
        if not path.exists():
            _make(path, 0o660 if shared else 0o600)
        return path.read_bytes().strip()
    except OSError as error:
        raise SecretError(
            f"The course's secret {path} cannot be read or made ({error.strerror}). Whoever made it can share it with "
            f"`chmod g+r {path}` (and c.CourseDirectory.groupshared = True), or set {SECRET_VARIABLE} to its content."
        ) from None


class SecretError(CourseError):
    """The course's secret cannot be had; the message says what to do."""


def _make(path: Path, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"secret.{os.getpid()}.part")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w") as file:
        os.fchmod(file.fileno(), mode)
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(partial, path)  # the first process to get here makes it
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def seed_key(secret: bytes, student: str, assignment: str, digest: str = "") -> bytes:
    """Return what the seeds of one student's hidden probes in one assignment come from.

    Parameters
    ----------
    digest : str
        Of what was handed in: the same gets the same probes in every run, and whoever hands in again gets others, so
        that nothing written down from an earlier feedback is of use.
    """
    parts = (student, assignment, digest) if digest else (student, assignment)
    return hmac.new(secret, "\0".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
