// Folding: which scopes are open. A click on a box unfolds it in place, the button on a frame folds it
// again, a pager brings another member of a stack in front. The server draws; here is what is asked.
import { linkAlso } from "./link.js";
import { boxInTheMiddle, frameAround, lookInto, whenChosen, whenPressed, whenViewed } from "./picture.js";

const field = (id) => document.getElementById(id);
const bar = field("folds");
const crumbs = field("crumbs");
const canvas = field("canvas");
const [SMALL, TINY] = [0.5, 0.28]; // scales below which numbers, and then all but names, are no use

const REST = 180; // ms after which what was zoomed is at rest

let resting;
let folds = { opened: [], asked: "", only: "", depth: 0, scopes: 0, closed: false, nodes: 0 };
let arrived = []; // called when the picture that was asked for is there

export const countNodes = () => folds.nodes;

export function startFold() {
  linkAlso(words);
  whenChosen((item) => item.dataset.box && unfold(item.dataset.box, item.dataset.key));
  whenPressed((button) => (button.dataset.fold ? fold(button.dataset.fold) : turn(button)));
  whenViewed(follow);
  field("fold-less").addEventListener("click", ({ currentTarget }) => isOff(currentTarget) || toDepth(folds.depth - 1));
  field("fold-more").addEventListener("click", ({ currentTarget }) => isOff(currentTarget) || toDepth(folds.depth + 1));
  field("only-way").addEventListener("click", ({ currentTarget }) => isOff(currentTarget) || ask({ only: folds.only ? "" : last }));
  canvas.addEventListener("keydown", keys);
  canvas.addEventListener("focusin", tell);
  crumbs.addEventListener("click", ({ target }) => {
    const frame = frameOf(target.dataset.path);
    if (frame) lookInto(frame);
  });
}

// What the server has drawn.
export function readFolds(found) {
  folds = found;
  field("open").value = found.asked;
  field("only").value = found.only;
}

export function foldDrawn() {
  field("anchor").value = "";
  tell();
  for (const listener of arrived.splice(0)) listener();
}

// All scopes around a path are opened: what lies there gets a card. Resolves when it is drawn.
export function reveal(path) {
  if (!path) return Promise.resolve();
  return new Promise((done) => {
    arrived.push(done);
    ask({ opened: withAround(folds.opened, path) });
  });
}

// A path and those around it, in place of other members of their stacks. A name may hold dots: of the
// places where a path could be cut those are its scopes that the server knows; it passes over the rest.
function withAround(opened, path) {
  const around = [...path.matchAll(/\./g)].map(({ index }) => path.slice(0, index));
  return [...opened, ...around, path];
}

function unfold(path, key) {
  ask({ opened: [...folds.opened, path], anchor: key });
}

function fold(path) {
  ask({ opened: folds.opened.filter((each) => each !== path && !each.startsWith(`${path}.`)), anchor: frameOf(path)?.dataset.key });
}

// Another member of a stack comes in front; what was open in the one before is open in it.
function turn(button) {
  const item = button.closest("[data-box]");
  const { box: from, key: anchor } = item.dataset;
  const to = button.dataset.pageTo;
  if (!folds.opened.includes(from)) return ask({ opened: folds.opened, front: to, left: from, anchor });
  const moved = folds.opened.map((each) => (each === from || each.startsWith(`${from}.`) ? to + each.slice(from.length) : each));
  return ask({ opened: moved, anchor });
}

// What one looks at stays where it is: the frame that may be folded, the box that may be opened.
const toDepth = (depth) => ask({ depth, anchor: (depth < folds.depth ? frameAround(null) : boxInTheMiddle())?.dataset.key });
const isOff = (button) => button.getAttribute("aria-disabled") === "true";

// `front` comes to the front of its closed stack, where `left` was.
function ask({ opened = null, depth = null, front = null, left = null, only = folds.only, anchor = "" }) {
  const fronts = [...folds.asked.split("\n").filter((line) => line.startsWith("=") && line !== `=${left}`), ...(front ? [`=${front}`] : [])];
  if (opened) field("open").value = [...fronts, ...opened].join("\n") || "-";
  if (depth !== null) field("open").value = `*${depth}`;
  field("only").value = only;
  field("anchor").value = anchor ?? "";
  window.htmx.trigger("#source", "redraw");
}

// On a frame's contents Backspace folds the frame; in a stack the brackets page.
function keys(event) {
  const item = event.target.closest(".card, .box");
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Backspace") {
    const frame = frameAround(item);
    if (frame) fold(frame.dataset.box);
  } else if (event.key === "[" || event.key === "]") {
    const [back, on] = pagersAround(item);
    if (on) turn(event.key === "[" ? back : on);
  } else return;
  event.preventDefault();
}

// The buttons of the innermost stack around an item.
function pagersAround(item) {
  if (!item) return [];
  const found = item.querySelectorAll(".pager");
  return found.length ? found : pagersAround(frameAround(item));
}

const frameOf = (path) => (path ? document.querySelector(`#drawn .frame[data-box="${CSS.escape(path)}"]`) : null);

let last = ""; // what had the focus last: the path of a box, the key of a card

function tell() {
  const item = document.activeElement?.closest?.(".card, .box");
  if (item) last = item.dataset.box ?? item.dataset.key;
  bar.hidden = !folds.scopes && !folds.closed && !folds.only;
  field("fold-less").setAttribute("aria-disabled", String(!folds.depth));
  field("fold-more").setAttribute("aria-disabled", String(!folds.closed));
  field("only-way").setAttribute("aria-pressed", String(Boolean(folds.only)));
  field("only-way").setAttribute("aria-disabled", String(!folds.only && !last));
}

// All items take another look at once: not while a hand zooms.
function detail(scale) {
  canvas.classList.toggle("small", scale < SMALL && scale >= TINY);
  canvas.classList.toggle("tiny", scale < TINY);
}

// Far away only names and colours, near the numbers; and where one is, as a path.
function follow({ scale }) {
  clearTimeout(resting);
  if (canvas.classList.contains("moving")) resting = setTimeout(detail, REST, scale);
  else detail(scale);
  const frame = frameAround(null);
  const path = frame?.dataset.box ?? "";
  if (crumbs.dataset.path === path) return;
  crumbs.dataset.path = path;
  const around = folds.opened.filter((each) => each === path || path.startsWith(`${each}.`)).sort((a, b) => a.length - b.length);
  crumbs.hidden = !around.length;
  crumbs.replaceChildren(...around.map((each, place) => {
    const name = place ? each.slice(around[place - 1].length + 1) : each;
    const crumb = Object.assign(document.createElement("button"), { type: "button", textContent: name, className: "crumb" });
    crumb.dataset.path = each;
    return crumb;
  }));
}

function words() {
  const said = new URLSearchParams();
  if (folds.asked) said.set("open", folds.asked);
  if (folds.only) said.set("only", folds.only);
  return said.size ? `&${said}` : "";
}
