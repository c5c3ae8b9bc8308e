"""What every widget shares: its module put together, its picture and its sentence beside it in the output."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets as t
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from barprop.pictures.style import course_style

_HERE = Path(__file__).parent


class WidgetError(ValueError):
    """What a widget was given does not make sense; shown as its one sentence."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


@cache
def bundled(name: str) -> str:
    """Return a file of bundles/: a widget's JavaScript in one module, or the style sheet of all widgets."""
    return (_HERE / "bundles" / name).read_text(encoding="utf-8")


class Widget(anywidget.AnyWidget):
    """A widget whose output also carries a PNG and a sentence.

    A live JupyterLab shows the widget; GitHub, an export and a reader without a kernel see the picture.
    A subclass sets `_esm` and `resets`, and writes `sentence` and `draw`.
    """

    resets: tuple[str, ...] = ()  # the traits that a reader can change

    initial: t.Dict[str, Any] = t.Dict().tag(sync=True)  # what Reset goes back to
    size = (7.0, 2.6)  # of the picture, in inches

    def __init__(self, **traits: Any) -> None:
        self._css = bundled("style.css")
        super().__init__(**traits)
        self.initial = {name: getattr(self, name) for name in self.resets}

    def sentence(self) -> str:
        """Say what the picture shows, in one sentence."""
        raise NotImplementedError

    def draw(self, figure: Figure) -> None:
        """Draw the widget as it stands now."""
        raise NotImplementedError

    def answers(self) -> dict[str, dict[str, Any]]:
        """Return what this widget's kernel would answer, for a page that has none.

        Returns
        -------
        dict
            By the values of `resets` as a JSON list without spaces: the traits that follow from them, by name. Empty
            where the page computes all by itself.
        """
        return {}

    def png(self) -> bytes:
        """Return the picture of the widget in its present state."""
        with course_style():
            figure = Figure(figsize=self.size, layout="constrained")
            self.draw(figure)
            out = io.BytesIO()
            FigureCanvasAgg(figure).print_png(out)
        return out.getvalue()

    def __repr__(self) -> str:
        return self.sentence()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        data["text/plain"] = self.sentence()
        data["image/png"] = base64.b64encode(self.png()).decode("ascii")
        return data, {**metadata, "image/png": {"alt": self.sentence()}}


def number(name: str, value: Any) -> float:
    """Return a finite float, or raise a WidgetError that says what was given instead."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise WidgetError(f"{name} must be a number, got {value!r:.60}.") from None
    if not np.isfinite(result):
        raise WidgetError(f"{name} must be a finite number, got {value!r:.60}.")
    return result


def numbers(name: str, values: Any, length: int) -> list[float]:
    """Return a list of `length` finite floats, or raise a WidgetError."""
    try:
        result = [number(name, value) for value in values]
    except TypeError:
        raise WidgetError(f"{name} must be {length} numbers, got {values!r:.60}.") from None
    if len(result) != length:
        raise WidgetError(f"{name} must be {length} numbers, got {len(result)}.")
    return result


def one_of(name: str, value: Any, known: Iterable[str]) -> str:
    """Return one of the known words, or raise WidgetError. An activation counts as its name."""
    word = str(value)
    known = list(known)
    if word not in known:
        raise WidgetError(f"{name} must be one of {', '.join(known)}; got {value!r:.60}.")
    return word


def whole(name: str, value: Any, low: int, high: int) -> int:
    """Return an integer from low to high, or raise a WidgetError."""
    result = number(name, value)
    if result != int(result) or not low <= result <= high:
        raise WidgetError(f"{name} must be a whole number from {low} to {high}, got {value!r:.60}.")
    return int(result)
