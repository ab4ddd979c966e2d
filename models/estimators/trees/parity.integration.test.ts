import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type {
  Constraints,
  Estimator,
  FitInput,
  LabelledRows,
  Params,
  Task,
} from '../../../contracts/estimator.ts';
import { extraTrees } from '../extra-trees.ts';
import { parseParams } from '../index.ts';
import { randomForest } from '../random-forest.ts';
import { taskLoss } from '../score.ts';
import { largestDifference, neverCancelled, onnxPredictions } from '../testing.ts';
import { xgboost } from '../xgboost.ts';
import { lightModel } from './light/model.ts';

const parity = (name: string) =>
  JSON.parse(readFileSync(new URL(`./parity/${name}.json`, import.meta.url), 'utf8'));

const fitModel = (entry: Estimator, params: Params, input: Omit<FitInput<unknown>, 'params' | 'seed'>) =>
  entry.fit({ ...input, params: parseParams(entry, params), seed: 0 }, neverCancelled());

const tasks: [string, Task][] = [
  ['regression', { kind: 'regression' }],
  ['binary', { kind: 'classification', classes: 2, ordered: false }],
  ['multiclass', { kind: 'classification', classes: 3, ordered: false }],
];

/** Python answers the probability of class 1 where there are two. */
const asPython = (task: Task, predicted: Float64Array): Float64Array =>
  task.kind === 'classification' && task.classes === 2 ? predicted.filter((_, i) => i % 2 === 1) : predicted;

describe.each(tasks)('%s', (name, task) => {
  const vectors = parity('boosters');
  const expected = vectors.tasks[name];
  const data = Float64Array.from(vectors.features, (value: number | null) =>
    Math.fround(value ?? Number.NaN),
  );
  const features = { rows: 160, names: ['a', 'b', 'c'], data };
  const train: LabelledRows = {
    features,
    target: Float64Array.from(expected.target),
    weights: Float64Array.from(vectors.weights),
  };
  const params = { rounds: 20, maxDepth: 3, learningRate: 0.2, lambda: 1 };

  it('agrees with Python xgboost', async () => {
    const model = await fitModel(xgboost, params, { train, task });
    const predicted = asPython(task, await model.predict(features));
    expect(largestDifference(predicted, Float64Array.from(expected.plain))).toBeLessThan(1e-5);
  });

  it.runIf(name !== 'multiclass')('agrees with it under constraints', async () => {
    const constraints: Constraints = { monotone: { a: 'increasing' }, interactions: [['b', 'c']] };
    const model = await fitModel(xgboost, params, { train, task, constraints });
    const predicted = asPython(task, await model.predict(features));
    expect(largestDifference(predicted, Float64Array.from(expected.constrained))).toBeLessThan(1e-5);
  });

  it('reads what LightGBM wrote as LightGBM does, in ONNX too', async () => {
    const form = { regression: 'value', binary: 'logistic', multiclass: 'softmax' } as const;
    const model = lightModel({ form: form[name as keyof typeof form], boosters: [expected.lightgbm] });
    const predicted = await model.predict(features);
    const python = Float64Array.from(expected.lightgbmPredictions);
    expect(largestDifference(asPython(task, predicted), python)).toBeLessThan(1e-6);
    expect(largestDifference(await onnxPredictions(model, features), predicted)).toBeLessThan(1e-6);
  });
});

describe('forests are about as good as scikit-learn’s', () => {
  const vectors = parity('forests');
  const width = 4;
  const slice = (target: number[], from: number, to: number): LabelledRows => ({
    features: {
      rows: to - from,
      names: ['a', 'b', 'c', 'd'],
      data: Float64Array.from(vectors.features.slice(from * width, to * width)),
    },
    target: Float64Array.from(target.slice(from, to)),
  });
  const cases: [string, Estimator, Task, number[], number][] = [
    ['extra trees', extraTrees, tasks[0][1], vectors.regression, vectors.extraTreesRmse],
    ['extra trees', extraTrees, tasks[2][1], vectors.classes, vectors.extraTreesLogLoss],
    ['random forest', randomForest, tasks[2][1], vectors.classes, vectors.randomForestLogLoss],
  ];
  it.each(cases)('%s', async (_, entry, task, target, reference) => {
    const params = { trees: 200, maxDepth: 16, minChildWeight: 3, colsampleByNode: 0.5 };
    const model = await fitModel(entry, params, { train: slice(target, 0, 600), task });
    const test = slice(target, 600, 900);
    const loss = taskLoss(task, await model.predict(test.features), test.target);
    expect(loss / reference).toBeLessThan(1.03);
    expect(loss / reference).toBeGreaterThan(0.9);
  });
});
