// A person's own data: sent to the server, which answers with a key; kept here too, so that it can be
// sent again when the server has forgotten it. Small data goes into the link.

const KEPT = "own data"; // in sessionStorage
const MOST_KEPT = 2_000_000; // characters; more is kept while the page is open only

const field = document.getElementById("mine");
let sent = null; // what was sent last and taken: { rule } or { points } or { link } or { text, name }, and its classes
let answered = null;
let turn = 0;

// What the server has said of the data that is in use: its name, columns, count and link.
export const own = () => answered;

// The key is in the form while the program asks for it: another program needs none.
export function putKey(wanted) {
  if (!wanted) field.value = "";
  else if (answered) field.value = answered.key;
}

// Send data; the answer of the server, { error } if it is refused, or null if a newer wish has
// overtaken this one. Throws where the server does not answer.
export async function send(data) {
  const mine = (turn += 1);
  const answer = await post(data);
  if (mine !== turn) return null;
  if (!answer.error) take(data, answer);
  return answer;
}

// What fits the data that has no table of its own: a program for one of the built-in tables.
export const ask = (data) => post(data);

function take(data, answer) {
  sent = data;
  answered = answer;
  field.value = answer.key;
  keep();
}

async function post(data) {
  const response = await fetch("/data", { method: "POST", ...(await bodyOf(data)) });
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/json")) return response.json();
  return { error: { message: "The server could not take this.", hint: "Try again." } };
}

async function bodyOf({ text, file, name = "", ...rest }) {
  if (text === undefined && !file) return { body: JSON.stringify(rest), headers: { "content-type": "application/json" } };
  const form = new FormData();
  form.set("file", file ?? new Blob([text], { type: "text/csv" }), name);
  if (rest.classes) form.set("classes", rest.classes.join());
  return { body: form };
}

// The server has forgotten a key: send the data once more. False where there is none to send.
export async function restore() {
  sent ??= kept();
  return Boolean(sent) && !(await send(sent))?.error;
}

async function keep() {
  try {
    sessionStorage.removeItem(KEPT);
    const { file, ...rest } = sent;
    if (file && file.size <= MOST_KEPT) rest.text = await file.text();
    const text = JSON.stringify(rest);
    if (text.length <= MOST_KEPT && (!file || rest.text !== undefined)) sessionStorage.setItem(KEPT, text);
  } catch {
    // full, or forbidden: the copy of this page is left
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

// What a link says of one's own data, ready to append; "" where it is too large for a link.
export function linkWords() {
  if (!answered?.link) return "";
  return `&data=${encodeURIComponent(answered.link).replace(/%(2C|2F|3A|3B|3D|5E)/g, decodeURIComponent).replaceAll("%20", "+")}`;
}
