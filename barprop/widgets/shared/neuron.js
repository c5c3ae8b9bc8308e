// The one-neuron regression of the lecture: z = w · x, h = sigma(z), e = v h, l = (y - e)² / 2.

/** @param {number} z */
function squash(z) {
  const small = Math.exp(-Math.abs(z));
  return (z >= 0 ? 1 : small) / (1 + small);
}

/** @type {Record<string, {value: (z: number) => number, slope: (z: number) => number}>} */
export const ACTIVATIONS = {
  relu: { value: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0) },
  tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  sigmoid: { value: squash, slope: (z) => squash(z) * squash(-z) },
  softplus: { value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), slope: squash },
};

/**
 * @typedef {{x: number[], y: number, w: number[], v: number, sigma: string}} Given
 * @typedef {{z: number, h: number, e: number, l: number}} Kept
 */

/** @type {Record<string, string>} */
export const SIGMA_NAMES = { relu: "ReLU", tanh: "tanh", sigmoid: "sigmoid", softplus: "softplus" };

/** @param {number[]} a @param {number[]} b */
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * The way forward from z on.
 * @param {number} z
 * @param {number} y
 * @param {number} v
 * @param {string} sigma
 * @returns {Kept}
 */
export function onward(z, y, v, sigma) {
  const h = ACTIVATIONS[sigma].value(z);
  const e = v * h;
  return { z, h, e, l: (y - e) ** 2 / 2 };
}

/**
 * The way back as far as z.
 * @param {Omit<Kept, "l">} kept
 * @param {number} y
 * @param {number} v
 * @param {string} sigma
 */
export function backward({ z, h, e }, y, v, sigma) {
  const eBar = e - y;
  const hBar = eBar * v;
  return { l: 1, e: eBar, y: y - e, v: eBar * h, h: hBar, z: hBar * ACTIVATIONS[sigma].slope(z) };
}

/**
 * Every step's output.
 * @param {Given} given
 * @returns {Kept}
 */
export function values({ x, y, w, v, sigma }) {
  return onward(dot(w, x), y, v, sigma);
}

/**
 * The bar of every variable, from the same and what the forward pass kept.
 * @param {Given} given
 * @param {Omit<Kept, "l">} kept
 */
export function bars({ x, y, w, v, sigma }, kept) {
  const all = backward(kept, y, v, sigma);
  return { ...all, w: x.map((each) => all.z * each), x: w.map((each) => all.z * each) };
}
