// A network of linear layers with nonlinearities between them: what it makes of an image, and the bar of the image.

import { ACTIVATIONS } from "./neuron.js";

/**
 * @typedef {object} Layer
 * @property {string} kind "linear" or an activation
 * @property {Float64Array} W of a linear layer only, as are the others
 * @property {Float64Array} b
 * @property {number} rows
 * @property {number} columns
 */

/** The number in 16 bits: a sign, 5 bits of exponent, 10 of fraction. @param {number} bits */
function half(bits) {
  const sign = bits >> 15 ? -1 : 1;
  const [power, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (power === 0) return sign * fraction * 2 ** -24;
  if (power === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (power - 15);
}

/**
 * The numbers in a trait of bytes: "f4" 32-bit floats, "f2" 16-bit floats, "u1" bytes that count 255ths.
 * @param {DataView} view
 * @param {"f4" | "f2" | "u1"} kind
 * @returns {Float64Array}
 */
export function numbersOf(view, kind) {
  const size = { f4: 4, f2: 2, u1: 1 }[kind];
  const read = {
    f4: (/** @type {number} */ at) => view.getFloat32(at, true),
    f2: (/** @type {number} */ at) => half(view.getUint16(at, true)),
    u1: (/** @type {number} */ at) => view.getUint8(at) / 255,
  }[kind];
  return Float64Array.from({ length: view.byteLength / size }, (_, i) => read(i * size));
}

/**
 * The network as flat arrays: [{kind: "linear", W, b, rows, columns}, {kind: "relu"}, ...].
 * @param {any[]} layers the same without W and b
 * @param {ArrayLike<number>} weights all W and b, one after the other
 * @returns {Layer[]}
 */
export function unpackNetwork(layers, weights) {
  const numbers = Float64Array.from(weights);
  let at = 0;
  /** @param {number} length */
  const take = (length) => {
    at += length;
    return numbers.subarray(at - length, at);
  };
  return layers.map((layer) =>
    layer.kind === "linear" ? { ...layer, W: take(layer.rows * layer.columns), b: take(layer.rows) } : layer,
  );
}

/** The output of every layer, the input first. @param {Layer[]} network @param {Float64Array} x */
function runNetwork(network, x) {
  const outputs = [x];
  for (const layer of network) {
    const input = outputs[outputs.length - 1];
    let output;
    if (layer.kind === "linear") {
      output = new Float64Array(layer.rows);
      for (let r = 0; r < layer.rows; r++) {
        let sum = layer.b[r];
        for (let c = 0, k = r * layer.columns; c < layer.columns; c++, k++) sum += layer.W[k] * input[c];
        output[r] = sum;
      }
    } else output = input.map(ACTIVATIONS[layer.kind].value);
    outputs.push(output);
  }
  return outputs;
}

/** @param {ArrayLike<number>} logits */
function softmax(logits) {
  const top = Math.max(...Array.from(logits));
  const parts = Array.from(logits, (each) => Math.exp(each - top));
  const sum = parts.reduce((total, each) => total + each, 0);
  return { P: parts.map((each) => each / sum), logSum: top + Math.log(sum) };
}

/**
 * What the network makes of an image: the shares of the classes, the loss of a label, the class it sees.
 * @param {Layer[]} network
 * @param {Float64Array} x
 * @param {number} label
 */
export function outlook(network, x, label) {
  const outputs = runNetwork(network, x);
  const logits = outputs[outputs.length - 1];
  const { P, logSum } = softmax(logits);
  return { outputs, P, loss: logSum - logits[label], seen: P.indexOf(Math.max(...P)) };
}

/** The bar of the image under the loss of a label. @param {Layer[]} network @param {Float64Array} x @param {number} label */
export function imageBar(network, x, label) {
  const { outputs, P } = outlook(network, x, label);
  let bar = Float64Array.from(P, (each, index) => each - (index === label ? 1 : 0));
  for (let i = network.length - 1; i >= 0; i--) {
    const layer = network[i];
    if (layer.kind === "linear") {
      const before = new Float64Array(layer.columns);
      for (let r = 0; r < layer.rows; r++) {
        const each = bar[r];
        if (each !== 0)
          for (let c = 0, k = r * layer.columns; c < layer.columns; c++, k++) before[c] += each * layer.W[k];
      }
      bar = before;
    } else bar = bar.map((each, index) => each * ACTIVATIONS[layer.kind].slope(outputs[i][index]));
  }
  return bar;
}
