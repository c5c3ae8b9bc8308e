"""Slips in notebook 07."""

BASES = {
    "ReLU6": """
class ReLU6:
    def forward(self, h_prev, w):
        self.h = np.minimum(np.maximum(h_prev, 0), 6)
        return self.h.copy()

    def backward(self, h_bar, w):
        return (), h_bar * (self.h > 0) * (self.h < 6)
""",
    "MeanPool": """
class MeanPool:
    def forward(self, h_prev, w):
        self.shape = h_prev.shape
        return np.mean(h_prev, axis=(1, 2))

    def backward(self, h_bar, w):
        n, H, W, c = self.shape
        h_prev_bar = np.zeros(self.shape)
        h_prev_bar += h_bar[:, None, None, :] / (H * W)
        return (), h_prev_bar
""",
    "Residual": """
class Residual:
    def __init__(self, layers):
        self.layers = layers

    def forward(self, x, w):
        h = x
        for layer, weights in zip(self.layers, w):
            h = layer.forward(h, weights)
        return x + h

    def backward(self, h_bar, w):
        bar, w_bar = h_bar, []
        for i in reversed(range(len(self.layers))):
            own, bar = self.layers[i].backward(bar, w[i])
            w_bar.insert(0, own)
        return w_bar, h_bar + bar
""",
    "DepthwiseConv2d": """
class DepthwiseConv2d:
    def __init__(self, k, s):
        self.k, self.s = k, s

    def seen(self, x, i, j):
        rows, columns = ((size - self.k) // self.s + 1 for size in x.shape[1:3])
        return x[:, i : i + self.s * (rows - 1) + 1 : self.s, j : j + self.s * (columns - 1) + 1 : self.s]

    def forward(self, h_prev, w):
        W, b = w
        self.h_prev = h_prev if h_prev.dtype == np.float32 else np.asarray(h_prev, dtype=float)
        return b + sum(W[i, j] * self.seen(self.h_prev, i, j) for i in range(self.k) for j in range(self.k))

    def backward(self, h_bar, w):
        W, b = w
        W_bar = np.zeros(W.shape)
        b_bar = np.sum(h_bar, axis=(0, 1, 2))
        h_prev_bar = np.zeros(self.h_prev.shape)
        for i in range(self.k):
            for j in range(self.k):
                W_bar[i, j] = np.sum(h_bar * self.seen(self.h_prev, i, j), axis=(0, 1, 2))
                patch = self.seen(h_prev_bar, i, j)
                patch += h_bar * W[i, j]
        return (W_bar, b_bar), h_prev_bar
""",
    "smooth_saliency": """
def smooth_saliency(net, X, labels, sigma, samples, seed):
    network, w, loss = net
    rng = np.random.default_rng(seed)
    total = 0
    for s in range(samples):
        noisy = X + sigma * rng.standard_normal(X.shape)
        loss.forward(network.forward(noisy, w), labels)
        w_bar, x_bar = network.backward(loss.backward(), w)
        total = total + np.abs(x_bar * len(X))
    return total / samples
""",
}

SLIPS = {
    "ReLU6": (
        ("np.minimum(np.maximum(h_prev, 0), 6)", "np.maximum(h_prev, 0)", "6 forgotten", "forgot the lid"),
        ("np.minimum(np.maximum(h_prev, 0), 6)", "np.maximum(np.minimum(h_prev, 0), 6)", "min and max swapped", "swapped the bounds"),
        ("np.minimum(np.maximum(h_prev, 0), 6)", "np.clip(h_prev, 0, 1)", "1 for 6", "clipped to 0 and 1"),
        ("np.minimum(np.maximum(h_prev, 0), 6)", "np.clip(h_prev, -6, 6)", "-6 for 0", "forgot the floor"),
        ("h_bar * (self.h > 0) * (self.h < 6)", "h_bar * (self.h > 0)", "lets through above 6", "forgot the lid on the way back"),
        ("h_bar * (self.h > 0) * (self.h < 6)", "h_bar * (self.h < 6)", "lets through below 0", "forgot the floor on the way back"),
        ("h_bar * (self.h > 0) * (self.h < 6)", "h_bar * (self.h >= 0) * (self.h <= 6)", "slope 1 at the bends", "passed the bar on"),
        ("h_bar * (self.h > 0) * (self.h < 6)", "np.clip(h_bar, 0, 6)", "clips the bar", "clipped the bar"),
        ("h_bar * (self.h > 0) * (self.h < 6)", "h_bar * self.h", "value for slope", "multiplied by the output"),
        ("h_bar * (self.h > 0) * (self.h < 6)", "1.0 * (self.h > 0) * (self.h < 6)", "h_bar forgotten", "gate alone"),
        ("h_bar * (self.h > 0) * (self.h < 6)", "h_bar", "handed on", "passed the bar on"),
        ("return (), h_bar", "return h_bar", "one result", ""),
    ),
    "MeanPool": (
        ("np.mean(h_prev, axis=(1, 2))", "np.sum(h_prev, axis=(1, 2))", "sum for mean", "sum instead of mean"),
        ("np.mean(h_prev, axis=(1, 2))", "np.max(h_prev, axis=(1, 2))", "largest", "largest pixel"),
        ("np.mean(h_prev, axis=(1, 2))", "np.mean(h_prev, axis=(0, 1, 2))", "over the images as well", "one mean for all examples"),
        ("np.mean(h_prev, axis=(1, 2))", "np.mean(h_prev, axis=(2, 3))", "wrong axes", ""),
        ("np.mean(h_prev, axis=(1, 2))", "np.mean(h_prev, axis=1)", "one axis only", "mean over rows only"),
        ("np.mean(h_prev, axis=(1, 2))", "np.mean(h_prev, axis=(1, 2), keepdims=True)", "keepdims", "kept the axes"),
        (" / (H * W)", "", "not divided", "not divided"),
        (" / (H * W)", " / H", "divided by H only", "divided by the rows only"),
        (" / (H * W)", " / (n * H * W)", "n as well", "divided by the examples as well"),
        (" / (H * W)", " / (H * W * c)", "c as well", "divided by the features as well"),
        (" / (H * W)", " * (H * W)", "times", "multiplied by the pixels"),
        (" / (H * W)", " / (H + W)", "sum of sides", ""),
        ("h_prev_bar += h_bar[:, None, None, :] / (H * W)", "h_prev_bar += 1 / (H * W)", "h_bar forgotten", "forgot h_bar"),
        ("h_prev_bar += h_bar[:, None, None, :] / (H * W)", "h_prev_bar[:, 0, 0, :] = h_bar", "one pixel only", "all on the first pixel"),
        ("return (), h_prev_bar", "return (), h_bar", "handed on", "reads no cache"),
    ),
    "Residual": (
        ("return x + h", "return h", "x forgotten", ""),
        ("return x + h", "return x * h", "multiplied", ""),
        ("return x + h", "return (x + h) / 2", "averaged", ""),
        ("return x + h", "return x - h", "subtracted", ""),
        ("h = layer.forward(h, weights)", "h = x + layer.forward(h, weights)", "x at every layer", ""),
        ("return w_bar, h_bar + bar", "return w_bar, bar", "shortcut's bar forgotten", ""),
        ("return w_bar, h_bar + bar", "return w_bar, h_bar", "network's bar forgotten", ""),
        ("return w_bar, h_bar + bar", "return w_bar, (h_bar + bar) / 2", "averaged", ""),
        ("return w_bar, h_bar + bar", "return w_bar, 2 * bar", "twice", ""),
        ("return w_bar, h_bar + bar", "return w_bar[::-1], h_bar + bar", "w_bar reversed", ""),
        ("return w_bar, h_bar + bar", "return h_bar + bar, w_bar", "order", ""),
        ("return w_bar, h_bar + bar", "return w_bar, h_bar * bar", "multiplied on the way back", ""),
        ("backward(bar, w[i])", "backward(h_bar, w[i])", "h_bar for every layer", ""),
        ("reversed(range(len(self.layers)))", "range(len(self.layers))", "not reversed", ""),
    ),
    "DepthwiseConv2d": (
        ("np.sum(h_bar, axis=(0, 1, 2))", "np.sum(h_bar)", "one number", ""),
        ("np.sum(h_bar, axis=(0, 1, 2))", "np.mean(h_bar, axis=(0, 1, 2))", "mean for sum", ""),
        ("np.sum(h_bar, axis=(0, 1, 2))", "np.sum(h_bar, axis=(1, 2))", "not over the images", ""),
        ("np.sum(h_bar, axis=(0, 1, 2))", "b", "b handed on", ""),
        ("np.sum(h_bar * self.seen(self.h_prev, i, j), axis=(0, 1, 2))", "np.sum(h_bar * self.seen(self.h_prev, i, j))", "summed over the features", ""),
        ("np.sum(h_bar * self.seen(self.h_prev, i, j), axis=(0, 1, 2))", "np.mean(h_bar * self.seen(self.h_prev, i, j), axis=(0, 1, 2))", "mean for sum", ""),
        ("np.sum(h_bar * self.seen(self.h_prev, i, j), axis=(0, 1, 2))", "np.sum(self.seen(self.h_prev, i, j), axis=(0, 1, 2))", "h_bar forgotten", ""),
        ("np.sum(h_bar * self.seen(self.h_prev, i, j), axis=(0, 1, 2))", "np.sum(h_bar * self.seen(self.h_prev, j, i), axis=(0, 1, 2))", "i and j swapped", ""),
        ("np.sum(h_bar * self.seen(self.h_prev, i, j), axis=(0, 1, 2))", "np.sum(h_bar * self.seen(self.h_prev, self.k - 1 - i, self.k - 1 - j), axis=(0, 1, 2))", "window turned", ""),
        ("np.sum(h_bar * self.seen(self.h_prev, i, j), axis=(0, 1, 2))", "np.sum(h_bar, axis=(0, 1, 2)) * W[i, j]", "W for h_prev", ""),
        ("patch += h_bar * W[i, j]", "patch[...] = h_bar * W[i, j]", "overwritten where windows overlap", ""),
        ("patch += h_bar * W[i, j]", "patch = patch + h_bar * W[i, j]", "written into a copy", ""),
        ("patch += h_bar * W[i, j]", "patch += h_bar", "W forgotten", ""),
        ("patch += h_bar * W[i, j]", "patch += h_bar * W[j, i]", "i and j swapped", ""),
        ("patch += h_bar * W[i, j]", "patch += h_bar * W[self.k - 1 - i, self.k - 1 - j]", "window turned", ""),
        ("patch += h_bar * W[i, j]", "patch += h_bar * W_bar[i, j]", "W_bar for W", ""),
        ("patch += h_bar * W[i, j]", "patch -= h_bar * W[i, j]", "sign", ""),
        ("return (W_bar, b_bar), h_prev_bar", "return (b_bar, W_bar), h_prev_bar", "order in the tuple", ""),
    ),
    "smooth_saliency": (
        ("np.abs(x_bar * len(X))", "x_bar * len(X)", "signs kept", ""),
        ("np.abs(x_bar * len(X))", "np.abs(x_bar)", "divided by n", ""),
        ("np.abs(x_bar * len(X))", "(x_bar * len(X)) ** 2", "squared", ""),
        ("    return total / samples", "    return total", "not divided", ""),
        ("total = total + np.abs(x_bar * len(X))\n    return total / samples", "total = total + x_bar * len(X)\n    return np.abs(total) / samples", "absolute value of the mean", ""),
        ("        noisy = X + sigma * rng", "        X = noisy = X + sigma * rng", "noise upon noise", "noise added to the copy before"),
        ("sigma * rng.standard_normal(X.shape)", "rng.standard_normal(X.shape)", "sigma forgotten", ""),
        ("X + sigma * rng.standard_normal(X.shape)", "np.clip(X + sigma * rng.standard_normal(X.shape), 0, 1)", "clipped", ""),
        ("rng.standard_normal(X.shape)", "rng.uniform(size=X.shape)", "uniform noise", ""),
        ("rng.standard_normal(X.shape)", "rng.standard_normal()", "one number for all pixels", ""),
        ("        noisy = X +", "        rng = np.random.default_rng(seed)\n        noisy = X +", "the same noise each time", ""),
        ("np.random.default_rng(seed)", "np.random.default_rng()", "seed not used", ""),
        ("range(samples)", "range(1)", "one copy", ""),
        ("network.forward(noisy, w)", "network.forward(X, w)", "the clean images", ""),
        ("sigma * rng.standard_normal(X.shape)", "sigma**2 * rng.standard_normal(X.shape)", "variance for sigma", ""),
        ("X + sigma * rng", "X * sigma * rng", "multiplied by the noise", ""),
    ),
}  # fmt: skip
