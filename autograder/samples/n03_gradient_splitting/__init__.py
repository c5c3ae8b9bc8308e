"""Notebook 03 as students answer it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples import function

SPLIT = "split(z_bar, x)"
GRADIENT = "gradient_share(x)"
STEP = "step_share(x)"
FORWARD = "branches_forward(x1, x2, W1, W2, a1, a2)"
BACKWARD = "branches_backward(z_bar, cache, x1, x2, W1, W2, a1, a2)"
FAN = "fan_out(z_bar, cache, x, W1, W2, a1, a2)"
RATIO = "update_ratio(w, w_bar, lr)"
RESCALE = "rescale(H)"
RATE = "largest_stable_rate(X)"


def _one(signature: str, value: str) -> str:
    return function(signature, f"return {value}")


def _forward(z: str = "a1 @ h1 + a2 @ h2", h1: str = "W1 @ x1", h2: str = "W2 @ x2") -> str:
    return function(FORWARD, f"h1 = {h1}", f"h2 = {h2}", f"z = {z}", 'return {"h1": h1, "h2": h2, "z": z}')


_BRANCH = {
    "z{i}_bar": "z_bar",
    "a{i}_bar": 'z{i}_bar * cache["h{i}"]',
    "h{i}_bar": "z{i}_bar * a{i}",
    "W{i}_bar": "np.outer(h{i}_bar, x{i})",
    "x{i}_bar": "W{i}.T @ h{i}_bar",
}


def _lines(other: dict[str, str]) -> list[str]:
    """Both branches back, line by line, with some lines written otherwise: W="...", x="..."; {i} is the branch."""
    lines = _BRANCH | {f"{letter}{{i}}_bar": value for letter, value in other.items()}
    return [f"{name} = {value}".replace("{i}", i) for i in "12" for name, value in lines.items()]


def _backward(*after: str, **other: str) -> str:
    bars = ", ".join(f'"{name}": {name}_bar' for name in ("a1", "a2", "h1", "h2", "W1", "W2", "x1", "x2"))
    return function(BACKWARD, *_lines(other), *after, f"return {{{bars}}}")


def _fan(*after: str, joined: str = "x1_bar + x2_bar", **other: str) -> str:
    bars = ", ".join(f'"{name}": {name}_bar' for name in ("a1", "a2", "h1", "h2", "W1", "W2"))
    last = (*after, f"x_bar = {joined}", f'return {{{bars}, "x": x_bar}}')
    return function(FAN, "x1, x2 = x, x", *_lines(other), *last)


_BY_OUTPUT = 'z_bar * (a{i} @ cache["h{i}"]) / (a1 @ cache["h1"] + a2 @ cache["h2"])'
_BY_SIZE = 'z_bar * abs(a{i} @ cache["h{i}"]) / (abs(a1 @ cache["h1"]) + abs(a2 @ cache["h2"]))'
_SWAP = tuple(f"{k}1_bar, {k}2_bar = {k}2_bar, {k}1_bar" for k in "ahWx")

_OUTSIDE = {
    "forgot z_bar": {"z": "1.0"},
    "halved z_bar": {"z": "z_bar / 2"},
    "cut z_bar by output": {"z": _BY_OUTPUT},
    "cut z_bar by size": {"z": _BY_SIZE},
    "flipped the sign": {"z": "-z_bar"},
    "swapped a and h": {"a": "z_bar * a{i}", "h": 'z_bar * cache["h{i}"]', "W": "np.outer(z_bar * a{i}, x{i})",
                        "x": "W{i}.T @ (z_bar * a{i})"},
    "forgot z_bar in a": {"a": 'cache["h{i}"].copy()'},
    "forgot z_bar in h": {"h": "a{i} * 1.0", "W": "np.outer(z_bar * a{i}, x{i})", "x": "W{i}.T @ (z_bar * a{i})"},
    "passed z_bar to h": {"h": "z_bar * np.ones(len(a{i}))", "W": "np.outer(z_bar * a{i}, x{i})",
                          "x": "W{i}.T @ (z_bar * a{i})"},
}  # fmt: skip
_INSIDE = {
    "transposed W_bar": {"W": "np.outer(x{i}, h{i}_bar)"},
    "forgot a on the way": {"W": "np.outer(z_bar * np.ones(len(a{i})), x{i})", "x": "W{i}.T @ (z_bar * np.ones(len(a{i})))"},
    "h in place of x": {"W": 'np.outer(h{i}_bar, cache["h{i}"])'},
    "W_bar without x": {"W": "np.outer(h{i}_bar, np.ones(len(x{i})))"},
    # as patched by a student whom the other shapes had stopped with an error
    "W not turned over": {"x": "W{i} @ h{i}_bar if len(x{i}) == len(a{i}) else W{i}.T @ h{i}_bar"},
    "x_bar without a": {"x": "z_bar * W{i}.sum(axis=0)"},
    "product of two sums": {"x": "h{i}_bar.sum() * W{i}.sum(axis=0)"},
    "x_bar from x": {"x": "z_bar * x{i}"},
}  # fmt: skip
_NOT_FAN = ("halved z_bar", "W not turned over", "x_bar without a", "x_bar from x", "product of two sums")
_SECOND_AS_FIRST = tuple(f"{k}2_bar = {k}1_bar" for k in "ahWx")

WRONG = {
    "who": {
        "who makes z is fed": 'who = {"makes_z": 2, "is_fed": 2}\n',
        "the larger x makes z": 'who = {"makes_z": 1, "is_fed": 1}\n',
        "the other way round": 'who = {"makes_z": 1, "is_fed": 2}\n',
        "counted from 0": 'who = {"makes_z": 1, "is_fed": 0}\n',
    },
    "split": {
        "shared z_bar out": _one(SPLIT, "z_bar * np.abs(x) / np.sum(np.abs(x))"),
        "shared z_bar out, signs and all": _one(SPLIT, "z_bar * x / np.sum(x)"),
        "shared z_bar out evenly": _one(SPLIT, "np.ones(len(x)) * z_bar / len(x)"),
        "passed the bar on": _one(SPLIT, "np.array([float(z_bar)] * len(x))"),
        "forgot z_bar": _one(SPLIT, "x * 1.0"),
        "dropped the signs": _one(SPLIT, "z_bar * np.abs(x)"),
        "added it up": _one(SPLIT, "z_bar * np.sum(x)"),
        "squared x": _one(SPLIT, "z_bar * x ** 2"),
        "flipped the sign": _one(SPLIT, "-z_bar * x"),
        "divided": function(SPLIT, 'with np.errstate(all="ignore"):', "    return z_bar / x"),
    },
    "gradient_share": {
        "a small number in the denominator": _one(GRADIENT, "np.abs(x) / (np.sum(np.abs(x)) + 1e-9)"),
        "divided by the sum so far": _one(GRADIENT, "np.abs(x) / np.cumsum(np.abs(x))"),
        "kept the signs": _one(GRADIENT, "x / np.sum(x)"),
        "kept the signs on top": _one(GRADIENT, "x / np.sum(np.abs(x))"),
        "signs in the whole": _one(GRADIENT, "np.abs(x) / np.sum(x)"),
        "signs in the whole only": _one(GRADIENT, "np.abs(x / np.sum(x))"),
        "squared": _one(GRADIENT, "x ** 2 / np.sum(x ** 2)"),
        "did not divide": _one(GRADIENT, "np.abs(x)"),
        "divided by the largest": _one(GRADIENT, "np.abs(x) / np.max(np.abs(x))"),
        "divided by the length": _one(GRADIENT, "np.abs(x) / np.linalg.norm(x)"),
        "divided by the mean": _one(GRADIENT, "np.abs(x) / np.mean(np.abs(x))"),
        "in percent": _one(GRADIENT, "100 * np.abs(x) / np.sum(np.abs(x))"),
        "everyone the same": _one(GRADIENT, "np.ones(len(x)) / len(x)"),
        "soft-max of x": _one(GRADIENT, "np.exp(x - max(x)) / np.sum(np.exp(x - max(x)))"),
    },
    "step_share": {
        "a small number in the denominator": _one(STEP, "x ** 2.0 / np.maximum(np.sum(x ** 2.0), 1e-12)"),
        "a difference of nearly equal numbers": function(
            STEP, "w = np.ones(len(x))", "change = (w - 0.01 * x) * x - w * x", "return change / np.sum(change)"
        ),
        "share of the gradient": _one(STEP, "np.abs(x) / np.sum(np.abs(x))"),
        "squared a share": _one(STEP, "(np.abs(x) / np.sum(np.abs(x))) ** 2"),
        "squared the sum": _one(STEP, "x ** 2 / np.sum(x) ** 2"),
        "divided by the largest": _one(STEP, "x ** 2 / np.max(x ** 2)"),
        "divided by the mean": _one(STEP, "x ** 2 / np.mean(x ** 2)"),
        "kept the sign of x": _one(STEP, "x * np.abs(x) / np.sum(x ** 2)"),
        "sign of x in the whole": _one(STEP, "x * np.abs(x) / np.sum(x * np.abs(x))"),
        "gradient share with signs": _one(STEP, "x / np.sum(x)"),
        "did not divide": _one(STEP, "x ** 2.0"),
        "divided by the length": _one(STEP, "x ** 2 / np.linalg.norm(x)"),
        "went downhill with the share": _one(STEP, "-x ** 2 / np.sum(x ** 2)"),
        "in percent": _one(STEP, "100 * x ** 2 / np.sum(x ** 2)"),
        "everyone the same": _one(STEP, "np.ones(len(x)) / len(x)"),
        "soft-max of x": _one(STEP, "np.exp(x - max(x)) / np.sum(np.exp(x - max(x)))"),
    },
    "branches_forward": {
        "transposed W": _forward(h1="x1 @ W1", h2="x2 @ W2"),
        "left the second branch out": _forward("a1 @ h1"),
        "left the first branch out": _forward("a2 @ h2"),
        "forgot a": _forward("h1.sum() + h2.sum()"),
        "averaged the branches": _forward("(a1 @ h1 + a2 @ h2) / 2"),
        "multiplied the branches": _forward("(a1 @ h1) * (a2 @ h2)"),
        "subtracted": _forward("a1 @ h1 - a2 @ h2"),
        "swapped the names of h1 and h2": _forward().replace('"h1": h1, "h2": h2', '"h1": h2, "h2": h1'),
        "a1 for both": _forward("a1 @ h1 + a1 @ h2"),
        "W1 for both": _forward(h2="W1 @ x2"),
        "x1 for both": _forward(h2="W2 @ x1"),
        "put a into h": _forward("sum(h1) + sum(h2)", "a1 * (W1 @ x1)", "a2 * (W2 @ x2)"),
    },
    "branches_backward": {name: _backward(**other) for name, other in (_OUTSIDE | _INSIDE).items()}
    | {"swapped the branches": _backward(*_SWAP), "second branch counted as the first": _backward(*_SECOND_AS_FIRST)},
    "fan_out": {name: _fan(**other) for name, other in (_OUTSIDE | _INSIDE).items() if name not in _NOT_FAN}
    | {
        "first branch only": _fan(joined="x1_bar"),
        "second branch only": _fan("x_bar = x1_bar", joined="x2_bar"),
        "averaged the contributions": _fan(joined="(x1_bar + x2_bar) / 2"),
        "multiplied the contributions": _fan(joined="x1_bar * x2_bar"),
        "subtracted the contributions": _fan(joined="x1_bar - x2_bar"),
        "laid them side by side": _fan(joined="np.append(x1_bar, x2_bar)"),
        "x_bar without a": _fan(joined="z_bar * (W1.sum(axis=0) + W2.sum(axis=0))"),
        "swapped the branches": _fan(*_SWAP),
        "second branch counted as the first": _fan(*_SECOND_AS_FIRST[:3]),
        "forgot a on the way": _fan(W="np.outer(z_bar * np.ones(len(a{i})), x{i})"),
    },
    "update_ratio": {
        "a small number in the denominator": _one(RATIO, "lr * np.linalg.norm(w_bar) / (np.linalg.norm(w) + 1e-8)"),
        "forgot lr": _one(RATIO, "np.linalg.norm(w_bar) / np.linalg.norm(w)"),
        "upside down": function(
            RATIO,
            'with np.errstate(all="ignore"):',
            "    return np.linalg.norm(w) / np.linalg.norm(lr * w_bar)",
        ),
        "forgot the root": _one(RATIO, "lr * np.sum(w_bar ** 2) / np.sum(w ** 2)"),
        "squared ratio": _one(RATIO, "np.sum((lr * w_bar) ** 2) / np.sum(w ** 2)"),
        "largest stretch of a matrix": _one(RATIO, "lr * np.linalg.norm(w_bar, 2) / np.linalg.norm(w, 2)"),
        "summed the sizes": _one(RATIO, "lr * np.abs(w_bar).sum() / np.abs(w).sum()"),
        "largest entries": _one(RATIO, "lr * np.abs(w_bar).max() / np.abs(w).max()"),
        "compared the new weights": _one(RATIO, "np.linalg.norm(w - lr * w_bar) / np.linalg.norm(w)"),
        "entry by entry": _one(RATIO, "np.abs(lr * w_bar / w)"),
        "mean of the ratios": _one(RATIO, "np.mean(np.abs(lr * w_bar) / np.abs(w))"),
    },
    "rescale": {
        "a small number in the denominator": _one(
            RESCALE, "H / np.sqrt((H ** 2.0).mean(axis=1, keepdims=True) + 1e-10)"
        ),
        "over the examples": _one(RESCALE, "H / np.sqrt((H ** 2.0).mean(axis=0))"),
        "one size for all": _one(RESCALE, "H / np.sqrt((H ** 2.0).mean())"),
        "length instead of root mean square": _one(RESCALE, "H / np.linalg.norm(H, axis=1, keepdims=True)"),
        "forgot the root": _one(RESCALE, "H / (H ** 2.0).mean(axis=1, keepdims=True)"),
        "mean size": _one(RESCALE, "H / np.abs(H).mean(axis=1, keepdims=True)"),
        "largest entry": _one(RESCALE, "H / np.abs(H).max(axis=1, keepdims=True)"),
        "divided by the mean": _one(RESCALE, "H / H.mean(axis=1, keepdims=True)"),
        "standard deviation": function(
            RESCALE, 'with np.errstate(all="ignore"):', "    return H / H.std(axis=1, keepdims=True)"
        ),
        "centred as well": function(
            RESCALE,
            'with np.errstate(all="ignore"):',
            "    return (H - H.mean(axis=1, keepdims=True)) / H.std(axis=1, keepdims=True)",
        ),
        "multiplied": _one(RESCALE, "H * np.sqrt((H ** 2.0).mean(axis=1, keepdims=True))"),
    },
    "largest_stable_rate": {
        "forgot the 2": _one(RATE, "1 / np.linalg.eigvalsh(X.T @ X / len(X))[-1]"),
        "twice too large": _one(RATE, "2 / np.linalg.eigvalsh(X.T @ X / (2 * len(X)))[-1]"),
        "forgot n": _one(RATE, "2 / np.linalg.eigvalsh(X.T @ X)[-1]"),
        "n on the wrong side": _one(RATE, "2 / np.linalg.eigvalsh(X.T @ X * len(X))[-1]"),
        "features instead of examples": _one(RATE, "2 / np.linalg.eigvalsh(X.T @ X / X.shape[1])[-1]"),
        "flattest direction": function(
            RATE, 'with np.errstate(all="ignore"):', "    return 2 / np.linalg.eigvalsh(X.T @ X / len(X))[0]"
        ),
        "all directions added up": _one(RATE, "2 * len(X) / np.linalg.norm(X) ** 2"),
        "singular value not squared": _one(RATE, "2 * len(X) / np.linalg.norm(X, 2)"),
        "singular value without n": _one(RATE, "2 / np.linalg.norm(X, 2)"),
        "mean of all entries": _one(RATE, "2 / np.mean(X**2)"),
        "gave the curvature": _one(RATE, "np.linalg.eigvalsh(X.T @ X / len(X)).max()"),
        "half the curvature": _one(RATE, "np.linalg.eigvalsh(X.T @ X / len(X)).max() / 2"),
    },
}

_BY_HAND = '{"a1": z_bar * cache["h1"], "a2": z_bar * cache["h2"], "h1": z_bar * a1, "h2": z_bar * a2,'

RIGHT = {
    "who": [
        'who = {"makes_z": 2, "is_fed": 1}\n',
        "who = dict(is_fed=np.int64(1), makes_z=2)\n",
        "w, x = np.array([0.1, 2]), np.array([3, 1])\nwho = {'makes_z': np.argmax(w * x) + 1, 'is_fed': 1 + int(np.argmax(x))}\n",
    ],
    "split": [
        _one(SPLIT, "np.array([float(z_bar * number) for number in x])"),
        _one(SPLIT, "np.einsum(',i->i', float(z_bar), x.astype(float))"),
        "split = lambda z_bar, x: np.multiply(z_bar, x, dtype=float)\n",
        function(SPLIT, "w_bar = x.astype(float)", "w_bar *= z_bar", "return w_bar"),
    ],
    "gradient_share": [
        function(GRADIENT, "sizes = [abs(float(number)) for number in x]", "return np.array(sizes) / sum(sizes)"),
        "gradient_share = lambda x: abs(x) / abs(x).sum()\n",
        function(GRADIENT, "bars = split(-2.0, x)", "return np.sqrt(bars ** 2) / np.linalg.norm(bars, 1)"),
        function(GRADIENT, "share = np.array(x, dtype=float)", "share[share < 0] *= -1", "share /= share.sum()", "return share"),
    ],
    "step_share": [
        function(STEP, "w_bar = split(1.0, x)", "change = -0.01 * w_bar * x", "return change / np.sum(change)"),
        "step_share = lambda x: x ** 2 / (x @ x)\n",
        function(STEP, "squares = np.einsum('i,i->i', x, x)", "return squares / np.trace(np.outer(x, x))"),
        function(STEP, "share = gradient_share(x) ** 2", "share /= share.sum()", "return share"),
        function(STEP, "whole = 0.0", "for number in x:", "    whole += float(number) ** 2", "return np.array([float(n) ** 2 / whole for n in x])"),
    ],
    "branches_forward": [
        _forward("np.dot(a1, h1) + np.dot(a2, h2)", "np.dot(W1, x1)", "np.dot(W2, x2)"),
        _forward("float(np.concatenate([a1, a2]) @ np.concatenate([h1, h2]))", "x1 @ W1.T", "x2 @ W2.T"),
        _forward("np.einsum('i,i', a1, h1) + np.einsum('i,i', a2, h2)", "np.einsum('ij,j->i', W1, x1)", "np.einsum('ij,j->i', W2, x2)"),
        function(
            FORWARD,
            "h1 = np.array([sum(float(w) * float(u) for w, u in zip(row, x1)) for row in W1])",
            "h2 = np.array([sum(float(w) * float(u) for w, u in zip(row, x2)) for row in W2])",
            "z = 0.0",
            "for a, h in zip(list(a1) + list(a2), list(h1) + list(h2)):",
            "    z += a * h",
            'return dict(h1=h1, h2=h2, z=z)',
        ),
    ],
    "branches_backward": [
        _backward(),
        _one(BACKWARD, _BY_HAND + ' "W1": z_bar * a1[:, None] * x1, "W2": z_bar * a2[:, None] * x2, "x1": z_bar * a1 @ W1, "x2": z_bar * a2 @ W2}'),
        _backward(W="np.einsum('i,j->ij', h{i}_bar, x{i})", x="np.einsum('ij,i->j', W{i}, h{i}_bar)"),
        function(
            BACKWARD,
            "bars = {}",
            'for i, x, W, a in (("1", x1, W1, a1), ("2", x2, W2, a2)):',
            '    bars["a" + i] = z_bar * cache["h" + i]',
            '    bars["h" + i] = z_bar * a',
            '    bars["W" + i] = np.array([[float(b) * float(u) for u in x] for b in bars["h" + i]])',
            '    bars["x" + i] = sum(b * W[r].astype(float) for r, b in enumerate(bars["h" + i]))',
            "return bars",
        ),
    ],
    "fan_out": [
        _fan(),
        function(FAN, "bars = branches_backward(z_bar, cache, x, x, W1, W2, a1, a2)",
                 'x1_bar, x2_bar = bars.pop("x1"), bars.pop("x2")', 'return bars | {"x": x1_bar + x2_bar}'),
        _fan(joined="z_bar * np.concatenate([a1, a2]) @ np.vstack([W1, W2])"),
        function(FAN, "bars = branches_backward(z_bar, cache, x, x, W1, W2, a1, a2)", "x_bar = np.zeros(len(x))",
                 'x_bar += bars["x1"]', 'x_bar += bars["x2"]', 'del bars["x1"], bars["x2"]', 'bars["x"] = x_bar', "return bars"),
    ],
    "update_ratio": [
        _one(RATIO, "np.linalg.norm(lr * w_bar) / np.linalg.norm(w)"),
        "update_ratio = lambda w, w_bar, lr: float(lr * np.sqrt(np.sum(w_bar ** 2) / np.sum(w ** 2)))\n",
        function(
            RATIO,
            "above = sum((lr * float(b)) ** 2 for b in w_bar.flat)",
            "below = sum(float(u) ** 2 for u in w.flat)",
            "return (above / below) ** 0.5",
        ),
        function(RATIO, "new = w - lr * w_bar", "return np.sqrt(np.vdot(new - w, new - w)) / np.sqrt(np.vdot(w, w))"),
    ],
    "rescale": [
        _one(RESCALE, "H / np.sqrt(np.mean(H ** 2, axis=1, keepdims=True))"),
        function(RESCALE, "H = np.array(H, dtype=float)", "for row in H:", "    row /= (row @ row / len(row)) ** 0.5", "return H"),
        _one(RESCALE, "(H.T / np.sqrt(np.einsum('ij,ij->i', H, H) / H.shape[1])).T"),
        "rescale = lambda H: H * H.shape[1] ** 0.5 / np.linalg.norm(H, axis=1)[:, None]\n",
        _one(RESCALE, "np.array([[float(h) / (sum(float(g) ** 2 for g in row) / len(row)) ** 0.5 for h in row] for row in H])"),
    ],
    "largest_stable_rate": [
        _one(RATE, "2 / np.linalg.eigvalsh(X.T @ X / len(X))[-1]"),
        _one(RATE, "2 * len(X) / np.linalg.norm(X, 2) ** 2"),
        "largest_stable_rate = lambda X: 2 * X.shape[0] / np.linalg.svd(X)[1][0] ** 2\n",
        function(RATE, "n = X.shape[0]", "values = np.linalg.eigvals(X @ X.T / n)", "return float(2 / max(values.real))"),
        function(
            RATE,
            "curvature = X.T @ X / len(X)",
            "steepest = curvature / np.trace(curvature)",
            "for _ in range(60):",
            "    steepest = steepest @ steepest",
            "    steepest /= np.trace(steepest)",
            "return 2 / np.trace(steepest @ curvature)",
        ),
    ],
}  # fmt: skip
