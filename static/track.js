// The track under the picture: its phases, the present step, where the play stops.

const field = (id) => document.getElementById(id);
const scrub = field("scrub");
const phases = field("phases");
const stops = field("stops");
const NAMES = { seed: "the seed" };
const APART = 6; // px between two names
const WORDS = 58; // px that "Step of" takes
const DIGIT = 9;
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

export function drawTrack(at, predicting) {
  total = at.total;
  const step = at.step ?? 1;
  scrub.max = Math.max(total, 1);
  scrub.value = step;
  scrub.disabled = !total;
  scrub.classList.toggle("resting", at.step === null);
  const present = at.phases.findLast(([, start]) => start <= step);
  const where = at.step === null ? `${total} steps` : `Step ${at.step} of ${total}`;
  scrub.setAttribute("aria-valuetext", at.step === null ? "the whole picture" : `${where}, ${present?.[0] ?? ""}`);
  field("where").replaceChildren(...(at.step === null ? [where] : ["Step ", bold(at.step), ` of ${total}`]));
  field("where").style.minWidth = `${WORDS + DIGIT * 2 * String(total).length}px`; // or the track would move
  for (const id of ["first", "previous"]) able(id, total && at.step !== 1);
  for (const id of ["next", "last"]) able(id, total && at.step !== total);
  able("play", total && !predicting);
  drawPhases(at, at.step === null ? null : present);
}

// A button that can do nothing now keeps the focus.
function able(id, can) {
  field(id).setAttribute("aria-disabled", String(!can));
}

// The steps take long to come.
export function wait() {
  field("where").textContent = "Finding every step …";
}

function bold(number) {
  return Object.assign(document.createElement("strong"), { textContent: number });
}

let shown; // the present phase, as drawn

function drawPhases(at, present) {
  const wanted = JSON.stringify(at.phases);
  if (phases.dataset.drawn !== wanted) {
    phases.dataset.drawn = wanted;
    phases.replaceChildren(...at.phases.map(segment));
    shown = undefined;
  }
  if (shown === present) return;
  shown = present;
  at.phases.forEach((phase, place) => phases.children[place].classList.toggle("present", phase === present));
  nameWhatFits();
}

// A segment reaches from its first step to the next one's first; the last step is a point.
function segment([name, start, steps]) {
  const part = document.createElement("div");
  part.className = name;
  const words = document.createElement("span");
  words.textContent = name;
  part.append(words);
  part.title = `${NAMES[name] ?? name}: ${steps} ${steps === 1 ? "step" : "steps"} from ${start}`;
  part.style.left = `${share(start)}%`;
  part.style.width = `${share(Math.min(start + steps, total)) - share(start)}%`;
  return part;
}

const share = (step) => (total > 1 ? ((step - 1) / (total - 1)) * 100 : 0);

// A name stands under its phase where there is room; the present one first, the seed's last.
function nameWhatFits() {
  const box = phases.getBoundingClientRect();
  const taken = [];
  const weight = (part) => (part.matches(".present") ? 2 : part.matches(".seed") ? 0 : 1);
  for (const part of [...phases.children].sort((a, b) => weight(b) - weight(a))) {
    const words = part.firstChild;
    words.hidden = false;
    const { left } = part.getBoundingClientRect();
    const { width } = words.getBoundingClientRect();
    const inward = left + width > box.right;
    words.classList.toggle("inward", inward);
    const begin = inward ? box.right - width : left;
    words.hidden = taken.some(([from, to]) => begin < to + APART && begin + width > from - APART);
    if (!words.hidden) taken.push([begin, begin + width]);
  }
}

export function drawStops(steps) {
  stops.replaceChildren(...steps.map((step) => {
    const dot = document.createElement("span");
    dot.style.left = `${share(step)}%`;
    return dot;
  }));
}
