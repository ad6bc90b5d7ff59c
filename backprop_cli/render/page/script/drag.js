// A number in a picture is changed where it stands: dragged up it grows, dragged down it falls; arrow keys do the same.

import { find } from "./data.js";
import { stepped } from "./field.js";

const PER_PIXEL = 0.01; // with Shift ten times as much, with Alt a tenth
const LEAST = 4; // pixels that are no slip of the hand

/**
 * The changeable quantity at a place of a picture.
 * @param {EventTarget | null} target
 * @param {(name: string) => number | undefined} valueOf
 */
function nameAt(target, valueOf) {
  if (!(target instanceof Element)) return null;
  const places = [target.closest("text"), target.closest("[data-parameter], .input, .variable")];
  for (const place of places) {
    if (place === null) continue;
    const names = [place.getAttribute("data-parameter"), ...find("[data-name]", place).map(({ dataset }) => dataset.name)];
    const found = names.find((name) => name && valueOf(name) !== undefined);
    if (found) return found;
  }
  return null;
}

/**
 * Let the numbers of a picture be changed; a finger scrolls it as ever.
 * @param {HTMLElement} picture
 * @param {(name: string) => number | undefined} valueOf the present value of what can be changed
 * @param {(name: string, value: number) => void} change
 */
export function makeDraggable(picture, valueOf, change) {
  /** @type {{name: string, value: number, from: number, isMoved: boolean} | null} */
  let held = null;
  for (const node of find(".input, .variable", picture)) {
    const [place] = find("[data-name]", node);
    const name = place?.dataset.name ?? "";
    if (valueOf(name) === undefined) continue;
    node.classList.add("changeable");
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "spinbutton");
    node.setAttribute("aria-label", name);
    node.setAttribute("aria-valuenow", place.dataset.value ?? "");
  }
  picture.addEventListener("dragstart", (event) => event.preventDefault());
  picture.addEventListener("pointerdown", (event) => {
    const name = event.button === 0 && event.pointerType !== "touch" ? nameAt(event.target, valueOf) : null;
    held = name === null ? null : { name, value: valueOf(name) ?? NaN, from: event.clientY, isMoved: false };
  });
  picture.addEventListener("pointermove", (event) => {
    const by = held === null ? 0 : held.from - event.clientY;
    if (held === null || (!held.isMoved && Math.abs(by) < LEAST)) return;
    if (!held.isMoved) picture.setPointerCapture(event.pointerId);
    held.isMoved = true;
    getSelection()?.removeAllRanges();
    const size = PER_PIXEL * (event.shiftKey ? 10 : event.altKey ? 0.1 : 1);
    change(held.name, Number((held.value + by * size).toPrecision(12)));
  });
  picture.addEventListener("pointerup", () => {
    if (held?.isMoved) picture.addEventListener("click", stopClick, { capture: true, once: true });
    setTimeout(() => picture.removeEventListener("click", stopClick, { capture: true }));
    held = null;
  });
  picture.addEventListener("pointercancel", () => { held = null; });
  picture.addEventListener("keydown", (event) => {
    const name = nameAt(event.target, valueOf);
    const value = name === null ? null : stepped(valueOf(name) ?? NaN, event);
    if (name !== null && value !== null) change(name, value);
  });
}

/** @param {Event} event */
function stopClick(event) {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * Say the present value of what can be changed, to who does not see it.
 * @param {ParentNode} picture
 */
export function sayChangeable(picture) {
  for (const node of find(".changeable", picture)) {
    node.setAttribute("aria-valuenow", find("[data-name]", node)[0]?.dataset.value ?? "");
  }
}
