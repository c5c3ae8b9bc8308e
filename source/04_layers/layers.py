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
# # 4 · Layers
#
# Seven bars made one neuron learn. A network that reads handwriting has fifty thousand weights, and nobody derives fifty thousand bars.
#
# You will write seven small classes instead, string layers on a list, and train them with nothing but NumPy. It takes about 90 minutes.

# %% locked="setup"
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for matrices this small, one thread is the fastest
import numpy as np

from barprop import check, ready
from barprop.data import digits
from barprop.pictures import layers

# %% [markdown]
# ## What it will be for
#
# Here are forty of 5,000 real digits, written by census clerks and high-school students. Each is $28 \times 28$ pixels, 0 for paper and 1 for ink, laid out as one row of 784 numbers. 4,000 are for training. The other 1,000 are held out: your network gets to see them when it is examined, not before.

# %% show="show_digits"
X, labels, X_test, labels_test = digits()
layers.digit_grid(X[:40], labels[:40])

# %% [markdown]
# ## A layer
#
# The `backward` of notebook 02 knew the whole neuron. Add a step, and you write it anew. So cut it apart and let every step look after itself:
#
# > A **layer** is a class with two methods. `forward` takes the previous output and the layer's weights, and returns its own output. `backward` takes the bar of that output and the weights, and returns the bars of the weights and of the input.
#
# What backward will need from forward, the layer keeps in between: its cache.

# %% show="show_card"
layers.card()

# %% show="show_contract"
from barprop.widgets import ContractCard

ContractCard("ReLU")  # tick a contract, then run it: what is the least that works?

# %% [markdown]
# Weights do not live in the layer. They are handed to both methods as a tuple `w`, and `w_bar` comes back as a tuple built like it; `()` where there are none.
#
# ### Exercise `Product`
#
# The neuron's last step, $e = v\,h$, as a layer with `w = (v,)`. New: `h` may hold $n$ examples, all with the same $v$.
#
# **Which tensor must forward cache**, $h$ or $e$?
#
# <details><summary>Decide, then unfold</summary>
#
# Its input, $h$: that is what `bar_v` read. A step caches what its way back reads, and that need not be its output.
# </details>

# %% answer="Product"
class Product:
    """The step e = v h. Weights: w = (v,), with v a number."""

    def forward(self, h, w):
        """h: a number or (n,). Returns e, like h. Caches what backward needs, on self."""
        ### BEGIN SOLUTION
        (v,) = w
        self.h = np.array(h, dtype=float)
        return v * self.h
        ### END SOLUTION

    def backward(self, e_bar, w):
        """e_bar: like e. Returns (w_bar, h_bar), where w_bar is the tuple (v_bar,)."""
        ### BEGIN SOLUTION
        (v,) = w
        v_bar = np.sum(e_bar * self.h)
        h_bar = np.asarray(e_bar, dtype=float) * v
        return (v_bar,), h_bar
        ### END SOLUTION

# %% [markdown]
# <details><summary>My v̄ has one entry for each example</summary>
#
# How many $v$ are there? Nudge the one, and all $n$ outputs move. What does a loss do with news from $n$ sides? (`fan_out` knew.)
# </details>
# <details><summary>It says two objects share a cache</summary>
#
# `self.h` belongs to one object, `Product.h` to all of them.
# </details>
# <details><summary>A worked nudge</summary>
#
# $v = 2$, $h = (3, 5)$, $\bar e = (10, 1)$. Move $v$ by $0.1$: the outputs move by $0.3$ and $0.5$, the loss by $3 + 0.5$. A slope of $35$.
# </details>

# %% test="test_Product_forward"
check("Product", "forward")

# %% test="test_Product_backward"
check("Product", "backward")

# %% [markdown]
# ## Many numbers at once
#
# From here on a batch is a matrix with one example a row. A linear layer turns $d$ features into $m$ outputs:
#
# $$Z = X W^\top + b$$
#
# Row $i$ of $X$ is one example, row $j$ of $W$ makes output $j$, and $b$ is added to every row.

# %% show="show_blocks"
layers.blocks()

# %% [markdown]
# For one example you have done this: in notebook 03 $\bar W$ was a table of products. Now $n$ examples share one $W$.
#
# ### Exercise `linear_backward`
#
# Given $\bar Z$ and the $X$ and $W$ that made $Z$, return the bars of $W$, $b$ and $X$, each in the shape of its variable.
#
# Before you type: two of them are products of two matrices. Which two matrices can you multiply to get the shape of $\bar W$?

# %% answer="linear_backward"
def linear_backward(Z_bar, X, W):
    """Back through Z = X W^T + b, for a batch of n examples.

    Z_bar: (n, m). X: (n, d). W: (m, d).
    Returns (W_bar, b_bar, X_bar) of shapes (m, d), (m,), (n, d).
    """
    ### BEGIN SOLUTION
    Z_bar, X = np.asarray(Z_bar, dtype=float), np.asarray(X, dtype=float)
    W_bar = Z_bar.T @ X
    b_bar = np.sum(Z_bar, axis=0)
    X_bar = Z_bar @ W
    return W_bar, b_bar, X_bar
    ### END SOLUTION

# %% [markdown]
# <details><summary>The shapes fit, the numbers don't</summary>
#
# With a square $W$ every order fits. In a matrix product the index in the middle is added up. Which index should be gone from $\bar W_{jk}$: example, output or feature?
# </details>
# <details><summary>What becomes of b̄?</summary>
#
# One $b_j$ moved output $j$ of every example.
# </details>
# <details><summary>A worked nudge</summary>
#
# One feature, one output: $X = (3, 5)^\top$, $\bar Z = (10, 1)^\top$. Nudge $b$ by $0.1$: both outputs move by $0.1$, the loss by $1 + 0.1$.
# </details>

# %% test="test_linear_backward"
check("linear_backward")

# %% [markdown]
# ### Exercise `Linear`
#
# Wrap it in a class, with `w = (W, b)`. You may call your `linear_backward`.
#
# **Which tensor does forward cache?** Go through the three bars and ask each what it read.
#
# <details><summary>Decide, then unfold</summary>
#
# $\bar b$ needs nothing from forward, the input's bar needs $W$, which is handed over anyway. Only $\bar W$ asks for something kept: the input. The output is of no use here.
# </details>

# %% answer="Linear"
class Linear:
    """The step h = h_prev W^T + b. Weights: w = (W, b), of shapes (m, d) and (m,)."""

    def forward(self, h_prev, w):
        """h_prev: (n, d). Returns h, (n, m)."""
        ### BEGIN SOLUTION
        W, b = w
        self.h_prev = np.asarray(h_prev, dtype=float)
        return self.h_prev @ W.T + b
        ### END SOLUTION

    def backward(self, h_bar, w):
        """h_bar: (n, m). Returns (w_bar, h_prev_bar), where w_bar is the tuple (W_bar, b_bar)."""
        ### BEGIN SOLUTION
        W, b = w
        W_bar, b_bar, h_prev_bar = linear_backward(h_bar, self.h_prev, W)
        return (W_bar, b_bar), h_prev_bar
        ### END SOLUTION

# %% [markdown]
# <details><summary>It says backward returned three values</summary>
#
# Two things come back: a tuple of the weights' bars, and the bar of the input. The tuple has brackets of its own.
# </details>
# <details><summary>Does it matter that I keep h_prev and not a copy?</summary>
#
# Not as long as nobody writes into it. Layers that change their input in place make enemies here.
# </details>
# <details><summary>A worked nudge</summary>
#
# `((1, 2), 3)` has two entries. `(1, 2, 3)` has three.
# </details>

# %% test="test_Linear_forward"
check("Linear", "forward")

# %% test="test_Linear_backward"
check("Linear", "backward")

# %% [markdown]
# ## Bends
#
# Two linear layers on top of each other, with $3$ units in between: what can they do that one cannot? Guess, then look at the difference to a single layer with the weights $W_2 W_1$ and $W_2 b_1 + b_2$.

# %% show="show_collapse"
if ready("Linear"):
    rng = np.random.default_rng(4)
    W1, b1, W2, b2 = rng.normal(size=(3, 5)), rng.normal(size=3), rng.normal(size=(2, 3)), rng.normal(size=2)
    x = rng.normal(size=(1000, 5))
    two = Linear().forward(Linear().forward(x, (W1, b1)), (W2, b2))
    one = Linear().forward(x, (W2 @ W1, W2 @ b1 + b2))
    print("largest difference over 1,000 examples:", f"{np.max(np.abs(two - one)):.0e}")

# %% [markdown]
# Nothing at all. A stack of linear layers is one linear layer with more typing. Between them belongs something that bends, entry by entry.
#
# ### Exercise `ReLU`
#
# `w` and `w_bar` are `()`. The slope at $0$ is $0$. **Which tensor does it cache?**
#
# <details><summary>Decide, then unfold</summary>
#
# Input or output, either will do: $h$ is positive exactly where $h_{\mathrm{prev}}$ was. Even the answer alone is enough, one bit an entry.
# </details>

# %% answer="ReLU"
class ReLU:
    """h = max(h_prev, 0), entry by entry. No weights: w = ()."""

    def forward(self, h_prev, w):
        """h_prev: (n, m). Returns h, (n, m)."""
        ### BEGIN SOLUTION
        self.open = h_prev > 0
        return np.where(self.open, h_prev, 0.0)
        ### END SOLUTION

    def backward(self, h_bar, w):
        """h_bar: (n, m). Returns (w_bar, h_prev_bar), where w_bar is ()."""
        ### BEGIN SOLUTION
        return (), np.where(self.open, h_bar, 0.0)
        ### END SOLUTION

# %% [markdown]
# <details><summary>Bars come through where they shouldn't</summary>
#
# Two arrays have signs here. Which of them was there when forward decided what gets through?
# </details>
# <details><summary>How do I return an empty tuple?</summary>
#
# `return (), something` gives back two things, the first of them empty.
# </details>
# <details><summary>A worked nudge</summary>
#
# Forward saw $(-1, 4)$, and $\bar h = (7, -2)$ comes back. Nudge the $-1$: nothing moves. Nudge the $4$: the output moves along.
# </details>

# %% test="test_ReLU_forward"
check("ReLU", "forward")

# %% test="test_ReLU_backward"
check("ReLU", "backward")

# %% [markdown]
# ### Exercise `Tanh`
#
# The same with a softer bend. In notebook 02 `tanh_slope` told the slope from one thing only. **So which tensor does this layer cache**, and what may it forget?
#
# <details><summary>Decide, then unfold</summary>
#
# Its output, and nothing else. The input may go, which is half the memory. Of all the layers here it is the only one whose backward reads what forward put out.
# </details>

# %% answer="Tanh"
class Tanh:
    """h = tanh(h_prev), entry by entry. No weights: w = (). Caches its output only."""

    def forward(self, h_prev, w):
        """h_prev: (n, m). Returns h, (n, m)."""
        ### BEGIN SOLUTION
        self.h = np.tanh(h_prev)
        return self.h.copy()
        ### END SOLUTION

    def backward(self, h_bar, w):
        """h_bar: (n, m). Returns (w_bar, h_prev_bar), where w_bar is ()."""
        ### BEGIN SOLUTION
        return (), h_bar * (1 - self.h**2)
        ### END SOLUTION

# %% [markdown]
# <details><summary>Right near 0, wrong further out</summary>
#
# Many formulas have slope $1$ at $0$. What is the slope of tanh where its output is $0.9$? Flat, but not that flat.
# </details>
# <details><summary>I don't remember the slope</summary>
#
# It is your own `tanh_slope(h)`, one notebook back but one.
# </details>
# <details><summary>A worked nudge</summary>
#
# Where tanh gives $0.6$, its slope is $0.64$. A bar of $10$ becomes $6.4$.
# </details>

# %% test="test_Tanh_forward"
check("Tanh", "forward")

# %% test="test_Tanh_backward"
check("Tanh", "backward")

# %% [markdown]
# ## Losses
#
# A loss has no weights but a second input, the truth. So its methods look a little different: `forward` takes the prediction and the truth and returns one number; `backward` takes $\bar l$, which is 1 unless somebody says otherwise.
#
# A loss is the **mean over the rows**. A batch of 32 should not shout louder than a batch of 1.

# %%
# A guess, nobody grades it: with the mean over n rows, what happens to each row's bar as n doubles?
guess = "..."

# %% [markdown]
# ### Exercise `SquaredError`
#
# $$l = \frac1n \sum_{i=1}^n \tfrac12\,|e_i - y_i|^2$$
#
# Rows may be single numbers, `(n,)`, or vectors, `(n, k)`; a vector's square is the sum over its entries. `backward` returns the bars of both inputs, $(\bar e, \bar y)$.
#
# **Which tensors does it cache?**
#
# <details><summary>Decide, then unfold</summary>
#
# Both inputs, or only their difference, which knows $n$ as well.
# </details>

# %% answer="SquaredError"
class SquaredError:
    """Half the squared distance of each row of e from that of y, on average over the rows."""

    def forward(self, e, y):
        """e, y: (n,) or (n, k). Returns the loss, a number."""
        ### BEGIN SOLUTION
        self.difference = np.subtract(e, y, dtype=float)
        if len(self.difference) == 0:
            raise ValueError("The mean over no rows does not exist: give at least one.")
        return np.sum(self.difference**2) / 2 / len(self.difference)
        ### END SOLUTION

    def backward(self, l_bar=1.0):
        """l_bar: a number. Returns (e_bar, y_bar), each like e."""
        ### BEGIN SOLUTION
        e_bar = l_bar * self.difference / len(self.difference)
        return e_bar, -e_bar
        ### END SOLUTION

# %% [markdown]
# <details><summary>Too large, by a whole number</summary>
#
# By 2? Look at the half. By $n$? Then each row acts as if it were alone in the mean.
# </details>
# <details><summary>Too small for (n, k), right for (n,)</summary>
#
# `np.mean` of a matrix divides by all its entries. The formula divides by the number of rows.
# </details>
# <details><summary>A worked nudge</summary>
#
# Two rows, $e = (5, 1)$, $y = (2, 1)$: $l = \tfrac12(4.5 + 0)$. Nudge the $5$ by $0.1$: $l$ goes from $2.25$ to about $2.40$.
# </details>

# %% test="test_SquaredError_forward"
check("SquaredError", "forward")

# %% test="test_SquaredError_backward"
check("SquaredError", "backward")

# %% [markdown]
# For "which of ten?" there is a better loss. The network gives ten numbers, the **logits**, and soft-max makes probabilities of them; the loss is how surprised we are by the label:
#
# $$p_k = \frac{\mathrm e^{z_k}}{\sum_j \mathrm e^{z_j}}, \qquad l = \frac1n \sum_i -\log p_{i,\mathrm{label}_i}$$
#
# As it stands it has a flaw that only shows when the network becomes sure of itself.

# %% show="show_overflow"
with np.errstate(over="ignore", invalid="ignore"):
    for z in (1.0, 100.0, 1000.0):
        top, bottom = np.exp(z), np.exp(z) + np.exp(0.0)
        print(f"logits ({z:g}, 0): {top:.3g} / {bottom:.3g} = {top / bottom:.4g}")

# %% [markdown]
# The probability is 1, and the computer says *not a number*. But adding one number to all logits of a row changes no probability, so you may choose which.
#
# ### Exercise `SoftmaxCrossEntropy`
#
# Labels are class numbers, $0$ to $k-1$. It must also work for logits of $\pm 10\,000$. `backward` returns the bar of the logits. **What does it cache?**
#
# <details><summary>Decide, then unfold</summary>
#
# Probabilities and labels; or the logits, and make the probabilities once more.
# </details>

# %% answer="SoftmaxCrossEntropy"
class SoftmaxCrossEntropy:
    """Minus the logarithm of the label's soft-max probability, on average over the rows."""

    def forward(self, logits, labels):
        """logits: (n, k). labels: (n,), whole numbers from 0 to k - 1. Returns the loss, a number.

        No rows, or labels that are no classes: a ValueError would be kind. The check does not ask.
        """
        ### BEGIN SOLUTION
        if len(labels) == 0 or np.min(labels) < 0 or np.max(labels) >= logits.shape[1]:
            raise ValueError("At least one row is needed, and labels from 0 to k - 1.")
        shifted = logits - np.max(logits, axis=1, keepdims=True)
        log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
        self.p, self.at = np.exp(log_p), (np.arange(len(labels)), labels)
        return -np.mean(log_p[self.at])
        ### END SOLUTION

    def backward(self, l_bar=1.0):
        """l_bar: a number. Returns logits_bar, (n, k)."""
        ### BEGIN SOLUTION
        logits_bar = self.p.copy()
        logits_bar[self.at] -= 1
        return l_bar * logits_bar / len(logits_bar)
        ### END SOLUTION

# %% [markdown]
# <details><summary>It holds NaN, or an infinity</summary>
#
# Make the largest logit of each row $0$. And take $\log p$ as a difference, before $p$ can become $0$.
# </details>
# <details><summary>How do I pick each row's label?</summary>
#
# `A[np.arange(n), labels]` picks one entry a row; it may stand on the left as well.
# </details>
# <details><summary>The bars are wrong</summary>
#
# Differentiate $-z_{\mathrm{label}} + \log\sum_j \mathrm e^{z_j}$. The slope of the second term is a soft-max.
# </details>
# <details><summary>A worked nudge</summary>
#
# Logits $(0, 0)$, label $1$: raise the second by $0.1$, and $l$ falls from $0.693$ to about $0.644$.
# </details>

# %% test="test_SoftmaxCrossEntropy_forward"
check("SoftmaxCrossEntropy", "forward")

# %% test="test_SoftmaxCrossEntropy_backward"
check("SoftmaxCrossEntropy", "backward")

# %% [markdown]
# A network that knows nothing gives ten equal logits. What is its loss? And for an example with label 3: which logits get a positive bar, which a negative one? Decide before you run.

# %% show="show_probabilities"
if ready("SoftmaxCrossEntropy"):
    loss = SoftmaxCrossEntropy()
    print(f"ten equal chances: l = {loss.forward(np.zeros((1, 10)), np.array([3])):.3f}")
    logits = np.array([[0.3, -1.0, 0.5, 1.2, -0.4, 2.1, 0.0, -1.5, 0.8, -0.2]])
    loss.forward(logits, np.array([3]))
    display(layers.probabilities(logits[0], 3, loss.backward()[0]))

# %% [markdown]
# Every wrong class is pushed down by as much as it was believed; the right one is pulled up by what it lacks. All of it together is zero: a row's bars only move belief around.
#
# ## Any network
#
# That is everything. A network is a list of layers, and the loss stands outside.

# %% show="show_chain"
layers.chain(["Linear", "ReLU", "Linear"], "Softmax-\nCrossEntropy")

# %% [markdown]
# ### Exercise `Network`
#
# `w` is now a list with one tuple for each layer, and so is `w_bar`. No layer needs to know its neighbours; you hand on what each returns.
#
# Before you write backward: whose turn is it first, and where in `w_bar` does its result belong? A network without layers is a fine network. Both its methods return what they were given, as copies.

# %% answer="Network"
class Network:
    """A chain of layers. w is a list of tuples, the weights of each layer in order."""

    def __init__(self, layers):
        """layers: a list of objects with forward and backward."""
        ### BEGIN SOLUTION
        self.layers = layers
        ### END SOLUTION

    def forward(self, x, w):
        """x: what the first layer takes. Returns what the last one makes."""
        ### BEGIN SOLUTION
        h = np.array(x, dtype=float)
        for layer, weights in zip(self.layers, w):
            h = layer.forward(h, weights)
        return h
        ### END SOLUTION

    def backward(self, h_bar, w):
        """h_bar: the bar of forward's result. Returns (w_bar, x_bar), w_bar a list of tuples like w."""
        ### BEGIN SOLUTION
        bar, w_bar = np.array(h_bar, dtype=float), []
        for layer, weights in zip(self.layers[::-1], w[::-1]):
            weights_bar, bar = layer.backward(bar, weights)
            w_bar.append(weights_bar)
        return w_bar[::-1], bar
        ### END SOLUTION

# %% [markdown]
# <details><summary>It works once, then gives something else</summary>
#
# `list.reverse()` turns the list itself round, for good. `reversed(...)` and `[::-1]` look at it from the other end.
# </details>
# <details><summary>A shape doesn't fit on the way back</summary>
#
# Print the name of each layer as its `backward` is called. Is the first one the last?
# </details>
# <details><summary>A worked nudge</summary>
#
# Layers A, B: forward is B(A(x)). Backward asks B, hands what B says to A, and returns $(\bar w_A, \bar w_B)$ in this order.
# </details>

# %% test="test_Network_forward"
check("Network", "forward")

# %% test="test_Network_backward"
check("Network", "backward")

# %% [markdown]
# The checks used layers of ours and yours, so a slip in `Linear` does not count twice. Now nudge a real one: 784 pixels, 64 hidden units, 10 classes, 32 digits. How many forward passes would it take to nudge every weight to both sides?

# %% show="show_nudges"
def new_weights(seed):
    rng = np.random.default_rng(seed)
    first = (rng.normal(0, 1 / 28, (64, 784)), np.zeros(64))
    return [first, (), (rng.normal(0, 1 / 8, (10, 64)), np.zeros(10))]


if ready("Network", "Linear", "ReLU", "SoftmaxCrossEntropy"):
    network, loss, w = Network([Linear(), ReLU(), Linear()]), SoftmaxCrossEntropy(), new_weights(0)
    loss.forward(network.forward(X[:32], w), labels[:32])
    w_bar, x_bar = network.backward(loss.backward(), w)
    for i, j in ((0, 350), (7, 400), (31, 433), (63, 210)):
        ends = []
        for step in (1e-5, -1e-5):
            W = w[0][0].copy()
            W[i, j] += step
            ends.append(loss.forward(network.forward(X[:32], [(W, w[0][1]), *w[1:]]), labels[:32]))
        print(f"W[{i}, {j}]  backward {w_bar[0][0][i, j]:+.8f}   nudged {(ends[0] - ends[1]) / 2e-5:+.8f}")

# %% [markdown]
# Two forward passes for each of 50,890 weights: 101,780. Your way took one forward and one backward.
#
# ## Training
#
# Each **step** takes the next batch: forward, loss, both backwards, and every weight moves against its bar at rate `lr`. When every example has been used once, that was an **epoch**. Which examples meet in a batch is yours to decide, as long as `seed` fixes it; shuffling anew in each epoch is the usual thing.

# %% show="show_batches"
order = np.random.default_rng(1).permutation(10)
for start in range(0, 10, 4):
    print("one batch of at most 4 of these 10 examples:", order[start : start + 4])

# %% [markdown]
# ### Exercise `train_digits`
#
# Train with your own `SoftmaxCrossEntropy`. Return the new weights, a list of tuples, and the losses: one a step, each taken before its step. The `w` you are given stays as it was; what you return are new arrays, even after 0 epochs.
#
# The bars at one step belong to the weights of that step: compute all of them, then move.

# %% answer="train_digits"
def train_digits(network, w, X, labels, lr, epochs, seed, batch=32):
    """Stochastic gradient descent on the soft-max cross entropy.

    network: a Network. w: its weights, a list of tuples. X: (n, d). labels: (n,).
    Returns (w, losses): the trained weights, built like w, and one loss a step.
    """
    ### BEGIN SOLUTION
    rng, loss, losses = np.random.default_rng(seed), SoftmaxCrossEntropy(), []
    w = [tuple(np.array(u, dtype=float) for u in layer) for layer in w]
    for start in list(range(0, len(X), batch)) * epochs:
        order = rng.permutation(len(X)) if start == 0 else order
        rows = order[start : start + batch]
        losses.append(loss.forward(network.forward(X[rows], w), labels[rows]))
        w_bar, _ = network.backward(loss.backward(), w)
        w = [tuple(u - lr * u_bar for u, u_bar in zip(*pair)) for pair in zip(w, w_bar)]
    return w, losses
    ### END SOLUTION

# %% [markdown]
# <details><summary>It learns nothing, loss about 2.3</summary>
#
# Do images and labels still belong together after shuffling? One set of indices for both.
# </details>
# <details><summary>It says I change w</summary>
#
# `-=` writes into the array you were given. `u - lr * u_bar` makes a new one.
# </details>
# <details><summary>How do I walk through lists of tuples?</summary>
#
# `zip(w, w_bar)` pairs the layers; inside, `zip` once more. An empty tuple gives no pairs, which is just right.
# </details>
# <details><summary>A worked nudge</summary>
#
# 10 examples, `batch=4`, 3 epochs: batches of 4, 4, 2, three times over. Nine losses.
# </details>

# %% test="test_train_digits_one_batch"
check("train_digits", "one_batch")

# %% test="test_train_digits_batches"
check("train_digits", "batches")

# %% [markdown]
# Now for real: 784-64-10, ten epochs, about a second. Write down first: of 1,000 digits it has never seen, how many will it name right after one epoch? After ten? (Guessing gets 100.)

# %%
guess = {"after 1 epoch": None, "after 10": None}

# %% show="show_training"
trained = ready("Network", "Linear", "ReLU", "train_digits")
if trained:
    network, w, curve, shares = Network([Linear(), ReLU(), Linear()]), new_weights(0), [], []
    for epoch in range(10):
        w, losses = train_digits(network, w, X, labels, 0.3, 1, seed=epoch)
        curve += list(losses)
        named = np.argmax(network.forward(X_test, w), axis=1)
        shares.append(np.mean(named == labels_test))
    display(layers.learning_curve(curve, shares))
    print(f"right after 1 epoch: {shares[0]:.1%}, after 10: {shares[-1]:.1%}; your guess: {guess}")

# %% [markdown]
# Nobody told your classes what a digit is. Each hidden unit has 784 weights, one for each pixel, so what training has added to its row of $W$ is a picture of what it looks for. What do you expect to see in the middle, and what at the rim?

# %% show="show_weights"
if trained:
    display(layers.first_weights(w[0][0] - new_weights(0)[0][0]))

# %% [markdown]
# Strokes and gaps, few of them readable. The rim is exactly as it was: no ink ever came there, so no gradient did either ($\bar w = \bar z\,x$). A few units hardly moved at all; notebook 03 would ask who starves them.
#
# Here are some of those it got wrong. Be honest about how many you would have got.

# %% show="show_wrong"
if trained:
    wrong = np.flatnonzero(named != labels_test)[:20]
    display(layers.digit_grid(X_test[wrong], labels_test[wrong], named[wrong]))

# %% [markdown]
# One hand is missing: yours. Draw a digit in the box. The weights are random again, so what the network reads is a guess. Then run the cell below it and watch the bars while your layers learn.

# %% show="show_hand"
if trained:
    from barprop.widgets import DigitPad

    w = new_weights(1)
    pad = DigitPad((network, w), X_test[:10])
    display(pad)

# %% show="show_hand_trained"
if trained:
    for part in pad.progress(100):
        some = slice(400 * (part % 10), 400 * (part % 10) + 400)
        w, losses = train_digits(network, w, X[some], labels[some], 0.1, 1, seed=part)
        pad.update(w, losses)

# %% [markdown]
# Which of your digits does it misread? It has seen 4,000 of other people's.
#
# You have thrown something away at every step: `x_bar`, the bar of the image. It says how each pixel should change to make the loss *larger*. Notebook 05 is about people who keep it.
#
# ## Go further
#
# Nothing here is graded.
#
# - Put `Tanh` in place of `ReLU`, or two hidden layers. What else must change? (Only the list.)
# - Take the update ratios of notebook 03 during training. Which layer moves most?

# %%
# Your own experiments go here.

# %% [markdown]
# - Start with all weights 0. Only the last $b$ ever moves. Which two zeros are to blame?
# - Write a layer `Residual(layers)` with $h = h_{\mathrm{prev}} + f(h_{\mathrm{prev}})$. A fan-out and a sum: where do its two bars meet?
# - Keep no hidden output at all, and recompute on the way back as in `backward_recompute`. What does a training step cost now, and what does it save?
# - Write `Dropout`. What must it cache?
