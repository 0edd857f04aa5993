// A canvas to plot on: sharp on every screen, in the page's colours, drawn again when its size or the
// theme changes, and not at all while nobody sees it.

const TOKENS = ["bg", "panel", "card", "ink", "soft", "line", "edge", "positive", "negative", "zero", "accent", "parameter", "trouble"];
const REST = 500; // ms after the last change until a plot's sentence is written anew

const sheets = new Map(); // canvas -> its sheet
const waiting = new Set(); // sheets to draw in the next frame
let colours = null; // of the theme that shows: token -> "rgb(...)", and rgb: token -> [r, g, b]
let frame = 0;

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => sheets.get(target)?.measure()));
const sights = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => sheets.get(target)?.seen(isIntersecting)));

export class Sheet {
  // paint(context, this) draws in CSS px; what lay there is gone.
  constructor(canvas, paint) {
    Object.assign(this, { canvas, paint, width: 0, height: 0, density: 1, visible: false, stale: true });
    this.context = canvas.getContext("2d");
    sheets.set(canvas, this);
    sizes.observe(canvas);
    sights.observe(canvas);
  }

  get colours() {
    colours ??= readColours();
    return colours;
  }

  // Draw in the next frame, or once it is seen.
  ask() {
    this.stale = true;
    if (!this.visible) return;
    waiting.add(this);
    frame ||= requestAnimationFrame(draw);
  }

  seen(visible) {
    this.visible = visible;
    if (visible && this.stale) this.ask();
  }

  measure() {
    const { clientWidth, clientHeight } = this.canvas;
    Object.assign(this, { width: clientWidth, height: clientHeight, density: devicePixelRatio });
    const [wide, high] = [Math.round(clientWidth * devicePixelRatio), Math.round(clientHeight * devicePixelRatio)];
    if (this.canvas.width === wide && this.canvas.height === high) return;
    Object.assign(this.canvas, { width: wide, height: high });
    if (this.visible) this.draw(); // at once: a canvas of another size is blank
    else this.stale = true;
  }

  draw() {
    this.stale = false;
    if (!this.width || !this.height) return;
    this.context.setTransform(this.density, 0, 0, this.density, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    this.paint(this.context, this);
  }

  // Where a hairline fills whole px of the screen.
  crisp(at) {
    return (Math.round(at * this.density - 0.5) + 0.5) / this.density;
  }

  // The sentence a screen reader says of the plot: written when it rests, not at every frame.
  describe(sentence) {
    const write = () => this.canvas.setAttribute("aria-label", sentence());
    if (!this.described) write();
    this.described ??= resting();
    this.described(write);
  }
}

// Returns a function that does the last of what it is given, once nothing new has come for a moment.
export function resting() {
  let timer;
  return (deed) => {
    clearTimeout(timer);
    timer = setTimeout(deed, REST);
  };
}

function draw() {
  frame = 0;
  const now = [...waiting];
  waiting.clear();
  for (const sheet of now) if (sheet.visible) sheet.draw();
}

function repaint() {
  colours = null;
  for (const [canvas, sheet] of sheets) {
    if (canvas.isConnected) sheet.ask();
    else forget(canvas);
  }
}

function forget(canvas) {
  sizes.unobserve(canvas);
  sights.unobserve(canvas);
  sheets.delete(canvas);
}

new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
document.fonts.addEventListener("loadingdone", repaint);
addEventListener("resize", () => sheets.forEach((sheet) => sheet.measure())); // the zoom may have changed

// A token may hold light-dark(...): only a colour that is used is resolved.
function readColours() {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const read = { rgb: {} };
  for (const token of TOKENS) {
    probe.style.color = `var(--${token})`;
    read[token] = getComputedStyle(probe).color;
    read.rgb[token] = read[token].match(/[\d.]+/g).slice(0, 3).map(Number);
  }
  const page = getComputedStyle(document.documentElement);
  read.words = `11px ${getComputedStyle(document.body).fontFamily}`;
  read.numbers = `11px ${page.getPropertyValue("--mono")}`; // its digits are of one width
  probe.remove();
  return read;
}

let status = null;

// Say something to who does not see the plot: what the keys have come to.
export function say(words) {
  if (!status) {
    status = Object.assign(document.createElement("p"), { className: "unseen" });
    status.setAttribute("role", "status");
    document.body.append(status);
  }
  status.textContent = words;
}
