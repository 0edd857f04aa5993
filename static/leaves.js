// Sliders, number fields and locks: they send what was set, and write the numbers that come back into
// the picture that is there. No node moves. The newest setting wins; one request is under way at a
// time. While a run is on, what is set goes to the run, which also moves the rows.
import { drawnIs, drawnSource, newest, post } from "./ask.js";
import { cardAt, writeBox, writeCard, writeWire } from "./cards.js";
import { readNotes } from "./editor.js";
import { writeLink } from "./link.js";

const form = document.getElementById("program");
const leaves = document.getElementById("leaves");
const MINUS = "\u2212";
const STEPS = 1000; // of a slider, from its middle to an end

let asking = false;
let atFocus = "";
let walk; // asks for the numbers instead, while the picture shows a step
let run = null; // takes what is set instead, while one is on: (name, number)
let rows = []; // of the leaves: their parts
const lockers = [];
const recent = new Map(); // leaf -> what was set since the last edit was sent

export function startLeaves(walker) {
  walk = walker;
  leaves.addEventListener("input", (event) => {
    const row = event.target.closest(".leaf");
    if (event.target.type === "range") set(row, event.target.value);
    else if (event.target.matches(".number")) type(row, event.target);
  });
  leaves.addEventListener("click", (event) => {
    const row = event.target.closest(".back")?.closest(".leaf");
    if (!row) return;
    set(row, row.dataset.written);
    row.querySelector(".number").focus();
  });
  leaves.addEventListener("change", ({ target }) => target.matches(".lock input") && lock(target));
  leaves.addEventListener("focusin", ({ target }) => {
    if (!target.matches(".number")) return;
    target.value = atFocus = target.dataset.exact;
    target.select();
  });
  leaves.addEventListener("focusout", ({ target }) => target.matches(".number") && leave(target));
  document.getElementById("source").addEventListener("htmx:before:request", () => recent.clear());
  leaves.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault(); // there is nothing to submit
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

// A run takes what is set from now on; null gives it back.
export function whenSet(taker) {
  run = taker;
}

export function whenLocked(listener) {
  lockers.push(listener);
}

export const locked = () => [...leaves.querySelectorAll(".lock input:checked")].map((box) => box.value);

function lock(box) {
  showLock(box);
  for (const listener of lockers) listener(locked());
  if (!run && walk.under()) walk.ask();
  writeLink();
}

function showLock(box) {
  const row = box.closest(".leaf");
  row.classList.toggle("locked", box.checked);
  cardAt(row.dataset.node)?.card.classList.toggle("locked", box.checked);
}

// What a run has made of the leaves, a number a node: written into the rows that are seen, but not
// under the hand that is moving one.
export function liveLeaves(numbers, short) {
  for (const row of rows) {
    const number = numbers[row.node];
    if (row.number === number || (row.group && !row.group.open)) continue;
    row.number = number;
    if (document.activeElement !== row.slider) {
      stretch(row.slider, Math.abs(number));
      row.slider.value = number;
    }
    if (document.activeElement === row.field) continue;
    row.field.dataset.exact = String(number);
    row.field.value = short(number);
  }
}

export function readLeaves(text) {
  drawnIs(text);
  rows = [...leaves.querySelectorAll(".leaf")].map((row) => ({
    node: Number(row.dataset.node),
    slider: row.querySelector('[type="range"]'),
    field: row.querySelector(".number"),
    group: row.closest("details"),
  }));
  for (const box of leaves.querySelectorAll(".lock input:checked")) showLock(box);
  // what was set while the edit was under way was not in it
  for (const [name, number] of [...recent]) {
    const row = [...leaves.querySelectorAll(".leaf")].find((each) => each.dataset.name === name);
    if (row) set(row, number);
  }
}

// Set several leaves at once, as an update leaves them.
export function setLeaves(numbers) {
  for (const row of leaves.querySelectorAll(".leaf")) {
    if (row.dataset.name in numbers) put(row, numbers[row.dataset.name]);
  }
  ask();
}

function type(row, field) {
  const number = read(field.value);
  field.setAttribute("aria-invalid", String(number === null));
  if (number !== null) set(row, String(number));
}

// A number as people write it: 0.5, .5, -3, 1e-5, 0,5, 1/2; null for all else.
export function read(text) {
  const [over, under = "1", ...more] = text.replaceAll(MINUS, "-").replaceAll(",", ".").split("/").map((part) => part.trim());
  const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  if (more.length || !decimal.test(over) || !decimal.test(under)) return null;
  const number = Number(over) / Number(under);
  return Number.isFinite(number) ? number : null;
}

function set(row, text) {
  if (!run) {
    put(row, text);
    return ask();
  }
  const field = row.querySelector(".number");
  row.querySelector('[type="range"]').value = text;
  field.dataset.exact = text;
  if (document.activeElement !== field) field.value = text.replace("-", MINUS);
  if (run(row.dataset.name, Number(text))) put(row, text);
}

// What is set other than the text has it, by name.
export function settingsOfLeaves() {
  const set = [...leaves.querySelectorAll('[name="set"]:enabled')].map(({ value }) => value.split(/:(?=[^:]*$)/));
  return Object.fromEntries(set.map(([name, number]) => [name, Number(number)]));
}

// Back to what was set at one time, without asking for the numbers of it.
export function restLeaves(numbers) {
  for (const row of leaves.querySelectorAll(".leaf")) put(row, String(numbers[row.dataset.name] ?? row.dataset.written));
  recent.clear();
  for (const row of rows) row.number = undefined; // what a run has made of it is written anew
}

function put(row, text) {
  const number = Number(text);
  const [slider, field, setting] = ['[type="range"]', ".number", '[name="set"]'].map((part) => row.querySelector(part));
  const changed = number !== Number(row.dataset.written);
  stretch(slider, Math.abs(number));
  slider.value = number;
  field.dataset.exact = field.title = text;
  if (document.activeElement !== field) field.value = text.replace("-", MINUS);
  setting.value = `${row.dataset.name}:${text}`;
  setting.disabled = !changed;
  row.classList.toggle("changed", changed);
  recent.set(row.dataset.name, text);
}

// A slider reaches as far as the server said, or twice as far as a larger number needs.
function stretch(slider, size) {
  const reach = Number(slider.dataset.reach);
  const needed = size > reach ? Math.min(2 * size, Number.MAX_VALUE) : reach;
  if (Number(slider.max) === needed || (document.activeElement === slider && size <= Number(slider.max))) return;
  slider.max = needed;
  slider.min = -needed;
  slider.step = needed / STEPS;
}

// A field at rest shows its number short, as its card does; what cannot be read is undone.
function leave(field) {
  const row = field.closest(".leaf");
  if (field.getAttribute("aria-invalid") === "true") set(row, atFocus);
  rest(field);
}

function rest(field) {
  field.removeAttribute("aria-invalid");
  const card = cardAt(field.closest(".leaf").dataset.node);
  const short = walk.under() ? walk.shortOf(field.closest(".leaf").dataset.name) : card?.value.textContent;
  field.value = asking || !short ? field.dataset.exact.replace("-", MINUS) : short;
}

export const fetchNumbers = newest(async () => {
  const text = drawnSource();
  const answer = await post("/graph/numbers");
  if (!answer.ok) return;
  const numbers = await answer.json();
  if (numbers.stale) window.htmx.trigger("#source", "redraw");
  else if (text === drawnSource() && !walk.under()) write(numbers);
});

async function ask() {
  asking = true;
  await (walk.under() ? walk.ask() : fetchNumbers());
  asking = false;
  walk.told();
  for (const field of leaves.querySelectorAll(".number")) if (document.activeElement !== field) rest(field);
}

function write(numbers) {
  for (const [node, shown] of Object.entries(numbers.cards)) writeCard(node, shown);
  for (const [name, shown] of Object.entries(numbers.boxes)) writeBox(name, shown);
  for (const [place, shown] of numbers.wires.entries()) writeWire(place, shown);
  walk.drop();
  document.getElementById("notes").innerHTML = numbers.notes; // the server's own fragment, escaped there
  document.getElementById("summary").textContent = numbers.summary;
  if (document.getElementById("source").value === drawnSource()) readNotes();
  writeLink(numbers.link);
}
