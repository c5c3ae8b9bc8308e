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
        ("return X_bar * len(X)", "return X_bar", "divided by n", ""),
        ("return X_bar * len(X)", "return X_bar / len(X)", "divided by n once more", ""),
        ("return X_bar * len(X)", "return -X_bar * len(X)", "sign", ""),
        ("return X_bar * len(X)", "return np.sign(X_bar)", "the sign alone", ""),
        ("return X_bar * len(X)", "return np.abs(X_bar) * len(X)", "absolute", ""),
        ("return X_bar * len(X)", "return w_bar[0][0]", "the bar of the weights", ""),
        ("return X_bar * len(X)", "return X_bar * X.size", "size for n", ""),
        ("loss.forward(network.forward(X, w), labels)", "logits = network.forward(X, w); loss.forward(logits, logits.argmax(axis=1))", "prediction for label", ""),
        ("network.backward(loss.backward(), w)", "network.backward(network.forward(X, w), w)", "the logits sent back", ""),
        ("network.backward(loss.backward(), w)", "network.backward(np.ones(network.forward(X, w).shape), w)", "ones sent back", ""),
        ("return X_bar * len(X)", "return X + X_bar * len(X)", "added to X", ""),
        ("network.backward(loss.backward(), w)", "network.backward(loss.backward(len(X)), w)", "n twice", ""),
    ),
    "sensitivity": (
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sum(X_bar**2, axis=1)", "root forgotten", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sum(np.abs(X_bar), axis=1)", "absolute values", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sqrt(np.sum(X_bar**2, axis=0))", "wrong axis", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.linalg.norm(X_bar)", "one number", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sqrt(np.mean(X_bar**2, axis=1))", "mean", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.max(np.abs(X_bar), axis=1)", "largest", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sqrt(np.sum(X_bar**2, axis=1)) / len(X)", "divided by n", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.sum(X_bar, axis=1)", "plain sum", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.linalg.norm(X_bar * X, axis=1)", "times X", ""),
        ("np.sqrt(np.sum(X_bar**2, axis=1))", "np.linalg.norm(X, axis=1)", "of X, not of its bar", ""),
    ),
    "gradient_ascent": (
        ("X_adv + alpha", "X_adv - alpha", "downhill", ""),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "X + alpha * input_bar(net, X_adv, labels)", "from X each time", ""),
        ("input_bar(net, X_adv, labels)", "input_bar(net, X, labels)", "the first bar for ever", ""),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "X_adv + alpha * np.sign(input_bar(net, X_adv, labels))", "sign", ""),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "np.clip(X_adv + alpha * input_bar(net, X_adv, labels), 0, 1)", "clipped", ""),
        ("range(steps)", "range(1)", "one step", ""),
        ("range(steps)", "range(steps - 1)", "one too few", ""),
        ("range(steps)", "range(steps + 1)", "one too many", ""),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "X_adv + input_bar(net, X_adv, labels)", "alpha forgotten", ""),
        ("X_adv + alpha * input_bar(net, X_adv, labels)", "alpha * input_bar(net, X_adv, labels)", "X lost", ""),
        ("alpha * input_bar(net, X_adv, labels)", "alpha / len(X) * input_bar(net, X_adv, labels)", "divided by n", ""),
        ("    return X_adv", "    return X_adv - X", "the change alone", ""),
        ("        X_adv = X_adv + alpha", "        labels = net[0].forward(X_adv, net[1]).argmax(axis=1)\n        X_adv = X_adv + alpha", "prediction for label", ""),
    ),
    "fgsm": (
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "X + eps * np.sign(X_bar)", "not clipped", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X - eps * np.sign(X_bar), 0, 1)", "downhill", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * X_bar, 0, 1)", "sign forgotten", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + np.sign(X_bar), 0, 1)", "eps forgotten", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "X + np.clip(eps * np.sign(X_bar), 0, 1)", "the step clipped", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * np.sign(X_bar), -1, 1)", "clipped to -1", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(eps * np.sign(X_bar), 0, 1)", "X lost", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * X_bar / np.abs(X_bar).max(), 0, 1)", "divided by the largest", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * X_bar / np.linalg.norm(X_bar, axis=1, keepdims=True), 0, 1)", "by the length", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X * (1 + eps * np.sign(X_bar)), 0, 1)", "times X", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * np.where(X_bar > 0, 1, -1), 0, 1)", "0 taken for minus", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps * (X_bar > 0), 0, 1)", "upwards only", ""),
        ("np.clip(X + eps * np.sign(X_bar), 0, 1)", "np.clip(X + eps / 2 * np.sign(X_bar), 0, 1)", "half of eps", ""),
    ),
    "pgd": (
        ("X_adv + alpha * np.sign", "X_adv - alpha * np.sign", "downhill", ""),
        ("input_bar(net, X_adv, labels)", "input_bar(net, X, labels)", "first bar for ever", ""),
        (_WALK, "", "no eps-ball", ""),
        ("        X_adv = np.clip(X_adv, 0, 1)\n", "", "no clip to 0 and 1", ""),
        ("        X_adv = np.clip(X_adv, 0, 1)\n    return X_adv", "    return np.clip(X_adv, 0, 1)", "0 and 1 once at the end", ""),
        (_WALK + "        X_adv = np.clip(X_adv, 0, 1)\n    return", "    X_adv = np.clip(X_adv, X - eps, X + eps)\n    X_adv = np.clip(X_adv, 0, 1)\n    return", "projected once at the end", ""),
        ("np.clip(X_adv, X - eps, X + eps)", "np.clip(X_adv, X_adv - eps, X_adv + eps)", "ball around the walk", ""),
        ("np.clip(X_adv, X - eps, X + eps)", "np.clip(X_adv, -eps, eps)", "ball around 0", ""),
        ("alpha * np.sign(X_bar)", "eps * np.sign(X_bar)", "eps for alpha", ""),
        ("alpha * np.sign(X_bar)", "alpha * X_bar", "sign forgotten", ""),
        ("X_adv = X_adv + alpha", "X_adv = X + alpha", "from X each time", ""),
        ("range(steps)", "range(1)", "one step", ""),
        ("X - eps, X + eps", "X - alpha, X + alpha", "alpha for eps", ""),
        ("X_adv = np.array(X, dtype=float)", "X_adv = X + np.random.default_rng(0).uniform(-eps, eps, X.shape)", "random start", ""),
        ("X_adv = np.clip(X_adv, X - eps, X + eps)", "d = X_adv - X; X_adv = X + d * np.minimum(1, eps / np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-12))", "Euclidean ball", ""),
    ),
    "targeted": (
        ("X_adv - alpha * np.sign", "X_adv + alpha * np.sign", "uphill", ""),
        ("input_bar(net, X_adv, targets)", "input_bar(net, X, targets)", "first bar for ever", ""),
        ("input_bar(net, X_adv, targets)", "input_bar(net, X_adv, net[0].forward(X_adv, net[1]).argmax(axis=1))", "prediction for target", ""),
        (_WALK, "", "no eps-ball", ""),
        ("        X_adv = np.clip(X_adv, 0, 1)\n", "", "no clip to 0 and 1", ""),
        ("np.clip(X_adv, X - eps, X + eps)", "np.clip(X_adv, X_adv - eps, X_adv + eps)", "ball around the walk", ""),
        ("alpha * np.sign(X_bar)", "alpha * X_bar", "sign forgotten", ""),
        ("alpha * np.sign(X_bar)", "eps * np.sign(X_bar)", "eps for alpha", ""),
        ("range(steps)", "range(min(steps, 1))", "one step", ""),
        ("range(steps)", "range(steps - 1)", "one too few", ""),
        ("X_adv = X_adv - alpha", "X_adv = X - alpha", "from X each time", ""),
        (_WALK + "        X_adv = np.clip(X_adv, 0, 1)\n    return", "    X_adv = np.clip(X_adv, X - eps, X + eps)\n    X_adv = np.clip(X_adv, 0, 1)\n    return", "projected once at the end", ""),
        ("np.sign(X_bar)", "np.sign(X_bar - input_bar(net, X_adv, net[0].forward(X, net[1]).argmax(axis=1)))", "away from the prediction as well", ""),
    ),
    "accuracy_curve": (
        ("np.mean(predicted == labels)", "np.mean(predicted != labels)", "errors counted", ""),
        ("np.mean(predicted == labels)", "np.sum(predicted == labels)", "counted, no share", ""),
        ("np.mean(predicted == labels)", "100 * np.mean(predicted == labels)", "per cent", ""),
        ("network.forward(X_adv, w)", "network.forward(X, w)", "the clean images", ""),
        ("attack(net, X, labels, eps)", "attack(net, X, labels, eps_list[0])", "the first eps always", ""),
        ("attack(net, X, labels, eps)", "fgsm(net, X, labels, eps)", "fgsm whatever the attack", ""),
        ("axis=1", "axis=0", "wrong axis", ""),
        ("return np.array(curve)", "return curve[-1]", "the last only", ""),
        ("return np.array(curve)", "return np.mean(curve)", "averaged", ""),
        ("        X_adv = attack(net, X, labels, eps)", "        X_adv = X = attack(net, X, labels, eps)", "attack upon attack", ""),
        ("attack(net, X, labels, eps)", "attack(net, X, network.forward(X, w).argmax(axis=1), eps)", "prediction for label", ""),
        ("np.mean(predicted == labels)", "np.mean(predicted == np.argmax(network.forward(X, w), axis=1))", "compared with the prediction", ""),
        ("return np.array(curve)", "return np.sort(curve)", "sorted", ""),
        ("return np.array(curve)", "return np.array(curve)[::-1]", "reversed", ""),
    ),
}  # fmt: skip
