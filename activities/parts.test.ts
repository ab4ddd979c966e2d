import { describe, expect, it } from 'vitest';
import type { Part } from '../contracts/refs.ts';
import { nextRowId, partsToMerge, partsWith } from './parts.ts';

const mostRows = 122_880;
const part = (firstRowId: number, rows: number, sha256 = 'b'.repeat(64)): Part => ({
  artifact: { sha256, bytes: 1, mediaType: 'x', name: 'part' },
  rows,
  firstRowId,
});

/** The dataset after batches of so many rows each, the first of them 2,000, and how often rows were written. */
function grown(batches: number[]): { parts: Part[]; written: number } {
  let parts = [part(0, 2_000)];
  let written = 0;
  for (const added of batches) {
    const replaces = partsToMerge(parts, added, mostRows);
    const tail = parts.slice(parts.length - replaces);
    const rows = tail.reduce((sum, one) => sum + one.rows, added);
    written += rows;
    parts = partsWith(parts, { parts: [part(tail[0]?.firstRowId ?? nextRowId(parts), rows)], replaces });
  }
  return { parts, written };
}

describe('parts of a dataset that grows by small batches', () => {
  it.each([
    ['a year of six-hourly ones', Array.from({ length: 1_460 }, () => 24)],
    ['ones that get smaller', Array.from({ length: 1_000 }, (_, at) => 1_000 - at)],
    ['ones of all sizes', Array.from({ length: 1_000 }, (_, at) => 1 + ((at * 7_919) % 5_000))],
  ])('stay few, and rows are written a few times: %s', (_, batches) => {
    const { parts, written } = grown(batches);
    const rows = batches.reduce((sum, count) => sum + count, 0);
    const full = Math.ceil(rows / (mostRows / 3));
    expect(parts.length).toBeLessThanOrEqual(2 + Math.log2(rows) + full);
    expect(written / rows).toBeLessThanOrEqual(Math.log2(rows));
  });

  it('keep every row id once, in order', () => {
    const { parts } = grown(Array.from({ length: 300 }, (_, at) => 1 + ((at * 31) % 97)));
    for (const [at, { firstRowId, rows }] of parts.entries())
      expect(parts[at + 1]?.firstRowId ?? firstRowId + rows).toBe(firstRowId + rows);
    expect(nextRowId(parts)).toBe(
      2_000 + 300 + Array.from({ length: 300 }, (_, at) => (at * 31) % 97).reduce((a, b) => a + b),
    );
  });

  it('leave the first part and full ones as they are', () => {
    const first = part(0, 10, 'a'.repeat(64));
    expect(partsToMerge([first], 1_000, mostRows)).toBe(0);
    expect(partsToMerge([first, part(10, mostRows)], mostRows, mostRows)).toBe(0);
    expect(partsToMerge([], 5, mostRows)).toBe(0);
    expect(partsWith([first, part(10, 5)], { parts: [part(10, 9)], replaces: 1 })).toEqual([
      first,
      part(10, 9),
    ]);
  });
});
