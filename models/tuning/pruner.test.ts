import { describe, expect, it } from 'vitest';
import parity from './parity/parzen.json' with { type: 'json' };
import { shouldPrune } from './pruner.ts';
import type { TrialRecord } from './tpe.ts';

const complete = (number: number, scores: number[]): TrialRecord => ({
  number,
  params: {},
  score: scores.at(-1),
  steps: scores.map((score, step) => [step, score]),
});

describe('median pruning', () => {
  it(`decides like Optuna ${parity.optuna} in ${parity.pruner.length} histories`, () => {
    const decisions = parity.pruner.map(({ history, step, score }) => {
      const trials = history.map((trial) => ({
        ...trial,
        params: {},
        score: trial.score ?? undefined,
        steps: trial.steps as [number, number][],
      }));
      return shouldPrune(trials, step, score, { startupTrials: 5, warmupSteps: 2 });
    });
    expect(decisions).toEqual(parity.pruner.map(({ prune }) => prune));
    expect(new Set(decisions).size).toBe(2);
  });

  it('lets every trial warm up, and the first trials finish', () => {
    const history = Array.from({ length: 5 }, (_, i) => complete(i, new Array(60).fill(1)));
    expect(shouldPrune(history, 49, 9)).toBe(false);
    expect(shouldPrune(history, 50, 9)).toBe(true);
    expect(shouldPrune(history, 50, 1)).toBe(false);
    expect(shouldPrune(history.slice(1), 50, 9)).toBe(false);
  });

  it('takes the median of an even number of trials between the middle two', () => {
    const history = [1, 2, 4, 8].map((score, i) => complete(i, [score]));
    const options = { startupTrials: 1, warmupSteps: 0 };
    expect(shouldPrune(history, 0, 3, options)).toBe(false);
    expect(shouldPrune(history, 0, 3.001, options)).toBe(true);
  });

  it('prunes a trial that lost its score, and judges nothing at a step that no trial reached', () => {
    const history = Array.from({ length: 6 }, (_, i) => complete(i, [1]));
    expect(shouldPrune(history, 0, Number.NaN, { warmupSteps: 0 })).toBe(true);
    expect(shouldPrune(history, 7, 99, { warmupSteps: 0 })).toBe(false);
  });
});
