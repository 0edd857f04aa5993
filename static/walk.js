// The walk: one step after another through forward, backward and update, and what the address says
// of it. The server sends all that is seen at once; a step shows what holds by then.
import { drawnSource, newest, post } from "./ask.js";
import { cardAt, cardOf, countCards, drawOnly, holderOf, readHolders } from "./cards.js";
import { readNotes, readStep } from "./editor.js";
import { fetchNumbers, read, setLeaves } from "./leaves.js";
import { linkAlso, writeLink } from "./link.js";
import { modeIs } from "./mode.js";
import { forgetTimelines, lightStep, paintAt, readTimelines } from "./paint.js";
import { bringIntoView, seenBox, whenChosen } from "./picture.js";
import { drawStops, drawTrack, startTrack, wait } from "./track.js";

const FEW = 400; // cards; so many are sent and drawn at once, whether seen or not
const SETTLE = 250; // ms after which a moved view asks for what it shows
const AHEAD = 1 / 8; // of the steps that were sent: where fewer are left, more are asked for
const PATIENCE = 2000; // ms after which one who waits is told so

const field = (id) => document.getElementById(id);
const canvas = field("canvas");
const inspector = field("inspector");
const boxes = [...inspector.querySelectorAll("[name=broken]")];
const listeners = [];
const stopListeners = [];
export const stops = new Set(new URLSearchParams(location.search || location.hash.slice(1)).getAll("stop"));

// Of the walk: step from 1 (null: the whole picture), total, phases [name, start, steps].
export const at = { step: null, total: 0, phases: [] };
let track = null; // what the server sent: first, cuts, nodes, operands, whole, known, next, wrong, leaves
let moment = null; // after how many events one stood before the steps became others
let arrived = false; // at a step before it is known who acts there: that node is brought into view
let toWrong = false; // a mistake was switched on: the first wrong number is gone to
let rate = field("rate").value; // the last that is a number

export const under = () => at.step !== null || mistaken() || predicting();
export const predicting = () => field("predict").checked;
export const tracked = () => track !== null && held(at.step);
export const nextInputs = () => track?.next;
export const shortOf = (leaf) => track?.leaves[leaf];
const mistaken = () => boxes.some((box) => box.checked);
// Of a long walk the server has sent some steps: after how many events each ends, from `first` on.
const cut = (step) => track.cuts[step - track.first + 1];
const held = (step) => step === null || (cut(step - 1) !== undefined && cut(step) !== undefined);
const lastHeld = () => track.first + track.cuts.length - 2;
const few = () => countCards() <= FEW;

// A large picture shows all its cards again: also those that the walk has not written for a while.
const ended = () => !under() && !few();

export function whenStepped(listener) {
  listeners.push(listener);
}

export function whenStopped(listener) {
  stopListeners.push(listener);
}

export function startWalk() {
  linkAlso(words);
  startTrack({ go: goTo, toggle: (step) => toggleStop(keyOf(actingAt(step)[0])) });
  whenChosen(({ dataset }) => modeIs("learn") || dataset.node === undefined || open(dataset.key));
  field("grain").addEventListener("change", regrain);
  field("predict").addEventListener("change", repredict);
  field("rate").addEventListener("input", ({ target }) => {
    const fits = read(target.value) !== null;
    target.setAttribute("aria-invalid", String(!fits));
    if (!fits) return;
    rate = target.value;
    begin();
  });
  field("rate").addEventListener("change", ({ target }) => {
    target.value = rate; // what is no number is undone
    target.removeAttribute("aria-invalid");
  });
  for (const box of boxes) box.addEventListener("change", () => begin(true));
  field("close").addEventListener("click", close);
  let settling;
  new MutationObserver(() => {
    clearTimeout(settling);
    settling = setTimeout(() => under() && !few() && ask(), SETTLE);
  }).observe(canvas, { attributes: true, subtree: true, attributeFilter: ["style"] });
}

// After the picture is swapped: how long the walk is now, and where it stands.
export function readWalk(data) {
  forget();
  Object.assign(at, data);
  moveTo(at.step);
  if (!cardOf(field("node").value)) field("node").value = "";
  for (const key of stops) markStop(key);
  arrived = at.step !== null;
  if (under()) ask();
  show();
}

// What the server sent is of another picture.
function forget() {
  track = null;
  delete canvas.dataset.step;
  forgetTimelines();
}

function moveTo(step) {
  at.step = step;
  field("step").value = step ?? "";
}

export function goTo(step, quietly = false) {
  if (!drawnSource()) return;
  moveTo(step === null ? null : Math.min(Math.max(step, 1), at.total));
  field("shown").value = "";
  if (ended()) fetchNumbers();
  else if (predicting() || !tracked()) ask(); // of a number to predict, the server sends none ahead
  else {
    paint();
    if (runsOut(at.step)) ask();
  }
  show();
  if (!quietly && tracked()) follow();
  else arrived = !quietly; // who acts is not known yet
  writeLink();
}

// The steps that were sent end near this one, and the walk goes on.
function runsOut(step) {
  if (step === null) return false;
  const ahead = AHEAD * track.cuts.length;
  return (track.first > 1 && step - track.first < ahead) || (lastHeld() < at.total && lastHeld() - step < ahead);
}

// Another sample is drawn: the same step, or the whole, of that one.
export function renumber() {
  if (!drawnSource()) return;
  if (under()) ask();
  else fetchNumbers();
  told();
}

export function leave() {
  if (!predicting()) return goTo(null);
  field("predict").checked = false;
  moveTo(null);
  redraw();
}

function close() {
  for (const box of boxes) box.checked = false;
  field("node").value = "";
  track = null;
  leave();
  canvas.focus();
}

function begin(toMistake = false) {
  toWrong = toMistake && mistaken();
  if (toWrong && at.step === null) moveTo(1);
  if (!under() && !track) return;
  if (ended()) fetchNumbers();
  else ask();
  show();
  writeLink();
}

// The same moment in other steps.
async function regrain() {
  const before = track;
  moment = track && at.step !== null ? cut(at.step) ?? null : null;
  await ask();
  const stands = moment !== null && track && track !== before ? track.step : null;
  moment = null;
  if (stands !== null) goTo(stands);
}

// One number at a time is predicted, from here on. The picture is drawn anew, with nothing in it
// that is still to come.
function repredict() {
  if (predicting()) {
    moveTo(track && at.step !== null ? (cut(at.step - 1) ?? 0) + 1 : 1);
    field("grain").value = "edge";
  }
  redraw();
}

function redraw() {
  field("shown").value = "";
  window.htmx.trigger("#source", "redraw");
}

// The number of this step is found, or given up.
export function reveal(found = false) {
  field("shown").value = found ? "found" : "given up";
  ask();
  show();
}

export function open(key) {
  field("node").value = key;
  show();
  writeLink();
}

export function toggleStop(key) {
  if (!key) return;
  if (!stops.delete(key)) stops.add(key);
  markStop(key);
  if (!allSent()) ask();
  else drawStops(stopSteps());
  for (const listener of stopListeners) listener();
  writeLink();
}

function markStop(key) {
  const node = cardOf(key);
  node?.querySelector(".stopper")?.remove();
  if (!node || !stops.has(key)) return;
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  dot.setAttribute("class", "stopper");
  dot.setAttribute("r", "5");
  node.append(dot);
}

export const stopsAt = (step) =>
  allSent() ? actingAt(step).some((node) => stops.has(keyOf(node))) : track.stops.includes(step);
const keyOf = (node) => (node === undefined ? "" : cardAt(node)?.card.dataset.key ?? "");

// Whether it is known here who acts in every step; else the server says where the walk stops.
const allSent = () => !track || (track.first === 1 && lastHeld() === at.total && track.nodes.length === track.cuts.at(-1));

function stopSteps() {
  if (!track || !stops.size) return [];
  if (!allSent()) return track.stops;
  return [...Array(at.total).keys()].map((step) => step + 1).filter(stopsAt);
}

// The nodes that act in a step.
function actingAt(step) {
  return [...new Set(actsOf(step, "nodes"))];
}

// What was sent of the events of a step.
function actsOf(step, what) {
  if (!track || step === null || !held(step)) return [];
  const begin = track.cuts[0];
  return track[what].slice(cut(step - 1) - begin, cut(step) - begin);
}

// The next pass begins with what the update has left.
export function nextPass() {
  if (!track?.next) return;
  if (field("run-shown").value) document.dispatchEvent(new Event("run:next")); // the run takes its update
  else walkThrough(track.next);
}

// The walk from its first step, with these numbers for the leaves.
export function walkThrough(numbers) {
  moveTo(1);
  setLeaves(numbers);
  show();
  writeLink();
}

// The finished numbers are written into all of the picture: what the server sent is no longer so.
export function drop() {
  forget();
  drawOnly(null);
  readStep(null);
}

export const ask = newest(async () => {
  const text = drawnSource();
  const slow = setTimeout(wait, PATIENCE);
  try {
    const where = { after: field("after").value, moment: moment ?? "", stops: [...stops].join("\n") };
    const answer = await post("/walk/steps", { ...where, box: few() ? "" : seenBox().join(" ") });
    if (!answer.ok) return;
    const found = await answer.json();
    if (found.stale) return window.htmx.trigger("#source", "redraw");
    if (text === drawnSource()) take(found, text);
  } finally {
    clearTimeout(slow);
  }
});

function take(found, text) {
  Object.assign(at, { total: found.total, phases: found.phases });
  if (at.step !== null) moveTo(Math.min(at.step, at.total));
  if (ended()) return stand();
  track = found;
  readTimelines(found);
  readHolders(found.holders);
  drawOnly(few() ? null : found);
  field("notes").innerHTML = found.notes; // the server's own fragment, escaped there
  if (field("source").value === text) readNotes();
  writeLink(found.link);
  if (tracked()) paint(); // else one has gone on meanwhile, and more is asked for
  stand();
  drawStops(stopSteps());
  if (arrived && tracked()) follow();
  arrived = arrived && !tracked();
  if (toWrong && found.wrong) goTo(found.wrong);
  toWrong = false;
}

function paint() {
  paintAt(track.known ?? (at.step === null ? track.whole : cut(at.step)));
  const [node, ...more] = actingAt(at.step);
  const one = node === undefined || more.length ? null : node;
  readStep(one);
  lightStep(one, one === null ? [] : operandsOf(one));
  canvas.dataset.step = at.step ?? ""; // what the picture shows: the card can be there before it
}

// A flow hands to its operands, a value is made from its own; the seed and an update come from
// nowhere else.
function operandsOf(node) {
  const flows = actsOf(at.step, "operands");
  if (flows[0] !== null) return flows;
  const [phase] = at.phases.findLast(([, start]) => start <= at.step);
  return phase === "forward" ? cardAt(node)?.card.dataset.operands.split(" ").filter(Boolean) ?? [] : [];
}

function follow() {
  const [node] = actingAt(at.step);
  const acting = node === undefined ? null : holderOf(node);
  if (!acting) return;
  bringIntoView(acting);
  if (acting.classList.contains("away")) ask();
}

function stand() {
  field("grain").disabled = predicting();
  canvas.classList.toggle("walking", at.step !== null);
  drawTrack(at, predicting());
}

function show() {
  stand();
  inspector.hidden = !under() && !field("node").value;
  told();
}

// The numbers have changed, not the step: what is said of them is said anew.
export function told() {
  for (const listener of listeners) listener();
}

// What the address says of the walk, beside the program and its inputs.
function words() {
  const said = new URLSearchParams();
  if (at.step !== null) said.set("step", at.step);
  if (field("grain").value !== "node" && !predicting()) said.set("grain", field("grain").value);
  if (field("node").value) said.set("node", field("node").value);
  if (rate !== field("rate").dataset.usual) said.set("rate", rate);
  if (predicting()) said.set("predict", 1);
  for (const { value } of boxes.filter((box) => box.checked)) said.append("broken", value);
  for (const key of stops) said.append("stop", key);
  return said.size ? `&${said}` : "";
}
