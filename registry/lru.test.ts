import { describe, expect, it } from 'vitest';
import { createLru } from './lru.ts';

describe('createLru', () => {
  it('loads once for callers at the same time, and again after the entry fell out', async () => {
    const loads: string[] = [];
    const cached = createLru<string>(2);
    const get = (key: string) =>
      cached(key, async () => {
        loads.push(key);
        return key;
      });
    await Promise.all([get('a'), get('a'), get('b')]);
    await get('a');
    await get('c');
    await get('a');
    expect(loads).toEqual(['a', 'b', 'c']);
    await get('b');
    expect(loads).toEqual(['a', 'b', 'c', 'b']);
  });

  it('forgets a load that failed', async () => {
    const cached = createLru<number>(1);
    await expect(cached('k', () => Promise.reject(new Error('torn')))).rejects.toThrow('torn');
    await expect(cached('k', async () => 7)).resolves.toBe(7);
  });
});
