import { afterAll, describe, expect, it } from 'vitest';
import type { Task } from '../../contracts/estimator.ts';
import { evaluationReportSchema } from '../../contracts/evaluation.ts';
import { closePool } from '../pool.ts';
import { seededRandom } from '../random.ts';
import { divideRows } from './divide.ts';
import parity from './parity/classification.json' with { type: 'json' };
import { evaluationReport } from './report.ts';
import { makeSplit } from './split.ts';

afterAll(closePool);

const classification = (classes: number): Task => ({ kind: 'classification', classes, ordered: false });
const names = (count: number) => Array.from({ length: count }, (_, k) => `class ${k}`);

async function reportOf(
  task: Task,
  classes: string[],
  actual: ArrayLike<number>,
  values: ArrayLike<number>,
  weights?: number[],
) {
  const predictions = {
    values: Float64Array.from(values),
    outputs: values.length / actual.length,
    decisionWeights: weights,
  };
  const report = await evaluationReport(task, classes, Float64Array.from(actual), predictions);
  expect(evaluationReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  if (report.kind !== 'classification') throw new Error(`a report of ${report.kind}`);
  return report;
}

describe('the report on classes', () => {
  it(`holds the figures of scikit-learn ${parity.scikitLearn}`, async () => {
    for (const { classes, actual, probabilities, weights, ...expected } of parity.cases) {
      const report = await reportOf(
        classification(classes),
        names(classes),
        actual,
        probabilities,
        weights ?? undefined,
      );
      expect(report.confusion).toEqual(expected.confusion);
      expected.perClass.forEach((scores, k) => {
        for (const [name, value] of Object.entries(scores))
          expect(report.perClass[k][name as keyof typeof scores]).toBeCloseTo(value, 12);
      });
      expect(report.macro.f1).toBeCloseTo(expected.metrics.macroF1, 12);
      expect(report.weighted.f1).toBeCloseTo(expected.metrics.weightedF1, 12);
      expect(report.accuracy).toBeCloseTo(expected.metrics.accuracy, 12);
      expected.curves.forEach((curve, k) => {
        expect(report.roc[k].area === null).toBe(curve === null);
        if (curve === null) return;
        expect(report.roc[k].area).toBeCloseTo(curve.rocAuc, 12);
        expect(report.precisionRecall[k].area).toBeCloseTo(curve.averagePrecision, 12);
        if (curve.roc) expectPoints(report.roc[k].points, curve.roc);
        if (curve.precisionRecall) expectPoints(report.precisionRecall[k].points, curve.precisionRecall);
      });
    }
  });

  it('keeps curves of many rows short, from end to end, and bins all rows', async () => {
    const random = seededRandom(1, 'report');
    const actual = Array.from({ length: 20_000 }, () => random.integer(2));
    const values = actual.flatMap((truth) => {
      const p = Math.min(0.999, Math.max(0.001, 0.5 + 0.2 * (truth - 0.5) + 0.2 * random.normal()));
      return [1 - p, p];
    });
    const { roc, precisionRecall, reliability, rows } = await reportOf(
      classification(2),
      names(2),
      actual,
      values,
    );
    for (const { points } of [...roc, ...precisionRecall]) {
      expect(points.length).toBeGreaterThan(150);
      expect(points[0]).toMatchObject({ x: 0, threshold: null });
      expect(points.at(-1)?.x).toBe(1);
      for (let i = 1; i < points.length; i++) expect(points[i].x - points[i - 1].x).toBeLessThan(0.04);
    }
    expect(reliability.bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows);
    expect(reliability.bins[0]).toEqual({ from: 0, to: 1 / 15, rows: 0, confidence: null, accuracy: null });
  });

  it('refuses names that do not match', async () => {
    const predictions = { values: Float64Array.of(0.5, 0.5), outputs: 2 };
    await expect(
      evaluationReport(classification(2), ['one'], Float64Array.of(0), predictions),
    ).rejects.toThrowError('2 classes have 1 names');
  });
});

function expectPoints(points: { x: number; y: number }[], expected: number[][]): void {
  expect(points.length).toBe(expected.length);
  points.forEach(({ x, y }, i) => {
    expect(x).toBeCloseTo(expected[i][0], 12);
    expect(y).toBeCloseTo(expected[i][1], 12);
  });
}

describe('the report on numbers', () => {
  const random = seededRandom(5, 'numbers');
  const actual = Float64Array.from({ length: 1000 }, () => random.normal() * 10);
  const values = actual.map((value) => value + 1 + random.normal());

  it('says how residuals spread and where intervals fail', async () => {
    const interval = new Float64Array(2000);
    values.forEach((value, row) => {
      interval.set([value - 3, value + 1], 2 * row);
    });
    const predictions = { values, outputs: 1, interval };
    const report = await evaluationReport({ kind: 'regression' }, [], actual, predictions);
    expect(evaluationReportSchema.parse(report)).toEqual(report);
    if (report.kind !== 'regression' || !report.interval) throw new Error('no interval');
    expect(report.residuals.mean).toBeCloseTo(-1, 0);
    expect(report.residuals.deviation).toBeCloseTo(1, 0);
    expect(report.residuals.quantiles.map(({ share }) => share)).toEqual([
      0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1,
    ]);
    const { coverage, below, above, coverageByTenth, meanWidth } = report.interval;
    expect(coverage + below + above).toBeCloseTo(1, 12);
    expect([below, above].map((share) => share > 0.01 && share < 0.05)).toEqual([true, true]);
    expect(meanWidth).toBeCloseTo(4, 9);
    expect(coverageByTenth.reduce((sum, share) => sum + share, 0) / 10).toBeCloseTo(coverage, 9);
  });

  it('of quantiles says how many rows lie below each', async () => {
    const levels = [0.1, 0.9];
    const quantiles = Float64Array.from(
      { length: 2000 },
      (_, i) => values[i >> 1] - 1 + (i % 2 === 0 ? -1.2816 : 1.2816),
    );
    const report = await evaluationReport({ kind: 'quantile', levels }, [], actual, {
      values: quantiles,
      outputs: 2,
    });
    if (report.kind !== 'quantile') throw new Error(report.kind);
    report.levels.forEach(({ level, shareAtOrBelow, pinball }, k) => {
      expect(level).toBe(levels[k]);
      expect(Math.abs(shareAtOrBelow - level)).toBeLessThan(0.03);
      expect(pinball).toBeGreaterThan(0.1);
    });
  });
});

describe('a split of a million rows', () => {
  it('holds the event loop for a small part of what dividing takes', async () => {
    const rows = 1_000_000;
    const values = Float64Array.from({ length: rows }, (_, i) => (i * 7919) % 1013);
    const rowIds = Float64Array.from(values.keys());
    const truck = { kind: 'number' as const, values };
    const spec = { kind: 'group' as const, by: 'truck', test: 0.2, validation: 0.2 };
    const startedMs = performance.now();
    const sides = divideRows({ spec, seed: 0, rows: { rowIds, by: truck } });
    const dividingMs = performance.now() - startedMs;
    let longestMs = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 1);
    const split = await makeSplit(spec, 0, { rows, rowIds, columns: { truck } });
    clearInterval(ticking);
    expect(split).toEqual({
      train: [...sides.train],
      validation: [...sides.validation],
      test: [...sides.test],
    });
    expect(Math.abs(split.test.length - 200_000)).toBeLessThan(2_000);
    expect(longestMs).toBeLessThan(dividingMs / 2);
  });
});
