"""Cells that show something, with every accepted shape of an answer, and in a notebook in which nothing is written."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder import samples
from autograder.course.authored import authored, solved
from autograder.course.build import problems_in
from autograder.course.layout import RELEASE, SOLUTIONS
from barprop.exercises import EXERCISES

pytestmark = pytest.mark.slow

RIGHT = samples.right()
NOTEBOOKS = {path.parent.name: path for path in authored() if path.parent.name > "01"}

# Results may be numbers of any kind, and dictionaries in any order of their keys.
_RESHAPED = """
def _reshaped(answer):
    import functools
    kind = {kind}

    def other(value):
        if type(value) is dict:
            return {{key: other(value[key]) for key in reversed(value)}}
        if isinstance(value, (float, np.floating)) or (isinstance(value, np.ndarray) and value.shape == ()):
            return kind(value)
        return value

    return functools.wraps(answer)(lambda *args, **more: other(answer(*args, **more)))
"""

# What these cells show depends on what the exercise leaves free: draws of examples, of noise, which order.
FREE = {
    "02": {"show_training", "show_learned"},
    "04": {"show_kept", "show_training", "show_weights", "show_wrong", "show_hand", "show_hand_trained"},
    "06": {"show_order", "show_memory", "show_torch", "show_train_by_hand", "show_training"},
    # close races, which rounding decides
    "07": {"show_yours", "show_kept", "show_survival", "show_wishes", "show_ascent", "show_saliency"},
}


def executed(notebook: NotebookNode, folder: Path, name: str) -> NotebookNode:
    """Run a notebook in `folder`, beside the files that are handed out with it."""
    for extra in NOTEBOOKS[name].parent.iterdir():
        if extra.is_file() and extra != NOTEBOOKS[name] and extra.suffix != ".ipynb":
            shutil.copy(extra, folder)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    client = NotebookClient(
        notebook, timeout=600, allow_errors=True, resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )  # fmt: skip
    client.execute()
    return notebook


def shown(notebook: NotebookNode, free: set[str]) -> dict[str, str]:
    """Return what the cells that show something have printed, by name."""
    return {
        cell.id: "".join(output.get("text", "") for output in cell.outputs if output.output_type == "stream")
        for cell in notebook.cells
        if "show" in cell.metadata.get("tags", ()) and cell.id not in free
    }


def rounded(text: str) -> str:
    """Return a text with its numbers to three digits, and rounding errors as 0."""
    return re.sub(
        r"[-+]?\d+\.\d+(?:e[-+]\d+)?", lambda m: "0" if abs(float(m[0])) < 1e-9 else f"{float(m[0]):.3g}", text
    )


def otherwise(name: str, number: int, kind: str) -> NotebookNode:
    """Return a solved notebook with right answers written otherwise, whose functions return another kind of number."""
    notebook = solved(NOTEBOOKS[name])
    for cell in notebook.cells:
        grading = cell.metadata.get("nbgrader", {})
        if grading.get("solution"):
            if grading["grade_id"] == "Node" and "class Value(Node)" in RIGHT["Value"][number % len(RIGHT["Value"])]:
                continue  # that Value is built on a Node as the notebook suggests it
            # right, and it would train for days
            sources = [source for source in RIGHT[grading["grade_id"]] if "for k in range(W.shape[1])" not in source]
            cell.source = sources[number % len(sources)]
            functions = re.findall(r"^def ([a-z]\w*)\(", cell.source, re.MULTILINE)
            wrapped = "".join(f"\n{function} = _reshaped({function})" for function in functions)
            cell.source += _RESHAPED.format(kind=kind) + wrapped if functions else ""
    return notebook


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.parametrize(("number", "kind"), [(1, "np.array"), (2, "float")], ids=["0-d arrays", "Python's floats"])
def test_every_accepted_answer_is_shown_like_the_reference(name: str, number: int, kind: str, tmp_path: Path) -> None:
    notebook = executed(otherwise(name, number, kind), tmp_path, name)
    assert problems_in(notebook) == []
    reference = nbformat.read(SOLUTIONS / name / f"{NOTEBOOKS[name].stem}.ipynb", as_version=4)
    free = FREE.get(name[:2], set())
    mine, right = shown(notebook, free), shown(reference, free)
    assert mine.keys() == right.keys()
    for cell, text in right.items():
        assert rounded(mine[cell]) == rounded(text), cell


OFTEN = ("03_gradient_splitting", "05_adversarial", "07_panda")  # the others in `make exhaustive`


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in OFTEN else pytest.mark.exhaustive) for name in NOTEBOOKS]
)
def test_an_untouched_notebook_runs_to_its_end(name: str, tmp_path: Path) -> None:
    notebook = executed(nbformat.read(RELEASE / name / f"{NOTEBOOKS[name].stem}.ipynb", as_version=4), tmp_path, name)
    problems = [text for text in problems_in(notebook) if "a check that does not pass" not in text]
    assert problems == []
    for cell in notebook.cells:  # predictions are worth nothing before they are made
        if cell.metadata.get("nbgrader", {}).get("grade"):
            results = [o.data["text/plain"] for o in cell.outputs if o.output_type == "execute_result"]
            assert results == ["0.0"], cell.id


def test_the_samples_are_those_of_the_exercises() -> None:
    assert set(RIGHT) == set(EXERCISES)
