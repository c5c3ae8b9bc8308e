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
# Seven bars were enough for one neuron. Even a small network that reads handwriting has fifty thousand weights, and nobody derives fifty thousand bars.
#
# You will write seven small classes instead, chain layers in a list, and train the network with nothing but NumPy.

# %% locked="setup"
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for matrices this small, one thread is the fastest
import numpy as np

from barprop import check, ready
from barprop.data import digits
from barprop.guesses import compared
from barprop.pictures import layers
from barprop.pictures.kept import kept

# %% [markdown]
# ## What it will be for
#
# Here are forty of 5,000 real digits, written by census clerks and high-school students. Each is $28 \times 28$ pixels, from 0 (paper) to 1 (full ink), laid out as one row of 784 numbers. 4,000 are for training. The other 1,000 are held out: they are the exam, and your network never learns from them.

# %% show="show_digits"
X, labels, X_test, labels_test = digits()
layers.digit_grid(X[:40], labels[:40])

# %% [markdown]
# ## A layer
#
# The `backward` of notebook 02 knew the whole neuron: add a step, and you write it again. So let every step look after itself:
#
# > A **layer** is a class with two methods. `forward` takes the previous output and the layer's weights, and returns its own output. `backward` takes two things, the bar of that output and the weights, and returns the bars of the weights and of the input.

# %% show="show_card"
layers.card()

# %% [markdown]
# What `backward` will need from `forward`, the layer keeps: its cache. Here is one layer, `ReLU`. Tick what it takes, caches and returns, and run it. There is more than one cache with which it works: how many can you find?

# %% show="show_contract"
from barprop.widgets import ContractCard

ContractCard("ReLU")

# %% [markdown]
# Weights are not stored in the layer. Both methods get them as a tuple `w`, and `w_bar` comes back as a tuple built like it; `()` where there are none.
#
# ### Exercise `Product`
#
# Write the neuron's last step before the loss, $e = v\,h$, as a layer with `w = (v,)`. New: `h` may hold $n$ examples, all with the same $v$.
#
# **Which array must `forward` cache?** You will decide this for six classes; a table further down compares your decisions with what your classes really keep.

# %%
product_keeps = None  # "h" or "e"? Not graded.

# %% [markdown]
# <details><summary>Decide, then unfold</summary>
#
# Its input, $h$: that is what `bar_v` read. A layer caches what its `backward` reads, and this need not be its own output. (In notebook 01 we stored the output of every step: what one step outputs, a later one may read.)
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
# <details><summary>My v_bar has one entry for each example</summary>
#
# There is one $v$. Nudge it, and all $n$ outputs move. So something comes back to $v$ along $n$ paths. What becomes of it? (You solved this in notebook 03, in `fan_out`.)
# </details>
# <details><summary>It says two objects share a cache</summary>
#
# `self.h` belongs to one object, `Product.h` to all of them.
# </details>
# <details><summary>A nudge in numbers</summary>
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
# From here on a batch is a matrix with one example per row. A linear layer turns $d$ features into $m$ outputs:
#
# $$Z = X W^\top + b$$
#
# Row $i$ of $X$ is one example, row $j$ of $W$ makes output $j$, and $b$ is added to every row.

# %% show="show_blocks"
layers.blocks()

# %% [markdown]
# On the way back $\bar Z$ is known, and three bars are wanted. For one example you have done this: in notebook 03 $\bar W$ was a table of products. Now $n$ examples share one $W$.
#
# ### Exercise `linear_backward`
#
# Given $\bar Z$ and the $X$ and $W$ that made $Z$, return the bars of $W$, $b$ and $X$, each in the shape of its variable.
#
# Two of them are products of two matrices. Which two matrices can you multiply to get the shape of $\bar W$?

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
# With a square $W$ a product and its transpose have the same shape, and so have $W$ and $W^\top$: shapes alone don't decide. $\bar W_{jk}$ has an output $j$ and a feature $k$, but no example. So over which index do you sum? (In a matrix product it is the index in the middle.)
# </details>
# <details><summary>What is b_bar made of?</summary>
#
# One $b_j$ moved output $j$ of every example.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# One feature, one output: $X = (3, 5)^\top$, $\bar Z = (10, 1)^\top$. Nudge $b$ by $0.1$: both outputs move by $0.1$, the loss by $1 + 0.1$.
# </details>

# %% test="test_linear_backward"
check("linear_backward")

# %% [markdown]
# ### Exercise `Linear`
#
# Wrap this step in a class, with `w = (W, b)`. You may call your `linear_backward`. Here, as in every layer, `backward` is given the bar of its output and the weights, and nothing else. **What must `forward` cache?** Which of the three bars reads it?

# %%
linear_keeps = None  # "the input X", "the output Z", "both" or "neither"?

# %% [markdown]
# <details><summary>Decide, then unfold</summary>
#
# $\bar b$ needs nothing from `forward`. The input's bar needs $W$, which `backward` is given anyway. Only $\bar W$ needs something kept: the input. The output is of no use here.
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
# Not as long as nobody writes into it. A layer that changes its input in place would spoil your cache.
# </details>
# <details><summary>A small example</summary>
#
# `((1, 2), 3)` has two entries. `(1, 2, 3)` has three.
# </details>

# %% test="test_Linear_forward"
check("Linear", "forward")

# %% test="test_Linear_backward"
check("Linear", "backward")

# %% [markdown]
# ## Nonlinear layers
#
# Two linear layers on top of each other, with $3$ units in between: can they do something that one cannot? Somebody replaces both by a single layer, with the weights $W_2 W_1$ and $W_2 b_1 + b_2$. How far will the outputs of the two networks differ, at most, over 1,000 examples?

# %%
guess_difference = None  # about: 1, 0.1 or 0

# %% folded="show_collapse"
if ready("Linear"):
    rng = np.random.default_rng(4)
    W1, b1, W2, b2 = rng.normal(size=(3, 5)), rng.normal(size=3), rng.normal(size=(2, 3)), rng.normal(size=2)
    x = rng.normal(size=(1000, 5))
    two = Linear().forward(Linear().forward(x, (W1, b1)), (W2, b2))
    one = Linear().forward(x, (W2 @ W1, W2 @ b1 + b2))
    print(f"largest difference over 1,000 examples: {np.max(np.abs(two - one)):.0e}; {compared(guess_difference, 0, 1, 0.1, 0)}")

# %% [markdown]
# Only rounding. A stack of linear layers can do no more than one linear layer. Between them belongs something that bends, entry by entry.
#
# ### Exercise `ReLU`
#
# `w` and `w_bar` are `()`. The slope at $0$ is $0$. The card has shown more than one cache that works. **What is the least that your class must remember of each entry?**

# %%
relu_keeps = None  # in your own words

# %% [markdown]
# <details><summary>Decide, then unfold</summary>
#
# Whether it was positive, one bit. (NumPy takes a byte for it, an eighth of a float.) The input or the output will do as well: $h$ is positive exactly where $h_{\mathrm{prev}}$ was.
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
# Two arrays have signs here. Which of them was there when `forward` decided what gets through?
# </details>
# <details><summary>How do I return an empty tuple?</summary>
#
# `return (), something` returns two things, the first of them empty.
# </details>
# <details><summary>A nudge in numbers</summary>
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
# The same with a smooth curve in place of the kink. **Which array or arrays should this layer cache?** What would `backward` have to do with the input alone, and what with the output alone?

# %%
tanh_keeps = None  # "h_prev", "h" or "both"?

# %% [markdown]
# <details><summary>Decide, then unfold</summary>
#
# Its output, and nothing else: the slope can be computed from it. Keeping the input as well would double the memory. With the input alone, `backward` has to compute tanh again.
# </details>

# %% answer="Tanh"
class Tanh:
    """h = tanh(h_prev), entry by entry. No weights: w = ()."""

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
# Many wrong formulas also give slope $1$ at $0$. Try another point: what is the slope of tanh where its output is $0.9$? It is small, but not $0$.
# </details>
# <details><summary>I don't remember the slope</summary>
#
# You wrote it in notebook 02: `tanh_slope(h)`. Copy it.
# </details>
# <details><summary>A small example</summary>
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
# A loss has no weights, but a second input: the target, which is the true value or label. So its methods look a little different. `forward` takes the prediction and the target and returns one number; `backward` takes $\bar l$, which is 1 unless another number is given.
#
# Each of ours is a **mean over the rows**, so that a batch of 32 does not count 32 times as much as a batch of 1. What happens to the bar of one row of the prediction when $n$ doubles?

# %%
guess_bar = None  # times 2, times 1 or times 0.5? Not graded.

# %% [markdown]
# ### Exercise `SquaredError`
#
# $$l = \frac1n \sum_{i=1}^n \tfrac12\,\lVert e_i - y_i\rVert^2$$
#
# Rows may be single numbers, `(n,)`, or vectors, `(n, k)`; the squared length of a vector is the sum of the squares of its entries. `backward` returns the bars of both inputs, $(\bar e, \bar y)$.
#
# **Say $e$ and $y$ have 4 rows of 3 floats; a float has 8 bytes. How many bytes must `forward` keep, at the least?**

# %%
squared_keeps = None  # in bytes

# %% [markdown]
# <details><summary>Decide, then unfold</summary>
#
# 96 bytes, for the difference of the two; its number of rows is the $n$ that you divide by. Both inputs work too, but take twice the memory.
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
# By a factor of 2? Look at the half. By a factor of $n$? Then you treat each row as if it were the only one in the mean.
# </details>
# <details><summary>Too small for (n, k), right for (n,)</summary>
#
# `np.mean` of a matrix divides by all its entries. The formula divides by the number of rows.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# Two rows, $e = (5, 1)$, $y = (2, 1)$: $l = \tfrac12(4.5 + 0)$. Nudge the $5$ by $0.1$: $l$ goes from $2.25$ to about $2.40$.
# </details>

# %% test="test_SquaredError_forward"
check("SquaredError", "forward")

# %% test="test_SquaredError_backward"
check("SquaredError", "backward")

# %% folded="show_doubled"
if ready("SquaredError"):
    loss = SquaredError()
    for n in (2, 4, 8):
        loss.forward(np.full(n, 3.0), np.full(n, 1.0))
        print(f"{n} rows, e - y = 2 in each: the bar of a row is {loss.backward()[0][0]:.3f}")
    print("your guess, when n doubles:", guess_bar)

# %% [markdown]
# For "which of ten?" there is a more suitable loss. The network returns ten numbers, the **logits**, and soft-max turns them into probabilities. The loss is small where the right class got a large probability, and grows without limit where that probability goes to $0$:
#
# $$p_k = \frac{\mathrm e^{z_k}}{\sum_j \mathrm e^{z_j}}, \qquad l = \frac1n \sum_i -\log p_{i,\mathrm{label}_i}$$
#
# Computed like this, soft-max has a flaw, which shows when the logits become large.

# %% show="show_overflow"
with np.errstate(over="ignore", invalid="ignore"):
    for z in (1.0, 100.0, 1000.0):
        top, bottom = np.exp(z), np.exp(z) + np.exp(0.0)
        print(f"logits ({z:g}, 0): {top:.3g} / {bottom:.3g} = {top / bottom:.4g}")

# %% [markdown]
# The probability is 1, and the computer says *not a number*. Add the same number to all logits of a row, and no probability changes. Choose that number well.
#
# And the bars of the logits? With $S = \sum_j \mathrm e^{z_j}$, one row has $l = -\log p_{\mathrm{label}} = -z_{\mathrm{label}} + \log S$. Fill in the slopes for $z = (0, 0)$ and label 1, in this order. "$S$ along $z_0$" is how fast $S$ moves when $z_0$ alone is nudged. The last two are sums of slopes above them. (By symmetry, $\log S$ has equal slopes along both.)

# %%
slopes = {"-z_1 along z_0": None, "-z_1 along z_1": None, "S along z_0": None, "log S along z_0": None}
slopes |= {"l along z_0": None, "l along z_1": None}  # numbers; not graded

# %% show="show_slopes"
steps = {
    "-z_1": lambda z: -z[1],
    "S": lambda z: np.exp(z).sum(),
    "log S": lambda z: np.log(np.exp(z).sum()),
}
steps["l"] = lambda z: -z[1] + np.log(np.exp(z).sum())
for name, guess in slopes.items():
    nudge = 1e-5 * np.eye(2)[int(name[-1])]
    f = steps[name.split(" along")[0]]
    print(f"{name:16} by nudging {round((f(nudge) - f(-nudge)) / 2e-5, 4) + 0.0:5.2f}   yours: {guess}")

# %% [markdown]
# ### Exercise `SoftmaxCrossEntropy`
#
# The same for $n$ rows and any logits. Labels are class numbers, $0$ to $k-1$. It must also work for logits of $\pm 10\,000$, which has a check of its own. `backward` returns the bar of the logits. **Logits, probabilities, labels: what must `forward` keep?**

# %%
softmax_keeps = None  # in your own words

# %% [markdown]
# <details><summary>Decide, then unfold</summary>
#
# The logits, or the probabilities: one of the two is enough. In some form it must also keep the labels.
# </details>

# %% answer="SoftmaxCrossEntropy"
class SoftmaxCrossEntropy:
    """Minus the logarithm of the label's soft-max probability, on average over the rows."""

    def forward(self, logits, labels):
        """logits: (n, k). labels: (n,), whole numbers from 0 to k - 1. Returns the loss, a number."""
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
# `A[np.arange(n), labels]` picks one entry per row; it may stand on the left of an `=` as well.
# </details>
# <details><summary>The bars are wrong</summary>
#
# Go back to the slopes that you filled in. What is the slope of $\log S$ along $z_k$, in terms of $S$ and $\mathrm e^{z_k}$? You have a name for it.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# Logits $(0, 0)$, label $1$: raise the second by $0.1$, and $l$ falls from $0.693$ to about $0.644$.
# </details>

# %% test="test_SoftmaxCrossEntropy_forward"
check("SoftmaxCrossEntropy", "forward")

# %% test="test_SoftmaxCrossEntropy_backward"
check("SoftmaxCrossEntropy", "backward")

# %% test="test_SoftmaxCrossEntropy_stable"
check("SoftmaxCrossEntropy", "stable")

# %% [markdown]
# A network that knows nothing returns ten equal logits. What is its loss? And for an example with label 3: how many of the ten logits get a negative bar?

# %%
guess_loss = {"loss of equal logits": None, "negative bars": None}

# %% folded="show_probabilities"
if ready("SoftmaxCrossEntropy"):
    loss = SoftmaxCrossEntropy()
    print(f"ten equal chances: l = {loss.forward(np.zeros((1, 10)), np.array([3])):.3f}")
    logits = np.array([[0.3, -1.0, 0.5, 1.2, -0.4, 2.1, 0.0, -1.5, 0.8, -0.2]])
    loss.forward(logits, np.array([3]))
    bars = loss.backward()[0]
    display(layers.probabilities(logits[0], 3, bars))
    print(f"negative bars: {np.sum(bars < 0)}; your guess: {guess_loss}")

# %% [markdown]
# A step against these bars raises the right logit and lowers all the others. The more probable a wrong class was, the more its logit falls. The bars of a row add up to zero. (If `forward` keeps the probabilities with 1 already subtracted at each label, it can forget the labels.)
#
# You have written six classes. Here are your decisions, and what your classes really keep:

# %% folded="show_kept"
def decisions():
    """For each class: your decision, its input, and what forward takes besides."""
    rng = np.random.default_rng(2)
    h, W, y = rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), rng.normal(size=(4, 3))
    yield "Product", product_keeps, h[:, 0], (0.7,)
    yield "Linear", linear_keeps, h, (W, np.zeros(2))
    yield "ReLU", relu_keeps, h, ()
    yield "Tanh", tanh_keeps, h, ()
    yield "SquaredError", squared_keeps, h, y
    yield "SoftmaxCrossEntropy", softmax_keeps, h, np.array([2, 0, 1, 1])


for name, decision, given, second in decisions():
    if ready(name):
        layer = globals()[name]()
        tensors = {"the input": given, "the output": layer.forward(given, second), "y or the labels": second}
        print(f"{name}, whose input takes {given.nbytes} bytes\n    you decided: {decision}")
        print(f"    your class keeps: {kept(layer, **tensors)}")

# %% [markdown]
# The card once more, now for all six classes. For each, find the fewest of the arrays on the card that `forward` must keep. For how many of the six are there two such choices?

# %%
guess_caches = None  # 0 to 6

# %% show="show_contracts"
from barprop.widgets import ContractCard

ContractCard()

# %% folded="show_two_caches"
if ready("ReLU", "Tanh", "SoftmaxCrossEntropy"):
    two = {"ReLU": "Z or H", "Tanh": "Z or H", "SoftmaxCrossEntropy": "the logits or P, and the labels"}
    print(f"there are two choices for {len(two)} of the 6 classes; {compared(guess_caches, len(two))}")
    for name, caches in two.items():
        print(f"    {name}: {caches}")
    print("With Z alone, Tanh computes tanh again; with the logits alone, the loss computes P again.")

# %% [markdown]
# ## A whole network
#
# That is everything. A network is a list of layers, and the loss stays outside.

# %% show="show_chain"
layers.chain(["Linear", "ReLU", "Linear"], "Softmax-\nCrossEntropy")

# %% [markdown]
# ### Exercise `Network`
#
# `w` is now a list with one tuple for each layer, and so is `w_bar`. No layer needs to know its neighbours; you pass on what each returns.
#
# Before you write `backward`: which layer comes first, and where in `w_bar` does its result belong? A network may have no layers. Then `forward` returns a copy of `x`, and `backward` an empty list and a copy of `h_bar`.
#
# (A mistake in one of your layers costs nothing here.)

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
# `list.reverse()` changes the list itself. `reversed(...)` and `[::-1]` leave it as it is and give you its entries from the end.
# </details>
# <details><summary>A shape doesn't fit on the way back</summary>
#
# Print the name of each layer as its `backward` is called. The last layer should be called first.
# </details>
# <details><summary>A small example</summary>
#
# Layers A, B: forward is B(A(x)). Backward calls B, passes the bar that B returns to A, and returns $[\bar w_A, \bar w_B]$ in this order.
# </details>

# %% test="test_Network_forward"
check("Network", "forward")

# %% test="test_Network_backward"
check("Network", "backward")

# %% [markdown]
# Now nudge a real network: 784 pixels, 64 hidden units, 10 classes, 32 digits. How many forward passes would it take to nudge every weight up and down?

# %%
guess_passes = None

# %% folded="show_nudges"
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
        print(f"{f'W[{i}, {j}]':10}  backward {w_bar[0][0][i, j]:+.8f}   nudged {(ends[0] - ends[1]) / 2e-5:+.8f}")
    passes = 2 * sum(np.size(u) for layer in w for u in layer)
    print(f"nudging all: {passes:,} passes; {compared(guess_passes, passes, factor=1.1)}")

# %% [markdown]
# Two forward passes for each of 50,890 weights. You took one forward and one backward pass, and the backward pass is as much work as two forward passes (two matrix products per linear layer instead of one). About three in all.
#
# ## Training
#
# A **training step** takes the next batch: forward, loss, the `backward` of the loss, the `backward` of the network; then every weight moves against its bar, at rate `lr`. An **epoch** takes all examples once, each time in a newly shuffled order; its last batch may be smaller.

# %% show="show_batches"
order = np.random.default_rng(1).permutation(10)
for start in range(0, 10, 4):
    print("one batch of at most 4 of these 10 examples:", order[start : start + 4])

# %% [markdown]
# ### Exercise `train_digits`
#
# Train with your own `SoftmaxCrossEntropy`. Return the new weights, a list of tuples, and the losses: one per training step, each computed before the weights move. The `w` you are given stays as it was; what you return are new arrays, even after 0 epochs.
#
# One generator, made from `seed`, draws a new order for each epoch. (The checks also accept one order for all epochs.) The bars at one step belong to the weights of that step: compute all of them, then move.

# %% answer="train_digits"
def train_digits(network, w, X, labels, lr, epochs, seed, batch=32):
    """Stochastic gradient descent on the soft-max cross entropy.

    network: a Network. w: its weights, a list of tuples. X: (n, d). labels: (n,).
    Returns (w, losses): the trained weights, built like w, and one loss per training step.
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
# <details><summary>A small example</summary>
#
# 10 examples, `batch=4`, 3 epochs: batches of 4, 4, 2, three times over. Nine losses.
# </details>

# %% test="test_train_digits_one_batch"
check("train_digits", "one_batch")

# %% test="test_train_digits_batches"
check("train_digits", "batches")

# %% [markdown]
# Now for real: 784–64–10, ten epochs, a few seconds. (If it takes minutes, one of your classes loops over examples or entries, where a matrix product would do.) Write down first: of 1,000 digits that the network has never seen, how many will it classify correctly after one epoch? After ten? (Guessing gets about 100.)

# %%
guess_correct = {"after 1 epoch": None, "after 10": None}

# %% folded="show_training"
trained = ready("Network", "Linear", "ReLU", "train_digits")
if trained:
    network, w, curve, correct = Network([Linear(), ReLU(), Linear()]), new_weights(0), [], []
    for epoch in range(10):
        w, losses = train_digits(network, w, X, labels, 0.3, 1, seed=epoch)
        curve += list(losses)
        named = np.argmax(network.forward(X_test, w), axis=1)
        correct.append(np.mean(named == labels_test))
    display(layers.learning_curve(curve, correct))
    print(f"correct after 1 epoch: {1000 * correct[0]:.0f}, after 10: {1000 * correct[-1]:.0f}; your guess: {guess_correct}")

# %% [markdown]
# Nobody told the network what strokes look like. Each hidden unit has 784 weights, one for each pixel, so what training has added to its row of $W$ is a picture of what it has learned to look for. (The picture shows the 8 units that changed most.)
#
# Each pixel has 64 weights, one to each hidden unit. For how many of the 784 pixels have all 64 weights kept exactly their first values?

# %%
guess_untouched = None

# %% folded="show_weights"
if trained:
    added = w[0][0] - new_weights(0)[0][0]
    display(layers.first_weights(added))
    print(f"pixels without any change: {np.sum(np.all(added == 0, axis=0))} of 784; your guess: {guess_untouched}")

# %% [markdown]
# You see strokes and gaps, though hardly any digit. In the corners and along most of the border nothing has changed: there was never any ink, so there was no gradient either ($\bar w = \bar z\,x$). (The weights of pixels that rarely have ink hardly moved: they starve, as in notebook 03.)
#
# Here are some of the digits that the network got wrong. Read each of them before you go on.

# %% show="show_unread"
if trained:
    wrong = np.flatnonzero(named != labels_test)[:20]
    display(layers.digit_grid(X_test[wrong]))

# %% [markdown]
# Now with their labels. How many did you get right?

# %% show="show_wrong"
if trained:
    display(layers.digit_grid(X_test[wrong], labels_test[wrong], named[wrong]))

# %% [markdown]
# One handwriting is missing: yours. Run the next cell and draw a digit in its box. The weights are random again, so the network's answer means nothing yet. Then run the cell after it and watch the probabilities while your layers learn.

# %% folded="show_hand"
if trained:
    from barprop.widgets import DigitPad

    w = new_weights(1)
    pad = DigitPad((network, w), X_test[:10])
    display(pad)

# %% folded="show_hand_trained"
if trained:
    for part in pad.progress(100):
        some = slice(400 * (part % 10), 400 * (part % 10) + 400)
        w, losses = train_digits(network, w, X[some], labels[some], 0.1, 1, seed=part)
        pad.update(w, losses)

# %% [markdown]
# Which of your digits does the network misread?
#
# At every training step you threw away `x_bar`, the bar of the image. It says how to make the loss *larger*. Notebook 05 uses it.
#
# ## What to take away
#
# - A layer has a forward and a backward. It caches what its own `backward` reads.
# - The bar of what was used several times is the sum of what comes back from each use.
# - Go through a list of layers from its end, and any chain has its bars.
#
# Three quick questions:
#
# <details><summary>A network is Linear, Tanh, Linear. Which two arrays of numbers do its layers have to keep in all?</summary>
#
# The input of the first Linear, and the output of Tanh. Tanh reads its own output, and for the second Linear the same array is its input.
# </details>
# <details><summary>b_bar is a sum over the rows. Where does the 1/n of the mean come in?</summary>
#
# In $\bar Z$: the loss divided by $n$. `Linear` knows of no mean.
# </details>
# <details><summary>Why is the largest logit subtracted before exp?</summary>
#
# No probability changes. The largest number that exp is given is $0$, so nothing overflows; and the sum of the row is at least $\mathrm e^0 = 1$, so its logarithm is finite.
# </details>

# %%
# Your own experiments go here.

# %% [markdown]
# ## Go further
#
# Nothing here is graded.
#
# - Put `Tanh` in place of `ReLU`, or two hidden layers. What else must change?
# - Print the update ratios of notebook 03 during training. Which layer moves most?
# - Start with all weights 0. Only the last $b$ ever moves. Why?
# - Keep no hidden output at all, and compute it again as in `backward_recompute`. What does a training step cost now?
# - Write `Dropout`. What must it cache?
