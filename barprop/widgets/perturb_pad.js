// Attack a digit: x' = x + what raises the loss, beside a random direction of the same size.

import { scale } from "./shared/chart.js";
import { choice, dial, dials } from "./shared/controls.js";
import { canvas, draw, hatch, make, resize } from "./shared/dom.js";
import { ACTIVATIONS } from "./shared/neuron.js";
import { stage } from "./shared/stage.js";
import { show } from "./shared/text.js";

/** The network as flat arrays: [{kind: "linear", W, b, rows, columns}, {kind: "relu"}, ...]. */
function unpackNetwork(layers, weights) {
  const numbers = Float64Array.from(weights);
  let at = 0;
  const take = (length) => {
    at += length;
    return numbers.subarray(at - length, at);
  };
  return layers.map((layer) =>
    layer.kind === "linear" ? { ...layer, W: take(layer.rows * layer.columns), b: take(layer.rows) } : layer,
  );
}

/** The output of every layer, the input first. */
function runNetwork(network, x) {
  const outputs = [x];
  for (const layer of network) {
    const input = outputs[outputs.length - 1];
    let output;
    if (layer.kind === "linear") {
      output = new Float64Array(layer.rows);
      for (let r = 0; r < layer.rows; r++) {
        let sum = layer.b[r];
        for (let c = 0, k = r * layer.columns; c < layer.columns; c++, k++) sum += layer.W[k] * input[c];
        output[r] = sum;
      }
    } else output = input.map(ACTIVATIONS[layer.kind].value);
    outputs.push(output);
  }
  return outputs;
}

function softmax(logits) {
  const top = Math.max(...logits);
  const parts = Array.from(logits, (each) => Math.exp(each - top));
  const sum = parts.reduce((total, each) => total + each, 0);
  return { P: parts.map((each) => each / sum), logSum: top + Math.log(sum) };
}

function outlook(network, x, label) {
  const outputs = runNetwork(network, x);
  const logits = outputs[outputs.length - 1];
  const { P, logSum } = softmax(logits);
  return { outputs, P, loss: logSum - logits[label], seen: P.indexOf(Math.max(...P)) };
}

/** The bar of the image under its own loss. */
function imageBar(network, x, label) {
  const { outputs, P } = outlook(network, x, label);
  let bar = Float64Array.from(P, (each, index) => each - (index === label ? 1 : 0));
  for (let i = network.length - 1; i >= 0; i--) {
    const layer = network[i];
    if (layer.kind === "linear") {
      const before = new Float64Array(layer.columns);
      for (let r = 0; r < layer.rows; r++) {
        const each = bar[r];
        if (each !== 0)
          for (let c = 0, k = r * layer.columns; c < layer.columns; c++, k++) before[c] += each * layer.W[k];
      }
      bar = before;
    } else bar = bar.map((each, index) => each * ACTIVATIONS[layer.kind].slope(outputs[i][index]));
  }
  return bar;
}

const clip = (value, low, high) => Math.min(high, Math.max(low, value));

/** The attacked image: raw steps x + alpha x bar, or sign steps held within eps of x and within [0, 1]. */
function attackImage(network, x, label, { mode, eps, alpha, steps }) {
  let now = Float64Array.from(x);
  for (let step = 0; step < steps; step++) {
    const bar = imageBar(network, now, label);
    now =
      mode === "raw"
        ? now.map((each, i) => each + alpha * bar[i])
        : now.map((each, i) => clip(clip(each + alpha * Math.sign(bar[i]), x[i] - eps, x[i] + eps), 0, 1));
  }
  return now;
}

/** Random signs that are the same every time: mulberry32. */
function randomSigns(length, seed) {
  let state = seed >>> 0;
  return Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 < 0.5 ? -1 : 1;
  });
}

/** A random step of the same size: of the same largest change for sign steps, of the same length for raw ones. */
function randomImage(x, attacked, { mode }, seed) {
  const change = attacked.map((each, i) => each - x[i]);
  const signs = randomSigns(x.length, seed);
  if (mode === "raw") {
    const size = Math.sqrt(change.reduce((sum, each) => sum + each * each, 0) / x.length);
    return x.map((each, i) => each + size * signs[i]);
  }
  const size = change.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  return x.map((each, i) => clip(each + size * signs[i], 0, 1));
}

function paintImage(canvas, values, side, level) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const grey = 255 * clip(level(values[i]), 0, 1);
    image.data.set([grey, grey, grey, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

function paintClasses(svg, width, label, clean, attacked, random, [ground, hatched]) {
  const classes = attacked.P.length;
  const line = 21;
  resize(svg, width, classes * line + 46);
  const [left, right] = [30, width - 58];
  const x = scale(0, 1, left, right);
  const parts = [ground];
  attacked.P.forEach((share, digit) => {
    const y = 4 + digit * line;
    parts.push(
      draw(
        "text",
        { x: 0, y: y + 13, class: digit === label ? "bp-strong" : "" },
        digit === label ? `${digit} ★` : `${digit}`,
      ),
    );
    parts.push(
      draw("rect", {
        x: left,
        y: y + 2,
        width: Math.max(1, x.to(share) - left),
        height: 13,
        class: "bp-attacked",
        style: hatched,
      }),
    );
    const clear = x.to(clean.P[digit]);
    parts.push(draw("line", { x1: clear, x2: clear, y1: y - 1, y2: y + 18, class: "bp-clean" }));
    const [cx, cy] = [x.to(random.P[digit]), y + 8.5];
    parts.push(draw("path", { d: `M${cx} ${cy - 6}l6 6l-6 6l-6 -6z`, class: "bp-random" }));
    parts.push(draw("text", { x: width, y: y + 13, "text-anchor": "end" }, `${(100 * share).toFixed(1)} %`));
  });
  const y = classes * line + 22;
  parts.push(
    draw("line", { x1: 5, x2: 5, y1: y - 12, y2: y + 4, class: "bp-clean" }),
    draw("text", { x: 13, y }, "before"),
    draw("rect", { x: 74, y: y - 11, width: 18, height: 13, class: "bp-attacked", style: hatched }),
    draw("text", { x: 98, y }, "attacked"),
    draw("path", { d: `M170 ${y - 11}l6 6l-6 6l-6 -6z`, class: "bp-random" }),
    draw("text", { x: 182, y }, "random direction"),
  );
  parts.push(draw("text", { x: 0, y: y + 19, class: "bp-soft-text" }, "★ the true class"));
  svg.replaceChildren(...parts);
}

function render(context) {
  const { model } = context;
  const floats = (key) => {
    const view = model.get(key);
    const copy = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    return new Float32Array(copy);
  };
  const network = unpackNetwork(model.get("layers"), floats("weights"));
  const labels = model.get("labels");
  const side = model.get("side");
  const all = floats("images");
  const imageOf = (index) => Float64Array.from(all.subarray(index * side * side, (index + 1) * side * side));
  let [last, found] = ["", null];
  const explore = (state) => {
    const key = JSON.stringify([state.index, state.mode, state.eps, state.alpha, state.steps]);
    if (key !== last) {
      last = key;
      const [x, label] = [imageOf(state.index), labels[state.index]];
      const attacked = attackImage(network, x, label, state);
      const random = randomImage(x, attacked, state, state.index + 1);
      found = {
        x,
        label,
        attacked,
        random,
        views: [x, attacked, random].map((image) => outlook(network, image, label)),
      };
    }
    return found;
  };
  const sure = (view) => `${view.seen} (${(100 * Math.max(...view.P)).toFixed(0)} %)`;
  const told = (state) => {
    const {
      label,
      views: [clean, hit, random],
    } = explore(state);
    return `The digit ${label}: the network saw ${sure(clean)} and now sees ${sure(hit)}; the loss went from ${show(clean.loss, 2)} to ${show(hit.loss, 2)}. The random direction of the same size: ${sure(random)}, loss ${show(random.loss, 2)}.`;
  };
  const page = stage(context, { title: "Push the picture uphill", task: "", keys: ["index", "mode", "eps", "alpha", "steps"], tell: told });
  const svg = canvas("The share of each class before, attacked, and for a random direction.");
  const hatched = hatch();
  const pictures = ["the image", "attacked", "attack × 10", "random × 10"].map((name) => {
    const picture = make("canvas", { width: side, height: side, class: "bp-pixels", role: "img", "aria-label": name });
    return {
      picture,
      box: make("div", { class: "bp-pixel-box" }, picture, make("span", { class: "bp-pixel-name" }, name)),
    };
  });
  page.onPaint((state, width) => {
    const { x, label, attacked, random, views } = explore(state);
    paintImage(pictures[0].picture, x, side, (value) => 1 - value);
    paintImage(pictures[1].picture, attacked, side, (value) => 1 - value);
    paintImage(
      pictures[2].picture,
      attacked.map((each, i) => each - x[i]),
      side,
      (value) => 0.5 - 5 * value,
    );
    paintImage(
      pictures[3].picture,
      random.map((each, i) => each - x[i]),
      side,
      (value) => 0.5 - 5 * value,
    );
    paintClasses(svg, width < 520 ? width : Math.round(width * 0.55), label, ...views, hatched);
  });
  const plain = (key, text, more) =>
    dial(page, { name: text, text, read: (now) => now[key], write: (_, value) => ({ [key]: value }), ...more });
  page.head.append(
    choice(page, {
      text: "step",
      options: { sign: "sign of the bar", raw: "the bar itself" },
      read: (now) => now.mode,
      write: (_, mode) => ({ mode, alpha: mode === "raw" ? 10 : 0.1 }),
    }),
  );
  page.root.append(
    make("div", { class: "bp-split" }, make("div", { class: "bp-pictures" }, ...pictures.map(({ box }) => box)), svg),
    dials(
      plain("index", "image", { min: 0, max: labels.length - 1, step: 1, whole: true, free: false }),
      plain("eps", "eps", { min: 0, max: 0.5, step: 0.005, free: false, off: (state) => state.mode === "raw" }),
      plain("alpha", "alpha", { min: -3, max: 3, step: 0.05, log: true }),
      plain("steps", "steps", { min: 0, max: 20, step: 1, whole: true, free: false }),
    ),
  );
  return page.start();
}

export { unpackNetwork, outlook, imageBar, attackImage, randomSigns, randomImage };
export default { render };
