import type { Manifest, Part } from '../../contracts/refs.ts';
import { seededRandom } from '../../models/random.ts';

/** Equal where two versions hold the same rows under the same ids, as far as both reach. */
export const lineageOf = ({ parts }: Pick<Manifest, 'parts'>): string => parts[0]?.artifact.sha256 ?? '';

/** Ids of all rows after a given one (all, where null), rising. */
export function idsAfter(parts: readonly Part[], after: number | null): Float64Array {
  const ranges = parts
    .map(({ firstRowId, rows }) => ({ from: Math.max(firstRowId, (after ?? -1) + 1), to: firstRowId + rows }))
    .filter(({ from, to }) => from < to)
    .sort((a, b) => a.from - b.from);
  const ids = new Float64Array(ranges.reduce((sum, { from, to }) => sum + to - from, 0));
  let at = 0;
  for (const { from, to } of ranges) for (let id = from; id < to; id++) ids[at++] = id;
  return ids;
}

/** The greatest id; null where there are no rows. */
export function lastId(parts: readonly Part[]): number | null {
  if (parts.length === 0) return null;
  return parts.reduce((last, { firstRowId, rows }) => Math.max(last, firstRowId + rows - 1), -1);
}

/**
 * At most so many of the ids, in their order: one drawn from each of as many equal stretches, so that the sample
 * covers them evenly and no period of the rows meets a period of the draws. Equal seed, equal sample.
 */
export function thin(ids: Float64Array, most: number, seed: number): Float64Array {
  if (ids.length <= most) return ids;
  const random = seededRandom(seed, 'drift');
  const stretch = ids.length / most;
  return Float64Array.from({ length: most }, (_, at) => {
    const from = Math.floor(at * stretch);
    const to = Math.floor((at + 1) * stretch);
    return ids[from + random.integer(to - from)];
  });
}

/** The ids that are not among others. */
export function without(ids: Float64Array, others: ArrayLike<number>): Float64Array {
  const known = new Set(Array.from(others));
  return known.size === 0 ? ids : ids.filter((id) => !known.has(id));
}
