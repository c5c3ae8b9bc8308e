"""What students and an instructor do on a hub, in a browser."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

ASSIGNMENT, NOTEBOOK = "01_forward_graph", "forward_graph"
ANSWER = "def linear(w, x):\n    return np.asarray(w) @ np.asarray(x)"
WAIT = 180_000  # a loaded machine takes its time


class Person:
    """Somebody at a browser of their own, logged in."""

    def __init__(self, browser: Any, url: str, name: str) -> None:
        self.name, self.home = name, f"{url}/user/{name}"
        self.page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
        self.page.set_default_timeout(WAIT)
        self.page.goto(f"{url}/hub/login")
        self.page.fill("input[name=username]", name)
        self.page.fill("input[name=password]", "x")
        self.page.click("input[type=submit]")
        self.page.wait_for_url(re.compile(f"/user/{name}/lab"))
        self.page.get_by_role("menuitem", name="Nbgrader").wait_for()

    def asked(self, path: str) -> Any:
        """Return what this person's server replies, as data."""
        return self.page.context.request.get(f"{self.home}/{path}").json()

    def menu(self) -> list[str]:
        """Return what nbgrader's menu offers."""
        self.page.get_by_role("menuitem", name="Nbgrader").click()
        entries = self.page.locator(".lm-Menu-itemLabel:visible")
        entries.first.wait_for()
        found = [text for text in entries.all_inner_texts() if text.strip()]
        self.page.keyboard.press("Escape")
        return found


class Student(Person):
    """Fetches, answers, validates, submits, reads."""

    def assignments(self) -> Any:
        """Open the list of assignments anew; return it."""
        self.page.goto(f"{self.home}/lab?reset")
        self.page.get_by_role("menuitem", name="Nbgrader").click()
        self.page.locator(".lm-Menu-item", has_text="Assignment List").click()
        tab = self.page.locator("#nbgrader-assignment-list")
        tab.locator("#course_list_default").filter(has_text="backprop").wait_for()
        return tab

    def fetch(self) -> None:
        """Fetch the assignment."""
        self.assignments().locator("#released_assignments_list .list_item", has_text=ASSIGNMENT).get_by_text(
            "Fetch"
        ).click()
        self.page.locator("#fetched_assignments_list .list_item", has_text=ASSIGNMENT).first.wait_for()

    def answer(self) -> None:
        """Open the notebook, write the first answer, save."""
        self.page.goto(f"{self.home}/lab/tree/{ASSIGNMENT}/{NOTEBOOK}.ipynb?reset")
        self.page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
        self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()
        editor = self.page.locator(".jp-CodeCell", has_text="def linear(w, x)").first.locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(ANSWER)
        with self.page.expect_response(lambda reply: reply.request.method == "PUT" and NOTEBOOK in reply.url):
            self.page.keyboard.press("Control+s")

    def validate(self) -> str:
        """Press Validate in the notebook's toolbar; return what it says."""
        self.page.get_by_role("button", name="Validate").first.click()
        dialog = self.page.locator(".jp-Dialog, .validate-notebook, dialog").last
        dialog.get_by_text(re.compile("validation|failed|passed|Success", re.I)).first.wait_for()
        said = str(dialog.inner_text())
        self.page.keyboard.press("Escape")
        return said

    def submit(self) -> None:
        """Submit the assignment."""
        tab = self.assignments()
        tab.locator("#fetched_assignments_list .list_item", has_text=ASSIGNMENT).get_by_text("Submit").first.click()
        tab.locator("#submitted_assignments_list .list_item", has_text=ASSIGNMENT).first.wait_for()

    def feedback(self) -> str:
        """Fetch the feedback; return the page of it as HTML."""
        row = self.assignments().locator("#submitted_assignments_list .list_item", has_text=ASSIGNMENT).first
        row.get_by_text("Fetch Feedback").first.click()
        row.get_by_text(re.compile("view feedback|feedback", re.I)).first.wait_for()
        folder = f"api/contents/{ASSIGNMENT}/feedback"
        when = self.asked(folder)["content"][-1]["name"]
        return str(self.asked(f"{folder}/{quote(when)}/{NOTEBOOK}.html")["content"])


class Teacher(Person):
    """Generates, releases, collects, autogrades, comments, and gives feedback: all in the formgrader."""

    def press(self, kind: str) -> str:
        """Press a button in the assignment's row, and wait for the success it reports."""
        self.page.goto(f"{self.home}/formgrader/manage_assignments")
        self.page.locator("tr", has_text=ASSIGNMENT).locator(f"td.{kind} a").click()
        return self._said()

    def _said(self) -> str:
        box = self.page.locator(".modal:visible").last
        box.get_by_text(re.compile("^(Success|Error)")).first.wait_for()
        said = str(box.inner_text())
        assert "Success" in said, said
        return said

    def autograde(self, student: str) -> str:
        """Press Autograde for a student's submission."""
        self.page.goto(f"{self.home}/formgrader/manage_submissions/{ASSIGNMENT}")
        self.page.locator("tr", has_text=student).locator("td.autograde a").click()
        return self._said()

    def comment(self, student: str, words: str) -> None:
        """Open a student's notebook in the formgrader and write a comment beside the first answer."""
        listed = self.asked(f"formgrader/api/submitted_notebooks/{ASSIGNMENT}/{NOTEBOOK}")
        number = next(one["id"] for one in listed if one["student"] == student)
        with self.page.expect_response(lambda reply: "/api/comments" in reply.url):
            self.page.goto(f"{self.home}/formgrader/submissions/{number}")
        self.page.wait_for_timeout(1000)  # the page fills its boxes with what it has just been sent
        box = self.page.locator("textarea.comment").first
        box.fill(words)
        with self.page.expect_response(lambda reply: "/api/comment/" in reply.url):
            box.blur()
