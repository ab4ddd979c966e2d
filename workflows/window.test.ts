import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { inWindow } from './window.ts';

/** Work that ends when the test says so. */
function scripted() {
  const begun: number[] = [];
  const ended: number[] = [];
  const ends = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  return {
    begun,
    ended,
    /** Ends one, and waits until what follows from it has begun. */
    async end(number: number, error?: Error): Promise<void> {
      if (error) ends.get(number)?.reject(error);
      else ends.get(number)?.resolve();
      await turn();
    },
    work: {
      async prepare(number: number) {
        begun.push(number);
        return () => new Promise<void>((resolve, reject) => ends.set(number, { resolve, reject }));
      },
      async ended(number: number) {
        ended.push(number);
      },
      isOver: () => false,
    },
  };
}

describe('inWindow', () => {
  it('begins each when all up to the window before it have ended, whatever ended since', async () => {
    const { begun, ended, end, work } = scripted();
    const all = inWindow(8, 4, work);
    await turn();
    expect(begun).toEqual([0, 1, 2, 3]);
    await end(3);
    await end(1);
    expect(begun).toEqual([0, 1, 2, 3]);
    await end(0);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    expect(ended).toEqual([0, 1]);
    await end(2);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const number of [7, 6, 5, 4]) await end(number);
    expect(await all).toBe(8);
    expect(ended).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('does not wait for one that takes long but where it may be known', async () => {
    const { begun, end, work } = scripted();
    const all = inWindow(6, 4, work);
    await turn();
    await end(0);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    for (const number of [2, 3, 4]) await end(number);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    await end(1);
    await end(5);
    expect(await all).toBe(6);
  });

  it('lets what runs end when it is over, and says how many were done', async () => {
    const { begun, ended, end, work } = scripted();
    let isOver = false;
    const all = inWindow(9, 2, { ...work, isOver: () => isOver });
    await turn();
    await end(0);
    isOver = true;
    await end(1);
    await end(2);
    expect(await all).toBe(3);
    expect(begun).toEqual([0, 1, 2]);
    expect(ended).toEqual([0, 1, 2]);
  });

  it('throws the first failure, begins nothing more, and leaves none that nobody handles', async () => {
    const unhandled = vi.fn();
    process.once('unhandledRejection', unhandled);
    const { begun, end, work } = scripted();
    const all = inWindow(9, 3, work);
    all.catch(() => undefined);
    await turn();
    await end(2, new Error('the third'));
    await end(0, new Error('the first'));
    await expect(all).rejects.toThrow('the first');
    expect(begun).toEqual([0, 1, 2]);
    expect(unhandled).not.toHaveBeenCalled();
    process.off('unhandledRejection', unhandled);
  });

  it('has nothing to do, or less than a window', async () => {
    const { ended, end, work } = scripted();
    expect(await inWindow(0, 4, work)).toBe(0);
    const all = inWindow(2, 4, work);
    await turn();
    await end(1);
    await end(0);
    expect(await all).toBe(2);
    expect(ended).toEqual([0, 1]);
  });
});
