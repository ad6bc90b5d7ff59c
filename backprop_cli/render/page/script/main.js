// Who listens to what.

import { data, element, find } from "./data.js";
import { drawing, light, scrollToLit, showLines } from "./drawing.js";
import { makeDraggable, sayChangeable } from "./drag.js";
import { lossAlong } from "./along.js";
import { REST } from "./field.js";
import { showFormulas } from "./formulas.js";
import { change, changeable, editsInAddress, listenToLive, showForm, takeEdits, tuner } from "./live.js";
import { fillPanel } from "./panel.js";
import { listenToPlanes, showPlanes } from "./plane.js";
import { showNumbers } from "./show.js";
import { frame, hasGates, numbers, sampleNumber, view } from "./state.js";
import { goTo, isStepping, listenToStepper } from "./stepper.js";
import { closure, pathsOf, structure } from "./structure.js";
import { listenToTraining, showFall } from "./training.js";

const scene = /** @type {HTMLElement} */ (document.querySelector(".scene"));
const panel = document.getElementById("chosen");
const slider = /** @type {HTMLInputElement | null} */ (document.getElementById("frame"));
const chooser = /** @type {HTMLInputElement | HTMLSelectElement | null} */ (document.getElementById("sample"));
let addressTimer = 0;
/** Where numbers can be changed in their places. */
const pictures = find(".network, .circuit");
let isDrawn = false;
/** What else follows the numbers, in modules that only some pages have. */
/** @type {((shown: import("./state.js").Shown) => void)[]} */
export const followers = [];

// ── what is shown ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Show the chosen step and sample, once for each frame of the screen however often it is asked for. */
function show() {
  if (isDrawn) return;
  isDrawn = true;
  requestAnimationFrame(() => {
    isDrawn = false;
    showNow();
  });
}

function showNow() {
  if (isStepping()) goTo(-1);
  const shown = numbers();
  showFormulas();
  showNumbers(shown);
  showForm();
  showFall();
  showPlanes();
  showLines(shown.ofSample);
  showPlace();
  showCircuit();
  for (const picture of pictures) sayChangeable(picture);
  if (view.chosen !== null) showChosen(view.chosen, shown);
  for (const follow of followers) follow(shown);
}

/**
 * @param {string} parameter
 * @param {import("./state.js").Shown} shown
 */
function showChosen(parameter, shown) {
  fillPanel(parameter, shown, lightPath, leave);
  element("along").replaceChildren(...lossAlong(parameter));
}

/** @param {string[]} links */
function lightPath(links) {
  light(links, view.chosen);
}

function beside() {
  if (view.by === "weight") return "its value";
  return `the gradient: the loss's derivative by it${data.samples > 1 ? `, of sample ${sampleNumber()} alone` : ""}`;
}

/** The step in words and the place on the curve. */
function showPlace() {
  const { step, point } = frame();
  /** @type {Record<string, string>} */
  const places = { step: step.toLocaleString("en"), sample: String(sampleNumber()), beside: beside() };
  for (const place of find("[data-place]")) place.textContent = places[place.dataset.place ?? ""];
  if (slider) {
    const text = `${step.toLocaleString("en")} of ${data.steps.toLocaleString("en")}`;
    element("frame-text").textContent = text;
    slider.setAttribute("aria-valuetext", `step ${text}`);
  }
  const here = document.querySelector(".losses .here");
  here?.setAttribute("cx", String(point[0]));
  here?.setAttribute("cy", String(point[1]));
}

/** The operations' graph is that of the network file's functions. */
function showCircuit() {
  const box = document.getElementById("operations");
  box?.querySelector(".scroll")?.toggleAttribute("hidden", !hasGates());
  box?.querySelector(".other-functions")?.toggleAttribute("hidden", hasGates());
}

// ── a chosen parameter ────────────────────────────────────────────────────────────────────────────────────────────

/** @type {Map<string, string>} the parameter of each anchor */
const parameters = new Map(find("[data-link]").map(({ dataset: { link = "", parameter = "" } }) => [link, parameter]));
/** @type {Map<string, string>} the anchor of each parameter */
const anchors = new Map([...parameters].map(([anchor, parameter]) => [parameter, anchor]));

/**
 * Choose a parameter; the chosen one once more, or null, leaves it.
 * @param {string | null} parameter
 */
export function choose(parameter) {
  if (isStepping()) goTo(-1);
  view.chosen = parameter === view.chosen ? null : parameter;
  for (const marked of find(".chosen")) marked.classList.remove("chosen");
  scene.classList.toggle("has-chosen", view.chosen !== null);
  if (panel) panel.hidden = view.chosen === null;
  setAddress();
  const status = element("status");
  if (view.chosen === null) {
    light([], null);
    for (const id of ["derivation", "tune", "along", "parts"]) element(id).replaceChildren();
    status.textContent = "nothing chosen";
    return;
  }
  for (const row of find(`tr[data-link="${anchors.get(view.chosen)}"]`)) row.classList.add("chosen");
  const target = `d${data.loss}/d${view.chosen}`;
  const shown = numbers();
  light(closure(structure, target), view.chosen);
  element("tune").replaceChildren(tuner(view.chosen));
  showForm();
  showChosen(view.chosen, shown);
  scrollToLit();
  const { count } = pathsOf(structure, target, shown.ofSample, 1);
  status.textContent = `${view.chosen} chosen: ${count.toLocaleString("en")} ${count === 1 ? "path" : "paths"} to the loss`;
}

/** The address holds what is chosen; a page inside another one (srcdoc) has no address of its own to change. */
function setAddress() {
  try {
    history.replaceState(null, "", `#${view.chosen === null ? "" : anchors.get(view.chosen)}${editsInAddress()}`);
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "SecurityError") throw error;
  }
}

/** Back to the whole drawing; the keyboard's place is the parameter that was chosen. */
function leave() {
  const { chosen } = view;
  if (chosen === null) return;
  choose(null);
  /** @type {HTMLElement | null} */ ((drawing ?? document).querySelector(`a[href="#${anchors.get(chosen)}"]`))?.focus();
}

// ── who listens ───────────────────────────────────────────────────────────────────────────────────────────────────

/** @param {string | null} hash */
function parameterOf(hash) {
  return (panel && parameters.get((hash ?? "").slice(1).split("&")[0])) ?? null;
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const link = event.target.closest('a[href^="#parameter-"]');
  // a row whose text is being selected is not chosen
  const row = getSelection()?.isCollapsed ? /** @type {HTMLElement | null} */ (event.target.closest("main tr[data-link]")) : null;
  const parameter = link ? parameterOf(link.getAttribute("href")) : row ? parameterOf(`#${row.dataset.link}`) : null;
  if (parameter === null) return;
  event.preventDefault();
  choose(parameter);
  if (view.chosen !== null && !drawing?.contains(event.target)) scene.scrollIntoView({ block: "start" });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && view.chosen !== null) leave();
});
slider?.addEventListener("input", () => {
  view.frame = Number(slider.value);
  view.trained = null;
  show();
});
chooser?.addEventListener("change", () => {
  // a sample that was left out for want of room cannot be chosen
  if (data.model?.samples[Number(chooser.value) - 1]) view.sample = Number(chooser.value) - 1;
  chooser.value = String(view.sample + 1);
  show();
});
for (const radio of find('input[name="by"]')) {
  radio.addEventListener("change", () => {
    view.by = /** @type {HTMLInputElement} */ (radio).value === "weight" ? "weight" : "gradient";
    drawing?.classList.toggle("by-weight", view.by === "weight");
    drawing?.classList.toggle("by-gradient", view.by === "gradient");
    show();
  });
}
addEventListener("hashchange", () => {
  takeEdits(location.hash);
  show();
  const parameter = parameterOf(location.hash);
  if (parameter !== view.chosen) choose(parameter);
});
element("controls").addEventListener("submit", (event) => event.preventDefault());

for (const picture of pictures) makeDraggable(picture, changeable, change);
listenToStepper();
listenToPlanes();
listenToTraining();
listenToLive(() => {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(setAddress, REST);
  show();
});

const copy = element("copy");
copy.addEventListener("click", async () => {
  const file = element("file");
  try {
    await navigator.clipboard.writeText(file.textContent ?? "");
    copy.textContent = "Copied";
  } catch {
    getSelection()?.selectAllChildren(file);
    copy.textContent = document.execCommand("copy") ? "Copied" : "Selected: copy it with the keyboard";
  }
});

for (const hidden of find(".with-script, #controls, #copy")) hidden.hidden = false;
if (!element("controls").children.length) element("controls").hidden = true;
takeEdits(location.hash);
if (location.hash.includes("&")) showNow();
const linked = parameterOf(location.hash);
if (linked !== null) {
  choose(linked);
  addEventListener("load", () => scene.scrollIntoView({ block: "start" }));
}
