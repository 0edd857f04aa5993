// One network: its neurons as buttons over a canvas that holds wires and thumbnails.
import { arrange, wire } from "./figure.js";
import { keep } from "./keep.js";
import { layerButtons } from "./layers.js";
import { short } from "./digits.js";
import { resting, Sheet } from "./sheet.js";
import { paintBoxes, paintWires } from "./wiring.js";

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const made = (tag, className) => Object.assign(document.createElement(tag), { className });

export class Net {
  constructor(owner) {
    Object.assign(this, { owner, lit: null, boxes: [], figure: null, resting: resting() });
    this.root = made("div", "net");
    this.inner = made("div", "net-figure");
    this.layers = made("div", "net-layers");
    this.neurons = made("div", "net-neurons");
    this.tip = made("div", "net-tip");
    this.canvas = made("canvas", "net-canvas");
    this.canvas.ariaHidden = "true";
    this.tip.ariaHidden = "true";
    this.tip.hidden = true;
    this.root.setAttribute("role", "group");
    this.inner.append(this.canvas, this.layers, this.neurons, this.tip);
    this.root.append(this.inner);
    owner.element.append(this.root);
    this.sheet = new Sheet(this.canvas, (context) => this.paint(context));
    this.sized = new ResizeObserver(() => this.arrange());
    this.sized.observe(this.root);
    this.listen();
  }

  remove() {
    this.sized.disconnect();
    this.root.remove();
  }

  // source: null while a text that was sent later is still to be drawn; first: how many neurons stand
  // in the networks before.
  draw({ name, inputs, layers, span }, { source, first, nameOf, alone }) {
    const sizes = layers.map((layer) => layer.length);
    if (source !== null) this.text = { source, span, sizes };
    Object.assign(this, { name, alone, changeable: Boolean(span), counts: [inputs.length, ...sizes] });
    this.root.ariaLabel = `${name || "The network"}: ${this.counts.join(", ")} neurons, from the inputs to the output`;
    let thumb = first;
    this.boxes = inputs.map((node, row) => ({ node, name: nameOf(node) || `x${row + 1}`, column: 0, row, thumb: null }));
    for (const [at, layer] of layers.entries()) {
      for (const [row, neuron] of layer.entries()) this.boxes.push({ ...neuron, column: at + 1, row, thumb: thumb++ });
    }
    this.lit = null;
    this.tip.hidden = true;
    this.keepNeurons();
    this.arrange();
  }

  // A button a neuron, the same as before where there is one: neither place nor focus is lost.
  keepNeurons() {
    keep(this.neurons, this.boxes.map(({ column, row }) => ({ key: `${column}.${row}`, make: () => this.makeNeuron() })));
    for (const [at, box] of this.boxes.entries()) box.button = this.neurons.children[at];
    if (!this.neurons.querySelector('[tabindex="0"]')) this.boxes[0]?.button.setAttribute("tabindex", "0");
    this.nameNeurons();
  }

  makeNeuron() {
    const button = made("button", "net-box");
    button.type = "button";
    button.tabIndex = -1;
    return button;
  }

  // Said when the numbers rest.
  nameNeurons() {
    const { values, node } = this.owner;
    for (const box of this.boxes) {
      const value = values ? `, value ${short(values[box.node], 3)}` : "";
      box.button.ariaLabel = `${box.thumb === null ? "Input " : ""}${box.name}${value}`;
      box.button.ariaPressed = String(box.node === node);
    }
  }

  // Of the same structure and room, the same places.
  arrange() {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!width || !height || !this.boxes.length) return;
    const figure = arrange(this.counts, { width, height });
    for (const box of this.boxes) {
      const { x, ys, side, valued, thickest } = figure.columns[box.column];
      Object.assign(box, { x, y: ys[box.row], side, valued, thickest });
    }
    this.figure = { ...figure, boxes: this.boxes, wires: this.wires() };
    this.put();
    this.sheet.ask();
  }

  wires() {
    const at = new Map(this.boxes.map((box) => [box.node, box]));
    return this.boxes.flatMap((to) => (to.operands ?? []).flatMap((operand, place) => {
      const from = at.get(operand);
      if (!from) return [];
      return [{ from, to, node: to.weights[place], thickest: Math.min(from.thickest, to.thickest), path: wire(from, to, place, to.operands.length) }];
    }));
  }

  put() {
    const { width, height } = this.figure;
    Object.assign(this.inner.style, { width: `${width}px`, height: `${height}px` });
    for (const { button, x, y, side } of this.boxes) {
      Object.assign(button.style, { left: `${x - side / 2}px`, top: `${y - side / 2}px`, width: `${side}px`, height: `${side}px` });
    }
    layerButtons(this);
  }

  changed() {
    this.sheet.ask();
    if (!this.tip.hidden) this.writeTip();
    this.resting(() => this.nameNeurons());
  }

  paint(context) {
    if (!this.figure) return;
    const { colours } = this.sheet;
    const { values, thumbnails, node } = this.owner;
    thumbnails.paint(colours);
    paintWires(context, this.figure, values, this.lit, colours);
    paintBoxes(context, this.figure, values, thumbnails, { lit: this.lit, chosen: node }, colours);
  }

  light(box) {
    this.lit = box ?? null;
    this.tip.hidden = !box;
    if (box) this.writeTip();
    this.sheet.ask();
  }

  // What a neuron is called, above it, within the figure.
  writeTip() {
    const { lit, tip, figure } = this;
    const { values } = this.owner;
    const bias = values && lit.bias !== undefined ? `, bias ${short(values[lit.bias], 3)}` : "";
    const words = `${lit.name}${bias}`;
    if (tip.textContent !== words) tip.textContent = words;
    const half = tip.offsetWidth / 2 + 4;
    tip.style.left = `${Math.min(Math.max(lit.x, half), figure.width - half)}px`;
    tip.style.top = `${lit.y - lit.side / 2 - 6}px`;
  }

  listen() {
    const boxOf = ({ target }) => this.boxes.find(({ button }) => button === target.closest(".net-box"));
    this.neurons.addEventListener("pointerover", (event) => this.light(boxOf(event)));
    this.neurons.addEventListener("pointerout", () => this.light(boxOf({ target: document.activeElement })));
    this.neurons.addEventListener("focusin", (event) => this.light(boxOf(event)));
    this.neurons.addEventListener("focusout", () => this.light(null));
    this.neurons.addEventListener("click", (event) => {
      const box = boxOf(event);
      if (box) this.owner.choose(box.node);
      this.nameNeurons();
    });
    this.neurons.addEventListener("keydown", (event) => this.key(event, boxOf(event)));
  }

  // The arrows walk from neuron to neuron.
  key(event, box) {
    const way = WAYS[event.key];
    if (!way || !box || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // or they would step
    const column = box.column + way[0];
    const row = way[0] ? Math.round(((box.row + 0.5) * this.counts[column]) / this.counts[box.column] - 0.5) : box.row + way[1];
    const next = this.boxes.find((each) => each.column === column && each.row === row);
    if (!next) return;
    box.button.tabIndex = -1;
    next.button.tabIndex = 0;
    next.button.focus();
  }
}
