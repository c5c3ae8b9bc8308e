// A layer's contract: what backward takes, what the layer has cached, what it returns; is that enough?

import { choice, dial, dials, tick } from "./shared/controls.js";
import { make } from "./shared/dom.js";
import { stage } from "./shared/stage.js";
import { letter } from "./shared/text.js";

/** What ReLU and tanh have in common: the slope can be found from what went in or from what came out. */
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

function shapeOf(letters, sizes) {
  const numbers = letters.map((letter) => sizes[letter]);
  return numbers.length === 1 ? `(${numbers[0]},)` : `(${numbers.join(", ")})`;
}

/**
 * The verdict on what is ticked. `lacking`: bars promised that can't be made; `forgotten`: bars not promised;
 * `spare`: what could be left out, each by itself, without losing a promised bar.
  * @param {any} state
 */
export function judgeContract({ layer, takes, caches, returns }) {
  const { returns: bars } = LAYERS[layer];
  const held = [...takes, ...caches];
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

const spokenName = (name) => (name.endsWith("_bar") ? `{bar ${name.slice(0, -4)}}` : `{${name}}`);
const listed = (names) => names.map(spokenName).join(" and ");

function toldContract(state) {
  const { lacking, forgotten, spare, good } = judgeContract(state);
  const shapes = Object.entries(LAYERS[state.layer].returns)
    .map(([bar, { shape }]) => `${spokenName(bar)} ${shapeOf(shape, state)}`)
    .join(", ");
  if (good) return `This contract holds: nothing is missing and nothing is spare. It returns ${shapes}.`;
  if (!state.returns.length) return "Nothing is returned yet: which bars does the rest of the network wait for?";
  if (lacking.length)
    return `${listed(lacking)} cannot be made of what is ticked. Which factor of the product is missing?`;
  if (forgotten.length) return `What is returned can be made; but who hands on ${listed(forgotten)}?`;
  const either = spare.length > 1 && state.layer !== "Linear" ? "One of them alone would do." : "It is never read.";
  return `It works, but ${listed(spare)} could be left out. ${either}`;
}

function nameOf(name) {
  const [base, bar] = name.split("_");
  return letter(base, Boolean(bar));
}

function group(page, title, key, names) {
  const box = make("fieldset", { class: "bp-group" }, make("legend", {}, title));
  for (const [name, shape] of Object.entries(names)) {
    const size = make("span", { class: "bp-shape" });
    page.onPaint((state) => {
      size.textContent = shapeOf(shape, state);
    });
    const kind = name.endsWith("_bar") ? "bar" : "value";
    const item = tick(page, {
      text: make("span", { class: `bp-piece-name bp-piece-name-${kind}` }, nameOf(name), size),
      read: (state) => state[key].includes(name),
      write: (state, on) => ({ [key]: on ? [...state[key], name] : state[key].filter((other) => other !== name) }),
    });
    box.append(item);
  }
  return box;
}

function render(context) {
  const page = stage(context, { title: "The contract of a layer", task: "", keys: ["layer", "n", "d", "m", "k", "takes", "caches", "returns"], tell: toldContract });
  const options = Object.fromEntries(Object.keys(LAYERS).map((name) => [name, name]));
  const cards = Object.entries(LAYERS).map(([name, layer]) => {
    const shapes = Object.fromEntries(Object.entries(layer.returns).map(([bar, { shape }]) => [bar, shape]));
    const card = make(
      "div",
      { class: "bp-card" },
      make("p", { class: "bp-formula" }, `forward: ${layer.formula}`),
      make(
        "div",
        { class: "bp-groups" },
        group(page, "backward takes", "takes", layer.takes),
        group(page, "forward has cached", "caches", layer.caches),
        group(page, "backward returns", "returns", shapes),
      ),
    );
    page.onPaint((state) => {
      card.hidden = state.layer !== name;
    });
    return card;
  });
  const verdict = make("p", { class: "bp-verdict" });
  page.onPaint((state) => {
    const { good } = judgeContract(state);
    verdict.textContent = good ? "✓ the contract holds" : "… not yet";
    verdict.classList.toggle("bp-good", good);
  });
  const size = (key, text) =>
    dial(page, {
      name: text.slice(0, -2),
      text,
      min: 1,
      max: 99,
      step: 1,
      whole: true,
      free: false,
      read: (now) => now[key],
      write: (_, value) => ({ [key]: value }),
      off: (state) => !LAYERS[state.layer].sizes.includes(key),
    });
  page.head.append(
    choice(page, {
      text: "layer",
      options,
      read: (now) => now.layer,
      write: (_, layer) => ({ layer, takes: [], caches: [], returns: [] }),
    }),
  );
  const sizes = dials(size("n", "examples n"), size("d", "inputs d"), size("m", "outputs m"), size("k", "classes k"));
  sizes.classList.add("bp-dials-long");
  page.root.append(make("div", { class: "bp-stack" }, ...cards), verdict, sizes);
  return page.start();
}

export { shapeOf, LAYERS };
export default { render };
