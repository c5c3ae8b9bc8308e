"""How fast the hand-written picture network is, beside PyTorch: `python -m bench.panda`.

EfficientNet-Lite0, one picture of 224 x 224, float32, one thread each, all sides in one process and taking turns:
the course's layers (all bars), layers made for x_bar alone, PyTorch. Prints CPU times, ratios and the peak of memory;
the exit status is 1 when a target is missed.
"""

# ruff: noqa: E402  (the number of threads must be set before NumPy is loaded)
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import importlib.util
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.reference import n07_panda as reference
from barprop.data import panda
from barprop.picture_net import build, load_tensors
from bench import fast_layers

GIBBON = 368
RATIOS = (("x_bar alone", "PyTorch, folded, channels last", 1.2), ("all bars", "PyTorch, the package's model", 1.0))
MEMORY = 150.0  # MB over the weights


def handed_out() -> ModuleType:
    """Return the module with Linear, Network and loss that notebook 07 comes with."""
    path = Path(__file__).resolve().parent.parent / "source" / "07_panda" / "earlier.py"
    spec = importlib.util.spec_from_file_location("earlier", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_hand(tensors: Mapping[str, np.ndarray], **other: Any) -> Callable[[], np.ndarray]:
    """Return a function that takes the photo forward and all the way back, with some layers made otherwise."""
    earlier = handed_out()
    kinds = {"Network": earlier.Network, "Linear": earlier.Linear}
    kinds |= {name: getattr(reference, name) for name in ("ReLU6", "MeanPool", "Residual", "DepthwiseConv2d")}
    network, w = build(tensors, **{**kinds, **other})
    loss, X, labels = earlier.SoftmaxCrossEntropy(), panda().astype(np.float32), np.array([GIBBON])

    def x_bar() -> np.ndarray:
        loss.forward(network.forward(X, w), labels)
        return network.backward(np.float32(loss.backward()), w)[1]

    return x_bar


def sides(tensors: Mapping[str, np.ndarray]) -> dict[str, Callable[[], Any]]:
    """Return everything that is timed, by name."""
    from bench.torch_panda import folded, package_model

    fast = {name: getattr(fast_layers, name) for name in ("Linear", "ReLU6", "DepthwiseConv2d", "Convolution")}
    return {
        "all bars": by_hand(tensors),
        "x_bar alone": by_hand(tensors, **fast, Frame=fast_layers.NoFrame),
        "PyTorch, folded, channels last": folded(tensors, panda(), GIBBON, channels_last=True),
        "PyTorch, folded": folded(tensors, panda(), GIBBON, channels_last=False),
        "PyTorch, the package's model": package_model(panda(), GIBBON, channels_last=True),
    }


def seconds(compute: Callable[[], Any]) -> float:
    """CPU time of one call: other programs on the machine count less than on a clock."""
    begun = time.process_time()
    compute()
    return time.process_time() - begun


def peak(compute: Callable[[], Any]) -> float:
    """Return the most memory that one call needs at a time, in MB, besides what was there before."""
    tracemalloc.start()
    compute()
    found = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return found


def multiplying(tensors: Mapping[str, np.ndarray]) -> Callable[[], None]:
    """Return a function that does nothing but the matrix products of the 1 x 1 convolutions, forward and for x_bar."""
    pairs: list[tuple[np.ndarray, np.ndarray]] = []

    class Noting(fast_layers.Linear):
        def forward(self, h_prev: np.ndarray, w: tuple) -> np.ndarray:
            pairs.append((h_prev, w[0]))
            return super().forward(h_prev, w)

    by_hand(tensors, Linear=Noting)
    by_hand(tensors, Linear=Noting, DepthwiseConv2d=reference.DepthwiseConv2d)()
    outputs = [x @ W.T for x, W in pairs]

    def products() -> None:
        for (x, W), h in zip(pairs, outputs, strict=True):
            x @ W.T
            h @ W

    return products


def main() -> int:
    """Measure, print, and return 0 when all targets are reached."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=20, help="of each side, taking turns")
    args = parser.parse_args()
    try:
        tensors = load_tensors()
        timed = sides(tensors)
    except ImportError as error:
        print(f"There is nothing to compare with: {error}. pip install -e '.[torch,panda,bench]'")
        return 2
    timed["matrix products alone"] = multiplying(tensors)
    right = np.ravel(timed["PyTorch, folded, channels last"]().permute(0, 2, 3, 1).numpy())
    for name in ("all bars", "x_bar alone"):
        apart = np.linalg.norm(timed[name]().ravel() - right) / np.linalg.norm(right)
        if apart > 1e-2:
            print(f"{name}: x_bar differs from PyTorch's by {apart:.0e}")
            return 1
    runs = [{name: seconds(compute) for name, compute in timed.items()} for _ in range(args.runs)]
    print(f"One picture, float32, one thread each, {args.runs} turns, median CPU time (NumPy {np.__version__})")
    for name in timed:
        print(f"  {name:34}{1e3 * np.median([run[name] for run in runs]):7.1f} ms")
    good = True
    for ours, theirs, target in RATIOS:
        ratio = float(np.median([run[ours] / run[theirs] for run in runs]))
        good &= ratio <= target
        print(f"  {ours} / {theirs}: {ratio:.2f} (target: at most {target})")
    most = peak(timed["all bars"])
    print(f"  peak of memory over the weights, all bars: {most:.0f} MB (target: at most {MEMORY:.0f} MB)")
    return 0 if good and most <= MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
