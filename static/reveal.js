// Showing a node that somebody wants to see: what it is folded into is opened, its card brought into view.
import { cardAt } from "./cards.js";
import { reveal } from "./fold.js";
import { lookAt } from "./picture.js";

// Whether it is shown now; `path` is the scope it lies in, `above` are px at the top of the view that
// something else covers.
export async function show(node, path, above = 0) {
  if (!cardAt(node) && path) await reveal(path);
  const found = cardAt(node)?.card;
  if (!found) return false;
  lookAt(found, above);
  return true;
}
