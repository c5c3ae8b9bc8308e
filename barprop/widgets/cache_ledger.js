// What the forward pass keeps, what that holds in memory, and what the way back has to compute again.

import { button, dial, dials, row } from "./shared/controls.js";
import { canvas, draw, hatch, make, resize } from "./shared/dom.js";
import { stage } from "./shared/stage.js";
import { count } from "./shared/text.js";

const MOST = 30;

/**
 * The account of a chain z_k = W_k h_(k-1), h_k = sigma(z_k), k = 1 ... depth, of `width` numbers each.
 * On the way back, layer k reads z_k (for the slope) and h_(k-1) (for the bar of W_k); what follows the chain reads
 * the last h. What is not stored is computed again from the nearest thing stored, and thrown away after that layer.
 */
function ledger({ depth, width, z, h }) {
  const again = { z: new Array(depth + 1).fill(0), h: new Array(depth + 1).fill(0) };
  for (let layer = depth; layer >= 1; layer--) {
    const have = new Set(["h0"]);
    const get = (kind, k) => {
      if (have.has(kind + k) || (kind === "z" ? z[k - 1] : k === 0 || h[k - 1])) return;
      if (kind === "z") get("h", k - 1);
      else get("z", k);
      have.add(kind + k);
      again[kind][k] += 1;
    };
    if (layer === depth) get("h", depth);
    get("z", layer);
    get("h", layer - 1);
  }
  const total = (counts) => counts.reduce((sum, each) => sum + each, 0);
  const stored = z.slice(0, depth).filter(Boolean).length + h.slice(0, depth).filter(Boolean).length;
  return {
    stored,
    bytes: 8 * width * (stored + 1),
    forward: depth * width * width,
    backward: depth * (2 * width * width + width),
    repeated: total(again.z) * width * width,
    sigmas: total(again.h) * width,
    againZ: again.z.slice(1),
    againH: again.h.slice(1),
  };
}

const PLANS = {
  "Store all": () => ({ z: true, h: true }),
  "z only": () => ({ z: true, h: false }),
  "h only": () => ({ z: false, h: true }),
  "Every 5th h": (layer) => ({ z: false, h: layer % 5 === 0 }),
  Nothing: () => ({ z: false, h: false }),
};

function plan(choose) {
  const layers = Array.from({ length: MOST }, (_, index) => choose(index + 1));
  return { z: layers.map((layer) => layer.z), h: layers.map((layer) => layer.h) };
}

function told(state) {
  const account = ledger(state);
  const all = account.forward + account.backward + account.repeated;
  const repeated =
    account.repeated + account.sigmas === 0
      ? "Nothing is computed again."
      : `Computed again: ${count(account.repeated)} multiplications and ${count(account.sigmas)} values of σ.`;
  return `${account.stored} of ${2 * state.depth} stored, ${count(account.bytes)} bytes held with x; ${count(all)} multiplications. ${repeated}`;
}

/** The grid of what can be stored: one stop for Tab, arrow keys inside. */
function grid(page) {
  const cells = [];
  const painted = [];
  let here = 0;
  const walk = (to) => {
    cells[here].tabIndex = -1;
    here = Math.max(0, Math.min(2 * page.state.depth - 1, to));
    cells[here].tabIndex = 0;
    cells[here].focus();
  };
  const moves = { ArrowRight: 2, ArrowLeft: -2, ArrowDown: 1, ArrowUp: -1 };
  const keyed = (event) => {
    if (!(event.key in moves)) return;
    event.preventDefault();
    walk(here + moves[event.key]);
  };
  for (let index = 0; index < 2 * MOST; index++) {
    const [layer, kind] = [index >> 1, index % 2 ? "h" : "z"];
    const flip = () => {
      cells[here].tabIndex = -1;
      here = index;
      cells[here].tabIndex = 0;
      page.keep({ [kind]: page.state[kind].map((old, i) => (i === layer ? !old : old)) });
    };
    cells.push(
      make("button", { type: "button", class: "bp-cell", tabindex: index ? -1 : 0, onclick: flip, onkeydown: keyed }),
    );
  }
  page.onPaint((state) => {
    const account = ledger(state);
    if (here >= 2 * state.depth) {
      cells[here].tabIndex = -1;
      here = 0;
      cells[0].tabIndex = 0;
    }
    cells.forEach((cell, index) => {
      const [layer, kind] = [index >> 1, index % 2 ? "h" : "z"];
      const kept = state[kind][layer];
      const again = (kind === "z" ? account.againZ : account.againH)[layer];
      const there = layer < state.depth;
      const look = [there, kept, again].join();
      if (painted[index] === look) return;
      painted[index] = look;
      cell.disabled = !there;
      cell.classList.toggle("bp-absent", !there);
      cell.setAttribute("aria-pressed", kept && there);
      cell.setAttribute(
        "aria-label",
        `${kind} ${layer + 1} ${kept ? "stored" : again ? `computed again, ${again} times` : "not stored, not needed"}`,
      );
      if (there)
        cell.replaceChildren(make("span", { class: "bp-letter" }, kind), kept ? " ✓" : again ? ` ×${again}` : "");
      else cell.replaceChildren();
    });
  });
  const layers = Array.from({ length: MOST }, (_, layer) => {
    const name = make("span", { class: "bp-layer-name", "aria-hidden": "true" }, String(layer + 1));
    page.onPaint((state) => {
      name.textContent = layer < state.depth ? String(layer + 1) : "\u00a0";
    });
    return make("div", { class: "bp-layer" }, name, cells[2 * layer], cells[2 * layer + 1]);
  });
  return make(
    "div",
    {
      class: "bp-layers",
      role: "group",
      "aria-label": "what the forward pass stores; arrow keys move, Space stores or drops",
    },
    ...layers,
  );
}

function paintTally(svg, state, width, [ground, hatched]) {
  const account = ledger(state);
  const narrow = width < 520;
  const [line, left] = [narrow ? 44 : 30, narrow ? 0 : 150];
  resize(svg, width, 2 * line + 22);
  const room = width - left - 6;
  const full = ledger({ ...state, ...plan(PLANS["Store all"]) });
  const worst = ledger({ ...state, ...plan(PLANS.Nothing) });
  const parts = [ground];
  const look = (kind) => ({ class: `bp-piece-${kind}`, ...(kind === "again" ? { style: hatched } : {}) });
  const bar = (index, title, pieces, most) => {
    const y = index * line + (narrow ? 18 : 3);
    parts.push(draw("text", { x: 0, y: narrow ? y - 5 : y + 14 }, title));
    let x = left;
    for (const [amount, kind] of pieces) {
      const wide = (room * amount) / most;
      if (wide > 0) parts.push(draw("rect", { x, y, width: wide, height: 19, ...look(kind) }));
      x += wide;
    }
    parts.push(draw("rect", { x: left, y, width: room, height: 19, class: "bp-trough" }));
  };
  bar(0, `${count(account.bytes)} bytes`, [[account.bytes, "forward"]], full.bytes);
  bar(
    1,
    `${count(account.forward + account.backward + account.repeated)} mult.`,
    [
      [account.forward, "forward"],
      [account.backward, "backward"],
      [account.repeated, "again"],
    ],
    worst.forward + worst.backward + worst.repeated,
  );
  const y = 2 * line + 16;
  const names = [
    ["forward", "forward"],
    ["backward", "backward"],
    ["again", "computed again"],
  ];
  names.forEach(([kind, name], index) => {
    const x = left + index * (narrow ? 105 : 120);
    parts.push(
      draw("rect", { x: x + 1, y: y - 11, width: 16, height: 12, ...look(kind) }),
      draw("text", { x: x + 22, y }, name),
    );
  });
  svg.replaceChildren(...parts);
}

function render(context) {
  const page = stage(context, { title: "What to keep from the way forward", task: "", keys: ["depth", "width", "z", "h"], tell: told });
  const svg = canvas("Bytes held and multiplications done, as bars.");
  const hatched = hatch();
  page.onPaint((state, width) => paintTally(svg, state, width, hatched));
  const plans = Object.entries(PLANS).map(([name, choose]) => button(name, () => page.keep(plan(choose))));
  page.root.append(
    dials(
      dial(page, {
        name: "depth",
        text: "depth",
        min: 1,
        max: MOST,
        step: 1,
        whole: true,
        free: false,
        read: (now) => now.depth,
        write: (_, depth) => ({ depth }),
      }),
      dial(page, {
        name: "width",
        text: "width",
        min: 1,
        max: 512,
        step: 1,
        whole: true,
        free: false,
        read: (now) => now.width,
        write: (_, width) => ({ width }),
      }),
    ),
    row(...plans),
    make(
      "p",
      { class: "bp-legend" },
      "layer by layer: ✓ stored, ×3 computed again three times; press one to change it",
    ),
    grid(page),
    svg,
  );
  return page.start();
}

export { ledger };
export default { render };
