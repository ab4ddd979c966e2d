import { afterAll, describe, expect, it } from 'vitest';
import type { Task } from '../../contracts/estimator.ts';
import { openModel } from '../../inference/session.ts';
import { metricsOf } from '../evaluation/judge.ts';
import { createGraph } from '../onnx/graph.ts';
import { closePool } from '../pool.ts';
import { seededRandom } from '../random.ts';
import {
  addCalibrationToGraph,
  type CalibrationState,
  calibrate,
  calibrationStateSchema,
  fitCalibration,
} from './index.ts';
import { isotonicKnots } from './isotonic.ts';
import parity from './parity/calibration.json' with { type: 'json' };
import { logit } from './state.ts';

afterAll(closePool);

const cases = parity.cases.map(({ classes, probabilities, actual, ...expected }) => ({
  classes,
  probabilities: Float64Array.from(probabilities),
  actual: Float64Array.from(actual),
  expected,
}));
const methods = ['platt', 'isotonic', 'temperature', 'bias-corrected'] as const;
const learn = async (method: 'auto' | (typeof methods)[number], { probabilities, classes, actual }: Rows) =>
  (await fitCalibration(method, probabilities, classes, actual, { seed: 1 })).state;
interface Rows {
  probabilities: Float64Array;
  classes: number;
  actual: Float64Array;
}
const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(b).reduce((most, value, i) => Math.max(most, Math.abs(value - a[i])), 0);

describe(`calibrators against scikit-learn ${parity.scikitLearn}`, () => {
  it("Platt's scaling has its minimum, and gives its probabilities", async () => {
    for (const { expected, ...rows } of cases) {
      const state = await learn('platt', rows);
      if (state.method !== 'platt') throw new Error(state.method);
      expected.platt.parameters.forEach(([slope, intercept], part) => {
        expect(state.slopes[part]).toBeCloseTo(slope, 5);
        expect(state.intercepts[part]).toBeCloseTo(intercept, 5);
      });
      const own = calibrate(state, rows.probabilities, rows.classes);
      expect(largestGap(own, expected.platt.probabilities)).toBeLessThan(5e-4);
    }
  });

  it('isotonic regression has its points', () => {
    for (const { expected, probabilities, classes, actual } of cases) {
      expected.isotonic.thresholds.forEach((thresholds, part) => {
        const k = classes === 2 ? 1 : part;
        const own = isotonicKnots(
          actual.map((_, row) => probabilities[row * classes + k]),
          actual.map((truth) => Number(truth === k)),
        );
        expect(largestGap(own.x, thresholds.x)).toBeLessThan(1e-12);
        expect(largestGap(own.y, thresholds.y)).toBeLessThan(1e-12);
        expect(own.x.length).toBe(thresholds.x.length);
      });
    }
  });

  it('isotonic calibration gives its probabilities, but for jumps that became ramps and the distance to certainty', async () => {
    for (const { expected, ...rows } of cases) {
      const state = await learn('isotonic', rows);
      const own = calibrate(state, rows.probabilities, rows.classes);
      const gaps = expected.isotonic.probabilities.map((value, i) => Math.abs(value - own[i]));
      const certainty = (rows.classes - 1) / (rows.actual.length + 2);
      if (expected.isRounded) expect(Math.max(...gaps)).toBeLessThan(certainty + 1e-9);
      expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeLessThan(0.015);
    }
  });

  it('temperature scaling has its minimum, and gives its probabilities', async () => {
    for (const { expected, ...rows } of cases) {
      const state = await learn('temperature', rows);
      if (state.method !== 'temperature') throw new Error(state.method);
      expect(state.temperature).toBeCloseTo(expected.temperature.temperature, 5);
      const own = calibrate(state, rows.probabilities, rows.classes);
      expect(largestGap(own, expected.temperature.probabilities)).toBeLessThan(1e-6);
      if (expected.temperature.scikitLearn)
        expect(largestGap(own, expected.temperature.scikitLearn)).toBeLessThan(1e-4);
    }
  });

  it('temperature and biases have the minimum that scipy finds', async () => {
    for (const { expected, ...rows } of cases) {
      const state = await learn('bias-corrected', rows);
      if (state.method !== 'bias-corrected') throw new Error(state.method);
      expect(state.temperature).toBeCloseTo(expected.biasCorrected.temperature, 4);
      expect(largestGap(state.biases, expected.biasCorrected.biases)).toBeLessThan(1e-4);
    }
  });
});

/** Probabilities of a model that is `stretch` times as sure of itself as it should be. */
function overconfident(count: number, classes: number, stretch: number, seed: number): Rows {
  const random = seededRandom(seed, 'overconfident');
  const probabilities = new Float64Array(count * classes);
  const actual = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const scores = Array.from({ length: classes }, () => 1.3 * random.normal());
    const softmax = (factor: number) => {
      const powers = scores.map((score) => Math.exp(factor * score));
      return powers.map((power) => power / powers.reduce((sum, value) => sum + value, 0));
    };
    probabilities.set(softmax(stretch), row * classes);
    let left = random.next();
    actual[row] = softmax(1).findIndex((p, k) => {
      left -= p;
      return left < 0 || k === classes - 1;
    });
  }
  return { probabilities, classes, actual };
}

describe('calibration', () => {
  const [known, fresh] = [overconfident(6000, 3, 2.5, 1), overconfident(20_000, 3, 2.5, 2)];
  const task: Task = { kind: 'classification', classes: 3, ordered: false };
  const judge = (values: Float64Array) => metricsOf(task, fresh.actual, { values, outputs: 3 });

  it('of every kind makes fresh rows honest', async () => {
    const before = judge(fresh.probabilities);
    expect(before.ece).toBeGreaterThan(0.1);
    for (const method of methods) {
      const after = judge(calibrate(await learn(method, known), fresh.probabilities, 3));
      expect(after.ece, method).toBeLessThan(0.02);
      expect(after.logLoss).toBeLessThan(before.logLoss ?? 0);
      expect(after.brier).toBeLessThan(before.brier ?? 0);
    }
  });

  it('is chosen by cross-validation, and the report says what was tried', async () => {
    const fitted = await fitCalibration('auto', known.probabilities, 3, known.actual, { seed: 4 });
    const { state, report } = fitted;
    expect(report.tried.map(({ method }) => method)).toEqual([
      'none',
      'temperature',
      'bias-corrected',
      'platt',
      'isotonic',
    ]);
    // All classes are as common as the model says, so that the biases have next to nothing to add.
    expect(['temperature', 'bias-corrected']).toContain(report.method);
    expect(state.method).toBe(report.method);
    const best = Math.min(...report.tried.map(({ logLoss }) => logLoss));
    expect(report.tried.find(({ method }) => method === report.method)?.logLoss).toBe(best);
    const again = await fitCalibration('auto', known.probabilities, 3, known.actual, { seed: 4 });
    expect(again).toEqual(fitted);
  });

  it('gives back the base rates that class weights took away', async () => {
    const weights = [1, 3, 0.5];
    const weighted = ({ probabilities, ...rows }: Rows): Rows => {
      const values = probabilities.map((p, i) => p * weights[i % 3]);
      const sums = rows.actual.map((_, row) => values.subarray(3 * row, 3 * row + 3).reduce((a, b) => a + b));
      return { ...rows, probabilities: values.map((value, i) => value / sums[Math.floor(i / 3)]) };
    };
    const [held, other] = [5, 6].map((seed) => overconfident(20_000, 3, 1, seed));
    const { state, report } = await fitCalibration('auto', weighted(held).probabilities, 3, held.actual, {
      seed: 0,
    });
    expect(report.method).toBe('bias-corrected');
    const restored = calibrate(state, weighted(other).probabilities, 3);
    expect(largestGap(restored, other.probabilities)).toBeLessThan(0.02);
  });

  it('leaves honest probabilities alone', async () => {
    const honest = overconfident(3000, 2, 1, 7);
    const { state, report } = await fitCalibration('auto', honest.probabilities, 2, honest.actual, {
      seed: 0,
    });
    const values = calibrate(state, honest.probabilities, 2);
    expect(largestGap(values, honest.probabilities)).toBeLessThan(0.05);
    const [none, ...others] = report.tried;
    for (const { logLoss } of others) expect(logLoss).toBeGreaterThan(none.logLoss - 0.002);
  });

  it('survives classes that never came true, certain probabilities and equal rows', async () => {
    const actual = Float64Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 0 : 1));
    const certain = Float64Array.from({ length: 90 }, (_, i) => Number(i % 3 === actual[Math.floor(i / 3)]));
    const even = new Float64Array(90).fill(1 / 3);
    for (const probabilities of [certain, even]) {
      for (const method of methods) {
        const values = calibrate(
          await learn(method, { probabilities, classes: 3, actual }),
          probabilities,
          3,
        );
        for (let row = 0; row < 30; row++) {
          const parts = [...values.subarray(3 * row, 3 * row + 3)];
          expect(parts.every((p) => p >= 0 && p <= 1)).toBe(true);
          expect(parts.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
        }
      }
    }
  });

  it('refuses too few rows', async () => {
    const few = overconfident(9, 2, 1, 0);
    await expect(learn('auto', few)).rejects.toMatchObject({ code: 'DATASET_TOO_SMALL' });
    await expect(fitCalibration('auto', few.probabilities, 3, few.actual, { seed: 0 })).rejects.toThrowError(
      RangeError,
    );
  });

  it('stops when cancelled', async () => {
    const signal = AbortSignal.timeout(100);
    const many = overconfident(300_000, 3, 2, 3);
    const running = fitCalibration('auto', many.probabilities, 3, many.actual, { seed: 0, signal });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

async function served(state: CalibrationState, { probabilities, classes }: Rows): Promise<Float64Array> {
  const graph = createGraph('calibration');
  const rows = probabilities.length / classes;
  const names = Array.from({ length: classes }, (_, k) => `p${k}`);
  const [table] = graph.node(
    'Concat',
    names.map((name) => graph.input(name, 'double')),
    { axis: { int: 1 } },
  );
  graph.output(addCalibrationToGraph(state, graph, table), 'prediction', classes);
  const model = await openModel(graph.toBytes({}));
  const column = (k: number) =>
    Float64Array.from({ length: rows }, (_, row) => probabilities[row * classes + k]);
  const result = await model.predict(Object.fromEntries(names.map((name, k) => [name, column(k)])), rows);
  await model.release();
  return result;
}

describe('calibration in ONNX', () => {
  it('is the native one, for every kind, from saved state', async () => {
    for (const classes of [2, 3, 5]) {
      const known = overconfident(700, classes, 2, classes);
      const edges = Float64Array.from({ length: 2 * classes }, (_, i) => Number(i % (classes + 1) === 0));
      const asked = { ...known, probabilities: Float64Array.from([...edges, ...known.probabilities]) };
      const states = await Promise.all(methods.map((method) => learn(method, known)));
      for (const fitted of [...states, { method: 'none' } as const]) {
        const state = calibrationStateSchema.parse(JSON.parse(JSON.stringify(fitted)));
        expect(state).toEqual(fitted);
        const own = calibrate(state, asked.probabilities, classes);
        expect(largestGap(await served(state, asked), own)).toBeLessThan(1e-13);
      }
    }
  });

  it('does not blow up the last digits of a score', async () => {
    for (const classes of [2, 3]) {
      const known = overconfident(5000, classes, 2, 9);
      const shaken = known.probabilities.map(
        (p, i) => 1 / (1 + Math.exp(-(logit(p) + (i % 2 === 0 ? 1e-7 : -1e-7)))),
      );
      for (const method of methods) {
        const state = await learn(method, known);
        const gap = largestGap(
          calibrate(state, shaken, classes),
          calibrate(state, known.probabilities, classes),
        );
        expect(gap, method).toBeLessThan(2e-6);
      }
    }
  });
});
