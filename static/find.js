// Looking for nodes: the server says which match, the picture lights them, one after another is gone to.
import { drawnSource, newest, post } from "./ask.js";
import { cardAt } from "./cards.js";
import { learning, runShown } from "./learn.js";
import { settingsOfLeaves } from "./leaves.js";
import { drawMap } from "./minimap.js";
import { show } from "./reveal.js";
import { counted } from "./scales.js";
import { whenStepped } from "./walk.js";

const PATIENCE = 120; // ms after the last letter
const REST = 200; // ms between two questions
const FIELDS = "textarea, select, [popover], input:not([type=range], [type=checkbox])";

const bar = document.getElementById("find");
const query = document.getElementById("find-query");
const count = document.getElementById("find-count");
const said = document.getElementById("find-said");
const canvas = document.getElementById("canvas");

let nodes = []; // of the matches: id, name, scope, value, gradient, key; in evaluation order
let total = 0; // matches, also those beyond the ones that were sent
let now = -1; // which of them is gone to
let sentence = "";
let answered = null; // what was asked, and of which numbers
let lit = [];
let typing;
let opener = null; // had the focus before

export function startFind() {
  document.getElementById("look").addEventListener("click", open);
  document.getElementById("find-close").addEventListener("click", close);
  document.getElementById("find-next").addEventListener("click", () => move(1));
  document.getElementById("find-previous").addEventListener("click", () => move(-1));
  query.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(ask, PATIENCE);
  });
  bar.addEventListener("click", ({ target }) => target.dataset.query && lookFor(target.dataset.query));
  bar.addEventListener("keydown", key);
  canvas.addEventListener("keydown", (event) => event.defaultPrevented || bar.hidden || event.key !== "Escape" || key(event));
  document.addEventListener("keydown", shortcut);
  whenStepped(refind);
}

// The picture is another one, or its numbers are: what is looked for is looked for anew.
export function refind() {
  if (bar.hidden || !query.value.trim()) return;
  light();
  if (answered !== wanted()) ask();
}

// What is asked: the query, and the numbers that it is asked of.
const wanted = () => JSON.stringify([
  query.value, drawnSource(), settingsOfLeaves(), document.getElementById("sample").value,
  document.getElementById("predict").checked, learning() && canvas.dataset.update,
]);

function shortcut(event) {
  if (event.defaultPrevented || event.altKey) return;
  const commanded = event.ctrlKey || event.metaKey;
  const typed = event.key === "/" && !commanded && !event.target.closest(FIELDS);
  const inCanvas = event.key === "f" && commanded && event.target.closest(".canvas");
  if (!typed && !inCanvas) return;
  if (!document.getElementById("look").checkVisibility()) return; // the graph is not on the stage
  event.preventDefault();
  open();
}

function key(event) {
  if (event.key === "Escape") {
    event.preventDefault();
    close();
  } else if (event.key === "Enter" && event.target === query) {
    event.preventDefault();
    move(event.shiftKey ? -1 : 1);
  }
}

function open() {
  if (bar.hidden) opener = document.activeElement;
  bar.hidden = false;
  query.focus();
  query.select();
  ask();
}

function close() {
  clearTimeout(typing);
  bar.hidden = true;
  nodes = [];
  now = -1;
  answered = null;
  light();
  (opener?.isConnected && opener !== document.body ? opener : canvas).focus({ preventScroll: true });
}

function lookFor(words) {
  query.value = words;
  query.focus();
  answered = null; // asked twice, it is gone to twice
  ask();
}

// The next match, or the one before; of what has just been typed the first.
async function move(step) {
  clearTimeout(typing);
  if (answered !== wanted()) {
    const [typed] = JSON.parse(answered ?? "[null]");
    await ask();
    if (typed !== query.value) return;
  }
  if (nodes.length) goTo((now + step + nodes.length) % nodes.length);
}

const ask = newest(async () => {
  const asked = wanted();
  const answer = await post("/graph/find", { query: query.value, run: learning() ? runShown() : "" });
  if (!answer.ok || bar.hidden) return;
  const found = await answer.json();
  const again = JSON.parse(answered ?? "[null]")[0] === query.value;
  const before = again ? nodes[now]?.[5] : null;
  answered = asked;
  ({ nodes, count: total, sentence } = found);
  const same = nodes.findIndex(([,,,,, name]) => name === before);
  if (again && nodes.length) {
    now = Math.max(same, 0); // it is not gone to: nobody asked for it
    light();
    tell();
  } else if (nodes.length) goTo(0);
  else {
    now = -1;
    light();
    tell();
  }
}, REST);

async function goTo(place) {
  now = place;
  light();
  const shown = await show(nodes[place][0], nodes[place][2], bar.offsetTop + bar.offsetHeight);
  light(); // what was folded may be drawn now
  tell(shown);
}

// Only what changes is touched: of a large picture a thousand cards may match.
function light() {
  const cards = new Set(nodes.map(([node]) => cardAt(node)?.card).filter(Boolean));
  const current = now >= 0 ? cardAt(nodes[now][0])?.card : null;
  for (const old of lit) {
    if (!cards.has(old)) old.classList.remove("found");
    if (old !== current) old.classList.remove("current");
  }
  for (const card of cards) card.classList.add("found");
  current?.classList.add("current");
  lit = [...cards];
  drawMap();
}

// Which match it is, and what its numbers are; or what there is to say instead.
function tell(shown = true) {
  count.textContent = nodes.length ? `${counted(now + 1)} of ${counted(total)}` : "";
  const [, name, scope, value, gradient] = nodes[now] ?? [];
  const special = bar.querySelector(`[data-query="${CSS.escape(query.value)}"]`);
  const card = now >= 0 && cardAt(nodes[now][0])?.card;
  const numbers = value ? `: value ${value}, gradient ${gradient}` : "";
  const written = card ? card.getAttribute("aria-label") : `${name}${numbers}`; // at a step: what holds there
  const place = scope && !name?.startsWith(scope) ? `. In ${scope}` : "";
  const about = special || !nodes.length ? sentence : `${written}${place}.`;
  said.textContent = shown ? about : `${about} It is not drawn.`;
  for (const id of ["find-next", "find-previous"]) {
    document.getElementById(id).setAttribute("aria-disabled", String(nodes.length < 2));
  }
}
