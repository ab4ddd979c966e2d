import { describe, expect, it } from 'vitest';
import { batchIds, idTimeMs } from './prediction-ids.ts';

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const atMs = Date.UTC(2026, 10, 22, 10, 30, 0, 123);

describe("ids of a batch's rows", () => {
  it('are UUIDs of version 7 that ascend with the rows and carry their moment', () => {
    const idOf = batchIds('batch/pump/a', atMs);
    const ids = [0, 1, 16_383, 16_384, 20_000_000, 2 ** 26 - 1].map(idOf);
    expect(ids.every((id) => version7.test(id) && idTimeMs(id) === atMs)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  it('are the same for the same batch, and others for another batch or moment', () => {
    const [id, same, other, later] = [
      batchIds('a', atMs),
      batchIds('a', atMs),
      batchIds('b', atMs),
      batchIds('a', atMs + 1),
    ].map((idOf) => idOf(7));
    expect(same).toBe(id);
    expect(new Set([id, other, later]).size).toBe(3);
  });
});
