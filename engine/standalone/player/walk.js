// The walk: the picture shows what holds by the step one stands at, the card beside it explains it.
const at = { step: null }; // from 1; null is the whole picture
const PACE = 600; // ms from one step to the next while it plays
let timer = null;
let marked = [];
const NAMES = { seed: "the seed" };
const scrub = field("scrub");
const grouped = (count) => count.toLocaleString("en");
const share = (step) => (data.total > 1 ? ((step - 1) / (data.total - 1)) * 100 : 0);

function startWalk() {
  field("transport").hidden = !data.total;
  scrub.max = data.total;
  field("phases").replaceChildren(...data.phases.map(segment));
  scrub.addEventListener("input", () => goTo(Number(scrub.value)));
  const deeds = { first, previous, next, last, play: toggle, close: leave };
  for (const [id, deed] of Object.entries(deeds)) field(id).addEventListener("click", deed);
  document.addEventListener("keydown", key);
  const card = field("card");
  card.addEventListener("pointerover", point);
  card.addEventListener("focusin", point);
  card.addEventListener("pointerleave", () => light(null));
  card.addEventListener("focusout", () => light(null));
  paint();
}

// Pointing at a factor lights its node, or the edge it belongs to.
function point({ target }) {
  const factor = target.closest("[data-node]");
  if (!factor) return light(null);
  const { node, operand } = factor.dataset;
  if (operand === undefined) light(holderOf(node));
  else lightEdge(node, operand);
}

function segment([name, start, steps]) {
  const part = document.createElement("div");
  part.className = name;
  part.append(Object.assign(document.createElement("span"), { textContent: name, hidden: name === "seed" && data.total > 4 }));
  part.title = `${NAMES[name] ?? name}: ${grouped(steps)} ${steps === 1 ? "step" : "steps"} from ${grouped(start)}`;
  part.style.left = `${share(start)}%`;
  part.style.width = `${share(Math.min(start + steps, data.total)) - share(start)}%`;
  if (share(start) > 80) part.firstChild.className = "inward";
  return part;
}

function goTo(step) {
  at.step = step === null ? null : Math.min(Math.max(step, 1), data.total);
  field("card").innerHTML = at.step === null ? "" : data.steps[at.step - 1]; // made and escaped by the engine
  field("card").scrollTop = 0;
  field("said").textContent = at.step === null ? "" : field("card").firstChild.getAttribute("aria-label");
  field("inspector").hidden = at.step === null;
  paint();
  const acting = holderOf(data.acting[at.step - 1]?.[0] ?? null);
  if (acting) bringIntoView(acting);
}

// Everything that depends on the step: the picture, what acts in it, the transport.
function paint() {
  const finished = at.step === null || data.cuts[at.step] === data.whole;
  paintAt(at.step === null ? data.whole : data.cuts[at.step], finished);
  for (const old of marked) old.classList.remove("now", "beside");
  marked = [];
  const [node, operands] = data.acting[at.step - 1] ?? [null, []];
  const acting = holderOf(node);
  for (const operand of operands) {
    const other = holderOf(operand);
    mark(other, "beside");
    if (acting && other) mark(wires.get(`${nameOf(other)} ${nameOf(acting)}`)?.wire, "now");
  }
  mark(acting, "now");
  drawTrack();
  canvas.dataset.step = at.step ?? "";
}

function mark(element, how) {
  if (!element) return;
  element.classList.add(how);
  marked.push(element);
}

function drawTrack() {
  const step = at.step ?? 1;
  const strong = Object.assign(document.createElement("strong"), { textContent: grouped(step) });
  field("where").replaceChildren(...(at.step === null ? [`${grouped(data.total)} steps`] : ["Step ", strong, ` of ${grouped(data.total)}`]));
  scrub.value = step;
  scrub.classList.toggle("resting", at.step === null);
  const present = data.phases.findLastIndex(([, start]) => start <= step);
  [...field("phases").children].forEach((part, place) => part.classList.toggle("present", at.step !== null && place === present));
  scrub.setAttribute("aria-valuetext", at.step === null ? "the whole picture" : `Step ${grouped(step)} of ${grouped(data.total)}, ${data.phases[present][0]}`);
  for (const id of ["first", "previous"]) field(id).setAttribute("aria-disabled", String(at.step === 1));
  for (const id of ["next", "last"]) field(id).setAttribute("aria-disabled", String(at.step === data.total));
}

function first() { pause(); goTo(1); }
function last() { pause(); goTo(data.total); }
function next() { pause(); goTo((at.step ?? 0) + 1); }
function previous() { pause(); goTo((at.step ?? data.total + 1) - 1); }
function nextPhase() { pause(); goTo((data.phases.find(([, start]) => start > (at.step ?? 0)) ?? [null, data.total])[1]); }
function previousPhase() { pause(); goTo((data.phases.findLast(([, start]) => start < (at.step ?? data.total + 1)) ?? [null, 1])[1]); }
function leave() { pause(); goTo(null); }

function toggle() {
  if (timer) return pause();
  goTo(at.step === null || at.step === data.total ? 1 : at.step + 1);
  timer = setInterval(() => (at.step === data.total ? pause() : goTo(at.step + 1)), PACE);
  sayPlay();
}

function pause() {
  clearInterval(timer);
  timer = null;
  sayPlay();
}

function sayPlay() {
  field("play").classList.toggle("playing", Boolean(timer));
  field("play").setAttribute("aria-label", timer ? "Pause" : "Play");
}

const stepKeys = { ArrowLeft: previous, ArrowRight: next, Home: first, End: last, PageDown: nextPhase, PageUp: previousPhase, " ": toggle, Escape: leave };

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !data.total) return;
  const { target } = event;
  const done = pictureKey(event);
  if (!done && event.key === " " && target.closest("button")) return;
  if (!done && event.shiftKey) return;
  const formula = target.closest(".formula");
  if (!done && formula && formula.scrollWidth > formula.clientWidth && event.key.startsWith("Arrow")) return;
  const deed = done ? null : stepKeys[event.key];
  if (!done && !deed) return;
  event.preventDefault();
  deed?.();
}

startPicture();
startFolds();
startWalk();
if (data.start) goTo(data.start);
