import { describe, expect, it } from 'vitest';
import { openModel } from '../../inference/session.ts';
import { createGraph } from '../onnx/graph.ts';
import { seededRandom } from '../random.ts';
import {
  addIntervalToGraph,
  fitInterval,
  type IntervalState,
  intervalOf,
  intervalStateSchema,
} from './index.ts';

/** Rows whose noise grows with x; predictions are right on average, quantiles too narrow by a fifth. */
function rowsOf(count: number, seed: number) {
  const random = seededRandom(seed, 'conformal');
  const x = Float64Array.from({ length: count }, () => random.next());
  const predicted = x.map((value) => 10 * value);
  const actual = x.map((value, row) => predicted[row] + (0.5 + 3 * value) * random.normal());
  const quantiles = new Float64Array(2 * count);
  x.forEach((value, row) => {
    const half = 0.8 * 1.645 * (0.5 + 3 * value);
    quantiles.set([predicted[row] - half, predicted[row] + half], 2 * row);
  });
  return { x, actual, predicted, quantiles };
}
const isInside = (interval: Float64Array, actual: Float64Array) =>
  actual.map((value, row) => Number(interval[2 * row] <= value && value <= interval[2 * row + 1]));
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('prediction intervals', () => {
  it('take the ⌈(n + 1)·level⌉-th smallest error', () => {
    const actual = Float64Array.of(5, -3, 1, 9, -7, 2, 8, -4, 6);
    const state = fitInterval({ level: 0.8, method: 'split' }, actual, new Float64Array(9));
    expect(state).toEqual({ method: 'split', level: 0.8, margin: 8 });
    expect(fitInterval({ level: 0.9, method: 'split' }, actual, new Float64Array(9)).margin).toBe(9);
    expect(intervalStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  for (const method of ['split', 'quantile'] as const) {
    it(`cover new rows as often as they say (${method})`, () => {
      const shares = Array.from({ length: 40 }, (_, seed) => {
        const [known, fresh] = [rowsOf(400, seed), rowsOf(1000, 1000 + seed)];
        const state = fitInterval({ level: 0.9, method }, known.actual, known.predicted, known.quantiles);
        return mean(isInside(intervalOf(state, fresh.predicted, fresh.quantiles), fresh.actual));
      });
      // Expected within [level, level + 1 / (n + 1)]; the mean of 40 spreads by 0.003.
      expect(Math.abs(mean(Float64Array.from(shares)) - 0.901)).toBeLessThan(0.01);
    });
  }

  it('cover new days as often as they say, where the rows of a day err alike', () => {
    const [days, rowsPerDay] = [25, 40];
    const errorsOf = (count: number, seed: number): Float64Array => {
      const random = seededRandom(seed, 'days');
      const shifts = Array.from({ length: count }, () => 3 * random.normal());
      return Float64Array.from(
        { length: count * rowsPerDay },
        (_, row) => shifts[Math.floor(row / rowsPerDay)] + 0.3 * random.normal(),
      );
    };
    const coverage = (pieces: number): number => {
      const shares = Array.from({ length: 200 }, (_, seed) => {
        const [known, fresh] = [errorsOf(days, seed), errorsOf(100, 1000 + seed)];
        const guesses = new Float64Array(known.length);
        const state = fitInterval({ level: 0.9, method: 'split' }, known, guesses, undefined, pieces);
        return mean(isInside(intervalOf(state, new Float64Array(fresh.length)), fresh));
      });
      return mean(Float64Array.from(shares));
    };
    expect(coverage(days * rowsPerDay)).toBeLessThan(0.885);
    expect(coverage(days)).toBeGreaterThan(0.9);
    expect(coverage(days)).toBeLessThan(0.93);
  });

  it('give up half of what the level leaves out where few pieces could not vouch for it', () => {
    const actual = Float64Array.from({ length: 100 }, (_, row) => row + 1);
    const marginOf = (pieces: number) =>
      fitInterval({ level: 0.9, method: 'split' }, actual, new Float64Array(100), undefined, pieces).margin;
    expect([100, 30, 18, 3, 1].map(marginOf)).toEqual([91, 93, 95, 95, 95]);
  });

  it('between quantiles are as honest where the noise is large as where it is small', () => {
    const [known, fresh] = [rowsOf(4000, 1), rowsOf(20_000, 2)];
    const coverage = (method: 'split' | 'quantile') => {
      const state = fitInterval({ level: 0.9, method }, known.actual, known.predicted, known.quantiles);
      const inside = isInside(intervalOf(state, fresh.predicted, fresh.quantiles), fresh.actual);
      const isNoisy = fresh.x.map((x) => Number(x > 0.5));
      return (
        mean(inside.filter((_, row) => isNoisy[row] === 0)) -
        mean(inside.filter((_, row) => isNoisy[row] === 1))
      );
    };
    expect(Math.abs(coverage('quantile'))).toBeLessThan(Math.abs(coverage('split')) / 2);
  });

  it('shrink quantiles that are too wide, without crossing them', () => {
    const { actual, predicted } = rowsOf(200, 3);
    const wide = Float64Array.from({ length: 400 }, (_, i) => predicted[i >> 1] + (i % 2 === 0 ? -50 : 50));
    const state = fitInterval({ level: 0.9, method: 'quantile' }, actual, predicted, wide);
    expect(state.margin).toBeLessThan(0);
    const narrow = intervalOf(state, Float64Array.of(0), Float64Array.of(-1, 2));
    expect(narrow[0]).toBe(2 + state.margin);
    expect(narrow[1]).toBe(-1 - state.margin);
  });

  it('are refused where too few rows vouch for the level, or quantiles are absent', () => {
    const fitTo = (rows: number, level: number) =>
      fitInterval({ level, method: 'split' }, new Float64Array(rows), new Float64Array(rows));
    expect(() => fitTo(8, 0.9)).toThrowError(
      expect.objectContaining({
        code: 'DATASET_TOO_SMALL',
        details: expect.objectContaining({ expected: expect.stringContaining('at least 9 rows') }),
      }),
    );
    expect(fitTo(9, 0.9).margin).toBe(0);
    expect(fitTo(19, 0.95).margin).toBe(0);
    expect(() => fitTo(18, 0.95)).toThrowError('95 %');
    expect(() =>
      fitInterval({ level: 0.5, method: 'quantile' }, new Float64Array(9), new Float64Array(9)),
    ).toThrowError('needs 18 quantiles');
  });
});

describe('intervals in ONNX', () => {
  it('are the native ones', async () => {
    const { predicted, quantiles } = rowsOf(100, 6);
    const states: IntervalState[] = [
      { method: 'split', level: 0.9, margin: 1.25 },
      { method: 'quantile', level: 0.9, margin: 0.75 },
      { method: 'quantile', level: 0.9, margin: -1.5 },
    ];
    for (const state of states) {
      const graph = createGraph('interval');
      const [prediction, lower, upper] = ['p', 'l', 'u'].map((name) => graph.input(name, 'double'));
      const [table] = graph.node('Concat', [lower, upper], { axis: { int: 1 } });
      graph.output(addIntervalToGraph(state, graph, prediction, table), 'prediction', 2);
      const model = await openModel(graph.toBytes({}));
      const column = (k: number) => Float64Array.from({ length: 100 }, (_, row) => quantiles[2 * row + k]);
      const served = await model.predict({ p: predicted, l: column(0), u: column(1) }, 100);
      await model.release();
      expect([...served]).toEqual([...intervalOf(state, predicted, quantiles)]);
    }
  });
});
