"""Notebooks to web pages in a process of their own, `python -m autograder.plugin.converter`.

A text that keeps a converter busy for ever costs its own page, and holds up nothing else: the process is given up.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from autograder import child_process
from autograder.errors import CourseError

SECONDS = 20.0  # for one notebook
_START = 60.0  # for the process to come up, and for a page without the student's text
_SECTIONS = ("HTMLExporter", "TemplateExporter", "Exporter", "NbConvertBase", "CSSHTMLHeaderPreprocessor", "GetGrades")


class ConversionError(CourseError):
    """No page can be made of this notebook; the message says why."""


class Converter:
    """One converting process, started on first use. Threads may share it; they wait for each other."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None

    def convert(
        self, path: str, config: Any, resources: dict[str, Any], feedback: bool, preprocessors: Sequence[type] = ()
    ) -> tuple[str, str]:
        """Convert a notebook; without the student's text where that takes too long.

        Returns
        -------
        The page, and the extension of its file's name.

        Raises
        ------
        ConversionError : the notebook cannot be converted.
        """
        kept = {name: dict(config[name]) for name in _SECTIONS if name in config}
        kinds = [f"{kind.__module__}:{kind.__qualname__}" for kind in preprocessors]
        with self._lock:
            for most in (-1, 0):
                seconds = self.seconds if most < 0 else max(self.seconds, _START)
                reply = self._ask(pickle.dumps((path, kept, resources, feedback, kinds, most)), seconds)
                if reply is not None:
                    break
        if reply is None:
            raise ConversionError(f"{path} could not be converted to a page in time, even without the student's text.")
        if isinstance(reply, str):
            raise ConversionError(f"{path} could not be converted to a page: {reply}")
        return reply

    def _ask(self, request: bytes, seconds: float) -> Any:
        """Return the reply, or None if it takes too long or the process is lost."""
        try:
            pipe = self._running()
            pipe.send_bytes(request)
            if pipe.poll(seconds):
                return pickle.loads(pipe.recv_bytes())
        except (OSError, EOFError):
            pass
        self.close()
        return None

    def _running(self) -> Connection:
        if self._pipe is None or self._process is None or self._process.poll() is not None:
            self.close()
            self._process, self._pipe = child_process.start(__name__, environment=os.environ)
            if not self._pipe.poll(_START):
                raise EOFError
            self._pipe.recv_bytes()
        return self._pipe

    def close(self) -> None:
        """End the process."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._pipe = self._process = None


# --- inside that process ----------------------------------------------------------------------


def _convert(request: bytes) -> tuple[str, str] | str:
    from importlib import import_module

    from traitlets.config import Config

    from autograder.plugin.feedback_page import FeedbackPage
    from autograder.plugin.students_html import StudentsHTML

    path, sections, resources, feedback, kinds, most = pickle.loads(request)
    config = Config(sections)
    config.Exporter.default_preprocessors = []
    # a template that an instructor chose is left in charge
    own = config.get("HTMLExporter", {}).get("template_name", "feedback") != "feedback"
    page = FeedbackPage if feedback and not own else StudentsHTML
    exporter = page(config=config, feedback=feedback, most=most)
    for kind in kinds:
        module, _, name = kind.partition(":")
        exporter.register_preprocessor(getattr(import_module(module), name), enabled=True)
    try:
        made, resources = exporter.from_filename(path, resources=resources)
    except Exception as error:
        logging.getLogger(__name__).exception("%s", path)
        return f"{type(error).__name__}: {error}"[:500]
    return made, resources["output_extension"]


def _serve(handle: int) -> None:
    import autograder.plugin.feedback_page  # noqa: F401  (before the clock starts)

    pipe = Connection(handle)
    pipe.send_bytes(b"ready")
    while True:
        try:
            request = pipe.recv_bytes()
        except EOFError:
            return
        pipe.send_bytes(pickle.dumps(_convert(request)))


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
