// One feature: the samples, and the curve that the program has fitted to them.
import { short } from "./digits.js";
import { classLook } from "./hues.js";
import { along, rangeOf, widened } from "./scales.js";
import { Scatter } from "./scatter.js";

export class Fit extends Scatter {
  constructor(canvas, { pick }) {
    super(canvas, { pick });
    Object.assign(this, { curve: null, data: null });
    canvas.setAttribute("aria-label", "Fitted curve: not computed yet");
  }

  // frame.samples with one feature and the target.
  samples(data) {
    const { columns, rows, at, test } = data;
    const column = (place) => Array.from(at, (_, i) => rows[i * columns.length + place]);
    const [x, y] = [column(0), column(columns.length - 1)];
    this.data = data;
    this.spans = [widened(rangeOf(x) ?? [0, 1]), widened(rangeOf(y) ?? [0, 1], 0.15)];
    const look = (i, colours) => (data.classes.length ? classLook(colours, data.classes.indexOf(y[i])) : { colour: colours.soft, shape: "circle" });
    this.put({ x, y, at: Array.from(at), test, look });
  }

  // frame.fit: the node's value at evenly spaced places of the domain, both ends included.
  fit(curve) {
    this.curve = curve;
    this.changed();
  }

  range() {
    const [across, up] = this.spans ?? [[0, 1], [-1, 1]];
    return [this.curve?.domain ?? across, up];
  }

  ground(context, width) {
    const { colours } = this.sheet;
    const zero = this.sheet.crisp(this.placeOf(0, 0)[1]);
    context.strokeStyle = colours.edge;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(0, zero);
    context.lineTo(width, zero);
    context.stroke();
  }

  above(context, width) {
    const values = this.curve?.values;
    if (!values) return;
    context.strokeStyle = this.sheet.colours.accent;
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.beginPath();
    let drawn = false;
    for (const [i, value] of values.entries()) {
      if (Number.isFinite(value)) context[drawn ? "lineTo" : "moveTo"]((i / (values.length - 1)) * width, this.placeOf(0, value)[1]);
      drawn = Number.isFinite(value);
    }
    context.stroke();
    this.drawGap(context, (x) => this.valueAt(x));
  }

  // The curve's value at the nearest place where there is one.
  valueAt(x) {
    const { values, domain } = this.curve;
    return values[Math.round(Math.min(Math.max(along(domain, x), 0), 1) * (values.length - 1))];
  }

  get names() {
    return this.data ? [this.data.columns[0], this.data.columns.at(-1)] : ["x", "y"];
  }

  rests() {
    return this.data ? this.ranges(this.names) : ["", ""];
  }

  reads(x, y, sample) {
    const [name, target] = this.names;
    const fitted = this.curve ? `  fitted ${short(this.valueAt(x), 3)}` : "";
    return [`${name} ${short(x, 3)}${fitted}`, sample < 0 ? "" : `${this.nameOf(sample)}, ${target} ${short(y, 3)}`];
  }

  sentence() {
    if (!this.data) return "Fitted curve: not computed yet";
    const [name, target] = this.names;
    return `${target} over ${name}: ${this.marks.at.length} of ${this.data.count} samples and the fitted curve${this.ending()}`;
  }
}
