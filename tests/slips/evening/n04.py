"""Evening slips in notebook 04."""

BASES = {
    "Product": """
class Product:
    def forward(self, h, w):
        (v,) = w
        self.cache = h
        return v * h

    def backward(self, e_bar, w):
        (v,) = w
        v_bar = np.dot(np.ravel(e_bar), np.ravel(self.cache))
        return (v_bar,), v * e_bar
""",
    "linear_backward": """
def linear_backward(Z_bar, X, W):
    n, m = Z_bar.shape
    W_bar = np.einsum("ij,ik->jk", Z_bar, X)
    b_bar = np.ones(n) @ Z_bar
    X_bar = np.dot(Z_bar, W)
    return W_bar, b_bar, X_bar
""",
    "Linear": """
class Linear:
    def forward(self, h_prev, w):
        self.x = h_prev
        return w[1] + h_prev @ w[0].T

    def backward(self, h_bar, w):
        W_bar = np.dot(h_bar.T, self.x)
        b_bar = h_bar.sum(0)
        return (W_bar, b_bar), np.dot(h_bar, w[0])
""",
    "ReLU": """
class ReLU:
    def forward(self, h_prev, w):
        self.open = h_prev > 0
        return np.where(self.open, h_prev, 0.0)

    def backward(self, h_bar, w):
        return (), np.where(self.open, h_bar, 0.0)
""",
    "Tanh": """
class Tanh:
    def forward(self, h_prev, w):
        h = np.tanh(h_prev)
        self.slope = 1 - h * h
        return h

    def backward(self, h_bar, w):
        return (), self.slope * h_bar
""",
    "SquaredError": """
class SquaredError:
    def forward(self, e, y):
        self.d = np.asarray(e, dtype=float) - y
        return 0.5 * np.sum(self.d**2) / self.d.shape[0]

    def backward(self, l_bar=1.0):
        e_bar = l_bar / self.d.shape[0] * self.d
        return e_bar, -e_bar
""",
    "SoftmaxCrossEntropy": """
class SoftmaxCrossEntropy:
    def forward(self, logits, labels):
        n, k = logits.shape
        self.onehot = np.eye(k)[labels]
        shifted = logits - np.max(logits, axis=1, keepdims=True)
        self.total = np.sum(np.exp(shifted), axis=1, keepdims=True)
        self.p = np.exp(shifted) / self.total
        return np.sum(np.log(self.total[:, 0]) - np.sum(shifted * self.onehot, axis=1)) / n

    def backward(self, l_bar=1.0):
        return l_bar * (self.p - self.onehot) / len(self.p)
""",
    "Network": """
class Network:
    def __init__(self, layers):
        self.layers = list(layers)

    def forward(self, x, w):
        h = np.array(x, dtype=float)
        for layer, own in zip(self.layers, w):
            h = layer.forward(h, own)
        return h

    def backward(self, h_bar, w):
        bar, w_bar = np.array(h_bar, dtype=float), []
        for layer, own in zip(self.layers[::-1], w[::-1]):
            own_bar, bar = layer.backward(bar, own)
            w_bar.append(own_bar)
        return w_bar[::-1], bar
""",
    "train_digits": """
def train_digits(network, w, X, labels, lr, epochs, seed, batch=32):
    rng = np.random.default_rng(seed)
    w = [tuple(np.array(p, dtype=float) for p in layer) for layer in w]
    losses = []
    for _ in range(epochs):
        mixed = rng.permutation(len(X))
        while len(mixed):
            now, mixed = mixed[:batch], mixed[batch:]
            loss = SoftmaxCrossEntropy()
            losses.append(loss.forward(network.forward(X[now], w), labels[now]))
            bars, _x = network.backward(loss.backward(), w)
            w = [tuple(p - lr * p_bar for p, p_bar in zip(layer, bar)) for layer, bar in zip(w, bars)]
    return w, losses
""",
}

SLIPS = {
    "Product": (
        ("(v_bar,), v * e_bar", "(v_bar,), np.dot(v, e_bar) / np.size(e_bar)", "divided by n", "divided by its length along axis 0"),
        ("np.dot(np.ravel(e_bar), np.ravel(self.cache))", "np.sum(self.cache) / np.sum(e_bar)", "divided", "divided by e_bar"),
        ("np.dot(np.ravel(e_bar), np.ravel(self.cache))", "v * np.sum(e_bar)", "v for h", "reads no cache"),
        ("np.dot(np.ravel(e_bar), np.ravel(self.cache))", "np.dot(np.ravel(v * e_bar), np.ravel(self.cache))", "v once more", "cached the output"),
        ("v * e_bar", "v / e_bar", "divided", "divided by e_bar"),
        ("v * e_bar", "v * self.cache", "h for e_bar", "h in place of e_bar"),
        ("self.cache = h\n", "self.cache = np.mean(h)\n", "the mean is kept", ""),
        ("(v_bar,), v * e_bar", "v_bar, v * e_bar", "no tuple", ""),
    ),
    "linear_backward": (
        ("\"ij,ik->jk\", Z_bar, X", "\"ij,ik->kj\", Z_bar, X", "indices swapped", "W_bar transposed"),
        ("np.ones(n) @ Z_bar", "Z_bar[0]", "the first row", "the first row of Z_bar"),
        ("np.ones(n) @ Z_bar", "np.full(m, float(n))", "counts", "b_bar of ones"),
        ("np.ones(n) @ Z_bar", "np.zeros(m)", "zeros", "all zeros"),
        ("np.dot(Z_bar, W)", "np.dot(X, W.T) @ W", "Z for its bar", ""),
        ("np.dot(Z_bar, W)", "np.ones((n, m)) @ W", "ones for Z_bar", "forgot Z_bar"),
        ("np.dot(Z_bar, W)", "X * (np.ones(n) @ Z_bar @ W)", "entry by entry", ""),
        ("W_bar, b_bar, X_bar\n", "W_bar, X_bar, b_bar\n", "order", "results in another order"),
        ("\"ij,ik->jk\", Z_bar, X", "\"ij,ik->jk\", Z_bar, X - X.mean(axis=0)", "mean taken off", ""),
    ),
    "Linear": (
        ("w[1] + h_prev @ w[0].T", "h_prev @ w[0].T * w[1]", "b multiplied", "b multiplied with the rest"),
        ("w[1] + h_prev @ w[0].T", "h_prev @ w[0] + w[1]", "not transposed", "forward with W the wrong way"),
        ("h_bar.sum(0)", "h_bar.sum(1)", "wrong axis", "b_bar over the wrong axis"),
        ("h_bar.sum(0)", "h_bar", "not summed", "b_bar not added up"),
        ("np.dot(h_bar.T, self.x)", "np.dot(h_bar.T, h_bar)", "h_bar twice", "reads no cache"),
        ("np.dot(h_bar.T, self.x)", "np.dot(np.ones_like(h_bar).T, self.x)", "ones", "W_bar without the bar"),
        ("np.dot(h_bar, w[0])", "h_bar", "handed on", "h_bar handed on"),
        ("np.dot(h_bar, w[0])", "np.dot(h_bar, w[0]) + w[1].sum()", "b on the way back", "the sum of b added"),
        ("np.dot(h_bar, w[0])", "np.dot(h_bar, w[0]) / len(h_bar)", "mean", "divided by its length along axis 0"),
        ("self.x = h_prev\n", "self.x = w[1] + h_prev @ w[0].T\n", "the output kept", "cached the output"),
    ),
    "ReLU": (
        ("np.where(self.open, h_bar, 0.0)", "np.where(self.open, h_bar, 0.01 * h_bar)", "leaky on the way back", "0.01 where it is flat"),
        ("np.where(self.open, h_bar, 0.0)", "np.where(self.open, h_bar, -h_bar)", "minus in place of 0", "the sign of what went in as the slope"),
        ("np.where(self.open, h_bar, 0.0)", "np.where(self.open, 0.0, h_bar)", "gate turned round", "gate turned round"),
        ("self.open = h_prev > 0", "self.open = h_prev > 1", "bend at 1", "computes a bend at 1"),
        ("np.where(self.open, h_bar, 0.0)", "h_bar[self.open]", "indexed", ""),
        ("np.where(self.open, h_bar, 0.0)", "np.where(self.open, np.abs(h_bar), 0.0)", "absolute", "without its sign"),
        ("    def forward(self, h_prev, w):", "    def forward(h_prev, w):", "self forgotten", ""),
    ),
    "Tanh": (
        ("1 - h * h", "1 - h_prev * h_prev", "input for output", "cached the input"),
        ("1 - h * h", "h", "the value", "value instead of slope"),
        ("1 - h * h", "(1 - h) ** 2", "brackets", "(1 - h)² as the slope"),
        ("1 - h * h", "1 / (1 - h * h)", "upside down", "divided by the slope"),
        ("self.slope * h_bar", "self.slope", "h_bar forgotten", "slope alone"),
        ("self.slope * h_bar", "np.tanh(h_bar)", "tanh of the bar", "reads no cache"),
        ("self.slope * h_bar", "self.slope + h_bar", "added", "the slope added"),
        ("np.tanh(h_prev)", "np.sinh(h_prev)", "sinh", "computes sinh"),
    ),
    "SquaredError": (
        ("0.5 * np.sum(self.d**2) / self.d.shape[0]", "0.5 * np.linalg.norm(self.d) / self.d.shape[0]", "the norm", "a root of the sum"),
        ("0.5 * np.sum(self.d**2) / self.d.shape[0]", "0.5 * np.mean(np.abs(self.d))", "absolute values", "the mean of all sizes"),
        ("0.5 * np.sum(self.d**2) / self.d.shape[0]", "0.5 * np.sum(self.d**2)", "mean forgotten", "sum instead of mean"),
        ("0.5 * np.sum(self.d**2) / self.d.shape[0]", "0.5 * np.mean(self.d) ** 2", "square of the mean", "the square of the mean"),
        ("l_bar / self.d.shape[0] * self.d\n", "l_bar / self.d.shape[0] * self.d ** 2\n", "squared", "the square in the bar"),
        ("l_bar / self.d.shape[0] * self.d\n", "l_bar / self.d.shape[0] * np.sign(self.d)\n", "sign", "bars of the distance"),
        ("l_bar / self.d.shape[0] * self.d\n", "l_bar / 2 / self.d.shape[0] * self.d\n", "half", "half too small"),
        ("l_bar / self.d.shape[0] * self.d\n", "l_bar * np.mean(self.d) * np.ones(self.d.shape)\n", "mean error everywhere", "the mean error everywhere, without 1/n"),
        ("return e_bar, -e_bar", "return -e_bar, e_bar", "order", "traded the bars"),
    ),
    "SoftmaxCrossEntropy": (
        ("np.max(logits, axis=1, keepdims=True)", "np.max(logits, axis=0, keepdims=True)", "maximum of the columns", "shifted by the columns' maxima"),
        ("np.eye(k)[labels]", "np.eye(k)[np.argmax(logits, axis=1)]", "prediction for label", "the loss of the prediction"),
        ("np.sum(np.log(self.total[:, 0])", "np.sum(self.total[:, 0]", "log forgotten", "the sum of exps without its logarithm"),
        ("np.log(self.total[:, 0]) - np.sum(", "np.log(self.total[:, 0]) + np.sum(", "plus", "plus for minus at the label"),
        ("- np.sum(shifted * self.onehot, axis=1)", "- np.sum(logits * self.onehot, axis=1)", "shift forgotten in one place", "shifted one side only"),
        ("(self.p - self.onehot)", "(self.onehot - self.p)", "sign", "flipped the sign"),
        ("(self.p - self.onehot)", "(self.p * self.onehot)", "multiplied", "multiplied by the label"),
        ("(self.p - self.onehot)", "self.p * (1 - self.p) * (self.p - self.onehot)", "slope of the sigmoid as well", "the slope of the sigmoid as well"),
        ("(self.p - self.onehot)", "(-self.onehot / self.p)", "the bar of p", "stopped at the probability"),
        ("l_bar * (self.p - self.onehot)", "l_bar + (self.p - self.onehot)", "added", ""),
    ),
    "Network": (
        ("zip(self.layers[::-1], w[::-1])", "zip(self.layers[::-1], w)", "w not reversed", "weights in forward order"),
        ("zip(self.layers[::-1], w[::-1])", "zip(self.layers, w)", "forward order", "went back in forward order"),
        ("w_bar[::-1], bar", "w_bar, bar", "w_bar not turned", "w_bar in reverse order"),
        ("            h = layer.forward(h, own)", "            h = h + layer.forward(h, own)", "residual", ""),
        ("            h = layer.forward(h, own)", "            layer.forward(h, own)", "result not kept", "gave x back"),
        ("            w_bar.append(own_bar)", "            w_bar = [own_bar]", "the last only", "gave x back"),
        ("w_bar[::-1], bar", "w_bar[::-1], h_bar", "h_bar handed back", "x_bar is the bar that came in"),
        ("            own_bar, bar = layer.backward(bar, own)", "            own_bar, more = layer.backward(bar, own); bar = bar + more if np.shape(more) == np.shape(bar) else more", "bars added up", ""),
    ),
    "train_digits": (
        ("p - lr * p_bar", "p - lr * p_bar / len(now)", "divided by n", "divided by n once more"),
        ("p - lr * p_bar", "p - lr * np.sign(p_bar)", "sign", ""),
        ("p - lr * p_bar", "p - lr * p", "decay only", ""),
        ("p - lr * p_bar", "lr * p_bar", "replaced by the step", ""),
        ("            losses.append(loss", "            losses += [0.0]; (loss", "no losses kept", "all zeros"),
        ("        while len(mixed):", "        while len(mixed) >= batch:", "short batch dropped", "dropped the short batch"),
        ("        while len(mixed):", "        for _ in range(1):", "one batch an epoch", ""),
        ("X[now], w), labels[now])", "X[now], w), labels[np.sort(now)])", "labels sorted", "labels stay behind"),
        ("losses.append(loss.forward(network.forward(X[now], w), labels[now]))", "losses.append(loss.forward(network.forward(X[now], w), labels[now]) * len(now))", "loss times n", "times the length of X, axis 0"),
        ("range(epochs)", "range(epochs + 1)", "one epoch too many", ""),
        ("    w = [tuple(np.array(p, dtype=float) for p in layer) for layer in w]\n", "    w = [tuple(rng.normal(size=np.shape(p)) for p in layer) for layer in w]\n", "weights drawn anew", ""),
    ),
}  # fmt: skip
