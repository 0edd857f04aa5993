// Sliders and number fields: they send what was set, and write the numbers that come back into the
// picture that is there. No node moves. The newest setting wins; one request is under way at a time.
import { complain, readNotes } from "./editor.js";
import { writeLink } from "./link.js";

const form = document.getElementById("program");
const leaves = document.getElementById("leaves");
const MINUS = "\u2212";

let drawnText = "";
let shown = { cards: [], wires: [] };
let wanted = false;
let asking = false;

export function startLeaves() {
  leaves.addEventListener("input", (event) => {
    const row = event.target.closest(".leaf");
    if (event.target.type === "range") set(row, event.target.value);
    else if (event.target.matches(".number")) type(row, event.target);
  });
  leaves.addEventListener("click", (event) => {
    const row = event.target.closest(".back")?.closest(".leaf");
    if (!row) return;
    set(row, row.dataset.written);
    row.querySelector(".number").focus();
  });
  leaves.addEventListener("focusin", ({ target }) => {
    if (!target.matches(".number")) return;
    target.value = target.dataset.exact;
    target.select();
  });
  leaves.addEventListener("focusout", ({ target }) => target.matches(".number") && rest(target));
  leaves.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // there is nothing to submit
  });
  form.addEventListener("submit", (event) => event.preventDefault());
}

export function readLeaves(text) {
  drawnText = text;
  const svg = document.querySelector("#drawn > svg");
  shown = {
    wires: [...svg.querySelectorAll(".wire")],
    cards: [...svg.querySelectorAll(".card")].map((card) => ({
      card,
      title: card.querySelector("title"),
      name: card.querySelector(".name"),
      value: card.querySelector(".value"),
      grad: card.querySelector(".grad"),
      bar: card.querySelector(".bar"),
    })),
  };
}

function type(row, field) {
  const text = field.value.trim().replaceAll(MINUS, "-").replace(",", ".");
  const number = text === "" ? NaN : Number(text);
  field.setAttribute("aria-invalid", String(!Number.isFinite(number)));
  if (Number.isFinite(number)) set(row, String(number));
}

function set(row, text) {
  const number = Number(text);
  const [slider, field, setting] = ['[type="range"]', ".number", '[name="set"]'].map((part) => row.querySelector(part));
  const changed = number !== Number(row.dataset.written);
  if (Math.abs(number) > Number(slider.max)) {
    slider.max = 2 * Math.abs(number);
    slider.min = -slider.max;
  }
  slider.value = number;
  field.dataset.exact = field.title = text;
  if (document.activeElement !== field) field.value = text.replace("-", MINUS);
  setting.value = `${row.dataset.name}:${text}`;
  setting.disabled = !changed;
  row.classList.toggle("changed", changed);
  wanted = true;
  ask();
}

// A field at rest shows its number short, as its card does.
function rest(field) {
  field.removeAttribute("aria-invalid");
  const node = field.closest(".leaf").dataset.node;
  field.value = shown.cards[node]?.value.textContent ?? field.dataset.exact;
}

async function ask() {
  if (asking) return;
  asking = true;
  while (wanted) {
    wanted = false;
    const body = new FormData(form);
    body.set("source", drawnText);
    try {
      const answer = await fetch("/graph/numbers", { method: "POST", body: new URLSearchParams(body) });
      if (!answer.ok) break;
      const numbers = await answer.json();
      if (numbers.stale) window.htmx.trigger("#source", "redraw");
      else if (body.get("source") === drawnText) write(numbers);
    } catch {
      complain("The server does not answer. What you set is kept; set it again to try again.");
      break;
    }
  }
  asking = false;
}

function write(numbers) {
  for (const [place, part] of shown.cards.entries()) {
    const [name, value, valueExact, grad, gradExact, tone, x, width, trouble, spoken] = numbers.cards[place];
    say(part.name, name);
    say(part.value, value);
    say(part.grad, grad);
    part.bar.setAttribute("x", x);
    part.bar.setAttribute("width", width);
    retone(part.card, tone);
    part.card.classList.toggle("broken", Boolean(trouble));
    part.card.setAttribute("aria-label", spoken);
    const whole = part.title.textContent.split("\n", 1)[0].replace(/ = [^=]*$/, "");
    say(part.title, [`${whole} = ${valueExact}`, `gradient ${gradExact}`, ...(trouble ? [trouble] : [])].join("\n"));
  }
  for (const [place, [tone, width]] of numbers.wires.entries()) {
    retone(shown.wires[place], tone);
    shown.wires[place].setAttribute("stroke-width", width);
  }
  for (const field of leaves.querySelectorAll(".number")) if (document.activeElement !== field) rest(field);
  document.getElementById("notes").innerHTML = numbers.notes; // the server's own fragment, escaped there
  document.getElementById("summary").textContent = numbers.summary;
  if (document.getElementById("source").value === drawnText) readNotes();
  writeLink(numbers.link);
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const TONES = ["positive", "negative", "zero", "trouble"];

function retone(element, tone) {
  if (element.classList.contains(tone)) return;
  element.classList.remove(...TONES);
  element.classList.add(tone);
}
