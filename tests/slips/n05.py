"""Slips in notebook 05."""

_WALK = "        X_adv = np.clip(X_adv, X - eps, X + eps)\n"

BASES = {
    "input_bar": """
def input_bar(net, X, labels):
    network, w, loss = net
    loss.forward(network.forward(X, w), labels)
    w_bar, X_bar = network.backward(loss.backward(), w)
    return X_bar * len(X)
""",
    "sensitivity": """
def sensitivity(net, X, labels):
    X_bar = input_bar(net, X, labels)
    return np.sqrt(np.sum(X_bar**2, axis=1))
""",
    "gradient_ascent": """
def gradient_ascent(net, X, labels, alpha, steps):
    X_adv = np.array(X, dtype=float)
    for step in range(steps):
        X_adv = X_adv + alpha * input_bar(net, X_adv, labels)
    return X_adv
""",
    "fgsm": """
def fgsm(net, X, labels, eps):
    X_bar = input_bar(net, X, labels)
    return np.clip(X + eps * np.sign(X_bar), 0, 1)
""",
    "pgd": """
def pgd(net, X, labels, eps, alpha, steps):
    X_adv = np.array(X, dtype=float)
    for step in range(steps):
        X_bar = input_bar(net, X_adv, labels)
        X_adv = X_adv + alpha * np.sign(X_bar)
        X_adv = np.clip(X_adv, X - eps, X + eps)
        X_adv = np.clip(X_adv, 0, 1)
    return X_adv
""",
    "targeted": """
def targeted(net, X, targets, eps, alpha, steps):
    X_adv = np.array(X, dtype=float)
    for step in range(steps):
        X_bar = input_bar(net, X_adv, targets)
        X_adv = X_adv - alpha * np.sign(X_bar)
        X_adv = np.clip(X_adv, X - eps, X + eps)
        X_adv = np.clip(X_adv, 0, 1)
    return X_adv
""",
    "accuracy_curve": """
def accuracy_curve(net, X, labels, eps_list, attack):
    network, w, loss = net
    curve = []
    for eps in eps_list:
        X_adv = attack(net, X, labels, eps)
        predicted = np.argmax(network.forward(X_adv, w), axis=1)
        curve.append(np.mean(predicted == labels))
    return np.array(curve)
""",
}

SLIPS = {
    "input_bar": (
        ("return X_bar * len(X)", "return X_bar", "divided by n", "forgot the n"),
        ("return X_bar * len(X)", "return X_bar / len(X)", "divided by n once more", "n twice in the mean"),
        ("return X_bar * len(X)", "return -X_bar * len(X)", "sign", "flipped the sign"),
        ("return X_bar * len(X)", "return np.sign(X_bar)", "the sign alone", "the sign alone"),
        ("return X_bar * len(X)", "return np.abs(X_bar) * len(X)", "absolute", "sizes without signs"),
        ("return X_bar * len(X)", "return w_bar[0][0]", "the bar of the weights", ""),
        ("return X_bar * len(X)", "return X_bar * X.size", "size for n", "times its length along axis 1"),
        ("loss.forward(network.forward(X, w), labels)", "logits = network.forward(X, w); loss.forward(logits, logits.argmax(axis=1))", "prediction for label", "predictions in place of labels"),
        ("network.backward(loss.backward(), w)", "network.backward(network.forward(X, w), w)", "the logits sent back", "logits for their bar"),
        ("network.backward(loss.backward(), w)", "network.backward(np.ones(network.forward(X, w).shape), w)", "ones sent back", "ones for the bar of the logits"),
        ("return X_bar * len(X)", "return X + X_bar * len(X)", "added to X", "X added"),
        ("network.backward(loss.backward(), w)", "network.backward(loss.backward(len(X)), w)", "n twice", "n twice"),
    ),
    "sensitivity": (
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sum(X_bar**2, axis=1)", "root forgotten", "forgot the root"),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sum(np.abs(X_bar), axis=1)", "absolute values", "sum of sizes"),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sqrt(np.sum(X_bar**2, axis=0))", "wrong axis", "along the images"),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.linalg.norm(X_bar)", "one number", "one for the whole batch"),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sqrt(np.mean(X_bar**2, axis=1))", "mean", "mean instead of sum"),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.max(np.abs(X_bar), axis=1)", "largest", "largest entry"),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sqrt(np.sum(X_bar**2, axis=1)) / len(X)", "divided by n", "forgot the n"),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sum(X_bar, axis=1)", "plain sum", "plain sum"),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.linalg.norm(X_bar * X, axis=1)", "times X", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.linalg.norm(X, axis=1)", "of X, not of its bar", "length of the image"),
    ),
    "gradient_ascent": (
        ("X_adv + alpha", "X_adv - alpha", "downhill", "descended"),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "X + alpha * input_bar(net, X_adv, labels)", "from X each time", "always from the original"),
        ("input_bar(net, X_adv, labels)", "input_bar(net, X, labels)", "the first bar for ever", "one x_bar for all steps"),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "X_adv + alpha * np.sign(input_bar(net, X_adv, labels))", "sign", "sign instead of the bar"),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "np.clip(X_adv + alpha * input_bar(net, X_adv, labels), 0, 1)", "clipped", "clipped after every step"),
        ("range(steps)", "range(1)", "one step", "one step, whatever steps says"),
        ("range(steps)", "range(steps - 1)", "one too few", "one step too few"),
        ("range(steps)", "range(steps + 1)", "one too many", "one step too many"),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "X_adv + input_bar(net, X_adv, labels)", "alpha forgotten", "forgot alpha"),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "alpha * input_bar(net, X_adv, labels)", "X lost", "the last step alone"),
        ("alpha * input_bar(net, X_adv, labels)", "alpha / len(X) * input_bar(net, X_adv, labels)", "divided by n", "forgot the n"),
        ("    return X_adv", "    return X_adv - X", "the change alone", "only the change"),
        ("        X_adv = X_adv + alpha", "        labels = net[0].forward(X_adv, net[1]).argmax(axis=1)\n        X_adv = X_adv + alpha", "prediction for label", "predictions in place of labels"),
    ),
    "fgsm": (
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "X + eps * np.sign(X_bar)", "not clipped", "forgot to clip"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X - eps * np.sign(X_bar), 0, 1)", "downhill", "descended"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * X_bar, 0, 1)", "sign forgotten", "forgot the sign"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + np.sign(X_bar), 0, 1)", "eps forgotten", "forgot eps"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "X + np.clip(eps * np.sign(X_bar), 0, 1)", "the step clipped", "only upwards"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * np.sign(X_bar), -1, 1)", "clipped to -1", "clipped above only"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(eps * np.sign(X_bar), 0, 1)", "X lost", "the image lost"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * X_bar / np.abs(X_bar).max(), 0, 1)", "divided by the largest", "scaled by the largest bar"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * X_bar / np.linalg.norm(X_bar, axis=1, keepdims=True), 0, 1)", "by the length", "unit length"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X * (1 + eps * np.sign(X_bar)), 0, 1)", "times X", "a share of each pixel"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * np.where(X_bar > 0, 1, -1), 0, 1)", "0 taken for minus", "moved down at zero"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * (X_bar > 0), 0, 1)", "upwards only", "only upwards"),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps / 2 * np.sign(X_bar), 0, 1)", "half of eps", "half a step"),
    ),
    "pgd": (
        ("X_adv + alpha * np.sign", "X_adv - alpha * np.sign", "downhill", "descended"),
        ("input_bar(net, X_adv, labels)", "input_bar(net, X, labels)", "first bar for ever", "one x_bar for all steps"),
        (_WALK, "", "no eps-ball", "no projection"),
        ("        X_adv = np.clip(X_adv, 0, 1)\n", "", "no clip to 0 and 1", "forgot to clip"),
        ("        X_adv = np.clip(X_adv, 0, 1)\n    return X_adv", "    return np.clip(X_adv, 0, 1)", "0 and 1 once at the end", "the range only at the end"),
        (_WALK + "        X_adv = np.clip(X_adv, 0, 1)\n    return", "    X_adv = np.clip(X_adv, X - eps, X + eps)\n    X_adv = np.clip(X_adv, 0, 1)\n    return", "projected once at the end", "projected only at the end"),
        ("np.clip(X_adv, X - eps, X + eps)", "np.clip(X_adv, X_adv - eps, X_adv + eps)", "ball around the walk", "no projection"),
        ("np.clip(X_adv, X - eps, X + eps)", "np.clip(X_adv, -eps, eps)", "ball around 0", ""),
        ("alpha * np.sign(X_bar)", "eps * np.sign(X_bar)", "eps for alpha", "eps as the step"),
        ("alpha * np.sign(X_bar)", "alpha * X_bar", "sign forgotten", "forgot the sign"),
        ("X_adv = X_adv + alpha", "X_adv = X + alpha", "from X each time", "always from the original"),
        ("range(steps)", "range(1)", "one step", "one step, whatever steps says"),
        ("X - eps, X + eps", "X - alpha, X + alpha", "alpha for eps", "alpha as the budget"),
        ("X_adv = np.array(X, dtype=float)", "X_adv = X + np.random.default_rng(0).uniform(-eps, eps, X.shape)", "random start", ""),
        ("X_adv = np.clip(X_adv, X - eps, X + eps)", "d = X_adv - X; X_adv = X + d * np.minimum(1, eps / np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-12))", "Euclidean ball", ""),
    ),
    "targeted": (
        ("X_adv - alpha * np.sign", "X_adv + alpha * np.sign", "uphill", "ascended"),
        ("input_bar(net, X_adv, targets)", "input_bar(net, X, targets)", "first bar for ever", "one x_bar for all steps"),
        ("input_bar(net, X_adv, targets)", "input_bar(net, X_adv, net[0].forward(X_adv, net[1]).argmax(axis=1))", "prediction for target", "predictions in place of labels"),
        (_WALK, "", "no eps-ball", "no projection"),
        ("        X_adv = np.clip(X_adv, 0, 1)\n", "", "no clip to 0 and 1", "forgot to clip"),
        ("np.clip(X_adv, X - eps, X + eps)", "np.clip(X_adv, X_adv - eps, X_adv + eps)", "ball around the walk", "no projection"),
        ("alpha * np.sign(X_bar)", "alpha * X_bar", "sign forgotten", "forgot the sign"),
        ("alpha * np.sign(X_bar)", "eps * np.sign(X_bar)", "eps for alpha", "eps as the step"),
        ("range(steps)", "range(min(steps, 1))", "one step", "one step only"),
        ("range(steps)", "range(steps - 1)", "one too few", "one step too few"),
        ("X_adv = X_adv - alpha", "X_adv = X - alpha", "from X each time", "always from the original"),
        (_WALK + "        X_adv = np.clip(X_adv, 0, 1)\n    return", "    X_adv = np.clip(X_adv, X - eps, X + eps)\n    X_adv = np.clip(X_adv, 0, 1)\n    return", "projected once at the end", "projected only at the end"),
        ("np.sign(X_bar)", "np.sign(X_bar - input_bar(net, X_adv, net[0].forward(X, net[1]).argmax(axis=1)))", "away from the prediction as well", ""),
    ),
    "accuracy_curve": (
        ("np.mean(predicted == labels)", "np.mean(predicted != labels)", "errors counted", "error instead of accuracy"),
        ("np.mean(predicted == labels)", "np.sum(predicted == labels)", "counted, no share", "number instead of share"),
        ("np.mean(predicted == labels)", "100 * np.mean(predicted == labels)", "per cent", "percent"),
        ("network.forward(X_adv, w)", "network.forward(X, w)", "the clean images", "classified the clean images"),
        ("attack(net, X, labels, eps)", "attack(net, X, labels, eps_list[0])", "the first eps always", "the first entry everywhere"),
        ("attack(net, X, labels, eps)", "fgsm(net, X, labels, eps)", "fgsm whatever the attack", ""),
        ("axis=1", "axis=0", "wrong axis", ""),
        ("return np.array(curve)", "return curve[-1]", "the last only", ""),
        ("return np.array(curve)", "return np.mean(curve)", "averaged", "one number for all"),
        ("        X_adv = attack(net, X, labels, eps)", "        X_adv = X = attack(net, X, labels, eps)", "attack upon attack", "attacked the attacked"),
        ("attack(net, X, labels, eps)", "attack(net, X, network.forward(X, w).argmax(axis=1), eps)", "prediction for label", "attacked the predictions"),
        ("np.mean(predicted == labels)", "np.mean(predicted == np.argmax(network.forward(X, w), axis=1))", "compared with the prediction", "against the predictions"),
        ("return np.array(curve)", "return np.sort(curve)", "sorted", "sorted"),
        ("return np.array(curve)", "return np.array(curve)[::-1]", "reversed", "in reverse order"),
    ),
}  # fmt: skip
