// Export: the picture as it is seen, as SVG or PNG; all else is made by the server and saved here.
import { post } from "./ask.js";
import { complain } from "./editor.js";
import { learning, runShown } from "./learn.js";

const SCALE = 2; // px of a PNG for each px of the picture
const MOST_PIXELS = 64e6; // a larger picture is drawn smaller: browsers hold no more
const MARGIN = 16; // px around the picture
// What makes an element look as it does; of each what it is where nobody says.
const LOOKS = {
  fill: "rgb(0, 0, 0)", stroke: "none", "stroke-width": "1px", "stroke-dasharray": "none",
  "stroke-linecap": "butt", "stroke-opacity": "1", opacity: "1", "paint-order": "normal",
  "text-decoration-line": "none",
};
const OF_TEXT = ["font-family", "font-size", "font-weight", "font-variant-ligatures"];
const SIZES = new Set(["stroke-width", "font-size"]);

export function startExport() {
  const menu = document.getElementById("exports");
  menu.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-format]");
    if (!button) return;
    const { format } = button.dataset;
    menu.hidePopover();
    try {
      if (format === "svg" || format === "png") await savePicture(format);
      else await saveMade(format);
    } catch {
      complain("That could not be saved. Try it again.");
    }
  });
}

async function saveMade(format) {
  const answer = await post(`/export/${format}`, { run: learning() ? runShown() : "" });
  if (!answer.ok) throw new Error(answer.statusText);
  const [, name] = answer.headers.get("content-disposition").match(/filename="([^"]+)"/);
  save(await answer.blob(), name);
}

async function savePicture(format) {
  const drawn = document.querySelector("#picture svg");
  if (!drawn) return complain("There is no picture yet.");
  const { text, width, height } = await pictured(drawn);
  if (format === "svg") save(new Blob([text], { type: "image/svg+xml" }), "gradwalk.svg");
  else save(await rastered(text, width, height), "gradwalk.png");
}

// The drawing as a file that needs nothing of the page: looks on every element, fonts inside.
export async function pictured(drawn) {
  const picture = drawn.cloneNode(true);
  dress(drawn, picture);
  const { x, y, width, height } = drawn.viewBox.baseVal;
  const box = [x - MARGIN, y - MARGIN, width + 2 * MARGIN, height + 2 * MARGIN];
  for (const name of ["style", "class"]) picture.removeAttribute(name);
  picture.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  picture.setAttribute("viewBox", box.join(" "));
  picture.setAttribute("width", box[2]);
  picture.setAttribute("height", box[3]);
  const ground = made("rect", { x: box[0], y: box[1], width: box[2], height: box[3] });
  ground.setAttribute("fill", plain(getComputedStyle(document.body).backgroundColor));
  const style = made("style");
  style.textContent = await fontFaces();
  picture.prepend(style, ground);
  return { text: new XMLSerializer().serializeToString(picture), width: box[2], height: box[3] };
}

function made(name, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// Give a copy the looks that its original has on the page; what is not seen is left out.
function dress(original, copy) {
  const gone = [];
  [...original.children].forEach((child, place) => {
    const twin = copy.children[place];
    const looks = getComputedStyle(child);
    if (looks.display === "none" || (looks.visibility === "hidden" && !child.children.length)) return gone.push(twin);
    if (!child.matches("title, g, defs")) wear(looks, twin, child.matches("text, tspan"));
    else if (looks.opacity !== "1") twin.setAttribute("opacity", looks.opacity);
    if (!child.matches("title")) dress(child, twin);
    for (const name of ["style", "class", "tabindex"]) twin.removeAttribute(name);
  });
  for (const twin of gone) twin.remove();
}

function wear(looks, twin, written) {
  for (const [name, usual] of Object.entries(LOOKS)) {
    const value = looks.getPropertyValue(name);
    if (value !== usual) twin.setAttribute(name === "text-decoration-line" ? "text-decoration" : name, sized(name, plain(value)));
    else twin.removeAttribute(name);
  }
  if (!written) return;
  for (const name of OF_TEXT) twin.setAttribute(name, sized(name, looks.getPropertyValue(name)));
}

const sized = (name, value) => (SIZES.has(name) ? value.replace("px", "") : value);

// A colour as every viewer reads it: mixed ones are said in a newer way.
function plain(value) {
  const mixed = value.match(/^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/);
  if (!mixed) return value;
  const [red, green, blue] = mixed.slice(1, 4).map((share) => Math.round(255 * share));
  return `rgba(${red}, ${green}, ${blue}, ${mixed[4] ?? 1})`;
}

// The faces that the page has loaded, each with its file inside.
async function fontFaces() {
  const loaded = new Set([...document.fonts].filter((face) => face.status === "loaded").map(({ family, unicodeRange }) => spelled(family + unicodeRange)));
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => [rule, sheet.href]));
  const faces = rules.filter(([rule]) => rule instanceof CSSFontFaceRule && !rule.style.fontFamily.includes("Math")
    && loaded.has(spelled(rule.style.fontFamily + rule.style.getPropertyValue("unicode-range"))));
  return (await Promise.all(faces.map(embedded))).join("\n");
}

const spelled = (words) => words.replace(/["'\s]/g, "").toUpperCase();

async function embedded([{ style, cssText }, base]) {
  const [address] = style.getPropertyValue("src").match(/url\("[^"]+"\)/);
  const answer = await fetch(new URL(address.slice(5, -2), base));
  return cssText.replace(address, `url("${await dataAddress(await answer.blob())}")`);
}

function dataAddress(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", reject);
    reader.readAsDataURL(blob);
  });
}

async function rastered(text, width, height) {
  const image = new Image();
  image.src = await dataAddress(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  const scale = Math.min(SCALE, Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
