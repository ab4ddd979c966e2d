import { availableParallelism } from 'node:os';

/** How many columns are worked on at a time: as many as the pool has threads, since each holds memory. */
const lanes = Math.max(1, availableParallelism() - 1);

/**
 * Does the work for each item, a few at a time, and gives the results in the items' order.
 * @param work gets the number of its lane: no two items are in one lane at a time.
 */
export async function inLanes<Item, Result>(
  items: readonly Item[],
  work: (item: Item, lane: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const waiting = items.entries();
  const run = async (_: unknown, lane: number) => {
    for (const [i, item] of waiting) results[i] = await work(item, lane);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, run));
  return results;
}
