"""Notebook 07: the way back through windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from barprop.exercises.layer_drivers import CACHE, cache_mistakes, layer_drive, with_cache
from barprop.exercises.sampling import draw, read_only
from barprop.judging.exercise import Case, Exercise, Mistake, Part, Values, family, one_output
from barprop.numerics.steps import product
from barprop.numerics.vjp import pull_back


def _floats(u: Any) -> np.ndarray:
    return np.asarray(u, dtype=float)


def _slide(x: Any, W: Any, b: Any, s: int) -> np.ndarray:
    """Slide the windows: (n, H, W, c), (k, k, c), (c,) -> (n, h, w, c)."""
    windows = sliding_window_view(_floats(x), np.shape(W)[:2], (1, 2))[:, ::s, ::s]
    return product(windows, _floats(W).transpose(2, 0, 1)).sum(axis=(-1, -2)) + b


def _probes(rng: np.random.Generator) -> Iterator[Case]:
    def case(label: str, n: int, height: int, width: int, c: int, k: int, s: int, **more: Any) -> Case:
        args = {"h_prev": draw(rng, n, height, width, c), "W": draw(rng, k, k, c), "b": draw(rng, c)}
        shape = (n, (height - k) // s + 1, (width - k) // s + 1, c)
        return Case(label, {**args, "h_bar": draw(rng, *shape)}, {"k": k, "s": s, **more})

    yield case("windows of 3 x 3, side by side", 2, 5, 4, 2, 3, 1, other=draw(rng, 2, 5, 4, 2))
    yield case("stride 2, and a row that no window sees", 1, 6, 5, 2, 3, 2)
    yield case("stride 3, pixels between the windows", 2, 6, 5, 1, 2, 3)
    yield case("windows of 1 x 1, stride 2", 2, 3, 4, 2, 1, 2)
    yield case("windows of 4 x 4, stride 2", 1, 8, 6, 1, 4, 2)
    yield case("a picture that is one window", 2, 3, 3, 2, 3, 2)
    whole = case("whole numbers, Fortran order, read-only", 1, 4, 5, 2, 2, 1)
    args = {key: np.asfortranarray(rng.integers(1, 8, np.shape(u))) for key, u in whole.args.items()}
    args = args | {"h_bar": np.asfortranarray(whole.h_bar)}
    yield Case(whole.label, {key: read_only(u) for key, u in args.items()}, whole.context)


def _right(c: Case) -> Values:
    bars = {
        "h": _slide(c.h_prev, c.W, c.b, c.s),
        "W_bar": pull_back(lambda W: _slide(c.h_prev, W, c.b, c.s), c.W, c.h_bar),
        "b_bar": pull_back(lambda b: _slide(c.h_prev, c.W, b, c.s), c.b, c.h_bar),
        "h_prev_bar": pull_back(lambda x: _slide(x, c.W, c.b, c.s), c.h_prev, c.h_bar),
    }
    return with_cache(c, bars)


# --- wrong ways back ----------------------------------------------------------------------------


def _windows(c: Case) -> Iterator[tuple[int, int, slice, slice]]:
    """Every window (y, x), in reading order, with the rows and columns of the picture in it."""
    for y, x in np.ndindex(*np.shape(c.h_bar)[1:3]):
        yield y, x, slice(c.s * y, c.s * y + c.k), slice(c.s * x, c.s * x + c.k)


def _scattered(c: Case, report: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> np.ndarray:
    """Every window reports report(its bar (n, 1, 1, c), W) (n, k, k, c) to its pixels, which add up."""
    x_bar = np.zeros(np.shape(c.h_prev))
    for y, x, rows, columns in _windows(c):
        x_bar[:, rows, columns] += report(_floats(c.h_bar)[:, y : y + 1, x : x + 1], _floats(c.W))
    return x_bar


def _last_place_wins(c: Case) -> np.ndarray:
    """Keep for each pixel only the last contribution, place by place in the window."""
    x_bar, (rows, columns) = np.zeros(np.shape(c.h_prev)), np.shape(c.h_bar)[1:3]
    for i, j in np.ndindex(c.k, c.k):
        x_bar[:, i : i + c.s * rows : c.s, j : j + c.s * columns : c.s][:, :rows, :columns] = product(
            c.h_bar, _floats(c.W)[i, j]
        )
    return x_bar


def _last_window_wins(c: Case) -> np.ndarray:
    """Keep for each pixel only the last contribution, window by window."""
    x_bar = np.zeros(np.shape(c.h_prev))
    for y, x, rows, columns in _windows(c):
        x_bar[:, rows, columns] = product(_floats(c.h_bar)[:, y : y + 1, x : x + 1], c.W)
    return x_bar


def _averaged(c: Case, right: np.ndarray) -> np.ndarray:
    """Divided by the number of windows in which a pixel stood."""
    return right / np.maximum(_scattered(c, lambda bar, W: np.ones((len(bar), *W.shape))), 1)


def _without_stride(c: Case) -> dict[str, np.ndarray]:
    """W_bar and h_prev_bar as if the windows were side by side."""
    (rows, columns), z, bar = np.shape(c.h_bar)[1:3], _floats(c.h_prev), _floats(c.h_bar)
    W_bar, x_bar = np.zeros(np.shape(c.W)), np.zeros(z.shape)
    for i, j in np.ndindex(c.k, c.k):
        W_bar[i, j] = product(bar, z[:, i : i + rows, j : j + columns]).sum(axis=(0, 1, 2))
        x_bar[:, i : i + rows, j : j + columns] += product(bar, _floats(c.W)[i, j])
    return {"W_bar": W_bar, "h_prev_bar": x_bar}


def _seen(c: Case) -> np.ndarray:
    """Sum what was at each place of a window: (k, k, c)."""
    return sum((_floats(c.h_prev)[:, rows, columns].sum(axis=0) for *_, rows, columns in _windows(c)), np.zeros(1))


def _turned(W: Any) -> np.ndarray:
    return _floats(W)[::-1, ::-1]


def _mirrored(W: Any) -> np.ndarray:
    return _floats(W).transpose(1, 0, 2)


def _input(name: str, hint: str, wrong: Callable[[Case], Any]) -> Mistake:
    return Mistake(name, hint, one_output("h_prev_bar", lambda c, right: wrong(c)))


def _weight(name: str, hint: str, wrong: Callable[[Case, Any], Any], output: str = "W_bar") -> Mistake:
    return Mistake(name, hint, one_output(output, wrong))


def _count(c: Case) -> int:
    """How many times each weight was used."""
    return int(np.prod(np.shape(c.h_bar)[:3]))


def _last_weights(c: Case) -> np.ndarray:
    """Return W_bar of the last window alone."""
    y, x, rows, columns = list(_windows(c))[-1]
    bar = _floats(c.h_bar)[:, y : y + 1, x : x + 1]
    return product(bar, _floats(c.h_prev)[:, rows, columns]).sum(axis=0)


def _right_weights(c: Case) -> np.ndarray:
    return pull_back(lambda W: _slide(c.h_prev, W, c.b, c.s), c.W, c.h_bar)


def _only_corner(c: Case) -> np.ndarray:
    """Put the bar of a window, times the sum of W, on the pixel at its corner."""
    x_bar = np.zeros(np.shape(c.h_prev))
    for y, x, rows, columns in _windows(c):
        x_bar[:, rows.start, columns.start] += product(_floats(c.h_bar)[:, y, x], _floats(c.W).sum(axis=(0, 1)))
    return x_bar


_FAMILY = (
    _weight("b_bar one for all features", "b_bar adds the features up. Each has a b of its own.",
            lambda c, right: np.full(len(right), right.sum()), "b_bar"),
    _weight("b_bar of the first example", "b_bar uses the first example alone. All of them used b.",
            lambda c, right: _floats(c.h_bar)[0].sum(axis=(0, 1)), "b_bar"),
    _weight("b_bar of the last window", "b_bar keeps the last window alone: = where += belongs. One b was used in all of them.",
            lambda c, right: _floats(c.h_bar)[:, -1, -1].sum(axis=0), "b_bar"),
    _weight("W_bar of the last window", "W_bar keeps the last window alone: = where += belongs. One W was used in all of them.",
            lambda c, right: _last_weights(c)),
    _weight("W_bar made with W", "W_bar is made with W. What does W multiply in a window?",
            lambda c, right: product(_floats(c.W), _floats(c.h_bar).sum(axis=(0, 1, 2)))),
    _weight("W_bar made with W, over the examples", "W_bar is made with W. What does W multiply in a window?",
            lambda c, right: np.broadcast_to(_floats(c.h_bar).sum(axis=(0, 1, 2)), np.shape(c.W))),
    _input("only the window's corner", "Only one pixel of each window gets a bar. Each of the k x k pixels was read.", _only_corner),
    Mistake("divided by the size of a window", "You divide by the number of pixels in a window. No mean was taken.",
            one_output("h_prev_bar", lambda c, right: right / c.k**2)),
    _input("W_bar in place of W", "The pixels are sent W_bar. By what was the pixel multiplied in forward?",
           lambda c: _scattered(c, lambda bar, W: product(bar, _right_weights(c)))),
)  # fmt: skip

DEPTHWISE_CONV2D = Exercise(
    name="DepthwiseConv2d",
    signature="class DepthwiseConv2d: DepthwiseConv2d(k, s), forward as given, backward(self, h_bar, w) -> ((W_bar, b_bar), h_prev_bar); w = (W, b)",
    observations={"cache": CACHE},
    outputs=("W_bar", "b_bar", "h_prev_bar", "h", "cache"),
    only_with_others=("h", "cache"),
    parts=(Part("weights", 2, ("W_bar", "b_bar")), Part("input", 3, ("h_prev_bar", "h", "cache"))),
    points=5,
    minutes=30,
    level=3,
    statements=("L6", "L13", "L16"),
    probes=_probes,
    oracle=_right,
    guesses=family(*_FAMILY),
    drive=layer_drive("DepthwiseConv2d", "h_prev", ("W", "b"), "h", made_with=("k", "s")),
    mistakes=(
        _input("last place wins", "Each pixel keeps the bar from one window only. It was in several: what happens to bars where one variable is read more than once?",
               _last_place_wins),
        _input("nothing written into the input's bar", "Your h_prev_bar is still all zeros. `part = part + ...` makes a new array; `part += ...` writes into the one that seen shows.",
               lambda c: np.zeros(np.shape(c.h_prev))),
        _input("last window wins", "Each pixel keeps the bar from one window only. It was in several: what happens to bars where one variable is read more than once?",
               _last_window_wins),
        _input("window turned", "The window is rotated by 180 degrees. In forward, position (i, j) was multiplied by W[i, j]; the same pair meets on the way back.",
               lambda c: _scattered(c, lambda bar, W: product(bar, _turned(W)))),
        _input("rows and columns traded", "W is transposed: rows and columns have been exchanged.",
               lambda c: _scattered(c, lambda bar, W: product(bar, _mirrored(W)))),
        _input("bar without W", "Each window hands on its bar alone. By what was the pixel multiplied in it?",
               lambda c: _scattered(c, lambda bar, W: np.broadcast_to(bar, (len(bar), *W.shape)))),
        _input("W without the bar", "Each window hands on W alone. Where is the window's own bar?",
               lambda c: _scattered(c, lambda bar, W: np.broadcast_to(W, (len(bar), *W.shape)))),
        Mistake("averaged the windows", "You divide by the number of windows a pixel was in. What comes back from them adds up; no mean was taken.",
                one_output("h_prev_bar", _averaged)),
        Mistake("forgot the stride", "Right for s = 1 only. Where does the window move when s is larger?", lambda c, right: _without_stride(c)),
        _input("forgot the stride in the input's bar", "Right for s = 1 only. Where does the window move when s is larger?",
               lambda c: _without_stride(c)["h_prev_bar"]),
        _weight("forgot the stride in W_bar", "Right for s = 1 only. Where does the window move when s is larger?",
                lambda c, right: _without_stride(c)["W_bar"]),
        _weight("W_bar without the bar", "W_bar forgets the bars of the windows: each of them counts the same.", lambda c, right: _seen(c)),
        _weight("W_bar added up too early", "Each window brings its own bar and its own pixels. Pair them before you add anything up.",
                lambda c, right: product(_floats(c.h_bar).sum(axis=(0, 1, 2)), _seen(c))),
        _weight("W_bar averaged", "W_bar is too small by the number of times it was used. A loss may take a mean; this layer did not.",
                lambda c, right: right / _count(c)),
        _weight("W_bar averaged over the examples", "W_bar is too small by the number of examples. A loss may take a mean; this layer did not.",
                lambda c, right: right / len(c.h_bar)),
        _weight("W_bar turned", "The numbers of W_bar are right, but the window is rotated by 180 degrees.", lambda c, right: right[::-1, ::-1]),
        _weight("W_bar mirrored", "The numbers of W_bar are right, but rows and columns have been exchanged.", lambda c, right: right.transpose(1, 0, 2)),
        _weight("W_bar one for all features", "W_bar adds the features up. Each has weights of its own.",
                lambda c, right: np.tile(right.sum(axis=2, keepdims=True), (1, 1, right.shape[2]))),
        _weight("W_bar without the features", "W_bar has lost its features. A bar has the shape of its variable, (k, k, c).", lambda c, right: right.sum(axis=2)),
        _weight("W_bar of the first example", "W_bar uses the first example alone. All of them used W.",
                lambda c, right: sum(product(_floats(c.h_bar)[0, y, x], _floats(c.h_prev)[0, rows, columns]) for y, x, rows, columns in _windows(c))),
        _weight("b_bar averaged", "b_bar is a mean. b was added in every window of every example, and their bars add up.",
                lambda c, right: right / _count(c), "b_bar"),
        _weight("b_bar a single number", "b_bar is one number. There is one b for each feature.", lambda c, right: right.sum(), "b_bar"),
        _weight("b_bar counts windows", "b_bar counts the windows and forgets the bars they bring.", lambda c, right: np.full(len(right), float(_count(c))), "b_bar"),
        _weight("b_bar not added up", "b_bar still has an entry for each window. One b was used in all of them.", lambda c, right: _floats(c.h_bar), "b_bar"),
        _weight("b_bar keeps the examples", "b_bar has a row for each example. One b was used in all of them.", lambda c, right: _floats(c.h_bar).sum(axis=(1, 2)), "b_bar"),
        Mistake("traded W_bar and b_bar", "W_bar and b_bar have been exchanged. They come in the order of w.",
                lambda c, right: {"W_bar": right["b_bar"], "b_bar": right["W_bar"]}),
        Mistake("flipped the sign", "The size is right, the sign is not. The minus belongs to the descent step, which is not taken here.",
                lambda c, right: {key: -right[key] for key in ("W_bar", "b_bar", "h_prev_bar")}),
        Mistake("forward changed", "Your forward gives a different result than the one that was handed out.",
                lambda c, right: {"h": _slide(c.h_prev, _turned(c.W), c.b, c.s)}),
        *cache_mistakes(),
    ),
)  # fmt: skip
