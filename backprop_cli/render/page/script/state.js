// What the reader has chosen: a step, a sample, what the lines show, a parameter. And the numbers that follow from it.

import { data, find } from "./data.js";
import { sampleNumbers, stepNumbers } from "./values.js";

/** @typedef {import("./values.js").Numbers} Numbers */
/** @typedef {{ofStep: Numbers, ofSample: Numbers}} Shown where a name means both, an element says which it shows */

/** @type {{frame: number, sample: number, by: "weight" | "gradient", chosen: string | null}} */
export const view = { frame: data.frames.length - 1, sample: data.shown, by: "weight", chosen: null };

/** The page as the program made it, to the last bit. */
const printed = { ofStep: readFromPage('[data-of="step"]'), ofSample: readFromPage(":not([data-of])") };

/**
 * @param {string} kind
 * @returns {Numbers}
 */
function readFromPage(kind) {
  const number = (/** @type {string | undefined} */ text) => Number(String(text).replace("inf", "Infinity"));
  return new Map(find(`[data-name]${kind}`).map((place) => [place.dataset.name ?? "", number(place.dataset.value)]));
}

/** The kept step that is shown. */
export function frame() {
  return data.frames[view.frame];
}

/** The number of the shown sample, from 1 in the network file's order. */
export function sampleNumber() {
  return view.sample + 1;
}

/**
 * The parameters of the shown step, and the batch of its update.
 * @returns {import("./values.js").Point}
 */
export function point() {
  const { row = [], velocity = null, batch, gradient = null } = frame();
  return { row, velocity, batch: batch ?? [...Array(data.samples).keys()], gradient };
}

/**
 * All numbers of the shown step and sample.
 * @returns {Shown}
 */
export function numbers() {
  const [before, after] = frame().losses;
  /** @type {[string, number][]} */
  const losses = [["loss_before", before], ["loss_after", after]];
  if (data.model === null) return { ofStep: new Map(losses), ofSample: new Map() };
  const here = point();
  const ofStep = [...losses, ...stepNumbers(data.model, here, data.steps > 0)];
  const ofSample = sampleNumbers(data.model, here.row, data.model.samples[view.sample], here.batch.length);
  const isPrinted = view.frame === data.frames.length - 1;
  return {
    ofStep: new Map([...ofStep, ...(isPrinted ? printed.ofStep : [])]),
    ofSample: new Map([...ofSample, ...(isPrinted && view.sample === data.shown ? printed.ofSample : [])]),
  };
}
