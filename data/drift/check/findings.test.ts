import { expect, test } from 'vitest';
import { attribute, kindOf, type Moved, shapeOf } from './findings.ts';

const moved = (
  role: Moved['role'],
  changes: Partial<Moved['measure']> = {},
  history = [true],
  column = 'q',
): Moved => ({
  column,
  role,
  measure: {
    test: '',
    why: { en: '', es: '' },
    rows: { reference: 1, current: 1 },
    missing: { reference: 0, current: 0 },
    statistic: 0,
    pValue: 0,
    effect: { name: 'wasserstein', value: 0.5, low: 0.4 },
    effectiveRows: 1,
    ...changes,
  },
  judgement: {
    adjustedPValue: 0,
    gates: { significance: true, magnitude: true, persistence: true },
    verdict: 'drift',
    history,
  },
});
const [input, target, residual] = [moved('input'), moved('target'), moved('residual')];

test('what moved', () => {
  expect(kindOf([], undefined)).toBeUndefined();
  expect(kindOf([input, target], undefined)).toBe('covariate');
  expect(kindOf([target], undefined)).toBe('label');
  expect(kindOf([residual], undefined)).toBe('concept');
  expect(kindOf([moved('residual', { isOnlyBias: true })], undefined)).toBe('calibration');
  expect(kindOf([input, residual], undefined)).toBe('concept');
  expect(kindOf([input, residual], { total: 1, covariate: 0.8, concept: 0.2 })).toBe('covariate');
  expect(kindOf([input, residual], { total: 1, covariate: 0.3, concept: 0.7 })).toBe('concept');
});

test('how it moved', () => {
  expect(shapeOf([])).toBeUndefined();
  expect(shapeOf([input])).toBe('abrupt');
  expect(shapeOf([moved('input', { change: { position: 3, isGradual: true } })])).toBe('gradual');
  expect(shapeOf([moved('input', {}, [false, true, false, true])])).toBe('recurring');
  expect(shapeOf([moved('input', {}, [false, true, true])])).toBe('abrupt');
});

test('what explains it: the loss where it rose, else effect times importance', () => {
  const columns = [moved('input', {}, [true], 'a'), moved('input', {}, [true], 'b'), residual];
  const split = {
    change: { total: 2, covariate: 1.5, concept: 0.5 },
    byColumn: { a: 0.5, b: 1 },
    hasRisen: true,
  };
  expect(attribute(columns, undefined, split)).toEqual([
    { column: 'b', share: 0.5 },
    { column: 'a', share: 0.25 },
  ]);
  expect(attribute(columns, { a: 3, b: 1 }, { ...split, hasRisen: false })).toEqual([
    { column: 'a', share: 0.75 },
    { column: 'b', share: 0.25 },
  ]);
  expect(attribute(columns, undefined, undefined).map(({ share }) => share)).toEqual([0.5, 0.5]);
});
