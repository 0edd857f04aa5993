// The first visit offers to watch a neuron learn, until something has been learned or the offer was
// put away.
import { modeIs, whenMode } from "./mode.js";
import { whenViewed } from "./picture.js";

const DONE = "has-learned";
const LOWEST = 60; // px from the top that it takes

export function startOffer() {
  const offer = document.getElementById("first-visit");
  if (!offer) return;
  const done = () => {
    offer.hidden = true;
    localStorage.setItem(DONE, "1");
  };
  const learning = () => modeIs("learn") && done();
  offer.hidden = localStorage.getItem(DONE) === "1";
  document.getElementById("not-now").addEventListener("click", done);
  whenMode(learning);
  learning();
  // it covers nothing of the drawing
  whenViewed(({ y, scale, box }) => offer.classList.toggle("away", y < LOWEST && y + box.height * scale > 0));
}
