// Showing a node that somebody wants to see: its card is brought into view, readable.
import { cardAt } from "./cards.js";
import { lookAt } from "./picture.js";

// Whether it is shown now; `above` are px at the top of the view that something else covers.
export function show(node, above = 0) {
  const found = cardAt(node)?.card;
  if (!found) return false;
  lookAt(found, above);
  return true;
}
