// A bar beside its finite difference, and the error of the difference against the size of the nudge.

import { axes, path, roundTicks, scale } from "./shared/chart.js";
import { choice, dial, dials, draggable, resetButton, row } from "./shared/controls.js";
import { canvas, draw, make, resize } from "./shared/dom.js";
import { ACTIVATIONS, bars, SIGMA_NAMES, values } from "./shared/neuron.js";
import { stage } from "./shared/stage.js";
import { drawnProse, letter, raised, show } from "./shared/text.js";

/** @import { Context, NeuronState, NudgeState, Numbers } from "./shared/types.js" */

const NUDGED = { w1: "w₁", w2: "w₂", x1: "x₁", x2: "x₂", v: "v", y: "y", z: "z", h: "h", e: "e" };

/**
 * The loss with one variable nudged, as a function of the nudge; from z, h or e on, only the rest is run again.
 * @param {NeuronState} given
 * @param {string} variable
 * @returns {(by: number) => number}
 */
function nudged(given, variable) {
  const { x, w, v, y, sigma } = given;
  const [name, index] = [variable[0], Number(variable[1]) - 1];
  /** @param {number} e @param {number} [target] */
  const loss = (e, target = y) => (target - e) ** 2 / 2;
  const at = values(given);
  if (name === "z") return (by) => loss(v * ACTIVATIONS[sigma].value(at.z + by));
  if (name === "h") return (by) => loss(v * (at.h + by));
  if (name === "e") return (by) => loss(at.e + by);
  /** @param {number[]} entries @param {number} by */
  const moved = (entries, by) => entries.map((old, i) => (i === index ? old + by : old));
  return (by) =>
    values({
      sigma,
      x: name === "x" ? moved(x, by) : x,
      w: name === "w" ? moved(w, by) : w,
      v: name === "v" ? v + by : v,
      y: name === "y" ? y + by : y,
    }).l;
}

/** @param {NeuronState} given @param {string} variable @param {number} step @param {string} kind */
function finiteDifference(given, variable, step, kind) {
  const loss = nudged(given, variable);
  return kind === "central" ? (loss(step) - loss(-step)) / (2 * step) : (loss(step) - loss(0)) / step;
}

/** The number that "w1", or "z", is called. @param {Numbers} numbers @param {string} variable */
function entryOf(numbers, variable) {
  const [name, index] = [variable[0], Number(variable[1]) - 1];
  return /** @type {number[]} */ ([numbers[name]].flat())[variable.length === 2 ? index : 0];
}

/** @param {NeuronState} given @param {string} variable */
function barOf(given, variable) {
  return entryOf(bars(given, values(given)), variable);
}

/** How many leading digits two numbers share. @param {number} one @param {number} other */
function sharedDigits(one, other) {
  if (one === other) return 15;
  const error = Math.abs(one - other) / Math.max(Math.abs(other), 1e-300);
  return Math.max(0, Math.min(15, Math.floor(-Math.log10(error))));
}

const FLOOR = 1e-16;
const LARGEST = 1;
const REACH = 1.4; // the curve is shown so far to both sides
const POWERS = Array.from({ length: 97 }, (_, index) => -12 + index / 8);
const HEIGHT = 250;

/** @param {number} width */
const errorScale = (width) => scale(1e-12, LARGEST, 62, width - 14, true);
/** @param {number} width */
const nudgeScale = (width) => scale(-REACH, REACH, 56, width - 10);

/** Where a variable is now. @param {NeuronState} given @param {string} variable */
function valueNow(given, variable) {
  const { x, w, v, y } = given;
  return entryOf({ x, w, v, y, ...values(given) }, variable);
}

/**
 * The loss against the variable, with the secant through the nudged points and the tangent that the bar promises.
 * @param {SVGSVGElement} svg
 * @param {NudgeState} state
 * @param {number} width
 */
function paintSecant(svg, state, width) {
  resize(svg, width, HEIGHT);
  const loss = nudged(state, state.variable);
  const at = valueNow(state, state.variable);
  const bar = barOf(state, state.variable);
  const spots = Array.from({ length: 81 }, (_, i) => -REACH + (2 * REACH * i) / 80);
  const curve = spots.map((by) => loss(by)).filter(Number.isFinite);
  const [low, high] = [Math.min(...curve), Math.max(...curve)];
  const room = Math.max(0.02, 0.12 * (high - low));
  const x = nudgeScale(width);
  const y = scale(low - room, high + room, HEIGHT - 44, 26);
  /** @param {number} slope @param {number[]} through @param {string} look */
  const line = (slope, through, look) => {
    // cut at the frame
    const inside = [-REACH, REACH].map((by) => {
      const value = through[1] + slope * (by - through[0]);
      const kept = Math.max(y.low, Math.min(y.high, value));
      return slope && value !== kept ? [through[0] + (kept - through[1]) / slope, kept] : [by, value];
    });
    return path(
      inside.map(([by, value]) => [x.to(by), y.to(value)]),
      look,
    );
  };
  const ends = state.kind === "central" ? [-state.step, state.step] : [0, state.step];
  const secant = finiteDifference(state, state.variable, state.step, state.kind);
  svg.replaceChildren(
    ...axes(x, y, {
      xTicks: roundTicks(at - REACH, at + REACH, 5).map((tick) => tick - at),
      yTicks: roundTicks(y.low, y.high, 4),
      name: (by) => show(by + at, 3),
      yName: (value) => show(value, 3),
      xText: `{${state.variable}}`,
      yText: "loss {l}",
    }),
    path(
      spots.map((by) => [x.to(by), y.to(loss(by))]),
      "bp-curve bp-curve-forward",
    ),
    line(bar, [0, loss(0)], "bp-curve bp-curve-backward"),
    line(secant, [ends[0], loss(ends[0])], "bp-curve bp-secant"),
    ...ends.map((by) => draw("circle", { cx: x.to(by), cy: y.to(loss(by)), r: 5, class: "bp-spot" })),
    drawnProse(x.end, 14, `tangent: {bar ${state.variable}}`, { "text-anchor": "end", class: "bp-backward-text" }),
    drawnProse(x.end, 32, "secant: finite difference", { "text-anchor": "end", class: "bp-halo" }),
  );
}

/** @param {SVGSVGElement} svg @param {NudgeState} state @param {number} width */
function paintErrors(svg, state, width) {
  resize(svg, width, HEIGHT);
  const bar = barOf(state, state.variable);
  /** @param {number} step */
  const error = (step) => Math.max(FLOOR, Math.abs(finiteDifference(state, state.variable, step, state.kind) - bar));
  const x = errorScale(width);
  const y = scale(FLOOR, 10, HEIGHT - 44, 26, true);
  /** @param {number} value */
  const power = (value) => `10${raised(Math.round(Math.log10(value)))}`;
  /** @param {number[]} powers */
  const ticks = (powers) => powers.map((each) => Number(`1e${each}`));
  const [px, py] = [x.to(Math.max(1e-12, Math.min(LARGEST, state.step))), y.to(Math.min(10, error(state.step)))];
  svg.replaceChildren(
    ...axes(x, y, {
      xTicks: ticks(width < 360 ? [-12, -8, -4, 0] : [-12, -10, -8, -6, -4, -2, 0]),
      yTicks: ticks([-16, -12, -8, -4, 0]),
      name: power,
      xText: "size of the nudge",
      yText: "error of the finite difference",
    }),
    path(
      POWERS.map((p) => [x.to(10 ** p), y.to(Math.min(10, error(10 ** p)))]),
      "bp-curve bp-curve-forward",
    ),
    draw("line", { x1: px, x2: px, y1: y.start, y2: py, class: "bp-marker" }),
    draw("circle", { cx: px, cy: py, r: 6, class: "bp-spot" }),
    draw("text", { x: x.to(2e-12), y: y.to(0.4), class: "bp-soft-text bp-halo" }, "← rounding"),
    draw("text", { x: x.end, y: y.to(0.4), "text-anchor": "end", class: "bp-soft-text bp-halo" }, state.kind === "central" ? "third derivative →" : "curvature →"),
  );
}

/** @param {number} value */
function long(value) {
  return (value < 0 ? "−" : " ") + Math.abs(value).toPrecision(12);
}

/** @param {NudgeState} state */
function compared(state) {
  const bar = barOf(state, state.variable);
  const found = finiteDifference(state, state.variable, state.step, state.kind);
  return { bar, found, error: Math.abs(found - bar), digits: sharedDigits(found, bar) };
}

/** @param {NudgeState} state */
function toldNudge(state) {
  const { error, digits } = compared(state);
  const agree = error === 0 ? "they are equal" : `they share ${digits} digit${digits === 1 ? "" : "s"}`;
  const why = digits >= 9 || error === 0 ? "" : state.step >= 1e-5 ? " The curve bends between the two points." : " The two losses agree in almost all their digits, and little is left of their difference.";
  return `Nudging {${state.variable}} by ${show(state.step)}: the finite difference misses {bar ${state.variable}} by ${show(error)}; ${agree}.${why}`;
}

/**
 * A long number whose first digits, which it shares with another, stand out.
 * @param {number} value
 * @param {number} other
 */
function digits(value, other) {
  const [text, beside] = [long(value), long(other)];
  let same = 0;
  while (same < text.length && text[same] === beside[same]) same += 1;
  return make("span", { class: "bp-digits" }, make("strong", {}, text.slice(0, same)), text.slice(same));
}

/** @param {Context} context */
function render(context) {
  const page = stage(context, {
    title: "Nudge it and see",
    task: "Drag a point on the curve: where does the secant become the tangent? Then make the nudge so small that the error grows again.",
    keys: ["x", "w", "v", "y", "sigma", "variable", "step", "kind"],
    tell: toldNudge,
  });
  const left = canvas("The loss against the nudged variable, with the secant and the tangent.");
  const right = canvas("The error of the finite difference against the size of the nudge, both on logarithmic axes.");
  const table = make("div", { class: "bp-beside" });
  /** @param {number} width */
  const half = (width) => (width < 600 ? width : Math.floor((width - 16) / 2));
  page.onPaint((state, width) => {
    paintSecant(left, state, half(width));
    paintErrors(right, state, half(width));
    const { bar, found } = compared(state);
    const loss = nudged(state, state.variable);
    const other = state.kind === "central" ? -state.step : 0;
    /** @param {string} kind @param {any} label @param {HTMLElement} value */
    const line = (kind, label, value) =>
      make(
        "div",
        { class: `bp-beside-line bp-beside-${kind}` },
        make("span", { class: "bp-beside-label" }, label),
        value,
      );
    /** @param {number} value */
    const plain = (value) => make("span", { class: "bp-digits" }, long(value));
    table.replaceChildren(
      line("plain", "loss, nudged up", plain(loss(state.step))),
      line("plain", other ? "loss, nudged down" : "loss, not nudged", plain(loss(other))),
      line("forward", "finite difference", digits(found, bar)),
      line("backward", ["the bar ", letter(state.variable, true)], digits(bar, found)),
    );
  });
  /** @param {number} step */
  const sized = (step) => ({ step: Number(Math.max(1e-12, Math.min(LARGEST, step)).toPrecision(3)) });
  /** @param {SVGSVGElement} svg @param {(at: number, width: number) => number} stepAt */
  const pull = (svg, stepAt) => {
    svg.classList.add("bp-draggable");
    draggable(
      svg,
      (event) => {
        const box = svg.getBoundingClientRect();
        page.change(sized(stepAt(event.clientX - box.left, box.width)));
      },
      () => page.keep(),
    );
  };
  pull(left, (at, width) => Math.max(0.005, Math.abs(nudgeScale(width).from(at))));
  pull(right, (at, width) => errorScale(width).from(at));
  /** @param {string} key @param {number} [index] */
  const single = (key, index) =>
    dial(page, {
      name: index === undefined ? `{${key}}` : `{${key}${index + 1}}`,
      min: -2,
      max: 2,
      step: 0.05,
      read: (now) => (index === undefined ? now[key] : now[key][index]),
      write: (now, value) => ({
        [key]: index === undefined ? value : now[key].with(index, value),
      }),
    });
  page.head.append(
    choice(page, { text: "σ is", options: SIGMA_NAMES, read: (now) => now.sigma, write: (_, sigma) => ({ sigma }) }),
  );
  const nudge = dials(
    dial(page, {
      name: "nudge by",
      text: "size of the nudge",
      min: -12,
      max: 0,
      step: 0.25,
      log: true,
      read: (now) => now.step,
      write: (_, step) => ({ step }),
    }),
  );
  nudge.classList.add("bp-dials-one");
  page.root.append(
    row(
      choice(page, {
        text: "nudge",
        options: NUDGED,
        read: (now) => now.variable,
        write: (_, variable) => ({ variable }),
      }),
      choice(page, {
        text: "difference",
        options: { central: "both ways", "one-sided": "one way" },
        read: (now) => now.kind,
        write: (_, kind) => ({ kind }),
      }),
      resetButton(page),
    ),
    make("div", { class: "bp-pair" }, left, right),
    nudge,
    table,
    dials(single("x", 0), single("x", 1), single("w", 0), single("w", 1), single("v"), single("y")),
  );
  return page.start();
}

export { barOf, finiteDifference, nudged, sharedDigits };
export default { render };
