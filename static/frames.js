// Frames as they come from a run, their arrays unpacked: base64 of little-endian numbers. Machines
// with browsers are little endian too.

const KINDS = {
  values: Float32Array,
  gradients: Float32Array,
  carried: Float32Array,
  predicted: Float32Array,
  target: Float32Array,
  rows: Float32Array,
  at: Uint32Array,
  cells: Uint8Array,
  sure: Uint8Array,
  test: Uint8Array,
};
const PACKED = ["nodes", "wires", "field", "fit", "residuals", "thumbs", "samples"];

// The frame with its arrays; what was not sent is absent.
export function read(frame) {
  const found = { ...frame };
  for (const part of PACKED) if (frame[part]) found[part] = unpackedPart(frame[part]);
  if (typeof frame.gradient === "string") found.gradient = unpacked(frame.gradient, Float32Array);
  return found;
}

function unpackedPart(part) {
  const found = { ...part };
  for (const [name, kind] of Object.entries(KINDS)) {
    const wide = part.wide && kind === Float32Array; // some number is beyond single precision
    if (typeof part[name] === "string") found[name] = unpacked(part[name], wide ? Float64Array : kind);
  }
  return found;
}

function unpacked(text, kind) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = letters.charCodeAt(at);
  return new kind(bytes.buffer);
}

// An array as it is now: replaced by what came whole, or changed where `at` says.
export function merged(old, sent, at) {
  if (!at) return sent;
  for (let place = 0; place < at.length; place += 1) old[at[place]] = sent[place];
  return old;
}
