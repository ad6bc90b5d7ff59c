// A number stays hidden until the reader has typed it; a wrong one is told apart as `check` does.

import { sum } from "./arithmetic.js";
import { data, element, html } from "./data.js";
import { math, short } from "./numbers.js";
import { symbol } from "./panel.js";
import { numbers } from "./state.js";
import { structure } from "./structure.js";

const LEAST_DIGITS = 2; // significant digits that an answer needs
const RELATIVE = 1e-9; // what is closer is the same, whatever was typed

/**
 * How many significant digits were typed.
 * @param {string} typed
 */
function significant(typed) {
  return typed.toLowerCase().split("e")[0].replace(/^[-+0.]*/, "").replace(".", "").length;
}

/**
 * Whether a typed number is this one, to the digits that were typed.
 * @param {string} typed
 * @param {number} value
 */
function agrees(typed, value) {
  const given = Number(typed);
  const [mantissa, power = "0"] = typed.toLowerCase().split("e");
  const decimals = (mantissa.split(".")[1] ?? "").length;
  const last = 10 ** (Number(power) - decimals);
  if (Math.abs(given - value) <= RELATIVE * Math.abs(value)) return true;
  return significant(typed) >= LEAST_DIGITS && Math.abs(given - value) <= 0.5000001 * last;
}

/**
 * What else the number would be, each with the mistake that makes it.
 * @param {string} name
 * @returns {[string, number][]}
 */
function mistaken(name) {
  const { ofSample } = numbers();
  const number = (/** @type {string} */ factor) => ofSample.get(factor) ?? NaN;
  const value = number(name);
  const terms = structure.get(name) ?? [];
  const layers = data.model?.names.layers ?? [];
  const layer = layers.findIndex(({ z }) => z.some((net) => name.endsWith(`/d${net}`)));
  const isParameter = layers.some(({ weights }) => weights.flat().some((weight) => name.endsWith(`/d${weight}`)));
  const firsts = sum(terms.map(([first]) => number(first)));
  /** @type {[string, number][]} */
  const found = name.startsWith("d") ? [["error_sign", -value], ["half_forgotten", 2 * value], ["half_doubled", value / 2]] : [];
  if (!terms.length) return found;
  if (layer >= 0) found.push([layer === layers.length - 1 ? "slope_missing_output" : "slope_missing_hidden", firsts]);
  else if (isParameter) found.push(["input_factor_one", firsts]);
  else {
    found.push(["first_output_only", terms[0].reduce((product, factor) => product * number(factor), 1)], ["weights_left_out", firsts]);
  }
  return found;
}

/**
 * What is to be said of an answer.
 * @param {string} name
 * @param {string} typed
 */
function verdict(name, typed) {
  const value = numbers().ofSample.get(name) ?? NaN;
  if (typed.trim() === "" || !Number.isFinite(Number(typed))) return { isRight: false, words: "Type a number, such as −0.138 or 1.4e-3." };
  if (agrees(typed, value)) return { isRight: true, words: `Right: ${short(value)}.` };
  if (significant(typed) < LEAST_DIGITS) return { isRight: false, words: "Give at least two digits." };
  const guess = mistaken(name).find(([, wrong]) => agrees(typed, wrong));
  const sentence = guess && data.model?.sentences[guess[0]];
  return { isRight: false, words: sentence ? `No: this is what you get if ${sentence}.` : "No, not that." };
}

/**
 * Ask for a number; `then` is called once it is right, or is to be shown.
 * @param {string} name
 * @param {() => void} then
 */
export function ask(name, then) {
  const input = /** @type {HTMLInputElement} */ (html("input", [], { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": `your value of ${name}` }));
  const answer = html("output", [], { class: "verdict" });
  const form = html("form", [
    html("label", [math("math", symbol(name)), " = ", input]), html("button", ["Check"], { type: "submit" }), html("button", ["Show"], { type: "button" }), answer,
  ], { class: "ask" });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { isRight, words } = verdict(name, input.value.replace("−", "-").replace(",", "."));
    answer.textContent = words;
    answer.classList.toggle("right", isRight);
    if (isRight) then();
  });
  form.querySelector('button[type="button"]')?.addEventListener("click", then);
  element("ask").replaceChildren(form);
  input.focus();
}
