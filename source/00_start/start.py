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
# You compute gradients the way it is done on the board: one step at a time, from the loss back to the weights, and each number only once. After that, nothing that a deep learning library does to your weights is a mystery.
#
# This page is the way in and the way back. Nothing on it is graded. You need the chain rule, the dot product and some NumPy.

# %% [markdown]
# ## How far you are
#
# Click into the cell and press **Shift+Enter**.

# %% tags=["show"]
from barprop.progress import progress

progress()

# %% [markdown]
# A square is an exercise: empty, half full when some of its checks have passed, full when all have. It is read from small files in the folder `.progress` beside your notebooks, one for each check that has passed. They stay on this computer, and they are not your grade: that is made from the notebook you hand in. In a terminal, `python -m barprop` shows the same.

# %% [markdown]
# ## The map
#
# {{map}}
#
# {{totals}} Each notebook uses what you wrote in the ones before it, so take them in order.

# %% [markdown]
# ## How a notebook works
#
# - **An exercise** is a cell that says `YOUR CODE HERE`. Write your answer, delete `raise NotImplementedError()`, run the cell with Shift+Enter.
# - **The check** is the cell below it. It says what it tried, what your answer gave, and often which mistake it was; it never says the right value. Run it as often as you like, it costs nothing.
# - **Hints** are folded, between the exercise and its check. Click a title to open one. After three different failures the check opens the next one for you.
# - **Predict** before you run: where a cell says `guess = None`, write your guess there. Nobody grades it.
# - **Hand in** after *Validate* in the notebook's toolbar. It runs everything from a fresh start and says whether all checks pass.
#
# ## The next day
#
# Your answers are in the notebook, but the kernel, the Python process behind it, starts empty. Open the notebook from the map, click into the cell where you stopped, and choose *Run → Run All Above Selected Cell*.
#
# ## When something goes wrong
#
# | what you see | what to do |
# |---|---|
# | `[*]` beside a cell for a long time | Your code is still running, perhaps in a loop that never ends. Press **■** in the toolbar. A check stops an answer by itself after 10 seconds. |
# | ■ does not help | *Kernel → Restart Kernel*, then *Run → Run All Above Selected Cell*. Your text stays as it is. |
# | `NameError: name 'check' is not defined` | The kernel is new. *Run → Run All Above Selected Cell.* |
# | A check fails, and you do not know why | Try your function on the small example among the hints, in a cell of your own: *Insert → Cell Below*, or the key B. |
# | "Waits for ..." in place of a picture | The picture uses your answers. Follow the link to the exercise whose check has not passed yet. |
# | A graded cell got lost | Add none by hand. Take a fresh copy of the notebook from the zip file, and copy your answers into it. |

# %% [markdown]
# ## Notation
#
# | | read | in code | what it is |
# |---|---|---|---|
# | $x$ | | `x` | the input, $d$ numbers; $X$ holds $n$ examples, one in a row |
# | $w$, $v$ | | `w`, `v` | weights: what training changes |
# | $z = w\cdot x$ | | `z` | weighted sum |
# | $h = \sigma(z)$ | sigma of z | `h = sigma(z)` | hidden value; $\sigma$ is the activation |
# | $e = v\,h$ | | `e` | estimate of $y$; it is no error, and no Euler's number |
# | $y$ | | `y` | what the estimate should be |
# | $l = \tfrac12 (y - e)^2$ | | `l` | loss: how wrong the estimate is, one number |
# | $\bar v = \mathrm dl/\mathrm dv$ | v-bar | `v_bar` | how the loss changes when $v$ does; of the shape of $v$ |
# | $\sigma'(z)$ | sigma prime | `sigma.slope(z)` | slope of the activation at $z$ |
# | $\eta$ | eta | `lr` | learning rate: the length of a training step, per unit of gradient |
# | $\varepsilon$ | epsilon | `eps` | the most that a pixel may change |
#
# Forward is blue and solid, backward is vermilion and dashed, in every picture.
#
# **[All bars on one page](cheat_sheet.html)**, to print: what the board shows is on it, and a line for each bar that you find yourself. It does you the most good after notebook 02.

# %% [markdown]
# ## The lecture in five parts
#
# **1. A graph, and a cache.** A formula is a graph of small steps, each of which makes one output from its inputs. For one neuron: $z = w\cdot x$, $h = \sigma(z)$, $e = v\,h$, $l = \frac12(y - e)^2$. Write out $\mathrm dl/\mathrm dv$ and $\mathrm dl/\mathrm dw$, and the same quantities turn up in both. So store every step's output. Backpropagation is the chain rule with a cache; without it you would derive every new architecture by hand. *Notebook 01.*
#
# **2. Bars.** $\bar v$ is short for $\mathrm dl/\mathrm dv$, and $\bar l = 1$. One sentence gives all the others: the bar on the right of a step is the bar on its left, times how the left is made from the right. Going back, each step needs the bar that has just been found and what forward has cached there. None can be left out on the way. The bar of a feature says how the loss depends on it, which helps to debug; and what was not stored can be computed again, to save memory. *Notebook 02.*
#
# **3. Who gets the gradient.** A sum hands the same bar to all its terms, and the products behind them make the difference: in $z = w_1 x_1 + w_2 x_2$ the weight beside the larger $x$ gets the larger bar. Join two networks, and the one with small outputs hardly learns, however big it is. Look at how much gradient arrives, and whether the weights move. *Notebook 03.*
#
# **4. Layers.** A layer is a class with a `forward` and a `backward`. Forward takes the previous output and the weights; backward takes the bar of its output, and what was cached, and returns the bars of its weights and of its input. Any network is a chain of these. A library such as PyTorch asks for the forward only, and writes the backward. *Notebooks 04 and 06.*
#
# **5. The bar of the input.** $\bar x$ says how sensitive the loss is to each pixel. Take a few small steps along it, uphill, and a network that saw a panda sees a gibbon, in a photo that looks the same to you. It takes five lines of code, and it works on most images. *Notebooks 05 and 07.*

# %% [markdown]
# ## Glossary
#
# | word | meaning |
# |---|---|
# | activation | a function applied to each number by itself, such as ReLU or tanh; also called nonlinearity |
# | adversarial example | an input changed on purpose, so little that a person sees no difference, so that the network errs |
# | backpropagation | computing the derivatives of the loss by all variables, from the output to the inputs |
# | backward pass | one walk through the graph from the loss to the inputs; it computes the bars |
# | bar | the derivative of the loss with respect to a variable, in short for "gradient of the loss by" |
# | batch | the examples that are used together for one step of training |
# | broadcasting | NumPy's rule that stretches a small array to the shape of a large one |
# | cache | what the forward pass stores because the backward pass will read it |
# | checkpointing | storing only some of the outputs, and computing the others again on the way back |
# | computational graph | a computation drawn as nodes (values) and arrows (what is made from what) |
# | cross entropy | the loss of a classifier: minus the logarithm of the probability it gave to the right class |
# | epoch | one pass through all training examples |
# | fan-out | a variable that is used more than once; its bar is the sum of what comes back |
# | finite difference | a slope measured by moving a number a little and computing again; here also "nudging" |
# | forward pass | one walk through the graph from the inputs to the loss; it computes the values |
# | gradient | all partial derivatives of the loss, as an array of the shape of the variable |
# | gradient ascent, descent | steps along the gradient to make the loss larger, or against it to make it smaller |
# | hidden value | a value between input and output that no example prescribes |
# | layer | a step with weights of its own, and with a forward and a backward |
# | learning rate | the factor between the gradient and the step |
# | logit | a score of a class before soft-max |
# | loss | one number that says how wrong the output is; training makes it smaller |
# | residual connection | adding a layer's input to its output |
# | robust | an input whose class stays the same when it changes a little |
# | saliency | which pixels the output depends on most |
# | soft-max | turns scores into probabilities: exponentials, divided by their sum |
# | stability | being right also for huge and for tiny numbers, where naive formulas overflow |
# | stochastic gradient descent | descent with the gradient of one example, or of one batch, at a time |
# | tape | the record of a forward pass that an automatic differentiation engine reads backwards |
