// The graph, or the same program as a network: which of the two is on the stage.
import { drawnSource } from "./ask.js";
import { countNodes } from "./fold.js";
import { modeIs, whenMode } from "./mode.js";
import { Network } from "./network.js";

const field = (id) => document.getElementById(id);
const switches = field("views");
const source = field("source");
let network;
const MOST = 400; // cards of a graph that is shown first, where there is a network too
let view = null; // until a person has chosen: the graph, or of a large one the network
let hooks;

export function startViews(given) {
  hooks = given;
  network = new Network(field("network"), { rewrite, pick: hooks.pick });
  switches.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-view]");
    if (!button) return;
    view = button.dataset.view;
    show();
    hooks.changed();
  });
  whenMode(show);
}

// A button has rewritten the text: as if it had been typed, so that it can be undone.
function rewrite(text) {
  const { activeElement } = document;
  source.focus({ preventScroll: true });
  source.select();
  if (!document.execCommand?.("insertText", false, text)) {
    source.value = text;
    source.dispatchEvent(new Event("input", { bubbles: true }));
  }
  activeElement?.focus({ preventScroll: true });
}

const wanted = () => view ?? (modeIs("learn") && countNodes() > MOST ? "network" : "graph");

export const viewWants = () => wanted() === "network" && !switches.hidden;

export function viewRun(learn) {
  const networks = learn?.networks ?? [];
  switches.hidden = !networks.length;
  if (networks.length) network.draw(networks, drawnSource());
  show();
}

// The node whose boundary is shown large, null for the prediction.
export const viewLooks = (node) => network.chosen(node);

export function viewFrame(sent, frame) {
  if (!viewWants()) return;
  if (frame.values) network.write({ values: frame.values });
  if (sent.thumbs) network.thumbs(sent.thumbs);
}

function show() {
  const drawn = viewWants() ? "network" : "graph";
  network.shown(drawn === "network");
  document.querySelector(".zoom:not(.folds)").hidden = drawn === "network";
  for (const button of switches.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === drawn));
}
