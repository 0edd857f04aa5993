// What the document carries, read once: plain, or packed where it is large.
const field = (id) => document.getElementById(id);

async function unpacked({ dataset, textContent }) {
  if (dataset.packed === undefined) return JSON.parse(textContent);
  const bytes = Uint8Array.from(atob(textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

const data = await unpacked(field("payload"));
