// Points in the plane: a click adds one, a drag moves it, keys do all of it too. They are a person's
// own data as they stand here; what is learnt from them comes from the server.

const SVG = "http://www.w3.org/2000/svg";
const SIDE = 240; // of the plane, in its own px
const MOST = 500;
const HIT = 11; // px around a point that still hit it
// how far the plane reaches, and to which numbers its points snap
const GRIDS = [[1.5, 0.05], [3, 0.05], [5, 0.1], [10, 0.2], [20, 0.5], [50, 1], [100, 2], [1000, 20]];
const STRIDE = 2; // of an arrow key, in such steps
const MINUS = "\u2212";
// the shape of each class: diamond, circle, triangle
export const SHAPES = ["M0,-6.5L6.5,0L0,6.5L-6.5,0Z", "M-5.2,0a5.2,5.2 0 1 0 10.4,0a5.2,5.2 0 1 0 -10.4,0Z", "M0,-6.8L6.1,4.4L-6.1,4.4Z"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

const shown = (number) => String(number).replace("-", MINUS);

export class Points {
  // changed() is called when a point comes, goes or moves; two() says how two classes are counted.
  constructor(plane, { changed, two }) {
    Object.assign(this, { plane, changed, two });
    this.points = []; // { at: [x1, x2], kind, mark }
    this.kind = 1;
    this.erasing = false;
    [this.reach, this.grid] = [3, 0.05];
    this.cursor = [0, 0];
    this.cross = plane.querySelector(".cross");
    this.layer = plane.querySelector(".marks");
    this.listen();
    this.write();
  }

  // How many classes there are: the third counts once it has a point.
  get classes() {
    return this.points.some(({ kind }) => kind === 2) ? 3 : 2;
  }

  // The numbers of all classes: two as the program counts them, three from 0.
  numbersOf(count) {
    return count === 3 ? [0, 1, 2] : this.two();
  }

  get numbers() {
    return this.numbersOf(this.classes);
  }

  // What a class is called, or would be if it had a point.
  numberOf(kind) {
    return this.numbersOf(Math.max(this.classes, kind + 1))[kind];
  }

  // [x1, x2, class] of each.
  get rows() {
    return this.points.map(({ at, kind }) => [...at, this.numbers[kind]]);
  }

  // Points from elsewhere, [x1, x2, which class]: the plane reaches as far as they do.
  put(points) {
    const far = Math.max(...points.flatMap(([x1, x2]) => [Math.abs(x1), Math.abs(x2)]), 0);
    const fitting = GRIDS.find(([reach]) => 1.1 * far <= reach) ?? [2 * far, far / 50];
    [this.reach, this.grid] = points.length ? fitting : [3, 0.05];
    this.points = [];
    this.layer.replaceChildren();
    for (const [x1, x2, kind] of points) this.make([x1, x2], kind);
    this.cursor = [0, 0];
    this.write();
  }

  clear() {
    this.put([]);
    this.changed();
  }

  listen() {
    const { plane } = this;
    plane.addEventListener("pointerdown", (event) => this.press(event));
    plane.addEventListener("click", (event) => this.click(event));
    plane.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      if (!event.ctrlKey) this.remove(this.pointOf(event.target)); // with Ctrl, the press has done it
    });
    plane.addEventListener("keydown", (event) => this.key(event));
    plane.addEventListener("focusin", ({ target }) => this.visit(this.pointOf(target)));
  }

  pointOf(element) {
    const mark = element.closest?.(".point");
    return this.points.find((point) => point.mark === mark) ?? null;
  }

  press(event) {
    const point = this.pointOf(event.target);
    if (!point || event.button !== 0) return;
    event.preventDefault();
    if (this.erasing || event.ctrlKey || event.metaKey) return this.remove(point);
    point.mark.focus({ preventScroll: true });
    this.drag(point, event);
  }

  drag(point, { pointerId }) {
    const { mark } = point;
    const move = (event) => event.pointerId === pointerId && this.place(point, this.spot(event));
    mark.setPointerCapture(pointerId);
    mark.addEventListener("pointermove", move);
    mark.addEventListener("lostpointercapture", () => mark.removeEventListener("pointermove", move), { once: true });
  }

  click(event) {
    if (this.pointOf(event.target) || event.ctrlKey || event.metaKey || this.erasing) return;
    this.cursor = this.inside(this.spot(event));
    this.add(this.cursor, event.shiftKey ? 1 - Math.min(this.kind, 1) : this.kind);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const point = this.pointOf(event.target);
    const deed = point ? this.keysOf(point)[event.key] : this.keys[event.key];
    const way = ARROWS[event.key];
    if (!deed && !way) return;
    event.preventDefault(); // or it would step, or play
    if (deed) return deed();
    const stride = STRIDE * this.grid * (event.shiftKey ? 5 : 1);
    const to = (point ? point.at : this.cursor).map((number, axis) => number + way[axis] * stride);
    if (point) this.place(point, to);
    else this.aim(to);
  }

  get keys() {
    const add = () => this.add(this.cursor, this.kind);
    return { Enter: add, " ": add, PageDown: () => this.step(null, 1), PageUp: () => this.step(null, -1) };
  }

  keysOf(point) {
    const remove = () => this.remove(point);
    const turn = () => this.turn(point);
    return {
      Delete: remove, Backspace: remove, Enter: turn, " ": turn,
      PageDown: () => this.step(point, 1), PageUp: () => this.step(point, -1), Escape: () => this.plane.focus(),
    };
  }

  add(at, kind) {
    if (this.points.length === MOST) return;
    const point = this.make(this.inside(at), kind);
    this.visit(point);
    this.tell();
  }

  make(at, kind) {
    const mark = document.createElementNS(SVG, "g");
    const [hit, shape] = [document.createElementNS(SVG, "circle"), document.createElementNS(SVG, "path")];
    hit.setAttribute("r", HIT);
    hit.setAttribute("class", "hit");
    mark.setAttribute("tabindex", "-1");
    mark.setAttribute("role", "img");
    mark.append(hit, shape);
    this.layer.append(mark);
    const point = { at, kind, mark };
    this.points.push(point);
    return point;
  }

  place(point, at) {
    point.at = this.inside(at);
    this.tell();
  }

  // The next class that there is a number for.
  turn(point) {
    point.kind = (point.kind + 1) % Math.max(this.classes, this.kind + 1);
    this.tell();
  }

  remove(point) {
    if (!point) return;
    const place = this.points.indexOf(point);
    const focused = point.mark === document.activeElement;
    this.points.splice(place, 1);
    point.mark.remove();
    this.visit(this.points[place] ?? this.points.at(-1) ?? null);
    if (focused) (this.here?.mark ?? this.plane).focus();
    this.tell();
  }

  step(point, direction) {
    const count = this.points.length;
    const place = point ? this.points.indexOf(point) + direction : direction > 0 ? 0 : -1;
    this.points[(place + count) % count]?.mark.focus();
  }

  // One point at a time is reached by Tab, as the tabs of a list are.
  visit(point) {
    if (point) this.here = point;
    if (!this.points.includes(this.here)) this.here = this.points.at(-1) ?? null;
    for (const { mark } of this.points) mark.setAttribute("tabindex", mark === this.here?.mark ? "0" : "-1");
  }

  aim(to) {
    this.cursor = this.inside(to);
    this.write();
  }

  tell() {
    this.write();
    this.changed();
  }

  inside(at) {
    const { reach, grid } = this;
    return at.map((number) => Number((Math.round(Math.min(Math.max(number, -reach), reach) / grid) * grid).toFixed(2)));
  }

  // Where in the plane a pointer is.
  spot({ clientX, clientY }) {
    const box = this.plane.getBoundingClientRect();
    const share = [(clientX - box.left) / box.width, 1 - (clientY - box.top) / box.height];
    return share.map((part) => (2 * part - 1) * this.reach);
  }

  pixels([x1, x2]) {
    return [x1, -x2].map((number) => (SIDE / 2) * (1 + number / this.reach));
  }

  write() {
    for (const point of this.points) this.writePoint(point);
    this.cross.setAttribute("transform", `translate(${this.pixels(this.cursor).join(" ")})`);
    for (const end of this.plane.querySelectorAll(".end")) end.textContent = shown(this.reach * Number(end.dataset.end));
  }

  writePoint({ at, kind, mark }) {
    mark.setAttribute("class", `point kind-${kind}`);
    mark.setAttribute("transform", `translate(${this.pixels(at).join(" ")})`);
    mark.lastChild.setAttribute("d", SHAPES[kind]);
    mark.setAttribute("aria-label", `Class ${shown(this.numberOf(kind))} at ${at.map(shown).join(", ")}`);
  }
}
