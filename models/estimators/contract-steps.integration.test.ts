import { describe, expect, it } from 'vitest';
import type { FittedModel, LabelledRows } from '../../contracts/estimator.ts';
import { type FeatureStepSpec, featureStepSchema } from '../../contracts/features.ts';
import type { Matrix } from '../../contracts/frame.ts';
import { addStepsToGraph, applySteps, completeSteps, fitSteps } from '../features/index.ts';
import { contractCases, largestDifference, neverCancelled, onnxPredictions, rowsOf } from './testing.ts';

const steps: FeatureStepSpec[] = [
  { step: 'impute', strategy: 'mode', flag: true },
  { step: 'scale', method: 'robust' },
  { step: 'one-hot', columns: ['colour'] },
  { step: 'target-encode', columns: ['colour'] },
  { step: 'interactions', columns: ['x0', 'x3'] },
  { step: 'pca', columns: ['x0', 'x1', 'x2', 'x3', 'colour'], components: 3 },
  { step: 'select', columns: ['x0', 'x1', 'x2', 'x3', 'colour'] },
].map((step) => featureStepSchema.parse(step));

/** The rows with a column of codes; `-1` stands for a category that training does not see. */
function withColour({ features, ...rest }: LabelledRows, codes: number[]): LabelledRows {
  const width = features.names.length;
  const data = new Float64Array(features.rows * (width + 1));
  for (let row = 0; row < features.rows; row++) {
    data.set(features.data.subarray(row * width, (row + 1) * width), row * (width + 1));
    const code = codes[row % codes.length];
    data[row * (width + 1) + width] = code < 0 ? Number.NaN : code;
  }
  return { ...rest, features: { rows: features.rows, names: [...features.names, 'colour'], data } };
}

describe.each(await contractCases())('behind steps: $title', ({ entry, task, input, missing }) => {
  if (missing !== undefined) {
    it.skip(missing, () => {});
    return;
  }

  it.each(steps)('$step, with values missing and a category unseen', async (spec) => {
    const train = withColour(rowsOf(task, 150, 21), [0, 1, 2]);
    const { features: unseen } = withColour(rowsOf(task, 60, 22, 0.2), [0, 1, -1, 2]);
    // PCA takes no missing values: what stands for them comes before it.
    const first = spec.step === 'pca' ? steps.slice(0, 1) : [];
    const behind = await modelBehind([...first, spec], train);
    const native = await behind.predict(unseen);
    expect(native.every(Number.isFinite)).toBe(true);
    expect(largestDifference(await onnxPredictions(behind, unseen), native)).toBeLessThan(1e-5);
    behind.dispose?.();
  });

  /** The steps and those that the estimator needs, as one model. */
  async function modelBehind(specs: FeatureStepSpec[], train: LabelledRows): Promise<FittedModel> {
    const fitted = await fitSteps(completeSteps(specs, entry.needs), train.features, {
      target: train.target,
      task,
      seed: 7,
    });
    const given = entry.stepsParam === undefined ? {} : { [entry.stepsParam]: 20 };
    const model = await entry.fit(input({ ...train, features: fitted.features }, given), neverCancelled());
    return {
      ...model,
      predict: async (features: Matrix) => model.predict(await applySteps(fitted.steps, features)),
      addToGraph: (graph, features) =>
        model.addToGraph(graph, addStepsToGraph(fitted.steps, graph, features)),
    };
  }
});
