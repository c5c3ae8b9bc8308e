// Square images of ink on paper: shown, drawn by hand, and put in the middle as the digits of the data are.

import { make } from "./dom.js";

/** @param {number} value @param {number} low @param {number} high */
const clip = (value, low, high) => Math.min(high, Math.max(low, value));

/** @param {HTMLCanvasElement} canvas */
export const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/** A canvas for images of side x side pixels. @param {number} side @param {string} name */
export function pixelCanvas(side, name) {
  return make("canvas", { width: side, height: side, class: "bp-pixels", role: "img", "aria-label": name });
}

/**
 * Paint an image: 0 is paper, 1 is ink.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} side
 */
export function paintImage(canvas, values, side) {
  const context = contextOf(canvas);
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const grey = 255 * (1 - clip(values[i], 0, 1));
    image.data.set([grey, grey, grey, 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

const MINUS = [213, 94, 0];
const PLUS = [0, 114, 178];

/**
 * Paint a change: white is none, blue is more ink, vermilion is less, `factor` times as strong.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number} side
 * @param {number} factor
 */
export function paintChange(canvas, values, side, factor) {
  const context = contextOf(canvas);
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const part = clip(Math.abs(values[i]) * factor, 0, 1);
    const colour = values[i] < 0 ? MINUS : PLUS;
    image.data.set([...colour.map((each) => 255 + (each - 255) * part), 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

/**
 * The image scaled so that its ink is 20/28 of the side in its longer direction, the centre of its ink in the middle:
 * how the digits of the data were prepared.
 * @param {ArrayLike<number>} values
 * @param {number} side
 */
export function centred(values, side) {
  let [left, right, top, bottom] = [side, -1, side, -1];
  let [ink, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const value = values[y * side + x];
      if (value <= 0.05) continue;
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
      ink += value;
      sumX += value * x;
      sumY += value * y;
    }
  const result = new Float64Array(side * side);
  if (!ink) return result;
  const scale = Math.max(right - left + 1, bottom - top + 1) / ((20 / 28) * side);
  const [cx, cy] = [sumX / ink, sumY / ink];
  const middle = (side - 1) / 2;
  /** @param {number} x @param {number} y */
  const at = (x, y) => (x >= 0 && y >= 0 && x < side && y < side ? values[y * side + x] : 0);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [u, v] = [cx + (x - middle) * scale, cy + (y - middle) * scale];
      const [i, j] = [Math.floor(u), Math.floor(v)];
      const [a, b] = [u - i, v - j];
      const above = at(i, j) * (1 - a) + at(i + 1, j) * a;
      const below = at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a;
      result[y * side + x] = above * (1 - b) + below * b;
    }
  return result;
}

/**
 * A pad to draw on, by pointer or by keys: `changed(values)` while drawing, `done()` when the pen is lifted.
 * @param {number} side
 * @param {(values: Float64Array) => void} changed
 * @param {() => void} done
 */
export function drawingPad(side, changed, done) {
  const values = new Float64Array(side * side);
  const pad = make("canvas", {
    width: side,
    height: side,
    class: "bp-pixels bp-drawing",
    tabindex: 0,
    role: "application",
    "aria-label": "drawing area; arrow keys move the pen, Space lowers and lifts it, Delete clears",
  });
  const reach = (1.35 * side) / 28;
  /** @type {number[] | null} */
  let last = null;
  let pen = [Math.round(side / 2), Math.round(side / 4)];
  let [lowered, focused] = [false, false];
  /** @param {number} px @param {number} py */
  const dot = (px, py) => {
    for (let y = Math.max(0, Math.floor(py - 3)); y <= Math.min(side - 1, py + 3); y++)
      for (let x = Math.max(0, Math.floor(px - 3)); x <= Math.min(side - 1, px + 3); x++) {
        const ink = clip(reach + 0.5 - Math.hypot(x - px, y - py), 0, 1);
        values[y * side + x] = Math.max(values[y * side + x], ink);
      }
  };
  /** @param {number[]} to */
  const line = (to) => {
    const from = last ?? to;
    const steps = Math.max(1, Math.ceil(2 * Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let i = 0; i <= steps; i++)
      dot(from[0] + ((to[0] - from[0]) * i) / steps, from[1] + ((to[1] - from[1]) * i) / steps);
    last = to;
  };
  const paint = () => {
    paintImage(pad, values, side);
    if (!focused) return;
    const context = contextOf(pad);
    context.fillStyle = lowered ? "#d55e00" : "#0072b2";
    context.fillRect(pen[0], pen[1], 1, 1);
  };
  /** @param {PointerEvent} event */
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * side - 0.5, ((event.clientY - box.top) / box.height) * side - 0.5];
  };
  const inked = () => {
    changed(values);
    paint();
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    last = null;
    line(place(event));
    inked();
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!last || !event.buttons) return;
    line(place(event));
    inked();
  });
  for (const end of ["pointerup", "pointercancel"])
    pad.addEventListener(end, () => {
      if (last) done();
      last = null;
    });
  pad.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (move) {
      pen = pen.map((at, axis) => clip(at + move[axis], 1, side - 2));
      if (lowered) line(pen);
    } else if (event.key === " ") {
      lowered = !lowered;
      last = lowered ? pen : null;
      if (lowered) line(pen);
    } else if (event.key === "Delete") clear();
    else return;
    event.preventDefault();
    inked();
    if (!lowered) done();
  });
  for (const kind of ["focus", "blur"])
    pad.addEventListener(kind, () => {
      focused = kind === "focus" && pad.matches(":focus-visible");
      if (!focused) lowered = false;
      paint();
    });
  function clear() {
    values.fill(0);
    last = null;
    inked();
  }
  /** @param {ArrayLike<number>} image */
  function load(image) {
    values.set(image);
    inked();
  }
  paint();
  return { pad, values, clear, load };
}
