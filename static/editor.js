// The program: a textarea over a mirror of its text. The mirror shows the words; highlights on it
// underline the fault, colour the functions and light what belongs to a node.
import { light, whenLit } from "./picture.js";

const source = document.getElementById("source");
const mirror = document.getElementById("mirror");
const fault = document.getElementById("fault");
const notes = document.getElementById("notes");
const output = document.getElementById("output");
const COLOURED_LINES = 400; // beyond this many, words keep one colour
const PATIENCE = 300; // ms
const FLIGHT = 120; // ms

let mentions = []; // [line, column, end line, end column, node], narrowest first
let drawnText = "";
let faultShown = false;
let waiting;
let marking;

export function startEditor() {
  reflect();
  source.addEventListener("input", reflect);
  source.addEventListener("input", () => light(null)); // a pointer at rest is not pointing
  source.addEventListener("input", () => readStep(null));
  source.addEventListener("pointermove", point);
  source.addEventListener("pointerleave", () => light(null));
  document.addEventListener("selectionchange", followCaret);
  source.addEventListener("blur", () => speak(null));
  notes.addEventListener("pointerover", (event) => light(event.target.closest("[data-node]")?.dataset.node ?? null));
  notes.addEventListener("pointerleave", () => light(null));
  output.addEventListener("pointerover", ({ target }) => mark("lit", source.value === drawnText ? spansOf(target.closest("[data-span]")) : []));
  output.addEventListener("pointerleave", () => mark("lit", []));
  whenLit((node) => mark("lit", node === null ? [] : mentions.filter((m) => m[4] === Number(node))));
}

export function readMentions(text, found) {
  drawnText = text;
  mentions = found.sort((a, b) => a[2] - a[0] - (b[2] - b[0]) || a[3] - a[1] - (b[3] - b[1]));
  mark("lit", []);
}

// The words of the node that acts in a step; null for none.
export function readStep(node) {
  clearTimeout(marking);
  const show = () => mark("step", node === null || source.value !== drawnText ? [] : mentions.filter((m) => m[4] === node));
  // all of a long text is painted anew for it: not while the steps fly by
  if (mirror.children.length <= COLOURED_LINES) show();
  else marking = setTimeout(show, FLIGHT);
}

// A fault is shown once the typing rests: half a word is no mistake. One that is shown stays so.
export function readFault(patience = PATIENCE) {
  clearTimeout(waiting);
  const [place] = spansIn("#fault [data-span]");
  source.setAttribute("aria-invalid", String(Boolean(place)));
  const show = () => {
    fault.classList.remove("waiting");
    faultShown = Boolean(place);
    mark("fault", place ? [place] : []);
  };
  if (!place || faultShown || !patience) return show();
  fault.classList.add("waiting");
  waiting = setTimeout(show, patience);
}

// Remarks belong to the text that was drawn; while another is refused, their words move along.
export function readNotes() {
  for (const name of ["trouble", "unused", "remark"]) mark(name, spansIn(`#notes .${name}[data-span]`));
}

// What went wrong between here and the server, which has no place in the text; "" takes it back.
export function complain(sentence) {
  const said = fault.querySelector("p.server");
  if (!sentence) return said?.remove();
  fault.replaceChildren(Object.assign(document.createElement("p"), { className: "server", textContent: sentence }));
  readFault();
}

// What was printed last is in view.
export function readOutput() {
  const lines = output.querySelector(".printed");
  if (lines) lines.scrollTop = lines.scrollHeight;
}

const spansIn = (selector) => spansOf(...document.querySelectorAll(selector));

function spansOf(...said) {
  return said.filter(Boolean).map(({ dataset }) => dataset.span.split(" ").map(Number));
}

// One div a line. A changed line's text is edited in place, so that ranges in it live on.
function reflect() {
  const lines = source.value.split("\n");
  const rows = mirror.children;
  let head = 0;
  while (head < lines.length && head < rows.length && rows[head].textContent === lines[head]) head += 1;
  let tail = 0;
  while (tail < lines.length - head && tail < rows.length - head
    && rows[rows.length - 1 - tail].textContent === lines[lines.length - 1 - tail]) tail += 1;
  const surplus = rows.length - lines.length;
  for (let extra = 0; extra < surplus; extra += 1) rows[head].remove();
  for (let lack = 0; lack < -surplus; lack += 1) mirror.insertBefore(row(), rows[head] ?? null);
  for (let line = head; line < lines.length - tail; line += 1) edit(rows[line].firstChild, lines[line]);
  colour(lines);
}

function row() {
  const line = document.createElement("div");
  line.append(document.createTextNode(""));
  return line;
}

function edit(node, text) {
  const old = node.data;
  let start = 0;
  while (start < text.length && start < old.length && text[start] === old[start]) start += 1;
  let end = 0;
  while (end < text.length - start && end < old.length - start && text.at(-1 - end) === old.at(-1 - end)) end += 1;
  node.replaceData(start, old.length - start - end, text.slice(start, text.length - end));
}

function colour(lines) {
  const calls = [];
  const comments = [];
  for (const [number, line] of lines.slice(0, COLOURED_LINES).entries()) {
    const node = mirror.children[number].firstChild;
    const comment = line.search(/#/);
    const code = comment < 0 ? line : line.slice(0, comment);
    if (comment >= 0) comments.push(range(node, comment, line.length));
    for (const call of code.matchAll(/[\p{L}_][\p{L}\p{N}_]*(?=\s*\()/gu)) calls.push(range(node, call.index, call.index + call[0].length));
  }
  highlight("call", calls);
  highlight("comment", comments);
}

function range(node, start, end, last = node) {
  const words = new Range();
  words.setStart(node, Math.min(start, node.length));
  words.setEnd(last, Math.min(end, last.length));
  return words;
}

function mark(name, spans) {
  highlight(name, spans.map(wordsOf).filter(Boolean));
}

function highlight(name, ranges) {
  if (!globalThis.CSS?.highlights) return;
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
}

// Places count characters; the mirror's text nodes count UTF-16 units.
function wordsOf([line, column, endLine, endColumn]) {
  const first = mirror.children[line - 1]?.firstChild;
  const last = mirror.children[endLine - 1]?.firstChild;
  if (!first || !last) return null;
  const end = units(last.data, endColumn);
  const start = units(first.data, column);
  return range(first, first === last && start === end ? Math.max(start - 1, 0) : start, end, last);
}

function units(text, column) {
  let place = 0;
  for (let left = column - 1; left > 0 && place < text.length; left -= 1) place += text.codePointAt(place) > 0xffff ? 2 : 1;
  return place;
}

// Which node does a character of the text stand for? The narrowest mention around it wins. For a
// caret, which stands between two characters, the end of a mention counts as inside.
function nodeAt(offset, atCaret) {
  if (source.value !== drawnText) return null;
  const before = source.value.slice(0, offset).split("\n");
  const line = before.length;
  const column = [...before.at(-1)].length + (atCaret ? 1 : 1.5);
  const inside = mentions.find(([l, c, el, ec]) => (l < line || (l === line && c <= column)) && (line < el || (line === el && column <= ec)));
  return inside ? inside[4] : null;
}

function point(event) {
  const place = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  if (!place) return;
  const left = event.clientX < (place.getClientRect()?.left ?? 0);
  light(place.offsetNode === source ? nodeAt(place.offset - (left ? 1 : 0), false) : null);
}

// The caret's node is outlined, so that words can be followed by keyboard; nothing is dimmed.
function followCaret() {
  if (document.activeElement !== source) return;
  speak(source.selectionStart === source.selectionEnd ? nodeAt(source.selectionStart, true) : null);
}

function speak(node) {
  document.querySelector(".card.spoken")?.classList.remove("spoken");
  if (node !== null) document.querySelector(`.card[data-node="${node}"]`)?.classList.add("spoken");
}
