"""Notebook 04, its end: training on digits, followed step by step whatever batches were drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.returned import take_tuple
from barprop.answers.untrusted import describe_type, row_of_numbers
from barprop.data import digits
from barprop.exercises.layer_drivers import flat
from barprop.exercises.n04_layers.prototypes import Prototypes, logits_of
from barprop.exercises.sampling import draw, read_only
from barprop.judging.compare import close
from barprop.judging.exercise import Candidate, Case, Exercise, Mistake, Observation, Part, Values
from barprop.numerics.layer_steps import cross_entropies
from barprop.numerics.vjp import pull_back

_DOWN = "each step goes against the bars of its batch"
_STAYS_BEHIND = "the labels do not go with their images"
_PAIRED = "each image keeps its label"
_ONE_BATCH = "every step of an epoch uses the same batch"
_NESTED = "each batch is used in all epochs before the next batch is used"
_TWICE = "a batch holds one example twice, so that others are never used"
_OVERLAP = "each batch begins one example after the one before it"
_AFTER = "each loss is taken after its step"
# What else may happen to the weights, as the verdict says it.
_WRONG_STEPS = {
    "uphill": "the steps go with the bars",
    "stays": "the weights stay where they are",
    "first layer only": "only the first layer moves",
    "last layer only": "only the last layer moves",
    "first of each layer": "of each layer only the first weights move",
    "rate over n": "the steps are too small by the size of the batch",
    "rate times n": "the steps are too large by the size of the batch",
    "no rate": "the steps ignore the rate",
    "bars of the start": "every step goes against the bars of the first one",
}
_GOOD = "most held-out digits are named"
_BAD = "few held-out digits are named"
_WANTED = 0.4  # of 200 held-out digits; chance is 0.1, and what is tried here reaches about 0.7
_FIXES, _IGNORED = "the same seed gives the same batches, another seed others", "another seed gives the same batches"
_LOOSE = "the same seed gives other batches in a second call"


def _train_case(rng: np.random.Generator, label: str, n: int, kind: str, **more: Any) -> Case:
    k, d = 3, 2
    w = [(draw(rng, k, d), draw(rng, k)), (), (draw(rng, 1) / 4,)]
    args: dict[str, Any] = {"w": w, "X": read_only(draw(rng, n, d)), "labels": rng.permutation(np.arange(n) % k)}
    args |= {"lr": 0.2, "epochs": 3, "seed": int(rng.integers(100))} | more
    known = {"known": {"steps": _DOWN, "seed": _FIXES}} if kind == "batches" else {}
    return Case(label, args, {"kind": kind, **known}, trivial=args["epochs"] == 0)


def _train_probes(rng: np.random.Generator) -> Iterator[Case]:
    yield _train_case(rng, "one example", 1, "one batch", epochs=4, lr=0.1)
    yield _train_case(rng, "no epochs", 4, "one batch", epochs=0, batch=4)
    yield _train_case(rng, "one batch holds all, 3 epochs", 5, "one batch", batch=5)
    yield _train_case(rng, "batch left out, 7 examples", 7, "one batch", epochs=2)
    yield _train_case(rng, "10 examples in batches of 4, 2 epochs", 10, "batches", batch=4, epochs=2)
    yield _train_case(rng, "40 examples, batch left out, 1 epoch", 40, "batches", epochs=1)
    X, labels = _small_digits()[:2]
    # The same start and draws for everybody: how many digits are named in the end is partly luck.
    w = [(np.random.default_rng(0).normal(0.13, 0.01, (10, X.shape[1])), np.zeros(10)), (), (np.array([2.0]),)]
    args = {"w": w, "X": X, "labels": labels, "lr": 0.2, "epochs": 5, "seed": 0, "batch": 60}
    yield Case("300 digits of 7 x 7 pixels", args, {"kind": "digits", "known": {"accuracy": _GOOD}})


@cache
def _small_digits() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """300 digits to train with and 200 held out, each 4 x 4 pixels averaged into one; read-only."""

    def small(X: np.ndarray) -> np.ndarray:
        return read_only(X.reshape(len(X), 7, 4, 7, 4).mean(axis=(2, 4)).reshape(len(X), 49))

    X, labels, X_test, labels_test = digits()
    return small(X[:300]), read_only(labels[:300]), small(X_test[:200]), labels_test[:200]


def _loss(w: Sequence[Sequence[Any]], X: np.ndarray, labels: np.ndarray) -> float:
    return float(np.mean(cross_entropies(logits_of(X, w), labels)))


def _bars(w: Sequence[tuple], X: np.ndarray, labels: np.ndarray) -> list[tuple]:
    """Return the bars of the weights under the mean loss of these rows, by nudging."""

    def slope(layer: int, place: int) -> Any:
        def loss(u: Any) -> float:
            nudged = [list(entries) for entries in w]
            nudged[layer][place] = u
            return _loss(nudged, X, labels)

        return pull_back(loss, w[layer][place], 1.0)

    return [tuple(slope(layer, place) for place in range(len(w[layer]))) for layer in range(len(w))]


def _next(
    w: Sequence[tuple], bars: Sequence[tuple], first: Sequence[tuple], lr: float, n: int, rule: str
) -> list[tuple]:
    """Return the weights after one step; `rule` names the mistake. `first`: the bars of the first step."""
    rate = {"uphill": -lr, "stays": 0.0, "no rate": 1.0, "rate over n": lr / n, "rate times n": lr * n}.get(rule, lr)
    used = first if rule == "bars of the start" else bars
    rates = {"first layer only": (rate, 0, 0), "last layer only": (0, 0, rate)}.get(rule, (rate, rate, rate))
    moving = 1 if rule == "first of each layer" else None
    return [
        tuple(u - each * u_bar for u, u_bar in zip(layer[:moving], layer_bar[:moving], strict=True))
        + (tuple(layer[moving:]) if moving else ())
        for layer, layer_bar, each in zip(w, used, rates, strict=True)
    ]


def _descend(c: Case, rule: str = "") -> Values:
    """Descent with all examples in one batch; `rule` names what is done wrong."""
    w, losses, first = [tuple(np.array(u, dtype=float)[()] for u in layer) for layer in c.w], [], None
    for _ in range(c.epochs):
        before, bars = _loss(w, c.X, c.labels), _bars(w, c.X, c.labels)
        first = first or bars
        w = _next(w, bars, first, c.lr, len(c.X), rule)
        losses.append(_loss(w, c.X, c.labels) if rule == "loss after" else before)
    return {"w": flat("w", w, c.w), "losses": np.array(losses), "pairs": _PAIRED}


_MORE_STEPS = (
    ("a step over the batch size", "Your steps are divided by the size of a batch: the loss is a mean already.", lambda c, k: c.lr / _batch(c)),
    ("a step times the batch size", "Your steps are multiplied by the size of a batch.", lambda c, k: c.lr * _batch(c)),
    ("half a step", "Your steps are half as long as they should be.", lambda c, k: c.lr / 2),
    ("twice a step", "Your steps are twice as long as they should be.", lambda c, k: 2 * c.lr),
    ("uphill, and the rate left out", "Your steps ignore lr, and go with the bars instead of against them.", lambda c, k: -1.0),
    ("divided by the rate", "You divide by lr. A larger lr is a longer step.", lambda c, k: 1 / c.lr),
    ("a rate that falls", "Your rate falls from epoch to epoch, which is not asked for.", lambda c, k: c.lr / (k + 1)),
)  # fmt: skip


def _guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of an update: each step with another rate."""
    if c.kind != "one batch":
        return
    for name, hint, rate in _MORE_STEPS:
        yield name, hint, lambda rate=rate: _with_rates(c, lambda k, loss: rate(c, k))[output]
    bar = "What went into loss.backward scales every step: with nothing given, the bar of the loss is 1."
    yield "the loss as its own bar", bar, lambda: _with_rates(c, lambda k, loss: c.lr * loss)[output]


def _with_rates(c: Case, rate: Callable[[int, float], float]) -> Values:
    w, losses = [tuple(np.array(u, dtype=float)[()] for u in layer) for layer in c.w], []
    for number in range(c.epochs):
        losses.append(_loss(w, c.X, c.labels))
        bars = _bars(w, c.X, c.labels)
        w = _next(w, bars, bars, rate(number, losses[-1]), len(c.X), "")
    return {"w": flat("w", w, c.w), "losses": np.array(losses)}


def _train_right(c: Case) -> Values:
    return _descend(c) if c.kind == "one batch" else dict(c.known)


def _trained(run: Run, case: Case, **other: Any) -> tuple[Prototypes, Any, np.ndarray]:
    """Return the calls to the network, the trained weights, and the losses as an array. Raise AnswerError."""
    args, network = case.args | other, Prototypes(like=case.w)
    value = run("train_digits", network, *args.values())
    (_, w), (_, losses) = take_tuple("train_digits", value, ("w", "losses"))
    came, losses = describe_type(losses), row_of_numbers(losses)
    if losses is None:
        raise AnswerError(f"train_digits returned {came} as losses; expected a list of numbers, one per step.")
    n, batch = len(case.X), _batch(case)
    counts = {case.epochs * -(-n // batch), case.epochs * max(n // batch, 1)}
    if losses.ndim != 1 or len(losses) not in counts:
        raise AnswerError(
            f"train_digits returned losses of shape {losses.shape}; expected one number per step: {max(counts)} "
            f"for {n} example{'s' * (n > 1)}, batch = {batch}, epochs = {case.epochs}."
            f"{' Yours are one per epoch.' * (losses.shape == (case.epochs,))}"
        )
    return network, w, losses


def _train_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    network, w, losses = _trained(run, case)
    end = flat("w", w, case.w)
    if case.kind == "one batch":
        behind = len(network.asked) == len(losses) > 0 and _is_behind(case, *network.asked[0], losses[0], 0)
        yield from (("w", end), ("losses", losses), ("pairs", _STAYS_BEHIND if behind else _PAIRED))
    elif case.kind == "digits":
        _, _, X, labels = _small_digits()
        named = np.argmax(logits_of(X, w), axis=1) == labels
        yield "accuracy", _GOOD if np.mean(named) >= _WANTED else _BAD
    else:
        yield "steps", _steps(case, network.asked, w, losses)
        fixed = np.array_equal(losses, _trained(run, case)[2])
        moves = not np.array_equal(losses, _trained(run, case, seed=case.seed + 1)[2])
        yield "seed", _FIXES if fixed and moves else (_IGNORED if fixed else _LOOSE)


def _reaches(reached: int, c: Case) -> str:
    return f"an epoch reaches only {reached} of {len(c.X)} examples"


def _batch(c: Case) -> int:
    return c.args.get("batch", 32)


def _rows_of(c: Case, rows: np.ndarray) -> list[int] | None:
    """Which rows of X a batch is made of; None where it is not made of them."""
    place = {row.tobytes(): number for number, row in enumerate(np.asarray(c.X, dtype=float))}
    found = [place[row.tobytes()] for row in np.atleast_2d(rows) if row.tobytes() in place]
    return found if len(found) == len(np.atleast_2d(rows)) and 0 < len(found) <= _batch(c) else None


def _is_behind(c: Case, rows: np.ndarray, w: Sequence[tuple], loss: float, start: int) -> bool:
    """Whether a loss is that of shuffled images with labels in their old order, counted from `start`."""
    chosen, labels = _rows_of(c, rows), c.labels[start : start + len(rows)]
    if chosen is None or len(labels) != len(rows) or close(loss, _loss(w, rows, c.labels[chosen])):
        return False
    return close(loss, _loss(w, rows, labels))


def _steps(c: Case, asked: list[tuple[np.ndarray, list]], end: Any, losses: np.ndarray) -> str:
    """Follow the batches the network was asked about: each loss and each step must be that batch's own."""
    if len(asked) != len(losses):
        return f"there were {len(asked)} backward passes for {len(losses)} losses"
    chosen: list[list[int]] = []
    for number, (rows, _) in enumerate(asked, 1):
        if (found := _rows_of(c, rows)) is None:
            return f"the batch of step {number} is not made of up to {_batch(c)} rows of X"
        chosen.append(found)
    after = [w for _, w in asked[1:]] + [end]
    own = [close(loss, _loss(w, rows, c.labels[at])) for (rows, w), at, loss in zip(asked, chosen, losses, strict=True)]
    if not all(own):
        late = zip(asked, chosen, after, losses, strict=True)
        if all(close(loss, _loss(w, rows, c.labels[at])) for (rows, _), at, w, loss in late):
            return _AFTER
        number = own.index(False)
        behind = _is_behind(c, *asked[number], losses[number], number * _batch(c) % len(c.X))
        return _STAYS_BEHIND if behind else f"the loss of step {number + 1} is not the mean loss of its batch"
    if any(len(set(rows)) < len(rows) for rows in chosen):
        return _TWICE
    if any(len(now) > 1 and len(now) == len(then) and now[1:] == then[:-1] for now, then in pairwise(chosen)):
        return _OVERLAP
    each = len(chosen) // c.epochs
    epochs = [chosen[start : start + each] for start in range(0, len(chosen), each)]
    if each > 1 and _is_nested(chosen, c.epochs):
        return _NESTED
    if (reached := min(sum(map(len, epoch)) for epoch in epochs)) < len(c.X):
        return _reaches(reached, c)
    if each > 2 and any(all(sorted(rows) == sorted(epoch[0]) for rows in epoch) for epoch in epochs):
        return _ONE_BATCH
    if len(chosen) > 2 and all(sorted(rows) == sorted(chosen[0]) for rows in chosen):
        return _ONE_BATCH
    return _rule(
        c, [w for _, w in asked], after, [(rows, c.labels[at]) for (rows, _), at in zip(asked, chosen, strict=True)]
    )


def _is_nested(chosen: list[list[int]], epochs: int) -> bool:
    """Whether the loop over epochs is inside the one over batches: each batch comes as often as there are epochs."""
    batches = [tuple(sorted(rows)) for rows in chosen]
    repeats = all(rows == batches[number - number % epochs] for number, rows in enumerate(batches))
    return epochs > 1 and repeats and len(set(batches)) == len(batches) // epochs


def _rule(c: Case, before: list, after: list, batches: list[tuple[np.ndarray, np.ndarray]]) -> str:
    """By which rule the weights went from step to step."""
    bars = [_bars(w, *batch) for w, batch in zip(before, batches, strict=True)]
    for rule, sentence in {"": _DOWN, **_WRONG_STEPS}.items():
        steps = zip(before, bars, after, batches, strict=True)
        if all(
            close(flat("w", now, c.w), flat("w", _next(w, bar, bars[0], c.lr, len(batch[0]), rule), c.w))
            for w, bar, now, batch in steps
        ):
            return sentence
    return "the weights do not follow from the bars of the batches"


def _wrong_step(rule: str) -> Callable[[Case, Values], Values | None]:
    def wrong(c: Case, right: Values) -> Values | None:
        if c.kind == "digits":
            return None
        return {"steps": _WRONG_STEPS.get(rule, _AFTER)} if c.kind == "batches" else _descend(c, rule)

    return wrong


def _many(**wrong: str) -> Callable[[Case, Values], Values | None]:
    return lambda c, right: wrong if c.kind == "batches" else None


def _behind(c: Case, right: Values) -> Values | None:
    if c.kind == "one batch":
        # With one example, or none drawn, nothing can be mixed up; elsewhere the order may happen to stay.
        return {"pairs": _STAYS_BEHIND} if len(c.X) > 1 and c.epochs else None
    return {"steps": _STAYS_BEHIND} if c.kind == "batches" else None


TRAIN_DIGITS = Exercise(
    name="train_digits",
    signature="train_digits(network, w, X, labels, lr, epochs, seed, batch=32) -> (w, losses)",
    observations={"pairs": Observation("each example with its label"), "steps": Observation("the steps"), "seed": Observation("the seed")},
    outputs=("w", "losses", "pairs", "steps", "seed", "accuracy"),
    only_with_others=("pairs", "seed", "accuracy"),
    parts=(Part("one_batch", 2, ("w", "losses", "pairs")), Part("batches", 2, ("steps", "seed", "accuracy"))),
    points=4,
    minutes=33,
    level=3,
    statements=("L17",),
    needs=("SoftmaxCrossEntropy",),
    probes=_train_probes,
    oracle=_train_right,
    guesses=_guesses,
    drive=_train_drive,
    returned=("w", "losses"),
    mistakes=(
        Mistake("labels stay behind", "You shuffle the images but not their labels. The same indices for both.", _behind),
        Mistake("the same batch every time", "Every step uses the same batch. Where does each slice begin?", lambda c, right: {"steps": _ONE_BATCH} if c.kind == "batches" and c.epochs > 1 else None),
        Mistake("the loops the wrong way round", "Your batches are used in all epochs, one batch after the other. An epoch goes through all batches: which loop is inside the other?",
                lambda c, right: {"steps": _NESTED} if c.kind == "batches" and c.epochs > 1 else None),
        Mistake("overlapping batches", "Each batch begins one example after the one before it, so most examples are never reached. How far on does the next one begin?",
                _many(steps=_OVERLAP)),
        Mistake("dropped the short batch", "The last batch of an epoch is smaller than the others, and you leave it out: its examples are not used. A slice that reaches beyond the end just stops there.",
                lambda c, right: {"steps": _reaches(len(c.X) // _batch(c) * _batch(c), c)} if c.kind == "batches" else None),
        Mistake("drawn with replacement", "In your version a batch may hold one example twice, while others are never used: draw an order of all examples for each epoch, and cut it into batches.",
                _many(steps=_TWICE)),
        Mistake("ignores the seed", "Another seed, the same batches. What should the seed be given to?", _many(seed=_IGNORED)),
        Mistake("the seed does not hold", "The same seed, other batches. Make the generator from the seed inside train_digits.",
                _many(seed=_LOOSE)),
        Mistake("went uphill", "Your loss grows: each step goes with the bars instead of against them.", _wrong_step("uphill")),
        Mistake("loss after the update", "Each loss is taken after its update. Record it before.", _wrong_step("loss after")),
        Mistake("the weights never move", "The weights you return are the ones you were given. Is the new list used in the next step?",
                _wrong_step("stays")),
        Mistake("only the first layer moves", "Only the first layer moves. Every layer has weights, and w_bar an entry for each.",
                _wrong_step("first layer only")),
        Mistake("only the last layer moves", "Only the last layer moves. Every layer has weights, and w_bar an entry for each.",
                _wrong_step("last layer only")),
        Mistake("only the first weights of each layer", "Of each layer only the first weights move. A layer's tuple may hold several: W and b.",
                _wrong_step("first of each layer")),
        Mistake("divided by n once more", "Your steps are too small by the number of examples. The loss has taken its mean already.",
                _wrong_step("rate over n")),
        Mistake("multiplied by n", "Your steps are too large by the number of examples.", _wrong_step("rate times n")),
        Mistake("forgot the rate", "Your steps ignore lr.", _wrong_step("no rate")),
        Mistake("bars of the start", "Every step uses the bars of the first one. They belong to weights that have moved since.",
                _wrong_step("bars of the start")),
    ),
)  # fmt: skip
