// The track under the picture: its phases, the present step, where the play stops.

const field = (id) => document.getElementById(id);
const scrub = field("scrub");
const phases = field("phases");
const stops = field("stops");
const NAMES = { seed: "the seed" };
let total = 1;

export function startTrack({ go, toggle }) {
  scrub.addEventListener("input", () => go(Number(scrub.value), true));
  scrub.addEventListener("change", () => go(Number(scrub.value)));
  scrub.addEventListener("pointerup", () => scrub.classList.contains("resting") && go(Number(scrub.value)));
  stops.addEventListener("click", (event) => {
    const box = stops.getBoundingClientRect();
    toggle(Math.round(((event.clientX - box.left) / box.width) * (total - 1)) + 1);
  });
  new ResizeObserver(nameWhatFits).observe(phases);
}

export function drawTrack(at) {
  total = at.total;
  const step = at.step ?? 1;
  scrub.max = Math.max(total, 1);
  scrub.value = step;
  scrub.disabled = !total;
  scrub.classList.toggle("resting", at.step === null);
  const present = at.phases.findLast(([, start]) => start <= step);
  const where = at.step === null ? `${total} steps` : `Step ${at.step} of ${total}`;
  scrub.setAttribute("aria-valuetext", at.step === null ? "the whole picture" : `${where}, ${present?.[0] ?? ""}`);
  field("where").replaceChildren(...(at.step === null ? [where] : ["Step ", bold(at.step, total), ` of ${total}`]));
  for (const id of ["first", "previous"]) field(id).disabled = !total || at.step === 1;
  for (const id of ["next", "last"]) field(id).disabled = !total || at.step === total;
  field("play").disabled = !total;
  drawPhases(at, at.step === null ? null : present);
}

// As wide as the largest number, so that nothing beside it moves.
function bold(number, largest) {
  const words = Object.assign(document.createElement("strong"), { textContent: number });
  words.style.minWidth = `${String(largest).length}ch`;
  return words;
}

function drawPhases(at, present) {
  const wanted = JSON.stringify(at.phases);
  if (phases.dataset.drawn !== wanted) {
    phases.dataset.drawn = wanted;
    phases.replaceChildren(...at.phases.map(segment));
    nameWhatFits();
  }
  at.phases.forEach((phase, place) => phases.children[place].classList.toggle("present", phase === present));
}

// A segment reaches from its first step to the next one's first; the last step is a point.
function segment([name, start, steps]) {
  const part = document.createElement("div");
  const words = document.createElement("span");
  words.textContent = name;
  part.append(words);
  part.title = `${NAMES[name] ?? name}: ${steps} ${steps === 1 ? "step" : "steps"} from ${start}`;
  part.style.left = `${share(start)}%`;
  part.style.width = `${share(Math.min(start + steps, total)) - share(start)}%`;
  return part;
}

const share = (step) => (total > 1 ? ((step - 1) / (total - 1)) * 100 : 0);

// A name stands under its phase where there is room up to the next name.
function nameWhatFits() {
  const parts = [...phases.children];
  const box = phases.getBoundingClientRect();
  let room = box.right;
  for (const part of parts.reverse()) {
    const words = part.firstChild;
    words.hidden = false;
    const left = part.getBoundingClientRect().left;
    const width = words.getBoundingClientRect().width;
    words.classList.toggle("inward", left + width > box.right);
    const begin = Math.min(left, box.right - width);
    words.hidden = begin + width > room - (room === box.right ? -1 : 6) || begin < box.left - 1;
    if (!words.hidden) room = begin;
  }
}

export function drawStops(steps, at) {
  stops.replaceChildren(...at.map((step) => {
    const dot = document.createElement("span");
    dot.style.left = `${steps > 1 ? ((step - 1) / (steps - 1)) * 100 : 0}%`;
    return dot;
  }));
}
