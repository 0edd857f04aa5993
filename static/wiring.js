// A network painted: wires by the sign and size of their weights, neurons with what each answers all
// over the plane.
import { fit, short } from "./digits.js";
import { ramp, toneOf } from "./hues.js";

const THINNEST = 1; // px, a wire
const THICK = 6; // px; thinner ones are one of many, and paler
const TYPICAL = 2; // a weight of this size has most of the width
const NEARLY_NONE = 0.01; // a weight: dashed
const MIDDLE = 128; // of a thumbnail's 256 levels
const [SMALLEST_NAMED, SMALLEST_LARGE] = [18, 30]; // px of a side: an input's name finds room; at 13 px
const ROUNDED = 0.16; // of a box's side

export function paintWires(context, { wires }, values, lit, colours) {
  const weighted = wires.map((each) => ({ ...each, weight: values ? values[each.node] : null }));
  weighted.sort((one, other) => Math.abs(one.weight) - Math.abs(other.weight));
  for (const { path, from, to, weight, thickest } of weighted) {
    const { colour, dash, size } = lookOf(weight, colours);
    context.strokeStyle = colour;
    context.lineWidth = THINNEST + (thickest - THINNEST) * size;
    context.globalAlpha = !lit ? 0.45 + (0.45 * thickest) / THICK : from === lit || to === lit ? 1 : 0.08;
    context.setLineDash(dash);
    context.stroke(path);
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
}

// size: the share of the thickest wire.
function lookOf(weight, { edge, zero, trouble, positive, negative }) {
  if (weight === null) return { colour: edge, dash: [], size: 0 };
  if (!Number.isFinite(weight)) return { colour: trouble, dash: [7, 4], size: 1 };
  if (Math.abs(weight) < NEARLY_NONE) return { colour: zero, dash: [2, 5], size: 0 };
  return { colour: weight < 0 ? negative : positive, dash: [], size: Math.tanh(Math.abs(weight) / TYPICAL) };
}

// Thumbnails side by side as one image: cells (neurons, size, size), row 0 at the bottom.
export class Thumbs {
  constructor() {
    Object.assign(this, { image: document.createElement("canvas"), size: 0, cells: null, stale: false, ground: "" });
  }

  write({ size, cells }) {
    Object.assign(this, { size, cells, stale: true });
  }

  paint(colours) {
    if (!this.cells || (!this.stale && this.ground === colours.bg)) return;
    Object.assign(this, { stale: false, ground: colours.bg });
    const { size, cells } = this;
    const count = cells.length / size ** 2;
    const table = ramp(colours, -MIDDLE, 255 - MIDDLE, 0, 255 - MIDDLE);
    const pixels = new ImageData(size, size * count);
    const paint = new Uint32Array(pixels.data.buffer);
    for (let thumb = 0, from = 0; thumb < count; thumb += 1) {
      for (let row = size - 1; row >= 0; row -= 1) {
        for (let column = 0; column < size; column += 1, from += 1) paint[(thumb * size + row) * size + column] = table[cells[from]];
      }
    }
    if (this.image.height !== pixels.height || this.image.width !== size) Object.assign(this.image, { width: size, height: pixels.height });
    this.image.getContext("2d").putImageData(pixels, 0, 0);
  }
}

export function paintBoxes(context, { boxes }, values, thumbs, { lit, chosen }, colours) {
  for (const box of boxes) {
    const { side } = box;
    const [left, top] = [box.x - side / 2, box.y - side / 2];
    const shape = new Path2D();
    shape.roundRect(left, top, side, side, ROUNDED * side);
    const value = values ? values[box.node] : NaN;
    context.fillStyle = box.thumb === null || thumbs.cells ? colours.card : toneOf(colours, value);
    context.fill(shape);
    if (box.thumb !== null && thumbs.cells) paintThumb(context, shape, thumbs, box.thumb, left, top, side);
    const now = box.node === chosen;
    context.strokeStyle = now || box === lit ? colours.accent : box.thumb === null ? colours.edge : colours.soft;
    context.lineWidth = now ? 2.5 : box === lit ? 2 : 1.25;
    context.stroke(shape);
    write(context, box, value, colours);
  }
}

function paintThumb(context, shape, { image, size }, place, left, top, side) {
  context.save();
  context.clip(shape);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, place * size, size, size, left, top, side, side);
  context.restore();
}

function write(context, { x, y, side, valued, thumb, name }, value, colours) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  if (thumb === null && side >= SMALLEST_NAMED) {
    const size = side > SMALLEST_LARGE ? 13 : 11;
    context.font = colours.numbers.replace("11px", `${size}px`);
    context.fillStyle = colours.ink;
    context.fillText(fit(name, side - 4, size), x, y + 0.5);
  }
  if (!valued || Number.isNaN(value)) return;
  context.font = colours.numbers;
  context.fillStyle = colours.ink;
  context.fillText(short(value, 3), x, y + side / 2 + 11);
}
