"""The two steps back that a tape on arrays leans on: what broadcasting stretched is summed, and the bars of A @ B."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.answers.returned import take_tuple
from barprop.exercises.sampling import draw, read_only
from barprop.judging.exercise import Case, Exercise, Mistake, Part, Values
from barprop.numerics.vjp import pull_back

# --- unbroadcast ------------------------------------------------------------------------------

_FRONT, _ONES = "the bar, axes put in front", "the bar, axes of length 1"
_BOTH, _NOTHING = "the bar, both at once", "the bar, nothing broadcast"
_SHAPES: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = (
    (_FRONT, (4, 3), (3,)),
    (_FRONT, (3, 3), (3,)),
    (_FRONT, (2, 3), ()),
    (_FRONT, (2, 4, 3), (4, 3)),
    (_FRONT, (2, 4, 3), (3,)),
    (_FRONT, (1, 3), (3,)),
    (_ONES, (4, 3), (4, 1)),
    (_ONES, (4, 3), (1, 3)),
    (_ONES, (3, 3), (3, 1)),
    (_ONES, (2, 3), (1, 1)),
    (_ONES, (2, 4, 3), (2, 1, 3)),
    (_BOTH, (2, 4, 3), (4, 1)),
    (_BOTH, (2, 4, 3), (1, 3)),
    (_BOTH, (3, 3, 3), (1, 3)),
    (_NOTHING, (2, 3), (2, 3)),
    (_NOTHING, (4, 1), (4, 1)),
    (_NOTHING, (), ()),
)


def _unbroadcast_probes(rng: np.random.Generator) -> Iterator[Case]:
    for group, came, shape in _SHAPES:
        args = {"bar": read_only(np.asarray(draw(rng, *came))), "shape": shape}
        yield Case(f"from {came} to {shape}", args, {"group": group}, trivial=group == _NOTHING)  # nothing to sum


def _stretch(case: Case) -> Callable[[np.ndarray], np.ndarray]:
    return lambda operand: np.broadcast_to(operand, np.shape(case.bar))


def _unbroadcast_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    yield case.group, run("unbroadcast", case.bar, case.shape)


def _group(*groups: str) -> Callable[[Callable[[np.ndarray, tuple[int, ...], Any], Any]], Any]:
    """Describe a mistake in some groups of cases: (bar, shape, right value) -> wrong value or None."""

    def of(how: Callable[[np.ndarray, tuple[int, ...], Any], Any]) -> Callable[[Case, Values], Values | None]:
        def wrong(case: Case, right: Values) -> Values | None:
            if case.group not in groups:
                return None
            value = how(case.bar, case.shape, right[case.group])
            return None if value is None else {case.group: value}

        return wrong

    return of


_EVERY = (_FRONT, _ONES, _BOTH, _NOTHING)


def _in_front(bar: np.ndarray, shape: tuple[int, ...], right: Any) -> Any:
    return bar.sum(axis=tuple(range(bar.ndim - len(shape))))


def _one_axis_in_front(bar: np.ndarray, shape: tuple[int, ...], right: Any) -> Any:
    first = bar.sum(axis=0) if bar.ndim > len(shape) else bar
    ones = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return first.sum(axis=ones, keepdims=True) if first.ndim == len(shape) else first


def _ones_before_front(bar: np.ndarray, shape: tuple[int, ...], right: Any) -> Any:
    ones = tuple(axis for axis, length in enumerate(shape) if length == 1)
    return _in_front(bar.sum(axis=ones, keepdims=True), shape, right)


def _last_axes(bar: np.ndarray, shape: tuple[int, ...], right: Any) -> Any:
    return bar.sum(axis=tuple(range(len(shape), bar.ndim)))


def _first_entries(bar: np.ndarray, shape: tuple[int, ...], right: Any) -> Any:
    place = bar[(0,) * (bar.ndim - len(shape))]
    return place[tuple(slice(0, length) for length in shape)]


_MIXED = "reshape takes the entries one after the other, so what belongs to different entries is added up. Sum along whole axes."

UNBROADCAST = Exercise(
    name="unbroadcast",
    signature="unbroadcast(bar, shape) -> array of that shape",
    outputs=_EVERY,
    only_with_others=(_NOTHING,),
    points=2,
    minutes=8,
    level=2,
    statements=("L13", "L21"),
    probes=_unbroadcast_probes,
    oracle=lambda c: {c.group: pull_back(_stretch(c), np.zeros(c.shape), c.bar)},
    drive=_unbroadcast_drive,
    mistakes=(
        Mistake("axes of length 1 not summed", "Axes that broadcasting put in front are summed. An axis of length 1 that was stretched is not.",
                _group(*_EVERY)(_in_front)),
        Mistake("axes of length 1 lost", "The numbers are right, the shape is not: an axis of length 1 is gone. NumPy's sum can keep it.",
                _group(_ONES, _BOTH)(lambda bar, shape, right: np.reshape(right, [n for n in shape if n != 1]))),
        Mistake("the first axis, whatever the shape", "You sum along axis 0 and nothing else. Which axes are new for this shape, and which had length 1?",
                _group(*_EVERY)(lambda bar, shape, right: bar.sum(axis=0) if bar.ndim else None)),
        Mistake("mean instead of sum", "From an entry that was used four times, four contributions come back, and its bar is their sum. You take their mean.",
                _group(_FRONT, _ONES, _BOTH)(lambda bar, shape, right: right * (np.size(right) / bar.size))),
        Mistake("summed the last axes", "Broadcasting puts new axes in front; you sum the last ones.", _group(_FRONT, _BOTH)(_last_axes)),
        Mistake("one axis in front only", "One axis in front is summed. For shape () both axes of (2, 3) are new.",
                _group(_FRONT, _ONES, _BOTH)(_one_axis_in_front)),
        Mistake("axes of length 1 counted before those in front were gone", "Right for new axes alone and for axes of length 1 alone. Where both are there, axis 0 of shape is not axis 0 of the bar: take the new ones off first, or count from behind.",
                _group(*_EVERY)(_ones_before_front)),
        Mistake("nothing summed", "The bar is returned unchanged. To an entry that was used four times four contributions come back; its bar is their sum.",
                _group(_FRONT, _ONES, _BOTH)(lambda bar, shape, right: bar)),
        Mistake("the first use only", "The shape is right, but every use but the first is thrown away. Something comes back from each use of an entry.",
                _group(_FRONT, _ONES, _BOTH)(_first_entries)),
        Mistake("reshaped, then summed", _MIXED, _group(_FRONT, _ONES, _BOTH)(lambda bar, shape, right: bar.reshape((*shape, -1)).sum(axis=-1))),
        Mistake("reshaped with the rest in front, then summed", _MIXED,
                _group(_FRONT, _ONES, _BOTH)(lambda bar, shape, right: bar.reshape((-1, *shape)).sum(axis=0))),
        Mistake("everything summed", "Everything is added up to one number. Each entry of the operand gets only what comes back from its own uses.",
                _group(_FRONT, _ONES, _BOTH)(lambda bar, shape, right: np.full(shape, bar.sum()))),
    ),
)  # fmt: skip

# --- matmul_bars ------------------------------------------------------------------------------

_KINDS = ("matrix @ matrix", "matrix @ vector", "vector @ matrix", "vector @ vector")


def _bars_of(kind: str) -> tuple[str, str]:
    return f"A_bar of {kind}", f"B_bar of {kind}"


def _kind(A: np.ndarray, B: np.ndarray) -> str:
    return " @ ".join("matrix" if np.ndim(u) == 2 else "vector" for u in (A, B))


def _matmul_probes(rng: np.random.Generator) -> Iterator[Case]:
    def case(A: np.ndarray, B: np.ndarray) -> Case:
        out = np.shape(A @ B)
        bar = read_only(draw(rng, *out)) if out else draw(rng)
        return Case(f"{A.shape} @ {B.shape}", {"bar": bar, "A": A, "B": B})

    # All matrices first: an answer that stops on vectors is not tried to the end, and has its points for matrices.
    yield case(draw(rng, 2, 3), draw(rng, 3, 4))
    yield case(draw(rng, 3, 3), draw(rng, 3, 3))  # the shapes of many a wrong answer fit
    yield case(np.asfortranarray(draw(rng, 4, 2)), read_only(draw(rng, 2, 3)))
    whole = rng.integers(-4, 5, (2, 3)), rng.integers(2, 5, (3, 2))
    yield Case("whole numbers", {"bar": draw(rng, 2, 2), "A": whole[0], "B": whole[1]})
    for left, right in (((1, 3), (3, 1)), ((2, 1), (1, 4)),
                        ((2, 3), (3,)), ((3,), (3, 4)), ((3,), (3,)),
                        ((3, 3), (3,)), ((3,), (3, 3)), ((1, 3), (3,)), ((3,), (3, 1)), ((1,), (1,))):  # fmt: skip
        yield case(draw(rng, *left), draw(rng, *right))
    vectors = draw(rng, 2), draw(rng, 2)
    yield Case("(2,) @ (2,), bar a 0-d array", {"bar": np.array(draw(rng)), "A": vectors[0], "B": vectors[1]})


def _matmul_oracle(c: Case) -> Values:
    A, B = np.asarray(c.A, dtype=float), np.asarray(c.B, dtype=float)
    bars = pull_back(lambda u: u @ B, A, c.bar), pull_back(lambda u: A @ u, B, c.bar)
    return dict(zip(_bars_of(_kind(A, B)), bars, strict=True))


def _matmul_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    bars = take_tuple("matmul_bars", run("matmul_bars", *case.args.values()), ("A_bar", "B_bar"))
    yield from zip(_bars_of(_kind(case.A, case.B)), (bar for _, bar in bars), strict=True)


_Bars = Callable[[Any, np.ndarray, np.ndarray], Any]


def _bars(
    kinds: tuple[str, ...], first: _Bars | None = None, second: _Bars | None = None
) -> Callable[[Case, Values], Values | None]:
    """Describe a mistake in some kinds of products: (bar, A, B) -> wrong bar; anything if that does not fit."""

    def wrong(case: Case, right: Values) -> Values | None:
        if _kind(case.A, case.B) not in kinds:
            return None
        found = {}
        for name, how in zip(_bars_of(_kind(case.A, case.B)), (first, second), strict=True):
            if how is None:
                continue
            try:
                found[name] = how(
                    np.asarray(case.bar), np.asarray(case.A, dtype=float), np.asarray(case.B, dtype=float)
                )
            except ValueError:  # the shapes do not fit
                return None
        return found

    return wrong


_MATRICES, _VECTORS = _KINDS[:1], _KINDS[1:]
_FIT = "Write down the shapes for A (2, 3) and B (3, 4), result (2, 4)"

MATMUL_BARS = Exercise(
    name="matmul_bars",
    signature="matmul_bars(bar, A, B) -> (A_bar, B_bar)",
    outputs=tuple(name for kind in _KINDS for name in _bars_of(kind)),
    points=4,
    parts=(
        Part("matrices", 2, _bars_of(_KINDS[0])),
        Part("vectors", 2, tuple(name for kind in _KINDS[1:] for name in _bars_of(kind))),
    ),
    minutes=12,
    level=2,
    statements=("L16", "L21"),
    probes=_matmul_probes,
    oracle=_matmul_oracle,
    drive=_matmul_drive,
    mistakes=(
        Mistake("transpose forgotten", f"With square matrices nothing complains. {_FIT}: which way round does each factor fit?",
                _bars(_MATRICES, lambda bar, A, B: bar @ B, lambda bar, A, B: A @ bar)),
        Mistake("factors on the wrong side", f"The order of the factors matters. {_FIT}, and see what fits.",
                _bars(_MATRICES, lambda bar, A, B: B.T @ bar, lambda bar, A, B: bar @ A.T)),
        Mistake("swapped the two bars", "The bar of A comes first. Compare the shape of each result with the shape of its operand.",
                _bars(_MATRICES, lambda bar, A, B: A.T @ bar, lambda bar, A, B: bar @ B.T)),
        Mistake("bar not used", "The incoming bar is not always ones; your result does not use it.",
                _bars(_MATRICES, lambda bar, A, B: np.ones(bar.shape) @ B.T, lambda bar, A, B: A.T @ np.ones(bar.shape))),
        Mistake("@ like *", "These are the bars of a product entry by entry. In A @ B each entry of A meets a whole row of B.",
                _bars(_MATRICES, lambda bar, A, B: bar * B, lambda bar, A, B: bar * A)),
        Mistake("outer product the wrong way round", "The bar of a matrix that met a vector is transposed.",
                _bars(("matrix @ vector", "vector @ matrix"),
                      lambda bar, A, B: np.outer(B, bar) if A.ndim == 2 else B @ bar,
                      lambda bar, A, B: np.outer(bar, A) if B.ndim == 2 else A.T @ bar)),
        Mistake("an outer product lost", "The bar of a matrix that met a vector needs a number for every pair: row of the matrix, entry of the vector.",
                _bars(("matrix @ vector", "vector @ matrix"),
                      lambda bar, A, B: bar * B if A.ndim == 2 else B @ bar,
                      lambda bar, A, B: bar * A if B.ndim == 2 else A.T @ bar)),
        Mistake("partner's bar lost in vector @ vector", "A dot product is a sum of products: the bar of each entry of A is made with its partner in B.",
                _bars(("vector @ vector",), lambda bar, A, B: bar * A, lambda bar, A, B: bar * B)),
        Mistake("an extra axis left on", "A vector seen as a matrix of one row or one column comes back as a matrix. Its bar has the shape of the vector: take the extra axis off.",
                _bars(_VECTORS, lambda bar, A, B: _kept(bar, A, B)[0], lambda bar, A, B: _kept(bar, A, B)[1])),
    ),
)  # fmt: skip


def _kept(bar: np.ndarray, A: np.ndarray, B: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the bars of the matrices that the vectors are seen as."""
    rows, columns = np.atleast_2d(A), B if B.ndim == 2 else B[:, None]
    table = np.reshape(bar, (len(rows), columns.shape[1]))
    return table @ columns.T, rows.T @ table
