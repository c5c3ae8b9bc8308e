"""A Jupyter server extension for those who look at notebooks that other people handed in.

It closes what a notebook that is only looked at can do to the server: see the course's docs/security.md. Switched on by
etc/jupyter/jupyter_server_config.d/barprop.json; the course's nbgrader_config.py switches on what concerns nbgrader.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

SUBMITTED = "submitted"  # nbgrader's name of the folder; another one is taken from the formgrader's configuration

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


def _load_jupyter_server_extension(server: Any) -> None:
    """Guard this server."""
    guard_formgrader()
    guard_logout()
    guard_headers(server.web_app.settings, server.base_url)
    guard_kernels(server.kernel_manager, server.web_app.settings)


def _once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a guard, so that it is not put around itself."""
    function.guards = True  # type: ignore[attr-defined]
    return function


def guard_formgrader() -> None:
    """Let the formgrader refuse ?path=, by which nbgrader runs the nbgrader_config.py of any folder."""
    try:
        from nbgrader.server_extensions.formgrader.handlers import FormgraderHandler
    except ImportError:
        return
    stock = FormgraderHandler.get
    if getattr(stock, "guards", False):
        return

    @_once
    @functools.wraps(stock)
    def get(self: Any, *args: Any, **kwargs: Any) -> Any:
        if "path" in self.request.arguments:
            self.set_status(403)
            return self.finish(_NO_PATH)
        return stock(self, *args, **kwargs)

    FormgraderHandler.get = get


def guard_logout() -> None:
    """Let nobody be logged out by a picture."""
    from jupyter_server.auth.logout import LogoutHandler

    stock = LogoutHandler.get
    if getattr(stock, "guards", False):
        return

    @_once
    @functools.wraps(stock)
    def get(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.request.headers.get("Sec-Fetch-Dest", "document") != "document":
            self.set_status(403)
            return self.finish("Logging out takes a page, not a picture.")
        return stock(self, *args, **kwargs)

    LogoutHandler.get = get  # type: ignore[method-assign]


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
        formgrader = settings.get("nbgrader_formgrader")
        names = {SUBMITTED, formgrader.coursedir.submitted_directory if formgrader else SUBMITTED}
        parts = path.strip("/").split("/")
        inside = [number for number, part in enumerate(parts) if part in names]
        return stock("/".join(parts[: inside[0]]) if inside else path, **kwargs)

    manager.cwd_for_path = cwd_for_path
