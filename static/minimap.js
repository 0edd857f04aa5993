// The whole drawing, small, in a corner of the stage, while not all of it is in view: where the view
// lies in it, and a way to move there. While a hand pans, one rectangle moves and nothing else.
import { centreOn, whenViewed } from "./picture.js";
import { Sheet } from "./sheet.js";

const PAD = 4; // px around the drawing
const SLACK = 2; // px that may stick out of view
const SMALLEST = 2; // px of a card

const map = document.getElementById("minimap");
const here = map.querySelector(".here");
const wide = matchMedia("(min-width: 701px)");

let sheet;
let rects = []; // of cards and boxes: left, top, width, height, kind
let svg = null; // of which they are
let at = null; // the last view
let fit = { scale: 1, x: 0, y: 0 }; // from the drawing's px to the map's
let size = ""; // of the rectangle
const room = { width: 0, height: 0 }; // the map's own

export function startMap() {
  sheet = new Sheet(map.querySelector("canvas"), paint);
  new ResizeObserver(([{ contentRect }]) => {
    Object.assign(room, { width: contentRect.width, height: contentRect.height });
    measure();
  }).observe(map);
  whenViewed(follow);
  wide.addEventListener("change", () => at && follow(at));
  startHand();
}

// What is drawn small has other looks: matches are found, a box is folded.
export function drawMap() {
  svg = null;
  if (!map.hidden) sheet.ask();
}

function follow(view) {
  at = view;
  const { x, y, scale, box, width, height } = view;
  const whole = x >= -SLACK && y >= -SLACK && x + box.width * scale <= width + SLACK && y + box.height * scale <= height + SLACK;
  const hide = whole || !wide.matches;
  if (map.hidden !== hide) map.hidden = hide;
  if (hide) return;
  if (view.svg !== svg) {
    measure();
    sheet.ask();
  }
  place();
}

// The drawing fits into the map.
function measure() {
  if (!at || !room.width) return;
  const { box } = at;
  const scale = Math.min((room.width - 2 * PAD) / box.width, (room.height - 2 * PAD) / box.height);
  fit = { scale, x: (room.width - box.width * scale) / 2, y: (room.height - box.height * scale) / 2 };
  place();
}

// The part in view; its size is only written when it is another one, since that costs a layout.
function place() {
  const { x, y, scale, width, height } = at;
  const across = (width / scale) * fit.scale;
  const along = (height / scale) * fit.scale;
  const shape = `${across.toFixed(1)} ${along.toFixed(1)}`;
  if (shape !== size) {
    size = shape;
    Object.assign(here.style, { width: `${across}px`, height: `${along}px` });
  }
  here.style.transform = `translate(${fit.x - (x / scale) * fit.scale}px, ${fit.y - (y / scale) * fit.scale}px)`;
}

// Every card and box, as the drawing has it.
function readRects() {
  svg = at.svg;
  rects = [...svg.querySelectorAll(".card, .box")].map((each) => {
    const [, x, y] = /translate\(([-\d.e]+)[ ,]+([-\d.e]+)\)/.exec(each.getAttribute("transform")) ?? [0, 0, 0];
    const rim = each.querySelector(".rim") ?? each.querySelector("rect");
    const size = (name) => Number(rim?.getAttribute(name) ?? 0);
    return { x: Number(x) + size("x"), y: Number(y) + size("y"), width: size("width"), height: size("height"), look: lookOf(each) };
  });
}

const lookOf = ({ classList }) => (classList.contains("current") ? "current" : classList.contains("found") ? "found" : classList.contains("box") ? "box" : "card");
const ORDER = { box: 0, card: 1, found: 2, current: 3 };

function paint(context, { colours }) {
  if (!at) return;
  if (at.svg !== svg) readRects();
  const { box } = at;
  const ink = { box: colours.line, card: colours.edge, found: colours.accent, current: colours.ink };
  for (const { x, y, width, height, look } of rects.sort((a, b) => ORDER[a.look] - ORDER[b.look])) {
    context.fillStyle = ink[look];
    const grown = look === "card" || look === "box" ? 1 : 2; // a match is seen in a crowd
    context.fillRect(fit.x + (x - box.x) * fit.scale, fit.y + (y - box.y) * fit.scale, Math.max(width * fit.scale, grown * SMALLEST), Math.max(height * fit.scale, grown));
  }
}

function startHand() {
  const to = (event) => {
    const frame = map.getBoundingClientRect();
    centreOn(at.box.x + (event.clientX - frame.left - map.clientLeft - fit.x) / fit.scale, at.box.y + (event.clientY - frame.top - map.clientTop - fit.y) / fit.scale);
  };
  map.addEventListener("pointerdown", (event) => {
    if (event.button || !at) return;
    map.setPointerCapture(event.pointerId);
    to(event);
  });
  map.addEventListener("pointermove", (event) => map.hasPointerCapture(event.pointerId) && to(event));
}
