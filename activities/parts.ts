import type { ArtifactStore } from '../contracts/artifacts.ts';
import type { Part } from '../contracts/refs.ts';

/** Files of the parts on this machine, in their order; fetched where they are not here. */
export const localPaths = (artifacts: ArtifactStore, parts: Part[]): Promise<string[]> =>
  Promise.all(parts.map((part) => artifacts.localPath(part.artifact)));

/** The id of the first row to come after these parts. */
export const nextRowId = (parts: Part[]): number =>
  parts.reduce((next, part) => Math.max(next, part.firstRowId + part.rows), 0);

/** What an ingest adds to the dataset that it continues. */
export interface Addition {
  parts: Part[];
  /** How many of the known parts, the newest, the first of these stands for: their rows are in it. */
  replaces?: number;
}

/** The dataset's parts with the addition. */
export const partsWith = (known: readonly Part[], { parts, replaces = 0 }: Addition): Part[] => [
  ...known.slice(0, known.length - replaces),
  ...parts,
];

/**
 * How many of the newest known parts are to be written anew together with so many added rows, so that a dataset of
 * small batches has about as many parts as its number of rows has binary digits, and each row is written as often at
 * most. The first part stays as it is: a dataset is known by it.
 * @param mostRows of a part that is made of others.
 */
export function partsToMerge(known: readonly Pick<Part, 'rows'>[], added: number, mostRows: number): number {
  let rows = added;
  let count = 0;
  for (const part of known.slice(1).toReversed()) {
    if (part.rows > 2 * rows || part.rows + rows > mostRows) break;
    rows += part.rows;
    count++;
  }
  return count;
}
