// Numbers and letters as text, on the page, in a picture, and read aloud.
// Sentences name variables in braces: "{w1}" is w with index 1, "{bar w1}" is its bar.

import { draw, make } from "./dom.js";

/**
 * A number as text: 0.123, −4.5, 1.2 × 10⁻⁷.
 * @param {number} value
 * @param {number} [digits]
 */
export function show(value, digits = 3) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 9.995e-4)) {
    const [mantissa, power] = value.toExponential(1).split("e");
    return `${mantissa} × 10${raised(Number(power))}`.replace("-", "−");
  }
  return String(Number(value.toPrecision(digits)) || 0).replace("-", "−");
}

/** @param {number} power */
export function raised(power) {
  return String(power).replace(/./g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]));
}

/**
 * A number, or several in brackets.
 * @param {number | number[]} values
 * @param {number} [digits]
 */
export function list(values, digits = 3) {
  return typeof values === "number"
    ? show(values, digits)
    : `(${values.map((value) => show(value, digits)).join(", ")})`;
}

/**
 * A whole number with its thousands told apart.
 * @param {number} value
 */
export function count(value) {
  return value < 1e9 ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",") : show(value);
}

/** @param {number} part */
export const percent = (part) => `${Math.round(100 * part)} %`;

/** @param {number} value */
export function tidy(value) {
  return String(Number(value.toPrecision(4)));
}

/**
 * A number as it was typed: a comma or a point, any kind of minus.
 * @param {string} text
 */
export function typed(text) {
  const plain = text.trim().replace(",", ".").replace(/[−–]/g, "-");
  return plain === "" ? Number.NaN : Number(plain);
}

const NAME = /\{(bar )?([^}]*)\}/g;

/** "w1" -> ["w", "1"]; a name of several letters has no index. @param {string} name */
function parted(name) {
  const found = name.match(/^(\D)(\d*)$/);
  return found ? [found[1], found[2]] : [name, ""];
}

/**
 * The text as it is read aloud: "{bar w1}" is "the bar of w1".
 * @param {string} text
 */
export function spoken(text) {
  return text.replace(NAME, (_, bar, name) => (bar ? `the bar of ${name}` : name));
}

/**
 * The same on the page, its variables in italics, with overlines. Screen readers get `spoken`.
 * @param {string} text
 * @returns {(string | HTMLElement)[]}
 */
export function prose(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(NAME)) {
    parts.push(text.slice(at, found.index), letter(found[2], Boolean(found[1])));
    at = found.index + found[0].length;
  }
  return [...parts, text.slice(at)].filter((part) => part !== "");
}

/**
 * The letter of a variable, with its bar if it is one.
 * @param {string} name
 * @param {boolean} [bar]
 */
export function letter(name, bar = false) {
  const [base, index] = parted(name);
  const sub = index ? make("sub", {}, index) : null;
  if (!bar) return make("span", { class: "bp-letter" }, base, sub);
  const seen = make("span", { "aria-hidden": "true" }, make("span", { class: "bp-over" }, base), sub);
  return make(
    "span",
    { class: "bp-letter bp-bar" },
    seen,
    make("span", { class: "bp-hidden" }, spoken(`{bar ${name}}`)),
  );
}

/**
 * A line of text in a picture, its variables as `prose` writes them.
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {Record<string, any>} [attributes]
 */
export function drawnProse(x, y, text, attributes = {}) {
  const line = draw("text", { x, y, ...attributes });
  let [at, drop] = [0, 0];
  /** @param {string} content @param {Record<string, any>} look */
  const add = (content, look) => {
    if (content === "") return;
    line.append(draw("tspan", { ...look, dy: drop || undefined }, content));
    drop = 0;
  };
  for (const found of text.matchAll(NAME)) {
    const [base, index] = parted(found[2]);
    add(text.slice(at, found.index), {});
    add(found[1] ? `${base}\u0304` : base, { class: "bp-letter" }); // a combining macron: lines over text sit too high
    if (index) {
      drop = 3;
      add(index, { class: "bp-index" });
      drop = -3;
    }
    at = found.index + found[0].length;
  }
  add(text.slice(at), {});
  return line;
}

/**
 * A variable in a picture, centred at (x, y).
 * @param {number} x
 * @param {number} y
 * @param {string} name
 * @param {number} [size]
 */
export function drawnLetter(x, y, name, size = 20) {
  const [base, index] = parted(name);
  const text = draw("text", { x, y: y + size * 0.3, "text-anchor": "middle", style: `font-size: ${size}px` }, base);
  if (index) text.append(draw("tspan", { dy: size * 0.2, style: `font-size: ${Math.max(12, size * 0.65)}px` }, index));
  return draw("g", { class: "bp-letter" }, text);
}
