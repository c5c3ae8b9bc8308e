"""SquaredError and SoftmaxCrossEntropy as students write them."""

from __future__ import annotations

from autograder.samples import class_of

# --- SquaredError ------------------------------------------------------------------------------


def _squared(
    loss: str = "np.sum(d**2) / 2 / len(d)", e_bar: str = "l_bar * d / len(d)", y_bar: str = "-e_bar", **other: str
) -> str:
    return class_of(
        "SquaredError",
        forward=("self, e, y", "d = e - y", other.get("store", "self.d = d"), f"return {loss}"),
        backward=("self, l_bar=1.0", "d = self.d", other.get("after", "pass"), f"e_bar = {e_bar}", f"y_bar = {y_bar}", "return e_bar, y_bar"),
    )  # fmt: skip


_SQUARED_WRONG = {
    "forgot 1/n": _squared(e_bar="l_bar * d"),
    "divided by every entry": _squared(e_bar="l_bar * d / d.size"),
    "twice too large": _squared(e_bar="2 * l_bar * d / len(d)"),
    "half too small": _squared(e_bar="l_bar * d / len(d) / 2"),
    "forgot l_bar": _squared(e_bar="d / len(d)"),
    "traded the bars": _squared(e_bar="-l_bar * d / len(d)"),
    "y_bar is not zero": _squared(y_bar="0.0 * e_bar"),
    "y_bar like e_bar": _squared(y_bar="1.0 * e_bar"),
    "bars of the distance": _squared(e_bar="l_bar * np.sign(d) / len(d)", y_bar="-l_bar * d / len(d)"),
    "forgot the half": _squared("np.sum(d**2) / len(d)"),
    "added up along the last axis": _squared("np.mean(np.sum(d**2, axis=-1)) / 2"),
    "sum instead of mean": _squared("np.sum(d**2) / 2"),
    "mean over every entry": _squared("np.mean(d**2) / 2"),
    "every row with every other": _squared("np.mean(np.sum((np.reshape(e, (len(e), -1)) - y) ** 2, axis=1)) / 2"),
    "every row with every other, averaged": _squared(
        "np.sum(np.mean((e[:, None] - y) ** 2, axis=0)) / len(e) / 2 if e.ndim == 1 else np.sum(d**2) / 2 / len(d)"
    ),
    "distance without its square": _squared("np.mean(np.sqrt((d**2).reshape(len(d), -1).sum(axis=1))) / 2"),
    "a loss for each row": _squared("(d**2).reshape(len(d), -1).sum(axis=1) / 2"),
    "two objects share a cache": _squared(store="SquaredError.d = d"),
    "remembers the first forward": _squared(store="self.__dict__.setdefault('d', d)"),
    "backward eats the cache": _squared(after="del self.d"),
    "reads no cache": _squared(store="self.d = 0 * d + 1"),
}

_SQUARED_RIGHT = [
    _squared(),
    _squared("0.5 * np.mean(np.sum((d**2).reshape(len(d), -1), axis=1))", "d * (l_bar / d.shape[0])", "d * (-l_bar / d.shape[0])"),
    class_of(  # both inputs cached, a loop for the loss
        "SquaredError",
        forward=("self, e, y", "self.e, self.y = e, y", "rows = [np.sum(np.square(a - b)) / 2 for a, b in zip(e, y)]", "return sum(rows) / len(rows)"),
        backward=("self, l_bar=1.0", "share = l_bar / len(self.e)", "return share * (self.e - self.y), share * (self.y - self.e)"),
    ),
    class_of(
        "SquaredError",
        forward=("self, e, y", "self.n = e.shape[0]", "self.difference = np.subtract(e, y)", "flat = self.difference.ravel()", "return float(flat @ flat) / (2 * self.n)"),
        backward=("self, l_bar=1.0", "e_bar = self.difference.astype(float)", "e_bar *= l_bar", "e_bar /= self.n", "return e_bar, -e_bar"),
    ),
]  # fmt: skip


# --- SoftmaxCrossEntropy -----------------------------------------------------------------------


def _cross(
    loss: str = "-np.mean(logs[np.arange(n), labels])", bar: str = "l_bar * (p - hot) / n", axis: int = 1, **other: str
) -> str:
    """Compute the loss from the logarithms of the probabilities p; `hot` is 1 at each row's label."""
    return class_of(
        "SoftmaxCrossEntropy",
        forward=(
            "self, logits, labels",
            f"shifted = logits - logits.max(axis={axis}, keepdims=True)",
            f"logs = shifted - np.log(np.exp(shifted).sum(axis={axis}, keepdims=True))",
            "p, n = np.exp(logs), len(logs)",
            other.get("store", "self.logits, self.p, self.labels = logits, p, labels"),
            f"return {loss}",
        ),
        backward=(
            "self, l_bar=1.0",
            "logits, p, labels = self.logits, self.p.copy(), self.labels",
            "n, k = p.shape",
            "hot = np.eye(k)[labels]",
            *other.get("more", "pass").splitlines(),
            f"return {bar}",
        ),
    )


_NAIVE = "np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)"
_CROSS_WRONG = {
    "forgot 1/n": _cross(bar="l_bar * (p - hot)"),
    "only the probabilities divided": _cross(bar="l_bar * (p / n - hot)"),
    "forgot the one-hot": _cross(bar="l_bar * p / n"),
    "forgot the probabilities": _cross(bar="-l_bar * hot / n"),
    "only the labelled logit": _cross(bar="l_bar * (p - 1) * hot / n"),
    "forgot l_bar": _cross(bar="(p - hot) / n"),
    "flipped the sign": _cross(bar="l_bar * (hot - p) / n"),
    "divided by every entry": _cross(bar="l_bar * (p - hot) / p.size"),
    "took one away in every row": _cross(more="p[:, labels] -= 1", bar="l_bar * p / n"),
    "soft-max over the examples": _cross(axis=0),
    "stopped at the probability": _cross(bar="-l_bar * hot / p / n"),
    "logits in place of probabilities": _cross(bar="l_bar * (logits - hot) / n"),
    "loss overflows": _cross(f"-np.mean(np.log({_NAIVE})[np.arange(n), labels])"),
    "log of a probability that is 0": _cross("-np.mean(np.log(p[np.arange(n), labels]))"),
    "bar overflows": _cross(bar=f"l_bar * ({_NAIVE} - hot) / n"),
    "clipped the logarithm": _cross("-np.mean(np.log(p[np.arange(n), labels] + 1e-12))"),
    "every label for every row": _cross("-np.mean(logs[:, labels])"),
    "shifted one side only": _cross("np.mean(np.log(np.exp(shifted).sum(axis=1)) - logits[np.arange(n), labels])"),
    "sum instead of mean": _cross("-np.sum(logs[np.arange(n), labels])"),
    "forgot the minus": _cross("np.mean(logs[np.arange(n), labels])"),
    "mean over every entry": _cross("-np.sum(logs[np.arange(n), labels]) / logits.size"),
    "probability instead of its logarithm": _cross("np.mean(1 - p[np.arange(n), labels])"),
    "forgot to normalise": _cross("-np.mean(logits[np.arange(n), labels])"),
    "two objects share a cache": _cross(
        store="SoftmaxCrossEntropy.logits, SoftmaxCrossEntropy.p, SoftmaxCrossEntropy.labels = logits, p, labels"
    ),
    "remembers the first forward": _cross(
        store="if not hasattr(self, 'p'): self.logits, self.p, self.labels = logits, p, labels"
    ),
    "backward eats the cache": _cross(more="self.p -= hot", bar="l_bar * self.p / n"),
    "reads no cache": _cross(store="self.logits, self.p, self.labels = logits, 0 * p + 0.5, 0 * labels"),
}

_CROSS_RIGHT = [
    _cross(),
    _cross(more="p[np.arange(n), labels] -= 1", bar="p * (l_bar / n)"),
    class_of(  # log-sum-exp, the one-hot by comparison
        "SoftmaxCrossEntropy",
        forward=(
            "self, logits, labels", "self.logits, self.labels = logits, labels",
            "self.total = np.logaddexp.reduce(logits, axis=1)",
            "return np.mean(self.total - np.take_along_axis(logits, labels[:, None], 1)[:, 0])",
        ),
        backward=(
            "self, l_bar=1.0", "p = np.exp(self.logits - self.total[:, None])",
            "hot = self.labels[:, None] == np.arange(p.shape[1])", "return l_bar * (p - hot) / len(p)",
        ),
    ),
    class_of(  # row by row, in Python
        "SoftmaxCrossEntropy",
        forward=(
            "self, logits, labels", "self.rows, losses = [], []",
            "for row, label in zip(logits, labels):",
            "    e = np.exp(row - max(row))",
            "    losses.append(float(np.log(sum(e)) - (row[label] - max(row))))",
            "    self.rows.append((e / sum(e), int(label)))",
            "return sum(losses) / len(losses)",
        ),
        backward=(
            "self, l_bar=1.0", "bars = []",
            "for p, label in self.rows:",
            "    bar = p.copy()",
            "    bar[label] -= 1.0",
            "    bars.append(bar * l_bar / len(self.rows))",
            "return np.array(bars)",
        ),
    ),
]  # fmt: skip

WRONG = {
    "SquaredError": _SQUARED_WRONG,
    "SoftmaxCrossEntropy": _CROSS_WRONG,
}

RIGHT = {
    "SquaredError": _SQUARED_RIGHT,
    "SoftmaxCrossEntropy": _CROSS_RIGHT,
}
