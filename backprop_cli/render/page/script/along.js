// The loss along the chosen parameter, all others held: its tangent, the step against it, and where that lands.

import { data, html } from "./data.js";
import { totalLoss } from "./engine.js";
import { short, SVG } from "./numbers.js";
import { currentModel, point } from "./state.js";
import { parametersOf, step } from "./values.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [420, 230, 76, 14, 16, 34];
const MOST_PASSES = 3000; // forward passes for one curve
const MOST_POINTS = 81;

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} content
 */
export function svg(tag, attributes, content = []) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...content);
  return made;
}

/**
 * The picture for one parameter; nothing where no step is made.
 * @param {string} parameter
 */
export function lossAlong(parameter) {
  if (data.model === null) return [];
  const model = currentModel(data.model);
  const here = point();
  const index = parametersOf(model).indexOf(parameter);
  const batch = here.batch.map((sample) => model.samples[sample]);
  if (batch.some((sample) => !sample)) return [];
  const made = step(model, here);
  const loss = (/** @type {number} */ value) => totalLoss(model.network, here.row.map((other, at) => (at === index ? value : other)), batch, model.schedule.reduction);
  const [w, slope] = [here.row[index], made.gradient[index]];
  const after = data.steps > 0 ? made.row[index] : w;
  const reach = Math.max(1.5, Math.abs(w) * 0.75, 1.4 * Math.abs(after - w));
  const count = Math.max(21, Math.min(MOST_POINTS, Math.floor(MOST_PASSES / batch.length)));
  const values = Array.from({ length: count }, (_, place) => w - reach + (2 * reach * place) / (count - 1));
  const losses = values.map(loss);
  const finite = [...losses, loss(w), loss(after)].filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const pad = (high - low || Math.abs(high) || 1) * 0.08;
  const across = (/** @type {number} */ value) => LEFT + ((value - w + reach) / (2 * reach)) * (WIDTH - LEFT - RIGHT);
  const up = (/** @type {number} */ value) => HEIGHT - BOTTOM - ((value - low + pad) / (high - low + 2 * pad)) * (HEIGHT - TOP - BOTTOM);
  const place = (/** @type {number} */ x, /** @type {number} */ y) => `${across(x).toFixed(1)} ${up(y).toFixed(1)}`;
  const path = values.map((value, at) => (Number.isFinite(losses[at]) ? `${at && Number.isFinite(losses[at - 1]) ? "L" : "M"}${place(value, losses[at])}` : "")).join("");
  const run = reach * 0.4;
  const label = `The loss along ${parameter}: at ${short(w)} it is ${short(loss(w))} with slope ${short(slope)}; the step leads to ${short(after)}, where it is ${short(loss(after))}`;
  const axis = (/** @type {number} */ value, /** @type {string} */ anchor) => svg("text", { x: across(value), y: HEIGHT - BOTTOM + 18, "text-anchor": anchor }, [short(value)]);
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "losses along", role: "img", "aria-label": label }, [
    svg("path", { class: "axis", d: `M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}` }),
    axis(w - reach, "start"), axis(w, "middle"), axis(w + reach, "end"),
    svg("text", { x: LEFT - 7, y: up(high) + 4, "text-anchor": "end" }, [short(high)]),
    svg("text", { x: LEFT - 7, y: up(low) + 4, "text-anchor": "end" }, [short(low)]),
    svg("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 3, "text-anchor": "middle" }, [parameter]),
    svg("path", { class: "curve", d: path }),
    svg("path", { class: "tangent", d: `M${place(w - run, loss(w) - slope * run)}L${place(w + run, loss(w) + slope * run)}` }),
    svg("path", { class: "step", d: `M${place(w, loss(w))}L${across(after).toFixed(1)} ${up(loss(w)).toFixed(1)}L${place(after, loss(after))}` }),
    svg("circle", { class: "landed", cx: across(after), cy: up(loss(after)), r: 4.5 }),
    svg("circle", { class: "here", cx: across(w), cy: up(loss(w)), r: 6 }),
  ]);
  const caption = html("figcaption", [`${data.model.names.loss} along ${parameter}, its tangent (slope ${short(slope)}), and the step −η·∂${data.model.names.loss}/∂${parameter} = ${short(after - w)}`]);
  return [html("figure", [picture, caption])];
}
