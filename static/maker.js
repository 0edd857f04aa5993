// Which run there is: that of the program on the page. It is made anew when the program computes
// something else, when the run is gone, and when nobody has answered.
import { Course } from "./course.js";

const REST = 200; // ms without another edit, before the next run is made
const RETRY = 2500; // ms

export class Maker {
  // Of a run (steer.js). asked() is what it is asked for with; stop() when it is to stop; speed() how
  // fast it plays; begins() says that the one there was is no more; made() that there is one;
  // failed(error) why there is none, away() that nobody answers; wanted() whether there is to be one.
  constructor(run, hooks) {
    Object.assign(this, { run, hooks, course: new Course(), key: null, making: 0, resting: 0 });
    this.first = { update: 0, play: false }; // what the next one does before anything else
  }

  get busy() {
    return Boolean(this.making || this.resting);
  }

  // Whether this is the run of such a program, or is about to be.
  is(key) {
    return key === this.key && Boolean(this.run.id || this.busy);
  }

  follow(key, playing) {
    const edited = this.key !== null && key !== this.key;
    if (edited) this.first = { update: 0, play: this.resting ? this.first.play : playing };
    if (this.first.again && this.first.again !== key) this.first = { update: 0, play: this.first.play };
    this.settle();
    this.key = key;
    if (!edited) return this.make();
    this.forget();
    this.resting = setTimeout(() => this.make(), REST);
    return undefined;
  }

  // Another one is to take its place, which does this first.
  replace(first) {
    this.first = first;
    this.key = null;
  }

  // The same one anew, number for number.
  again(update, play) {
    this.replace({ update, play, again: this.key });
  }

  // There is to be none.
  drop() {
    this.settle();
    this.run.drop();
    this.key = null;
  }

  settle() {
    clearTimeout(this.resting);
    this.resting = 0;
  }

  forget() {
    this.run.drop();
    this.hooks.begins();
  }

  async make() {
    const { run, course, hooks, first } = this;
    const stop = hooks.stop();
    this.settle();
    this.making += 1;
    this.key ??= first.again ?? null;
    this.first = { update: 0, play: false };
    if (!first.again) course.begin(hooks.asked());
    this.forget();
    try {
      if (!(await run.make(first.again ? course.afresh : course.body))) return;
      await course.again((words) => run.tell(words), first.update);
      if (first.again) await run.tell({ do: "set", stop });
      if (first.play) await run.tell({ do: "play", speed: hooks.speed() });
      hooks.made();
    } catch (error) {
      if (error.status) hooks.failed(error);
      else this.retry(first);
    } finally {
      this.making -= 1;
    }
  }

  // Nobody answers: the same is tried again.
  retry(first) {
    const { key } = this;
    this.run.drop();
    this.hooks.away();
    this.replace({ ...first, again: key });
    setTimeout(() => this.hooks.wanted() && !this.run.id && !this.busy && this.follow(key, false), RETRY);
  }
}
