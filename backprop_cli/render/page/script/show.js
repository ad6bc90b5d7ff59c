// Writing the numbers into their places: what can be seen at once, the rest when there is time for it.

import { find } from "./data.js";
import { cell, exact, MATHML, mathNumber, percent, short, SVG } from "./numbers.js";

/** @typedef {import("./state.js").Shown} Shown */
/** @typedef {{region: Element, around: Element, elements: Element[]}} Group the places within a row, picture or paragraph */

const SLICE = 8; // milliseconds of writing at a time
const MARGIN = 300; // pixels beyond the window that are written at once too

/** @type {Group[]} */
let groups = [];
regroup();
/** @type {Group[]} */
let waiting = [];
/** @type {Shown} */
let latest = { ofStep: new Map(), ofSample: new Map() };
let isTimed = false;

/** Look for the places anew; those in what is built when it is asked for are written there. */
export function regroup() {
  groups = grouped(find("[data-name], [data-product]").filter((place) => !place.closest("#chosen, #stepper")));
}

/**
 * @param {Element[]} places
 * @returns {Group[]}
 */
function grouped(places) {
  /** @type {Map<Element, Element[]>} */
  const found = new Map();
  for (const place of places) {
    const region = place.closest(place.hasAttribute("data-product") ? "tbody" : "tr, svg, p, article") ?? place;
    found.set(region, [...(found.get(region) ?? []), place]);
  }
  return [...found].map(([region, elements]) => ({ region, around: region.closest(".scroll, article") ?? region, elements }));
}

/**
 * Write all numbers; those out of sight follow while nothing else is to be done.
 * @param {Shown} shown
 */
export function showNumbers(shown) {
  latest = shown;
  const near = new Set([...new Set(groups.map(({ around }) => around))].filter(isNear));
  // the rows of a table that is out of sight are not asked for: they would have to be laid out
  const seen = new Set(groups.filter(({ region, around }) => near.has(around) && (region === around || isNear(region))));
  waiting = groups.filter((group) => !seen.has(group));
  for (const group of seen) write(group);
  document.documentElement.toggleAttribute("data-behind", waiting.length > 0);
  if (!isTimed && waiting.length) later();
}

/**
 * Whether an element is in the window or close to it.
 * @param {Element} element
 */
function isNear(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > -MARGIN && top < innerHeight + MARGIN;
}

function later() {
  isTimed = true;
  setTimeout(() => {
    const end = performance.now() + SLICE;
    isTimed = false;
    while (waiting.length && performance.now() < end) write(/** @type {Group} */ (waiting.shift()));
    if (waiting.length) later();
    document.documentElement.toggleAttribute("data-behind", waiting.length > 0);
  });
}

/** Write what still waits. */
function finish() {
  for (const group of waiting.splice(0)) write(group);
  document.documentElement.removeAttribute("data-behind");
}

/** @param {Group} group */
function write({ region, elements }) {
  if (region.localName === "tbody") showProducts(region, elements);
  else for (const element of elements) showNumber(element, latest);
}

/**
 * Paths' products with their shares of the whole, the largest first.
 * @param {Element} table
 * @param {Element[]} places
 */
function showProducts(table, places) {
  const number = (/** @type {string} */ name) => latest.ofSample.get(name.replaceAll("\u00a0", " ")) ?? NaN;
  const paths = places.map((place) => {
    const factors = (place.getAttribute("data-product") ?? "").split(" ");
    return { place, value: factors.reduce((all, factor) => all * number(factor), 1) };
  });
  paths.sort((one, two) => Math.abs(two.value) - Math.abs(one.value));
  paths.forEach(({ place, value }, index) => {
    const share = place.nextElementSibling;
    const whole = number(share?.getAttribute("data-share") ?? "");
    place.textContent = cell(value);
    if (share) share.textContent = whole ? percent(value / whole) : "";
    const row = place.closest("tr");
    if (row) row.cells[0].textContent = String(index + 1);
    if (row) table.append(row);
  });
}

/**
 * Write one number, if its place does not show it already.
 * @param {Element} element
 * @param {Shown} shown
 */
export function showNumber(element, { ofStep, ofSample }) {
  const name = element.getAttribute("data-name") ?? "";
  const isOfStep = element.getAttribute("data-of") === "step";
  const value = isOfStep ? ofStep.get(name) ?? ofSample.get(name) : ofSample.get(name) ?? ofStep.get(name);
  if (value === undefined) return;
  const written = exact(value);
  if (element.getAttribute("data-value") === written) return;
  element.setAttribute("data-value", written);
  if (element.namespaceURI === MATHML) element.replaceChildren(...mathNumber(value, element.hasAttribute("data-factor")));
  else if (element.namespaceURI === SVG) showDrawn(element, value);
  else element.textContent = cell(value);
}

/**
 * A long number is set smaller, so that it stays within its unit.
 * @param {Element} element
 * @param {number} value
 */
function showDrawn(element, value) {
  element.textContent = short(value);
  element.classList.toggle("long", short(value).length > 7);
}

addEventListener("beforeprint", finish);
