// The graph of the operations: forward the value of each gate, backward the gradient of each.

import { sum } from "./arithmetic.js";
import { OPERATIONS } from "./operations.js";

/** @typedef {Map<string, number>} Numbers */
/** @typedef {number | string | [string, ...unknown[]]} Expression a number, a name, or an operation and the expressions it is of */
/** @typedef {[name: string, body: Expression][]} Gates each behind those that it is computed from */
/** @typedef {{value: number, slopes: Numbers}} Dual a value, and its slope by each name that it depends on */

/** @param {number[]} factors */
function productOf(factors) {
  return factors.reduce((product, factor) => product * factor, 1);
}

/**
 * What has any number of arguments, or slopes with a case of their own: the value, and the slope by the argument of an index.
 * @type {Record<string, {value: (...v: number[]) => number, slope: (index: number, ...v: number[]) => number}>}
 */
const STRUCTURAL = {
  "+": { value: (...v) => sum(v), slope: () => 1 },
  "*": { value: (...v) => productOf(v), slope: (index, ...v) => productOf(v.filter((_, other) => other !== index)) },
  "/": { value: (x, y) => x / y, slope: (index, x, y) => (index === 0 ? 1 / y : -(x / y) / y) },
  "^": {
    value: (x, y) => x ** y,
    slope: (index, x, y) => (index === 1 ? (x === 0 ? 0 : x ** y * Math.log(x)) : y === 0 ? 0 : y * x ** (y - 1)),
  },
};

/** @type {Record<string, (left: number, right: number) => boolean>} */
const CONDITIONS = {
  "if >": (left, right) => left > right, "if >=": (left, right) => left >= right, "if <": (left, right) => left < right,
  "if <=": (left, right) => left <= right, "if ==": (left, right) => left === right,
};

/**
 * The value of an expression and its slope by each name in it: the chain rule within one gate.
 * @param {Expression} expression
 * @param {Numbers} values
 * @returns {Dual}
 */
function dual(expression, values) {
  if (typeof expression === "number") return { value: expression, slopes: new Map() };
  if (typeof expression === "string") return { value: values.get(expression) ?? NaN, slopes: new Map([[expression, 1]]) };
  const [operation, ...of] = expression;
  const parts = /** @type {Expression[]} */ (of);
  if (operation in CONDITIONS) {
    // what is not chosen is not evaluated: it may have no value here
    const [then, left, right, otherwise] = parts;
    return dual(CONDITIONS[operation](dual(left, values).value, dual(right, values).value) ? then : otherwise, values);
  }
  const inner = parts.map((part) => dual(part, values));
  const v = inner.map(({ value }) => value);
  const own = STRUCTURAL[operation];
  const [printed, ...printedSlopes] = OPERATIONS[operation] ?? [];
  const [x, y] = v;
  /** @type {Numbers} */
  const slopes = new Map();
  inner.forEach((part, index) => {
    if (part.slopes.size === 0) return;
    const outer = own ? own.slope(index, ...v) : printedSlopes[index](x, y);
    for (const [name, slope] of part.slopes) slopes.set(name, (slopes.get(name) ?? 0) + outer * slope);
  });
  return { value: own ? own.value(...v) : printed(x, y), slopes };
}

/**
 * The numbers of all gates: values by name, gradients of the last gate by `dE/du`. Those that are known stay as they are.
 * @param {Gates} gates
 * @param {Numbers} known at least the variables' values
 * @param {string[]} variables those whose gradients are not known
 * @returns {{numbers: Numbers, local: Map<string, Numbers>}} `local` has each gate's slopes by its inputs
 */
export function throughGates(gates, known, variables = []) {
  const found = new Map(known);
  const set = (/** @type {string} */ name, /** @type {number} */ value) => { if (!known.has(name)) found.set(name, value); };
  /** @type {Map<string, Numbers>} */
  const local = new Map();
  for (const [name, body] of gates) {
    const { value, slopes } = dual(body, found);
    set(name, value);
    local.set(name, slopes);
  }
  const [target] = gates[gates.length - 1];
  const by = (/** @type {string} */ of, /** @type {string} */ wrt) => `d${of}/d${wrt}`;
  const pulled = new Map([...variables, ...gates.map(([name]) => name)].map((name) => [name, Number(name === target)]));
  for (const [name, slopes] of [...local].reverse()) {
    const gradient = known.get(by(target, name)) ?? pulled.get(name) ?? NaN;
    for (const [input, slope] of slopes) pulled.set(input, (pulled.get(input) ?? 0) + gradient * slope);
  }
  for (const [name, gradient] of pulled) set(by(target, name), gradient);
  return { numbers: found, local };
}
