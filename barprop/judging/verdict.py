"""A verdict: what was tried, what failed, and the hint. Reads well as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Verdict:
    """The outcome of one test cell.

    Parameters
    ----------
    title : the exercise, with its part.
    points, max_points : a Python float in [0, max_points], and the most there is.
    tried : (label, right?) of each thing tried.
    problem : what failed, one sentence; "" when all is right.
    hint : what a tutor would say; "" without.
    mistake : the name of the recognised mistake; "" without.
    remarks : on how the answer behaves besides its value.
    """

    title: str
    points: float
    max_points: float
    tried: tuple[tuple[str, bool], ...] = ()
    problem: str = ""
    hint: str = ""
    mistake: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all points were reached."""
        return self.points >= self.max_points

    @property
    def headline(self) -> str:
        """One line: the exercise, right or not, the points."""
        word = "right" if self.passed else ("partly right" if self.points > 0 else "not yet")
        return f"{self.title}: {word}, {self.points:g} of {self.max_points:g} points"

    def __str__(self) -> str:
        lines = [("✓ " if self.passed else "✗ ") + self.headline]
        if self.tried:
            lines.append("  tried: " + " · ".join(f"{'✓' if ok else '✗'} {label}" for label, ok in self.tried))
        lines += [f"  {text}" for text in (self.problem, *self.remarks) if text]
        if self.hint:
            lines.append(f"  Hint: {self.hint}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        # Right is blue with a tick, wrong vermilion with a cross: never colour alone, both themes.
        edge, mark = ("#0072B2", "✓") if self.passed else ("#D55E00", "✗")
        rows = [f"<div><strong>{mark} {escape(self.headline)}</strong></div>"]
        if self.tried:
            tried = " · ".join(f"{'✓' if ok else '✗'}&nbsp;{escape(label)}" for label, ok in self.tried)
            rows.append(f"<div>Tried: {tried}</div>")
        rows += [f"<div>{escape(text)}</div>" for text in (self.problem, *self.remarks) if text]
        if self.hint:
            rows.append(f"<div><em>Hint:</em> {escape(self.hint)}</div>")
        return f'<div role="status" style="border-left:4px solid {edge};padding:2px 10px;">{"".join(rows)}</div>'

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self._repr_html_()}
