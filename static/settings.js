// How a run learns, as fields: read into what the server understands, written as the server says it is,
// and carried by the address.
import { short } from "./digits.js";
import { read } from "./leaves.js";

const field = (id) => document.getElementById(id);
const section = field("settings");
const said = field("settings-said");
const USUAL = { optimizer: "sgd", lr: 0.1, batch: null, decay: 0, l1: 0, schedule: "constant", horizon: 1000, final: 0, split: 0, seed: 0, "stop-after": null, "stop-below": null };
const WHOLE = new Set(["batch", "horizon", "seed", "stop-after"]);
const CHOICES = new Set(["optimizer", "schedule"]);
const OWN_DECAY = { adamw: 0.01 }; // where the optimizer's own default is not 0
const SHOWN_ELSEWHERE = new Set(["name", "rate", "weight_decay"]);

let now = { ...USUAL };
let numbers = {}; // of the optimizer: what is not shown in a field of its own
let weights = null; // seed of new weights

export const settings = () => ({ ...now });

// changed(words for the run, name) is called when a person has set something.
export function startSettings(changed) {
  for (const name of Object.keys(USUAL)) {
    field(name).addEventListener("change", () => {
      if (take(name, field(name).value)) changed(wordsFor(name), name);
    });
  }
  section.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-times]");
    if (!button) return;
    set(button.dataset.of, Number((now[button.dataset.of] * Number(button.dataset.times)).toPrecision(3)));
    changed(wordsFor(button.dataset.of), button.dataset.of);
  });
  field("numbers").addEventListener("change", ({ target }) => {
    const number = read(target.value);
    if (number === null) return wrong(target, "This is a number.");
    right(target);
    numbers[target.name] = number;
    return changed({ optimizer: { [target.name]: number } }, target.name);
  });
  write();
}

// What a request for a new run says.
export const regimeWords = () => ({
  ...wordsFor("optimizer"),
  batch: now.batch,
  l1: now.l1,
  schedule: now.schedule,
  horizon: now.horizon,
  final: now.final,
  split: now.split,
  stop: { after: now["stop-after"], below: now["stop-below"] },
  seed: now.seed,
  weights,
});

function wordsFor(name) {
  if (name === "optimizer") {
    return { optimizer: { name: now.optimizer, rate: now.lr, weight_decay: now.decay || (OWN_DECAY[now.optimizer] ?? 0), ...numbers } };
  }
  if (name === "lr") return { optimizer: { rate: now.lr } };
  if (name === "decay") return { optimizer: { weight_decay: now.decay } };
  if (name.startsWith("stop-")) return { stop: { after: now["stop-after"], below: now["stop-below"] } };
  return { [name]: now[name] };
}

// A field's text: taken if it can be, else said to be wrong, and what was is kept.
function take(name, text) {
  if (CHOICES.has(name)) {
    if (name === "optimizer") numbers = {};
    set(name, text);
    return true;
  }
  const empty = /^\s*(all|never|none)?\s*$/.test(text);
  const number = empty && USUAL[name] === null ? null : read(text.replace("%", "/100"));
  const fits = number === null ? empty && USUAL[name] === null : inRange(name, number);
  if (!fits) {
    wrong(field(name), complaint(name));
    return false;
  }
  set(name, number);
  return true;
}

function inRange(name, number) {
  if (WHOLE.has(name) && !Number.isInteger(number)) return false;
  if (name === "split") return number >= 0 && number <= 0.9;
  if (name === "final") return number >= 0 && number <= 1;
  if (name === "stop-below") return true;
  return number >= (WHOLE.has(name) && name !== "seed" ? 1 : 0);
}

function complaint(name) {
  const words = section.querySelector(`label[for="${name}"]`).textContent;
  if (name === "split") return `${words} is a share from 0 to 0.9.`;
  if (name === "final") return `${words} is a share from 0 to 1.`;
  if (WHOLE.has(name)) return `${words} is a whole number from ${name === "seed" ? 0 : 1}${USUAL[name] === null ? ", or empty" : ""}.`;
  return `${words} is a number from 0 up.`;
}

function wrong(element, words) {
  element.setAttribute("aria-invalid", "true");
  said.textContent = words;
  element.closest(".fact").after(said); // in sight
}

function right(element) {
  element.removeAttribute("aria-invalid");
  said.textContent = "";
}

// The server refuses a setting: its sentence stands, and the field shows what holds.
export function complain(sentence) {
  said.textContent = sentence;
}

export function set(name, value) {
  now[name] = value;
  right(field(name));
  write();
}

export const newWeights = () => {
  weights = Math.floor(Math.random() * 1e6);
  return weights;
};

// As the server says it is: another page may have changed it.
export function readRegime(regime) {
  const { optimizer, batch, split, l1, schedule, horizon, final = 0, stop } = regime;
  Object.assign(now, { optimizer: optimizer.name, lr: optimizer.rate, decay: optimizer.weight_decay, batch, split, l1, schedule, horizon, final });
  Object.assign(now, { "stop-after": stop.after, "stop-below": stop.below });
  const others = Object.entries(optimizer).filter(([name]) => !SHOWN_ELSEWHERE.has(name));
  const wanted = JSON.stringify(others);
  if (field("numbers").dataset.shown !== wanted) showNumbers(others, wanted);
  write();
}

function showNumbers(others, wanted) {
  field("numbers").dataset.shown = wanted;
  field("numbers").replaceChildren(...others.map(([name, number]) => {
    const row = Object.assign(document.createElement("div"), { className: "fact" });
    const label = Object.assign(document.createElement("label"), { htmlFor: `number-${name}`, textContent: name });
    const input = Object.assign(document.createElement("input"), { type: "text", className: "number", id: `number-${name}`, name, value: short(number), inputMode: "decimal" });
    row.append(label, input);
    return row;
  }));
}

function write() {
  for (const [name, value] of Object.entries(now)) {
    const element = field(name);
    if (document.activeElement === element && element.tagName === "INPUT") continue;
    element.value = value === null ? "" : CHOICES.has(name) || WHOLE.has(name) ? value : short(value);
    element.removeAttribute("aria-invalid");
  }
  for (const row of section.querySelectorAll(".scheduled")) row.hidden = now.schedule === "constant";
}

// Of the address: what is not as usual.
export function settingsForLink() {
  const words = new URLSearchParams();
  for (const [name, usual] of Object.entries(USUAL)) {
    const same = name === "decay" ? now.decay === (OWN_DECAY[now.optimizer] ?? 0) : now[name] === usual;
    if (!same) words.set(name, now[name]);
  }
  if (weights !== null) words.set("weights", weights);
  return words;
}

export function readSettings(words) {
  for (const name of Object.keys(USUAL)) {
    const text = words.get(name);
    if (text === null) continue;
    if (!CHOICES.has(name)) take(name, text);
    else if ([...field(name).options].some(({ value }) => value === text)) set(name, text);
  }
  if (words.get("decay") === null) now.decay = OWN_DECAY[now.optimizer] ?? 0;
  if (/^\d+$/.test(words.get("weights") ?? "")) weights = Number(words.get("weights"));
  write();
}
