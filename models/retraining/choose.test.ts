import { describe, expect, it } from 'vitest';
import type { DriftReport } from '../../contracts/drift.ts';
import type { RetrainSituation } from '../../contracts/hooks.ts';
import { chooseMode } from './choose.ts';

const report: DriftReport = {
  pipeline: 'plant',
  modelVersion: '1.0.0',
  datasetVersion: 'plant/file@000000000000',
  currentRows: { from: 1, to: 1_000 },
  rows: { reference: 1_000, current: 1_000, sampled: false },
  verdict: 'drift',
  columns: [],
  streams: [],
  quality: [],
  attribution: [],
  advice: { mode: 'none', why: { en: '-', es: '-' } },
};
const situation: RetrainSituation = {
  pipeline: 'plant',
  asked: 'auto',
  champion: {
    version: '1.0.0',
    candidate: 'boosted',
    estimator: 'xgboost',
    createdAt: '2026-11-22T00:00:00Z',
  },
  rows: { total: 10_000, fresh: 1_000 },
  canContinue: true,
  fullMinutes: 10,
  minutesLeft: 240,
  report: undefined,
};
const found = (changes: Partial<DriftReport>, others: Partial<RetrainSituation> = {}) =>
  chooseMode({ ...situation, ...others, report: { ...report, ...changes } });

describe('the mode', () => {
  it('is what was asked for', () => {
    expect(chooseMode({ ...situation, asked: 'stacking' })).toEqual({ mode: 'stacking', why: 'asked for' });
  });

  it.each([
    ['calibration', undefined, 'recalibration'],
    ['label', 'abrupt', 'recalibration'],
    ['quality', undefined, 'none'],
    ['concept', 'abrupt', 'window'],
    ['concept', 'gradual', 'incremental'],
    ['concept', 'recurring', 'replay'],
    ['concept', undefined, 'window'],
  ] as const)('of a %s drift, %s, is %s', (kind, shape, mode) => {
    expect(found({ kind, shape }).mode).toBe(mode);
  });

  it('of moved inputs depends on whether the champion still answers well', () => {
    const performance = { metric: 'rmse', reference: 10, current: 10.05, labelled: 1 };
    expect(found({ kind: 'covariate', performance }).mode).toBe('none');
    expect(found({ kind: 'covariate', performance: { ...performance, current: 12 } }).mode).toBe('replay');
    expect(found({ kind: 'covariate' }).mode).toBe('replay');
    const accuracy = { metric: 'accuracy', reference: 0.9, current: 0.8, labelled: 1 };
    expect(found({ kind: 'covariate', performance: accuracy }).mode).toBe('replay');
    expect(found({ kind: 'covariate', performance: { ...accuracy, current: 0.95 } }).mode).toBe('none');
  });

  it('asks the archive first where a concept comes back', () => {
    expect(found({ kind: 'concept', shape: 'recurring' }).archive).toBe(true);
    expect(found({ kind: 'concept', shape: 'gradual' }).archive).toBeUndefined();
  });

  it('is a corrector where new rows are few, and a window where the estimator cannot go on', () => {
    const few = { rows: { total: 10_000, fresh: 200 } };
    expect(found({ kind: 'concept', shape: 'abrupt' }, few).mode).toBe('stacking');
    expect(found({ kind: 'concept', shape: 'gradual' }, { canContinue: false }).mode).toBe('window');
  });

  it('without a drift goes on over few new rows, and learns all anew over many', () => {
    expect(chooseMode(situation).mode).toBe('incremental');
    expect(chooseMode({ ...situation, canContinue: false }).mode).toBe('full');
    expect(chooseMode({ ...situation, rows: { total: 10_000, fresh: 8_000 } }).mode).toBe('full');
  });

  it('that a check without drift asks for may lose: the champion is well', () => {
    expect(found({ verdict: 'no_drift' })).toMatchObject({ mode: 'incremental', isOptional: true });
    expect(found({ kind: 'concept' }).isOptional).toBeUndefined();
    const ofWindow = { champion: { ...situation.champion, mode: 'window' as const } };
    expect(found({ verdict: 'no_drift' }, ofWindow)).toMatchObject({ mode: 'window', isOptional: true });
  });

  it('is no search that the day’s budget cannot pay, and says so', () => {
    const choice = chooseMode({ ...situation, canContinue: false, fullMinutes: 60, minutesLeft: 12 });
    expect(choice.mode).toBe('window');
    expect(choice.why).toContain('took 60.0 minutes, and 12.0 minutes are left');
  });
});
