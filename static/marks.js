// The marks of samples: a shape a class, filled, or hollow where the sample is kept for testing. Each
// look is drawn once and stamped from then on.

const RIM = 1.25; // px around a mark, in the canvas' colour, so that neighbours stay apart
const MOST = 400; // stamps kept; each zoom and theme brings new ones

const stamps = new Map();

const corners = (count, radius, turn) => Array.from({ length: count }, (_, at) => {
  const angle = turn + (2 * Math.PI * at) / count;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
});

// Radii that make the areas equal to the eye.
const OUTLINES = {
  diamond: (r) => corners(4, 1.22 * r, 0),
  square: (r) => corners(4, 1.25 * r, Math.PI / 4),
  triangle: (r) => corners(3, 1.4 * r, -Math.PI / 2),
  cross: (r) => [[-0.4, -1.15], [0.4, -1.15], [0.4, -0.4], [1.15, -0.4], [1.15, 0.4], [0.4, 0.4], [0.4, 1.15], [-0.4, 1.15], [-0.4, 0.4], [-1.15, 0.4], [-1.15, -0.4], [-0.4, -0.4]].map(([x, y]) => [x * r, y * r]),
};

function outline(shape, radius) {
  const path = new Path2D();
  if (shape === "circle") path.arc(0, 0, radius, 0, 2 * Math.PI);
  else for (const [at, point] of OUTLINES[shape](radius).entries()) path[at ? "lineTo" : "moveTo"](...point);
  path.closePath();
  return path;
}

// One mark with its middle at a place, to the nearest px of the screen.
export function mark(context, sheet, x, y, { colour, shape, hollow = false }, radius) {
  const { density } = sheet;
  const image = stampOf({ colour, shape, hollow, radius, density, ground: sheet.colours.bg });
  const snapped = (at) => Math.round(at * density - image.width / 2) / density;
  context.drawImage(image, snapped(x), snapped(y), image.width / density, image.height / density);
}

function stampOf(look) {
  const key = Object.values(look).join();
  if (!stamps.has(key)) {
    if (stamps.size > MOST) stamps.clear();
    stamps.set(key, cut(look));
  }
  return stamps.get(key);
}

function cut({ colour, shape, hollow, radius, density, ground }) {
  const half = Math.ceil((1.5 * radius + RIM) * density);
  const image = Object.assign(document.createElement("canvas"), { width: 2 * half, height: 2 * half });
  const context = image.getContext("2d");
  context.setTransform(density, 0, 0, density, half, half);
  context.lineJoin = "round";
  const path = outline(shape, hollow ? radius - 0.5 : radius);
  context.strokeStyle = ground;
  context.lineWidth = 2 * RIM + (hollow ? 1.5 : 0);
  context.stroke(path);
  context.fillStyle = hollow ? ground : colour;
  context.fill(path);
  if (hollow) {
    context.strokeStyle = colour;
    context.lineWidth = 1.5;
    context.stroke(path);
  }
  return image;
}

// The sample that is drawn in the graph: larger, with a ring.
export function chosenMark(context, sheet, x, y, look, radius) {
  const { bg, accent } = sheet.colours;
  context.lineWidth = 6;
  context.strokeStyle = bg;
  ring(context, x, y, radius + 4);
  context.lineWidth = 2;
  context.strokeStyle = accent;
  ring(context, x, y, radius + 4.5);
  mark(context, sheet, x, y, look, radius + 1.5);
}

function ring(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

// A point that is no sample.
export function crossMark(context, sheet, x, y, size = 5.5) {
  for (const [colour, width] of [[sheet.colours.bg, 6.5], [sheet.colours.accent, 2.5]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    context.stroke();
  }
}
