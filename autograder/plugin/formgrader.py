"""nbgrader's formgrader, with a student's work shown so that it can neither act nor hold up the server.

Everything here is put into nbgrader's classes in a running Jupyter server, by plugin.install.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
from typing import Any

import nbgrader.server_extensions.formgrader.formgrader as extension
from nbgrader.server_extensions.formgrader import apihandlers, handlers
from nbgrader.server_extensions.formgrader.base import BaseHandler, check_notebook_dir, check_xsrf
from tornado import web

from autograder.plugin.converter import SECONDS, ConversionError, Converter
from autograder.submission.read_folder import is_data
from barprop.jupyter.guard import guard_formgrader

_NAMES = ("student_id", "assignment_id", "notebook_id", "submission_id")
_converter = Converter()


class _Asked:
    """Takes the place of nbgrader's exporter, and remembers what is to be shown."""

    page: tuple[str, dict[str, Any]] | None = None

    def from_filename(self, filename: str, resources: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        self.page = (filename, resources)
        return "", resources


_stock_show = handlers.SubmissionHandler.get
_stock_render = BaseHandler.render
_stock_path = handlers.SubmissionFilesHandler.parse_url_path


async def _show(self: Any, submission_id: str) -> None:
    """Show a graded notebook, converted in another process while the server goes on."""
    self.asked = _Asked()
    _stock_show(self, submission_id)
    if self.asked.page is None:
        return
    filename, resources = self.asked.page
    config = self.settings["nbgrader_formgrader"].config
    _converter.seconds = float(config.GenerateFeedback.get("seconds", SECONDS))
    convert = functools.partial(_converter.convert, filename, config, resources, False)
    try:
        page, _ = await asyncio.get_running_loop().run_in_executor(None, convert)
    except ConversionError as error:
        self.log.error("%s", error)
        raise web.HTTPError(500, str(error)) from None
    self.finish(page)


def _render(self: Any, name: str, **values: Any) -> str:
    """Render a page of the formgrader; names go into scripts there, so they must not end a string."""
    for key in _NAMES:
        text = values.get(key)
        if isinstance(text, str) and any(c == "\\" or not c.isprintable() for c in text):
            raise web.HTTPError(400, f"{key} holds a backslash or a control character.")
    return _stock_render(self, name, **values)


def _parse_url_path(self: Any, url_path: str) -> str:
    """Return a file beside a graded notebook: data of this submission, nothing that a browser would run."""
    name = url_path.partition("/")[2]
    if ".." in name.replace("\\", "/").split("/") or not is_data(name):
        raise web.HTTPError(403, "Only data files beside a graded notebook are shown here.")
    return _stock_path(self, url_path)


def _button(command: str) -> Any:
    """Make a handler that runs an nbgrader command in its own process and replies as nbgrader's API does."""

    @web.authenticated
    @check_xsrf
    @check_notebook_dir
    async def post(self: Any, assignment_id: str, student_id: str = "*") -> None:
        root = self.coursedir.root
        words = [command, assignment_id, "--force", f"--student={student_id}", f"--CourseDirectory.root={root}"]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "nbgrader", *words, cwd=root,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said = (await process.communicate())[0].decode(errors="replace")
        self.write(json.dumps({"success": process.returncode == 0, "log": said, "error": ""}))

    return post


def install() -> None:
    """Change nbgrader's handlers; before or after they serve."""
    guard_formgrader()
    # names of students and assignments are text
    extension.Environment = functools.partial(_environment, autoescape=True)
    BaseHandler.render = _render
    handlers.SubmissionHandler.exporter = property(lambda self: self.asked)
    handlers.SubmissionHandler.get = _show
    handlers.SubmissionFilesHandler.parse_url_path = _parse_url_path
    apihandlers.AutogradeHandler.post = _button("autograde")
    for handler in (apihandlers.GenerateFeedbackHandler, apihandlers.GenerateAllFeedbackHandler):
        handler.post = _button("generate_feedback")


_environment = extension.Environment
