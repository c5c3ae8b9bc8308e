// Attack a digit of the data or one's own: x' = x + what raises the loss, beside a random direction of the same size.

import { scale } from "./shared/chart.js";
import { button, choice, dial, dials, player, resetButton, row } from "./shared/controls.js";
import { canvas, draw, hatch, make, resize } from "./shared/dom.js";
import { imageBar, numbersOf, outlook, unpackNetwork } from "./shared/network.js";
import { centred, drawingPad, paintChange, paintImage, pixelCanvas } from "./shared/pixels.js";
import { stage } from "./shared/stage.js";
import { show } from "./shared/text.js";

/** @import { Attack, Context, Layer, PerturbState, Quantity, Range } from "./shared/types.js" */

/** @typedef {ReturnType<typeof outlook>} Outlook */

const MOST_STEPS = 20;
/** @param {number} value @param {number} low @param {number} high */
const clip = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * The attacked image: raw steps x + alpha x bar, or sign steps held within eps of x and within [0, 1]. With a target,
 * steps go down the loss of the target instead of up the loss of the label.
 * @param {Layer[]} network
 * @param {Float64Array} x
 * @param {number} label
 * @param {Attack} what
 */
export function attackImage(network, x, label, { mode, eps, alpha, steps, target = -1 }) {
  const [aim, way] = target < 0 ? [label, 1] : [target, -1];
  let now = Float64Array.from(x);
  for (let step = 0; step < steps; step++) {
    const bar = imageBar(network, now, aim);
    now =
      mode === "raw"
        ? now.map((each, i) => each + way * alpha * bar[i])
        : now.map((each, i) => clip(clip(each + way * alpha * Math.sign(bar[i]), x[i] - eps, x[i] + eps), 0, 1));
  }
  return now;
}

/** Random signs that are the same every time: mulberry32. @param {number} length @param {number} seed */
export function randomSigns(length, seed) {
  let state = seed >>> 0;
  return Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 < 0.5 ? -1 : 1;
  });
}

/**
 * A random step of the same size: of the same largest change for sign steps, of the same length for raw ones.
 * @param {Float64Array} x
 * @param {Float64Array} attacked
 * @param {Attack} what
 * @param {number} seed
 */
export function randomImage(x, attacked, { mode }, seed) {
  const change = attacked.map((each, i) => each - x[i]);
  const signs = randomSigns(x.length, seed);
  if (mode === "raw") {
    const size = Math.sqrt(change.reduce((sum, each) => sum + each * each, 0) / x.length);
    return x.map((each, i) => each + size * signs[i]);
  }
  const size = change.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  return x.map((each, i) => clip(each + size * signs[i], 0, 1));
}

/**
 * @param {SVGSVGElement} svg
 * @param {number} width
 * @param {{label: number, target: number}} what
 * @param {Outlook[]} those
 * @param {[SVGElement, string]} those
 */
function paintClasses(svg, width, { label, target }, [clean, attacked, random], [ground, hatched]) {
  const classes = attacked.P.length;
  const line = 21;
  resize(svg, width, classes * line + 46);
  const [left, right] = [34, width - 58];
  const x = scale(0, 1, left, right);
  const parts = [ground];
  attacked.P.forEach((share, digit) => {
    const y = 4 + digit * line;
    const mark = digit === label ? " ★" : digit === target ? " ◎" : "";
    parts.push(draw("text", { x: 0, y: y + 13, class: mark ? "bp-strong" : "" }, `${digit}${mark}`));
    parts.push(draw("rect", { x: left, y: y + 2, width: Math.max(1, x.to(share) - left), height: 13, class: "bp-attacked", style: hatched }));
    const [cx, cy] = [x.to(random.P[digit]), y + 8.5];
    parts.push(draw("path", { d: `M${cx} ${cy - 6}l6 6l-6 6l-6 -6z`, class: "bp-random" }));
    const clear = x.to(clean.P[digit]);
    parts.push(draw("line", { x1: clear, x2: clear, y1: y - 1, y2: y + 18, class: "bp-clean" }));
    parts.push(draw("text", { x: width, y: y + 13, "text-anchor": "end" }, `${(100 * share).toFixed(1)} %`));
  });
  const y = classes * line + 22;
  parts.push(
    draw("line", { x1: 5, x2: 5, y1: y - 12, y2: y + 4, class: "bp-clean" }),
    draw("text", { x: 13, y }, "before"),
    draw("rect", { x: 70, y: y - 11, width: 18, height: 13, class: "bp-attacked", style: hatched }),
    draw("text", { x: 94, y }, "attacked"),
    draw("path", { d: `M166 ${y - 11}l6 6l-6 6l-6 -6z`, class: "bp-random" }),
    draw("text", { x: 178, y }, "random direction"),
  );
  parts.push(draw("text", { x: 0, y: y + 19, class: "bp-soft-text" }, target < 0 ? "★ true class" : "★ true class, ◎ target class"));
  svg.replaceChildren(...parts);
}

/** Whether eps or the reach of the steps holds the change back. @param {Attack} what */
function limit({ mode, eps, alpha, steps }) {
  if (mode === "raw" || !steps) return "";
  const reach = alpha * steps;
  if (reach < eps * 0.999) return ` ${steps} × ${show(alpha)} reaches ${show(reach)}, so eps = ${show(eps)} does nothing here.`;
  return alpha > eps * 1.001 ? " Each step is clipped to eps." : "";
}

/** @param {Context} context */
function render(context) {
  const { model } = context;
  const network = unpackNetwork(model.get("layers"), numbersOf(model.get("weights"), "f4"));
  const labels = model.get("labels");
  const side = model.get("side");
  const all = numbersOf(model.get("images"), model.get("kind"));
  /** @param {number} index */
  const imageOf = (index) => Float64Array.from(all.subarray(index * side * side, (index + 1) * side * side));
  const drawn = { image: new Float64Array(side * side), version: 0 };
  const remembered = { key: "", result: /** @type {any} */ (null) };
  /** @param {PerturbState} state */
  const explore = (state) => {
    const { index, own, mode, eps, alpha, steps, target } = state;
    const key = JSON.stringify([index, own && drawn.version, own, mode, eps, alpha, steps, target]);
    if (key === remembered.key) return remembered.result;
    const x = own ? drawn.image : imageOf(index);
    const label = own ? outlook(network, x, 0).seen : labels[index];
    const attacked = attackImage(network, x, label, state);
    const random = randomImage(x, attacked, state, index + 1);
    const views = [x, attacked, random].map((image) => outlook(network, image, label));
    Object.assign(remembered, { key, result: { x, label, attacked, random, views } });
    return remembered.result;
  };
  /** @param {Outlook} view */
  const sure = (view) => `${view.seen} (${(100 * Math.max(...view.P)).toFixed(0)} %)`;
  /** @param {PerturbState} state */
  const told = (state) => {
    if (state.own && !drawn.image.some((each) => each > 0)) return "Draw a digit in the box; the network reads it at once.";
    const { label, views } = explore(state);
    const [clean, hit, random] = views;
    const what = state.own ? `Your drawing, which the network takes for ${label}` : `The digit ${label}`;
    const aim = state.target < 0 ? `the loss went from ${show(clean.loss, 2)} to ${show(hit.loss, 2)}` : `aimed at ${state.target}`;
    return `${what}: the network saw ${sure(clean)} and now sees ${sure(hit)}; ${aim}. The random direction of the same size: ${sure(random)}.${limit(state)}`;
  };
  const page = stage(context, {
    title: "Push the picture uphill",
    task: "How small can eps be for the network to see another digit? Aim at a class of your choice. Then draw a digit of your own and attack it.",
    keys: ["index", "mode", "eps", "alpha", "steps", "target"],
    view: { own: false },
    tell: told,
  });
  const { state } = page;
  const svg = canvas("The probability of each class before, attacked, and for a random direction.");
  const hatched = hatch();
  const pictures = ["the image", "attacked", "change × 10", "random × 10"].map((name) => pixelCanvas(side, name));
  const drawing = drawingPad(
    side,
    (values) => {
      Object.assign(drawn, { image: side >= 20 ? centred(values, side) : Float64Array.from(values), version: drawn.version + 1 });
      page.change({ own: true });
    },
    () => page.say(),
  );
  const boxes = pictures.map((picture) =>
    make("div", { class: "bp-pixel-box" }, picture, make("span", { class: "bp-pixel-name" }, picture.getAttribute("aria-label"))),
  );
  const pad = make(
    "div",
    { class: "bp-pixel-box" },
    drawing.pad,
    make("span", { class: "bp-pixel-name" }, "draw here"),
    button("Clear", () => {
      drawing.clear();
      page.keep({ own: false });
    }),
  );
  page.onPaint((now, width) => {
    const { x, label, attacked, random, views } = explore(now);
    paintImage(pictures[0], x, side);
    paintImage(pictures[1], attacked, side);
    /** @param {Float64Array} image */
    const change = (image) => image.map((each, i) => each - x[i]);
    paintChange(pictures[2], change(attacked), side, 10);
    paintChange(pictures[3], change(random), side, 10);
    paintClasses(svg, width < 640 ? width : width - 400, { label, target: now.target }, views, hatched);
  });
  /** @param {string} key @param {Partial<Quantity> & Range} more */
  const plain = (key, more) =>
    dial(page, { name: key, read: (now) => now[key], write: (_, value) => ({ [key]: value }), ...more });
  const classes = network.findLast(({ kind }) => kind === "linear")?.rows ?? 0;
  page.head.append(
    choice(page, {
      text: "aim",
      options: { "-1": "away from the true class", ...Object.fromEntries(Array.from({ length: classes }, (_, c) => [c, `at ${c}`])) },
      read: (now) => String(now.target),
      write: (_, target) => ({ target: Number(target) }),
    }),
    choice(page, {
      text: "step",
      options: { sign: "sign of the bar", raw: "the bar itself" },
      read: (now) => now.mode,
      write: (_, mode) => ({ mode, alpha: mode === "raw" ? 10 : 0.1 }),
    }),
  );
  const play = player(
    page,
    () => {
      const steps = Math.min(MOST_STEPS, state.steps + 1);
      page.change({ steps });
      return steps < MOST_STEPS;
    },
    220,
  );
  play.toggle.addEventListener("click", () => !play.playing() && page.change({ steps: 0 }), true);
  page.onStop(() => drawing.clear());
  const dialled = dials(
    plain("index", { name: "image", min: 0, max: Math.max(1, labels.length - 1), step: 1, whole: true, free: false, write: (_, index) => ({ own: false, index: Math.min(index, labels.length - 1) }) }),
    plain("eps", { min: 0, max: 0.5, step: 0.005, free: false, off: (now) => now.mode === "raw" }),
    plain("alpha", { min: -3, max: 3, step: 0.05, log: true }),
    plain("steps", { min: 0, max: MOST_STEPS, step: 1, whole: true, free: false }),
  );
  page.root.append(
    make("div", { class: "bp-split" }, make("div", { class: "bp-pictures" }, pad, ...boxes), svg),
    row(play.toggle, resetButton(page)),
    dialled,
  );
  return page.start();
}

export { imageBar, outlook, unpackNetwork };
export default { render };
