import { describe, expect, it } from 'vitest';
import {
  type Constraints,
  type Dimension,
  type FittedModel,
  type LabelledRows,
  outputsOf,
  type Params,
  type Task,
} from '../../contracts/estimator.ts';
import { quantile } from '../quantile.ts';
import { estimator, estimators, parseParams } from './index.ts';
import { taskLoss } from './score.ts';
import {
  answersOf,
  contractCases,
  largestDifference,
  matrixOf,
  neverCancelled,
  onnxPredictions,
  rowsOf,
} from './testing.ts';

describe.each(await contractCases())('$title', ({ entry, task, input, missing }) => {
  if (missing !== undefined) {
    it.skip(missing, () => {});
    return;
  }
  const outputs = outputsOf(task);
  const train = rowsOf(task, 400, 1);
  const validation = rowsOf(task, 150, 2);
  const unseen = rowsOf(task, 150, 3).features;
  const fitValidated = () => entry.fit({ ...input(train), validation }, neverCancelled());
  const fitted = fitValidated();

  it('learns: it predicts unseen rows better than a constant', async () => {
    const predicted = await (await fitted).predict(validation.features);
    const constant = bestConstant(task, train);
    const same = Float64Array.from({ length: predicted.length }, (_, i) => constant[i % outputs]);
    expect(error(task, predicted, validation)).toBeLessThan(0.85 * error(task, same, validation));
  });

  it('says how well it does on the validation rows', async () => {
    const model = await fitted;
    const predicted = await model.predict(validation.features);
    expect(model.validationScore).toBeCloseTo(taskLoss(task, predicted, validation.target), 4);
  });

  it('predicts its outputs for any number of rows, each by itself', async () => {
    const model = await fitted;
    expect(model.outputs).toBe(outputs);
    const all = await model.predict(unseen);
    expect(all).toHaveLength(unseen.rows * outputs);
    const width = unseen.names.length;
    const first = await model.predict({ ...unseen, rows: 1, data: unseen.data.slice(0, width) });
    expect([...first]).toEqual([...all.slice(0, outputs)]);
    expect(await model.predict({ ...unseen, rows: 0, data: new Float64Array() })).toHaveLength(0);
  });

  it('gives probabilities that add up to 1, and quantiles that ascend', async () => {
    const model = await fitted;
    const native = await model.predict(unseen);
    checkAnswers(task, native);
    checkAnswers(task, await onnxPredictions(model, unseen));
  });

  it('gives the same bytes for the same rows, parameters and seed', async () => {
    const again = await fitValidated();
    expect(Buffer.from(await again.save()).equals(await (await fitted).save())).toBe(true);
    again.dispose?.();
  });

  it('is itself again after save and load', async () => {
    const bytes = await (await fitted).save();
    const loaded = await entry.load(bytes);
    expect(loaded.outputs).toBe(outputs);
    expect(await loaded.predict(unseen)).toEqual(await (await fitted).predict(unseen));
    expect(Buffer.from(await loaded.save()).equals(bytes)).toBe(true);
    expect(await onnxPredictions(loaded, unseen)).toEqual(await onnxPredictions(await fitted, unseen));
    loaded.dispose?.();
  });

  it('refuses half of a model', async () => {
    const bytes = await (await fitted).save();
    const half = bytes.subarray(0, bytes.length >> 1);
    await expect(entry.load(half)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it('says in ONNX what it says itself, at the training values too', async () => {
    for (const rows of [train.features, unseen]) {
      const native = await (await fitted).predict(rows);
      expect(largestDifference(await onnxPredictions(await fitted, rows), native)).toBeLessThan(1e-5);
    }
  });

  it('obeys a monotone constraint, or refuses it', async () => {
    const model = await obedient({ monotone: { x0: 'decreasing' } });
    if (model === undefined) return;
    const steps = 21;
    for (let row = 0; row < 20; row++) {
      const [, ...others] = unseen.data.subarray(row * 4, row * 4 + 4);
      const line = matrixOf(Array.from({ length: steps }, (_, i) => [i / 4 - 2.5, ...others]));
      const answers = answersOf(await model.predict(line), outputs).map((answer) => levelsOf(task, answer));
      for (let i = 1; i < steps; i++)
        for (const [k, level] of answers[i].entries())
          expect(level).toBeLessThanOrEqual(answers[i - 1][k] + 1e-9);
    }
  });

  it.runIf(task.kind === 'regression')('lets no features meet that may not, or refuses to', async () => {
    const model = await obedient({ interactions: [['x0', 'x3']] });
    if (model === undefined) return;
    const corner = (b: number, c: number) => [0.5, b, c, 0.1];
    const [high, left, right, low] = await model.predict(
      matrixOf([corner(2, 2), corner(-2, 2), corner(2, -2), corner(-2, -2)]),
    );
    // Without the constraint the target's −b·c makes this −16.
    expect(Math.abs(high - left - right + low)).toBeLessThan(1e-4);
  });

  async function obedient(constraints: Constraints): Promise<FittedModel | undefined> {
    try {
      return await entry.fit({ ...input(train), constraints }, neverCancelled());
    } catch (error) {
      expect(error).toMatchObject({ code: 'PIPELINE_INVALID' });
      return undefined;
    }
  }

  it('stops within a second when cancelled, at once or later', async () => {
    const rows = rowsOf(task, 20_000, 8);
    for (const delayMs of [0, 30]) {
      const cancel = new AbortController();
      const fitting = entry.fit(input(rows), { threads: 2, signal: cancel.signal });
      const ended = fitting.then(
        () => 'done before',
        (error) => error,
      );
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      const cancelledAt = performance.now();
      cancel.abort();
      const outcome = await ended;
      expect(performance.now() - cancelledAt).toBeLessThan(1_000);
      if (delayMs === 0 || outcome !== 'done before') expect(outcome).toMatchObject({ code: 'CANCELLED' });
      await expect(entry.fit(input(rows), { threads: 2, signal: cancel.signal })).rejects.toMatchObject({
        code: 'CANCELLED',
      });
    }
  });
});

/** The mean, the quantiles, or the class shares of the target. */
function bestConstant(task: Task, { target }: LabelledRows): number[] {
  const sorted = Float64Array.from(target).sort();
  if (task.kind === 'quantile') return task.levels.map((level) => quantile(sorted, level));
  if (task.kind === 'regression') return [target.reduce((sum, value) => sum + value, 0) / target.length];
  return Array.from(
    { length: task.classes },
    (_, k) => target.filter((value) => value === k).length / target.length,
  );
}

/** The task's loss; of probabilities the Brier score, which no certain error outweighs. */
function error(task: Task, predicted: Float64Array, { target }: LabelledRows): number {
  if (task.kind !== 'classification') return taskLoss(task, predicted, target);
  return answersOf(predicted, task.classes).reduce(
    (sum, answer, row) =>
      sum + answer.reduce((squares, p, k) => squares + (p - Number(target[row] === k)) ** 2, 0),
    0,
  );
}

/** What a constraint is about: each number, or the mean class index. */
const levelsOf = (task: Task, answer: number[]): number[] =>
  task.kind === 'classification' ? [answer.reduce((sum, p, k) => sum + k * p, 0)] : answer;

function checkAnswers(task: Task, values: Float64Array): void {
  for (const answer of answersOf(values, outputsOf(task))) {
    expect(answer.every(Number.isFinite)).toBe(true);
    if (task.kind === 'classification') {
      expect(Math.abs(answer.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-6);
      expect(answer.every((p) => p >= 0 && p <= 1)).toBe(true);
    }
    if (task.kind === 'quantile') expect(answer).toEqual([...answer].sort((a, b) => a - b));
  }
}

describe.each(Object.entries(estimators))('%s', (name, entry) => {
  it('is listed under its own name', () => {
    expect(entry.name).toBe(name);
  });

  it.each([
    ['text', Buffer.from('not a model')],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s in place of a model', async (_, bytes) => {
    await expect(entry.load(bytes)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it('names a parameter that it does not have, and one out of range', () => {
    const parse = (given: Params) => () => parseParams(entry, given);
    expect(parse({ nonsense: 1 })).toThrowError(
      expect.objectContaining({
        code: 'PIPELINE_INVALID',
        details: expect.objectContaining({ field: 'params.nonsense' }),
      }),
    );
    for (const param of Object.keys(entry.searchSpace))
      expect(parse({ [param]: -1 })).toThrowError(
        expect.objectContaining({
          details: expect.objectContaining({ field: `params.${param}`, value: -1 }),
        }),
      );
  });

  it('accepts every end of its own search space', () => {
    const ends = (dimension: Dimension) =>
      dimension.kind === 'choice' ? dimension.options : [dimension.low, dimension.high];
    for (const [param, dimension] of Object.entries(entry.searchSpace))
      for (const value of ends(dimension))
        expect(parseParams(entry, { [param]: value })).toMatchObject({ [param]: value });
  });

  it('refuses a task that it does not list', async () => {
    const tasks: Task[] = [
      { kind: 'regression' },
      { kind: 'quantile', levels: [0.5] },
      { kind: 'classification', classes: 2, ordered: true },
    ];
    for (const task of tasks.filter(({ kind }) => !entry.tasks.includes(kind))) {
      const fitting = entry.fit(
        { params: parseParams(entry, {}), train: rowsOf(task, 20, 1), seed: 7, task },
        neverCancelled(),
      );
      await expect(fitting).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
    }
  });
});

it('names the estimators there are where one is not known', () => {
  expect(() => estimator('perceptron')).toThrowError(
    expect.objectContaining({
      code: 'PIPELINE_INVALID',
      details: expect.objectContaining({ expected: expect.stringContaining('xgboost') }),
    }),
  );
});
