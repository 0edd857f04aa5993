// What was changed in a run on its way, and at which update: so that a run that is gone can be made
// anew number for number, and a link says only what it can keep.

const MOST_UPDATES = 1_000_000; // that one step takes
const NO_STOP = { after: null, below: null };

export class Course {
  constructor() {
    this.begin(null);
  }

  // body: what the run was asked for with.
  begin(body) {
    Object.assign(this, { body, changes: [] });
  }

  // Told at an update. What was changed further ahead belongs to a branch that is left by it.
  note(step, words) {
    this.changes = [...this.changes.filter((each) => each.step <= step), { step, words }];
  }

  // Has the run come to this update by more than the settings that hold at it?
  altered(step) {
    return this.changes.some((each) => each.step > 0 && each.step <= step);
  }

  // The body of a run that goes all the way again, wherever the first one was told to stop.
  get afresh() {
    return { ...this.body, stop: NO_STOP };
  }

  // Take a run that is new to an update, with every change on the way where it was made.
  async again(tell, update) {
    let at = 0;
    const go = async (step) => {
      for (; at < step; at += Math.min(step - at, MOST_UPDATES)) await tell({ do: "step", count: Math.min(step - at, MOST_UPDATES) });
    };
    for (const { step, words } of this.changes.filter((each) => each.step <= update)) {
      await go(step);
      await tell({ do: "set", ...words });
    }
    await go(update);
  }
}
