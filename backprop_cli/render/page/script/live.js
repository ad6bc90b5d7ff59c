// Every number can be changed, and everything follows: the form, the slider of the chosen weight, the file, the address.

import { data, element, find, html } from "./data.js";
import { numberField } from "./field.js";
import { LOSSES } from "./functions.js";
import { short } from "./numbers.js";
import { activationKey, currentModel, edits, frame, LOSS, point, RATE, view } from "./state.js";
import { parametersOf } from "./values.js";

/** Which activations and losses can be chosen: softmax has a structure of its own. */
const WITHOUT = ["softmax"];
const REACH = 2; // the slider goes so far to either side of a weight, or as far as the weight is large

/** What is called when something has changed. */
let changed = () => {};

/**
 * The given value of everything that can be changed, by name.
 * @returns {Map<string, number | string>}
 */
function given() {
  if (data.model === null) return new Map();
  const { names, network, schedule, samples } = data.model;
  const { x, t } = samples[view.sample];
  return new Map(/** @type {[string, number | string][]} */ ([
    ...names.inputs.map((name, index) => [name, x[index]]),
    ...names.targets.map((name, index) => [name, t[index]]),
    ...parametersOf(data.model).map((name, index) => [name, (frame().row ?? [])[index]]),
    [RATE, schedule.rate],
    ...network.activations.map(({ name }, layer) => [activationKey(layer), name]),
    [LOSS, network.loss.name],
  ]));
}

/**
 * The present number of what can be changed.
 * @param {string} name
 */
export function changeable(name) {
  const value = edits.get(name) ?? given().get(name);
  return typeof value === "number" ? value : undefined;
}

/**
 * Change one thing; back to its given value it is no change.
 * @param {string} name
 * @param {number | string} value
 */
export function change(name, value) {
  if (typeof value === "number" && !Number.isFinite(value)) return;
  if (given().get(name) === value) edits.delete(name);
  else edits.set(name, value);
  changed();
}

/**
 * Change all parameters at once.
 * @param {number[]} row
 */
export function setParameters(row) {
  if (data.model === null) return;
  parametersOf(data.model).forEach((name, index) => {
    if (row[index] === (frame().row ?? [])[index]) edits.delete(name);
    else edits.set(name, row[index]);
  });
  changed();
}

/** Back to the program's own numbers. */
function reset() {
  edits.clear();
  view.trained = null;
  changed();
}

// ── the form ──────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A field for a number, by its name.
 * @param {string} name
 * @param {string} words
 */
function field(name, words = name) {
  return numberField(name, words, (value) => change(name, value));
}

/**
 * A choice of functions.
 * @param {string} key
 * @param {string} words
 * @param {string[]} options
 */
function choice(key, words, options) {
  const select = /** @type {HTMLSelectElement} */ (html("select", options.map((name) => html("option", [name.replaceAll("_", " ")], { value: name })), { "data-edit": key }));
  select.addEventListener("change", () => change(key, select.value));
  return html("label", [html("span", [words]), select]);
}

/**
 * @param {string} legend
 * @param {HTMLElement[]} fields
 */
function group(legend, fields) {
  return fields.length ? [html("fieldset", [html("legend", [legend]), ...fields])] : [];
}

/** Fill the form, once it is opened. */
function fillForm() {
  const form = element("fields");
  if (data.model === null || form.children.length) return;
  const { names, network, formulas } = data.model;
  const functions = network.activations.map(({ name }, layer) => (WITHOUT.includes(name) ? [] : [choice(activationKey(layer), `activation of layer ${layer + 1}`, Object.keys(formulas.activations))])).flat();
  const losses = Object.keys(formulas.losses).filter((name) => LOSSES[name].needsTargets === LOSSES[network.loss.name].needsTargets);
  form.append(
    ...group(data.samples > 1 ? "the shown sample" : "sample", [...names.inputs, ...names.targets].map((name) => field(name))),
    ...names.layers.flatMap(({ weights, biases }, layer) => group(`layer ${layer + 1}`, [...weights.flat(), ...biases].map((name) => field(name)))),
    ...group("training", [field(RATE, "learning rate η"), ...functions, choice(LOSS, "loss", losses)]),
  );
  showForm();
}

/** Write the present values into the fields, but into the one that is being typed in. */
export function showForm() {
  const present = new Map([...given(), ...edits]);
  for (const place of find("[data-edit]")) {
    const input = /** @type {HTMLInputElement} */ (place);
    const name = input.dataset.edit ?? "";
    input.classList.toggle("edited", edits.has(name));
    if (input !== document.activeElement) input.value = String(present.get(name));
  }
  const count = edits.size;
  element("edited").textContent = count === 0 ? "" : `${count} ${count === 1 ? "number is" : "things are"} changed: ${[...edits].slice(0, 6).map(([name, value]) => `${name} = ${typeof value === "number" ? short(value) : value.replaceAll("_", " ")}`).join(", ")}${count > 6 ? ", …" : ""}`;
  for (const button of find("#reset")) button.hidden = count === 0;
}

/**
 * The field and the slider of a chosen parameter.
 * @param {string} parameter
 */
export function tuner(parameter) {
  const value = changeable(parameter) ?? NaN;
  const reach = Math.max(REACH, Math.abs(value));
  const slider = /** @type {HTMLInputElement} */ (html("input", [], {
    type: "range", min: String(value - reach), max: String(value + reach), step: String(reach / 200), "data-edit": parameter, "aria-label": `change ${parameter}`,
  }));
  slider.addEventListener("input", () => change(parameter, slider.valueAsNumber));
  return html("p", [field(parameter, `change ${parameter}`), slider], { class: "tuner" });
}

// ── the file and the address ──────────────────────────────────────────────────────────────────────────────────────

/** The network as it is now, as a network file. */
function networkFile() {
  if (data.model === null) return "";
  const { names, network, schedule, samples, file } = currentModel(data.model);
  const { row } = point();
  let next = 0;
  const layers = names.layers.map(({ weights, biases }, layer) => {
    const { name, settings } = network.activations[layer];
    const rows = weights.map((ofUnit) => Object.fromEntries(ofUnit.map((weight) => [weight, row[next++]])));
    const values = biases.map((bias) => ({ [bias]: row[next++] }));
    const bias = values.length === 0 ? {} : { bias: network.biases[layer] === "shared" ? values[0] : values };
    return { activation: withSettings(name, settings, "activations"), weights: rows, ...bias };
  });
  const known = samples.filter((sample) => sample !== null);
  const hasNames = names.inputs.some((name, index) => name !== `x${index + 1}`);
  const named = (/** @type {number[]} */ x) => (hasNames ? Object.fromEntries(x.map((value, index) => [names.inputs[index], value])) : x);
  const written = {
    ...file, loss: withSettings(network.loss.name, network.loss.settings, "losses"), learning_rate: schedule.rate,
    inputs: known.map(({ x }) => named(x)), ...(names.targets.length ? { targets: known.map(({ t }) => t) } : {}), layers,
  };
  return `${JSON.stringify(written, null, 2).replace(/\[\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*)\s+\]/g, (_, list) => `[${list.replace(/\s+/g, " ")}]`)}\n`;
}

/**
 * A function as a network file names it.
 * @param {string} name
 * @param {number[]} settings
 * @param {"activations" | "losses"} kind
 */
function withSettings(name, settings, kind) {
  const keys = data.model?.formulas[kind][name]?.keys ?? [];
  return keys.length ? { [name]: Object.fromEntries(keys.map((key, index) => [key, settings[index]])) } : name;
}

/** The changes as a part of the address. */
export function editsInAddress() {
  return [...edits].map(([name, value]) => `&${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join("");
}

/**
 * Take the changes from an address.
 * @param {string} hash
 */
export function takeEdits(hash) {
  const known = given();
  edits.clear();
  for (const part of hash.slice(1).split("&").slice(1)) {
    const [name, text = ""] = part.split("=").map(decodeURIComponent);
    const before = known.get(name);
    const kind = name === LOSS ? "losses" : "activations";
    if (typeof before === "string" ? data.model?.formulas[kind][text] : Number.isFinite(Number(text)) && before !== undefined) {
      edits.set(name, typeof before === "string" ? text : Number(text));
    }
  }
}

/**
 * Make the form work.
 * @param {() => void} whenChanged
 */
export function listenToLive(whenChanged) {
  changed = () => { whenChanged(); };
  const lab = document.getElementById("lab");
  if (lab === null) return;
  lab.addEventListener("toggle", fillForm);
  element("reset").addEventListener("click", reset);
  const copyFile = element("copy-file");
  copyFile.addEventListener("click", async () => {
    const place = element("file-now");
    place.textContent = networkFile();
    place.hidden = false;
    try {
      await navigator.clipboard.writeText(place.textContent);
      copyFile.textContent = "Copied";
    } catch {
      getSelection()?.selectAllChildren(place);
    }
  });
}

