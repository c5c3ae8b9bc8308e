"""Who decides what lateness costs: deadlines.toml, else nbgrader's plug-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbgrader.api import Gradebook
from nbgrader.converters import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import TraitError

from autograder.deadlines.describe import lateness_in
from autograder.deadlines.lateness import Lateness
from autograder.deadlines.toml_file import FILE, Deadlines
from autograder.gradebook.grades import Penalty

if TYPE_CHECKING:
    from nbgrader.converters import Autograde


def penalty_of(converter: Autograde, gradebook: Gradebook, deadlines: Deadlines, assignment: str) -> Penalty | None:
    """Return what lateness costs in an assignment; None for nothing.

    Raises
    ------
    NbGraderException
        If both deadlines.toml and nbgrader's configuration say something, or nbgrader's plug-in cannot be loaded.
    """
    if deadlines.late is None:
        return _plugin(converter)
    for name in lateness_in(converter.config):
        raise NbGraderException(
            f"The penalty for lateness is set twice: [late] in {FILE}, and c.{name} in nbgrader_config.py. "
            "Remove one of them."
        )
    return Lateness(converter.coursedir, gradebook, deadlines, deadlines.late, assignment).penalty


def _plugin(converter: Autograde) -> Penalty | None:
    """Return nbgrader's late penalties, by the plug-in that is configured; None where they were taken out."""
    if AssignLatePenalties not in converter.autograde_preprocessors:
        return None
    try:
        late = AssignLatePenalties(parent=converter)
        late.init_plugin()
    except (TraitError, ImportError) as error:
        raise NbGraderException(f"The plug-in for late penalties cannot be loaded: {error}") from None
    name = type(late.plugin_inst).__name__

    def penalty(student: str, score: float, seconds: float) -> float | None:
        try:
            taken = late.plugin_inst.late_submission_penalty(student, score, seconds)
            return None if taken is None else min(max(float(taken), 0.0), score)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            raise NbGraderException(
                f"The plug-in for late penalties, {name}, stopped for {student} ({score:g} points, {seconds:.0f} s "
                f"late): {why}. What was written before is kept; fix the plug-in and run the same command again."
            ) from None

    return penalty
