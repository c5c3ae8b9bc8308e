// Elements of a page and of a picture.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {Element} T
 * @param {T} node
 * @param {Record<string, any>} attributes
 * @param {any[]} children
 * @returns {T}
 */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false)
      node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/**
 * An HTML element; attributes that start with "on" are listeners.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...any} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * An SVG element.
 * @param {keyof SVGElementTagNameMap} tag
 * @param {Record<string, any>} [attributes]
 * @param {...any} children
 * @returns {any}
 */
export function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * A picture in CSS pixels, so that its letters keep their size however narrow the page is.
 * @param {string} label
 */
export function canvas(label) {
  return draw("svg", { class: "bp-picture", role: "img", "aria-label": label });
}

/**
 * @param {SVGSVGElement} svg
 * @param {number} width
 * @param {number} height
 */
export function resize(svg, width, height) {
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {number} size */
function arrowHead(x1, y1, x2, y2, size) {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  /** @param {number} turn */
  const corner = (turn) => `${x2 - size * Math.cos(angle + turn)},${y2 - size * Math.sin(angle + turn)}`;
  return `${x2},${y2} ${corner(0.45)} ${corner(-0.45)}`;
}

/**
 * An arrow: forward ones are solid and blue, backward ones dashed and vermilion.
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 * @param {string} kind
 * @param {number} [width] of the line, in pixels
 */
export function arrow(x1, y1, x2, y2, kind, width = 2) {
  const head = 6 + 1.3 * width;
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const back = Math.min(1, (0.8 * head) / length); // the line ends inside the head
  return draw(
    "g",
    { class: `bp-arrow bp-${kind}` },
    draw("line", {
      x1,
      y1,
      x2: x2 - (x2 - x1) * back,
      y2: y2 - (y2 - y1) * back,
      style: `stroke-width: ${width.toFixed(1)}px`,
    }),
    draw("polygon", { points: arrowHead(x1, y1, x2, y2, head) }),
  );
}

let hatches = 0;

/**
 * A hatched ground: [its definition, what to fill with].
 * @param {number} [angle]
 * @returns {[SVGDefsElement, string]}
 */
export function hatch(angle = 45) {
  hatches += 1;
  const id = `bp-hatch-${Math.random().toString(36).slice(2)}-${hatches}`; // one page may hold many widgets
  const pattern = draw(
    "pattern",
    { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})` },
    draw("rect", { width: 7, height: 7, class: "bp-hatch-ground" }),
    draw("line", { x1: 0, y1: 0, x2: 0, y2: 7, class: "bp-hatch-line" }),
  );
  return [draw("defs", {}, pattern), `fill: url(#${id})`];
}
