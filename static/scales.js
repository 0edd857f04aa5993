// Numbers to places: round ends that seldom move, and the numbers written at them.

const FEW = [1, 2, 5, 10];
const MORE = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

// The next of ... 0.5, 1, 2, 5, 10 ... that is not below a size; 0 of nothing.
export function roundUp(size, steps = FEW) {
  if (!(size > 0)) return 0;
  const decade = 10 ** Math.floor(Math.log10(size));
  const step = steps.find((each) => each * decade >= size * (1 - 1e-12));
  return Number((step * decade).toPrecision(2));
}

// The range that holds what is there, with round ends, 0 within: it moves when a number leaves it.
export function roundRange(least, most, steps = FEW) {
  const high = roundUp(Math.max(most, 0), steps);
  const low = -roundUp(Math.max(-least, 0), steps);
  return low === high ? [0, 1] : [low, high];
}

// The same, closer to what is there: it moves more often.
export const closeRange = (least, most) => roundRange(least, most, MORE);

// The range with room around it.
export function widened([low, high], share = 0.08) {
  const room = (high - low || 1) * share;
  return [low - room, high + room];
}

// The range of the numbers that are finite; null where there are none.
export function rangeOf(numbers) {
  let [low, high] = [Infinity, -Infinity];
  for (const each of numbers) {
    if (!Number.isFinite(each)) continue;
    if (each < low) low = each;
    if (each > high) high = each;
  }
  return low > high ? null : [low, high];
}

export const along = ([low, high], at) => (at - low) / (high - low);
export const between = ([low, high], share) => low + share * (high - low);

// 12345 -> 12,345
export const counted = (whole) => String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
