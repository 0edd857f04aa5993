// One line of a plot over the updates: points in order, thinned as they grow, traced by the px.

const MOST = 8000; // points kept; from there on, of four neighbours the lowest and the highest

const finite = (loss) => typeof loss === "number" && Number.isFinite(loss);

export class Line {
  constructor() {
    Object.assign(this, { steps: [], losses: [], end: null }); // end: the update that broke the line
    Object.assign(this, { least: Infinity, most: -Infinity, leastPositive: Infinity });
  }

  get last() {
    return Math.max(this.steps.at(-1) ?? 0, this.end ?? 0);
  }

  // Points [update, loss] in order. Where there are some already, these take their place.
  add(points) {
    if (!points.length) return this;
    this.makeRoom(points[0][0], points.at(-1)[0]);
    const broken = points.findIndex(([, loss]) => !finite(loss));
    const good = broken < 0 ? points : points.slice(0, broken);
    const at = this.steps.findLastIndex((step) => step < points[0][0]) + 1;
    if (at === this.steps.length) for (const [step, loss] of good) this.push(step, loss);
    else this.insert(at, good);
    if (broken >= 0) this.end = points[broken][0];
    while (this.steps.length > MOST) this.thin();
    return this;
  }

  makeRoom(first, last) {
    if (this.end !== null && this.end >= first) this.end = null;
    if (!this.steps.length || this.steps.at(-1) < first) return;
    const kept = [...this.steps.keys()].filter((at) => this.steps[at] < first || this.steps[at] > last);
    this.keep(kept);
  }

  insert(at, points) {
    this.steps.splice(at, 0, ...points.map(([step]) => step));
    this.losses.splice(at, 0, ...points.map(([, loss]) => loss));
    this.keep([...this.steps.keys()]);
  }

  keep(places) {
    const [steps, losses] = [this.steps, this.losses];
    Object.assign(this, { steps: [], losses: [], least: Infinity, most: -Infinity, leastPositive: Infinity });
    for (const at of places) this.push(steps[at], losses[at]);
  }

  push(step, loss) {
    this.steps.push(step);
    this.losses.push(loss);
    this.least = Math.min(this.least, loss);
    this.most = Math.max(this.most, loss);
    if (loss > 0) this.leastPositive = Math.min(this.leastPositive, loss);
  }

  thin() {
    const kept = [];
    for (let start = 0; start < this.steps.length; start += 4) {
      const four = [...this.losses.slice(start, start + 4).keys()].map((at) => start + at);
      const by = (better) => four.reduce((best, at) => (better(this.losses[at], this.losses[best]) ? at : best));
      kept.push(...new Set([by((a, b) => a < b), by((a, b) => a > b)].sort((a, b) => a - b)));
    }
    this.keep(kept);
  }

  // The place of the point nearest to an update; null where there is none.
  nearest(step) {
    if (!this.steps.length) return null;
    let [low, high] = [0, this.steps.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.steps[middle] < step) low = middle;
      else high = middle;
    }
    return Math.abs(this.steps[high] - step) < Math.abs(this.steps[low] - step) ? high : low;
  }

  // The loss at an update, or the one measured last before it; null where there is none.
  before(step) {
    const at = this.nearest(step);
    if (at === null) return null;
    const place = this.steps[at] > step ? at - 1 : at;
    return this.losses[place] ?? null;
  }

  // At most four points a px: where the line enters it, its lowest, its highest, where it leaves.
  trace(context, x, y) {
    const { steps, losses } = this;
    let column = NaN;
    let [low, high, last] = [0, 0, 0];
    const close = () => {
      if (Number.isNaN(column)) return;
      for (const at of new Set(low < high ? [low, high, last] : [high, low, last])) context.lineTo(x(steps[at]), y(losses[at]));
    };
    for (let at = 0; at < steps.length; at += 1) {
      const here = Math.floor(x(steps[at]));
      if (here !== column) {
        close();
        if (at === 0) context.moveTo(x(steps[0]), y(losses[0]));
        else context.lineTo(x(steps[at]), y(losses[at]));
        [column, low, high] = [here, at, at];
      }
      if (losses[at] < losses[low]) low = at;
      if (losses[at] > losses[high]) high = at;
      last = at;
    }
    close();
  }
}
