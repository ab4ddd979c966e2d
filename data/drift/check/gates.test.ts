import { expect, test } from 'vitest';
import { type DriftPolicy, driftPolicySchema } from '../../../contracts/drift.ts';
import { judge, type Memory, neededRows } from './gates.ts';
import type { ColumnMeasure } from './measure.ts';

const policy = (changes: Partial<DriftPolicy> = {}): DriftPolicy => ({
  ...driftPolicySchema.parse({}),
  ...changes,
});
const measured = (changes: Partial<ColumnMeasure> = {}): ColumnMeasure => ({
  test: 'anderson-darling',
  why: { en: '', es: '' },
  rows: { reference: 10_000, current: 1_000 },
  missing: { reference: 0, current: 0 },
  statistic: 0,
  pValue: 0.5,
  effect: { name: 'wasserstein', value: 0.02, low: 0 },
  effectiveRows: 900,
  ...changes,
});
const moved = measured({ pValue: 1e-12, effect: { name: 'wasserstein', value: 0.4, low: 0.3 } });
const fresh: Memory = { history: {} };
const judgeOne = (measure: ColumnMeasure, memory = fresh, changes: Partial<DriftPolicy> = {}) => {
  const { judgements, ...rest } = judge([{ key: 'a', measure }], policy(changes), memory);
  return { ...judgements[0], check: rest };
};

test('all three gates make a drift', () => {
  expect(judgeOne(moved)).toMatchObject({
    verdict: 'drift',
    gates: { significance: true, magnitude: true, persistence: true },
    check: { verdict: 'drift', memory: { history: { a: [true] } } },
  });
});

test('a million rows do not cry wolf: significant and small is no drift', () => {
  const tiny = measured({
    pValue: 1e-30,
    effect: { name: 'wasserstein', value: 0.02, low: 0.01 },
    effectiveRows: 1e6,
  });
  expect(judgeOne(tiny)).toMatchObject({
    verdict: 'no_drift',
    gates: { significance: true, magnitude: false },
  });
});

test('large and not significant is no drift', () => {
  const lucky = measured({ pValue: 0.2, effect: { name: 'wasserstein', value: 0.3, low: 0.11 } });
  expect(judgeOne(lucky)).toMatchObject({
    verdict: 'no_drift',
    gates: { significance: false, magnitude: true },
  });
});

test('persistence asks for k of the last checks, this one among them', () => {
  const changes = { persistence: { k: 2, of: 3 } };
  const first = judgeOne(moved, fresh, changes);
  expect(first).toMatchObject({ verdict: 'no_drift', gates: { persistence: false } });
  const calm = judgeOne(measured(), first.check.memory, changes);
  expect(calm.verdict).toBe('no_drift');
  const third = judgeOne(moved, JSON.parse(JSON.stringify(calm.check.memory)), changes);
  expect(third).toMatchObject({ verdict: 'drift', history: [true, false, true] });
});

test('too few rows are no calm, and leave no trace', () => {
  const few = measured({ effectiveRows: 15 });
  const memory = judgeOne(measured()).check.memory;
  const { verdict, check } = judgeOne(few, memory);
  expect(verdict).toBe('insufficient_data');
  expect(check.verdict).toBe('insufficient_data');
  expect(check.memory).toEqual(memory);
});

test('few rows that show a large drift are enough', () => {
  expect(judgeOne({ ...moved, effectiveRows: 30 }).verdict).toBe('drift');
});

test('a column that cannot be compared is insufficient; the check goes by the others', () => {
  const columns = [
    { key: 'a', measure: measured({ pValue: null, effect: null, effectiveRows: 0 }) },
    { key: 'b', measure: measured() },
    { key: 'c', measure: measured() },
  ];
  const { judgements, verdict } = judge(columns, policy(), fresh);
  expect(judgements.map((judgement) => judgement.verdict)).toEqual([
    'insufficient_data',
    'no_drift',
    'no_drift',
  ]);
  expect(judgements[0].adjustedPValue).toBeNull();
  expect(verdict).toBe('no_drift');
});

test('p-values are corrected over columns', () => {
  const columns = Array.from({ length: 20 }, (_, i) => ({
    key: `${i}`,
    measure: measured({ pValue: i === 0 ? 0.01 : 0.6 }),
  }));
  expect(judge(columns, policy(), fresh).judgements[0].adjustedPValue).toBeCloseTo(0.2, 12);
});

test('the level falls from calm check to calm check and rises after a find', () => {
  const border = (pValue: number) => judgeOne({ ...moved, pValue });
  expect(border(1e-3).gates.significance).toBe(true);
  let memory: Memory = fresh;
  for (let check = 0; check < 100; check++) memory = judgeOne(measured(), memory).check.memory;
  expect(judgeOne({ ...moved, pValue: 1e-3 }, memory).gates.significance).toBe(false);
  memory = judgeOne(moved, memory).check.memory;
  expect(judgeOne({ ...moved, pValue: 1e-3 }, memory).gates.significance).toBe(true);
});

test('no check without columns, and a broken memory is refused', () => {
  expect(judge([], policy(), fresh).verdict).toBe('insufficient_data');
  expect(() => judgeOne(measured(), { history: {}, online: { tests: -1 } })).toThrow('not one');
});

test('rows needed grow as the effect to find shrinks', () => {
  expect(neededRows(measured(), 0.1, 1e-4)).toBeCloseTo(((3.8906 + 0.8416) / 0.5) ** 2, 0);
  expect(neededRows(measured(), 0.05, 1e-4)).toBeCloseTo(4 * neededRows(measured(), 0.1, 1e-4), 6);
  const shares = measured({ effect: { name: 'totalVariation', value: 0, low: 0 }, freedom: 5 });
  expect(neededRows({ ...shares, freedom: 20 }, 0.1, 1e-4)).toBeGreaterThan(neededRows(shares, 0.1, 1e-4));
});

test('a column may say itself how large an effect must be', () => {
  const rise = measured({ pValue: 1e-9, effect: { name: 'totalVariation', value: 0.06, low: 0.04 } });
  expect(judgeOne(rise).verdict).not.toBe('drift');
  expect(judgeOne({ ...rise, leastEffect: 0.03 }).verdict).toBe('drift');
});
