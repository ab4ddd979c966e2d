import { expect, test } from 'vitest';
import { type DriftPolicy, driftPolicySchema } from '../../../contracts/drift.ts';
import { seededRandom } from '../../../models/random.ts';
import type { Memory } from './gates.ts';
import { checkShare } from './share.ts';

const policy = (changes: Partial<DriftPolicy> = {}): DriftPolicy => ({
  ...driftPolicySchema.parse({}),
  ...changes,
});
const fresh: Memory = { history: {} };
/** So many rows of which that share keeps the promise, by chance. */
function drawn(rows: number, share: number, seed: number): Float64Array {
  const random = seededRandom(seed, 'share');
  return Float64Array.from({ length: rows }, () => Number(random.next() < share));
}
/** So many rows, the first of each `of` of which breaks it. */
const broken = (rows: number, of: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => Number(row % of > 0));
const reference = drawn(2_000, 0.9, 0);
const check = (current: Float64Array, memory = fresh, changes: Partial<DriftPolicy> = {}) =>
  checkShare({ promised: 0.9, reference, current }, policy(changes), memory);

test('a share that holds is no drift, one that is far off is', () => {
  expect(check(drawn(400, 0.9, 1))).toMatchObject({ verdict: 'no_drift', gates: { persistence: false } });
  const found = check(drawn(400, 0.75, 2));
  expect(found).toMatchObject({
    verdict: 'drift',
    gates: { significance: true, magnitude: true, persistence: true },
  });
  expect(found.current).toBeLessThan(0.8);
  expect(found.low).toBeGreaterThan(0.03);
});

test('more than was promised breaks nothing', () => {
  expect(check(new Float64Array(400).fill(1))).toMatchObject({ current: 1, pValue: 1, verdict: 'no_drift' });
});

test('the chance is that of the binomial distribution, the bound that of Clopper and Pearson', () => {
  const { pValue, low } = check(broken(100, 5));
  expect(pValue).toBeCloseTo(binomialAtMost(80, 100, 0.9), 12);
  expect(binomialAtMost(80, 100, 0.9 - (low ?? 0))).toBeCloseTo(0.05, 9);
});

test('a million rows that fall short by a trifle do not cry wolf', () => {
  const { pValue, gates, verdict } = check(drawn(1_000_000, 0.89, 3));
  expect(pValue).toBeLessThan(1e-6);
  expect([gates.significance, gates.magnitude, verdict]).toEqual([true, false, 'no_drift']);
});

test('few rows are insufficient, spend nothing, and are not remembered', () => {
  const found = check(broken(8, 4));
  expect(found.verdict).toBe('insufficient_data');
  expect(found.memory).toEqual({ history: {}, online: null });
  expect(check(new Float64Array(0))).toMatchObject({ current: null, verdict: 'insufficient_data' });
});

test('persistence asks for k of the last checks', () => {
  const changes = { persistence: { k: 2, of: 3 } };
  const first = check(drawn(400, 0.7, 4), fresh, changes);
  expect(first.verdict).toBe('no_drift');
  expect(check(drawn(400, 0.7, 5), first.memory, changes).verdict).toBe('drift');
});

test('rows that are alike count as fewer', () => {
  const stretches = Float64Array.from({ length: 400 }, (_, row) => Number(Math.floor(row / 40) % 5 !== 0));
  const shuffled = stretches.slice();
  seededRandom(1, 'shuffle').shuffle(shuffled);
  expect(check(shuffled).pValue ?? 1).toBeLessThan(1e-6);
  expect(check(stretches).pValue ?? 0).toBeGreaterThan(0.05);
});

test('a thousand checks of a promise that holds raise no more alarms than the level', () => {
  let memory: Memory = fresh;
  let alarms = 0;
  for (let at = 0; at < 1_000; at++) {
    const found = check(drawn(200, 0.9, 100 + at), memory);
    memory = JSON.parse(JSON.stringify(found.memory));
    alarms += Number(found.verdict === 'drift');
  }
  expect(alarms).toBe(0);
});

/** Summed term by term. */
function binomialAtMost(hits: number, rows: number, share: number): number {
  let term = (1 - share) ** rows;
  let sum = term;
  for (let k = 1; k <= hits; k++) {
    term *= ((rows - k + 1) / k) * (share / (1 - share));
    sum += term;
  }
  return sum;
}
