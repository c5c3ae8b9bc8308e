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
# # 1 · The forward graph
#
# One neuron, one number to predict. You compute what it says, keep the result of every step, and find out why this is the whole trick. You need the dot product and the chain rule.

# %% locked="setup"
import numpy as np

from barprop import check, ready, sigmoid, softplus, tanh
from barprop.guesses import compared
from barprop.pictures import neuron

# %% [markdown]
# ## What a computer sees
#
# You see a formula: predict $y$ from $x$ with weights $w$ and $v$, and measure how far off you are,
#
# $$l = \tfrac12\bigl(y - v\,\sigma(w\cdot x)\bigr)^2 .$$
#
# A computer does not see a formula. It sees a **computational graph**: a node holds a value, and the arrows say what it is made from. Any expression, however long, can be cut into such elementary steps.

# %% show="show_graph"
neuron.graph()

# %% [markdown]
# Read it from left to right. $x$ and $w$ are vectors with $d$ entries; everything else is a single number.
#
# | node | name | graph step |
# |---|---|---|
# | $z$ | weighted sum | $z = w\cdot x$ |
# | $h$ | hidden value | $h = \sigma(z)$ |
# | $e$ | estimate of $y$ | $e = v\,h$ |
# | $l$ | loss | $l = \tfrac12 (y-e)^2$ |
#
# Each step takes inputs and creates **one output, and the output is what gets stored**. That store is called the **cache**.

# %% [markdown]
# ### Exercise `linear`
#
# The first step: $z = w\cdot x$, each weight times its input, all added up.

# %% answer="linear"
def linear(w, x):
    """The first step of the neuron.

    w, x: arrays of shape (d,). Returns z, one number.
    """
    ### BEGIN SOLUTION
    return np.asarray(w, dtype=float) @ np.asarray(x, dtype=float)
    ### END SOLUTION

# %% [markdown]
# <details><summary>An array comes back, not a number</summary>
#
# Multiplying two arrays gives one product per pair of entries, and leaves the products separate. Something must still happen to the products.
# </details>
# <details><summary>Where do I look?</summary>
#
# NumPy has an operator for exactly this: one character.
# </details>
# <details><summary>A small example</summary>
#
# For $w = (2, 3)$ and $x = (10, 1)$ the products are $20$ and $3$, and the neuron passes on $23$.
# </details>

# %% test="test_linear"
check("linear")

# %% [markdown]
# ### Exercise `relu`
#
# Without a nonlinearity (also called activation) $\sigma$ the neuron could only draw a straight line (for two inputs, a plane). The most popular one, ReLU, costs almost nothing: it lets positive numbers through and turns the rest into 0. Yours should take a number or an array of any shape and return the same shape.

# %% answer="relu"
def relu(z):
    """The rectified linear unit, entry by entry.

    z: a number or an array. Returns h, of the same shape.
    """
    ### BEGIN SOLUTION
    return np.maximum(np.asarray(z, dtype=float), 0.0)
    ### END SOLUTION

# %% [markdown]
# <details><summary>It works for numbers but not for arrays</summary>
#
# An `if` asks one question and gets one answer. For an array the question has to be asked for every entry.
# </details>
# <details><summary>My array became a single number</summary>
#
# There are two functions in NumPy with similar names: one finds the largest entry of an array, the other compares two things entry by entry.
# </details>
# <details><summary>A small example</summary>
#
# $(-3, 0, 2)$ becomes $(0, 0, 2)$. Think of it as a comparison of each entry with something that never changes.
# </details>

# %% test="test_relu"
check("relu")

# %% [markdown]
# In what follows $\sigma$ may be any nonlinearity. The course provides three as objects: `tanh`; `sigmoid`, which is $1/(1 + \mathrm e^{-z})$; and `softplus`, $\log(1 + \mathrm e^{z})$ (the natural logarithm, `np.log`). (In notebook 02 a `relu` joins them.) `tanh(0.5)` is a value, `tanh.slope(0.5)` the slope there.
#
# ### Exercise `forward`
#
# Now chain the steps. Return **every** step's output, not only the last: a dictionary with exactly the keys `"z"`, `"h"`, `"e"`, `"l"`. This dictionary is the cache. It looks like bookkeeping; it is the reason this course exists.

# %% answer="forward"
def forward(x, y, w, v, sigma):
    """All four steps of the one-neuron graph.

    x, w: (d,). y, v: numbers. sigma: a nonlinearity, called as sigma(z).
    Returns {"z": ..., "h": ..., "e": ..., "l": ...}, all numbers.
    """
    ### BEGIN SOLUTION
    z = linear(w, x)
    h = sigma(z)
    e = v * h
    l = (y - e) ** 2 / 2
    return {"z": z, "h": h, "e": e, "l": l}
    ### END SOLUTION

# %% [markdown]
# <details><summary>The loss is off by a constant factor</summary>
#
# Read the formula of $l$ once more, including what stands in front of the square. It is there for a reason you will enjoy in notebook 02.
# </details>
# <details><summary>z is right, the rest is not</summary>
#
# Follow the arrows of the picture with a finger. Each node reads only the nodes that point at it.
# </details>
# <details><summary>A small example</summary>
#
# With $w\cdot x = 0$ and $\sigma = \tanh$ everything collapses: $z = 0$, $h = 0$, $e = 0$, and with $y = 2$ the loss is $2$. Does yours say so?
# </details>

# %% test="test_forward"
check("forward")

# %% [markdown]
# Take $x = (1.5, -0.5)$, $w = (0.8, 0.4)$, $v = 1.2$, $y = 0.3$ and $\tanh$. Will the estimate $e$ lie above or below $y$? ($\tanh 1 \approx 0.76$.)

# %%
guess_side = None  # "above" or "below"; not graded

# %% folded="show_forward_film"
if ready("linear", "forward"):
    example = {"x": np.array([1.5, -0.5]), "y": 0.3, "w": np.array([0.8, 0.4]), "v": 1.2}
    cache = forward(sigma=tanh, **example)
    display(neuron.forward_film(example | cache))
    side = "above" if cache["e"] > example["y"] else "below"
    print(f"e = {float(cache['e']):.2f} lies {side} y = {example['y']}; {compared(guess_side, side, 'above', 'below')}.")
    if ready("relu"):
        other = forward(sigma=relu, **example)
        print(f"With your relu in place of tanh: h = {float(other['h']):.2f}, e = {float(other['e']):.2f}.")

# %% [markdown]
# A node gets its value as soon as the nodes before it have theirs; each node looks only at its own inputs. Going from inputs to outputs is called the **forward pass**. Step through it with numbers of your own; each node asks for your guess first.

# %% show="show_stepper"
from barprop.widgets import GraphStepper

GraphStepper(way="forward")

# %% [markdown]
# ## What we want from it
#
# To make the loss smaller we need $\mathrm dl/\mathrm dv$ and $\mathrm dl/\mathrm dw$. The direct way is to differentiate the formula by hand:
#
# $$\frac{\mathrm dl}{\mathrm dv} = -\bigl(y - v\,\sigma(w\cdot x)\bigr)\,\sigma(w\cdot x)$$
#
# $$\frac{\mathrm dl}{\mathrm dw} = -\bigl(y - v\,\sigma(w\cdot x)\bigr)\,v\,\sigma'(w\cdot x)\,x$$
#
# It works, and it is a bit silly. How silly? Count.
#
# ### Exercise `repeats`
#
# If a computer evaluates both formulas exactly as written, **how many times does it compute $w\cdot x$** in each formula? Treat $\sigma'$ as one symbol: $\sigma'(w\cdot x)$ contains $w\cdot x$ once.

# %% answer="repeats"
# Put your two counts in place of None.
repeats = {"dl_dv": None, "dl_dw": None}
### BEGIN SOLUTION
repeats = {"dl_dv": 2, "dl_dw": 2}
### END SOLUTION

# %% [markdown]
# <details><summary>I counted and it says no</summary>
#
# Count how many times it is written, in each formula separately. Some of these have the same value: that is the point of this section, but not the question here.
# </details>
# <details><summary>Does the x at the end count?</summary>
#
# It is an $x$, not a $w\cdot x$.
# </details>
# <details><summary>A small example</summary>
#
# In $f(u)\,\bigl(b - f(u)\bigr)\,g(u)$ the letter $u$ is written three times, whatever $f$ and $g$ are.
# </details>

# %% test="test_repeats"
check("repeats")

# %% show="show_by_hand"
def by_hand(x, y, w, v):
    """Both formulas as they are written: dl/dv and dl/dw."""
    dl_dv = -(y - v * tanh(w @ x)) * tanh(w @ x)
    dl_dw = -(y - v * tanh(w @ x)) * v * tanh.slope(w @ x) * x
    return dl_dv, dl_dw


print("dl/dv = %.4f, dl/dw = %s" % by_hand(np.array([1.5, -0.5]), 0.3, np.array([0.8, 0.4]), 1.2))

# %% [markdown]
# Four dot products where one is enough. The same quantities **show up again and again**; with thirty layers the formula no longer fits on the board. So keep them:
#
# > **Backpropagation is caching for the chain rule.**
#
# The cost: ten neurons in a chain, one input each, $x \to z_1 \to h_1 \to z_2 \to \dots \to h_{10}$, keep 21 numbers, 8 bytes each. Drop one and play: on the way back (from $l$ to the inputs, in notebook 02) it is computed again, whenever it is needed. (The switches are for later, too.)

# %% show="show_ledger"
from barprop.widgets import CacheLedger

CacheLedger(width=1)

# %% [markdown]
# ### Exercise `dl_dv_cached`
#
# Compute $\mathrm dl/\mathrm dv$ **from the cache and $y$ alone**: from $z$, $h$, $e$, $l$, and $y$. The function does not even get $x$ and $w$, so it cannot compute $z$ again.

# %% answer="dl_dv_cached"
def dl_dv_cached(cache, y):
    """How the loss changes with v, from what the forward pass stored.

    cache: {"z", "h", "e", "l"}, numbers. y: a number. Returns one number.
    """
    ### BEGIN SOLUTION
    return -(y - cache["e"]) * cache["h"]
    ### END SOLUTION

# %% [markdown]
# <details><summary>The sign is wrong</summary>
#
# Suppose $e$ lies above $y$ and $h$ is positive. If $v$ grows, does the estimate move towards $y$ or away from it? So does the loss grow or shrink?
# </details>
# <details><summary>Which cached numbers do I need?</summary>
#
# Look at the long formula and cover up $v\,\sigma(w\cdot x)$ with a thumb. It has a one-letter name in the cache. So does $\sigma(w\cdot x)$.
# </details>
# <details><summary>A small example</summary>
#
# For $l = \tfrac12(3 - 2u)^2$ at $u = 1$: the bracket is $1$, and $\mathrm dl/\mathrm du = -1\cdot 2$. The last $2$ is the factor that stands next to $u$.
# </details>

# %% test="test_dl_dv_cached"
check("dl_dv_cached")

# %% [markdown]
# ## How would you know it is right?
#
# You need a second opinion that knows no calculus. Nudge a variable up and down; divide the change by the distance:
#
# $$\frac{\partial f}{\partial u_i} \approx \frac{f(u^{+}) - f(u^{-})}{2\,\varepsilon}$$
#
# In $u^{+}$ the nudge $\varepsilon$ (`step` in code) is added to entry $i$, in $u^{-}$ it is subtracted; $\partial$ says that the other entries stay. This **central difference** is slow, and hard to fool except at a corner, such as ReLU's. The checks use a finer version. For $u^3$ at $u = 2$ the slope is 12:

# %% show="show_cubic"
for step in (1.0, 0.1, 0.01):
    print(f"step {step}: {((2 + step) ** 3 - (2 - step) ** 3) / (2 * step):.6f}")
print("positions in a (2, 3) array:", list(np.ndindex(2, 3)))
print("positions in one number:", list(np.ndindex(())))

# %% [markdown]
# ### Exercise `numerical_gradient`
#
# `f` takes something shaped like `u` and returns one number. `u` may be a number or an array of any shape; what you return has the same shape. Nudge **one entry at a time** (`np.ndindex` lists the positions, as you have just seen), by exactly `step`, and leave the caller's `u` as it was.

# %% answer="numerical_gradient"
def numerical_gradient(f, u, step=1e-6):
    """Slopes of f at u by central differences.

    f: takes something like u, returns a number. u: a number or an array of any shape.
    step: how far each nudge goes. Returns an array (or number) of the shape of u.
    """
    ### BEGIN SOLUTION
    u = np.array(u, dtype=float)
    gradient = np.zeros_like(u)
    for index in np.ndindex(u.shape):
        nudge = np.zeros_like(u)
        nudge[index] = step
        gradient[index] = (f(u + nudge) - f(u - nudge)) / (2 * step)
    return gradient[()]
    ### END SOLUTION

# %% [markdown]
# <details><summary>All entries come out the same, or they drift</summary>
#
# Is one entry nudged at a time? And is it back where it was before the next one moves? A fresh copy for each nudge settles both questions.
# </details>
# <details><summary>It fails for whole numbers</summary>
#
# An array of integers cannot hold $2.5$: it keeps the $2$ and says nothing. Turn `u` into floats first.
# </details>
# <details><summary>It fails for a number, or for a matrix</summary>
#
# After `u = np.array(u, dtype=float)` even a number has a shape, `()`: `np.ndindex(u.shape)` then visits one position.
# </details>

# %% test="test_numerical_gradient"
check("numerical_gradient")

# %% [markdown]
# The next picture compares the nudged slope with the long formula, for nudges from $1$ down to $10^{-12}$. How large should the nudge be? Will the error at $10^{-12}$ be smaller than at $10^{-3}$, equal, or larger?

# %%
guess_error = None  # "smaller", "equal" or "larger"; not graded

# %% folded="show_steps"
if ready("forward", "numerical_gradient"):
    example = {"x": np.array([1.5, -0.5]), "y": 0.3, "v": 1.2}
    start = np.array([0.8, 0.4])
    _, exact = by_hand(w=start, **example)  # the long formula from above
    loss = lambda w: forward(w=w, sigma=tanh, **example)["l"]
    display(neuron.step_sizes(loss, start, exact, numerical_gradient))
    tiny, small = (np.max(np.abs(numerical_gradient(loss, start, step) - exact)) for step in (1e-12, 1e-3))
    found = "larger" if tiny > small else "smaller"
    print(f"The error at 1e-12 is {found} than at 1e-3; {compared(guess_error, found, 'smaller', 'equal', 'larger')}.")

# %% [markdown]
# Two errors pull in opposite directions. Over a large nudge the loss is no straight line: its second derivative cancels, since you nudge to both sides, but its third does not. A tiny nudge subtracts two numbers that agree in almost all their digits: only a few digits remain in the difference, and rounding spoils the last ones. Somewhere near $10^{-5}$ or $10^{-6}$ both are small. This is why `step` is $10^{-6}$ here. Try different nudges for each variable. (The picture writes $\bar w_1$, read *w1-bar*, for $\mathrm dl/\mathrm dw_1$; notebook 02 explains it.)

# %% show="show_nudge"
from barprop.widgets import NudgeTest

NudgeTest()

# %% [markdown]
# ## Why not stop here?
#
# Nudging gives every gradient without any calculus, so why not train with it? Count: each weight costs two forward passes.

# %% show="show_cost"
for count in (10, 1_000, 100_000, 100_000_000):
    print(f"{count:>11,} weights: {2 * count:>11,} forward passes by nudging, about 3 with a cache")

# %% [markdown]
# <details><summary>Why three?</summary>
#
# In a wide layer each weight takes one multiplication forward and two on the way back: one for its own derivative, one to hand on (notebook 02).
#
# The slopes take one multiplication for each neuron, which is little beside the weights. In the chain above, with one weight for each neuron, it is not: 10 multiplications forward and 30 back, so four passes in all.
# </details>
#
# And formulas by hand? **Every new architecture needs a new derivation.**

# %% [markdown]
# ## Another graph
#
# Now $y$ is a label, $-1$ (not spam) or $1$ (spam). The sign of $z$ is the neuron's answer. The **margin** $m$ is positive if the answer is right and negative if it is wrong, and large in size if it is clearly so:
#
# $$z = w\cdot x,\qquad m = y\,z,\qquad l = \log\bigl(1 + \mathrm e^{-m}\bigr)$$
#
# ### Exercise `logistic_forward`
#
# Return the cache of all three steps. $m = \pm 1000$ must work too, without a warning from NumPy.

# %% answer="logistic_forward"
def logistic_forward(x, y, w):
    """All three steps of the logistic graph.

    x, w: (d,). y: -1 or 1. Returns {"z": ..., "m": ..., "l": ...}, all numbers.
    """
    ### BEGIN SOLUTION
    z = linear(w, x)
    m = y * z
    return {"z": z, "m": m, "l": np.logaddexp(0.0, -m)}  # log(e^0 + e^-m)
    ### END SOLUTION

# %% [markdown]
# <details><summary>For m = -1000 I get infinity</summary>
#
# $\mathrm e^{1000}$ is larger than any float. Take $\mathrm e^{-m}$ out of the bracket as a factor. The logarithm of a product is a sum: what do you get, and for which $m$ is it safe?
# </details>
# <details><summary>The values are right, but NumPy warns</summary>
#
# `np.where` computes both forms and then picks one. Something must be made safe before it goes into `np.exp`. Or look at the formulas of the three nonlinearities again: one of them is almost this one.
# </details>
# <details><summary>A small example</summary>
#
# $w = (2, 1)$, $x = (1, 0)$, $y = -1$: the answer $z = 2$ has the wrong sign, so $m = -2$ and $l \approx 2.127$. With $y = 1$ it is $0.127$.
# </details>

# %% test="test_logistic_forward_values"
check("logistic_forward", "values")

# %% test="test_logistic_forward_stable"
check("logistic_forward", "stable")

# %% [markdown]
# Soon you see the loss for $m$ from $-1000$ to $1000$. What is $l$ at $m = 5$ and at $m = -5$, roughly?

# %%
guess_far = {"m = 5": None, "m = -5": None}  # not graded

# %% folded="show_logistic"
if ready("logistic_forward"):
    for size in (-1000, -5, -1, 0, 1, 5, 1000):
        cache = logistic_forward(np.array([1.0]), 1, np.array([float(size)]))
        print(f"m = {float(cache['m']):>6g}   l = {float(cache['l']):.4f}")
    print("Your guess:", guess_far)

# %% [markdown]
# ## What to take away
#
# - Any expression is a graph of elementary steps; each step's output is stored in the cache.
# - Derivatives repeat the same quantities. Backpropagation is caching for the chain rule.
# - Nudging tests a gradient. Training by it would cost two forward passes per weight, in every training step.
#
# Three quick questions:
#
# <details><summary>Which of z, h, e, l does dl/dv read?</summary>
#
# $h$ and $e$: it is $-(y - e)\,h$. Neither $x$ nor $w$ is touched again.
# </details>
# <details><summary>A million weights, one forward pass takes 1 ms. How long does one gradient take, by nudging and with a cache?</summary>
#
# Two million forward passes, about half an hour, against the work of about three: 3 ms.
# </details>
# <details><summary>Your nudged slope is off by 1 % with nudges of 0.1. Smaller or larger nudges?</summary>
#
# Smaller: at $0.1$ the error comes from the third derivative, and shrinks with the square of the nudge. Rounding takes over only below about $10^{-6}$.
# </details>

# %%
# Your own experiments go here.

# %% [markdown]
# ## Go further
#
# Nothing here is graded.
#
# - Nudge up only, and divide by `step`. How does the error shrink with the nudge now, and which nudge is best?
# - Add a weight $b$: $z = w\cdot x + b$, as one step or as two. Which graph steps change, and how many numbers does the cache hold in each case?
# - With complex numbers nothing is subtracted: $f'(u) \approx \operatorname{Im} f(u + \mathrm i\varepsilon)/\varepsilon$. Try $\varepsilon = 10^{-100}$ on `np.tanh`.
