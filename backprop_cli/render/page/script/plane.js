// Two inputs span a plane: what each unit gives over it, the samples as dots. Two weights span one too: the loss over it.

import { svg } from "./along.js";
import { data, element, find, html } from "./data.js";
import { forward, totalLoss } from "./engine.js";
import { short } from "./numbers.js";
import { currentModel, point, view } from "./state.js";
import { parametersOf } from "./values.js";

/** @typedef {import("./data.js").Model} Model */
/** @typedef {{low: number[], high: number[]}} Area of two coordinates the ends */

const CELLS = 41; // of a map in each direction
const MOST_LOSSES = 20000; // forward passes for one map of the loss
const LEVELS = 9; // contour lines, closer to one another where the loss is small
const MARGIN_SHARE = 0.35; // a map reaches so far beyond what lies in it, as a part of its width
export const POSITIVE = [39, 102, 196]; // the largest value
export const NEGATIVE = [194, 80, 12]; // the smallest

/**
 * An area around some points.
 * @param {number[][]} points
 * @returns {Area}
 */
function areaAround(points) {
  const low = [0, 1].map((axis) => Math.min(...points.map((at) => at[axis])));
  const high = [0, 1].map((axis) => Math.max(...points.map((at) => at[axis])));
  const reach = [0, 1].map((axis) => Math.max((high[axis] - low[axis]) * MARGIN_SHARE, 0.5));
  return { low: low.map((end, axis) => end - reach[axis]), high: high.map((end, axis) => end + reach[axis]) };
}

/**
 * A coordinate of a map's cell, from its lower left corner.
 * @param {Area} area
 * @param {number} axis
 * @param {number} cell
 * @param {number} cells
 */
function coordinate({ low, high }, axis, cell, cells) {
  return low[axis] + ((cell + 0.5) / cells) * (high[axis] - low[axis]);
}

/**
 * Paint values, rows from below, between the colours of the smallest and the largest.
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} values
 * @param {number} cells
 */
function paint(canvas, values, cells) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return { least: NaN, most: NaN };
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  canvas.width = cells;
  canvas.height = cells;
  const image = context.createImageData(cells, cells);
  values.forEach((value, index) => {
    const share = most > least ? (2 * (value - least)) / (most - least) - 1 : 0;
    const place = 4 * ((cells - 1 - Math.floor(index / cells)) * cells + (index % cells));
    const end = share < 0 ? NEGATIVE : POSITIVE;
    for (const channel of [0, 1, 2]) image.data[place + channel] = 255 + Math.abs(share) * (end[channel] - 255);
    image.data[place + 3] = Number.isFinite(value) ? 255 : 0;
  });
  context.putImageData(image, 0, 0);
  return { least, most };
}

/**
 * The line along which values are equal, in hundredths of the map: where it crosses the squares between the cells' middles.
 * @param {number[]} values
 * @param {number} cells
 * @param {number} level
 */
function contour(values, cells, level) {
  const lines = [];
  for (let row = 0; row < cells - 1; row += 1) {
    for (let column = 0; column < cells - 1; column += 1) {
      const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([right, up]) => [column + right, row + up]);
      const ends = corners.flatMap((from, index) => {
        const to = corners[(index + 1) % 4];
        const [low, high] = [from, to].map(([x, y]) => values[y * cells + x]);
        if (low < level === high < level) return [];
        const share = (level - low) / (high - low);
        const [x, y] = [0, 1].map((axis) => (100 * (from[axis] + share * (to[axis] - from[axis]) + 0.5)) / cells);
        return [`${x.toFixed(2)} ${(100 - y).toFixed(2)}`];
      });
      for (let index = 0; index + 1 < ends.length; index += 2) lines.push(`M${ends[index]}L${ends[index + 1]}`);
    }
  }
  return lines.join("");
}

/**
 * Let a map say the value under the pointer.
 * @param {string} id
 * @param {Area} area
 * @param {string[]} names
 * @param {number[]} values
 * @param {number} cells
 * @param {string} of
 */
function sayValues(id, area, names, values, cells, of) {
  const map = element(`${id}-marks`);
  const place = element(`${id}-value`);
  place.textContent = "";
  map.onpointermove = (event) => {
    const { left, top, width, height } = map.getBoundingClientRect();
    const shares = [(event.clientX - left) / width, 1 - (event.clientY - top) / height];
    const [across, up] = shares.map((share) => Math.min(cells - 1, Math.max(0, Math.floor(share * cells))));
    const at = [across, up].map((cell, axis) => `${names[axis]} = ${short(coordinate(area, axis, cell, cells))}`);
    place.textContent = `${at.join(", ")}: ${of} = ${short(values[up * cells + across])}`;
  };
}

/**
 * What lies on a map: dots or a path, in the area's coordinates.
 * @param {Area} area
 * @param {SVGElement[]} marks
 * @param {string} label
 */
function overlay(area, marks, label) {
  return svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", role: "img", "aria-label": label, class: "marks" }, marks);
}

/**
 * @param {Area} area
 * @param {number[]} at
 */
function placeIn({ low, high }, at) {
  const share = [0, 1].map((axis) => (100 * (at[axis] - low[axis])) / (high[axis] - low[axis]));
  return [share[0], 100 - share[1]];
}

/**
 * The ends of both axes and of the colours in words.
 * @param {string[]} names
 * @param {Area} area
 * @param {{least: number, most: number}} ends
 * @param {string} of
 */
function legend(names, { low, high }, { least, most }, of) {
  const bar = html("span", [], { class: "scale-bar", "aria-hidden": "true" });
  return [
    `${names[0]} from ${short(low[0])} to ${short(high[0])} across, ${names[1]} from ${short(low[1])} to ${short(high[1])} upwards. ${of}: ${short(least)} `,
    bar, ` ${short(most)}`,
  ];
}

// ── units over the inputs ─────────────────────────────────────────────────────────────────────────────────────────

let chosenUnit = "";

/** Show what the units give over the plane of the inputs. */
function showUnits() {
  const box = document.getElementById("units");
  if (box === null || data.model === null) return;
  const model = currentModel(data.model);
  const { row } = point();
  const samples = model.samples.filter((sample) => sample !== null);
  const area = areaAround(samples.map(({ x }) => x));
  const names = model.names.layers.flatMap(({ a }) => a);
  /** @type {Map<string, number[]>} */
  const values = new Map(names.map((name) => [name, []]));
  for (let up = 0; up < CELLS; up += 1) {
    for (let across = 0; across < CELLS; across += 1) {
      const { a } = forward(model.network, row, [coordinate(area, 0, across, CELLS), coordinate(area, 1, up, CELLS)]);
      a.slice(1).flat().forEach((value, index) => values.get(names[index])?.push(value));
    }
  }
  if (!values.has(chosenUnit)) chosenUnit = names[names.length - 1];
  for (const button of find("button", box)) {
    const name = button.dataset.unit ?? "";
    button.setAttribute("aria-pressed", String(name === chosenUnit));
    paint(/** @type {HTMLCanvasElement} */ (button.querySelector("canvas")), values.get(name) ?? [], CELLS);
  }
  const ends = paint(/** @type {HTMLCanvasElement} */ (element("unit-map")), values.get(chosenUnit) ?? [], CELLS);
  const outputs = model.names.layers[model.names.layers.length - 1].a;
  const target = Math.max(outputs.indexOf(chosenUnit), 0);
  const targets = samples.map(({ t }) => t[target]);
  const middle = (Math.min(...targets) + Math.max(...targets)) / 2;
  const dots = samples.map(({ x }, index) => {
    const [cx, cy] = placeIn(area, x);
    const isShown = model.samples.indexOf(samples[index]) === view.sample;
    return svg("circle", { cx, cy, r: isShown ? 3 : 2, class: targets[index] > middle ? "dot high" : "dot low" });
  });
  const [x1, x2] = model.names.inputs;
  element("unit-marks").replaceChildren(overlay(area, dots, `${chosenUnit} over ${x1} and ${x2}, with ${samples.length} samples as dots`));
  element("unit-words").replaceChildren(...legend([x1, x2], area, ends, chosenUnit));
  sayValues("unit", area, [x1, x2], values.get(chosenUnit) ?? [], CELLS, chosenUnit);
}

function makeUnits() {
  const box = document.getElementById("units");
  if (box === null || data.model === null) return;
  for (const name of data.model.names.layers.flatMap(({ a }) => a)) {
    const button = html("button", [html("canvas", [], { "aria-hidden": "true" }), html("span", [name])], { type: "button", "data-unit": name });
    button.addEventListener("click", () => {
      chosenUnit = name;
      showUnits();
    });
    box.append(button);
  }
}

// ── the loss over two weights ─────────────────────────────────────────────────────────────────────────────────────

/** Show the loss over the plane of two parameters, and the way of the kept steps through it. */
function showValley() {
  if (data.model === null || !document.getElementById("valley")) return;
  const model = currentModel(data.model);
  const here = point();
  const parameters = parametersOf(model);
  const pair = ["valley-across", "valley-up"].map((id) => /** @type {HTMLSelectElement} */ (element(id)).value);
  const places = pair.map((name) => parameters.indexOf(name));
  const way = data.frames.map(({ row = [] }) => places.map((place) => row[place]));
  const now = places.map((place) => here.row[place]);
  const area = areaAround([...way, now]);
  const samples = model.samples.filter((sample) => sample !== null);
  const cells = Math.max(9, Math.min(CELLS, Math.floor(Math.sqrt(MOST_LOSSES / samples.length))));
  const values = Array.from({ length: cells * cells }, (_, index) => {
    const at = [coordinate(area, 0, index % cells, cells), coordinate(area, 1, Math.floor(index / cells), cells)];
    const row = [...here.row];
    places.forEach((place, axis) => { row[place] = at[axis]; });
    return totalLoss(model.network, row, samples, model.schedule.reduction);
  });
  const ends = paint(/** @type {HTMLCanvasElement} */ (element("valley-map")), values, cells);
  const path = way.map((at, index) => `${index ? "L" : "M"}${placeIn(area, at).map((number) => number.toFixed(2)).join(" ")}`).join("");
  const [cx, cy] = placeIn(area, now);
  const levels = Array.from({ length: LEVELS }, (_, index) => ends.least + ((index + 1) / (LEVELS + 1)) ** 2 * (ends.most - ends.least));
  const contours = levels.map((level) => svg("path", { class: "contour", d: contour(values, cells, level), "data-level": level }));
  const marks = [...contours, svg("path", { class: "way", d: path }), svg("circle", { class: "dot now", cx, cy, r: 2.5 })];
  element("valley-marks").replaceChildren(overlay(area, marks, `The loss over ${pair[0]} and ${pair[1]}, with the way of the steps; now at ${short(now[0])} and ${short(now[1])}`));
  element("valley-words").replaceChildren(...legend(pair, area, ends, model.names.loss), `. Thin lines join equal ${model.names.loss}; the thick one is the way of the kept steps. All other parameters are those of the shown step.`);
  sayValues("valley", area, pair, values, cells, model.names.loss);
}

/** Show both maps, where they are opened. */
export function showPlanes() {
  for (const [id, show] of /** @type {[string, () => void][]} */ ([["plane", showUnits], ["valley", showValley]])) {
    const box = document.getElementById(id);
    if (box instanceof HTMLDetailsElement && box.open) show();
  }
}

/** Make the maps work. */
export function listenToPlanes() {
  makeUnits();
  const parameters = data.model === null ? [] : parametersOf(data.model);
  ["valley-across", "valley-up"].forEach((id, index) => {
    const select = document.getElementById(id);
    if (!(select instanceof HTMLSelectElement)) return;
    select.append(...parameters.map((name) => html("option", [name], { value: name })));
    select.value = parameters[index];
    select.addEventListener("change", showValley);
  });
  for (const id of ["plane", "valley"]) document.getElementById(id)?.addEventListener("toggle", showPlanes);
}
