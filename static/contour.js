// The line along which a grid of cells passes a level: straight through each square of four neighbours.

const FLAT = 1; // levels; a square that rises no more holds a line only by the rounding of its cells

// Row 0 of the cells lies at the bottom; each number is that of its cell's middle.
export function traceLevel(context, { width: columns, height: rows, cells }, level, width, height) {
  const grid = bordered(cells, columns, rows);
  const stride = columns + 2;
  const across = (column) => (Math.min(Math.max(column - 0.5, 0), columns) / columns) * width;
  const up = (row) => height - (Math.min(Math.max(row - 0.5, 0), rows) / rows) * height;
  context.beginPath();
  for (let row = 0; row <= rows; row += 1) {
    for (let column = 0, at = row * stride; column <= columns; column += 1, at += 1) {
      const square = [grid[at], grid[at + 1], grid[at + stride + 1], grid[at + stride]];
      const below = (square[0] < level) + (square[1] < level) + (square[2] < level) + (square[3] < level);
      if (below === 0 || below === 4 || Math.max(...square) - Math.min(...square) <= FLAT) continue;
      for (const [place, [x, y]] of crossings(square, level).entries()) {
        const [left, top] = [between(across(column), across(column + 1), x), between(up(row), up(row + 1), y)];
        context[place % 2 ? "lineTo" : "moveTo"](left, top);
      }
    }
  }
}

const between = (from, to, share) => from + share * (to - from);

// The cells with a rim around them: half a cell further on in the direction in which they go.
function bordered(cells, columns, rows) {
  const stride = columns + 2;
  const grid = new Float32Array(stride * (rows + 2));
  for (let row = 0; row < rows; row += 1) grid.set(cells.subarray(row * columns, (row + 1) * columns), (row + 1) * stride + 1);
  const extend = (at, inward) => {
    grid[at] = grid[at + inward] + (grid[at + inward] - grid[at + 2 * inward]) / 2;
  };
  for (let row = 1; row <= rows; row += 1) {
    extend(row * stride, 1);
    extend(row * stride + columns + 1, -1);
  }
  for (let column = 0; column < stride; column += 1) {
    extend(column, stride);
    extend((rows + 1) * stride + column, -stride);
  }
  return grid;
}

// Where the sides of a square, from its bottom left corner counter-clockwise, pass the level: the ends
// of one line or of two.
function crossings(square, level) {
  const ends = [];
  for (let side = 0; side < 4; side += 1) {
    const [from, to] = [square[side], square[(side + 1) % 4]];
    if (from < level === to < level) continue;
    const share = (level - from) / (to - from);
    ends.push([[share, 0], [1, share], [1 - share, 1], [0, 1 - share]][side]);
  }
  return ends;
}
