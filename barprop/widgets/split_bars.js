// How one bar is split between those who made the output, and what that does to two branches in training.

import { axes, path, roundTicks, scale } from "./shared/chart.js";
import { choice, dial, dials, player, resetButton, row } from "./shared/controls.js";
import { canvas, draw, make, resize } from "./shared/dom.js";
import { stage } from "./shared/stage.js";
import { drawnLetter, drawnProse, percent, show } from "./shared/text.js";

/** @import { Branch, Branches, Context, Quantity, SplitState } from "./shared/types.js" */

/**
 * @typedef {object} Bars
 * @property {number} left
 * @property {number} width
 * @property {number} top
 * @property {string} title
 * @property {number[]} values
 * @property {string} look
 * @property {string[]} labels
 * @typedef {{left: number, width: number, top: number, title: string, shares: number[] | null}} Shares
 */

/**
 * z = w1 x1 + w2 x2: each weight's bar, its share of the gradient, and its share of what one step does to z.
 * @param {number} x1
 * @param {number} x2
 * @param {number} zBar
 */
function splitBar(x1, x2, zBar) {
  const [one, two] = [Math.abs(x1), Math.abs(x2)];
  /** @param {number} a @param {number} b */
  const shares = (a, b) => (a + b > 0 ? [a / (a + b), b / (a + b)] : null);
  const top = Math.max(one, two) || 1; // so that squares neither overflow nor vanish
  return { bars: [zBar * x1, zBar * x2], gradient: shares(one, two), step: shares((one / top) ** 2, (two / top) ** 2) };
}

const EXAMPLES = 16;

/**
 * Two waves, one a branch; the target is their sum, so that each branch has the same share of the work.
 * @param {number} index
 */
function example(index) {
  return [Math.SQRT2 * Math.cos(1.7 * index), Math.SQRT2 * Math.cos(2.9 * index + 1)];
}

/**
 * Where a branch of so many units starts: h = W x, and a . h is its part of z.
 * @param {number} units
 * @param {number} phase
 */
function startBranch(units, phase) {
  const spread = 1 / Math.sqrt(units);
  return {
    W: Array.from({ length: units }, (_, j) => Math.cos(1.3 * j + phase) * spread),
    a: Array.from({ length: units }, (_, j) => Math.cos(2.1 * j + 2 * phase) * spread),
  };
}

/** @param {Branch} branch @param {Branch} start */
function distance(branch, start) {
  let sum = 0;
  for (const part of /** @type {const} */ (["W", "a"]))
    branch[part].forEach((value, j) => {
      sum += (value - start[part][j]) ** 2;
    });
  return Math.sqrt(sum);
}

/**
 * Gradient descent on z = a1 · W1 x1 + a2 · W2 x2 and the mean of (y - z)² / 2; x_i is a wave times scale_i.
 * Returns the losses before every step and at the end, how far each branch has moved from its start by then, and the
 * update ratio of the step that comes next: its length over that of the branch's weights.
 * @param {Branches} what
 */
function trainBranches({ scale1, scale2, units1, units2, rate, steps }) {
  const starts = [startBranch(units1, 0.4), startBranch(units2, 0.9)];
  const branches = starts.map((start) => ({ W: [...start.W], a: [...start.a] }));
  const scales = [scale1, scale2];
  const losses = [];
  /** @type {number[][]} */
  const moved = [[], []];
  /** @type {number[][]} */
  const ratios = [[], []];
  for (let step = 0; step <= steps; step++) {
    let loss = 0;
    const effect = branches.map((branch) => dotOf(branch.W, branch.a)); // a · W x = (a · W) x, as x is one number
    const through = [0, 0]; // mean of z bar × x_i: every bar of branch i is this times a or W
    for (let index = 0; index < EXAMPLES; index++) {
      const waves = example(index);
      const x = waves.map((wave, i) => wave * scales[i]);
      const zBar = effect[0] * x[0] + effect[1] * x[1] - (waves[0] + waves[1]);
      loss += zBar ** 2 / 2 / EXAMPLES;
      through[0] += (zBar * x[0]) / EXAMPLES;
      through[1] += (zBar * x[1]) / EXAMPLES;
    }
    losses.push(loss);
    branches.forEach((branch, i) => {
      moved[i].push(distance(branch, starts[i]));
    });
    // the bar of W is `through` times a, that of a is `through` times W: together as long as all weights times it
    for (const i of [0, 1]) ratios[i].push(rate * Math.abs(through[i]));
    if (step === steps || !Number.isFinite(loss)) break;
    branches.forEach((branch, i) => {
      const { W, a } = branch;
      const [oldW, oldA] = [[...W], [...a]];
      for (let j = 0; j < W.length; j++) {
        W[j] -= rate * through[i] * oldA[j];
        a[j] -= rate * through[i] * oldW[j];
      }
    });
  }
  return { losses, moved, ratios };
}

/** @param {number[]} one @param {number[]} two */
function dotOf(one, two) {
  return one.reduce((sum, value, j) => sum + value * two[j], 0);
}


const NAME = 48; // room for a letter

/**
 * Bars of two numbers from a middle line, on one scale: [label of the row, number, how it looks].
 * @param {SVGSVGElement} svg
 * @param {Bars} what
 */
function paintBars(svg, { left, width, top, title, values, look, labels }) {
  const most = Math.max(1e-9, ...values.map(Math.abs));
  const middle = left + NAME + (width - NAME) / 2;
  const half = (width - NAME) / 2 - 50;
  const kind = look === "share" ? "backward" : "forward";
  svg.append(drawnProse(middle, top, title, { "text-anchor": "middle", class: `bp-${kind}-text` }));
  values.forEach((value, index) => {
    const y = top + 14 + index * 44;
    const long = (half * value) / most;
    const side = value < 0 ? -1 : 1;
    svg.append(
      draw("rect", { x: Math.min(middle, middle + long), y, width: Math.abs(long), height: 26, class: `bp-${look}` }),
      draw("line", { x1: middle, x2: middle, y1: y - 4, y2: y + 30, class: "bp-axis" }),
      draw("text", { x: middle + long + 7 * side, y: y + 18, "text-anchor": value < 0 ? "end" : "start", class: `bp-${kind}-text` }, show(value)),
    );
    svg.append(drawnProse(left, y + 18, labels[index]));
  });
}

/** One bar cut in two: the shares of the two weights. @param {SVGSVGElement} svg @param {Shares} what */
function paintShare(svg, { left, width, top, title, shares }) {
  const said = shares ? `: {w1} ${percent(shares[0])}, {w2} ${percent(shares[1])}` : "";
  svg.append(drawnProse(left, top, title + said));
  const y = top + 8;
  if (!shares) {
    svg.append(draw("text", { x: left, y: y + 18 }, "no share: both x are 0"));
    return;
  }
  const inner = width - 2;
  shares.forEach((share, index) => {
    const x = left + 1 + (index ? inner * shares[0] : 0);
    svg.append(draw("rect", { x, y, width: Math.max(0, inner * share), height: 24, class: `bp-share bp-share-${index + 1}` }));
  });
}

/** @param {SVGSVGElement} svg @param {SplitState} state @param {number} width */
function paintSplit(svg, state, width) {
  const { x1, x2, w1, w2, zBar, shares } = state;
  const { bars: found, gradient, step } = splitBar(x1, x2, zBar);
  const narrow = width < 560;
  const half = narrow ? width : Math.floor((width - 32) / 2);
  const second = narrow ? 126 : 0;
  resize(svg, width, 118 + second + (shares ? 104 : 0));
  svg.replaceChildren();
  const labels = ["{w1}{x1}", "{w2}{x2}"];
  const parts = [w1 * x1, w2 * x2];
  paintBars(svg, { left: 0, width: half, top: 16, title: `who made {z} = ${show(parts[0] + parts[1])}`, values: parts, look: "made", labels });
  const left = narrow ? 0 : half + 32;
  paintBars(svg, { left, width: half, top: 16 + second, title: "who is fed: the bars", values: found, look: "share", labels: ["{bar w1}", "{bar w2}"] });
  if (!shares) return;
  paintShare(svg, { left: 0, width, top: 132 + second, title: "share of the gradient", shares: gradient });
  paintShare(svg, { left: 0, width, top: 184 + second, title: "share of one step's effect on {z}", shares: step });
}

const remembered = { key: "", result: trainBranches({ scale1: 1, scale2: 1, units1: 1, units2: 1, rate: 0.1, steps: 0 }) };

/** The training of this state, run once. @param {SplitState} state */
function trained(state) {
  const { scale1, scale2, units1, units2, rate, steps } = state;
  const key = JSON.stringify([scale1, scale2, units1, units2, rate, steps]);
  if (key !== remembered.key) Object.assign(remembered, { key, result: trainBranches(state) });
  return remembered.result;
}

/** @param {number} ratio */
const thickness = (ratio) => (Number.isFinite(ratio) ? Math.min(9, 0.5 + 24 * Math.sqrt(Math.max(0, ratio)) * 0.9) : 9);

/**
 * The two branches as networks; the lines of each are as thick as its update ratio, the mean of all steps so far.
 * @param {SVGSVGElement} svg
 * @param {SplitState} state
 * @param {number} width
 */
function paintNets(svg, state, width) {
  const height = 250;
  resize(svg, width, height);
  const { ratios } = trained(state);
  const [left, middle, right] = [30, width * 0.45, width - 34];
  const z = { x: right, y: height / 2 };
  /** @type {SVGElement[]} */
  const parts = [];
  /** @type {SVGElement[]} */
  const nodes = [];
  [state.units1, state.units2].forEach((units, index) => {
    const top = index ? height / 2 + 8 : 4;
    const shown = Math.min(units, 6);
    const gap = Math.min(28, (height / 2 - 34) / Math.max(1, shown - 1));
    const centre = top + height / 4 - 16;
    const taken = ratios[index].slice(0, Math.max(1, state.steps)); // the last one is of the step to come
    const ratio = taken.reduce((sum, one) => sum + one, 0) / taken.length;
    const style = `stroke-width: ${thickness(ratio).toFixed(1)}px`;
    for (let unit = 0; unit < shown; unit++) {
      const y = centre + (unit - (shown - 1) / 2) * gap;
      parts.push(draw("line", { x1: left, y1: centre, x2: middle, y2: y, class: "bp-wire", style }));
      parts.push(draw("line", { x1: middle, y1: y, x2: z.x, y2: z.y, class: "bp-wire", style }));
      nodes.push(draw("circle", { cx: middle, cy: y, r: 7, class: "bp-node" }));
    }
    nodes.push(draw("circle", { cx: left, cy: centre, r: 17, class: "bp-node bp-known" }), drawnLetter(left, centre, `x${index + 1}`, 18));
    const more = units > shown ? ` (${shown} of ${units} units drawn)` : "";
    const said = Number.isFinite(ratio) ? `mean update ratio ${show(ratio, 2)}${more}` : "it blew up";
    nodes.push(draw("text", { x: left - 20, y: index ? height - 4 : height / 2 - 8, class: "bp-halo" }, said));
  });
  nodes.push(draw("circle", { cx: z.x, cy: z.y, r: 17, class: "bp-node bp-known" }), drawnLetter(z.x, z.y, "z", 18));
  svg.replaceChildren(...parts, ...nodes);
}

/** @param {SVGSVGElement} svg @param {SplitState} state @param {number} width */
function paintTraining(svg, state, width) {
  const height = 250;
  resize(svg, width, height);
  const { losses, moved } = trained(state);
  const fits = losses.every(Number.isFinite) && moved.flat().every(Number.isFinite);
  const most = fits ? Math.max(0.05, ...moved[0], ...moved[1]) * 1.08 : 1;
  const x = scale(0, Math.max(1, state.steps), 46, width - 78);
  const y = scale(0, most, height - 44, 26);
  const parts = axes(x, y, {
    xTicks: roundTicks(0, Math.max(1, state.steps), 4).filter(Number.isInteger),
    yTicks: roundTicks(0, most, 4),
    xText: "step",
    yText: "how far each branch has moved",
  });
  if (!fits) {
    const at = { x: (x.start + x.end) / 2, y: (y.start + y.end) / 2, "text-anchor": "middle" };
    parts.push(draw("text", at, "it blew up: the rate is too large"));
  } else {
    const ends = moved.map((far) => y.to(far[far.length - 1]));
    const apart = Math.abs(ends[0] - ends[1]) < 17 ? (ends[0] <= ends[1] ? [-9, 9] : [9, -9]) : [0, 0];
    moved.forEach((far, index) => {
      parts.push(
        path(
          far.map((value, step) => [x.to(step), y.to(value)]),
          `bp-curve bp-curve-${index ? "ink" : "third"}`,
        ),
        draw(
          "text",
          { x: x.end + 6, y: Math.min(y.start - (index ? 0 : 1), ends[index] + apart[index]) + 4 },
          `${index + 1}: ${show(far[far.length - 1], 2)}`,
        ),
      );
    });
  }
  svg.replaceChildren(...parts);
}

/** @param {SplitState} state */
function toldSplit(state) {
  if (state.mode === "split") {
    const { x1, x2, w1, w2, shares } = state;
    const { bars: found, gradient, step } = splitBar(x1, x2, state.zBar);
    const made = `{w1} makes ${show(w1 * x1)} of {z}, {w2} makes ${show(w2 * x2)}; their bars are ${show(found[0])} and ${show(found[1])}.`;
    if (!shares) return made;
    const shared = gradient && step
      ? `{w1} gets ${percent(gradient[0])} of the gradient and makes ${percent(step[0])} of what one step does to {z}.`
      : "Both x are 0: no weight is fed.";
    return `${made} ${shared}`;
  }
  const { losses, moved } = trained(state);
  const [last, ends] = [losses[losses.length - 1], moved.map((far) => far[far.length - 1])];
  if (!Number.isFinite(last)) return "The training blew up: take a smaller rate.";
  return `After ${state.steps} steps branch 1 has moved ${show(ends[0])}, branch 2 ${show(ends[1])}; the loss went from ${show(losses[0])} to ${show(last)}.`;
}

/** @param {Context} context */
function render(context) {
  const page = stage(context, {
    title: "Who made z, who is fed?",
    task: "Drag the numbers, one at a time: which of them decide who makes {z}, and which decide who is fed? Then find numbers where the weight that makes almost all of {z} gets almost nothing.",
    other: {
      when: ({ mode }) => mode === "train",
      title: "Who learns?",
      task: "A line is as thick as the mean update ratio of its branch. Make both branches learn equally fast: by the size of an input, or by the number of units.",
    },
    keys: ["mode", "x1", "x2", "w1", "w2", "zBar", "shares", "scale1", "scale2", "units1", "units2", "rate", "steps"],
    tell: toldSplit,
  });
  const sum = canvas("What each weight contributes to z, the bar of each weight, and their shares.");
  const nets = canvas("The two branches; their lines are as thick as their update ratios.");
  const curves = canvas("How far each branch has moved, step by step.");
  const both = make("div", { class: "bp-pair" }, nets, curves);
  /** @param {string} key @param {string} name @param {Partial<Quantity>} [more] */
  const plain = (key, name, more = {}) =>
    dial(page, {
      name,
      min: -3,
      max: 3,
      step: 0.05,
      read: (now) => now[key],
      write: (_, value) => ({ [key]: value }),
      ...more,
    });
  const whole = { whole: true, free: false, step: 1 };
  const split = dials(plain("x1", "{x1}"), plain("w1", "{w1}"), plain("x2", "{x2}"), plain("w2", "{w2}"), plain("zBar", "{bar z}"));
  const train = dials(
    plain("scale1", "size of {x1}", { text: "size of x1", min: -2, max: 1, step: 0.05, log: true }),
    plain("scale2", "size of {x2}", { text: "size of x2", min: -2, max: 1, step: 0.05, log: true }),
    plain("units1", "units in 1", { text: "units in branch 1", ...whole, min: 1, max: 32 }),
    plain("units2", "units in 2", { text: "units in branch 2", ...whole, min: 1, max: 32 }),
    plain("rate", "rate", { text: "learning rate", min: -3, max: 0.5, step: 0.05, log: true }),
    plain("steps", "steps", { ...whole, min: 0, max: 300 }),
  );
  train.classList.add("bp-dials-long");
  const play = player(
    page,
    () => {
      const steps = page.state.steps >= 300 ? 300 : page.state.steps + 1;
      page.change({ steps });
      return steps < 300;
    },
    40,
  );
  play.toggle.addEventListener("click", () => !play.playing() && page.state.steps >= 300 && page.change({ steps: 0 }), true);
  page.onPaint((state, width) => {
    const splitting = state.mode === "split";
    split.hidden = sum.hidden = !splitting;
    train.hidden = both.hidden = play.toggle.hidden = splitting;
    sum.style.display = splitting ? "" : "none";
    if (splitting) paintSplit(sum, state, width);
    else {
      const half = width < 600 ? width : Math.floor((width - 16) / 2);
      paintNets(nets, state, half);
      paintTraining(curves, state, half);
    }
  });
  page.head.append(
    choice(page, {
      text: "show",
      options: { split: "one sum", train: "two branches" },
      read: (now) => now.mode,
      write: (_, mode) => ({ mode }),
    }),
  );
  page.root.append(sum, both, row(play.toggle, resetButton(page)), split, train);
  return page.start();
}

export { example, splitBar, startBranch, trainBranches };
export default { render };
