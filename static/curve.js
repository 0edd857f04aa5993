// The loss over the updates: of training, of testing, and of the branches that were left.
import { drawAxes, layOut, lossAxis, stroke } from "./axes.js";
import { short } from "./digits.js";
import { Line } from "./line.js";
import { counted, roundUp } from "./scales.js";
import { say, Sheet } from "./sheet.js";

const SHORTEST = 10; // updates on the x axis, at least
const TALLER = 4; // times what there is now: a branch that reaches higher does not say how high the axis is
const PAGE = 0.1; // of all points, by page up and down

export class Curve {
  constructor(canvas) {
    Object.assign(this, { train: new Line(), test: new Line(), branches: [], present: null, log: false, reading: null });
    this.sheet = new Sheet(canvas, (context) => this.paint(context));
    canvas.classList.add("plot", "curve");
    canvas.setAttribute("role", "img");
    canvas.tabIndex = 0;
    this.listen(canvas);
    this.changed();
  }

  // frame.curve: points [update, loss] since the last one; `reset` replaces all there were.
  write({ reset = false, train = [], test = [], branches }) {
    if (reset) Object.assign(this, { train: new Line(), test: new Line(), branches: [] });
    this.train.add(train);
    this.test.add(test);
    if (branches) this.branches = branches.map((points) => new Line().add(points));
    if (reset) this.reading = null;
    this.changed();
  }

  // Where the run stands now.
  at(step, loss, testLoss = null) {
    this.present = { step, loss, testLoss };
    this.changed();
  }

  scale(log) {
    this.log = log;
    this.changed();
  }

  changed() {
    this.sheet.ask();
    this.sheet.describe(() => this.sentence());
  }

  sentence() {
    const [first] = this.train.losses;
    if (first === undefined) return "Loss over the updates: none yet";
    const { step, loss, testLoss } = this.present ?? { step: this.train.last, loss: this.train.losses.at(-1), testLoss: null };
    const test = Number.isFinite(testLoss ?? NaN) ? `, test ${short(testLoss, 3)}` : "";
    return `Loss over ${counted(this.train.last)} updates: ${short(first, 3)} at first, ${short(loss ?? NaN, 3)} at update ${counted(step)}${test}. Arrow keys read it.`;
  }

  paint(context) {
    const lines = [this.train, this.test, ...this.branches];
    const right = Math.max(SHORTEST, roundUp(Math.max(this.present?.step ?? 0, ...lines.map((line) => line.last))));
    const tallest = TALLER * Math.max(this.train.most, this.test.most);
    const telling = lines.filter(({ most }) => !(most > tallest) || this.train.most === -Infinity);
    const room = layOut(context, this.sheet, right, lossAxis(telling, this.log));
    this.room = room;
    drawAxes(context, this.sheet, room);
    this.drawLines(context, room);
    if (this.present) this.drawPresent(context, room);
    if (this.reading !== null) this.drawReading(context, room);
  }

  drawLines(context, room) {
    const { colours } = this.sheet;
    context.lineJoin = "round";
    context.lineCap = "butt";
    context.save(); // a branch that broke may reach far out of what is shown
    context.beginPath();
    context.rect(0, 0, room.width, room.bottom + 1);
    context.clip();
    context.setLineDash([4, 3]);
    for (const branch of this.branches) draw(context, branch, room, colours.zero, 1);
    context.restore();
    draw(context, this.test, room, colours.soft, 1.25);
    draw(context, this.train, room, colours.accent, 1.75);
    if (this.train.end !== null) cross(context, room.x(this.train.end), room.top + 2, colours.trouble);
  }

  // The present update as a hairline, with its losses as dots.
  drawPresent(context, room) {
    const { colours } = this.sheet;
    const { step, loss, testLoss } = this.present;
    const x = this.sheet.crisp(room.x(step));
    context.lineWidth = 1;
    context.strokeStyle = colours.accent;
    context.globalAlpha = 0.45;
    stroke(context, x, room.top, x, room.bottom);
    context.globalAlpha = 1;
    for (const [number, colour, radius] of [[testLoss, colours.soft, 2.5], [loss, colours.accent, 3.5]]) {
      if (Number.isFinite(number ?? NaN)) dot(context, x, room.y(number), radius, colour, colours.panel);
    }
  }

  drawReading(context, room) {
    const { colours } = this.sheet;
    const { step, loss } = this.read;
    const x = this.sheet.crisp(room.x(step));
    context.lineWidth = 1;
    context.strokeStyle = colours.soft;
    stroke(context, x, room.top, x, room.bottom);
    dot(context, x, room.y(loss), 3, colours.ink, colours.panel);
    context.font = colours.words;
    const words = this.words();
    const wide = context.measureText(words).width;
    const left = Math.min(Math.max(x < room.width / 2 ? x + 8 : x - 8 - wide, 0), room.width - wide);
    context.fillStyle = colours.panel;
    context.fillRect(left - 4, 0, wide + 8, 17);
    context.fillStyle = colours.ink;
    context.textAlign = "left";
    context.fillText(words, left, 12);
  }

  // The point that is read: the nearest to where pointer or keys are.
  get read() {
    const place = this.train.nearest(this.reading);
    return { step: this.train.steps[place], loss: this.train.losses[place] };
  }

  words() {
    const { step, loss } = this.read;
    const tested = this.test.before(step);
    return `update ${counted(step)}: loss ${short(loss, 3)}${tested === null ? "" : `, test ${short(tested, 3)}`}`;
  }

  listen(canvas) {
    canvas.addEventListener("pointermove", ({ offsetX }) => this.readAt(this.room?.stepAt(offsetX) ?? null));
    for (const leaving of ["pointerleave", "blur"]) canvas.addEventListener(leaving, () => this.readAt(null));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  readAt(step) {
    this.reading = this.train.steps.length ? step : null;
    this.sheet.ask();
  }

  // From point to point; Esc lets go.
  key(event) {
    const { steps, last } = this.train;
    if (!steps.length || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Escape" && this.reading !== null) return this.readAt(null);
    const here = this.train.nearest(this.reading ?? this.present?.step ?? last);
    const page = Math.max(Math.round(steps.length * PAGE), 1);
    const next = { ArrowLeft: here - 1, ArrowRight: here + 1, PageDown: here - page, PageUp: here + page, Home: 0, End: steps.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault(); // or it would step
    this.readAt(steps[Math.min(Math.max(next, 0), steps.length - 1)]);
    say(this.words());
  }
}

function draw(context, line, room, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  line.trace(context, room.x, room.y);
  context.stroke();
}

function dot(context, x, y, radius, colour, rim) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.strokeStyle = rim;
  context.lineWidth = 3;
  context.stroke();
  context.fill();
}

function cross(context, x, y, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  stroke(context, x - 4, y - 4, x + 4, y + 4);
  stroke(context, x + 4, y - 4, x - 4, y + 4);
}
