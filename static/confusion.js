// Which classes are taken for which: true classes by row, predicted ones by column.

import { MINUS } from "./digits.js";

const AXES = "true class by row, predicted by column";

// matrix[i][j]: how many samples of the i-th class are taken for the j-th; labels: what they are called.
export function writeConfusion(table, matrix, labels) {
  table.hidden = !matrix?.length;
  if (table.hidden) return;
  table.classList.add("confusion");
  const shape = JSON.stringify(labels.slice(0, matrix.length));
  if (table.dataset.shape !== shape) build(table, matrix.length, labels, shape);
  for (const [i, row] of matrix.entries()) {
    for (const [j, count] of row.entries()) write(table.tBodies[0].rows[i].cells[j + 1], count);
  }
}

function write(cell, count) {
  const text = String(count);
  if (cell.textContent === text) return;
  cell.textContent = text;
  cell.classList.toggle("none", count === 0);
}

function build(table, size, labels, shape) {
  table.dataset.shape = shape;
  table.replaceChildren();
  table.createCaption().textContent = AXES;
  const names = Array.from({ length: size }, (_, at) => String(labels[at] ?? at).replace("-", MINUS));
  const head = table.createTHead().insertRow();
  head.append(document.createElement("td"), ...names.map((name) => header("col", name)));
  const body = table.createTBody();
  for (const [at, name] of names.entries()) {
    const row = body.insertRow();
    row.append(header("row", name), ...names.map(() => document.createElement("td")));
    row.cells[at + 1].className = "diagonal";
  }
}

const header = (scope, name) => Object.assign(document.createElement("th"), { scope, textContent: name, title: name });
