// What can be chosen in the page: a step, a sample, weights or gradients, a parameter and one of its paths.
// All numbers come from the embedded data; every element that shows one says which by data-name.
"use strict";

const MATHML = "http://www.w3.org/1998/Math/MathML";
const SVG = "http://www.w3.org/2000/svg";
const data = JSON.parse(document.getElementById("data").textContent);
const find = (selector, within = document) => [...within.querySelectorAll(selector)];
const words = (text) => (text ? text.split(" ") : []);
const name = (word) => word.replaceAll("\u00a0", " ");

const scene = document.querySelector(".scene");
const drawing = document.querySelector(".network");
const panel = document.getElementById("chosen");
const slider = document.getElementById("frame");
const chooser = document.getElementById("sample");
let by = "weight";
let chosen = null;

// ── numbers as text: the same rules as the program's own ──────────────────────────────────────────────────────────

const KEPT = 5; // significant digits that a small number keeps at most
const MOST_MORE = 2; // decimals beyond those asked for
const [SMALLEST_POWER, LARGEST_POWER, DOUBLE_DIGITS] = [-5, 8, 16];

function formatted(value, digits) {
  if (value === null) return "";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const needed = decimals(value, digits);
  return needed === null ? exponential(value, digits.count - digits.isSignificant) : (value + 0).toFixed(needed);
}

// The decimals that a number needs; null where it needs scientific notation.
function decimals(value, { count, isSignificant }) {
  const kept = isSignificant ? count : Math.min(KEPT, Math.max(1, count - 1));
  const power = Number(value.toExponential(kept - 1).split("e")[1]);
  const wanted = Math.max(0, kept - 1 - power);
  if (isSignificant) return value === 0 || (SMALLEST_POWER <= power && power <= LARGEST_POWER) ? wanted : null;
  if (value === 0) return count;
  if (wanted > count + MOST_MORE || power > Math.max(LARGEST_POWER, DOUBLE_DIGITS - count)) return null;
  let most = count;
  while (most < wanted && Number(value.toFixed(most)) !== value) most += 1;
  return most;
}

function percent(share) {
  const text = (100 * share).toFixed(1);
  return `${text === "-0.0" ? "0.0" : text} %`.replace("-", "−");
}

function exponential(value, digits) {
  const [mantissa, power] = value.toExponential(digits).split("e");
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

function trimmed(text) {
  const [mantissa, power] = text.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return power === undefined ? short : `${short}e${power}`;
}

// A number within a formula: without the zeros at its end, unless they come of rounding it.
function term(value, digits) {
  const text = formatted(value, digits);
  const short = trimmed(text);
  return !Number.isFinite(value) || Math.abs(Number(short) - value) <= 1e-12 * Math.abs(value) ? short : text;
}

// A number in a table.
function cell(value) {
  return formatted(value, data.digits).replaceAll("-", "−");
}

// Four significant digits, as the drawing shows them.
function short(value) {
  if (value === null) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "−inf";
  const power = value === 0 ? 0 : Number(value.toExponential(3).split("e")[1]);
  const text = power < -4 || power >= 4 ? exponential(value, 3) : (value + 0).toPrecision(4);
  return trimmed(text).replaceAll("-", "−");
}

function leaf(tag, text, form) {
  const element = document.createElementNS(MATHML, tag);
  element.textContent = text;
  if (form) element.setAttribute("form", form);
  if (tag === "mo") element.setAttribute("stretchy", "false");
  return element;
}

function mathNumber(value, isFactor) {
  if (value === null) return [leaf("mtext", "–")];
  const [mantissa, power] = term(value, data.digits).split("e");
  const isNegative = mantissa.startsWith("-");
  const elements = isNegative ? [leaf("mo", "−", "prefix")] : [];
  elements.push(leaf("mn", mantissa.replace("-", "")));
  if (power !== undefined) {
    const raised = document.createElementNS(MATHML, "msup");
    raised.append(leaf("mn", "10"), leaf("mn", String(Number(power)).replace("-", "−")));
    elements.push(leaf("mo", "×"), raised);
  }
  const isBound = isFactor && (isNegative || power !== undefined);
  return isBound ? [leaf("mo", "(", "prefix"), ...elements, leaf("mo", ")", "postfix")] : elements;
}

// ── the numbers of the chosen step and sample ─────────────────────────────────────────────────────────────────────

function frame() {
  return data.frames[slider ? Number(slider.value) : data.frames.length - 1];
}

function values() {
  const number = (value) => (typeof value === "string" ? Number(value) : value);
  const table = (names, list) => names.map((key, index) => [key, number(list[index])]);
  const step = table(data.stepNames, frame().values);
  const sample = table(data.sampleNames, frame().samples[chooser ? Number(chooser.value) : data.shown] ?? []);
  return { ofStep: new Map([...sample, ...step]), ofSample: new Map([...step, ...sample]) };
}

function showNumbers() {
  const { ofStep, ofSample } = values();
  for (const element of find("[data-name]")) {
    const value = (element.dataset.of === "step" ? ofStep : ofSample).get(element.dataset.name);
    if (value === undefined) continue;
    element.dataset.value = value === null ? "nan" : String(value);
    if (element.namespaceURI === MATHML) element.replaceChildren(...mathNumber(value, "factor" in element.dataset));
    else if (element.namespaceURI === SVG) showDrawn(element, value);
    else element.textContent = cell(value);
  }
  for (const place of find("[data-product]")) {
    const path = product(place.dataset.product, ofSample);
    const whole = ofSample.get(place.nextElementSibling.dataset.share);
    place.textContent = cell(path);
    place.nextElementSibling.textContent = whole ? percent(path / whole) : "";
  }
  for (const body of find(".paths tbody")) sortPaths(body, ofSample);
  showLines(ofSample);
  showPlace();
}

// A long number is set smaller, so that it stays within its unit.
function showDrawn(element, value) {
  element.textContent = short(value);
  element.classList.toggle("long", element.textContent.length > 7);
}

function product(factors, numbers) {
  return words(factors).reduce((all, factor) => all * numbers.get(name(factor)), 1);
}

// The largest path first, whatever the step and the sample.
function sortPaths(body, numbers) {
  const size = (row) => Math.abs(product(row.dataset.links, numbers));
  const rows = [...body.rows].sort((one, other) => size(other) - size(one));
  rows.forEach((row, index) => {
    const button = row.querySelector("button");
    (button ?? row.querySelector("th")).textContent = index + 1;
    button?.setAttribute("aria-label", `light path ${index + 1} alone`);
  });
  body.append(...rows);
}

// Width and colour of the lines, the boxes behind their labels, the words a screen reader says.
function showLines(numbers) {
  if (!drawing) return;
  const gradient = (parameter) => `d${data.loss}/d${parameter}`;
  const shown = (parameter) => numbers.get(by === "weight" ? parameter : gradient(parameter));
  const edges = find(".edge.weight", drawing);
  const largest = Math.max(...edges.map((edge) => Math.abs(shown(edge.dataset.parameter)))) || 1;
  for (const edge of edges) {
    const value = shown(edge.dataset.parameter);
    edge.querySelector(".line").setAttribute("stroke-width", 1.2 + 5.8 * Math.min(1, Math.abs(value) / largest));
  }
  for (const item of find(".edge.weight, .label", drawing)) {
    item.classList.toggle("negative", shown(item.dataset.parameter) < 0);
    item.classList.toggle("positive", shown(item.dataset.parameter) > 0);
  }
  const boxes = find(`.label rect.${by}-value`, drawing).map((box) => [box, box.parentNode.querySelector("text")]);
  const widths = boxes.map(([, text]) => text.getComputedTextLength() + 8);
  boxes.forEach(([box, text], index) => {
    box.setAttribute("x", Number(text.getAttribute("x")) - widths[index] / 2);
    box.setAttribute("width", widths[index]);
  });
  for (const title of find("[data-title]", drawing)) {
    const parameter = title.dataset.title;
    const kind = title.parentNode.classList.contains("bias") ? "bias" : "weight";
    title.textContent = `${kind} ${parameter} = ${short(numbers.get(parameter))}, gradient ${short(numbers.get(gradient(parameter)))}`;
  }
}

// The number of the chosen sample, from 1 in the network file's order.
function shownSample() {
  return data.numbers[chooser ? Number(chooser.value) : data.shown];
}

function gradientWords() {
  const whose = data.samples > 1 ? `, of sample ${shownSample()} alone` : "";
  return `the gradient: the loss's derivative by it${whose}`;
}

// The step in words, the place on the curve, and the heat maps of a large network.
function showPlace() {
  const { step, point, maps } = frame();
  const after = document.getElementById("after");
  if (after) after.textContent = step;
  const places = { step: step.toLocaleString("en"), sample: shownSample() };
  for (const place of find("[data-place]")) place.textContent = places[place.dataset.place];
  const beside = document.getElementById("beside");
  if (beside) beside.textContent = by === "weight" ? "its value" : gradientWords();
  if (slider) {
    const text = `${step.toLocaleString("en")} of ${data.steps.toLocaleString("en")}`;
    document.getElementById("frame-text").textContent = text;
    slider.setAttribute("aria-valuetext", `step ${text}`);
  }
  const here = document.querySelector(".losses .here");
  if (here) {
    here.setAttribute("cx", point[0]);
    here.setAttribute("cy", point[1]);
  }
  for (const [key, [picture, range]] of Object.entries(maps ?? {})) {
    document.querySelector(`[data-map="${key}"]`).setAttribute("href", picture);
    document.querySelector(`[data-range="${key}"]`).textContent = range;
  }
}

// ── a chosen parameter: its paths in the drawing, its derivation beside it ────────────────────────────────────────

function light(links, parameter) {
  if (!drawing) return;
  const wanted = new Set(links);
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

function choose(article) {
  chosen = article === chosen ? null : article;
  for (const marked of find(".chosen")) marked.classList.remove("chosen");
  scene.classList.toggle("has-chosen", chosen !== null);
  panel.hidden = chosen === null;
  setAddress();
  const status = document.getElementById("status");
  if (chosen === null) {
    light([], null);
    panel.replaceChildren();
    status.textContent = "nothing chosen";
    return;
  }
  for (const row of find(`tr[data-link="${chosen.id}"]`)) row.classList.add("chosen");
  chosen.classList.add("chosen");
  light(words(chosen.dataset.links), chosen.dataset.parameter);
  fillPanel();
  const count = find(".paths tbody tr", chosen).length;
  status.textContent = `${chosen.dataset.parameter} chosen: ${count} ${count === 1 ? "path" : "paths"} to the loss`;
}

// The address holds what is chosen; a page inside another one (srcdoc) has no address of its own to change.
function setAddress() {
  try {
    history.replaceState(null, "", chosen === null ? "#" : `#${chosen.id}`);
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
  }
}

// A copy of the parameter's derivation, and of the table rows of every partial that it is made of.
function fillPanel() {
  const copy = [...chosen.children].map((child) => child.cloneNode(true));
  const partials = document.createElement("table");
  partials.className = "worked";
  const caption = partials.createCaption();
  caption.textContent = "Factor by factor";
  const body = partials.createTBody();
  for (const word of words(chosen.dataset.partials)) {
    const row = find("tr[data-row]").find((candidate) => candidate.dataset.row === name(word));
    if (row) body.append(row.cloneNode(true));
  }
  for (const row of find("tr", body)) {
    row.classList.remove("chosen");
    delete row.dataset.link;
  }
  for (const link of find("a", body)) {
    const label = document.createElement("span");
    label.className = "unseen";
    label.textContent = link.getAttribute("aria-label").split(",")[0];
    link.before(label);
    link.replaceWith(...link.childNodes);
  }
  panel.replaceChildren(closeButton(), ...copy);
  panel.querySelector(".paths").after(partials);
  for (const row of find(".paths tbody tr", panel)) addPathButton(row);
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "close";
  button.textContent = "Close";
  button.addEventListener("click", leave);
  return button;
}

// Back to the whole drawing; the keyboard's place is the parameter that was chosen.
function leave() {
  const anchor = chosen?.id;
  if (chosen !== null) choose(chosen);
  (drawing ?? document).querySelector(`a[href="#${anchor}"]`)?.focus();
}

function addPathButton(row) {
  const heading = row.querySelector("th");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = heading.textContent;
  button.setAttribute("aria-label", `light path ${heading.textContent} alone`);
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const isAlone = button.getAttribute("aria-pressed") === "false";
    for (const other of find(".paths button", panel)) other.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", String(isAlone));
    light(words(isAlone ? row.dataset.links : chosen.dataset.links), chosen.dataset.parameter);
  });
  heading.replaceChildren(button);
}

// ── who listens to what ───────────────────────────────────────────────────────────────────────────────────────────

function articleOf(hash) {
  const article = hash.startsWith("#parameter-") ? document.getElementById(hash.slice(1)) : null;
  return panel ? article : null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#parameter-"]');
  // a row whose text is being selected is not chosen
  const row = getSelection().isCollapsed ? event.target.closest("main tr[data-link]") : null;
  const article = link ? articleOf(link.getAttribute("href")) : row ? articleOf(`#${row.dataset.link}`) : null;
  if (!article) return;
  event.preventDefault();
  choose(article);
  if (chosen && !drawing?.contains(event.target)) scene.scrollIntoView({ block: "start" });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen) leave();
});
slider?.addEventListener("input", showNumbers);
chooser?.addEventListener("change", showNumbers);
for (const radio of find('input[name="by"]')) {
  radio.addEventListener("change", () => {
    by = radio.value;
    drawing.classList.toggle("by-weight", by === "weight");
    drawing.classList.toggle("by-gradient", by === "gradient");
    showNumbers();
  });
}
addEventListener("hashchange", () => {
  const article = articleOf(location.hash);
  if (article !== chosen) choose(article ?? chosen);
});
document.getElementById("controls").addEventListener("submit", (event) => event.preventDefault());

const copy = document.getElementById("copy");
copy.addEventListener("click", async () => {
  const file = document.getElementById("file");
  try {
    await navigator.clipboard.writeText(file.textContent);
    copy.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(file);
    copy.textContent = document.execCommand("copy") ? "Copied" : "Selected: copy it with the keyboard";
  }
});

for (const element of find(".with-script, #controls, #copy")) element.hidden = false;
if (!document.getElementById("controls").children.length) document.getElementById("controls").hidden = true;
const linked = articleOf(location.hash);
if (linked) {
  choose(linked);
  addEventListener("load", () => scene.scrollIntoView({ block: "start" }));
}
