export interface WindowedWork {
  /** Called in order of the numbers, one at a time; what it gives is begun at once. */
  prepare(number: number): Promise<() => Promise<void>>;
  /** Called in order of the numbers, each when it and all before it have ended. */
  ended(number: number): Promise<void>;
  /** Whether nothing more may begin. */
  isOver(): boolean;
}

/**
 * Does work 0 to `count` − 1, `atOnce` at a time: each is prepared when all up to the `atOnce`-th before it have ended,
 * so that what it may know depends on its number alone, and one that takes long holds up no more than those that may
 * know of it. The first failure is thrown in its turn, and nothing more begins.
 * @returns how many were done: fewer than `count` where it was over before.
 */
export async function inWindow(count: number, atOnce: number, work: WindowedWork): Promise<number> {
  const begun: Promise<void>[] = [];
  let end = count;
  for (let number = 0; number < end + atOnce; number++) {
    const last = number - atOnce;
    if (last >= 0) {
      await begun[last];
      await work.ended(last);
    }
    if (number < end && work.isOver()) end = number;
    if (number >= end) continue;
    const one = (await work.prepare(number))();
    // It is awaited in its turn; until then its failure must not count as one that nobody handles.
    one.catch(() => undefined);
    begun.push(one);
  }
  return end;
}
