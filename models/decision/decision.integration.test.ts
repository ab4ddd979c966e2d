import { afterAll, describe, expect, it } from 'vitest';
import { openModel } from '../../inference/session.ts';
import { createGraph } from '../onnx/graph.ts';
import { closePool } from '../pool.ts';
import { seededRandom } from '../random.ts';
import { addDecisionToGraph, decide, tuneDecision } from './index.ts';

afterAll(closePool);

const costOf = (costs: number[][], answered: Int32Array, actual: Float64Array): number =>
  answered.reduce((sum, k, row) => sum + costs[actual[row]][k], 0);

/** Rows of honest probabilities: class k comes true with probability p[k]. */
function honest(rows: number, classes: number, seed: number) {
  const random = seededRandom(seed, 'honest');
  const probabilities = new Float64Array(rows * classes);
  const actual = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const raw = Array.from({ length: classes }, () => Math.exp(1.5 * random.normal()));
    const total = raw.reduce((sum, value) => sum + value, 0);
    let [left, truth] = [random.next(), classes - 1];
    raw.forEach((value, k) => {
      probabilities[row * classes + k] = value / total;
      left -= value / total;
      if (left < 0 && truth === classes - 1) truth = k;
      if (left < 0) left = Number.POSITIVE_INFINITY;
    });
    actual[row] = truth;
  }
  return { probabilities, actual };
}

describe('decision weights', () => {
  it('of two classes find the threshold that the costs ask for', async () => {
    const costs = [
      [0, 1],
      [4, 0],
    ];
    const { probabilities, actual } = honest(20_000, 2, 1);
    const [first, second] = await tuneDecision(costs, probabilities, 2, actual);
    // Elkan 2001: answer 1 from a probability of 1 / (1 + 4) on, so its weight is four times the other's.
    expect(second / first).toBeGreaterThan(3);
    expect(second / first).toBeLessThan(5.5);
    expect(Math.max(first, second)).toBe(1);
  });

  it('of several classes cost no more than equal weights, here or on other rows', async () => {
    const costs = [
      [0, 1, 6],
      [2, 0, 1],
      [9, 3, 0],
    ];
    const [known, fresh] = [honest(4000, 3, 2), honest(20_000, 3, 3)];
    const weights = await tuneDecision(costs, known.probabilities, 3, known.actual);
    for (const { probabilities, actual } of [known, fresh]) {
      const tuned = costOf(costs, decide(probabilities, 3, weights), actual);
      const even = costOf(costs, decide(probabilities, 3), actual);
      expect(tuned).toBeLessThan(0.95 * even);
    }
    expect(await tuneDecision(costs, known.probabilities, 3, known.actual)).toEqual(weights);
  });

  it('are found as well as by trying thousands', async () => {
    const costs = [
      [0, 2, 5],
      [1, 0, 4],
      [8, 1, 0],
    ];
    const { probabilities, actual } = honest(500, 3, 4);
    const tuned = await tuneDecision(costs, probabilities, 3, actual);
    const random = seededRandom(0, 'search');
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 2000; i++) {
      const weights = [1, 1, 1].map(() => Math.exp(2 * random.normal()));
      best = Math.min(best, costOf(costs, decide(probabilities, 3, weights), actual));
    }
    expect(costOf(costs, decide(probabilities, 3, tuned), actual)).toBeLessThanOrEqual(best * 1.02);
  });

  it('stay positive where a class costs nothing, never comes true or is certain', async () => {
    const free = [
      [0, 0],
      [0, 0],
    ];
    expect(await tuneDecision(free, Float64Array.of(0.5, 0.5, 0, 1), 2, Float64Array.of(0, 1))).toEqual([
      1, 1,
    ]);
    const costs = [
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, 0],
    ];
    const certain = Float64Array.of(1, 0, 0, 0, 1, 0, 1, 0, 0);
    const weights = await tuneDecision(costs, certain, 3, Float64Array.of(0, 1, 0));
    for (const weight of weights) expect(weight > 0 && Number.isFinite(weight)).toBe(true);
  });
});

describe('the decision in ONNX', () => {
  it('is the native one, ties to the first', async () => {
    const ties = [0.25, 0.5, 0.25, 0.4, 0.2, 0.4, 1, 0, 0, 0.2, 0.4, 0.4];
    const probabilities = Float64Array.from([...ties, ...honest(200, 3, 5).probabilities]);
    const rows = probabilities.length / 3;
    for (const weights of [undefined, [1, 0.5, 1], [0.3, 1, 0.8]]) {
      const graph = createGraph('decision');
      const inputs = ['a', 'b', 'c'].map((name) => graph.input(name, 'double'));
      const [table] = graph.node('Concat', inputs, { axis: { int: 1 } });
      const index = graph.cast(addDecisionToGraph(graph, table, weights), 'double');
      graph.output(graph.node('Unsqueeze', [index, graph.constant('int64', [1], [1])])[0], 'prediction');
      const model = await openModel(graph.toBytes({}));
      const column = (k: number) =>
        Float64Array.from({ length: rows }, (_, row) => probabilities[3 * row + k]);
      const served = await model.predict({ a: column(0), b: column(1), c: column(2) }, rows);
      await model.release();
      expect([...served]).toEqual([...decide(probabilities, 3, weights)]);
    }
  });
});
