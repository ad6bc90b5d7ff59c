// Further steps made in the page, from the shown one on, and the loss as it falls.

import { svg } from "./along.js";
import { data, element, find } from "./data.js";
import { totalLoss } from "./engine.js";
import { setParameters } from "./live.js";
import { short } from "./numbers.js";
import { currentModel, frame, point, view } from "./state.js";
import { step } from "./values.js";

const MOST_KEPT = 400; // losses that are drawn
const [WIDE, HIGH] = [420, 90];

/** @type {number[]} */
let fall = [];

/**
 * The samples of the next batch after so many updates, in order.
 * @param {import("./engine.js").Schedule} schedule
 * @param {number} samples
 * @param {number} made
 */
function nextBatch({ batchSize, dropLast }, samples, made) {
  const size = Math.min(batchSize ?? samples, samples);
  const length = dropLast ? samples - (samples % size) : samples;
  const index = made % Math.ceil(length / size);
  return Array.from({ length: Math.min(size, length - index * size) }, (_, offset) => index * size + offset);
}

/**
 * Make updates; the changed parameters are shown as the reader's changes.
 * @param {number} count
 */
function train(count) {
  if (data.model === null) return;
  const model = currentModel(data.model);
  const loss = (/** @type {number[]} */ row) => totalLoss(model.network, row, model.samples, model.schedule.reduction);
  let { row, velocity } = point();
  let made = view.trained?.made ?? 0;
  if (made === 0) fall = [loss(row)];
  const before = Math.max(frame().step - 1, 0);
  for (let index = 0; index < count; index += 1, made += 1) {
    const batch = nextBatch(model.schedule, model.samples.length, before + made);
    const next = step(model, { row, velocity, batch, gradient: null });
    if (!next.row.every(Number.isFinite)) break;
    ({ row, velocity } = next);
    fall.push(loss(row));
  }
  view.trained = { velocity, made };
  setParameters(row);
  showFall();
}

/** The losses of the steps made here. */
export function showFall() {
  const box = document.getElementById("fall");
  if (box === null) return;
  if (view.trained === null) {
    box.replaceChildren();
    return;
  }
  const stride = Math.max(1, Math.ceil(fall.length / MOST_KEPT));
  const shown = fall.filter((_, index) => index % stride === 0 || index === fall.length - 1);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const path = shown.map((value, index) => `${index ? "L" : "M"}${((index / Math.max(shown.length - 1, 1)) * WIDE).toFixed(1)} ${(HIGH - 4 - ((value - low) / (high - low || 1)) * (HIGH - 8)).toFixed(1)}`).join("");
  const words = `${view.trained.made.toLocaleString("en")} steps made here: ${data.loss} from ${short(fall[0])} to ${short(fall[fall.length - 1])}`;
  const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "losses growth", role: "img", "aria-label": words }, [svg("path", { class: "curve", d: path })]);
  box.replaceChildren(picture, words);
}

/** Make the buttons work; with shuffled batches, whose order the program alone knows, there are none. */
export function listenToTraining() {
  for (const button of find("#train button")) button.addEventListener("click", () => train(Number(button.dataset.count)));
  if (data.model !== null && (data.model.schedule.shuffle || data.model.samples.length < data.samples || data.model.samples.includes(/** @type {any} */ (null)))) element("train").hidden = true;
}
