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
# # 6 · The tape that PyTorch hides
#
# So far you have written every `backward` yourself. According to the lecture, papers on a new network once spent eight of ten pages on this. Today you write the forward pass, call `.backward()`, and the bars of all weights are there. **PyTorch needs the forward only, and writes the backward for you.**
#
# Here you build the program that does it, in stages. At the end it trains notebook 04's network.

# %% locked="setup"
import numpy as np

from barprop import check, ready
from barprop.data import digits
from barprop.guesses import compared
from barprop.pictures import tape

# %% [markdown]
# ## A first try
#
# The result of a step does not know what it was made from. So let each result remember two things: what it was made from, and how to send a bar back there. Two kinds of step will do for now, a sine and a mean.

# %% show="show_first_try"
class Step:
    def __init__(self, data, parents=(), back=lambda bar: ()):
        self.data, self.parents, self.back = data, parents, back
        self.bar, self.visits = 0.0, 0


def sin(a):
    return Step(np.sin(a.data), (a,), lambda bar: (bar * np.cos(a.data),))


def mean(a, b):
    return Step((a.data + b.data) / 2, (a, b), lambda bar: (bar / 2, bar / 2))


def send_back(node, bar):
    node.bar, node.visits = node.bar + bar, node.visits + 1
    for parent, parent_bar in zip(node.parents, node.back(bar)):
        send_back(parent, parent_bar)

# %% [markdown]
# That is a complete autograd engine. Try it on $y = \sin(\sin x)$:

# %% show="show_first_bar"
x = Step(0.5)
send_back(sin(sin(x)), 1.0)
print("from the engine:", x.bar)
print("on paper:       ", np.cos(np.sin(0.5)) * np.cos(0.5))

# %% [markdown]
# Nobody wrote a backward pass for $\sin(\sin x)$. The forward pass left a trail of remembered steps, and `send_back` followed this trail back to $x$. The trail is called a **tape**: it is recorded during the forward pass and read from its end afterwards.
#
# Fine, then why doesn't the notebook end here? Stack twenty means: $y \leftarrow \mathrm{mean}(y, y)$, starting from $x$. That makes 21 nodes. How many times will `send_back` visit $x$?

# %%
guess_visits = None  # not graded

# %% folded="show_visits"
for means in (1, 2, 4, 8, 16):
    y = x = Step(0.5)
    for _ in range(means):
        y = mean(y, y)
    send_back(y, 1.0)
    print(f"{means:>2} {'means,' if means > 1 else 'mean, '} {means + 1:>2} nodes: x visited {x.visits:>6,} times, x.bar = {x.bar}")
print(f"20 means, 21 nodes: {2**20:,} visits; {compared(guess_visits, 2**20, factor=1.1)}")

# %% [markdown]
# The bars are right, the cost is not: the engine walks every **path**, and each mean doubles the number of paths. With sixty means, at a million visits per second, the visits to $x$ alone take more than 36,000 years.
#
# The engine has a second flaw. `send_back` calls itself once for every step on the way, and Python limits how deeply calls may be nested (to 1,000 by default, sometimes to a few thousand):

# %% show="show_recursion"
y = Step(0.5)
for _ in range(10_000):
    y = sin(y)
try:
    send_back(y, 1.0)
except RecursionError as error:
    print("RecursionError:", error)

# %% [markdown]
# ## Wait until everything has arrived
#
# In notebook 03 one $x$ fed two branches. Along each a **contribution** came back; the bar of $x$ was their **sum**. A node should pass its bar on only when all contributions have arrived; then once is enough.
#
# So list the nodes, each **after all those it was made from**: a **topological order**. Go through the list from its end, and no node passes on an incomplete bar. Below, two paths part at $s$ and meet again: a **diamond**, though one path is a single arrow.

# %% show="show_graph"
x = Step(0.5)
s = sin(x)
y = mean(mean(sin(s), s), x)
tape.draw(y, bars=False, x=x, s=s, y=y)

# %% [markdown]
# At which position of the list, from 1 to 5, will $s$ be?

# %%
guess_place = None  # not graded

# %% [markdown]
# ### Exercise `topological_order`
#
# Return a list of `node` and all nodes behind it: its parents, their parents and so on, each node once. Parents stand before what was made from them, so `node` is last. Tell nodes apart by `id(node)`, a number that no two nodes share; their `data` may well be equal. The work should grow with the number of nodes and arrows, not with the number of paths, and 10,000 steps in a row should be no trouble.

# %% answer="topological_order"
def topological_order(node):
    """The nodes in an order in which they can be computed.

    node: anything with .parents, the nodes it was made from (a tuple, empty for an input).
    Returns a list.
    """
    ### BEGIN SOLUTION
    order, seen, todo = [], set(), [(node, False)]
    while todo:
        node, parents_done = todo.pop()
        if parents_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            todo.append((node, True))  # comes up again when everything above it is done
            todo += [(parent, False) for parent in node.parents]
    return order
    ### END SOLUTION

# %% [markdown]
# <details><summary>A node comes before its parent</summary>
#
# You added a node to the result when you first met it. When is that safe? Keep a list of the nodes that are still to be handled, a to-do list. Each entry has to be handled twice.
# </details>
# <details><summary>It fails only where one path is longer than another</summary>
#
# A node can be found twice, the second time by a longer path. Then it has to go on top of the to-do list once more. When do you mark it as seen: when you put it on the list, or when you take it off?
# </details>
# <details><summary>RecursionError</summary>
#
# Right idea, wrong stack: use a list of your own, with `append` and `pop`.
# </details>
# <details><summary>A small example</summary>
#
# Toast needs bread; jam toast needs toast and jam. Your to-do list says "jam toast". Take it off. Its parts come first, so put back "finish jam toast", and on top of it "jam" and "toast".
# </details>

# %% test="test_topological_order"
check("topological_order")

# %% [markdown]
# Here is your order on the graph from above. Every arrow has to lead from a smaller number to a larger one.

# %% show="show_order"
if ready("topological_order"):
    order = topological_order(y)
    display(tape.draw(y, order=order, x=x, s=s, y=y))
    print(f"s is at position {1 + order.index(s)}; {compared(guess_place, 1 + order.index(s))}")

# %% [markdown]
# ## A tape with two kinds of step
#
# Now an engine can be right *and* fast. We begin with $+$ and $\times$ only.
#
# ### Exercise `Node`
#
# A node remembers what it was made from (`parents`) and how to go back there (`back`: the bar of the result → a tuple with one contribution for each parent). A sine would be
#
# `return Node(np.sin(self.data), (self,), lambda bar: (bar * np.cos(self.data),))`
#
# `backward` sets all bars to zeros, that of the node itself to ones, goes through your list from the end, and passes each parent its contribution.

# %% answer="Node"
class Node:
    """An array with a bar, which remembers the Nodes it was made from.

    data: a number or an array. parents: a tuple of Nodes. back: bar -> a tuple, what goes to each parent.
    """

    def __init__(self, data, parents=(), back=lambda bar: ()):
        self.data = np.array(data, dtype=float)
        self.bar = np.zeros_like(self.data)
        self.parents, self.back = parents, back

    def receive(self, bar):
        """Add one more contribution to those that have arrived."""
        ### BEGIN SOLUTION
        self.bar = self.bar + bar
        ### END SOLUTION

    def __add__(self, other):  # self + other, two Nodes of the same shape
        ### BEGIN SOLUTION
        return Node(self.data + other.data, (self, other), lambda bar: (bar, bar))
        ### END SOLUTION

    def __mul__(self, other):  # self * other
        ### BEGIN SOLUTION
        return Node(self.data * other.data, (self, other), lambda bar: (bar * other.data, bar * self.data))
        ### END SOLUTION

    def backward(self):
        """Fill .bar of everything this was made from.

        To start with, every time: ones here, zeros elsewhere.

        (Ones for an array: as if the loss were the sum of its entries.)
        """
        ### BEGIN SOLUTION
        order = topological_order(self)
        for node in order:
            node.bar = np.zeros_like(node.data)
        self.bar = np.ones_like(self.data)
        for node in reversed(order):
            for parent, bar in zip(node.parents, node.back(node.bar)):
                parent.receive(bar)
        ### END SOLUTION

# %% [markdown]
# <details><summary>The bar of a * a is half of what it should be</summary>
#
# $a$ is used twice, so two contributions arrive. What happens to the first when the second comes?
# </details>
# <details><summary>A second backward() gives larger bars</summary>
#
# Something did not start from zero. The inputs are not the only nodes with a bar.
# </details>
# <details><summary>Right for chains, wrong where two paths meet again</summary>
#
# In which direction do you go through your list? Print the nodes as they pass their bars on.
# </details>
# <details><summary>A small example</summary>
#
# $s = ab$, $y = s + 3s$. The bar of $s$ is $1 + 3$ when both contributions have arrived, and only then does $a$ get its bar, once.
# </details>

# %% test="test_Node_steps"
check("Node", "steps")

# %% test="test_Node_backward"
check("Node", "backward")

# %% [markdown]
# That is enough for a neuron. There is no $\tanh$ yet, so let the nonlinearity be a square, $h = z^2$, and write a minus as a product with $-1$. Before you go on: $y - e = -0.45$ here, so what is the sign of $\bar v$?

# %%
guess_sign = None  # "+" or "-"

# %% show="show_neuron"
if ready("topological_order", "Node"):
    x1, x2, w1, w2, v, y = map(Node, (1.5, -0.5, 0.8, 0.4, 0.75, 0.3))
    z = w1 * x1 + w2 * x2
    h = z * z
    e = v * h
    difference = y + Node(-1.0) * e
    l = Node(0.5) * (difference * difference)
    l.backward()
    sign = "+" if v.bar > 0 else "-"
    print(f"the bar of v: {float(v.bar):+.2f}; {compared(guess_sign, sign, '+', '-')}")
    display(tape.draw(l, x1=x1, x2=x2, w1=w1, w2=w2, v=v, y=y, z=z, h=h, e=e, l=l))

# %% [markdown]
# The bar of every variable, as in notebook 02, and you wrote how to go back through only two kinds of step. Walk along the tape below, forward and back. If a bar is marked as wrong, find the first wrong bar on the way back. The mistake is in the step that made this bar, or in how its contributions were added up.

# %% folded="show_tape"
if ready("topological_order", "Node"):
    from barprop.widgets import TapeView

    display(TapeView(l, {"x1": x1, "x2": x2, "w1": w1, "w2": w2, "v": v, "y": y, "z": z, "h": h, "e": e, "l": l}))

# %% [markdown]
# ## Arrays
#
# The first layer of notebook 04 multiplies 1.6 million pairs of numbers for one batch. A node for each would take a lot of memory. A `Node` may hold a whole **array**, so one node can hold a product of matrices.
#
# But add a row $b$ of 3 numbers to a matrix $H$ of shape $(4, 3)$: NumPy quietly uses the row again and again. This is called broadcasting. Before you go on: how much does the sum of all entries of $H + b$ move for each unit that $b_0$ moves?

# %%
guess_slope = None  # of the sum, along b_0

# %% show="show_broadcast"
H, b = np.zeros((4, 3)), np.array([1.0, 2.0, 3.0])
nudged = b + [0.1, 0, 0]
print("shapes:", H.shape, "+", b.shape, "=", (H + b).shape)
slope = round(((H + nudged).sum() - (H + b).sum()) / 0.1, 6)
print(f"slope: {slope:g}; {compared(guess_slope, slope)}")

# %% [markdown]
# $b_0$ was used four times, so four contributions come back; its bar is their sum. A bar has exactly the shape of its variable: what broadcasting stretched on the way forward is **summed** on the way back. One of two things, or both, can have happened to an operand: NumPy put new axes in front of it, or it stretched an axis of length 1.

# %%
# The result has shape (4, 3). Which axes will you sum for an operand of these shapes?
# Write one like 5, several like (5, 7).
guess_axes = {"(3,)": None, "(4, 1)": None, "(1, 3)": None, "()": None}

# %% [markdown]
# ### Exercise `unbroadcast`
#
# You get a contribution, in the shape of the result. Sum it down to the shape of the operand. Return a new array, even where nothing was broadcast.

# %% answer="unbroadcast"
def unbroadcast(bar, shape):
    """The bar of an operand that was broadcast.

    bar: an array in the shape of the result. shape: the operand's, a tuple.
    Returns an array of that shape.
    """
    ### BEGIN SOLUTION
    bar = bar.sum(axis=tuple(range(bar.ndim - len(shape))))  # axes that were put in front
    stretched = tuple(i for i, length in enumerate(shape) if length == 1)
    return bar.sum(axis=stretched, keepdims=True)
    ### END SOLUTION

# %% [markdown]
# <details><summary>How many axes were put in front?</summary>
#
# Compare how many axes the bar has with how many the operand had.
# </details>
# <details><summary>The shape (4, 1) comes back as (4,), or as (4, 4)</summary>
#
# A sum may keep the axis it summed. One of the two cases needs that.
# </details>
# <details><summary>A small example</summary>
#
# A bar of shape $(2, 5, 3)$ for an operand of shape $(5, 1)$: one axis in front goes, the last becomes 1.
# </details>

# %% test="test_unbroadcast"
check("unbroadcast")

# %% folded="show_sums"
if ready("unbroadcast"):
    ones = np.ones((4, 3))
    for shape in ((3,), (4, 1), (1, 3), ()):
        bar = np.asarray(unbroadcast(ones, shape))
        summed = next(axes for axes in (0, 1, (0, 1)) if ones.sum(axis=axes).size == bar.size)
        print(f"a bar of ones, (4, 3), summed to {shape}: {bar.tolist()}")
        print(f"    axes that are summed: {summed}; your guess: {guess_axes.get(str(shape))}")

# %% [markdown]
# ## One step for a whole layer
#
# The step that does most of the work in most networks is `A @ B`. You met its bars in `linear_backward`. Here vectors may take part as well, as in `W @ x` of notebook 03.
#
# ### Exercise `matmul_bars`
#
# Return the bars of `A` and `B`, each in its own shape. Begin with two matrices. Say $A$ is $(2, 3)$ and $B$ is $(3, 4)$, so the bar is $(2, 4)$. Which product of the bar and $B$ has the shape of $A$?

# %% answer="matmul_bars"
def matmul_bars(bar, A, B):
    """Back through A @ B.

    A, B: arrays with 1 or 2 axes. bar: the bar of A @ B, in its shape; a number if A @ B is one.
    Returns (A_bar, B_bar).
    """
    ### BEGIN SOLUTION
    rows = np.atleast_2d(A)  # a vector on the left is a row,
    columns = B if B.ndim == 2 else B[:, None]  # on the right a column
    bar = np.reshape(bar, (len(rows), columns.shape[1]))
    return (bar @ columns.T).reshape(A.shape), (rows.T @ bar).reshape(B.shape)
    ### END SOLUTION

# %% [markdown]
# <details><summary>matmul: Input operand 1 has a mismatch</summary>
#
# Write down three shapes: $(2, 3)$ times $(3, 4)$ is $(2, 4)$. Each bar has the shape of its variable, and there is only one way to multiply the other two to $(2, 3)$.
# </details>
# <details><summary>Matrices work, vectors don't</summary>
#
# Treat a vector on the left as a matrix with one row, and a vector on the right as a matrix with one column. Go back as with matrices. Then take the extra axis off again.
# </details>
# <details><summary>A small example</summary>
#
# $A = (1, 2)$ and $B = (3, 4)$, both vectors: $A B = 11$. With a bar of $10$, nudge $A_0$ by $0.1$: the product moves by $0.3$, the loss by $3$. A slope of $30$.
# </details>

# %% test="test_matmul_bars_matrices"
check("matmul_bars", "matrices")

# %% test="test_matmul_bars_vectors"
check("matmul_bars", "vectors")

# %% [markdown]
# ## All of it
#
# Python turns every arithmetic operator into the call of a method, whose name has two underscores on either side. In `2 - a` the left operand is a number and does not know what `a` is. So Python asks `a`, by a name with an *r*. In the same way `/` calls `__truediv__`, `@` calls `__matmul__`, and `**` calls `__pow__`.

# %% show="show_operators"
class Loud:
    """Says which of its methods Python calls."""

    def __sub__(self, other):
        return f"__sub__, with {other}"

    def __rsub__(self, other):
        return f"__rsub__, with {other}"


a = Loud()
print("a - 2 calls", a - 2)
print("2 - a calls", 2 - a)

# %% [markdown]
# `Value` is a `Node`: it inherits `__init__` and your `backward`, and its `receive` (given) sends each contribution through your `unbroadcast`, then to the `receive` of `Node`. So for a broadcast operand `back` may return the contribution in the result's shape.
#
# ### Exercise `Value`
#
# Most gaps take one or two lines, `sum` a few more. Begin with `__add__` and `__mul__`: copy them from `Node`, and let them make a `Value`. Run the checks after every few gaps.
#
# With one parent, `back` returns a tuple with one entry: `(bar * ...,)`.

# %% answer="Value"
def as_value(u):
    return u if isinstance(u, Value) else Value(u)


class Value(Node):
    """A Node whose operands may be numbers, arrays or Values, of shapes that NumPy can broadcast."""

    __array_ufunc__ = None  # in array + Value, NumPy steps aside and asks the Value

    def receive(self, bar):  # given: what broadcasting stretched is summed to the shape of data
        super().receive(unbroadcast(np.asarray(bar), self.data.shape))

    def __add__(self, other):  # self + other
        other = as_value(other)
        ### BEGIN SOLUTION
        return Value(self.data + other.data, (self, other), lambda bar: (bar, bar))
        ### END SOLUTION

    def __mul__(self, other):  # self * other
        other = as_value(other)
        ### BEGIN SOLUTION
        return Value(self.data * other.data, (self, other), lambda bar: (bar * other.data, bar * self.data))
        ### END SOLUTION

    __radd__, __rmul__ = __add__, __mul__  # 2 + self, 2 * self

    def __neg__(self):  # -self
        ### BEGIN SOLUTION
        return Value(-self.data, (self,), lambda bar: (-bar,))
        ### END SOLUTION

    def __sub__(self, other):  # self - other
        other = as_value(other)
        ### BEGIN SOLUTION
        return Value(self.data - other.data, (self, other), lambda bar: (bar, -bar))
        ### END SOLUTION

    def __rsub__(self, other):  # other - self, where other is a number or an array
        ### BEGIN SOLUTION
        return as_value(other) - self
        ### END SOLUTION

    def __truediv__(self, other):  # self / other
        other = as_value(other)
        ### BEGIN SOLUTION
        ratio = self.data / other.data
        return Value(ratio, (self, other), lambda bar: (bar / other.data, -bar * ratio / other.data))
        ### END SOLUTION

    def __rtruediv__(self, other):  # other / self
        ### BEGIN SOLUTION
        return as_value(other) / self
        ### END SOLUTION

    def __pow__(self, k):  # self ** k, where k is a number
        ### BEGIN SOLUTION
        return Value(self.data**k, (self,), lambda bar: (bar * k * self.data ** (k - 1),))
        ### END SOLUTION

    def __matmul__(self, other):  # self @ other, each 1-d or 2-d
        other = as_value(other)
        ### BEGIN SOLUTION
        return Value(self.data @ other.data, (self, other), lambda bar: matmul_bars(bar, self.data, other.data))
        ### END SOLUTION

    def __rmatmul__(self, other):  # other @ self
        ### BEGIN SOLUTION
        return as_value(other) @ self
        ### END SOLUTION

    def sum(self, axis=None, keepdims=False):  # axis: None for all, a number, or a tuple of them
        ### BEGIN SOLUTION
        def back(bar):
            if axis is not None and not keepdims:
                bar = np.expand_dims(bar, axis)
            return (np.broadcast_to(bar, self.data.shape),)

        return Value(self.data.sum(axis=axis, keepdims=keepdims), (self,), back)
        ### END SOLUTION

    def exp(self):
        ### BEGIN SOLUTION
        h = np.exp(self.data)
        return Value(h, (self,), lambda bar: (bar * h,))
        ### END SOLUTION

    def log(self):
        ### BEGIN SOLUTION
        return Value(np.log(self.data), (self,), lambda bar: (bar / self.data,))
        ### END SOLUTION

    def relu(self):  # slope 0 at 0
        ### BEGIN SOLUTION
        return Value(np.maximum(self.data, 0), (self,), lambda bar: (bar * (self.data > 0),))
        ### END SOLUTION

    def tanh(self):
        ### BEGIN SOLUTION
        h = np.tanh(self.data)
        return Value(h, (self,), lambda bar: (bar * (1 - h**2),))
        ### END SOLUTION

# %% [markdown]
# <details><summary>The message is about 'Node' or 'parents'</summary>
#
# What do your steps make? In `Value` each of them returns a `Value`, also those that you copied from `Node`.
# </details>
# <details><summary>'Value' object has no attribute 'ndim'</summary>
#
# `matmul_bars` and `unbroadcast` take arrays. Where does a `Value` keep its array?
# </details>
# <details><summary>The denominator's bar is wrong</summary>
#
# Write $a / b$ as $a \cdot b^{-1}$ and go back through a power and a product.
# </details>
# <details><summary>A small example</summary>
#
# For $\max(a, b)$, entry by entry: the larger one gets the bar, the other nothing. Two parents, two entries: `bar * (a > b), bar * (a <= b)`.
# </details>

# %% test="test_Value_operators"
check("Value", "operators")

# %% test="test_Value_constants"
check("Value", "constants")

# %% test="test_Value_broadcasting"
check("Value", "broadcasting")

# %% test="test_Value_matmul"
check("Value", "matmul")

# %% [markdown]
# <details><summary>could not be broadcast together, along axis 1 only</summary>
#
# The sum took an axis away, and the bar lacks it. `np.expand_dims` puts it back where it was; then it can be spread.
# </details>
# <details><summary>A small example</summary>
#
# Three shops report their sales on two days. The total of each shop gets a bar: $(10, 20, 30)$. Each day of the second shop gets $20$: every term of a sum gets the bar of the sum.
# </details>

# %% test="test_Value_sum"
check("Value", "sum")

# %% [markdown]
# The question of notebook 04 again: for each of `exp`, `log`, `relu` and `tanh`, is the slope easiest to compute from what went in, from what came out, or does it not matter?

# %%
easiest = {"exp": None, "log": None, "relu": None, "tanh": None}  # "in", "out" or "either"; not graded

# %% [markdown]
# <details><summary>Decide, then unfold</summary>
#
# For `exp` and `tanh` from what came out: no second `np.exp` or `np.tanh` is needed. For `log` from what went in. For `relu` either will do.
# </details>

# %% test="test_Value_nonlinear"
check("Value", "nonlinear")

# %% test="test_Value_backward"
check("Value", "backward")

# %% [markdown]
# The slopes from your tape, and beside each a formula that gives the same numbers:

# %% folded="show_easiest"
if ready("topological_order", "Value"):
    again = {"exp": ("out", lambda a, h: h), "log": ("1 / in", lambda a, h: 1 / a)}
    again |= {"relu": ("out > 0", lambda a, h: 1.0 * (h > 0)), "tanh": ("1 - out**2", lambda a, h: 1 - h**2)}
    for name, (formula, slope) in again.items():
        a = Value([-1.0 if name == "relu" else 0.5, 1.0, 2.0])
        h = getattr(a, name)()
        h.backward()
        print(f"{name:4}  in {a.data}  out {np.round(h.data, 3) + 0.0}; your guess: {easiest.get(name)}")
        print(f"      slope {np.round(a.bar, 3)},  {formula}: {np.round(slope(a.data, h.data), 3)}")

# %% [markdown]
# The neuron of notebook 01, written as anybody would write it. The picture now has a $\tanh$, a power and an $@$, and fewer nodes than before:

# %% show="show_value"
if ready("topological_order", "Value"):
    x, w, v, y = Value([1.5, -0.5]), Value([0.8, 0.4]), Value(1.2), Value(0.3)
    z = w @ x
    h = z.tanh()
    e = v * h
    l = (y - e) ** 2 / 2
    l.backward()
    display(tape.draw(l, x=x, w=w, v=v, y=y, z=z, h=h, e=e, l=l))

# %% folded="show_value_tape"
if ready("topological_order", "Value"):
    from barprop.widgets import TapeView

    display(TapeView(l, {"x": x, "w": w, "v": v, "y": y, "z": z, "h": h, "e": e, "l": l}))

# %% [markdown]
# Blue was recorded on the way forward; vermilion came back along the same arrows, the other way. Change the architecture and the backward pass changes with it: nothing to derive by hand.

# %% show="show_other"
if ready("topological_order", "Value"):
    x, w, u = Value(0.5), Value(-1.2), Value(2.0)
    h = (w * x).tanh()
    e = u * h + x  # x is added to the output (a residual connection): it is used twice
    e.backward()
    display(tape.draw(e, x=x, w=w, u=u, h=h, e=e))

# %% [markdown]
# ## New functions for free, almost
#
# From now on a new function needs its forward only. But floats are not real numbers, and a forward pass that is right on paper may still fail:

# %% show="show_overflow"
z = np.array([5.0, 10.0, 1000.0])
with np.errstate(over="ignore", invalid="ignore"):
    print("log(1 + exp(z)):", np.log(1 + np.exp(z)))

# %% [markdown]
# You met this in notebook 04. Whatever the shift $m$ is,
#
# $$\log(\mathrm e^a + \mathrm e^b) = m + \log(\mathrm e^{a-m} + \mathrm e^{b-m}),$$
#
# so choose $m$ such that nothing grows large. The result does not depend on $m$, nor do the bars, so $m$ may be a constant made from `.data`.

# %% [markdown]
# ### Exercise `compose`
#
# Write two functions of `Value`s, only their forward: softplus, $\log(1 + \mathrm e^z)$, and the cross entropy of notebook 04. Inputs up to $\pm 10^4$ have a check of their own. Mind $z = 0$: softplus is smooth there, with slope $\tfrac12$.

# %% answer="compose"
def softplus(value):
    """log(1 + exp(z)) of each entry.

    value: a Value of any shape. Returns a Value of that shape.
    """
    ### BEGIN SOLUTION
    m = np.maximum(value.data, 0)
    return ((value - m).exp() + np.exp(-m)).log() + m
    ### END SOLUTION


def cross_entropy(logits, labels):
    """The mean over the rows of -log(soft-max probability of the label).

    logits: a Value of shape (n, k). labels: (n,) whole numbers, 0 to k - 1. Returns a Value, one number.
    """
    ### BEGIN SOLUTION
    n, k = logits.data.shape
    shifted = logits - logits.data.max(axis=1, keepdims=True)
    at_label = (shifted * np.eye(k)[labels]).sum()
    return (shifted.exp().sum(axis=1).log().sum() - at_label) / n
    ### END SOLUTION

# %% [markdown]
# <details><summary>The slope at 0 is 0, or 1</summary>
#
# Your function uses `relu`, so it has the kink of `relu`. A shift by a constant has none.
# </details>
# <details><summary>How do I pick an entry from each row?</summary>
#
# A `Value` cannot be indexed with square brackets. Multiply by an array of zeros and ones; `np.eye(k)` holds a row for each label.
# </details>
# <details><summary>A small example</summary>
#
# $\log(\mathrm e^{1000} + \mathrm e^{1001})$ with $m = 1001$ is $1001 + \log(\mathrm e^{-1} + 1)$: harmless.
# </details>

# %% test="test_compose_softplus"
check("compose", "softplus")

# %% test="test_compose_cross_entropy"
check("compose", "cross_entropy")

# %% test="test_compose_stable"
check("compose", "stable")

# %% [markdown]
# You never told the tape what softplus's slope is. What will it be at $z = -1$ and at $z = 1$, roughly?

# %%
guess_slopes = {-1: None, 1: None}  # not graded

# %% folded="show_softplus"
if ready("Value", "compose"):
    z = Value(np.linspace(-6, 6, 241))
    h = softplus(z)
    h.backward()
    display(tape.curves(z.data, h.data, z.bar, ("softplus", "its slope, from the tape")))
    found = {int(z.data[place]): round(float(z.bar[place]), 2) for place in (100, 140)}
    print("slopes:", found, "- your guess:", guess_slopes)

# %% [markdown]
# A sigmoid, though nobody told the tape.
#
# ## The network of notebook 04, forward only
#
# The same digits, the same 784–64–10, the same soft-max. All of it was written by hand there: Linear, ReLU, the loss and the chain, each with its `backward`. Here is the whole network (`W1` and `W2` are notebook 04's $W$, transposed):

# %% show="show_network"
def logits(X, W1, b1, W2, b2):
    return (X @ W1 + b1).relu() @ W2 + b2


X, labels, X_test, labels_test = digits()
rng = np.random.default_rng(0)
start = [rng.normal(size=(784, 64)) * np.sqrt(2 / 784), np.zeros(64)]
start += [rng.normal(size=(64, 10)) * np.sqrt(2 / 64), np.zeros(10)]
batches = [rows for _ in range(3) for rows in rng.permutation(len(X)).reshape(-1, 32)]  # three epochs

# %% [markdown]
# And its training. Look for the line that takes the gradient:

# %% show="show_train_tape"
def train_with_tape(weights, lr=0.2):
    losses = []
    for rows in batches:
        values = [Value(w) for w in weights]
        loss = cross_entropy(logits(X[rows], *values), labels[rows])
        loss.backward()
        weights = [value.data - lr * value.bar for value in values]
        losses.append(float(loss.data))
    return weights, losses

# %% [markdown]
# It is one line, `loss.backward()`. For comparison, the same training steps with the classes that you wrote in notebook 04, each with a `backward` of its own. They are read from your saved notebook in the folder next door.

# %% folded="show_train_by_hand"
from barprop.saved_answers import own_answers

by_hand = own_answers("04_layers/layers.ipynb", "Linear", "ReLU", "SoftmaxCrossEntropy", "Network")


def train_by_hand(weights, lr=0.2):
    Linear, ReLU, SoftmaxCrossEntropy, Network = by_hand.values()
    (W1, b1, W2, b2), losses = weights, []
    network, loss, w = Network([Linear(), ReLU(), Linear()]), SoftmaxCrossEntropy(), [(W1.T, b1), (), (W2.T, b2)]
    for rows in batches:
        losses.append(loss.forward(network.forward(X[rows], w), labels[rows]))
        w_bar, _ = network.backward(loss.backward(), w)
        w = [tuple(u - lr * u_bar for u, u_bar in zip(*pair)) for pair in zip(w, w_bar)]
    return losses

# %% [markdown]
# Three epochs with each of the two; this takes up to a minute.

# %% folded="show_training"
if ready("Value", "compose"):
    weights, losses = train_with_tape(start)
    right = logits(X_test, *map(Value, weights)).data.argmax(axis=1) == labels_test
    print(f"{100 * right.mean():.1f} % of the {len(right):,} digits held out are classified correctly")
    lines = {"with your tape": losses}
    if all(by_hand.values()):
        lines["with your classes of notebook 04"] = train_by_hand(start)
        difference = np.max(np.abs(np.subtract(*lines.values())))
        print(f"largest difference of two losses in {len(losses)} training steps: {difference:.1e}")
    display(tape.losses(lines))

# %% [markdown]
# Where both curves are shown, the losses are the same, except for the last few digits of a float. Before you look: roughly how many nodes are on the tape of one training step, with your `cross_entropy`? How much memory do the inputs take (images and weights, 8 bytes for each float)? And how much do the recorded results take?

# %%
guess_memory = {"nodes": None, "MB of inputs": None, "MB recorded": None}

# %% folded="show_memory"
if ready("topological_order", "Value", "compose"):
    nodes = topological_order(cross_entropy(logits(X[:32], *map(Value, start)), labels[:32]))
    given = sum(node.data.nbytes for node in nodes if not node.parents)
    recorded = sum(node.data.nbytes for node in nodes if node.parents)
    bars = sum(node.bar.nbytes for node in nodes)
    print(f"{len(nodes)} nodes. Inputs, needed without a tape too: {given / 1e6:.2f} MB.")
    print(f"Recorded by the tape, needed until backward() has finished: {recorded / 1e6:.2f} MB.")
    print(f"Every node, an input too, has a bar of its own size: another {bars / 1e6:.2f} MB.")
    print("Your guess:", guess_memory)
    print(f"One node per number would have made {32 * (784 * 64 + 64 * 10):,} nodes for the products alone.")

# %% [markdown]
# The price is memory, for the recorded results and a bar of each; it grows with batch and depth. (The weights' bars are needed anyway.) Your tape keeps every result to the end; a layer of notebook 04 keeps only what its `backward` reads, and `backward_recompute` of notebook 02 even less.
#
# ## And PyTorch
#
# Where it is installed, here is the same training once more. Compare line by line: little differs except the names. On `.backward()`, PyTorch too adds up what comes back to a node before it passes the sum on.

# %% show="show_torch"
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; the course does not need it.")
else:
    if ready("Value", "compose"):
        values = [torch.tensor(w, requires_grad=True) for w in start]
        torch_losses = []
        for rows in batches:
            W1, b1, W2, b2 = values
            out = (torch.tensor(X[rows]) @ W1 + b1).relu() @ W2 + b2
            loss = torch.nn.functional.cross_entropy(out, torch.tensor(labels[rows]))
            loss.backward()
            values = [(w - 0.2 * w.grad).detach().requires_grad_() for w in values]
            torch_losses.append(loss.item())
        apart = np.max(np.abs(np.subtract(torch_losses, losses)))
        print(f"largest difference from your losses: {apart:.1e}")

# %% [markdown]
# What PyTorch has and yours lacks: hundreds of operations, GPU support, and years of bug fixes.
#
# <details><summary>One more thing differs: who sets the bars to zero?</summary>
#
# Your `backward` does. PyTorch's does not: the `.backward()` of the next training step adds to what `.grad` holds, unless `zero_grad()` is called in between. (Above, each training step begins with new tensors.)
# </details>

# %% [markdown]
# ## What to take away
#
# - A tape remembers what each result was made from and how to send a bar back.
# - A node waits until its bar is complete: reversed topological order.
# - A bar has the shape of its variable, also after broadcasting.
# - Backward comes for free; forward must still not overflow, and the tape costs memory.
#
# Three quick questions:
#
# <details><summary>A node is used by three others. How many times does it pass its bar on?</summary>
#
# Once, after the contributions of all three have arrived and been added up.
# </details>
# <details><summary>A row b of shape (10,) is added to a matrix of shape (32, 10). How is its bar made?</summary>
#
# By a sum over the 32 rows: each entry of b was used 32 times.
# </details>
# <details><summary>Why does backward() set all bars to zero first, and not only those of the inputs?</summary>
#
# Contributions are added to the bar that is there. A step in the middle that keeps its old bar passes it on once more.
# </details>

# %%
# Your own experiments go here.

# %% [markdown]
# ## Go further
#
# Nothing here is graded.
#
# - **micrograd** is this notebook with one number per node: read its engine.
# - Let `back` compute with `Value`s, and the bars have a tape of their own: second derivatives.
# - JAX also goes the other way and carries nudges **forward** (`jvp`). When is that cheaper?
# - **Checkpointing**: keep every tenth node, and compute the rest again on the way back.
# - Change `x.data` in place before `.backward()`. Which bars break?
