"""Repair a submitted notebook.

Each cell of the plan is matched with its cell in the submission, and what the instructor locked is put back. Every
repair becomes a sentence for the student and the instructor.
"""

from __future__ import annotations

import difflib
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from autograder.assignment import NotebookPlan, PlanCell
from autograder.submission.cell_source import check_call, defined, parses, plain, same_text, unfenced
from autograder.submission.read_notebook import Found, Reading
from barprop.exercises import EXERCISES

_NEAR = 0.8  # how alike an edited locked cell must be to be taken for the released one
_COMPARED = 60  # so many cells between two known ones are compared with a missing locked one
_FOLLOWING = 3  # so many cells after an answer are tried as its split-off rest
_MAX_OWN = 500  # cells of a student's own that are kept


@dataclass
class Cell:
    """One cell of the mended notebook.

    Parameters
    ----------
    kind : str
        "code", "markdown" or "raw".
    source : str
        What the student wrote, or what was put in its place.
    plan : PlanCell or None
        The cell as released, None for a student's own.
    run : str or None
        The source to run when grading, None where nothing runs.
    id, tags, attachments
        nbformat's and JupyterLab's.
    untouched : bool
        Whether it is an answer cell left as it was given.
    notes : list of str
        What was mended, for the student.
    """

    kind: str
    source: str
    plan: PlanCell | None = None
    _: KW_ONLY
    run: str | None = None
    id: str = ""
    tags: tuple[str, ...] = ()
    attachments: dict[str, Any] = field(default_factory=dict)
    untouched: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass
class Repaired:
    """The mended notebook: cells in order, what was mended, and why an answer is missing (by grade_id)."""

    cells: list[Cell]
    notes: list[str] = field(default_factory=list)
    damaged: bool = False
    missing: dict[str, str] = field(default_factory=dict)


def repair(reading: Reading, plan: NotebookPlan, show_cells: bool = False) -> Repaired:
    """Mend a notebook after its plan. Never fails: what is not there is named in `missing`."""
    owners = _match(reading.cells, plan)
    result = Repaired([], list(reading.notes), reading.damaged)
    blocks = _blocks(reading, owners, plan, result)
    result.cells = _in_order(blocks, plan, result)
    _choose_what_runs(result, plan, show_cells)
    return result


def answer_names(cell: PlanCell) -> frozenset[str]:
    """Return the names an answer cell should define: as declared, else as in the released skeleton."""
    if not cell.solution or cell.kind != "code":
        return frozenset()
    if cell.grade_id in EXERCISES:
        return frozenset(EXERCISES[cell.grade_id].asks)
    return defined(cell.source)


# --- who is who -------------------------------------------------------------------------------


def _match(cells: list[Found], plan: NotebookPlan) -> list[int | None]:
    """For each submitted cell the number of its plan cell (in plan.managed), or None."""
    managed = plan.managed
    numbers = {cell.grade_id: number for number, cell in enumerate(managed)}
    owners: list[int | None] = [numbers.get(cell.grade_id) for cell in cells]
    _by_cell_id(cells, managed, owners)
    _by_content(cells, managed, owners)
    _by_position(cells, plan, managed, owners)
    return owners


def _by_cell_id(cells: list[Found], managed: list[PlanCell], owners: list[int | None]) -> None:
    taken = set(owners)
    ids = {cell.cell_id: n for n, cell in enumerate(managed) if cell.cell_id and n not in taken}
    for index, cell in enumerate(cells):
        if owners[index] is None and cell.id in ids:
            owners[index] = ids.pop(cell.id)


def _by_content(cells: list[Found], managed: list[PlanCell], owners: list[int | None]) -> None:
    """Answers by the names they define, test cells by what they check, other locked cells by their text."""
    taken = set(owners)
    free = {n: cell for n, cell in enumerate(managed) if n not in taken}
    wanted = {name: n for n, cell in free.items() for name in answer_names(cell)}
    checks = {(cell.exercise, cell.part): n for n, cell in free.items() if cell.exercise}
    texts = {plain(cell.source): n for n, cell in free.items()}
    for index, cell in enumerate(cells):
        if owners[index] is not None:
            continue
        owner = texts.get(plain(cell.source))
        if owner is None and cell.kind == "code" and checks:
            owner = checks.get(check_call(cell.source) or ("", ""))
        if owner is None and wanted and (cell.kind == "code" or parses(unfenced(cell.source))):
            owner = next((wanted[name] for name in sorted(defined(unfenced(cell.source))) if name in wanted), None)
        owners[index] = owner


def _by_position(cells: list[Found], plan: NotebookPlan, managed: list[PlanCell], owners: list[int | None]) -> None:
    """Match the one unmatched answer between two matched neighbours; a locked cell only if it is much alike."""
    if not plan.ordered:
        return
    released = {plain(cell.source) for cell in plan.cells if not cell.managed}
    places = {owner: index for index, owner in enumerate(owners) if owner is not None}
    for number, wanted in enumerate(managed):
        if number in places:
            continue
        before = max((places[n] for n in range(number) if n in places), default=-1)
        after = min((places[n] for n in range(number + 1, len(managed)) if n in places), default=len(cells))
        gap = [i for i in range(before + 1, after) if owners[i] is None and plain(cells[i].source) not in released]
        alike = gap
        if wanted.locked or wanted.test:
            alike = [i for i in gap[:_COMPARED] if _alike(cells[i].source, wanted.source)]
        if wanted.kind == "code" and wanted.solution:
            alike = [i for i in gap if cells[i].kind == "code"]
            rivals = [n for n, cell in enumerate(managed) if cell.solution and n not in places and
                      all(not (min(n, number) < m < max(n, number)) for m in places)]  # fmt: skip
            if len(rivals) > 1:
                continue
        if len(alike) == 1:
            owners[alike[0]] = number
            places[number] = alike[0]


def _alike(a: str, b: str) -> bool:
    if len(a) > 4 * len(b) + 200 or len(b) > 4 * len(a) + 200 or max(len(a), len(b)) > 20_000:
        return False
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR and matcher.ratio() >= _NEAR


# --- what each becomes ------------------------------------------------------------------------


@dataclass
class _Block:
    """A plan cell (None: before the first) with what stands in its place, and the student's own cells after it."""

    plan: PlanCell | None
    cells: list[Cell] = field(default_factory=list)


def _blocks(reading: Reading, owners: list[int | None], plan: NotebookPlan, result: Repaired) -> dict[int, _Block]:
    """Return the submission as blocks by plan number, in its own order; -1 is before the first."""
    managed, cells = plan.managed, reading.cells
    groups: dict[int, list[int]] = {}
    for index, owner in enumerate(owners):
        if owner is not None:
            groups.setdefault(owner, []).append(index)
    last = {members[-1]: owner for owner, members in groups.items()}
    parts = _Parts(cells, owners, plan)
    blocks = {-1: _Block(None)}
    current, own = -1, 0
    pieces = {owner: parts.made_of(managed[owner], members) for owner, members in groups.items()}
    for index, cell in enumerate(cells):
        if index in last:
            current = last[index]
            blocks[current] = _Block(managed[current], pieces[current])
        elif owners[index] is None and index not in parts.used and own < _MAX_OWN:
            own += 1
            blocks[current].cells.append(_own(cell))
    for number, absent in enumerate(managed):
        if number not in groups:
            blocks[number] = _Block(absent, [_put_back(absent, reading.damaged, result)])
    return blocks


def _own(cell: Found) -> Cell:
    return Cell(cell.kind, cell.source, id=cell.id, tags=cell.tags, attachments=cell.attachments)


def _put_back(cell: PlanCell, damaged: bool, result: Repaired) -> Cell:
    """Return the released cell in place of one the submission lacks."""
    restored = Cell(cell.kind, cell.source, cell, id=cell.cell_id, tags=cell.tags, untouched=True)
    if cell.solution or cell.task:
        why = "could not be read: the file is damaged there" if damaged else "is missing: it was deleted"
        result.missing[cell.grade_id] = f"The cell for {cell.grade_id} {why}."
        restored.notes.append(result.missing[cell.grade_id])
    elif cell.test:
        restored.notes.append(f"The test cell {cell.grade_id} was missing and was put back.")
    else:
        restored.notes.append(f"The given cell {cell.grade_id} was missing and was put back.")
    return restored


class _Parts:
    """Makes the cells that stand for one plan cell out of the submitted ones that belong to it."""

    def __init__(self, cells: list[Found], owners: list[int | None], plan: NotebookPlan) -> None:
        self.cells, self.owners = cells, owners
        self.released = {plain(cell.source) for cell in plan.cells}
        self.wanted = {name for cell in plan.managed for name in answer_names(cell)}
        self.used: set[int] = set()  # cells that were joined to another one

    def made_of(self, plan: PlanCell, members: list[int]) -> list[Cell]:
        """Return the repaired cells in order; the last one carries the plan cell."""
        if plan.solution or (plan.task and not plan.locked):
            return self._answer(plan, members)
        return self._locked(plan, members)

    def _locked(self, plan: PlanCell, members: list[int]) -> list[Cell]:
        """Return the released cell, after whatever else a student wrote into it or its copies."""
        # A task shows its marking scheme to whoever grades it; tests never show what is hidden.
        shown = plan.full or plan.source if plan.task else plan.source
        restored = Cell(plan.kind, shown, plan, id=plan.cell_id, tags=plan.tags)
        before = []
        for index in members:
            cell = self.cells[index]
            if same_text(cell.source, plan.source):
                continue
            answers = defined(cell.source) & (self.wanted - defined(plan.source))
            if cell.kind == "code" and (len(members) > 1 or answers):
                before.append(_own(cell))
            if (plan.locked or plan.test) and not plan.task:
                restored.notes.append(f"The given cell {plan.grade_id} had been changed and was put back.")
        if self.cells[members[0]].kind != plan.kind:
            what = _kind(self.cells[members[0]])
            restored.notes.append(f"The given cell {plan.grade_id} had been turned into {what}.")
        if len(members) > 1:
            restored.notes.append(f"The given cell {plan.grade_id} was there {len(members)} times.")
        restored.notes = list(dict.fromkeys(restored.notes))
        if not (plan.locked or plan.test):  # neither answer nor locked: the student's text stays
            restored.source = self.cells[members[-1]].source
        return [*before, restored]

    def _answer(self, plan: PlanCell, members: list[int]) -> list[Cell]:
        found = [self.cells[i] for i in members]
        notes = []
        if any(cell.kind != plan.kind for cell in found):
            other = next(cell for cell in found if cell.kind != plan.kind)
            notes.append(f"The cell for {plan.grade_id} had been turned into {_kind(other)}; it was turned back.")
        sources = [unfenced(c.source) if plan.kind == "code" and c.kind != "code" else c.source for c in found]
        touched = [n for n, source in enumerate(sources) if not same_text(source, plan.source)]
        if not touched:
            return [self._carrier(plan, found[0], plan.source, notes, untouched=True)]
        if len(touched) < len(found):
            notes.append(f"A copy of {plan.grade_id} without an answer was left out.")
        kept = [n for n in touched if not any(same_text(sources[n], sources[m]) for m in touched if m > n)]
        if len(kept) < len(touched):
            notes.append(f"The cell for {plan.grade_id} was there {len(touched)} times, with the same answer.")
        texts = [sources[n] for n in kept]
        if plan.kind == "code" and (joined := self._joined(texts, members[kept[-1]])) is not None:
            notes.append(f"The cell for {plan.grade_id} had been split; its parts were joined again.")
            texts = [joined]
        elif len(texts) > 1:
            notes.append(f"The cell for {plan.grade_id} was there {len(texts)} times; all were run, in their order.")
        before = [Cell(plan.kind, text, id="") for text in texts[:-1]]
        return [*before, self._carrier(plan, found[kept[-1]], texts[-1], notes)]

    def _carrier(self, plan: PlanCell, found: Found, source: str, notes: list[str], untouched: bool = False) -> Cell:
        if found.grade_id != plan.grade_id:
            notes.append(f"The cell for {plan.grade_id} was recognised without its nbgrader mark.")
        cell_id = plan.cell_id or found.id
        return Cell(
            plan.kind,
            source,
            plan,
            id=cell_id,
            tags=plan.tags,
            attachments=found.attachments,
            untouched=untouched,
            notes=notes,
        )

    def _joined(self, texts: list[str], last: int) -> str | None:
        """Join the parts of a split answer into one source that parses; None if they were not split."""
        whole = "\n".join(texts)
        if len(texts) > 1 and not all(map(parses, texts)) and parses(whole):
            return whole
        rest = []
        for index in range(last + 1, min(last + 1 + _FOLLOWING, len(self.cells))):
            cell = self.cells[index]
            if self.owners[index] is not None or cell.kind != "code" or plain(cell.source) in self.released:
                break
            rest.append(index)
            broken = not all(map(parses, texts)) or not parses(cell.source)
            whole = "\n".join([*texts, *(self.cells[i].source for i in rest)])
            if broken and parses(whole):
                self.used |= set(rest)
                return whole
        return None


def _kind(cell: Found) -> str:
    return {"code": "a code cell", "markdown": "a Markdown cell"}.get(cell.kind, "a raw cell")


# --- order, and what runs ---------------------------------------------------------------------


def _in_order(blocks: dict[int, _Block], plan: NotebookPlan, result: Repaired) -> list[Cell]:
    """Return the blocks in the order of the plan, or in the student's own order if none is known."""
    present = [number for number, block in blocks.items() if block.plan and not _restored(block)]
    if plan.ordered:
        if present != sorted(present):
            result.notes.append("Cells were not in the order they were given in, and were graded in that order.")
        order = sorted(blocks)
    else:
        order = list(blocks)
    cells = [cell for number in order for cell in blocks[number].cells]
    for cell in cells:
        result.notes += [note for note in cell.notes if note not in result.notes]
    return cells


def _restored(block: _Block) -> bool:
    return bool(block.cells) and block.cells[0].untouched and bool(block.cells[0].notes)


def _choose_what_runs(result: Repaired, plan: NotebookPlan, show_cells: bool) -> None:
    """Set `run`: the student's code and what the instructor locked; no test of ours, nothing that only shows."""
    elsewhere: dict[str, int] = {}
    for cell in result.cells:
        if cell.kind == "code" and not (cell.plan and (cell.untouched or not cell.plan.solution)):
            for name in defined(cell.source):
                elsewhere[name] = elsewhere.get(name, 0) + 1
    for cell in result.cells:
        if cell.kind != "code":
            continue
        if cell.plan is None:
            cell.run = cell.source
        elif cell.plan.solution:
            idle = cell.untouched and any(name in elsewhere for name in answer_names(cell.plan))
            gone = cell.plan.grade_id in result.missing
            # A stub of ours is not run: whether there is an answer is then asked of the running notebook.
            stub = cell.untouched and cell.plan.grade_id in EXERCISES
            if idle:
                cell.notes.append(f"The answer to {cell.plan.grade_id} was found in another cell.")
                result.notes.append(cell.notes[-1])
            cell.run = None if idle or gone or stub else cell.source
        elif not cell.plan.exercise and (show_cells or not cell.plan.shows):
            cell.run = (cell.plan.full or cell.plan.source) if cell.plan.locked or cell.plan.test else cell.source
