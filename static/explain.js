// The panel beside the picture: the card of the step, the open node, the proof, the prediction.
import { newest, post } from "./ask.js";
import { copy } from "./link.js";
import { bringIntoView, card, light, lightEdge } from "./picture.js";
import { at, goTo, nextPass, open, predicting, reveal, stops, toggleStop, under, whenStepped } from "./walk.js";

const field = (id) => document.getElementById(id);
const panel = field("card");
const inspector = field("inspector");
let said = "";

export function startExplain() {
  whenStepped(showCard);
  inspector.addEventListener("pointerover", point);
  inspector.addEventListener("pointerleave", () => light(null));
  inspector.addEventListener("focusin", point);
  inspector.addEventListener("focusout", () => light(null));
  inspector.addEventListener("click", click);
  inspector.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.id === "answer") answer();
  });
  field("prove").addEventListener("click", prove);
}

const fetchCard = newest(async () => {
  const answer = await post("/walk/card", { answer: "" });
  if (answer.ok) write(await answer.text());
});

function showCard() {
  field("prove").disabled = predicting(); // it would tell every number
  field("proof").replaceChildren();
  if (under()) document.fonts.load('16px "Noto Sans Math"'); // before the first formula needs it
  if (under() || field("node").value) fetchCard();
  else write("");
  markStops();
}

function write(html) {
  panel.innerHTML = html; // the server's own fragment, escaped there
  const text = panel.querySelector("[data-text]")?.dataset.text ?? "";
  field("said").textContent = text;
  if (text !== said && text) field("summary").textContent = text;
  said = text;
  markStops();
  const idle = document.activeElement === document.body || document.activeElement.closest(".inspector, .transport");
  if (idle && !document.activeElement.matches("input")) field("answer")?.focus();
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

async function click(event) {
  const { target } = event;
  const to = target.closest("[data-step]");
  if (to) return goTo(Number(to.dataset.step));
  if (target.id === "stop-here") return toggleStop(target.dataset.key);
  if (target.id === "next-pass") return nextPass();
  if (target.id === "check") return answer();
  if (target.id === "reveal") return reveal();
  if (target.id === "latex") {
    target.textContent = (await copy(target.dataset.latex)) ? "Copied" : "It could not be copied";
    return;
  }
  const factor = target.closest("[data-node]");
  if (factor) {
    const there = card(factor.dataset.node);
    bringIntoView(there);
    open(there.dataset.key);
  }
}

async function answer() {
  const typed = field("answer").value;
  if (!typed.trim()) return;
  const found = await post("/walk/card", { answer: typed });
  if (!found.ok) return;
  const step = at.step;
  write(await found.text());
  const right = field("hint")?.dataset.right;
  if (right === "1" && at.step === step) {
    reveal(true);
    field("next").focus(); // Enter goes on
  } else {
    field("answer")?.select();
  }
}

async function prove() {
  const button = field("prove");
  button.disabled = true;
  try {
    const answer = await post("/walk/proof");
    if (answer.ok) field("proof").innerHTML = await answer.text(); // the server's own fragment
  } finally {
    button.disabled = predicting();
  }
}
