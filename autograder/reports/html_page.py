"""The report as a page."""

from __future__ import annotations

from html import escape
from pathlib import Path

from autograder.reports.findings import _inside, _notes, mistakes
from autograder.reports.table import Table
from autograder.reports.text import _number

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em }}
table {{ border-collapse: collapse }} th, td {{ padding: 2px 8px; border-bottom: 1px solid #8888 }}
td {{ text-align: right }} td:first-child, th:first-child {{ text-align: left }}
th {{ vertical-align: bottom }} th span {{ writing-mode: vertical-rl; transform: rotate(180deg) }}
</style>
{body}
</html>
"""


def write_html(path: Path, tables: list[Table]) -> None:
    """Write the report as one page that needs nothing else."""
    title = "Report: " + ", ".join(table.assignment for table in tables)
    body = "\n".join(_html(table) for table in tables)
    path.write_text(_PAGE.format(title=escape(title), body=body), encoding="utf-8")


def _html(table: Table) -> str:
    heads = "".join(f"<th><span>{escape(c)} ({most:g})</span></th>" for c, most in table.columns.items())
    rows = "\n".join(
        f"<tr><td>{escape(row.student)}</td>"
        + "".join(f"<td>{_number(row.points.get(column))}</td>" for column in table.columns)
        + f"<td>{row.total:.4g}</td><td>{escape(row.marks)}</td></tr>"
        for row in table.rows
    )
    parts = [f"<h1>{escape(table.assignment)}</h1>", f"<p>{len(table.rows)} students, {table.most:g} points</p>"]
    parts.append(f"<table><tr><th>student</th>{heads}<th>total</th><th></th></tr>\n{rows}</table>")
    parts.append("<p>r mended, t trouble, ? waits for review, Q quarantine</p><h2>What the class got wrong</h2>")
    wrong = mistakes(table)
    for exercise in dict.fromkeys(found.exercise for found in wrong):
        items = "".join(f"<li>{escape(str(found))}</li>" for found in wrong if found.exercise == exercise)
        parts.append(f"<h3>{escape(exercise)}</h3><ul>{items}</ul>")
    if inside := _inside(table):
        parts.append(f"<h2>Scored inside the student's process</h2><p>{escape(', '.join(inside))}</p>")
    for heading, sentences in _notes(table):
        if sentences:
            items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
            parts.append(f"<h2>{escape(heading)}</h2><ul>{items}</ul>")
    return "\n".join(parts)
