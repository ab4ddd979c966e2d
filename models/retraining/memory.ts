import { quantile } from '../quantile.ts';
import { seededRandom } from '../random.ts';

/** Equal parts of old rows by the target's quantiles, where it is a number, and by arrival. */
const targetParts = 5;
const eras = 4;
/** Each stratum that has rows keeps at least this many of them. */
const leastPerStratum = 1;

/** Draws a memory on another thread. */
export const memoryWorker = new URL('./memory.worker.ts', import.meta.url);

/** Old rows that a memory may keep. */
export interface MemoryRows {
  /** Ascending with arrival. */
  rowIds: Float64Array;
  /** The target's value, or the index of its class. */
  target: Float64Array;
  isClass: boolean;
  /** How much each row is worth keeping, above 0. */
  importance: Float64Array;
}
export interface MemoryTask {
  rows: MemoryRows;
  /** Most rows to keep. */
  size: number;
  seed: number;
}
export interface Memory {
  /** Ascending. */
  rowIds: number[];
  /** Rows of each stratum: those that there are, and those kept. */
  strata: { name: string; rows: number; kept: number }[];
}

/**
 * Draws the rows of a memory: strata by class (or fifths of the target) and by quarter of arrival keep their shares,
 * and within each, rows are drawn without replacement with chances by their importance.
 * Reference: Efraimidis and Spirakis, Weighted random sampling with a reservoir, IPL 97, 2006 (A-Res).
 */
export function drawMemory({ rows, size, seed }: MemoryTask): Memory {
  const random = seededRandom(seed, 'memory');
  const keys = rows.importance.map((weight) => Math.log(1 - random.next()) / weight);
  const strata = stratify(rows);
  const kept = allot(
    [...strata.values()].map(({ length }) => length),
    Math.min(size, rows.rowIds.length),
  );
  const drawn: number[] = [];
  const report = [...strata].map(([name, positions], at) => {
    const best = positions.sort((a, b) => keys[b] - keys[a] || a - b).slice(0, kept[at]);
    drawn.push(...best);
    return { name, rows: positions.length, kept: kept[at] };
  });
  return { rowIds: drawn.map((row) => rows.rowIds[row]).sort((a, b) => a - b), strata: report };
}

function stratify({ target, isClass }: MemoryRows): Map<string, number[]> {
  const sorted = target.slice().sort();
  const cuts = isClass
    ? []
    : Array.from({ length: targetParts - 1 }, (_, at) => quantile(sorted, (at + 1) / targetParts));
  const partOf = (value: number) =>
    isClass ? value : cuts.reduce((part, cut) => part + Number(value > cut), 0);
  const strata = new Map<string, number[]>();
  target.forEach((value, row) => {
    const name = `${isClass ? 'class' : 'part'} ${partOf(value)}, quarter ${Math.floor((eras * row) / target.length) + 1}`;
    const positions = strata.get(name);
    if (positions) positions.push(row);
    else strata.set(name, [row]);
  });
  return strata;
}

/** Rows that each stratum keeps: its share of the size by largest remainder, but one where it has any. */
function allot(sizes: number[], size: number): number[] {
  const total = sizes.reduce((sum, rows) => sum + rows, 0);
  const shares = sizes.map((rows) => (rows * size) / Math.max(1, total));
  const kept = shares.map((share, at) => Math.min(sizes[at], Math.max(leastPerStratum, Math.floor(share))));
  const order = shares
    .map((share, at) => ({ at, rest: share - Math.floor(share) }))
    .sort((a, b) => b.rest - a.rest || a.at - b.at);
  let left = size - kept.reduce((sum, rows) => sum + rows, 0);
  for (const { at } of order) {
    if (left <= 0) break;
    if (kept[at] >= sizes[at]) continue;
    kept[at]++;
    left--;
  }
  return kept;
}
