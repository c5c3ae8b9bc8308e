// A computational graph that can be inspected: nodes with their values and bars, edges with their slopes.

import { arrow, draw, resize } from "./dom.js";
import { drawnLetter, drawnProse, spoken } from "./text.js";

/**
 * @typedef {object} Node how a node looks now
 * @property {string} value beside it, in blue; "" for none
 * @property {string} bar beside it, in vermilion; "" for none
 * @property {string} [tag] where its value is read from: "at hand" or "cached"
 * @property {boolean} [known] its value is in
 * @property {boolean} [asked]
 * @property {boolean} [read] the present step reads it
 * @property {boolean} [lit] the pointer is on it, or on its formula or line of code
 * @property {boolean} [picked]
 * @property {boolean} [wrong] its bar is not right
 *
 * @typedef {object} Edge how an edge looks now
 * @property {boolean} forward its value has gone forward
 * @property {number} back how wide the arrow back is, in pixels; 0 for none
 * @property {string} [slope] what stands beside it: "∂l/∂e ="
 * @property {string} [rule] and below, as far as there is room: how it is found
 * @property {string} [number] and its value
 * @property {boolean} [lit]
 * @property {boolean} [picked]
 * @property {boolean} [path] on the way to what is wrong
 * @property {boolean} [guilty] what came back along it is wrong
 *
 * @typedef {object} Spot where a node stands
 * @property {number} x
 * @property {number} y
 * @property {"above" | "below" | "around"} side where its value and bar are written
 * @property {number} [aside] how far its bar stands to the right, off an arrow
 * @property {number} [valueAside] and how far its value
 * @property {"left"} [tag] where its tag is written, if not beyond its value and bar
 *
 * @typedef {{x: number, y: number}} Point
 *
 * @typedef {object} Plan where everything stands
 * @property {Record<string, Spot>} spots
 * @property {Record<string, Point[]>} [ways] what an edge passes, by its name, if it does not go straight
 * @property {number} width
 * @property {number} height
 */

const RADIUS = 18;
/** @type {Record<string, number>} */
const ARROWS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * The picture of a graph. Items are named: "z" is a node, "z>h" an edge.
 * `describe(item)` is what is read aloud when an item gets the focus.
 * @param {{label: string, nodes: {id: string, symbol: string}[], edges: {from: string, to: string}[],
 *   describe: (item: string) => string, onHover: (item: string | null) => void, onPick: (item: string) => void}} what
 */
export function graphView({ label, nodes, edges, describe, onHover, onPick }) {
  const svg = draw("svg", { class: "bp-picture bp-graph", role: "group", "aria-label": label });
  const below = draw("g", { "aria-hidden": "true" });
  const hits = draw("g");
  svg.append(below, hits);
  const items = [...edges.map(({ from, to }) => `${from}>${to}`), ...nodes.map(({ id }) => id)];
  const reach = new Map(items.map((item) => [item, hitArea(item)]));
  hits.append(...reach.values());
  // one stop for Tab, arrow keys inside; nodes in the order of the way forward
  const order = [...nodes.map(({ id }) => id), ...edges.map(({ from, to }) => `${from}>${to}`)];
  let here = order[0];
  reach.get(here)?.setAttribute("tabindex", "0");

  /** @param {string} item */
  function hitArea(item) {
    const shape = item.includes(">") ? draw("path", { class: "bp-hit bp-hit-edge" }) : draw("circle", { r: RADIUS + 7, class: "bp-hit" });
    shape.setAttribute("role", "button");
    shape.setAttribute("tabindex", "-1");
    shape.addEventListener("pointerenter", () => onHover(item));
    shape.addEventListener("pointerleave", () => onHover(null));
    shape.addEventListener("focus", () => onHover(item));
    shape.addEventListener("blur", () => onHover(null));
    shape.addEventListener("click", () => {
      go(item);
      onPick(item);
    });
    shape.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const way = ARROWS[event.key];
      if (way) go(order[(order.indexOf(item) + way + order.length) % order.length]);
      else if (event.key === "Enter" || event.key === " ") onPick(item);
      else return;
      event.preventDefault();
    });
    return shape;
  }

  /** @param {string} item */
  function go(item) {
    reach.get(here)?.setAttribute("tabindex", "-1");
    here = item;
    reach.get(here)?.setAttribute("tabindex", "0");
    reach.get(here)?.focus({ preventScroll: true });
  }

  /**
   * @param {Plan} plan
   * @param {(id: string) => Node} nodeLook
   * @param {(from: string, to: string) => Edge} edgeLook
   */
  function paint({ spots, ways = {}, width, height }, nodeLook, edgeLook) {
    resize(svg, width, height);
    const looks = new Map(nodes.map(({ id }) => [id, nodeLook(id)]));
    const parts = [];
    for (const { id } of nodes) if (looks.get(id)?.read) parts.push(square(spots[id]));
    for (const { from, to } of edges) {
      const look = edgeLook(from, to);
      const points = [spots[from], ...(ways[`${from}>${to}`] ?? []), spots[to]];
      parts.push(...paintEdge(points, width, look));
      place(`${from}>${to}`, points, Boolean(look.picked));
    }
    for (const { id, symbol } of nodes) {
      const look = /** @type {Node} */ (looks.get(id));
      parts.push(...paintNode(symbol, spots[id], look));
      const hit = reach.get(id);
      hit?.setAttribute("cx", String(spots[id].x));
      hit?.setAttribute("cy", String(spots[id].y));
      hit?.setAttribute("aria-pressed", String(Boolean(look.picked)));
      hit?.setAttribute("aria-label", spoken(describe(id)));
    }
    below.replaceChildren(...parts);
  }

  /** @param {string} item @param {Point[]} points @param {boolean} picked */
  function place(item, points, picked) {
    const hit = reach.get(item);
    hit?.setAttribute("d", curve(points, 0));
    hit?.setAttribute("aria-pressed", String(picked));
    hit?.setAttribute("aria-label", spoken(describe(item)));
  }

  return { svg, paint };
}

/** @param {Point} spot */
function square({ x, y }) {
  return draw("rect", { x: x - 23, y: y - 23, width: 46, height: 46, rx: 4, class: "bp-read" });
}

/**
 * The point `gap` pixels from a towards b, and `shift` pixels to the side.
 * @param {Point} a
 * @param {Point} b
 * @param {number} gap
 * @param {number} shift
 */
function towards(a, b, gap, shift) {
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  return { x: a.x + ux * gap - uy * shift, y: a.y + uy * gap + ux * shift };
}

/**
 * A way through points, from the rim of the first node to the rim of the last, moved to the side.
 * @param {Point[]} points
 * @param {number} shift
 */
function trimmed(points, shift) {
  const last = points.length - 1;
  const down = Math.sign(points[last].x - points[0].x) * shift;
  const moved = points.map(({ x, y }) => ({ x, y: y + down }));
  moved[0] = towards(points[0], points[1], RADIUS + 7, shift);
  moved[last] = towards(points[last], points[last - 1], RADIUS + 7, -shift);
  return moved;
}

/** A way through points without corners. @param {Point[]} points @param {number} shift */
function curve(points, shift) {
  const [first, ...rest] = trimmed(points, shift);
  let at = first;
  const pieces = rest.map((to) => {
    const [middle, from] = [(at.x + to.x) / 2, at.y];
    at = to;
    return rest.length === 1 ? `L${to.x} ${to.y}` : `C${middle} ${from} ${middle} ${to.y} ${to.x} ${to.y}`;
  });
  return `M${first.x} ${first.y}${pieces.join("")}`;
}

/** An arrow through points. @param {Point[]} points @param {number} shift @param {string} kind @param {number} thick */
function way(points, shift, kind, thick) {
  const spots = trimmed(points, shift);
  const [end, before] = [spots[spots.length - 1], spots[spots.length - 2]];
  if (spots.length === 2) return arrow(before.x, before.y, end.x, end.y, kind, thick);
  const line = draw("path", { d: curve(points, shift), style: `stroke-width: ${thick.toFixed(1)}px` });
  const head = arrow(end.x + (before.x < end.x ? -1 : 1), end.y, end.x, end.y, kind, thick);
  head.prepend(line);
  return head;
}

/** @param {Point[]} points @param {number} width @param {Edge} look */
function paintEdge(points, width, look) {
  const parts = [];
  if (look.lit || look.picked || look.path)
    parts.push(draw("path", { d: curve(points, 0), class: `bp-glow${look.picked ? " bp-glow-picked" : ""}` }));
  const shift = look.back ? 3 + look.back / 2 : 0;
  parts.push(way(points, -shift, look.forward ? "forward" : "idle", look.forward ? 2 : 1.2));
  const back = [...points].reverse();
  if (look.back) parts.push(way(back, -shift, look.guilty ? "guilty" : "backward", look.guilty ? 4 : look.back));
  if (points.length === 2) parts.push(...slopeText(points[0], points[1], width, look));
  return parts;
}

/**
 * The slope beside an edge: above the middle of a level one, to the right of a slanted one, near its start.
 * @param {Point} a
 * @param {Point} b
 * @param {number} width
 * @param {Edge} look
 */
function slopeText(a, b, width, { slope = "", rule = "", number = "", lit, picked }) {
  if (!slope && !number) return [];
  const level = Math.abs(b.y - a.y) < 8;
  const room = level ? Math.abs(b.x - a.x) - 68 : 2.5 * Math.abs(b.x - a.x) - 54;
  /** @param {string} text */
  const fits = (text) => text.replace(/[{}]|bar /g, "").length * 6.4 <= room;
  const right = [`${rule} = ${number}`, rule, number].filter((text) => !/^ = | = $/.test(text) && text);
  const lines = [slope, right.find(fits) ?? ""].filter((text) => text && fits(text));
  const longest = Math.max(...lines.map((text) => text.replace(/[{}]|bar /g, "").length * 6.8));
  const most = (width - longest - 10 - a.x) / (b.x - a.x); // further along, the text would not fit beside the edge
  const part = level ? 0.5 : b.x > a.x ? Math.max(0, Math.min(0.4, most)) : 0.4;
  const [mx, my] = [a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)];
  const [x, anchor] = level ? [mx - 18, "middle"] : [Math.min(mx + 10, width - longest), "start"];
  const first = level ? my + 7 - 15 * lines.length : b.y > a.y ? my - 15 * (lines.length - 1) : my + 16;
  const look = `bp-slope${lit || picked ? " bp-strong" : ""}`;
  return lines.map((text, index) => drawnProse(x, first - (level ? 15 : 0) + 15 * index, text, { "text-anchor": anchor, class: look }));
}

/** @param {string} symbol @param {Spot} spot @param {Node} look */
function paintNode(symbol, { x, y, side, tag, aside = 0, valueAside = 0 }, look) {
  const kind = [
    "bp-node",
    look.known && "bp-known",
    look.asked && "bp-asked",
    look.lit && "bp-lit",
    look.picked && "bp-picked",
  ];
  const parts = [draw("circle", { cx: x, cy: y, r: RADIUS, class: kind.filter(Boolean).join(" ") })];
  if (look.bar)
    parts.push(draw("circle", { cx: x, cy: y, r: RADIUS - 4, class: `bp-ring${look.wrong ? " bp-ring-wrong" : ""}` }));
  parts.push(
    /^[A-Za-z]\d?$/.test(symbol)
      ? drawnLetter(x, y, symbol)
      : draw("text", { x, y: y + 5, "text-anchor": "middle" }, symbol),
  );
  const up = y - RADIUS - 9;
  const down = y + RADIUS + 20;
  const lines = { around: [up, down], above: [up, up - 18], below: [down, down + 18] }[side];
  const middle = { "text-anchor": "middle" };
  if (look.value) parts.push(drawnProse(x + valueAside, lines[0], look.value, { ...middle, class: "bp-forward-text" }));
  if (look.bar) parts.push(drawnProse(x + aside, lines[look.value || side === "around" ? 1 : 0], look.bar, { ...middle, class: look.wrong ? "bp-wrong-text bp-halo" : "bp-backward-text" }));
  if (look.tag) {
    // beside the node, or beyond what else is written there
    const last = { around: down, above: lines[look.value && look.bar ? 1 : 0], below: lines[look.value && look.bar ? 1 : 0] }[side];
    const [tx, ty] = tag ? [x - RADIUS - 9, y + 4] : [x, last + (side === "above" ? -17 : 18)];
    const anchor = tag ? "end" : "middle";
    parts.push(draw("text", { x: tx, y: ty, "text-anchor": anchor, class: "bp-tag" }, look.tag));
  }
  return parts;
}

/**
 * How wide an arrow back is for a bar of this size, the largest bar of the graph being `most`.
 * @param {number | number[]} bar
 * @param {number} most
 */
export function barWidth(bar, most) {
  const size = typeof bar === "number" ? Math.abs(bar) : Math.hypot(...bar);
  return 1.2 + 5.8 * (most > 0 && Number.isFinite(size) ? Math.min(1, size / most) : 0);
}
