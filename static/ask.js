// Asking the server: the form as it stands, one request of a kind at a time, the newest wish wins.
import { complain } from "./editor.js";

const form = document.getElementById("program");
const RETRY = 2500; // ms
let drawnText = "";

// What is asked about is the program that is drawn, not what is being typed over it.
export function drawnIs(text) {
  drawnText = text;
}

export const drawnSource = () => drawnText;

class Unreachable extends Error {}

function fields(more = {}) {
  const body = new FormData(form);
  body.set("source", drawnText);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  return new URLSearchParams(body);
}

// What an answer is about: one that arrives when this has changed is late.
export const wish = () => String(fields());

export async function post(path, more) {
  try {
    return await fetch(path, { method: "POST", body: fields(more) });
  } catch {
    throw new Unreachable();
  }
}

// While one request is under way, further wishes become one more; without an answer it is tried again.
// Between two there are `rest` ms, in which the page can paint.
export function newest(send, rest = 0) {
  let wanted = false;
  let busy = null;
  const run = async () => {
    try {
      while (wanted) {
        wanted = false;
        await send();
        complain("");
        if (rest) await new Promise((over) => setTimeout(over, rest));
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      complain("The server does not answer. What you set is kept; it is tried again.");
      setTimeout(ask, RETRY);
    } finally {
      busy = null;
    }
  };
  const ask = () => {
    wanted = true;
    busy ??= run();
    return busy;
  };
  return ask;
}
