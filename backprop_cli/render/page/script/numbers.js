// Numbers as text and as MathML: the same rules as the program's own.

import { data } from "./data.js";

/** @typedef {{count: number, isSignificant: boolean}} Digits so many decimals, or significant digits */

export const MATHML = "http://www.w3.org/1998/Math/MathML";
export const SVG = "http://www.w3.org/2000/svg";
const KEPT = 5; // significant digits that a small number keeps at most
const MOST_MORE = 2; // decimals beyond those asked for
const [SMALLEST_POWER, LARGEST_POWER, DOUBLE_DIGITS] = [-5, 8, 16];

/**
 * @param {number} value
 * @param {Digits} digits
 */
function formatted(value, digits) {
  if (Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const needed = decimals(value, digits);
  return needed === null ? exponential(value, digits.count - Number(digits.isSignificant)) : (value + 0).toFixed(needed);
}

/**
 * The decimals that a number needs; null where it needs scientific notation.
 * @param {number} value
 * @param {Digits} digits
 */
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

/**
 * @param {number} value
 * @param {number} digits
 */
function exponential(value, digits) {
  const [mantissa, power] = value.toExponential(digits).split("e");
  return `${mantissa}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

/** @param {string} text */
function trimmed(text) {
  const [mantissa, power] = text.split("e");
  const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return power === undefined ? short : `${short}e${power}`;
}

/**
 * A number within a formula: without the zeros at its end, unless they come of rounding it.
 * @param {number} value
 */
function term(value) {
  const text = formatted(value, data.digits);
  const short = trimmed(text);
  return !Number.isFinite(value) || Math.abs(Number(short) - value) <= 1e-12 * Math.abs(value) ? short : text;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"; // the digits of a power

/**
 * A number in a table, with a power of ten as formulas write it.
 * @param {number} value
 */
export function cell(value) {
  const [mantissa, power] = formatted(value, data.digits).split("e");
  const shown = mantissa.replaceAll("-", "−");
  if (power === undefined) return shown;
  return `${shown} × 10${String(Number(power)).replace("-", "⁻").replace(/\d/g, (digit) => RAISED[Number(digit)])}`;
}

/** @param {number} share */
export function percent(share) {
  const text = (100 * share).toFixed(1);
  return `${text === "-0.0" ? "0.0" : text} %`.replace("-", "−");
}

/**
 * Four significant digits, as the drawing shows them.
 * @param {number} value
 */
export function short(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "−inf";
  const power = value === 0 ? 0 : Number(value.toExponential(3).split("e")[1]);
  const text = power < -4 || power >= 4 ? exponential(value, 3) : (value + 0).toPrecision(4);
  return trimmed(text).replaceAll("-", "−");
}

/**
 * The shortest text that reads back as the same number, as the program writes it.
 * @param {number} value
 */
export function exact(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = String(value);
  return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
}

/**
 * An element of MathML.
 * @param {string} tag
 * @param {(Node | string)[]} content
 * @param {Record<string, string>} attributes
 */
export function math(tag, content, attributes = {}) {
  const element = document.createElementNS(MATHML, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...content);
  return element;
}

/**
 * A sign such as a dot or a plus between two operands.
 * @param {string} sign
 */
export function operator(sign) {
  return math("mo", [sign], { form: "infix" });
}

/**
 * The elements of a number; one that is a factor stands in parentheses where it is negative or a power of ten.
 * @param {number} value
 * @param {boolean} isFactor
 */
export function mathNumber(value, isFactor) {
  if (Number.isNaN(value)) return [math("mtext", ["–"])];
  const [mantissa, power] = term(value).split("e");
  const isNegative = mantissa.startsWith("-");
  const elements = isNegative ? [math("mo", ["−"], { form: "prefix" })] : [];
  elements.push(math("mn", [mantissa.replace("-", "")]));
  if (power !== undefined) {
    const raised = math("msup", [math("mn", ["10"]), math("mn", [String(Number(power)).replace("-", "−")])]);
    elements.push(math("mo", ["×"]), raised);
  }
  if (!isFactor || !(isNegative || power !== undefined)) return elements;
  const bracket = (/** @type {string} */ sign) => math("mo", [sign], { stretchy: "false" });
  return [bracket("("), ...elements, bracket(")")];
}
