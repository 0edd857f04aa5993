// The program's data: which table, how many rows, which sample is drawn. The text is the single truth:
// whatever is set here rewrites the words data(...) in it.
import { showOwn, startBring } from "./bring.js";
import { readCall, withArgument, withCall, written } from "./call.js";
import { read } from "./leaves.js";
import { linkAlso } from "./link.js";
import { ask, linkWords, own, putKey, restore, send } from "./own.js";

const source = document.getElementById("source");
const section = document.getElementById("data");
const field = (name) => document.getElementById(`data-${name}`);
const table = field("table");
const place = field("sample");
const STEPS = { n: 10, noise: 0.05, seed: 1 }; // of the arrow keys
const RETRY = 2500; // ms

let hooks = { pick() {}, changed() {} };
let samples = null; // of the program that is drawn: name, columns, count, classes
let sample = 0;
let restored = 0;
let typing = null; // the field that is being typed into: what arrives meanwhile leaves it alone

// pick(sample) is called when another sample is chosen, from 0; changed() when other data is in the
// form though the text is the same.
export function startData(given) {
  hooks = given;
  table.addEventListener("change", chooseTable);
  for (const name of Object.keys(STEPS)) startField(field(name), name);
  field("new").addEventListener("click", () => set("seed", (read(usual("seed")) ?? 0) + 1));
  startSample();
  field("own").addEventListener("click", () => open(field("own").getAttribute("aria-expanded") !== "true"));
  startBring({ use, classes: () => (samples?.classes.length === 2 ? samples.classes : null) });
  document.addEventListener("htmx:after:request", ({ detail }) => detail.ctx.response?.status === 410 && forgotten());
  document.addEventListener("data:forgotten", forgotten);
  linkAlso((link) => (saysMine(new URLSearchParams(link.slice(2)).get("p")) ? linkWords() : ""));
  source.addEventListener("input", write);
  write();
  arrive();
}

// What is drawn: `learn` says which data it has, or is null.
export function showData(learn) {
  samples = learn?.samples ?? null;
  if (samples && sample >= samples.count) pick(samples.count - 1); // the table has become shorter
  write();
}

// The sample that is drawn, from 0; null for a point that is no sample.
export function chosen(number) {
  sample = number;
  writeSample();
}

// The data that a link carries; true once it is in the form.
async function readLinked(words) {
  const link = words.get("data");
  if (!link) return false;
  const answer = await send({ link }).catch(() => null);
  if (!answer || answer.error) return false;
  showOwn(answer);
  return true;
}

const saysMine = (text = source.value) => readCall(text)?.table === "mine";

// A fresh page: its data came with the address, or was kept here before a reload.
async function arrive() {
  await null; // the rest of this page's start may put another program here
  const key = document.getElementById("mine").value;
  const words = new URLSearchParams(location.hash.startsWith("#p=") ? location.hash.slice(1) : location.search);
  if (!saysMine() && !words.has("data")) return;
  if (!(await readLinked(words)) && (await again())) showOwn(own());
  write();
  if (document.getElementById("mine").value !== key) hooks.changed();
}

const again = () => restore().catch(() => false);

// The server keeps only so much: what it has forgotten is sent again, and drawn.
async function forgotten() {
  if (Date.now() - restored < RETRY) return;
  restored = Date.now();
  if (await again()) hooks.changed();
}

// Another table. A program that cannot take it gives way to one that can; Ctrl+Z brings it back.
async function chooseTable() {
  const name = table.value;
  write();
  if (name === "mine") {
    open(true);
    if (own()) use(own());
    return;
  }
  const answer = await ask({ table: name }).catch(() => null);
  if (!answer || answer.error) return;
  if (!fits(answer)) return replace(answer.program);
  const text = withArgument(source.value, "table", `"${name}"`);
  const zeros = samples?.classes[0] === 0 && answer.classes[0] === -1 && !written(readCall(text), "labels");
  rewrite(zeros ? withArgument(text, "labels", "(0, 1)") : text);
}

// Data of one's own is in the form: the program is to say so.
function use(answer) {
  const before = source.value;
  if (!fits(answer)) replace(answer.program);
  else if (!saysMine()) rewrite(withCall(before, 'data("mine")'));
  write();
  if (source.value === before) hooks.changed();
}

// Can the program at hand take a table of these columns, with a target of this kind?
function fits({ columns, classes }) {
  const names = readCall(source.value)?.names.length;
  return names === columns.length && (!samples || samples.classes.length === classes.length);
}

function startField(input, name) {
  input.addEventListener("input", () => { typing = input; });
  input.addEventListener("blur", () => { typing = null; });
  input.addEventListener("change", () => take(input, name));
  input.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const number = read(input.value);
    if (event.key === "Enter") take(input, name);
    if (!way || number === null) return;
    event.preventDefault();
    set(name, Number(Math.max(number + way * STEPS[name], name === "n" ? 1 : 0).toFixed(4)));
  });
}

function take(input, name) {
  typing = null;
  const number = read(input.value);
  input.setAttribute("aria-invalid", String(number === null));
  if (number !== null && number !== Number(usual(name))) set(name, number);
}

const set = (name, number) => rewrite(withArgument(source.value, name, String(number)));

// What an argument of data(...) is: as the text has it, else as the language does.
function usual(name) {
  return written(readCall(source.value), name) ?? (name === "noise" ? table.selectedOptions[0]?.dataset.noise ?? "" : field(name).dataset.usual);
}

// A change here or there in the text, as if it had been typed.
function rewrite(text) {
  const old = source.value;
  if (text === old) return;
  let start = 0;
  while (start < text.length && text[start] === old[start]) start += 1;
  let end = 0;
  while (end < Math.min(text.length, old.length) - start && text.at(-1 - end) === old.at(-1 - end)) end += 1;
  source.setRangeText(text.slice(start, text.length - end), start, old.length - end, "preserve");
  source.dispatchEvent(new Event("input", { bubbles: true }));
}

// Another program altogether; written by the browser's own editing, so that it can be undone.
function replace(text) {
  const before = document.activeElement;
  source.focus({ preventScroll: true });
  source.select();
  if (!document.execCommand("insertText", false, text)) rewrite(text);
  if (before && before !== source) before.focus({ preventScroll: true });
}

function startSample() {
  const step = (by) => pick((sample ?? -1) + by);
  field("previous").addEventListener("click", () => step(-1));
  field("next").addEventListener("click", () => step(1));
  place.addEventListener("input", () => { typing = place; });
  place.addEventListener("blur", () => { typing = null; });
  place.addEventListener("change", () => pick(read(place.value) - 1));
  place.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Enter") pick(read(place.value) - 1);
    if (!way) return;
    event.preventDefault();
    step(way);
  });
}

function pick(number) {
  typing = null;
  const there = Number.isInteger(number) && number >= 0 && number < (samples?.count ?? 0);
  if (there && number !== sample) {
    sample = number;
    hooks.pick(number);
  }
  writeSample();
}

function open(shown) {
  field("own").setAttribute("aria-expanded", String(shown));
  document.getElementById("own").hidden = !shown;
  section.classList.toggle("opened", shown);
}

function write() {
  const call = readCall(source.value);
  putKey(call?.table === "mine");
  const name = call?.table ?? "";
  const known = [...table.options].some((option) => option.value === name);
  table.options[0].textContent = call ? "written out" : "none"; // rows in the text itself, data([[0, 1]])
  table.value = known ? name : "";
  table.title = table.selectedOptions[0]?.title ?? "";
  section.dataset.state = !call ? "none" : name === "mine" || !name ? "brought" : "given";
  for (const each of Object.keys(STEPS)) writeField(field(each), each);
  field("own").textContent = call ? "Your own data" : "Add data";
  writeSample();
}

function writeField(input, name) {
  if (typing === input) return;
  input.value = usual(name);
  input.removeAttribute("aria-invalid");
}

function writeSample() {
  const count = samples?.count ?? 0;
  if (typing !== place) place.value = sample === null ? "" : String(sample + 1);
  field("count").textContent = count ? `of ${count.toLocaleString("en")}` : "";
  field("previous").setAttribute("aria-disabled", String(!sample));
  field("next").setAttribute("aria-disabled", String(sample !== null && sample + 1 >= count));
}
