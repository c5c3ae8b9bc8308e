// Axes of a chart in an SVG: linear or logarithmic scales, ticks, a frame.

import { draw } from "./dom.js";
import { drawnProse, show } from "./text.js";

/** @typedef {ReturnType<typeof scale>} Scale */

/**
 * A scale from data to pixels and back.
 * @param {number} low
 * @param {number} high
 * @param {number} start
 * @param {number} end
 * @param {boolean} [log]
 */
export function scale(low, high, start, end, log = false) {
  const [a, b] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
  /** @param {number} value */
  const to = (value) => start + (((log ? Math.log10(value) : value) - a) / (b - a)) * (end - start);
  /** @param {number} pixel */
  const from = (pixel) => {
    const part = a + ((pixel - start) / (end - start)) * (b - a);
    return log ? 10 ** part : part;
  };
  return { to, from, low, high, start, end };
}

/**
 * About `most` round numbers between two.
 * @param {number} low
 * @param {number} high
 * @param {number} [most]
 */
export function roundTicks(low, high, most = 5) {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) ticks.push(i * step);
  return ticks;
}

/**
 * A frame with ticks below and at the left, and what the axes are, variables in braces.
 * @param {Scale} x
 * @param {Scale} y
 * @param {{xTicks: number[], yTicks: number[], xText: string, yText: string, name?: (value: number) => string,
 *   yName?: (value: number) => string}} what
 */
export function axes(x, y, { xTicks, yTicks, xText, yText, name = (value) => show(value), yName = name }) {
  const parts = [draw("path", { d: `M${x.start} ${y.end} V${y.start} H${x.end}`, class: "bp-axis" })];
  for (const tick of xTicks) {
    const at = x.to(tick);
    parts.push(
      draw("line", { x1: at, x2: at, y1: y.start, y2: y.start + 4, class: "bp-axis" }),
      draw("text", { x: at, y: y.start + 18, "text-anchor": "middle" }, name(tick)),
    );
  }
  for (const tick of yTicks) {
    const at = y.to(tick);
    parts.push(
      draw("line", { x1: x.start - 4, x2: x.start, y1: at, y2: at, class: "bp-axis" }),
      draw("text", { x: x.start - 8, y: at + 4.5, "text-anchor": "end" }, yName(tick)),
    );
  }
  parts.push(
    drawnProse((x.start + x.end) / 2, y.start + 36, xText, { "text-anchor": "middle" }),
    drawnProse(x.start - 4, y.end - 10, yText),
  );
  return parts;
}

/**
 * A line through points; what is not finite is left out.
 * @param {number[][]} points
 * @param {string} look
 */
export function path(points, look) {
  const spots = points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
  return draw("polyline", { points: spots.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join(" "), class: look });
}
