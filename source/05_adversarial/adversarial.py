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
# # 5 · The same gradient, turned against the image
#
# A network is shown a photo of a panda. It says: panda, 58 %. Somebody adds a pattern too faint to see, and it says: gibbon, 99 %. (A gibbon is an ape. There is none in either picture.)
#
# The attack is said to take five lines of code and to work on most images. You will write the five lines, and then count the images.

# %% locked="setup"
import numpy as np
from classifier import load, untrained

from barprop import check, ready
from barprop.data import digits
from barprop.guesses import compared, numbers
from barprop.pictures import adversarial

net = load()
network, w, loss = net
X_train, labels_train, X, labels = digits()

# %% [markdown]
# (The example with the panda is from Goodfellow, Shlens and Szegedy, "Explaining and harnessing adversarial examples", 2015. Their figures were 57.7 % and 99.3 %.)
#
# The network that we attack reads digits. It is like yours from notebook 04, 784–64–10, and already trained; `classifier.py` beside this notebook loads it. `X` holds 1,000 digits it has never seen, one flattened image per row, from 0 (paper) to 1 (ink). (In notebook 04 they were called `X_test`.) Below each digit: what the network sees, and how sure it is.

# %% show="show_digits"
adversarial.row(X[:10], network.forward(X[:10], w), labels[:10])

# %% [markdown]
# ## The bar nobody used
#
# Take the 5 above, put a little more ink into a single pixel, and look at the loss:

# %% show="show_nudge"
before = loss.forward(network.forward(X[5:6], w), labels[5:6])
for pixel in (0, 469, 489):
    inked = X[5:6].copy()
    inked[0, pixel] += 0.1
    after = loss.forward(network.forward(inked, w), labels[5:6])
    place = f"row {pixel // 28}, column {pixel % 28}"
    print(f"more ink in pixel {pixel} ({place}): the loss goes from {before:.3f} to {after:.3f}")

# %% [markdown]
# Repeat that for 784 pixels, or recall how each backward pass of notebook 04 ended: with $\bar x$, which we threw away.
#
# > $\bar x$ tells, pixel by pixel, how the loss changes when the image does.

# %% [markdown]
# ### Exercise `input_bar`
#
# Return the bar of each image **under its own loss**. You have:
#
# - `network.forward(x, w)`: logits; `loss.forward(logits, labels)`: their mean loss;
# - `loss.backward()`: the bar of the logits;
# - `network.backward(logits_bar, w)`: `(w_bar, x_bar)`, as in notebook 04.
#
# Mind the word *mean*.

# %% answer="input_bar"
def input_bar(net, X, labels):
    """The bar of each image under its own loss, not under the mean of all.

    net: (network, w, loss). X: (n, d), one image per row. labels: (n,), whole numbers. Returns (n, d).
    """
    network, w, loss = net
    ### BEGIN SOLUTION
    loss.forward(network.forward(X, w), labels)
    w_bar, x_bar = network.backward(loss.backward(), w)
    return len(X) * x_bar
    ### END SOLUTION

# %% [markdown]
# <details><summary>Right for one image, too small for four</summary>
#
# Four images share one mean loss. How much does the mean move when the loss of one of them moves by 1?
# </details>
# <details><summary>It says "call forward first"</summary>
#
# Each backward reads what its own forward cached. There are two forwards to call, even if you don't need the number that the second returns.
# </details>
# <details><summary>It says that X_bar came back as a list</summary>
#
# `network.backward` returns two things: a list with the bars of the weights, and the bar of its input. You want the second.
# </details>
# <details><summary>A small example</summary>
#
# Two losses, $l = (l_1 + l_2)/2$, and $l_1 = 3x_1$. Then $\bar x_1$ under the mean is $1.5$; under its own loss it is $3$.
# </details>

# %% test="test_input_bar"
check("input_bar")

# %% [markdown]
# Before you look at the bars of the first seven digits: whose bar has the larger numbers, that of a digit the network is sure of, and right about, or that of one it doubts?

# %%
guess_larger = None  # "sure" or "doubts"; not graded

# %% show="show_bars"
if ready("input_bar"):
    display(adversarial.bars(X[:7], input_bar(net, X[:7], labels[:7])))

# %% [markdown]
# Look for the digits in their bars: places where more ink would close a gap, or less would break a stroke. But most of a bar looks like noise: almost three quarters lies where this digit has no ink, a tenth where no training digit has any.
#
# Below each bar: the size of its largest entry. These numbers differ by orders of magnitude.

# %% [markdown]
# ### Exercise `sensitivity`
#
# Return one number per image: the Euclidean length of its bar. We call digits with long bars *nervous*, and those with short bars *calm*.

# %% answer="sensitivity"
def sensitivity(net, X, labels):
    """How sensitive the loss of each image is to the image: the length of its bar.

    X: (n, d). labels: (n,). Returns (n,).
    """
    ### BEGIN SOLUTION
    return np.linalg.norm(input_bar(net, X, labels), axis=1)
    ### END SOLUTION

# %% [markdown]
# <details><summary>I get one number for all images</summary>
#
# `np.linalg.norm` of a matrix takes everything together, unless you give it an `axis`.
# </details>
# <details><summary>I get d numbers instead of n</summary>
#
# The axis you name is the one that disappears.
# </details>
# <details><summary>A small example</summary>
#
# Two images of two pixels with bars $(3, 4)$ and $(0, -2)$: the lengths are $5$ and $2$.
# </details>

# %% test="test_sensitivity"
check("sensitivity")

# %% folded="show_sensitivity"
if ready("sensitivity"):
    size = sensitivity(net, X, labels)
    logits = network.forward(X, w)
    display(adversarial.calm_and_nervous(X, logits, labels, size))
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    sure = p.max(axis=1) / p.sum(axis=1)
    print(f"median length where it is 99 % sure: {np.median(size[sure > 0.99]):.1g}, ", end="")
    print(f"where it is less than 80 % sure: {np.median(size[sure < 0.8]):.1g}; your guess: {guess_larger}")

# %% [markdown]
# All ten are classified correctly, and the longest bar is about 20 million times as long as the shortest. Is a nervous digit easier to attack than a calm one? You will see.
#
# ## Uphill
#
# Training goes against the bar of the weights, and the loss falls. Now keep the weights and step a little **with** the image's bar. The loss grows:
#
# $$x' = x + \alpha\,\bar x$$
#
# Repeating such steps is called gradient *ascent*.

# %% [markdown]
# ### Exercise `gradient_ascent`
#
# Take that attack step `steps` times; each starts where the last one ended.

# %% answer="gradient_ascent"
def gradient_ascent(net, X, labels, alpha, steps):
    """Walk uphill on the loss of each image.

    X: (n, d), perhaps whole numbers. labels: (n,).
    alpha: what each step multiplies the bar by. steps: 0 or more.
    Returns new images (n, d), in whatever range they end up.
    """
    ### BEGIN SOLUTION
    X = np.array(X, dtype=float)
    for _ in range(steps):
        X = X + alpha * input_bar(net, X, labels)
    return X
    ### END SOLUTION

# %% [markdown]
# <details><summary>One step is right, three are not</summary>
#
# After the first step the image has changed. Has its bar?
# </details>
# <details><summary>It says that I change or return an argument</summary>
#
# `X += ...` writes into the array you were given. And what do you return when `steps` is 0? Make a copy first, of floats: an array of whole numbers cannot hold fractions.
# </details>
# <details><summary>A small example</summary>
#
# One pixel, $l = x^2$, so $\bar x = 2x$. From $x = 1$ with $\alpha = 0.5$: first $2$, then $4$, then $8$. Three steps with the first bar would end at $4$.
# </details>

# %% test="test_gradient_ascent"
check("gradient_ascent")

# %% [markdown]
# Five lines? Count yours.
#
# Here is a 4 that the network recognises with a probability of 61 %: our panda. After how many steps will it see something else?

# %%
guess_steps = None  # 1 to 8

# %% folded="show_ascent"
if ready("gradient_ascent"):
    panda, truth = X[64:65], labels[64:65]
    film = np.concatenate([gradient_ascent(net, panda, truth, alpha=0.04, steps=k) for k in range(9)])
    heads = [f"{k} step{'s' * (k != 1)}" for k in range(9)]
    display(adversarial.row(film, network.forward(film, w), np.repeat(truth, 9), heads))
    changed = np.flatnonzero(network.forward(film, w).argmax(axis=1) != truth)
    print(f"another digit from step {changed[0]} on; {compared(guess_steps, int(changed[0]))}. ", end="")
    print(f"Largest change of a pixel: {np.abs(film - panda).max():.2f}")

# %% [markdown]
# There is your gibbon, and you still read a 4. Now try the same on all 1,000 digits:

# %% folded="show_alphas"
if ready("gradient_ascent"):
    print("five steps with    mean loss    largest change: median digit    any digit")
    for alpha in (0.01, 0.1, 1.0):
        moved = gradient_ascent(net, X, labels, alpha, 5)
        change = np.abs(moved - X).max(axis=1)
        mean = loss.forward(network.forward(moved, w), labels)
        print(f"alpha = {alpha:<6g} {mean:>13.2f} {np.median(change):>31.4f} {change.max():>12.2f}")

# %% [markdown]
# With $\alpha = 0.1$ the median digit hardly changes; with $\alpha = 1$ pixels of the nervous ones end far outside $[0, 1]$. No $\alpha$ suits both.
#
# ## The same budget for every pixel
#
# So fix a budget: **no pixel may change by more than $\varepsilon$.** If the loss were a plane with slope $\bar x$, how would you spend it? Take three pixels with the bars $5$, $-0.1$ and $0$, and $\varepsilon = 0.05$: by how much does each pixel move?

# %%
guess_moves = None  # three numbers, such as (0, 0, 0)

# %% folded="show_plane"
plane = np.array([5, -0.1, 0])
print(f"the most that the plane can rise: {0.05 * np.abs(plane).sum():.3f}; ", end="")
print(numbers(guess_moves, 3) or f"with your moves it rises by {plane @ np.array(guess_moves):.3f}")

# %% [markdown]
# ### Exercise `fgsm`
#
# The *fast gradient sign method* turned the panda into a gibbon. Every pixel goes as far as it may, towards more loss; where the bar is 0, it stays. The result is still a picture: all pixels in $[0, 1]$.

# %% answer="fgsm"
def fgsm(net, X, labels, eps):
    """Attack with one step, in which no pixel moves by more than eps.

    X: (n, d) in [0, 1]. labels: (n,). eps: 0 or more, in units of the pixels.
    Returns (n, d) in [0, 1].
    """
    ### BEGIN SOLUTION
    X_adv = X + eps * np.sign(input_bar(net, X, labels))
    return np.clip(X_adv, 0, 1)
    ### END SOLUTION

# %% [markdown]
# <details><summary>Some pixels are negative, or above 1</summary>
#
# White paper can't get whiter. NumPy has a function that keeps numbers within two limits.
# </details>
# <details><summary>My changes are all of different sizes</summary>
#
# The method's middle name is *sign*.
# </details>
# <details><summary>A small example</summary>
#
# Four pixels $(0.5,\ 0.5,\ 0,\ 0.5)$ with bars $(-7,\ 0.001,\ {-2},\ 0)$ and $\varepsilon = 0.25$: the first ends at $0.25$, the second at $0.75$, the third stays at $0$, the fourth at $0.5$, each for a reason of its own.
# </details>

# %% test="test_fgsm"
check("fgsm")

# %% folded="show_fgsm"
if ready("fgsm"):
    some = X[10:20], labels[10:20]
    made = {f"eps = {eps}": fgsm(net, *some, eps) for eps in (0, 0.05, 0.1)}
    display(adversarial.rows({name: (x, network.forward(x, w), some[1]) for name, x in made.items()}))

# %% [markdown]
# You read every one of them without effort. The network gets more and more of them wrong, and where it does, it is often quite sure of itself.
#
# Now you can put sensitivity to the test. Take the digits that are classified correctly *before* any attack, and divide them into quarters, from calm to nervous. At $\varepsilon = 0.03$, what percentage of the calmest quarter will still be right, and of the most nervous?

# %%
guess_quarters = {"calmest": None, "most nervous": None}

# %% folded="show_quarters"
if ready("sensitivity", "fgsm"):
    attacked = {eps: network.forward(fgsm(net, X, labels, eps), w) for eps in (0.02, 0.03, 0.05, 0.1)}
    adversarial.quarters(sensitivity(net, X, labels), network.forward(X, w), attacked, labels)
    print("your guess at 0.03:", guess_quarters)

# %% [markdown]
# The nervous fall first. But at $\varepsilon = 0.1$ more than a third of the calmest fall, too. Where the network is sure, soft-max keeps the loss almost flat; a little further on it climbs.
#
# ## Small steps
#
# `fgsm` looks at the slope once. Look again after every step.

# %% [markdown]
# ### Exercise `pgd`
#
# *Projected gradient descent* (though we go up): steps like those of `fgsm`, of size `alpha`. After each, what went too far is brought back ("projected"): into the **ball** (really a cube), at most `eps` from $X$ in each pixel, and into $[0, 1]$.

# %% answer="pgd"
def pgd(net, X, labels, eps, alpha, steps):
    """Attack in small steps, never farther than eps from X in any pixel.

    X: (n, d) in [0, 1]. labels: (n,).
    eps, alpha: 0 or more, in units of the pixels. steps: 0 or more.
    Returns (n, d) in [0, 1].
    """
    ### BEGIN SOLUTION
    X_adv = np.array(X, dtype=float)
    for _ in range(steps):
        X_adv = X_adv + alpha * np.sign(input_bar(net, X_adv, labels))
        X_adv = np.clip(X_adv, X - eps, X + eps)
        X_adv = np.clip(X_adv, 0, 1)
    return X_adv
    ### END SOLUTION

# %% [markdown]
# <details><summary>My pictures drift away</summary>
#
# You need two arrays: where the walk began and where it is now. Which of them is the centre of the ball? Which one gives the bar?
# </details>
# <details><summary>"Steps beyond the ball" fails, the rest is right</summary>
#
# When do you check whether a pixel went too far: after each step, or at the end of the walk?
# </details>
# <details><summary>Does the order of the two corrections matter?</summary>
#
# No. Each keeps a number within an interval, and the original pixel lies in both. Either order keeps it within what they have in common.
# </details>
# <details><summary>A small example</summary>
#
# A pixel at $0.5$, $\varepsilon = 0.1$, $\alpha = 0.04$, bars always positive: $0.54$, $0.58$, $0.6$, $0.6$. Now a negative bar: $0.56$. If the walk is corrected only at its end, it is at $0.62$ by then, and is brought back to $0.6$.
# </details>

# %% test="test_pgd"
check("pgd")

# %% [markdown]
# We now compare the mean loss of all 1,000 digits at $\varepsilon = 0.1$, after one step of `fgsm` and after $k = 2, 5, 10, 20$ steps of size $0.25/k$. How much larger will it be after 20 steps than after `fgsm`, in percent?

# %%
guess_gain = None

# %% folded="show_pgd"
if ready("fgsm", "pgd"):
    print("eps = 0.1       mean loss of 1,000 digits")
    walks = {"no attack": X, "fgsm": fgsm(net, X, labels, 0.1)}
    walks |= {f"pgd, {k} steps": pgd(net, X, labels, 0.1, 0.25 / k, k) for k in (2, 5, 10, 20)}
    losses = {name: loss.forward(network.forward(x, w), labels) for name, x in walks.items()}
    for name, value in losses.items():
        print(f"{name:<14}{value:>8.2f}")
    change, rows = walks["fgsm"] - X, np.arange(len(X))
    looks = {"the mean logit of the label": lambda x: network.forward(x, w)[rows, labels].mean()}
    looks["the mean loss"] = lambda x: loss.forward(network.forward(x, w), labels)
    for name, look in looks.items():
        promised = (look(X + 1e-4 * change) - look(X)) / 1e-4
        print(f"fgsm changes {name} by {look(X + change) - look(X):+.2f}; its slope at the start promised {promised:+.2f}")
    print(f"20 steps compared with fgsm: {losses['pgd, 20 steps'] / losses['fgsm'] - 1:+.0%}; your guess: {guess_gain}")

# %% [markdown]
# Two steps are better than one, but more than five steps are hardly better than five: within so small a ball the *logits* are nearly linear, though the loss is not. Remember that.
#
# ## Gibbon, please
#
# So far you only pushed the network away from the true class. Now you choose the class.

# %% [markdown]
# ### Exercise `targeted`
#
# You are given `targets`, the classes that the network should see; the function does not even get the true labels. Same steps, same ball. Should the loss with these labels grow or fall?

# %% answer="targeted"
def targeted(net, X, targets, eps, alpha, steps):
    """Attack that makes the network see `targets`, never farther than eps from X in any pixel.

    X: (n, d) in [0, 1]. targets: (n,), the wanted classes.
    eps, alpha: 0 or more, in units of the pixels. steps: 0 or more.
    Returns (n, d) in [0, 1].
    """
    ### BEGIN SOLUTION
    X_adv = np.array(X, dtype=float)
    for _ in range(steps):
        X_adv = X_adv - alpha * np.sign(input_bar(net, X_adv, targets))
        X_adv = np.clip(np.clip(X_adv, X - eps, X + eps), 0, 1)
    return X_adv
    ### END SOLUTION

# %% [markdown]
# <details><summary>The wanted class gets less likely</summary>
#
# A small loss means: the network agrees with the label it was given. You give it the wanted one.
# </details>
# <details><summary>How much of pgd must change?</summary>
#
# Very little.
# </details>
# <details><summary>A small example</summary>
#
# Two classes, and ink in the pixel speaks for class 1. The image is a 0 and you want a 1. The loss with label 1 falls as ink is added, so its bar is negative. Where should the pixel go?
# </details>

# %% test="test_targeted"
check("targeted")

# %% [markdown]
# One digit, ten wishes, $\varepsilon = 0.15$. How many of them will the network fulfil? (One is free: the class that it sees now.)

# %%
guess_wishes = None  # 1 to 10

# %% folded="show_targeted"
if ready("targeted"):
    wishes, which = np.arange(10), 21
    same = np.repeat(X[which : which + 1], 10, axis=0)
    ten = targeted(net, same, wishes, eps=0.15, alpha=0.015, steps=30)
    display(adversarial.aimed(ten, network.forward(ten, w), wishes))
    fulfilled = np.sum(network.forward(ten, w).argmax(axis=1) == wishes)
    print(f"fulfilled: {fulfilled} of 10; {compared(guess_wishes, int(fulfilled))}")

# %% [markdown]
# One digit, ten opinions, all of them chosen by you.
#
# ## How many fall?
#
# Single pictures prove nothing: perhaps they were hand-picked. Does it work on *most* images? The quarters gave a hint; now draw the whole curve.

# %% [markdown]
# ### Exercise `accuracy_curve`
#
# For each `eps` in a list, attack **all** images and return the proportion that the network still classifies correctly. The network's choice is the class with the largest logit. The attack is a function like your `fgsm`, called as `attack(net, X, labels, eps)`.

# %% answer="accuracy_curve"
def accuracy_curve(net, X, labels, eps_list, attack):
    """Accuracy under attack, for attacks of several sizes.

    X: (n, d). labels: (n,), the truth. eps_list: k numbers.
    attack: attack(net, X, labels, eps) -> (n, d).
    Returns an array (k,) of proportions in [0, 1].
    """
    network, w, loss = net
    ### BEGIN SOLUTION
    correct = []
    for eps in eps_list:
        logits = network.forward(attack(net, X, labels, eps), w)
        correct.append(np.mean(logits.argmax(axis=1) == labels))
    return np.array(correct)
    ### END SOLUTION

# %% [markdown]
# <details><summary>My curve is flat</summary>
#
# The attack returns new images. Do they ever reach the network?
# </details>
# <details><summary>The first entry is right, the others are too low</summary>
#
# Does each attack start from the original images, or from the result of the last attack?
# </details>
# <details><summary>A small example</summary>
#
# Three images, labels $2, 0, 1$, logits $(1, 5, 9)$, $(3, 1, 2)$, $(4, 0, 1)$. The largest stand at positions $2$, $0$, $0$: two of three are right.
# </details>

# %% test="test_accuracy_curve"
check("accuracy_curve")

# %% [markdown]
# But perhaps *any* change of that size would do it? A fair comparison: every pixel is pushed by the same $\varepsilon$, up or down by the toss of a coin, and kept in $[0, 1]$. 784,000 pushes as large as yours, none of them aimed. (On blank paper about half of these do nothing, and about half of yours.)
#
# Without any attack about 93 % are classified correctly. Your predictions for $\varepsilon = 0.15$? (The curves take up to half a minute.)

# %%
# Percent still correct at eps = 0.15. Not graded.
guess_correct = {"fgsm": None, "random signs": None}

# %% folded="show_curve"
coins = np.random.default_rng(0).choice([-1.0, 1.0], X.shape)


def random_signs(net, X, labels, eps):
    """As large a change as fgsm's, but aimed at nothing."""
    return np.clip(X + eps * coins, 0, 1)


if ready("fgsm", "pgd", "accuracy_curve"):
    sizes = [0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3]
    attacks = {"random signs": random_signs, "fgsm": fgsm}
    attacks["pgd"] = lambda net, X, labels, eps: pgd(net, X, labels, eps, eps / 2, 5)
    lines = {name: accuracy_curve(net, X, labels, sizes, attack) for name, attack in attacks.items()}
    display(adversarial.curve(sizes, lines, guess_correct, at=0.15))
    for name, correct in lines.items():
        guessed = guess_correct.get(name, "none was asked for")
        print(f"{name:12} at eps = 0.15: {100 * correct[sizes.index(0.15)]:.1f} % correct; your guess: {guessed}")

# %% [markdown]
# So from $\varepsilon = 0.075$ on the attack works on most images, and at $0.15$ this is not because of its size: coin tosses of the same size do hardly any harm. What matters at a given size is the direction.
#
# Ten classes: blind guessing gets 10 %. Below that line the network is worse than blind guessing. With 1,000 classes the line would lie at 0.1 %.
#
# Now try single digits. Find the smallest `eps` at which the network sees another digit. Aim at a class. Then draw a digit of your own and attack it.

# %% show="show_pad"
from barprop.widgets import PerturbPad

PerturbPad(net, X[:30], labels[:30], eps=0.1, alpha=0.02, steps=5)

# %% [markdown]
# Now see what you have been adding.

# %% folded="show_magnified"
if ready("fgsm"):
    one, truth = X[197:198], labels[197:198]
    made = np.concatenate([one, fgsm(net, one, truth, 0.08), np.clip(one + 0.08 * coins[:1], 0, 1)])
    captions = [adversarial.caption(logits, truth[0]) for logits in network.forward(made, w)]
    display(adversarial.magnified(one[0], {"fgsm": made[1], "random signs": made[2]}, captions))

# %% [markdown]
# You can still see the 7 in both changes: blank paper can only get darker; most inked pixels can get lighter, too. The rest looks like noise. But the upper one does almost as much harm as `pgd` can.
#
# Why do small changes have such a large effect? Add up what the slope promises (forget the limits $0$ and $1$ here). If all $d$ pixels move in the harmful direction, each contributes $\varepsilon\,|\bar x_i|$. With coin tosses most of this cancels out. For 784 pixels, how many times larger is the aimed sum: 5, 20 or 100?

# %%
guess_ratio = None

# %% folded="show_why"
if ready("input_bar"):
    X_bar = input_bar(net, X, labels)
    together = 0.1 * np.abs(X_bar).sum(axis=1).mean()
    sums = 0.1 * X_bar @ np.random.default_rng(0).choice([-1.0, 1.0], (784, 400))  # 400 rounds of coin tosses
    by_coin = np.sqrt((sums**2).mean(axis=1)).mean()  # their typical size, for each digit; then the mean of all
    print(f"The slope promises at eps = 0.1: {together:.2f} together, {by_coin:.3f} by coins,")
    print(f"a ratio of {together / by_coin:.0f}; your guess: {guess_ratio}")
    print(f"If all |x_bar_i| were equal, it would be the square root of 784, {784**0.5:.0f}")

# %% [markdown]
# That is the paper's point. *Because* the logits are nearly linear, many small contributions add up: aimed, their sum grows like $d$; with coin tosses, like $\sqrt d$ (for about equal $|\bar x_i|$). The panda photo was 150,000 numbers (224 × 224 × 3); one level of 256 was enough: $\varepsilon \approx 0.004$ ($0.007$ in the paper's units).
#
# ## Training on attacked digits
#
# Can the network learn to resist? Train it further, on digits attacked anew in every step (a minute). Before, it gets 93 % of the clean digits right, and 15 % of those attacked by `fgsm` with $\varepsilon = 0.1$. And afterwards?

# %%
guess_after = {"clean digits": None, "fgsm with eps = 0.1": None}  # in percent

# %% show="show_training"
def train_under_attack(net, X, labels, eps, epochs=4, lr=0.1, batch=32, seed=1):
    """Go on training on digits that were attacked a moment ago."""
    network, w, loss = net
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        for rows in np.split(rng.permutation(len(X)), range(batch, len(X), batch)):
            attacked = fgsm((network, w, loss), X[rows], labels[rows], eps)
            loss.forward(network.forward(attacked, w), labels[rows])
            w_bar, _ = network.backward(loss.backward(), w)
            w = [tuple(p - lr * p_bar for p, p_bar in zip(*layer)) for layer in zip(w, w_bar)]
    return network, w, loss


if ready("fgsm", "pgd", "accuracy_curve"):
    hardened = train_under_attack(load(), X_train, labels_train, eps=0.1)

# %% folded="show_robust"
if ready("fgsm", "pgd", "accuracy_curve"):
    after = {name: accuracy_curve(hardened, X, labels, sizes, attacks[name]) for name in ("fgsm", "pgd")}
    display(adversarial.before_and_after(sizes, lines, after))
    for name in after:
        for when, curves in (("before", lines), ("after", after)):
            clean, at_tenth = curves[name][0], curves[name][sizes.index(0.1)]
            print(f"{name}, {when}: clean {100 * clean:.1f} %, eps = 0.1 {100 * at_tenth:.1f} %")
    print("your guess, after:", guess_after)

# %% [markdown]
# Under attack it gets far more right, and clean digits do not suffer. Accuracy still falls as the attack grows, fastest just beyond the size used in training. `pgd` does more harm.
#
# ## What to take away
#
# - $\bar x$ comes with every backward pass; its length tells how sensitive the loss is.
# - With a budget per pixel, the sign of the bar counts: at $\varepsilon = 0.1$ it does far more harm than noise of that size.
# - Small pushes add up where the logits are nearly linear.
#
# Three quick questions:
#
# <details><summary>loss.backward() divides by n. What does input_bar undo, and why?</summary>
#
# The division: each image has a loss of its own, and that should not depend on how many others are in the batch.
# </details>
# <details><summary>Training moves the weights downhill. fgsm moves something else uphill, targeted moves it downhill. What is held fixed in training, and what in an attack?</summary>
#
# In training the images, in an attack the weights. An attack is training with another variable: uphill to spoil, downhill to reach a target.
# </details>
# <details><summary>Why can a digit with a bar of almost 0 still fall to an attack with eps = 0.1?</summary>
#
# The bar is the slope at one point; a step away the slope may be a different one.
# </details>

# %%
# Your own experiments go here.

# %% [markdown]
# ## Go further
#
# Nothing here is graded. (`untrained(seed)` makes a fresh network.)
#
# - **Transfer.** Show digits that fool our network to one of your own. Does an attacker need your weights?
# - **A round ball.** Limit the Euclidean length $\lVert x' - x\rVert_2$ to $\varepsilon$. What replaces the sign, and what the projection?
# - **One for all.** Find one change that spoils many digits.
# - Start `pgd` at random places in the ball, and keep the worst.
# - A picture file holds 256 levels. Do attacks survive rounding?
