"""softplus and cross_entropy as students compose them."""

from __future__ import annotations

from autograder.samples import function

_SOFTPLUS = function(
    "softplus(value)",
    "top = np.maximum(value.data, 0)",
    "return ((value - top).exp() + np.exp(-top)).log() + top",
)
_CROSS_ENTROPY = function(
    "cross_entropy(logits, labels)",
    "n, k = logits.data.shape",
    "shifted = logits - logits.data.max(axis=1, keepdims=True)",
    "at_label = (shifted * np.eye(k)[labels]).sum(axis=1)",
    "return (shifted.exp().sum(axis=1).log() - at_label).sum() / n",
)


def _soft(*lines: str) -> str:
    return function("softplus(value)", *lines) + "\n" + _CROSS_ENTROPY


def _cross(old: str, new: str) -> str:
    if _CROSS_ENTROPY.count(old) != 1:
        raise ValueError(f"{old!r} does not stand once in cross_entropy")
    return _SOFTPLUS + "\n" + _CROSS_ENTROPY.replace(old, new)


_SIZE = "size = value.relu() + (-value).relu()"
_LOSS = "return (shifted.exp().sum(axis=1).log() - at_label).sum() / n"

_WRONG_COMPOSE = {
    "softplus overflows": _soft("return (value.exp() + 1).log()"),
    "softplus overflows below": _soft("return value + ((-value).exp() + 1).log()"),
    "no slope at 0": _soft(_SIZE, "return value.relu() + ((-size).exp() + 1).log()"),
    "full slope at 0": _soft(_SIZE, "return value + (-value).relu() + ((-size).exp() + 1).log()"),
    "softplus not finite": _soft("top = value.data.max()", "return ((value - top).exp() + np.exp(-top)).log() + top"),
    "not put back": _soft("top = np.maximum(value.data, 0)", "return ((value - top).exp() + np.exp(-top)).log()"),
    "the 1 is missing": _soft("return value.exp().log()"),
    "cut off at 0": _soft("return value.relu()"),
    "cross entropy overflows": _cross("shifted = logits - logits.data.max(axis=1, keepdims=True)", "shifted = logits"),
    "log of a share": _SOFTPLUS
    + "\n"
    + function(
        "cross_entropy(logits, labels)",
        "n, k = logits.data.shape",
        "u = (logits - logits.data.max(axis=1, keepdims=True)).exp()",
        "p = u / u.sum(axis=1, keepdims=True)",
        "return -((p * np.eye(k)[labels]).sum(axis=1).log()).sum() / n",
    ),
    "one maximum for all rows": _cross("max(axis=1, keepdims=True)", "max()"),
    "sum instead of mean": _cross(".sum() / n", ".sum()"),
    "mean over the entries, too": _cross(".sum() / n", ".sum() / (n * k)"),
    "sign": _cross(_LOSS, "return (at_label - shifted.exp().sum(axis=1).log()).sum() / n"),
    "only the logit of the label": _cross(_LOSS, "return -(logits * np.eye(k)[labels]).sum() / n"),
    "forgot the label": _cross(" - at_label", ""),
    "over the wrong axis": _cross(_LOSS, "return shifted.exp().sum(axis=0).log().sum() / k - at_label.sum() / n"),
    "one sum for all rows": _cross(_LOSS, "return shifted.exp().sum().log() - at_label.sum() / n"),
    "probability instead of its log": _cross(
        _LOSS, "return -(shifted.exp() * np.eye(k)[labels] / shifted.exp().sum(axis=1, keepdims=True)).sum() / n"
    ),
}

_RIGHT_COMPOSE = [
    _SOFTPLUS + "\n" + _CROSS_ENTROPY,
    # half the value and half its size: at 0 the kinks of both relus have slope 0, and 1/2 is left
    function("softplus(value)", _SIZE, "return 0.5 * value + 0.5 * size + (1 + (-size).exp()).log()")
    + "\n"
    + function(
        "cross_entropy(logits, labels)",
        "n = len(labels)",
        "one_hot = np.zeros(logits.data.shape)",
        "one_hot[np.arange(n), labels] = 1",
        "z = logits - logits.data.max()",
        "top = z.data.max(axis=1)",
        "log_sum = ((z - top[:, None]).exp() @ np.ones(z.data.shape[1])).log() + top",
        "return (log_sum.sum() - (one_hot * z).sum()) * (1 / n)",
    ),
    # row by row, and softplus as a soft-max of the value and 0
    function(
        "softplus(value)",
        "m = (np.abs(value.data) + value.data) / 2",
        "return m + ((value - m).exp() + np.exp(0 - m)).log()",
    )
    + "\n"
    + function(
        "cross_entropy(logits, labels)",
        "rows = range(len(labels))",
        "k = logits.data.shape[1]",
        "total = 0.0",
        "for i in rows:",
        "    row = np.eye(len(labels))[i] @ (logits - logits.data.max(axis=1)[:, None])",
        "    total = total + row.exp().sum().log() - row @ np.eye(k)[labels[i]]",
        "return total / len(labels)",
    ),
]

WRONG = {
    "compose": _WRONG_COMPOSE,
}

RIGHT = {
    "compose": _RIGHT_COMPOSE,
}
