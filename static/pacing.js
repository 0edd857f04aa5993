// The transport while a run is on: its buttons and keys, its speed, and the slider over all updates so
// far, which goes back to any of them.
import { modeIs } from "./mode.js";

const field = (id) => document.getElementById(id);
const WORDS = 62; // px that "Update" takes
const DIGIT = 9;
const ROOM = 7; // signs that the number has room for from the start, so that the track does not move
let run; // tell(words) steers it, rewind(step) goes back in it, how() is its last frame
let aim = null; // the update that the hand on the slider is gone to

export const speed = () => (field("tempo").value === "" ? null : Number(field("tempo").value));

export function startPacing(steered) {
  run = steered;
  const deeds = { restart, unlearn, run: toggle, update, epoch };
  for (const [id, deed] of Object.entries(deeds)) field(id).addEventListener("click", deed);
  field("history").addEventListener("input", () => {
    aim = Number(field("history").value);
    run.rewind(aim, () => { aim = null; });
  });
  field("history").addEventListener("blur", () => { aim = null; });
  field("tempo").addEventListener("change", () => run.tell({ do: "set", speed: speed() }));
  document.addEventListener("keydown", press);
}

const at = () => run.how().step;
const playing = () => run.how().state === "running";
const broken = () => Boolean(run.how().trouble);

function go(words) {
  aim = null;
  return run.tell(words);
}

const toggle = () => (playing() ? go({ do: "pause" }) : broken() || go({ do: "play", speed: speed() }));
const restart = () => at() && go({ do: "rewind", step: 0 });
const unlearn = () => at() && go({ do: "rewind", step: at() - 1 });
const update = () => broken() || go({ do: "step", count: 1 });
const epoch = () => broken() || go({ do: "step", epochs: 1 });

const keys = { " ": toggle, ArrowLeft: unlearn, ArrowRight: update, Home: restart, PageDown: epoch };

// Keys steer wherever they mean nothing else.
function press(event) {
  if (!modeIs("learn") || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const { target } = event;
  if (target.closest("textarea, select, [popover], .plot, .points, .nets") || target.matches("input:not([type=checkbox])")) return;
  if (event.key === " " && target.closest("button, summary, a, [type=checkbox]")) return;
  if (event.key !== " " && target.closest(".card")) return;
  const deed = keys[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
}

export function writePacing({ step = 0, reached = 0, epoch: epochs = 0 }, sampled) {
  const count = step.toLocaleString("en-US");
  if (field("at-update").lastChild.textContent !== count) {
    field("at-update").lastChild.textContent = count;
    field("at-epoch").textContent = sampled ? `epoch ${Math.floor(epochs).toLocaleString("en-US")}; drag to go back` : "drag to go back";
  }
  field("at-update").parentNode.style.minWidth = `${WORDS + DIGIT * Math.max(reached.toLocaleString("en-US").length, ROOM)}px`;
  const slider = field("history");
  slider.max = reached;
  if (aim === step) aim = null;
  if (aim === null) slider.value = step; // frames of where it was on the way do not move it back
  slider.style.setProperty("--done", reached ? slider.value / reached : 0);
  slider.setAttribute("aria-valuetext", `update ${step} of ${reached}`);
  field("run").classList.toggle("playing", playing());
  field("run").setAttribute("aria-label", playing() ? "Pause" : "Learn");
  field("run").title = playing() ? "Pause (Space)" : "Learn (Space)";
  for (const id of ["restart", "unlearn"]) able(id, step);
  for (const id of ["run", "update", "epoch"]) able(id, !broken());
}

// A button that can do nothing now keeps the focus.
const able = (id, can) => field(id).setAttribute("aria-disabled", String(!can));
