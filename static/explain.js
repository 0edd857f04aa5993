// The panel beside the picture: the card of the step, the open node, the proof, the prediction.
import { drawnSource, newest, post, wish } from "./ask.js";
import { holderOf } from "./cards.js";
import { copy } from "./link.js";
import { bringIntoView, light, lightEdge } from "./picture.js";
import { pause } from "./play.js";
import { goTo, nextPass, open, predicting, reveal, stops, toggleStop, under, whenStepped, whenStopped } from "./walk.js";

const field = (id) => document.getElementById(id);
const panel = field("card");
const inspector = field("inspector");
const REST = 100; // ms between two cards: a slider under way asks for more than can be read
const NOTICE = 1600; // ms
let said = "";
let opened = ""; // the node whose card was open
let proved = ""; // what the proof that is shown is about

export function startExplain() {
  whenStepped(showCard);
  whenStopped(markStops);
  inspector.addEventListener("pointerover", point);
  inspector.addEventListener("pointerleave", () => light(null));
  inspector.addEventListener("focusin", point);
  inspector.addEventListener("focusout", () => light(null));
  inspector.addEventListener("click", click);
  inspector.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.id === "answer") answer();
  });
}

const wanted = () => under() || field("node").value !== "";

const fetchCard = newest(async () => {
  const about = wish();
  const answer = await post("/walk/card", { answer: "" });
  if (answer.ok && about === wish()) write(await answer.text());
}, REST);

function showCard() {
  field("prove").setAttribute("aria-disabled", String(predicting())); // it would tell every number
  if (proved !== subject()) field("proof").replaceChildren();
  if (under()) document.fonts.load('16px "Noto Sans Math"'); // before the first formula needs it
  if (wanted()) fetchCard();
  else write("");
}

// What a proof is about: the program, its inputs, the mistakes; not where one stands.
function subject() {
  const asked = new URLSearchParams(wish());
  return JSON.stringify([drawnSource(), asked.getAll("set"), asked.getAll("broken"), asked.get("predict")]);
}

function write(html) {
  const again = sameAgain(document.activeElement);
  panel.innerHTML = html; // the server's own fragment, escaped there
  const text = panel.querySelector("[data-text]")?.dataset.text ?? "";
  if (text !== said && text) field("summary").textContent = text;
  said = text;
  markStops();
  const at = document.activeElement;
  const free = at === document.body || at.closest(".inspector, .transport");
  if (free && !at.matches("input") && field("answer")) field("answer").focus({ preventScroll: true });
  else if (again) (panel.querySelector(again) ?? panel.querySelector("section"))?.focus();
  const node = field("node").value;
  if (node && node !== opened) panel.querySelector(".open")?.scrollIntoView({ block: "nearest" });
  opened = node;
}

// How to find again, in the next card, what has the focus in this one; null where nothing has.
function sameAgain(element) {
  if (!panel.contains(element)) return null;
  if (element.id) return `#${element.id}`;
  const { node, operand } = element.dataset;
  return node === undefined ? "section" : `button[data-node="${node}"]${operand ? `[data-operand="${operand}"]` : ""}`;
}

function markStops() {
  const button = field("stop-here");
  if (!button) return;
  const stopping = stops.has(button.dataset.key);
  button.setAttribute("aria-pressed", String(stopping));
  button.textContent = stopping ? "Do not stop here" : "Stop here";
}

// Pointing at a factor lights its node, or the edge it belongs to; clicking goes there.
function point(event) {
  const factor = event.target.closest("[data-node]");
  if (!factor) return event.type === "pointerover" ? light(null) : undefined;
  const { node, operand } = factor.dataset;
  if (operand === undefined) light(node);
  else lightEdge(node, operand);
}

const deeds = {
  "stop-here": (button) => toggleStop(button.dataset.key),
  "next-pass": nextPass,
  check: answer,
  reveal: () => reveal(),
  latex: copyLatex,
  prove,
};

function click({ target }) {
  const step = target.closest("[data-step]");
  const factor = target.closest("[data-node]");
  if (step) {
    pause();
    goTo(Number(step.dataset.step));
  } else if (target.id in deeds) {
    deeds[target.id](target);
  } else if (factor) {
    const there = holderOf(factor.dataset.node);
    if (!there) return;
    bringIntoView(there);
    if (there.dataset.node !== undefined) open(there.dataset.key);
  }
}

async function copyLatex(button) {
  const words = button.textContent;
  button.textContent = (await copy(button.dataset.latex)) ? "Copied" : "It could not be copied";
  setTimeout(() => { button.textContent = words; }, NOTICE);
}

async function answer() {
  const typed = field("answer").value;
  if (!typed.trim()) return;
  const about = wish();
  const found = await post("/walk/card", { answer: typed });
  if (!found.ok || about !== wish()) return; // another question is asked by now
  write(await found.text());
  if (field("hint")?.dataset.right === "1") {
    reveal(true);
    field("next").focus({ preventScroll: true }); // Enter goes on
  } else {
    field("answer")?.select();
  }
}

async function prove() {
  if (predicting()) return;
  const about = subject();
  const answer = await post("/walk/proof");
  if (!answer.ok || about !== subject()) return;
  field("proof").innerHTML = await answer.text(); // the server's own fragment
  proved = about;
}
