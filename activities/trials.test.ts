import { describe, expect, it } from 'vitest';
import type { Trial } from '../registry/types.ts';
import { askedBeside, knownTo, stepStride, suggestible } from './trials.ts';

const trial = (number: number, change: Partial<Trial> = {}): Trial => ({
  searchId: 's',
  number,
  batch: Math.floor(number / 4),
  params: { depth: 5, rounds: 100 },
  state: 'complete',
  score: number / 10,
  steps: [],
  error: undefined,
  askedAt: '2026-01-01T00:00:00Z',
  toldAt: undefined,
  ...change,
});

describe('knownTo', () => {
  it('shows a batch the finished trials of earlier batches only', () => {
    const trials = [trial(0), trial(1, { state: 'asked' }), trial(4), trial(5), trial(8)];
    expect(knownTo(trials, 0)).toEqual([]);
    expect(knownTo(trials, 1).map(({ number }) => number)).toEqual([0]);
    expect(knownTo(trials, 2).map(({ number }) => number)).toEqual([0, 4, 5]);
  });

  it('gives no score for a pruned trial, whatever it had reached', () => {
    expect(knownTo([trial(0, { state: 'pruned', score: 3 })], 1)[0].score).toBeUndefined();
  });
});

describe('askedBeside', () => {
  const tries = (number: number, state: Trial['state'] = 'asked') =>
    trial(number, { state, params: { depth: number } });

  it('shows a trial what those before it in its batch try, whether they have ended or not', () => {
    const trials = [tries(3), tries(5, 'failed'), tries(4, 'complete'), tries(6), tries(7), tries(8)];
    expect(askedBeside(trials, 1, 6)).toEqual([{ depth: 4 }, { depth: 5 }]);
    expect(askedBeside(trials, 1, 4)).toEqual([]);
  });

  it('counts a trial once that is known and asked again', () => {
    expect(askedBeside([tries(4), tries(4)], 1, 6)).toEqual([{ depth: 4 }]);
  });
});

describe('suggestible', () => {
  it('keeps the searched dimensions, and leaves out a baseline outside the space', () => {
    const space = { depth: { kind: 'integer', low: 3, high: 8 } } as const;
    const trials = [trial(0, { params: { depth: 20, rounds: 100 } }), trial(1)];
    expect(suggestible(trials, 1, space)).toEqual([
      { number: 1, params: { depth: 5 }, score: 0.1, steps: [] },
    ]);
  });
});

describe('stepStride', () => {
  it('keeps at most 200 scores, at steps that longer and shorter fits share', () => {
    for (const total of [21, 50, 1000, 2000, 2001, 5000, 100_000]) {
      const stride = stepStride(total);
      expect(Math.floor(total / stride)).toBeLessThanOrEqual(200);
      expect(Number.isInteger(Math.log2(stride / 10))).toBe(true);
    }
    expect(stepStride(2000)).toBe(10);
    expect(stepStride(2001)).toBe(20);
  });

  it('looks at each fold of a cross-validation', () => {
    expect(stepStride(5)).toBe(1);
  });
});
