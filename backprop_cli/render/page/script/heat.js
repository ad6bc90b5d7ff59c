// The heat maps of a network that is too large to be drawn: they follow the slider and every change, and say a cell's value.

import { svg } from "./along.js";
import { data, element, find } from "./data.js";
import { choose, followers } from "./main.js";
import { short } from "./numbers.js";
import { NEGATIVE, POSITIVE } from "./plane.js";
import { frame, numbers } from "./state.js";

/** @typedef {{image: SVGImageElement, kind: string, layer: number, units: number, sources: number}} HeatMap */
/** @typedef {{map: HeatMap, row: number, column: number}} Cell */
/** @typedef {import("./state.js").Shown} Shown */

const KEYS = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] });

/** @type {HeatMap[]} */
const maps = find("[data-map]").map((place) => {
  const image = /** @type {SVGImageElement} */ (/** @type {unknown} */ (place));
  const [kind, layer] = (image.dataset.map ?? "").split(" ");
  const [units, sources] = (image.dataset.shape ?? "").split(" ").map(Number);
  return { image, kind, layer: Number(layer) - 1, units, sources };
});
/** @type {Cell | null} */
let chosenCell = null;
/** The numbers of each painted map, units × sources in a row. */
/** @type {Map<HeatMap, number[]>} */
const painted = new Map();

/**
 * The numbers of a map as they are now, where the page knows them all.
 * @param {HeatMap} map
 * @param {Shown} shown
 */
function numbersOf({ kind, layer }, { ofStep }) {
  if (data.model === null) return null;
  const names = data.model.names.layers[layer].weights.flat();
  return names.map((name) => ofStep.get(kind === "weights" ? name : `d${data.loss}/d${name}`) ?? NaN);
}

/** @param {number[]} values */
function spanOf(values) {
  return `${short(Math.min(...values))} … ${short(Math.max(...values))}`;
}

/**
 * Blue where positive, orange where negative, the stronger the larger.
 * @param {HeatMap} map
 * @param {number[]} values
 */
function pictureOf({ units, sources }, values) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [sources, units];
  const context = canvas.getContext("2d");
  const largest = Math.max(...values.map(Math.abs)) || 1;
  const image = new ImageData(sources, units);
  values.forEach((value, index) => image.data.set([...(value < 0 ? NEGATIVE : POSITIVE), Math.round((255 * Math.abs(value)) / largest)], 4 * index));
  context?.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/**
 * Let the maps show the numbers of now, each with its range.
 * @param {Shown} shown
 */
function showHeat(shown) {
  for (const map of maps) {
    const key = map.image.dataset.map ?? "";
    const values = numbersOf(map, shown);
    if (values !== null && String(values) === String(painted.get(map))) continue;
    if (values !== null) painted.set(map, values);
    const [picture, range] = values === null ? frame().maps?.[key] ?? ["", ""] : [pictureOf(map, values), spanOf(values)];
    map.image.setAttribute("href", picture);
    const place = document.querySelector(`[data-range="${key}"]`);
    if (place) place.textContent = range;
  }
  if (chosenCell) sayCell(chosenCell);
}

// ── the value of a cell ───────────────────────────────────────────────────────────────────────────────────────────

/**
 * Rows and columns of cells: of a large matrix there are fewer than units and sources.
 * @param {HeatMap} map
 */
function cellsOf({ units, sources }) {
  const most = data.model === null ? 64 : Infinity;
  return { rows: Math.min(units, most), columns: Math.min(sources, most) };
}

/**
 * The cell under a pointer.
 * @param {HeatMap} map
 * @param {MouseEvent} event
 * @returns {Cell}
 */
function cellAt(map, { clientX, clientY }) {
  const { left, top, width, height } = map.image.getBoundingClientRect();
  const { rows, columns } = cellsOf(map);
  const within = (/** @type {number} */ share, /** @type {number} */ count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  return { map, row: within((clientY - top) / height, rows), column: within((clientX - left) / width, columns) };
}

/**
 * The parameter of a cell, where the page knows it.
 * @param {Cell} cell
 */
function parameterIn({ map, row, column }) {
  return data.model === null ? null : data.model.names.layers[map.layer].weights[row][column];
}

/**
 * The value that a picture's colour stands for, to a 255th of the largest.
 * @param {Cell} cell
 */
function valueInPicture({ map, row, column }) {
  const canvas = document.createElement("canvas");
  const { rows, columns } = cellsOf(map);
  [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext("2d");
  if (context === null) return NaN;
  context.imageSmoothingEnabled = false;
  context.drawImage(map.image, 0, 0, columns, rows);
  const [red, , blue, strength] = context.getImageData(column, row, 1, 1).data;
  const range = document.querySelector(`[data-range="${map.image.dataset.map}"]`)?.textContent ?? "";
  const largest = Math.max(...range.replaceAll("−", "-").split(" … ").map((end) => Math.abs(Number(end))));
  return ((red > blue ? -1 : 1) * strength * largest) / 255;
}

/**
 * Which units and sources a row or column of cells stands for, from 1.
 * @param {number} index
 * @param {number} cells
 * @param {number} count
 */
function covered(index, cells, count) {
  const [first, end] = [index, index + 1].map((edge) => Math.floor((edge * count) / cells));
  return end - first === 1 ? String(end) : `${first + 1}–${end}`;
}

/**
 * Say a cell's value and mark the cell.
 * @param {Cell} cell
 */
function sayCell(cell) {
  const { map, row, column } = cell;
  chosenCell = cell;
  const { rows, columns } = cellsOf(map);
  const parameter = parameterIn(cell);
  const [unit, source] = [covered(row, rows, map.units), covered(column, columns, map.sources)];
  const place = `W${map.layer + 1}[${unit},${source}]`;
  const of = parameter ?? place;
  const name = map.kind === "weights" ? of : `∂${data.loss}/∂${of}`;
  const isBlock = /–/.test(place);
  const value = parameter === null ? `about ${short(Number(valueInPicture(cell).toPrecision(3)))}` : short((painted.get(map) ?? [])[row * columns + column]);
  element("cell").textContent = `unit ${unit}, source ${source}: ${name} ${isBlock ? "is at most" : "="} ${value}`;
  const size = (/** @type {string} */ key) => Number(map.image.getAttribute(key));
  const [wide, high] = [size("width") / columns, size("height") / rows];
  const mark = { x: size("x") + column * wide, y: size("y") + row * high, width: wide, height: high, class: "cell-mark" };
  document.querySelector(".cell-mark")?.remove();
  map.image.after(svg("rect", mark));
}

for (const map of maps) {
  const { image } = map;
  image.setAttribute("tabindex", "0");
  image.setAttribute("role", "img");
  image.setAttribute("aria-label", `${map.kind} of layer ${map.layer + 1}: arrow keys go from cell to cell`);
  image.addEventListener("load", () => { if (chosenCell?.map === map) sayCell(chosenCell); });
  image.addEventListener("pointermove", (event) => sayCell(cellAt(map, event)));
  image.addEventListener("click", (event) => {
    const cell = cellAt(map, event);
    const parameter = parameterIn(cell);
    sayCell(cell);
    if (parameter !== null) choose(parameter);
  });
  image.addEventListener("focus", () => { if (chosenCell?.map !== map) sayCell({ map, row: 0, column: 0 }); });
  image.addEventListener("keydown", (event) => {
    const parameter = chosenCell && parameterIn(chosenCell);
    if (event.key === "Enter" && parameter) choose(parameter);
    if (!(event.key in KEYS) || chosenCell === null) return;
    event.preventDefault();
    const { rows, columns } = cellsOf(map);
    const [down, right] = KEYS[event.key];
    const within = (/** @type {number} */ index, /** @type {number} */ count) => Math.min(count - 1, Math.max(0, index));
    sayCell({ map, row: within(chosenCell.row + down, rows), column: within(chosenCell.column + right, columns) });
  });
}

followers.push(showHeat);
showHeat(numbers());
