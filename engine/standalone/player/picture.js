// The picture: pan, zoom and fit; lighting an item with what it touches; writing into cards and wires
// what they show by now.
const canvas = field("canvas");
const PAD = 20;
const [SMALLEST, LARGEST, LARGEST_FIT] = [0.08, 4, 1.3];
const READABLE = 0.72; // a narrow window starts no smaller: it shows a part, at reading size
const LEGIBLE = 0.5; // nor does a wide one start smaller than this
const NARROW = 700; // px
const TONES = ["positive", "negative", "zero", "trouble", "valued", "hollow", "idle"];
const [SMALL, TINY] = [0.5, 0.28]; // scales below which numbers, and then all but names, are no use
const STRIDE = 80; // px that a shifted arrow key moves the picture
const embedded = window.self !== window.top; // in a cell of a notebook the wheel scrolls the page

const view = { x: 0, y: 0, scale: 1 };
let svg, box, cards, boxes, wires;
let room = [0, 0]; // what the view was last fitted into
let moved = false; // by hand: else what was fitted stays fitted

const ITEM = ".card, .box";
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const nameOf = ({ dataset }) => dataset.node ?? `b${dataset.scope}`;
const itemAt = (name) => cards.get(String(name))?.card ?? boxes.get(String(name))?.box;

// After another picture is put in: what there is in it.
function readPicture() {
  svg = canvas.querySelector("svg");
  const { x, y, width, height } = svg.viewBox.baseVal;
  box = { x, y, width, height };
  wires = new Map([...svg.querySelectorAll(".wire")].map((wire) => [
    `${wire.dataset.source} ${wire.dataset.target}`,
    { wire, whole: [toneOf(wire), wire.getAttribute("stroke-width")], state: null },
  ]));
  cards = new Map([...svg.querySelectorAll(".card")].map((card) => {
    const part = (name) => card.querySelector(`:scope > ${name}`);
    const [title, name, value, word, grad, bar] = ["title", ".name", ".value", ".word", ".grad", ".bar"].map(part);
    return [card.dataset.node, { card, title, name, value, word, grad, bar, state: null }];
  }));
  boxes = new Map([...svg.querySelectorAll(".box")].map((box) => {
    const title = box.querySelector("title");
    return [`b${box.dataset.scope}`, { box, title, whole: title.textContent, tone: toneOf(box), broken: box.matches(".broken") }];
  }));
}

const toneOf = (element) => TONES.find((tone) => element.classList.contains(tone));

function retone(element, tone) {
  element.classList.remove(...TONES);
  element.classList.add(tone);
}

// Write what holds after so many events; on the way boxes tell no number, as on the page.
function paintAt(events, finished) {
  for (const [node, part] of cards) write(part, data.cards[node], events, writeCard);
  for (const [ends, part] of wires) {
    if (data.wires[ends]) write(part, data.wires[ends], events, writeWire);
    else writeWire(part, finished ? part.whole : ["idle", 1.25]);
  }
  for (const { box, title, whole, tone, broken } of boxes.values()) {
    retone(box, finished ? tone : "hollow");
    box.classList.toggle("broken", finished && broken);
    title.textContent = finished ? whole : whole.split("\n").slice(0, 2).join("\n");
    box.setAttribute("aria-label", title.textContent.replaceAll("\n", ", "));
  }
}

function write(part, states, events, into) {
  const state = states.findLast(([since]) => since <= events);
  if (part.state === state) return;
  part.state = state;
  into(part, state.slice(1));
}

function writeCard(part, [name, value, grad, tone, word, x, width, trouble, hover, spoken]) {
  part.name.textContent = name;
  part.value.textContent = value;
  part.word.textContent = word;
  part.grad.textContent = grad;
  part.bar.setAttribute("x", x);
  part.bar.setAttribute("width", width);
  retone(part.card, tone);
  part.card.classList.toggle("broken", Boolean(trouble));
  part.card.setAttribute("aria-label", spoken);
  part.title.textContent = hover;
}

function writeWire({ wire }, [tone, width]) {
  retone(wire, tone);
  wire.setAttribute("stroke-width", width);
}

// Light an item, its operands and its users, and say its numbers in every digit; null lights none.
function light(item) {
  for (const old of svg.querySelectorAll(".lit, .near")) old.classList.remove("lit", "near");
  svg.classList.toggle("lighting", Boolean(item));
  field("readout").hidden = !item;
  if (!item) return;
  const name = nameOf(item);
  item.classList.add("lit");
  for (const { wire } of wires.values()) {
    const { source, target } = wire.dataset;
    if (source !== name && target !== name) continue;
    wire.classList.add("near");
    itemAt(source === name ? target : source)?.classList.add("near");
  }
  field("readout").textContent = item.querySelector("title").textContent.replaceAll("\n", " · ");
}

// Light one edge of backprop: a node, and the operand that it hands its gradient to.
function lightEdge(node, operand) {
  const [item, other] = [holderOf(node), holderOf(operand)];
  light(item);
  if (!item || !other) return;
  for (const near of svg.querySelectorAll(".near")) near.classList.remove("near");
  other.classList.add("near");
  wires.get(`${nameOf(other)} ${nameOf(item)}`)?.wire.classList.add("near");
}

// The view: where the drawing's corner stands in the canvas, in px, and how large it is.
const matrix = ({ x, y, scale }) => `translate(${x}px, ${y}px) scale(${scale})`;

function apply() {
  svg.style.transform = matrix(view);
  svg.classList.toggle("small", view.scale < SMALL);
  svg.classList.toggle("tiny", view.scale < TINY);
}

// The whole drawing, centred; where that would be smaller than `least`, its beginning at reading size.
function fit(least = canvas.clientWidth < NARROW ? READABLE : LEGIBLE) {
  const [width, height] = [canvas.clientWidth - 2 * PAD, canvas.clientHeight - 2 * PAD];
  const whole = Math.max(Math.min(LARGEST_FIT, width / box.width, height / box.height), SMALLEST);
  view.scale = whole < least ? READABLE : whole;
  view.x = PAD + Math.max(0, (width - box.width * view.scale) / 2);
  view.y = PAD + (height - box.height * view.scale) / 2;
  if (view.y < PAD) view.y = PAD - (fullest(width / view.scale, height / view.scale) - box.y) * view.scale;
  moved = false;
}

// The top of the part at the drawing's left, so wide and so high, that shows the most items; of
// several the one nearest the middle.
function fullest(width, height) {
  const items = [...svg.querySelectorAll(ITEM)].map((item) => [...placeOf(item), sizeOf(item, "width"), sizeOf(item, "height")]);
  const near = items.filter(([x, , wide]) => x + wide / 2 <= box.x + width).sort((one, other) => one[1] - other[1]);
  const lowest = box.y + box.height - height;
  const middle = box.y + box.height / 2;
  const parts = near.map(([, y]) => {
    const held = near.filter(([, top, , high]) => top >= y && top + high <= y + height);
    const end = Math.max(...held.map(([, top, , high]) => top + high));
    return { held: held.length, top: Math.min((y + end - height) / 2, lowest) };
  });
  const off = ({ top }) => Math.abs(top + height / 2 - middle);
  parts.sort((one, other) => other.held - one.held || off(one) - off(other));
  return Math.max(parts[0]?.top ?? box.y, box.y);
}

function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const scale = Math.min(Math.max(view.scale * factor, SMALLEST), LARGEST);
  view.x = x - (x - view.x) * (scale / view.scale);
  view.y = y - (y - view.y) * (scale / view.scale);
  view.scale = scale;
  moved = true;
}

function pan(x, y) {
  view.x += x;
  view.y += y;
  moved = true;
}

function glide(change) {
  const from = matrix(view);
  change();
  apply();
  if (!calm() && from !== matrix(view)) svg.animate([{ transform: from }, { transform: matrix(view) }], { duration: 180, easing: "ease-out" });
}

function placeOf(item) {
  const { e, f } = item.transform.baseVal.consolidate().matrix;
  return [e, f];
}

// Where an item stands on screen: left, top, width, height.
function onScreen(item) {
  const [x, y] = placeOf(item);
  const size = (name) => sizeOf(item, name) * view.scale;
  return [view.x + (x - box.x) * view.scale, view.y + (y - box.y) * view.scale, size("width"), size("height")];
}

const sizeOf = (item, name) => Number(item.querySelector(".rim:not(.behind)").getAttribute(name));

const inside = (start, size, room) => Math.max(PAD - start, 0) || Math.min(room - PAD - start - size, 0);

function bringIntoView(item) {
  resize(); // the card of the step may just have been opened
  const [x, y, width, height] = onScreen(item);
  const by = [inside(x, width, canvas.clientWidth), inside(y, height, canvas.clientHeight)];
  if (by.some(Boolean)) glide(() => pan(...by));
}

function startPicture() {
  canvas.classList.add("held");
  readPicture();
  startHand();
  canvas.addEventListener("pointerover", ({ target }) => light(target.closest(ITEM)));
  canvas.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || light(null));
  canvas.addEventListener("focusin", ({ target }) => {
    const item = target.closest(ITEM);
    if (!item?.matches(":focus-visible")) return;
    light(item);
    bringIntoView(item);
  });
  canvas.addEventListener("focusout", () => light(null));
  field("fit").addEventListener("click", () => glide(() => fit(0)));
  field("in").addEventListener("click", () => glide(() => zoom(1.25)));
  field("out").addEventListener("click", () => glide(() => zoom(0.8)));
  new ResizeObserver(resize).observe(canvas);
}

// What was fitted stays fitted; what was moved by hand keeps its middle in the middle.
function resize() {
  const now = [canvas.clientWidth, canvas.clientHeight];
  if (now[0] === room[0] && now[1] === room[1]) return;
  if (moved) pan((now[0] - room[0]) / 2, (now[1] - room[1]) / 2);
  else fit();
  room = now;
  apply();
}

function startHand() {
  const down = new Map();
  let far = false; // the hand has moved further than a click does
  canvas.addEventListener("wheel", (event) => {
    if (embedded && !event.ctrlKey && !event.metaKey && !canvas.contains(document.activeElement)) return;
    event.preventDefault();
    const { left, top } = canvas.getBoundingClientRect();
    if (event.shiftKey) pan(-(event.deltaX || event.deltaY), 0);
    else zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX - left, event.clientY - top);
    apply();
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    if (!down.size) far = false;
    down.set(event.pointerId, event);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = down.get(event.pointerId);
    if (!last) return;
    const other = [...down.values()].find((each) => each !== last);
    const [x, y] = [event.clientX - last.clientX, event.clientY - last.clientY];
    if (!far && !other && Math.hypot(x, y) < 4) return;
    far = true;
    canvas.classList.add("moving");
    if (other) pinch(other, last, event);
    else pan(x, y);
    down.set(event.pointerId, event);
    apply();
  });
  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    canvas.classList.remove("moving");
    if (!far && event.type === "pointerup") tap(document.elementFromPoint(event.clientX, event.clientY));
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("dblclick", ({ target }) => target.closest(`${ITEM}, .fold, .pager`) || glide(() => fit(0)));
}

// Two fingers: what lies between them stays between them.
function pinch(other, last, event) {
  const { left, top } = canvas.getBoundingClientRect();
  const width = (at) => Math.hypot(at.clientX - other.clientX, at.clientY - other.clientY) || 1;
  const middle = (at) => [(at.clientX + other.clientX) / 2 - left, (at.clientY + other.clientY) / 2 - top];
  const [[x, y], [oldX, oldY]] = [middle(event), middle(last)];
  pan(x - oldX, y - oldY);
  zoom(width(event) / width(last), x, y);
}

function tap(at) {
  const [button, pager] = [at?.closest(".fold"), at?.closest(".pager")];
  const item = at?.closest(ITEM) ?? null;
  if (button) return follow(`−${button.dataset.fold}`, button.closest(".frame"));
  if (pager) return page(pager);
  light(item);
  if (item?.dataset.box) follow(`+${item.dataset.box}`, item);
}

function page(pager) {
  follow(`>${pager.dataset.pageTo}`, pager.closest(".frame"));
}

// Keys on the canvas and on its items; what is left to the walk answers false.
const viewKeys = {
  "+": () => glide(() => zoom(1.25)),
  "=": () => glide(() => zoom(1.25)),
  "-": () => glide(() => zoom(0.8)),
  0: () => glide(() => fit(0)),
};
const strides = { ArrowLeft: [STRIDE, 0], ArrowRight: [-STRIDE, 0], ArrowUp: [0, STRIDE], ArrowDown: [0, -STRIDE] };

function pictureKey({ key, shiftKey, target }) {
  const item = target.closest(ITEM);
  const stride = strides[key];
  let deed = target.closest(".canvas") ? viewKeys[key] : undefined;
  if (item) deed = itemKeys(item)[key] ?? deed;
  else if (target === canvas && key === "Enter") deed = () => focusOn(svg.querySelector(ITEM));
  else if (target === canvas && stride && (shiftKey || stride[1])) deed = () => glide(() => pan(...stride));
  deed?.();
  return Boolean(deed);
}

// On an item the arrows walk the graph.
function itemKeys(item) {
  const name = nameOf(item);
  const all = [...svg.querySelectorAll(ITEM)];
  const wired = (end, other) => itemAt([...wires.values()].find(({ wire }) => wire.dataset[end] === name)?.wire.dataset[other]);
  const beside = (step) => all[all.indexOf(item) + step];
  return {
    ArrowLeft: () => focusOn(wired("target", "source")),
    ArrowRight: () => focusOn(wired("source", "target")),
    ArrowUp: () => focusOn(beside(-1)),
    ArrowDown: () => focusOn(beside(1)),
    Enter: () => item.dataset.box && follow(`+${item.dataset.box}`, item),
    "[": () => pagerAround(item, 0),
    "]": () => pagerAround(item, 1),
    Backspace: () => frameAround(item) && follow(`−${frameAround(item).dataset.box}`, frameAround(item)),
    Escape: () => canvas.focus(),
  };
}

function pagerAround(item, which) {
  const pager = frameAround(item)?.querySelectorAll(".pager.live")[which];
  if (pager) page(pager);
}

function focusOn(item) {
  if (!item) return;
  svg.querySelector(':is(.card, .box)[tabindex="0"]')?.setAttribute("tabindex", "-1");
  item.setAttribute("tabindex", "0");
  item.focus({ preventScroll: true });
}

// The innermost frame around an item; the outer ones stand first.
function frameAround(item) {
  const [x, y] = placeOf(item);
  return [...svg.querySelectorAll(".frame")].findLast((frame) => {
    const [left, top] = placeOf(frame);
    const { width, height } = frame.querySelector(".rim").getBBox();
    return x > left && x < left + width && y > top && y < top + height;
  });
}
