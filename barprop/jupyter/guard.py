"""A Jupyter server extension for those who look at notebooks that other people handed in.

It closes what a notebook that is only looked at can do to the server: see the course's docs/security.md. Switched on by
etc/jupyter/jupyter_server_config.d/barprop.json; the course's nbgrader_config.py switches on what concerns nbgrader.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from barprop.jupyter.handed_in import make_harmless, plain_manager, refuse_if_large, submitted_root
from barprop.jupyter.patching import patch_once

# Nothing is loaded from other hosts but scripts and style sheets, which a student's text cannot name.
_SOURCES = {
    "img-src": "'self' data: blob:",
    "media-src": "'self' data: blob:",
    "font-src": "'self' data: https://cdnjs.cloudflare.com",  # where nbconvert has MathJax from
    "connect-src": "'self' data: blob:",
    "frame-src": "'self' data: blob:",
    "object-src": "'self' data: blob:",
    "form-action": "'self'",
    "base-uri": "'self'",
}
POLICY = "; ".join(f"{name} {sources}" for name, sources in _SOURCES.items())
_HEADERS = {"Referrer-Policy": "same-origin", "X-DNS-Prefetch-Control": "off"}
_NO_PATH = (
    "The formgrader was asked to load the configuration of another folder (?path=). A configuration is a program, and "
    "a picture in a notebook can ask for the same, so it is refused. Start Jupyter in the folder of your course."
)
_PLAIN = "barprop_plain_contents_manager"
_NO_CONVERSION = "Submissions are not converted in this server. Grade it, and convert the graded notebook."


def _load_jupyter_server_extension(server: Any) -> None:
    """Guard this server."""
    guard_formgrader()
    guard_logout()
    guard_contents()
    guard_conversion()
    guard_headers(server.web_app.settings, server.base_url)
    guard_kernels(server.kernel_manager, server.web_app.settings)


def guard_formgrader() -> None:
    """Let the formgrader refuse ?path=, by which nbgrader runs the nbgrader_config.py of any folder."""
    try:
        from nbgrader.server_extensions.formgrader.handlers import FormgraderHandler
    except ImportError:
        return

    def around(stock: Callable[..., Any]) -> Callable[..., Any]:
        def get(self: Any, *args: Any, **kwargs: Any) -> Any:
            if "path" in self.request.arguments:
                self.set_status(403)
                return self.finish(_NO_PATH)
            return stock(self, *args, **kwargs)

        return get

    patch_once(FormgraderHandler, "get", around)


def guard_logout() -> None:
    """Let nobody be logged out by a picture."""
    from jupyter_server.auth.logout import LogoutHandler

    def around(stock: Callable[..., Any]) -> Callable[..., Any]:
        def get(self: Any, *args: Any, **kwargs: Any) -> Any:
            if self.request.headers.get("Sec-Fetch-Dest", "document") != "document":
                self.set_status(403)
                return self.finish("Only a page can log you out, not a picture.")
            return stock(self, *args, **kwargs)

        return get

    patch_once(LogoutHandler, "get", around)


def guard_contents() -> None:
    """Let what is under submitted/ be opened without what it would have JupyterLab or jupytext do."""
    from jupyter_server.services.contents.handlers import ContentsHandler

    def manager(self: Any) -> Any:
        path = self.path_kwargs.get("path") or ""
        if submitted_root(path, self.settings) is None:
            return self.settings["contents_manager"]
        if _PLAIN not in self.settings:  # not sooner: jupytext puts its own in place when it is loaded
            self.settings[_PLAIN] = plain_manager(self.settings["contents_manager"])
        return self.settings[_PLAIN]

    def around_get(stock: Callable[..., Any]) -> Callable[..., Any]:
        async def get(self: Any, path: str = "") -> Any:
            inside = self.current_user and submitted_root(path or "", self.settings) is not None
            if inside and self.get_query_argument("content", "1") != "0":
                refuse_if_large(self.contents_manager, path)
            reply = stock(self, path)  # nothing for who is not logged in
            return None if reply is None else await reply

        return get

    def around_finish(stock: Callable[..., Any]) -> Callable[..., Any]:
        def finish_model(self: Any, model: dict[str, Any], location: bool = True) -> None:
            notebook = model.get("type") == "notebook" and model.get("content")
            if notebook and submitted_root(model["path"], self.settings) is not None:
                make_harmless(notebook)
            stock(self, model, location)

        return finish_model

    ContentsHandler.contents_manager = property(manager)  # type: ignore[method-assign, assignment]
    patch_once(ContentsHandler, "get", around_get)
    patch_once(ContentsHandler, "_finish_model", around_finish)


def guard_conversion() -> None:
    """Convert nothing that is under submitted/: a picture can ask for it, and some texts take for ever."""
    from jupyter_server.nbconvert.handlers import NbconvertFileHandler

    def around(stock: Callable[..., Any]) -> Callable[..., Any]:
        def get(self: Any, format: str, path: str) -> Any:
            if submitted_root(path, self.settings) is not None:
                self.set_status(403)
                return self.finish(_NO_CONVERSION)
            return stock(self, format, path)

        return get

    patch_once(NbconvertFileHandler, "get", around)


def guard_headers(settings: dict[str, Any], base_url: str) -> None:
    """Send with every page where it may load pictures, sounds and frames from: this server only."""
    headers = settings.setdefault("headers", {})
    report = f"{base_url.rstrip('/')}/api/security/csp-report"
    stock = f"frame-ancestors 'self'; report-uri {settings.get('csp_report_uri', report)}"
    policy = headers.get("Content-Security-Policy", stock)
    if POLICY not in policy:
        headers["Content-Security-Policy"] = f"{policy}; {POLICY}"
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)


def guard_kernels(manager: Any, settings: dict[str, Any]) -> None:
    """Start the kernel of a notebook under submitted/ above that folder.

    Python looks in a kernel's folder first for every module, that of the kernel itself among them, and JupyterLab
    starts a kernel for each notebook that is opened.
    """
    stock = manager.cwd_for_path

    @functools.wraps(stock)
    def cwd_for_path(path: str, **kwargs: Any) -> str:
        folder = submitted_root(path, settings)
        return stock(path if folder is None else folder, **kwargs)

    manager.cwd_for_path = cwd_for_path
