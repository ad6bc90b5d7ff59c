// Forward pass, backward pass and update, small and fixed. What the activations and losses are is printed by the program.

import { sign, softmax, softmaxPullback, softmaxSlope, sum } from "./arithmetic.js";
import { closed, isClosed } from "./closed.js";
import { ACTIVATIONS, LOSSES } from "./functions.js";

/** @typedef {{name: string, settings: number[]}} Chosen a function of the program's and its settings */
/** @typedef {"none" | "shared" | "own"} Bias */
/** @typedef {{l2: [number, number], l1: [number, number], divisor: number}} Penalty factors of weights and of biases */
/** @typedef {{widths: number[], biases: Bias[], activations: Chosen[], loss: Chosen, penalty: Penalty}} Network */
/** @typedef {{rate: number, momentum: number, dampening: number, nesterov: boolean, decay: [number, number], reduction: string, frozen: number[], batchSize: number | null, dropLast: boolean, shuffle: boolean}} Schedule */
/** @typedef {{x: number[], t: number[]}} Sample */

/**
 * All of one sample, by layer. `a[0]` is x, `a[l + 1]` are layer l's activations; `slopes[l][i][j]` is ∂a_i/∂z_j, of an
 * elementwise layer `slopes[l][i][0]`; `upstream[l]` is ∂E/∂a of what feeds layer l, its last entry ∂E/∂o.
 * @typedef {{z: number[][], a: number[][], slopes: number[][][], deltas: number[][], upstream: number[][], shares: number[], loss: number}} Pass
 */

/**
 * Where a layer's weights and biases begin in the row of all parameters.
 * @param {Network} network
 * @returns {{weights: number, biases: number}[]}
 */
export function placesOf({ widths, biases }) {
  let next = 0;
  return biases.map((kind, layer) => {
    const weights = next;
    const first = weights + widths[layer] * widths[layer + 1];
    next = first + { none: 0, shared: 1, own: widths[layer + 1] }[kind];
    return { weights, biases: first };
  });
}

/**
 * Net inputs and activations of one sample, with the slopes that come with them.
 * @param {Network} network
 * @param {number[]} row all parameters
 * @param {number[]} x
 */
export function forward(network, row, x) {
  const places = placesOf(network);
  /** @type {{z: number[][], a: number[][], slopes: number[][][]}} */
  const trace = { z: [], a: [x], slopes: [] };
  network.activations.forEach(({ name, settings }, layer) => {
    const sources = trace.a[layer];
    const kind = network.biases[layer];
    const z = Array.from({ length: network.widths[layer + 1] }, (_, unit) => {
      const first = places[layer].weights + unit * sources.length;
      const bias = kind === "none" ? 0 : row[places[layer].biases + (kind === "own" ? unit : 0)];
      return sum(sources.map((source, index) => row[first + index] * source)) + bias;
    });
    trace.z.push(z);
    if (name === "softmax") {
      const a = softmax(z);
      trace.a.push(a);
      trace.slopes.push(a.map((_, unit) => a.map((__, by) => softmaxSlope(a, unit, by))));
    } else {
      const both = z.map((value) => ACTIVATIONS[name](value, ...settings));
      trace.a.push(both.map(([a]) => a));
      trace.slopes.push(both.map(([, slope]) => [slope]));
    }
  });
  return trace;
}

/**
 * Each output's share of the loss with its derivatives by o and, in closed form, by z.
 * @param {Network} network
 * @param {{z: number[][], a: number[][]}} trace
 * @param {number[]} t
 * @returns {{shares: number[], slopes: number[], deltas: number[] | null}}
 */
function losses(network, trace, t) {
  const { name, settings } = network.loss;
  const last = network.activations.length - 1;
  const o = trace.a[last + 1];
  const activation = network.activations[last].name;
  if (isClosed(activation, name)) return closed(activation, name, t, trace.z[last], o);
  const { share, slope, isMean } = LOSSES[name];
  const count = isMean ? o.length : 1;
  const shares = o.map((out, k) => share(t[k], out, ...settings) / count);
  return { shares, slopes: o.map((out, k) => slope(t[k], out, ...settings) / count), deltas: null };
}

/**
 * Forward and backward over one sample.
 * @param {Network} network
 * @param {number[]} row all parameters
 * @param {Sample} sample
 * @returns {Pass}
 */
export function bothPasses(network, row, { x, t }) {
  const trace = forward(network, row, x);
  const loss = losses(network, trace, t);
  const places = placesOf(network);
  const last = network.activations.length - 1;
  /** @type {number[][]} */
  const deltas = [];
  const upstream = [loss.slopes];
  for (let layer = last; layer >= 0; layer -= 1) {
    const [above] = upstream;
    const isMixed = network.activations[layer].name === "softmax";
    const ofLayer = layer === last && loss.deltas !== null ? loss.deltas
      : isMixed ? softmaxPullback(trace.a[layer + 1], above)
      : above.map((value, unit) => value * trace.slopes[layer][unit][0]);
    const width = network.widths[layer];
    const into = (/** @type {number} */ unit, /** @type {number} */ source) => row[places[layer].weights + unit * width + source];
    deltas.unshift(ofLayer);
    upstream.unshift(trace.a[layer].map((_, source) => sum(ofLayer.map((delta, unit) => delta * into(unit, source)))));
  }
  return { ...trace, deltas, upstream, shares: loss.shares, loss: sum(loss.shares) + penaltyOf(network, row) };
}

/**
 * Each output's share of one sample's loss, summed.
 * @param {Network} network
 * @param {number[]} row all parameters
 * @param {Sample} sample
 */
function lossOf(network, row, { x, t }) {
  return sum(losses(network, forward(network, row, x), t).shares);
}

/**
 * The loss over some samples, with the penalty.
 * @param {Network} network
 * @param {number[]} row all parameters
 * @param {Sample[]} samples
 * @param {string} reduction mean or sum
 */
export function totalLoss(network, row, samples, reduction) {
  const total = sum(samples.map((sample) => lossOf(network, row, sample)));
  return (reduction === "mean" ? total / samples.length : total) + penaltyOf(network, row);
}

/**
 * One number for each parameter of one sample's pass, the penalty's slope not among them.
 * @param {Network} network
 * @param {Pass} pass
 * @returns {number[]}
 */
export function gradientOf(network, pass) {
  return pass.deltas.flatMap((deltas, layer) => {
    const weights = deltas.flatMap((delta) => pass.a[layer].map((source) => delta * source));
    const kind = network.biases[layer];
    return kind === "none" ? weights : [...weights, ...(kind === "shared" ? [sum(deltas)] : deltas)];
  });
}

/**
 * The gradient over a batch: the mean or sum of its samples', and the penalty's.
 * @param {Network} network
 * @param {number[]} row all parameters
 * @param {Sample[]} batch
 * @param {string} reduction mean or sum
 */
export function batchGradient(network, row, batch, reduction) {
  const total = new Array(row.length).fill(0);
  for (const sample of batch) {
    gradientOf(network, bothPasses(network, row, sample)).forEach((value, index) => { total[index] += value; });
  }
  const scale = reduction === "mean" ? 1 / batch.length : 1;
  const slopes = penaltySlopes(network, row);
  return total.map((value, index) => value * scale + slopes[index]);
}

/**
 * Of each parameter whether it is a weight (0) or a bias (1): where its factor stands in a pair.
 * @param {Network} network
 */
function kindsOf(network) {
  return network.biases.flatMap((kind, layer) => {
    const [sources, units] = [network.widths[layer], network.widths[layer + 1]];
    return [...new Array(sources * units).fill(0), ...new Array({ none: 0, shared: 1, own: units }[kind]).fill(1)];
  });
}

/**
 * R, what the penalty adds to the loss.
 * @param {Network} network
 * @param {number[]} row all parameters
 */
export function penaltyOf(network, row) {
  const { l2, l1, divisor } = network.penalty;
  const kinds = kindsOf(network);
  return sum(row.map((value, index) => 0.5 * l2[kinds[index]] * value * value + l1[kinds[index]] * Math.abs(value))) / divisor;
}

/**
 * The penalty's derivative by each parameter.
 * @param {Network} network
 * @param {number[]} row all parameters
 */
export function penaltySlopes(network, row) {
  const { l2, l1, divisor } = network.penalty;
  const kinds = kindsOf(network);
  return row.map((value, index) => (l2[kinds[index]] * value + l1[kinds[index]] * sign(value)) / divisor);
}

/**
 * One update of torch.optim.SGD: weight decay, momentum with dampening, Nesterov's look ahead, learning rate, in this order.
 * `ahead` is Nesterov's direction; `velocity` is null before the first update.
 * @param {Network} network
 * @param {Schedule} schedule
 * @param {number[]} row all parameters
 * @param {number[]} gradient
 * @param {number[] | null} velocity
 */
export function update(network, schedule, row, gradient, velocity) {
  const { rate, momentum, dampening, nesterov, decay } = schedule;
  const kinds = kindsOf(network);
  const decayed = gradient.map((value, index) => value + decay[kinds[index]] * row[index]);
  const kept = decayed.map((value, index) => (velocity ? momentum * velocity[index] + (1 - dampening) * value : value));
  const after = momentum ? kept : null;
  const direction = after === null ? decayed : nesterov ? decayed.map((value, index) => value + momentum * kept[index]) : kept;
  const frozen = new Set(schedule.frozen);
  const changes = direction.map((value, index) => (frozen.has(index) ? 0 : -rate * value));
  return { decayed, direction, velocity: after, changes, row: row.map((value, index) => value + changes[index]) };
}
