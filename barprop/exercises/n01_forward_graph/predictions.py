"""Notebook 01: how often the closed formulas repeat themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from barprop.answers.calls import Run
from barprop.answers.failures import AnswerError
from barprop.answers.untrusted import one_line
from barprop.judging.exercise import Case, Exercise, Mistake

DL_DV = "-(y - v s(w.x)) s(w.x)"
DL_DW = "-(y - v s(w.x)) v s'(w.x) x"


def _repeats_drive(run: Run, case: Case) -> Iterator[tuple[str, Any]]:
    value = run.answers["repeats"]
    if type(value) is not dict:
        raise AnswerError('repeats should be a dictionary with the keys "dl_dv" and "dl_dw".')
    entries = {key: count for key, count in value.items() if type(key) is str}
    extra = [one_line(key, 40) for key in entries if key not in ("dl_dv", "dl_dw")]
    if extra:
        run.remark(f"repeats holds unexpected keys ({', '.join(extra[:4])}).")
    for name in ("dl_dv", "dl_dw"):
        if entries.get(name) is None or entries[name] is Ellipsis:
            raise AnswerError(f'repeats["{name}"] is not filled in yet: write a whole number.')
        yield name, entries[name]


REPEATS = Exercise(
    name="repeats",
    signature='repeats = {"dl_dv": int, "dl_dw": int}',
    is_computed=False,
    outputs=("dl_dv", "dl_dw"),
    points=2,
    minutes=4,
    level=1,
    statements=("L3", "L4"),
    probes=lambda rng: [Case("your two counts", {})],
    oracle=lambda c: {"dl_dv": DL_DV.count("w.x"), "dl_dw": DL_DW.count("w.x")},
    drive=_repeats_drive,
    mistakes=(
        Mistake(
            "left out one w.x",
            "A w.x is missing in your count. Look into every bracket: what is the estimate made from, and where is the slope s' taken?",
            lambda c, right: {"dl_dv": right["dl_dv"], "dl_dw": 1},
        ),
        Mistake(
            "counted different things",
            "One is the number of different things. How often is it written down?",
            lambda c, right: {"dl_dv": 1, "dl_dw": 1},
        ),
        Mistake(
            "counted the brackets twice",
            "Too many. Point at each w.x with a finger: s'(w.x) holds one, the x at the very end holds none.",
            lambda c, right: {"dl_dw": 3},
        ),
        Mistake(
            "counted both formulas together",
            "Count in each formula separately.",
            lambda c, right: {"dl_dv": 4, "dl_dw": 4},
        ),
        *(
            Mistake(
                f"another count for {name}",
                f"The count for {name} is off. Write the formula out with w.x wherever it stands, also inside h, e and z, and point at each.",
                lambda c, right, name=name: {name: right[name] - 1},  # type: ignore[misc]
                lambda c, right, got, name=name: {name: got[name]} if got[name] != right[name] else None,  # type: ignore[misc]
            )
            for name in ("dl_dv", "dl_dw")
        ),
    ),
)
