// A run on the server: made, told what to do, watched, removed. One stream a page, closed while the
// tab is hidden; what comes first of a stream is a whole frame.
import { read } from "./frames.js";

const RETRY = [500, 1000, 2000, 4000]; // ms

export class Refused extends Error {
  constructor(status, { message, hint } = {}) {
    super([message, hint].filter(Boolean).join(" ") || "The server does not answer.");
    this.status = status;
  }
}

export class Steered {
  // onFrame(frame) for each frame; onLost(status) when the run is gone (404) or the server is (0).
  constructor({ onFrame, onLost }) {
    Object.assign(this, { onFrame, onLost, id: null, stream: null, wish: null, tries: 0, making: 0 });
    document.addEventListener("visibilitychange", () => this.look());
    addEventListener("pagehide", () => this.drop());
  }

  // Make a run in place of the one there was. Of several calls the last one counts: the others come to
  // nothing, and return false.
  async make(body) {
    this.drop();
    const turn = (this.making += 1);
    const { id } = await send("/api/runs", body);
    if (turn !== this.making) {
      remove(id);
      return false;
    }
    this.id = id;
    return true;
  }

  // Tell it what to do; returns how it is then, or null where another run has taken its place.
  async tell(words) {
    const { id } = this;
    if (!id) return null;
    try {
      const answer = await send(`/api/runs/${id}/commands`, words);
      return id === this.id ? answer : null;
    } catch (error) {
      if (id !== this.id) return null;
      if (error.status === 404) this.lost(404);
      throw error;
    }
  }

  async read() {
    const answer = await fetch(`/api/runs/${this.id}`).catch(() => null);
    return answer?.ok ? answer.json() : null;
  }

  // What is to be seen: words of the stream's address. Other words open it anew.
  watch(wish) {
    const words = String(new URLSearchParams(wish));
    if (this.wish === words && this.stream) return;
    this.wish = words;
    this.shut();
    this.look();
  }

  unwatch() {
    this.wish = null;
    this.shut();
  }

  look() {
    if (document.hidden || !this.id || this.wish === null) return this.shut();
    if (this.stream) return undefined;
    const stream = new EventSource(`/api/runs/${this.id}/frames?${this.wish}`);
    this.stream = stream;
    stream.addEventListener("frame", ({ data }) => {
      this.tries = 0;
      if (stream === this.stream) this.onFrame(read(JSON.parse(data)));
    });
    stream.addEventListener("error", () => stream === this.stream && this.reopen());
    return undefined;
  }

  // A stream that breaks: the run may be gone, or the server; EventSource itself would not say.
  async reopen() {
    this.shut();
    const { id } = this;
    const wait = RETRY[Math.min(this.tries, RETRY.length - 1)];
    this.tries += 1;
    await new Promise((over) => setTimeout(over, wait));
    if (id !== this.id || this.stream || this.wish === null) return;
    const answer = await fetch(`/api/runs/${id}`).catch(() => null);
    if (id !== this.id) return;
    if (answer?.status === 404) this.lost(404);
    else if (!answer?.ok) {
      this.onLost(0);
      this.reopen();
    } else this.look();
  }

  lost(status) {
    this.shut();
    this.id = null;
    this.onLost(status);
  }

  shut() {
    this.stream?.close();
    this.stream = null;
  }

  drop() {
    this.shut();
    this.making += 1;
    if (this.id) remove(this.id);
    this.id = null;
  }
}

const remove = (id) => fetch(`/api/runs/${id}`, { method: "DELETE", keepalive: true }).catch(() => null);

async function send(path, body) {
  const words = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(path, words).catch(() => null);
  if (!answer) throw new Refused(0);
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, found.error);
  return found;
}

// Of wishes that come faster than they are done, the newest is done next, the others never.
export function newestOf(deed) {
  let waiting = null;
  let busy = false;
  const next = async () => {
    busy = true;
    while (waiting) {
      const wish = waiting;
      waiting = null;
      await deed(wish.value).catch(wish.refused);
    }
    busy = false;
  };
  return (value, refused = () => null) => {
    waiting = { value, refused };
    if (!busy) next();
  };
}
