"""Opening nbgrader's gradebook, or saying in one sentence why it cannot be opened."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from nbgrader.api import Gradebook, get_alembic_version
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from autograder.course.layout import tools_on_path


def open_gradebook(coursedir: CourseDirectory) -> Gradebook:
    """Open nbgrader's gradebook. Raise NbGraderException with a sentence if the database cannot be opened."""
    tools_on_path()
    coursedir.db_url = with_driver(coursedir.db_url)
    try:
        gradebook = Gradebook(coursedir.db_url, coursedir.course_id)
    except ImportError as error:
        raise NbGraderException(
            f"The gradebook {coursedir.db_url} needs a driver that is not installed ({error.name}): "
            "for PostgreSQL, pip install psycopg2-binary."
        ) from None
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
        raise NbGraderException(f"The gradebook {coursedir.db_url} cannot be opened: {why}") from None
    if not inspect(gradebook.engine).has_table("alembic_version"):  # it was killed while it made its tables
        gradebook.db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        gradebook.db.execute(text(f"INSERT INTO alembic_version (version_num) VALUES ('{get_alembic_version()}')"))
        gradebook.db.commit()
    return gradebook


def the_gradebook(coursedir: CourseDirectory) -> Gradebook:
    """Return the gradebook for reading. Raise NbGraderException instead of making an empty one."""
    url = make_url(coursedir.db_url) if "://" in coursedir.db_url else None
    if url is not None and url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        raise NbGraderException(
            f"There is no gradebook {url.database}. Run this in the folder of the course; `python -m autograder grade` "
            "makes the gradebook."
        )
    return open_gradebook(coursedir)


def with_driver(url: str) -> str:
    """Add the installed driver to the URL of a PostgreSQL database that names none."""
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgresql", "postgres") and not find_spec("psycopg") and find_spec("psycopg2"):
        return f"postgresql+psycopg2{separator}{rest}"
    return url
