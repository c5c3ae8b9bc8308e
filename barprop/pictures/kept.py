"""What a layer keeps between forward and backward, in words (notebook 04)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


def kept(layer: Any, **tensors: Any) -> str:
    """Say which arrays an object holds, how large they are, and which tensor of its step each is.

    Parameters
    ----------
    layer : object
        Any object, after its forward.
    tensors : the arrays that may have been kept, by the name to call them.

    Returns
    -------
    Such as "h_prev (the input), 96 bytes"; "nothing" where it holds no array.
    """
    found = []
    for name, array in (pair for item in vars(layer).items() for pair in _arrays(*item)):
        known = (label for label, tensor in tensors.items() if np.array_equal(array, tensor))
        label = next(known, "computed from the inputs")
        found.append(f"{name} ({label}), {array.nbytes} bytes")
    found += [f"{name} ({len(value)} plain numbers)" for name, value in vars(layer).items() if _is_shape(value)]
    return "; ".join(found) or "nothing"


def _arrays(name: str, value: Any) -> Iterator[tuple[str, np.ndarray]]:
    """Numbers and arrays in an attribute, also in tuples, lists and dictionaries."""
    if _is_shape(value):
        return
    if isinstance(value, (tuple, list)) and value and all(isinstance(item, (int, float)) for item in value):
        yield name, np.asarray(value)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _arrays(name, item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _arrays(f"{name}[{key!r}]", item)
    elif isinstance(value, (int, float, np.ndarray, np.generic)) and np.asarray(value).dtype.kind in "fiub":
        yield name, np.asarray(value)


def _is_shape(value: Any) -> bool:
    """Whether this is a tuple of whole numbers, such as a shape: no array, so its bytes do not count."""
    return isinstance(value, tuple) and len(value) > 0 and all(isinstance(item, int) for item in value)
