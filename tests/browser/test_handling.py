"""What a reader does with the single widgets, by keyboard and by pointer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.gallery import WIDGETS
from tests.browser.lab_page import LabPage, said


@pytest.fixture(scope="module")
def book(browser: Any, lab: Any) -> Iterator[LabPage]:
    lab.write("handling.ipynb", [*WIDGETS.values(), "from barprop.widgets import GraphStepper\ng = GraphStepper()\ng"])
    page = LabPage(browser, lab).open("handling.ipynb").run_all()
    yield page
    page.close()


def widget(book: LabPage, name: str) -> Any:
    return book.widget(list(WIDGETS).index(name))


def test_guess_check_and_go_on_by_keyboard(book: LabPage) -> None:
    stepper, keyboard = widget(book, "GraphStepper"), book.page.keyboard
    guess = stepper.get_by_label("Your guess for")
    guess.focus()
    keyboard.type("0,66")  # a comma counts as a point
    keyboard.press("Enter")
    assert "You said 0.66: right. z is 0.66. Forward, step 2 of 12: what will h be" in said(stepper)
    step = stepper.get_by_role("button", name="Step")
    step.focus()
    keyboard.press("Enter")
    assert "h is 0.578" in said(stepper)
    for _ in range(3):
        keyboard.press("Space")
    assert "what will the bar of e be" in said(stepper)
    # what the step reads stands out in the graph and in the formula
    assert (
        stepper.locator("svg .bp-read").count() == stepper.locator(".bp-formula").last.locator(".bp-chip-lit").count()
    )
    assert stepper.locator("svg .bp-tag").all_text_contents() == ["cached", "input"]
    guess.fill("-0.979")
    keyboard.press("Enter")
    assert "right. the bar of e is −0.979" in said(stepper)
    stepper.get_by_role("button", name="Reset").click()
    assert "step 1 of 12" in said(stepper)


def test_a_wrong_guess_gets_a_second_one(book: LabPage) -> None:
    stepper = widget(book, "GraphStepper")
    stepper.get_by_role("button", name="Reset").click()
    guess, check = stepper.get_by_label("Your guess for"), stepper.get_by_role("button", name="Check")
    guess.fill("-0.66")
    check.click()
    assert "The size is right; the sign is not. One more try." in said(stepper)
    assert "z is" not in said(stepper)
    guess.fill("2")
    check.click()
    assert "You said 2. Too large. z is 0.66." in said(stepper)


def test_nodes_and_edges_are_inspected(book: LabPage) -> None:
    stepper, keyboard = widget(book, "GraphStepper"), book.page.keyboard
    stepper.get_by_role("button", name="Reset").click()
    for _ in range(12):
        stepper.get_by_role("button", name="Step").click()
    edge = stepper.locator('path[role="button"]').nth(5)
    edge.focus()
    keyboard.press("Enter")
    assert "∂l/∂e = −(y − e) = −0.979: if e grows by 0.01, l changes by about −0.0098." in said(stepper)
    assert edge.get_attribute("aria-pressed") == "true"
    # formula, node and line of code light up together
    assert stepper.locator(".bp-code-lit").all_text_contents()[-1] == "e_bar = l_bar * -(y - e)"
    edge.press("Enter")
    for line, found in ((".bp-formula", ".bp-code-lit"), (".bp-code-line", ".bp-formula-lit")):
        stepper.locator(line).last.focus()
        assert stepper.locator(found).all_inner_texts()[-1].replace("\n", " ").startswith("x")
        assert stepper.locator("svg .bp-node.bp-lit").count() == 1
        assert stepper.locator(line).last.evaluate("line => line === document.activeElement")
        stepper.locator(line).last.hover()
        assert stepper.locator(found).count() > 0
    assert stepper.locator("svg .bp-node.bp-lit").count() == 1
    book.page.mouse.move(0, 0)
    stepper.locator("circle[role='button']").first.click()
    assert "x is an input, available from the start, (0.8, −0.5); the bar of x = (−0.704, −0.352)." in said(stepper)


def test_a_number_is_dragged_where_it_stands(book: LabPage) -> None:
    stepper = widget(book, "GraphStepper")
    stepper.get_by_role("button", name="Reset").click()
    for grip in (stepper.locator(".bp-handle").last, stepper.get_by_label("y", exact=True)):
        before = float(stepper.get_by_label("y", exact=True).input_value())
        box = grip.bounding_box()
        book.page.mouse.move(box["x"] + 10, box["y"] + 10)
        book.page.mouse.down()
        for by in (15, 20, 25):
            book.page.mouse.move(box["x"] + by, box["y"] + 10)
        book.page.mouse.up()
        assert float(stepper.get_by_label("y", exact=True).input_value()) > before


def test_play_and_pause(book: LabPage) -> None:
    stepper = widget(book, "GraphStepper")
    stepper.get_by_role("button", name="Reset").click()
    stepper.get_by_role("button", name="Play").click()
    stepper.locator("[role=status]").get_by_text("z is 0.66").wait_for(timeout=10_000)
    stepper.get_by_role("button", name="Pause").click()
    before = said(stepper)
    book.page.wait_for_timeout(1500)
    assert said(stepper) == before


def test_ledger_is_changed_with_the_arrow_keys(book: LabPage) -> None:
    ledger, keyboard = widget(book, "CacheLedger"), book.page.keyboard
    store_all = ledger.get_by_role("button", name="Store all")
    store_all.click()
    assert store_all.get_attribute("aria-pressed") == "true"
    assert "20 of 20 stored" in said(ledger)
    assert "Nothing is computed again" in said(ledger)
    ledger.get_by_role("button", name="z 1 stored").focus()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowDown")
    keyboard.press("Space")
    assert ledger.get_by_role("button", name="h 2 computed again").get_attribute("aria-pressed") == "false"
    assert store_all.get_attribute("aria-pressed") == "false"
    assert "19 of 20 stored" in said(ledger)
    ledger.get_by_role("button", name="Nothing").click()
    assert "0 of 20 stored" in said(ledger)
    ledger.get_by_role("button", name="Reset").click()
    assert "10 of 20 stored" in said(ledger)


def test_the_sweep_fills_and_drains(book: LabPage) -> None:
    ledger = widget(book, "CacheLedger")
    ledger.get_by_role("button", name="Store all").click()
    full = ledger.locator(".bp-cell-full")
    step = ledger.get_by_role("button", name="Step")
    counts = []
    for _ in range(20):
        step.click()
        counts.append(full.count())
    assert counts == [*range(2, 22, 2), *range(20, 0, -2)]


def test_nudges_are_dragged_in_the_charts(book: LabPage) -> None:
    nudge = widget(book, "NudgeTest")
    for chart, low, high in ((1, 1e-8, 1e-4), (0, 0.3, 1)):
        box = nudge.locator("svg").nth(chart).bounding_box()
        at = 0.5 if chart else 0.8
        book.page.mouse.click(box["x"] + box["width"] * at, box["y"] + box["height"] / 2)
        assert low < float(nudge.get_by_label("size of the nudge", exact=True).input_value()) < high
    nudge.get_by_label("nudge", exact=True).select_option("z")
    assert "the bar of z" in said(nudge)


def test_the_point_walks_by_keyboard_and_downhill(book: LabPage) -> None:
    descent, keyboard = widget(book, "Descent"), book.page.keyboard
    grip = descent.locator(".bp-grip")
    grip.focus()
    keyboard.press("ArrowLeft")
    keyboard.press("ArrowUp")
    assert "w is 2.4, v is −2.4" in said(descent)
    loss = descent.locator(".bp-readout-value").first
    before = float(loss.inner_text())
    for _ in range(3):
        descent.get_by_role("button", name="Step").click()
    assert float(loss.inner_text()) < before
    box = descent.locator("svg").first.bounding_box()
    book.page.mouse.move(box["x"] + 100, box["y"] + 100)
    book.page.mouse.down()
    book.page.mouse.move(box["x"] + 150, box["y"] + 150)
    book.page.mouse.up()
    assert "w is −" in said(descent)
    descent.get_by_label("12 starts").check()
    assert descent.locator(".bp-walk").count() == 12
    descent.get_by_role("button", name="Reset").click()
    assert "w is 2.5, v is −2.5" in said(descent)
    assert not descent.get_by_label("12 starts").is_checked()


def test_contracts_are_run(book: LabPage) -> None:
    card = widget(book, "ContractCard")
    card.get_by_label("layer").select_option("Product")
    group = card.locator(".bp-card:visible .bp-group")
    run = card.get_by_role("button", name="Run")
    for place, index in ((0, 0), (2, 0)):
        group.nth(place).get_by_role("checkbox").nth(index).check()
    run.click()
    assert "the bar of v cannot be computed" in said(card)
    assert "AttributeError: 'Product' object has no attribute 'h'" in card.locator(".bp-output").inner_text()
    group.nth(1).get_by_role("checkbox").nth(0).check()
    assert "Press Run" in said(card)
    run.click()
    assert "who passes on the bar of h" in said(card)
    group.nth(0).get_by_role("checkbox").nth(1).check()
    group.nth(2).get_by_role("checkbox").nth(1).check()
    run.click()
    assert "This contract holds" in said(card)
    assert "the bar of h (32,)" in said(card)
    group.nth(1).get_by_role("checkbox").nth(1).check()
    run.click()
    assert "e could be left out" in said(card)


def scribble(book: LabPage, pad: Any) -> None:
    """Draw a stroke on a pad."""
    area = pad.locator(".bp-drawing")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    book.page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.2 * box["height"])
    book.page.mouse.down()
    book.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.8 * box["height"], steps=8)
    book.page.mouse.up()


def test_a_picture_is_pushed(book: LabPage) -> None:
    pad = widget(book, "PerturbPad")
    loss = "the loss went from 3.3 to 5.5"
    assert loss in said(pad)
    pad.get_by_label("steps", exact=True).fill("0")
    book.page.keyboard.press("Tab")
    assert "the loss went from 3.3 to 3.3" in said(pad)
    pad.get_by_label("alpha", exact=True).fill("0.01")
    pad.get_by_label("steps", exact=True).fill("3")
    book.page.keyboard.press("Tab")
    assert "3 × 0.01 reaches 0.03, so eps = 0.1 does nothing here." in said(pad)
    pad.get_by_label("aim", exact=True).select_option("8")
    assert "aimed at 8" in said(pad)
    pad.get_by_label("step", exact=True).select_option("raw")
    assert pad.get_by_label("eps", exact=True).is_disabled()
    scribble(book, pad)
    assert "Your drawing, which the network takes for" in said(pad)
    pad.get_by_role("button", name="Reset").click()
    assert loss in said(pad)


def test_a_drawing_is_read_with_new_weights_while_the_kernel_trains(book: LabPage) -> None:
    pad, keyboard = widget(book, "DigitPad"), book.page.keyboard
    assert "Draw a digit in the box." in said(pad)
    scribble(book, pad)
    assert "Your network reads" in said(pad)
    before = pad.locator("svg text").all_text_contents()
    book.page.evaluate(
        """window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code: `
import time
for part in digit_pad.progress(5):
    w = [tuple(-2 * p for p in layer) for layer in digit_pad._net[1]]
    digit_pad.update(w, [0.5])
    time.sleep(1.5)
`}); 0"""
    )
    pad.get_by_text("40 %, loss 0.5").wait_for(timeout=30_000)  # while the cell runs
    pad.get_by_text("100 %, loss 0.5").wait_for(timeout=10_000)
    assert pad.locator("svg text").all_text_contents() != before
    pad.get_by_role("button", name="Clear").click()
    assert "Draw a digit in the box." in said(pad)
    pad.locator(".bp-drawing").focus()
    for key in ("Space", "ArrowDown", "ArrowDown", "ArrowRight", "Space"):
        keyboard.press(key)
    assert "Your network reads" in said(pad)
    pad.get_by_role("button", name="A digit from the data").click()
    assert "Your network reads" in said(pad)


def test_a_tape_names_the_guilty_step(book: LabPage) -> None:
    tape = widget(book, "TapeView")
    assert "8 of 9 bars are right. The first that is not: × (which made z) handed" in said(tape)
    assert sum("✗" in text for text in tape.locator("svg text").all_text_contents()) == 1
    assert tape.locator(".bp-guilty").count() == 1
    assert tape.locator(".bp-glow").count() == 5
    tape.get_by_role("button", name="From the loss").click()
    assert "Step 1 of 9 back" in said(tape)
    assert tape.locator(".bp-guilty").count() == 0
    for _ in range(8):
        tape.get_by_role("button", name="Step").click()
    assert tape.locator(".bp-guilty").count() == 1
    tape.locator("circle[role='button']").first.click()
    assert ", made by" in said(tape) or "an input:" in said(tape)


def test_the_kernel_knows_what_was_kept(book: LabPage) -> None:
    """Traits travel on release, and the other way as well."""
    last = book.widget(len(WIDGETS))
    number = last.get_by_label("v", exact=True)
    number.fill("0.25")
    book.page.keyboard.press("Tab")
    book.page.evaluate(
        """window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute(
           {code: "assert g.v == 0.25; g.y = -1.75"}).done"""
    )
    book.page.wait_for_function(
        "number => number.value === '-1.75'", arg=last.get_by_label("y", exact=True).element_handle(), timeout=10_000
    )
    assert book.errors == []
