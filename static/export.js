// Export: the server makes each file, of what is drawn and as the page shows it; here it is saved.
import { drawnSource, post } from "./ask.js";
import { complain } from "./editor.js";
import { imagined, learning, runShown } from "./learn.js";
import { isDark } from "./scheme.js";

const FAILED = "That could not be saved. Try it again.";
const FAULTY = "The text has a fault: what is drawn is saved.";
const NEWER = "The text is newer: what is drawn is saved.";

export function startExport() {
  const menu = document.getElementById("exports");
  menu.addEventListener("beforetoggle", remark);
  menu.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-format]");
    if (!button) return;
    menu.hidePopover();
    complain(await saved(button.dataset.format));
  });
}

// Where the text is not the one that is drawn, that is said before anything is saved.
function remark() {
  const drawn = document.getElementById("drawn") && document.getElementById("source").value !== drawnSource();
  const note = document.getElementById("exports-note");
  note.hidden = !drawn;
  note.textContent = document.querySelector("#fault [data-span]") ? FAULTY : NEWER;
}

// Save a file; return what went wrong, in a sentence, or nothing.
async function saved(format) {
  try {
    const live = learning() ? { run: runShown(), learning: 1, imagined: imagined() } : {};
    const answer = await post(`/export/${format}`, { dark: Number(isDark()), ...live });
    if (!answer.ok) return sentence(await answer.json());
    const [, name] = answer.headers.get("content-disposition").match(/filename="([^"]+)"/);
    save(await answer.blob(), name);
    return "";
  } catch {
    return FAILED;
  }
}

const sentence = ({ error }) => [error.message, error.hint].filter(Boolean).join(" ");

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
