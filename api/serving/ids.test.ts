import { describe, expect, it } from 'vitest';
import { createIdMaker } from './ids.ts';

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids', () => {
  it('are UUIDs of version 7, unique and ascending within a millisecond and across', () => {
    let now = 1_795_000_000_000;
    const newId = createIdMaker(() => now);
    const ids: string[] = [];
    for (let i = 0; i < 100_000; i++) {
      if (i % 40_000 === 0) now++;
      ids.push(newId());
    }
    expect(ids.every((id) => version7.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  it('carry the moment in their first 48 bits', () => {
    const id = createIdMaker(() => 0x0123456789ab)();
    expect(id.replaceAll('-', '').slice(0, 12)).toBe('0123456789ab');
  });

  it('go on ascending when the clock is set back', () => {
    const moments = [1000, 999, 998, 1001];
    const newId = createIdMaker(() => moments.shift() ?? 1001);
    const ids = [newId(), newId(), newId(), newId()];
    expect([...ids].sort()).toEqual(ids);
  });

  it('differ between processes at the same moment', () => {
    const now = (): number => 5;
    expect(createIdMaker(now)()).not.toBe(createIdMaker(now)());
  });
});
