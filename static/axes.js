// The axes of the loss: updates along, the loss up, linear or by powers of ten; few numbers, and few
// changes of scale.
import { short } from "./digits.js";
import { counted, roundRange } from "./scales.js";

const FOOT = 18; // px for the numbers below
const HEAD = 8; // px above the highest number
const END = 4; // px left of the first update and right of the last, for their dots
const APART = 13; // px from a number to the next, at least
const LABELS = 5; // of powers of ten, at most

// From where to where the losses of these lines go, and the numbers written beside them.
export function lossAxis(lines, log) {
  const most = Math.max(...lines.map((line) => line.most));
  if (log) return decades(Math.min(...lines.map((line) => line.leastPositive)), most);
  const [low, high] = roundRange(Math.min(...lines.map((line) => line.least)), most);
  return { low, high, marks: low < 0 ? [low, high, 0] : [0, high, high / 2], share: (loss) => (loss - low) / (high - low) };
}

function decades(least, most) {
  const known = least < Infinity && most > 0;
  const from = known ? Math.floor(Math.log10(least)) : -1;
  const to = known ? Math.max(Math.ceil(Math.log10(most)), from + 1) : 0;
  const stride = Math.ceil((to - from + 1) / LABELS);
  const powers = Array.from({ length: to - from + 1 }, (_, at) => to - at).filter((_, at) => at % stride === 0);
  const low = 10 ** from;
  const share = (loss) => (Math.log10(Math.max(loss, low)) - from) / (to - from);
  return { low, high: 10 ** to, marks: powers.map((power) => 10 ** power), share };
}

// Where updates and losses lie: to the right, room for the numbers that grows in steps.
export function layOut(context, sheet, right, axis) {
  context.font = sheet.colours.numbers;
  const labels = axis.marks.map((loss) => short(loss, 3));
  const widest = Math.max(...labels.map((label) => context.measureText(label).width));
  const [width, bottom] = [sheet.width - Math.ceil((widest + 8) / 8) * 8, sheet.height - FOOT];
  return {
    ...axis, labels, right, width, bottom, top: HEAD,
    x: (step) => END + (step / right) * (width - 2 * END),
    y: (loss) => bottom - axis.share(loss) * (bottom - HEAD),
    stepAt: (x) => ((x - END) / (width - 2 * END)) * right,
  };
}

export function drawAxes(context, sheet, room) {
  context.lineWidth = 1;
  context.strokeStyle = sheet.colours.line;
  context.fillStyle = sheet.colours.soft;
  drawLosses(context, sheet, room);
  context.textBaseline = "alphabetic";
  for (const [step, align] of [[0, "left"], [room.right / 2, "center"], [room.right, "right"]]) {
    context.textAlign = align;
    context.fillText(counted(step), { left: 0, center: room.x(step), right: room.width }[align], sheet.height - 3);
  }
}

// A line a number; a number too near one before is left out.
function drawLosses(context, sheet, room) {
  context.textAlign = "right";
  context.textBaseline = "middle";
  const taken = [];
  for (const [at, loss] of room.marks.entries()) {
    const y = room.y(loss);
    if (taken.some((other) => Math.abs(other - y) < APART)) continue;
    taken.push(y);
    stroke(context, 0, sheet.crisp(y), room.width, sheet.crisp(y));
    context.fillText(room.labels[at], sheet.width, Math.max(y, 6));
  }
}

export function stroke(context, fromX, fromY, toX, toY) {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}
