// The page of definitions: every variable can be changed, and all gates follow.

import { throughGates } from "./circuit.js";
import { data, element, find } from "./data.js";
import { makeDraggable, sayChangeable } from "./drag.js";
import { numberField, REST } from "./field.js";
import { showNumbers } from "./show.js";

const { gates, at, links } = data.definitions;
const variables = Object.keys(at);
const values = new Map(Object.entries(at));
let writing = 0; // the timer of the address

/** Work everything out and write it. */
function showDefinitions() {
  const { numbers, local } = throughGates(gates, values, variables);
  for (const [name, of, by] of links) numbers.set(name, local.get(of)?.get(by) ?? 0);
  showNumbers({ ofStep: new Map(), ofSample: numbers });
  for (const place of find("[data-edit]")) {
    const field = /** @type {HTMLInputElement} */ (place);
    const name = field.dataset.edit ?? "";
    field.classList.toggle("edited", values.get(name) !== at[name]);
    if (field !== document.activeElement) field.value = String(values.get(name));
  }
  for (const picture of find(".circuit")) sayChangeable(picture);
  element("reset").hidden = variables.every((name) => values.get(name) === at[name]);
}

/** The address holds what differs; a page inside another one (srcdoc) has no address of its own to change. */
function keepInAddress() {
  const changed = variables.filter((name) => values.get(name) !== at[name]);
  const parts = changed.map((name) => `${encodeURIComponent(name)}=${values.get(name)}`);
  try {
    history.replaceState(null, "", `#${parts.join("&")}`);
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== "SecurityError") throw error;
  }
}

/** Take the values from the address. */
function takeFromAddress() {
  for (const name of variables) values.set(name, at[name]);
  for (const part of location.hash.slice(1).split("&")) {
    const [name, text = ""] = part.split("=").map(decodeURIComponent);
    if (values.has(name) && text.trim() !== "" && Number.isFinite(Number(text))) values.set(name, Number(text));
  }
  showDefinitions();
}

/**
 * Change a variable.
 * @param {string} name
 * @param {number} value
 */
function setVariable(name, value) {
  if (!Number.isFinite(value)) return;
  values.set(name, value);
  clearTimeout(writing);
  writing = setTimeout(keepInAddress, REST);
  showDefinitions();
}

const controls = element("controls");
controls.prepend(...variables.map((name) => numberField(name, name, (value) => setVariable(name, value))));
for (const picture of find(".circuit")) makeDraggable(picture, (name) => values.get(name), setVariable);
controls.hidden = false;
controls.addEventListener("submit", (event) => event.preventDefault());
element("reset").addEventListener("click", () => {
  for (const name of variables) values.set(name, at[name]);
  keepInAddress();
  showDefinitions();
});
addEventListener("hashchange", takeFromAddress);
takeFromAddress();
