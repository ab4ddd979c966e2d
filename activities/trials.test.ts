import { describe, expect, it } from 'vitest';
import type { Trial } from '../registry/types.ts';
import { askedBeside, knownTo, stepStride, suggestible } from './trials.ts';

const trial = (number: number, change: Partial<Trial> = {}): Trial => ({
  searchId: 's',
  number,
  params: { depth: 5, rounds: 100 },
  state: 'complete',
  score: number / 10,
  steps: [],
  error: undefined,
  askedAt: '2026-01-01T00:00:00Z',
  toldAt: undefined,
  ...change,
});

const at = (number: number) => ({ number, atOnce: 4 });

describe('knownTo', () => {
  it('shows a trial those that had to end before it was asked, and none that has ended since', () => {
    const trials = [trial(0), trial(1, { state: 'asked' }), trial(2), trial(3), trial(5)];
    expect(knownTo(trials, at(3))).toEqual([]);
    expect(knownTo(trials, at(4)).map(({ number }) => number)).toEqual([0]);
    expect(knownTo(trials, at(6)).map(({ number }) => number)).toEqual([0, 2]);
    expect(knownTo(trials, at(9)).map(({ number }) => number)).toEqual([0, 2, 3, 5]);
  });

  it('gives no score for a pruned trial, whatever it had reached', () => {
    expect(knownTo([trial(0, { state: 'pruned', score: 3 })], at(4))[0].score).toBeUndefined();
  });
});

describe('askedBeside', () => {
  const tries = (number: number, state: Trial['state'] = 'asked') =>
    trial(number, { state, params: { depth: number } });

  it('shows a trial what those try that may run when it is asked, whether they have ended or not', () => {
    const trials = [tries(2), tries(3), tries(4, 'complete'), tries(5, 'failed'), tries(6), tries(7)];
    expect(askedBeside(trials, at(6))).toEqual([{ depth: 3 }, { depth: 4 }, { depth: 5 }]);
    expect(askedBeside(trials, at(3))).toEqual([{ depth: 2 }]);
    expect(askedBeside(trials, at(2))).toEqual([]);
  });

  it('shows with what is known each earlier trial once', () => {
    const trials = Array.from({ length: 12 }, (_, number) => tries(number, 'complete'));
    for (let number = 0; number < 12; number++)
      expect([
        ...knownTo(trials, at(number)).map(({ params }) => params.depth),
        ...askedBeside(trials, at(number)).map(({ depth }) => depth),
      ]).toEqual(trials.slice(0, number).map((one) => one.number));
  });
});

describe('suggestible', () => {
  it('keeps the searched dimensions, and leaves out a baseline outside the space', () => {
    const space = { depth: { kind: 'integer', low: 3, high: 8 } } as const;
    const trials = [trial(0, { params: { depth: 20, rounds: 100 } }), trial(1)];
    expect(suggestible(trials, at(5), space)).toEqual([
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
