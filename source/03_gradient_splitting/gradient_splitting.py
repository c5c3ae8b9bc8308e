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
# In notebook 02 every weight got its bar, but not all get the same amount: one part of a network can be well fed while the part next to it starves, and no error message tells you.
#
# You find out who gets how much, and what to do about it. You need the bars of notebook 02, matrix products, and the transpose. Take a break before *How large may the rate be?*

# %% locked="setup"
import numpy as np

from barprop import check, ready
from barprop.guesses import compared
from barprop.pictures import splitting

# %% [markdown]
# ## The smallest team
#
# Two terms work together on one number:
#
# $$z = w_1 x_1 + w_2 x_2,\qquad w = (0.1,\, 2),\quad x = (3,\, 1)$$
#
# ### Exercise `who`
#
# By hand, without code. Which term contributes more to $z$ (`makes_z`)? And which weight gets the larger bar, in size (`is_fed`)? Answer 1 or 2 for each, numbered as in the formula. (The check does not say which of the two is wrong.)

# %% answer="who"
# Put 1 or 2 in place of each None.
who = {"makes_z": None, "is_fed": None}
### BEGIN SOLUTION
who = {"makes_z": 2, "is_fed": 1}
### END SOLUTION

# %% [markdown]
# <details><summary>Which term contributes more?</summary>
#
# A term is a weight times its $x$. Work both out.
# </details>
# <details><summary>Which weight gets the larger bar?</summary>
#
# Nudge $w_1$ by $0.1$ and see how far $z$ moves. Then the same with $w_2$.
# </details>
# <details><summary>A small example</summary>
#
# $z = 5\,w$ with $w = 0$: the term contributes nothing to $z$, and yet $z$ moves five times as far as $w$ is nudged.
# </details>

# %% test="test_who"
check("who")

# %% [markdown]
# As a graph these are two products and a sum. Some $\bar z$ comes back to the output, here $-2$. Which bars come back to the two terms, and which to the two weights (in place of the question marks)? (You see the answer after the exercise.)

# %% show="show_question"
splitting.products_and_sum(x=[3, 1], w=[0.1, 2], z_bar=-2)

# %%
guess_bars = {"terms": None, "weights": None}  # two numbers each, such as (5, 7); not graded

# %% [markdown]
# ### Exercise `split`
#
# Now with $k$ terms, $z = w_1 x_1 + \dots + w_k x_k$. Return the bars of all $k$ weights.

# %% answer="split"
def split(z_bar, x):
    """The bars of the weights in z = w_1 x_1 + ... + w_k x_k.

    z_bar: a number. x: (k,). Returns (k,).
    """
    ### BEGIN SOLUTION
    return z_bar * np.asarray(x, dtype=float)
    ### END SOLUTION

# %% [markdown]
# <details><summary>My bars add up to z_bar</summary>
#
# Then you have divided $\bar z$ among the terms. A bar follows the pattern: the bar of the output, times the slope of the output with respect to the input.
# </details>
# <details><summary>Which step do I go back through?</summary>
#
# Two. First the sum, then the product, which you know from notebook 02 as $e = v\,h$.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# One term, $x = 5$ and $\bar z = 2$. Move $w$ by $0.1$: the term moves by $0.5$, so does $z$, and the loss by $2 \cdot 0.5 = 1$. A slope of $10$.
# </details>

# %% test="test_split"
check("split")

# %% folded="show_split"
if ready("split"):
    x, w = np.array([3.0, 1.0]), np.array([0.1, 2.0])
    bars = split(-2, x)
    display(splitting.products_and_sum(x, w, -2, bars))
    for i in range(2):
        print(f"term {i + 1} contributes {w[i] * x[i]:.1f} to z = {w @ x:.1f}; its weight's bar is {bars[i]:+.1f}")
    print("The bars of the terms: -2 and -2, undivided. Your guess:", guess_bars)

# %% [markdown]
# The sum passes $\bar z$ on, **undivided, to both terms**: nudge either by $0.1$ and $z$ moves by $0.1$. The products make the difference. **The weight next to the larger $|x|$ gets more**, however large its term is.
#
# How much more? A weight's **share** of the gradient is the size of its bar, divided by the sum of all sizes. With $x = (3, 1)$, what is the share of $w_1$, in percent? Then both weights take one training step, and $z$ changes: what percentage of *that* comes from the first term?

# %%
# Your guess for the first term, in percent; not graded.
# (You see the answers after the next two exercises.)
guess_shares = {"gradient": None, "step": None}

# %% [markdown]
# ### Exercise `gradient_share`
#
# Return the share of every weight. Shares lie between 0 and 1 and add up to 1, whatever the signs. You are given only $x$. Why is $\bar z$ not needed, as long as it is not 0?

# %% answer="gradient_share"
def gradient_share(x):
    """How much of the gradient of z = w.x goes to each weight.

    x: (k,), not all zero. Returns (k,), adding up to 1.
    """
    ### BEGIN SOLUTION
    size = np.abs(np.asarray(x, dtype=float))
    return size / np.sum(size)
    ### END SOLUTION

# %% [markdown]
# <details><summary>A share came out negative</summary>
#
# A negative $x$ gives a bar that points the other way. How *much* gradient it is does not depend on the direction.
# </details>
# <details><summary>But I have no z_bar</summary>
#
# Write the share down with $\bar z$ in it, in the numerator and in the denominator. What may you do with a factor that is in both?
# </details>
# <details><summary>A small example</summary>
#
# $x = (1, 1, -2)$: sizes $1$, $1$, $2$, together $4$. The third weight gets half.
# </details>

# %% test="test_gradient_share"
check("gradient_share")

# %% [markdown]
# ### Exercise `step_share`
#
# Every weight takes a step downhill with learning rate $\eta$: $w_i \leftarrow w_i - \eta\,\bar w_i$. Each term $w_i x_i$ has changed a bit, and so has their sum $z$. Return each term's share of the change of $z$.
#
# Neither $\eta$ nor $\bar z$ nor $w$ is passed. Convince yourself that you need none of them, for any $\eta > 0$ and $\bar z \ne 0$.

# %% answer="step_share"
def step_share(x):
    """Each term's share in the change of z = w.x by one step of descent on all weights.

    x: (k,), not all zero. Returns (k,), adding up to 1.
    """
    ### BEGIN SOLUTION
    x = np.asarray(x, dtype=float)
    change = x * x  # each weight moves with its x, and its move meets the same x again
    return change / np.sum(change)
    ### END SOLUTION

# %% [markdown]
# <details><summary>It says I gave how far each weight moves</summary>
#
# The question is how far its *term* moves. Between the two stands a product.
# </details>
# <details><summary>Where do I start?</summary>
#
# With one term. On paper, write down its weight before and after the step, multiply both by its $x$, subtract. Leave out what cancels.
# </details>
# <details><summary>A small example</summary>
#
# $x = 5$, $\bar z = 2$, $\eta = 0.01$: the bar is $10$, the weight moves by $-0.1$, the term by $-0.5$. Now the same with $x = 10$; compare.
# </details>

# %% test="test_step_share"
check("step_share")

# %% show="show_shares"
if ready("gradient_share", "step_share"):
    x = np.array([3.0, 1.0])
    display(splitting.shares(x, gradient_share(x), step_share(x), guess_shares))

# %% [markdown]
# 75 % and 90 % answer two questions: the first is about the bars, the second about what a training step does to $z$. The factor $x$ comes in twice: on the way back, where $\bar z$ meets it, and on the way forward, where the step meets it again.
#
# Now with numbers of your own: which term contributes most to $z$, and which weight gets most? Find a case in which one term contributes almost all of $z$ and its weight gets almost nothing.

# %% show="show_split_bars"
from barprop.widgets import SplitBars

SplitBars(x1=3, x2=1, z_bar=-2)

# %% [markdown]
# The more the two inputs differ in size, the farther both shares are from one half:

# %% folded="show_ratios"
if ready("gradient_share", "step_share"):
    print("x1 : x2      gradient of the first    change of z by the first")
    for ratio in (1, 2, 10, 100):
        x = np.array([ratio, 1.0])
        print(f"{ratio:>4} : 1 {gradient_share(x)[0]:>18.2%} {step_share(x)[0]:>26.2%}")

# %% [markdown]
# ## Two networks on one sum
#
# So far each term was a product of two numbers. Replace each by a small network, without a nonlinearity to keep the formulas short:
#
# $$h_1 = W_1 x_1, \qquad h_2 = W_2 x_2, \qquad z = a_1 \cdot h_1 + a_2 \cdot h_2$$
#
# Now $x_i$ is a vector of $d_i$ features, and $W_i$ has the shape $(m_i, d_i)$. $a_i$ does what $v$ did: one weight for each of the $m_i$ hidden units. $z$ is the estimate. ($m$ is no margin here.) The two networks may differ in size.

# %% show="show_networks"
splitting.two_networks()

# %% [markdown]
# ### Exercise `branches_forward`
#
# The way forward. Return the cache: $h_1$, $h_2$ and $z$.

# %% answer="branches_forward"
def branches_forward(x1, x2, W1, W2, a1, a2):
    """Two networks that add up to one number.

    x1: (d1,), W1: (m1, d1), a1: (m1,); x2: (d2,), W2: (m2, d2), a2: (m2,).
    Returns {"h1": (m1,), "h2": (m2,), "z": a number}.
    """
    ### BEGIN SOLUTION
    h1 = np.asarray(W1, dtype=float) @ x1
    h2 = np.asarray(W2, dtype=float) @ x2
    return {"h1": h1, "h2": h2, "z": a1 @ h1 + a2 @ h2}
    ### END SOLUTION

# %% [markdown]
# <details><summary>It complains about dimensions</summary>
#
# $W$ has one row for each unit and one column for each feature. On which side must $x$ stand, so that columns meet features?
# </details>
# <details><summary>z is an array</summary>
#
# $a_i$ and $h_i$ are vectors; their dot product is one number. Two such numbers make $z$.
# </details>
# <details><summary>A small example</summary>
#
# One unit, two features: $W = (1\;\;2)$ and $x = (3, 4)$ give $h = (11)$. With $a = (10)$ this network contributes $110$.
# </details>

# %% test="test_branches_forward"
check("branches_forward")

# %% [markdown]
# Before you go back, something that notebook 02 did not have: one feature goes into **several** units. The smallest case is $z = 2x + 3x$. If $\bar z = 10$ comes back, what is $\bar x$?

# %%
guess_x_bar = None  # a number; not graded

# %% folded="show_used_twice"
moves = [2 * 1.1 - 2 * 1.0, 3 * 1.1 - 3 * 1.0]  # of both terms, when x goes from 1.0 to 1.1
print(f"The first term moves by {moves[0]:.1f}, the second by {moves[1]:.1f}, z by {sum(moves):.1f}, the loss by {10 * sum(moves):.0f}.")
print(f"That is {10 * sum(moves) / 0.1:.0f} per unit of x. Your guess: {guess_x_bar}")

# %% [markdown]
# Nudging $x$ moved both terms. Remember it for $\bar x_1$ and $\bar x_2$.
#
# ### Exercise `branches_backward`
#
# Now go back through both networks: the bars of all eight variables. $\bar h$ is a vector, one number per unit. $\bar W$ is a matrix, since **a bar has exactly the shape of its variable**: its entry $(i, j)$ says how the loss reacts to a nudge of $W_{ij}$.
#
# Check *outside* looks at $a$ and $h$, *inside* at $W$ and $x$. Before you type: which of these bars read the cache?

# %% answer="branches_backward"
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

# %% [markdown]
# <details><summary>My W_bar has the wrong shape</summary>
#
# Take one entry, $W_{ij}$. Which bar comes back to it, and which feature does it multiply? `np.outer` makes a table of all such products.
# </details>
# <details><summary>Which bars read the cache?</summary>
#
# Where is $h$ a factor of a product? The other factor of that product has a bar that reads it. Are there more?
# </details>
# <details><summary>Everything is half as large as it should be</summary>
#
# Was $\bar z$ cut in two at the sum?
# </details>
# <details><summary>A nudge in numbers</summary>
#
# Two units, one feature, $x = (3)$, $\bar h = (10, 20)$. Nudge the upper entry of $W$: only the first unit moves, three times as far. So $\bar W$ is the column $30$, $60$. And $x$? If you nudge it, both units move.
# </details>

# %% test="test_branches_backward_outside"
check("branches_backward", "outside")

# %% test="test_branches_backward_inside"
check("branches_backward", "inside")

# %% [markdown]
# Which bars read the cache? Only $\bar a_1$ and $\bar a_2$.
#
# ### Exercise `fan_out`
#
# Often both networks look at the **same** $x$. Then one variable feeds two networks. Return the bars of all seven variables; new is only $\bar x$. Check *branches* looks at the other six bars, *x* at $\bar x$.
#
# Nudge $x$ and look at $z$: along how many paths does the change arrive there? You may use your `branches_backward`.

# %% answer="fan_out"
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

# %% [markdown]
# <details><summary>Only the bar of x is wrong</summary>
#
# Did the second contribution overwrite the first? You need both.
# </details>
# <details><summary>It says there are keys nobody asked for</summary>
#
# `bars.pop('x1')` takes an entry out of a dictionary and returns it.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# Nudge the shared $x$ a little. If the first network alone moves $z$ by $0.2$ and the second alone by $0.3$, how far does $z$ move?
# </details>

# %% test="test_fan_out_branches"
check("fan_out", "branches")

# %% test="test_fan_out_x"
check("fan_out", "x")

# %% [markdown]
# **Where a variable is used twice, what comes back is added up.** Notebook 06 depends on this.
#
# ## Is anybody starving?
#
# A bar alone does not tell you. A training step of $0.001$ is nothing to a weight of $10$ and everything to a weight of $0.001$. Compare the step with the weight.

# %% [markdown]
# ### Exercise `update_ratio`
#
# Return the length of one update (learning rate included) divided by the length of the weights. Length is the root of the sum of the squares of all entries, for a matrix too (its Frobenius norm).

# %% answer="update_ratio"
def update_ratio(w, w_bar, lr):
    """How large one step of descent is, divided by the size of the weights that it changes.

    w: an array of any shape, not all zero. w_bar: the same shape. lr: the learning rate.
    Returns one number.
    """
    ### BEGIN SOLUTION
    update = lr * np.asarray(w_bar, dtype=float)
    return np.linalg.norm(update) / np.linalg.norm(w)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Right for vectors, wrong for matrices</summary>
#
# `np.linalg.norm` takes a second argument, and a `2` there means something else for a matrix than for a vector. What does it do without one?
# </details>
# <details><summary>It is off by a factor</summary>
#
# Is the learning rate in it? Did you take the root, in the numerator and in the denominator?
# </details>
# <details><summary>A small example</summary>
#
# $w = (3, 4)$ has length $5$. $\bar w = (0, 10)$ with $\eta = 0.1$ makes a step of length $1$. Ratio $0.2$: a very large step.
# </details>

# %% test="test_update_ratio"
check("update_ratio")

# %% [markdown]
# First watch the ratio for one neuron and one example, $x = 1.5$ and $y = 0.9$; its loss is drawn over $(w, v)$ like a landscape. While descent goes on and the rate stays the same, does the ratio grow or shrink? Write your guess, then press Step. After that raise the rate until a step jumps across the valley: the picture compares that step with the size of the weights.

# %%
guess_ratio = None  # "grows" or "shrinks"; not graded

# %% show="show_descent"
from barprop.widgets import Descent

Descent(x=[1.5], y=[0.9], w=0.3, v=0.4)

# %% show="show_ratios_on_the_way"
if ready("update_ratio"):
    place, rate = np.array([0.3, 0.4]), 0.3  # the picture's start (w, v) and its rate
    loss = lambda u: (0.9 - u[1] * np.tanh(1.5 * u[0])) ** 2 / 2
    for step in range(21):
        bars = np.array([(loss(place + d) - loss(place - d)) / 2e-5 for d in 1e-5 * np.eye(2)])
        if step % 10 == 0:
            print(f"after {step:>2} steps the ratio is {update_ratio(place, bars, rate):.4f}")
        place = place - rate * bars
    print("Your guess:", guess_ratio)

# %% [markdown]
# Now the experiment. Two networks are to predict $y$ together, and each sees half of the features that $y$ depends on. The first has 4 hidden units. The second has 12, but its features are given in metres instead of centimetres: the same information, in numbers a hundred times smaller.

# %% folded="show_data"
rng = np.random.default_rng(0)
X1 = rng.choice([-1.0, 1.0], (200, 4))
X2 = rng.choice([-1.0, 1.0], (200, 4))
y = X1 @ [1.0, -1.0, 0.5, 0.5] + X2 @ [-0.5, 1.0, 1.0, -0.5]  # both matter equally
X2_small = 0.01 * X2

W_start = {"W1": rng.normal(size=(4, 4)) / 2, "W2": rng.normal(size=(12, 4)) / 2}
W_start |= {"a1": rng.normal(size=4) / 2, "a2": rng.normal(size=12) / np.sqrt(12)}

# %% [markdown]
# Look before you train. One backward pass on one example, and your `update_ratio` for all four arrays. The loss is $\tfrac12(y - z)^2$, so $\bar z = z - y$ comes in. The second line is for comparison: the same network with its features in centimetres. (Compare the arrays with each other: be alarmed when one ratio is a hundredth of its neighbour's.)

# %% folded="show_first_step"
if ready("branches_forward", "branches_backward", "update_ratio"):
    for title, second in (("features near 0.01", X2_small), ("features near 1", X2)):
        cache = branches_forward(X1[0], second[0], **W_start)
        bars = branches_backward(cache["z"] - y[0], cache, X1[0], second[0], **W_start)
        ratios = [f"{name} {update_ratio(W_start[name], bars[name], 0.02):.0e}" for name in W_start]
        print(f"second network, {title:18}: ", "   ".join(ratios))

# %% [markdown]
# First line: the same $\bar z$ for both networks, and yet $W_2$ and $a_2$ get next to nothing: $\bar W_2$ has the small $x_2$ as a factor, and $\bar a_2$ the small $h_2$ that was made from it.
#
# Next, train both for 300 steps with your functions. A network's weights are all its numbers in $W$ and $a$; how far they have moved is again divided by their length at the start. By this measure, how far will the 12 units get, compared with the 4: half as far, a tenth, a hundredth?

# %%
guess_units = None  # 0.5, 0.1 or 0.01; not graded

# %% show="show_training"
def train_two(X1, X2, lr, steps=300):
    """Descent, one example per step.

    Returns the weights at the start and after every step, and the losses.
    """
    path, losses = [W_start], []
    for i in np.random.default_rng(1).integers(len(y), size=steps):
        w = path[-1]
        cache = branches_forward(X1[i], X2[i], **w)
        z_bar = cache["z"] - y[i]  # from l = (y - z)^2 / 2
        bars = branches_backward(z_bar, cache, X1[i], X2[i], **w)
        path.append({name: w[name] - lr * bars[name] for name in w})
        losses.append(z_bar**2 / 2)
        if not abs(z_bar) < 1e3:
            break  # it ran away
    return path, np.array(losses)

# %% folded="show_starving"
def moved(path):
    """How far both networks have come after every step, divided by the length of their weights at the start."""
    flat = [[np.append(w["W" + i], w["a" + i]) for i in "12"] for w in path]
    return np.array([[update_ratio(begin, now - begin, 1.0) for begin, now in zip(flat[0], w)] for w in flat])


if ready("branches_forward", "branches_backward", "update_ratio"):
    path, losses = train_two(X1, X2_small, lr=0.02)
    display(splitting.movement({"raw": (moved(path), losses)}, ("4 units", "12 units")))
    four, twelve = moved(path)[-1]
    near = min((0.5, 0.1, 0.01), key=lambda share: abs(np.log(twelve / four / share)))
    print(f"Distance moved / length at the start: 4 units {four:.2g}, 12 units {twelve:.2g}. That is {twelve / four:.2g} times as far; ", end="")
    print(compared(guess_units, near, 0.5, 0.1, 0.01))

# %% [markdown]
# About a tenth, though the first update ratios differed by a factor of a hundred or more. The 4 units were fast: after about 100 steps they only went back and forth. The 12 units kept walking, slowly, all the time.
#
# Now choose the sizes yourself. In these first steps, can more units make up for smaller inputs?

# %% show="show_two_branches"
from barprop.widgets import SplitBars

SplitBars(mode="train", steps=20)

# %% [markdown]
# The network with small inputs has a small output, gets small bars for its weights, and so **hardly moves**, even with three times the units. In 300 steps, what it knows about $y$ is hardly used.
#
# Nothing crashed; the loss only levelled off. So: **check how the gradient flows, and whether the weights are being updated.**

# %% [markdown]
# ### Exercise `rescale`
#
# The cure: metres or centimetres must not decide who learns. Each row of $H$ is one example; divide it by its **root mean square**, the root of the mean of its squares.

# %% answer="rescale"
def rescale(H):
    """Give every example (row) the same size: a root mean square of 1.

    H: (n, m), one row per example, no row all zero. Returns (n, m).
    """
    ### BEGIN SOLUTION
    H = np.asarray(H, dtype=float)
    rms = np.sqrt(np.mean(H**2, axis=1, keepdims=True))  # (n, 1)
    return H / rms
    ### END SOLUTION

# %% [markdown]
# <details><summary>Operands could not be broadcast</summary>
#
# One number for each row has shape `(n,)`, and NumPy lines it up with the columns. `keepdims=True` keeps it a column.
# </details>
# <details><summary>It runs, but the values are wrong</summary>
#
# With 4 rows you should see 4 sizes: not one, and not one for each feature. And read RMS from its last letter: square, then mean, then root.
# </details>
# <details><summary>A small example</summary>
#
# The row $(1, 7)$: squares $1$ and $49$, mean $25$, root $5$. It becomes $(0.2, 1.4)$.
# </details>

# %% test="test_rescale"
check("rescale")

# %% [markdown]
# Same data, same starting weights, same examples in the same order, **same learning rate**. The only change: each network reads its features through your `rescale`.

# %% folded="show_cure"
if ready("branches_forward", "branches_backward", "update_ratio", "rescale"):
    runs = {}
    for title, prepare in (("raw", np.copy), ("rescaled", rescale)):
        path, losses = train_two(prepare(X1), prepare(X2_small), lr=0.02)
        runs[title] = (moved(path), losses)
    display(splitting.movement(runs, ("4 units", "12 units")))

# %% [markdown]
# Both move, the loss falls almost to zero, and then both stop because there is nothing left to learn.
#
# Would another learning rate have been enough? Try many: features of the second network in five sizes, $0.01$, $0.1$, $1$, $10$ and $100$; eleven rates; raw and rescaled (a few seconds). With which of these sizes, raw, will $\eta = 0.03$ bring the loss (the mean over the last 30 steps) below $0.01$?

# %%
guess_sizes = None  # such as [10, 100]; not graded

# %% folded="show_sweep"
if ready("branches_forward", "branches_backward", "update_ratio", "rescale"):
    rates, sizes = np.logspace(-5, 0, 11), (0.01, 0.1, 1, 10, 100)
    losses = {"raw": {}, "rescaled": {}}
    for size in sizes:
        for title, prepare in (("raw", np.copy), ("rescaled", rescale)):
            runs = [train_two(prepare(X1), prepare(size * X2), lr)[1] for lr in rates]
            ends = [run[-30:].mean() if len(run) == 300 else np.inf for run in runs]
            losses[title][f"{size:g}"] = ends
    display(splitting.rate_sweep(rates, losses))
    near = np.argmin(np.abs(np.log(rates / 0.03)))
    good = {title: [size for size, run in ends.items() if run[near] < 0.01] for title, ends in losses.items()}
    print(f"Sizes with a loss below 0.01 at a rate of {rates[near]:.2g}: ", end="")
    print("; ".join(f"{title}: {', '.join(names)}" for title, names in good.items()), "-", compared(guess_sizes, list(map(float, good["raw"]))))

# %% [markdown]
# On the left only 2 of the 5 sizes have a rate that brings the loss below $0.01$; for the others none of the eleven does it in 300 steps: a rate small enough for the network with the larger inputs is too small for the other. On the right **one rate is good for all**: rescaled, all five are the same numbers. Inputs of one size need little tuning.
#
# But `rescale` has a price: the size of an example is lost. And a large feature beside a small one stays large:

# %% show="show_shape"
if ready("rescale"):
    uneven = np.array([[100.0, 1.0], [-100.0, 1.0]])
    print(rescale(uneven))

# %% [markdown]
# ## How large may the rate be?
#
# At some rate the loss shot up. For linear models the data tell which. First **one feature**: $e = x\,w$, $l$ is the mean of $(y - e)^2/2$, so $\bar w$ is that of $(xw - y)x$. Moving $w$ by $u$ changes $\bar w$ by $\lambda u$; $\lambda$, the mean of $x^2$, is the **curvature**. At the best $w$, $\bar w = 0$; where $w$ lies $t$ above it, $\bar w = \lambda t$. One step turns $t$ into
#
# $$t - \eta\lambda\,t = (1 - \eta\lambda)\,t.$$
#
# Two examples, $x = 3$ and $x = 1$: $\lambda = 5$. Three rates:

# %% show="show_one_feature"
curvature = np.mean(np.array([3.0, 1.0]) ** 2)
for rate in (0.1, 0.3, 0.5):  # t begins at 1; it is negative where w lies below the best value
    distances = [(1 - rate * curvature) ** step for step in range(6)]
    print(f"rate {rate}: ", "  ".join(f"{t:+7.3f}" for t in distances))

# %% [markdown]
# With **several features** the curvature is a matrix, $C = \tfrac1n X^\top X$: move $w$ by a vector $u$, and $\bar w$ changes by $C u$. In some directions this is just a multiple, $C u = \lambda u$: then $u$ is an **eigenvector** of $C$, and $\lambda$ its **eigenvalue**. A symmetric matrix such as $C$ has $d$ of them, at right angles, so every $u$ is a sum of steps along them. Along each, descent behaves as with one feature of that $\lambda$. NumPy finds all $\lambda$, sorted, smallest first: `np.linalg.eigvalsh(C)`.

# %% show="show_eigenvectors"
C = np.array([[2.0, 1.0], [1.0, 2.0]])
print(C @ [1, 1], C @ [1, -1])  # 3 times (1, 1), and 1 times (1, -1)
print(np.linalg.eigvalsh(C))

# %% [markdown]
# ### Exercise `largest_stable_rate`
#
# Return the largest $\eta$ with which descent does not run away. For which $\eta$ is $(1 - \eta\lambda)\,t$ not farther from 0 than $t$? Which $\lambda$ decides?

# %% answer="largest_stable_rate"
def largest_stable_rate(X):
    """The largest learning rate at which descent on the mean of (y - X w)^2 / 2 does not run away.

    X: (n, d), one row per example, not all zero; every step uses all of them. Returns one number.
    """
    ### BEGIN SOLUTION
    X = np.asarray(X, dtype=float)
    curvature = X.T @ X / len(X)
    return 2 / np.linalg.eigvalsh(curvature)[-1]
    ### END SOLUTION

# %% [markdown]
# <details><summary>My rate is half of what it should be</summary>
#
# At your rate a single step lands exactly on the optimum (along the steepest direction). With a slightly larger rate it lands on the other side, still closer than before. How much larger may the rate become?
# </details>
# <details><summary>It is right for some X only</summary>
#
# For one feature only? There are several eigenvalues: which one decides? For $n = 1$ only? Where is the mean?
# </details>
# <details><summary>A small example</summary>
#
# $X$ a column of $3$ and $1$: $C = 5$. With $\eta = 0.3$ the factor is $-0.5$: back and forth, but closer each time. With $\eta = 0.5$ it is $-1.5$: it runs away.
# </details>

# %% test="test_largest_stable_rate"
check("largest_stable_rate")

# %% [markdown]
# A prediction that can be wrong deserves a test. The next cell takes the limit from your function, which sees only the data. Then it trains with one percent less, with one percent more, and with a few rates around the limit.

# %% folded="show_crossing"
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
    factors = np.linspace(0.95, 1.03, 17)
    ends = [losses[-1] / losses[0] for losses in (descend(X, target, f * limit) for f in factors)]
    display(splitting.crossing(curves, factors, ends))

# %% [markdown]
# The border lies exactly where your function predicted it. The **steepest** direction alone, the one with the largest $\lambda$, sets the limit. At the rates that this direction allows, descent along the flat directions is slow.
#
# Finally: why does rescaling let you keep one rate? Take five data sets whose features have sizes from $0.001$ to $1000$. Each has a largest stable rate. Roughly, what is the largest of the five divided by the smallest: before rescaling, and after?

# %%
guess_rates = {"before": None, "after": None}  # numbers; not graded

# %% folded="show_units"
if ready("rescale", "largest_stable_rate"):
    rng = np.random.default_rng(8)
    print("size of the features    largest stable rate    after rescale")
    for size in (0.001, 0.1, 1, 50, 1000):
        X = size * rng.normal(size=(200, 4)) @ rng.normal(size=(4, 4))
        before, after = largest_stable_rate(X), largest_stable_rate(rescale(X))
        print(f"{size:>20g} {before:>22.3g} {after:>16.3g}")
    print("Your guess:", guess_rates)

# %% [markdown]
# The largest rate was about $10^{12}$ times the smallest; after `rescale`, less than $2$ times. (Never more than $d$ times: the eigenvalues of $C$ add up to $d$, so the largest lies between $1$ and $d$.)
#
# ## What to take away
#
# - A sum passes its bar on undivided; the products make the difference.
# - A weight's bar grows with $|x|$, the effect of its step with $x^2$.
# - Small inputs starve a network, quietly. Print update ratios before you tune.
#
# Three quick questions:
#
# <details><summary>A term contributes 99 % of z. Does its weight get most of the gradient?</summary>
#
# Not necessarily. The weight gets most of the gradient only if its $x$ is the largest in size; the term may be large because the weight is.
# </details>
# <details><summary>One x feeds three branches. How many bars does it have?</summary>
#
# One: the sum of what comes back along the three.
# </details>
# <details><summary>You double all features. What happens to the largest stable rate?</summary>
#
# The curvature becomes 4 times as large, so the rate shrinks to a quarter.
# </details>
#
# [All bars on one page](cheat_sheet.html), to print.

# %%
# Your own experiments go here.

# %% [markdown]
# ## Go further
#
# Nothing here is graded.
#
# - In its first step **Adam** moves each weight by about $-\eta\,\mathrm{sign}(\bar w_i)$. What is then each term's share in the change of $z$? Which terms still hardly change?
# - Start with a tiny $W_2$ instead of a tiny $x_2$. Which of $W_2$ and $a_2$ starves now?
# - `rescale` with a learned factor for each feature is called RMSNorm. Derive its backward and test it with your `numerical_gradient` (copy it from notebook 01). Which direction of $h$ gets no gradient?
