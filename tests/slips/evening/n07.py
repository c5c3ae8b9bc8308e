"""Evening slips in notebook 07."""

BASES = {
    "ReLU6": """
class ReLU6:
    def forward(self, h_prev, w):
        h = np.clip(h_prev, 0.0, 6.0)
        self.open = (h > 0) & (h < 6)
        return h

    def backward(self, h_bar, w):
        return (), np.where(self.open, h_bar, 0.0)
""",
    "MeanPool": """
class MeanPool:
    def forward(self, h_prev, w):
        n, H, W, c = self.shape = h_prev.shape
        return h_prev.reshape(n, H * W, c).mean(axis=1)

    def backward(self, h_bar, w):
        n, H, W, c = self.shape
        share = h_bar / (H * W)
        return (), np.ones(self.shape) * share[:, None, None, :]
""",
    "Residual": """
class Residual:
    def __init__(self, layers):
        self.inner = Network(layers)

    def forward(self, x, w):
        return np.add(x, self.inner.forward(x, w))

    def backward(self, h_bar, w):
        w_bar, through = self.inner.backward(h_bar, w)
        x_bar = h_bar + through
        return w_bar, x_bar
""",
    "DepthwiseConv2d": """
class DepthwiseConv2d:
    def __init__(self, k, s):
        self.k, self.s = k, s

    def forward(self, h_prev, w):
        W, b = w
        self.h_prev = np.asarray(h_prev, dtype=float)
        n, H, Wd, c = h_prev.shape
        rows, cols = (H - self.k) // self.s + 1, (Wd - self.k) // self.s + 1
        h = np.zeros((n, rows, cols, c))
        for r in range(rows):
            for q in range(cols):
                y, x = r * self.s, q * self.s
                h[:, r, q] = np.sum(self.h_prev[:, y : y + self.k, x : x + self.k] * W, axis=(1, 2)) + b
        return h

    def backward(self, h_bar, w):
        W, b = w
        W_bar, b_bar = np.zeros(W.shape), np.zeros(b.shape)
        x_bar = np.zeros(self.h_prev.shape)
        for r in range(h_bar.shape[1]):
            for q in range(h_bar.shape[2]):
                y, x = r * self.s, q * self.s
                bar = h_bar[:, r, q][:, None, None, :]
                W_bar += np.sum(bar * self.h_prev[:, y : y + self.k, x : x + self.k], axis=0)
                b_bar += h_bar[:, r, q].sum(axis=0)
                x_bar[:, y : y + self.k, x : x + self.k] += bar * W
        return (W_bar, b_bar), x_bar
""",
    "smooth_saliency": """
def smooth_saliency(net, X, labels, sigma, samples, seed):
    rng = np.random.default_rng(seed)
    noise = sigma * rng.normal(size=(samples, *np.shape(X)))
    maps = [np.abs(input_bar(net, X + some, labels)) for some in noise]
    return np.mean(maps, axis=0)
""",
}

SLIPS = {
    "ReLU6": (
        ("np.clip(h_prev, 0.0, 6.0)", "np.clip(h_prev, 0.0, 5.0)", "5 for 6", "another lid"),
        ("np.clip(h_prev, 0.0, 6.0)", "np.clip(h_prev, 6.0, 0.0)", "bounds swapped", "another lid"),
        ("np.where(self.open, h_bar, 0.0)", "np.where(self.open, h_bar, 6.0)", "6 where it is shut", "something where it is shut"),
        ("np.where(self.open, h_bar, 0.0)", "self.open", "the gate alone", ""),
        ("np.where(self.open, h_bar, 0.0)", "np.clip(h_bar * self.open, 0, 6)", "bar clipped as well", "clipped the bar as well"),
        ("np.where(self.open, h_bar, 0.0)", "h_bar * self.open / 6", "divided by 6", "a bar that is scaled"),
        ("(h > 0) & (h < 6)", "(h > 0) | (h < 6)", "or for and", "passed the bar on"),
        ("(h > 0) & (h < 6)", "(h > 0) & (h < 1)", "1 for 6", "another lid on the way back"),
    ),
    "MeanPool": (
        ("h_prev.reshape(n, H * W, c).mean(axis=1)", "h_prev.reshape(n, c, H * W).mean(axis=2)", "reshaped the wrong way", "features and pixels mixed up"),
        ("h_prev.reshape(n, H * W, c).mean(axis=1)", "h_prev.reshape(n, H * W, c).mean(axis=2)", "features averaged", ""),
        ("h_prev.reshape(n, H * W, c).mean(axis=1)", "np.median(h_prev, axis=(1, 2))", "median", "median"),
        ("h_prev.reshape(n, H * W, c).mean(axis=1)", "h_prev.mean(axis=3).mean(axis=(1, 2))", "all three", "averaged over the columns"),
        ("h_prev.reshape(n, H * W, c).mean(axis=1)", "h_prev.sum(axis=(1, 2)) / H", "divided by the rows", "times the length of h_prev, axis 2"),
        ("share = h_bar / (H * W)", "share = h_bar / self.shape[0]", "n for H W", "divided by the examples"),
        ("share = h_bar / (H * W)", "share = np.ones(h_bar.shape) / (H * W)", "h_bar forgotten", "forgot h_bar"),
        ("share = h_bar / (H * W)", "share = np.mean(h_bar, axis=0, keepdims=True) / (H * W)", "averaged over the examples", "the bar averaged over the examples"),
    ),
    "Residual": (
        ("np.add(x, self.inner.forward(x, w))", "self.inner.forward(x, w)", "x forgotten", "forgot the sum"),
        ("np.add(x, self.inner.forward(x, w))", "self.inner.forward(x + x, w)", "x added before", "x added before the layers"),
        ("np.add(x, self.inner.forward(x, w))", "np.add(x, 2 * self.inner.forward(x, w))", "2", "the layers twice"),
        ("np.add(x, self.inner.forward(x, w))", "np.maximum(x, self.inner.forward(x, w))", "the larger", "the larger of both"),
        ("x_bar = h_bar + through", "x_bar = through", "the way around forgotten", "lost the way around"),
        ("x_bar = h_bar + through", "x_bar = h_bar - through", "minus", "one way subtracted"),
        ("x_bar = h_bar + through", "x_bar = np.concatenate([h_bar, through])", "side by side", ""),
        ("self.inner.backward(h_bar, w)", "self.inner.backward(h_bar / 2, w)", "half of the bar", "half of the bar"),
        ("self.inner.backward(h_bar, w)", "self.inner.backward(np.ones(np.shape(h_bar)), w)", "ones", "ones for the bar"),
        ("return w_bar, x_bar", "return (), x_bar", "no w_bar", ""),
    ),
    "DepthwiseConv2d": (
        ("W_bar += np.sum(bar *", "W_bar = np.sum(bar *", "= for +=", "W_bar of the last window"),
        ("W_bar += np.sum(bar * self.h_prev", "W_bar += np.sum(self.h_prev", "bar forgotten", "W without the bar"),
        ("x_bar[:, y : y + self.k, x : x + self.k] += bar * W", "x_bar[:, y : y + self.k, x : x + self.k] += W", "bar forgotten", "W without the bar"),
        ("x_bar[:, y : y + self.k, x : x + self.k] += bar * W", "x_bar[:, y, x] += h_bar[:, r, q] * W.sum(axis=(0, 1))", "corner only", "only the window's corner"),
        ("b_bar += h_bar[:, r, q].sum(axis=0)", "b_bar = h_bar[:, r, q].sum(axis=0)", "the last window only", "b_bar of the last window"),
        ("b_bar += h_bar[:, r, q].sum(axis=0)", "b_bar += h_bar[:, r, q].sum()", "features summed", "b_bar one for all features"),
        ("b_bar += h_bar[:, r, q].sum(axis=0)", "b_bar += b * h_bar[:, r, q].sum(axis=0)", "times b", "b once too often"),
        ("b_bar += h_bar[:, r, q].sum(axis=0)", "b_bar += h_bar[0, r, q]", "the first example only", "b_bar of the first example"),
        ("                y, x = r * self.s, q * self.s\n                bar", "                y, x = r, q\n                bar", "stride forgotten", "forgot the stride"),
        ("bar * self.h_prev[:, y : y + self.k, x : x + self.k]", "bar * W", "W for h_prev", "W_bar made with W"),
        ("for q in range(h_bar.shape[2]):\n                y, x = r * self.s, q * self.s\n                bar", "for q in range(h_bar.shape[1]):\n                q = min(q, h_bar.shape[2] - 1)\n                y, x = r * self.s, q * self.s\n                bar", "rows for columns", ""),
        ("bar * W\n", "bar * W / self.k ** 2\n", "divided by k k", "divided by the size of a window"),
        ("return (W_bar, b_bar), x_bar", "return W_bar, b_bar, x_bar", "three results", ""),
    ),
    "smooth_saliency": (
        ("np.mean(maps, axis=0)", "np.mean(maps)", "one number", ""),
        ("np.mean(maps, axis=0)", "np.max(maps, axis=0)", "the largest", "the largest of the copies"),
        ("np.mean(maps, axis=0)", "np.median(maps, axis=0)", "median", "the median of the copies"),
        ("np.mean(maps, axis=0)", "np.sqrt(np.mean(np.square(maps), axis=0))", "root mean square", "squares"),
        ("np.mean(maps, axis=0)", "np.std(maps, axis=0)", "standard deviation", "the spread over the copies"),
        ("np.mean(maps, axis=0)", "np.mean(maps, axis=0) / len(X)", "divided by n", "divided by the images"),
        ("X + some, labels))", "X, labels) + some)", "noise on the bars", "no noise"),
        ("X + some, labels))", "some, labels))", "noise alone", "noise without the images"),
        ("rng.normal(size=(samples, *np.shape(X)))", "rng.normal(size=(1, *np.shape(X))).repeat(samples, axis=0)", "drawn once", "the same noise in every copy"),
        ("rng.normal(size=(samples, *np.shape(X)))", "rng.normal(size=(samples, np.shape(X)[1]))[:, None, :]", "the same for all images", "the same noise for every image"),
        ("rng.normal(size=(samples, *np.shape(X)))", "rng.normal(size=(samples - 1, *np.shape(X)))", "one too few", "another number of copies"),
        ("rng.normal(size=", "rng.normal(sigma, size=", "mean sigma", ""),
        ("rng.normal(size=", "rng.random(size=", "random for normal", "noise of another size"),
    ),
}  # fmt: skip
