// Bringing data of one's own: a table pasted, chosen or dropped; points in the plane; a rule under
// random points. What is wrong is said beside it, by line.
import { read } from "./leaves.js";
import { send } from "./own.js";
import { Points, SHAPES } from "./points.js";

const panel = document.getElementById("own");
const said = document.getElementById("own-said");
const table = document.getElementById("own-table");
const rule = document.getElementById("own-rule");
const WAIT = 250; // ms after the last point
const MOST_WORDS = 6; // labels that are listed

let points;
let use; // called with what the server answers to data that it takes
let classes; // () => how the program at hand counts two classes, or null
let waiting;

export function startBring(hooks) {
  ({ use, classes } = hooks);
  for (const way of panel.querySelectorAll(".ways button")) way.addEventListener("click", () => show(way.dataset.way));
  points = new Points(document.getElementById("own-plane"), { changed: sendSoon, two: () => classes() ?? [-1, 1] });
  startTable();
  startPoints();
  startRule();
  show("table");
}

// One of the three ways is shown.
function show(name) {
  for (const way of panel.querySelectorAll(".ways button")) way.setAttribute("aria-pressed", String(way.dataset.way === name));
  for (const part of panel.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
}

// Data that came with a link or was kept: points are shown as points.
export function showOwn(answer) {
  tell(answer);
  if (!answer.points) return;
  points.put(answer.points);
  writeKinds();
  show("points");
}

function startTable() {
  let pasted = false;
  table.addEventListener("paste", () => { pasted = true; });
  table.addEventListener("input", () => {
    if (pasted) sendTable();
    pasted = false;
  });
  table.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) sendTable();
  });
  document.getElementById("own-use").addEventListener("click", sendTable);
  const chosen = document.getElementById("own-file");
  chosen.addEventListener("change", () => {
    if (chosen.files.length) sendFile(chosen.files[0]);
    chosen.value = ""; // the same file may be chosen again, when it has changed
  });
  const files = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => files(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault(); // or the browser would leave this page for the file
    if (event.dataTransfer.files.length) sendFile(event.dataTransfer.files[0]);
  });
}

const sendTable = () => bring({ text: table.value }, table);

function sendFile(file) {
  show("table");
  table.value = "";
  bring({ file, name: file.name }, table);
}

function startPoints() {
  for (const button of panel.querySelectorAll("[data-kind]")) {
    button.addEventListener("click", () => pick(Number(button.dataset.kind), false));
  }
  document.getElementById("own-erase").addEventListener("click", () => pick(points.kind, !points.erasing));
  document.getElementById("own-clear").addEventListener("click", () => points.clear());
  writeKinds();
}

function pick(kind, erasing) {
  points.kind = kind;
  points.erasing = erasing;
  writeKinds();
}

// The buttons say which number a class is, as things stand.
function writeKinds() {
  for (const button of panel.querySelectorAll("[data-kind]")) {
    const kind = Number(button.dataset.kind);
    button.setAttribute("aria-pressed", String(!points.erasing && points.kind === kind));
    button.querySelector(".words").textContent = String(points.numberOf(kind)).replace("-", "\u2212");
    button.querySelector("path").setAttribute("d", SHAPES[kind]);
  }
  document.getElementById("own-erase").setAttribute("aria-pressed", String(points.erasing));
}

function sendSoon() {
  writeKinds();
  clearTimeout(waiting);
  if (!points.rows.length) return said.replaceChildren(line("taken", "No points; the last ones are learned from until there are new ones."));
  waiting = setTimeout(() => bring({ points: points.rows, known: points.numbers }), WAIT);
  return undefined;
}

function startRule() {
  const fields = [rule, ...panel.querySelectorAll("[data-part=rule] .number")];
  for (const field of fields) {
    field.addEventListener("change", sendRule);
    field.addEventListener("keydown", (event) => event.key === "Enter" && sendRule());
  }
}

function sendRule() {
  const [count, noise, seed] = ["own-n", "own-noise", "own-seed"].map((id) => number(document.getElementById(id)));
  if (rule.value.trim() && count !== null && noise !== null && seed !== null) bring({ rule: rule.value, n: count, noise, seed }, rule);
}

function number(field) {
  const found = read(field.value);
  field.setAttribute("aria-invalid", String(found === null));
  return found;
}

async function bring(data, field = null) {
  let answer;
  try {
    answer = await send({ ...data, classes: classes() });
  } catch {
    answer = { error: { message: "The server does not answer.", hint: "What you brought is kept; try again." } };
  }
  if (!answer) return; // a newer wish is under way
  field?.setAttribute("aria-invalid", String(Boolean(answer.error)));
  if (answer.error) return complain(answer.error);
  tell(answer);
  use(answer);
}

function complain({ message, hint }) {
  said.replaceChildren(line("missed", `${message} ${hint ?? ""}`));
}

// What came of it: how much, and which rows are left out.
function tell({ name, rows, classes: kinds, labels, bad, more }) {
  const words = labels.length > MOST_WORDS ? [...labels.slice(0, MOST_WORDS), "\u2026"] : labels;
  const listed = words.length ? `: ${words.join(", ")}` : "";
  const counted = `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;
  said.replaceChildren(line("taken", `${name}: ${counted}${kinds.length ? `, ${kinds.length} classes${listed}` : ""}.`));
  if (!bad.length) return;
  const left = document.createElement("ul");
  for (const each of bad) left.append(line("", `Line ${each.line}: ${each.message}`, "li"));
  if (more) left.append(line("", `And ${more.toLocaleString("en")} more.`, "li"));
  said.append(line("missed", `Left out: ${(bad.length + more).toLocaleString("en")}.`), left);
}

function line(look, words, kind = "p") {
  return Object.assign(document.createElement(kind), { className: look, textContent: words });
}
