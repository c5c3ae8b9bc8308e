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
# # 2 · Bars, all the way back
#
# In notebook 01 you stored every step of the forward pass, and saw that derivatives written out by hand compute the same things repeatedly. Now you do the **backward pass**: back through the graph, one step at a time, each thing once. At the end you train the neuron with gradients you derived yourself.
#
# Good places for a break: before *Steps that the lecture did not show*, and before *Downhill*.

# %% locked="setup"
import numpy as np

from barprop import check, ready, relu, sigmoid, softplus, tanh
from barprop.guesses import compared
from barprop.pictures import neuron


def forward(x, y, w, v, sigma):
    """Notebook 01 in four lines: every step's output, cached."""
    z = w @ x
    h = sigma(z)
    e = v * h
    return {"z": z, "h": h, "e": e, "l": (y - e) ** 2 / 2}

# %% [markdown]
# ## A symbol worth having
#
# Derivatives of the loss deserve a short name. Put a bar on the variable:
#
# $$\bar v \;=\; \frac{\mathrm dl}{\mathrm dv}$$
#
# Read it "v-bar": **how the loss changes when $v$ does.** Every variable in the graph has one, of exactly its own shape. One bar comes for free, since the loss changes with itself one to one:
#
# $$\bar l = \frac{\mathrm dl}{\mathrm dl} = 1$$
#
# In code a bar is spelt out: `v_bar`. With $y = 1$ and $e = 4$ the loss is $4.5$. Nudge $e$ up a little. What is $\bar e$, roughly?

# %%
guess_e_bar = None  # a number; not graded

# %% folded="show_nudge"
for nudge in (1.0, 0.1, 0.01):
    change = (1.0 - (4.0 + nudge)) ** 2 / 2 - (1.0 - 4.0) ** 2 / 2
    print(f"e nudged by {nudge}: the loss changes by {change:+.5f}, that is {change / nudge:+.3f} per unit")
print(f"The bar of e is 3; {compared(guess_e_bar, 3.0, factor=1.05)}.")

# %% [markdown]
# ## The pattern
#
# Take one graph step, say $e = v\,h$. Its output is $e$, its inputs are $v$ and $h$. If we know $\bar e$, the chain rule gives the bars of the inputs, always in the same way:
#
# > **The bar of an input is the bar of the output, times the slope of the output with respect to the input.**
#
# The slope is how far the output moves, per unit of a small nudge of the input. Each variable here is used once, so this is the whole method.

# %% show="show_graph"
neuron.graph()

# %% [markdown]
# We start at the end, because there we know a bar: $\bar l = 1$.
#
# In the exercises $\bar l$ is an argument like any other, and the checks put other numbers there. Your neuron may one day be a small part of something larger, and then what comes back to it is not 1.
#
# ### Exercise `bar_e`
#
# The last graph step was $l = \tfrac12(y-e)^2$. Return $\bar e$.

# %% answer="bar_e"
def bar_e(l_bar, y, e):
    """Back through the loss, to the estimate.

    l_bar, y, e: numbers. Returns e_bar, a number.
    """
    ### BEGIN SOLUTION
    return -l_bar * (y - e)
    ### END SOLUTION

# %% [markdown]
# <details><summary>My bar has the wrong sign</summary>
#
# Say $y = 1$ and $e = 3$: the estimate is too high. Push $e$ still higher. What happens to the loss? That is the sign of $\bar e$.
# </details>
# <details><summary>My bar is twice as large as it should be</summary>
#
# Differentiating a square brings a 2 down. What stands in front of the square?
# </details>
# <details><summary>A nudge in numbers</summary>
#
# For $l = \tfrac12(5 - u)^2$ at $u = 4$: nudge $u$ to $4.1$ and $l$ goes from $0.5$ to $0.405$, so the slope is close to $-1$. The bar is that slope times $\bar l$.
# </details>

# %% test="test_bar_e"
check("bar_e")

# %% [markdown]
# This is what the $\tfrac12$ in the loss is for: it cancels the 2 that comes from differentiating the square.
#
# ### Exercise `bar_y`
#
# The other input of this step is $y$, the target. It is data: nobody will ever update it. The loss depends on it all the same. Does $\bar y$ have the same sign as $\bar e$? Return $\bar y$.

# %% answer="bar_y"
def bar_y(l_bar, y, e):
    """Back through the loss, to the target.

    l_bar, y, e: numbers. Returns y_bar, a number.
    """
    ### BEGIN SOLUTION
    return l_bar * (y - e)
    ### END SOLUTION

# %% [markdown]
# <details><summary>I returned zero because y never changes</summary>
#
# A bar does not ask whether something *will* change. It asks what the loss would do if it did.
# </details>
# <details><summary>Where do I look?</summary>
#
# Only the difference of $y$ and $e$ enters the loss. Move both by the same amount: what does the loss do? So what must the two bars add up to?
# </details>
# <details><summary>A nudge in numbers</summary>
#
# For $l = \tfrac12(u - 4)^2$ at $u = 5$: nudge $u$ to $5.1$ and $l$ goes from $0.5$ to $0.605$. The slope is close to $+1$.
# </details>

# %% test="test_bar_y"
check("bar_y")

# %% [markdown]
# ## Through the product
#
# One node to the left: $e = v\,h$, and now $\bar e$ is known. The pattern again, with a nudge: move $v$ a little. How far does $e$ move?
#
# **Each step reads its own numbers**, from the cache or among the inputs. Here the function is handed the number that its step reads; from `backward` on you choose it yourself. The question here is what to do with it.
#
# ### Exercise `bar_v`
#
# Return $\bar v$.

# %% answer="bar_v"
def bar_v(e_bar, h):
    """Back through e = v h, to the output weight.

    e_bar, h: numbers. Returns v_bar, a number.
    """
    ### BEGIN SOLUTION
    return e_bar * h
    ### END SOLUTION

# %% [markdown]
# <details><summary>I get e_bar back unchanged</summary>
#
# Does $e$ move as far as $v$ is nudged, whatever $h$ is? Try $h = 10$ and $h = 0$.
# </details>
# <details><summary>Where do I look?</summary>
#
# In two moves. A nudge of $v$ by $0.1$ moves $e$: by how much? That move changes the loss by $\bar e$ per unit: by how much in all? Divide by $0.1$.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# With $h = 10$, nudging $v$ by $0.1$ moves $e$ by $1$. If the loss grows by $3$ for every unit of $e$, it grows by $3$ for that nudge: $30$ per unit of $v$.
# </details>

# %% test="test_bar_v"
check("bar_v")

# %% [markdown]
# ### Exercise `bar_h`
#
# The same product, seen from its other factor: return $\bar h$.

# %% answer="bar_h"
def bar_h(e_bar, v):
    """Back through e = v h, to the hidden value.

    e_bar, v: numbers. Returns h_bar, a number.
    """
    ### BEGIN SOLUTION
    return e_bar * v
    ### END SOLUTION

# %% [markdown]
# <details><summary>I get the value of v_bar</summary>
#
# Each factor's bar reads the *other* factor. Which value does the function get?
# </details>
# <details><summary>Where do I look?</summary>
#
# Say the pattern aloud with $e$ as the output and $h$ as the input.
# </details>
# <details><summary>A small example</summary>
#
# With $v = -2$, more $h$ means less $e$: an incoming bar of $3$ leaves as $-6$.
# </details>

# %% test="test_bar_h"
check("bar_h")

# %% [markdown]
# A pause at $\bar h$. Nobody will update $h$; it is not a weight. But $\bar h$ tells you **how the loss depends on a hidden value**, a feature that the network made for itself. When a network misbehaves, the bars of things you never update are a good place to look. Take three examples with $y = 1$ and $v = 1.2$; their $e$ is 0.2, 1.0 and 1.9. For which of them would a larger $h$ help?

# %%
guess_e = None  # 0.2, 1.0 or 1.9; not graded

# %% folded="show_feature"
if ready("bar_e", "bar_h"):
    for e in (0.2, 1.0, 1.9):
        print(f"e = {e}: h_bar = {float(bar_h(bar_e(1.0, 1.0, e), 1.2)) + 0.0:+.2f}")
    print(f"Negative h_bar: a larger h makes the loss smaller. Your guess: {guess_e}")

# %% [markdown]
# ## Through the nonlinearity
#
# Next step: $h = \sigma(z)$. How far does $h$ move with $z$? Close to a point, a smooth curve is almost a straight line, with slope $\sigma'$. In the exercise below you decide where that slope is taken, at $z$ or at $h$.
#
# Which curve is steeper, $\tanh(z)$ or $\mathrm{sigmoid}(z)$: at $z = -1$, and at $z = -3$?

# %%
guess_steeper = {"z = -1": None, "z = -3": None}  # "tanh" or "sigmoid"; not graded

# %% show="show_slopes"
neuron.slopes([relu, tanh, sigmoid, softplus])

# %% [markdown]
# If you know the nonlinearity, you know its derivative. For ReLU it is 1 if $z > 0$ and 0 if $z < 0$: a gate that was open or shut. (At its corner, $z = 0$, it has no slope, and we take 0, by convention.) The course's nonlinearities come with theirs: as in notebook 01, `tanh(0.5)` is a value and `tanh.slope(0.5)` a slope.
#
# ### Exercise `bar_z`
#
# You are given $\bar h$, $z$ and $\sigma$. Return $\bar z$, for any $\sigma$.

# %% answer="bar_z"
def bar_z(h_bar, z, sigma):
    """Back through h = sigma(z).

    h_bar, z: numbers. sigma: a nonlinearity, with values sigma(...) and slopes sigma.slope(...).
    Returns z_bar, a number.
    """
    ### BEGIN SOLUTION
    return h_bar * sigma.slope(z)
    ### END SOLUTION

# %% [markdown]
# <details><summary>It works for ReLU but not for tanh</summary>
#
# ReLU hides this mistake: its slopes at $h$ and at $z$ agree. At which of the two did you take the slope?
# </details>
# <details><summary>My bar is the same for every z</summary>
#
# Then $z$ is not used yet. The same $\bar h$ goes back strongly where the curve is steep and hardly at all where it is flat.
# </details>
# <details><summary>A small example</summary>
#
# Take $h = z^2$ at $z = 3$, with $\bar h = 5$. Around $z = 3$ the curve climbs $6$ for every $1$, so $5$ leaves as $30$. The height $9$ never enters.
# </details>

# %% test="test_bar_z"
check("bar_z")

# %% [markdown]
# The slope is taken **at $z$**, at what went *into* the nonlinearity. This is one reason why forward stores $z$. What comes back through three different curves:

# %% show="show_shut"
if ready("bar_z"):
    for z in (-1, -3):
        through = {sigma.name: float(bar_z(1.0, z, sigma)) for sigma in (relu, tanh, sigmoid)}
        bars = ", ".join(f"{bar:.3f} ({name})" for name, bar in through.items())
        print(f"z = {z}: h_bar = 1 becomes", bars)
    print("Your guess for the steeper one:", guess_steeper)

# %% [markdown]
# ## Through the dot product
#
# The first step of the way forward, and so the last of the way back: $z = w\cdot x$. Written out it is a sum of products, $w_1x_1 + w_2x_2 + \dots$, and you know what a product does.
#
# ### Exercise `bar_w`
#
# Return $\bar w$; it has exactly the shape of $w$.

# %% answer="bar_w"
def bar_w(z_bar, x):
    """Back through z = w.x, to the weights.

    z_bar: a number. x: (d,). Returns w_bar, (d,).
    """
    ### BEGIN SOLUTION
    return z_bar * np.asarray(x, dtype=float)
    ### END SOLUTION

# %% [markdown]
# <details><summary>A single number comes out</summary>
#
# The forward step added $d$ products up. On the way back nothing is added: each weight has a bar of its own.
# </details>
# <details><summary>Where do I look?</summary>
#
# Cross out all of $w_1x_1 + w_2x_2 + \dots$ except the term with $w_1$. You solved what is left in `bar_v`.
# </details>
# <details><summary>A nudge in numbers</summary>
#
# For $z = 7w_1 + 0\,w_2$ and $\bar z = 2$: nudging $w_1$ by $0.1$ moves $z$ by $0.7$; nudging $w_2$ moves nothing. So the bars are $14$ and $0$.
# </details>

# %% test="test_bar_w"
check("bar_w")

# %% [markdown]
# ### Exercise `bar_x`
#
# Return $\bar x$, too, although in training nobody updates the input either. (Notebook 05 will, with bad intentions.)

# %% answer="bar_x"
def bar_x(z_bar, w):
    """Back through z = w.x, to the input.

    z_bar: a number. w: (d,). Returns x_bar, (d,).
    """
    ### BEGIN SOLUTION
    return z_bar * np.asarray(w, dtype=float)
    ### END SOLUTION

# %% [markdown]
# <details><summary>It equals w_bar</summary>
#
# Then it reads the wrong factor. Each factor's bar reads the other factor.
# </details>
# <details><summary>Where do I look?</summary>
#
# At your `bar_w`. The dot product treats its two vectors alike.
# </details>
# <details><summary>A small example</summary>
#
# You can change an input with weight $0$ as you like, and the loss stays the same: its bar is $0$.
# </details>

# %% test="test_bar_x"
check("bar_x")

# %% [markdown]
# ## The whole backward pass
#
# **Each step back takes the bar of its output, and what its slope needs: a number that forward has cached**, or an input, which is at hand anyway.
#
# ### Exercise `order`
#
# Could you get $\bar w$ first, since that is what you want? Write the seven names `"e"`, `"h"`, `"v"`, `"w"`, `"x"`, `"y"`, `"z"` in an order in which their bars **can** be computed. (Alphabetical order does not work.) There is more than one; any that works is right.

# %% answer="order"
# Write the seven names, in quotes, between the brackets.
order = []
### BEGIN SOLUTION
order = ["e", "y", "v", "h", "z", "w", "x"]
### END SOLUTION

# %% [markdown]
# <details><summary>It says a bar is asked for too early</summary>
#
# Look at the arguments of `bar_w`. Which function computes the first one?
# </details>
# <details><summary>Where do I look?</summary>
#
# In the picture of the graph, turn all arrows round and begin at $l$. A bar can be computed once the bar at the start of its arrow is known.
# </details>
# <details><summary>A small example</summary>
#
# In a chain $a \to b \to c \to l$ there is one order only: $\bar c$, $\bar b$, $\bar a$.
# </details>

# %% test="test_order"
check("order")

# %% [markdown]
# **With bars there are no shortcuts** (the lecture says: you cannot short-circuit). No $\bar w$ without $\bar z$, no $\bar z$ without $\bar h$.
#
# ### Exercise `backward`
#
# Chain your steps. Return a dictionary with exactly the keys `"e"`, `"h"`, `"v"`, `"w"`, `"x"`, `"y"`, `"z"`, each with its bar. Check *loss* looks at `"e"` and `"y"`, *product* at `"h"` and `"v"`, *neuron* at `"w"`, `"x"` and `"z"`. Read $z$, $h$, $e$ from the cache: computing them again from $w$ and $x$, or changing the cache, costs half the points.

# %% answer="backward"
def backward(cache, x, y, w, v, sigma, l_bar=1.0):
    """All bars of the one-neuron graph.

    cache: {"z", "h", "e", "l"}, numbers. x, w: (d,). y, v, l_bar: numbers.
    Returns {"e", "h", "v", "w", "x", "y", "z"}: the bars; those of w and x are (d,).
    """
    ### BEGIN SOLUTION
    e_bar = bar_e(l_bar, y, cache["e"])
    y_bar = bar_y(l_bar, y, cache["e"])
    v_bar = bar_v(e_bar, cache["h"])
    h_bar = bar_h(e_bar, v)
    z_bar = bar_z(h_bar, cache["z"], sigma)
    w_bar, x_bar = bar_w(z_bar, x), bar_x(z_bar, w)
    return {"e": e_bar, "y": y_bar, "v": v_bar, "h": h_bar, "z": z_bar, "w": w_bar, "x": x_bar}
    ### END SOLUTION

# %% [markdown]
# <details><summary>Some bars are right, but those of z, w and x are wrong</summary>
#
# One graph step lies between $\bar h$ and $\bar z$. If $\bar w$ and $\bar x$ are wrong by the same factor, they got it from $\bar z$.
# </details>
# <details><summary>It is right for l_bar = 1 only</summary>
#
# $\bar l$ comes in at one step only, and reaches all other bars from there. At which step?
# </details>
# <details><summary>A small example</summary>
#
# Test one step separately: call `backward` on a cache with $h = 0$. Which bar must be zero then, and does $\bar h$ care?
# </details>

# %% test="test_backward_loss"
check("backward", "loss")

# %% test="test_backward_product"
check("backward", "product")

# %% test="test_backward_neuron"
check("backward", "neuron")

# %% [markdown]
# In the next picture $x = (1.5, -0.5)$, $w = (0.8, 0.4)$ and $v = 1.2$; the estimate $e$ is larger than $y = 0.3$. Which bars will be negative?

# %%
guess_negative = None  # such as "v and w_1"; not graded

# %% folded="show_backward_film"
if ready("backward"):
    example = {"x": np.array([1.5, -0.5]), "y": 0.3, "w": np.array([0.8, 0.4]), "v": 1.2}
    cache = forward(sigma=tanh, **example)
    bars = backward(cache, sigma=tanh, **example)
    display(neuron.backward_film(example | cache, bars))
    entries = {name: float(bars[name]) for name in "evyhz"}
    entries |= {f"{name}_{i + 1}": float(bars[name][i]) for name in "wx" for i in range(2)}
    negative = sorted(name for name, bar in entries.items() if bar < 0)
    print(f"Your guess: {guess_negative}. Negative: the bars of {' and '.join(negative)}.")

# %% [markdown]
# Solid blue went forward, dashed vermilion (orange-red) comes back. A thick circle marks the variable that has just got its bar; a square marks what was read to compute this bar: an input that is still at hand ($x$, $w$, $v$, $y$), or a number from the cache, which forward could have thrown away and did not. Go through it yourself, and guess each bar before it is shown:

# %% show="show_stepper"
from barprop.widgets import GraphStepper

GraphStepper(x=(0.6, 1.2), w=(-0.7, 0.9), v=-1.1, y=0.4)

# %% [markdown]
# Is the result right? Nudge each number and look at the loss, as in notebook 01. `compare` does this for any backward pass:

# %% show="show_nudges"
def compare(backward):
    """Print the slope that nudging gives for each number, and beside it the bar of a backward pass."""
    point = {"x": np.array([1.5, -0.5]), "w": np.array([0.8, 0.4]), "v": 1.2, "y": 0.3}
    bars = backward(forward(sigma=tanh, **point), sigma=tanh, **point)
    for name in point:
        for i, nudge in enumerate(1e-5 * np.eye(2) if name in "xw" else [1e-5]):
            up = forward(sigma=tanh, **point | {name: point[name] + nudge})["l"]
            down = forward(sigma=tanh, **point | {name: point[name] - nudge})["l"]
            label, bar = (f"{name}_{i + 1}", bars[name][i]) if name in "xw" else (name, bars[name])
            print(f"{label:>3}: nudged {(up - down) / 2e-5:+.8f}   by bars {float(bar):+.8f}")


if ready("backward"):
    compare(backward)

# %% [markdown]
# Try it yourself with nudges of any size. For a parabola, nudging both ways is exact, however large the nudge (notebook 01 says why). As a function of $w_1$ the loss is no parabola: its curvature changes, so a large nudge gives a wrong slope:

# %% show="show_nudge_test"
from barprop.widgets import NudgeTest

NudgeTest(variable="w1")

# %% [markdown]
# ## Steps that the lecture did not show
#
# The pattern does not depend on this graph. Three other ways to make $e$:
#
# $$e = v + h,\qquad e = v\,h^2,\qquad e = \frac hv$$
#
# ### Exercise `new_steps`
#
# For each, return $(\bar v, \bar h)$. The cache always holds all three numbers: $v$, $h$ and $e$. **Which of them does each step read?** $h$ may be $0$, and $v$ too, except in $e = h/v$.

# %% answer="new_steps"
def bars_sum(e_bar, cache):
    """Back through e = v + h. cache: {"v", "h", "e"}, numbers. Returns (v_bar, h_bar)."""
    ### BEGIN SOLUTION
    return e_bar, e_bar
    ### END SOLUTION


def bars_square(e_bar, cache):
    """Back through e = v h^2. cache: {"v", "h", "e"}, numbers. Returns (v_bar, h_bar)."""
    ### BEGIN SOLUTION
    v, h = cache["v"], cache["h"]
    return e_bar * h**2, e_bar * 2 * v * h
    ### END SOLUTION


def bars_quotient(e_bar, cache):
    """Back through e = h / v. cache: {"v", "h", "e"}, numbers. Returns (v_bar, h_bar)."""
    ### BEGIN SOLUTION
    v, e = cache["v"], cache["e"]
    return -e_bar * e / v, e_bar / v
    ### END SOLUTION

# %% [markdown]
# <details><summary>What does the sum read?</summary>
#
# Nudge $v$ by $0.1$ in $e = v + h$, once with $h = 0$ and once with $h = 100$. Does $e$ move differently?
# </details>
# <details><summary>It divides by zero</summary>
#
# In the second step $h^2$ equals $e / v$, and in the third $1 / v$ equals $e / h$, but only where you do not divide by 0. The cache holds better numbers.
# </details>
# <details><summary>A small example</summary>
#
# $e = 6 / v$ at $v = 2$: nudge $v$ to $2.1$ and $e$ falls from $3$ to about $2.857$, so the slope is close to $-1.5$.
# </details>

# %% test="test_new_steps"
check("new_steps")

# %% [markdown]
# ## Three passes with a bug
#
# Three backward passes of the neuron, each with one mistake. They are shown once your own `backward` has passed. Everything that is made from a wrong bar is wrong as well, so look for the **first** wrong bar, in the order in which the pass computes them: from top to bottom, and in a line from left to right.

# %% packed="three_passes" after="backward"
def pass_a(cache, x, y, w, v, sigma, l_bar=1.0):
    e_bar, y_bar = -l_bar * (y - cache["e"]), l_bar * (y - cache["e"])
    v_bar, h_bar = e_bar * v, e_bar * cache["h"]
    z_bar = h_bar * sigma.slope(cache["z"])
    return {"e": e_bar, "y": y_bar, "v": v_bar, "h": h_bar, "z": z_bar, "w": z_bar * x, "x": z_bar * w}


def pass_b(cache, x, y, w, v, sigma, l_bar=1.0):
    e_bar, y_bar = -l_bar * (y - cache["e"]), l_bar * (y - cache["e"])
    v_bar, h_bar = e_bar * cache["h"], e_bar * v
    z_bar = h_bar * sigma.slope(cache["h"])
    return {"e": e_bar, "y": y_bar, "v": v_bar, "h": h_bar, "z": z_bar, "w": z_bar * x, "x": z_bar * w}


def pass_c(cache, x, y, w, v, sigma, l_bar=1.0):
    e_bar, y_bar = -l_bar * (y - cache["e"]), l_bar * (y - cache["e"])
    v_bar, h_bar = e_bar * cache["h"], e_bar * v
    z_bar = h_bar * sigma.slope(cache["z"])
    return {"e": e_bar, "y": y_bar, "v": v_bar, "h": h_bar, "z": z_bar, "w": h_bar * x, "x": z_bar * w}

# %% [markdown]
# ### Exercise `find_the_bug`
#
# Name the first wrong bar of each pass. Read them, or nudge: `compare(pass_a)` shows which of the bars of $x$, $w$, $v$ and $y$ are wrong; to test those of $z$, $h$ and $e$, nudge these variables yourself.

# %% answer="find_the_bug"
# Put one of "e", "h", "v", "w", "x", "y", "z" in place of each None.
first_wrong = {"a": None, "b": None, "c": None}
### BEGIN SOLUTION
first_wrong = {"a": "v", "b": "z", "c": "w"}
### END SOLUTION

# %% [markdown]
# <details><summary>Several bars are wrong. Which one do I name?</summary>
#
# The first wrong one in the order of the code; in one line, the left one.
# </details>
# <details><summary>How do I nudge h?</summary>
#
# Cut the graph open there: $l = \tfrac12(y - v\,h)^2$ as a function of $h$ alone, once a little up and once a little down.
# </details>
# <details><summary>A small example</summary>
#
# If $\bar w$ and $\bar x$ are both twice as large as they should be, and $\bar h$ is right, look at $\bar z$: both are made from it.
# </details>

# %% test="test_find_the_bug"
check("find_the_bug")

# %% [markdown]
# ## Another graph, all the way
#
# Notebook 01 ended with the logistic loss: $z = w\cdot x$, the margin $m = y\,z$, and $l = \log(1 + \mathrm e^{-m})$.
#
# ### Exercise `logistic_backward`
#
# Return the bars of $m$, $w$, $x$, $y$, $z$. Draw the graph first: $y$ enters at a different step this time. Read $z$, $m$, $l$ from the cache as they are: computing them again from $w$ and $x$ costs half the points. The values must be right for $m = \pm 1000$, too.

# %% answer="logistic_backward"
def logistic_backward(cache, x, y, w, l_bar=1.0):
    """All bars of the logistic graph.

    cache: {"z", "m", "l"}, numbers. x, w: (d,). y: -1 or 1. l_bar: a number.
    Returns {"m", "w", "x", "y", "z"}: the bars; those of w and x are (d,).
    """
    ### BEGIN SOLUTION
    m_bar = -l_bar * sigmoid(-cache["m"])
    z_bar = m_bar * y
    y_bar = m_bar * cache["z"]
    return {"m": m_bar, "z": z_bar, "y": y_bar, "w": bar_w(z_bar, x), "x": bar_x(z_bar, w)}
    ### END SOLUTION

# %% [markdown]
# <details><summary>How does l move with m?</summary>
#
# Differentiate the logarithm, then what stands inside it, then the exponent. You get a fraction with $\mathrm e^{-m}$ in the numerator and in the denominator.
# </details>
# <details><summary>For m = -1000 I get NaN</summary>
#
# You get infinity over infinity. Divide numerator and denominator by $\mathrm e^{-m}$: the fraction is one of the course's four nonlinearities. At which argument?
# </details>
# <details><summary>A nudge in numbers</summary>
#
# At $m = 0$ the loss is $\log 2 \approx 0.693$; at $m = 0.1$ it is about $0.644$. So $\bar m$ is close to $-\tfrac12$ there. And far to the right, where $l$ is flat?
# </details>

# %% test="test_logistic_backward"
check("logistic_backward")

# %% [markdown]
# Think of the size of $\bar m$ as the attention that a teacher gives to an example. Three examples have the margins $-4$, $0$ and $4$. If their inputs are equally large, which of them moves the weights most?

# %%
guess_most = None  # -4, 0 or 4; not graded

# %% folded="show_attention"
if ready("logistic_backward"):
    for m in (-4.0, 0.0, 4.0):
        cache = {"z": m, "m": m, "l": float(softplus(-m))}
        m_bar = logistic_backward(cache, np.array([1.0]), 1, np.array([m]))["m"]
        print(f"margin {m:+.0f}: m_bar = {float(m_bar):+.3f}")
    print(f"In size, a clearly right answer gets almost none of l_bar, a clearly wrong one almost all of it. Your guess: {guess_most}")

# %% [markdown]
# ## What if memory is short?
#
# The cache of a neuron is four numbers. That of a large network often takes most of the memory in training: every step's output, kept until the backward pass has read it. Here are thirty layers, like the chain of notebook 01 with a matrix for each weight. Suppose there is room for $x$ and 19 of the 60 vectors ($z$ and $h$ of each layer). Which do you keep, so that little is computed again? Press cells to drop the rest, and see what it costs:

# %% show="show_memory"
from barprop.widgets import CacheLedger

CacheLedger(depth=30)

# %% [markdown]
# <details><summary>One good choice</summary>
#
# $x$ and 19 of the $z$, spread so that no two neighbouring layers are without their $z$: $h$ is one cheap call away from $z$, and a missing $z$ one product away from the layer before. Each missing $z$ is made twice and not kept, so the work is 3.7 forward passes in place of 3.0. With the first 19 $z$, eleven layers are walked again and again: 5.2.
# </details>
#
# Two tricks, both about $\sigma$, make the cache smaller.
#
# **Trick one: read the slope off the output.** For some nonlinearities $\sigma'(z)$ can be computed from $h$ alone, so $z$ need not be kept. (In the picture above: tick *slope from h* and press *h only*.)

# %% [markdown]
# ### Exercise `slopes_from_output`
#
# Write each slope as a function of its output $h = \sigma(z)$. For the sigmoid, differentiate $h = 1/(1+\mathrm e^{-z})$ and look for $h$ in what you get. `h` is a number or an array; at a ReLU output of 0 the slope is 0.

# %% answer="slopes_from_output"
def sigmoid_slope(h):
    """Slope of the sigmoid where its output is h; h: number or array. Same shape, float."""
    ### BEGIN SOLUTION
    return h * (1.0 - h)
    ### END SOLUTION


def tanh_slope(h):
    """Slope of tanh where its output is h; h: number or array. Same shape, float."""
    ### BEGIN SOLUTION
    return 1.0 - h**2
    ### END SOLUTION


def relu_slope(h):
    """Slope of ReLU where its output is h; h: number or array. Same shape, float."""
    ### BEGIN SOLUTION
    return 1.0 * (h > 0)
    ### END SOLUTION

# %% [markdown]
# <details><summary>There is an exponential in my answer</summary>
#
# Then it is still a function of $z$. Solve $h = \sigma(z)$ for the exponential, and put the result in its place.
# </details>
# <details><summary>And tanh?</summary>
#
# $\tanh z = 2\,\mathrm{sigmoid}(2z) - 1$. The sigmoid in it has the output $s = (1 + h)/2$. Differentiate, use what you found for the sigmoid, and put this $s$ in.
# </details>
# <details><summary>True and False come back</summary>
#
# A comparison gives a truth value. A slope is a number: multiply by `1.0`, or convert.
# </details>
# <details><summary>A small example</summary>
#
# For $h = \mathrm e^{z}$ the slope is $\mathrm e^{z}$ as well, that is, $h$. For $h = z^2$ it cannot be done: $h = 9$ does not tell whether the slope is $6$ or $-6$.
# </details>

# %% test="test_slopes_from_output"
check("slopes_from_output")

# %% [markdown]
# **Trick two: do not store the nonlinearity's output; compute it again.** Keep $z$, and recompute $h = \sigma(z)$ on the way back: less memory, for one cheap call. Often it is not even slower: $z$ is fetched anyway, for the slope, and the call may take less time than fetching $h$ as well.
#
# ### Exercise `backward_recompute`
#
# The cache now holds exactly `"z"` and `"e"`, and must hold exactly those afterwards. Return the same bars as before. Computing $z$ again, from $w$ and $x$, costs half the points.

# %% answer="backward_recompute"
def backward_recompute(cache, x, y, w, v, sigma, l_bar=1.0):
    """All bars of the one-neuron graph, with h computed again on the way back.

    cache: {"z", "e"}, numbers; it is not changed. Everything else as in backward.
    """
    ### BEGIN SOLUTION
    h = sigma(cache["z"])
    return backward({"z": cache["z"], "h": h, "e": cache["e"]}, x, y, w, v, sigma, l_bar)
    ### END SOLUTION

# %% [markdown]
# <details><summary>It says KeyError: 'h'</summary>
#
# Right: $h$ is not there. You have what it was made from, and $\sigma$.
# </details>
# <details><summary>It says that I change the cache</summary>
#
# `cache["h"] = ...` writes into the caller's dictionary. A new dictionary, or just a variable, does not.
# </details>
# <details><summary>A small example</summary>
#
# Which of the seven bars reads $h$ at all? Only for this one do you need $h$ again.
# </details>

# %% test="test_backward_recompute"
check("backward_recompute")

# %% [markdown]
# ## Downhill
#
# A bar says which way the loss goes *up*. So take a **training step**, a small one, the other way:
#
# $$w \leftarrow w - \eta\,\bar w,\qquad v \leftarrow v - \eta\,\bar v$$
#
# with the learning rate $\eta$. Do it with one example, drawn at random, then with another: **stochastic gradient descent**. NumPy draws from a *generator*; the seed fixes what it draws:

# %% show="show_draws"
for seed in (7, 7, 8):
    generator = np.random.default_rng(seed)
    print(f"seed {seed}:", [int(generator.integers(5)) for _ in range(10)])

# %% [markdown]
# ### Exercise `train`
#
# Use `forward` (given above) and your `backward`. Draw one example per step. How you draw is up to you, but the same `seed` must give the same draws. Compute **both bars at the old values**, then update. Record one loss per step, before the update.

# %% answer="train"
def train(X, Y, w, v, sigma, lr, steps, seed):
    """Stochastic gradient descent on the one-neuron graph.

    X: (n, d), one example per row. Y: (n,). w: (d,). v: a number. lr: the learning rate.
    Returns (w, v, losses). w: a new array (d,), even for steps = 0; the w given stays unchanged.
    v: a number.
    losses: a list or array with one loss per step.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(seed)
    losses = []
    for _ in range(steps):
        i = rng.integers(len(Y))
        cache = forward(X[i], Y[i], w, v, sigma)
        bars = backward(cache, X[i], Y[i], w, v, sigma)
        w, v = w - lr * bars["w"], v - lr * bars["v"]
        losses.append(cache["l"])
    return np.array(w), v, losses
    ### END SOLUTION

# %% [markdown]
# <details><summary>My loss grows</summary>
#
# Try a tenth of the rate: if it still grows, look at the sign.
# </details>
# <details><summary>It says both bars belong to the old values</summary>
#
# If $v$ moves first and $\bar w$ is computed afterwards, $\bar w$ is the bar of a different network. Compute both bars, then move both weights.
# </details>
# <details><summary>It says that w was changed, or shares memory</summary>
#
# `w -= ...` writes into the caller's array. `w = w - ...` makes a new one. Think of the case of no steps at all, too.
# </details>

# %% test="test_train"
check("train")

# %% [markdown]
# Does it learn? Here are fifty points along a curve, with some noise, and one neuron: a single $\tanh$, stretched in both directions and shifted. (A column of ones in `X` gives the neuron an offset without a new formula.) What will the loss do in 600 training steps: fall to exactly zero, fall but stay above zero, or not fall?

# %%
guess_loss = None  # "zero", "above zero" or "not"; not graded


# %% folded="show_training"
if ready("backward", "train"):
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.uniform(-2, 2, 50), np.ones(50)])
    Y = 1.5 * np.tanh(2 * X[:, 0] - 0.7) + 0.1 * rng.normal(size=50)
    w, v, losses = train(X, Y, np.array([0.1, 0.0]), 0.5, tanh, lr=0.1, steps=600, seed=0)
    display(neuron.training(X[:, 0], Y, lambda s: v * tanh(w[0] * s + w[1]), losses))
    print(f"Your guess: {guess_loss}. Mean loss, first 50 steps: {np.mean(losses[:50]):.3f}; last 50: {np.mean(losses[-50:]):.4f}")

# %% [markdown]
# The losses jump up and down, since each is the loss of one example; the trend is what counts. It does not end at zero, for no curve of this form goes through all the noisy points. What did it learn?

# %% show="show_learned"
if ready("train"):
    print(f"w = {w.round(2)}, v = {v:.2f}; the curve was made with w = [2, -0.7], v = 1.5")

# %% [markdown]
# Now look for a start, other than the lowest points, from which nothing ever moves: there, $\bar w$ and $\bar v$ must both be zero.

# %% show="show_descent"
from barprop.widgets import Descent

Descent()

# %% [markdown]
# <details><summary>Where nothing moves</summary>
#
# At $w = v = 0$. There $h = \tanh 0 = 0$, so $\bar v = \bar e\,h = 0$; and $\bar h = \bar e\,v = 0$, so $\bar w = 0$. Each weight waits for the other.
# </details>
#
# You wrote the derivative of every step once; in notebook 04 you chain such steps in any order you like.
#
# ## What to take away
#
# - Bar of an input = bar of the output × slope of the output with respect to the input.
# - Each step of the backward pass takes the bar of its output, and reads what its slope needs: a cached number, or an input.
# - Wrong bars spread towards the inputs: look for the first.
#
# Three quick questions:
#
# <details><summary>Somebody triples the loss. What becomes of the seven bars, and of the training?</summary>
#
# Every bar is three times as large: the factor comes in with $\bar l$, from which all the others are made. Training behaves as with three times the learning rate.
# </details>
# <details><summary>Which cached number does the step h = tanh(z) need on the way back?</summary>
#
# $z$ is enough, and so is $h$, since the slope of tanh can be computed from either. Of the two, only $z$ can be dropped at no cost: $h$ is also read by the step $e = v\,h$.
# </details>
# <details><summary>For ReLU and z = -3: what does w learn from this example?</summary>
#
# Nothing: the slope is $0$, so $\bar z = 0$, and with it $\bar w$ (and $\bar x$).
# </details>

# %%
# Your own experiments go here.

# %% [markdown]
# ## Go further
#
# Nothing here is graded.
#
# - Train with `relu` and `lr=0.1` on the data `X`, `Y` from $w = (-1, -1)$, once with $v = 0.5$ and once with $v = 0.2$ (`seed=0`, 600 steps). One of the two runs soon stops for good. Print $\bar z$ and find out why.
# - Add a weight $b$: $z = w\cdot x + b$. What is $\bar b$?
# - Store only every third output of 30 steps and recompute the rest: how much memory, how much work? The field calls it checkpointing.
