// Other activations and another loss have other formulas: the rows of the tables that say them are written anew.

import { data, find } from "./data.js";
import { isClosed } from "./closed.js";
import { math, operator } from "./numbers.js";
import { factorNumber, product, rows, symbol } from "./panel.js";
import { regroup } from "./show.js";
import { activationKey, currentModel, edits, LOSS } from "./state.js";
import { structure } from "./structure.js";

/** The cells as they were, by row and column. */
/** @type {Map<Element, Node[]>} */
const originals = new Map();
/** What the rows say now. */
let written = "";

/**
 * Put other content into a cell, keeping its own.
 * @param {string} name
 * @param {number} column
 * @param {(Node | string)[]} content
 */
function put(name, column, content) {
  const cell = rows.get(name)?.children[column];
  if (!cell) return;
  if (!originals.has(cell)) originals.set(cell, [...cell.childNodes]);
  cell.replaceChildren(...content);
}

/**
 * Formula and numbers of a row from a function's formula, whose places are named by the arguments' letters.
 * @param {string} name
 * @param {string} formula
 * @param {Record<string, string>} names the quantity of each letter
 */
function putFormula(name, formula, names) {
  for (const column of [1, 2]) {
    const body = document.adoptNode(new DOMParser().parseFromString(formula, "text/html").body);
    for (const place of find("[data-name]", body)) {
      const quantity = names[place.dataset.name ?? ""];
      if (column === 1) place.replaceWith(...symbol(quantity));
      else place.dataset.name = quantity;
    }
    put(name, column, [...body.childNodes]);
  }
}

/** Let the tables say the formulas of the functions that are chosen now. */
export function showFormulas() {
  const before = written;
  writeFormulas();
  if (written !== before) regroup();
}

function writeFormulas() {
  const model = data.model;
  if (model === null) return;
  const now = JSON.stringify([...edits].filter(([, value]) => typeof value === "string"));
  if (now === (written || "[]")) return;
  written = now;
  for (const [cell, content] of originals) cell.replaceChildren(...content);
  const { names, formulas } = model;
  const { network } = currentModel(model);
  const last = names.layers.length - 1;
  names.layers.forEach(({ z, a }, layer) => {
    if (!edits.has(activationKey(layer))) return;
    const { value, slope } = formulas.activations[network.activations[layer].name];
    z.forEach((net, unit) => {
      putFormula(a[unit], value, { z: net, a: a[unit] });
      putFormula(`d${a[unit]}/d${net}`, slope, { z: net, a: a[unit] });
    });
  });
  const outputs = names.layers[last].a;
  if (edits.has(LOSS)) {
    const { value, slope } = formulas.losses[network.loss.name];
    outputs.forEach((o, unit) => {
      const letters = { o, t: names.targets[unit] ?? "" };
      putFormula(names.shares[unit], value, letters);
      putFormula(`d${names.loss}/d${o}`, slope, letters);
    });
  }
  const wasClosed = isClosed(model.network.activations[last].name, model.network.loss.name);
  if (!wasClosed || !(edits.has(LOSS) || edits.has(activationKey(last)))) return;
  // the closed form, which belongs to the given pair alone, is left out
  for (const net of names.layers[last].z) {
    const name = `d${names.loss}/d${net}`;
    const terms = structure.get(name) ?? [];
    put(name, 1, sumOf(terms, symbol));
    put(name, 2, sumOf(terms, (factor) => [factorNumber(factor, 0)]));
  }
}

/**
 * A sum of products, each factor written by `write`.
 * @param {string[][]} terms
 * @param {(factor: string) => Node[]} write
 */
function sumOf(terms, write) {
  return terms.flatMap((term, index) => {
    const written = product(term.map(write));
    return index === 0 ? written : ["\u200b", math("math", [operator("+")]), ...written];
  });
}
