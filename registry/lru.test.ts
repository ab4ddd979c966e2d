import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLru } from './lru.ts';

afterEach(() => {
  vi.useRealTimers();
});

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

  it('forgets what nobody asks for, and nothing that is asked for in time', async () => {
    vi.useFakeTimers();
    const loads: string[] = [];
    const cached = createLru<string>(2, { idleMs: 1_000 });
    const get = (key: string) =>
      cached(key, async () => {
        loads.push(key);
        return key;
      });
    await Promise.all([get('used'), get('idle')]);
    for (let second = 0; second < 3; second++) {
      vi.advanceTimersByTime(1_000);
      await get('used');
    }
    expect(loads).toEqual(['used', 'idle']);
    await get('idle');
    expect(loads).toEqual(['used', 'idle', 'idle']);
  });

  it('keeps the result, and nothing of whom it was loaded for', async () => {
    const cached = createLru<number>(1);
    const activity = new AsyncLocalStorage<object>();
    const load = async (): Promise<WeakRef<object>> => {
      const context = { rows: new Float64Array(1_000) };
      await activity.run(context, () => cached('k', async () => sleep(1, 7)));
      return new WeakRef(context);
    };
    const context = await load();
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    for (let time = 0; time < 5 && context.deref() !== undefined; time++) {
      await sleep(5);
      collect();
    }
    expect(context.deref()).toBeUndefined();
    await expect(cached('k', async () => 8)).resolves.toBe(7);
  });
});
