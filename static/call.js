// Where a program says data(...): its words found as the language reads them, so that one argument is
// rewritten and all else stays as it is, byte for byte.

const WORD = /#[^\n]*|'[^'\\\n]*'|"[^"\\\n]*"|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?|[\p{L}_][\p{L}\p{N}\p{M}_]*|[^\s]|\n/gu;
const NAME = /^[\p{L}_]/u;
const OPENING = "([{";
const CLOSING = ")]}";

// Every word and sign, with where it begins and ends; comments are left out.
function wordsOf(text) {
  const found = [...text.matchAll(WORD)].filter(([word]) => word[0] !== "#");
  return found.map((match) => ({ word: match[0], start: match.index, end: match.index + match[0].length }));
}

// The first call of data, or null: where it stands, its arguments, the names left of it.
export function readCall(text) {
  const words = wordsOf(text);
  const at = words.findIndex(({ word }, place) => word === "data" && words[place + 1]?.word === "(" && words[place - 1]?.word !== ".");
  if (at < 0) return null;
  const close = closing(words, at + 1);
  if (close < 0) return null;
  const args = split(words.slice(at + 2, close)).map(argument);
  const table = args.find(({ name, value }) => name === "table" && /^['"]/.test(value))?.value.slice(1, -1) ?? null;
  return { start: words[at].start, end: words[close].end, args, table, names: namesBefore(words, at) };
}

// What an argument is written as; null where it is not.
export function written(call, name) {
  return call?.args.find((each) => each.name === name)?.value ?? null;
}

// The program with one argument of data(...) set.
export function withArgument(text, name, value) {
  const call = readCall(text);
  if (!call) return text;
  const found = call.args.find((each) => each.name === name);
  if (found) return text.slice(0, found.start) + value + text.slice(found.end);
  const end = call.args.at(-1)?.end ?? call.end - 1;
  return `${text.slice(0, end)}${call.args.length ? ", " : ""}${name}=${value}${text.slice(end)}`;
}

// The program with other words for the whole call.
export function withCall(text, words) {
  const call = readCall(text);
  return call ? text.slice(0, call.start) + words + text.slice(call.end) : text;
}

function closing(words, open) {
  let depth = 0;
  for (let at = open; at < words.length; at += 1) {
    depth += OPENING.includes(words[at].word) - CLOSING.includes(words[at].word);
    if (depth === 0) return at;
  }
  return -1;
}

// The words between the commas; line ends within brackets are blanks.
function split(words) {
  const parts = [[]];
  let depth = 0;
  for (const each of words.filter(({ word }) => word !== "\n")) {
    depth += OPENING.includes(each.word) - CLOSING.includes(each.word);
    if (each.word === "," && depth === 0) parts.push([]);
    else parts.at(-1).push(each);
  }
  return parts.filter((part) => part.length);
}

function argument(words, place) {
  const named = words[1]?.word === "=" && NAME.test(words[0].word);
  const own = named ? words.slice(2) : words;
  const [start, end] = [own[0]?.start ?? words.at(-1).end, words.at(-1).end];
  return { name: named ? words[0].word : place === 0 ? "table" : "", start, end, value: own.map(({ word }) => word).join("") };
}

// The names that an assignment gives to the columns.
function namesBefore(words, at) {
  let begin = at;
  while (begin > 0 && !["\n", ";"].includes(words[begin - 1].word)) begin -= 1;
  const left = words.slice(begin, at);
  if (left.at(-1)?.word !== "=") return [];
  return left.filter(({ word }) => NAME.test(word)).map(({ word }) => word);
}
