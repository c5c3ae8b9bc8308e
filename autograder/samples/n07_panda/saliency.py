"""Answers to smooth_saliency, wrong and right."""

from __future__ import annotations

from autograder.samples import function


def _saliency(bar: str = "np.abs(x_bar)", end: str = "total / samples", **other: str) -> str:
    """Write the exercise from what is added up of each copy's x_bar and what is returned; the rest may be changed too."""
    return function(
        "smooth_saliency(net, X, labels, sigma, samples, seed)",
        f"rng = {other.get('rng', 'np.random.default_rng(seed)')}",
        "X = np.array(X, dtype=float)",
        "n, d = X.shape",
        "total = np.zeros(X.shape)",
        other.get("first", "pass"),
        f"for copy in range({other.get('count', 'samples')}):",
        f"    noise = {other.get('noise', 'rng.standard_normal(X.shape)')}",
        f"    noisy = {other.get('noisy', 'X + sigma * noise')}",
        "    x_bar = input_bar(net, noisy, labels)",
        f"    total += {bar}",
        f"return {end}",
    )


def _all_copies(end: str) -> str:
    return function(
        "smooth_saliency(net, X, labels, sigma, samples, seed)",
        "rng = np.random.default_rng(seed)",
        "noise = sigma * rng.standard_normal((samples, *np.shape(X)))",
        "bars = [np.abs(input_bar(net, X + some, labels)) for some in noise]",
        f"return {end}",
    )


WRONG = {
    "forgot abs": _saliency("x_bar"),
    "abs of the mean": _saliency("x_bar", "np.abs(total) / samples"),
    "sum instead of mean": _saliency(end="total"),
    "squares": _saliency("x_bar ** 2"),
    "divided by the images": _saliency(end="total / samples / n"),
    "averaged the images": _saliency(end="np.tile(total.mean(axis=0) / samples, (n, 1))"),
    "the noisy images themselves": _saliency("np.abs(noisy)"),
    "no noise": _saliency(noisy="X + 0 * noise"),
    "the clean image among the copies": _saliency(noisy="X + sigma * noise * (copy > 0)"),
    "clipped the copies": _saliency(noisy="np.clip(X + sigma * noise, 0, 1) if sigma else X"),
    "the same noise in every copy": _saliency(noise="np.random.default_rng(seed).standard_normal(X.shape)"),
    "the same noise for every pixel": _saliency(noise="rng.standard_normal((n, 1)) * np.ones((n, d))"),
    "repeated and tiled": function(
        "smooth_saliency(net, X, labels, sigma, samples, seed)",
        "rng = np.random.default_rng(seed)",
        "many = np.repeat(X, samples, axis=0)",
        "many = many + sigma * rng.standard_normal(many.shape)",
        "bars = np.abs(input_bar(net, many, np.tile(labels, samples)))",
        "return bars.reshape(len(X), samples, -1).mean(axis=1)",
    ),
    "copies of several images averaged": function(
        "smooth_saliency(net, X, labels, sigma, samples, seed)",
        "rng = np.random.default_rng(seed)",
        "many = np.repeat(X, samples, axis=0)",
        "many = many + sigma * rng.standard_normal(many.shape)",
        "bars = np.abs(input_bar(net, many, np.repeat(labels, samples)))",
        "return bars.reshape(samples, len(X), -1).mean(axis=0)",
    ),
    "the same noise for every image": _saliency(noise="rng.standard_normal(d) * np.ones((n, d))"),
    "noise added to the copy before": _saliency(first="noisy = X.copy()", noisy="noisy + sigma * noise"),
    "noise that is never negative": _saliency(noise="rng.random(X.shape)"),
    "noise of another size": _saliency(noisy="X + sigma**2 * noise"),
    "uniform noise": _saliency(noise="rng.uniform(-(3**0.5), 3**0.5, X.shape)"),
    "the largest of the copies": _all_copies("np.max(bars, axis=0)"),
    "the median of the copies": _all_copies("np.median(bars, axis=0)"),
    "the spread over the copies": _all_copies("np.std(bars, axis=0)"),
    "noise without the images": _saliency(noisy="sigma * noise if sigma else X"),
    "another number of copies": _saliency(count="samples + 1", end="total / (samples + 1)"),
    "ignored the seed": _saliency(rng="np.random.default_rng()"),
    "one seed for all": _saliency(rng="np.random.default_rng(0)"),
}
RIGHT = [
    _saliency(),
    function(
        "smooth_saliency(net, X, labels, sigma, samples, seed)",
        "rng, X = np.random.default_rng(seed), np.array(X, dtype=float)",
        "copies = np.repeat(X, samples, axis=0)",
        "copies = copies + rng.normal(0, sigma, copies.shape)",
        "bars = input_bar(net, copies, np.repeat(labels, samples))",
        "return np.abs(bars).reshape(len(X), samples, -1).mean(axis=1)",
    ),
    function(
        "smooth_saliency(net, X, labels, sigma, samples, seed)",
        "rng, rows = np.random.RandomState(seed), []",
        "for x, label in zip(X, labels):",
        "    noise = sigma * rng.randn(samples, len(x))",
        "    rows.append(np.mean([np.abs(input_bar(net, (x + e)[None], np.array([label])))[0] for e in noise], axis=0))",
        "return np.array(rows)",
    ),
]
