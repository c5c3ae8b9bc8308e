"""unbroadcast and matmul_bars as students write them."""

from __future__ import annotations

from autograder.samples import function

# --- unbroadcast -------------------------------------------------------------------------------


def _unbroadcast(*lines: str) -> str:
    return function("unbroadcast(bar, shape)", *lines)


_FRONT = "bar = bar.sum(axis=tuple(range(bar.ndim - len(shape))))"
_ONES = "ones = tuple(i for i, n in enumerate(shape) if n == 1)"
_KEPT = "return bar.sum(axis=ones, keepdims=True)"

_WRONG_UNBROADCAST = {
    "axes of length 1 not summed": _unbroadcast(_FRONT, "return bar"),
    "axes of length 1 lost": _unbroadcast(_FRONT, _ONES, "return bar.sum(axis=ones)"),
    "the first axis, whatever the shape": _unbroadcast("return bar.sum(axis=0) if bar.ndim else bar.copy()"),
    "mean instead of sum": _unbroadcast(_FRONT.replace("sum", "mean"), _ONES, _KEPT.replace("sum", "mean")),
    "summed the last axes": _unbroadcast("bar = bar.sum(axis=tuple(range(len(shape), bar.ndim)))", "return bar"),
    "one axis in front only": _unbroadcast(
        "if bar.ndim > len(shape):",
        "    bar = bar.sum(axis=0)",
        _ONES,
        "return bar.sum(axis=ones, keepdims=True) if bar.ndim == len(shape) else bar",
    ),
    "axes of length 1 counted before those in front were gone": _unbroadcast(
        _ONES, "bar = bar.sum(axis=ones, keepdims=True)", "return bar.sum(axis=tuple(range(bar.ndim - len(shape))))"
    ),
    "nothing summed": _unbroadcast("return bar.copy()"),
    "the first use only": _unbroadcast(
        "bar = bar[(0,) * (bar.ndim - len(shape))]", "return bar[tuple(slice(0, n) for n in shape)].copy()"
    ),
    "reshaped, then summed": _unbroadcast("return bar.reshape((*shape, -1)).sum(axis=-1)"),
    "reshaped with the rest in front, then summed": _unbroadcast("return bar.reshape((-1, *shape)).sum(axis=0)"),
    "everything summed": _unbroadcast("return bar.copy() if bar.shape == shape else np.full(shape, bar.sum())"),
}

_RIGHT_UNBROADCAST = [
    _unbroadcast(_FRONT, _ONES, _KEPT),
    _unbroadcast(
        "bar = bar.copy()",
        "while bar.ndim > len(shape):",
        "    bar = bar.sum(axis=0)",
        "for axis, length in enumerate(shape):",
        "    if length == 1:",
        "        bar = bar.sum(axis=axis, keepdims=True)",
        "return bar",
    ),
    _unbroadcast(
        "padded = (1,) * (bar.ndim - len(shape)) + shape",
        "axes = tuple(i for i in range(bar.ndim) if padded[i] != bar.shape[i])",
        "return bar.sum(axis=axes, keepdims=True).reshape(shape).copy()",
    ),
    # place by place
    _unbroadcast(
        "result = np.zeros(shape)",
        "for place in np.ndindex(bar.shape):",
        "    own = place[len(place) - len(shape):]",
        "    result[tuple(0 if n == 1 else i for i, n in zip(own, shape))] += bar[place]",
        "return result",
    ),
]


# --- matmul_bars -------------------------------------------------------------------------------

_SEEN_AS_MATRICES = (
    "rows = A if A.ndim == 2 else A[None, :]",
    "columns = B if B.ndim == 2 else B[:, None]",
    "G = np.reshape(bar, (rows.shape[0], columns.shape[1]))",
)
_CASES = (
    "if A.ndim == 2 and B.ndim == 2:",
    "    return bar @ B.T, A.T @ bar",
    "if A.ndim == 2:",
    "    return np.outer(bar, B), A.T @ bar",
    "if B.ndim == 2:",
    "    return B @ bar, np.outer(A, bar)",
    "return bar * B, bar * A",
)


def _matmul_bars(old: str = "", new: str = "", lines: tuple[str, ...] = _CASES) -> str:
    source = function("matmul_bars(bar, A, B)", *lines)
    if old and source.count(old) != 1:
        raise ValueError(f"{old!r} does not stand once in matmul_bars")
    return source.replace(old, new) if old else source


_MATRICES = "return bar @ B.T, A.T @ bar"

_WRONG_MATMUL_BARS = {
    "transpose forgotten": _matmul_bars(_MATRICES, "return bar @ B, A @ bar"),
    "factors on the wrong side": _matmul_bars(_MATRICES, "return B.T @ bar, bar @ A.T"),
    "swapped the two bars": _matmul_bars(_MATRICES, "return A.T @ bar, bar @ B.T"),
    "bar not used": _matmul_bars(_MATRICES, "return np.ones_like(bar) @ B.T, A.T @ np.ones_like(bar)"),
    "@ like *": _matmul_bars(_MATRICES, "return bar * B, bar * A"),
    "outer product the wrong way round": _matmul_bars("np.outer(bar, B)", "np.outer(B, bar)").replace(
        "np.outer(A, bar)", "np.outer(bar, A)"
    ),
    "an outer product lost": _matmul_bars("np.outer(bar, B)", "bar * B").replace("np.outer(A, bar)", "bar * A"),
    "partner's bar lost in vector @ vector": _matmul_bars("return bar * B, bar * A", "return bar * A, bar * B"),
    "an extra axis left on": _matmul_bars(lines=(*_SEEN_AS_MATRICES, "return G @ columns.T, rows.T @ G")),
}

_RIGHT_MATMUL_BARS = [
    _matmul_bars(),
    _matmul_bars(lines=(*_SEEN_AS_MATRICES, "return (G @ columns.T).reshape(A.shape), (rows.T @ G).reshape(B.shape)")),
    _matmul_bars(
        lines=(
            'left, right = "ij"[2 - A.ndim:], "jk"[:B.ndim]',
            'out = "ik" if A.ndim == B.ndim == 2 else "i" if A.ndim == 2 else "k" if B.ndim == 2 else ""',
            'return np.einsum(f"{out},{right}->{left}", bar, B), np.einsum(f"{left},{out}->{right}", A, bar)',
        )
    ),
    # row by row, column by column
    _matmul_bars(
        lines=(
            "rows, columns = np.atleast_2d(A), B.reshape(len(B), -1)",
            "A_bar, B_bar = np.zeros(rows.shape), np.zeros(columns.shape)",
            "bars = np.reshape(bar, (len(rows), columns.shape[1]))",
            "for i in range(len(rows)):",
            "    for j in range(columns.shape[1]):",
            "        A_bar[i] += bars[i, j] * columns[:, j]",
            "        B_bar[:, j] += bars[i, j] * rows[i]",
            "return A_bar.reshape(A.shape), B_bar.reshape(B.shape)",
        )
    ),
]

WRONG = {
    "unbroadcast": _WRONG_UNBROADCAST,
    "matmul_bars": _WRONG_MATMUL_BARS,
}

RIGHT = {
    "unbroadcast": _RIGHT_UNBROADCAST,
    "matmul_bars": _RIGHT_MATMUL_BARS,
}
