import { describe, expect, it } from 'vitest';
import { shouldPrune } from './index.ts';
import asha from './parity/asha.json' with { type: 'json' };
import parity from './parity/parzen.json' with { type: 'json' };
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
      return shouldPrune('median', trials, step, score, { startupTrials: 5, warmupSteps: 2 });
    });
    expect(decisions).toEqual(parity.pruner.map(({ prune }) => prune));
    expect(new Set(decisions).size).toBe(2);
  });

  it('lets every trial warm up, and the first trials finish', () => {
    const history = Array.from({ length: 2 }, (_, i) => complete(i, new Array(300).fill(1)));
    expect(shouldPrune('median', history, 9, 9)).toBe(false);
    expect(shouldPrune('median', history, 10, 9)).toBe(true);
    expect(shouldPrune('median', history, 10, 1)).toBe(false);
    expect(shouldPrune('median', history.slice(1), 10, 9)).toBe(false);
  });

  it('takes the median of an even number of trials between the middle two', () => {
    const history = [1, 2, 4, 8].map((score, i) => complete(i, [score]));
    const options = { startupTrials: 1, warmupSteps: 0 };
    expect(shouldPrune('median', history, 0, 3, options)).toBe(false);
    expect(shouldPrune('median', history, 0, 3.001, options)).toBe(true);
  });

  it('prunes a trial that lost its score, and judges nothing at a step that no trial reached', () => {
    const history = Array.from({ length: 6 }, (_, i) => complete(i, [1]));
    expect(shouldPrune('median', history, 0, Number.NaN, { warmupSteps: 0 })).toBe(true);
    expect(shouldPrune('median', history, 7, 99, { warmupSteps: 0 })).toBe(false);
  });
});

describe('asynchronous successive halving', () => {
  for (const { firstRung, reductionFactor, trials } of asha.searches) {
    it(`decides like Optuna ${asha.optuna} at every step of ${trials.length} trials, first rung ${firstRung}`, () => {
      const history: TrialRecord[] = [];
      const decisions = trials.map(({ steps, pruned }, number) => {
        const known = steps as [number, number][];
        const decided = known.map(([step, score]) =>
          shouldPrune('asha', history, step, score, { firstRung, reductionFactor }),
        );
        history.push({ number, params: {}, score: pruned ? undefined : known.at(-1)?.[1], steps: known });
        return decided;
      });
      expect(decisions).toEqual(
        trials.map(({ steps, pruned }) => steps.map((_, i) => pruned && i === steps.length - 1)),
      );
    });
  }

  it('cuts three times before the end, unless told otherwise', () => {
    const history = Array.from({ length: 9 }, (_, i) =>
      complete(
        i,
        Array.from({ length: 271 }, (_, step) => i + 1 - step / 1000),
      ),
    );
    const cuts = Array.from({ length: 270 }, (_, i) => i + 1).filter((step) =>
      shouldPrune('asha', history, step, 99),
    );
    expect(cuts).toEqual([10, 30, 90, 270]);
    expect(cuts.some((step) => shouldPrune('asha', history, step, 0))).toBe(false);
    expect(shouldPrune('asha', history, 30, Number.NaN)).toBe(true);
    expect(shouldPrune('asha', [], 30, 5)).toBe(false);
  });
});

describe('no pruning', () => {
  it('lets the worst trial go on', () => {
    const history = Array.from({ length: 9 }, (_, i) => complete(i, new Array(60).fill(1)));
    expect(shouldPrune('none', history, 59, 99)).toBe(false);
    expect(shouldPrune('median', history, 59, 99)).toBe(true);
  });
});

describe('the warm-up of short trials', () => {
  it('is a fifth of the longest one, so that folds prune too', () => {
    const history = Array.from({ length: 5 }, (_, i) => complete(i, new Array(6).fill(1)));
    expect(shouldPrune('median', history, 0, 2)).toBe(false);
    expect(shouldPrune('median', history, 1, 2)).toBe(true);
  });
});
