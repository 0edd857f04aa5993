// What one does to the graph: step through one pass ("walk"), or let it learn ("learn"). A program
// with data learns unless a person has chosen.

const listeners = [];
let chosen = false;

export const modeIs = (mode) => document.body.dataset.mode === mode;

export function whenMode(listener) {
  listeners.push(listener);
}

export function startModes() {
  for (const button of document.querySelectorAll(".modes [data-to]")) {
    button.addEventListener("click", () => {
      setMode(button.dataset.to, true);
      document.querySelector(`.transport:not([hidden]) .modes [data-to="${button.dataset.to}"]`)?.focus();
    });
  }
  show();
}

// byHand: a person has chosen it; null: it suits the program, unless a person has; false: it must be.
export function setMode(mode, byHand = null) {
  if (byHand === null && chosen) return;
  chosen = byHand === null ? chosen : byHand;
  if (modeIs(mode)) return;
  document.body.dataset.mode = mode;
  show();
  for (const listener of listeners) listener(mode);
}

function show() {
  for (const button of document.querySelectorAll(".modes [data-to]")) {
    button.setAttribute("aria-pressed", String(modeIs(button.dataset.to)));
  }
}
