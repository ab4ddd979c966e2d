import { expect, test } from 'vitest';
import { numericSample, numericTests } from '../tests/index.ts';
import { measureColumn } from './column.ts';
import { category, number, numbersOf, options } from './fixture.ts';
import { prepare } from './prepare.ts';

const { normals, correlated, codes, random } = numbersOf(11);
const measure = (pair: Parameters<typeof measureColumn>[0]) => measureColumn(pair, options);

test('a moved mean is found, with its size in deviations and the row it began at', () => {
  const current = normals(2_000).map((value, row) => (row < 1_200 ? value : value + 1));
  const { test, pValue, effect, change } = measure(number('q', normals(10_000), current));
  expect(test).toBe('anderson-darling');
  expect(pValue).toBeLessThan(1e-20);
  expect(effect?.value).toBeGreaterThan(0.35);
  expect(effect?.value).toBeLessThan(0.47);
  expect(effect?.low).toBeGreaterThan(0.3);
  expect(effect?.low).toBeLessThan(0.4);
  expect(Math.abs((change?.position ?? 0) - 1_200)).toBeLessThan(40);
  expect(change?.isGradual).toBe(false);
});

test('a mean that rises row by row is gradual', () => {
  const current = normals(4_000).map((value, row) => value + (3 * row) / 4_000);
  expect(measure(number('q', normals(10_000), current)).change?.isGradual).toBe(true);
});

test('rows with missing values keep their place', () => {
  const current = normals(2_000).map((value, row) =>
    row % 2 === 0 ? Number.NaN : row < 1_000 ? value : value + 2,
  );
  const { missing, change } = measure(number('q', normals(5_000), current));
  expect(missing).toEqual({ reference: 0, current: 0.5 });
  expect(Math.abs((change?.position ?? 0) - 1_000)).toBeLessThan(30);
});

test('rows like their neighbours count as fewer, and the result says so', () => {
  const { effectiveRows, why, pValue } = measure(number('q', correlated(8_000, 0.9), correlated(1_000, 0.9)));
  expect(effectiveRows).toBeLessThan(70);
  expect(why.en).toMatch(/neighbouring rows are alike, \d+ of them count as one/);
  expect(why.es).toMatch(/las filas vecinas se parecen/);
  expect(pValue).toBeGreaterThan(0.001);
});

test('a step within independent current rows does not make neighbours alike', () => {
  const current = normals(1_000).map((value, row) => (row < 500 ? value : value + 0.6));
  expect(measure(number('q', normals(10_000), current)).effectiveRows).toBeGreaterThan(500);
});

test('few rows get an exact test', () => {
  const [reference, current] = [normals(200), normals(30)];
  const wanted = numericTests.ks.compare(numericSample(reference), numericSample(current));
  expect(measure(number('q', reference, current))).toMatchObject({ test: 'ks', ...wanted });
});

test('numbers of few values are compared as categories', () => {
  const dice = (rows: number) => Float64Array.from({ length: rows }, () => Math.floor(6 * random()));
  const calm = measure(number('dice', dice(5_000), dice(1_000)));
  expect(calm).toMatchObject({ test: 'chi-square', effect: { name: 'totalVariation' }, freedom: 5 });
  expect(calm.pValue).toBeGreaterThan(0.001);
  const loaded = dice(1_000).map((face) => (face === 0 ? 5 : face));
  expect(measure(number('dice', dice(5_000), loaded)).effect?.low).toBeGreaterThan(0.1);
});

test('a constant column is calm until it is another constant', () => {
  const constant = (value: number) => new Float64Array(300).fill(value);
  expect(measure(number('k', constant(4), constant(4)))).toMatchObject({
    statistic: 0,
    pValue: 1,
    effect: { value: 0 },
  });
  const moved = measure(number('k', constant(4), constant(5)));
  expect(moved).toMatchObject({ effect: { value: 1 }, newCategories: ['5'], vanishedCategories: ['4'] });
  expect(moved.pValue).toBeLessThan(1e-50);
  expect(measure(number('k', constant(4), normals(300))).pValue).toBeLessThan(1e-50);
});

test('a column without known values is not compared', () => {
  const nothing = measure(number('q', normals(500), new Float64Array(500).fill(Number.NaN)));
  expect(nothing).toMatchObject({ test: 'none', pValue: null, effect: null, missing: { current: 1 } });
});

test('identifiers, each seen by one side alone, are no drift', () => {
  const labels = Array.from({ length: 5_000 }, (_, i) => `client ${i}`);
  const shuffled = Int32Array.from(labels.keys()).sort(() => random() - 0.5);
  const ids = measure(category('id', labels, shuffled.slice(0, 4_000), shuffled.slice(4_000)));
  expect(ids).toMatchObject({ pValue: 1, effect: { value: 0, low: 0 } });
  expect(ids.newCategories).toHaveLength(20);
  expect(ids.vanishedCategories).toEqual([]);
});

test('many categories: the rare ones are taken together, a frequent new one is found', () => {
  const labels = Array.from({ length: 300 }, (_, i) => `c${i}`);
  const shares = labels.map(() => 1 / 300);
  const reference = codes(20_000, shares);
  expect(measure(category('c', labels, reference, codes(4_000, shares))).pValue).toBeGreaterThan(0.001);
  const current = codes(4_000, shares).map((code, row) => (row % 4 === 0 ? 300 : code));
  const moved = measure(category('c', [...labels, 'new'], reference, current));
  expect(moved).toMatchObject({ newCategories: ['new'], freedom: 100 });
  expect(moved.effect?.low).toBeGreaterThan(0.2);
});

test('a prepared reference gives the same as its column', () => {
  const [reference, current] = [normals(3_000), normals(500)];
  const prepared = structuredClone(prepare(reference));
  expect(measure({ ...number('q', reference, current), reference: prepared })).toEqual(
    measure(number('q', reference, current)),
  );
});

test('a residual whose mean alone moved is a bias', () => {
  const pair = number(
    'residual',
    normals(5_000),
    normals(2_000).map((value) => value + 0.5),
  );
  expect(measure({ ...pair, role: 'residual' }).isOnlyBias).toBe(true);
  const wider = { ...pair, current: normals(2_000).map((value) => 2 * value + 0.5) };
  expect(measure({ ...wider, role: 'residual' }).isOnlyBias).toBe(false);
});

test('a column of another kind on the other side is refused', () => {
  const pair = {
    ...number('q', normals(50), normals(50)),
    current: { codes: codes(50, [1]), labels: ['a'] },
  };
  expect(() => measure(pair)).toThrow('different kinds');
});

test('a champion that is seldom wrong need not err in a tenth more of its answers to have drifted', () => {
  const labels = ['right', 'wrong'];
  const pair = category('residual', labels, codes(8_000, [0.9, 0.1]), codes(4_000, [0.84, 0.16]));
  const { effect, leastEffect } = measure({ ...pair, role: 'residual' });
  expect(leastEffect).toBeCloseTo(options.minEffect * Math.sqrt(0.9 * 0.1), 2);
  expect(effect?.low).toBeGreaterThan(leastEffect ?? 1);
  expect(measure(pair).leastEffect).toBeUndefined();
});
