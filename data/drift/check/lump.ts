/** Categories of both sides that are compared each for itself, and all rare ones together in the last cell. */
export interface Cells {
  reference: number[];
  current: number[];
  /** Cell of a category; those absent here are in the last one. */
  byLabel: Map<string, number>;
  /** How many categories the last cell holds; 0 where there is no such cell. */
  lumped: number;
}

const mostCells = 100;
/** Rows that a cell must expect on the smaller side for chi-square to hold (Cochran 1954). */
const leastExpected = 5;

/**
 * Takes rare categories together. Which are rare is decided over both sides at once, so that nothing is found where
 * both sides come from one source: a category that one side has by luck alone is rare.
 * @param effective rows of each side that are independent.
 */
export function lumpRare(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
  effective: { reference: number; current: number },
): Cells {
  const pooled = new Map(reference);
  for (const [label, count] of current) pooled.set(label, (pooled.get(label) ?? 0) + count);
  const all = [...pooled.values()].reduce((sum, count) => sum + count, 0);
  const smaller = Math.min(effective.reference, effective.current);
  const isFrequent = (count: number) => (count / all) * smaller >= leastExpected;
  const ranked = [...pooled].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const kept = ranked.filter(([, count]) => isFrequent(count)).slice(0, mostCells);
  let rest = ranked.slice(kept.length);
  // A last cell that is rare itself takes the next category in.
  while (rest.length > 0 && kept.length > 1 && !isFrequent(rest.reduce((sum, [, count]) => sum + count, 0)))
    rest = [...kept.splice(-1), ...rest];
  const byLabel = new Map(kept.map(([label], cell) => [label, cell]));
  const width = kept.length + (rest.length > 0 ? 1 : 0);
  return {
    reference: countIn(reference, byLabel, width),
    current: countIn(current, byLabel, width),
    byLabel,
    lumped: rest.length,
  };
}

function countIn(counts: ReadonlyMap<string, number>, byLabel: Map<string, number>, width: number): number[] {
  const cells = new Array<number>(width).fill(0);
  for (const [label, count] of counts) cells[byLabel.get(label) ?? width - 1] += count;
  return cells;
}
