// The graph that the student's own Values recorded: values, bars, and the way to the first bar that is wrong.

import { button, player, readout, resetButton, row } from "./shared/controls.js";
import { make } from "./shared/dom.js";
import { barWidth, graphView } from "./shared/graph.js";
import { stage } from "./shared/stage.js";
import { letter, prose, show } from "./shared/text.js";

/** @import { Context, Pair, Plan, Recorded, Spot, State, TapeState } from "./shared/types.js" */

/** @type {Record<string, string>} */
const MARKS = { right: " ✓", wrong: " ✗", missing: " –", unchecked: "" };
const WORDS = { right: "✓ right", wrong: "✗ not right", missing: "– no bar", unchecked: "not checked" };

/**
 * Numbers short enough to stand beside a node: a number, a short vector, or a shape.
 * @param {(number | null)[] | null} values
 * @param {number[]} shape
 * @param {number} [digits]
 */
function brief(values, shape, digits = 2) {
  if (!values) return "none";
  /** @param {any} value */
  const number = (value) => (value === null ? "not a number" : show(value, digits));
  if (!shape.length) return number(values[0]);
  if (shape.length === 1 && shape[0] <= 3) return `(${values.map(number).join(", ")})`;
  return shape.length === 1 ? `${shape[0]} numbers` : shape.join(" × ");
}

/**
 * The same with its first numbers, for the panel.
 * @param {(number | null)[] | null} values
 * @param {number[]} shape
 */
function long(values, shape) {
  if (!values) return "none";
  if (!shape.length) return brief(values, shape, 4);
  const more = shape.reduce((a, b) => a * b, 1) > values.length || values.length > 6 ? ", …" : "";
  const shown = values.slice(0, 6).map((value) => (value === null ? "not a number" : show(value)));
  return `[${shown.join(", ")}${more}]${shape.length > 1 ? `, shape (${shape.join(", ")})` : ""}`;
}

/** @param {string} name */
const isLetter = (name) => /^[A-Za-z]\d?$/.test(name);
/** @param {Recorded} node */
const named = ({ name, op }) => (isLetter(name) ? `{${name}}` : op ? `the node ${name}` : "a number");

const COLUMN = 84;
const LINE = 92;
const TOP = 66; // a value and a bar fit above the first row
const ROOMY = 104; // columns so wide leave room for the letter of a bar
const SIDE = 72; // half of a short vector with the letter of its bar
const STEEP = 0.35; // rows

/**
 * Where everything stands, as wide as there is room for; a long tape is wider.
 * @param {Recorded[]} nodes
 * @param {Pair[]} places
 * @param {Record<string, Pair[]>} ways
 * @param {number} width
 * @returns {Plan & {roomy: boolean}}
 */
function planOf(nodes, places, ways, width) {
  // what comes from below (or goes there) steeply: labels make room for it
  /** @param {number} id @param {number[]} others @param {number} way */
  const steep = (id, others, way) => others.some((other) => way * (places[other][1] - places[id][1]) > STEEP);
  /** @param {number} id */
  const madeOf = (id) => nodes.flatMap(({ parents }, other) => (parents.includes(id) ? [other] : []));
  /** @param {number} id @param {number} way */
  const aside = (id, way) => Number(steep(id, nodes[id].parents, way)) - Number(steep(id, madeOf(id), way));
  /** @param {number} id @returns {Spot["side"]} */
  const sideOf = (id) => {
    const [down, up] = [1, -1].map((way) => steep(id, madeOf(id), way));
    return nodes[id].parents.length || down === up ? "around" : down ? "above" : "below";
  };
  const [xs, ys] = [places.map(([x]) => x), places.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const across = Math.max(...xs) - left;
  const column = Math.max(COLUMN, Math.min(150, (width - 2 * SIDE) / Math.max(1, across)));
  /** @param {Pair} those */
  const spot = ([x, y]) => ({ x: Math.round(SIDE + column * (x - left)), y: Math.round(TOP + LINE * (y - top)) });
  const spots = Object.fromEntries(
    places.map((place, id) => [id, { ...spot(place), side: sideOf(id), ...(nodes[id].parents.length ? { aside: aside(id, 1) * (column < ROOMY ? 13 : 24), valueAside: 20 * aside(id, -1) } : {}) }]),
  );
  return {
    spots,
    ways: Object.fromEntries(Object.entries(ways).map(([edge, passed]) => [edge, passed.map(spot)])),
    roomy: column >= ROOMY,
    width: Math.max(width, Math.round(2 * SIDE + column * across)),
    height: Math.round(TOP + LINE * (Math.max(...ys) - top) + 66),
  };
}

/** @param {Recorded} node */
function symbolOf({ name, op, data, shape }) {
  if (isLetter(name) || op) return name;
  return shape.length ? "•" : brief(data, shape);
}

/** @param {Context} context */
function render(context) {
  const { model } = context;
  /** @type {[Recorded[], {path?: number[], words?: string, node?: number}, Pair[], Record<string, Pair[]>]} */
  const [nodes, blame, places, ways] = [model.get("nodes"), model.get("blame"), model.get("places"), model.get("ways")];
  const last = nodes.length - 1;
  const most = Math.max(0, ...nodes.flatMap(({ shares }) => shares.map((share) => share ?? 0)));
  /** @param {string} kind */
  const tally = (kind) => nodes.filter(({ verdict }) => verdict === kind).length;
  const wrongWay = (blame.path ?? []).slice(1).map((node, at) => `${node}>${blame.path?.[at]}`);
  const onPath = new Set(wrongWay);
  const guilty = wrongWay.at(-1) ?? "";
  const checked = tally("right") + tally("wrong") + tally("missing");
  const summary = blame.words
    ? `${tally("right")} of ${checked} bars are right. The first that is not: ${blame.words}`
    : checked
      ? `All ${checked} bars that nudging can check are right.`
      : "No bar could be checked.";
  /** @param {string} item */
  const described = (item) => {
    if (!item.includes(">")) {
      const node = nodes[Number(item)];
      const made = node.parents.length ? `made by ${node.op} from ${node.parents.map((p) => named(nodes[p])).join(" and ")}` : "an input";
      return `${named(node)}, ${made}: value ${brief(node.data, node.shape)}, bar ${brief(node.bar, node.barShape ?? [])}, ${WORDS[node.verdict].slice(2)}.`;
    }
    const [parent, node] = item.split(">").map(Number);
    const share = nodes[node].shares[nodes[node].parents.indexOf(parent)];
    const size = share === null || share === undefined ? "which nudging cannot check" : `of size ${show(share)}, by nudging`;
    return `From ${named(nodes[node])} back to ${named(nodes[parent])}: a contribution ${size}.`;
  };
  const page = stage(context, {
    title: "The tape you recorded",
    task: "Play the backward pass from the loss. Is a bar marked ✗? Follow the marked path: the first wrong step is where it begins. Click a node or an arrow to inspect it.",
    keys: ["step"],
    view: { hover: null, picked: null },
    tell: ({ picked, step }) => {
      if (picked !== null) return described(picked);
      const here = nodes[last - step];
      return step === last ? summary : `Step ${step + 1} of ${nodes.length} back: ${named(here)} has the bar ${brief(here.bar, here.barShape ?? [])}. ${summary}`;
    },
  });
  const { state } = page;
  const view = graphView({
    label: "The graph of the recorded values, the loss on the right. Arrow keys walk through it.",
    nodes: nodes.map((node, id) => ({ id: String(id), symbol: symbolOf(node) })),
    edges: nodes.flatMap((node, to) => [...new Set(node.parents)].map((from) => ({ from: String(from), to: String(to) }))),
    describe: described,
    onHover: (hover) => page.change({ hover }),
    onPick: (item) => page.keep({ picked: state.picked === item ? null : item }),
  });
  const box = make("div", { class: "bp-scroll" }, view.svg);
  const panel = make("div", { class: "bp-panel bp-facts" });
  /** @param {TapeState} now @param {boolean} roomy */
  const nodeLook = (now, roomy) => (/** @type {string} */ id) => {
    const node = nodes[Number(id)];
    const done = Number(id) >= last - now.step;
    const bar = brief(node.bar, node.barShape ?? []) + MARKS[node.verdict];
    return {
      value: node.op || isLetter(node.name) || node.shape.length ? brief(node.data, node.shape, 3) : "",
      bar: done ? `${roomy && isLetter(node.name) ? `{bar ${node.name}} = ` : ""}${bar}` : "",
      known: true,
      asked: Number(id) === last - now.step && now.step < last,
      lit: now.hover === id,
      picked: now.picked === id,
      wrong: done && ["wrong", "missing"].includes(node.verdict),
      tag: isLetter(node.name) && node.op ? node.op : "",
    };
  };
  /** @param {TapeState} now */
  const edgeLook = (now) => (/** @type {string} */ from, /** @type {string} */ to) => {
    const item = `${from}>${to}`;
    const node = nodes[Number(to)];
    const share = node.shares[node.parents.indexOf(Number(from))] ?? 0;
    const done = Number(to) >= last - now.step;
    return {
      forward: true,
      back: done && node.bar ? barWidth(share, most) : 0,
      lit: now.hover === item,
      picked: now.picked === item,
      path: done && onPath.has(item),
      guilty: done && guilty === item,
    };
  };
  page.onPaint((now, width) => {
    const plan = planOf(nodes, places, ways, width - 10);
    view.paint(plan, nodeLook(now, plan.roomy), edgeLook(now));
    const follow = plan.spots[last - now.step].x;
    if (now.step < last && (follow < box.scrollLeft + 60 || follow > box.scrollLeft + box.clientWidth - 60))
      box.scrollLeft = follow - box.clientWidth / 2;
    const picked = now.picked !== null && !now.picked.includes(">") ? Number(now.picked) : null;
    panel.replaceChildren(...details(nodes[picked ?? (now.step < last ? last - now.step : (blame.node ?? last))]));
  });
  /** @param {number} step @param {(part: State) => void} act */
  const move = (step, act) => {
    if (step < 0 || step > last) return false;
    act({ step, picked: null });
    return step < last;
  };
  const play = player(page, () => move(state.step + 1, page.change), 900);
  // at the end, Play begins anew
  play.toggle.addEventListener("click", () => !play.playing() && state.step === last && page.change({ step: 0 }), true);
  const step = button("Step", () => move(state.step + 1, (part) => page.keep(part)), { class: "bp-button bp-main" });
  const back = button("Back", () => {
    play.stop();
    move(state.step - 1, (part) => page.keep(part));
  });
  const begin = button("From the loss", () => {
    play.stop();
    move(0, (part) => page.keep(part));
  });
  page.onPaint((now) => {
    step.disabled = now.step === last;
    back.disabled = begin.disabled = now.step === 0;
  });
  page.root.append(box, panel, row(begin, step, back, play.toggle, resetButton(page)));
  return page.start();
}

/** What a node holds, and whether its bar is right. @param {Recorded} node */
function details(node) {
  const name = isLetter(node.name) ? letter(node.name) : node.op ? `the node ${node.name}` : "a number";
  return [
    readout(["value of ", name], long(node.data, node.shape)),
    readout(prose("its bar, as your code left it"), long(node.bar, node.barShape ?? []), "bp-readout-bar"),
    readout("the bar that nudging finds", node.ref ? long(node.ref, node.shape) : "too large, or a step unknown here"),
    readout("verdict", WORDS[node.verdict] + (node.difference ? `, off by ${node.shape.length ? "up to " : ""}${show(node.difference)}` : "")),
  ];
}

export default { render };
