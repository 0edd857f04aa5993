// Colours that mean something: blue above and orange below a middle, the ground between; a hue and a
// shape a class, so that nobody needs to tell them by colour alone.

const STRENGTH = 0.5; // how far the strongest cell leaves the ground
const HUES = ["negative", "positive", "parameter", "ink", "zero"];
const SHAPES = ["diamond", "circle", "triangle", "square", "cross"];

const mix = (from, to, share) => from.map((part, at) => Math.round(part + (to[at] - part) * share));
const css = ([r, g, b]) => `rgb(${r}, ${g}, ${b})`;

// As one number, the way a Uint32Array over an ImageData wants it (machines with browsers are little
// endian).
const packed = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

// The colour of each of 256 levels from low to high: the ground at the middle, full at `reach` from it.
export function ramp({ rgb }, low, high, middle, reach) {
  return Uint32Array.from({ length: 256 }, (_, level) => {
    const share = (low + ((high - low) * level) / 255 - middle) / (reach || 1);
    const strength = STRENGTH * Math.min(Math.abs(share), 1) ** 0.8;
    return packed(mix(rgb.bg, share < 0 ? rgb.negative : rgb.positive, strength));
  });
}

// The colour of each class at each of 256 probabilities: the ground where no class is more likely.
export function classRamp({ rgb }, classes) {
  const even = 255 / classes;
  return Uint32Array.from({ length: 256 * classes }, (_, at) => {
    const sure = Math.max(((at & 255) - even) / (255 - even), 0);
    return packed(mix(rgb.bg, rgb[HUES[(at >> 8) % HUES.length]], STRENGTH * sure ** 0.8));
  });
}

// How a sample of the k-th class looks; of more classes than hues, hue and shape go apart.
export function classLook(colours, k) {
  return { colour: colours[HUES[k % HUES.length]], shape: SHAPES[(k + Math.floor(k / HUES.length)) % SHAPES.length] };
}

// How a sample looks whose target is a number: its colour says the sign and the size.
export function numberLook({ rgb }, share) {
  const size = Math.round(Math.min(Math.abs(share), 1) * 12) / 12; // few enough to keep a stamp of each
  return { colour: css(mix(rgb.zero, share < 0 ? rgb.negative : rgb.positive, size)), shape: "circle" };
}

// The ground, coloured by one number: half way at a size of about 1.
export function toneOf({ rgb }, number) {
  if (!Number.isFinite(number)) return css(rgb.card);
  return css(mix(rgb.card, number < 0 ? rgb.negative : rgb.positive, STRENGTH * Math.tanh(Math.abs(number))));
}
