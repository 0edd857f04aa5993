// The decision boundary: how a node answers all over the plane of the first two features, and the
// samples on it.
import { traceLevel } from "./contour.js";
import { short } from "./digits.js";
import { classLook, classRamp, numberLook, ramp } from "./hues.js";
import { along, rangeOf, widened } from "./scales.js";
import { Scatter } from "./scatter.js";

const LEVELS = 255;

export class Plane extends Scatter {
  constructor(canvas, { pick, fiction }) {
    super(canvas, { pick, fiction });
    Object.assign(this, { cells: null, about: { name: "", predicted: true }, data: null, painted: "" });
    this.image = document.createElement("canvas");
    canvas.classList.add("plane");
    canvas.setAttribute("aria-label", "Decision boundary: not computed yet");
  }

  // frame.samples: rows (k, columns), numbers `at`, `test`; the last column is the target.
  samples(data) {
    const { columns, rows, at, test } = data;
    const column = (place) => Array.from(at, (_, i) => rows[i * columns.length + place]);
    const target = column(columns.length - 1);
    const reach = Math.max(...(rangeOf(target) ?? [1]).map(Math.abs));
    const look = (i, colours) => (data.classes.length ? classLook(colours, data.classes.indexOf(target[i])) : numberLook(colours, target[i] / reach));
    this.data = { ...data, target, reach, span: [widened(rangeOf(column(0)) ?? [0, 1]), widened(rangeOf(column(1)) ?? [0, 1])] };
    this.put({ x: column(0), y: column(1), at: Array.from(at), test, look });
  }

  // frame.field; about: { name of the node, predicted: whether it is what the loss compares }.
  field(field, about = this.about) {
    Object.assign(this, { cells: field, about });
    this.painted = "";
    this.changed();
  }

  range() {
    return this.cells?.domain ?? this.data?.span ?? [[0, 1], [0, 1]];
  }

  // What lies between the two colours, and how far from it they are full: of a prediction the target
  // says it, any other node is measured by itself, around 0.
  get tone() {
    const { low, high } = this.cells;
    const classes = this.data?.classes ?? [];
    if (!this.about.predicted) return [0, Math.max(Math.abs(low), Math.abs(high))];
    if (classes.length) return [(classes[0] + classes.at(-1)) / 2, (classes.at(-1) - classes[0]) / 2];
    return [0, this.data?.reach ?? Math.max(Math.abs(low), Math.abs(high))];
  }

  ground(context, width, height) {
    if (!this.cells) return;
    this.paintCells();
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "low";
    context.drawImage(this.image, 0, 0, width, height);
    if (!this.cells.classes) this.drawMiddle(context, width, height);
  }

  paintCells() {
    const { width, height, cells, classes, sure, low, high } = this.cells;
    const { colours } = this.sheet;
    const key = `${colours.bg} ${colours.positive}`;
    if (this.painted === key) return;
    this.painted = key;
    const table = classes ? classRamp(colours, classes) : ramp(colours, low, high, ...this.tone);
    Object.assign(this.image, { width, height });
    const pixels = new ImageData(width, height);
    const paint = new Uint32Array(pixels.data.buffer);
    for (let row = 0; row < height; row += 1) {
      for (let column = 0, from = (height - 1 - row) * width, to = row * width; column < width; column += 1, from += 1, to += 1) {
        paint[to] = table[classes ? (cells[from] << 8) | sure[from] : cells[from]];
      }
    }
    this.image.getContext("2d").putImageData(pixels, 0, 0);
  }

  // The line on which the node answers with the middle.
  drawMiddle(context, width, height) {
    const { low, high } = this.cells;
    traceLevel(context, this.cells, ((this.tone[0] - low) / (high - low)) * LEVELS, width, height);
    context.strokeStyle = this.sheet.colours.ink;
    context.globalAlpha = 0.55;
    context.lineWidth = 1.25;
    context.stroke();
    context.globalAlpha = 1;
  }

  get names() {
    return this.data?.columns ?? ["x1", "x2"];
  }

  rests() {
    return this.data ? this.ranges(this.names) : ["", ""];
  }

  reads(x, y, sample) {
    const words = `${this.names[0]} ${short(x, 3)}  ${this.names[1]} ${short(y, 3)}`;
    if (sample < 0) return [words, this.answer(x, y)];
    const { classes, labels, target } = this.data;
    const label = labels[classes.indexOf(target[sample])] ?? short(target[sample], 3);
    return [words, `${this.nameOf(sample)}, ${this.names.at(-1)} ${label}`];
  }

  answer(x, y) {
    if (!this.cells) return "";
    const { width, height, cells, classes, sure, low, high } = this.cells;
    const [across, up] = this.range();
    const place = (share, count) => Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    const cell = place(along(up, y), height) * width + place(along(across, x), width);
    if (!classes) return `${this.about.name && `${this.about.name} `}\u2248 ${short(low + ((high - low) * cells[cell]) / LEVELS, 2)}`;
    const label = this.data?.labels[cells[cell]] ?? short(this.data?.classes[cells[cell]] ?? cells[cell]);
    return `${label}: ${Math.round((100 * sure[cell]) / LEVELS)} %`;
  }

  sentence() {
    const of = this.about.name ? ` of ${this.about.name}` : "";
    const rest = this.names.length > 3 ? ", other features at their means" : "";
    const count = this.data ? `, with ${this.marks.at.length} of ${this.data.count} samples` : "";
    return `Decision boundary${of} over ${this.names[0]} and ${this.names[1]}${rest}${count}${this.ending()}`;
  }
}
