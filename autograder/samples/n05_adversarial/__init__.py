"""Notebook 05 as students answer it: every declared mistake, and right answers written differently."""

from __future__ import annotations

from autograder.samples import function

INPUT_BAR = "input_bar(net, X, labels)"
SENSITIVITY = "sensitivity(net, X, labels)"
ASCENT = "gradient_ascent(net, X, labels, alpha, steps)"
FGSM = "fgsm(net, X, labels, eps)"
PGD = "pgd(net, X, labels, eps, alpha, steps)"
TARGETED = "targeted(net, X, targets, eps, alpha, steps)"
CURVE = "accuracy_curve(net, X, labels, eps_list, attack)"


# --- input_bar and sensitivity ----------------------------------------------------------------


def _way_back(*last: str) -> str:
    """Forward and back to the images, then the given lines; `x_bar` is the bar of the mean loss."""
    return function(
        INPUT_BAR,
        "network, w, loss = net",
        "logits = network.forward(X, w)",
        "loss.forward(logits, labels)",
        "logits_bar = loss.backward()",
        "w_bar, x_bar = network.backward(logits_bar, w)",
        *last,
    )


_INPUT_BAR = {
    "forgot the n": _way_back("return x_bar"),
    "n twice": _way_back("_, x_bar = network.backward(loss.backward(len(X)), w)", "return x_bar * len(X)"),
    "n twice in the mean": _way_back("return x_bar / len(X)"),
    "flipped the sign": _way_back("return -len(X) * x_bar"),
    "stopped at the logits": _way_back("return len(X) * logits_bar"),
    "stopped at the logits, without n": _way_back("return logits_bar"),
    "ones for the loss": _way_back("return network.backward(np.ones(logits.shape), w)[1]"),
    "logits for their bar": _way_back("return network.backward(logits, w)[1]"),
    "only the right class's logit": _way_back(
        "chosen = np.zeros(logits.shape)",
        "chosen[np.arange(len(X)), labels] = 1",
        "return network.backward(chosen, w)[1]",
    ),
    "added the images up": _way_back("return (x_bar * len(X)).sum(axis=0)"),
    "averaged the images": _way_back("return x_bar.sum(axis=0)"),
    "the first label for all": _way_back(
        "loss.forward(logits, np.full(len(X), labels[0]))", "return network.backward(loss.backward(len(X)), w)[1]"
    ),
    "sizes without signs": _way_back("return abs(x_bar) * len(X)"),
}


def _length(value: str) -> str:
    """Write a sensitivity computed from `bars`, the right bars of the images."""
    return function(SENSITIVITY, "bars = input_bar(net, X, labels)", f"return {value}")


_SENSITIVITY = {
    "one for the whole batch": _length("np.linalg.norm(bars)"),
    "1 is no axis": _length("np.linalg.norm(bars, 1)"),
    "along the images": _length("np.linalg.norm(bars, axis=0)"),
    "forgot the root": _length("(bars ** 2).sum(axis=1)"),
    "sum of sizes": _length("np.abs(bars).sum(axis=1)"),
    "largest entry": _length("np.abs(bars).max(axis=1)"),
    "plain sum": _length("bars.sum(axis=1)"),
    "mean instead of sum": _length("np.sqrt((bars ** 2).mean(axis=1))"),
    "forgot the n": _length("np.linalg.norm(bars, axis=1) / len(X)"),
    "length of the image": _length("np.linalg.norm(X, axis=1)"),
    "a column": _length("np.linalg.norm(bars, axis=1, keepdims=True)"),
}


# --- gradient_ascent and fgsm -----------------------------------------------------------------


def _ascent(step: str, count: str = "steps", last: str = "x", first: str = "") -> str:
    """Write the loop of gradient ascent with one step as given."""
    lines = ["X = np.array(X, dtype=float)", "x = X.copy()", *([first] if first else []), f"for _ in range({count}):"]
    return function(ASCENT, *lines, f"    {step}", f"return {last}")


_BAR = "input_bar(net, x, labels)"
_GRADIENT_ASCENT = {
    "descended": _ascent(f"x = x - alpha * {_BAR}"),
    "one x_bar for all steps": _ascent("x = x + alpha * x_bar", first=f"x_bar = {_BAR}"),
    "always from the original": _ascent(f"x = X + alpha * {_BAR}"),
    "one step only": _ascent(f"return x + alpha * {_BAR}"),
    "one step too many": _ascent(f"x = x + alpha * {_BAR}", "steps + 1"),
    "forgot the n": _ascent(f"x = x + alpha * {_BAR} / len(X)"),
    "sign instead of the bar": _ascent(f"x = x + alpha * np.sign({_BAR})"),
    "unit length": _ascent(f"x = x + alpha * (b := {_BAR}) / np.linalg.norm(b, axis=1, keepdims=True)"),
    "forgot alpha": _ascent(f"x = x + {_BAR}"),
    "clipped after every step": _ascent(f"x = np.clip(x + alpha * {_BAR}, 0, 1)"),
    "clipped": _ascent(f"x = x + alpha * {_BAR}", last="np.clip(x, 0, 1)"),
    "only the change": _ascent(f"x = x + alpha * {_BAR}", last="x - X"),
    "added to two": _ascent("pass", last="2 + alpha * input_bar(net, X, labels) if steps else X.copy()"),
}


def _fgsm(value: str, *before: str) -> str:
    """One step made from x_bar."""
    return function(FGSM, "x_bar = input_bar(net, X, labels)", *before, f"return {value}")


_FGSM = {
    "forgot the sign": _fgsm("np.clip(X + eps * x_bar, 0, 1)"),
    "descended": _fgsm("np.clip(X - eps * np.sign(x_bar), 0, 1)"),
    "forgot to clip": _fgsm("X + eps * np.sign(x_bar)"),
    "unit length": _fgsm("np.clip(X + eps * x_bar / np.linalg.norm(x_bar, axis=1, keepdims=True), 0, 1)"),
    "moved up at zero": _fgsm("np.clip(X + np.where(x_bar < 0, -eps, eps), 0, 1)"),
    "moved down at zero": _fgsm("np.clip(X + np.where(x_bar > 0, eps, -eps), 0, 1)"),
    "forgot eps": _fgsm("np.clip(X + np.sign(x_bar), 0, 1)"),
    "only upwards": _fgsm("np.clip(X + eps * np.sign(np.abs(x_bar)), 0, 1)"),
    "one sign a pixel for all images": _fgsm("np.clip(X + eps * np.sign(x_bar.sum(axis=0)), 0, 1)"),
    "clipped to the ball around zero": _fgsm("np.clip(X + eps * np.sign(x_bar), -eps, eps)"),
    "the bar cut off at eps": _fgsm("np.clip(X + np.clip(x_bar, -eps, eps), 0, 1)"),
    "clipped below only": _fgsm("np.maximum(X + eps * np.sign(x_bar), 0)"),
    "clipped above only": _fgsm("np.minimum(X + eps * np.sign(x_bar), 1)"),
    "only the change": _fgsm("eps * np.sign(x_bar)"),
}


# --- pgd and targeted -------------------------------------------------------------------------


def _attack(signature: str, **other: str) -> str:
    """Write an attack in several steps with some lines changed: first, home, bar, step, ball, range, last."""
    labels = "targets" if "targets" in signature else "labels"
    lines = {
        "first": "pass",
        "count": "steps",
        "home": "X",
        "bar": f"input_bar(net, x, {labels})",
        "step": f"x {'-' if labels == 'targets' else '+'} alpha * np.sign(x_bar)",
        "ball": "np.clip(x, home - eps, home + eps)",
        "range": "np.clip(x, 0, 1)",
        "end": "x",
    } | other
    return function(
        signature,
        "X = np.array(X, dtype=float)",
        "x = X.copy()",
        lines["first"],
        f"for _ in range({lines['count']}):",
        f"    home = {lines['home']}",
        f"    x_bar = {lines['bar']}",
        f"    x = {lines['step']}",
        f"    x = {lines['ball']}",
        f"    x = {lines['range']}",
        *([f"    {lines['after']}"] if "after" in lines else []),
        f"return {lines['end']}",
    )


def _attack_mistakes(signature: str) -> dict[str, str]:
    labels, way, wrong_way = ("targets", "-", "+") if "targets" in signature else ("labels", "+", "-")
    bar = f"input_bar(net, X, {labels})"
    at_the_end = "np.clip(np.clip(x, X - eps, X + eps), 0, 1)"
    return {
        ("ascended" if labels == "targets" else "descended"): _attack(
            signature, step=f"x {wrong_way} alpha * np.sign(x_bar)"
        ),
        "no projection": _attack(signature, ball="x"),
        "projected around the previous image": _attack(signature, home="x.copy()"),
        "forgot to clip": _attack(signature, range="x"),
        "neither ball nor range": _attack(signature, ball="x", range="x"),
        "projected only at the end": _attack(signature, ball="x", range="x", end=at_the_end),
        "first step without limits": _attack(
            signature,
            count="steps",
            ball="np.clip(x, home - eps, home + eps) if _ else x",
            range="np.clip(x, 0, 1) if _ else x",
        ),
        "one x_bar for all steps": _attack(signature, first=f"first = {bar}", bar="first"),
        "forgot the sign": _attack(signature, step=f"x {way} alpha * x_bar"),
        "always from the original": _attack(signature, step=f"X {way} alpha * np.sign(x_bar)"),
        "eps and alpha exchanged": _attack(signature, first="eps, alpha = alpha, eps"),
        "one step only": _attack(signature, after="break"),
        "one step too many": _attack(signature, count="steps + 1"),
        "eps as the step": _attack(signature, step=f"x {way} eps * np.sign(x_bar)"),
        "alpha shared among the steps": _attack(signature, step=f"x {way} alpha / steps * np.sign(x_bar)"),
        "moved up at zero": _attack(signature, step=f"x {way} alpha * np.where(x_bar >= 0, 1, -1)"),
        "moved down at zero": _attack(signature, step=f"x {way} alpha * np.where(x_bar > 0, 1, -1)"),
        "stopped at the edge": _attack(
            signature, home="x.copy()", ball="x", after="if np.max(np.abs(x - X)) > eps: return home"
        ),
        "projected in length": _attack(
            signature,
            ball="x",
            end="X + (x - X) * np.minimum(1, eps / np.maximum(np.linalg.norm(x - X, axis=1, keepdims=True), 1e-300))",
        ),
        "only the change": _attack(signature, end="x - X"),
    }


# --- accuracy_curve ---------------------------------------------------------------------------


def _curve(
    share: str, images: str = "attack(net, X, labels, eps)", before: str = "pass", value: str = "np.array(shares)"
) -> str:
    """Write the loop of the curve; `share` uses `guess`, the classes the network sees in `images`."""
    return function(
        CURVE,
        "network, w, loss = net",
        "clean = network.forward(X, w).argmax(axis=1)",
        "shares = []",
        "for eps in eps_list:",
        f"    {before}",
        f"    guess = network.forward({images}, w).argmax(axis=1)",
        f"    shares.append({share})",
        f"return {value}",
    )


_RIGHT_SHARE = "np.mean(guess == labels)"
_CURVE = {
    "error instead of accuracy": _curve("np.mean(guess != labels)"),
    "number instead of share": _curve("np.sum(guess == labels)"),
    "percent": _curve("100 * np.mean(guess == labels)"),
    "classified the clean images": _curve(_RIGHT_SHARE, images="X"),
    "the same share for each eps": _curve(_RIGHT_SHARE, images="attack(net, X, labels, 0.1)"),
    "returned too early": _curve(_RIGHT_SHARE).replace("    return np", "        return np"),
    "only the last eps": _curve(_RIGHT_SHARE, value="np.array(shares[-1:])"),
    "attacked the attacked": _curve(_RIGHT_SHARE, images="X", before="X = attack(net, X, labels, eps)"),
    "against the predictions": _curve("np.mean(guess == clean)"),
    "attacked the predictions": _curve(_RIGHT_SHARE, images="attack(net, X, clean, eps)"),
    "relative to the clean accuracy": _curve("np.sum(guess == labels) / np.sum(clean == labels)"),
    "drop instead of accuracy": _curve("np.mean(clean == labels) - np.mean(guess == labels)"),
    "sorted by eps": _curve(_RIGHT_SHARE, before="pass", value="np.array(shares)[np.argsort(eps_list)]"),
    "one number for all": _curve(_RIGHT_SHARE, value="sum(shares) / len(eps_list)"),
}

WRONG = {
    "input_bar": _INPUT_BAR,
    "sensitivity": _SENSITIVITY,
    "gradient_ascent": _GRADIENT_ASCENT,
    "fgsm": _FGSM,
    "pgd": _attack_mistakes(PGD),
    "targeted": _attack_mistakes(TARGETED)
    | {
        "mirrored at the end": function(
            TARGETED, "return np.clip(2 * X - pgd(net, X, targets, eps, alpha, steps), 0, 1)"
        )
    },
    "accuracy_curve": _CURVE,
}


# --- right, written differently ---------------------------------------------------------------


def _attack_right(signature: str) -> list[str]:
    labels, way = ("targets", "-") if "targets" in signature else ("labels", "+")
    bar, sign = f"input_bar(net, x, {labels})", "1" if way == "+" else "-1"
    return [
        _attack(signature),
        _attack(signature, ball="X + np.clip(x - X, -eps, eps)", range="np.minimum(np.maximum(x, 0), 1)"),
        function(  # one box for both limits, made once; in place on a copy
            signature,
            "low, high = np.maximum(X - eps, 0), np.minimum(X + eps, 1)",
            "x = np.array(X, dtype=float)",
            "for k in range(steps):",
            f"    x {way}= alpha * np.sign({bar})",
            "    np.clip(x, low, high, out=x)",
            "return x",
        ),
        function(  # walks in the change; range before ball, which is the same for pictures
            signature,
            "delta = np.zeros(X.shape)",
            "while steps > 0:",
            f"    delta = delta {way} alpha * np.sign(input_bar(net, X + delta, {labels}))",
            "    delta = np.clip(X + delta, 0, 1) - X",
            "    delta = np.clip(delta, -eps, eps)",
            "    steps -= 1",
            "return X + delta",
        ),
        function(  # pixel by pixel
            signature,
            "x = [[float(p) for p in row] for row in X]",
            "for _ in range(steps):",
            f"    x_bar = input_bar(net, np.array(x), {labels})",
            "    for i, row in enumerate(x):",
            "        for j, p in enumerate(row):",
            f"            p += {sign} * alpha * ((x_bar[i, j] > 0) * 1.0 - (x_bar[i, j] < 0))",
            "            p = min(max(p, X[i, j] - eps), X[i, j] + eps)",
            "            row[j] = min(max(p, 0.0), 1.0)",
            "return np.array(x)",
        ),
        function(  # recursion
            signature,
            "def walk(x, left):",
            "    if left == 0:",
            "        return x",
            f"    x = x {way} alpha * np.sign({bar})",
            "    return walk(np.clip(x.clip(X - eps, X + eps), 0, 1), left - 1)",
            "return walk(np.array(X, dtype=float), steps)",
        ),
    ]


RIGHT = {
    "input_bar": [
        _way_back("return x_bar * len(X)"),
        function(
            INPUT_BAR,
            "network, w, loss = net",
            "loss.forward(network.forward(X, w), labels)",
            "return network.backward(loss.backward(float(len(X))), w)[1]",
        ),
        function(  # one image at a time
            INPUT_BAR,
            "network, w, loss = net",
            "rows = []",
            "for i in range(len(X)):",
            "    loss.forward(network.forward(X[i:i + 1], w), labels[i:i + 1])",
            "    rows.append(network.backward(loss.backward(), w)[1][0])",
            "return np.stack(rows)",
        ),
        function(  # the n is put back at the logits
            INPUT_BAR,
            "network, w, loss = net",
            "value = loss.forward(network.forward(X, w), labels)",
            "logits_bar = loss.backward()",
            "logits_bar *= X.shape[0]",
            "w_bar, X_bar = network.backward(logits_bar, w)",
            "return X_bar",
        ),
        "input_bar = lambda net, X, labels: (\n"
        "    net[2].forward(net[0].forward(X, net[1]), labels),\n"
        "    net[0].backward(len(labels) * net[2].backward(), net[1])[1],\n"
        ")[1]\n",
    ],
    "sensitivity": [
        _length("np.linalg.norm(bars, axis=1)"),
        _length("np.sqrt(np.einsum('ij,ij->i', bars, bars))"),
        _length("np.array([sum(float(b) ** 2 for b in row) ** 0.5 for row in bars])"),
        "sensitivity = lambda net, X, labels: (input_bar(net, X, labels) ** 2).sum(-1) ** 0.5\n",
    ],
    "gradient_ascent": [
        _ascent(f"x = x + alpha * {_BAR}"),
        _ascent(f"x += alpha * {_BAR}"),
        function(ASCENT, "delta = np.zeros(np.shape(X))", "for _ in range(steps):",
                 "    delta = delta + alpha * input_bar(net, X + delta, labels)", "return X + delta"),
        function(ASCENT, "if steps == 0:", "    return np.array(X, dtype=float)",
                 "return gradient_ascent(net, X + alpha * input_bar(net, X, labels), labels, alpha, steps - 1)"),
        function(ASCENT, "rows = []", "for i in range(len(X)):", "    x = np.array(X[i:i + 1], dtype=float)",
                 "    for _ in range(steps):", "        x = x + alpha * input_bar(net, x, labels[i:i + 1])",
                 "    rows.append(x[0])", "return np.array(rows)"),
    ],
    "fgsm": [
        _fgsm("np.clip(X + eps * np.sign(x_bar), 0, 1)"),
        _fgsm("np.minimum(np.maximum(X + eps * ((x_bar > 0).astype(float) - (x_bar < 0)), 0), 1)"),
        _fgsm("np.where(x_bar > 0, np.minimum(X + eps, 1), np.where(x_bar < 0, np.maximum(X - eps, 0), X))"),
        _fgsm("x", "x = np.array(X, dtype=float)", "x[x_bar > 0] += eps", "x[x_bar < 0] -= eps", "x[x < 0] = 0", "x[x > 1] = 1"),
        "fgsm = lambda net, X, labels, eps: (X + eps * np.sign(input_bar(net, X, labels))).clip(0, 1)\n",
    ],
    "pgd": _attack_right(PGD),
    "targeted": _attack_right(TARGETED),
    "accuracy_curve": [
        _curve(_RIGHT_SHARE),
        function(CURVE, "network, w, _ = net", "curve = np.zeros(len(eps_list))", "for k, eps in enumerate(eps_list):",
                 "    logits = network.forward(attack(net, X, labels, eps), w)",
                 "    for row, label in zip(logits, labels):", "        curve[k] += int(np.argmax(row)) == label",
                 "return curve / len(X)"),
        function(CURVE, "network, w, _ = net", "def share(eps):",
                 "    right = network.forward(attack(net, X, labels, float(eps)), w).argmax(1) == labels",
                 "    return right.sum() / right.size", "return np.array(list(map(share, eps_list)))"),
        "accuracy_curve = lambda net, X, labels, eps_list, attack: np.array([\n"
        "    np.count_nonzero(net[0].forward(attack(net, X, labels, e), net[1]).argmax(-1) == labels) / len(labels)\n"
        "    for e in eps_list], dtype=float)\n",
    ],
}  # fmt: skip
