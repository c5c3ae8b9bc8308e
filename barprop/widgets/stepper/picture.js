// The graph of the stepper: what of it is known, and what each of its items says.

import { askedOf, backStep, doneOf, FORWARD_STEPS, INPUTS, isDone, STEPS, work } from "../maths/neuron_steps.js";
import { barWidth } from "../shared/graph.js";
import { bars, values } from "../shared/neuron.js";
import { list, show } from "../shared/text.js";

/** @import { graphView } from "../shared/graph.js" */
/** @import { Item, Numbers, Plan, StepperState } from "../shared/types.js" */

/**
 * Whether the pointer, or what was picked, is on a variable's value (or bar).
 * @param {Item} item
 * @param {string} name
 * @param {boolean} bar
 */
export function isLit(item, name, bar) {
  if (!item) return false;
  if (!item.includes(">")) return item === name || item === `${bar ? "bar " : ""}${name}`;
  const [from, to] = item.split(">");
  return bar ? name === from : name === to;
}

/** @param {number} width */
export function planOf(width) {
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
export function seen(state) {
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
export function paintGraph(view, state, width) {
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

/** What an item of the graph is, in one sentence. @param {StepperState} state @param {string} item */
export function described(state, item) {
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
