import { describe, expect, it } from 'vitest';
import type { RetrainSituation } from '../../contracts/hooks.ts';
import type { RetrainAttempt } from '../../contracts/retrain.ts';
import { hooks } from './index.ts';

const situation = (version: string): RetrainSituation => ({
  pipeline: 'plant',
  asked: 'auto',
  champion: { version, candidate: 'boosted', estimator: 'xgboost', createdAt: '2026-11-22T00:00:00Z' },
  rows: { total: 1_000, fresh: 100 },
  canContinue: true,
  fullMinutes: undefined,
  minutesLeft: 240,
  report: undefined,
});
const tried = (mode: RetrainAttempt['mode']): RetrainAttempt => ({ mode, outcome: 'lost', reason: 'worse' });

describe('hooks that come along', () => {
  it('newest-count-more weighs by arrival, whatever the order of the rows', async () => {
    const { weights } = await hooks.train['newest-count-more']({
      ...{ pipeline: 'plant', task: 'regression', candidate: 'boosted', estimator: 'xgboost', params: {} },
      features: { rows: 3, names: [], data: new Float64Array() },
      target: new Float64Array(3),
      rowIds: Float64Array.of(30, 10, 20),
      signal: new AbortController().signal,
    });
    expect(weights).toEqual(Float64Array.of(1, 0.25, 0.625));
  });

  it('anew-after-many-patches speaks up at the fifth patch', async () => {
    const hook = hooks.retrain['anew-after-many-patches'];
    expect(await hook(situation('2.3.4'))).toBeUndefined();
    expect(await hook(situation('2.3.5'))).toMatchObject({ mode: 'full' });
  });

  it('cheapest-first goes up in cost and ends', async () => {
    const hook = hooks.fallback['cheapest-first'];
    expect(await hook(situation('1.0.0'), [tried('archive')])).toBe('recalibration');
    expect(await hook(situation('1.0.0'), [tried('recalibration'), tried('stacking')])).toBe('window');
    expect(await hook(situation('1.0.0'), [tried('full')])).toBeUndefined();
  });
});
