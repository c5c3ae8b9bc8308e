// How one bar is split between those who made the output, and what that does to two branches in training.

import { axes, path, roundTicks, scale } from "./shared/chart.js";
import { choice, dial, dials } from "./shared/controls.js";
import { canvas, draw, hatch, resize } from "./shared/dom.js";
import { stage } from "./shared/stage.js";
import { drawnProse, percent, show } from "./shared/text.js";

/** z = w1 x1 + w2 x2: each weight's bar, its share of the gradient, and its share of what one step does to z. */
function splitBar(x1, x2, zBar) {
  const [one, two] = [Math.abs(x1), Math.abs(x2)];
  const shares = (a, b) => (a + b > 0 ? [a / (a + b), b / (a + b)] : null);
  const top = Math.max(one, two) || 1; // so that squares neither overflow nor vanish
  return { bars: [zBar * x1, zBar * x2], gradient: shares(one, two), step: shares((one / top) ** 2, (two / top) ** 2) };
}

const EXAMPLES = 16;

/** Two waves, one a branch; the target is their sum, so that each branch has the same share of the work. */
function example(index) {
  return [Math.SQRT2 * Math.cos(1.7 * index), Math.SQRT2 * Math.cos(2.9 * index + 1)];
}

/** Where a branch of so many units starts: h = W x, and a . h is its part of z. */
function startBranch(units, phase) {
  const spread = 1 / Math.sqrt(units);
  return {
    W: Array.from({ length: units }, (_, j) => Math.cos(1.3 * j + phase) * spread),
    a: Array.from({ length: units }, (_, j) => Math.cos(2.1 * j + 2 * phase) * spread),
  };
}

function distance(branch, start) {
  let sum = 0;
  for (const part of ["W", "a"])
    branch[part].forEach((value, j) => {
      sum += (value - start[part][j]) ** 2;
    });
  return Math.sqrt(sum);
}

/**
 * Gradient descent on z = a1 · W1 x1 + a2 · W2 x2 and the mean of (y - z)² / 2; x_i is a wave times scale_i.
 * Returns the losses before every step and at the end, and how far each branch has moved from its start by then.
 */
function trainBranches({ scale1, scale2, units1, units2, rate, steps }) {
  const starts = [startBranch(units1, 0.4), startBranch(units2, 0.9)];
  const branches = starts.map((start) => ({ W: [...start.W], a: [...start.a] }));
  const scales = [scale1, scale2];
  const losses = [];
  const moved = [[], []];
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
  return { losses, moved };
}

function dotOf(one, two) {
  return one.reduce((sum, value, j) => sum + value * two[j], 0);
}


function paintSplit(svg, state, width, [groundOne, hatchOne], [groundTwo, hatchTwo]) {
  const narrow = width < 520;
  const left = narrow ? 0 : 210;
  const line = narrow ? 58 : 42;
  resize(svg, width, 4 * line + 2);
  const { bars: found, gradient, step } = splitBar(state.x1, state.x2, state.zBar);
  const middle = (left + width) / 2;
  const most = Math.max(1, ...found.map(Math.abs));
  const half = (width - left) / 2 - 78;
  const looks = [hatchOne, hatchTwo];
  const parts = [groundOne, groundTwo];
  const title = (index, text) => {
    const y = index * line + (narrow ? 17 : 24);
    parts.push(Array.isArray(text) ? drawnProse(0, y, text.join(" ")) : draw("text", { x: 0, y }, text));
    return index * line + (narrow ? 25 : 6);
  };
  found.forEach((bar, index) => {
    const y = title(index, [`{bar w${index + 1}} = {bar z} × {x${index + 1}}`]);
    const long = (half * bar) / most;
    parts.push(
      draw("rect", {
        x: Math.min(middle, middle + long),
        y,
        width: Math.abs(long),
        height: 26,
        class: "bp-share",
        style: looks[index],
      }),
      draw("line", { x1: middle, x2: middle, y1: y - 4, y2: y + 30, class: "bp-axis" }),
      draw(
        "text",
        {
          x: middle + long + (bar < 0 ? -8 : 8),
          y: y + 18,
          "text-anchor": bar < 0 ? "end" : "start",
          class: "bp-backward-text",
        },
        show(bar),
      ),
    );
  });
  /** @type {[string, number[] | null][]} */
  const both = [
    ["share of the gradient: |x|", gradient],
    ["share of one step's effect on z: x²", step],
  ];
  both.forEach(([text, shares], at) => {
    const y = title(2 + at, narrow ? text : text.replace("one step's effect on z", "a step's effect"));
    if (!shares) {
      parts.push(draw("text", { x: left, y: y + 18 }, "no share: both x are 0"));
      return;
    }
    const room = width - left - 2;
    shares.forEach((share, index) => {
      const x = left + (index ? room * shares[0] : 0);
      parts.push(
        draw("rect", { x: x + 1, y, width: room * share, height: 26, class: "bp-share", style: looks[index] }),
      );
      if (room * share > 74) {
        const middleOf = x + (room * share) / 2;
        parts.push(
          draw("rect", { x: middleOf - 35, y: y + 4, width: 70, height: 18, class: "bp-label-ground" }),
          draw("text", { x: middleOf, y: y + 18, "text-anchor": "middle" }, `w${"₁₂"[index]}: ${percent(share)}`),
        );
      }
    });
  });
  svg.replaceChildren(...parts);
}

function paintTraining(svg, state, width) {
  const height = 4 * (width < 520 ? 58 : 42) + 2;
  resize(svg, width, height);
  const { losses, moved } = trainBranches(state);
  const fits = losses.every(Number.isFinite) && moved.flat().every(Number.isFinite);
  const most = fits ? Math.max(0.05, ...moved[0], ...moved[1]) * 1.08 : 1;
  const x = scale(0, Math.max(1, state.steps), 46, width - 106);
  const y = scale(0, most, height - 44, 26);
  const parts = axes(x, y, {
    xTicks: roundTicks(0, Math.max(1, state.steps), width < 520 ? 4 : 6).filter(Number.isInteger),
    yTicks: roundTicks(0, most, 4),
    xText: "step",
    yText: "how far each branch has moved",
  });
  if (!fits)
    parts.push(
      draw(
        "text",
        { x: x.to(state.steps / 2), y: (y.start + y.end) / 2, "text-anchor": "middle" },
        "it blew up: the rate is too large",
      ),
    );
  else {
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
          `branch ${index + 1}: ${show(far[far.length - 1], 2)}`,
        ),
      );
    });
  }
  svg.replaceChildren(...parts);
}

function toldSplit(state) {
  if (state.mode === "split") {
    const { bars: found, gradient, step } = splitBar(state.x1, state.x2, state.zBar);
    const shared = gradient
      ? `Weight 1 gets ${percent(gradient[0])} of the gradient and makes ${percent(step[0])} of what one step does to z.`
      : "Both x are 0: no weight hears anything.";
    return `The bars are ${show(found[0])} and ${show(found[1])}. ${shared}`;
  }
  const { losses, moved } = trainBranches(state);
  const [last, ends] = [losses[losses.length - 1], moved.map((far) => far[far.length - 1])];
  if (!Number.isFinite(last)) return "The training blew up: take a smaller rate.";
  return `After ${state.steps} steps branch 1 has moved ${show(ends[0])}, branch 2 ${show(ends[1])}; the loss went from ${show(losses[0])} to ${show(last)}.`;
}

function render(context) {
  const page = stage(context, { title: "Who gets the gradient?", task: "", keys: ["mode", "x1", "x2", "zBar", "scale1", "scale2", "units1", "units2", "rate", "steps"], tell: toldSplit });
  const svg = canvas("The bars and the shares of two weights, or how far two branches move in training.");
  const hatches = [hatch(45), hatch(-45)];
  const plain = (key, name, text, more) =>
    dial(page, {
      name,
      text,
      min: -3,
      max: 3,
      step: 0.05,
      read: (now) => now[key],
      write: (_, value) => ({ [key]: value }),
      ...more,
    });
  const whole = { whole: true, free: false, step: 1 };
  const split = dials(plain("x1", "{x1}", "{x1}"), plain("x2", "{x2}", "{x2}"), plain("zBar", "{bar z}", "{bar z}"));
  const train = dials(
    plain("scale1", "size of x₁", "size of {x1}", { min: -2, max: 1, step: 0.05, log: true }),
    plain("scale2", "size of x₂", "size of {x2}", { min: -2, max: 1, step: 0.05, log: true }),
    plain("units1", "units in 1", "units in branch 1", { ...whole, min: 1, max: 32 }),
    plain("units2", "units in 2", "units in branch 2", { ...whole, min: 1, max: 32 }),
    plain("rate", "rate", "learning rate", { min: -3, max: 0.5, step: 0.05, log: true }),
    plain("steps", "steps", "steps", { ...whole, min: 0, max: 300 }),
  );
  train.classList.add("bp-dials-long");
  page.onPaint((state, width) => {
    const splitting = state.mode === "split";
    split.hidden = !splitting;
    train.hidden = splitting;
    if (splitting) paintSplit(svg, state, width, ...hatches);
    else paintTraining(svg, state, width);
  });
  page.head.append(
    choice(page, {
      text: "show",
      options: { split: "one sum", train: "two branches" },
      read: (now) => now.mode,
      write: (_, mode) => ({ mode }),
    }),
  );
  page.root.append(svg, split, train);
  return page.start();
}

export { splitBar, trainBranches, example, startBranch };
export default { render };
