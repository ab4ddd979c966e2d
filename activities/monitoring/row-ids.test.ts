import { describe, expect, it } from 'vitest';
import type { Part } from '../../contracts/refs.ts';
import { idsAfter, lastId, lineageOf, thin, without } from './row-ids.ts';

const part = (firstRowId: number, rows: number, sha256 = 'a'.repeat(64)): Part => ({
  artifact: { sha256, bytes: 1, mediaType: 'x', name: 'part' },
  rows,
  firstRowId,
});

describe('row ids', () => {
  it('are those of the parts after a given one, in order', () => {
    const parts = [part(10, 3), part(0, 4), part(20, 2)];
    expect([...idsAfter(parts, null)]).toEqual([0, 1, 2, 3, 10, 11, 12, 20, 21]);
    expect([...idsAfter(parts, 10)]).toEqual([11, 12, 20, 21]);
    expect([...idsAfter(parts, 21)]).toEqual([]);
    expect(lastId(parts)).toBe(21);
    expect(lastId([])).toBeNull();
  });

  it('belong to a lineage that begins with the first part', () => {
    expect(lineageOf({ parts: [part(0, 1), part(1, 1, 'b'.repeat(64))] })).toBe('a'.repeat(64));
    expect(lineageOf({ parts: [] })).toBe('');
  });

  it('are thinned evenly, in order, the same for the same seed', () => {
    const ids = Float64Array.from({ length: 1_003 }, (_, at) => at * 2);
    const some = thin(ids, 100, 7);
    expect(some).toHaveLength(100);
    expect([...some]).toEqual([...thin(ids, 100, 7)]);
    expect([...some]).not.toEqual([...thin(ids, 100, 8)]);
    for (let at = 1; at < some.length; at++) expect(some[at]).toBeGreaterThan(some[at - 1]);
    // One of each stretch of ten: no two neighbours are further apart than two stretches.
    for (let at = 1; at < some.length; at++) expect(some[at] - some[at - 1]).toBeLessThan(2 * 2 * 10.03 + 2);
    expect(thin(ids, 1_003, 7)).toBe(ids);
  });

  it('leave others out', () => {
    const ids = Float64Array.of(1, 2, 3, 4);
    expect([...without(ids, [2, 4, 9])]).toEqual([1, 3]);
    expect(without(ids, [])).toBe(ids);
  });
});
