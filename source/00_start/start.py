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
# # Backpropagation by hand
#
# You compute gradients the way the lecturer does it on the blackboard: one step at a time, from the loss back to the weights, and each number only once. After that, nothing that a deep learning library does to your weights is a mystery.
#
# Start here, and come back whenever you need the map, the notation or the glossary. Nothing on this page is graded; reading it takes about a quarter of an hour. You need the chain rule, the dot product and some NumPy; from notebook 03 on, matrices too.

# %% [markdown]
# ## How far you are
#
# Click into the cell and press **Shift+Enter**.

# %% tags=["show"]
from barprop.progress import progress

progress()

# %% [markdown]
# A square is an exercise: empty, half full when some of its checks have passed, full when all have. The picture is made from small files in the folder `.progress` next to your notebooks, one for each check that has passed. They stay on this computer, and they are not your grade; the grade is computed from the notebook you hand in. In a terminal, `python -m barprop` shows the same.

# %% [markdown]
# ## The map
#
# {{map}}
#
# {{totals}} Each notebook builds on the ideas of the ones before it, so take them in order.

# %% [markdown]
# ## How a notebook works
#
# - **An exercise** is a cell that says `YOUR CODE HERE`. Write your answer, delete `raise NotImplementedError()` if it is there, run the cell with Shift+Enter.
# - **The check** is the cell below it. It says which kind of input it tried, what your answer gave, and often which mistake it was; it never shows the right number. Run it as often as you like; it costs nothing.
# - **Hints** are folded, between the exercise and its check. Click a title to open one. After three different failures the check shows you a hint that fits, after three more another.
# - **Predict** before you run: where a cell has a `guess_...` with `None`, write your guess in its place. It is not graded.
# - **Validate** in the notebook's toolbar runs everything from a fresh start and says whether all checks pass. Then hand in.
#
# ## The next day
#
# Your answers are in the notebook, but the kernel, the Python process behind it, starts empty. Open the notebook from the map, click into the cell where you stopped, and choose *Run → Run All Above Selected Cell*.
#
# ## When something goes wrong
#
# | what you see | what to do |
# |---|---|
# | `[*]` beside a cell for a long time | Your code is still running, perhaps in a loop that never ends. Press **■** in the toolbar. A check stops each call of your function after 5 seconds, and so does the grader. |
# | ■ does not help | *Kernel → Restart Kernel*, then *Run → Run All Above Selected Cell*. Your text stays as it is. |
# | `NameError: name 'check' is not defined` | The kernel is new. *Run → Run All Above Selected Cell.* |
# | A check fails, and you do not know why | Try your function on the small example among the hints, if there is one, in a cell of your own: press Esc, then B. |
# | "Waits for ..." in place of a picture | The picture uses your answers. Follow the link to the exercise whose check has not passed yet. |
# | A graded cell is missing | Do not add it by hand. Take a fresh copy of the notebook from the course's zip file, and copy your answers into it. |

# %% [markdown]
# ## Notation
#
# | | read | in code | what it is |
# |---|---|---|---|
# | $x$ | | `x` | the input, $d$ numbers; $X$ holds $n$ examples, one per row |
# | $w$, $v$ | | `w`, `v` | weights: what training changes |
# | $z = w\cdot x$ | | `z` | weighted sum |
# | $h = \sigma(z)$ | sigma of z | `h = sigma(z)` | hidden value; $\sigma$ is the nonlinearity |
# | $e = v\,h$ | | `e` | estimate of $y$ (not the error, and not Euler's number, which is an upright $\mathrm e$) |
# | $y$ | | `y` | what the estimate should be |
# | $l = \tfrac12 (y - e)^2$ | | `l` | loss: how wrong the estimate is, one number |
# | $\bar v = \mathrm dl/\mathrm dv$ | v-bar | `v_bar` | how the loss changes when $v$ does; it has the shape of $v$ |
# | $\log$ | | `np.log` | the natural logarithm |
# | $\sigma'(z)$ | sigma prime | `sigma.slope(z)` | slope of the nonlinearity at $z$ |
# | $m$ | | `m` | margin $y\,z$ (01, 02); number of units or outputs (03, 04) |
# | $W$ | | `W` | weights of a layer: a matrix with one row for each unit or output (03, 04) |
# | $a$ | | `a1`, `a2` | weights from the hidden units to the estimate (03) |
# | $\lambda$, $C$ | lambda | `curvature`, `C` | curvature: how much $\bar w$ changes per unit of $w$; with several features, the matrix $C$ (03) |
# | $\eta$ | eta | `lr` | learning rate: how long a training step is, per unit of gradient |
# | $\alpha$ | alpha | `alpha` | the same for a step of an attack (05, 07) |
# | $\varepsilon$ | epsilon | `step`, `eps` | a small size: of a nudge (01), or of the largest change of a pixel (05, 07) |
#
# A page to print with all bars waits at the end of notebook 03; it shows the answers to exercises of 02 and 03.
#
# In every picture forward is blue and solid; backward is vermilion (orange-red) and dashed.
#

# %% [markdown]
# ## The lecture in five parts
#
# **1. A graph, and a cache.** A formula is a graph of small steps, each of which makes one output from its inputs. For one neuron: $z = w\cdot x$, $h = \sigma(z)$, $e = v\,h$, $l = \frac12(y - e)^2$. Write out $\mathrm dl/\mathrm dv$ and $\mathrm dl/\mathrm dw$, and the same quantities turn up in both. So store every step's output. Backpropagation is the chain rule with a cache. Without backpropagation you would have to nudge every weight, which is slow, or derive the gradients of every new architecture by hand. *Notebook 01.*
#
# **2. Bars.** $\bar v$ is short for $\mathrm dl/\mathrm dv$, and $\bar l = 1$. One rule gives all the others, as long as each variable is used once: the bar of a step's input is the bar of its output, times the slope of the output with respect to the input (how far the output moves when the input is nudged, per unit of the nudge). Going back, each step takes the bar of its output, and reads what it needs from the cache or the inputs. No step can be skipped. The bar of a hidden value says how the loss depends on that value; this helps in debugging. To save memory you can drop a value and compute it again on the way back. *Notebook 02.*
#
# **3. Who gets the gradient.** A sum and a product hand their bars on in different ways, and that makes the difference: in $z = w_1 x_1 + w_2 x_2$ the two weights get different bars, and you will predict which one gets more. Join two networks whose inputs differ in size, and one of them hardly learns. Which one, and why? Look at how much gradient arrives, and whether the weights move. *Notebook 03.*
#
# **4. Layers.** A layer is a class with a `forward` and a `backward`. `forward` takes the previous output and the weights, and caches; `backward` takes the weights and the bar of the layer's output, reads the cache, and returns the bars of the weights and of the layer's input. Many networks are a chain of these. A library such as PyTorch asks for the `forward` only, and finds the `backward` by itself. *Notebooks 04 and 06.*
#
# **5. The bar of the input.** $\bar x$ says how sensitive the loss is to each pixel. Take a few small steps along it, and the network sees something else, in a photo that looks the same to you. The attack takes about five lines of code. *Notebooks 05 and 07.*

# %% [markdown]
# ## Glossary
#
# | word | meaning |
# |---|---|
# | adversarial example | an input that was changed on purpose to fool the network, by so little that a person sees no difference |
# | backpropagation | computing the derivatives of the loss with respect to all variables, from the output back to the inputs |
# | backward pass | one walk through the graph from the loss to the inputs; it computes the bars; also called the way back |
# | bar | the derivative of the loss with respect to a variable; short for "the gradient of the loss with respect to ..." |
# | batch | the examples that are used together for one step of training |
# | broadcasting | NumPy's rule that stretches a small array to the shape of a large one |
# | cache | what the forward pass stores for the backward pass |
# | checkpointing | storing only some of the outputs, and computing the others again on the way back |
# | computational graph | a computation drawn as nodes (values) and arrows (what is made from what) |
# | cross entropy | the loss of a classifier: minus the logarithm of the probability it gave to the right class |
# | epoch | one pass through all training examples |
# | fan-out | one variable used in more than one place; for its bar, see notebook 03 |
# | feature | one number of an input; a layer's inputs may be the hidden values of the layer before |
# | finite difference | a slope that is measured: nudge a number, that is, change it a little, and compute again |
# | forward pass | one walk through the graph from the inputs to the loss; it computes the values |
# | gradient | all partial derivatives of the loss, as an array of the shape of the variable |
# | gradient ascent, descent | steps along the gradient to make the loss larger, or against it to make it smaller |
# | hidden value, hidden unit | a value computed between input and output, not given in the data; the part of a layer that computes it |
# | layer | a step, often with weights of its own, that has a `forward` and a `backward` |
# | learning rate | the factor between the gradient and the step |
# | logit | a score of a class before soft-max |
# | loss | one number that says how wrong the output is; training makes it smaller |
# | nonlinearity | a function applied to each number separately, such as ReLU or tanh; also called activation |
# | residual connection | adding a layer's input to its output |
# | robust | said of an input whose class stays the same when the input changes a little |
# | saliency | a map of how strongly the output depends on each pixel |
# | soft-max | the function that turns scores into probabilities: exponentials, divided by their sum |
# | stability | the property of being right for huge and tiny numbers too, where a naive formula overflows or loses digits |
# | stochastic gradient descent | descent with the gradient of one example, or of one batch, at a time |
# | tape | the record of a forward pass that an automatic differentiation engine reads backwards |
