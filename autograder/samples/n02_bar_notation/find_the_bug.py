"""Where a bug is, from the bars that are wrong, as students write them."""

from __future__ import annotations


def _found(a: str = "v", b: str = "z", c: str = "w") -> str:
    return f'first_wrong = {{"a": "{a}", "b": "{b}", "c": "{c}"}}\n'


WRONG = {
    "find_the_bug": {
        "named the last ones": _found("x", "x", "x"),
        "named what the user sees": _found("w", "w", "w"),
        "a: inherited": _found(a="h"),
        "a: stopped at the loss": _found(a="e"),
        "a: blamed the slope": _found(a="z"),
        "b: too early": _found(b="h"),
        "b: inherited": _found(b="w"),
        "b: inherited by x": _found(b="x"),
        "c: too early": _found(c="z"),
        "c: too late": _found(c="x"),
        "c: h": _found(c="h"),
    },
}

RIGHT = {
    "find_the_bug": [
        _found(),
        'first_wrong = dict(c="w", a="v", b="z")\n',
        'first_wrong = {"a": None}\nfirst_wrong.update(zip("abc", "vzw"))\n',
    ],
}
