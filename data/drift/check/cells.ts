const bins = 16;

/** Cut points at 1/16, 2/16, … of ascending numbers, without repeats. */
export function quantileCuts(sorted: Float64Array): Float64Array {
  const cuts: number[] = [];
  for (let k = 1; k < bins; k++) {
    const cut = sorted[Math.min(sorted.length - 1, Math.floor((k * sorted.length) / bins))];
    if (cut !== cuts.at(-1) && cut > sorted[0]) cuts.push(cut);
  }
  return Float64Array.from(cuts);
}

/** Cell of each number: how many cut points are at or below it. */
export function numberCells(values: Float64Array, cuts: Float64Array): Int32Array {
  const cells = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    let low = 0;
    let high = cuts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cuts[middle] <= value) low = middle + 1;
      else high = middle;
    }
    cells[i] = low;
  }
  return cells;
}

/** Rows of each cell. */
export function countCells(cells: Int32Array, width: number): Float64Array {
  const counts = new Float64Array(width);
  for (const cell of cells) counts[cell]++;
  return counts;
}
