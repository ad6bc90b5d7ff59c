// Fields for numbers, and the steps by which keys change a number.

import { html } from "./data.js";

export const REST = 150; // milliseconds without a change before the address is written: a browser takes its time for it

/**
 * The number after an arrow key: 0.05 more or less, with Shift 1, with Alt 0.001; null for other keys.
 * @param {number} value
 * @param {KeyboardEvent} event
 */
export function stepped(value, event) {
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return null;
  event.preventDefault();
  const size = event.shiftKey ? 1 : event.altKey ? 0.001 : 0.05;
  return Number((value + (event.key === "ArrowUp" ? size : -size)).toPrecision(12));
}

/**
 * A field for a number, by its name.
 * @param {string} name
 * @param {string} words
 * @param {(value: number) => void} changed
 */
export function numberField(name, words, changed) {
  const input = /** @type {HTMLInputElement} */ (html("input", [], { type: "number", step: "any", "data-edit": name }));
  input.addEventListener("input", () => changed(input.valueAsNumber));
  input.addEventListener("keydown", (event) => {
    const value = stepped(input.valueAsNumber, event);
    if (value === null) return;
    input.value = String(value);
    changed(input.valueAsNumber);
  });
  return html("label", [html("span", [words]), input]);
}
