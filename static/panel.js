// The panel beside the picture while a run is on: loss, curve, accuracy, boundary, layers.
import { writeConfusion } from "./confusion.js";
import { Curve } from "./curve.js";
import { MINUS, percent, short } from "./digits.js";
import { Fit } from "./fit.js";
import { writeHealth } from "./health.js";
import { Plane } from "./plane.js";
import { Residuals } from "./residuals.js";

const field = (id) => document.getElementById(id);
const KINDS = { plane: "Boundary of", surface: "Values of", fit: "Fit of", residuals: "Predicted over true" };

let curve;
let plots; // by kind: plane, fit, residuals
let shown = null; // which of them
let about = { name: "", predicted: true };
let samples = null; // of the run: count, classes, labels

export function startPanel({ pick, fiction, back, trouble }) {
  curve = new Curve(field("curve"));
  plots = {
    plane: new Plane(field("plot-plane"), { pick, fiction }),
    fit: new Fit(field("plot-fit"), { pick }),
    residuals: new Residuals(field("plot-residuals"), { pick }),
  };
  field("log").addEventListener("click", () => {
    const log = field("log").getAttribute("aria-pressed") !== "true";
    field("log").setAttribute("aria-pressed", String(log));
    curve.scale(log);
  });
  field("confused").addEventListener("click", () => {
    const open = field("confused").getAttribute("aria-expanded") !== "true";
    field("confused").setAttribute("aria-expanded", String(open));
    confuse();
  });
  field("sight-back").addEventListener("click", back);
  field("to-trouble").addEventListener("click", trouble);
}

// What is drawn: which plot fits its data, and whose answer it shows.
export function panelRun(learn, nameOf, node = null) {
  samples = learn?.samples ?? null;
  const features = samples ? samples.columns.length - 1 : 0;
  const predicted = learn?.predicted?.nodes ?? [];
  const place = node ?? (predicted.length === 1 ? predicted[0] : null);
  about = { name: place === null ? "every class" : nameOf(place), predicted: node === null };
  const kind = !samples || (place === null && !predicted.length) ? null : features === 1 ? "fit" : features === 2 || samples.classes.length ? "plane" : "residuals";
  shown = kind;
  for (const each of Object.keys(plots)) field(`plot-${each}`).hidden = each !== kind;
  field("sight").hidden = kind === null;
  field("sight-kind").textContent = kind === "plane" && !samples.classes.length ? KINDS.surface : (KINDS[kind] ?? "");
  field("sight-node").textContent = kind === "residuals" ? "" : about.name;
  field("sight-why").hidden = node !== null || kind === "residuals";
  field("sight-back").hidden = node === null;
  field("sight-back").lastElementChild.textContent = predicted.length === 1 ? nameOf(predicted[0]) : "the prediction";
  field("test-row").hidden = true;
  for (const row of document.querySelectorAll(".sampled")) row.hidden = !samples;
}

// One frame: what is new, and all that is known.
export function panelFrame(sent, frame) {
  if (sent.loss !== undefined) field("loss").textContent = frame.loss === null ? "not finite" : short(frame.loss);
  if (sent.step !== undefined) field("loss-step").textContent = frame.step.toLocaleString("en-US");
  if (sent.curve) curve.write(sent.curve);
  if (sent.curve || sent.regime) writeLegend(sent, frame);
  if (sent.step !== undefined || sent.loss !== undefined) curve.at(frame.step, frame.loss, frame.test_loss);
  if (sent.accuracy !== undefined || sent.test_accuracy !== undefined || sent.test_loss !== undefined) writeScores(frame);
  if (sent.confusion !== undefined) confuse(frame.confusion);
  if (sent.health) {
    field("layers").hidden = sent.health.length < 2 && !sent.health.some(({ verdict }) => verdict);
    writeHealth(field("health"), sent.health);
  }
  if (sent.samples) {
    samples = { ...samples, ...sent.samples };
    if (shown === "plane") plots.plane.samples(sent.samples);
    if (shown === "fit") plots.fit.samples(sent.samples);
  }
  if (sent.field && shown === "plane") plots.plane.field(sent.field, about);
  if (sent.fit && shown === "fit") plots.fit.fit(sent.fit);
  if (sent.residuals && shown === "residuals") plots.residuals.write(sent.residuals);
  if (sent.trouble !== undefined || sent.reason !== undefined) writeTrouble(frame);
}

// What the lines of the curve are: of a batch each update has the loss of its own.
function writeLegend({ curve: sent }, { regime, test_loss: tested }) {
  const line = (name) => field("legend").querySelector(`.of-${name}`);
  line("train").textContent = regime?.batch ? "training, batch by batch" : "training";
  line("test").hidden = tested === null || tested === undefined;
  if (sent?.branches) line("branch").hidden = !sent.branches.length;
}

function writeScores({ accuracy, test_accuracy: test, test_loss: loss }) {
  field("accuracy-row").hidden = accuracy === null || accuracy === undefined;
  if (!field("accuracy-row").hidden) field("accuracy").textContent = percent(accuracy);
  field("test-row").hidden = loss === null || loss === undefined;
  if (field("test-row").hidden) return;
  const right = test === null || test === undefined ? "" : `${percent(test)}, `;
  field("test").textContent = `${right}loss ${short(loss)}`;
}

let matrix = [];
function confuse(found = matrix) {
  matrix = found ?? [];
  field("confused").hidden = !matrix.length;
  const open = field("confused").getAttribute("aria-expanded") === "true";
  const labels = samples?.labels?.length ? samples.labels : (samples?.classes ?? []).map((each) => String(each).replace("-", MINUS));
  writeConfusion(field("confusion"), open ? matrix : [], labels);
}

function writeTrouble({ trouble, reason }) {
  sayInPanel(trouble?.sentence ?? reason ?? "");
  field("trouble").classList.toggle("calm", !trouble);
  field("to-trouble").hidden = !trouble || trouble.node === null;
}

// What keeps a run from being there; "" takes it back.
export function sayInPanel(words) {
  field("trouble").hidden = !words;
  field("trouble").classList.add("calm");
  field("trouble").firstElementChild.textContent = words;
  field("to-trouble").hidden = true;
}

export function chosenInPanel(sample, point) {
  for (const plot of Object.values(plots)) plot.chosen(sample, point);
}
