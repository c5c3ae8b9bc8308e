// The steps of one neuron, forward and back: what each computes, and a word on a guess of it.

import { ACTIVATIONS, bars, values } from "../shared/neuron.js";

/** @import { Kept, NeuronState, Numbers, StepperState } from "../shared/types.js" */

// One entry a step, in the order in which they can be taken. `reads` is what a step reads: forward, values;
// backward, beside the incoming bar, the values that its slope is made of.
export const FORWARD_STEPS = [
  { name: "z", reads: ["w", "x"], rule: "{w} · {x}", code: "z = w @ x", is: "the weighted sum" },
  { name: "h", reads: ["z"], rule: "σ({z})", code: "h = sigma(z)", is: "the hidden value" },
  { name: "e", reads: ["v", "h"], rule: "{v} × {h}", code: "e = v * h", is: "the estimate" },
  { name: "l", reads: ["y", "e"], rule: "½ ({y} − {e})²", code: "l = (y - e)**2 / 2", is: "the loss" },
];
export const BACKWARD_STEPS = [
  { name: "l", from: null, reads: [], slope: "1", code: "l_bar = 1" },
  { name: "e", from: "l", reads: ["y", "e"], slope: "−({y} − {e})", code: "e_bar = l_bar * -(y - e)" },
  { name: "y", from: "l", reads: ["y", "e"], slope: "{y} − {e}", code: "y_bar = l_bar * (y - e)" },
  { name: "v", from: "e", reads: ["h"], slope: "{h}", code: "v_bar = e_bar * h" },
  { name: "h", from: "e", reads: ["v"], slope: "{v}", code: "h_bar = e_bar * v" },
  { name: "z", from: "h", reads: ["z"], slope: "σ′({z})", code: "z_bar = h_bar * sigma.slope(z)" },
  { name: "w", from: "z", reads: ["x"], slope: "{x}", code: "w_bar = z_bar * x" },
  { name: "x", from: "z", reads: ["w"], slope: "{w}", code: "x_bar = z_bar * w" },
];
/** @typedef {typeof STEPS[number]} Step */
export const STEPS = [
  ...FORWARD_STEPS.map((step) => ({ from: null, slope: "", ...step, phase: "forward" })),
  ...BACKWARD_STEPS.map((step) => ({ rule: "", is: "", ...step, phase: "backward" })),
];
export const INPUTS = ["x", "w", "v", "y"];
export const NODES = ["x", "w", "z", "h", "v", "e", "y", "l"].map((id) => ({ id, symbol: id }));
export const EDGES = [
  ["x", "z"],
  ["w", "z"],
  ["z", "h"],
  ["h", "e"],
  ["v", "e"],
  ["e", "l"],
  ["y", "l"],
].map(([from, to]) => ({ from, to }));

/**
 * The right value of a step, and for a bar the two factors it is made of.
 * @param {Step} step
 * @param {NeuronState} given
 * @returns {{value: any, incoming?: any, slope?: any}}
 */
export function work(step, given) {
  const kept = values(given);
  if (step.phase === "forward") return { value: kept[/** @type {keyof Kept} */ (step.name)] };
  /** @type {Numbers} */
  const all = bars(given, kept);
  if (!step.from) return { value: 1 };
  /** @type {Numbers} */
  const local = { e: kept.e - given.y, y: given.y - kept.e, v: kept.h, h: given.v, w: given.x, x: given.w };
  const slope = step.name === "z" ? ACTIVATIONS[given.sigma].slope(kept.z) : local[step.name];
  return { value: all[step.name], incoming: all[step.from], slope };
}

/**
 * A word on a guess: numbers within 1 % (or 0.005 near zero) count as right; of a vector, its first entry is asked.
 * @param {number} said
 * @param {{value: any, incoming?: any, slope?: any}} right
 */
export function compare(said, { value, incoming, slope }) {
  /** @param {number} a @param {number} b */
  const near = (a, b) => Math.abs(a - b) <= Math.max(0.005, 0.01 * Math.abs(b));
  /** @param {number | number[]} number */
  const first = (number) => (Array.isArray(number) ? number[0] : number);
  const right = first(value);
  if (near(said, right)) return { right: true, word: "Right." };
  if (near(said, -right)) return { right: false, word: "The size is right; the sign is not." };
  if (incoming !== undefined && near(said, incoming)) return { right: false, word: "That is the incoming bar alone." };
  if (slope !== undefined && near(said, first(slope))) return { right: false, word: "That is the slope alone." };
  return { right: false, word: said > right ? "Too large." : "Too small." };
}

/** @param {StepperState} state */
export const stepsOf = (state) => (state.way === "forward" ? STEPS.slice(0, FORWARD_STEPS.length) : STEPS);
/** @param {Step} step */
export const nameOf = (step) => (step.phase === "backward" ? `{bar ${step.name}}` : `{${step.name}}`);
/** @param {StepperState} state */
export const doneOf = (state) => stepsOf(state).slice(0, state.position);
/** @param {StepperState} state */
export const askedOf = (state) => stepsOf(state)[state.position];
/** @param {StepperState} state @param {Step} step */
export const isDone = (state, step) => STEPS.indexOf(step) < state.position;
/** @param {string} name */
export const backStep = (name) => BACKWARD_STEPS.findIndex((step) => step.name === name) + FORWARD_STEPS.length;
