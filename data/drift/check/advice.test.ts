import { expect, test } from 'vitest';
import type { DriftReport } from '../../../contracts/drift.ts';
import { adviseRetrain } from './advice.ts';

const report = (changes: Partial<DriftReport>): Omit<DriftReport, 'advice'> => ({
  pipeline: 'p',
  modelVersion: '1.0.0',
  datasetVersion: 'd',
  currentRows: { from: 0, to: 99 },
  rows: { reference: 100, current: 100, sampled: false },
  verdict: 'drift',
  columns: [],
  streams: [],
  quality: [],
  attribution: [],
  ...changes,
});
const mode = (changes: Partial<DriftReport>) => adviseRetrain(report(changes)).mode;
const worse = { metric: 'accuracy', reference: 0.9, current: 0.8, labelled: 1 };
const same = { metric: 'accuracy', reference: 0.9, current: 0.9, labelled: 1 };

test('nothing to follow, no retrain', () => {
  expect(mode({ verdict: 'no_drift' })).toBe('none');
  expect(mode({ verdict: 'insufficient_data' })).toBe('none');
  expect(mode({ kind: 'quality', performance: worse })).toBe('none');
  expect(mode({ kind: 'concept', shape: 'abrupt', performance: same })).toBe('none');
});

test('by what moved and how', () => {
  expect(mode({ kind: 'calibration', performance: same })).toBe('recalibration');
  expect(mode({ kind: 'label' })).toBe('recalibration');
  expect(mode({ kind: 'covariate', performance: worse })).toBe('replay');
  expect(mode({ kind: 'covariate' })).toBe('none');
  expect(mode({ kind: 'concept', shape: 'abrupt', performance: worse })).toBe('window');
  expect(mode({ kind: 'concept', shape: 'gradual', performance: worse })).toBe('incremental');
  expect(mode({ kind: 'concept', shape: 'recurring', performance: worse })).toBe('replay');
});

test('a lower loss is better: the direction is the metric’s', () => {
  const performance = { metric: 'rmse', reference: 2, current: 1.5, labelled: 1 };
  expect(mode({ kind: 'covariate', performance })).toBe('none');
  expect(mode({ kind: 'covariate', performance: { ...performance, current: 2.5 } })).toBe('replay');
});

test('before labels arrive the estimate decides where its whole band is worse', () => {
  const estimated = { value: 0.7, low: 0.65, high: 0.75 };
  const performance = { metric: 'accuracy', reference: 0.9, current: null, labelled: 0, estimated };
  expect(mode({ kind: 'covariate', performance })).toBe('replay');
  expect(
    mode({ kind: 'covariate', performance: { ...performance, estimated: { ...estimated, high: 0.91 } } }),
  ).toBe('none');
});

test('every reason is said in both languages', () => {
  const { why } = adviseRetrain(report({ kind: 'label' }));
  expect(why.en.length).toBeGreaterThan(20);
  expect(why.es).not.toBe(why.en);
});
