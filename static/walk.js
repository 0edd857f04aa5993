// The walk: one step after another through forward, backward and update. The server sends, for each
// card and wire that is seen, what it shows from which event on; a step shows what holds by then.
import { drawnSource, newest, post } from "./ask.js";
import { cardAt, countCards, drawOnly, wireBetween, writeCard, writeWire } from "./cards.js";
import { readNotes, readStep } from "./editor.js";
import { fetchNumbers, read, setLeaves } from "./leaves.js";
import { linkAlso, writeLink } from "./link.js";
import { bringIntoView, seenBox, whenChosen } from "./picture.js";
import { drawStops, drawTrack, startTrack } from "./track.js";

const FEW = 400; // cards; so many are sent and drawn at once, whether seen or not
const SETTLE = 250; // ms after which a moved view asks for what it shows

const field = (id) => document.getElementById(id);
const canvas = field("canvas");
const inspector = field("inspector");
const listeners = [];
export const stops = new Set(new URLSearchParams(location.search || location.hash.slice(1)).getAll("stop"));

// Of the walk: step from 1 (null: the whole picture), total, phases [name, start, steps].
export const at = { step: null, total: 0, phases: [] };
let track = null; // what the server sent: cuts, nodes, operands, cards, wires, whole, next, wrong
let timelines = []; // of each card and wire that was sent: its states, and which of them it shows
let lit = [];

export const under = () => at.step !== null || mistaken() || predicting();
export const predicting = () => field("predict").checked;
const mistaken = () => inspector.querySelector("[name=broken]:checked") !== null;

export function whenStepped(listener) {
  listeners.push(listener);
}

export function startWalk() {
  linkAlso(words);
  startTrack({ go: goTo, toggle: (step) => toggleStop(keyOf(actingAt(step)[0])) });
  whenChosen(({ dataset }) => open(dataset.key));
  field("grain").addEventListener("change", regrain);
  field("predict").addEventListener("change", repredict);
  field("rate").addEventListener("input", ({ target }) => {
    target.setAttribute("aria-invalid", String(read(target.value) === null));
    begin();
  });
  for (const box of inspector.querySelectorAll("[name=broken]")) box.addEventListener("change", () => begin(true));
  field("close").addEventListener("click", () => { open(""); leave(); });
  document.getElementById("source").addEventListener("input", () => predicting() || forget());
  let settling;
  new MutationObserver(() => {
    clearTimeout(settling);
    settling = setTimeout(() => track && !few() && ask(), SETTLE);
  }).observe(canvas, { attributes: true, subtree: true, attributeFilter: ["style"] });
}

// After the picture is swapped: how long the walk is now, and where it stands.
export function readWalk(data) {
  track = null;
  timelines = [];
  Object.assign(at, data);
  field("step").value = at.step ?? "";
  stand();
  for (const key of stops) markStop(key);
  if (under()) ask();
  arrived = at.step !== null;
  show();
}
let arrived = false; // at a step by a link: its node is brought into view

export function goTo(step, quietly = false) {
  if (!drawnSource()) return;
  at.step = step === null ? null : Math.min(Math.max(step, 1), at.total);
  field("step").value = at.step ?? "";
  field("shown").value = "";
  if (!under() && !few()) fetchNumbers(); // whatever the walk has passed by shows its numbers again
  else if (predicting() || !track) ask(); // of a number to predict, the server sends none ahead
  else paint();
  stand();
  show();
  if (!quietly) follow();
  writeLink();
}

export function leave() {
  if (field("predict").checked) {
    field("predict").checked = false;
    return repredict();
  }
  goTo(null);
}

// A new program has a walk of its own.
function forget() {
  at.step = null;
  field("step").value = "";
  field("node").value = "";
  stand();
}

export function begin(toMistake = false) {
  if (toMistake && mistaken() && at.step === null) at.step = 1;
  field("step").value = at.step ?? "";
  jump = toMistake && mistaken();
  if (!under() && !track) return;
  ask();
  show();
  writeLink();
}
let jump = false;

// The same moment in other steps.
async function regrain() {
  const events = track && at.step !== null ? track.cuts[at.step] : null;
  await ask();
  if (events !== null && track) goTo(track.cuts.findIndex((cut) => cut >= events) || 1);
}

// To predict, the picture is drawn anew with nothing in it that is still to come.
function repredict() {
  at.step = predicting() ? 1 : null;
  field("step").value = at.step ?? "";
  field("shown").value = "";
  field("grain").disabled = predicting();
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
  stand();
  for (const listener of listeners) listener();
  writeLink();
}

function markStop(key) {
  const node = document.querySelector(`.card[data-key="${CSS.escape(key)}"]`);
  node?.querySelector(".stopper")?.remove();
  if (!node || !stops.has(key)) return;
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  dot.setAttribute("class", "stopper");
  dot.setAttribute("r", "5");
  node.append(dot);
}

export const stopsAt = (step) => actingAt(step).some((node) => stops.has(keyOf(node)));
export const tracked = () => track !== null;
export const nextInputs = () => track?.next;
const keyOf = (node) => (node === undefined ? "" : cardAt(node)?.card.dataset.key ?? "");

// The nodes that act in a step.
function actingAt(step) {
  if (!track || step === null) return [];
  return [...new Set(track.nodes.slice(track.cuts[step - 1], track.cuts[step]))];
}

// The next pass begins with what the update has left.
export function nextPass() {
  const numbers = track?.next;
  if (!numbers) return;
  at.step = 1;
  field("step").value = 1;
  setLeaves(numbers);
  stand();
  show();
  writeLink();
}

const few = () => countCards() <= FEW;

// The finished numbers are written into all of the picture: what the server sent is no longer so.
export function drop() {
  track = null;
  timelines = [];
  drawOnly(null);
  light();
}

export const ask = newest(async () => {
  const text = drawnSource();
  const answer = await post("/walk/steps", { after: field("after").value, box: few() ? "" : seenBox().join(" ") });
  if (!answer.ok) return;
  const found = await answer.json();
  if (found.stale) return window.htmx.trigger("#source", "redraw");
  if (text !== drawnSource()) return;
  track = found;
  timelines = [...timed(found.cards, writeCard), ...timed(found.wires, writeWire)];
  drawOnly(few() ? null : found);
  Object.assign(at, { total: found.total, phases: found.phases });
  if (at.step !== null) at.step = Math.min(at.step, at.total);
  field("notes").innerHTML = found.notes; // the server's own fragment, escaped there
  if (field("source").value === text) readNotes();
  writeLink(found.link);
  paint();
  stand();
  if (arrived) follow();
  arrived = false;
  if (jump) {
    jump = false;
    if (found.wrong) goTo(found.wrong);
  }
});

// Write what is known by the present step into the picture, where that is not what it shows.
function paint() {
  const events = track.known ?? (at.step === null ? track.whole : track.cuts[at.step]);
  for (const each of timelines) {
    const state = each.states.findLast(([since]) => since <= events);
    if (each.state === state) continue;
    each.state = state;
    each.write(each.place, state.slice(1));
  }
  light();
}

const timed = (times, write) => Object.entries(times).map(([place, states]) => ({ place, states, write, state: null }));

// What acts now is lit: the node, the operands it hands to or is made from, the wires between them.
function light() {
  for (const old of lit) old.classList.remove("now", "beside");
  lit = [];
  const nodes = actingAt(at.step);
  const one = nodes.length === 1 ? nodes[0] : null;
  readStep(one);
  if (one === null) return;
  mark(cardAt(one)?.card, "now");
  const begin = track.cuts[at.step - 1];
  const flows = track.operands.slice(begin, track.cuts[at.step]);
  for (const operand of flows[0] === null ? operandsOf(one) : flows) {
    mark(cardAt(operand)?.card, "beside");
    mark(wireBetween(operand, one), "now");
  }
}

function mark(element, how) {
  if (!element) return;
  element.classList.add(how);
  lit.push(element);
}

// A value is made from its operands; the seed and an update come from nowhere else.
function operandsOf(node) {
  const [phase] = at.phases.findLast(([, start]) => start <= at.step);
  return phase === "forward" ? cardAt(node).card.dataset.operands.split(" ").filter(Boolean) : [];
}

function follow() {
  const [node] = actingAt(at.step);
  const acting = cardAt(node)?.card;
  if (!acting) return;
  bringIntoView(acting);
  if (acting.classList.contains("away")) ask();
}

function stand() {
  canvas.classList.toggle("walking", at.step !== null);
  drawTrack(at);
  drawStops(at.total, (track?.nodes ?? []).length ? stopSteps() : []);
}

function stopSteps() {
  const found = [];
  if (stops.size) for (let step = 1; step <= at.total; step += 1) if (stopsAt(step)) found.push(step);
  return found;
}

function show() {
  inspector.hidden = !under() && !field("node").value;
  for (const listener of listeners) listener();
}

// What the address says of the walk, beside the program and its inputs.
function words() {
  const said = new URLSearchParams();
  if (at.step !== null) said.set("step", at.step);
  if (field("grain").value !== "node" && !predicting()) said.set("grain", field("grain").value);
  if (field("node").value) said.set("node", field("node").value);
  if (field("rate").value !== field("rate").dataset.usual) said.set("rate", field("rate").value);
  if (predicting()) said.set("predict", 1);
  for (const { value } of inspector.querySelectorAll("[name=broken]:checked")) said.append("broken", value);
  for (const key of stops) said.append("stop", key);
  return said.size ? `&${said}` : "";
}
