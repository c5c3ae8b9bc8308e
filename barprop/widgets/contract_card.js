// A layer's contract: what backward takes, what the layer has cached, what it returns; is that enough?

import { button, choice, dial, dials, resetButton, row, tick } from "./shared/controls.js";
import { draw, make } from "./shared/dom.js";
import { stage } from "./shared/stage.js";
import { count, letter } from "./shared/text.js";

/** @import { Context, Contract, ContractState, Stage } from "./shared/types.js" */

/**
 * What ReLU and tanh have in common: the slope can be found from what went in or from what came out.
 * @param {string} formula
 */
function nonlinear(formula) {
  return {
    formula,
    sizes: ["n", "m"],
    takes: { H_bar: ["n", "m"] },
    caches: { Z: ["n", "m"], H: ["n", "m"] },
    returns: {
      Z_bar: {
        shape: ["n", "m"],
        from: [
          ["H_bar", "Z"],
          ["H_bar", "H"],
        ],
      },
    },
  };
}

/**
 * The layers. `takes` and `caches` can be ticked, each with its shape; `returns` says which sets of ticked things
 * are enough for each bar (any one set will do).
 * @type {Record<string, Contract>}
 */
const LAYERS = {
  Product: {
    formula: "e = v h",
    sizes: ["n"],
    takes: { e_bar: ["n"], v: [] },
    caches: { h: ["n"], e: ["n"] },
    returns: { v_bar: { shape: [], from: [["e_bar", "h"]] }, h_bar: { shape: ["n"], from: [["e_bar", "v"]] } },
  },
  Linear: {
    formula: "Z = X Wᵀ + b",
    sizes: ["n", "d", "m"],
    takes: { Z_bar: ["n", "m"], W: ["m", "d"], b: ["m"] },
    caches: { X: ["n", "d"], Z: ["n", "m"] },
    returns: {
      W_bar: { shape: ["m", "d"], from: [["Z_bar", "X"]] },
      b_bar: { shape: ["m"], from: [["Z_bar"]] },
      X_bar: { shape: ["n", "d"], from: [["Z_bar", "W"]] },
    },
  },
  ReLU: nonlinear("H = max(Z, 0)"),
  Tanh: nonlinear("H = tanh(Z)"),
  SquaredError: {
    formula: "l = mean of (y − e)² / 2",
    sizes: ["n"],
    takes: { l_bar: [] },
    caches: { e: ["n"], y: ["n"], l: [] },
    returns: {
      e_bar: { shape: ["n"], from: [["l_bar", "e", "y"]] },
      y_bar: { shape: ["n"], from: [["l_bar", "e", "y"]] },
    },
  },
  SoftmaxCrossEntropy: {
    formula: "l = mean of −log P at the label",
    sizes: ["n", "k"],
    takes: { l_bar: [] },
    caches: { logits: ["n", "k"], P: ["n", "k"], labels: ["n"] },
    returns: {
      logits_bar: {
        shape: ["n", "k"],
        from: [
          ["l_bar", "P", "labels"],
          ["l_bar", "logits", "labels"],
        ],
      },
    },
  },
};

/** @param {string[]} letters @param {Record<string, any>} sizes */
function shapeOf(letters, sizes) {
  const numbers = letters.map((letter) => sizes[letter]);
  return numbers.length === 1 ? `(${numbers[0]},)` : `(${numbers.join(", ")})`;
}

/**
 * The verdict on what is ticked. `lacking`: bars promised that can't be made; `forgotten`: bars not promised;
 * `spare`: what could be left out, each by itself, without losing a promised bar.
 * @param {ContractState} state
 */
export function judgeContract({ layer, takes, caches, returns }) {
  const { returns: bars } = LAYERS[layer];
  const held = [...takes, ...caches];
  /** @param {string} bar @param {string[]} things */
  const makes = (bar, things) => bars[bar].from.some((set) => set.every((thing) => things.includes(thing)));
  const promised = Object.keys(bars).filter((bar) => returns.includes(bar));
  const lacking = promised.filter((bar) => !makes(bar, held));
  const forgotten = Object.keys(bars).filter((bar) => !returns.includes(bar));
  const made = promised.filter((bar) => makes(bar, held));
  const spare = held.filter((thing) =>
    made.every((bar) =>
      makes(
        bar,
        held.filter((other) => other !== thing),
      ),
    ),
  );
  return {
    lacking,
    forgotten,
    spare,
    good: promised.length > 0 && !lacking.length && !forgotten.length && !spare.length,
  };
}

/** @param {string} name */
const spokenName = (name) => (name.endsWith("_bar") ? `{bar ${name.slice(0, -4)}}` : `{${name}}`);
/** @param {string[]} names @param {string} [joint] */
const listed = (names, joint = "and") => names.map(spokenName).join(` ${joint} `);

/** What Python would say where a thing is not there. @param {ContractState} what @param {string} thing */
function exception({ layer }, thing) {
  return thing in LAYERS[layer].caches
    ? `AttributeError: '${layer}' object has no attribute '${thing}'`
    : `NameError: name '${thing}' is not defined`;
}

/**
 * What running the layer with this contract gives, line by line: [how it went, text]. "call" is what is called, "good"
 * a bar with the shapes it was made from, "bad" an exception, "note" what follows for the rest.
 * @param {ContractState} state
 */
export function runContract(state) {
  const { takes, caches, returns, layer } = state;
  const all = LAYERS[layer];
  const shapes = { ...all.takes, ...all.caches };
  /** @param {string} name @param {string[]} shape */
  const shown = (name, shape) => `${name} ${shapeOf(shape, state)}`;
  const self = caches.map((name) => `self.${name}`);
  const bytes = caches.reduce((sum, name) => sum + 8 * all.caches[name].reduce((size, axis) => size * state[axis], 1), 0);
  const lines = [
    ["call", `forward: ${all.formula}`],
    ["note", self.length ? `keeps ${self.join(", ")}: ${count(bytes)} bytes` : "keeps nothing"],
    ["call", `backward(${takes.join(", ")})`],
  ];
  if (!returns.length) return [...lines, ["bad", "returns None: the layer below gets no bar, and no weight is trained"]];
  const held = [...takes, ...caches];
  for (const [bar, { shape, from }] of Object.entries(all.returns)) {
    if (!returns.includes(bar)) {
      lines.push(["bad", `${shown(bar, shape)} is not returned: who waits for it?`]);
      continue;
    }
    const ways = from.map((set) => ({ set, missing: set.filter((thing) => !held.includes(thing)) }));
    const best = ways.reduce((one, other) => (other.missing.length < one.missing.length ? other : one));
    if (!best.missing.length) {
      lines.push(["good", `${shown(bar, shape)} from ${best.set.map((thing) => shown(thing, shapes[thing])).join(" and ")}`]);
      continue;
    }
    const there = best.set.filter((thing) => held.includes(thing)).map((thing) => shown(thing, shapes[thing]));
    lines.push(["bad", `${shown(bar, shape)} from ${there.join(" and ") || "nothing"} and …: ${exception(state, best.missing[0])}`]);
  }
  const { spare, lacking, forgotten } = judgeContract(state);
  if (!lacking.length && !forgotten.length)
    for (const thing of spare) {
      const size = 8 * shapes[thing].reduce((product, axis) => product * state[axis], 1);
      lines.push(["note", `${thing} alone could be left out${thing in all.caches ? `: ${count(size)} bytes kept for nothing` : ""}`]);
    }
  return lines;
}

/** @param {ContractState} state */
function toldContract(state) {
  const { lacking, forgotten, spare, good } = judgeContract(state);
  const shapes = Object.entries(LAYERS[state.layer].returns)
    .map(([bar, { shape }]) => `${spokenName(bar)} ${shapeOf(shape, state)}`)
    .join(", ");
  if (!state.returns.length) return "Nothing is returned yet: which bars does the rest of the network wait for?";
  if (!state.ran) return "Press Run to see whether this contract works.";
  if (good) return `This contract holds: nothing is missing and nothing is spare. It returns ${shapes}.`;
  if (lacking.length)
    return `${listed(lacking)} cannot be computed from what is ticked. What else does that step read?`;
  if (forgotten.length) return `What is returned can be computed, but who passes on ${listed(forgotten)}?`;
  const each = spare.length > 1 && state.layer !== "Linear";
  return `It works, but ${listed(spare, each ? "or" : "and")} could be left out${each ? ": one of them is enough" : ", as nothing reads it"}.`;
}

/** @param {string} name */
function nameOf(name) {
  const [base, bar] = name.split("_");
  return base.length === 1 ? letter(base, Boolean(bar)) : make("span", {}, bar ? letter(base, true) : base);
}

/**
 * A box as high and as wide as a tensor has rows and columns, within reason.
 * @param {Stage} page
 * @param {string[]} shape
 * @param {string} kind
 */
function tensorBox(page, shape, kind) {
  const rect = draw("rect", { x: 1, y: 1, class: `bp-tensor-${kind}` });
  const box = draw("svg", { width: 38, height: 30, class: "bp-tensor", "aria-hidden": "true" }, rect);
  page.onPaint((state) => {
    const [rows, columns] = shape.length === 2 ? shape : shape.length ? [shape[0], null] : [null, null];
    /** @param {string | null} axis @param {number} most */
    const size = (axis, most) => (axis === null ? 5 : Math.max(5, Math.min(most, 4 + 5 * Math.sqrt(state[axis]))));
    rect.setAttribute("width", String(size(columns, 36)));
    rect.setAttribute("height", String(size(rows, 28)));
  });
  return box;
}

/** @param {Stage} page @param {string} title @param {string} key @param {Record<string, string[]>} names */
function group(page, title, key, names) {
  const box = make("fieldset", { class: "bp-group" }, make("legend", {}, title));
  for (const [name, shape] of Object.entries(names)) {
    const size = make("span", { class: "bp-shape" });
    page.onPaint((state) => {
      size.textContent = shapeOf(shape, state);
    });
    const kind = name.endsWith("_bar") ? "bar" : "value";
    const item = tick(page, {
      text: make("span", { class: "bp-piece-name" }, tensorBox(page, shape, kind), nameOf(name), size),
      read: (state) => state[key].includes(name),
      write: (state, on) => ({ ran: false, [key]: on ? [...state[key], name] : state[key].filter((/** @type {string} */ other) => other !== name) }),
    });
    box.append(item);
  }
  return box;
}

/** @param {Context} context */
function render(context) {
  const ofAll = context.model.get("menu");
  const page = stage(context, {
    title: ofAll ? "The contract of a layer" : `The contract of ${context.model.get("layer")}`,
    task: "Tick what backward takes, what forward keeps on self, and what comes back; then run it. What is the least that works?",
    keys: ["layer", "n", "d", "m", "k", "takes", "caches", "returns"],
    view: { ran: false },
    tell: toldContract,
  });
  const options = Object.fromEntries(Object.keys(LAYERS).map((name) => [name, name]));
  const cards = Object.entries(LAYERS).map(([name, layer]) => {
    const shapes = Object.fromEntries(Object.entries(layer.returns).map(([bar, { shape }]) => [bar, shape]));
    const card = make(
      "div",
      { class: "bp-card" },
      make("p", { class: "bp-rule" }, `forward: ${layer.formula}`),
      make(
        "div",
        { class: "bp-groups" },
        group(page, "backward takes", "takes", layer.takes),
        group(page, "forward keeps", "caches", layer.caches),
        group(page, "backward returns", "returns", shapes),
      ),
    );
    page.onPaint((state) => {
      card.hidden = state.layer !== name;
    });
    return card;
  });
  const output = make("div", { class: "bp-output" });
  /** @type {Record<string, string>} */
  const marks = { good: "✓ ", bad: "✗ ", call: ">>> ", note: "    " };
  page.onPaint((state) => {
    const lines = state.ran ? runContract(state) : [["note", "… press Run"]];
    output.replaceChildren(...lines.map(([kind, text]) => make("div", { class: `bp-line bp-line-${kind}` }, marks[kind] + text)));
  });
  /** @param {string} key @param {string} text */
  const size = (key, text) => {
    const one = dial(page, {
      name: text,
      min: 1,
      max: 99,
      step: 1,
      whole: true,
      free: false,
      read: (now) => now[key],
      write: (_, value) => ({ [key]: value }),
    });
    page.onPaint((state) => {
      one.hidden = !LAYERS[state.layer].sizes.includes(key);
    });
    return one;
  };
  const menu = choice(page, {
    text: "layer",
    options,
    read: (now) => now.layer,
    write: (_, layer) => ({ layer, takes: [], caches: [], returns: [], ran: false }),
  });
  if (ofAll) page.head.append(menu);
  const sizes = dials(size("n", "examples {n}"), size("d", "inputs {d}"), size("m", "outputs {m}"), size("k", "classes {k}"));
  sizes.classList.add("bp-dials-long");
  const run = button("Run", () => page.keep({ ran: true }), { class: "bp-button bp-main" });
  page.root.append(make("div", { class: "bp-stack" }, ...cards), row(run, resetButton(page)), output, sizes);
  return page.start();
}

export { LAYERS, shapeOf };
export default { render };
