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
# # 3 · Who gets the gradient
#
# In notebook 02 every weight got its bar. It did not say that they all get equally much, and they don't: one part of a network can eat well while another starves beside it, with no error message anywhere.
#
# Here you find out who gets how much and why, how to notice, and what to do about it. You need the bars of notebook 02 and about 60 minutes.

# %% nbgrader={"grade": false, "grade_id": "setup", "locked": true, "schema_version": 3, "solution": false}
import numpy as np

from barprop import check, ready
from barprop.pictures import splitting

# %% [markdown]
# ## The smallest team
#
# Two terms work together on one number:
#
# $$z = w_1 x_1 + w_2 x_2$$
#
# As a graph these are two products and a sum. Some $\bar z$ comes back from the right, here $-2$. Before you go on: what belongs in place of the question marks? And does $\bar z$ get smaller when two have to live on it?

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_question", "locked": true, "schema_version": 3, "solution": false}
splitting.products_and_sum(x=[3, 1], w=[0.2, -0.4], z_bar=-2)

# %% [markdown]
# The picture gives half of it away: $\bar z$ stands on both branches, **whole**. A sum is no cake. Nudge either term by $0.1$ and $z$ moves by $0.1$, whoever else is in the sum. So if the two weights get different bars, the sum is not to blame. Look one step further back.

# %% [markdown]
# ### Exercise `split` (4 min, ●○○)
#
# Now with $k$ terms, $z = w_1 x_1 + \dots + w_k x_k$. Return the bars of all $k$ weights.

# %% nbgrader={"grade": false, "grade_id": "split", "locked": false, "schema_version": 3, "solution": true}
def split(z_bar, x):
    """The bars of the weights in z = w_1 x_1 + ... + w_k x_k.

    z_bar: a number. x: (k,). Returns (k,).
    """
    ### BEGIN SOLUTION
    return z_bar * np.asarray(x, dtype=float)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_split", "locked": true, "points": 1, "schema_version": 3, "solution": false}
check("split")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_split")
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>My bars add up to z̄</summary>
#
# You made shares. A share is a fine thing to know about a bar (next exercise), but the bar itself comes from the pattern of notebook 02: bar of the left-hand side, times how the left is made from the right.
# </details>
# <details><summary>Which step do I go back through?</summary>
#
# Two of them. The sum first: what does a nudge of one term do to $z$? Then the product $w_i x_i$, which you know from notebook 02 as $e = v\,h$.
# </details>
# <details><summary>A worked nudge</summary>
#
# One term, $x = 5$ and $\bar z = 2$. Move $w$ by $0.1$: the term moves by $0.5$, so does $z$, and the loss by $2 \cdot 0.5 = 1$. That is a slope of $10$.
# </details>

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_split", "locked": true, "schema_version": 3, "solution": false}
if ready("split"):
    x, w = np.array([3.0, 1.0]), np.array([0.2, -0.4])
    display(splitting.products_and_sum(x, w, -2, split(-2, x)))

# %% [markdown]
# Who had more part in making $z$ gets more of the gradient. Not by decree: it happens at the product, where $\bar z$ meets $x$.
#
# Now put numbers on "more". First as a guess: with $x = (3, 1)$, how many percent of the gradient go to $w_1$? Then both weights take one step of descent, and $z$ changes. How many percent of *that* are the work of the first term?

# %%
# Your guess for the first term, in percent. Nobody grades it.
guess = {"gradient": None, "step": None}

# %% [markdown]
# ### Exercise `gradient_share` (4 min, ●○○)
#
# The share of a weight is the size of its bar beside the sizes of all bars together. Shares lie between 0 and 1 and add up to 1, whatever the signs. You are given $x$ only, which should make you think about $\bar z$ for a moment.

# %% nbgrader={"grade": false, "grade_id": "gradient_share", "locked": false, "schema_version": 3, "solution": true}
def gradient_share(x):
    """How much of the gradient of z = w.x goes to each weight.

    x: (k,), not all zero. Returns (k,), adding up to 1.
    """
    ### BEGIN SOLUTION
    size = np.abs(np.asarray(x, dtype=float))
    return size / np.sum(size)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_gradient_share", "locked": true, "points": 1, "schema_version": 3, "solution": false}
check("gradient_share")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_gradient_share")
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>A share came out negative</summary>
#
# A negative $x$ gives a bar that points the other way. How *much* of a gradient it is does not depend on which way it points.
# </details>
# <details><summary>But I have no $\bar z$</summary>
#
# Write the share down with $\bar z$ in it, above and below the fraction bar. Then look what you can do with a factor that stands on both sides.
# </details>
# <details><summary>A worked nudge</summary>
#
# $x = (1, 1, -2)$: the sizes are $1$, $1$ and $2$, together $4$. The third weight gets half of the gradient.
# </details>

# %% [markdown]
# ### Exercise `step_share` (7 min, ●●○)
#
# Let every weight take a step downhill, $w_i \leftarrow w_i - \eta\,\bar w_i$ with a learning rate $\eta$, and look at $z$ again. Each term $w_i x_i$ has changed a bit, and so has their sum. Return each term's share in the change of $z$.
#
# Neither $\eta$ nor $\bar z$ nor $w$ is passed. Convince yourself that none is missing.

# %% nbgrader={"grade": false, "grade_id": "step_share", "locked": false, "schema_version": 3, "solution": true}
def step_share(x):
    """Each term's share in the change of z = w.x by one step of descent on all weights.

    x: (k,), not all zero. Returns (k,), adding up to 1.
    """
    ### BEGIN SOLUTION
    x = np.asarray(x, dtype=float)
    change = x * x  # each weight moves with its x, and its move meets the same x again
    return change / np.sum(change)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_step_share", "locked": true, "points": 2, "schema_version": 3, "solution": false}
check("step_share")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_step_share")
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>It says I gave the share of the gradient</summary>
#
# The gradient says how far each *weight* moves. The question is how far its *term* moves, and between the two stands a product.
# </details>
# <details><summary>Where do I start?</summary>
#
# With one term. Write down its weight before and after the step. Multiply both by its $x$ and subtract. Only then think about shares.
# </details>
# <details><summary>A worked nudge</summary>
#
# One term with $x = 5$, $\bar z = 2$ and $\eta = 0.01$: the bar is $10$, the weight moves by $-0.1$, the term by $-0.5$. Now do the same with $x = 10$, and compare.
# </details>

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_shares", "locked": true, "schema_version": 3, "solution": false}
if ready("split", "gradient_share", "step_share"):
    x = np.array([3.0, 1.0])
    display(splitting.shares(x, gradient_share(x), step_share(x), guess))

# %% [markdown]
# Two answers to one question. The lecture gives the first and leaves it there; what $z$ feels is the second. The factor comes in twice: on the way back, when $\bar z$ meets $x$ and becomes the bar, and on the way forward, when the step meets the same $x$ again.
#
# That counts as soon as things are unequal:

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_ratios", "locked": true, "schema_version": 3, "solution": false}
if ready("gradient_share", "step_share"):
    print("x1 : x2      gradient of the first    change of z by the first")
    for ratio in (1, 2, 10, 100):
        x = np.array([ratio, 1.0])
        print(f"{ratio:>4} : 1 {gradient_share(x)[0]:>18.2%} {step_share(x)[0]:>26.2%}")

# %% [markdown]
# ## Two networks on one sum
#
# Nobody wires two bare numbers together. Replace each term by a small network of its own:
#
# $$h_1 = W_1 x_1, \qquad h_2 = W_2 x_2, \qquad z = a_1 \cdot h_1 + a_2 \cdot h_2$$
#
# $x_i$ has $d_i$ features, $W_i$ is $(m_i, d_i)$, and $a_i$ weighs the $m_i$ units. The two may be as different in size as they like.

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_networks", "locked": true, "schema_version": 3, "solution": false}
splitting.two_networks()

# %% [markdown]
# ### Exercise `branches_forward` (5 min, ●○○)
#
# The way forward. Return the cache, $h_1$, $h_2$ and $z$, as in notebook 01.

# %% nbgrader={"grade": false, "grade_id": "branches_forward", "locked": false, "schema_version": 3, "solution": true}
def branches_forward(x1, x2, W1, W2, a1, a2):
    """Two networks that add up to one number.

    x1: (d1,), W1: (m1, d1), a1: (m1,); x2: (d2,), W2: (m2, d2), a2: (m2,).
    Returns {"h1": (m1,), "h2": (m2,), "z": a number}.
    """
    ### BEGIN SOLUTION
    h1 = np.asarray(W1, dtype=float) @ x1
    h2 = np.asarray(W2, dtype=float) @ x2
    z = a1 @ h1 + a2 @ h2
    return {"h1": h1, "h2": h2, "z": z}
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_branches_forward", "locked": true, "points": 1, "schema_version": 3, "solution": false}
check("branches_forward")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_branches_forward")
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>It complains about a mismatch of dimensions</summary>
#
# $W$ has one row for each unit and one column for each feature. Which side must $x$ stand on, so that features meet features?
# </details>
# <details><summary>z is an array</summary>
#
# $a_i$ and $h_i$ are vectors, and their dot product is one number. Two such numbers make $z$.
# </details>
# <details><summary>A worked nudge</summary>
#
# One unit, two features: $W = (1\;\;2)$, $x = (3, 4)$ gives $h = (11)$. With $a = (10)$ this network says $110$.
# </details>

# %% [markdown]
# ### Exercise `branches_backward` (12 min, ●●○)
#
# And back. $\bar z$ is given; return the bars of all eight variables. There are two new things. $\bar h$ is a vector now: one number for each unit. And $\bar W$ is a matrix: **a bar has exactly the shape of its variable**, and entry $(i, j)$ answers the question how $z$ notices a nudge of $W_{ij}$.
#
# Before you type: which of these bars read the cache?

# %% nbgrader={"grade": false, "grade_id": "branches_backward", "locked": false, "schema_version": 3, "solution": true}
def branches_backward(z_bar, cache, x1, x2, W1, W2, a1, a2):
    """Back through both networks to everything they were made from.

    z_bar: a number. cache: {"h1": (m1,), "h2": (m2,), "z": a number}. The others as in branches_forward.
    Returns {"a1", "a2", "h1", "h2", "W1", "W2", "x1", "x2"}: each bar in the shape of its variable.
    """
    ### BEGIN SOLUTION
    h1_bar, h2_bar = z_bar * np.asarray(a1, dtype=float), z_bar * np.asarray(a2, dtype=float)
    bars = {"a1": z_bar * cache["h1"], "a2": z_bar * cache["h2"], "h1": h1_bar, "h2": h2_bar}
    bars["W1"], bars["W2"] = np.outer(h1_bar, x1), np.outer(h2_bar, x2)
    bars["x1"], bars["x2"] = W1.T @ h1_bar, W2.T @ h2_bar
    return bars
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_branches_backward_outside", "locked": true, "points": 2, "schema_version": 3, "solution": false}
check("branches_backward", "outside")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_branches_backward_outside")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_branches_backward_inside", "locked": true, "points": 2, "schema_version": 3, "solution": false}
check("branches_backward", "inside")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_branches_backward_inside")
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>My W̄ has the wrong shape, or lies on its side</summary>
#
# Take one entry. $W_{ij}$ sits in the row of unit $i$ and is multiplied by feature $j$. Whose bar comes back to it, and what does it multiply? Then find NumPy's way to make a whole table of such products.
# </details>
# <details><summary>All of it is half as large as it should be</summary>
#
# Did $\bar z$ get cut in two at the sum? Look at the first picture again.
# </details>
# <details><summary>A worked nudge</summary>
#
# $h = W x$ with two units and one feature, $x = (3)$, $\bar h = (10, 20)$. Nudge the upper entry of $W$: only the first unit moves, by three times as much. So $\bar W$ is the column $30$, $60$. And $x$? It is heard by both units, each through its own entry of $W$.
# </details>

# %% [markdown]
# ### Exercise `fan_out` (6 min, ●●○)
#
# Often both networks look at the **same** $x$. Then one variable feeds two steps, and two bars come back for it. Which of them is $\bar x$?
#
# Nudge $x$ and listen at $z$: along how many ways does the news arrive, and what does $z$ do with news from two sides? Your `branches_backward` may be of use.

# %% nbgrader={"grade": false, "grade_id": "fan_out", "locked": false, "schema_version": 3, "solution": true}
def fan_out(z_bar, cache, x, W1, W2, a1, a2):
    """Back through two networks that share their input: h1 = W1 x, h2 = W2 x.

    x: (d,), W1: (m1, d), W2: (m2, d); the others as in branches_backward.
    Returns {"a1", "a2", "h1", "h2", "W1", "W2", "x"}.
    """
    ### BEGIN SOLUTION
    bars = branches_backward(z_bar, cache, x, x, W1, W2, a1, a2)
    x_bar = bars.pop("x1") + bars.pop("x2")
    return bars | {"x": x_bar}
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_fan_out_branches", "locked": true, "points": 1, "schema_version": 3, "solution": false}
check("fan_out", "branches")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_fan_out_branches")
### END HIDDEN TESTS

# %% nbgrader={"grade": true, "grade_id": "test_fan_out_x", "locked": true, "points": 1, "schema_version": 3, "solution": false}
check("fan_out", "x")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_fan_out_x")
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Only the bar of x is wrong</summary>
#
# Did the second contribution overwrite the first? Both are true, and neither is the whole truth.
# </details>
# <details><summary>It says there are keys nobody asked for</summary>
#
# `bars.pop('x1')` takes an entry out of a dictionary and hands it to you.
# </details>
# <details><summary>A worked nudge</summary>
#
# $z = 2x + 3x$. Nudge $x$ by $0.1$: the first term moves by $0.2$, the second by $0.3$. What does $z$ do?
# </details>

# %% [markdown]
# Keep that one in mind: **where a variable is used twice, its bars come together.** In notebook 06 a whole autograd engine hangs on it.
#
# ## Is anybody starving?
#
# A bar by itself does not tell. A step of $0.001$ is nothing to a weight of $10$ and a revolution to a weight of $0.001$. So compare the step with what it changes.

# %% [markdown]
# ### Exercise `update_ratio` (5 min, ●○○)
#
# The length of one update, learning rate and all, over the length of the weights. Length means the Euclidean norm of all entries, also for a matrix (there it goes by the name of Frobenius).

# %% nbgrader={"grade": false, "grade_id": "update_ratio", "locked": false, "schema_version": 3, "solution": true}
def update_ratio(w, w_bar, lr):
    """How large one step of descent is beside the weights it changes.

    w: an array of any shape, not all zero. w_bar: the same shape. lr: the learning rate.
    Returns one number.
    """
    ### BEGIN SOLUTION
    update = lr * np.asarray(w_bar, dtype=float)
    return np.linalg.norm(update) / np.linalg.norm(w)
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_update_ratio", "locked": true, "points": 1, "schema_version": 3, "solution": false}
check("update_ratio")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_update_ratio")
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>Right for vectors, wrong for matrices</summary>
#
# `np.linalg.norm` has a second argument, and for a matrix a `2` there asks for something else than for a vector. What does it do without one?
# </details>
# <details><summary>It is off by a factor</summary>
#
# Is the learning rate in it? And is there a root left to take, above and below?
# </details>
# <details><summary>A worked nudge</summary>
#
# $w = (3, 4)$ has length $5$. $\bar w = (0, 10)$ with $\eta = 0.1$ makes a step of length $1$. The ratio is $0.2$, which would be a brutal step.
# </details>

# %% [markdown]
# Now the experiment. Two networks shall predict $y$, and each sees half of what there is to know. The first has 4 units. The second has 12, and its features come in other units: metres instead of centimetres, so they are a hundred times smaller. Same information, written smaller.

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_data", "locked": true, "schema_version": 3, "solution": false}
rng = np.random.default_rng(0)
X1 = rng.choice([-1.0, 1.0], (200, 4))
X2 = rng.choice([-1.0, 1.0], (200, 4))
y = X1 @ [1.0, -1.0, 0.5, 0.5] + X2 @ [-0.5, 1.0, 1.0, -0.5]  # both matter equally
X2_small = 0.01 * X2

W_start = {"W1": rng.normal(size=(4, 4)) / 2, "W2": rng.normal(size=(12, 4)) / 2}
W_start |= {"a1": rng.normal(size=4) / 2, "a2": rng.normal(size=12) / np.sqrt(12)}

# %% [markdown]
# Look before you train. One backward pass on one example, and your `update_ratio` for each of the four arrays. A popular rule of thumb: near $10^{-3}$ is healthy, $10^{-6}$ is a limb that has gone to sleep.

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_first_step", "locked": true, "schema_version": 3, "solution": false}
if ready("branches_forward", "branches_backward", "update_ratio"):
    for title, second in (("features near 0.01", X2_small), ("features near 1", X2)):
        cache = branches_forward(X1[0], second[0], **W_start)
        bars = branches_backward(cache["z"] - y[0], cache, X1[0], second[0], **W_start)
        ratios = [f"{name} {update_ratio(W_start[name], bars[name], 0.02):.0e}" for name in W_start]
        print(f"second network, {title:18}: ", "   ".join(ratios))

# %% [markdown]
# Both get the same $\bar z$, and still $W_2$ and $a_2$ get next to nothing: one has the small $x_2$ beside it, the other the small $h_2$ made from it.
#
# Next, train both for 300 steps with your own two functions and see how far the weights get. Predict: will twelve units make up for small inputs?

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_training", "locked": true, "schema_version": 3, "solution": false}
def train_two(X1, X2, lr, steps=300):
    """Descent, one example a step. Returns how far each network moved, and the losses."""
    w, moved, losses = W_start, [(0.0, 0.0)], []
    for i in np.random.default_rng(1).integers(len(y), size=steps):
        cache = branches_forward(X1[i], X2[i], **w)
        z_bar = cache["z"] - y[i]  # from l = (y - z)^2 / 2
        bars = branches_backward(z_bar, cache, X1[i], X2[i], **w)
        w = {name: w[name] - lr * bars[name] for name in w}
        losses.append(z_bar**2 / 2)
        moved.append([distance(w, "1"), distance(w, "2")])
        if not abs(z_bar) < 1e3:
            break  # it ran away
    return np.array(moved), np.array(losses)


def distance(w, i):
    """From the start, all weights of network i together, over their length at the start."""
    begin, now = (np.append(weights["W" + i], weights["a" + i]) for weights in (W_start, w))
    return update_ratio(begin, now - begin, 1.0)

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_starving", "locked": true, "schema_version": 3, "solution": false}
networks = ("4 units, features near 1", "12 units, features near 0.01")
if ready("branches_forward", "branches_backward", "update_ratio"):
    starving = train_two(X1, X2_small, lr=0.02)
    display(splitting.movement({"as they come": starving}, networks))

# %% [markdown]
# The big network hardly moves, **because its output is small, however big it is**. Everything it could have said about $y$ stays unsaid, and the loss settles at the half which it alone could have explained.
#
# Nothing crashed. The loss fell, then levelled off, as losses do. You would have tuned the learning rate for an afternoon. Hence the lecture's advice: look how the gradient flows, and whether the weights are being updated at all.

# %% [markdown]
# ### Exercise `rescale` (6 min, ●●○)
#
# The cure is almost embarrassing: let nobody be loud because of units. Divide each example's features by their **root mean square**: the root of the mean of their squares. Each row of $H$ is one example and is measured by itself. Afterwards, every row has a root mean square of 1.

# %% nbgrader={"grade": false, "grade_id": "rescale", "locked": false, "schema_version": 3, "solution": true}
def rescale(H):
    """Give the features of every example the same size.

    H: (n, m), one row per example, no row all zero. Returns (n, m).
    """
    ### BEGIN SOLUTION
    H = np.asarray(H, dtype=float)
    rms = np.sqrt(np.mean(H**2, axis=1, keepdims=True))  # (n, 1)
    return H / rms
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_rescale", "locked": true, "points": 1, "schema_version": 3, "solution": false}
check("rescale")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_rescale")
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>It complains that operands could not be broadcast</summary>
#
# One number for each row has shape `(n,)`, and NumPy lines it up with the columns. `keepdims=True` keeps it standing as a column.
# </details>
# <details><summary>It runs, but the values are wrong</summary>
#
# Which axis did you average over? If `H` has 4 rows, you should see 4 sizes, not one and not one for each feature. And spell RMS from the back: square, mean, root.
# </details>
# <details><summary>A worked nudge</summary>
#
# The row $(1, 7)$: squares $1$ and $49$, mean $25$, root $5$. It becomes $(0.2, 1.4)$.
# </details>

# %% [markdown]
# Same data, same starting weights, same examples in the same order, **same learning rate**. The only change is one call of `rescale` on what each network reads.

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_cure", "locked": true, "schema_version": 3, "solution": false}
if ready("branches_forward", "branches_backward", "update_ratio", "rescale"):
    cured = train_two(rescale(X1), rescale(X2_small), lr=0.02)
    runs = {"as they come": starving, "rescaled": cured}
    display(splitting.movement(runs, networks))

# %% [markdown]
# Both move, the loss goes to nothing, and then both stop because there is nothing left to learn.
#
# Could one have turned up the learning rate instead? Try it all at once: features of five sizes from $0.01$ to $100$, eleven learning rates, raw and rescaled. Before you run it (a few seconds): for how many of the five sizes will $\eta = 0.03$ be a good choice?

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_sweep", "locked": true, "schema_version": 3, "solution": false}
if ready("branches_forward", "branches_backward", "update_ratio", "rescale"):
    rates, sizes = np.logspace(-5, 0, 11), (0.01, 0.1, 1, 10, 100)
    losses = {"as they come": {}, "rescaled": {}}
    for size in sizes:
        for title, prepare in (("as they come", np.copy), ("rescaled", rescale)):
            runs = [train_two(prepare(X1), prepare(size * X2), lr)[1] for lr in rates]
            ends = [run[-30:].mean() if len(run) == 300 else np.inf for run in runs]
            losses[title][f"{size:g}"] = ends
    display(splitting.rate_sweep(rates, losses))

# %% [markdown]
# On the left every size of feature wants a rate of its own, and at the extremes no rate will do: what is slow enough for one network is too slow for the other. On the right all five lines lie on top of each other. **One rate serves all.** This is what is meant by a well-conditioned design: there is little to tune.
#
# One thing `rescale` cannot do: it gives a whole example one size. If within each example one feature is large and another small, they stay that way.

# %% [markdown]
# ## How large may the rate be?
#
# The right-hand picture ends in a cliff. Where it stands can be known before training. Take the simplest case, $e = Xw$ with one example per row, and $l$ the mean of $(y - e)^2/2$. Moving $w$ by $u$ changes its bar by
#
# $$C u, \qquad C = \tfrac1n X^\top X .$$
#
# $C$ is the **curvature**. Along an eigenvector of $C$ with eigenvalue $\lambda$, a step of descent turns a distance $t$ from the optimum into $(1 - \eta\lambda)\,t$.

# %% [markdown]
# ### Exercise `largest_stable_rate` (10 min, ●●●)
#
# Return the largest $\eta$ for which descent with all examples in every step does not run away, from whatever start. Two questions decide it: for which $\eta$ does $(1 - \eta\lambda)\,t$ lie no further out than $t$? And of all the $\lambda$ there are, which one is the first to complain?

# %% nbgrader={"grade": false, "grade_id": "largest_stable_rate", "locked": false, "schema_version": 3, "solution": true}
def largest_stable_rate(X):
    """The largest learning rate at which descent on the mean of (y - X w)^2 / 2 does not run away.

    X: (n, d), one row per example, not all zero. Returns one number.
    """
    ### BEGIN SOLUTION
    X = np.asarray(X, dtype=float)
    curvature = X.T @ X / len(X)
    return 2 / np.linalg.eigvalsh(curvature)[-1]
    ### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "test_largest_stable_rate", "locked": true, "points": 2, "schema_version": 3, "solution": false}
check("largest_stable_rate")
### BEGIN HIDDEN TESTS
from autograder.cell import grade
grade("test_largest_stable_rate")
### END HIDDEN TESTS

# %% [markdown]
# <details><summary>My rate is half of what it should be</summary>
#
# You stopped where $1 - \eta\lambda$ reaches $0$, the rate that arrives in one step. A little beyond it you overshoot, land on the other side and are still closer than before. How far does that go?
# </details>
# <details><summary>It is right for some X only</summary>
#
# Compare where your rate fails. Fails as $n$ grows: where is the mean? Fails for more than one feature: which eigenvalue? `np.linalg.eigvalsh` returns the eigenvalues of a symmetric matrix from the smallest to the largest. A singular value of $X$ is not yet an eigenvalue of $X^\top X$.
# </details>
# <details><summary>A worked nudge</summary>
#
# One feature, $X$ a column of $3$ and $1$: $C$ is the number $(9 + 1)/2 = 5$. With $\eta = 0.3$ the factor is $1 - 1.5 = -0.5$: back and forth, but closer each time. With $\eta = 0.5$ it is $-1.5$: out and away.
# </details>

# %% [markdown]
# A prediction that can be wrong deserves a test. Predict the limit from the data alone, then train with one percent less and with one percent more, and with some rates around them.

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_crossing", "locked": true, "schema_version": 3, "solution": false}
def descend(X, target, rate, steps=400):
    """Descent with all examples in every step. Returns the losses."""
    w, losses = np.zeros(X.shape[1]), []
    for _ in range(steps):
        error = X @ w - target
        losses.append(np.mean(error**2) / 2)
        w = w - rate * X.T @ error / len(X)
    return np.array(losses)


if ready("largest_stable_rate"):
    rng = np.random.default_rng(5)
    X = rng.normal(size=(60, 5)) * [3.0, 1.0, 1.0, 0.5, 0.5]
    target = X @ rng.normal(size=5)
    limit = largest_stable_rate(X)
    curves = {factor: descend(X, target, factor * limit) for factor in (0.5, 0.99, 1.01)}
    factors = np.linspace(0.95, 1.03, 33)
    ends = [losses[-1] / losses[0] for losses in (descend(X, target, f * limit) for f in factors)]
    display(splitting.crossing(curves, factors, ends))

# %% [markdown]
# It holds to the percent. Mind what made the cliff: the **steepest** direction alone sets the limit, and all the flatter ones have to live with the rate it allows. The further they are apart, the longer the flattest one takes.
#
# A last look at why rescaling helps. Five data sets in all kinds of units; what does your function say before and after?

# %% tags=["show"] nbgrader={"grade": false, "grade_id": "show_units", "locked": true, "schema_version": 3, "solution": false}
if ready("rescale", "largest_stable_rate"):
    rng = np.random.default_rng(8)
    print("size of the features    largest stable rate    after rescale")
    for size in (0.001, 0.1, 1, 50, 1000):
        X = size * rng.normal(size=(200, 4)) @ rng.normal(size=(4, 4))
        before, after = largest_stable_rate(X), largest_stable_rate(rescale(X))
        print(f"{size:>20g} {before:>22.3g} {after:>16.3g}")

# %% [markdown]
# Twelve orders of magnitude on one side; on the other nothing ever leaves the range from $2/d$ to $2$, here from $0.5$ to $2$. (Rows of root mean square 1 have $d$ as the sum of all eigenvalues of $C$, so the largest lies between $1$ and $d$.)
#
# ## To take along
#
# - A sum hands its bar on whole. Products split it.
# - A bar grows with $|x|$, what a step does to $z$ with $x^2$.
# - A part with a small output starves quietly. Print update ratios before you tune anything.
# - Bring everything to one size; then one rate will do, and you can say which.

# %% [markdown]
# ## Go further
#
# Nothing here is graded.
#
# - **Adam** divides each step by the size of the gradient, so roughly $w_i \leftarrow w_i - \eta\,\mathrm{sign}(\bar w_i)$. What is the step share then? Who still starves?
# - Start with a tiny $W_2$ instead of a tiny $x_2$. The output is just as small. Which of $W_2$ and $a_2$ starves now, and does the other one wake it up?
# - Give the second network 12,000 units. However big?
# - An example that is all zeros has no size to divide by. What should `rescale` do, and what does yours do?
# - `rescale` with a learned factor per feature is called RMSNorm and sits in every layer of today's language models. Derive its backward: given the bar of $\hat h = h / \mathrm{rms}(h)$, what is $\bar h$? Test it with your `numerical_gradient` from notebook 01. (Which direction gets no gradient at all?)
# - `rescale` works along rows. Divide each *column* by its root mean square instead and compare the ratio of the largest to the smallest eigenvalue of $C$ for features in different units.

# %%
# Your own experiments go here.
