// Both passes step by step: the forward pass fills the units, the backward pass puts ∂E/∂a and δ at them, the weights move.

import { data, element, find, html } from "./data.js";
import { drawing, light, showLines, words } from "./drawing.js";
import { short, SVG } from "./numbers.js";
import { cloneRow } from "./panel.js";
import { ask } from "./predict.js";
import { numbers, view } from "./state.js";
import { closure, structure } from "./structure.js";

/** @typedef {{phase: string, names: string[]}} Stage the quantities that come with one click; of the update `names` are empty */

const BEAT = 1100; // milliseconds between two stages while it plays

const ON_LINE = 0.62; // how far along its line a local derivative is written: the weights stand elsewhere

/** @type {Stage[]} */
let stages = [];
/** Which stage is shown; −1 while nothing is stepped through. */
let at = -1;
let timer = 0;

/**
 * What comes with each click: everything, or of a chosen parameter only what its gradient is made of.
 * @param {string | null} chosen
 * @returns {Stage[]}
 */
function stagesOf(chosen) {
  if (data.model === null) return [];
  const { names } = data.model;
  const { loss } = names;
  /** @type {Stage[]} */
  const found = [];
  const forward = (/** @type {string[]} */ ...quantities) => found.push({ phase: "Forward", names: quantities });
  const backward = (/** @type {string[]} */ ...quantities) => { if (quantities.length) found.push({ phase: "Backward", names: quantities }); };
  for (const { z, a } of names.layers) z.forEach((net, unit) => forward(net, a[unit]));
  forward(...names.shares);
  forward(...(names.penalty ? [names.penalty] : []), loss);
  if (chosen !== null) {
    for (const name of closure(structure, `d${loss}/d${chosen}`)) backward(name);
  } else {
    const by = (/** @type {string} */ of, /** @type {string} */ wrt) => `d${of}/d${wrt}`;
    const last = names.layers.length - 1;
    names.layers[last].a.forEach((output) => backward(by(loss, output)));
    for (let layer = last; layer >= 0; layer -= 1) {
      const { z, weights, biases } = names.layers[layer];
      const sources = layer === 0 ? [] : names.layers[layer - 1].a;
      z.forEach((net) => backward(...(structure.get(by(loss, net)) ?? []).map((/** @type {string[]} */ term) => term[1]), by(loss, net)));
      weights.forEach((row) => backward(...row.map((name) => by(loss, name))));
      backward(...biases.map((name) => by(loss, name)));
      sources.forEach((source) => backward(by(loss, source)));
    }
  }
  if (data.steps > 0) found.push({ phase: "Update", names: [] });
  return found;
}

/** Whether both passes are being stepped through. */
export function isStepping() {
  return at >= 0;
}

/**
 * Show a stage; one before the first ends it.
 * @param {number} index
 */
export function goTo(index) {
  if (at < 0) stages = stagesOf(view.chosen);
  at = Math.min(index, stages.length - 1);
  const box = element("stepper");
  box.classList.toggle("is-stepping", at >= 0);
  drawing?.classList.toggle("is-stepping", at >= 0);
  if (at < 0) {
    endSteps();
    return;
  }
  const { phase, names } = stages[at];
  const known = new Set(stages.slice(0, at + 1).flatMap((stage) => stage.names));
  const all = new Set(stages.flatMap((stage) => stage.names));
  const hides = (/** @type {string | undefined} */ name) => all.has(name ?? "") && !known.has(name ?? "");
  for (const place of find("[data-name]", drawing ?? box)) place.classList.toggle("unknown", drawing !== null && hides(place.dataset.name));
  element("stage").textContent = `${phase} ${at + 1} of ${stages.length}`;
  showBadges(known, names);
  showWorked(phase, names);
  if (phase === "Backward") light(names.flatMap(linksOf), null);
  else light([], null);
  drawing?.classList.toggle("has-selection", false);
  const { ofStep, ofSample } = numbers();
  const isMoved = phase === "Update";
  showLines(isMoved ? moved(ofStep, ofSample) : ofSample);
  for (const place of find(".weight-value[data-name], .bias [data-name]", drawing ?? box)) {
    const name = place.dataset.name ?? "";
    const value = (isMoved ? ofStep.get(`${name}+`) : undefined) ?? ofSample.get(name);
    if (value !== undefined && place.namespaceURI === SVG && place.localName === "tspan") place.textContent = short(value);
  }
}

/**
 * The local derivatives that a derivative comes through last: those of its lines and units.
 * @param {string} name
 */
function linksOf(name) {
  return [name, ...(structure.get(name) ?? []).map((term) => term[term.length - 1])];
}

/**
 * The numbers with the parameters as the update leaves them.
 * @param {import("./values.js").Numbers} ofStep
 * @param {import("./values.js").Numbers} ofSample
 */
function moved(ofStep, ofSample) {
  const after = [...ofStep].filter(([name]) => name.endsWith("+") && !name.startsWith("v(")).map(([name, value]) => /** @type {[string, number]} */ ([name.slice(0, -1), value]));
  return new Map([...ofSample, ...after]);
}

/** One stage on; where the reader wants to be asked, its number comes once it has been typed. */
function stepOn() {
  const asks = /** @type {HTMLInputElement} */ (element("asks")).checked;
  if (at < 0) stages = stagesOf(view.chosen);
  const next = stages[at + 1];
  if (!asks || !next?.names.length) {
    element("ask").replaceChildren();
    goTo(at + 1);
    return;
  }
  ask(next.names[next.names.length - 1], () => {
    goTo(at + 1);
    if (at < stages.length - 1 && stages[at + 1].names.length) stepOn();
  });
}

/** Back to the whole picture. */
function endSteps() {
  stop();
  stages = [];
  for (const badge of find(".badge", drawing ?? document)) badge.remove();
  for (const place of find(".unknown")) place.classList.remove("unknown");
  element("worked").replaceChildren();
  element("ask").replaceChildren();
  element("stage").textContent = "";
  const { ofSample } = numbers();
  for (const place of find("tspan[data-name]", drawing ?? element("worked"))) {
    const value = ofSample.get(place.dataset.name ?? "");
    if (value !== undefined) place.textContent = short(value);
  }
  showLines(ofSample);
  light(view.chosen === null ? [] : closure(structure, `d${data.loss}/d${view.chosen}`), view.chosen);
}

/**
 * Write something into the drawing.
 * @param {string} words
 * @param {{x: number, y: number}} place
 * @param {boolean} isNew
 */
function putBadge(words, { x, y }, isNew) {
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("class", isNew ? "badge newest" : "badge");
  text.setAttribute("x", String(x));
  text.setAttribute("y", String(y));
  text.textContent = words;
  drawing?.append(text);
}

/**
 * ∂E/∂a and δ below each unit where they are known, the newest stressed, and on the lines that they come through the local
 * derivatives.
 * @param {Set<string>} known
 * @param {string[]} newest
 */
function showBadges(known, newest) {
  for (const badge of find(".badge", drawing ?? document)) badge.remove();
  const picture = drawing;
  if (picture === null || data.model === null) return;
  const { ofSample } = numbers();
  const written = (/** @type {string} */ name) => short(ofSample.get(name) ?? NaN);
  const { loss, layers } = data.model.names;
  const { biases } = data.model.network;
  layers.forEach(({ z, a }, layer) => a.forEach((name, unit) => {
    const node = find(".node", picture).find((candidate) => candidate.querySelector(`tspan[data-name="${CSS.escape(name)}"]`));
    const circle = node?.querySelector("circle");
    if (!circle) return;
    const [x, y] = ["cx", "cy"].map((side) => Number(circle.getAttribute(side)));
    const below = biases[layer] === "own" ? 77 : 50; // an own bias stands there
    const lines = [[`d${loss}/d${name}`, `∂${loss}/∂${name}`], [`d${loss}/d${z[unit]}`, `δ = ∂${loss}/∂${z[unit]}`]];
    lines.filter(([wanted]) => known.has(wanted)).forEach(([wanted, shown], index) => {
      putBadge(`${shown} = ${written(wanted)}`, { x, y: y + below + 12 * index }, newest.includes(wanted));
    });
  }));
  const through = newest.filter((name) => name.startsWith(`d${loss}/`)).flatMap(linksOf);
  for (const edge of find(".edge.weight", picture)) {
    const link = words(edge.dataset.links).map((name) => name.replaceAll("\u00a0", " ")).find((name) => through.includes(name));
    const line = edge.querySelector(".line")?.getAttribute("d")?.match(/-?[\d.]+/g)?.map(Number);
    if (link === undefined || !line) continue;
    const [x, y] = [0, 1].map((axis) => line[axis] + ON_LINE * (line[axis + 2] - line[axis]));
    putBadge(`${link.replace(/^d(.*)\/d/, "∂$1/∂")} = ${written(link)}`, { x, y: y - 6 }, false);
  }
}

/**
 * The rows of what has been worked out so far in this pass, the newest last.
 * @param {string} phase
 * @param {string[]} names
 */
function showWorked(phase, names) {
  const before = stages.slice(0, at + 1).filter((stage) => stage.phase === phase).flatMap((stage) => stage.names);
  const shown = numbers();
  const table = html("table", [html("caption", [`${phase} pass so far`]), html("tbody", before.flatMap((name) => cloneRow(name, shown) ?? []))], { class: "worked" });
  if (phase === "Update") table.replaceChildren(html("caption", ["The step is made: every weight moves against its gradient, w⁺ = w − η·∂E/∂w."]));
  for (const row of find("tr", table)) row.classList.toggle("chosen", names.includes(row.dataset.row ?? ""));
  const box = element("worked");
  box.replaceChildren(table);
  box.scrollTop = box.scrollHeight;
}

function stop() {
  clearInterval(timer);
  timer = 0;
  element("play").textContent = "Play";
}

function play() {
  if (timer !== 0) {
    stop();
    return;
  }
  if (at === stages.length - 1) at = -1;
  element("play").textContent = "Pause";
  goTo(at + 1);
  timer = setInterval(() => {
    if (at >= stages.length - 1) stop();
    else goTo(at + 1);
  }, BEAT);
}

/** Make the buttons and the keyboard work. */
export function listenToStepper() {
  const box = document.getElementById("stepper");
  if (box === null) return;
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowRight: stepOn, ArrowLeft: () => goTo(Math.max(at - 1, -1)), Escape: () => goTo(-1),
    Home: () => goTo(0), End: () => { if (at < 0) goTo(0); goTo(stages.length - 1); },
  };
  element("forth").addEventListener("click", () => { stop(); stepOn(); });
  element("back").addEventListener("click", () => { stop(); goTo(Math.max(at - 1, -1)); });
  element("play").addEventListener("click", play);
  box.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    const isTyping = event.target instanceof HTMLInputElement && event.target.type === "text";
    if (act === undefined || (isTyping && event.key !== "Escape") || (event.key === "Escape" && at < 0)) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
    act();
  });
}
