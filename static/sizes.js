// The list of a network's layer sizes, in the program's text: changed where it stands, and all else
// kept as it is written.

export const MOST_NEURONS = 32; // in a layer
export const MOST_LAYERS = 8; // hidden ones

// A text is { source, span, sizes }: the program, where its list stands ([line, column, end line, end
// column], from 1, in characters, the end exclusive), and what the list says, the output last. Each
// function returns the text after the change; null where it would go too far.

export function resized(text, layer, count) {
  if (!hidden(text, layer) || count < 1 || count > MOST_NEURONS) return null;
  return written(text, text.sizes.with(layer, count), (list, numbers) => spliced(list, numbers[layer].start, numbers[layer].end, String(count)));
}

// A layer before the layer-th, as large as the one before it.
export function withLayer(text, layer) {
  const { sizes } = text;
  if (sizes.length > MOST_LAYERS || layer < 0 || layer >= sizes.length) return null;
  const count = sizes[layer - 1] ?? (sizes.length > 1 ? sizes[layer] : 4);
  return written(text, sizes.toSpliced(layer, 0, count), (list, numbers) => spliced(list, numbers[layer].start, numbers[layer].start, `${count}, `));
}

export function withoutLayer(text, layer) {
  if (!hidden(text, layer)) return null;
  return written(text, text.sizes.toSpliced(layer, 1), (list, numbers) => spliced(list, numbers[layer].start, numbers[layer + 1].start, ""));
}

const hidden = ({ sizes }, layer) => layer >= 0 && layer < sizes.length - 1;
const spliced = (list, start, end, by) => list.slice(0, start) + by + list.slice(end);

function written({ source, span, sizes }, next, edit) {
  const [start, end] = [offset(source, span[0], span[1]), offset(source, span[2], span[3])];
  const list = source.slice(start, end);
  const numbers = numbersOf(list);
  const known = numbers.length === sizes.length && numbers.every(({ number }, at) => number === sizes[at]);
  const text = known ? edit(list, numbers) : afresh(list, next);
  return { source: source.slice(0, start) + text + source.slice(end), span: [span[0], span[1], ...ending(span, text)], sizes: next };
}

// The numbers in a list, where each stands; not those in a comment beside it.
function numbersOf(list) {
  const found = [...list.matchAll(/#[^\n]*|\d+/g)].filter(([word]) => !word.startsWith("#"));
  return found.map(({ 0: word, index }) => ({ number: Number(word), start: index, end: index + word.length }));
}

// A list that is written in another way than number by number.
function afresh(list, sizes) {
  const [opening, closing] = { "[": "[]", "(": "()" }[list[0]] ?? ["", ""];
  return `${opening}${sizes.join(", ")}${closing}`;
}

// A place in a text, from 1 and in characters, as an index into the string.
function offset(source, line, column) {
  const lines = source.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return before + [...lines[line - 1]].slice(0, column - 1).join("").length;
}

function ending([line, column], text) {
  const lines = text.split("\n");
  const last = [...lines.at(-1)].length;
  return [line + lines.length - 1, lines.length === 1 ? column + last : last + 1];
}
