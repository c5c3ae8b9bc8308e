// Gradient descent on one neuron with one input: the loss over (w, v), the steps taken, the update ratio.

import { axes, path, scale } from "./shared/chart.js";
import { button, choice, dial, dials, draggable, player, readout, row } from "./shared/controls.js";
import { arrow, draw, make, resize } from "./shared/dom.js";
import { SIGMA_NAMES, bars, values } from "./shared/neuron.js";
import { stage } from "./shared/stage.js";
import { letter, show } from "./shared/text.js";

const REACH = 3; // the picture shows w and v from -3 to 3

/** The mean loss over the examples at (w, v), and the bars of w and v. */
function lossAt({ x, y, sigma }, w, v) {
  let [loss, wBar, vBar] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const given = { x: [x[i]], y: y[i], w: [w], v, sigma };
    const at = values(given);
    const back = bars(given, at);
    loss += at.l / x.length;
    wBar += back.w[0] / x.length;
    vBar += back.v / x.length;
  }
  return { loss, wBar, vBar };
}

/** One step downhill, and how large it is beside the weights. */
function descend(state, w, v) {
  const { loss, wBar, vBar } = lossAt(state, w, v);
  const size = Math.hypot(w, v);
  const ratio = size > 0 ? (state.rate * Math.hypot(wBar, vBar)) / size : Infinity;
  return { loss, wBar, vBar, ratio, w: w - state.rate * wBar, v: v - state.rate * vBar };
}

/** The loss on a grid over the picture; only its shape, sigma and the examples matter. */
function lossGrid(state, cells) {
  const grid = [];
  for (let row = 0; row <= cells; row++) {
    const v = REACH - (2 * REACH * row) / cells;
    grid.push(
      Array.from({ length: cells + 1 }, (_, column) => lossAt(state, -REACH + (2 * REACH * column) / cells, v).loss),
    );
  }
  return grid;
}

/** Marching squares: the pieces of the line where the grid has this level, in cells. */
function contour(grid, level) {
  const pieces = [];
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

function levels(grid) {
  const all = grid.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return Array.from({ length: 9 }, (_, i) => low + (high - low) * ((i + 0.5) / 9.5) ** 2.2);
}

const CELLS = 48;

function contourPath(state, x, y) {
  const grid = lossGrid(state, CELLS);
  const place = ([c, r]) =>
    `${x.to(-REACH + (2 * REACH * c) / CELLS).toFixed(1)} ${y.to(REACH - (2 * REACH * r) / CELLS).toFixed(1)}`;
  return levels(grid).map((level, index) =>
    draw("path", {
      d: contour(grid, level)
        .map(([one, two]) => `M${place(one)}L${place(two)}`)
        .join(""),
      class: `bp-contour${index < 3 ? " bp-contour-low" : ""}`,
    }),
  );
}

const ratioWord = (ratio) =>
  ratio < 1e-4 ? "hardly moves" : ratio < 0.05 ? "a steady pace" : ratio < 0.5 ? "large strides" : "a leap";

function toldDescent(state) {
  const { loss, ratio } = descend(state, state.w, state.v);
  const away = Math.abs(state.w) > REACH || Math.abs(state.v) > REACH ? " The point has left the picture." : "";
  const size = Number.isFinite(ratio)
    ? `update ratio ${show(ratio)}, ${ratioWord(ratio)}`
    : "no update ratio, as w and v are 0";
  return `w is ${show(state.w)}, v is ${show(state.v)}, the loss ${show(loss)}; ${size}.${away}`;
}

function readouts(state) {
  const { loss, wBar, vBar, ratio } = descend(state, state.w, state.v);
  return [
    readout(["loss ", letter("l")], show(loss)),
    readout(letter("w", true), show(wBar), "bp-readout-bar"),
    readout(letter("v", true), show(vBar), "bp-readout-bar"),
    readout("update ratio", Number.isFinite(ratio) ? show(ratio, 2) : "–"),
    readout("", Number.isFinite(ratio) ? ratioWord(ratio) : "w = v = 0"),
  ];
}

function frameOf(width) {
  const side = width < 520 ? width : Math.min(430, Math.round(width * 0.6));
  const height = width < 520 ? 330 : 380;
  return { side, height, x: scale(-REACH, REACH, 34, side - 14), y: scale(-REACH, REACH, height - 42, 26) };
}

function paintPoint(layer, state, trail, frame) {
  const { x, y } = frame;
  const clip = (value) => Math.max(-REACH, Math.min(REACH, value));
  const spot = (w, v) => [x.to(clip(w)), y.to(clip(v))];
  const next = descend(state, state.w, state.v);
  const [here, there] = [spot(state.w, state.v), spot(next.w, next.v)];
  const parts = [path([...trail.map(([w, v]) => spot(w, v)), here], "bp-curve bp-curve-forward")];
  for (const [w, v] of trail)
    parts.push(draw("circle", { cx: spot(w, v)[0], cy: spot(w, v)[1], r: 2.5, class: "bp-trail" }));
  if (Math.hypot(there[0] - here[0], there[1] - here[1]) > 9) parts.push(arrow(here[0], here[1], there[0], there[1], "backward"));
  layer.replaceChildren(...parts);
  return here;
}

function render(context) {
  const page = stage(context, { title: "Downhill on the loss", task: "", keys: ["x", "y", "w", "v", "rate", "sigma"], tell: toldDescent });
  const { state } = page;
  const svg = draw("svg", { class: "bp-picture bp-field" });
  const ground = draw("g");
  const layer = draw("g", { "aria-hidden": "true" });
  const grip = draw("circle", {
    r: 9,
    class: "bp-grip",
    tabindex: 0,
    role: "slider",
    "aria-label": "the point (w, v): left and right change w, up and down v",
    "aria-valuemin": -REACH,
    "aria-valuemax": REACH,
  });
  svg.append(ground, layer, grip);
  const panel = make("div", { class: "bp-panel" });
  let trail = [];
  let drawn = "";
  let frame = frameOf(640);
  page.onPaint((now, width) => {
    frame = frameOf(width);
    const key = JSON.stringify([width, now.sigma, now.x, now.y]);
    if (key !== drawn) {
      drawn = key;
      resize(svg, frame.side, frame.height);
      ground.replaceChildren(
        ...contourPath(now, frame.x, frame.y),
        ...axes(frame.x, frame.y, {
          xTicks: [-3, -2, -1, 0, 1, 2, 3],
          yTicks: [-3, -2, -1, 0, 1, 2, 3],
          xText: "w",
          yText: "v",
        }),
      );
    }
    const [cx, cy] = paintPoint(layer, now, trail, frame);
    grip.setAttribute("cx", cx);
    grip.setAttribute("cy", cy);
    grip.setAttribute("aria-valuenow", now.w.toFixed(3));
    grip.setAttribute("aria-valuetext", `w ${show(now.w)}, v ${show(now.v)}`);
    panel.replaceChildren(...readouts(now));
  });
  const place = (w, v, act = page.change) => {
    trail = [];
    act({ w, v });
  };
  const clamp = (value) => Math.max(-REACH, Math.min(REACH, Number(value.toFixed(3))));
  const drag = (event) => {
    const box = svg.getBoundingClientRect();
    place(clamp(frame.x.from(event.clientX - box.left)), clamp(frame.y.from(event.clientY - box.top)));
  };
  draggable(svg, drag, () => page.keep());
  grip.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!move) return;
    event.preventDefault();
    place(clamp(state.w + 0.1 * move[0]), clamp(state.v + 0.1 * move[1]), page.keep);
  });
  const move = (act) => {
    const next = descend(state, state.w, state.v);
    if (!Number.isFinite(next.w + next.v) || Math.hypot(next.w, next.v) > 1e6) return false;
    trail = [...trail.slice(-200), [state.w, state.v]];
    act({ w: next.w, v: next.v });
    return next.ratio > 1e-6;
  };
  const start = [state.w, state.v];
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
  const single = (key, more) =>
    dial(page, {
      name: `{${key}}`,
      text: key,
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
    make("div", { class: "bp-split" }, svg, panel),
    row(
      button("Step", () => move(page.keep), { class: "bp-button bp-main" }),
      play.toggle,
      button("Reset", () => {
        play.stop();
        place(...start, page.keep);
      }),
    ),
    dials(
      single("w"),
      single("v"),
      single("rate", {
        text: "learning rate",
        min: -3,
        max: 1.5,
        step: 0.05,
        log: true,
        write: (_, rate) => ({ rate }),
      }),
    ),
  );
  return page.start();
}

export { lossAt, descend, contour, lossGrid, levels };
export default { render };
