"""The PyTorch sides of `python -m bench.panda`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from barprop.picture_net import build
from barprop.picture_net.weights import weights_file


class _Layer:
    """Notes what `build` makes, so that the same table of layers builds the PyTorch network."""

    def __init__(self, *args: Any) -> None:
        self.args = args


class Network(_Layer):
    pass


class Linear(_Layer):
    pass


class ReLU6(_Layer):
    pass


class MeanPool(_Layer):
    pass


class Residual(_Layer):
    pass


class DepthwiseConv2d(_Layer):
    pass


def folded_network(tensors: Mapping[str, np.ndarray], dtype: Any = np.float32) -> tuple[Any, list[torch.Tensor]]:
    """Return (forward, weights): the network with batch normalisation folded, forward(pictures (n, 3, H, W))."""
    kinds = {kind.__name__: kind for kind in (Network, Linear, ReLU6, MeanPool, Residual, DepthwiseConv2d)}
    network, w = build(tensors, **kinds, dtype=dtype)
    leaves: list[torch.Tensor] = []
    steps = [_step(layer, weights, leaves) for layer, weights in zip(network.args[0], w, strict=True)]
    return _chain(steps), leaves


def _chain(steps: list[Callable]) -> Callable:
    def forward(x: torch.Tensor) -> torch.Tensor:
        for step in steps:
            x = step(x)
        return x

    return forward


def _step(layer: Any, w: Any, leaves: list[torch.Tensor]) -> Callable:
    """One layer of `build` as PyTorch would do it."""
    kind = type(layer).__name__
    if kind == "Residual":
        inner = _chain([_step(*pair, leaves) for pair in zip(layer.args[0], w, strict=True)])
        return lambda x: x + inner(x)
    own = [torch.from_numpy(_as_torch(kind, u)) for u in w]
    leaves.extend(own)
    return {
        "Picture": lambda x: (255 * x - 127) / 128,
        "Pad": lambda x: functional.pad(x, (layer.before, layer.after, layer.before, layer.after)),
        "Convolution": lambda x: functional.conv2d(x, own[0], own[1], layer.s),
        "DepthwiseConv2d": lambda x: functional.conv2d(x, own[0], own[1], layer.args[1], groups=x.shape[1]),
        "Pointwise": lambda x: functional.conv2d(x, own[0], own[1]),
        "ReLU6": functional.relu6,
        "MeanPool": lambda x: x.mean((2, 3)),
        "Linear": lambda x: functional.linear(x, own[0], own[1]),
    }[kind]


def _as_torch(kind: str, u: np.ndarray) -> np.ndarray:
    """Return a weight in PyTorch's order (m, c, k, k)."""
    if u.ndim == 4:
        u = u.transpose(3, 2, 0, 1)
    elif kind == "DepthwiseConv2d" and u.ndim == 3:
        u = u.transpose(2, 0, 1)[:, None]
    elif kind == "Pointwise" and u.ndim == 2:
        u = u[:, :, None, None]
    return np.ascontiguousarray(u)


def _picture(X: np.ndarray, channels_last: bool) -> torch.Tensor:
    x = torch.from_numpy(X.astype(np.float32).reshape(1, 224, 224, 3)).permute(0, 3, 1, 2)
    order = torch.channels_last if channels_last else torch.contiguous_format
    return x.contiguous(memory_format=order)


def folded(tensors: Mapping[str, np.ndarray], X: np.ndarray, label: int, channels_last: bool) -> Callable[[], Any]:
    """Return a function that computes x_bar with the weights frozen."""
    torch.set_num_threads(1)
    forward, leaves = folded_network(tensors)
    if channels_last:
        for leaf in leaves:
            if leaf.ndim == 4:
                leaf.data = leaf.data.contiguous(memory_format=torch.channels_last)
    x = _picture(X, channels_last).requires_grad_()
    target = torch.tensor([label])

    def x_bar() -> Any:
        x.grad = None
        functional.cross_entropy(forward(x), target).backward()
        return x.grad

    return x_bar


def package_model(X: np.ndarray, label: int, channels_last: bool) -> Callable[[], Any]:
    """Return a function that computes all gradients with the model of efficientnet-lite-pytorch."""
    from efficientnet_lite_pytorch import EfficientNet

    torch.set_num_threads(1)
    model = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=str(weights_file()))
    model.eval()
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
    x, target = _picture(X, channels_last).requires_grad_(), torch.tensor([label])

    def all_bars() -> Any:
        model.zero_grad()
        x.grad = None
        functional.cross_entropy(model((255 * x - 127) / 128), target).backward()
        return x.grad

    return all_bars
