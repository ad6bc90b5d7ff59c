// Every number of a step and a sample by its name: `w31`, `z3`, `dE/dw31`, and of the step `w31+`, `Δw31`, `v(w31)`.

import { sum } from "./arithmetic.js";
import { batchGradient, bothPasses, gradientOf, penaltyOf, penaltySlopes, placesOf, update } from "./engine.js";

/** @typedef {import("./data.js").Model} Model */
/** @typedef {import("./engine.js").Sample} Sample */
/** @typedef {Map<string, number>} Numbers */
/**
 * Where an update is made: the parameters, their velocities, the samples; and its gradient, where that is known.
 * @typedef {{row: number[], velocity: number[] | null, batch: number[], gradient: number[] | null}} Point
 */

/**
 * The names of all parameters, in the order of a row.
 * @param {Model} model
 */
export function parametersOf({ names }) {
  return names.layers.flatMap(({ weights, biases }) => [...weights.flat(), ...biases]);
}

/**
 * Everything of one sample: inputs, targets, parameters, the forward pass, every partial derivative.
 * @param {Model} model
 * @param {number[]} row
 * @param {Sample} sample
 * @param {number} batch how many samples share the penalty
 * @returns {Numbers}
 */
export function sampleNumbers(model, row, sample, batch) {
  const { names } = model;
  const network = withShare(model, batch);
  const pass = bothPasses(network, row, sample);
  const places = placesOf(network);
  const slopes = penaltySlopes(network, row);
  const gradient = gradientOf(network, pass).map((value, index) => value + slopes[index]);
  const by = (/** @type {string} */ of, /** @type {string} */ wrt) => `d${of}/d${wrt}`;
  /** @type {[string, number][]} */
  const found = names.inputs.map((name, index) => [name, sample.x[index]]);
  const add = (/** @type {string} */ name, /** @type {number} */ value) => found.push([name, value]);
  if (names.targets.length) {
    names.targets.forEach((name, index) => add(name, sample.t[index]));
    add("Σt", sum(sample.t));
  }
  parametersOf(model).forEach((name, index) => {
    add(name, row[index]);
    add(by(names.loss, name), gradient[index]);
    if (names.penalty) add(by(names.penalty, name), slopes[index]);
  });
  names.layers.forEach(({ z, a, weights, biases }, layer) => {
    const sources = layer === 0 ? names.inputs : names.layers[layer - 1].a;
    z.forEach((name, unit) => {
      add(name, pass.z[layer][unit]);
      add(a[unit], pass.a[layer + 1][unit]);
      add(by(names.loss, name), pass.deltas[layer][unit]);
      pass.slopes[layer][unit].forEach((slope, other, all) => add(by(a[unit], all.length === 1 ? name : z[other]), slope));
      if (biases.length) add(by(name, biases[biases.length === 1 ? 0 : unit]), 1);
      sources.forEach((source, index) => {
        add(by(name, weights[unit][index]), pass.a[layer][index]);
        add(by(name, source), row[places[layer].weights + unit * sources.length + index]);
      });
    });
    sources.forEach((source, index) => add(by(names.loss, source), pass.upstream[layer][index]));
  });
  const outputs = names.layers[names.layers.length - 1].a;
  outputs.forEach((name, unit) => add(by(names.loss, name), pass.upstream[names.layers.length][unit]));
  names.shares.forEach((name, unit) => add(name, pass.shares[unit]));
  if (names.penalty) add(names.penalty, penaltyOf(network, row));
  add(names.loss, pass.loss);
  return new Map(found);
}

/**
 * The network with what each sample carries of the penalty where their losses are added up.
 * @param {Model} model
 * @param {number} batch
 */
function withShare({ network, schedule }, batch) {
  const divisor = network.penalty.divisor * (schedule.reduction === "sum" ? batch : 1);
  return { ...network, penalty: { ...network.penalty, divisor } };
}

/**
 * The samples of a step's batch.
 * @param {Model} model
 * @param {number[]} batch
 */
function samplesOf(model, batch) {
  return batch.map((index) => model.samples[index]);
}

/**
 * The gradients over the batch, and what the update makes of them.
 * @param {Model} model
 * @param {Point} point
 */
export function step(model, { row, velocity, batch, gradient: known }) {
  const { network, schedule } = model;
  const gradient = known ?? batchGradient(network, row, samplesOf(model, batch), schedule.reduction);
  return { gradient, ...update(network, schedule, row, gradient, velocity) };
}

/**
 * Everything of one step but the losses.
 * @param {Model} model
 * @param {Point} point
 * @param {boolean} isUpdate whether the step is made, or only looked at
 * @returns {Numbers}
 */
export function stepNumbers(model, point, isUpdate) {
  const { names } = model;
  const made = step(model, point);
  /** @type {[string, number][]} */
  const found = [];
  parametersOf(model).forEach((name, index) => {
    found.push([name, point.row[index]], [`d${names.loss}/d${name}`, made.gradient[index]]);
    if (!isUpdate) return;
    found.push([`Δ${name}`, made.changes[index]], [`${name}+`, made.row[index]], [`g(${name})`, made.decayed[index]]);
    if (made.velocity === null) return;
    found.push([`v(${name})`, point.velocity?.[index] ?? 0], [`v(${name})+`, made.velocity[index]]);
    found.push([`ahead(${name})`, made.direction[index]]);
  });
  return new Map(found);
}
