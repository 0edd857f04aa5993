// The address is the state: after every change it holds the link that reopens exactly this.

const WAIT = 200; // ms; browsers allow only so many changes of the address a second
let waiting;

export function startLink() {
  addEventListener("hashchange", () => location.reload());
  const button = document.getElementById("copy");
  button.addEventListener("click", async () => {
    flush();
    const copied = await copy(location.href);
    button.textContent = copied ? "Copied" : "Copy it from the address bar";
    setTimeout(() => { button.textContent = "Copy link"; }, 1600);
  });
}

export function writeLink(link) {
  clearTimeout(waiting?.timer);
  waiting = { link, timer: setTimeout(flush, WAIT) };
}

function flush() {
  if (!waiting) return;
  clearTimeout(waiting.timer);
  history.replaceState(null, "", waiting.link);
  waiting = undefined;
}

// A program too long for the server's eyes stands behind the #.
export function openLink() {
  const words = new URLSearchParams(location.hash.slice(1));
  if (!words.has("p")) return;
  const source = document.getElementById("source");
  source.value = words.get("p");
  source.dispatchEvent(new Event("input"));
  const leaves = document.getElementById("leaves");
  leaves.replaceChildren(...words.getAll("set").map((setting) => {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "set" });
    field.value = setting;
    return field;
  }));
  document.getElementById("after").value = "";
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // not a secure context, or not allowed
  }
}
