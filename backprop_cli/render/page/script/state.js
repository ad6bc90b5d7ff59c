// What the reader has chosen: a step, a sample, what the lines show, a parameter. And the numbers that follow from it.

import { throughGates } from "./circuit.js";
import { data, find } from "./data.js";
import { totalLoss } from "./engine.js";
import { parametersOf, sampleNumbers, stepNumbers } from "./values.js";

/** @typedef {import("./values.js").Numbers} Numbers */
/** @typedef {{ofStep: Numbers, ofSample: Numbers}} Shown where a name means both, an element says which it shows */

/** `trained` tells of the steps that were made here, from the shown one on. */
/** @type {{frame: number, sample: number, by: "weight" | "gradient", chosen: string | null, trained: {velocity: number[] | null, made: number} | null}} */
export const view = { frame: data.frames.length - 1, sample: data.shown, by: "weight", chosen: null, trained: null };

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

/** What the reader changed, by name: parameters, inputs, targets, and by these keys the learning rate and the functions. */
/** @type {Map<string, number | string>} */
export const edits = new Map();
export const RATE = "η";
export const LOSS = "loss";

/**
 * The key of a layer's activation; layers count from 0 here, from 1 in the key.
 * @param {number} layer
 */
export function activationKey(layer) {
  return `activation${layer + 1}`;
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
 * The changed value of a name, or the given one.
 * @param {string} name
 * @param {number} value
 */
function edited(name, value) {
  const change = edits.get(name);
  return typeof change === "number" ? change : value;
}

/**
 * A function of the network's, or the one that the reader chose instead.
 * @param {string} key
 * @param {import("./engine.js").Chosen} given
 */
function chosenFunction(key, given) {
  const name = edits.get(key);
  if (typeof name !== "string" || name === given.name || data.model === null) return given;
  return { name, settings: data.model.formulas[key === LOSS ? "losses" : "activations"][name].settings };
}

/**
 * The network with the reader's changes; inputs and targets change in the shown sample.
 * @param {import("./data.js").Model} given
 * @returns {import("./data.js").Model}
 */
export function currentModel(given) {
  if (edits.size === 0) return given;
  const { names, network, schedule } = given;
  const samples = [...given.samples];
  const { x, t } = samples[view.sample];
  samples[view.sample] = {
    x: x.map((value, index) => edited(names.inputs[index], value)),
    t: t.map((value, index) => edited(names.targets[index] ?? "", value)),
  };
  const activations = network.activations.map((activation, layer) => chosenFunction(activationKey(layer), activation));
  return {
    ...given, samples, schedule: { ...schedule, rate: edited(RATE, schedule.rate) },
    network: { ...network, activations, loss: chosenFunction(LOSS, network.loss) },
  };
}

/**
 * The parameters of the shown step, and the batch of its update.
 * @returns {import("./values.js").Point}
 */
export function point() {
  const { row = [], velocity = null, batch, gradient = null } = frame();
  const names = data.model === null ? [] : parametersOf(data.model);
  return {
    row: edits.size ? row.map((value, index) => edited(names[index], value)) : row,
    velocity: view.trained === null ? velocity : view.trained.velocity, batch: batch ?? [...Array(data.samples).keys()],
    gradient: edits.size ? null : gradient,
  };
}

/** Whether the graph of the operations is that of the functions as they are chosen now. */
export function hasGates() {
  return data.model !== null && data.model.gates.length > 0 && ![...edits.values()].some((value) => typeof value === "string");
}

/**
 * The sample's numbers with those of the operations' graph.
 * @param {import("./data.js").Model} model
 * @param {Numbers} ofSample
 */
function withGates(model, ofSample) {
  return hasGates() ? throughGates(model.gates, ofSample).numbers : ofSample;
}

/**
 * All numbers of the shown step and sample.
 * @returns {Shown}
 */
export function numbers() {
  const [before, after] = frame().losses;
  if (data.model === null) return { ofStep: new Map([["loss_before", before], ["loss_after", after]]), ofSample: new Map() };
  const here = point();
  const model = currentModel(data.model);
  const ofStep = stepNumbers(model, here, data.steps > 0);
  const ofSample = withGates(model, sampleNumbers(model, here.row, model.samples[view.sample], here.batch.length));
  if (edits.size) {
    const { network, samples, schedule } = model;
    const moved = parametersOf(model).map((name, index) => ofStep.get(`${name}+`) ?? here.row[index]);
    const known = samples.filter((sample) => sample !== null);
    ofStep.set("loss_before", totalLoss(network, here.row, known, schedule.reduction));
    ofStep.set("loss_after", totalLoss(network, moved, known, schedule.reduction));
    return { ofStep, ofSample };
  }
  ofStep.set("loss_before", before).set("loss_after", after);
  const isPrinted = view.frame === data.frames.length - 1;
  return {
    ofStep: new Map([...ofStep, ...(isPrinted ? printed.ofStep : [])]),
    ofSample: new Map([...ofSample, ...(isPrinted && view.sample === data.shown ? printed.ofSample : [])]),
  };
}
