import { describe, expect, it } from 'vitest';
import type {
  Estimator,
  FittedModel,
  LabelledRows,
  Params,
  Task,
  TreeModel,
} from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import { lightgbmPath } from '../../native/lightgbm-library.ts';
import { seededRandom } from '../../random.ts';
import { extraTrees } from '../extra-trees.ts';
import { parseParams } from '../index.ts';
import { lightgbm } from '../lightgbm.ts';
import { randomForest } from '../random-forest.ts';
import { largestDifference, matrixOf, neverCancelled, onnxPredictions, syntheticRows } from '../testing.ts';
import { xgboost } from '../xgboost.ts';

const regression: Task = { kind: 'regression' };
const quantile: Task = { kind: 'quantile', levels: [0.1, 0.5, 0.9] };
const classes = (count: number): Task => ({ kind: 'classification', classes: count, ordered: false });

function rowsOf(task: Task, count: number, seed: number): LabelledRows {
  const rows = syntheticRows(count, seed, 0.1);
  if (task.kind !== 'classification') return rows;
  const bounds = task.classes === 2 ? [40] : [36, 44];
  return { ...rows, target: rows.target.map((value) => bounds.filter((bound) => value > bound).length) };
}

interface Change {
  params?: Params;
  train?: LabelledRows;
  constraints?: Parameters<Estimator['fit']>[0]['constraints'];
}
const fitModel = (entry: Estimator, task: Task, { params = {}, train, constraints }: Change = {}) =>
  entry.fit(
    {
      params: parseParams(entry, params),
      train: train ?? rowsOf(task, 600, 1),
      validation: rowsOf(task, 200, 2),
      seed: 3,
      task,
      constraints,
    },
    neverCancelled(),
  );

/** Predictions by walking the trees that explanations use. */
function walked({ trees, base, link }: TreeModel, { rows, names, data }: Matrix): Float64Array {
  const all: number[] = [];
  for (let row = 0; row < rows; row++) {
    const sums = [...base];
    for (const tree of trees) {
      let node = 0;
      while (tree.left[node] >= 0) {
        const value = Math.fround(data[row * names.length + tree.feature[node]]);
        const isLeft = Number.isNaN(value) ? tree.missingLeft[node] === 1 : value < tree.value[node];
        node = isLeft ? tree.left[node] : tree.right[node];
      }
      sums[tree.output] += tree.value[node];
    }
    all.push(...linked(link, sums));
  }
  return Float64Array.from(all);
}

function linked(link: TreeModel['link'], sums: number[]): number[] {
  if (link === 'identity') return sums.sort((a, b) => a - b);
  const second = 1 / (1 + Math.exp(-sums[0]));
  if (link === 'logistic') return [1 - second, second];
  const parts = link === 'softmax' ? sums.map(Math.exp) : sums;
  const total = parts.reduce((sum, part) => sum + part);
  return parts.map((part) => part / total);
}

const entries: Estimator[] = [
  xgboost,
  randomForest,
  extraTrees,
  ...(lightgbmPath() === undefined ? [] : [lightgbm]),
];
const cases = entries.flatMap((entry) =>
  [regression, quantile, classes(2), classes(3)]
    .filter((task) => entry.tasks.includes(task.kind))
    .map((task): [string, string, Estimator, Task] => [
      entry.name,
      task.kind === 'classification' ? `${task.classes} classes` : task.kind,
      entry,
      task,
    ]),
);
const small: Record<string, Params> = {
  xgboost: { rounds: 40, subsample: 0.8 },
  'random-forest': { trees: 20 },
  'extra-trees': { trees: 20 },
  lightgbm: { rounds: 40 },
};

describe.each(cases)('%s on %s', (name, _, entry, task) => {
  const fitted: Promise<FittedModel> = fitModel(entry, task, { params: small[name] });
  const unseen = rowsOf(task, 150, 4).features;

  it('has trees whose sums are its predictions, and covers that add up', async () => {
    const model = await fitted;
    const trees = model.trees?.();
    if (trees === undefined) throw new Error('no trees');
    expect(largestDifference(walked(trees, unseen), await model.predict(unseen))).toBeLessThan(1e-5);
    for (const { left, right, cover } of trees.trees)
      if (left[0] >= 0) expect((cover[left[0]] + cover[right[0]]) / cover[0]).toBeCloseTo(1, 4);
  });

  it('says in ONNX, and after load, what it says itself', async () => {
    const model = await fitted;
    const native = await model.predict(unseen);
    expect(native).toHaveLength(150 * model.outputs);
    expect(largestDifference(await onnxPredictions(model, unseen), native)).toBeLessThan(1e-5);
    const loaded = await entry.load(await model.save());
    expect(loaded.outputs).toBe(model.outputs);
    expect(await loaded.predict(unseen)).toEqual(native);
  });

  it('answers probabilities that add up to 1, and quantiles that ascend', async () => {
    const model = await fitted;
    const predicted = await model.predict(unseen);
    for (let row = 0; row < 150; row++) {
      const answer = [...predicted.slice(row * model.outputs, (row + 1) * model.outputs)];
      if (task.kind === 'classification')
        expect(answer.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(task.kind !== 'quantile' || [...answer].sort((a, b) => a - b).join() === answer.join()).toBe(
        true,
      );
    }
  });
});

it('learns quantiles of noise whose width depends on a feature', { timeout: 60_000 }, async () => {
  const random = seededRandom(5, 'noise');
  const noisy = (rows: number): LabelledRows => {
    const features = Array.from({ length: rows }, () => [random.next(), random.next()]);
    const target = features.map(([a, b]) => 100 * a + (1 + 9 * b) * random.normal());
    return { features: matrixOf(features), target: Float64Array.from(target) };
  };
  const model = await xgboost.fit(
    {
      params: xgboost.params.parse({ maxDepth: 3, minChildWeight: 20 }),
      train: noisy(4_000),
      validation: noisy(1_000),
      seed: 1,
      task: quantile,
    },
    neverCancelled(),
  );
  const test = noisy(4_000);
  const predicted = await model.predict(test.features);
  quantile.levels.forEach((level, k) => {
    const below = test.target.reduce((sum, value, row) => sum + Number(value <= predicted[row * 3 + k]), 0);
    expect(Math.abs(below / 4_000 - level)).toBeLessThan(0.03);
  });
  const [low, , high] = await model.predict(matrixOf([[0.5, 0.5]]));
  // The normal's quantiles 0.1 and 0.9 are 1.2816 standard deviations from its mean.
  expect(Math.abs(high - low - 2 * 1.2816 * 5.5)).toBeLessThan(3);
});

describe('constraints', () => {
  const rising = (model: FittedModel, output: number) =>
    model.predict(matrixOf(Array.from({ length: 60 }, (_, i) => [i / 10 - 3, 0.5, -1, 0]))).then((all) => {
      const ofOutput = [...all].filter((_, i) => i % model.outputs === output);
      return ofOutput.every((value, i) => i === 0 || value >= ofOutput[i - 1]);
    });
  const falling = (rows: LabelledRows): LabelledRows => ({
    ...rows,
    target: rows.target.map((value, i) => value - 40 * Math.sin(rows.features.data[4 * i] || 0)),
  });

  it.each(cases.filter(([, , , task]) => task.kind === 'regression' || task.kind === 'quantile'))(
    'of %s on %s hold against the data, or are refused',
    async (name, _, entry, task) => {
      const constraints = { monotone: { x0: 'increasing' } } as const;
      const train = falling(rowsOf(task, 600, 1));
      const fitting = fitModel(entry, task, { params: small[name], train, constraints });
      if (name === 'extra-trees' || (name === 'lightgbm' && task.kind === 'quantile')) {
        await expect(fitting).rejects.toMatchObject({
          code: 'PIPELINE_INVALID',
          details: { field: 'constraints.monotone' },
        });
        return;
      }
      const model = await fitting;
      for (let k = 0; k < model.outputs; k++) expect(await rising(model, k)).toBe(true);
      const free = await fitModel(entry, task, { params: small[name], train });
      expect(await rising(free, 0)).toBe(false);
    },
  );

  it('keep features of other groups out of a path', async () => {
    const constraints = { interactions: [['x0', 'x3']] };
    const model = await fitModel(xgboost, regression, { params: small.xgboost, constraints });
    for (const tree of model.trees?.().trees ?? []) {
      const pathsFrom = (node: number, seen: number[]): number[][] =>
        tree.left[node] < 0
          ? [seen]
          : [tree.left[node], tree.right[node]].flatMap((next) =>
              pathsFrom(next, [...seen, tree.feature[node]]),
            );
      for (const path of pathsFrom(0, [])) {
        const used = [...new Set(path)].sort().join();
        expect(['', '0', '1', '2', '3', '0,3']).toContain(used);
      }
    }
  });

  it('on a feature that is not there, or a direction for three classes, are refused', async () => {
    const unknown = fitModel(xgboost, regression, { constraints: { monotone: { y: 'increasing' } } });
    await expect(unknown).rejects.toMatchObject({ code: 'PIPELINE_INVALID', details: { value: 'y' } });
    const three = fitModel(xgboost, classes(3), { constraints: { monotone: { x0: 'increasing' } } });
    await expect(three).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
  });
});

describe('an update', () => {
  const update = (entry: Estimator, task: Task, mode: 'continue' | 'refresh', bytes: Uint8Array) => {
    if (entry.update === undefined) throw new Error('no update');
    const train = rowsOf(task, 500, 11);
    const params = parseParams(entry, entry === xgboost ? { rounds: 10 } : {});
    return entry.update(bytes, mode, { params, train, seed: 3, task }, neverCancelled());
  };
  const updatable = cases.filter(([name]) => name === 'xgboost' || name === 'random-forest');
  const shapes = (model: FittedModel) =>
    model.trees?.().trees.map(({ left, feature }) => [Array.from(left), Array.from(feature)]);

  it.each(updatable)('of %s on %s refreshes leaves and keeps every cut', async (name, _, entry, task) => {
    const model = await fitModel(entry, task, { params: small[name] });
    const refreshed = await update(entry, task, 'refresh', await model.save());
    expect(shapes(refreshed)).toEqual(shapes(model));
    expect(refreshed.steps).toBe(model.steps);
    const unseen = rowsOf(task, 100, 12).features;
    expect(largestDifference(await refreshed.predict(unseen), await model.predict(unseen))).toBeGreaterThan(
      1e-3,
    );
  });

  it.each(updatable.filter(([name]) => name === 'xgboost'))(
    'of %s on %s goes on with more rounds after the old ones',
    async (name, _, entry, task) => {
      const model = await fitModel(entry, task, { params: small[name] });
      const longer = await update(entry, task, 'continue', await model.save());
      expect(longer.steps).toBe(Number(model.steps) + 10);
      const before = model.trees?.().trees ?? [];
      expect(longer.trees?.().trees.slice(0, before.length)).toEqual(before);
    },
  );

  it('of a model for other columns or another task is refused', async () => {
    const bytes = await (await fitModel(xgboost, classes(2), { params: small.xgboost })).save();
    await expect(update(xgboost, regression, 'refresh', bytes)).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      details: { field: 'task' },
    });
    const narrow = { features: matrixOf([[1], [2]]), target: Float64Array.of(0, 1) };
    const input = { params: xgboost.params.parse({}), train: narrow, seed: 0, task: classes(2) };
    await expect(xgboost.update?.(bytes, 'refresh', input, neverCancelled())).rejects.toMatchObject({
      code: 'TRAINING_FAILED',
      details: { field: 'features' },
    });
  });
});
