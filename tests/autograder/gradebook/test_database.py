"""Several processes that begin with an empty course at once."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from autograder.gradebook.database import open_gradebook


def _open(url: str, start: Barrier, told: Connection) -> None:
    start.wait()
    try:
        with open_gradebook(CourseDirectory(db_url=url, course_id="tests")) as gradebook:
            told.send([student.id for student in gradebook.students])
    except Exception as error:
        told.send(repr(error))


def test_three_graders_make_one_gradebook(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for number in range(4):
        start, pipes = context.Barrier(3), [context.Pipe() for _ in range(3)]
        url = f"sqlite:///{tmp_path}/{number}.db"
        processes = [context.Process(target=_open, args=(url, start, told)) for _, told in pipes]
        for process in processes:
            process.start()
        assert [heard.recv() for heard, _ in pipes] == [[], [], []]
        for process in processes:
            process.join()
