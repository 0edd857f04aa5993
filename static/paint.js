// What the picture shows at a step. The server has sent, of each card and wire that is seen, its
// states and from which event on they hold.
import { holderOf, wireHolding, writeCard, writeWire } from "./cards.js";

let timelines = []; // of each card and wire: its states, and which of them it shows
let lit = [];

export function readTimelines({ cards, wires }) {
  timelines = [...timed(cards, writeCard), ...timed(wires, writeWire)];
}

export function forgetTimelines() {
  timelines = [];
  lightStep(null);
}

const timed = (times, write) => Object.entries(times).map(([place, states]) => ({ place, states, write, state: null }));

// Write what holds after so many events, where that is not what is shown.
export function paintAt(events) {
  for (const each of timelines) {
    const state = each.states.findLast(([since]) => since <= events);
    if (each.state === state) continue;
    each.state = state;
    each.write(each.place, state.slice(1));
  }
}

// What acts now is lit: the node, the operands it hands to or is made from, the wires between them.
export function lightStep(node, operands = []) {
  for (const old of lit) old.classList.remove("now", "beside");
  lit = [];
  if (node === null) return;
  mark(holderOf(node), "now");
  for (const operand of operands) {
    mark(holderOf(operand), "beside");
    mark(wireHolding(operand, node), "now");
  }
}

function mark(element, how) {
  if (!element) return;
  element.classList.add(how);
  lit.push(element);
}
