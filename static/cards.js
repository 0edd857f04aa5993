// The cards, boxes and wires of the drawing that is there, and writing into them what the server says
// they show. No card moves.

const TONES = ["positive", "negative", "zero", "trouble", "valued", "hollow", "idle"];
let cards = new Map(); // of the nodes that have one
let boxes = new Map(); // of the closed scopes, by name: b and the scope's number
let holders = new Map(); // node -> the name of the box that holds it, as far as is known
let wires = [];
let between = new Map(); // "source target" -> wire
let keyed = new Map(); // a card's key -> the card

export function readCards() {
  const svg = document.querySelector("#drawn > svg");
  wires = [...svg.querySelectorAll(".wire")];
  between = new Map(wires.map((wire) => [`${wire.dataset.source} ${wire.dataset.target}`, wire]));
  holders = new Map();
  boxes = new Map([...svg.querySelectorAll(".box")].map((box) => [`b${box.dataset.scope}`, {
    box,
    title: box.querySelector("title"),
    values: box.querySelector(".value"),
    grad: box.querySelector(".grad"),
    outputs: box.querySelector(".value ~ .value"),
  }]));
  cards = new Map([...svg.querySelectorAll(".card")].map((card) => [card.dataset.node, {
    card,
    title: card.querySelector("title"),
    name: card.querySelector(".name"),
    value: card.querySelector(".value"),
    word: card.querySelector(".word"),
    grad: card.querySelector(".grad"),
    bar: card.querySelector(".bar"),
  }]));
  keyed = new Map([...cards.values()].map(({ card }) => [card.dataset.key, card]));
}

export const cardAt = (node) => cards.get(String(node));
export const cardOf = (key) => keyed.get(key);
export const countCards = () => cards.size;
export const allCards = () => [...cards.entries()].map(([node, parts]) => [Number(node), parts]);

// What wires call an item: a node's number, or the name of a box.
export const nameOf = ({ dataset }) => dataset.node ?? (dataset.scope === undefined ? null : `b${dataset.scope}`);
export const itemAt = (name) => cardAt(name)?.card ?? boxes.get(String(name))?.box;

// Which boxes hold nodes that have no card; of others the server has not told.
export function readHolders(found) {
  for (const [node, name] of Object.entries(found)) holders.set(node, name);
}

// The card of a node, or the box that holds it.
export const holderOf = (node) => itemAt(node) ?? itemAt(holders.get(String(node)));
const holding = (node) => (cardAt(node) ? String(node) : holders.get(String(node)) ?? String(node));
export const wireHolding = (source, target) => wireBetween(holding(source), holding(target));
export const wireBetween = (source, target) => between.get(`${source} ${target}`);

// Of a large picture only these cards and wires are drawn, null draws all. A card that is not drawn
// keeps its place among the others: it can be reached by keys, and is read out.
export function drawOnly(some) {
  for (const [node, { card }] of cards) card.classList.toggle("away", some !== null && !(node in some.cards));
  for (const [place, wire] of wires.entries()) wire.classList.toggle("away", some !== null && !(place in some.wires));
}

export function writeCard(node, [name, value, grad, tone, word, x, width, trouble, hover, spoken]) {
  const part = cardAt(node);
  if (!part) return;
  say(part.name, name);
  say(part.value, value);
  say(part.word, word);
  say(part.grad, grad);
  part.bar.setAttribute("x", x);
  part.bar.setAttribute("width", width);
  retone(part.card, tone);
  part.card.classList.toggle("broken", Boolean(trouble));
  part.card.classList.toggle("wrong", word !== "grad");
  part.card.setAttribute("aria-label", spoken);
  say(part.title, hover);
}

export function writeBox(name, [values, grad, tone, outputs, trouble, hover, spoken]) {
  const part = boxes.get(name);
  if (!part) return;
  say(part.values, values);
  say(part.grad, grad);
  if (part.outputs) say(part.outputs, outputs);
  retone(part.box, tone);
  part.box.classList.toggle("broken", Boolean(trouble));
  part.box.setAttribute("aria-label", spoken);
  say(part.title, hover);
}

export function writeWire(place, [tone, width]) {
  retone(wires[place], tone);
  wires[place].setAttribute("stroke-width", width);
}

export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function retone(element, tone) {
  if (element.classList.contains(tone)) return;
  element.classList.remove(...TONES);
  element.classList.add(tone);
}
