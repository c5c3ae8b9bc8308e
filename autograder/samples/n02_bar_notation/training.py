"""The training of one neuron, as students write them."""

from __future__ import annotations

from autograder.samples import function

TRAIN = "train(X, Y, w, v, sigma, lr, steps, seed)"


def _train(
    draw: str = "rng.integers(len(Y))",
    rng: str = "np.random.default_rng(seed)",
    update: tuple[str, ...] = ('w, v = w - lr * bars["w"], v - lr * bars["v"]',),
    note_before: bool = True,
) -> str:
    """Descent in the student's own words; bars at the current (w, v) come from `look`."""
    look = function(
        "look(x, y, w, v, sigma)",
        "z = w @ x",
        "h = sigma(z)",
        'cache = {"z": z, "h": h, "e": v * h}',
        "return (y - v * h) ** 2 / 2, backward(cache, x, y, w, v, sigma)",
    )
    loop = [f"    i = {draw}", "    loss, bars = look(X[i], Y[i], w, v, sigma)", *("    " + line for line in update)]
    loop.append("    losses.append(loss)" if note_before else "    losses.append(look(X[i], Y[i], w, v, sigma)[0])")
    head = (f"rng = {rng}", "w, losses = w.copy(), []", "for step in range(steps):")
    return look + "\n\n" + function(TRAIN, *head, *loop, "return w, v, losses")


WRONG = {
    "train": {
        "went uphill": _train(update=('w, v = w + lr * bars["w"], v + lr * bars["v"]',)),
        "v moved first": _train(
            update=('v = v - lr * bars["v"]', 'w = w - lr * look(X[i], Y[i], w, v, sigma)[1]["w"]')
        ),
        "v moved first, with the old cache": _train(
            update=(
                "z = w @ X[i]",
                'cache = {"z": z, "h": sigma(z), "e": v * sigma(z)}',
                'v = v - lr * bars["v"]',
                'w = w - lr * backward(cache, X[i], Y[i], w, v, sigma)["w"]',
            )
        ),
        "w moved first": _train(
            update=('w = w - lr * bars["w"]', 'v = v - lr * look(X[i], Y[i], w, v, sigma)[1]["v"]')
        ),
        "loss after the update": _train(note_before=False),
        "first weights for ever": _train()
        .replace("    rng = ", "    w0, v0 = w, v\n    rng = ")
        .replace("look(X[i], Y[i], w, v, sigma)", "look(X[i], Y[i], w0, v0, sigma)"),
        "v never moves": _train(update=('w = w - lr * bars["w"]',)),
        "w never moves": _train(update=('v = v - lr * bars["v"]',)),
        "same example every time": _train(draw="0"),
        "x and y of two examples": _train().replace("Y[i]", "Y[rng.integers(len(Y))]"),
        "ignores the seed": _train(rng="np.random.default_rng(0)"),
        "the seed does not hold": _train(rng="np.random.default_rng()"),
    },
}

RIGHT = {
    "train": [
        _train(),
        function(
            TRAIN,
            "import random",
            "draw = random.Random(seed)",
            "w, v, losses = np.array(w, dtype=float), float(v), []",
            "for _ in range(steps):",
            "    i = draw.randrange(len(X))",
            "    cache = forward(X[i], Y[i], w, v, sigma)",
            '    losses.append(cache["l"])',
            "    bars = backward(cache, X[i], Y[i], w, v, sigma)",
            '    w -= lr * bars["w"]',
            '    v -= lr * bars["v"]',
            "return w, v, losses",
        ),
        function(
            TRAIN,
            "rng = np.random.RandomState(seed)",
            "w, losses, queue = 1.0 * w, np.zeros(steps), []",
            "for step in range(steps):",
            "    if not queue:",
            "        queue = list(rng.permutation(len(Y)))",
            "    i = queue.pop()",
            "    z = np.dot(w, X[i])",
            "    error = v * sigma(z) - Y[i]",
            "    losses[step] = error ** 2 / 2",
            "    z_bar, v_bar = error * v * sigma.slope(z), error * sigma(z)",
            "    w, v = w - lr * z_bar * X[i], v - lr * v_bar",
            "return w, v, losses",
        ),
        function(
            TRAIN,
            "rows = np.random.default_rng([seed, 7]).choice(len(Y), size=steps)",
            "w, v, losses = np.copy(w), np.array(v), []",
            "for x, y in zip(X[rows], Y[rows]):",
            "    h = sigma(w @ x)",
            "    losses += [float(0.5 * (y - v * h) ** 2)]",
            '    bars = backward({"z": w @ x, "h": h, "e": v * h}, x, y, w, v, sigma)',
            '    w, v = w - lr * bars["w"], np.array(v - lr * bars["v"])',
            "return (w, v, losses)",
        ),
    ],
}
