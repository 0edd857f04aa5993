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

export async function post(path, more = {}) {
  const body = new FormData(form);
  body.set("source", drawnText);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  return fetch(path, { method: "POST", body: new URLSearchParams(body) });
}

// While one request is under way, further wishes become one more; without an answer it is tried again.
export function newest(send) {
  let wanted = false;
  let busy = null;
  const run = async () => {
    while (wanted) {
      wanted = false;
      try {
        await send();
        complain("");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        complain("The server does not answer. What you set is kept; it is tried again.");
        setTimeout(ask, RETRY);
      }
    }
    busy = null;
  };
  const ask = () => {
    wanted = true;
    busy ??= run();
    return busy;
  };
  return ask;
}
