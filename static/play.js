// Playing the walk: the buttons, the keys, the pace, the loop.
import { modeIs } from "./mode.js";
import { at, goTo, leave, nextInputs, nextPass, open, predicting, stopsAt, toggleStop, tracked } from "./walk.js";

const field = (id) => document.getElementById(id);
let timer = null;

export function startPlay() {
  const deeds = { first, previous, play: toggle, next, last };
  for (const [id, deed] of Object.entries(deeds)) field(id).addEventListener("click", deed);
  field("loop").addEventListener("click", () => field("loop").setAttribute("aria-pressed", String(!looping())));
  field("speed").addEventListener("change", () => timer && run());
  field("scrub").addEventListener("pointerdown", pause);
  document.getElementById("source").addEventListener("input", pause);
  field("close").addEventListener("click", pause);
  document.addEventListener("keydown", key);
}

const looping = () => field("loop").getAttribute("aria-pressed") === "true";

function first() { pause(); goTo(1); }
function last() { pause(); goTo(at.total); }
function next() { pause(); goTo((at.step ?? 0) + 1); }
function previous() { pause(); goTo(at.step === null ? at.total : at.step - 1); }

function phase(direction) {
  pause();
  const starts = at.phases.map(([, start]) => start);
  const step = at.step ?? (direction > 0 ? 0 : at.total + 1);
  const found = direction > 0 ? starts.find((start) => start > step) : starts.findLast((start) => start < step);
  goTo(found ?? (direction > 0 ? at.total : 1));
}

export function pause() {
  clearInterval(timer);
  timer = null;
  show();
}

function toggle() {
  if (timer) return pause();
  if (predicting()) return;
  if (!tracked()) goTo(at.step ?? 1); // where the play stops is not known yet
  else if (at.step === at.total && looping() && nextInputs()) nextPass();
  else goTo(at.step === null || at.step === at.total ? 1 : at.step + 1);
  if (!tracked() || !stopsAt(at.step)) run();
}

function run() {
  clearInterval(timer);
  timer = setInterval(tick, 1000 / Number(field("speed").value));
  show();
}

function tick() {
  if (at.step === null) return pause();
  if (!tracked()) return;
  if (at.step < at.total) goTo(at.step + 1);
  else if (!looping()) return pause();
  else if (nextInputs()) nextPass();
  else goTo(1);
  if (stopsAt(at.step)) pause();
}

function show() {
  field("play").classList.toggle("playing", Boolean(timer));
  field("play").setAttribute("aria-label", timer ? "Pause" : "Play");
  field("play").title = timer ? "Pause (Space)" : "Play (Space)";
}

// Keys step wherever they mean nothing else: in fields they type, on a node the arrows walk the graph.
const steps = { ArrowLeft: previous, ArrowRight: next, Home: first, End: last };
const always = { PageUp: () => phase(-1), PageDown: () => phase(1), " ": toggle };

function key(event) {
  if (modeIs("learn") || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !at.total) return;
  const { target } = event;
  if (target.closest("textarea, select, [popover]") || target.matches("input:not(#scrub, [type=checkbox])")) return;
  if (event.key === " " && target.closest("button, summary, a, [type=checkbox]")) return;
  if (target.matches(".formula") && target.scrollWidth > target.clientWidth && event.key.startsWith("Arrow")) return;
  if (event.key === "Escape") return shut(target);
  if (event.key === "b") return target.closest(".canvas, .transport") ? mark() : undefined;
  const deed = always[event.key] ?? (target.closest(".card, .side") ? null : steps[event.key]);
  if (!deed) return;
  event.preventDefault();
  deed();
}

// Esc leaves a node first, then the walk; in the picture it goes from a card to the canvas.
function shut(target) {
  if (target.closest(".canvas") && target !== field("canvas")) return;
  pause();
  if (field("node").value) open("");
  else if (at.step !== null) leave();
}

function mark() {
  const card = document.activeElement.closest(".card") ?? document.querySelector(".card.now");
  if (card) toggleStop(card.dataset.key);
}
