// The drawing: width and colour of its lines, the boxes behind their labels, and the lit paths.

import { data, find } from "./data.js";
import { short } from "./numbers.js";
import { view } from "./state.js";

/** @typedef {import("./values.js").Numbers} Numbers */

export const drawing = document.querySelector(".network");

const [THINNEST, WIDER] = [1.2, 5.8]; // pixels of the thinnest line, and what the widest has more

/** @param {string | undefined} text names with spaces between them, those within a name unbreakable */
export function words(text) {
  return text ? text.split(" ") : [];
}

/** @param {string} parameter */
function gradient(parameter) {
  return `d${data.loss}/d${parameter}`;
}

/**
 * Width and colour of the lines, the boxes behind their labels, the words that a screen reader says.
 * @param {Numbers} numbers
 */
export function showLines(numbers) {
  if (!drawing) return;
  const number = (/** @type {string} */ name) => numbers.get(name) ?? NaN;
  const shown = (/** @type {HTMLElement} */ { dataset: { parameter = "" } }) => number(view.by === "weight" ? parameter : gradient(parameter));
  const edges = find(".edge.weight", drawing);
  const largest = Math.max(...edges.map((edge) => Math.abs(shown(edge)))) || 1;
  for (const edge of edges) {
    const width = THINNEST + WIDER * Math.min(1, Math.abs(shown(edge)) / largest);
    edge.querySelector(".line")?.setAttribute("stroke-width", String(width));
  }
  for (const item of find(".edge.weight, .label", drawing)) {
    item.classList.toggle("negative", shown(item) < 0);
    item.classList.toggle("positive", shown(item) > 0);
  }
  fitBoxes(drawing);
  for (const title of find("[data-title]", drawing)) {
    const { title: parameter = "" } = title.dataset;
    const kind = title.parentElement?.classList.contains("bias") ? "bias" : "weight";
    title.textContent = `${kind} ${parameter} = ${short(number(parameter))}, gradient ${short(number(gradient(parameter)))}`;
  }
}

/** @param {Element} within */
function fitBoxes(within) {
  const boxes = find(`.label rect.${view.by}-value`, within);
  const texts = boxes.map((box) => /** @type {SVGTextElement} */ (/** @type {unknown} */ (box.parentElement?.querySelector("text"))));
  const widths = texts.map((text) => text.getComputedTextLength() + 8);
  boxes.forEach((box, index) => {
    box.setAttribute("x", String(Number(texts[index].getAttribute("x")) - widths[index] / 2));
    box.setAttribute("width", String(widths[index]));
  });
}

/**
 * Light the lines and units that stand for some local derivatives, and mark the parameter's own.
 * @param {string[]} links
 * @param {string | null} parameter
 */
export function light(links, parameter) {
  if (!drawing) return;
  const wanted = new Set(links.map((link) => link.replaceAll(" ", "\u00a0")));
  drawing.classList.toggle("has-selection", wanted.size > 0);
  for (const item of find("[data-links], [data-near]", drawing)) {
    item.classList.toggle("lit", words(item.dataset.links).some((link) => wanted.has(link)));
    item.classList.toggle("near", words(item.dataset.near).some((link) => wanted.has(link)));
  }
  const lit = new Set(find(".edge.lit", drawing).map((edge) => edge.dataset.parameter));
  for (const label of find(".label", drawing)) label.classList.toggle("near", lit.has(label.dataset.parameter));
  for (const link of find("a[data-parameter]", drawing)) {
    if (parameter !== null && link.dataset.parameter === parameter) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** Bring what is lit into the drawing's window. */
export function scrollToLit() {
  const scroller = drawing?.closest(".scroll");
  if (!drawing || !scroller) return;
  const boxes = find(".lit .line, .lit .shape, [aria-current] .shape", drawing).map((item) => item.getBoundingClientRect());
  if (!boxes.length) return;
  const window = scroller.getBoundingClientRect();
  const [left, right] = [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))];
  const [top, bottom] = [Math.min(...boxes.map((box) => box.top)), Math.max(...boxes.map((box) => box.bottom))];
  // its middle to the window's middle, or where it is longer its beginning to the window's
  const by = (/** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ from, /** @type {number} */ to) =>
    high - low > to - from ? low - from : (low + high) / 2 - (from + to) / 2;
  scroller.scrollBy({ left: by(left, right, window.left, window.right), top: by(top, bottom, window.top, window.bottom), behavior: "instant" });
}
