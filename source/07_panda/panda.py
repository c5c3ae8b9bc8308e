# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 7 · The panda
#
# Notebook 05 described a photo: panda, 58 %. After a change that nobody sees: gibbon, 99 %. There you fooled a network that reads digits.
#
# Today it is the real thing: a photo, and a trained network that knows 1,000 classes. You will write four of its kinds of layers now; the others are given, or yours from notebook 04. Then your own backward pass drives the attack, in nothing but NumPy.

# %% locked="setup"
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np
from earlier import Linear, Network, SoftmaxCrossEntropy, input_bar, targeted, yours

from barprop import check, ready
from barprop.data import class_names, panda
from barprop.guesses import compared
from barprop.picture_net import as_jpeg, at_hand, build, multiplications, trained
from barprop.pictures import photos
from barprop.pictures.kept import kept

X, names = panda(), class_names()
PANDA, GIBBON = names.index("giant panda"), names.index("gibbon")

# %% [markdown]
# The file `earlier.py` beside this notebook has stand-ins for what you need of 04 and 05. Where your own answers pass their checks, they are used instead (a very slow `Linear` is not). They are read from your *saved* notebooks in the folders next door:

# %% show="show_yours"
Linear, Network, SoftmaxCrossEntropy, input_bar, targeted = yours()

# %% show="show_weights"
tensors = trained()  # the trained numbers, or a sentence that says how to get them
photos.photo(X)

# %% [markdown]
# Photo: "Lightmatter panda" by Aaron Logan, [CC BY 1.0](https://creativecommons.org/licenses/by/1.0/), cropped and scaled.
#
# It is one row, as the digits were: 150,528 numbers from 0 to 1. Inside the network pictures have the shape $(n, \text{height}, \text{width}, c)$, with $c$ features for each pixel, at first red, green and blue.
#
# (Cells that need the trained weights say so.)
#
# ## What is in a real network
#
# *EfficientNet-Lite0* has 4.6 million weights. One forward pass takes 385 million multiplications. What percentage of them is done by `Linear` of notebook 04? (Every pixel can be one of its examples.)

# %%
guess_linear = None  # not graded

# %% show="show_multiplications"
count = multiplications()
for kind, number in count.items():
    print(f"{kind:24}{number / 1e6:8.1f} million{100 * number / sum(count.values()):7.1f} %")
linear = sum(number for kind, number in count.items() if kind.startswith("Linear"))
print(f"Linear in all: {100 * linear / sum(count.values()):.1f} %; your guess: {guess_linear}")

# %% [markdown]
# Almost nine tenths. Take each pixel as an example with $c$ features, and a linear layer makes new features for it. `Pointwise` (given) makes each pixel a row and calls `Linear`. (Its usual name is $1 \times 1$ convolution. Those that look at more pixels come later; the network's first layer, given, is one.)
#
# First the simplest of the others.
#
# ### Exercise `ReLU6`
#
# A ReLU with a lid: 0 below 0, and 6 above 6. Its slope at 0 and at 6 is 0.
# **Which array does it cache?** The largest arrays of the network go through this layer.

# %%
relu6_keeps = None  # "h_prev", "h" or "both"?

# %% [markdown]
# <details><summary>Decide, then unfold</summary>
#
# The output, or a mask made from it. Where `Pointwise` follows, it holds the output anyway. The input would be one more large array, and may be overwritten before `backward` is called.
# </details>

# %% answer="ReLU6"
class ReLU6:
    """h = h_prev, but not below 0 and not above 6, entry by entry. No weights: w = ()."""

    def forward(self, h_prev, w):
        """h_prev: an array of any shape. Returns h, like h_prev."""
        ### BEGIN SOLUTION
        self.h = np.clip(h_prev, 0, 6)
        return self.h.copy()
        ### END SOLUTION

    def backward(self, h_bar, w):
        """h_bar: like h. Returns (w_bar, h_prev_bar), where w_bar is ()."""
        ### BEGIN SOLUTION
        return (), h_bar * ((0 < self.h) & (self.h < 6))
        ### END SOLUTION

# %% [markdown]
# <details><summary>How do I see from the output that the lid was shut?</summary>
#
# Where the output is exactly 0 or exactly 6, nothing moves when the input does.
# </details>
# <details><summary>It says that the input was overwritten</summary>
#
# `self.h_prev = h_prev` keeps no copy, it keeps the same array. And you need not keep it at all.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# Inputs $(-1, 2, 7)$, $\bar h = (10, 20, 30)$. Nudge each input by $0.1$: the outputs move by $0$, $0.1$ and $0$, the loss by $0$, $2$ and $0$.
# </details>

# %% test="test_ReLU6_forward"
check("ReLU6", "forward")

# %% test="test_ReLU6_backward"
check("ReLU6", "backward")

# %% [markdown]
# ## One number per feature
#
# At its end the network has $7 \times 7$ pixels left, with 1,280 features each. It does not matter *where* the ear is, so each feature is averaged over the picture, and a last `Linear` makes 1,000 logits.
#
# ### Exercise `MeanPool`
#
# For each example $a$ and each feature $f$, $h_{af}$ is the mean of $h_{\mathrm{prev},aijf}$ over all rows $i$ and columns $j$. **What must it cache?**

# %%
meanpool_keeps = None  # "h_prev", "h", "both" or "neither"?

# %% [markdown]
# <details><summary>Decide, then unfold</summary>
#
# No entry of the picture: a mean is linear. Only the shape of the picture, because the bar must have the same shape.
# </details>

# %% answer="MeanPool"
class MeanPool:
    """The mean of each feature over the picture. No weights: w = ()."""

    def forward(self, h_prev, w):
        """h_prev: (n, height, width, c). Returns h, (n, c)."""
        ### BEGIN SOLUTION
        self.shape = h_prev.shape
        return h_prev.mean(axis=(1, 2))
        ### END SOLUTION

    def backward(self, h_bar, w):
        """h_bar: (n, c). Returns (w_bar, h_prev_bar), where w_bar is () and h_prev_bar is like h_prev."""
        ### BEGIN SOLUTION
        n, height, width, c = self.shape
        each = h_bar / (height * width)
        return (), np.broadcast_to(each[:, None, None, :], self.shape)
        ### END SOLUTION

# %% [markdown]
# <details><summary>My bars are too large</summary>
#
# Nudge one pixel by $0.1$. By how much does the mean over all pixels of the picture move, whatever its size?
# </details>
# <details><summary>How do I spread (n, c) over a picture?</summary>
#
# `h_bar[:, None, None, :]` has the shape $(n, 1, 1, c)$; `np.broadcast_to` or a product with `np.ones` does the rest.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# A picture of $1 \times 2$ pixels and one feature, $\bar h = 10$. Nudge the left pixel by $0.1$: the mean moves by $0.05$, the loss by $0.5$. So its bar is $5$, and the right one's too.
# </details>

# %% test="test_MeanPool_forward"
check("MeanPool", "forward")

# %% test="test_MeanPool_backward"
check("MeanPool", "backward")

# %% [markdown]
# Here are your decisions, and what your classes really keep of a picture of $4 \times 4$ pixels:

# %% show="show_kept"
for name, decision in (("ReLU6", relu6_keeps), ("MeanPool", meanpool_keeps)):
    if ready(name):
        layer, picture = globals()[name](), np.random.default_rng(0).normal(3, 4, (1, 4, 4, 2))
        out = layer.forward(picture, ())
        print(f"{name}, whose input takes {picture.nbytes} bytes\n    you decided: {decision}")
        print(f"    your class keeps: {kept(layer, **{'the input': picture, 'the output': out})}")

# %% [markdown]
# ## A residual connection: a way around
#
# Through 50 layers a bar is multiplied by 50 slopes; little may arrive. The cure is a sum: $h = x + f(x)$, where $f$ is a chain of layers.
#
# If $\bar h = 1$ comes in and all bars vanish inside $f$: what is $\bar x$? Then we compare 30 pairs of a `Linear` (16 features, small weights) and a `ReLU6`: as one long chain, and as residual blocks. The bar at the end is sixteen ones, of Euclidean length 4. How long is the bar that arrives at the input?

# %%
guess_x_bar = None
guess_length = {"one long chain": None, "30 residual blocks": None}  # numbers; a power of ten is enough

# %% [markdown]
# ### Exercise `Residual`
#
# Like your `Network`, but its input is added to what comes out. `w` is a list with an entry for each layer. A `Residual` may itself be one of the layers; its entry is then a list, too.

# %% answer="Residual"
class Residual:
    """h = x + f(x), where f is a chain of layers. w is a list with an entry for each layer."""

    def __init__(self, layers):
        """layers: a list of objects with forward and backward; without any, f(x) = x."""
        ### BEGIN SOLUTION
        self.chain = Network(layers)
        ### END SOLUTION

    def forward(self, x, w):
        """x: what the first layer takes. Returns h, a new array of the same shape."""
        ### BEGIN SOLUTION
        return x + self.chain.forward(x, w)
        ### END SOLUTION

    def backward(self, h_bar, w):
        """h_bar: like h. Returns (w_bar, x_bar), w_bar a list like w."""
        ### BEGIN SOLUTION
        w_bar, x_bar = self.chain.backward(h_bar, w)
        return w_bar, h_bar + x_bar
        ### END SOLUTION

# %% [markdown]
# <details><summary>Must I write the chain again?</summary>
#
# You have a class that does it: `Network(layers)`. Keep one on `self`.
# </details>
# <details><summary>What does a sum do to a bar?</summary>
#
# In notebook 03 both branches of a sum got the same bar. And $x$ is used twice: `fan_out` knew what to do with what comes back along two paths.
# </details>
# <details><summary>It says that an array of a layer was changed</summary>
#
# `h += x` writes into the array that the last layer returned, and that layer may still need it.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# $f(x) = 3x$, $\bar h = 10$. Nudge $x$ by $0.1$: $h$ moves by $0.1 + 0.3$, the loss by $4$. So $\bar x = 40$: ten from the sum, thirty from the chain.
# </details>

# %% test="test_Residual_forward"
check("Residual", "forward")

# %% test="test_Residual_backward"
check("Residual", "backward")

# %% [markdown]
# Now try it:

# %% folded="show_depth"
if ready("ReLU6", "Residual"):
    rng, depth, d = np.random.default_rng(0), 30, 16
    w = [[(rng.normal(0, 0.15, (d, d)), rng.normal(0, 0.1, d)), ()] for _ in range(depth)]
    chains = {
        "one long chain": (Network([layer for _ in range(depth) for layer in (Linear(), ReLU6())]), sum(w, [])),
        "30 residual blocks": (Network([Residual([Linear(), ReLU6()]) for _ in range(depth)]), w),
    }
    for name, (network, weights) in chains.items():
        network.forward(rng.normal(size=(1, d)), weights)
        _, x_bar = network.backward(np.ones((1, d)), weights)
        length = float(np.linalg.norm(x_bar))
        print(f"{name:20} length of the bar at the input: {length:.2g}; {compared(guess_length.get(name), length, factor=10)}")
    block = Residual([ReLU6()])
    block.forward(np.array([[-1.0]]), [()])  # below 0, where no bar gets through
    print(f"all bars vanish in f: {block.backward(np.array([[1.0]]), [()])[1].item():g}; your guess: {guess_x_bar}")

# %% [markdown]
# Along the sum $\bar h$ arrives whole. Each block adds what $f$ sends back: here 4 grows to 56. (For $f(x) = -x$ the two cancel.)
#
# ## Looking around
#
# A **depthwise** convolution slides a window of $k \times k$ pixels, in steps of $s$, each feature with its own $W$. For one example and one feature, window $(p, q)$ gives
#
# $$h_{pq} = b + \sum_{i,j=0}^{k-1} W_{ij}\; h_{\mathrm{prev},\,sp+i,\,sq+j}$$
#
# Below, `forward` loops over the positions $(i, j)$; `seen` gives a view of the entries there in *all* windows.
#
# How many windows do $7 \times 6$ pixels have for $k = 3$, $s = 2$?

# %%
guess_windows = None  # (rows, columns)

# %% folded="show_count"
for k, s in ((3, 1), (3, 2), (2, 3)):
    print(f"k = {k}, s = {s}: {(7 - k) // s + 1} rows of {(6 - k) // s + 1} windows")
print("your guess for k = 3, s = 2:", guess_windows)

# %% [markdown]
# ### Exercise `DepthwiseConv2d`
#
# Write `backward`. Three questions to begin with:
#
# - $W_{ij}$ was used in every window. What is its bar?
# - A pixel was in several windows, each time at a different position $(i, j)$. What is *its* bar?
# - And a pixel that no window saw?

# %% answer="DepthwiseConv2d"
def as_floats(u):  # whole numbers become floats; float32, which is twice as fast, stays
    return u if u.dtype == np.float32 else np.asarray(u, dtype=float)


class DepthwiseConv2d:
    """Windows of k x k pixels, s apart, and weights for each feature; w = (W, b): (k, k, c) and (c,)."""

    def __init__(self, k, s):
        self.k, self.s = k, s

    def seen(self, x, i, j):
        """The pixels at (i, j) of every window: a view of x, (n, rows, columns, c), to read or write."""
        rows, columns = ((size - self.k) // self.s + 1 for size in x.shape[1:3])
        return x[:, i : i + self.s * (rows - 1) + 1 : self.s, j : j + self.s * (columns - 1) + 1 : self.s]

    def forward(self, h_prev, w):
        """h_prev: (n, height, width, c). Returns h: (height - k) // s + 1 rows, and columns likewise."""
        self.h_prev, W, b = map(as_floats, (h_prev, *w))
        return b + sum(W[i, j] * self.seen(self.h_prev, i, j) for i, j in np.ndindex(self.k, self.k))

    def backward(self, h_bar, w):
        """h_bar: like h. Returns ((W_bar, b_bar), h_prev_bar), each in the shape of its variable."""
        W, b = map(as_floats, w)
        ### BEGIN SOLUTION
        W_bar, h_prev_bar = np.zeros_like(W), np.zeros_like(self.h_prev)
        for i in range(self.k):
            for j in range(self.k):
                W_bar[i, j] = (h_bar * self.seen(self.h_prev, i, j)).sum(axis=(0, 1, 2))
                self.seen(h_prev_bar, i, j)[...] += h_bar * W[i, j]
        return (W_bar, h_bar.sum(axis=(0, 1, 2))), h_prev_bar
        ### END SOLUTION

# %% [markdown]
# <details><summary>Where do I begin?</summary>
#
# With one position $(i, j)$. `forward` computed `W[i, j] * seen` there: a product. You know both its bars.
# </details>
# <details><summary>Only the last position arrives in h_prev_bar</summary>
#
# `=` replaces what came back from another window. In a fan-out it *adds up*.
# </details>
# <details><summary>How do I add into a view?</summary>
#
# `part = self.seen(x_bar, i, j)`, then `part += ...` writes into `x_bar`. But `part = part + ...` makes a new array, and `x_bar` stays as it was.
# </details>
# <details><summary>Which axes are added up in W_bar[i, j]?</summary>
#
# Everything that used the weight: examples, rows and columns of windows. Not the features, each has its own.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# One row of pixels $(x_0, x_1, x_2)$, a window $(W_0, W_1)$ of two, $\bar h = (10, 1)$. Nudge $x_1$ by $0.1$: the first window moves by $0.1\,W_1$, the second by $0.1\,W_0$, the loss by $W_1 + 0.1\,W_0$.
# </details>

# %% test="test_DepthwiseConv2d_weights"
check("DepthwiseConv2d", "weights")

# %% test="test_DepthwiseConv2d_input"
check("DepthwiseConv2d", "input")

# %% [markdown]
# Look at it: all weights 1, and $\bar h = 1$ everywhere. Then the bar of a pixel counts the windows that it was in. For $k = 3$, $s = 1$: which number will be in the corner, and which in the middle of $7 \times 7$ pixels? And for $k = 2$, $s = 3$: how many pixels does no window see?

# %%
guess_counts = {"corner": None, "middle": None, "unseen": None}

# %% folded="show_windows"
if ready("DepthwiseConv2d"):
    for k, s in ((3, 1), (3, 2), (2, 3)):
        layer, w = DepthwiseConv2d(k, s), (np.ones((k, k, 1)), np.zeros(1))
        h = layer.forward(np.zeros((1, 7, 7, 1)), w)
        _, x_bar = layer.backward(np.ones(h.shape), w)
        print(f"k = {k}, s = {s}; no window sees {np.sum(x_bar == 0)}\n{x_bar[0, :, :, 0].astype(int)}\n")
    print("your guess:", guess_counts)

# %% [markdown]
# Nine windows (in general up to $k^2$), nine contributions, one sum: the `fan_out` of notebook 03, as a picture.
#
# ## All together
#
# `build` makes the network from your layers and the trained numbers: 16 blocks, nine of them residual. (Batch normalisation, after training a fixed scale and shift per feature, is inside `W` and `b`. A frame of zeros, `Pad`, lets windows reach beyond the edge.) As in notebook 05 you get `net = (network, w, loss)`.
#
# Without trained weights, read on: the text says roughly what you would see. One exercise is left, `smooth_saliency`.

# %% folded="show_net"
net = None
if at_hand(tensors) and ready("ReLU6", "MeanPool", "Residual", "DepthwiseConv2d"):
    kinds = {"Network": Network, "Linear": Linear, "ReLU6": ReLU6, "MeanPool": MeanPool}
    network, w = build(tensors, **kinds, Residual=Residual, DepthwiseConv2d=DepthwiseConv2d)
    net = network, w, SoftmaxCrossEntropy()
    display(photos.seen(X, network.forward(X, w)))

# %% [markdown]
# With a thousand classes, a blind guess is right in 0.1 % of cases. With the trained weights, your layers see a giant panda.
#
# Is the backward pass right, too? Take the loss with the label *gibbon*, move each pixel by `1e-5`, against the sign of its bar, and compare what the slope promises with what the loss does. (Only roughly: many units are near a kink of their ReLU6.)

# %% folded="show_slope"
if at_hand(net):
    x_bar = input_bar(net, X, np.array([GIBBON]))
    losses = [net[2].forward(network.forward(X - t * np.sign(x_bar), w), np.array([GIBBON])) for t in (0, 1e-5)]
    print(f"the slope promises {-1e-5 * np.abs(x_bar).sum():+.4f}, the loss changes by {losses[1] - losses[0]:+.4f}")

# %% [markdown]
# ## What does it look at?
#
# The bar of a pixel says how much the loss depends on that pixel. In notebook 05 such a picture was mostly noise: $\bar x$ is different for a slightly different photo. So average $|\bar x|$ over many such photos.
#
# ### Exercise `smooth_saliency`
#
# Add normal noise with standard deviation `sigma` to each image, take the size $|\bar x|$ of the bar there, and return the mean over `samples` such noisy copies. Draw fresh noise for every copy and every pixel. Use `input_bar(net, X, labels)`.

# %% answer="smooth_saliency"
def smooth_saliency(net, X, labels, sigma, samples, seed):
    """The mean of abs(x_bar) over noisy copies of each image.

    X: (n, d). labels: (n,). sigma: size of the noise, 0 or more. samples: how many copies, 1 or more.
    seed: fixes the noise. The copies may leave [0, 1]; the clean images are not among them.
    Returns (n, d).
    """
    ### BEGIN SOLUTION
    rng, total = np.random.default_rng(seed), np.zeros(np.shape(X))
    for _ in range(samples):
        total += np.abs(input_bar(net, X + sigma * rng.standard_normal(np.shape(X)), labels))
    return total / samples
    ### END SOLUTION

# %% [markdown]
# <details><summary>Every run gives something else</summary>
#
# `np.random.default_rng(seed)` makes a generator that always draws the same. Make it once, before the loop.
# </details>
# <details><summary>It says that all copies are the same</summary>
#
# A generator made anew inside the loop begins anew as well.
# </details>
# <details><summary>Mean of the sizes, or size of the mean?</summary>
#
# Two copies with bars $+3$ and $-3$: the loss depends on this pixel both times. The mean of the sizes is $3$, the size of the mean is $0$.
# </details>

# %% test="test_smooth_saliency_still"
check("smooth_saliency", "still")

# %% test="test_smooth_saliency_noisy"
check("smooth_saliency", "noisy")

# %% [markdown]
# Now we average over twelve copies; this takes a few seconds. Where will the mean be largest: on the head, the black legs, or the rock?

# %%
guess_large = None  # "head", "legs" or "rock"

# %% folded="show_saliency"
if at_hand(net) and ready("smooth_saliency"):
    maps = {"one x_bar": np.abs(input_bar(net, X, np.array([PANDA])))}
    maps["mean of 12 noisy copies"] = smooth_saliency(net, X, np.array([PANDA]), sigma=0.1, samples=12, seed=0)
    display(photos.saliency(X, maps))
    size = maps["mean of 12 noisy copies"].reshape(224, 224, 3).mean(axis=2)
    for part, at in {"head": np.s_[35:150, :90], "legs": np.s_[150:200, 30:100], "rock": np.s_[205:]}.items():
        print(f"{part}: {size[at].mean() / size.mean():.1f} times the mean of the photo")
    print("your guess:", guess_large)

# %% [markdown]
# One bar alone is speckled, all over the panda. The mean over the noisy copies is largest on the head. Nobody told the network where that is.
#
# ## Gibbon, please
#
# Now the attack: `targeted` of notebook 05, not a character changed. It walks down the loss of the class that we want, at most $\varepsilon = 2/255$ per colour, in steps of $1/255$. A screen shows 256 levels per colour, so no pixel may move by more than two of them.
#
# The network is 97 % sure of the panda. After how many steps will "gibbon" win?

# %%
guess_steps = None  # 1 to 8; a pixel that has reached its limit may still turn back

# %% folded="show_attack"
if at_hand(net):
    eps, steps, walk = 2 / 255, range(9), [X]
    for _ in steps[1:]:  # each time one step more, always within eps of the photo
        there = targeted(net, walk[-1], np.array([GIBBON]), 1 / 255, 1 / 255, 1)
        walk.append(np.clip(np.clip(there, X - eps, X + eps), 0, 1))
    chances = [photos.probabilities(network.forward(x, w))[0] for x in walk]
    display(photos.walk(steps, {"giant panda": [p[PANDA] for p in chances], "gibbon": [p[GIBBON] for p in chances]}, guess_steps))
    first = [k for k, p in zip(steps, chances) if p[GIBBON] == p.max()][:1]
    print(f"gibbon wins from step {first[0]} on" if first else "gibbon never wins", "-", compared(guess_steps, first[0] if first else 0))

# %% folded="show_equation"
if at_hand(net):
    X_adv = targeted(net, X, np.array([GIBBON]), eps, 1 / 255, 8)
    display(photos.equation(X, X_adv, network.forward(np.concatenate([X, X_adv]), w)))
    print(f"largest change: {255 * np.abs(X_adv - X).max():.0f} of 255 levels")

# %% [markdown]
# The gibbon wins from step 2 on, and gets more than 99 % after step 8. The change was found by eight backward passes of your own. (There is still no ape in the picture.)
#
# ## Is it luck?
#
# Perhaps *any* change of this size does it. Three controls, none beyond the same two levels: random signs; the very same change with its numbers shuffled; the very same change with its sign flipped. How probable will the network find the panda?

# %%
guess_panda = {"random signs": None, "shuffled": None, "flipped": None}  # in percent

# %% folded="show_controls"
if at_hand(net):
    rng, change = np.random.default_rng(0), X_adv - X
    others = {
        "the attack": change,
        "random signs": rng.choice([-eps, eps], X.shape),
        "shuffled": rng.permuted(change, axis=1),
        "flipped": -change,
    }
    made = np.concatenate([np.clip(X + other, 0, 1) for other in others.values()])
    logits = network.forward(made, w)
    display(photos.row(made, logits, list(others)))
    for name, p in list(zip(others, photos.probabilities(logits)[:, PANDA]))[1:]:
        print(f"{name:14} panda {100 * p:.0f} %; your guess: {guess_panda.get(name)}")

# %% [markdown]
# The panda stays above 97 % each time. Aim, not size: 150,000 small pushes add up if each of them lowers the gibbon's loss, and mostly cancel out if their signs are random: that was $d$ against $\sqrt d$ in notebook 05.
#
# ## Uphill, once more
#
# Notebook 05 began with gradient *ascent*. Take the panda's own loss and walk **up**, eight steps with $\alpha = 0.05$: $x' = x + \alpha\,\bar x$. Will the network stop seeing a panda? Will it see the gibbon?

# %%
guess_ascent = {"leaves the panda": None, "finds the gibbon": None}  # True or False

# %% folded="show_ascent"
if at_hand(net):
    x, film = X, [X]
    for _ in range(8):
        x = x + 0.05 * input_bar(net, x, np.array([PANDA]))
        film.append(x)
    some = np.concatenate(film[::2])
    logits = network.forward(some, w)
    display(photos.row(some, logits, [f"{k} steps" for k in range(0, 9, 2)]))
    seen = list(dict.fromkeys(names[best] for best in logits.argmax(axis=1)))
    print("seen:", ", then ".join(seen), "- your guess:", guess_ascent)

# %% [markdown]
# The walk leaves the panda and goes wherever the slope leads: to a dog, not to the gibbon. To *choose*, walk up the probability of the class you want, which is down its loss. That is what the gibbon needs.
#
# Now take one single step of `fgsm` away from the panda, and make it larger and larger: $\varepsilon = 0.25, 1.5, 8$ levels. Which of them makes the panda least probable?

# %%
guess_size = None  # in levels

# %% folded="show_single"
if at_hand(net):
    up = np.sign(input_bar(net, X, np.array([PANDA])))
    sizes = (0.25, 1.5, 8)
    made = np.concatenate([np.clip(X + size / 255 * up, 0, 1) for size in sizes])
    logits = network.forward(made, w)
    display(photos.row(made, logits, [f"{size:g} level{'s' * (size != 1)}" for size in sizes]))
    chances = photos.probabilities(logits)[:, PANDA]
    print("panda:", ", ".join(f"{100 * p:.0f} % at {size:g} levels" for size, p in zip(sizes, chances)), end="; ")
    print(f"lowest at {sizes[chances.argmin()]:g}; {compared(guess_size, sizes[chances.argmin()], *sizes)}")

# %% [markdown]
# The step of 1.5 levels does most harm. The largest is a *worse* attack: a bar is the slope at one point. Look again after every step, as the walk above did.
#
# ## Does it last?
#
# All numbers of the attacked photo are whole levels, so it can be saved as it is. Five separate trials: save it as JPEG 95 (nearly lossless) or 75 (usual); move it by one pixel; mirror it; take back half of the change. How probable will the gibbon still be?

# %%
# Percent for the gibbon, roughly. Not graded.
guess_survival = {
    "JPEG 95": None,
    "JPEG 75": None,
    "one pixel to the right": None,
    "mirror": None,
    "half the change": None,
}

# %% folded="show_survival"
if at_hand(net):
    picture = X_adv.reshape(1, 224, 224, 3)
    again = {
        "JPEG 95": as_jpeg(X_adv, 95),
        "JPEG 75": as_jpeg(X_adv, 75),
        "one pixel to the right": np.roll(picture, 1, axis=2),
        "mirror": picture[:, :, ::-1],
        "half the change": X + (X_adv - X) / 2,
    }
    made = np.concatenate([x.reshape(1, -1) for x in again.values()])
    logits = network.forward(made, w)
    display(photos.row(made, logits, list(again)))
    for name, p in zip(again, 100 * photos.probabilities(logits)):
        print(f"{name:24} gibbon {p[GIBBON]:2.0f} %, panda {p[PANDA]:2.0f} %; your guess: {guess_survival.get(name)}")

# %% [markdown]
# The gibbon survives the mild JPEG, but neither the usual one nor the mirror. After a shift by one pixel, or with half of the change, panda and gibbon both get a part; how much each gets differs between computers: where a bar is almost 0, rounding decides its sign. The change was made for these pixels and this size.
#
# ## Yours
#
# Choose another class: a tabby cat, an espresso, a school bus or a violin. To how many of these four will the network give more than 50 %?

# %%
guess_wishes = None  # 0 to 4

# %% folded="show_wishes"
if at_hand(net):
    wishes = ["tabby cat", "espresso", "school bus", "violin"]
    wanted = np.array([names.index(wish) for wish in wishes])
    made = targeted(net, np.repeat(X, len(wishes), axis=0), wanted, eps, 1 / 255, 8)
    logits = network.forward(made, w)
    display(photos.row(made, logits, [f"wanted: {wish}" for wish in wishes]))
    shares = photos.probabilities(logits)[range(len(wishes)), wanted]
    print(", ".join(f"{wish} {100 * share:.0f} %" for wish, share in zip(wishes, shares)), end="; ")
    print(f"more than 50 %: {np.sum(shares > 0.5)}; {compared(guess_wishes, int(np.sum(shares > 0.5)))}")

# %% [markdown]
# Choose any of the thousand classes, walk back and forth, and compare with noise:

# %% folded="show_pad"
from barprop.widgets import PicturePad

if at_hand(net):
    display(PicturePad(net, targeted, X))

# %% [markdown]
# And here is room for a photo of your own. It goes to the Python that runs this notebook, and no further (on a hub, that Python is on the server).

# %% show="show_upload"
from barprop.picture_net import PhotoAttack

PhotoAttack(net, targeted)

# %% [markdown]
# ## What to take away
#
# - In this network nearly nine tenths of the work is the `Linear` of notebook 04, at every pixel.
# - A residual connection passes its bar on whole; the bar of a pixel is the sum of what comes back from all its windows.
# - $|\bar x|$, averaged over noisy copies, hints at what a network looks at; $\bar x$ itself shows how to make the network see something else.
# - Noise at least as large as the attack left the panda as it was.
#
# Three quick questions:
#
# <details><summary>Why are only nine of the 16 blocks residual?</summary>
#
# In the others $f(x)$ has another shape than $x$: fewer pixels, or another number of features. Then the two cannot be added.
# </details>
# <details><summary>Two pictures of 7 × 7 pixels, k = 3, s = 1. How many terms are added up in the bar of one weight?</summary>
#
# $50$: in each picture there are $5 \times 5$ windows, and all of them used that weight.
# </details>
# <details><summary>The sign of the attack is flipped at every pixel. Why does it no longer work?</summary>
#
# The attack walks down the gibbon's loss, the flipped change leads up it: the same size, the opposite direction.
# </details>

# %%
# Your own experiments go here.

# %% [markdown]
# ## Go further
#
# Nothing here is graded.
#
# - Make a change that survives a shift: average $\bar x$ itself over shifted photos, each bar shifted back. Does it survive JPEG too?
# - Start from grey, and walk towards "gibbon" without any limit. What comes out?
# - The network's `Linear` in float64: what does it cost, and does a single percentage change?
# - Find one change that spoils many photos.
# - Write batch normalisation as a layer, with its backward in training, where mean and variance depend on the batch.
