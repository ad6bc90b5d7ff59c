// The derivation of the chosen parameter, built when it is asked for: its chain, its paths, its factors, its update.

import { data, element, find, html } from "./data.js";
import { bothPasses, gradientOf, penaltySlopes } from "./engine.js";
import { cell, exact, math, mathNumber, operator, percent } from "./numbers.js";
import { currentModel, point, sampleNumber, view } from "./state.js";
import { closure, pathsOf, structure } from "./structure.js";
import { showNumber } from "./show.js";
import { parametersOf } from "./values.js";

/** @typedef {import("./state.js").Shown} Shown */

const MOST_PATHS = 8;
const LONGEST_PRODUCT = 12; // a chain of more factors is only written one link deep
const MOST_SAMPLES = 12; // of a larger batch the samples are not listed
const PLACE = "\ue000"; // stands in a template for the parameter's name

/** The row of every quantity in the tables. */
export const rows = new Map(find("tr[data-row]").map((row) => [row.dataset.row ?? "", row]));

/**
 * How a quantity is written, as in its row of the tables.
 * @param {string} name
 * @returns {Node[]}
 */
export function symbol(name) {
  const written = rows.get(name)?.querySelector("th math");
  return written ? [...written.childNodes].map((node) => node.cloneNode(true)) : [math("mtext", [name])];
}

/**
 * A number that is a factor, marked with its name, in the colour of its line.
 * @param {string} name
 * @param {number} value
 */
export function factorNumber(name, value) {
  const stage = rows.get(name)?.querySelector("th [data-stage]")?.getAttribute("data-stage");
  const marks = { "data-name": name, "data-value": exact(value), "data-factor": "" };
  return math("mrow", mathNumber(value, true), stage ? { ...marks, "data-stage": stage } : marks);
}

/**
 * Formulas with dots between them; a line may end after each dot.
 * @param {Node[][]} factors
 * @returns {(Node | string)[]}
 */
export function product(factors) {
  return factors.flatMap((factor, index) => {
    const isLast = index === factors.length - 1;
    const formula = math("math", isLast ? factor : [...factor, operator("⋅")]);
    return isLast ? [formula] : [formula, "\u200b"];
  });
}

/**
 * The chain down to its local derivatives, as long as it has no branches.
 * @param {string} target
 */
function wholeChain(target) {
  let factors = [target];
  const single = (/** @type {string} */ name) => {
    const terms = structure.get(name) ?? [];
    return terms.length === 1 ? terms[0] : null;
  };
  while (factors.length <= LONGEST_PRODUCT && factors.some(single)) factors = factors.flatMap((name) => single(name) ?? [name]);
  return factors.length > 1 && factors.length <= LONGEST_PRODUCT ? factors : null;
}

/**
 * The copy of a cell of a quantity's row: its formula (1) or its numbers (2).
 * @param {string} name
 * @param {number} column
 * @returns {Node[]}
 */
function cellOf(name, column) {
  const cells = rows.get(name)?.children[column]?.childNodes ?? [];
  return [...cells].map((node) => node.cloneNode(true));
}

/**
 * An equation in lines: what stands left of the first sign, and what stands right of each.
 * @param {Node[]} left
 * @param {(Node | string)[][]} rights
 */
function equations(left, rights) {
  const lines = rights.flatMap((right, index) => [
    html("span", index === 0 ? [math("math", left)] : [], { class: "left" }),
    html("span", ["="], { class: "equals" }),
    html("span", right, { class: "right" }),
  ]);
  return html("div", lines, { class: "equations" });
}

/**
 * A cell that shows a quantity.
 * @param {string} tag
 * @param {string} name
 * @param {number} value
 * @param {Record<string, string>} more
 */
function quantity(tag, name, value, more = {}) {
  return html(tag, [cell(value)], { class: "number", "data-name": name, "data-value": exact(value), ...more });
}

/**
 * @param {string} target
 * @param {Shown} shown
 */
function chain(target, { ofSample }) {
  const whole = wholeChain(target);
  const number = (/** @type {string} */ name) => ofSample.get(name) ?? NaN;
  const rights = whole
    ? [product(whole.map(symbol)), product(whole.map((name) => [factorNumber(name, number(name))]))]
    : [cellOf(target, 1), cellOf(target, 2)];
  const value = math("mrow", mathNumber(number(target), false), { "data-name": target, "data-value": exact(number(target)) });
  return equations(symbol(target), [...rights, product([[value]])]);
}

/**
 * @param {string} target
 * @param {Shown} shown
 * @param {(factors: string[]) => void} lightPath lights one path, or all of them
 */
function pathTable(target, { ofSample }, lightPath) {
  const { paths, count } = pathsOf(structure, target, ofSample, MOST_PATHS);
  if (count === 1 && paths[0].factors.length <= LONGEST_PRODUCT) return []; // it is the chain itself
  const whole = ofSample.get(target);
  const all = closure(structure, target);
  const body = paths.map(({ factors, value }, index) => {
    const button = html("button", [String(index + 1)], { type: "button", "aria-pressed": "false", "aria-label": `light path ${index + 1} alone` });
    button.addEventListener("click", () => {
      const isAlone = button.getAttribute("aria-pressed") === "false";
      for (const other of find(".paths button", element("chosen"))) other.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-pressed", String(isAlone));
      lightPath(isAlone ? factors : all);
    });
    const numbers = factors.map((name) => [factorNumber(name, ofSample.get(name) ?? NaN)]);
    return html("tr", [
      html("th", [button], { scope: "row" }),
      html("td", [html("div", product(factors.map(symbol))), html("div", product(numbers))]),
      html("td", [cell(value)], { class: "number", "data-product": "" }),
      html("td", whole ? [percent(value / whole)] : [], { class: "number", "data-share": "" }),
    ]);
  });
  const heads = [["path"], ["factors"], ["product", "number"], ["share", "number"]];
  const head = html("tr", heads.map(([text, kind = ""]) => html("th", [text], { scope: "col", class: kind })));
  const caption = html("caption", ["Paths to the loss"]);
  const table = html("table", [caption, html("thead", [head]), html("tbody", body)], { class: "paths" });
  const left = count - paths.length;
  return left > 0 ? [table, html("p", [`… ${left.toLocaleString("en")} more path${left === 1 ? "" : "s"}.`])] : [table];
}

/**
 * A copy of a quantity's row in the tables, with nothing in it to be clicked.
 * @param {string} name
 * @param {Shown} shown
 */
export function cloneRow(name, shown) {
  const row = /** @type {HTMLElement | undefined} */ (rows.get(name)?.cloneNode(true));
  if (row === undefined) return null;
  row.classList.remove("chosen");
  delete row.dataset.link;
  row.removeAttribute("id");
  for (const link of find("a", row)) {
    link.before(html("span", [(link.getAttribute("aria-label") ?? "").split(",")[0]], { class: "unseen" }));
    link.replaceWith(...link.childNodes);
  }
  for (const place of find("[data-name]", row)) showNumber(place, shown);
  return row;
}

/**
 * The table rows of everything that the gradient is made of.
 * @param {string} target
 * @param {Shown} shown
 */
function factorTable(target, shown) {
  const copies = closure(structure, target).flatMap((name) => cloneRow(name, shown) ?? []);
  return html("table", [html("caption", ["Factor by factor"]), html("tbody", copies)], { class: "worked" });
}

/**
 * How the batch's gradient comes of its samples', where it is not the shown sample's alone.
 * @param {string} parameter
 * @param {string} target
 * @param {Shown} shown
 */
function batchPart(parameter, target, { ofStep }) {
  if (data.model === null || data.samples === 1) return [];
  const model = currentModel(data.model);
  const { row, batch } = point();
  if (batch.some((sample) => !model.samples[sample])) return [];
  const { reduction } = model.schedule;
  const gradient = ofStep.get(target) ?? NaN;
  const how = batch.length > 1 ? `the ${reduction} over the samples of its batch` : `that of sample ${batch[0] + 1}, its batch`;
  const value = quantity("span", target, gradient, { "data-of": "step" });
  const sentence = html("p", [`That is sample ${sampleNumber()}'s gradient. The step takes ${how}, `, value, "."], { class: "of-batch" });
  if (batch.length === 1 || batch.length > MOST_SAMPLES) return [sentence];
  const place = parametersOf(model).indexOf(parameter);
  const penalty = penaltySlopes(model.network, row)[place] / (reduction === "sum" ? batch.length : 1);
  const ofSamples = batch.map((sample) => gradientOf(model.network, bothPasses(model.network, row, model.samples[sample]))[place] + penalty);
  const lines = batch.map((sample, index) => html("tr", [html("th", [`sample ${sample + 1}`], { scope: "row" }), html("td", [cell(ofSamples[index])], { class: "number" })], sample === view.sample ? { class: "current" } : {}));
  lines.push(html("tr", [html("th", [reduction], { scope: "row" }), quantity("td", target, gradient, { "data-of": "step" })], { class: "total" }));
  return [sentence, html("table", [html("caption", ["The samples' gradients, side by side"]), html("tbody", lines)], { class: "plain" })];
}

/**
 * @param {string} parameter
 * @param {Shown} shown
 */
function updatePart(parameter, shown) {
  const isBias = data.model?.names.layers.some(({ biases }) => biases.includes(parameter));
  const index = data.model ? parametersOf(data.model).indexOf(parameter) : -1;
  const text = data.model?.updates[isBias ? "bias" : "weight"];
  if (!text) return [];
  if (data.model?.schedule.frozen.includes(index)) return [html("p", ["It is frozen: no step changes it."])];
  const part = document.adoptNode(new DOMParser().parseFromString(text, "text/html").body);
  for (const word of find("mtext", part)) {
    if (word.textContent === PLACE) word.replaceWith(...symbol(parameter));
  }
  for (const marked of find("[data-name], [data-partial]", part)) {
    for (const key of ["data-name", "data-partial"]) {
      const text = marked.getAttribute(key);
      if (text !== null) marked.setAttribute(key, text.replaceAll(PLACE, parameter));
    }
    showNumber(marked, shown);
  }
  return [html("h4", ["Update"]), ...part.childNodes];
}

/**
 * Fill the panel; the keyboard's place in it and how far it is scrolled stay.
 * @param {string} parameter
 * @param {Shown} shown
 * @param {(factors: string[]) => void} lightPath
 * @param {() => void} leave
 */
export function fillPanel(parameter, shown, lightPath, leave) {
  const panel = element("chosen");
  const box = element("derivation");
  const target = `d${data.loss}/d${parameter}`;
  const focused = panel.contains(document.activeElement) ? document.activeElement?.getAttribute("aria-label") : null;
  const { scrollTop } = panel;
  const value = shown.ofSample.get(parameter) ?? NaN;
  const mark = math("mrow", mathNumber(value, false), { "data-name": parameter, "data-value": exact(value) });
  const title = html("h3", [math("math", [...symbol(parameter), math("mo", ["="]), mark])], { "aria-label": parameter });
  const close = html("button", ["Close"], { type: "button", class: "close", "aria-label": "Close" });
  close.addEventListener("click", leave);
  box.replaceChildren(close, title, chain(target, shown));
  element("parts").replaceChildren(
    ...pathTable(target, shown, lightPath), factorTable(target, shown), ...batchPart(parameter, target, shown), ...updatePart(parameter, shown),
  );
  panel.scrollTop = scrollTop;
  if (focused) /** @type {HTMLElement | null} */ (panel.querySelector(`[aria-label="${CSS.escape(focused)}"]`))?.focus({ preventScroll: true });
}
