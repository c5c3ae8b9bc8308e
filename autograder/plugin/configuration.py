"""nbgrader's configuration, read as its own commands read it."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from nbgrader.apps import AutogradeApp

from autograder.course.layout import course_around


def configured(db: str | None = None) -> AutogradeApp:
    """Return an nbgrader application for the course around the current folder, and go to the folder of that course.

    Parameters
    ----------
    db : str, optional
        URL of the gradebook, in place of the configured one.
    """
    os.chdir(course_around(Path.cwd()) or ".")
    app = AutogradeApp()
    app.log_level = logging.ERROR
    app.initialize([])
    if db:
        app.coursedir.db_url = db
    app.coursedir.root = str(Path(app.coursedir.root).resolve())
    return app
