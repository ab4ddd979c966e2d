import { describe, expect, it } from 'vitest';
import { RelevoError } from '../../contracts/errors.ts';
import type { Dimension, Params, SearchSpace } from '../../contracts/estimator.ts';
import { suggestByTpe, type TrialRecord } from './tpe.ts';

const suggest = (space: SearchSpace, history: TrialRecord[], number: number, seed: number): Params =>
  suggestByTpe(space, history, [], number, seed);

const box = (names: string[], low: number, high: number): SearchSpace =>
  Object.fromEntries(names.map((name): [string, Dimension] => [name, { kind: 'float', low, high }]));
const at = (params: Params, name: string): number => Number(params[name]);

/** `leastGain`: by which factor the median best score must be lower than random search's. */
const problems: Record<string, { space: SearchSpace; leastGain: number; score(params: Params): number }> = {
  sphere: {
    leastGain: 0.2,
    space: box(['x', 'y', 'z'], -5, 5),
    score: (p) => at(p, 'x') ** 2 + at(p, 'y') ** 2 + at(p, 'z') ** 2,
  },
  rosenbrock: {
    leastGain: 0.7,
    space: box(['x', 'y'], -2, 2),
    score: (p) => (1 - at(p, 'x')) ** 2 + 100 * (at(p, 'y') - at(p, 'x') ** 2) ** 2,
  },
  'boosting-like': {
    leastGain: 0.3,
    space: {
      rate: { kind: 'float', low: 1e-4, high: 1, log: true },
      depth: { kind: 'integer', low: 1, high: 15 },
      leaves: { kind: 'integer', low: 1, high: 1000, log: true },
      booster: { kind: 'choice', options: ['tree', 'dart', 'linear'] },
    },
    score: (p) =>
      Math.log10(at(p, 'rate') / 0.03) ** 2 +
      ((at(p, 'depth') - 6) / 5) ** 2 +
      Math.log10(at(p, 'leaves') / 200) ** 2 +
      (p.booster === 'dart' ? 0 : 0.5),
  },
};

/** Scores of a search whose trials each see the scores up to the third before, as three at once do. */
function search({ space, score }: (typeof problems)[string], trials: number, seed: number, learns: boolean) {
  const history: TrialRecord[] = [];
  for (let number = 0; number < trials; number++) {
    const ended = Math.max(0, number - 2);
    const seen = learns ? history.slice(0, ended) : [];
    const running = learns ? history.slice(ended).map(({ params }) => params) : [];
    const params = suggestByTpe(space, seen, running, number, seed);
    history.push({ number, params, score: score(params), steps: [] });
  }
  return history;
}
const bestScore = (history: TrialRecord[]): number =>
  Math.min(...history.map(({ score = Number.POSITIVE_INFINITY }) => score));
const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

describe('the tree-structured Parzen estimator', () => {
  for (const [name, problem] of Object.entries(problems)) {
    it(`beats random search on ${name} in the median over seeds`, () => {
      const seeds = Array.from({ length: 15 }, (_, seed) => seed);
      const { leastGain } = problem;
      const guided = median(seeds.map((seed) => bestScore(search(problem, 80, seed, true))));
      const random = median(seeds.map((seed) => bestScore(search(problem, 80, seed, false))));
      expect(guided).toBeLessThan(random * leastGain);
    });
  }

  it('stays inside the space and keeps integers whole', () => {
    for (const { params } of search(problems['boosting-like'], 60, 3, true)) {
      expect(at(params, 'rate')).toBeGreaterThanOrEqual(1e-4);
      expect(at(params, 'rate')).toBeLessThanOrEqual(1);
      expect(Number.isInteger(params.depth) && at(params, 'depth') >= 1 && at(params, 'depth') <= 15).toBe(
        true,
      );
      expect(Number.isInteger(params.leaves) && at(params, 'leaves') >= 1).toBe(true);
      expect(['tree', 'dart', 'linear']).toContain(params.booster);
    }
  });

  it('depends on seed, trial number and history alone', () => {
    const { space } = problems.sphere;
    const history = search(problems.sphere, 24, 5, true);
    const copy = structuredClone(history);
    expect(suggest(space, history, 24, 5)).toEqual(suggest(space, copy, 24, 5));
    expect(history).toEqual(copy);
    expect(suggest(space, history, 25, 5)).not.toEqual(suggest(space, history, 24, 5));
    expect(suggest(space, history, 24, 6)).not.toEqual(suggest(space, history, 24, 5));
    expect(suggest(space, history.slice(0, 20), 24, 5)).not.toEqual(suggest(space, history, 24, 5));
  });

  it('fills the space evenly until ten trials have finished; failed trials and those of another space do not count', () => {
    const { space } = problems.sphere;
    const history = search(problems.sphere, 10, 1, true);
    const evenly = suggest(space, [], 30, 1);
    expect(suggest(space, history.slice(1), 30, 1)).toEqual(evenly);
    expect(suggest(space, history, 30, 1)).not.toEqual(evenly);
    const failed = history.map((trial) => ({ ...trial, score: undefined }));
    expect(suggest(space, failed, 30, 1)).toEqual(evenly);
    const foreign = history.map((trial) => ({ ...trial, params: { ...trial.params, x: 99 } }));
    expect(suggest(space, foreign, 30, 1)).toEqual(evenly);
  });

  it('does not try one place at the same time', () => {
    const { space } = problems.sphere;
    const apart = (a: Params, b: Params): number =>
      Math.hypot(...Object.keys(space).map((name) => at(a, name) - at(b, name)));
    const nearest = (seed: number, knows: boolean): number => {
      const history = search(problems.sphere, 40, seed, true);
      const batch: Params[] = [];
      for (let number = 40; number < 48; number++)
        batch.push(suggestByTpe(space, history, knows ? batch : [], number, seed));
      return Math.min(...batch.flatMap((a, i) => batch.slice(i + 1).map((b) => apart(a, b))));
    };
    const seeds = Array.from({ length: 15 }, (_, seed) => seed);
    const together = median(seeds.map((seed) => nearest(seed, false)));
    expect(median(seeds.map((seed) => nearest(seed, true)))).toBeGreaterThan(1.2 * together);
  });

  it('does not mind what runs outside of the space, nor what else it sets', () => {
    const { space } = problems.sphere;
    const history = search(problems.sphere, 24, 5, true);
    const here = { x: 1, y: 1, z: 1 };
    const known = suggestByTpe(space, history, [here], 24, 5);
    expect(
      suggestByTpe(
        space,
        history,
        [
          { ...here, rounds: 100 },
          { ...here, x: 9 },
        ],
        24,
        5,
      ),
    ).toEqual(known);
  });

  it('returns the only value of a dimension that has one', () => {
    const space: SearchSpace = {
      a: { kind: 'integer', low: 3, high: 3 },
      b: { kind: 'choice', options: [false] },
    };
    expect(suggest(space, [], 0, 0)).toEqual({ a: 3, b: false });
    expect(suggest({}, [], 0, 0)).toEqual({});
  });

  it('names a dimension that cannot be searched', () => {
    const wrong: Record<string, Dimension> = {
      reversed: { kind: 'float', low: 2, high: 1 },
      unlogged: { kind: 'float', low: 0, high: 1, log: true },
      fractional: { kind: 'integer', low: 0.5, high: 3 },
      empty: { kind: 'choice', options: [] },
    };
    for (const [name, dimension] of Object.entries(wrong)) {
      expect(() => suggest({ [name]: dimension }, [], 0, 0)).toThrowError(RelevoError);
      expect(() => suggest({ [name]: dimension }, [], 0, 0)).toThrowError(`"${name}"`);
    }
  });
});
