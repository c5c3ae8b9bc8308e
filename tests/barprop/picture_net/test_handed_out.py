"""What is handed out with notebook 07: the given layers, one's own answers in their place, a photo of one's own."""

from __future__ import annotations

import ast
import importlib.util
import io
import shutil
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import numpy as np
import pytest
from PIL import Image

from autograder.course import stand_ins
from autograder.course.layout import RELEASE, SOLUTIONS, SOURCE
from autograder.reference import REFERENCES
from barprop.check import passes
from barprop.data import panda
from barprop.picture_net import PhotoAttack

GIVEN = ("Linear", "Network", "SoftmaxCrossEntropy", "input_bar", "targeted")


def handed_out(folder: Path) -> ModuleType:
    """earlier.py as it lies beside the notebook in a student's folder."""
    (folder / "07_panda").mkdir(exist_ok=True)
    for name in ("earlier.npz", "earlier.py"):
        path = Path(shutil.copy(SOURCE / "07_panda" / name, folder / "07_panda"))
    spec = importlib.util.spec_from_file_location("earlier", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def notebook(folder: Path, place: str, **answers: str) -> None:
    """A student's notebook with these answer cells."""
    cells = []
    for name, source in answers.items():
        cell = nbformat.v4.new_code_cell(source)
        cell.metadata["nbgrader"] = {"grade_id": name, "solution": True}
        cells.append(cell)
    (folder / place).parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / place)


@pytest.mark.parametrize("name", GIVEN)
def test_what_is_given_passes_the_checks_of_04_and_05(name: str, tmp_path: Path) -> None:
    assert passes(name, {**REFERENCES.names, **{given: getattr(handed_out(tmp_path), given) for given in GIVEN}})


def test_no_answer_of_04_and_05_is_there_as_text() -> None:
    with np.load(stand_ins.FILE) as file:
        for name, rows in stand_ins.numbers().items():
            assert np.array_equal(file[name], rows)
    text = (SOURCE / "07_panda" / "earlier.py").read_text(encoding="utf-8")
    given = [node for node in ast.parse(text).body if getattr(node, "name", "") in GIVEN]
    assert len(given) == len(GIVEN)
    for node in (inner for one in given for inner in ast.walk(one)):
        assert not isinstance(node, ast.BinOp) or isinstance(node.op, ast.BitOr)  # dictionaries are joined
        if isinstance(node, ast.Attribute):  # nothing of NumPy's arithmetic, and no layer's method is called
            assert node.attr in {
                "layers",
                "shape",
                "run",
                "numbers",
                "array",
                "asarray",
                "arange",
                "_cache",
                "_through",
            }


def test_with_no_other_notebook_all_is_given(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    earlier = handed_out(tmp_path)
    assert earlier.yours() == [getattr(earlier, name) for name in GIVEN]
    said = capsys.readouterr().out
    assert said.startswith("No answer saved in 04_layers/layers.ipynb passes for Linear, Network, SoftmaxCrossEntropy.")
    assert said.count("save that notebook and run this cell again") == 2
    assert said.endswith("\n" + ", ".join(f"{name}: ours" for name in GIVEN) + ".\n")


def test_solved_notebooks_next_door_are_used(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    for name in ("04_layers", "05_adversarial"):
        shutil.copytree(SOLUTIONS / name, tmp_path / name)
    earlier = handed_out(tmp_path)
    for name, used in zip(GIVEN, earlier.yours(), strict=True):
        assert used is not getattr(earlier, name)
    assert capsys.readouterr().out == ", ".join(f"{name}: yours" for name in GIVEN) + ".\n"


def test_what_does_not_pass_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    shutil.copytree(RELEASE / "05_adversarial", tmp_path / "05_adversarial")  # nothing written yet
    (tmp_path / "04_layers").mkdir()
    notebook(tmp_path, "04_layers/layers.ipynb", Linear="class Linear:\n    pass", Network="this is no Python (")
    assert handed_out(tmp_path).yours()[0].__module__ == "earlier"
    assert "Linear: ours, Network: ours" in capsys.readouterr().out
    (tmp_path / "04_layers" / "layers.ipynb").write_text("not JSON")
    assert handed_out(tmp_path).yours()[0].__module__ == "earlier"


def test_a_linear_too_slow_for_a_photo_is_not_used(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    slow = """
class Linear:
    def forward(self, h_prev, w):
        import time
        time.sleep(0.3 * (len(h_prev) > 100))
        self.h_prev = h_prev
        return h_prev @ w[0].T + w[1]

    def backward(self, h_bar, w):
        return (h_bar.T @ self.h_prev, h_bar.sum(axis=0)), h_bar @ w[0]
"""
    notebook(tmp_path, "04_layers/layers.ipynb", Linear=slow)
    handed_out(tmp_path).yours()
    assert "Linear: ours (yours would take minutes for one photo), " in capsys.readouterr().out


# --- a photo of one's own -------------------------------------------------------------------------


class Network:
    """1,000 classes, told apart by nothing much."""

    def forward(self, x: Any, w: Any) -> np.ndarray:
        return np.outer(np.asarray(x).mean(axis=1), np.arange(1000.0))


def brighter(net: Any, X: Any, targets: Any, eps: float, alpha: float, steps: int) -> Any:
    return X + alpha


def upload(attack: PhotoAttack, content: bytes) -> str:
    file = {
        "name": "x",
        "type": "",
        "size": len(content),
        "content": memoryview(content),
        "last_modified": datetime.now(),
    }
    attack.upload.value = (file,)
    return attack.sentence.value


def png(size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("L", size, 128).save(file, "PNG")
    return file.getvalue()


def test_a_photo_is_attacked_and_a_bad_one_becomes_a_sentence() -> None:
    attack = PhotoAttack((Network(), [], None), brighter)
    assert "not a picture" in upload(attack, b"<b>no</b>")
    assert attack.picture.layout.display == "none"
    assert upload(attack, png((300, 200))).startswith("No pixel moved by more than 2")
    assert bytes(attack.picture.value).startswith(b"\x89PNG")
    assert attack.picture.layout.display is None
    assert "at least 32" in upload(attack, png((8, 8)))
    assert attack.picture.layout.display == "none"


def test_an_attack_that_stops_becomes_a_sentence() -> None:
    def stops(*args: Any) -> Any:
        raise ZeroDivisionError("<oh>")

    attack = PhotoAttack((Network(), [], None), stops)
    assert upload(attack, png((300, 200))) == "The attack stopped with ZeroDivisionError: &lt;oh>"


def test_without_a_network_the_button_rests() -> None:
    attack = PhotoAttack(None, brighter)
    assert attack.upload.disabled
    assert "make `net`" in attack.sentence.value
    assert panda().shape == (1, 150528)


def test_without_a_kernel_a_sentence_says_what_stands_there() -> None:
    data = PhotoAttack(None, brighter)._repr_mimebundle_()
    assert data is not None
    assert data["text/plain"].startswith("Choose a photo of your own")
