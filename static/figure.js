// Where the parts of a drawn network stand: columns from the inputs to the output, their neurons
// around one middle, the wires between them.

const HEAD = 76; // px above the neurons, for the buttons
const PAD = 12;
const USUAL = 6; // neurons a layer, for which room is kept
const SIDES = [10, 44]; // px, a neuron's side, at least and at most
const LEGEND = 20; // px below a neuron, for its value
const ACROSS = [72, 176]; // px from column to column
const UP = [13, 84]; // px from neuron to neuron
const ROOMY = 56; // px from neuron to neuron where the values find room
const THICKNESS = 0.075; // of that, of the thickest wire
const THICKEST = [1.25, 6]; // px

const clamp = (at, [least, most]) => Math.min(Math.max(at, least), most);

// counts: how many boxes each column has. Returns the size of the figure, its top, how far the columns
// are apart, and of each its x, the y of its boxes (middles, in px), their side, whether values fit
// below them, and how thick a wire may be.
export function arrange(counts, room) {
  const across = clamp((room.width - 2 * PAD) / counts.length, ACROSS);
  const width = Math.max(room.width, counts.length * across + 2 * PAD);
  // A small network stands in the middle; one that grows goes down, so that its buttons stay.
  const top = Math.max(0, (room.height - HEAD - USUAL * UP[1] - PAD) / 2);
  const tall = Math.max(room.height - top - HEAD - PAD, Math.max(...counts) * UP[0]);
  const filled = Math.max(...counts.map((count) => count * clamp(tall / count, UP)), Math.min(tall, USUAL * UP[1]));
  const columns = counts.map((count, column) => ({
    x: width / 2 + (column - (counts.length - 1) / 2) * across,
    ...stack(count, clamp(tall / count, UP), top + HEAD + filled / 2, across),
  }));
  return { width, height: top + HEAD + tall + PAD, top, across, columns };
}

function stack(count, up, middle, across) {
  const valued = up >= ROOMY;
  const side = clamp(valued ? up - LEGEND - 10 : 0.82 * up, [SIDES[0], Math.min(SIDES[1], 0.6 * across)]);
  const first = middle - ((count - 1) / 2) * up - (valued ? LEGEND / 2 : 0);
  return { side, valued, thickest: clamp(THICKNESS * up, THICKEST), ys: Array.from({ length: count }, (_, row) => first + row * up) };
}

// A wire from the right side of a box to the left side of another, into the place-th of its entries.
export function wire(from, to, place, entries) {
  const spread = entries > 1 ? (place / (entries - 1) - 0.5) * 0.7 * to.side : 0;
  const [startX, endX] = [from.x + from.side / 2, to.x - to.side / 2];
  const bend = (endX - startX) / 2;
  const path = new Path2D();
  path.moveTo(startX, from.y);
  path.bezierCurveTo(startX + bend, from.y, endX - bend, to.y + spread, endX, to.y + spread);
  return path;
}
