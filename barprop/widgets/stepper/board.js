// Beside the graph of the stepper: the formulas of its last steps, and the lines of code.

import { askedOf, doneOf, FORWARD_STEPS, INPUTS, isDone, STEPS, stepsOf, work } from "../maths/neuron_steps.js";
import { make } from "../shared/dom.js";
import { SIGMA_NAMES } from "../shared/neuron.js";
import { letter, list, prose } from "../shared/text.js";
import { isLit, seen } from "./picture.js";

/** @import { Step } from "../maths/neuron_steps.js" */
/** @import { Stage, StepperState } from "../shared/types.js" */

/** @param {any} label @param {any} value @param {string} kind @param {any} note */
function chip(label, value, kind, note) {
  return make(
    "span",
    { class: `bp-chip bp-chip-${kind}` },
    make("span", { class: "bp-chip-label" }, label),
    make("span", { class: "bp-chip-value" }, value),
    make("span", { class: "bp-chip-note" }, note || " "),
  );
}

/** @param {string} text */
const sign = (text) => make("span", { class: "bp-sign" }, ...prose(text));

/**
 * One step as a line of boxes: what comes out, and what it is made of; `open`: it is still asked.
 * @param {StepperState} state
 * @param {Step} step
 * @param {boolean} open
 */
function formula(state, step, open) {
  const found = work(step, state);
  const { all: given } = seen(state);
  const backward = step.phase === "backward";
  const note = open ? "asked" : backward ? "bar" : step.is.replace("the ", "");
  const result = chip(letter(step.name, backward), open ? "?" : list(found.value), backward ? "bar" : "value", note);
  /** @param {...any} parts */
  const together = (...parts) => make("span", { class: "bp-together" }, ...parts);
  /** @param {string} name */
  const tagged = (name) => (!backward ? "read" : INPUTS.includes(name) ? "input" : "cached");
  const lit = step.reads.map((name) => chip(letter(name), list(given[name]), "lit", tagged(name)));
  if (!backward)
    return [result, sign("="), sign(step.rule.replace("σ", SIGMA_NAMES[state.sigma])), together(sign("from"), ...lit)];
  if (!step.from) return [result, sign("= 1:"), make("span", { class: "bp-rule" }, ...prose("where the way back starts: how {l} depends on {l}"))];
  const slope = step.slope.replace("σ′({z})", `slope of ${SIGMA_NAMES[state.sigma]} at {z}`);
  return [
    result,
    sign("="),
    chip(letter(step.from, true), list(found.incoming), "bar", "incoming bar"),
    sign("×"),
    chip(prose(open ? "slope" : slope), open ? "?" : list(found.slope), "slope", prose(`∂{${step.from}}/∂{${step.name}}`)),
    together(sign("from"), ...lit),
  ];
}

/**
 * Light a formula or a line of code, its node and its edge together while the pointer or the focus is on one of them.
 * @param {Stage} page @param {HTMLElement} element @param {Step} step
 */
function lights(page, element, step) {
  const hover = step.phase === "backward" ? `bar ${step.name}` : step.name;
  for (const event of ["pointerenter", "focus"]) element.addEventListener(event, () => page.change({ hover }));
  for (const event of ["pointerleave", "blur"]) element.addEventListener(event, () => page.change({ hover: null }));
}

/** The lines of code: one stop for Tab, arrow keys inside. @param {Stage} page */
export function codeLines(page) {
  /** @param {string} title @param {Step[]} steps */
  const column = (title, steps) => {
    const lines = steps.map((step, place) => {
      const bar = step.phase === "backward";
      const line = make("code", { class: "bp-code-line", role: "group", tabindex: place ? -1 : 0 });
      lights(page, line, step);
      line.addEventListener("keydown", (event) => {
        const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        const next = way && lines[place + way];
        if (way) event.preventDefault();
        if (!next) return;
        line.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      });
      page.onPaint((state) => {
        const found = isDone(state, step);
        const text = found ? step.code : `${step.code.split(" = ")[0]} = …`;
        if (line.textContent !== text) {
          line.textContent = text;
          line.setAttribute("aria-label", text);
        }
        line.classList.toggle("bp-code-now", askedOf(state) === step);
        line.classList.toggle("bp-code-lit", isLit(state.hover ?? state.picked, step.name, bar));
      });
      return line;
    });
    const block = make("div", { class: "bp-code" }, make("p", { class: "bp-legend" }, title), ...lines);
    page.onPaint((state) => {
      const back = state.way !== "forward" && state.position >= FORWARD_STEPS.length;
      block.classList.toggle("bp-code-away", back !== (steps[0].phase === "backward"));
    });
    return block;
  };
  const both = [column("the code, forward", STEPS.slice(0, FORWARD_STEPS.length))];
  if (page.state.way !== "forward") both.push(column("the code, back", STEPS.slice(FORWARD_STEPS.length)));
  return make("div", { class: "bp-codes" }, ...both);
}

/** The formulas of the last steps, or of what is inspected. @param {Stage} page */
export function formulaBoard(page) {
  const board = make("div", { class: "bp-board" });
  const lines = new Map(
    STEPS.map((step) => {
      const line = make("div", { class: "bp-formula", role: "group", tabindex: 0, "aria-label": `formula: ${step.code}` });
      lights(page, line, step);
      return [step, line];
    }),
  );
  page.onPaint((state, width) => {
    const { picked } = state;
    const inspected = picked?.split(">")[0].replace("bar ", "");
    const shown = inspected
      ? stepsOf(state).filter((one) => one.name === inspected && isDone(state, one))
      : [...doneOf(state), askedOf(state)].filter((one) => one !== undefined).slice(-2);
    const wanted = shown.map((step) => {
      const line = /** @type {HTMLElement} */ (lines.get(step));
      line.classList.toggle("bp-formula-lit", isLit(state.hover ?? picked, step.name, step.phase === "backward"));
      line.replaceChildren(...formula(state, step, !isDone(state, step)));
      return line;
    });
    // what has the focus would lose it if it were put in once more
    if (wanted.length !== board.children.length || wanted.some((line, at) => line !== board.children[at])) board.replaceChildren(...wanted);
    board.style.minHeight = width < 560 ? "304px" : "148px";
  });
  return board;
}
