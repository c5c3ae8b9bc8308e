"""Driving a notebook in JupyterLab, and measuring what happens in it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlparse

RUN_ALL = "window.jupyterapp.commands.execute('notebook:run-all-cells')"
IDLE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const kernel = panel.sessionContext.session?.kernel;
  return kernel && kernel.status === 'idle' && panel.content.widgets.every(
    cell => cell.model.type !== 'code' || cell.model.sharedModel.source === '' ||
      cell.model.sharedModel.execution_count !== null);
}"""


def said(widget: Any) -> str:
    """What a widget announces."""
    return widget.locator("[role=status]").inner_text()


class LabPage:
    """One browser page with one notebook open; remembers console errors and requests to other hosts."""

    def __init__(self, browser: Any, lab: Any, width: int = 1300, height: int = 1000, **context: Any) -> None:
        self.lab = lab
        self.context = browser.new_context(viewport={"width": width, "height": height}, **context)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(f"{error}\n{error.stack}"))
        self.page.on("request", self._note)
        self._protocol = self.context.new_cdp_session(self.page)
        self._protocol.send("Performance.enable", {"timeDomain": "threadTicks"})

    def _note(self, request: Any) -> None:
        address = urlparse(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname != "127.0.0.1":
            self.strangers.append(request.url)

    def open(self, name: str) -> LabPage:
        """Open a notebook and wait for its kernel."""
        self.page.goto(f"{self.lab.url}/doc/tree/{name}?token={self.lab.token}")
        self.page.wait_for_function("window.jupyterapp !== undefined", timeout=60_000)
        self.page.evaluate("window.jupyterapp.restored")
        self.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=60_000
        )
        return self

    def run_all(self, timeout: float = 90_000) -> LabPage:
        """Run all cells and wait until the kernel has done."""
        self.page.evaluate(RUN_ALL)
        self.page.wait_for_function(IDLE, timeout=timeout)
        return self

    def theme(self, dark: bool) -> LabPage:
        """Change JupyterLab's theme; not before its splash screen from the last change has gone."""
        if self.page.evaluate("document.body.dataset.jpThemeLight") == str(not dark).lower():
            return self
        name = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: '{name}'}})")
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{str(not dark).lower()}'")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")
        return self

    def save(self) -> LabPage:
        """Save the notebook."""
        self.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
        self.page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
        return self

    def work(self) -> float:
        """Processor time in seconds that the page's main thread has taken so far."""
        metrics = self._protocol.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")

    def cells(self) -> list[dict[str, Any]]:
        """What the notebook's cells hold now."""
        return self.page.evaluate(
            "window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells.map("
            "cell => ({type: cell.cell_type, source: cell.source, id: cell.id}))"
        )

    def widget(self, index: int = 0) -> Any:
        """The index-th widget on the page, scrolled into view."""
        found = self.page.locator("section.bp").nth(index)
        found.wait_for(timeout=30_000)
        found.scroll_into_view_if_needed()
        return found

    def close(self) -> None:
        self.context.close()
