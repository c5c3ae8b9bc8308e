// Gradient descent on one neuron with one input: the loss over (w, v), the steps taken, the update ratio.

import { breaking, contour, descend, levels, lossAt, lossGrid, RATES, REACH, STARTS, STEPS, walk } from "./maths/descent.js";
import { axes, path, roundTicks, scale } from "./shared/chart.js";
import { button, choice, dial, dials, draggable, player, readout, resetButton, row, tick } from "./shared/controls.js";
import { arrow, canvas, draw, make, resize } from "./shared/dom.js";
import { SIGMA_NAMES } from "./shared/neuron.js";
import { contextOf } from "./shared/pixels.js";
import { stage } from "./shared/stage.js";
import { letter, raised, show } from "./shared/text.js";

/** @import { Context, DescentState, Pair, Quantity, Scale, State } from "./shared/types.js" */

/**
 * @typedef {ReturnType<typeof frameOf>} Frame
 * @typedef {ReturnType<typeof breaking>} Scan
 */

/** @type {Record<string, Pair>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const SNAP = 0.04;
const CELLS = 96;

/**
 * The surface as a shade, painted once for a shape of the loss.
 * @param {HTMLCanvasElement} ground
 * @param {number[][]} grid
 */
function shade(ground, grid) {
  const all = grid.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const context = contextOf(ground);
  const image = context.createImageData(CELLS + 1, CELLS + 1);
  all.forEach((loss, i) => {
    image.data.set([0, 114, 178, Math.round(30 + 150 * ((loss - low) / (high - low || 1)) ** 0.45)], 4 * i);
  });
  context.putImageData(image, 0, 0);
}

/** @param {number[][]} grid @param {Scale} x @param {Scale} y */
function contourPaths(grid, x, y) {
  /** @param {number[]} those */
  const place = ([c, r]) =>
    `${x.to(-REACH + (2 * REACH * c) / CELLS).toFixed(1)} ${y.to(REACH - (2 * REACH * r) / CELLS).toFixed(1)}`;
  return levels(grid).map((level) =>
    draw("path", {
      d: contour(grid, level)
        .map(([one, two]) => `M${place(one)}L${place(two)}`)
        .join(""),
      class: "bp-contour",
    }),
  );
}

/** @param {number} ratio */
const ratioWord = (ratio) =>
  ratio < 1e-4 ? "it hardly moves" : ratio < 0.05 ? "a steady pace" : ratio < 0.5 ? "large strides" : "a leap";
/** @param {{w: number, v: number}} what */
const outside = ({ w, v }) => Math.abs(w) > REACH || Math.abs(v) > REACH;

/** @param {DescentState} state */
function toldDescent(state) {
  const { loss, wBar, vBar, ratio } = descend(state, state.w, state.v);
  const stuck = wBar === 0 && vBar === 0 ? " Both bars are 0: from here nothing ever moves." : "";
  const away = outside(state) ? " The point is outside the picture." : "";
  const size = Number.isFinite(ratio)
    ? `the step is ${show(ratio, 2)} of the weights' size, ${ratioWord(ratio)}`
    : "no update ratio, as {w} and {v} are 0";
  return `{w} is ${show(state.w)}, {v} is ${show(state.v)}, the loss ${show(loss)}; ${size}.${stuck}${away}`;
}

/** @param {DescentState} state */
function readouts(state) {
  const { loss, wBar, vBar, ratio } = descend(state, state.w, state.v);
  return [
    readout(["loss ", letter("l")], show(loss)),
    readout(letter("w", true), show(wBar), "bp-readout-bar"),
    readout(letter("v", true), show(vBar), "bp-readout-bar"),
    readout("update ratio", Number.isFinite(ratio) ? show(ratio, 2) : "–"),
  ];
}

/** @param {number} width */
function frameOf(width) {
  const side = width < 640 ? width : Math.min(460, Math.round(width * 0.56));
  const height = width < 640 ? Math.min(360, width) : 420;
  return { side, height, x: scale(-REACH, REACH, 34, side - 14), y: scale(-REACH, REACH, height - 42, 26) };
}

/** @param {SVGElement} layer @param {DescentState} state @param {Pair[]} trail @param {Frame} frame */
function paintWalks(layer, state, trail, { x, y }) {
  /** @param {Pair} at */
  const spot = (at) => [x.to(at[0]), y.to(at[1])];
  const parts = [];
  if (state.many)
    for (const [w, v] of STARTS) {
      const points = walk(state, w, v, STEPS).slice(0, STEPS + 1);
      const ends = points.map(spot);
      parts.push(path(ends, "bp-curve bp-walk"));
      parts.push(draw("circle", { cx: ends[0][0], cy: ends[0][1], r: 3, class: "bp-spot bp-walk-start" }));
      const [endX, endY] = ends[ends.length - 1];
      parts.push(draw("circle", { cx: endX, cy: endY, r: 4, class: "bp-trail" }));
    }
  /** @type {Pair[]} */
  const passed = [...trail, [state.w, state.v]];
  const all = passed.map(spot);
  for (let i = 0; i + 1 < all.length; i++) {
    const [[x1, y1], [x2, y2]] = [all[i], all[i + 1]];
    if (Math.hypot(x2 - x1, y2 - y1) > 16) parts.push(arrow(x1, y1, x2, y2, "forward"));
    else parts.push(path([all[i], all[i + 1]], "bp-curve bp-curve-forward"));
    parts.push(draw("circle", { cx: x1, cy: y1, r: 2.5, class: "bp-trail" }));
  }
  const next = descend(state, state.w, state.v);
  const [here, there] = [spot([state.w, state.v]), spot([next.w, next.v])];
  if (Math.hypot(there[0] - here[0], there[1] - here[1]) > 9)
    parts.push(arrow(here[0], here[1], there[0], there[1], "backward"));
  layer.replaceChildren(...parts);
  return here;
}

/** @param {number} low @param {number} high */
const logTicks = (low, high) => {
  const all = [];
  for (let p = Math.ceil(Math.log10(low)); p <= Math.log10(high) + 1e-9; p++) all.push(10 ** p);
  return all.length > 5 ? all.filter((_, i) => i % 2 === 0) : all;
};

/**
 * The loss of every step so far.
 * @param {SVGSVGElement} svg
 * @param {DescentState} state
 * @param {Pair[]} trail
 * @param {number} width
 */
function paintLosses(svg, state, trail, width) {
  resize(svg, width, 180);
  const losses = [...trail, [state.w, state.v]].map(([w, v]) => lossAt(state, w, v).loss).filter(Number.isFinite);
  const most = Math.max(...losses, 1e-6);
  const x = scale(0, Math.max(10, losses.length - 1), 46, width - 12);
  const y = scale(0, most * 1.05, 138, 24);
  svg.replaceChildren(
    ...axes(x, y, {
      xTicks: roundTicks(0, x.high, 5).filter(Number.isInteger),
      yTicks: roundTicks(0, y.high, 3),
      xText: "step",
      yText: "loss {l}",
    }),
    path(
      losses.map((loss, step) => [x.to(step), y.to(loss)]),
      "bp-curve bp-curve-forward",
    ),
    draw("circle", { cx: x.to(losses.length - 1), cy: y.to(losses.at(-1) ?? 0), r: 4.5, class: "bp-spot" }),
  );
}

/** @param {number} width */
const rateScale = (width) => scale(RATES[0], RATES.at(-1) ?? 1, 46, width - 12, true);

/**
 * The loss after the walk against the rate: it falls, and then it breaks.
 * @param {SVGSVGElement} svg
 * @param {DescentState} state
 * @param {Scan} what
 * @param {number} width
 */
function paintRates(svg, state, { before, ends, breaks }, width) {
  resize(svg, width, 196);
  const low = Math.max(1e-6, Math.min(...ends) / 2);
  const high = Math.max(before * 4, low * 100);
  const x = rateScale(width);
  const y = scale(low, high, 150, 26, true);
  /** @param {number} value */
  const kept = (value) => y.to(Math.max(low, Math.min(high, value)));
  /** @param {number} value */
  const power = (value) => `10${raised(Math.round(Math.log10(value)))}`;
  const parts = axes(x, y, {
    xTicks: [1e-3, 1e-2, 1e-1, 1, 10],
    yTicks: logTicks(low, high),
    name: (value) => show(value),
    yName: power,
    xText: "learning rate",
    yText: `loss after ${STEPS} steps`,
  });
  if (breaks !== null) {
    const at = x.to(breaks);
    parts.push(
      draw("line", { x1: at, x2: at, y1: y.start, y2: y.end, class: "bp-marker" }),
      draw("text", { x: at - 6, y: y.end + 10, "text-anchor": "end", class: "bp-halo" }, `breaks near ${show(breaks, 2)}`),
    );
  }
  const nearest = RATES.reduce((best, rate, i) => (Math.abs(Math.log(rate / state.rate)) < Math.abs(Math.log(RATES[best] / state.rate)) ? i : best), 0);
  parts.push(
    path(
      ends.map((end, i) => [x.to(RATES[i]), kept(end)]),
      "bp-curve bp-curve-forward",
    ),
    draw("circle", { cx: x.to(Math.max(x.low, Math.min(x.high, state.rate))), cy: kept(ends[nearest]), r: 6, class: "bp-spot" }),
  );
  svg.replaceChildren(...parts);
}

/** @param {Context} context */
function render(context) {
  const page = stage(context, {
    title: "Downhill on the loss",
    task: "Find a start from which nothing ever moves. Then raise the rate: where does the walk break?",
    other: {
      when: ({ x }) => x.length === 1, // notebook 03: one example, so its minima are a whole curve
      title: "Downhill on the loss",
      task: "Press Step: does the update ratio grow or shrink? Then raise the rate: where does the walk break?",
    },
    keys: ["x", "y", "w", "v", "rate", "sigma"],
    view: { many: false },
    tell: toldDescent,
  });
  const { state } = page;
  /** @type {Pair[]} */
  let trail = [];
  const svg = draw("svg", { class: "bp-picture bp-field" });
  const ground = make("canvas", { width: CELLS + 1, height: CELLS + 1, class: "bp-ground" });
  const clip = `bp-clip-${Math.random().toString(36).slice(2)}`;
  const window = draw("rect");
  const [lines, layer] = [draw("g"), draw("g", { "aria-hidden": "true", "clip-path": `url(#${clip})` })];
  const grip = draw("circle", {
    r: 9,
    class: "bp-grip",
    tabindex: 0,
    role: "slider",
    "aria-label": "the point (w, v): left and right change w, up and down v",
    "aria-valuemin": -REACH,
    "aria-valuemax": REACH,
  });
  svg.append(draw("defs", {}, draw("clipPath", { id: clip }, window)), lines, layer, grip);
  const field = make("div", { class: "bp-surface" }, ground, svg);
  const [losses, rates] = [canvas("The loss of every step so far."), canvas("The loss after 40 steps against the learning rate.")];
  const panel = make("div", { class: "bp-panel" });
  let [drawn, scanned, scan] = ["", "", breaking(state, state.w, state.v)];
  let start = [state.w, state.v];
  let frame = frameOf(640);
  page.onPaint((now, width) => {
    frame = frameOf(width);
    const { x, y } = frame;
    const key = JSON.stringify([width, now.sigma, now.x, now.y]);
    if (key !== drawn) {
      drawn = key;
      resize(svg, frame.side, frame.height);
      const box = { x: x.start, y: y.end, width: x.end - x.start, height: y.start - y.end };
      for (const [name, value] of Object.entries(box)) window.setAttribute(name, String(value));
      Object.assign(ground.style, { left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px` });
      const grid = lossGrid(now, CELLS);
      shade(ground, grid);
      const ticks = [-3, -2, -1, 0, 1, 2, 3];
      lines.replaceChildren(
        ...contourPaths(grid, x, y),
        ...axes(x, y, { xTicks: ticks, yTicks: ticks, xText: "{w}", yText: "{v}" }),
      );
    }
    if (!trail.length) start = [now.w, now.v];
    const from = JSON.stringify([now.sigma, now.x, now.y, start]);
    if (from !== scanned) {
      scanned = from;
      scan = breaking(now, start[0], start[1]);
    }
    const [cx, cy] = paintWalks(layer, now, trail, frame);
    grip.setAttribute("cx", cx);
    grip.setAttribute("cy", cy);
    grip.classList.toggle("bp-away", outside(now));
    grip.setAttribute("aria-valuenow", now.w.toFixed(3));
    grip.setAttribute("aria-valuetext", `w ${show(now.w)}, v ${show(now.v)}`);
    const beside = width < 640 ? width : width - frame.side - 24;
    paintLosses(losses, now, trail, beside);
    paintRates(rates, now, scan, beside);
    panel.replaceChildren(...readouts(now));
  });
  /** @param {number} w @param {number} v @param {(part: State) => void} act */
  const place = (w, v, act) => {
    trail = [];
    act({ w, v });
  };
  /** @param {number} value */
  const clamp = (value) => Math.max(-REACH, Math.min(REACH, Number(value.toFixed(3))));
  /** @param {number} value */
  const snap = (value) => (Math.abs(value) < SNAP ? 0 : clamp(value)); // a hand can find 0 exactly
  /** @param {PointerEvent} event */
  const drag = (event) => {
    const box = svg.getBoundingClientRect();
    place(snap(frame.x.from(event.clientX - box.left)), snap(frame.y.from(event.clientY - box.top)), page.change);
  };
  draggable(svg, drag, () => page.keep());
  rates.classList.add("bp-draggable");
  draggable(
    rates,
    (event) => {
      const box = rates.getBoundingClientRect();
      const rate = rateScale(box.width).from(event.clientX - box.left);
      page.change({ rate: Number(Math.max(RATES[0], Math.min(10 ** 1.5, rate)).toPrecision(3)) });
    },
    () => page.keep(),
  );
  grip.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    place(clamp(state.w + 0.1 * move[0]), clamp(state.v + 0.1 * move[1]), page.keep);
  });
  /** @param {(part: State) => void} act */
  const move = (act) => {
    const next = descend(state, state.w, state.v);
    if (!Number.isFinite(next.w + next.v) || Math.hypot(next.w, next.v) > 1e6) return false;
    trail = [...trail.slice(-300), [state.w, state.v]];
    act({ w: next.w, v: next.v });
    return next.ratio > 1e-6;
  };
  let left = 0;
  const play = player(
    page,
    () => {
      left -= 1;
      return left > 0 && move(page.change);
    },
    90,
  );
  play.toggle.addEventListener(
    "click",
    () => {
      left = 120;
    },
    true,
  );
  page.onStop(() => {
    trail = [];
  });
  /** @param {string} key @param {Partial<Quantity>} [more] */
  const single = (key, more) =>
    dial(page, {
      name: `{${key}}`,
      min: -REACH,
      max: REACH,
      step: 0.05,
      read: (now) => now[key],
      write: (_, value) => {
        trail = [];
        return { [key]: value };
      },
      ...more,
    });
  page.head.append(
    choice(page, {
      text: "σ is",
      options: SIGMA_NAMES,
      read: (now) => now.sigma,
      write: (_, sigma) => {
        trail = [];
        return { sigma };
      },
    }),
  );
  page.root.append(
    make("div", { class: "bp-split" }, field, make("div", { class: "bp-panel" }, losses, rates)),
    row(
      button("Step", () => move(page.keep), { class: "bp-button bp-main" }),
      play.toggle,
      resetButton(page),
      tick(page, { text: "12 starts at once", read: (now) => now.many, write: (_, many) => ({ many }) }),
    ),
    panel,
    dials(
      single("w"),
      single("v"),
      single("rate", {
        name: "rate",
        text: "learning rate",
        min: -3,
        max: 1.5,
        step: 0.05,
        log: true,
        write: (_, rate) => ({ rate }),
      }),
    ),
  );
  panel.classList.add("bp-readouts");
  return page.start();
}

export { breaking, contour, descend, levels, lossAt, lossGrid, walk };
export default { render };
