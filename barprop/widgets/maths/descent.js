// The loss of one neuron over (w, v), its contour lines, and gradient descent on it.

import { backward, onward } from "../shared/neuron.js";

/** @import { DescentState, Pair, Slope } from "../shared/types.js" */

export const REACH = 3; // the picture shows w and v from -3 to 3

/**
 * The mean loss over the examples at (w, v), and the bars of w and v.
 * @param {Slope} what
 * @param {number} w
 * @param {number} v
 */
export function lossAt({ x, y, sigma }, w, v) {
  let [loss, wBar, vBar] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const kept = onward(w * x[i], y[i], v, sigma);
    const back = backward(kept, y[i], v, sigma);
    loss += kept.l / x.length;
    wBar += (back.z * x[i]) / x.length;
    vBar += back.v / x.length;
  }
  return { loss, wBar, vBar };
}

/**
 * One step downhill, and how large it is beside the weights.
 * @param {DescentState} state
 * @param {number} w
 * @param {number} v
 */
export function descend(state, w, v) {
  const { loss, wBar, vBar } = lossAt(state, w, v);
  const size = Math.hypot(w, v);
  const ratio = size > 0 ? (state.rate * Math.hypot(wBar, vBar)) / size : Infinity;
  return { loss, wBar, vBar, ratio, w: w - state.rate * wBar, v: v - state.rate * vBar };
}

/**
 * The loss on a grid over the picture; only its shape, sigma and the examples matter.
 * @param {DescentState} state
 * @param {number} cells
 */
export function lossGrid(state, cells) {
  const grid = [];
  for (let row = 0; row <= cells; row++) {
    const v = REACH - (2 * REACH * row) / cells;
    grid.push(
      Array.from({ length: cells + 1 }, (_, column) => lossAt(state, -REACH + (2 * REACH * column) / cells, v).loss),
    );
  }
  return grid;
}

/**
 * Marching squares: the pieces of the line where the grid has this level, in cells.
 * @param {number[][]} grid
 * @param {number} level
 */
export function contour(grid, level) {
  const pieces = [];
  /** @param {number} a @param {number} b */
  const cross = (a, b) => (level - a) / (b - a);
  for (let r = 0; r + 1 < grid.length; r++) {
    for (let c = 0; c + 1 < grid.length; c++) {
      const [a, b, d, e] = [grid[r][c], grid[r][c + 1], grid[r + 1][c + 1], grid[r + 1][c]];
      const spots = [];
      if (a < level !== b < level) spots.push([c + cross(a, b), r]);
      if (b < level !== d < level) spots.push([c + 1, r + cross(b, d)]);
      if (e < level !== d < level) spots.push([c + cross(e, d), r + 1]);
      if (a < level !== e < level) spots.push([c, r + cross(a, e)]);
      for (let i = 0; i + 1 < spots.length; i += 2) pieces.push([spots[i], spots[i + 1]]);
    }
  }
  return pieces;
}

/**
 * Ten levels, closer together towards the valleys; none so near the ground that its line would crumble.
 * @param {number[][]} grid
 */
export function levels(grid) {
  const all = grid.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return Array.from({ length: 10 }, (_, i) => low + (high - low) * ((i + 1) / 10.5) ** 2.4);
}

export const STEPS = 40; // of the walks that the charts compare
export const RATES = Array.from({ length: 46 }, (_, i) => 10 ** (-3 + i / 10));
/** @type {Pair[]} */
export const STARTS = [-2.4, -0.8, 0.8, 2.4].flatMap((w) => [-2.4, 0, 2.4].map((v) => /** @type {Pair} */ ([w, v])));

/**
 * The points of a walk downhill, the start first; it ends early where the numbers run away.
 * @param {DescentState} state
 * @param {number} w
 * @param {number} v
 * @param {number} steps
 */
export function walk(state, w, v, steps) {
  /** @type {Pair[]} */
  const points = [[w, v]];
  for (let step = 0; step < steps; step++) {
    const next = descend(state, ...points[points.length - 1]);
    if (!Number.isFinite(next.w + next.v) || Math.hypot(next.w, next.v) > 1e6) return points;
    points.push([next.w, next.v]);
  }
  return points;
}

/**
 * The loss after a walk for each rate, and the smallest rate above the best one whose walk ends above its start.
 * @param {DescentState} state
 * @param {number} w
 * @param {number} v
 */
export function breaking(state, w, v) {
  const before = lossAt(state, w, v).loss;
  const ends = RATES.map((rate) => {
    const points = walk({ ...state, rate }, w, v, STEPS);
    return points.length <= STEPS ? Number.POSITIVE_INFINITY : lossAt(state, ...points[STEPS]).loss;
  });
  const best = ends.indexOf(Math.min(...ends));
  const broken = ends.findIndex((end, index) => index > best && !(end < before));
  return { before, ends, breaks: broken < 0 ? null : RATES[broken] };
}
