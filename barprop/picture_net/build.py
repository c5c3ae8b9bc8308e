"""Put EfficientNet-Lite0 together from layers, the reader's own among them, and from the trained tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from barprop.picture_net.layers import Convolution, Pad, Picture, Pointwise

# Blocks of the network in groups: size and stride of the windows, features that come out, number of blocks.
# Only the first block of a group has the stride; the others keep their size and so can be residual.
GROUPS = ((3, 1, 16, 1), (3, 2, 24, 2), (5, 2, 40, 2), (3, 2, 80, 3), (5, 1, 112, 3), (5, 2, 192, 4), (3, 1, 320, 1))
_EPSILON = 1e-3  # of the network's batch normalisation


def build(
    tensors: Mapping[str, np.ndarray],
    *,
    Network: Callable[..., Any],
    Linear: Callable[..., Any],
    ReLU6: Callable[..., Any],
    MeanPool: Callable[..., Any],
    Residual: Callable[..., Any],
    DepthwiseConv2d: Callable[..., Any],
    dtype: Any = np.float32,
    Convolution: Callable[..., Any] = Convolution,
    Frame: Callable[..., Any] = Pad,
) -> tuple[Any, list[Any]]:
    """Build EfficientNet-Lite0 from layer classes.

    Parameters
    ----------
    tensors : mapping
        The trained tensors, as `load_tensors` returns them.
    Network, Linear, ReLU6, MeanPool, Residual, DepthwiseConv2d : classes
        As notebooks 04 and 07 define them.
    dtype : type
        In which the network computes.
    Convolution, Frame : classes
        Of the first layer, and of the zeros around what a DepthwiseConv2d sees.

    Returns
    -------
    network, w
        The network takes pictures as rows (n, 150528) with numbers in [0, 1] and returns logits (n, 1000). w is a list
        with an entry for each layer, itself a list where the layer is a Residual.
    """
    weights = _Weights(tensors, dtype)
    layers = [Picture(dtype=dtype), Pad(3, 2), Convolution(3, 2), ReLU6()]
    w: list[Any] = [(), (), weights.folded("_conv_stem", "_bn0"), ()]
    number = 0
    for k, s, _, blocks in GROUPS:
        for repeat in range(blocks):
            block = [Frame(k, 1 if repeat else s), DepthwiseConv2d(k, 1 if repeat else s), ReLU6(), Pointwise(Linear())]
            if number:  # the very first block has no wider middle
                block = [Pointwise(Linear()), ReLU6(), *block]
            own = weights.block(f"_blocks.{number}", widens=number > 0)
            layers += [Residual(block)] if repeat else block
            w += [own] if repeat else own
            number += 1
    layers += [Pointwise(Linear()), ReLU6(), MeanPool(), Linear()]
    last = tuple(np.asarray(tensors[f"_fc.{name}"], dtype=dtype) for name in ("weight", "bias"))
    w += [weights.folded("_conv_head", "_bn1"), (), (), last]
    return Network(layers), w


class _Weights:
    """The trained tensors as the layers' weights."""

    def __init__(self, tensors: Mapping[str, np.ndarray], dtype: Any) -> None:
        self.tensors, self.dtype = tensors, dtype

    def block(self, name: str, widens: bool) -> list[tuple]:
        """Return the weights of one block, an entry for each layer."""
        first = [self.folded(f"{name}._expand_conv", f"{name}._bn0"), ()] if widens else []
        middle = self.folded(f"{name}._depthwise_conv", f"{name}._bn1")
        return [*first, (), middle, (), self.folded(f"{name}._project_conv", f"{name}._bn2")]

    def folded(self, convolution: str, norm: str) -> tuple[np.ndarray, np.ndarray]:
        """Return (W, b) of a convolution and the batch normalisation after it.

        Once trained, batch normalisation multiplies each feature by a number and adds another: both go into W and b.
        """
        kinds = ("weight", "bias", "running_mean", "running_var")
        scale, shift, mean, variance = (self.tensors[f"{norm}.{kind}"].astype(float) for kind in kinds)
        scale = scale / np.sqrt(variance + _EPSILON)
        W = self.tensors[f"{convolution}.weight"] * scale[:, None, None, None]  # (m, c, k, k)
        if W.shape[2:] == (1, 1):
            W = W[:, :, 0, 0]  # Linear's (m, d)
        elif W.shape[1] == 1:
            W = W[:, 0].transpose(1, 2, 0)  # (k, k, c)
        else:
            W = W.transpose(2, 3, 1, 0)  # (k, k, c, m)
        return np.ascontiguousarray(W, dtype=self.dtype), (shift - mean * scale).astype(self.dtype)


def multiplications(side: int = 224) -> dict[str, int]:
    """Return how many multiplications one forward pass of the network takes, by kind of layer."""
    size, c = side // 2, 32
    count = {"Convolution": size**2 * 9 * 3 * c, "Linear, at every pixel": 0, "DepthwiseConv2d": 0}
    first = True
    for k, s, out, blocks in GROUPS:
        for repeat in range(blocks):
            wide, stride = c if first else 6 * c, 1 if repeat else s
            before = size**2
            size = -(-size // stride)
            count["Linear, at every pixel"] += (0 if first else before * c * wide) + size**2 * wide * out
            count["DepthwiseConv2d"] += size**2 * wide * k**2
            c, first = out, False
    count["Linear, at every pixel"] += size**2 * c * 1280
    return {**count, "Linear, once": 1280 * 1000}
