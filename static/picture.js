// The picture: pan, zoom, fit and keys; lighting a node with what it touches; and the smooth way
// from one drawing to the next.
import { itemAt, nameOf, wireBetween } from "./cards.js";
import { modeIs } from "./mode.js";

const canvas = document.getElementById("canvas");
const PAD = 24;
const SMALLEST = 0.08;
const LARGEST = 4;
const LARGEST_FIT = 1.3;
const READABLE = 0.72; // a narrow window starts no smaller: it shows a part, at reading size
const LEGIBLE = 0.5; // nor does a wide one start smaller than this
const NARROW = 700; // px
const SETTLE = 160; // ms after the last wheel turn
const SEEN = [320, 200]; // px of what was unfolded that are shown at least
const MOST_MOVING = 600; // cards and wires that move at once

const view = { x: 0, y: 0, scale: 1 };
let moved = false; // by hand: then a redraw keeps the view, else it fits
let svg = null;
let box = null; // the drawing's, in its own px
let frames = []; // open scopes, the outer ones first, and where they stand
let before = null; // what stood where, for the move to the next drawing
let resting;
let returning = false; // the focus comes back by itself: it moves nothing
let room = { width: canvas.clientWidth, height: canvas.clientHeight };
const lit = [];
const chosen = [];
const pressed = [];
const viewed = [];

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const ITEM = ".card, .box";
const cards = () => svg.querySelectorAll(ITEM);
const movers = () => svg.querySelectorAll(".card, .box, .frame");
const card = (name) => itemAt(name);

export function whenLit(listener) {
  lit.push(listener);
}

// A node is chosen by a click, a tap, or Enter on its card.
export function whenChosen(listener) {
  chosen.push(listener);
}

// A button that is drawn in the picture is pressed.
export function whenPressed(listener) {
  pressed.push(listener);
}

// The view has moved, or the drawing is another: where its corner stands, how large it is, what there is room for.
export function whenViewed(listener) {
  viewed.push(listener);
}

export function startPicture() {
  document.getElementById("picture").classList.add("held");
  startHand();
  startKeys();
  canvas.addEventListener("pointerover", (event) => light(named(event.target.closest(ITEM))));
  // a finger leaves when it is lifted; what it tapped stays lit until the next tap
  canvas.addEventListener("pointerleave", (event) => event.pointerType === "touch" || light(null));
  canvas.addEventListener("focusin", (event) => {
    const node = event.target.closest(ITEM);
    if (!node || (returning && !node.matches(":focus-visible"))) return;
    light(named(node));
    bringIntoView(node);
  });
  canvas.addEventListener("focusout", () => light(null));
  document.getElementById("fit").addEventListener("click", () => glide(() => fit(0)));
  document.getElementById("zoom-in").addEventListener("click", () => glide(() => zoom(1.25)));
  document.getElementById("zoom-out").addEventListener("click", () => glide(() => zoom(0.8)));
  new ResizeObserver(resize).observe(canvas);
}

const named = (item) => (item ? nameOf(item) : null);

// What was fitted stays fitted; what was moved by hand keeps its middle in the middle.
function resize() {
  if (!svg || (canvas.clientWidth === room.width && canvas.clientHeight === room.height)) return;
  if (moved) {
    view.x += (canvas.clientWidth - room.width) / 2;
    view.y += (canvas.clientHeight - room.height) / 2;
  } else {
    fit();
  }
  room = { width: canvas.clientWidth, height: canvas.clientHeight };
  apply();
}

// Light one node, its operands and its users; null lights none.
export function light(node) {
  if (!svg) return;
  const main = node === null ? null : card(node);
  if (main === svg.querySelector(".lit")) return;
  for (const old of svg.querySelectorAll(".lit, .near")) old.classList.remove("lit", "near");
  svg.classList.toggle("lighting", Boolean(main));
  if (main) {
    main.classList.add("lit");
    for (const wire of svg.querySelectorAll(`.wire[data-source="${node}"], .wire[data-target="${node}"]`)) {
      wire.classList.add("near");
      card(wire.dataset.source === String(node) ? wire.dataset.target : wire.dataset.source)?.classList.add("near");
    }
  }
  for (const listener of lit) listener(main ? node : null);
}

// Light one edge of backprop: a node, and the operand that it hands its gradient to.
export function lightEdge(node, operand) {
  light(node);
  for (const near of svg.querySelectorAll(".near")) near.classList.remove("near");
  card(operand)?.classList.add("near");
  wireBetween(operand, node)?.classList.add("near");
}

// The part of the drawing that is on screen, and half as much again on each side, in its own px.
export function seenBox() {
  const width = canvas.clientWidth / view.scale;
  const height = canvas.clientHeight / view.scale;
  return [box.x - view.x / view.scale - width / 2, box.y - view.y / view.scale - height / 2, 2 * width, 2 * height];
}

// What is drawn: folded or unfolded it is the same.
const text = () => document.getElementById("drawn").dataset.link;

// Before a swap: where every card stands, by the name that survives the edit.
export function keepDrawing() {
  if (!svg) return;
  const places = new Map();
  for (const each of movers()) places.set(each.dataset.key, placeOf(each));
  const paths = new Set([...svg.querySelectorAll(".wire")].map((wire) => wire.getAttribute("d")));
  before = { text: text(), places, paths, left: box.x, top: box.y, view: { ...view }, focus: document.activeElement?.closest?.(ITEM)?.dataset.key };
}

// After a swap: show the new drawing, each card moving from where it stood.
export function redraw() {
  const next = document.querySelector("#drawn > svg");
  if (next === svg) return;
  svg = next;
  const { x, y, width, height } = svg.viewBox.baseVal;
  box = { x, y, width, height };
  frames = [...svg.querySelectorAll(".frame")].map(framed);
  const anchor = before && document.getElementById("anchor").value;
  const kept = before ? [...movers()].filter((each) => before.places.has(each.dataset.key)) : [];
  if (anchor) {
    shift(view);
    moved = true;
    showSome(svg.querySelector(`[data-key="${CSS.escape(anchor)}"]`));
  } else if (before && (moved || 2 * kept.length >= before.places.size)) {
    shift(view);
    if (!moved) keepInside();
    if (before.text !== text()) follow();
  } else {
    fit();
  }
  apply();
  if (before && !calm()) animate();
  if (before?.focus || (anchor && !document.activeElement?.closest("input, textarea, button"))) refocus(before.focus ?? anchor, anchor);
  before = null;
}

// The focus is where it was: on the item, in the frame that it has become, or on the box that it has
// been folded into. What a pointer has folded or unfolded stays where it is.
function refocus(key, anchor) {
  const found = (name) => svg.querySelector(`[data-key="${CSS.escape(name)}"]`);
  const kept = found(key) ?? (anchor ? found(anchor) : null);
  const item = kept?.classList.contains("frame") ? [...cards()].find((each) => isWithin(each, framed(kept))) : kept;
  if (!item) return;
  returning = Boolean(anchor);
  goTo(item);
  returning = false;
}

function framed(frame) {
  const [x, y] = placeOf(frame);
  const { width, height } = frame.querySelector(".rim").getBBox();
  return { frame, x, y, width, height };
}

// The innermost frame around an item; of null, around the middle of the view.
export function frameAround(item) {
  const [x, y] = item ? placeOf(item) : [canvas.clientWidth, canvas.clientHeight].map((size, k) => [box.x, box.y][k] + (size / 2 - [view.x, view.y][k]) / view.scale);
  return frames.findLast((each) => each.frame !== item && holds(each, x, y))?.frame ?? null;
}

const holds = (frame, x, y) => x > frame.x && x < frame.x + frame.width && y > frame.y && y < frame.y + frame.height;
const isWithin = (item, frame) => holds(frame, ...placeOf(item));

// The closed box nearest to the middle of the view.
export function boxInTheMiddle() {
  const across = box.x + (canvas.clientWidth / 2 - view.x) / view.scale;
  const along = box.y + (canvas.clientHeight / 2 - view.y) / view.scale;
  const far = (each) => {
    const [x, y] = placeOf(each);
    return Math.hypot(x - across, y - along);
  };
  return [...svg.querySelectorAll(".box")].sort((a, b) => far(a) - far(b))[0] ?? null;
}

// A frame fills the view, at most at full size.
export function lookInto(frame) {
  const { x, y, width, height } = framed(frame);
  glide(() => {
    const room = Math.min((canvas.clientWidth - 2 * PAD) / width, (canvas.clientHeight - 2 * PAD) / height);
    view.scale = Math.min(Math.max(room, SMALLEST), 1);
    centre(x + width / 2, y + height / 2);
  });
}

// What has been folded or unfolded keeps its place, unless next to nothing of it would be seen there.
function showSome(item) {
  if (!item) return;
  const [x, y] = cornerOf(item);
  const { width, height } = item.querySelector(".rim").getBBox();
  const [across, along] = [width, height].map((size, k) => Math.min(size * view.scale, SEEN[k]));
  view.x += inside(x, across, canvas.clientWidth);
  view.y += inside(y, along, canvas.clientHeight);
}

// Where an item's corner stands on screen.
function cornerOf(item) {
  const [x, y] = placeOf(item);
  return [view.x + (x - box.x) * view.scale, view.y + (y - box.y) * view.scale];
}

// The new drawing's corner may lie elsewhere: move a view so that what stood in it stays on screen.
function shift(at) {
  at.x += (box.x - before.left) * at.scale;
  at.y += (box.y - before.top) * at.scale;
}

// A fitted picture that grows stays where it is as long as it fits there; then it moves, then shrinks.
function keepInside() {
  const width = box.width * view.scale;
  const height = box.height * view.scale;
  if (width > canvas.clientWidth || height > canvas.clientHeight) return fit();
  view.x += inside(view.x, width, canvas.clientWidth, 0);
  view.y += inside(view.y, height, canvas.clientHeight, 0);
}

// What an edit has added is brought into view.
function follow() {
  const added = [...cards()].filter((each) => !before.places.has(each.dataset.key)).at(-1);
  if (!added) return;
  const [x, y] = outside(added);
  view.x += x;
  view.y += y;
}

// How far something must move to lie within the canvas; 0 where it does.
function inside(start, size, room, pad = PAD) {
  return Math.max(pad - start, 0) || Math.min(room - pad - start - size, 0);
}

function animate() {
  const timing = { duration: 200, easing: "ease-out" };
  const from = { ...before.view };
  shift(from);
  if (from.x !== view.x || from.y !== view.y || from.scale !== view.scale) {
    svg.animate([{ transform: matrix(from) }, { transform: matrix(view) }], timing);
  }
  const wires = [...svg.querySelectorAll(".wire")];
  if (movers().length + wires.length > MOST_MOVING) return; // it would stutter
  for (const each of movers()) {
    const [x, y] = placeOf(each);
    const old = before.places.get(each.dataset.key);
    if (!old) each.animate([{ opacity: 0 }, { opacity: 1 }], timing);
    else if (old[0] !== x || old[1] !== y) {
      each.animate([{ transform: `translate(${old[0]}px, ${old[1]}px)` }, { transform: `translate(${x}px, ${y}px)` }], timing);
    }
  }
  for (const wire of wires) {
    if (!before.paths.has(wire.getAttribute("d"))) wire.animate([{ opacity: 0 }, { opacity: 1 }], timing);
  }
}

function placeOf(each) {
  const { e, f } = each.transform.baseVal.consolidate().matrix;
  return [e, f];
}

// The view: where the drawing's corner stands in the canvas, in px, and how large it is.

function matrix({ x, y, scale }) {
  return `translate(${x}px, ${y}px) scale(${scale})`;
}

function apply() {
  svg.style.transform = matrix(view);
  for (const listener of viewed) listener({ ...view, ...room, svg, box });
}

// The whole drawing, centred; where that would be smaller than `least`, its beginning at reading size:
// the middle one of the cards furthest left.
function fit(least = canvas.clientWidth < NARROW ? READABLE : LEGIBLE) {
  const width = canvas.clientWidth - 2 * PAD;
  const height = canvas.clientHeight - 2 * PAD;
  const whole = Math.min(LARGEST_FIT, width / box.width, height / box.height);
  view.scale = whole < least ? READABLE : whole;
  const centred = (room, size) => PAD + Math.max(0, (room - size * view.scale) / 2);
  view.x = centred(width, box.width);
  view.y = centred(height, box.height);
  if (box.height * view.scale > height) view.y = Math.min(PAD, height / 2 - (firstMiddle() - box.y) * view.scale);
  moved = false;
}

// How far down the middle one of the leftmost cards stands.
function firstMiddle() {
  const places = [...cards()].map(placeOf);
  const left = Math.min(...places.map(([x]) => x));
  const first = places.filter(([x]) => x === left).map(([, y]) => y).sort((a, b) => a - b);
  return first[Math.floor(first.length / 2)];
}

function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const scale = Math.min(Math.max(view.scale * factor, SMALLEST), LARGEST);
  view.x = x - (x - view.x) * (scale / view.scale);
  view.y = y - (y - view.y) * (scale / view.scale);
  view.scale = scale;
  moved = true;
}

function glide(change) {
  if (!svg) return;
  const from = { ...view };
  change();
  apply();
  if (!calm()) svg.animate([{ transform: matrix(from) }, { transform: matrix(view) }], { duration: 180, easing: "ease-out" });
}

function pan(x, y) {
  view.x += x;
  view.y += y;
  moved = true;
}

// Where the view is going counts, not where it is on its way.
export function bringIntoView(node) {
  resize(); // a panel may just have opened
  const [x, y] = outside(node);
  canvas.scrollTo(0, 0);
  if (x || y) glide(() => pan(x, y));
}

// A node that was looked for: at a size that can be read, in the middle if it was out of view.
// `above` are px at the top that something covers.
export function lookAt(node, above = 0) {
  resize();
  canvas.scrollTo(0, 0);
  const small = view.scale < LEGIBLE;
  const hidden = outside(node, above).some(Boolean);
  if (!small && !hidden) return;
  glide(() => {
    const [x, y] = placeOf(node);
    const rim = node.querySelector(".rim");
    const size = (name) => Number(rim.getAttribute(name)) / 2;
    if (small) view.scale = READABLE;
    centre(x + size("width"), y + size("height"), above);
  });
}

// A point of the drawing into the middle of the view.
export function centreOn(x, y) {
  if (!svg) return;
  inMotion(true);
  centre(x, y);
  apply();
}

function centre(x, y, above = 0) {
  const middle = above < canvas.clientHeight / 2 ? (canvas.clientHeight + above) / 2 : canvas.clientHeight / 2;
  view.x = canvas.clientWidth / 2 - (x - box.x) * view.scale;
  view.y = middle - (y - box.y) * view.scale;
  moved = true;
}

// How far a card must move to lie within the canvas, below what covers its top.
function outside(node, above = 0) {
  const rim = node.querySelector(".rim");
  const [x, y] = placeOf(node);
  const size = (name) => Number(rim.getAttribute(name)) * view.scale;
  return [
    inside(view.x + (x - box.x) * view.scale, size("width"), canvas.clientWidth),
    inside(view.y + (y - box.y) * view.scale - above, size("height"), canvas.clientHeight - above),
  ];
}

// While the hand moves, the whole drawing is one layer.
function inMotion(ends) {
  canvas.classList.add("moving");
  clearTimeout(resting);
  if (ends) resting = setTimeout(() => canvas.classList.remove("moving"), SETTLE);
}

function startHand() {
  const down = new Map();
  canvas.addEventListener("wheel", (event) => {
    if (!svg) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    inMotion(true);
    if (event.shiftKey) pan(-(event.deltaX || event.deltaY) * lines, 0);
    else zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX - box.left, event.clientY - box.top);
    apply();
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (!svg || event.button) return;
    down.set(event.pointerId, event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = down.get(event.pointerId);
    if (!last) return;
    const held = [...down.values()];
    if (held.length === 1) {
      if (!canvas.classList.contains("moving") && Math.hypot(event.clientX - last.clientX, event.clientY - last.clientY) < 4) return;
      inMotion(false);
      pan(event.clientX - last.clientX, event.clientY - last.clientY);
    } else {
      inMotion(false);
      pinch(held.find((other) => other !== last), last, event);
    }
    down.set(event.pointerId, event);
    apply();
  });
  const up = (event) => {
    const start = down.get(event.pointerId);
    if (!start) return;
    down.delete(event.pointerId);
    if (!canvas.classList.contains("moving")) tap(event);
    if (!down.size) inMotion(true);
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("dblclick", (event) => event.target.closest(`${ITEM}, [data-fold], [data-page-to]`) || glide(() => fit(0)));
}

// Two fingers: what lies between them stays between them.
function pinch(other, last, event) {
  const box = canvas.getBoundingClientRect();
  const width = (at) => Math.hypot(at.clientX - other.clientX, at.clientY - other.clientY) || 1;
  const middle = (at) => [(at.clientX + other.clientX) / 2 - box.left, (at.clientY + other.clientY) / 2 - box.top];
  const [x, y] = middle(event);
  const [oldX, oldY] = middle(last);
  pan(x - oldX, y - oldY);
  zoom(width(event) / width(last), x, y);
}

function tap(event) {
  const at = document.elementFromPoint(event.clientX, event.clientY);
  const button = at?.closest?.("[data-fold], [data-page-to]");
  if (button) return pressed.forEach((listener) => listener(button));
  const target = at?.closest?.(ITEM);
  if (target) target.focus({ preventScroll: true });
  else document.activeElement.closest(ITEM)?.blur();
  light(named(target));
  if (target) choose(target);
}

function choose(node) {
  for (const listener of chosen) listener(node);
}

// Keys: on the canvas they move the picture, on a node they walk the graph.

function startKeys() {
  canvas.addEventListener("keydown", (event) => {
    if (!svg || event.ctrlKey || event.metaKey || event.altKey) return;
    const node = event.target.closest(ITEM);
    const stepping = (canvas.classList.contains("walking") || modeIs("learn")) && !event.shiftKey;
    const deed = node ? nodeKeys(node)[event.key] : stepping && STEPPING.has(event.key) ? null : canvasKeys[event.key];
    const either = deed ?? viewKeys[event.key];
    if (!either) return;
    event.preventDefault();
    either();
  });
}

const viewKeys = {
  "+": () => glide(() => zoom(1.25)),
  "=": () => glide(() => zoom(1.25)),
  "-": () => glide(() => zoom(0.8)),
  0: () => glide(() => fit(0)),
};
const STRIDE = 80;
const STEPPING = new Set(["ArrowLeft", "ArrowRight"]); // these step, unless shifted, while a walk is on
const canvasKeys = {
  ArrowLeft: () => glide(() => pan(STRIDE, 0)),
  ArrowRight: () => glide(() => pan(-STRIDE, 0)),
  ArrowUp: () => glide(() => pan(0, STRIDE)),
  ArrowDown: () => glide(() => pan(0, -STRIDE)),
  Enter: () => goTo(svg.querySelector(':is(.card, .box)[tabindex="0"]')),
};

function nodeKeys(node) {
  const name = nameOf(node);
  const wired = (end, other) => svg.querySelector(`.wire[data-${end}="${name}"]`)?.dataset[other];
  const all = [...cards()];
  const [operand] = (node.dataset.operands ?? "").split(" ").filter(Boolean);
  return {
    ArrowLeft: () => goTo(card(operand) ?? card(wired("target", "source"))),
    ArrowRight: () => goTo(card(wired("source", "target"))),
    ArrowUp: () => goTo(beside(node, all, -1)),
    ArrowDown: () => goTo(beside(node, all, 1)),
    Home: () => goTo(all[0]),
    End: () => goTo(all.at(-1)),
    Enter: () => choose(node),
    Escape: () => canvas.focus(),
  };
}

function goTo(node) {
  if (!node) return;
  svg.querySelector(':is(.card, .box)[tabindex="0"]')?.setAttribute("tabindex", "-1");
  node.setAttribute("tabindex", "0");
  node.focus({ preventScroll: true });
}

// The nearest card above or below: nearest in its own column first.
function beside(node, all, direction) {
  const [x, y] = placeOf(node);
  const distance = (other) => {
    const [left, top] = placeOf(other);
    return Math.abs(top - y) + 4 * Math.abs(left - x);
  };
  return all.filter((other) => (placeOf(other)[1] - y) * direction > 0).sort((a, b) => distance(a) - distance(b))[0];
}
