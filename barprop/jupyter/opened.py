"""A Jupyter server extension that lets a notebook of the course be opened without being changed by it.

JupyterLab writes into a notebook what its kernel says of its language, the exact version of Python among it, and marks
the notebook as unsaved if something else was there. The notebooks of the course hold all of it but the version, which
they cannot know; it is added when the server reads one, and the file stays as it is.
"""

from __future__ import annotations

import inspect
import platform
from collections.abc import Callable
from typing import Any

from barprop.jupyter.patching import patch_once

KERNEL = "python3"  # the kernel that runs in the server's own environment


def _load_jupyter_server_extension(server: Any) -> None:
    """Complete what this server reads."""
    complete_opened(type(server.contents_manager))  # the class: other extensions put managers of their own around it


def complete_language(model: dict[str, Any]) -> dict[str, Any]:
    """Give a notebook that a server has read the version of Python its kernel will name; return the model."""
    content = model.get("content")
    metadata = content.get("metadata") if model.get("type") == "notebook" and isinstance(content, dict) else None
    if not isinstance(metadata, dict):
        return model
    language, kernel = metadata.get("language_info"), metadata.get("kernelspec")
    ours = isinstance(kernel, dict) and kernel.get("name") == KERNEL
    if ours and isinstance(language, dict) and language.get("pygments_lexer") == "ipython3":
        language["version"] = platform.python_version()
    return model


def complete_opened(manager: Any) -> None:
    """Let a class of contents managers complete every notebook that it reads."""

    def around(stock: Callable[..., Any]) -> Callable[..., Any]:
        async def get_later(*args: Any, **kwargs: Any) -> dict[str, Any]:
            return complete_language(await stock(*args, **kwargs))

        def get_now(*args: Any, **kwargs: Any) -> dict[str, Any]:
            return complete_language(stock(*args, **kwargs))

        return get_later if inspect.iscoroutinefunction(stock) else get_now  # others look at which it is

    patch_once(manager, "get", around)
