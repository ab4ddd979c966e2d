import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import { type GuardrailInput, judgeGuardrails } from './guardrails.ts';
import { differenceScale, rowLosses, rowLossOf } from './losses.ts';

const rows = 600;
const random = seededRandom(4, 'guardrails');
const actual = Float64Array.from({ length: rows }, (_, row) => Number(row % 5 === 0));
const codes = Int32Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? -1 : row % 3));
const task = { kind: 'classification' as const, classes: 2, ordered: false };
/** Right with the probability that `right` says of a row. */
const answers = (right: (row: number) => number, confidence = 0.9) => ({
  values: Float64Array.from(
    [...actual].flatMap((truth, row) => {
      const isRight = random.next() < right(row);
      const likely = isRight ? truth : 1 - truth;
      return likely === 1 ? [1 - confidence, confidence] : [confidence, 1 - confidence];
    }),
  ),
  outputs: 2,
});
const champion = answers(() => 0.9);
const judge = (change: Partial<GuardrailInput>) =>
  Object.fromEntries(
    judgeGuardrails({
      ...{ task, classes: ['off', 'on'], actual, challenger: champion, champion, seed: 1 },
      loss: { kind: 'brier', classes: 2 },
      segments: [{ column: 'ore', codes, labels: ['a', 'b', 'c'] }],
      limits: { recallDrop: 0.05, eceRise: 0.02, coverageDrop: 0.05, segmentLossRatio: 1.25 },
      ...change,
    }).map((result) => [result.name, result]),
  );

describe('guardrails', () => {
  it('hold for an equal model and for one as good', () => {
    for (const challenger of [champion, answers(() => 0.9), answers(() => 0.95, 0.95)]) {
      const found = judge({ challenger });
      expect(Object.values(found).map(({ name, passed }) => [name, passed])).toEqual([
        ['recall', true],
        ['calibration', true],
        ['segment', true],
      ]);
    }
  });

  it('name the class whose recall falls', () => {
    const found = judge({ challenger: answers((row) => (actual[row] === 1 ? 0.6 : 1)) });
    expect(found.recall).toMatchObject({ passed: false, worst: 'on' });
    expect(found.recall.value).toBeGreaterThan(0.2);
  });

  it('do not protect what a champion owes to answering nearly always the same', () => {
    const degenerate = answers((row) => (actual[row] === 1 ? 0.1 : 1));
    const challenger = answers((row) => (actual[row] === 1 ? 0.9 : 0.92));
    const found = judge({ champion: degenerate, challenger });
    expect(found.recall).toMatchObject({ passed: true, value: 0 });
    expect(judge({ champion, challenger: degenerate }).recall.passed).toBe(false);
  });

  it('do not call a fall what a class gains by no longer being said too often', () => {
    const early = answers((row) => (actual[row] === 1 ? 1 : 0.6));
    const challenger = answers((row) => (actual[row] === 1 ? 0.85 : 1));
    expect(judge({ champion: early, challenger }).recall).toMatchObject({ passed: true, value: 0 });
    const careless = answers((row) => (actual[row] === 1 ? 0.55 : 1));
    expect(judge({ champion: early, challenger: careless }).recall).toMatchObject({ passed: false });
  });

  it('see confidence that is not earned', () => {
    const found = judge({ challenger: { ...champion, values: champion.values.map((p) => Number(p > 0.5)) } });
    expect(found.calibration.passed).toBe(false);
    expect(found.recall.passed).toBe(true);
  });

  it('name the segment that pays for the others', () => {
    const found = judge({ challenger: answers((row) => (codes[row] === 1 ? 0.7 : 0.97)) });
    expect(found.segment).toMatchObject({ passed: false, worst: 'ore = b' });
  });

  it('do not call chance a fall: two rows of a rare class', () => {
    const rare = Float64Array.from({ length: rows }, (_, row) => Number(row < 2));
    const values = (missed: number) =>
      Float64Array.from([...rare].flatMap((truth, row) => (truth === 1 && row >= missed ? [0, 1] : [1, 0])));
    const [sees, misses] = [0, 1].map((missed) => ({ values: values(missed), outputs: 2 }));
    expect(judge({ actual: rare, champion: sees, challenger: misses }).recall.passed).toBe(true);
  });

  it('judge numbers by their segments alone', () => {
    const truth = actual.map(() => random.normal());
    const off = (size: (row: number) => number) => ({
      values: truth.map((value, row) => value + size(row) * random.normal()),
      outputs: 1,
    });
    const loss = rowLossOf({ kind: 'regression' }, 'mae', truth);
    const input = { task: { kind: 'regression' as const }, classes: [], actual: truth, loss };
    const found = judge({
      ...input,
      champion: off(() => 1),
      challenger: off((row) => (codes[row] === 2 ? 2 : 0.5)),
    });
    expect(Object.keys(found)).toEqual(['segment']);
    expect(found.segment).toMatchObject({ passed: false, worst: 'ore = c' });
  });
});

describe('the guardrail of stated intervals', () => {
  const truth = actual.map(() => random.normal());
  /** Predicts 0, give or take. */
  const within = (half: number, count = rows) => ({
    values: new Float64Array(count),
    outputs: 1,
    interval: Float64Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? -half : half)),
  });
  const judged = (challenger: number, champion: number, count = rows) =>
    judge({
      ...{ task: { kind: 'regression' }, classes: [], actual: truth.slice(0, count), level: 0.9 },
      ...{ loss: { kind: 'squared' }, segments: [] },
      ...{ challenger: within(challenger, count), champion: within(champion, count) },
    }).coverage;

  it('breaks where a challenger says less than it promises and the champion does not', () => {
    expect(judged(1, 1.645)).toMatchObject({ passed: false, limit: 0.05 });
    expect(judged(1, 1.645).value).toBeCloseTo(0.22, 1);
  });

  it('lets an interval shrink that was wider than it promised', () => {
    expect(judged(1.9, 4)).toMatchObject({ passed: true, value: 0 });
  });

  it('holds where the champion is no better, and where few rows cannot tell', () => {
    expect(judged(1, 0.9)).toMatchObject({ passed: true, value: 0 });
    expect(judged(1.2, 1.645, 20)).toMatchObject({ passed: true, value: 0 });
  });

  it('asks nothing of a model that states no interval', () => {
    const bare = { values: new Float64Array(rows), outputs: 1 };
    const input = { task: { kind: 'regression' as const }, classes: [], actual: truth, segments: [] };
    const loss = rowLossOf({ kind: 'regression' }, 'mae', truth);
    expect(judge({ ...input, loss, level: 0.9, challenger: bare, champion: within(1.6) })).toEqual({});
  });
});

describe('row losses', () => {
  it('stand for the metric: probabilities, answers, or answers of each class alike', () => {
    expect(rowLossOf(task, 'logLoss', actual)).toEqual({ kind: 'brier', classes: 2 });
    expect(rowLossOf(task, 'accuracy', actual)).toEqual({ kind: 'zeroOne', classes: 2, weights: [1, 1] });
    expect(rowLossOf(task, 'macroF1', actual)).toEqual({ kind: 'zeroOne', classes: 2, weights: [0.25, 1] });
    expect(rowLossOf({ kind: 'regression' }, 'rmse', actual)).toEqual({ kind: 'squared' });
  });

  it('are halves of Brier scores, squares, or what a wrong class weighs', () => {
    const two = Float64Array.from([1, 0]);
    const said = { values: Float64Array.from([0.2, 0.8, 0.2, 0.8]), outputs: 2 };
    const brier = rowLosses({ kind: 'brier', classes: 2 }, two, said);
    expect(brier[0]).toBeCloseTo(0.04, 12);
    expect(brier[1]).toBeCloseTo(0.64, 12);
    expect([...rowLosses({ kind: 'zeroOne', classes: 2, weights: [0.5, 1] }, two, said)]).toEqual([0, 0.5]);
    expect([...rowLosses({ kind: 'squared' }, two, { values: two.map((v) => v + 3), outputs: 1 })]).toEqual([
      9, 9,
    ]);
  });

  it('are cut off where 99 % of the differences lie within, and never at nothing', () => {
    const some = Float64Array.from({ length: 1000 }, (_, row) => row / 1000);
    const none = new Float64Array(1000);
    expect(differenceScale({ kind: 'absolute' }, some, none)).toBeCloseTo(0.99, 2);
    expect(differenceScale({ kind: 'absolute' }, some, some)).toBeCloseTo(0.005, 3);
    expect(differenceScale({ kind: 'absolute' }, none, none)).toBe(1);
    expect(differenceScale({ kind: 'zeroOne', classes: 2, weights: [1, 1] }, none, none)).toBe(1);
  });
});
