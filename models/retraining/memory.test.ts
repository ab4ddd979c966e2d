import { describe, expect, it } from 'vitest';
import { drawMemory, type MemoryRows } from './memory.ts';

const draw = (rows: MemoryRows, size: number, seed: number) => drawMemory({ rows, size, seed });

const rowsOf = (count: number, changes: Partial<MemoryRows> = {}): MemoryRows => ({
  rowIds: Float64Array.from({ length: count }, (_, row) => 10 * row),
  target: Float64Array.from({ length: count }, (_, row) => Number(row % 10 === 0)),
  isClass: true,
  importance: new Float64Array(count).fill(1),
  ...changes,
});

describe('a memory', () => {
  it('keeps the shares of classes and of times, and is the same for the same seed', () => {
    const memory = draw(rowsOf(4_000), 400, 3);
    expect(memory.rowIds).toHaveLength(400);
    expect(new Set(memory.rowIds).size).toBe(400);
    expect(memory.rowIds).toEqual([...memory.rowIds].sort((a, b) => a - b));
    for (const { rows, kept } of memory.strata) expect(Math.abs(kept - rows / 10)).toBeLessThanOrEqual(1);
    expect(draw(rowsOf(4_000), 400, 3)).toEqual(memory);
    expect(draw(rowsOf(4_000), 400, 4).rowIds).not.toEqual(memory.rowIds);
  });

  it('draws what is like the new rows more often, by its weight', () => {
    const importance = Float64Array.from({ length: 4_000 }, (_, row) => (row % 2 === 0 ? 4 : 1));
    const { rowIds } = draw(rowsOf(4_000, { importance, target: new Float64Array(4_000) }), 400, 5);
    const likely = rowIds.filter((id) => (id / 10) % 2 === 0).length / rowIds.length;
    // Of a small share drawn without replacement, nearly 4 of 5; its standard error is 0.02.
    expect(likely).toBeGreaterThan(0.72);
    expect(likely).toBeLessThan(0.86);
  });

  it('cuts a number’s range into fifths, and keeps a row of a class that is rare', () => {
    const target = Float64Array.from({ length: 1_000 }, (_, row) => (row * 7919) % 1_000);
    const { strata } = draw(rowsOf(1_000, { target, isClass: false }), 100, 1);
    expect(strata).toHaveLength(20);
    for (const { kept } of strata) expect(kept).toBeGreaterThanOrEqual(4);
    const rare = new Float64Array(1_000).map((_, row) => Number(row === 400));
    const memory = draw(rowsOf(1_000, { target: rare }), 50, 1);
    expect(memory.rowIds).toContain(4_000);
  });

  it('is all rows where there is room for them', () => {
    expect(draw(rowsOf(30), 100, 1).rowIds).toHaveLength(30);
  });
});
