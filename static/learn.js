// Learning: the program on the page as a run. What is drawn decides which run there is; the frames
// that come say where it stands; the panel, the graph and the network show it.
import { drawnSource } from "./ask.js";
import { cardAt, holderOf } from "./cards.js";
import { countNodes } from "./fold.js";
import { chosen as chosenInData, showData, startData } from "./data.js";
import { merged } from "./frames.js";
import { liveLeaves, locked, restLeaves, settingsOfLeaves, whenLocked, whenSet } from "./leaves.js";
import { landLive, markPicked, markTrouble, paintLive, readLive, settleLive, speakLive } from "./live.js";
import { linkAlso, readLink, writeLink } from "./link.js";
import { Maker } from "./maker.js";
import { modeIs, setMode, whenMode } from "./mode.js";
import { startOffer } from "./offer.js";
import { speed, startPacing, writePacing } from "./pacing.js";
import { bringIntoView, light, whenChosen } from "./picture.js";
import { chosenInPanel, panelFrame, panelRun, sayInPanel, startPanel } from "./panel.js";
import { short } from "./digits.js";
import { complain, newWeights, readRegime, readSettings, regimeWords, settingsForLink, startSettings } from "./settings.js";
import { newestOf, Steered } from "./steer.js";
import { startViews, viewFrame, viewLooks, viewRun, viewWants } from "./views.js";
import * as walk from "./walk.js";

const RATES = [[150, 60], [500, 45], [Infinity, 30]]; // frames a second, for up to so many cards
const AWAY = "The server does not answer. It is tried again.";
const FOLLOWED = 6; // updates a second that the eye can follow one by one
const SPOKEN = 500; // ms between two times that all is written for screen readers
const TOLD = 5000; // ms between two times that it is said how it goes

const field = (id) => document.getElementById(id);
let learn = null; // what is drawn, as app/learning.py tells it
let frame = {}; // how the run is: the frames, put together
let sample = Number(field("sample").value);
let fiction = null; // numbers by name of a sample that does not exist
let node = null; // whose boundary is shown; null for the prediction
let painting = 0;
let moving = 0;
let lost = false; // the server did not answer
let spoken = 0;
let told = 0;
let before = null; // the values that the last update started from
let started = {}; // the leaves that are set, as the run began with them

const run = new Steered({ onFrame, onLost });
const maker = new Maker(run, {
  asked,
  begins: forgetFrames,
  made: () => (sayInPanel(""), watch()),
  failed: (error) => refused(error, sayInPanel),
  away: () => sayInPanel(AWAY),
  stop: () => regimeWords().stop,
  wanted: () => learning() && learn !== null,
  speed,
});
export const learning = () => modeIs("learn");
export const runShown = () => run.id ?? "";
// The numbers of a sample that there is not, as a link has them but a line each.
export const imagined = () => Object.entries(fiction ?? {}).map(([name, number]) => `${name}:${number}`).join("\n");
const playing = () => frame.state === "running";

export function startLearn() {
  startData({ pick, changed: () => window.htmx.trigger("#source", "redraw") });
  startPanel({ pick, fiction: imagine, back: () => look(null), trouble: showTrouble });
  startViews({ pick: look, changed: watch });
  startSettings(apply);
  readAddress();
  linkAlso(words);
  whenMode(enter);
  whenLocked((names) => learning() && run.id && change({ locked: names }));
  whenChosen(({ dataset }) => learning() && hasBoundary(dataset) && look(Number(dataset.node)));
  startPacing({ tell, how: () => frame, rewind: newestOf((step) => run.tell({ do: "rewind", step })) });
  field("new-weights").addEventListener("click", resetWeights);
  field("step-through").addEventListener("click", stepThrough);
  document.addEventListener("run:next", async () => (await tell({ do: "step", count: 1 })) && stepThrough());
  field("source").addEventListener("input", () => { field("run-shown").value = ""; });
  addEventListener("pageshow", ({ persisted }) => persisted && onLost(404)); // its run went with the page
  new MutationObserver(paintMoved).observe(field("canvas"), { attributes: true, subtree: true, attributeFilter: ["style"] });
  startOffer();
  if (learning()) whenSet(setWeight); // the page came so
}

// The address: &learn=1 opens learning, or &step=... the walk; a program with data learns by itself.
function readAddress() {
  const said = new URLSearchParams(location.hash.startsWith("#p=") ? location.hash.slice(1) : location.search);
  readSettings(said);
  const number = (name) => (/^\d{1,9}$/.test(said.get(name) ?? "") ? Number(said.get(name)) : 0);
  sample = number("sample");
  maker.replace({ update: number("update"), play: said.has("play") });
  if (said.has("learn")) setMode("learn", true);
  else if (said.has("step") || said.has("predict") || said.has("broken")) setMode("walk", true);
}

// What the address says of learning, beside the program.
function words() {
  if (!learn) return "";
  const said = learning() ? settingsForLink() : new URLSearchParams();
  if (learning() && !learn.samples) said.set("learn", 1);
  if (sample && learn.samples) said.set("sample", sample);
  if (learning() && frame.step && !playing() && !maker.course.altered(frame.step)) said.set("update", frame.step);
  for (const name of locked()) said.append("lock", name);
  return said.size ? `&${said}` : "";
}

// After the picture is swapped: another program is another run.
export function showLearn(found) {
  learn = found;
  document.body.classList.toggle("learns", Boolean(learn));
  showData(learn);
  readLive();
  if (learn?.samples && sample >= learn.samples.count) sample = 0;
  if (!learn) leaveRun();
  else setMode(learn.samples ? "learn" : "walk"); // unless a person has chosen
  if (node !== null && !cardAt(node)) node = null;
  markPicked(learning() ? node : null);
  viewRun(learn);
  panelRun(learn, nameOf);
  showSample();
  if (learning()) follow();
}

// Nothing is left to learn: there is no run, and nothing but the walk.
function leaveRun() {
  maker.drop();
  Object.assign(frame, { state: "paused", step: undefined });
  setMode("walk", false);
}

function enter() {
  if (learning()) {
    if (!learn) return;
    if (walk.at.step !== null) walk.leave();
    whenSet(setWeight);
    if (field("run-shown").value) {
      restLeaves(started); // the weights of the update that was stepped through are the run's
      readLink(field("drawn").dataset.link);
    }
    field("run-shown").value = "";
    markPicked(node);
    follow();
  } else {
    whenSet(null);
    settleLive();
    markPicked(null);
    if (playing()) tell({ do: "pause" });
    run.unwatch();
  }
  writeLink();
}

// The run of what is drawn: the one there is, or a new one.
function follow() {
  const key = JSON.stringify([meaning(drawnSource()), field("mine").value]);
  if (!maker.is(key)) return maker.follow(key, playing());
  paintAll();
  return watch();
}

// What a text computes, near enough: remarks and blanks aside.
const meaning = (text) => text.split("\n").map((line) => line.replace(/#[^"']*$/, "").replace(/\s+/g, " ").trim()).filter(Boolean).join("\n");

// What is shown is of a run that is no more.
function forgetFrames() {
  frame = {};
  before = null;
  delete field("canvas").dataset.update;
}

// What a new run is asked for with.
function asked() {
  started = settingsOfLeaves();
  const columns = new Set((learn.samples?.nodes ?? []).map(nameOf));
  const inputs = Object.fromEntries(Object.entries(started).filter(([name]) => !columns.has(name)));
  const body = { source: drawnSource(), inputs, mine: field("mine").value, locked: locked(), ...regimeWords() };
  if (body.weights === null) delete body.weights;
  return body;
}

// The stream, with only what is seen.
function watch() {
  if (!learning() || !run.id) return;
  const [, fps] = RATES.find(([most]) => countNodes() <= most);
  const wish = [["fps", fps], ["wires", 1], ["health", 1], ["samples", 1]];
  if (learn.samples) wish.push(["field", 1]);
  if (learn.samples && !fiction) wish.push(["sample", sample]);
  if (fiction) for (const [name, number] of Object.entries(fiction)) wish.push(["set", `${name}:${number}`]);
  if (node !== null) wish.push(["node", node]);
  if (viewWants()) wish.push(["thumbs", 1]);
  run.watch(wish);
}

function onFrame(sent) {
  if (!learning()) return;
  const landed = sent.step !== undefined && frame.step !== undefined && sent.step === frame.step + 1;
  if (landed && frame.values) before = Float32Array.from(frame.values);
  const { nodes, wires, ...rest } = sent;
  Object.assign(frame, rest);
  if (nodes) {
    frame.values = merged(frame.values, nodes.values, nodes.at);
    frame.gradients = merged(frame.gradients, nodes.gradients, nodes.at);
  }
  if (wires) frame.carried = merged(frame.carried, wires.carried, wires.at);
  if (lost) sayInPanel("");
  lost = false;
  if (sent.regime) readRegime(sent.regime);
  if (sent.state !== undefined) writeLink();
  panelFrame(sent, frame);
  viewFrame(sent, frame);
  const pace = playing() ? (frame.speed ?? Infinity) : 1;
  if (sent.step !== undefined) landing = landed && before && pace <= FOLLOWED ? "lands" : "none";
  if (sent.trouble) showTrouble();
  if (sent.trouble === null) markTrouble(null);
  paintSoon();
}

function paintSoon() {
  if (!painting && learning()) painting = requestAnimationFrame(paint);
}

let landing = ""; // whether the update that came "lands", so that it is marked, or is one of "none"
function paint() {
  painting = 0;
  if (!learning()) return;
  paintAll();
  if (landing === "lands") landLive(learn.parameters.map(([, place]) => place), before, frame.values);
  else if (landing === "none") settleLive();
  landing = "";
}

function paintAll() {
  if (frame.values) {
    paintLive(frame);
    liveLeaves(frame.values, short);
  }
  if (frame.step === undefined) return;
  writePacing(frame, Boolean(learn?.samples));
  field("canvas").dataset.update = frame.step;
  const now = performance.now();
  if (!playing() || now - spoken > SPOKEN) {
    spoken = now;
    speakLive(frame);
  }
  if (now - told > TOLD || !playing()) tellHow(now);
  if (!playing()) writeLink();
}

// The view has moved: cards that it brings are written.
function paintMoved() {
  if (moving || !learning() || !frame.values) return;
  moving = requestAnimationFrame(() => {
    moving = 0;
    if (learning()) paintLive(frame);
  });
}

// For who listens: how it goes, now and then.
function tellHow(now) {
  if (frame.step === undefined) return;
  const sure = frame.accuracy === null || frame.accuracy === undefined ? "" : `, accuracy ${(100 * frame.accuracy).toFixed(1)} %`;
  const sentence = `Update ${frame.step}: loss ${frame.loss === null ? "is no finite number" : short(frame.loss)}${sure}.`;
  if (field("summary").textContent !== sentence) field("summary").textContent = sentence;
  told = now;
}

async function tell(words) {
  if (!run.id && !maker.busy && learn) await maker.make(); // it was refused before, for want of room perhaps
  try {
    const answer = await run.tell(words);
    if (answer) complain("");
    return answer;
  } catch (error) {
    refused(error);
    return null;
  }
}

function refused(error, say = complain) {
  if (error.status === 404) return;
  if (error.status === 422 && /not kept here/.test(error.message)) document.dispatchEvent(new Event("data:forgotten"));
  say(error.message);
}

// The run is gone: it is made anew, and goes on from the same update.
function onLost(status) {
  if (status !== 404) {
    lost = true;
    return sayInPanel(AWAY);
  }
  maker.again(frame.step ?? 0, playing());
  if (learning()) follow();
  return undefined;
}

function apply(words, name) {
  if (name === "seed") {
    maker.replace({ update: 0, play: playing() });
    return learning() && follow();
  }
  if (run.id) change(words, name.startsWith("stop-"));
  return writeLink();
}

// When to stop does not bear on the numbers.
async function change(words, passing = false) {
  const answer = await tell({ do: "set", ...words });
  if (answer && !passing) maker.course.note(answer.step, words);
  writeLink();
}

function setWeight(name, number) {
  change({ weights: { [name]: number } });
  return !frame.step; // nothing is learned yet: it is what the run begins with
}

async function resetWeights() {
  if (await tell({ do: "reset", weights: newWeights() })) maker.course.begin({ ...maker.course.body, ...regimeWords() });
  writeLink();
}

// Which sample, which node

function nameOf(place) {
  return cardAt(place)?.card.dataset.key.replace(/#\d+$/, "") ?? "";
}

export function pick(number) {
  sample = number;
  fiction = null;
  showSample();
  changedSample();
}

function imagine(...numbers) {
  const names = learn.samples.nodes.slice(0, numbers.length).map(nameOf);
  fiction = Object.fromEntries(names.map((name, place) => [name, Number(numbers[place].toPrecision(4))]));
  showSample();
  changedSample();
}

function showSample() {
  field("sample").value = sample;
  field("fiction").replaceChildren(...Object.entries(fiction ?? {}).map(([name, number]) => {
    return Object.assign(document.createElement("input"), { type: "hidden", name: "set", value: `${name}:${number}` });
  }));
  chosenInData(fiction ? null : sample);
  chosenInPanel(fiction ? null : sample, fiction && Object.values(fiction));
}

function changedSample() {
  if (learning()) watch();
  else walk.renumber();
  writeLink();
}

// A parameter or a constant is the same everywhere.
const hasBoundary = ({ node: place, operands }) => operands !== "" || Boolean(learn?.samples?.nodes.includes(Number(place)));

function look(place) {
  node = place !== null && learn?.predicted?.nodes.includes(place) ? null : place;
  panelRun(learn, nameOf, node);
  viewLooks(node);
  markPicked(node);
  if (node !== null) light(String(node));
  watch();
}

function showTrouble() {
  const { trouble } = frame;
  if (!trouble) return;
  if (trouble.sample !== null && trouble.sample !== undefined && trouble.sample !== sample) pick(trouble.sample);
  if (trouble.node === null || !holderOf(trouble.node)) return;
  markTrouble(trouble.node);
  bringIntoView(holderOf(trouble.node));
}

// One update, node by node: the walk through it, at the weights of the run.
async function stepThrough() {
  if (playing()) await tell({ do: "pause" });
  const answer = await run.read();
  if (!answer) return;
  const { id } = run;
  setMode("walk", true);
  field("run-shown").value = id;
  field("canvas").scrollIntoView({ block: "nearest" });
  walk.walkThrough(Object.fromEntries(Object.entries(answer.parameters).map(([name, number]) => [name, String(number)])));
}
