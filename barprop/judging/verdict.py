"""A verdict: what went wrong, the hint, and the case that shows it. Reads well as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal

FailureKind = Literal[
    "value", "form", "raised", "late", "lost", "missing", "unwritten", "blocked", "remark", "gone", "unjudged"
]
# kind of failure -> what it means; what code decides by, so that nobody reads the sentence
KINDS: dict[str, str] = {
    "value": "another mistake",
    "form": "another type or shape",
    "raised": "stops with an error",
    "late": "takes too long",
    "lost": "ends its process",
    "missing": "nothing of that name",
    "unwritten": "not written yet",
    "blocked": "calls another answer that fails",
    "remark": "right values, but it changes its arguments, hands back their memory or the like",
    "gone": "the cell is missing or could not be read",
    "unjudged": "could not be judged",
}

# Right is blue and filled, wrong vermilion and hollow: never colour alone, and readable in both themes.
_RIGHT, _WRONG = "#0072B2", "#D55E00"


@dataclass(frozen=True)
class Verdict:
    """The outcome of one test cell.

    Parameters
    ----------
    title : str
        The exercise, with its part.
    points : float
        In [0, max_points].
    max_points : float
        The points that this test cell can give.
    tried : tuple of (str, bool)
        What was tried, in words, and whether it was right.
    problem : str
        What failed, one sentence; "" if all is right.
    hint : str
        What a tutor would say; "" if there is nothing to say.
    mistake : str
        The name of the recognised mistake; "" if none was.
    kind : str
        What sort of failure it is, a key of KINDS; "" if all is right.
    counted : {"cases", "results"}
        What `tried` counts. Points are for results, over all cases.
    hint_says_it : bool
        Whether the hint says all that `problem` says, which is then not shown.
    sealed : bool
        Whether the headline keeps to itself how many points a wrong answer has.
    remarks : tuple of str
        How the answer behaves besides its value, one sentence each; each costs points.
    example : str
        The call that shows the problem, with what the answer gave; "" if there is none.
    notes : tuple of str
        Sentences that cost nothing.
    """

    title: str
    points: float
    max_points: float
    tried: tuple[tuple[str, bool], ...] = ()
    problem: str = ""
    hint: str = ""
    mistake: str = ""
    remarks: tuple[str, ...] = ()
    example: str = ""
    notes: tuple[str, ...] = ()
    kind: FailureKind | Literal[""] = ""
    sealed: bool = False
    hint_says_it: bool = False
    counted: str = "cases"

    @property
    def passed(self) -> bool:
        """Whether all points were reached."""
        return self.points >= self.max_points

    @property
    def headline(self) -> str:
        """One line: the exercise, right or not, the points."""
        if self.sealed:
            return f"{self.title}: not yet"
        word = "right" if self.passed else ("partly right" if self.points > 0 else "not yet")
        unit = "point" if self.max_points == 1 else "points"
        return f"{self.title}: {word}, {self._rounded:g} of {self.max_points:g} {unit}"

    @property
    def _problem(self) -> str:
        return "" if self.hint_says_it and self.hint else self.problem

    @property
    def _rounded(self) -> float:
        """To a tenth; neither nothing nor all where it is neither."""
        if self.points in (0.0, self.max_points):
            return self.points
        return min(max(round(self.points, 1), 0.1), round(self.max_points - 0.1, 1))

    @property
    def _cases(self) -> str:
        right = sum(ok for _, ok in self.tried)
        return f"{right} of {len(self.tried)} {self.counted} right"

    def __str__(self) -> str:
        lines = [("✓ " if self.passed else "✗ ") + self.headline]
        lines += [f"  Hint: {self.hint}"] if self.hint else []
        lines += [f"  {text}" for text in (self._problem, self.example, *self.remarks, *self.notes) if text]
        wrong = [label for label, ok in self.tried if not ok]
        if wrong and len(self.tried) > 1:
            dots = "".join("●" if ok else "○" for _, ok in self.tried)
            lines.append(f"  {dots} {self._cases}; wrong: {' · '.join(wrong[:3])}{' · ...' * (len(wrong) > 3)}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        edge, mark = (_RIGHT, "✓") if self.passed else (_WRONG, "✗")
        rows = [f"<strong>{mark} {escape(self.headline)}</strong>"]
        rows += [f"<em>Hint:</em> {prose(self.hint)}"] if self.hint else []
        rows += [prose(self._problem)] if self._problem else []
        rows += [_code(self.example)] if self.example else []
        rows += [prose(text) for text in (*self.remarks, *self.notes)]
        inside = "".join(f'<div style="margin:2px 0">{row}</div>' for row in rows)
        style = f"border-left:4px solid {edge};padding:2px 10px;max-width:60em"
        return f'<div role="status" style="{style}">{inside}{self._folded_cases()}</div>'

    def _folded_cases(self) -> str:
        """Show a row of dots that opens to the cases; nothing if all are right."""
        if len(self.tried) < 2 or all(ok for _, ok in self.tried):
            return ""
        dots = "".join(
            f'<span title="{escape(label)}" style="color:{_RIGHT if ok else _WRONG}">{"●" if ok else "○"}</span>'
            for label, ok in self.tried
        )
        items = "".join(
            f'<li style="list-style:none">{"✓" if ok else "✗"} {escape(label)}</li>' for label, ok in self.tried
        )
        summary = f'<summary><span aria-hidden="true">{dots}</span> {self._cases}</summary>'
        return f'<details>{summary}<ul style="margin:2px 0;padding-left:1em">{items}</ul></details>'

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def _code(example: str) -> str:
    """Show the call and its value, each as code that can be copied."""
    pieces = example.split("  gave  ")
    return " gave ".join(f'<code style="overflow-wrap:anywhere">{escape(piece)}</code>' for piece in pieces)


def prose(text: str) -> str:
    """Return text with `code` between backticks as HTML; nothing else in it is markup."""
    pieces = escape(text).split("`")
    if len(pieces) % 2 == 0:  # a backtick without its partner
        return escape(text)
    return "".join(f"<code>{piece}</code>" if number % 2 else piece for number, piece in enumerate(pieces))
