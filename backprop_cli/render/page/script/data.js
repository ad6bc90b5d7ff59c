// What the program put into the page: the network's names and functions, its samples, the parameters of every kept step.

/** @typedef {import("./engine.js").Network} Network */
/** @typedef {import("./engine.js").Schedule} Schedule */
/** @typedef {import("./engine.js").Sample} Sample */

/** @typedef {{z: string[], a: string[], weights: string[][], biases: string[]}} LayerNames `weights` is units × sources */
/** @typedef {{inputs: string[], targets: string[], shares: string[], loss: string, penalty: string, layers: LayerNames[]}} Names */

/**
 * A kept step: its number, the losses before the first step and after this one, where the latter is drawn, and the parameters
 * before the step with their velocities. `batch` is left out where it is all samples, `gradient` where it is soon worked out.
 * Of a network that is too large to be worked out here there are heat `maps`, each with its range.
 * @typedef {{step: number, losses: [number, number], point: [number, number], row?: number[], velocity?: number[], batch?: number[], gradient?: number[], maps?: Record<string, [string, string]>}} Frame
 */

/**
 * What a function is called, its default settings, and its formulas as HTML with `data-name` places for its arguments.
 * @typedef {{settings: number[], keys: string[], value: string, slope: string}} Formulas
 */

/**
 * `samples` by index, of very many some are left out; `updates` is the update of any weight and of any bias as HTML; `gates` are
 * the operations, none where they are too many.
 * @typedef {{names: Names, network: Network, schedule: Schedule, samples: Sample[], updates: Record<string, string>, formulas: {activations: Record<string, Formulas>, losses: Record<string, Formulas>}, sentences: Record<string, string>, file: Record<string, unknown>, gates: import("./circuit.js").Gates}} Model
 */

/**
 * `model` is null where the network is too large to be worked out in the page; `shown` is the sample (from 0) shown first.
 * @typedef {{digits: import("./numbers.js").Digits, steps: number, loss: string, samples: number, shown: number, model: Model | null, frames: Frame[]}} Data
 */

/**
 * What the page of definitions has instead: the operations, the values of the variables, and of each partial that is a local
 * derivative its name, what it is of and what by.
 * @typedef {{gates: import("./circuit.js").Gates, at: Record<string, number>, links: [string, string, string][]}} Definitions
 */

/** @type {Data & {definitions: Definitions}} */
export const data = JSON.parse(element("data").textContent ?? "");

/**
 * The element with this id, which the page always has.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * Every element that matches, in the page or within another.
 * @param {string} selector
 * @param {ParentNode} within
 * @returns {HTMLElement[]}
 */
export function find(selector, within = document) {
  return [...within.querySelectorAll(selector)].map((found) => /** @type {HTMLElement} */ (found));
}

/**
 * An element of HTML.
 * @param {string} tag
 * @param {(Node | string)[]} content
 * @param {Record<string, string>} attributes
 */
export function html(tag, content = [], attributes = {}) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}
