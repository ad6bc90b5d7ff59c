// The closed forms of an output activation with its loss: sigmoid or softmax below −Σ[α ln o + β ln(1 − o)].
// They keep their digits where o is 0 or 1 to the last bit.

import { complement, largestOf, softmax, sum, weighted, withoutLargest } from "./arithmetic.js";

/** @typedef {{shares: number[], slopes: number[], deltas: number[]}} Closed the shares of E, ∂E/∂o and ∂E/∂z of each output */

const LOGARITHMIC = ["binary_cross_entropy", "cross_entropy", "kl_divergence"];

/**
 * Whether this pair has a closed form.
 * @param {string} activation
 * @param {string} loss
 */
export function isClosed(activation, loss) {
  return LOGARITHMIC.includes(loss) && (activation === "sigmoid" || activation === "softmax");
}

/**
 * The closed form at one sample.
 * @param {string} activation
 * @param {string} loss
 * @param {number[]} t
 * @param {number[]} z
 * @param {number[]} o
 * @returns {Closed}
 */
export function closed(activation, loss, t, z, o) {
  const forms = activation === "softmax" ? softmaxForms(z, o) : sigmoidForms(z);
  const beta = t.map((target) => (loss === "binary_cross_entropy" ? 1 - target : 0));
  const entropy = t.map((target) => (loss === "kl_divergence" ? weighted(target, Math.log(target || 1)) : 0));
  const value = (/** @type {number} */ k) => -weighted(t[k], forms.logValue[k]) - weighted(beta[k], forms.logRest[k]);
  const slope = (/** @type {number} */ k) => weighted(beta[k], 1 / forms.rest[k]) - weighted(t[k], 1 / o[k]);
  const deltas = activation === "softmax" ? softmaxDeltas(t, beta, z, o, forms.rest) : o.map((out, k) => beta[k] * out - t[k] * forms.rest[k]);
  return { shares: o.map((_, k) => value(k) + entropy[k]), slopes: o.map((_, k) => slope(k)), deltas };
}

/** @typedef {{logValue: number[], logRest: number[], rest: number[]}} Forms ln o, ln(1 − o) and 1 − o */

/**
 * @param {number[]} z
 * @returns {Forms}
 */
function sigmoidForms(z) {
  const softplus = (/** @type {number} */ x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const rest = z.map((x) => (x > 0 ? Math.exp(-x) / (1 + Math.exp(-x)) : 1 / (1 + Math.exp(x))));
  return { logValue: z.map((x) => -softplus(-x)), logRest: z.map((x) => -softplus(x)), rest };
}

/**
 * @param {number[]} z
 * @param {number[]} o
 * @returns {Forms}
 */
function softmaxForms(z, o) {
  const largest = largestOf(z);
  const shifted = z.map((x) => x - z[largest]);
  const others = sum(shifted.map((x, k) => (k === largest ? 0 : Math.exp(x))));
  const logRest = softmax(z).map((value) => Math.log1p(-value));
  logRest[largest] = z.length === 1 ? -Infinity : logSum(withoutLargest(z)) - logSum(z);
  return { logValue: shifted.map((x) => x - Math.log1p(others)), logRest, rest: complement(o) };
}

/** @param {number[]} z */
function logSum(z) {
  const top = Math.max(...z);
  return Math.log(sum(z.map((x) => Math.exp(x - top)))) + top;
}

/**
 * o_j Σα − α_j, and of the terms in ln(1 − o_k) β_j·o_j − Σ_{k≠j} β_k·o_k·o_j/(1 − o_k).
 * @param {number[]} alpha
 * @param {number[]} beta
 * @param {number[]} z
 * @param {number[]} o
 * @param {number[]} rest
 */
function softmaxDeltas(alpha, beta, z, o, rest) {
  const whole = sum(alpha);
  const deltas = o.map((out, k) => out * (whole - alpha[k]) - alpha[k] * rest[k]);
  if (beta.every((weight) => weight === 0)) return deltas;
  const largest = largestOf(z);
  const odds = o.map((out, k) => (k === largest ? 0 : (beta[k] * out) / rest[k]));
  const ofLargest = z.length > 1 ? softmax(withoutLargest(z)).map((value) => beta[largest] * o[largest] * value) : [0];
  const spread = sum(odds);
  return deltas.map((delta, k) => delta + beta[k] * o[k] - o[k] * (spread - odds[k]) - ofLargest[k]);
}
