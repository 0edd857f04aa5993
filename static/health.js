// How large activations and gradients are, layer by layer, and what ails a layer, in words.
import { short } from "./digits.js";

const LEAST = -6; // the bars' ends, as powers of ten
const MOST = 2;
const SIGN = "\u26a0\ufe0e";
const GRAVE = new Set(["exploding", "dead"]);

// frame.health: a row a layer: name, activation and gradient (mean sizes), verdict, sentence.
export function writeHealth(element, health) {
  element.classList.add("health");
  const shape = JSON.stringify(health.map(({ name }) => name));
  if (element.dataset.shape !== shape) build(element, health, shape);
  const rows = element.querySelectorAll("tbody");
  for (const [at, layer] of health.entries()) writeLayer(rows[at], layer);
}

function writeLayer(row, { activation, gradient, verdict, sentence }) {
  size(row.querySelector(".activation"), activation);
  size(row.querySelector(".gradient"), gradient);
  const said = row.querySelector(".ails");
  const words = verdict && `${verdict}|${sentence}`;
  if (said.dataset.words === words) return;
  said.dataset.words = words;
  said.hidden = !verdict;
  said.classList.toggle("grave", GRAVE.has(verdict));
  if (!verdict) return said.firstElementChild.replaceChildren();
  const named = `${verdict.slice(0, 1).toUpperCase()}${verdict.slice(1)}.`;
  const name = Object.assign(document.createElement("strong"), { textContent: GRAVE.has(verdict) ? `${SIGN} ${named}` : named });
  said.firstElementChild.replaceChildren(name, ` ${sentence}`);
}

function size(cell, number) {
  const words = number === null ? "no finite number" : short(number, 2);
  if (cell.title === words) return;
  cell.title = words;
  cell.querySelector(".unseen").textContent = words;
  const share = number === null ? 1 : number > 0 ? (Math.log10(number) - LEAST) / (MOST - LEAST) : 0;
  cell.querySelector("i").style.width = `${100 * Math.min(Math.max(share, 0), 1)}%`;
}

function build(element, health, shape) {
  element.dataset.shape = shape;
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of ["layer", "activation", "gradient"]) head.append(Object.assign(document.createElement("th"), { scope: "col", textContent: name }));
  for (const { name } of health) {
    const body = table.createTBody();
    const row = body.insertRow();
    row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: name, title: name }), bar("activation"), bar("gradient"));
    const said = body.insertRow();
    said.className = "ails";
    said.hidden = true;
    said.insertCell().colSpan = 3;
  }
  element.replaceChildren(table);
}

function bar(kind) {
  const cell = Object.assign(document.createElement("td"), { className: kind });
  const rail = document.createElement("span");
  rail.append(document.createElement("i"));
  cell.append(rail, Object.assign(document.createElement("span"), { className: "unseen" }));
  return cell;
}
