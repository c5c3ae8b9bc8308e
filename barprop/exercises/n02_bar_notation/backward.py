"""Notebook 02, the whole way: every bar of the neuron, what they need, and smaller caches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from barprop.activations import Activation, relu, sigmoid, softplus, tanh
from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.untrusted import is_array, is_number, is_row
from barprop.exercises.n01_forward_graph.forward import forward_values
from barprop.exercises.n02_bar_notation.foreign_cache import bars_from
from barprop.exercises.sampling import draw, positive, read_only, slope_by_nudging
from barprop.judging.exercise import Candidate, Case, Exercise, Mistake, Part, Values
from barprop.numerics.steps import half_square, inner, product
from barprop.numerics.vjp import pull_back

BARS = ("e", "y", "v", "h", "z", "w", "x")

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
        x = read_only(x) if number % 2 else x
        args: dict[str, Any] = {"cache": {k: cache[k] for k in keys}, "x": x, "y": y, "w": w, "v": v, "sigma": sigma}
        if l_bar is not None:
            args["l_bar"] = l_bar
        shown = "l_bar left out" if l_bar is None else f"l_bar = {l_bar:g}"
        yield Case(f"{sigma}, d = {d}, {shown}", args)
    x, w = rng.integers(2, 8, 2) / 4, draw(rng, 2) / 2
    across = np.array([x[1], -x[0]])  # quarters, so that w.x is exactly 0
    for label, change in (
        ("relu, z = 0", {"x": x, "w": across, "sigma": relu}),
        ("v = 0", {"x": x, "w": w, "v": 0.0}),
        ("l_bar = 0", {"x": x, "w": w, "l_bar": 0.0}),
        ("whole numbers for v and y", {"x": x, "w": w, "v": 2, "y": 3, "l_bar": -1}),
    ):
        args = {"y": draw(rng), "v": draw(rng), "sigma": softplus, "l_bar": draw(rng), **change}
        cache = forward_values(*(args[name] for name in ("x", "y", "w", "v", "sigma")))
        order = ("x", "y", "w", "v", "sigma", "l_bar")
        yield Case(label, {"cache": {k: cache[k] for k in keys}} | {name: args[name] for name in order})
    for sigma in (tanh, softplus):
        yield _foreign(rng, sigma, keys)


def _foreign(rng: np.random.Generator, sigma: Activation, keys: tuple[str, ...]) -> Case:
    """Make a cache that agrees with itself, but comes from another x."""
    x, w, v, y = draw(rng, 3), draw(rng, 3) / 2, draw(rng), draw(rng)
    while abs(inner(w, x)) < 0.3:  # near 0 tanh is hardly curved: there z and h say the same
        x = draw(rng, 3)
    other = x
    while abs(abs(inner(w, other)) - abs(inner(w, x))) < 0.3:
        other = draw(rng, 3)
    cache = forward_values(other, y, w, v, sigma)
    args = {"cache": {k: cache[k] for k in keys}, "x": x, "y": y, "w": w, "v": v, "sigma": sigma, "l_bar": draw(rng)}
    return Case(f"{sigma}, a cache that another x made", args, {"foreign": True})


def _forward_again(c: Case) -> Iterator[dict[str, float]]:
    """Yield the caches of an answer that in effect computes z, and perhaps h and e, again from w and x."""
    new = forward_values(c.x, c.y, c.w, c.v, c.sigma)
    yield new
    full = {"h": float(c.sigma(c.cache["z"]))} | c.cache
    yield full | {"z": new["z"]}
    yield full | {"h": new["h"]}
    yield full | {"z": new["z"], "h": new["h"]}
    yield full | {"h": new["h"], "e": new["e"]}
    yield full | {"e": new["e"]}


def _all_bars(c: Case) -> Values:
    """Every bar by nudging the one step that reads the variable, from the last step to the first."""
    z, e = c.cache["z"], c.cache["e"]  # as they are, also where another x made them
    h = _hidden(c)
    bars = {
        "e": pull_back(lambda e: half_square(c.y, e), e, c.args.get("l_bar", 1.0)),
        "y": pull_back(lambda y: half_square(y, e), c.y, c.args.get("l_bar", 1.0)),
    }
    bars["v"] = pull_back(lambda v: product(v, h), c.v, bars["e"])
    bars["h"] = pull_back(lambda h: product(c.v, h), h, bars["e"])
    bars["z"] = slope_by_nudging(c.sigma, z, bars["h"])
    bars["w"] = pull_back(lambda w: inner(w, c.x), c.w, bars["z"])
    bars["x"] = pull_back(lambda x: inner(c.w, x), c.x, bars["z"])
    return bars


def _hidden(c: Case) -> Any:
    """Return h as cached, or made again from the cached z."""
    return c.cache["h"] if "h" in c.cache else c.sigma(c.cache["z"])


def _from_z(c: Case, z_bar: Any) -> Values:
    return {"z": z_bar, "w": product(z_bar, c.x), "x": product(z_bar, c.w)}


_WAY_BACK_MISTAKES = (
    Mistake("forgot l_bar", "Everything is right for l_bar = 1 only. Where does the incoming bar enter?",
            lambda c, right: {k: b / l_bar for k, b in right.items()} if (l_bar := c.args.get("l_bar", 1.0)) else None),
    Mistake("l_bar = 0 taken for left out", "Right except for l_bar = 0, which you replace: an incoming bar of 0 is a bar, too.",
            lambda c, right: _all_bars(Case("", c.args | {"l_bar": 1.0})) if c.args.get("l_bar", 1.0) == 0 else right),
    Mistake("relu open at 0", "At z = 0 the course takes the slope of relu as 0.",
            lambda c, right: _from_z(c, right["h"]) if c.sigma is relu and c.cache["z"] == 0 else right),
    Mistake("swapped w and x", "w_bar and x_bar have been exchanged. Which bar needs which value?",
            lambda c, right: {"w": right["x"], "x": right["w"]}),
    Mistake("swapped v and h", "v_bar and h_bar have been exchanged. Which bar needs which value?",
            lambda c, right: {"v": right["h"], "h": right["v"]}),
    Mistake("short-circuited from h", "w_bar was taken straight from h_bar. One step lies between them.",
            lambda c, right: {"z": right["z"], "w": product(right["h"], c.x)}),
    Mistake("forgot sigma'", "From z on everything is wrong by one factor: which step made h?",
            lambda c, right: _from_z(c, right["h"])),
    Mistake("slope at h", "From z on everything is wrong. You took the slope at h; it was z that went into sigma.",
            lambda c, right: _from_z(c, product(right["h"], slope_by_nudging(c.sigma, _hidden(c))))),
    Mistake("short-circuited from e", "w_bar was taken straight from e_bar. You cannot skip h_bar and z_bar on the way.",
            lambda c, right: {"w": product(right["e"], c.x)}),
    Mistake("wrong sign throughout", "All signs except one are flipped. Look at e_bar: when e is above y, does a larger e raise the loss?",
            lambda c, right: {k: -b if k != "y" else b for k, b in right.items()}),
    Mistake("every sign flipped", "Every sign is flipped. Look at e_bar and y_bar: with e above y, which of the two raises the loss when it grows?",
            lambda c, right: {k: -b for k, b in right.items()}),
    Mistake("y_bar like e_bar", "y_bar and e_bar are equal. In y - e only one of them has a minus.",
            lambda c, right: {"y": right["e"]}),
    Mistake("y_bar is not zero", "y is never updated, but the loss still depends on it.", lambda c, right: {"y": 0.0}),
)  # fmt: skip


BACKWARD: Exercise = Exercise(
    name="backward",
    signature='backward(cache, x, y, w, v, sigma, l_bar=1.0) -> {"e", "y", "v", "h", "z", "w", "x"}',
    is_chain=True,
    optional={"l_bar": 1.0},
    outputs_are_bars=True,
    outputs=BARS,
    returns="dict",
    corners=("relu, z = 0", "v = 0", "l_bar = 0"),
    points=6,
    parts=(Part("loss", 1, ("e", "y")), Part("product", 2, ("v", "h")), Part("neuron", 3, ("z", "w", "x"))),
    minutes=12,
    level=2,
    statements=("L7", "L9", "L10"),
    probes=_backward_probes,
    returned=BARS,
    oracle=_all_bars,
    drive=lambda run, case: bars_from(run, case, BARS, BACKWARD, _forward_again),
    mistakes=_WAY_BACK_MISTAKES,
)

BACKWARD_RECOMPUTE: Exercise = Exercise(
    name="backward_recompute",
    signature="backward_recompute(cache, x, y, w, v, sigma, l_bar=1.0) -> same bars",
    is_chain=True,
    optional={"l_bar": 1.0},
    outputs_are_bars=True,
    outputs=BARS,
    returns="dict",
    corners=("relu, z = 0", "v = 0", "l_bar = 0"),
    points=3,
    minutes=8,
    level=2,
    statements=("L12",),
    probes=lambda rng: _backward_probes(rng, ("z", "e")),
    returned=BARS,
    oracle=_all_bars,
    drive=lambda run, case: bars_from(run, case, BARS, BACKWARD_RECOMPUTE, _forward_again),
    mistakes=(
        Mistake("z in place of h", "v_bar was made with z. h is not in the cache, but you can compute it again.",
                lambda c, right: {"v": product(right["e"], c.cache["z"])}),
        Mistake("e in place of h", "v_bar was made with e. h is not in the cache, but you can compute it again.",
                lambda c, right: {"v": product(right["e"], c.cache["e"])}),
        Mistake("slope in place of h", "v_bar was made with sigma's slope. What you need again is h itself.",
                lambda c, right: {"v": product(right["e"], slope_by_nudging(c.sigma, c.cache["z"]))}),
        *_WAY_BACK_MISTAKES,
    ),
)  # fmt: skip


# --- slopes from the output -------------------------------------------------------------------


def _output_probes(rng: np.random.Generator) -> Iterator[Case]:
    shapes = (("an array", (5,)), ("an array of one number", (1,)), ("three axes", (2, 1, 3)))
    for label, shape in shapes:
        yield _output_case(label, draw(rng, *shape))
    yield _output_case("a matrix, read-only", read_only(draw(rng, 2, 3)))
    yield _output_case("a positive number", positive(rng))
    yield _output_case("a negative number", -positive(rng))
    yield _output_case("a NumPy number", np.float64(draw(rng)))
    yield _output_case("the output of z = 0", np.array([0.0, 1.2, -0.4]))
    yield Case("whole numbers", {}, {"h": {"relu": np.array([0, 3, 1])}, "z": np.array([0.0, 3.0, 1.0])})
    yield Case("a whole number", {}, {"h": {"relu": 3}, "z": 3.0})


def _output_case(label: str, z: Any) -> Case:
    outputs: dict[str, Any] = {sigma.name: sigma(z) for sigma in (sigmoid, tanh, relu)}
    if type(z) is float:
        outputs = {name: float(h) for name, h in outputs.items()}
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
            errors.append(AnswerError(f"{name}_slope gives whole numbers; a slope is a float (0.0, not 0)."))
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


def _slope_guesses(c: Case, right: Values, output: str) -> Iterator[Candidate]:
    """Yield the family of a slope made from the output h: a factor or a bracket lost."""
    h, r = np.asarray(c.h[output.removesuffix("_slope")], dtype=float), np.asarray(right[output], dtype=float)
    yield "a factor h lost", "A factor is missing: at h = 0 the sigmoid is flat.", lambda: r / h
    yield "a factor h too much", "There is one factor h too many.", lambda: r * h
    yield "h added", "h is added where it does not belong. Brackets?", lambda: r + h
    yield "h subtracted", "h is subtracted where it does not belong. Brackets?", lambda: r - h
    exponential = "You put h where z belongs, into the exponential. h is the output: no exponential is needed any more."
    yield "h in the exponential", exponential, lambda: np.square(h) * np.exp(-h)
    yield "h in the exponential, once", exponential, lambda: h * np.exp(-h)
    yield "a bracket lost", "h * 1 - h is 0: where do the brackets belong?", lambda: np.zeros_like(h)
    yield "a square in the wrong place", "The square stands outside the bracket.", lambda: np.square(1 - h)


def _asked_once(slope: Any) -> Any:
    """Return what an if makes of an array: one number where there is a single entry."""
    return float(np.ravel(slope)[0]) if np.size(slope) == 1 else slope


SLOPES_FROM_OUTPUT = Exercise(
    name="slopes_from_output",
    signature="sigmoid_slope(h), tanh_slope(h), relu_slope(h)",
    outputs=("sigmoid_slope", "tanh_slope", "relu_slope"),
    asks=("sigmoid_slope", "tanh_slope", "relu_slope"),
    points=3,
    minutes=17,
    level=2,
    statements=("L8", "L12"),
    probes=_output_probes,
    oracle=_slopes,
    guesses=_slope_guesses,
    drive=_output_drive,
    mistakes=(
        Mistake("treated h as z", "You put h where z belongs. h is the output: no exponential is needed any more.",
                lambda c, right: {k: s for k, s in _slopes(c, lambda sigma, h: h).items() if k != "relu_slope"}),
        Mistake("tanh without the square", "Your tanh slope is 1 at h = 0, which is right. But it is above 1 for negative h, and h and -h should have the same slope. A power is missing.",
                _of("tanh", lambda h: 1 - h)),
        Mistake("tanh like sigmoid", "That pattern belongs to the sigmoid, whose outputs lie between 0 and 1.",
                _of("tanh", lambda h: h - np.square(h))),
        Mistake("sigmoid like tanh", "That pattern belongs to tanh, whose outputs lie between -1 and 1.",
                _of("sigmoid", lambda h: 1 - np.square(h))),
        Mistake("treated h as z in tanh", "You put h where z belongs. h is the output: no tanh is needed any more.",
                lambda c, right: {"tanh_slope": _slopes(c, lambda sigma, h: h).get("tanh_slope")} if "tanh" in c.h else None),
        Mistake("treated h as z in sigmoid", "You put h where z belongs. h is the output: no exponential is needed any more.",
                lambda c, right: {"sigmoid_slope": _slopes(c, lambda sigma, h: h).get("sigmoid_slope")} if "sigmoid" in c.h else None),
        Mistake("sigmoid with a plus", "Your sigmoid slope keeps growing with h. A saturated neuron has a slope near 0 at both ends.",
                _of("sigmoid", lambda h: h + np.square(h))),
        Mistake("sigmoid without its mirror", "Your sigmoid slope keeps growing with h. A saturated neuron has a slope near 0 at both ends.",
                _of("sigmoid", lambda h: h)),
        Mistake("asked one question", "An if asks one question, and an array has many entries. Compare entry by entry.",
                lambda c, right: {k: _asked_once(s) for k, s in right.items() if k == "relu_slope"}, stops=True),
        Mistake("relu always one", "Your ReLU slope is also 1 where the neuron is switched off; an output of 0 counts as off.", _of("relu", np.ones_like)),
        Mistake("relu gives h", "Your ReLU slope is h itself. A slope of ReLU is 0 or 1.", _of("relu", lambda h: h.copy())),
    ),
)  # fmt: skip


# --- order ------------------------------------------------------------------------------------

_KNOWN = dict.fromkeys(("xwzhvye", "xwzhvey", "wxzhvye", "wxzhvey"), "this is the forward pass")
_KNOWN |= {"ehvwxyz": "this is the alphabet"}
_NEEDS = {"e": (), "y": (), "v": ("e",), "h": ("e",), "z": ("h",), "w": ("z",), "x": ("z",)}


def _order_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    order = run.answers["order"]
    if not is_row(order) or not all(type(name) is str for name in order):  # exact types: a class of its own may lie
        raise AnswerError('order should be a list of names in quotes, such as ["h", ...].')
    if sorted(order) != sorted(BARS):
        listed = ", ".join(map(repr, order))[:120] or "nothing"
        raise AnswerError(f'order should hold each of "e", "h", "v", "w", "x", "y", "z" once; yours holds {listed}.')
    yield "order", _KNOWN.get("".join(order)) or _first_too_early(order)


def _first_too_early(order: Sequence[str]) -> str:
    done: set[str] = set()
    for name in order:
        if not done.issuperset(_NEEDS[name]):
            return f"the bar of {name} is asked for too early"
        done.add(name)
    return "possible"


def _is(words: str) -> Callable[[Case, Values], Values]:
    return lambda c, right: {"order": words}


ORDER = Exercise(
    name="order",
    signature='order = [...]: "e", "h", "v", "w", "x", "y", "z"',
    is_computed=False,
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
        Mistake("alphabetical", "A fine order for a dictionary. But each bar has to wait for the bar of what was made from its variable.",
                _is("this is the alphabet")),
        Mistake("w before z", "z is made from w, so which bar must be there first?",
                _is("the bar of w is asked for too early")),
        Mistake("x before z", "z is made from x, so which bar must be there first?",
                _is("the bar of x is asked for too early")),
        Mistake("z before h", "Which variable is made from z?",
                _is("the bar of z is asked for too early")),
        Mistake("h first", "Which variable is made from h?",
                _is("the bar of h is asked for too early")),
        Mistake("v first", "v_bar needs the bar of what is made from v. Which variable is that?",
                _is("the bar of v is asked for too early")),
    ),
)  # fmt: skip
