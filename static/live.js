// A run on the graph: numbers, tones, bars and wires of the drawn sample, written into the SVG that is
// there. A wire from a parameter shows the weight, any other the gradient that it carries.
import { allCards, cardAt, countCards, retone, say, wireBetween } from "./cards.js";
import { countNodes } from "./fold.js";
import { bar, fit, MINUS, short, signed, textWidth, thickness, THINNEST, tone } from "./digits.js";
import { seenBox } from "./picture.js";

const [WIDEST_CARD, HIGHEST_CARD] = [164, 58]; // px
const PADDING = 12; // px, as on the cards that the server writes
const [NAME_SIZE, VALUE_SIZE] = [13, 14];
const ROOM_FOR = 7; // signs that a value has room for from the start, so that names do not move
const UNDEFINED = "\u2013";
const WIDEST = 6; // px of a wire, at weight
const HEAVIEST = 4;
const LANDING = 320; // ms that an update is marked
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

let cards = new Map(); // of the nodes that have one: what it is, and what is written on it
let wires = []; // what each is, and what is drawn; in a whole picture in the order of the frames

// After the picture is swapped: nothing of the run stands on it yet.
export function readLive() {
  cards = new Map(allCards().map(([node]) => [node, look(node)]));
  const whole = countCards() === countNodes();
  const parameters = new Set([...cards].filter(([, { card }]) => card.classList.contains("parameter")).map(([node]) => node));
  wires = [...cards].flatMap(([node, { card }]) => [...new Set(card.dataset.operands.split(" ").filter(Boolean))].map((operand) => ({
    wire: wireBetween(operand, node),
    ends: [Number(operand), node],
    needless: cards.get(Number(operand))?.constant, // a constant never learns: where its slope does not exist, there is nothing to warn of
    weight: parameters.has(Number(operand)) ? Number(operand) : null,
    shown: NaN,
  })));
  // of a folded picture only the wires of parameters are followed: the frames know all wires or none
  if (!whole) wires = wires.filter(({ wire, weight }) => wire && weight !== null);
}

function look(node) {
  const parts = cardAt(node);
  const { card, name } = parts;
  const { e, f } = card.transform.baseVal.consolidate().matrix;
  return {
    ...parts,
    x: e,
    y: f,
    seen: true,
    whole: card.dataset.key.replace(/#\d+$/, ""),
    width: Number(card.querySelector(".rim").getAttribute("width")),
    start: Number(name.getAttribute("x")),
    constant: card.classList.contains("constant"),
    bare: name.textContent === "",
    signs: 0,
    shown: [NaN, NaN],
  };
}

// Write what has changed since the last time. `numbers` has values and gradients by node, what the
// wires carry by wire.
export function paintLive({ values, gradients, carried }) {
  if (!values || values.length !== countNodes()) return;
  const [left, top, width, height] = seenBox();
  const seen = ({ x, y }) => x + WIDEST_CARD > left && x < left + width && y + HIGHEST_CARD > top && y < top + height;
  for (const [node, card] of cards) {
    card.seen = seen(card);
    if (!card.seen) continue; // it is written when it comes into view
    const [value, gradient] = card.shown;
    if (!Object.is(values[node], value)) writeValue(card, values[node]);
    if (!Object.is(gradients[node], gradient)) writeGradient(card, gradients[node]);
  }
  for (let place = 0; place < wires.length; place += 1) {
    const { wire, weight, shown, ends, needless } = wires[place];
    if (!cards.get(ends[0]).seen && !cards.get(ends[1]).seen) continue;
    const found = weight === null ? carried?.[place] : values[weight];
    const carries = needless && !Number.isFinite(found) ? 0 : found;
    if (carries === undefined || Object.is(carries, shown)) continue;
    wires[place].shown = carries;
    retone(wire, tone(carries));
    wire.setAttribute("stroke-width", weight === null ? thickness(carries) : heft(carries));
  }
}

const heft = (weight) => {
  const share = Number.isFinite(weight) ? Math.min(Math.abs(weight) / HEAVIEST, 1) : 1;
  return (THINNEST + (WIDEST - THINNEST) * share).toFixed(2);
};

function writeValue(card, value) {
  card.shown[0] = value;
  const text = short(value);
  say(card.value, text);
  const signs = Math.max(text.length, ROOM_FOR);
  if (signs <= card.signs || card.bare) return;
  card.signs = signs; // the name gives way once, and not again for a shorter number
  const room = card.width - card.start - PADDING - textWidth("0".repeat(signs), VALUE_SIZE) - 8;
  say(card.name, fit(card.whole, room, NAME_SIZE));
}

function writeGradient(card, gradient) {
  card.shown[1] = gradient;
  const missing = card.constant && !Number.isFinite(gradient);
  say(card.grad, missing ? UNDEFINED : signed(gradient));
  retone(card.card, missing ? "zero" : tone(gradient));
  const [x, width] = bar(gradient, card.width, PADDING);
  card.bar.setAttribute("x", x);
  card.bar.setAttribute("width", width);
}

// Every digit on hover, and the sentence for a screen reader: at rest.
export function speakLive({ values, gradients }) {
  if (!values || values.length !== countNodes()) return;
  for (const [node, { card, title, whole }] of cards) {
    say(title, `${whole} = ${exact(values[node])}\ngradient ${exact(gradients[node])}`);
    card.setAttribute("aria-label", `${whole}: value ${short(values[node])}, gradient ${signed(gradients[node])}`);
  }
}

const exact = (number) => String(Number(number.toPrecision(7))).replaceAll("-", MINUS);

// The update as it lands: how far each parameter has moved, while one can follow.
export function landLive(nodes, before, after) {
  for (const node of nodes) {
    const { card, word } = cards.get(node) ?? {};
    const moved = after[node] - before[node];
    if (!card || !moved) continue;
    say(word, `\u0394 ${signed(moved, 2)}`);
    if (!CALM.matches) card.querySelector(".rim").animate([{ strokeWidth: 3 }, {}], LANDING);
  }
}

export function settleLive() {
  for (const { word } of cards.values()) say(word, "grad");
}

// The node whose boundary is shown, where it is not the prediction.
export function markPicked(node) {
  for (const [place, { card }] of cards) card.classList.toggle("picked", place === node);
}

export function markTrouble(node) {
  for (const [place, { card }] of cards) card.classList.toggle("broken", place === node);
}
