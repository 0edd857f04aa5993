// Samples as marks on a ground: what plane, fit and residuals share. A click or the arrow keys pick a
// sample; a line below says the ranges, and under the pointer what is there.
import { short } from "./digits.js";
import { chosenMark, crossMark, mark } from "./marks.js";
import { along, between, counted } from "./scales.js";
import { say, Sheet } from "./sheet.js";

const STRIP = 20; // px below, for the line of words
const REACH = { touch: 16, mouse: 8, pen: 8 }; // px from a mark that still hit it
const ROUNDED = 6;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NOTHING = { x: [], y: [], at: [], test: [], look: () => null };

export class Scatter {
  // pick(sample) of a mark; fiction(x, y), if there is one, of a place where no sample is.
  constructor(canvas, { pick, fiction = null }) {
    Object.assign(this, { canvas, pick, fiction, marks: NOTHING, picked: null, point: null, pointer: null });
    this.layer = document.createElement("canvas"); // the marks: they move seldom, the ground often
    this.layered = "";
    this.version = 0;
    this.sheet = new Sheet(canvas, (context) => this.paint(context));
    canvas.classList.add("plot", "scatter");
    canvas.setAttribute("role", "img");
    canvas.tabIndex = 0;
    this.listen();
  }

  // What a plot of this kind has of its own: the ranges it shows, what lies below and above the marks,
  // the words of its line at rest and under the pointer, and the sentence that stands for it.
  range() { return [[0, 1], [0, 1]]; }
  ground() {}
  above() {}
  rests() { return ["", ""]; }
  reads() { return ["", ""]; }
  sentence() { return ""; }

  // x and y of each mark, the number of its sample, whether it is kept for testing, and its look.
  put(marks) {
    this.marks = marks;
    this.version += 1;
    this.changed();
  }

  chosen(sample, point = null) {
    Object.assign(this, { picked: sample, point });
    this.changed();
  }

  changed() {
    this.sheet.ask();
    this.sheet.describe(() => this.sentence());
  }

  get size() {
    return [this.sheet.width, Math.max(this.sheet.height - STRIP, 1)];
  }

  placeOf(x, y) {
    const [[across, up], [width, height]] = [this.range(), this.size];
    return [along(across, x) * width, (1 - along(up, y)) * height];
  }

  spotAt(left, top) {
    const [[across, up], [width, height]] = [this.range(), this.size];
    return [between(across, left / width), between(up, 1 - top / height)];
  }

  paint(context) {
    const [width, height] = this.size;
    context.save();
    context.beginPath();
    context.roundRect(0, 0, width, height, ROUNDED);
    context.clip();
    context.fillStyle = this.sheet.colours.bg;
    context.fillRect(0, 0, width, height);
    this.ground(context, width, height);
    this.drawLayer();
    context.drawImage(this.layer, 0, 0, width, height);
    this.above(context, width, height);
    this.drawChosen(context);
    context.restore();
    this.writeLine(context);
  }

  drawLayer() {
    const { density, colours, width, height } = this.sheet;
    const key = [this.version, density, width, height, colours.bg, ...this.range().flat()].join();
    if (key === this.layered) return;
    this.layered = key;
    const [wide, high] = this.size.map((side) => Math.round(side * density));
    Object.assign(this.layer, { width: wide, height: high });
    const context = this.layer.getContext("2d");
    context.setTransform(density, 0, 0, density, 0, 0);
    for (const i of this.marks.at.keys()) {
      const [x, y] = this.placeOf(this.marks.x[i], this.marks.y[i]);
      mark(context, this.sheet, x, y, this.lookOf(i), this.radius);
    }
  }

  lookOf(i) {
    return { ...this.marks.look(i, this.sheet.colours), hollow: Boolean(this.marks.test[i]) };
  }

  // What a sample is called, by its mark: people count from 1.
  nameOf(i) {
    return `sample ${counted(this.marks.at[i] + 1)}`;
  }

  get radius() {
    return this.marks.at.length > 400 ? 3 : 3.75;
  }

  drawChosen(context) {
    const i = this.marks.at.indexOf(this.picked);
    if (this.point) crossMark(context, this.sheet, ...this.placeOf(...this.point));
    else if (i >= 0) chosenMark(context, this.sheet, ...this.placeOf(this.marks.x[i], this.marks.y[i]), this.lookOf(i), this.radius);
  }

  // From the drawn sample's mark up or down to where it should be, if there is a mark.
  drawGap(context, placed) {
    const i = this.marks.at.indexOf(this.picked);
    if (i < 0) return;
    const [x, y] = this.placeOf(this.marks.x[i], this.marks.y[i]);
    context.strokeStyle = this.sheet.colours.accent;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(this.sheet.crisp(x), y);
    context.lineTo(this.sheet.crisp(x), this.placeOf(0, placed(this.marks.x[i]))[1]);
    context.stroke();
  }

  // The ranges in words; what is drawn in the graph, and how to go on.
  ranges(names) {
    return this.range().map(([low, high], at) => `${names[at]} ${short(low, 3)} to ${short(high, 3)}`);
  }

  ending() {
    const own = this.point && `; a point of your own at ${this.point.map((each) => short(each, 3)).join(", ")} is drawn`;
    const sample = this.picked === null ? "" : `; sample ${counted(this.picked + 1)} is drawn`;
    return `${own ?? sample}. Arrow keys go from sample to sample.`;
  }

  writeLine(context) {
    const { colours, width, height } = this.sheet;
    const reading = this.pointer && this.reads(...this.spotAt(...this.pointer), this.near(...this.pointer, REACH.mouse));
    const [left, right] = reading ?? this.rests();
    context.font = colours.numbers;
    context.fillStyle = reading ? colours.ink : colours.soft;
    context.textBaseline = "alphabetic";
    for (const [align, words] of [["left", left], ["right", right]]) {
      context.textAlign = align;
      context.fillText(words, align === "left" ? 0 : width, height - 4);
    }
  }

  // The place among the marks of the nearest one, -1 if none is within reach.
  near(left, top, reach) {
    let [found, least] = [-1, reach];
    for (const i of this.marks.at.keys()) {
      const [x, y] = this.placeOf(this.marks.x[i], this.marks.y[i]);
      const far = Math.hypot(x - left, y - top);
      if (far <= least) [found, least] = [i, far];
    }
    return found;
  }

  // The next mark in a direction: near, and not far to the side.
  toward(from, [across, down]) {
    let [found, least] = [-1, Infinity];
    for (const i of this.marks.at.keys()) {
      const [x, y] = this.placeOf(this.marks.x[i], this.marks.y[i]);
      const ahead = (x - from[0]) * across + (y - from[1]) * down;
      const aside = Math.abs((x - from[0]) * down) + Math.abs((y - from[1]) * across);
      if (ahead > 0.01 && ahead + 2 * aside < least) [found, least] = [i, ahead + 2 * aside];
    }
    return found;
  }

  listen() {
    const { canvas } = this;
    const point = (event) => {
      this.pointer = event && event.offsetY <= this.size[1] ? [event.offsetX, event.offsetY] : null;
      this.sheet.ask();
    };
    canvas.addEventListener("pointermove", point);
    canvas.addEventListener("pointerleave", () => point(null));
    canvas.addEventListener("blur", () => point(null));
    canvas.addEventListener("click", (event) => this.click(event));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  click({ offsetX, offsetY, pointerType }) {
    if (offsetY > this.size[1]) return;
    const i = this.near(offsetX, offsetY, REACH[pointerType] ?? REACH.mouse);
    if (i >= 0) this.take(i);
    else this.fiction?.(...this.spotAt(offsetX, offsetY));
  }

  key(event) {
    const way = WAYS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    const at = this.marks.at.indexOf(this.picked);
    const [width, height] = this.size;
    const from = this.point ? this.placeOf(...this.point) : at >= 0 ? this.placeOf(this.marks.x[at], this.marks.y[at]) : null;
    const next = from ? this.toward(from, way) : this.near(width / 2, height / 2, Infinity);
    if (next < 0) return;
    this.take(next);
    this.pointer = this.placeOf(this.marks.x[next], this.marks.y[next]);
    const [left, right] = this.reads(this.marks.x[next], this.marks.y[next], next);
    say(`${right}: ${left}`);
  }

  take(i) {
    this.chosen(this.marks.at[i]);
    this.pick(this.marks.at[i]);
  }
}
