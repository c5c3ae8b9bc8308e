"""nbgrader's configuration, read as its own commands read it."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

# jsonschema, which nbformat loads, would build 38 grammars for kinds of addresses that no notebook holds: 3 s.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

from nbgrader.apps import AutogradeApp  # noqa: E402


def configured(db: str | None = None) -> AutogradeApp:
    """Return an nbgrader application configured for the course in the current folder."""
    app = AutogradeApp()
    app.log_level = logging.ERROR
    app.initialize([])
    if db:
        app.coursedir.db_url = db
    app.coursedir.root = str(Path(app.coursedir.root).resolve())
    return app
