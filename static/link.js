// The address is the state: after every change it holds the link that reopens exactly this.

const WAIT = 200; // ms; browsers allow only so many changes of the address a second
let waiting;
let base; // the program and its inputs, as the server words them
const also = []; // what is added to them

export function startLink() {
  addEventListener("hashchange", () => location.reload());
  const button = document.getElementById("copy");
  const usual = [...button.childNodes];
  button.addEventListener("click", async () => {
    flush();
    const copied = await copy(location.href);
    button.textContent = copied ? "Copied" : "Copy it from the address bar";
    setTimeout(() => button.replaceChildren(...usual), 1600);
  });
}

// The link of what is drawn, for when something else of the address changes.
export function readLink(link) {
  base = link;
}

// What else belongs into every link, such as the step; told the link of the program.
export function linkAlso(supplier) {
  also.push(supplier);
}

export function writeLink(link = base) {
  base = link;
  waiting ??= setTimeout(flush, WAIT);
}

function flush() {
  if (!waiting) return;
  clearTimeout(waiting);
  waiting = undefined;
  if (base) history.replaceState(null, "", base + also.map((supplier) => supplier(base)).join(""));
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
  for (const control of document.getElementById("program").elements) {
    const said = words.getAll(control.name);
    if (!said.length || control.name === "set") continue;
    if (control.type === "checkbox") control.checked = said.includes(control.value);
    else control.value = said.at(-1);
  }
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // not a secure context, or not allowed
  }
}
