// The graph of one neuron, step by step: values fill in forward, then bars fill in backward.

import { askedOf, compare, doneOf, EDGES, INPUTS, NODES, nameOf, STEPS, stepsOf, work } from "./maths/neuron_steps.js";
import { button, choice, dial, dials, player, resetButton, row, scrub } from "./shared/controls.js";
import { draw, make } from "./shared/dom.js";
import { graphView } from "./shared/graph.js";
import { bars, SIGMA_NAMES, values } from "./shared/neuron.js";
import { stage } from "./shared/stage.js";
import { letter, list, show, typed } from "./shared/text.js";
import { codeLines, formulaBoard } from "./stepper/board.js";
import { described, paintGraph, planOf } from "./stepper/picture.js";

/** @import { Context, Quantity, Stage, StepperState } from "./shared/types.js" */

/** @param {StepperState} state */
function told(state) {
  if (state.picked) return described(state, state.picked);
  const last = doneOf(state).at(-1);
  const asked = askedOf(state);
  const found = last ? `${nameOf(last)} is ${list(work(last, state).value)}.` : "";
  if (!asked) return `${found} All values ${state.way === "forward" ? "are in: one forward pass" : "and all bars are in"}.`;
  const vector = Array.isArray(work(asked, state).value) ? nameOf(asked).replace("}", "1}") : nameOf(asked);
  const way = asked.phase === "forward" ? "Forward" : "Back";
  return `${found} ${way}, step ${state.position + 1} of ${stepsOf(state).length}: what will ${vector} be?`.trim();
}

/** @type {(key: string, index?: number) => Quantity} */
function quantity(key, index) {
  return {
    name: `{${key}${index === undefined ? "" : index + 1}}`,
    min: -2,
    max: 2,
    step: 0.05,
    read: (now) => (index === undefined ? now[key] : now[key][index]),
    write: (now, value) => ({
      [key]: index === undefined ? value : now[key].with(index, value),
    }),
  };
}

/**
 * Where the numbers of the inputs stand, so that they can be dragged there.
 * @param {Stage} page
 * @param {SVGSVGElement} svg
 */
function handles(page, svg) {
  const grips = INPUTS.flatMap((key) => (Array.isArray(page.state[key]) ? [0, 1] : [undefined]).map((index) => ({ key, index })));
  const shapes = grips.map(({ key, index }) => {
    const rect = draw("rect", { height: 20, class: "bp-handle" });
    rect.append(draw("title", {}, "drag sideways"));
    scrub(page, rect, quantity(key, index));
    svg.append(rect);
    return rect;
  });
  page.onPaint((_, width) => {
    const { spots } = planOf(width);
    grips.forEach(({ key, index }, place) => {
      const { x, y, side } = spots[key];
      const half = index === undefined ? 24 : 38;
      shapes[place].setAttribute("x", String(index === 1 ? x : x - half));
      shapes[place].setAttribute("width", String(index === undefined ? 2 * half : half));
      shapes[place].setAttribute("y", String(side === "above" ? y - 42 : y + 23));
    });
  });
}

/**
 * The question: a guess, a second one, then the answer.
 * @param {Stage} page
 * @param {(to: number, word?: string) => void} move
 */
function question(page, move) {
  const guess = make("input", { type: "text", inputmode: "decimal", autocomplete: "off", class: "bp-number" });
  const asks = make("span");
  const asked = make("label", { class: "bp-choice" }, make("span", {}, "Your guess for ", asks), guess);
  const check = () => {
    const said = typed(guess.value);
    if (!Number.isFinite(said)) return page.say("Type a number first, or press Step to see the value.");
    const { right, word } = compare(said, work(askedOf(page.state), page.state));
    if (right) return move(page.state.position + 1, `You said ${show(said)}: right.`);
    if (page.state.tries) return move(page.state.position + 1, `You said ${show(said)}. ${word}`);
    guess.select();
    page.change({ tries: 1 });
    return page.say(`You said ${show(said)}. ${word} One more try.`);
  };
  const compareButton = button("Check", check);
  guess.addEventListener("keydown", (event) => {
    if (event.key === "Enter") check();
  });
  let place = -1;
  page.onPaint((state) => {
    const step = askedOf(state);
    if (state.position !== place) guess.value = "";
    place = state.position;
    guess.disabled = compareButton.disabled = !step;
    if (!step) return;
    const vector = Array.isArray(work(step, state).value);
    asks.replaceChildren(letter(vector ? `${step.name}1` : step.name, step.phase === "backward"));
  });
  const line = row(asked, compareButton);
  page.onPaint((state) => {
    line.style.visibility = askedOf(state) ? "" : "hidden"; // nothing is left to guess; what is below stays where it is
  });
  return line;
}

/** @param {Context} context */
function render(context) {
  const forward = context.model.get("way") === "forward";
  const page = stage(context, {
    title: forward ? "One neuron, forward" : "One neuron, forward and back",
    task: forward
      ? "Guess each value before you press Step. Then drag a number in the picture: which values follow it?"
      : "Guess each bar before you press Step. A dashed arrow is as wide as its bar is large. Click a node or an arrow to inspect it, and drag the numbers of {x}, {w}, {v}, {y} in place.",
    keys: ["x", "w", "v", "y", "sigma", "way", "position"],
    view: { hover: null, picked: null, tries: 0 },
    tell: told,
  });
  const { state } = page;
  const view = graphView({
    label: "The graph of the neuron: x and w make z, z makes h, v and h make e, y and e make l. Arrow keys walk through it.",
    nodes: NODES,
    edges: EDGES,
    describe: (item) => described(state, item),
    onHover: (hover) => page.change({ hover }),
    onPick: (item) => page.keep({ picked: state.picked === item ? null : item }),
  });
  const last = () => stepsOf(state).length;
  /** @param {number} to @param {string} [word] */
  const move = (to, word = "") => {
    const position = Math.max(0, Math.min(last(), to));
    page.keep({ position, picked: null, tries: 0 }, word);
  };
  const play = player(
    page,
    () => {
      if (state.position >= last()) return false;
      page.change({ position: state.position + 1, picked: null, tries: 0 });
      page.say();
      return state.position < last();
    },
    1400,
  );
  const step = button("Step", () => move(state.position + 1), { class: "bp-button bp-main" });
  const back = button("Back", () => {
    play.stop();
    move(state.position - 1);
  });
  page.onPaint((now, width) => {
    paintGraph(view, now, width);
    back.disabled = now.position === 0;
    step.disabled = now.position === last();
  });
  page.head.append(
    choice(page, { text: "σ is", options: SIGMA_NAMES, read: (now) => now.sigma, write: (_, sigma) => ({ sigma }) }),
  );
  handles(page, view.svg);
  page.root.append(
    view.svg,
    make("div", { class: "bp-columns" }, formulaBoard(page), codeLines(page)),
    question(page, move),
    row(step, back, play.toggle, resetButton(page)),
    dials(...["x", "w"].flatMap((key) => [0, 1].map((index) => dial(page, quantity(key, index)))), dial(page, quantity("v")), dial(page, quantity("y"))),
  );
  return page.start();
}

export { bars, compare, STEPS, values, work };
export default { render };
