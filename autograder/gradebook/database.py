"""Opening nbgrader's gradebook, or saying in one sentence why it cannot be opened."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from nbgrader.api import Base, Course, Gradebook
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import create_engine, event, insert, inspect, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError


def open_gradebook(coursedir: CourseDirectory) -> Gradebook:
    """Open nbgrader's gradebook. Raise NbGraderException with a sentence if the database cannot be opened."""
    coursedir.db_url = with_driver(coursedir.db_url)
    try:
        _make_tables(coursedir.db_url, coursedir.course_id)
        gradebook = Gradebook(coursedir.db_url, coursedir.course_id)
    except ImportError as error:
        raise NbGraderException(
            f"The gradebook {coursedir.db_url} needs a driver that is not installed ({error.name}): "
            "for PostgreSQL, pip install psycopg2-binary."
        ) from None
    except SQLAlchemyError as error:
        why = " ".join(str(getattr(error, "orig", None) or error).split())[:300]
        raise NbGraderException(f"The gradebook {coursedir.db_url} cannot be opened: {why}") from None
    return gradebook


_VERSION_TABLE = "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL)"
_VERSION = "INSERT INTO alembic_version SELECT :head WHERE NOT EXISTS (SELECT 1 FROM alembic_version)"
# one process at a time makes the tables; the number says nothing
_ONE_AT_A_TIME = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(20260101)"}


def _make_tables(url: str, course: str) -> None:
    """Make nbgrader's tables where they are missing: in a new database, or one whose maker was killed halfway.

    nbgrader would do so as well, but it asks the command `alembic` for the version, which takes seconds, and two that
    begin at once get into each other's way.
    """
    local = make_url(url).get_backend_name() == "sqlite"
    engine = create_engine(url, connect_args={"timeout": 60} if local else {})
    if local:  # the driver would begin a transaction of another kind, and later
        event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    try:
        if inspect(engine).has_table("alembic_version"):
            return
        # Only a new gradebook waits for it: it loads every PostgreSQL dialect.
        from alembic.script import ScriptDirectory

        with engine.begin() as connection:
            if first := _ONE_AT_A_TIME.get(engine.dialect.name):
                connection.execute(text(first))
            Base.metadata.create_all(connection)
            if course and not connection.execute(select(Course).where(Course.id == course)).first():
                connection.execute(insert(Course).values(id=course))
            connection.execute(text(_VERSION_TABLE))
            connection.execute(text(_VERSION), {"head": ScriptDirectory(ALEMBIC_DIR).get_current_head()})
    finally:
        engine.dispose()


def existing_gradebook(coursedir: CourseDirectory) -> Gradebook:
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
