// More features than a plane has: what the program predicts over what is so. On the diagonal they
// agree.
import { short } from "./digits.js";
import { closeRange, rangeOf, widened } from "./scales.js";
import { Scatter } from "./scatter.js";

export class Residuals extends Scatter {
  constructor(canvas, { pick }) {
    super(canvas, { pick });
    this.span = [0, 1];
    canvas.setAttribute("aria-label", "Predicted over target: not computed yet");
  }

  // frame.residuals: predicted and target of the samples `at`.
  write({ predicted, target, at }) {
    const targets = rangeOf(target) ?? [0, 1];
    const [low, high] = rangeOf(predicted) ?? targets;
    this.span = widened(closeRange(Math.min(low, targets[0]), Math.max(high, targets[1])), 0.04);
    const look = (_, colours) => ({ colour: colours.soft, shape: "circle" });
    this.put({ x: Array.from(target), y: Array.from(predicted), at: Array.from(at), test: [], look });
  }

  range() {
    return [this.span, this.span];
  }

  ground(context, width, height) {
    const { colours } = this.sheet;
    context.strokeStyle = colours.edge;
    context.lineWidth = 1.25;
    context.beginPath();
    context.moveTo(0, height);
    context.lineTo(width, 0);
    context.stroke();
  }

  above(context) {
    this.drawGap(context, (target) => target);
  }

  rests() {
    const [low, high] = this.span;
    return ["predicted over target", `${short(low, 2)} to ${short(high, 2)}`];
  }

  reads(x, y, sample) {
    if (sample < 0) return [`target ${short(x, 3)}`, `predicted ${short(y, 3)}`];
    return [`${short(this.marks.y[sample], 3)} for ${short(this.marks.x[sample], 3)}`, this.nameOf(sample)];
  }

  sentence() {
    return `Predicted over target for ${this.marks.at.length} samples${this.ending()}`;
  }
}
