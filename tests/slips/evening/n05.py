"""Evening slips in notebook 05."""

BASES = {
    "input_bar": """
def input_bar(net, X, labels):
    network, w, loss = net
    logits = network.forward(X, w)
    loss.forward(logits, labels)
    logits_bar = loss.backward() * X.shape[0]
    return network.backward(logits_bar, w)[1]
""",
    "sensitivity": """
def sensitivity(net, X, labels):
    return np.linalg.norm(input_bar(net, X, labels), axis=-1)
""",
    "gradient_ascent": """
def gradient_ascent(net, X, labels, alpha, steps):
    moved = X + 0.0
    while steps > 0:
        moved = moved + alpha * input_bar(net, moved, labels)
        steps = steps - 1
    return moved
""",
    "fgsm": """
def fgsm(net, X, labels, eps):
    step = eps * np.sign(input_bar(net, X, labels))
    return np.minimum(1.0, np.maximum(0.0, X + step))
""",
    "pgd": """
def pgd(net, X, labels, eps, alpha, steps):
    low, high = np.maximum(X - eps, 0), np.minimum(X + eps, 1)
    adv = np.array(X, dtype=float)
    for _ in range(steps):
        adv = adv + alpha * np.sign(input_bar(net, adv, labels))
        adv = np.clip(adv, low, high)
    return adv
""",
    "targeted": """
def targeted(net, X, targets, eps, alpha, steps):
    adv = 1.0 * X
    for _ in range(steps):
        adv = adv - alpha * np.sign(input_bar(net, adv, targets))
        delta = np.clip(adv - X, -eps, eps)
        adv = np.clip(X + delta, 0.0, 1.0)
    return adv
""",
    "accuracy_curve": """
def accuracy_curve(net, X, labels, eps_list, attack):
    network, w, loss = net

    def accuracy(eps):
        said = network.forward(attack(net, X, labels, eps), w).argmax(axis=1)
        return float((said == labels).mean())

    return np.array([accuracy(eps) for eps in eps_list])
""",
}

SLIPS = {
    "input_bar": (
        ("loss.backward() * X.shape[0]", "loss.backward() * X.shape[1]", "d for n", "the length of X, axis 1 for the length of X, axis 0"),
        ("loss.backward() * X.shape[0]", "loss.backward()", "n forgotten", "forgot the n"),
        ("[1]", "[0]", "the bars of the weights", ""),
        ("loss.forward(logits, labels)", "loss.forward(np.maximum(logits, 0), labels)", "a ReLU too many", ""),
        ("logits_bar = loss.backward() * X.shape[0]", "logits_bar = np.eye(logits.shape[1])[labels]", "one-hot sent back", "only the right class's logit"),
        ("logits_bar = loss.backward() * X.shape[0]", "logits_bar = logits - np.eye(logits.shape[1])[labels]", "soft-max forgotten", ""),
        ("[1]", "[1].mean(axis=0)", "a mean over the images", "averaged the images"),
    ),
    "sensitivity": (
        ("axis=-1", "axis=None", "one number", "one for the whole batch"),
        ("axis=-1", "ord=1, axis=-1", "1-norm", "sum of sizes"),
        ("axis=-1", "ord=np.inf, axis=-1", "largest", "largest entry"),
        ("np.linalg.norm(input_bar(net, X, labels), axis=-1)", "np.std(input_bar(net, X, labels), axis=1)", "standard deviation", "the standard deviation of each image's bar"),
        ("np.linalg.norm(input_bar(net, X, labels), axis=-1)", "np.linalg.norm(input_bar(net, X, labels), axis=-1) / np.linalg.norm(X, axis=-1)", "relative to the image", "relative to the image"),
        ("np.linalg.norm(input_bar(net, X, labels), axis=-1)", "np.mean(np.abs(input_bar(net, X, labels)), axis=1)", "mean size", "the mean of the sizes of each image's bar"),
    ),
    "gradient_ascent": (
        ("        steps = steps - 1\n    return moved", "        steps = steps - 1\n        return moved", "return in the loop", "one step, whatever steps says"),
        ("alpha * input_bar(net, moved, labels)", "alpha * input_bar(net, moved, labels) / np.linalg.norm(input_bar(net, moved, labels))", "unit length", "scaled by the length of all bars"),
        ("moved + alpha * input_bar(net, moved, labels)", "moved + alpha * steps * input_bar(net, moved, labels)", "alpha grows", "a rate that counts down"),
        ("moved + alpha * input_bar(net, moved, labels)", "moved * (1 + alpha * input_bar(net, moved, labels))", "multiplied", "multiplied with the image"),
        ("        steps = steps - 1\n", "        steps = steps - 1\n        alpha = alpha / 2\n", "alpha halved", "a rate that halves"),
        ("moved + alpha * input_bar(net, moved, labels)", "moved + alpha * sensitivity(net, moved, labels)[:, None]", "its length", "by the length of each bar"),
    ),
    "fgsm": (
        ("np.minimum(1.0, np.maximum(0.0, X + step))", "np.maximum(1.0, np.minimum(0.0, X + step))", "min and max swapped", "all ones"),
        ("np.minimum(1.0, np.maximum(0.0, X + step))", "np.maximum(0.0, X + step)", "the upper end forgotten", "clipped below only"),
        ("np.minimum(1.0, np.maximum(0.0, X + step))", "np.clip(X + step, X - eps, X + eps)", "the ball alone", "forgot to clip"),
        ("np.minimum(1.0, np.maximum(0.0, X + step))", "step", "the step alone", "only the change"),
        ("eps * np.sign(input_bar(net, X, labels))", "np.sign(eps * input_bar(net, X, labels))", "eps inside", ""),
        ("eps * np.sign(input_bar(net, X, labels))", "eps * np.sign(input_bar(net, X, labels)) / X.shape[1]", "divided by d", "the step over the pixels"),
        ("eps * np.sign(input_bar(net, X, labels))", "eps * np.sign(X)", "sign of X", "X + eps"),
        ("np.minimum(1.0, np.maximum(0.0, X + step))", "(X + step - np.min(X + step)) / np.ptp(X + step)", "stretched to 0 and 1", ""),
    ),
    "pgd": (
        ("np.maximum(X - eps, 0), np.minimum(X + eps, 1)", "np.maximum(X - eps, 0), np.minimum(X - eps, 1)", "sign of the upper end", ""),
        ("np.maximum(X - eps, 0), np.minimum(X + eps, 1)", "X - eps, X + eps", "0 and 1 forgotten", "forgot to clip"),
        ("np.maximum(X - eps, 0), np.minimum(X + eps, 1)", "0, 1", "the ball forgotten", "no projection"),
        ("        adv = np.clip(adv, low, high)\n    return adv", "    return np.clip(adv, low, high)", "once at the end", "projected only at the end"),
        ("np.array(X, dtype=float)", "np.array(X, dtype=float) + alpha", "starts beside X", ""),
        ("range(steps)", "range(steps + 1)", "one step too many", "one step too many"),
        ("np.array(X, dtype=float)", "np.clip(X + eps * np.sign(input_bar(net, X, labels)), 0, 1)", "starts from fgsm", "started with a step of eps"),
        ("alpha * np.sign", "alpha / steps * np.sign", "alpha shared out", "alpha shared among the steps"),
        ("alpha * np.sign(input_bar(net, adv, labels))", "alpha * np.sign(input_bar(net, adv, labels)) * eps", "eps once more", "the step times eps"),
    ),
    "targeted": (
        ("np.clip(X + delta, 0.0, 1.0)", "X + delta", "0 and 1 forgotten", "forgot to clip"),
        ("np.clip(adv - X, -eps, eps)", "np.clip(adv - X, 0, eps)", "upwards only", ""),
        ("np.clip(adv - X, -eps, eps)", "np.clip(adv, -eps, eps)", "X not subtracted", ""),
        ("np.clip(X + delta, 0.0, 1.0)", "np.clip(delta, 0.0, 1.0)", "X lost", ""),
        ("adv - alpha * np.sign(input_bar(net, adv, targets))", "adv - alpha * np.sign(input_bar(net, X, targets))", "the first bar for ever", "one x_bar for all steps"),
        ("adv - alpha * np.sign(input_bar(net, adv, targets))", "adv - alpha / 2 * np.sign(input_bar(net, adv, targets))", "half a step", "half a step"),
        ("        adv = np.clip(X + delta, 0.0, 1.0)", "        X = np.clip(X + delta, 0.0, 1.0)", "X moved, adv not", "neither ball nor range"),
        ("adv - alpha * np.sign(input_bar(net, adv, targets))", "adv + alpha * np.sign(input_bar(net, adv, targets))", "uphill", "ascended"),
    ),
    "accuracy_curve": (
        ("argmax(axis=1)", "argmax()", "axis forgotten", "one class for the whole batch"),
        ("argmax(axis=1)", "argmin(axis=1)", "argmin", "the least likely class"),
        ("(said == labels).mean()", "(said == labels).sum() / len(eps_list)", "the wrong count", "over the number of eps"),
        ("(said == labels).mean()", "(said == labels).all()", "all right or none", "the same share for each eps"),
        ("attack(net, X, labels, eps)", "attack(net, X, labels, 0.1)", "eps fixed", "the same share for each eps"),
        ("attack(net, X, labels, eps)", "X + eps", "no attack", "eps added"),
        ("np.array([accuracy(eps) for eps in eps_list])", "[accuracy(eps) for eps in eps_list]", "a list", ""),
        ("np.array([accuracy(eps) for eps in eps_list])", "np.array([accuracy(eps) for eps in sorted(eps_list)])", "eps sorted", "sorted by eps"),
        ("np.array([accuracy(eps) for eps in eps_list])", "np.cumsum([accuracy(eps) for eps in eps_list])", "summed up", "added up"),
        ("(said == labels).mean()", "(said == network.forward(X, w).argmax(axis=1)).mean()", "compared with the prediction", "against the predictions"),
        ("np.array([accuracy(eps) for eps in eps_list])", "np.array([accuracy(eps) / accuracy(0.0) for eps in eps_list])", "relative", "relative to the clean accuracy"),
    ),
}  # fmt: skip
