import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createNormal, createRandom, draw } from '../../generators/random.ts';
import { calibrationGap } from './calibrate.ts';
import { confusionMetrics, confusionScores } from './confusion.ts';
import {
  calibrator,
  estimableMetrics,
  estimateClassification,
  estimateRegression,
  expectLosses,
  type LabelledProbabilities,
} from './index.ts';
import { fitIsotonic, isotonicAt } from './isotonic.ts';

const parity = JSON.parse(readFileSync(new URL('parity/performance.json', import.meta.url), 'utf8')) as {
  curves: { scores: number[]; outcomes: number[]; at: number[]; levels: number[] }[];
  tables: ({ table: number[]; width: number } & Record<(typeof confusionMetrics)[number], number>)[];
};

describe('against sklearn', () => {
  it.each(parity.curves)('isotonic curve', ({ scores, outcomes, at, levels }) => {
    const curve = fitIsotonic(Float64Array.from(scores), Float64Array.from(outcomes));
    for (const [place, score] of at.entries())
      expect(isotonicAt(curve, score)).toBeCloseTo(levels[place], 10);
  });

  it.each(parity.tables)('metrics of a table of $width classes', ({ table, width, ...metrics }) => {
    const scores = confusionScores(Float64Array.from(table), width);
    for (const metric of confusionMetrics) expect(scores[metric]).toBeCloseTo(metrics[metric], 12);
  });
});

/** Probabilities by a softmax of normal scores, and labels drawn from them; `sharpness` then distorts what is told. */
function population(rows: number, seed: number, width = 3, sharpness = 1): LabelledProbabilities {
  const random = createRandom(seed);
  const normal = createNormal(random);
  const told: number[] = [];
  const actual = Int32Array.from({ length: rows }, () => {
    const scores = Array.from({ length: width }, () => 1.5 * normal());
    const share = (power: number) => {
      const parts = scores.map((score) => Math.exp(power * score));
      const sum = parts.reduce((total, part) => total + part, 0);
      return parts.map((part) => part / sum);
    };
    told.push(...share(sharpness));
    return draw(share(1), random);
  });
  return { probabilities: Float64Array.from(told), width, actual };
}

function realised(
  { probabilities, width, actual }: LabelledProbabilities,
  metric: (typeof estimableMetrics)[number],
): number {
  const table = new Float64Array(width * width);
  let [hits, logLoss, brier] = [0, 0, 0];
  for (const [row, own] of actual.entries()) {
    const shares = [...probabilities.subarray(row * width, (row + 1) * width)];
    const answer = shares.indexOf(Math.max(...shares));
    table[own * width + answer] += 1;
    hits += answer === own ? 1 : 0;
    logLoss -= Math.log(shares[own]);
    for (const [label, share] of shares.entries()) brier += (share - (label === own ? 1 : 0)) ** 2;
  }
  const rows = actual.length;
  return {
    accuracy: hits / rows,
    logLoss: logLoss / rows,
    brier: brier / rows,
    ...confusionScores(table, width),
  }[metric];
}

describe('estimateClassification', () => {
  it.each(estimableMetrics)('has the realised %s in its band about 19 times of 20', (metric) => {
    const runs = 100;
    let inside = 0;
    let gap = 0;
    for (let run = 0; run < runs; run++) {
      const given = population(200, run + 1);
      const { value, low, high } = estimateClassification(given.probabilities, given.width, metric);
      const real = realised(given, metric);
      if (low <= real && real <= high) inside += 1;
      gap += (real - value) / runs;
    }
    expect(inside / runs).toBeGreaterThan(0.89);
    expect(inside / runs).toBeLessThan(0.995);
    expect(Math.abs(gap)).toBeLessThan(0.01);
  });

  it('narrows with the root of the rows, also where labels are drawn for some of them', () => {
    const width = (rows: number, metric: 'accuracy' | 'macroF1') => {
      const { low, high } = estimateClassification(population(rows, 1).probabilities, 3, metric);
      return high - low;
    };
    for (const metric of ['accuracy', 'macroF1'] as const)
      expect(width(500, metric) / width(12_500, metric)).toBeCloseTo(5, -0.5);
  });

  it('is certain where probabilities are', () => {
    const estimate = estimateClassification(Float64Array.of(1, 0, 0, 1, 1, 0), 2, 'accuracy');
    expect(estimate).toEqual({ value: 1, low: 1, high: 1 });
  });
});

describe('calibrator', () => {
  it('leaves calibrated probabilities as they are', () => {
    const given = population(4000, 1);
    expect(calibrationGap(given)).toBeLessThan(0.02);
    expect(calibrator(given)(given.probabilities)).toBe(given.probabilities);
  });

  it('puts overconfident ones right, so that the estimate holds', () => {
    const [labelled, later] = [population(6000, 1, 3, 3), population(6000, 2, 3, 3)];
    const real = realised(later, 'logLoss');
    const as = (probabilities: Float64Array) => estimateClassification(probabilities, 3, 'accuracy').value;
    const accuracy = realised(later, 'accuracy');
    expect(as(later.probabilities) - accuracy).toBeGreaterThan(0.1);
    const right = calibrator(labelled)(later.probabilities);
    expect(Math.abs(as(right) - accuracy)).toBeLessThan(0.02);
    expect(calibrationGap({ ...later, probabilities: right })).toBeLessThan(0.02);
    expect(
      realised({ ...later, probabilities: right.map((share) => Math.max(share, 1e-9)) }, 'logLoss'),
    ).toBeLessThan(real);
  });

  it('does not follow a few rows', () => {
    const given = population(100, 1, 3, 3);
    expect(calibrator(given)(given.probabilities)).toBe(given.probabilities);
  });
});

describe('estimateRegression', () => {
  /** Inputs, and errors whose spread grows with the first of them. */
  function errorsOf(rows: number, seed: number, shift: number) {
    const normal = createNormal(createRandom(seed));
    const values = Float64Array.from(
      { length: 2 * rows },
      (_, place) => normal() + (place % 2 === 0 ? shift : 0),
    );
    const errors = Float64Array.from(
      { length: rows },
      (_, row) => normal() * (1 + 0.5 * Math.abs(values[2 * row])),
    );
    return { inputs: { rows, width: 2, values }, errors };
  }
  const absolute = (errors: Float64Array) => errors.map(Math.abs);
  const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it('follows inputs to where errors are larger', () => {
    const [labelled, current] = [errorsOf(4000, 1, 0), errorsOf(2000, 2, 1.5)];
    const [before, now] = [meanOf(absolute(labelled.errors)), meanOf(absolute(current.errors))];
    const { value, low, high } = estimateRegression(
      expectLosses(labelled.inputs, absolute(labelled.errors), current.inputs, 1),
      'mae',
    );
    expect(now - before).toBeGreaterThan(0.2);
    expect(Math.abs(value - now)).toBeLessThan(0.3 * (now - before));
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  it('has the realised error in its band where nothing changed', () => {
    let inside = 0;
    for (let run = 0; run < 60; run++) {
      const [labelled, current] = [errorsOf(2000, run, 0), errorsOf(300, run + 500, 0)];
      const squared = (errors: Float64Array) => errors.map((error) => error ** 2);
      const { low, high } = estimateRegression(
        expectLosses(labelled.inputs, squared(labelled.errors), current.inputs, run),
        'rmse',
      );
      const real = Math.sqrt(meanOf(squared(current.errors)));
      if (low <= real && real <= high) inside += 1;
    }
    expect(inside / 60).toBeGreaterThan(0.85);
  });

  it('does not leave the losses that it has seen', () => {
    const labelled = errorsOf(500, 1, 0);
    const far = { rows: 1, width: 2, values: Float64Array.of(1e9, Number.NaN) };
    const losses = absolute(labelled.errors);
    const { expected } = expectLosses(labelled.inputs, losses, far, 1);
    expect(expected[0]).toBeLessThanOrEqual(Math.max(...losses));
    expect(expected[0]).toBeGreaterThanOrEqual(0);
  });
});
