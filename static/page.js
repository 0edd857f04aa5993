// The page, put together. JavaScript changes how things look and carries gestures; every value and
// every gradient comes from the server.
import { keepDrawing, redraw, startPicture } from "./picture.js";
import { readCards } from "./cards.js";
import { foldDrawn, readFolds, startFold } from "./fold.js";
import { complain, readFault, readMentions, readNotes, readOutput, startEditor } from "./editor.js";
import { startExport } from "./export.js";
import { refind, startFind } from "./find.js";
import { readLeaves, startLeaves } from "./leaves.js";
import { startExplain } from "./explain.js";
import { showLearn, startLearn } from "./learn.js";
import { openLink, readLink, startLink, writeLink } from "./link.js";
import { startMap } from "./minimap.js";
import { startModes } from "./mode.js";
import { startPlay } from "./play.js";
import { startScheme } from "./scheme.js";
import { ask, drop, readWalk, shortOf, startWalk, told, under } from "./walk.js";

const source = document.getElementById("source");
const RETRY = 2500; // ms

// htmx looks at the page a moment later; what happens until then must not be lost on it
window.htmx.process(source);
startEditor();
startPicture();
startFold();
startMap();
startLeaves({ under, ask, drop, told, shortOf });
startLink();
startWalk();
startPlay();
startExplain();
startModes();
startLearn();
startFind();
startExport();
startScheme();
startMenus();
drawn(source.defaultValue);
readFault(0);

// A program that takes long is said to, and can be given up: what is drawn stays.
const PATIENCE = 1000; // ms
const busy = document.getElementById("busy");
let slow;
const settled = () => {
  clearTimeout(slow);
  busy.hidden = true;
};
source.addEventListener("htmx:before:request", () => {
  clearTimeout(slow);
  slow = setTimeout(() => { busy.hidden = false; }, PATIENCE);
});
for (const end of ["after:request", "after:swap", "error"]) document.addEventListener(`htmx:${end}`, settled);
document.getElementById("give-up").addEventListener("click", () => {
  settled();
  window.htmx.trigger(source, "htmx:abort");
});

// What was sent is what will have been drawn when the answer comes.
let sent = source.value;
source.addEventListener("htmx:before:request", () => {
  sent = source.value;
});
document.addEventListener("htmx:config:request", ({ detail }) => {
  // it repeats the whole address, and with it the program: too long for a header
  delete detail.ctx.request.headers["HX-Current-URL"];
});
document.addEventListener("htmx:before:swap", () => keepDrawing());
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx.response?.status === 200) drawn(sent);
  else readFault();
  const link = document.querySelector("#fault [data-link]") ?? document.getElementById("drawn");
  writeLink(link.dataset.link);
});
document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx?.status?.includes?.("Abort")) return;
  complain("The server does not answer. Your text is kept; it is tried again.");
  setTimeout(() => window.htmx.trigger(source, "redraw"), RETRY);
});
addEventListener("online", () => window.htmx.trigger(source, "redraw"));
openLink();
if (source.value !== source.defaultValue) window.htmx.trigger(source, "redraw"); // typed while this loaded

function drawn(text) {
  const picture = document.getElementById("drawn");
  if (!picture) return readFault();
  document.getElementById("after").value = picture.dataset.drawing;
  document.getElementById("summary").textContent = picture.dataset.summary;
  readLink(picture.dataset.link);
  readCards();
  readFolds(JSON.parse(picture.dataset.folds));
  redraw();
  foldDrawn();
  readMentions(text, JSON.parse(picture.dataset.mentions));
  readLeaves(text);
  readWalk(JSON.parse(picture.dataset.walk));
  showLearn(JSON.parse(picture.dataset.learn));
  readNotes();
  readOutput();
  readFault();
  refind();
}

// In a menu the arrows walk, as menus do.
function startMenus() {
  for (const menu of document.querySelectorAll(".menu")) {
    menu.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const links = [...menu.querySelectorAll("a, [data-format]")];
      if (!step || !links.length) return;
      event.preventDefault();
      links.at((links.indexOf(document.activeElement) + step) % links.length).focus();
    });
  }
}
