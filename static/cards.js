// The cards and wires of the drawing that is there, and writing into them what the server says they
// show. No card moves.

const TONES = ["positive", "negative", "zero", "trouble", "valued", "hollow", "idle"];
let cards = [];
let wires = [];
let between = new Map(); // "source target" -> wire
let keyed = new Map(); // a card's key -> the card

export function readCards() {
  const svg = document.querySelector("#drawn > svg");
  wires = [...svg.querySelectorAll(".wire")];
  between = new Map(wires.map((wire) => [`${wire.dataset.source} ${wire.dataset.target}`, wire]));
  cards = [...svg.querySelectorAll(".card")].map((card) => ({
    card,
    title: card.querySelector("title"),
    name: card.querySelector(".name"),
    value: card.querySelector(".value"),
    word: card.querySelector(".word"),
    grad: card.querySelector(".grad"),
    bar: card.querySelector(".bar"),
  }));
  keyed = new Map(cards.map(({ card }) => [card.dataset.key, card]));
}

export const cardAt = (place) => cards[place];
export const cardOf = (key) => keyed.get(key);
export const countCards = () => cards.length;
export const wireBetween = (source, target) => between.get(`${source} ${target}`);

// Of a large picture only these cards and wires are drawn, null draws all. A card that is not drawn
// keeps its place among the others: it can be reached by keys, and is read out.
export function drawOnly(some) {
  for (const [place, { card }] of cards.entries()) card.classList.toggle("away", some !== null && !(place in some.cards));
  for (const [place, wire] of wires.entries()) wire.classList.toggle("away", some !== null && !(place in some.wires));
}

export function writeCard(place, [name, value, grad, tone, word, x, width, trouble, hover, spoken]) {
  const part = cards[place];
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
