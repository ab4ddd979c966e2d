import { expect, it } from 'vitest';
import type { Manifest, Part } from '../contracts/refs.ts';
import { pipelines } from '../pipelines/index.ts';
import { isReread, latestOf, timeColumnOf } from './recency.ts';

const part = (digit: string): Part => ({
  artifact: { sha256: digit.repeat(64), bytes: 1, mediaType: 'x', name: 'part' },
  rows: 10,
  firstRowId: 0,
});
const dataset = (digit: string, change: Partial<Manifest> = {}) => ({
  parts: [part(digit)],
  source: 'records',
  synthetic: false,
  ...change,
});

it('knows when a row came by what the pipeline says of time, and by the only timestamp where it says nothing', () => {
  const columns = Object.fromEntries(Object.values(pipelines).map((spec) => [spec.name, timeColumnOf(spec)]));
  expect(columns).toMatchObject({
    'steel-energy': 'date',
    'steel-forecast': 'date',
    'mine-fuel': 'assigned_at',
    'electricity-price': 'line',
    'online-shoppers': undefined,
  });
  const { 'mine-fuel': fuel } = pipelines;
  const twice = { ...fuel, columns: { ...fuel.columns, emptied_at: fuel.columns.assigned_at } };
  expect(timeColumnOf(twice)).toBeUndefined();
  const hours = { kind: 'hours' as const, by: 'emptied_at', hours: 6 };
  expect(timeColumnOf({ ...twice, drift: { ...fuel.drift, current: hours } })).toBe('emptied_at');
  expect(timeColumnOf({ ...fuel, inputs: [...fuel.inputs, 'assigned_at'] })).toBeUndefined();
});

it('tells tables that were read anew from another source, and from a file that has grown', () => {
  const { 'mine-fuel': fuel, 'steel-energy': steel } = pipelines;
  expect(isReread(fuel, dataset('a'), dataset('b'))).toBe(true);
  expect(isReread(fuel, dataset('a'), dataset('a'))).toBe(false);
  expect(isReread(fuel, dataset('a', { source: 'synthetic', synthetic: true }), dataset('b'))).toBe(false);
  const [csv] = Object.keys(steel.sources);
  expect(isReread(steel, dataset('a', { source: csv }), dataset('b', { source: csv }))).toBe(false);
});

it('takes the latest time that is known', () => {
  expect(latestOf([3, Number.NaN, 7, 5])).toBe(7);
  expect(latestOf([Number.NaN])).toBe(Number.NEGATIVE_INFINITY);
});
