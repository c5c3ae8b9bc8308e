// What the forward pass keeps, what that holds in memory, and what the way back has to compute again.

import { axes, path, roundTicks, scale } from "./shared/chart.js";
import { button, dial, dials, player, presets, resetButton, row, tick } from "./shared/controls.js";
import { canvas, draw, hatch, make, resize } from "./shared/dom.js";
import { stage } from "./shared/stage.js";
import { count, show } from "./shared/text.js";

/** @import { Chain, Context, LedgerState, Stage } from "./shared/types.js" */

/**
 * @typedef {"z" | "h"} Kind
 * @typedef {ReturnType<typeof ledger>} Account
 */

const MOST = 30;
const TITLE = "What to keep from the way forward";

/**
 * The account of a chain z_k = W_k h_(k-1), h_k = sigma(z_k), k = 1 ... depth, of `width` numbers each.
 * On the way back, layer k reads z_k (or, `fromH`, h_k) for its slope and h_(k-1) for the bar of W_k; what follows the
 * chain reads the last h. What is not stored is computed again from the nearest thing stored. It is thrown away after
 * that layer; or, `hold`, only when the way back has passed it.
 * `memory`: how many vectors are held, x among them, after each layer forward and then during each layer back.
 * @param {Chain} what
 */
export function ledger({ depth, width, z, h, fromH = false, hold = false }) {
  const again = { z: new Array(depth + 1).fill(0), h: new Array(depth + 1).fill(0) };
  /** @param {Kind} kind @param {number} k */
  const isStored = (kind, k) => (kind === "z" ? z[k - 1] : k === 0 || h[k - 1]);
  /** @param {number} upTo */
  const kept = (upTo) => z.slice(0, upTo).filter(Boolean).length + h.slice(0, upTo).filter(Boolean).length;
  const memory = Array.from({ length: depth }, (_, layer) => 1 + kept(layer + 1) + (h[layer] ? 0 : 1));
  const made = []; // for each layer back, what has been computed again and is at hand
  let held = new Set();
  for (let layer = depth; layer >= 1; layer--) {
    const have = new Set(held);
    /** @type {[Kind, number][]} */
    const wanted = [[fromH ? "h" : "z", layer], ["h", layer - 1]];
    if (layer === depth) wanted.unshift(["h", depth]);
    /** @param {Kind} kind @param {number} k */
    const get = (kind, k) => {
      if (isStored(kind, k) || have.has(kind + k)) return;
      if (kind === "z") get("h", k - 1);
      else get("z", k);
      have.add(kind + k);
      again[kind][k] += 1;
    };
    for (const [kind, k] of wanted) get(kind, k);
    const needed = [...new Set(wanted.map(([kind, k]) => `${kind}${k}`))].filter((name) => have.has(name));
    made.push(hold ? [...have] : needed);
    memory.push(1 + kept(layer) + made[made.length - 1].length);
    held = hold ? new Set([...have].filter((name) => Number(name.slice(1)) < layer)) : new Set();
  }
  /** @param {number[]} counts */
  const total = (counts) => counts.reduce((sum, each) => sum + each, 0);
  const stored = kept(depth);
  const forward = depth * width * width;
  const backward = depth * (2 * width * width + width);
  const repeated = total(again.z) * width * width;
  return {
    stored,
    bytes: 8 * width * (stored + 1),
    peak: Math.max(...memory),
    forward,
    backward,
    repeated,
    sigmas: total(again.h) * width,
    passes: (forward + backward + repeated) / forward,
    againZ: again.z.slice(1),
    againH: again.h.slice(1),
    memory,
    made,
  };
}

/** @param {(layer: number) => {z: boolean, h: boolean}} choose */
function plan(choose) {
  const layers = Array.from({ length: MOST }, (_, index) => choose(index + 1));
  return { z: layers.map((layer) => layer.z), h: layers.map((layer) => layer.h) };
}

/** @param {number} k */
const every = (k) => plan((layer) => ({ z: false, h: layer % k === 0 }));
/** Whether what is stored of these layers is every k-th h, k as it was last set. @param {LedgerState} what */
const isEvery = ({ every: k, depth, z, h }) => h.every((stored, i) => i >= depth || (!z[i] && stored === ((i + 1) % k === 0)));
const PLANS = {
  "Store all": () => plan(() => ({ z: true, h: true })),
  "z only": () => plan(() => ({ z: true, h: false })),
  "h only": () => plan(() => ({ z: false, h: true })),
  Nothing: () => plan(() => ({ z: false, h: false })),
};

/** @param {LedgerState} state */
function told(state) {
  const { stored, peak, passes, repeated, sigmas, forward } = ledger(state);
  const numbers = count(peak * state.width);
  const repeats =
    repeated + sigmas === 0
      ? "Nothing is computed again."
      : `${show(repeated / forward, 2)} of these to compute again what was not stored.`;
  return `${stored} of ${2 * state.depth} stored; at most ${numbers} number${peak * state.width === 1 ? "" : "s"} are held at once (${count(8 * peak * state.width)} bytes). The work is ${show(passes)} forward passes. ${repeats}`;
}

/** What a cell of the strip holds; z and h take turns. @param {number} index @returns {Kind} */
const kindOf = (index) => (index % 2 ? "h" : "z");

/**
 * What the strip shows of one vector at a moment of the sweep; `moment` null: the plan as a whole.
 * @param {LedgerState} state
 * @param {Account} account
 * @param {Kind} kind
 * @param {number} layer
 * @param {number | null} moment
 */
function cellLook(state, account, kind, layer, moment) {
  const kept = state[kind][layer - 1];
  const again = (kind === "z" ? account.againZ : account.againH)[layer - 1];
  if (moment === null) return { full: kept, made: !kept && again > 0, text: !kept && again > 1 ? String(again) : "", again };
  const { depth } = state;
  if (moment <= depth) return { full: kept && layer <= moment, made: !kept && layer === moment && kind === "h", text: "", again };
  const here = 2 * depth + 1 - moment;
  const made = account.made[depth - here] ?? [];
  return { full: kept && layer <= here, made: made.includes(kind + layer), text: "", again };
}

/** The strip of what can be stored: one stop for Tab, arrow keys inside. @param {Stage} page */
function strip(page) {
  /** @type {HTMLButtonElement[]} */
  const cells = [];
  let here = 0;
  /** @param {number} to */
  const focus = (to) => {
    cells[here].tabIndex = -1;
    here = Math.max(0, Math.min(2 * page.state.depth - 1, to));
    cells[here].tabIndex = 0;
  };
  /** @type {Record<string, number>} */
  const moves = { ArrowRight: 2, ArrowLeft: -2, ArrowDown: 1, ArrowUp: -1 };
  /** @param {KeyboardEvent} event */
  const keyed = (event) => {
    if (!(event.key in moves)) return;
    event.preventDefault();
    focus(here + moves[event.key]);
    cells[here].focus();
  };
  for (let index = 0; index < 2 * MOST; index++) {
    const [layer, kind] = [index >> 1, kindOf(index)];
    const flip = () => {
      focus(index);
      /** @type {boolean[]} */
      const stored = page.state[kind];
      page.keep({ moment: null, [kind]: stored.with(layer, !stored[layer]) });
    };
    const cell = make("button", { type: "button", class: "bp-cell", tabindex: index ? -1 : 0, onclick: flip, onkeydown: keyed });
    cells.push(cell);
  }
  /** @type {string[]} */
  const painted = [];
  page.onPaint((state) => {
    const account = ledger(state);
    if (here >= 2 * state.depth) focus(0);
    cells.forEach((cell, index) => {
      const [layer, kind] = [(index >> 1) + 1, kindOf(index)];
      const there = layer <= state.depth;
      const look = there ? cellLook(state, account, kind, layer, state.moment) : null;
      const key = JSON.stringify([look, state[kind][layer - 1]]);
      if (painted[index] === key) return;
      painted[index] = key;
      cell.disabled = !there;
      cell.classList.toggle("bp-cell-full", Boolean(look?.full));
      cell.classList.toggle("bp-cell-made", Boolean(look?.made));
      cell.setAttribute("aria-pressed", String(Boolean(there && state[kind][layer - 1])));
      const again = look?.again ? `computed again, ${look.again} times` : "not stored, not needed";
      cell.setAttribute("aria-label", `${kind} ${layer} ${state[kind][layer - 1] ? "stored" : again}`);
      cell.textContent = look?.text ?? "";
    });
  });
  const columns = Array.from({ length: MOST }, (_, layer) => {
    const name = make("span", { class: "bp-layer-name", "aria-hidden": "true" }, String(layer + 1));
    const column = make("div", { class: "bp-layer" }, name, cells[2 * layer], cells[2 * layer + 1]);
    page.onPaint((state) => column.classList.toggle("bp-layer-absent", layer >= state.depth));
    return column;
  });
  const rows = make(
    "div",
    { class: "bp-layer bp-layer-rows", "aria-hidden": "true" },
    make("span", { class: "bp-layer-name" }, "\u00a0"),
    make("span", { class: "bp-letter" }, "z"),
    make("span", { class: "bp-letter" }, "h"),
  );
  return make(
    "div",
    { class: "bp-strip", role: "group", "aria-label": "what the forward pass stores; arrow keys move, Space stores or drops" },
    rows,
    make("div", { class: "bp-layers" }, ...columns),
  );
}

/**
 * How many vectors are held during the sweep: forward, then back.
 * @param {SVGSVGElement} svg
 * @param {LedgerState} state
 * @param {number} width
 */
function paintMemory(svg, state, width) {
  resize(svg, width, 190);
  const { memory } = ledger(state);
  const most = ledger({ ...state, ...PLANS["Store all"](), hold: false }).peak;
  const x = scale(0, memory.length, 40, width - 10);
  const y = scale(0, Math.max(most, ...memory), 146, 24);
  /** @param {number} from @param {number} to @param {string} kind */
  const step = (from, to, kind) => {
    const points = memory.slice(from, to).flatMap((value, i) => [[x.to(from + i), y.to(value)], [x.to(from + i + 1), y.to(value)]]);
    const outline = [[x.to(from), y.start], ...points, [x.to(to), y.start]];
    return draw("polygon", { points: outline.map((point) => point.join(",")).join(" "), class: `bp-fill-${kind}` });
  };
  const parts = [step(0, state.depth, "forward"), step(state.depth, 2 * state.depth, "backward")];
  parts.push(
    ...axes(x, y, { xTicks: [], yTicks: roundTicks(0, y.high, 4).filter(Number.isInteger), xText: "", yText: "vectors held, including x" }),
    draw("text", { x: x.to(state.depth / 2), y: y.start + 20, "text-anchor": "middle", class: "bp-forward-text" }, "forward →"),
    draw("text", { x: x.to(1.5 * state.depth), y: y.start + 20, "text-anchor": "middle", class: "bp-backward-text" }, "← backward"),
  );
  if (state.moment !== null && state.moment > 0) {
    const at = x.to(state.moment - 0.5);
    parts.push(draw("line", { x1: at, x2: at, y1: y.start, y2: y.end, class: "bp-marker" }));
  }
  svg.replaceChildren(...parts);
}

/**
 * The trade for every k-th h, k = 1 ... depth: memory against work, the present choice a dot. Where what was computed
 * again is held on to, every choice costs one more forward pass, and what counts is memory against k.
 * @param {SVGSVGElement} svg
 * @param {LedgerState} state
 * @param {number} width
 */
function paintTrade(svg, state, width) {
  resize(svg, width, 190);
  const line = Array.from({ length: state.depth }, (_, i) => ledger({ ...state, ...every(i + 1) }));
  const [all, none, now] = [PLANS["Store all"](), PLANS.Nothing(), {}].map((part) => ledger({ ...state, ...part }));
  const x = state.hold
    ? scale(0, Math.max(2, state.depth), 40, width - 14)
    : scale(2.9, Math.max(4, none.passes, now.passes) * 1.04, 40, width - 14);
  const y = scale(0, Math.max(all.peak, now.peak, ...line.map(({ peak }) => peak)) * 1.08, 146, 24);
  /** @param {Account} account @param {number} k */
  const spot = (account, k) => [x.to(state.hold ? k : account.passes), y.to(account.peak)];
  /** @param {number[]} at @param {string} look @param {number} r */
  const dot = (at, look, r) => draw("circle", { cx: at[0], cy: at[1], r, class: look });
  const parts = axes(x, y, {
    xTicks: roundTicks(state.hold ? 0 : 3, x.high, 5).filter((tick) => !state.hold || Number.isInteger(tick)),
    yTicks: roundTicks(0, y.high, 4).filter(Number.isInteger),
    xText: state.hold ? "store every k-th h: k" : "work, in forward passes",
    yText: "most vectors held",
  });
  parts.push(
    path(
      line.map((account, i) => spot(account, i + 1)),
      "bp-curve bp-walk",
    ),
    ...line.map((account, i) => dot(spot(account, i + 1), "bp-trail", 2.5)),
  );
  if (!state.hold) {
    const [ax, ay] = spot(all, 0);
    const [nx, ny] = spot(none, 0);
    if (line.length > 3) {
      const [cx, cy] = spot(line[1], 2);
      parts.push(draw("text", { x: cx + 8, y: cy - 8, class: "bp-soft-text bp-halo" }, "every k-th h"));
    }
    const anchor = none.passes > 6 ? "end" : "middle";
    parts.push(dot([ax, ay], "bp-trail", 4), draw("text", { x: ax + 9, y: ay + 5, class: "bp-halo" }, "store all"));
    parts.push(dot([nx, ny], "bp-trail", 4), draw("text", { x: nx, y: ny - 10, "text-anchor": anchor, class: "bp-halo" }, "nothing"));
  }
  const chosen = state.hold ? line.findIndex((account) => account.stored === now.stored) + 1 : 0;
  if (!state.hold || chosen) parts.push(dot(spot(now, chosen), "bp-spot", 7));
  else parts.push(draw("text", { x: x.end, y: y.start - 12, "text-anchor": "end", class: "bp-soft-text bp-halo" }, "set k below to see your dot"));
  svg.replaceChildren(...parts);
}

/** @param {Context} context */
function render(context) {
  const page = stage(context, {
    title: TITLE,
    task: "Press cells to store or drop what a layer makes, and play the sweep. Then: with room for a third of the vectors, how little work is enough? Finally, tick “keep what was computed again”: which {k} needs the least memory, and how is it related to the depth?",
    other: {
      when: (now) => now.width === 1, // notebook 01: one-number neurons, before anything is said of saving memory
      title: TITLE,
      task: "Press cells to drop what a layer makes, and play the sweep: what must be computed again, and how often?",
    },
    keys: ["depth", "width", "z", "h", "fromH", "hold"],
    view: { moment: null, every: 5 },
    tell: told,
  });
  const { state } = page;
  const memory = canvas("How many vectors are held during the sweep forward and back.");
  const trade = canvas("The most vectors held against the work, for every choice of k, and for the present choice.");
  /** @param {number} width */
  const half = (width) => (width < 600 ? width : Math.floor((width - 16) / 2));
  page.onPaint((now, width) => {
    paintMemory(memory, now, half(width));
    paintTrade(trade, now, half(width));
  });
  const [ground, hatched] = hatch();
  const play = player(
    page,
    () => {
      const moment = (state.moment ?? 0) + 1;
      page.change({ moment: moment > 2 * state.depth ? null : moment });
      return moment <= 2 * state.depth;
    },
    260,
  );
  const whole = { whole: true, free: false, step: 1 };
  const sweep = button("Step", () => page.keep({ moment: (state.moment ?? 0) < 2 * state.depth ? (state.moment ?? 0) + 1 : null }));
  page.root.append(
    row(...presets(page, PLANS, () => play.stop()), resetButton(page)),
    strip(page),
    row(play.toggle, sweep, legend(ground, hatched)),
    make("div", { class: "bp-pair" }, memory, trade),
    row(
      tick(page, { text: "slope from h", read: (now) => now.fromH, write: (_, fromH) => ({ fromH }) }),
      tick(page, { text: "keep what was computed again", read: (now) => now.hold, write: (_, hold) => ({ hold }) }),
    ),
    dials(
      dial(page, { ...whole, name: "every {k}-th {h}, {k} =", text: "store every k-th h, k", min: 1, max: MOST, read: (now) => now.every, stale: (now) => !isEvery(now), write: (_, k) => ({ every: k, moment: null, ...every(k) }) }),
      dial(page, { ...whole, name: "depth", min: 1, max: MOST, read: (now) => now.depth, write: (_, depth) => ({ depth, moment: null }) }),
      dial(page, { ...whole, name: "width", min: 1, max: 512, read: (now) => now.width, write: (_, width) => ({ width }) }),
    ),
  );
  page.root.querySelector(".bp-dials")?.classList.add("bp-dials-long");
  return page.start();
}

/** @param {SVGElement} ground @param {string} hatched */
function legend(ground, hatched) {
  /** @param {string} look @param {string} style */
  const swatch = (look, style) => draw("svg", { width: 16, height: 14, "aria-hidden": "true" }, style ? ground : null, draw("rect", { x: 1, y: 1, width: 14, height: 12, class: look, style }));
  /** @param {SVGElement} picture @param {string} text */
  const item = (picture, text) => make("span", { class: "bp-tick bp-legend" }, picture, text);
  return make("span", { class: "bp-row bp-keys" }, item(swatch("bp-swatch-full", ""), "stored"), item(swatch("bp-swatch-made", hatched), "computed again (how often)"));
}

export default { render };
