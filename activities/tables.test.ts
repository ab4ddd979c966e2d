import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeNumbersCsv } from './tables.ts';

it('writes every row with digits that give the same number back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'relevo-tables-'));
  try {
    const path = join(folder, 'numbers.csv');
    const id = Float64Array.from({ length: 12_001 }, (_, row) => row);
    const value = id.map((row) => row / 3);
    await writeNumbersCsv(path, { row_id: id, value });
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe('row_id,value');
    expect(lines.length).toBe(12_002);
    for (const row of [0, 4_999, 5_000, 12_000])
      expect(lines[row + 1].split(',').map(Number)).toEqual([row, row / 3]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
