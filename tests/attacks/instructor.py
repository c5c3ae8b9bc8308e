"""The instructor's side of an attack: a graded course, its Jupyter server, and a browser that is logged in to it."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.grading_tools import ROOT, call, cell, hand_in, make_course, own_answers, own_source
from tests.servers import JUPYTER_SETTINGS, TOKEN, running_jupyter_lab

ASSIGNMENT, NOTEBOOK = "ps1", "p1"
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"  # a version follows
KERNEL_IDLE = "window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"


def submission(*cells: dict[str, Any], essay: str = "Because.") -> dict[str, Any]:
    """A right submission of the instructor's own assignment, with more cells of the student's at its end."""
    made = own_answers(essay=essay)
    made["cells"] += cells
    return made


def text(source: str, **more: Any) -> dict[str, Any]:
    """A text cell."""
    return cell("markdown", source) | more


class Desk:
    """A course of one assignment with its Jupyter server; `folder` is the course's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = make_course(folder, {f"{ASSIGNMENT}/{NOTEBOOK}": own_source()})
        self.url = ""
        self.server: subprocess.Popen[bytes] | None = None

    def hand_in(self, student: str, document: dict[str, Any], **files: str | bytes) -> Path:
        """Write a submission; `files` lie beside its notebook, "__" in a name is a dot."""
        path = hand_in(self.folder, student, f"{ASSIGNMENT}/{NOTEBOOK}", document)
        for name, data in files.items():
            data = data.encode() if isinstance(data, str) else data
            path.with_name(name.replace("__", ".")).write_bytes(data)
        return path

    def autograde(self) -> str:
        """Grade everything; what the command says."""
        return call(self.folder, "nbgrader", "autograde", ASSIGNMENT).stderr

    def autograded(self, student: str) -> Path:
        """Where a student's graded files lie."""
        return self.folder / "autograded" / student / ASSIGNMENT

    def feedback(self, student: str) -> Path:
        """Where a student's feedback lies."""
        return self.folder / "feedback" / student / ASSIGNMENT

    def gradebook(self) -> Any:
        """The open gradebook; a context manager."""
        from nbgrader.api import Gradebook

        return Gradebook(f"sqlite:///{self.folder}/gradebook.db", "tests")

    def submission_id(self, student: str) -> str:
        """The number that the formgrader shows a student's notebook under."""
        with self.gradebook() as book:
            return book.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student).id

    def score(self, student: str) -> float:
        """What the gradebook gives a student for the notebook."""
        with self.gradebook() as book:
            return book.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student).score

    def ask(self, path: str, method: str = "GET", timeout: float = 20, data: bytes | None = None) -> tuple[int, str]:
        """Call the server; its status and what it says."""
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as reply:
                return reply.status, reply.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    @contextmanager
    def open(self, home: Path, start: Path | None = None, extension: bool = True) -> Iterator[Desk]:
        """Start the Jupyter server in `start`, by default the course's folder."""
        settings = home / "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text('{"windowingMode": "none"}')  # every cell is shown, also out of sight
        with running_jupyter_lab(home, start or self.folder, [JUPYTER_SETTINGS] if extension else []) as running:
            self.url, self.server = running
            yield self


def mathjax_file(address: str) -> Path | None:
    """The file that cdnjs would send of MathJax, from npm's package of it; None for any other address."""
    if not address.startswith(MATHJAX):
        return None
    file = ROOT / "node_modules" / "mathjax" / address.removeprefix(MATHJAX).partition("/")[2].partition("?")[0]
    return file if file.is_file() else None


class Eyes:
    """The instructor's browser, logged in; remembers where it asked, what was run and what it was shown."""

    def __init__(self, browser: Any, desk: Desk) -> None:
        self.desk = desk
        self.context = browser.new_context(viewport={"width": 1200, "height": 3000})
        self.context.route("**/*", self._route)
        self.asked: list[str] = []  # addresses of this server, since forget()
        self.asked_ever: list[str] = []
        self.outside: list[str] = []  # addresses of others
        self.page = self.context.new_page()
        self.said: list[str] = []  # dialogs and console messages "RAN": a payload was obeyed
        self.page.on("console", lambda message: "RAN" in message.text and self.said.append(message.text))
        self.page.on("dialog", self._dialog)
        self.page.goto(f"{desk.url}/login?token={TOKEN}")

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "beforeunload":  # JupyterLab's own, for a notebook that is not saved
            dialog.accept()
            return
        self.said.append(dialog.message)
        dialog.dismiss()

    def _route(self, route: Any) -> None:
        address = route.request.url
        if address.startswith(self.desk.url):
            self.asked.append(urllib.parse.unquote(address.removeprefix(self.desk.url)))
            self.asked_ever.append(self.asked[-1])
            route.continue_()
        elif (file := mathjax_file(address)) is not None:
            route.fulfill(path=str(file))
        elif address.startswith(("data:", "blob:", "file:")):
            route.continue_()
        else:
            self.outside.append(address)
            route.abort()

    def forget(self) -> None:
        """Begin anew to remember."""
        self.asked.clear()
        self.outside.clear()
        self.said.clear()

    def logged_in(self) -> bool:
        """Whether the server still knows this browser."""
        return self.context.request.get(f"{self.desk.url}/api/contents?content=0", max_redirects=0).status == 200

    def formgrader(self, student: str) -> Any:
        """Look at a student's notebook in the formgrader."""
        self.page.goto(f"{self.desk.url}/formgrader/submissions/{self.desk.submission_id(student)}/", timeout=60_000)
        self.page.wait_for_timeout(500)
        return self.page

    def lab(self, path: str) -> Any:
        """Open a notebook in JupyterLab and wait until its text cells are shown."""
        self.page.goto(f"{self.desk.url}/doc/tree/{urllib.parse.quote(path)}?token={TOKEN}", timeout=60_000)
        self.page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
        self.page.evaluate("window.jupyterapp.restored")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.page.wait_for_timeout(1500)
        return self.page

    def close(self) -> None:
        self.context.close()
