// Folding: from one of the pictures that are carried to another. What was folded, unfolded or paged
// keeps its place on screen. What leads to no picture that is here says where it does.
const pictures = [canvas.innerHTML, ...data.pictures];
const MOST_MOVING = 600; // cards and wires that move at once
const ELSEWHERE = "Open in the app: gradwalk serve";
let shown = 0; // which of them

function startFolds() {
  for (const move of ["less", "more"]) field(move).addEventListener("click", () => follow(move, null));
  able();
}

function follow(move, item) {
  const next = data.moves[shown][move];
  if (next === undefined) return;
  const key = item?.dataset.key;
  const before = { view: { ...view }, corner: item && onScreen(item), places: new Map(movers().map((each) => [each.dataset.key, onScreen(each)])) };
  shown = next;
  canvas.innerHTML = pictures[next];
  readPicture();
  able();
  light(null);
  paint();
  if (moved && key) keepCorner(keyed(key), before);
  else fit();
  apply();
  if (!calm() && movers().length + wires.size <= MOST_MOVING) animate(before.places);
  const at = keyed(key);
  if (item && document.activeElement === document.body) focusOn(at?.matches(".frame") ? firstWithin(at) : at);
}

const movers = () => [...svg.querySelectorAll(".card, .box, .frame")];
const keyed = (key) => (key ? svg.querySelector(`[data-key="${CSS.escape(key)}"]`) : null);
const firstWithin = (frame) => [...svg.querySelectorAll(ITEM)].find((each) => frameAround(each) === frame) ?? canvas;

function keepCorner(item, before) {
  if (!item) return fit();
  view.scale = Math.max(view.scale, LEGIBLE);
  const [x, y] = onScreen(item);
  pan(before.corner[0] - x, before.corner[1] - y);
}

// Each item moves from where it stood on screen; what is new fades in.
function animate(places) {
  const timing = { duration: 200, easing: "ease-out" };
  for (const each of movers()) {
    const old = places.get(each.dataset.key);
    const [x, y] = placeOf(each);
    if (!old) {
      each.animate([{ opacity: 0 }, { opacity: 1 }], timing);
      continue;
    }
    const [left, top] = onScreen(each);
    const from = [x + (old[0] - left) / view.scale, y + (old[1] - top) / view.scale];
    each.animate([{ transform: `translate(${from[0]}px, ${from[1]}px)` }, { transform: `translate(${x}px, ${y}px)` }], timing);
  }
  for (const { wire } of wires.values()) wire.animate([{ opacity: 0 }, { opacity: 1 }], timing);
}

// What can be done in this picture.
function able() {
  const moves = data.moves[shown];
  for (const move of ["less", "more"]) field(move).setAttribute("aria-disabled", String(moves[move] === undefined));
  for (const part of boxes.values()) {
    if (moves[`+${part.box.dataset.box}`] !== undefined) continue;
    part.box.classList.add("fixed");
    part.whole += `\n${ELSEWHERE}`;
    part.title.textContent = part.whole;
  }
  for (const pager of svg.querySelectorAll(".pager")) pager.classList.toggle("live", moves[`>${pager.dataset.pageTo}`] !== undefined);
  for (const button of svg.querySelectorAll(".fold")) {
    if (moves[`−${button.dataset.fold}`] !== undefined) continue;
    button.classList.add("fixed");
    button.querySelector("title").textContent = ELSEWHERE;
  }
}

// The card of a node, or the box that holds it.
function holderOf(node) {
  const card = itemAt(node);
  if (card || !data.scopes || node === null) return card ?? null;
  const { of, parents, stacks } = data.scopes;
  for (let scope = of[node]; scope >= 0; scope = parents[scope]) {
    for (const { box } of boxes.values()) if (stacks[box.dataset.scope] === stacks[scope]) return box;
  }
  return null;
}
