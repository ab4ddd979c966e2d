import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generate } from '../index.ts';
import { createRandom } from '../random.ts';
import { agrawalRules, type Person } from './agrawal.ts';
import { rulesOf } from './concepts.ts';
import { changesOf, conceptProcesses, streamRows } from './index.ts';

const { agrawal, hyperplane, sea, stagger } = conceptProcesses;

/** Share of the rows from one to another whose class a rule gives. */
function agreement(
  rows: readonly (readonly (number | string)[])[],
  rule: (row: readonly (number | string)[]) => boolean,
) {
  return rows.filter((row) => (rule(row) ? 1 : 0) === row.at(-1)).length / rows.length;
}

describe.each(Object.entries(conceptProcesses))('%s', (_, process) => {
  it('draws equal rows from equal seeds and others from others', () => {
    const rows = [...streamRows(process, 300, 1)];
    expect([...streamRows(process, 300, 1)]).toEqual(rows);
    expect([...streamRows(process, 300, 2)]).not.toEqual(rows);
  });

  it('has a cell for each column, and both classes in every part', () => {
    const rows = [...streamRows(process, 6000, 3)];
    expect(rows.every((row) => row.length === process.columns.length)).toBe(true);
    const starts = [0, ...changesOf(process, rows.length), rows.length];
    for (let part = 1; part < starts.length; part++) {
      const share = agreement(rows.slice(starts[part - 1], starts[part]), () => true);
      expect(share).toBeGreaterThan(0.05);
      expect(share).toBeLessThan(0.95);
    }
  });
});

describe('sea', () => {
  it('changes its threshold where it says', () => {
    const rows = [...streamRows(sea, 40_000, 5)];
    const sum = (row: readonly (number | string)[]) => Number(row[0]) + Number(row[1]);
    expect(changesOf(sea, 40_000)).toEqual([10_000, 20_000, 30_000]);
    for (const [part, threshold] of [8, 9, 7, 9.5].entries()) {
      const inPart = rows.slice(10_000 * part, 10_000 * (part + 1));
      expect(agreement(inPart, (row) => sum(row) > threshold)).toBeCloseTo(0.9, 1);
      expect(agreement(inPart, (row) => sum(row) > (threshold === 7 ? 9.5 : 7))).toBeLessThan(0.88);
    }
  });
});

describe('hyperplane', () => {
  it('stands still but for the middle third', () => {
    const third = 20_000;
    const rows = [...streamRows(hyperplane, 3 * third, 6)];
    /** Mean difference of the inputs between the classes: along the plane's normal. */
    const normal = (from: number, to: number) =>
      Array.from({ length: 10 }, (_, input) => {
        const part = rows.slice(from, to);
        const mean = (side: number) => {
          const ofSide = part.filter((row) => row.at(-1) === side);
          return ofSide.reduce((total, row) => total + Number(row[input]), 0) / ofSide.length;
        };
        return mean(1) - mean(0);
      });
    const apart = (one: number[], other: number[]) =>
      Math.max(...one.map((value, i) => Math.abs(value - other[i])));
    const noise = apart(normal(0, third / 2), normal(third / 2, third));
    expect(apart(normal(0, third), normal(2 * third, 3 * third))).toBeGreaterThan(2 * noise);
    expect(apart(normal(2 * third, 2.5 * third), normal(2.5 * third, 3 * third))).toBeLessThan(0.04);
  });
});

describe('stagger', () => {
  it('comes back to each rule once', () => {
    const rows = [...streamRows(stagger, 600, 7)];
    const smallAndRed = (row: readonly (number | string)[]) => row[0] === 'small' && row[1] === 'red';
    expect(agreement(rows.slice(0, 100), smallAndRed)).toBe(1);
    expect(agreement(rows.slice(300, 400), smallAndRed)).toBe(1);
    expect(agreement(rows.slice(100, 200), smallAndRed)).toBeLessThan(0.8);
  });
});

describe('agrawal', () => {
  const { people, classes } = JSON.parse(
    readFileSync(new URL('parity/agrawal.json', import.meta.url), 'utf8'),
  ) as { people: number[][]; classes: string[] };

  it("has river's ten functions", () => {
    const names = agrawal.columns.slice(0, -1);
    for (const [index, values] of people.entries()) {
      const person = Object.fromEntries(names.map((name, i) => [name, values[i]])) as unknown as Person;
      expect(agrawalRules.map((rule) => (rule(person) ? 1 : 0)).join('')).toBe(classes[index]);
    }
  });

  it('gives one rule way to the next gradually', () => {
    const rules = [...rulesOf({ schedule: [4, 9], width: 200 }, 1000, createRandom(1))];
    const share = (from: number, to: number) =>
      rules.slice(from, to).filter((rule) => rule === 9).length / (to - from);
    expect(share(0, 500)).toBe(0);
    expect(share(500, 600)).toBeCloseTo(0.25, 1);
    expect(share(600, 700)).toBeCloseTo(0.75, 1);
    expect(share(700, 1000)).toBe(1);
  });
});

describe('as a source', () => {
  it('writes CSV with a time of each row', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'relevo-streams-'));
    try {
      const path = join(folder, 'stagger.csv');
      await generate('stagger', { path, rows: 3, seed: 1, format: 'csv' });
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
      expect(lines[0]).toBe('at,size,color,shape,y');
      expect(lines.slice(1).map((line) => line.slice(0, 24))).toEqual([
        '2024-01-01T00:00:00.000Z',
        '2024-01-01T00:02:00.000Z',
        '2024-01-01T00:04:00.000Z',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
