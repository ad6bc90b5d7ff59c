// Which derivative is made of which: the chain rule by names alone, and the paths that follow from it.

import { data } from "./data.js";

/** @typedef {import("./values.js").Numbers} Numbers */
/** @typedef {Map<string, string[][]>} Structure of each derivative that is no local one its terms, products of others */
/** @typedef {{factors: string[], value: number}} Path */

/**
 * The terms of every ∂E/∂…; whatever is not in the map is a local derivative.
 * @param {import("./data.js").Model} model
 * @returns {Structure}
 */
function structureOf({ names, network }) {
  const by = (/** @type {string} */ of, /** @type {string} */ wrt) => `d${of}/d${wrt}`;
  const { loss, penalty } = names;
  /** @type {Structure} */
  const terms = new Map();
  names.layers.forEach(({ z, a, weights, biases }, layer) => {
    const sources = layer === 0 ? names.inputs : names.layers[layer - 1].a;
    const isMixed = network.activations[layer].name === "softmax";
    z.forEach((net, unit) => {
      const above = isMixed ? a : [a[unit]];
      terms.set(by(loss, net), above.map((activation) => [by(loss, activation), by(activation, net)]));
    });
    const own = (/** @type {string} */ name) => (penalized(network.penalty, biases.includes(name)) && penalty ? [[by(penalty, name)]] : []);
    weights.forEach((row, unit) => row.forEach((name) => {
      terms.set(by(loss, name), [[by(loss, z[unit]), by(z[unit], name)], ...own(name)]);
    }));
    biases.forEach((name, index) => {
      const units = network.biases[layer] === "shared" ? z : [z[index]];
      terms.set(by(loss, name), [...units.map((net) => [by(loss, net), by(net, name)]), ...own(name)]);
    });
    sources.forEach((source) => terms.set(by(loss, source), z.map((net) => [by(loss, net), by(net, source)])));
  });
  return terms;
}

/**
 * @param {import("./engine.js").Penalty} penalty
 * @param {boolean} isBias
 */
function penalized({ l2, l1 }, isBias) {
  return l2[Number(isBias)] !== 0 || l1[Number(isBias)] !== 0;
}

/**
 * Everything that a derivative is made of, each once and before it is used, itself last.
 * @param {Structure} structure
 * @param {string} target
 * @returns {string[]}
 */
export function closure(structure, target) {
  /** @type {Set<string>} */
  const seen = new Set();
  const visit = (/** @type {string} */ name) => {
    if (seen.has(name)) return;
    for (const factor of (structure.get(name) ?? []).flat()) visit(factor);
    seen.add(name);
  };
  visit(target);
  return [...seen];
}

/**
 * The largest paths of a derivative, and how many there are in all.
 * @param {Structure} structure
 * @param {string} target
 * @param {Numbers} numbers
 * @param {number} limit
 */
export function pathsOf(structure, target, numbers, limit) {
  /** @type {Map<string, {paths: Path[], count: number}>} */
  const done = new Map();
  const size = (/** @type {Path} */ path) => Math.abs(path.value);
  for (const name of closure(structure, target)) {
    const terms = structure.get(name);
    if (terms === undefined) {
      done.set(name, { paths: [{ factors: [name], value: numbers.get(name) ?? NaN }], count: 1 });
      continue;
    }
    /** @type {Path[]} */
    const paths = [];
    let count = 0;
    for (const term of terms) {
      const factors = term.map((factor) => /** @type {{paths: Path[], count: number}} */ (done.get(factor)));
      count += factors.reduce((product, factor) => product * factor.count, 1);
      paths.push(...factors.map((factor) => factor.paths).reduce((before, next) => before.flatMap((one) => next.map((two) => joined(one, two)))));
    }
    paths.sort((one, two) => size(two) - size(one));
    done.set(name, { paths: paths.slice(0, limit), count });
  }
  return /** @type {{paths: Path[], count: number}} */ (done.get(target));
}

/**
 * @param {Path} one
 * @param {Path} two
 * @returns {Path}
 */
function joined(one, two) {
  return { factors: [...one.factors, ...two.factors], value: one.value * two.value };
}

/** @type {Structure} */
export const structure = data.model === null ? new Map() : structureOf(data.model);
