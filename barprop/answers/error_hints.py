"""What Python and NumPy say when something stops, in words for somebody who meets it for the first time."""

from __future__ import annotations

_PLAIN_AT = "@ stands between two arrays, and one of these is a plain number"
_SHAPES = "the shapes do not fit: in A @ b the columns of A must be as many as the entries of b"
_UNCALLED = "the name of a method stands there; it is called with brackets, as in sigma.slope(z)"
_NO_DRAW = "rng.integers(a, b) never draws b itself, so here there is nothing to draw from"
_MEANS = {
    "truth value of an array": "an `if`, a `max` or an `and` asks one question, and an array holds many numbers",
    "does not have enough dimensions": _PLAIN_AT,
    "for @: 'float'": _PLAIN_AT,
    "mismatch in its core dimension": _SHAPES,
    "not aligned": _SHAPES,
    "could not be broadcast": "the shapes do not fit: entry meets entry, so the last axes must be equal or 1 "
    "(keepdims=True keeps a summed axis)",
    "can't multiply sequence": "a tuple or list stands in the product: take out what is in it first, as in (v,) = w",
    "with casting rule 'same_kind'": "the array holds whole numbers and cannot take fractions: make it float first",
    "inhomogeneous shape": "the parts have different shapes, so they make no array; np.maximum goes entry by entry",
    "can be converted to Python scalars": "float(...) takes one number, and an array of several came",
    "and 'method'": _UNCALLED,
    "'method' and": _UNCALLED,
    "out of bounds for array of dimension": "that array has fewer axes; axis=0 goes over the rows, axis=-1 is the last",
    "high <= 0": _NO_DRAW,
    "low >= high": _NO_DRAW,
    "'bool' object has no attribute": "comparing plain numbers gives plain True or False; np.asarray makes an array",
    "'float' object has no attribute": "a plain number came, which has no such method; np.asarray(h) makes an array",
}


def in_plain_words(message: str) -> str:
    """An error's message, with what it means behind it where it is one that students meet."""
    return next((f"{message}; {means}" for said, means in _MEANS.items() if said in message), message)
