// The graph of one neuron, step by step: values fill in forward, then bars fill in backward.

import {
  askedOf,
  backStep,
  compare,
  doneOf,
  EDGES,
  FORWARD_STEPS,
  INPUTS,
  isDone,
  NODES,
  nameOf,
  STEPS,
  stepsOf,
  work,
} from "./maths/neuron_steps.js";
import { button, choice, dial, dials, player, resetButton, row, scrub } from "./shared/controls.js";
import { draw, make } from "./shared/dom.js";
import { barWidth, graphView } from "./shared/graph.js";
import { bars, SIGMA_NAMES, values } from "./shared/neuron.js";
import { stage } from "./shared/stage.js";
import { letter, list, prose, show, typed } from "./shared/text.js";

/** @import { Step } from "./maths/neuron_steps.js" */
/** @import { Context, Item, Numbers, Plan, Quantity, Stage, StepperState } from "./shared/types.js" */

/**
 * Whether the pointer, or what was picked, is on a variable's value (or bar).
 * @param {Item} item
 * @param {string} name
 * @param {boolean} bar
 */
function isLit(item, name, bar) {
  if (!item) return false;
  if (!item.includes(">")) return item === name || item === `${bar ? "bar " : ""}${name}`;
  const [from, to] = item.split(">");
  return bar ? name === from : name === to;
}

/** @param {number} width */
function planOf(width) {
  /** @param {number} part */
  const at = (part) => Math.round(Math.max(width < 520 ? 44 : 78, Math.min(width - 30, width * part)));
  /** @type {Plan["spots"]} */
  const spots = {
    x: { x: at(0.08), y: 80, side: "above" },
    w: { x: at(0.08), y: 240, side: "below" },
    z: { x: at(0.3), y: 160, side: "around", aside: 12 },
    h: { x: at(0.515), y: 160, side: "around" },
    v: { x: at(0.515), y: 246, side: "below", tag: "left" },
    e: { x: at(0.735), y: 160, side: "around", aside: 12, valueAside: width < 520 ? 0 : -14 },
    y: { x: at(0.825), y: 66, side: "above", tag: "left" },
    l: { x: at(0.95), y: 160, side: "around", valueAside: 10 },
  };
  return { spots, width, height: 326 };
}

/** Everything that the picture shows of a state. @param {StepperState} state */
function seen(state) {
  const { x, w, v, y } = state;
  const kept = values(state);
  /** @type {Numbers} */
  const all = { x, w, v, y, ...kept };
  const done = doneOf(state);
  const known = new Set([...INPUTS, ...done.filter((step) => step.phase === "forward").map((step) => step.name)]);
  const barred = new Set(done.filter((step) => step.phase === "backward").map((step) => step.name));
  /** @type {Numbers} */
  const allBars = bars(state, kept);
  const sizes = Object.values(allBars).map((bar) => (Array.isArray(bar) ? Math.hypot(...bar) : Math.abs(bar)));
  return { all, known, barred, allBars, most: Math.max(...sizes.filter(Number.isFinite)), asked: askedOf(state) };
}

/** @param {ReturnType<typeof graphView>} view @param {StepperState} state @param {number} width */
function paintGraph(view, state, width) {
  const { all, known, barred, allBars, most, asked } = seen(state);
  const narrow = width < 520;
  const digits = narrow ? 2 : 3;
  const focus = state.hover ?? state.picked;
  /** @param {number | number[]} values */
  const bare = (values) => list(values, digits).replace(/[()]/g, "");
  /** @param {string} name */
  const node = (name) => ({
    value: known.has(name) ? bare(all[name]) : "",
    bar: barred.has(name) ? `${narrow ? "" : `{bar ${name}} = `}${narrow ? bare(allBars[name]) : list(allBars[name], digits)}` : "",
    known: known.has(name),
    asked: asked?.name === name,
    read: asked?.reads.includes(name),
    tag: asked?.phase === "backward" && asked.reads.includes(name) ? (INPUTS.includes(name) ? "input" : "cached") : "",
    lit: isLit(state.hover, name, false) || isLit(state.hover, name, true),
    picked: isLit(state.picked, name, false) || isLit(state.picked, name, true),
  });
  /** @param {string} from @param {string} to */
  const edge = (from, to) => {
    const step = STEPS[backStep(from)];
    const open = asked === step;
    const found = isDone(state, step);
    const looked = focus === `${from}>${to}`;
    return {
      forward: known.has(to),
      back: found ? barWidth(allBars[from], most) : 0,
      lit: state.hover === `${from}>${to}`,
      picked: state.picked === `${from}>${to}`,
      slope: open ? `∂{${to}}/∂{${from}} = ?` : found && !narrow ? `∂{${to}}/∂{${from}} =` : "",
      rule: found && !narrow ? step.slope : "",
      number: found && (!narrow || looked) ? list(work(step, state).slope, digits) : "",
    };
  };
  view.paint(planOf(width), node, edge);
}

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

/** What an item of the graph is, in one sentence. @param {StepperState} state @param {string} item */
function described(state, item) {
  const { all, known, barred, allBars } = seen(state);
  if (item.includes(">")) {
    const [from, to] = item.split(">");
    const step = STEPS[backStep(from)];
    if (!isDone(state, step)) return `From {${from}} to {${to}}.`;
    const slope = work(step, state).slope;
    const one = Array.isArray(slope) ? slope[0] : slope;
    const which = Array.isArray(slope) ? `${from}1` : from;
    return `∂{${to}}/∂{${from}} = ${step.slope} = ${list(slope)}: if {${which}} grows by 0.01, {${to}} changes by about ${show(one / 100, 2)}.`;
  }
  const name = item.replace("bar ", "");
  const step = FORWARD_STEPS.find((one) => one.name === name);
  const is = step ? `{${name}} is ${step.is}` : `{${name}} is an input, available from the start`;
  const value = known.has(name) ? `, ${list(all[name])}` : ", not computed yet";
  return `${is}${value}${barred.has(name) ? `; {bar ${name}} = ${list(allBars[name])}` : ""}.`;
}

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
function codeLines(page) {
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
function formulaBoard(page) {
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
