// Above each layer its size, and the buttons that change it.
import { MINUS } from "./digits.js";
import { keep } from "./keep.js";
import { MOST_LAYERS, MOST_NEURONS, resized, withLayer, withoutLayer } from "./sizes.js";
import { say } from "./sheet.js";

const NAMES = 18; // px from the top: the layers' names
const SIZES = 48; // their sizes
const ASIDE = 24; // px from a size to its buttons
const WORDED = 140; // where the word is written beside the sign
const NAMED = 104; // px from column to column where name and button find room

export function layerButtons(net) {
  const parts = net.changeable ? [...texts(net), ...buttons(net)] : texts(net);
  const focused = net.layers.contains(document.activeElement) ? document.activeElement.dataset.keep : null;
  parts.sort((one, other) => one.x - other.x || one.y - other.y); // in the order of the tab key
  keep(net.layers, parts.map((part) => ({ key: part.key, make: () => make(net, part) })));
  for (const [at, part] of parts.entries()) write(net.layers.children[at], part);
  if (focused && !net.layers.contains(document.activeElement)) standIn(net, focused)?.focus();
}

// The button of a layer that is gone: its neighbour takes the focus.
function standIn(net, key) {
  const at = (name) => net.layers.querySelector(`[data-keep="${name}"]`);
  const layer = Number(key.split("-")[1]);
  return at(`drop-${layer - 1}`) ?? at(`insert-${layer}`) ?? at("insert-0");
}

function texts({ figure, counts, changeable }) {
  return figure.columns.flatMap(({ x }, column) => {
    const hidden = column > 0 && column < counts.length - 1;
    const name = column === 0 ? "inputs" : hidden ? `layer ${column}` : "output";
    const shown = !hidden || !changeable || figure.across >= NAMED;
    const size = { key: `size-${column}`, x, y: figure.top + SIZES, text: String(counts[column]) };
    return shown ? [{ key: `name-${column}`, x: hidden && changeable ? x - 10 : x, y: figure.top + NAMES, text: name }, size] : [size];
  });
}

function buttons(net) {
  const { figure, counts, alone, name } = net;
  const of = alone || !name ? "" : ` of ${name}`;
  const hidden = counts.length - 2;
  const parts = Array.from({ length: hidden + 1 }, (_, layer) => ({
    key: `insert-${layer}`, x: (figure.columns[layer].x + figure.columns[layer + 1].x) / 2, y: figure.top + NAMES, sign: figure.across >= WORDED ? "+ layer" : "+",
    label: layer < hidden ? `Add a layer before layer ${layer + 1}${of}` : `Add a layer before the output${of}`,
    off: hidden >= MOST_LAYERS, deed: [withLayer, layer],
  }));
  for (let layer = 0; layer < hidden; layer += 1) {
    const { x } = figure.columns[layer + 1];
    const [count, named] = [counts[layer + 1], `layer ${layer + 1}${of}`];
    parts.push(
      { key: `drop-${layer}`, x: figure.across >= NAMED ? x + 24 : x, y: figure.top + NAMES, sign: "\u00d7", label: `Remove ${named}`, deed: [withoutLayer, layer] },
      { key: `fewer-${layer}`, x: x - ASIDE, y: figure.top + SIZES, sign: MINUS, label: `Remove a neuron from ${named}`, off: count <= 1, deed: [by, layer, -1] },
      { key: `more-${layer}`, x: x + ASIDE, y: figure.top + SIZES, sign: "+", label: `Add a neuron to ${named}`, off: count >= MOST_NEURONS, deed: [by, layer, 1] },
    );
  }
  return parts;
}

const by = (text, layer, change) => resized(text, layer, text.sizes[layer] + change);

function make(net, { sign }) {
  const element = document.createElement(sign ? "button" : "span");
  if (!sign) return element;
  element.type = "button";
  element.addEventListener("click", () => press(net, element));
  return element;
}

function press(net, element) {
  if (element.ariaDisabled === "true") return;
  const before = net.text.source;
  net.owner.edit(net, ...element.deed);
  if (net.text.source !== before) say(`${element.ariaLabel}: ${[net.counts[0], ...net.text.sizes].join(", ")}`);
}

function write(element, { x, y, text, sign, label, off, deed }) {
  Object.assign(element.style, { left: `${x}px`, top: `${y}px` });
  if (element.textContent !== (text ?? sign)) element.textContent = text ?? sign;
  if (!sign) return;
  element.classList.toggle("worded", sign.length > 1);
  Object.assign(element, { ariaLabel: label, title: label, deed });
  if (off) element.ariaDisabled = "true";
  else element.removeAttribute("aria-disabled");
}
