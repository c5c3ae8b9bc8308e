"""Slips in notebook 04."""

BASES = {
    "Product": """
class Product:
    def forward(self, h, w):
        self.h = h
        return w[0] * h

    def backward(self, e_bar, w):
        v_bar = np.sum(e_bar * self.h)
        h_bar = e_bar * w[0]
        return (v_bar,), h_bar
""",
    "linear_backward": """
def linear_backward(Z_bar, X, W):
    W_bar = Z_bar.T @ X
    b_bar = Z_bar.sum(axis=0)
    X_bar = Z_bar @ W
    return W_bar, b_bar, X_bar
""",
    "Linear": """
class Linear:
    def forward(self, h_prev, w):
        W, b = w
        self.h_prev = h_prev
        return h_prev @ W.T + b

    def backward(self, h_bar, w):
        W, b = w
        W_bar = h_bar.T @ self.h_prev
        b_bar = np.sum(h_bar, axis=0)
        h_prev_bar = h_bar @ W
        return (W_bar, b_bar), h_prev_bar
""",
    "ReLU": """
class ReLU:
    def forward(self, h_prev, w):
        h = np.maximum(h_prev, 0.0)
        self.h = h.copy()
        return h

    def backward(self, h_bar, w):
        h_prev_bar = h_bar * (self.h > 0)
        return (), h_prev_bar
""",
    "Tanh": """
class Tanh:
    def forward(self, h_prev, w):
        h = np.tanh(h_prev)
        self.h = h.copy()
        return h

    def backward(self, h_bar, w):
        h_prev_bar = h_bar * (1 - self.h**2)
        return (), h_prev_bar
""",
    "SquaredError": """
class SquaredError:
    def forward(self, e, y):
        self.e, self.y = e, y
        return np.sum((y - e) ** 2.0) / (2 * len(e))

    def backward(self, l_bar=1.0):
        n = len(self.e)
        e_bar = l_bar * (self.e - self.y) / n
        y_bar = l_bar * (self.y - self.e) / n
        return e_bar, y_bar
""",
    "SoftmaxCrossEntropy": """
class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        s = logits - logits.max(axis=1, keepdims=True)
        log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
        self.p = np.exp(log_p)
        self.labels = labels
        return -np.mean(log_p[np.arange(len(labels)), labels])

    def backward(self, l_bar=1.0):
        n = len(self.labels)
        bar = self.p.copy()
        bar[np.arange(n), self.labels] -= 1
        return l_bar * bar / n
""",
    "Network": """
class Network:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x, w):
        h = np.array(x, dtype=float)
        for i, layer in enumerate(self.layers):
            h = layer.forward(h, w[i])
        return h

    def backward(self, h_bar, w):
        w_bar = [()] * len(self.layers)
        bar = np.array(h_bar, dtype=float)
        for i in range(len(self.layers) - 1, -1, -1):
            w_bar[i], bar = self.layers[i].backward(bar, w[i])
        return w_bar, bar
""",
    "train_digits": """
def train_digits(network, w, X, labels, lr, epochs, seed, batch=32):
    rng = np.random.default_rng(seed)
    loss = SoftmaxCrossEntropy()
    w = [tuple(np.array(u, dtype=float) for u in layer) for layer in w]
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch):
            rows = order[start : start + batch]
            l = loss.forward(network.forward(X[rows], w), labels[rows])
            losses.append(l)
            w_bar, x_bar = network.backward(loss.backward(), w)
            new = []
            for layer, layer_bar in zip(w, w_bar):
                new.append(tuple(u - lr * u_bar for u, u_bar in zip(layer, layer_bar)))
            w = new
    return w, losses
""",
}

_SUM = "np.sum((y - e) ** 2.0) / (2 * len(e))"

SLIPS = {
    "Product": (
        ("v_bar = np.sum(e_bar * self.h)", "v_bar = e_bar * self.h", "not summed over the examples", "did not add up the examples"),
        ("v_bar = np.sum(e_bar * self.h)", "v_bar = np.mean(e_bar * self.h)", "mean for sum", "mean instead of sum"),
        ("v_bar = np.sum(e_bar * self.h)", "v_bar = np.sum(e_bar)", "h forgotten", "reads no cache"),
        ("v_bar = np.sum(e_bar * self.h)", "v_bar = np.sum(self.h)", "e_bar forgotten", "v_bar without e_bar"),
        ("v_bar = np.sum(e_bar * self.h)", "v_bar = np.sum(e_bar) * np.sum(self.h)", "sums multiplied", "added up too early"),
        ("h_bar = e_bar * w[0]", "h_bar = e_bar * self.h", "h for v", "h in place of v"),
        ("h_bar = e_bar * w[0]", "h_bar = e_bar", "v forgotten", "passed the bar on"),
        ("h_bar = e_bar * w[0]", "h_bar = np.sum(e_bar * w[0])", "summed", "summed up to one number"),
        ("return (v_bar,), h_bar", "return h_bar, (v_bar,)", "order", ""),
        ("return (v_bar,), h_bar", "return v_bar, h_bar", "no tuple", ""),
        ("self.h = h\n", "self.h = w[0] * h\n", "the output cached", "cached the output"),
        ("return w[0] * h", "return w[0] + h", "added", "added v"),
    ),
    "linear_backward": (
        ("Z_bar.T @ X", "X.T @ Z_bar", "transposed", "W_bar transposed"),
        ("Z_bar.T @ X", "Z_bar.T @ X / len(X)", "mean", "W_bar averaged"),
        ("Z_bar.sum(axis=0)", "Z_bar.sum(axis=1)", "wrong axis", "b_bar over the wrong axis"),
        ("Z_bar.sum(axis=0)", "Z_bar.mean(axis=0)", "mean for sum", "b_bar averaged"),
        ("Z_bar.sum(axis=0)", "Z_bar.sum()", "summed up to one number", "b_bar a single number"),
        ("Z_bar.sum(axis=0)", "Z_bar", "not summed", "b_bar not added up"),
        ("Z_bar.sum(axis=0)", "Z_bar.sum(axis=0, keepdims=True)", "keepdims", "a row instead of a vector"),
        ("Z_bar.sum(axis=0)", "np.ones(Z_bar.shape[1])", "ones", "all ones"),
        ("Z_bar @ W\n", "Z_bar @ W / len(X)\n", "mean", "divided by its length along axis 0"),
        ("Z_bar @ W\n", "(Z_bar @ W).T\n", "transposed", "transposed"),
        ("Z_bar @ W\n", "Z_bar @ W_bar\n", "W_bar for W", "W_bar for W"),
        ("Z_bar @ W\n", "Z_bar @ W.T\n", "transposed, shapes do not fit", "W transposed"),
        ("return W_bar, b_bar, X_bar", "return X_bar, W_bar, b_bar", "order", "results in another order"),
    ),
    "Linear": (
        ("h_prev @ W.T + b", "h_prev @ W.T", "b forgotten", "forgot b"),
        ("h_prev @ W.T + b", "h_prev @ W.T - b", "b subtracted", "b taken away"),
        ("h_prev @ W.T + b", "np.maximum(h_prev @ W.T + b, 0)", "a ReLU in it", "negative entries cut off"),
        ("W_bar = h_bar.T @ self.h_prev", "W_bar = self.h_prev.T @ h_bar", "transposed", "W_bar transposed"),
        ("W_bar = h_bar.T @ self.h_prev", "W_bar = h_bar.T @ self.h_prev / len(h_bar)", "mean", "W_bar averaged"),
        ("b_bar = np.sum(h_bar, axis=0)", "b_bar = np.sum(h_bar)", "one number", "b_bar a single number"),
        ("b_bar = np.sum(h_bar, axis=0)", "b_bar = b", "b handed on", "b handed on"),
        ("b_bar = np.sum(h_bar, axis=0)", "b_bar = h_bar.mean(axis=0)", "mean", "b_bar averaged"),
        ("h_prev_bar = h_bar @ W", "h_prev_bar = h_bar @ W_bar", "W_bar for W", "W_bar for W"),
        ("h_prev_bar = h_bar @ W", "h_prev_bar = h_bar @ W * self.h_prev", "h_prev once more", "h_prev once too often"),
        ("        self.h_prev = h_prev\n", "", "nothing cached", ""),
        ("self.h_prev = h_prev", "Linear.h_prev = h_prev", "cached on the class", "two objects share a cache"),
        ("return (W_bar, b_bar), h_prev_bar", "return W_bar, b_bar, h_prev_bar", "three results", ""),
        ("return (W_bar, b_bar), h_prev_bar", "return (b_bar, W_bar), h_prev_bar", "order in the tuple", "traded W_bar and b_bar"),
        ("return (W_bar, b_bar), h_prev_bar", "return (W - W_bar, b - b_bar), h_prev_bar", "the update made", "W left over"),
    ),
    "ReLU": (
        ("h_bar * (self.h > 0)", "h_bar", "handed on", "passed the bar on"),
        ("h_bar * (self.h > 0)", "h_bar * self.h", "value for slope", "multiplied by the output"),
        ("h_bar * (self.h > 0)", "np.maximum(h_bar, 0)", "ReLU of the bar", "gate on the bar"),
        ("h_bar * (self.h > 0)", "(self.h > 0) * 1.0", "h_bar forgotten", "gate alone"),
        ("h_bar * (self.h > 0)", "h_bar * (self.h >= 0)", "slope 1 at 0", "passed the bar on"),
        ("h_bar * (self.h > 0)", "h_bar * (h_bar > 0)", "looked at the bar", "gate on the bar"),
        ("h_bar * (self.h > 0)", "h_bar * (self.h < 0)", "upside down", "reads no cache"),
        ("return (), h_prev_bar", "return h_prev_bar", "one result", ""),
        ("return (), h_prev_bar", "return None, h_prev_bar", "None for ()", ""),
        ("np.maximum(h_prev, 0.0)", "np.maximum(h_prev, 1.0)", "1 for 0", "one for the other|wrong bend"),
        ("np.maximum(h_prev, 0.0)", "np.minimum(h_prev, 0.0)", "minimum", "kept the negative side"),
        ("np.maximum(h_prev, 0.0)", "h_prev * (h_prev.mean() > 0)", "one decision for all", ""),
    ),
    "Tanh": (
        ("h_bar * (1 - self.h**2)", "h_bar * (1 - self.h)", "not squared", "forgot the square"),
        ("h_bar * (1 - self.h**2)", "1 - self.h**2", "h_bar forgotten", "slope alone"),
        ("h_bar * (1 - self.h**2)", "h_bar * self.h", "value for slope", "value instead of slope"),
        ("h_bar * (1 - self.h**2)", "h_bar * (1 - np.tanh(self.h)**2)", "tanh twice", "treated the output as input"),
        ("h_bar * (1 - self.h**2)", "h_bar * (1 + self.h**2)", "plus", "the rest subtracted from h_bar"),
        ("h_bar * (1 - self.h**2)", "h_bar - self.h**2", "brackets", ""),
        ("h_bar * (1 - self.h**2)", "h_bar * (1 - h_bar**2)", "h_bar for h", "reads no cache"),
        ("h_bar * (1 - self.h**2)", "h_bar * self.h * (1 - self.h)", "the sigmoid's slope", "slope of the sigmoid"),
        ("h_bar * (1 - self.h**2)", "h_bar / np.cosh(self.h)**2", "slope at the output", "treated the output as input"),
        ("h = np.tanh(h_prev)", "h = np.tan(h_prev)", "tan", ""),
        ("h = np.tanh(h_prev)", "h = (np.exp(h_prev) - np.exp(-h_prev)) / (np.exp(h_prev) + np.exp(-h_prev))", "overflows far out", ""),
        ("h = np.tanh(h_prev)", "h = 1 / (1 + np.exp(-h_prev))", "sigmoid", ""),
    ),
    "SquaredError": (
        (_SUM, "np.sum((y - e) ** 2.0) / len(e)", "the half forgotten", "forgot the half"),
        (_SUM, "np.sum((y - e) ** 2.0) / 2", "the mean forgotten", "sum instead of mean"),
        (_SUM, "np.mean((y - e) ** 2.0) / 2", "mean over all entries", "mean over every entry"),
        (_SUM, "np.mean((y - e) ** 2.0, axis=0) / 2", "mean over the rows alone", ""),
        (_SUM, "np.sum(np.abs(y - e)) / (2 * len(e))", "absolute values", "sizes in place of squares"),
        (_SUM, "np.sum(y - e) ** 2 / (2 * len(e))", "square of the sum", "the square of the sum"),
        (_SUM, "np.sqrt(np.sum((y - e) ** 2.0)) / (2 * len(e))", "a root", "a root of the sum"),
        ("e_bar = l_bar * (self.e - self.y) / n", "e_bar = l_bar * (self.y - self.e) / n", "sign", "flipped the sign"),
        ("e_bar = l_bar * (self.e - self.y) / n", "e_bar = l_bar * (self.e - self.y)", "n forgotten", "times its length along axis 0"),
        ("e_bar = l_bar * (self.e - self.y) / n", "e_bar = (self.e - self.y) / n", "l_bar forgotten", "forgot the factor l_bar"),
        ("e_bar = l_bar * (self.e - self.y) / n", "e_bar = l_bar * (self.e - self.y) / np.size(self.e)", "size for n", "divided by its length along axis 1"),
        ("e_bar = l_bar * (self.e - self.y) / n", "e_bar = 2 * l_bar * (self.e - self.y) / n", "twice", "twice as large"),
        ("y_bar = l_bar * (self.y - self.e) / n", "y_bar = np.zeros_like(e_bar)", "y_bar 0", "y_bar is not zero"),
        ("y_bar = l_bar * (self.y - self.e) / n", "y_bar = e_bar", "sign of y_bar", "y_bar like e_bar"),
        ("return e_bar, y_bar", "return e_bar", "one result", ""),
    ),
    "SoftmaxCrossEntropy": (
        ("s = logits - logits.max(axis=1, keepdims=True)", "s = logits", "overflows", "loss overflows"),
        ("s = logits - logits.max(axis=1, keepdims=True)", "s = logits - logits.max()", "one maximum for all rows", "loss overflows"),
        ("np.exp(s).sum(axis=1, keepdims=True)", "np.exp(s).sum(axis=0, keepdims=True)", "wrong axis", ""),
        ("np.exp(s).sum(axis=1, keepdims=True)", "np.exp(s).sum()", "one sum for all", ""),
        ("-np.mean(log_p[", "np.mean(log_p[", "sign", "forgot the minus"),
        ("-np.mean(log_p[", "-np.sum(log_p[", "sum for mean", "sum instead of mean"),
        ("return -np.mean(log_p[np.arange(len(labels)), labels])", "return -np.mean(log_p)", "the label not looked at", "every class in place of the label"),
        ("return -np.mean(log_p[np.arange(len(labels)), labels])", "return -np.mean(self.p[np.arange(len(labels)), labels])", "log forgotten", "without the logarithm"),
        ("return -np.mean(log_p[np.arange(len(labels)), labels])", "return -np.log(np.mean(self.p[np.arange(len(labels)), labels]))", "log of the mean", "the logarithm of the mean"),
        ("return -np.mean(log_p[np.arange(len(labels)), labels])", "return -np.log2(np.exp(np.mean(log_p[np.arange(len(labels)), labels])))", "log2", "a logarithm to base 2"),
        ("l_bar * bar / n", "l_bar * bar", "n forgotten", "forgot 1/n"),
        ("l_bar * bar / n", "bar / n", "l_bar forgotten", "forgot l_bar"),
        ("l_bar * bar / n", "-l_bar * bar / n", "sign", "flipped the sign"),
        ("        bar[np.arange(n), self.labels] -= 1\n", "", "minus 1 forgotten", "forgot the one-hot"),
        ("bar[np.arange(n), self.labels] -= 1", "bar[np.arange(n), self.labels] = -1", "set in place of subtracted", "the label's entry set, not lowered"),
        ("bar[np.arange(n), self.labels] -= 1", "bar[np.arange(n), bar.argmax(axis=1)] -= 1", "prediction for label", "predictions in place of labels"),
        ("bar[np.arange(n), self.labels] -= 1", "bar[:, self.labels] -= 1", "all rows at every label", "took one away in every row"),
        ("bar[np.arange(n), self.labels] -= 1", "bar -= 1", "1 from all", "one taken from every entry"),
        ("bar = self.p.copy()", "bar = self.p", "no copy: the cache is changed", "backward eats the cache"),
        ("l_bar * bar / n", "l_bar * bar / bar.size", "size for n", "divided by every entry"),
    ),
    "Network": (
        ("h = layer.forward(h, w[i])", "h = layer.forward(x, w[i])", "always the input", "every layer was given x"),
        ("h = layer.forward(h, w[i])", "h = layer.forward(h, w[0]) if len(w[i]) == len(w[0]) else layer.forward(h, w[i])", "first weights for all", ""),
        ("            h = layer.forward(h, w[i])\n        return h", "            h = layer.forward(h, w[i])\n            return h", "return in the loop", ""),
        ("range(len(self.layers) - 1, -1, -1)", "range(len(self.layers))", "not reversed", "went back in forward order"),
        ("range(len(self.layers) - 1, -1, -1)", "range(len(self.layers) - 1, 0, -1)", "first layer left out", ""),
        ("w_bar[i], bar = self.layers[i].backward(bar, w[i])", "w_bar[i], bar = self.layers[i].backward(h_bar, w[i])", "h_bar for every layer", "the same bar for every layer"),
        ("w_bar[i], bar = self.layers[i].backward(bar, w[i])", "w_bar[-1 - i], bar = self.layers[i].backward(bar, w[i])", "w_bar in reverse order", "w_bar in reverse order"),
        ("w_bar[i], bar = self.layers[i].backward(bar, w[i])", "bar, w_bar[i] = self.layers[i].backward(bar, w[i])", "the two results swapped", ""),
        ("return w_bar, bar", "return w_bar", "one result", ""),
        ("return w_bar, bar", "return bar, w_bar", "order", ""),
        ("return w_bar, bar", "return w_bar, h_bar", "h_bar handed back", "x_bar is the bar that came in"),
        ("return w_bar, bar", "return w_bar[-1], bar", "the last only", "the last entry only"),
    ),
    "train_digits": (
        ("u - lr * u_bar", "u + lr * u_bar", "uphill", "went uphill"),
        ("u - lr * u_bar", "u - u_bar", "lr forgotten", "forgot the rate"),
        ("u - lr * u_bar", "u - lr * u_bar / batch", "divided once more", "a step over the batch size"),
        ("u - lr * u_bar", "u - lr * u_bar * batch", "sum for mean", "a step times the batch size"),
        ("            w = new\n", "", "weights never replaced", "the weights never move"),
        ("        order = rng.permutation(len(X))\n", "        order = np.arange(len(X))\n", "never shuffled", "ignores the seed"),
        ("np.random.default_rng(seed)", "np.random.default_rng()", "seed not used", "the seed does not hold"),
        ("labels[rows])\n", "labels[start : start + batch])\n", "labels of other rows", "labels stay behind"),
        ("range(0, len(X), batch)", "range(0, len(X) - batch, batch)", "last batch dropped", "dropped the short batch"),
        ("range(0, len(X), batch)", "range(0, len(X))", "steps of one", ""),
        ("rows = order[start : start + batch]", "rows = rng.integers(len(X), size=batch)", "with replacement", "drawn with replacement"),
        ("losses.append(l)", "losses = [*losses, l] if start == 0 else losses", "one loss an epoch", ""),
        ("range(epochs)", "range(1)", "one epoch", ""),
        ("return w, losses", "return losses, w", "order", ""),
        ("loss.backward(), w)", "loss.backward(l), w)", "l_bar = l", "the loss as its own bar"),
        ("rows = order[start : start + batch]", "rows = order[start : start + 32]", "batch is always 32", ""),
    ),
}  # fmt: skip
