"""Notebook 02: bars, one step back at a time, and the whole way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from barprop.activations import Activation, relu, sigmoid, softplus, tanh
from barprop.compare import close
from barprop.evaluate import take_tuple
from barprop.exercise import Case, Exercise, Mistake, Part, Values
from barprop.exercises.n01_forward_graph import forward_values
from barprop.exercises.probing import draw, positive, read_only, slope_by_nudging
from barprop.numerical import pull_back
from barprop.plain import describe_type, is_array, is_number, row_of_numbers
from barprop.run import AnswerError, Run
from barprop.steps import half_square, inner, product

NOTEBOOK = "02_bar_notation/bar_notation"
BARS = ("e", "y", "v", "h", "z", "w", "x")
SMOOTH = (tanh, softplus, sigmoid)


def _value(output: str, wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values]:
    """A mistake of an exercise with one output, given as value instead of dictionary."""

    def named(case: Case, right: Values) -> Values:
        return {output: wrong(case, right[output])}

    return named


def _generic(*names: str) -> Callable[[np.random.Generator], Iterator[Case]]:
    """Probes for a step between plain numbers: generic, incoming bar of both signs, one, whole numbers."""

    def probes(rng: np.random.Generator) -> Iterator[Case]:
        for label, sign in (("incoming bar positive", 1), ("incoming bar negative", -1)):
            values = {name: draw(rng) for name in names}
            values[names[0]] = sign * positive(rng)
            yield Case(label, values)
        yield Case("incoming bar 1", {name: draw(rng) for name in names} | {names[0]: 1.0})
        yield Case("whole numbers", {name: int(rng.integers(2, 9)) for name in names})
        yield Case("incoming bar 0", {name: draw(rng) for name in names} | {names[0]: 0.0})

    return probes


# --- the loss: l = (y - e)^2 / 2 --------------------------------------------------------------

_LOSS_MISTAKES = (
    ("flipped the sign", "The size is right, the sign is not. With e above y, does more of it make the loss grow?",
     lambda c, right: -right),
    ("forgot l_bar", "Your answer ignores the bar that comes in. It happens to be 1 at the end of the graph; here it is not.",
     lambda c, right: right / c.l_bar if c.l_bar else None),
    ("twice too large", "Twice too large. What does the half in l do when you differentiate the square?",
     lambda c, right: 2 * right),
    ("half too small", "Half too small: the half in l is used up once, not twice.", lambda c, right: right / 2),
    ("used the loss", "You handed back the loss. How does it change when its input does?",
     lambda c, right: product(c.l_bar, half_square(c.y, c.e))),
    ("only the error", "Two things are missing: the bar that comes in, and the sign. Does the loss grow or fall when this number does?",
     lambda c, right: -right / c.l_bar if c.l_bar else None),
    ("added l_bar", "Bars come in as a factor: l_bar times how l is made.",
     lambda c, right: (right / c.l_bar + c.l_bar) if c.l_bar else None),
)  # fmt: skip


def _no_none(output: str, wrong: Callable[[Case, Any], Any]) -> Callable[[Case, Values], Values | None]:
    def named(case: Case, right: Values) -> Values | None:
        value = wrong(case, right[output])
        return None if value is None else {output: value}

    return named


BAR_E = Exercise(
    name="bar_e",
    notebook=NOTEBOOK,
    signature="bar_e(l_bar, y, e) -> float",
    outputs=("e_bar",),
    points=1,
    minutes=4,
    level=1,
    statements=("L5", "L7"),
    probes=_generic("l_bar", "y", "e"),
    oracle=lambda c: {"e_bar": pull_back(lambda e: half_square(c.y, e), c.e, c.l_bar)},
    mistakes=tuple(Mistake(name, hint, _no_none("e_bar", wrong)) for name, hint, wrong in _LOSS_MISTAKES),
)

BAR_Y = Exercise(
    name="bar_y",
    notebook=NOTEBOOK,
    signature="bar_y(l_bar, y, e) -> float",
    outputs=("y_bar",),
    points=1,
    minutes=3,
    level=1,
    statements=("L7",),
    probes=_generic("l_bar", "y", "e"),
    oracle=lambda c: {"y_bar": pull_back(lambda y: half_square(y, c.e), c.y, c.l_bar)},
    mistakes=(
        Mistake("gave zero", "y is never updated, but the loss still depends on it: nudge y and l moves.",
                _value("y_bar", lambda c, right: 0.0)),
        Mistake("flipped the sign", "The size is right, the sign is not. Is this the bar of y, or that of its partner in the bracket?",
                _value("y_bar", lambda c, right: -right)),
        *(Mistake(name, hint, _no_none("y_bar", wrong)) for name, hint, wrong in _LOSS_MISTAKES[1:]),
    ),
)  # fmt: skip


# --- the product: e = v h ---------------------------------------------------------------------


def _product_mistakes(output: str, other: str, own_step: str) -> tuple[Mistake, ...]:
    """Mistakes at e = v h, where `other` is the operand that the step back has to read."""
    return (
        Mistake("passed the bar on", f"That is e_bar itself. How is e made from {own_step}: is anything multiplied on?",
                _value(output, lambda c, right: c.e_bar)),
        Mistake("forgot e_bar", "That says how e is made, and forgets the bar that comes back from e.",
                _value(output, lambda c, right: getattr(c, other))),
        Mistake("flipped the sign", "The size is right, the sign is not. There is no minus in e = v h.",
                _value(output, lambda c, right: -right)),
        Mistake("divided", "You divided where the step multiplies. Nudge one factor: the product moves by ...?",
                _value(output, lambda c, right: c.e_bar / getattr(c, other))),
        Mistake("added", "A bar goes back as a product: incoming bar times how the left is made from the right.",
                _value(output, lambda c, right: c.e_bar + getattr(c, other))),
    )  # fmt: skip


BAR_V = Exercise(
    name="bar_v",
    notebook=NOTEBOOK,
    signature="bar_v(e_bar, h) -> float",
    outputs=("v_bar",),
    points=1,
    minutes=4,
    level=1,
    statements=("L6", "L7", "L9"),
    probes=_generic("e_bar", "h"),
    oracle=lambda c: {"v_bar": pull_back(lambda v: product(v, c.h), 1.0, c.e_bar)},
    mistakes=_product_mistakes("v_bar", "h", "v"),
)

BAR_H = Exercise(
    name="bar_h",
    notebook=NOTEBOOK,
    signature="bar_h(e_bar, v) -> float",
    outputs=("h_bar",),
    points=1,
    minutes=3,
    level=1,
    statements=("L6", "L7", "L11"),
    probes=_generic("e_bar", "v"),
    oracle=lambda c: {"h_bar": pull_back(lambda h: product(c.v, h), 1.0, c.e_bar)},
    mistakes=_product_mistakes("h_bar", "v", "h"),
)


# --- the nonlinearity: h = sigma(z) -----------------------------------------------------------


def _bar_z_probes(rng: np.random.Generator) -> Iterator[Case]:
    for sigma in (tanh, softplus, sigmoid):
        for sign, side in ((1, "above"), (-1, "below")):
            yield Case(f"{sigma}, z {side} 0", {"h_bar": draw(rng), "z": sign * positive(rng), "sigma": sigma})
    yield Case("relu, z above 0", {"h_bar": draw(rng), "z": positive(rng), "sigma": relu})
    yield Case("relu, z below 0", {"h_bar": draw(rng), "z": -positive(rng), "sigma": relu})
    yield Case("relu, z = 0", {"h_bar": draw(rng), "z": 0.0, "sigma": relu})
    yield Case("tanh, z = 0", {"h_bar": draw(rng), "z": 0.0, "sigma": tanh})
    yield Case("whole numbers", {"h_bar": -3, "z": 2, "sigma": softplus})


BAR_Z = Exercise(
    name="bar_z",
    notebook=NOTEBOOK,
    signature="bar_z(h_bar, z, sigma) -> float",
    outputs=("z_bar",),
    points=2,
    minutes=7,
    level=2,
    statements=("L6", "L8", "L9"),
    probes=_bar_z_probes,
    oracle=lambda c: {"z_bar": slope_by_nudging(c.sigma, c.z, c.h_bar)},
    mistakes=(
        Mistake("passed the bar on", "That is h_bar itself. Which step made h? Its slope is missing.",
                _value("z_bar", lambda c, right: float(c.h_bar))),
        Mistake("forgot h_bar", "That is the slope alone. Where is the bar that comes back from h?",
                _value("z_bar", lambda c, right: slope_by_nudging(c.sigma, c.z))),
        Mistake("slope at h", "You took the slope at h. It was z that went into sigma.",
                _value("z_bar", lambda c, right: product(c.h_bar, slope_by_nudging(c.sigma, c.sigma(c.z))))),
        Mistake("value instead of slope", "You multiplied by sigma's value. Back through a curve goes its slope.",
                _value("z_bar", lambda c, right: product(c.h_bar, c.sigma(c.z)))),
        Mistake("multiplied by z", "z says where on the curve you are. What does the curve do there?",
                _value("z_bar", lambda c, right: product(c.h_bar, c.z))),
        Mistake("slope at h_bar", "You asked for the slope at h_bar. The slope belongs to where the forward pass was.",
                _value("z_bar", lambda c, right: product(c.h_bar, slope_by_nudging(c.sigma, c.h_bar)))),
        Mistake("always relu's gate", "A gate of 0 or 1 is ReLU's. Other nonlinearities bring slopes of their own.",
                _value("z_bar", lambda c, right: product(c.h_bar, float(c.z > 0)))),
        Mistake("flipped the sign", "The size is right, the sign is not.", _value("z_bar", lambda c, right: -right)),
    ),
)  # fmt: skip


# --- the neuron: z = w.x ----------------------------------------------------------------------


def _vector_probes(bar: str, vector: str) -> Callable[[np.random.Generator], Iterator[Case]]:
    def probes(rng: np.random.Generator) -> Iterator[Case]:
        for d in (3, 5):
            yield Case(f"d = {d}", {bar: draw(rng), vector: draw(rng, d)})
        yield Case("d = 1", {bar: draw(rng), vector: draw(rng, 1)})
        yield Case("read-only, whole numbers", {bar: -2, vector: read_only(rng.integers(2, 9, 4))})
        yield Case("whole numbers, a fractional bar", {bar: draw(rng), vector: rng.integers(2, 9, 3)})
        yield Case("incoming bar 0", {bar: 0.0, vector: draw(rng, 2)})
        yield Case("incoming bar 1", {bar: 1.0, vector: draw(rng, 3)})

    return probes


def _neuron_mistakes(output: str, other: str) -> tuple[Mistake, ...]:
    return (
        Mistake("forgot z_bar", "That says how z is made, and forgets the bar that comes back from z.",
                _value(output, lambda c, right: np.asarray(getattr(c, other), dtype=float))),
        Mistake("passed the bar on", "Each entry came out as z_bar itself. How is z made from that entry?",
                _value(output, lambda c, right: np.full(len(getattr(c, other)), float(c.z_bar)))),
        Mistake("added it up", "A single number came out. A bar has the shape of its variable: one number for each entry.",
                _value(output, lambda c, right: np.sum(right))),
        Mistake("flipped the sign", "The size is right, the sign is not.", _value(output, lambda c, right: -right)),
        Mistake("divided by d", "There is no mean in z = w.x, so none comes back.",
                _value(output, lambda c, right: right / len(right))),
        Mistake("a row instead of a vector", "The numbers are right, the shape is not: a bar has exactly the shape of its variable.",
                _value(output, lambda c, right: right[None, :])),
        Mistake("a column instead of a vector", "The numbers are right, the shape is not: a bar has exactly the shape of its variable.",
                _value(output, lambda c, right: right[:, None])),
    )  # fmt: skip


BAR_W = Exercise(
    name="bar_w",
    notebook=NOTEBOOK,
    signature="bar_w(z_bar, x) -> (d,)",
    outputs=("w_bar",),
    points=1,
    minutes=4,
    level=1,
    statements=("L6", "L7", "L10"),
    probes=_vector_probes("z_bar", "x"),
    oracle=lambda c: {"w_bar": pull_back(lambda w: inner(w, c.x), np.ones(len(c.x)), c.z_bar)},
    mistakes=_neuron_mistakes("w_bar", "x"),
)

BAR_X = Exercise(
    name="bar_x",
    notebook=NOTEBOOK,
    signature="bar_x(z_bar, w) -> (d,)",
    outputs=("x_bar",),
    points=1,
    minutes=3,
    level=1,
    statements=("L6", "L7"),
    probes=_vector_probes("z_bar", "w"),
    oracle=lambda c: {"x_bar": pull_back(lambda x: inner(c.w, x), np.ones(len(c.w)), c.z_bar)},
    mistakes=_neuron_mistakes("x_bar", "w"),
)


# --- all the way back -------------------------------------------------------------------------


def _backward_probes(rng: np.random.Generator, keys: tuple[str, ...] = ("z", "h", "e", "l")) -> Iterator[Case]:
    kinds = [(tanh, 3, 1, 1.0), (softplus, 4, -1, None), (sigmoid, 2, 1, -1.7), (relu, 3, -1, 0.6), (tanh, 1, 1, 2.5)]
    kinds += [(relu, 2, 1, -0.8), (softplus, 5, 1, 1.3)]
    for number, (sigma, d, side, l_bar) in enumerate(kinds):
        x, w, v = draw(rng, d), draw(rng, d) / d, draw(rng)
        z = float(inner(w, x))
        if sigma is relu and (z < 0) == (number == 3):  # once switched on, once switched off
            w, z = -w, -z
        y = float(v * sigma(z)) + side * positive(rng)
        cache = forward_values(x, y, w, v, sigma)
        args = {"cache": {k: cache[k] for k in keys}, "x": read_only(x) if number % 2 else x, "y": y, "w": w, "v": v}
        args["sigma"] = sigma
        if l_bar is not None:
            args["l_bar"] = l_bar
        shown = "l_bar left out" if l_bar is None else f"l_bar = {l_bar:g}"
        yield Case(f"{sigma}, d = {d}, {shown}", args)


def _all_bars(c: Case) -> Values:
    """Every bar as what a nudge of that variable does to the loss, downstream of it only."""
    l_bar = c.args.get("l_bar", 1.0)
    z = inner(c.w, c.x)
    h, e = c.sigma(z), product(c.v, c.sigma(z))

    def loss_of_h(h: Any) -> Any:
        return half_square(c.y, product(c.v, h))

    return {
        "e": pull_back(lambda e: half_square(c.y, e), e, l_bar),
        "y": pull_back(lambda y: half_square(y, e), c.y, l_bar),
        "v": pull_back(lambda v: half_square(c.y, product(v, h)), c.v, l_bar),
        "h": pull_back(loss_of_h, h, l_bar),
        "z": pull_back(lambda z: loss_of_h(c.sigma(z)), z, l_bar),
        "w": pull_back(lambda w: loss_of_h(c.sigma(inner(w, c.x))), c.w, l_bar),
        "x": pull_back(lambda x: loss_of_h(c.sigma(inner(c.w, x))), c.x, l_bar),
    }


def _from_z(c: Case, z_bar: Any) -> Values:
    return {"z": z_bar, "w": product(z_bar, c.x), "x": product(z_bar, c.w)}


_WAY_BACK_MISTAKES = (
    Mistake("forgot l_bar", "Everything is right for l_bar = 1 only. Where does the incoming bar enter?",
            lambda c, right: {k: np.divide(b, c.args.get("l_bar", 1.0)) for k, b in right.items()}),
    Mistake("swapped w and x", "w_bar and x_bar have traded places. Whose bar needs whose value?",
            lambda c, right: {"w": right["x"], "x": right["w"]}),
    Mistake("swapped v and h", "v_bar and h_bar have traded places. Whose bar needs whose value?",
            lambda c, right: {"v": right["h"], "h": right["v"]}),
    Mistake("short-circuited from h", "w_bar was taken straight from h_bar. One step lies between them.",
            lambda c, right: {"z": right["z"], "w": product(right["h"], c.x)}),
    Mistake("forgot sigma'", "From z on everything is off by one factor: which step made h?",
            lambda c, right: _from_z(c, right["h"])),
    Mistake("slope at h", "From z on everything is off. You took the slope at h; it was z that went into sigma.",
            lambda c, right: _from_z(c, product(right["h"], slope_by_nudging(c.sigma, c.sigma(inner(c.w, c.x)))))),
    Mistake("short-circuited from e", "w_bar was taken straight from e_bar. You cannot skip h_bar and z_bar on the way.",
            lambda c, right: {"w": product(right["e"], c.x)}),
    Mistake("wrong sign throughout", "All signs but one are flipped. Look at e_bar: e above y, does more e raise the loss?",
            lambda c, right: {k: -b if k != "y" else b for k, b in right.items()}),
    Mistake("y_bar like e_bar", "y_bar and e_bar came out equal. y and e stand on different sides of a minus.",
            lambda c, right: {"y": right["e"]}),
    Mistake("y_bar is not zero", "y is never updated, but the loss still depends on it.", lambda c, right: {"y": 0.0}),
)  # fmt: skip


BACKWARD = Exercise(
    name="backward",
    notebook=NOTEBOOK,
    signature='backward(cache, x, y, w, v, sigma, l_bar=1.0) -> {"e", "y", "v", "h", "z", "w", "x"}',
    outputs=BARS,
    returns="dict",
    points=6,
    parts=(Part("loss", 1, ("e", "y")), Part("product", 2, ("v", "h")), Part("neuron", 3, ("z", "w", "x"))),
    minutes=12,
    level=2,
    statements=("L7", "L9", "L10"),
    probes=_backward_probes,
    oracle=_all_bars,
    mistakes=_WAY_BACK_MISTAKES,
)

BACKWARD_RECOMPUTE = Exercise(
    name="backward_recompute",
    notebook=NOTEBOOK,
    signature="backward_recompute(cache, x, y, w, v, sigma, l_bar=1.0) -> same bars",
    outputs=BARS,
    returns="dict",
    points=3,
    minutes=8,
    level=2,
    statements=("L12",),
    probes=lambda rng: _backward_probes(rng, ("z", "e")),
    oracle=_all_bars,
    mistakes=(
        Mistake("z in place of h", "v_bar was made with z. h is not in the cache, but you can make it again.",
                lambda c, right: {"v": product(right["e"], c.cache["z"])}),
        Mistake("e in place of h", "v_bar was made with e. h is not in the cache, but you can make it again.",
                lambda c, right: {"v": product(right["e"], c.cache["e"])}),
        Mistake("slope in place of h", "v_bar was made with sigma's slope. What you need again is h itself.",
                lambda c, right: {"v": product(right["e"], slope_by_nudging(c.sigma, c.cache["z"]))}),
        *_WAY_BACK_MISTAKES,
    ),
)  # fmt: skip


# --- slopes from the output -------------------------------------------------------------------


def _output_probes(rng: np.random.Generator) -> Iterator[Case]:
    for label, z in (("an array", draw(rng, 5)), ("a number", draw(rng)), ("a matrix", read_only(draw(rng, 2, 3)))):
        yield _output_case(label, z)
    yield _output_case("the output of z = 0", np.array([0.0, 1.2, -0.4]))
    yield Case("whole numbers", {}, {"h": {"relu": np.array([0, 3, 1])}, "z": np.array([0.0, 3.0, 1.0])})


def _output_case(label: str, z: Any) -> Case:
    outputs = {sigma.name: sigma(z) for sigma in (sigmoid, tanh, relu)}
    if isinstance(z, np.ndarray) and not z.flags.writeable:
        outputs = {name: read_only(h) for name, h in outputs.items()}
    return Case(label, {}, {"h": outputs, "z": z})


def _output_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    errors = []
    for name, h in case.h.items():
        try:
            slope = run(f"{name}_slope", h)
        except AnswerError as error:
            errors.append(error)
            continue
        if (is_number(slope) or is_array(slope)) and np.asarray(slope).dtype.kind in "iu":
            errors.append(AnswerError(f"{name}_slope came back as whole numbers; a slope is a float."))
            continue
        yield f"{name}_slope", slope
    if errors:
        raise errors[0]


def _slopes(c: Case, at: Callable[[Activation, Any], Any] | None = None) -> Values:
    places = {sigma.name: (sigma, c.z if at is None else at(sigma, c.h[sigma.name]))
              for sigma in (sigmoid, tanh, relu) if sigma.name in c.h}  # fmt: skip
    return {f"{name}_slope": slope_by_nudging(*place) for name, place in places.items()}


def _of(name: str, wrong: Callable[[Any], Any]) -> Callable[[Case, Values], Values | None]:
    def named(case: Case, right: Values) -> Values | None:
        return {f"{name}_slope": wrong(np.asarray(case.h[name], dtype=float))[()]} if name in case.h else None

    return named


SLOPES_FROM_OUTPUT = Exercise(
    name="slopes_from_output",
    notebook=NOTEBOOK,
    signature="sigmoid_slope(h), tanh_slope(h), relu_slope(h)",
    outputs=("sigmoid_slope", "tanh_slope", "relu_slope"),
    asks=("sigmoid_slope", "tanh_slope", "relu_slope"),
    points=3,
    minutes=8,
    level=2,
    statements=("L8", "L12"),
    probes=_output_probes,
    oracle=_slopes,
    drive=_output_drive,
    mistakes=(
        Mistake("treated h as z", "You put h where z belongs. h is what came out: no exponential is needed any more.",
                lambda c, right: {k: s for k, s in _slopes(c, lambda sigma, h: h).items() if k != "relu_slope"}),
        Mistake("tanh without the square", "Your tanh slope is 1 at h = 0, which is right, and negative or above 1 elsewhere. A power is missing.",
                _of("tanh", lambda h: 1 - h)),
        Mistake("tanh like sigmoid", "That pattern belongs to the sigmoid, whose outputs lie between 0 and 1.",
                _of("tanh", lambda h: h - np.square(h))),
        Mistake("sigmoid like tanh", "That pattern belongs to tanh, whose outputs lie between -1 and 1.",
                _of("sigmoid", lambda h: 1 - np.square(h))),
        Mistake("sigmoid without its mirror", "Your sigmoid slope keeps growing with h. A saturated neuron has a slope near 0 at both ends.",
                _of("sigmoid", lambda h: h)),
        Mistake("relu always one", "Your ReLU slope is 1 also where the neuron is switched off, and an output of 0 counts as off.", _of("relu", np.ones_like)),
        Mistake("relu gives h", "Your ReLU slope is h itself. A slope of ReLU is 0 or 1.", _of("relu", lambda h: h.copy())),
    ),
)  # fmt: skip


# --- order ------------------------------------------------------------------------------------

_KNOWN = dict.fromkeys(("xwzhvye", "xwzhvey", "wxzhvye", "wxzhvey"), "this is the forward pass")
_KNOWN |= {"ehvwxyz": "this is the alphabet"}
_NEEDS = {"e": (), "y": (), "v": ("e",), "h": ("e",), "z": ("h",), "w": ("z",), "x": ("z",)}


def _order_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    order = run.answers["order"]
    listed = type(order) is list or type(order) is tuple
    if not listed or not all(type(name) is str for name in order):  # exact types: a class of its own may lie
        raise AnswerError('order should be a list of names in quotes, such as ["e", ...].')
    if sorted(order) != sorted(BARS):
        listed = ", ".join(map(repr, order))[:120] or "nothing"
        raise AnswerError(f'order should hold each of "e", "y", "v", "h", "z", "w", "x" once; yours holds {listed}.')
    yield "order", _KNOWN.get("".join(order)) or _first_too_early(order)


def _first_too_early(order: Sequence[str]) -> str:
    done: set[str] = set()
    for name in order:
        if not done.issuperset(_NEEDS[name]):
            return f"{name} is asked for too early"
        done.add(name)
    return "possible"


def _is(words: str) -> Callable[[Case, Values], Values]:
    return lambda c, right: {"order": words}


ORDER = Exercise(
    name="order",
    notebook=NOTEBOOK,
    signature='order = [...]: "e", "y", "v", "h", "z", "w", "x"',
    outputs=("order",),
    points=1,
    minutes=4,
    level=1,
    statements=("L9", "L10"),
    probes=lambda rng: [Case("your order", {})],
    oracle=lambda c: {"order": "possible"},
    drive=_order_drive,
    mistakes=(
        Mistake("forward order", "That is the order of the forward pass. Where does the first bar come from?",
                _is("this is the forward pass")),
        Mistake("alphabetical", "A fine order for a dictionary. Each bar, though, waits for the bar on its left-hand side.",
                _is("this is the alphabet")),
        Mistake("w before z", "w_bar is asked for too early: z is made from w, so whose bar must be there first?",
                _is("w is asked for too early")),
        Mistake("x before z", "x_bar is asked for too early: z is made from x, so whose bar must be there first?",
                _is("x is asked for too early")),
        Mistake("z before h", "z_bar is asked for too early: which variable is made from z?",
                _is("z is asked for too early")),
        Mistake("h first", "h_bar is asked for too early: which variable is made from h?",
                _is("h is asked for too early")),
        Mistake("v first", "v_bar needs the bar of what v helps to make. Which variable is that?",
                _is("v is asked for too early")),
    ),
)  # fmt: skip


# --- train ------------------------------------------------------------------------------------


def _train_probes(rng: np.random.Generator) -> Iterator[Case]:
    for sigma, d, steps, lr in ((tanh, 3, 4, 0.15), (softplus, 2, 3, 0.1), (sigmoid, 1, 1, 0.3), (tanh, 2, 0, 0.1)):
        args = {"X": draw(rng, 1, d), "Y": draw(rng, 1), "w": draw(rng, d), "v": draw(rng), "sigma": sigma}
        args |= {"lr": lr, "steps": steps, "seed": int(rng.integers(100))}
        label = "no steps" if steps == 0 else f"one example, {steps} step{'s' * (steps > 1)}"
        yield Case(f"{label}, {sigma}", args, {"many": False})
    args = {"X": read_only(draw(rng, 7, 3)), "Y": draw(rng, 7), "w": read_only(draw(rng, 3)), "v": draw(rng)}
    args |= {"sigma": tanh, "lr": 0.1, "steps": 24, "seed": int(rng.integers(100))}
    yield Case("seven examples, 24 steps", args, {"many": True})


def _loss(c: Case, w: Any, v: Any, i: int) -> float:
    return float(half_square(c.Y[i], product(v, c.sigma(inner(w, c.X[i])))))


def _step(c: Case, w: Any, v: Any, i: int) -> tuple[float, Any, Any]:
    """The loss of example i at (w, v) and the two bars, by nudging."""
    w_bar = pull_back(lambda u: _loss(c, u, v, i), w, 1.0)
    return _loss(c, w, v, i), w_bar, pull_back(lambda u: _loss(c, w, u, i), v, 1.0)


def _descend(c: Case, rule: str = "") -> Values:
    """Descent on a single example; `rule` names what is done wrong."""
    w, v, losses = np.array(c.w, dtype=float), float(c.v), []
    for _ in range(c.steps):
        loss, w_bar, v_bar = _step(c, w, v, 0)
        rate = -c.lr if rule == "ascent" else c.lr
        if rule == "v first":
            v_new = v - rate * v_bar
            w, v = w - rate * _step(c, w, v_new, 0)[1], v_new
        elif rule == "v first, old cache":  # backward scales e_bar by v on its way to w
            v_new = v - rate * v_bar
            w, v = w - rate * product(w_bar, v_new / v), v_new
        elif rule == "w first":
            w_new = w - rate * w_bar
            w, v = w_new, v - rate * _step(c, w_new, v, 0)[2]
        else:
            w = w if rule == "w stays" else w - rate * w_bar
            v = v if rule == "v stays" else v - rate * v_bar
        losses.append(_step(c, w, v, 0)[0] if rule == "loss after" else loss)
    return {"w": w, "v": v, "losses": np.array(losses)}


def _train_oracle(c: Case) -> Values:
    return {"draws": "one example a step", "seed": "fixes the draws"} if c.many else _descend(c)


def _train_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    args = dict(case.args)
    w, v, losses = _trained(run, args)
    if not case.many:
        yield from (("w", w), ("v", v), ("losses", losses))
        return
    yield "draws", _draws(case, w, v, losses)
    again = _trained(run, args)[2]
    others = [_trained(run, args | {"seed": args["seed"] + shift})[2] for shift in (1, 2, 3)]
    fixed = np.array_equal(losses, again)
    moved = any(not np.array_equal(losses, other) for other in others)
    yield "seed", "fixes the draws" if fixed and moved else ("is ignored" if fixed else "does not fix the draws")


def _trained(run: Run, args: dict[str, Any]) -> tuple[Any, Any, np.ndarray]:
    value = run("train", *args.values())
    (_, w), (_, v), (_, losses) = take_tuple("train", value, ("w", "v", "losses"))
    came, losses = describe_type(losses), row_of_numbers(losses)
    if losses is None:
        raise AnswerError(f"train returned {came} as losses; expected a list of numbers, one a step.")
    if losses.shape != (args["steps"],):
        raise AnswerError(f"train returned losses of shape {losses.shape}; expected one number a step: ({args['steps']},).")
    return w, v, losses


def _draws(c: Case, w_end: Any, v_end: Any, losses: np.ndarray) -> str:
    """Follow the losses: each must be that of one example, and the weights must follow that example's bars."""
    w, v, drawn = np.array(c.w, dtype=float), float(c.v), []
    for number, loss in enumerate(losses):
        fits = [i for i in range(len(c.Y)) if close(loss, _loss(c, w, v, i))]
        if not fits:
            return f"the loss of step {number} is no single example's loss at the weights before that step"
        drawn.append(fits[0])
        _, w_bar, v_bar = _step(c, w, v, fits[0])
        w, v = w - c.lr * w_bar, v - c.lr * v_bar
    if len(set(drawn)) == 1:
        return "the same example every time"
    return "one example a step" if close(w_end, w) and close(v_end, v) else "the weights do not follow the examples"


def _single(rule: str) -> Callable[[Case, Values], Values | None]:
    return lambda c, right: None if c.many else _descend(c, rule)


TRAIN = Exercise(
    name="train",
    notebook=NOTEBOOK,
    signature="train(X, Y, w, v, sigma, lr, steps, seed) -> (w, v, losses)",
    outputs=("w", "v", "losses", "draws", "seed"),
    points=3,
    minutes=15,
    level=3,
    statements=("L7", "L9"),
    needs=("backward",),
    probes=_train_probes,
    oracle=_train_oracle,
    drive=_train_drive,
    mistakes=(
        Mistake("went uphill", "Your loss grows: each step goes with the bar instead of against it.", _single("ascent")),
        Mistake("v moved first", "v moves before w's bar is taken. Both bars belong to the old values.", _single("v first")),
        Mistake("v moved first, with the old cache", "v moves before w's bar is taken. Both bars belong to the old values.",
                _single("v first, old cache")),
        Mistake("w moved first", "w moves before v's bar is taken. Both bars belong to the old values.", _single("w first")),
        Mistake("loss after the update", "Each loss is taken after its update. Note it before.", _single("loss after")),
        Mistake("v never moves", "v stays where it was. It has a bar of its own.", _single("v stays")),
        Mistake("w never moves", "w stays where it was. It has a bar of its own.", _single("w stays")),
        Mistake("same example every time", "Every step uses the same example. Draw a new one each step.",
                lambda c, right: {"draws": "the same example every time"} if c.many else None),
        Mistake("ignores the seed", "Another seed, the same draws. What should the seed be given to?",
                lambda c, right: {"seed": "is ignored"} if c.many else None),
        Mistake("the seed does not hold", "The same seed, other draws. Make the generator from the seed inside train.",
                lambda c, right: {"seed": "does not fix the draws"} if c.many else None),
    ),
)  # fmt: skip

EXERCISES = (
    BAR_E, BAR_Y, BAR_V, BAR_H, BAR_Z, BAR_W, BAR_X, BACKWARD, ORDER, SLOPES_FROM_OUTPUT, BACKWARD_RECOMPUTE, TRAIN,
)  # fmt: skip
