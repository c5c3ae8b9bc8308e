"""Network and train_digits as students write them."""

from __future__ import annotations

from autograder.samples import class_of, function

# --- Network -----------------------------------------------------------------------------------


def _network(**other: str) -> str:
    """Write a Network with some lines changed."""
    lines = {
        "layers": "list(layers)", "h": "np.array(x, dtype=float)", "go": "zip(self.layers, w)", "pass": "h = layer.forward(h, u)",
        "last": "h", "back": "zip(self.layers[::-1], w[::-1])", "step": "u_bar, bar = layer.backward(bar, u)",
        "keep": "w_bar.insert(0, u_bar)", "return": "w_bar, bar", "before": "pass",
    } | other  # fmt: skip
    return class_of(
        "Network",
        init=("self, layers", f"self.layers = {lines['layers']}"),
        forward=("self, x, w", f"h = {lines['h']}", f"for layer, u in {lines['go']}:", f"    {lines['pass']}", f"return {lines['last']}"),
        backward=(
            "self, h_bar, w", "bar, w_bar = np.array(h_bar, dtype=float), []", lines["before"],
            f"for layer, u in {lines['back']}:", f"    {lines['step']}", f"    {lines['keep']}", f"return {lines['return']}",
        ),
    )  # fmt: skip


_NETWORK_WRONG = {
    "went back in forward order": _network(back="zip(self.layers, w)", keep="w_bar.append(u_bar)"),
    "turned the list for good": _network(before="self.layers.reverse()", back="zip(self.layers, w[::-1])"),
    "weights in forward order": _network(back="zip(self.layers[::-1], w)"),
    "w_bar in reverse order": _network(keep="w_bar.append(u_bar)"),
    "the same bar for every layer": _network(step="u_bar, bar = layer.backward(h_bar, u)"),
    "x_bar is the bar that came in": _network(**{"return": "w_bar, h_bar.copy()"}),
    "every layer was given x": _network(**{"pass": "h = layer.forward(x, u)"}),
    "left out the last layer": _network(go="zip(self.layers[:-1], w)"),
    "layers on the class": _network().replace("self.layers", "Network.layers"),
    "keeps its weights": _network()
    .replace("(self, x, w):\n", "(self, x, w):\n        self.w = w = getattr(self, 'w', w)\n")
    .replace("(self, h_bar, w):\n", "(self, h_bar, w):\n        w = self.w\n"),
    "gave x back": _network(last="x.copy()"),
}

_NETWORK_RIGHT = [
    _network(),
    _network(back="reversed(list(zip(self.layers, w)))", keep="w_bar = [u_bar] + w_bar"),
    class_of(  # counting down
        "Network",
        init=("self, layers", "self.layers = layers"),
        forward=("self, x, w", "x = x.copy()", "for i in range(len(self.layers)):", "    x = self.layers[i].forward(x, w[i])", "return x"),
        backward=(
            "self, h_bar, w", "w_bar = [None] * len(w)", "h_bar = h_bar.copy()",
            "for i in range(len(w) - 1, -1, -1):",
            "    w_bar[i], h_bar = self.layers[i].backward(h_bar, w[i])",
            "return w_bar, h_bar",
        ),
    ),
    class_of(  # a chain of chains
        "Network",
        init=("self, layers", "self.first, self.rest = (layers[0], Network(layers[1:])) if len(layers) else (None, None)"),
        forward=(
            "self, x, w", "if self.first is None:", "    return +x",
            "return self.rest.forward(self.first.forward(x, w[0]), w[1:])",
        ),
        backward=(
            "self, h_bar, w", "if self.first is None:", "    return [], +h_bar",
            "w_bar, bar = self.rest.backward(h_bar, w[1:])",
            "first, x_bar = self.first.backward(bar, w[0])",
            "return [first, *w_bar], x_bar",
        ),
    ),
]  # fmt: skip


# --- train_digits ------------------------------------------------------------------------------

_TRAIN = "train_digits(network, w, X, labels, lr, epochs, seed, batch=32)"


def _train(**other: str) -> str:
    """Training with some lines written otherwise."""
    lines = {
        "rng": "np.random.default_rng(seed)", "order": "rng.permutation(len(X))", "rows": "order[i:i + batch]",
        "labels": "labels[rows]", "rate": "lr", "bars": "w_bar", "new": "u - rate * u_bar", "start": "w_bar",
        "record": "losses.append(l)", "finally": "pass", "end": "len(X)", "outer": "epoch in range(epochs)",
    } | other  # fmt: skip
    inner = lines.get("inner", f"i in range(0, {lines['end']}, batch)")
    return function(
        _TRAIN,
        f"rng, loss, losses, first = {lines['rng']}, SoftmaxCrossEntropy(), [], None",
        "w = [tuple(np.array(u, dtype=float) for u in layer) for layer in w]",
        f"for {lines['outer']}:",
        f"    order = {lines['order']}",
        f"    for {inner}:",
        f"        rows = {lines['rows']}",
        f"        given, rate = {lines['labels']}, {lines['rate']}",
        "        l = loss.forward(network.forward(X[rows], w), given)",
        f"        {lines['record']}",
        "        w_bar, _ = network.backward(loss.backward(), w)",
        "        first = first or w_bar",
        f"        pairs = list(zip(w, {lines['bars']}))",
        f"        w = [tuple({lines['new']} for u, u_bar in zip(*pair)) for pair in pairs]",
        f"        {lines['finally']}",
        "return w, losses",
    )


_TRAIN_WRONG = {
    "went uphill": _train(new="u + rate * u_bar"),
    "labels stay behind": _train(labels="labels[i:i + batch]"),
    "the same batch every time": _train(rng="np.random.default_rng(seed)", order="np.random.default_rng(seed).permutation(len(X))",
                                        rows="order[:min(batch, len(X))]"),
    "the loops the wrong way round": _train(
        outer="i in range(0, len(X), batch)", order="np.random.default_rng(seed).permutation(len(X))", inner="epoch in range(epochs)"
    ),
    "overlapping batches": _train(rows="order[i // batch:i // batch + batch]"),
    "dropped the short batch": _train(end="max(len(X) // batch, 1) * batch"),
    "drawn with replacement": _train(order="rng.integers(len(X), size=len(X))"),
    "ignores the seed": _train(rng="np.random.default_rng(0)"),
    "the seed does not hold": _train(rng="np.random.default_rng()"),
    "the weights never move": _train(new="u"),
    "loss after the update": _train(record="pass", **{"finally": "losses.append(loss.forward(network.forward(X[rows], w), given))"}),
    "only the first layer moves": _train(new="u - rate * u_bar if pair is pairs[0] else u"),
    "only the last layer moves": _train(new="u - rate * u_bar if pair is pairs[-1] else u"),
    "only the first weights of each layer": _train(new="u - rate * u_bar if u is pair[0][0] else u"),
    "divided by n once more": _train(rate="lr / len(rows)"),
    "multiplied by n": _train(rate="lr * len(rows)"),
    "forgot the rate": _train(rate="1.0"),
    "bars of the start": _train(bars="first"),
}  # fmt: skip

_TRAIN_RIGHT = [
    _train(),
    _train(order="rng.choice(len(X), len(X), replace=False)", new="np.subtract(u, lr * np.asarray(u_bar))"),
    function(  # np.array_split into whole and smaller batches, plain lists
        _TRAIN,
        "order_of = np.random.RandomState(seed).permutation",
        "losses, loss = [], SoftmaxCrossEntropy()",
        "w = [tuple(1.0 * u for u in layer) for layer in w]",
        "cuts = list(range(batch, len(X), batch))",
        "for _ in range(epochs):",
        "    for rows in np.split(order_of(len(X)), cuts):",
        "        logits = network.forward(X[rows], w)",
        "        losses.append(float(loss.forward(logits, labels[rows])))",
        "        w_bar = network.backward(loss.backward(1.0), w)[0]",
        "        for i in range(len(w)):",
        "            w[i] = tuple(w[i][j] - lr * w_bar[i][j] for j in range(len(w[i])))",
        "return w, losses",
    ),
    function(  # each batch drawn at random from all examples; asks the network in between
        _TRAIN,
        "rng, losses = np.random.default_rng(seed), []",
        "w = [tuple(np.copy(u)[()] for u in layer) for layer in w]",
        "batch = min(batch, len(X))",
        "for step in range(epochs * -(-len(X) // batch)):",
        "    rows = rng.choice(len(X), batch, replace=False)",
        "    network.forward(X[:1], w)",
        "    loss = SoftmaxCrossEntropy()",
        "    losses += [loss.forward(network.forward(X[rows], w), labels[rows])]",
        "    w_bar, x_bar = network.backward(loss.backward(), w)",
        "    w = [tuple(u - lr * v for u, v in zip(a, b)) for a, b in zip(w, w_bar)]",
        "return w, np.array(losses)",
    ),
]

WRONG = {
    "Network": _NETWORK_WRONG,
    "train_digits": _TRAIN_WRONG,
}

RIGHT = {
    "Network": _NETWORK_RIGHT,
    "train_digits": _TRAIN_RIGHT,
}
