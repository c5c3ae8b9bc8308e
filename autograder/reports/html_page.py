"""The report as one page: it needs no network and no script, prints, and fits a phone and both themes."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from autograder.page_templates import page_templates
from autograder.reports.class_report import ClassReport, Part
from autograder.reports.figures import ENOUGH, left_out
from autograder.reports.findings import NOTES, rest_of
from autograder.reports.plot import WIDTH, Plot, dot_plot
from autograder.wording import plural, points

_SHOWN = 15  # mistakes that are open on the page; the others are folded


def write_html(path: Path, report: ClassReport) -> None:
    """Write the page."""
    path.write_text(render(report), encoding="utf-8")


def render(report: ClassReport) -> str:
    """Return the page."""
    environment = page_templates("autograder.reports")
    environment.filters |= {"who": report.who, "left_out": left_out, "breakable": _breakable}
    return environment.get_template("report.html.j2").render(
        report=report,
        title=report.title,
        plots=[_plot(part, report) for part in report.parts],
        first=first_things(report),
        rests=rest_of(report.mistakes, [part.table for part in report.parts]),
        notes=NOTES,
        shown=_SHOWN,
        enough=ENOUGH,
        width=WIDTH,
    )


def _breakable(name: str) -> Markup:
    """Return a name that may go on in a new line after each underscore."""
    return Markup("_<wbr>").join(name.split("_"))


def _plot(part: Part, report: ClassReport) -> Plot | None:
    return dot_plot(part.table, part.spread, report.who) if part.spread else None


def first_things(report: ClassReport) -> list[str]:
    """List what is worth an instructor's first minutes."""
    found, never = [], report.never
    if never:
        found.append(f"{plural(len(never), 'student')} of the class handed in nothing for any of these assignments.")
    for part in report.parts:
        name = part.table.assignment
        for kind, words in (("waiting", "wait for a person in the formgrader"), ("quarantine", "are in quarantine")):
            if part.notes[kind]:
                found.append(f"{name}: {plural(len(part.notes[kind]), 'student')} {words}.")
        if missing := set(part.missing) - never:
            who = plural(len(missing), "more student" if never else "student")
            found.append(f"{name}: {who} of the class handed in nothing.")
        for module, students in part.lacking.items():
            many = plural(len(students), "submission")
            found.append(
                f"{name}: the grader lacks the module {module}, which {many} import{'s' * (len(students) == 1)}."
            )
        odd = [item.name for item in part.items if item.discrimination is not None and item.discrimination < 0]
        if odd:
            found.append(
                f"{name}: students who do well in the rest do badly in {', '.join(odd)}. Is the question clear?"
            )
    worst = next((one for one in report.mistakes if one.own), None)
    if worst:
        cost = f"{plural(worst.count, 'student')} {points(worst.lost)} point{'' if worst.lost == 1 else 's'}"
        found.append(f"The most expensive mistake: “{worst.what}” in {worst.exercise}, which cost {cost}.")
    nameless = max((one for part in report.parts for one in part.clusters), key=lambda one: one.count, default=None)
    if nameless:
        agree = f"{plural(nameless.count, 'student')} gave the same wrong values"
        found.append(f"{nameless.assignment}: {agree} in {nameless.exercise}, and no known mistake explains them.")
    return found
