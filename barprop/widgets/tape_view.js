// The graph that the student's own Values recorded: their values, their bars, and how far these are from right.

import { button, dial, dials, player, readout, row } from "./shared/controls.js";
import { arrow, canvas, draw, make, resize } from "./shared/dom.js";
import { stage } from "./shared/stage.js";
import { drawnLetter, show } from "./shared/text.js";

/**
 * Where each node stands: `column` is the longest way from a leaf (leaves stand just before their first use),
 * `row` counts within the column. `parents[i]` are the indices of what node i was made from, all smaller than i.
 */
function layOut(parents) {
  const column = parents.map(() => 0);
  parents.forEach((made, node) => {
    for (const parent of made) column[node] = Math.max(column[node], column[parent] + 1);
  });
  const used = parents.map(() => Infinity);
  parents.forEach((made, node) => {
    for (const parent of made) used[parent] = Math.min(used[parent], column[node]);
  });
  parents.forEach((made, node) => {
    if (!made.length && Number.isFinite(used[node])) column[node] = used[node] - 1;
  });
  const columns = Array.from({ length: Math.max(...column) + 1 }, () => []);
  column.forEach((c, node) => {
    columns[c].push(node);
  });
  const row = new Array(parents.length).fill(0);
  const children = parents.map(() => []);
  parents.forEach((made, node) => {
    for (const parent of made) children[parent].push(node);
  });
  // from the loss backwards, each column in the order of what it feeds
  for (const nodes of [...columns].reverse()) {
    const pull = (node) =>
      children[node].length ? children[node].reduce((sum, child) => sum + row[child], 0) / children[node].length : 0;
    nodes
      .sort((a, b) => pull(a) - pull(b) || a - b)
      .forEach((node, place) => {
        row[node] = place;
      });
  }
  return { column, row, height: Math.max(...columns.map((nodes) => nodes.length)) };
}

/** The largest difference between two lists of numbers; null where one is missing or holds no number. */
function largestDifference(one, other) {
  if (!one || !other || one.length !== other.length) return null;
  let most = 0;
  for (let i = 0; i < one.length; i++) {
    if (one[i] === null || other[i] === null) return null;
    most = Math.max(most, Math.abs(one[i] - other[i]));
  }
  return most;
}

/** Whether a node's bar is right: "right", "wrong", "missing" (no bar), or "unchecked" (no reference). */
function judgeBar({ bar, ref }) {
  if (!ref) return "unchecked";
  if (!bar) return "missing";
  const size = ref.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  const difference = largestDifference(bar, ref);
  return difference !== null && difference <= 1e-6 * (1 + size) ? "right" : "wrong";
}

const MARKS = { right: "✓", wrong: "✗", missing: "–", unchecked: "" };

function brief(values, shape) {
  if (!values) return "none";
  const number = (value) => (value === null ? "no number" : show(value, 2));
  if (!shape.length) return number(values[0]);
  const more = values.length < shape.reduce((a, b) => a * b, 1) || values.length > 4 ? ", …" : "";
  return `[${values.slice(0, 4).map(number).join(", ")}${more}]`;
}

const COLUMN = 96;
const LINE = 92;

function place(plan, node) {
  const inColumn = plan.column.filter((each) => each === plan.column[node]).length;
  return [46 + COLUMN * plan.column[node], 40 + LINE * (plan.row[node] + (plan.height - inColumn) / 2)];
}

function paintTape(svg, nodes, plan, state) {
  const width = 92 + COLUMN * Math.max(...plan.column);
  resize(svg, width, plan.height * LINE + 8);
  const spots = nodes.map((_, node) => place(plan, node));
  const here = nodes.length - 1 - state.step;
  const parts = [];
  const gap = 24;
  nodes.forEach((node, index) => {
    for (const parent of node.parents) {
      const [[x1, y1], [x2, y2]] = [spots[parent], spots[index]];
      const length = Math.hypot(x2 - x1, y2 - y1);
      const [ux, uy] = [((x2 - x1) / length) * gap, ((y2 - y1) / length) * gap];
      parts.push(arrow(x1 + ux + uy / 8, y1 + uy - ux / 8, x2 - ux + uy / 8, y2 - uy - ux / 8, "forward"));
      if (index >= here)
        parts.push(arrow(x2 - ux - uy / 8, y2 - uy + ux / 8, x1 + ux - uy / 8, y1 + uy + ux / 8, "backward"));
    }
  });
  nodes.forEach((node, index) => {
    const [x, y] = spots[index];
    const done = index >= here;
    if (index === here)
      parts.push(draw("rect", { x: x - 24, y: y - 24, width: 48, height: 48, rx: 3, class: "bp-read" }));
    parts.push(draw("circle", { cx: x, cy: y, r: 18, class: "bp-node bp-known" }));
    if (done) parts.push(draw("circle", { cx: x, cy: y, r: 14.5, class: "bp-ring" }));
    parts.push(
      /^[a-z]\d?$/.test(node.name)
        ? drawnLetter(x, y, node.name, 18)
        : draw("text", { x, y: y + 5, "text-anchor": "middle" }, node.name),
    );
    const value = node.shape.length ? `shape (${node.shape.length > 1 ? node.shape.join(", ") : `${node.shape[0]},`})` : brief(node.data, node.shape);
    parts.push(draw("text", { x, y: y + 37, "text-anchor": "middle", class: "bp-forward-text" }, value));
    if (!done) return;
    const bar = node.shape.length ? (judgeBar(node) === "missing" ? "none" : "") : brief(node.bar, node.shape);
    const mark = MARKS[judgeBar(node)];
    parts.push(
      draw(
        "text",
        { x, y: y + 54, "text-anchor": "middle", class: "bp-backward-text" },
        `bar ${bar} ${mark}`.replace("  ", " "),
      ),
    );
  });
  svg.replaceChildren(...parts);
  return spots[here];
}

function details(node) {
  const verdict = judgeBar(node);
  const difference = largestDifference(node.bar, node.ref);
  const words = { right: "✓ right", wrong: "✗ not right", missing: "no bar yet", unchecked: "not checked" };
  return [
    readout("value", brief(node.data, node.shape)),
    readout("its bar", brief(node.bar, node.shape), "bp-readout-bar"),
    readout("by nudging", node.ref ? brief(node.ref, node.shape) : "too large, or a step unknown here"),
    readout("difference", difference === null ? "–" : show(difference, 2)),
    readout("", words[verdict]),
  ];
}

function render(context) {
  const nodes = context.model.get("nodes");
  const plan = layOut(nodes.map((node) => node.parents));
  const verdicts = nodes.map(judgeBar);
  const tally = (kind) => verdicts.filter((each) => each === kind).length;
  const told = (state) => {
    const index = nodes.length - 1 - state.step;
    const words = { right: "right", wrong: "not right", missing: "missing", unchecked: "not checked" };
    const all = `${nodes.length} nodes: ${tally("right")} bars right, ${tally("wrong")} wrong, ${tally("missing")} missing.`;
    return `Step ${state.step + 1} back: node ${nodes[index].name}, its bar is ${words[verdicts[index]]}. ${all}`;
  };
  const page = stage(context, { title: "The tape you recorded", task: "", keys: ["step"], tell: told });
  const { state } = page;
  const svg = canvas("The graph of the recorded values, the loss at the right.");
  const box = make(
    "div",
    { class: "bp-scroll", tabindex: 0, role: "region", "aria-label": "the graph; arrow keys scroll" },
    svg,
  );
  const panel = make("div", { class: "bp-panel" });
  page.onPaint((now) => {
    const [x] = paintTape(svg, nodes, plan, now);
    if (x < box.scrollLeft + 60 || x > box.scrollLeft + box.clientWidth - 60) box.scrollLeft = x - box.clientWidth / 2;
    panel.replaceChildren(...details(nodes[nodes.length - 1 - now.step]));
  });
  const move = (step, act = page.keep) => {
    if (step < 0 || step >= nodes.length) return false;
    act({ step });
    return true;
  };
  const play = player(page, () => move(state.step + 1, page.change), 700);
  page.root.append(
    box,
    panel,
    row(
      button("Step", () => move(state.step + 1), { class: "bp-button bp-main" }),
      button("Back", () => {
        play.stop();
        move(state.step - 1);
      }),
      play.toggle,
      button("Reset", () => {
        play.stop();
        move(0);
      }),
    ),
    dials(
      dial(page, {
        name: "step back",
        text: "step back",
        min: 0,
        max: Math.max(1, nodes.length - 1),
        step: 1,
        whole: true,
        free: false,
        read: (now) => now.step,
        write: (_, step) => ({ step: Math.min(step, nodes.length - 1) }),
      }),
    ),
  );
  return page.start();
}

export { layOut, largestDifference, judgeBar };
export default { render };
