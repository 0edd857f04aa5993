// Numbers as people read them, digit for digit as engine/numerals.py and engine/drawing/cards.py
// write them: significant digits, a real minus sign, bars and widths by the logarithm of the size.

export const MINUS = "\u2212";
const DIGITS = 4;
const [SMALLEST_PLAIN, LARGEST_PLAIN] = [1e-3, 1e6];
const [SMALLEST_SHORT, LARGEST_SHORT] = [1e-100, 1e100]; // beyond, an exponent takes a digit's place
const EXACT = 100; // digits that toExponential gives at most
const [LEAST, MOST] = [-3, 3]; // powers of ten at which a bar or wire is shortest and longest
export const [THINNEST, THICKEST] = [1.25, 5]; // px

export function short(number, digits = DIGITS) {
  if (Number.isNaN(number)) return "nan";
  const sign = number < 0 ? MINUS : "";
  const size = Math.abs(number);
  if (size === Infinity) return `${sign}\u221e`;
  if (size === 0) return "0";
  return sign + (size >= SMALLEST_PLAIN && size < LARGEST_PLAIN ? plain(size, digits) : scientific(size, digits));
}

export const signed = (number, digits = DIGITS) => (number > 0 ? `+${short(number, digits)}` : short(number, digits));

// Whole digits before the point are never rounded away.
function plain(size, digits) {
  const whole = size >= 1 ? String(Math.trunc(size)).length : 0;
  if (whole >= digits) return evened(size, whole).toFixed(0);
  return bare(evened(size, digits).toPrecision(digits));
}

function scientific(size, digits) {
  const kept = size > SMALLEST_SHORT && size < LARGEST_SHORT ? digits : Math.max(digits - 1, 1);
  const [mantissa, exponent] = evened(size, kept).toExponential(kept - 1).split("e");
  return `${bare(mantissa)}e${Number(exponent)}`.replace("-", MINUS);
}

const bare = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

// Halves go to the even digit, as in Python; JavaScript would round them up. Such a number is cut
// before it is written.
function evened(size, digits) {
  const [mantissa, exponent] = size.toExponential(digits).split("e");
  if (!/[02468]\.?5$/.test(mantissa) || Number(`${mantissa}e${exponent}`) !== size) return size;
  const [whole] = size.toExponential(EXACT).split("e");
  return /^0*$/.test(whole.slice(mantissa.length)) ? Number(`${mantissa.slice(0, -1)}e${exponent}`) : size;
}

export function tone(gradient) {
  if (!Number.isFinite(gradient)) return "trouble";
  return gradient > 0 ? "positive" : gradient < 0 ? "negative" : "zero";
}

// 0 to 1 by the logarithm of the size; what has no finite size counts as 1.
function share(gradient) {
  const size = Number.isFinite(gradient) ? Math.abs(gradient) : 1;
  return size === 0 ? 0 : Math.min(Math.max((Math.log10(size) - LEAST) / (MOST - LEAST), 0), 1);
}

// x and width of a gradient's bar on a card of this width: from its middle, right for positive.
export function bar(gradient, width, padding) {
  if (gradient === 0 || !Number.isFinite(gradient)) return [width / 2, 0];
  const [middle, half] = [width / 2, width / 2 - padding];
  const length = rounded(Math.max(share(gradient), 0.04) * half, 1);
  return gradient > 0 ? [middle, length] : [rounded(middle - length, 1), length];
}

// px of a wire that carries a gradient.
export const thickness = (gradient) => rounded(THINNEST + (THICKEST - THINNEST) * share(gradient), 2);

// px from 1 up, halves to the even digit.
function rounded(number, places) {
  const whole = String(Math.trunc(number)).length;
  return Number(evened(number, whole + places).toFixed(places));
}

// 0.985 -> 98.5 %
export const percent = (part) => `${(100 * part).toFixed(1)} %`;

const ADVANCE = 0.6; // em; every glyph of the mono face alike
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

// The width in px of a text in the mono face; wide scripts count double.
export function textWidth(text, size) {
  let cells = 0;
  for (const character of text) cells += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return cells * ADVANCE * size;
}

const PATH = /^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)+$/u;

// A text, cut with an ellipsis where it is wider than `room` px; a dotted name at its beginning.
export function fit(text, room, size) {
  if (textWidth(text, size) <= room) return text;
  const path = PATH.test(text);
  let kept = room - textWidth("\u2026", size);
  let cut = "";
  for (const character of path ? [...text].reverse() : text) {
    kept -= textWidth(character, size);
    if (kept < 0) break;
    cut = path ? character + cut : cut + character;
  }
  return path ? `\u2026${cut.replace(/^\.+/, "")}` : `${cut.trimEnd()}\u2026`;
}
