import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import type { FitContext, FittedModel, LabelledRows } from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import { runInPool } from '../../pool.ts';
import { cancelled, checkRows, fault } from '../checks.ts';
import { weightedRmse } from '../score.ts';
import type { LinearAnswer, LinearFit, LinearRows, LinearTask } from './protocol.ts';

const worker = new URL('./fit.worker.ts', import.meta.url);

type LinearMethod = { kind: 'least-squares' } | { kind: 'ridge'; alpha: number };

/** Fits on a pool thread; see `Estimator.fit`. */
export async function fitLinear(
  { train, validation }: { train: LabelledRows; validation?: LabelledRows },
  { signal }: FitContext,
  method: LinearMethod,
): Promise<FittedModel> {
  checkRows(train);
  if (signal.aborted) throw cancelled();
  const task: LinearTask = { ...method, data: linearRows(train) };
  const answer = await runInPool<LinearTask, LinearAnswer>(worker, task, signal);
  if (answer.state === 'missing') throw fault(answer.name, answer.value, 'a finite number', answer.row);
  if (answer.state === 'overflow')
    throw new RelevoError('TRAINING_FAILED', 'The features are too large to be multiplied', {
      field: 'features',
      expected: 'numbers within about ±1e150',
    });
  const model = linearModel(answer.fit);
  if (validation === undefined) return model;
  return { ...model, validationScore: await rootMeanSquare(model, validation) };
}

const linearRows = ({ features, target, weights }: LabelledRows): LinearRows => ({
  rows: features.rows,
  names: features.names,
  features: features.data,
  target,
  weights,
});

/** A weighted sum of the features and a constant. */
function linearModel(fit: LinearFit): FittedModel {
  return {
    predict: (features) => predict(fit, features),
    save: async () => Buffer.from(JSON.stringify(fit)),
    addToGraph(graph, features) {
      const weights = graph.constant('double', fit.coefficients, [fit.coefficients.length, 1]);
      const [sum] = graph.node('MatMul', [features, weights]);
      return graph.node('Add', [sum, graph.constant('double', [fit.intercept], [1])])[0];
    },
    diagnostics: fit.diagnostics,
  };
}

const savedSchema = z
  .object({
    names: z.array(z.string()),
    coefficients: z.array(z.number()),
    intercept: z.number(),
    diagnostics: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(({ names, coefficients }) => names.length === coefficients.length);

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a saved linear model. */
export async function loadLinear(bytes: Uint8Array): Promise<FittedModel> {
  try {
    return linearModel(savedSchema.parse(JSON.parse(Buffer.from(bytes).toString())) as LinearFit);
  } catch (cause) {
    throw new RelevoError('ARTIFACT_CORRUPT', 'The bytes are not a saved linear model', {}, { cause });
  }
}

/** Rows predicted before other work of the event loop gets its turn: a few milliseconds. */
const chunk = 100_000;

async function predict({ names, coefficients, intercept }: LinearFit, { rows, data }: Matrix) {
  const predicted = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    if (row > 0 && row % chunk === 0) await setImmediate();
    let sum = 0;
    for (let j = 0; j < names.length; j++) sum += coefficients[j] * data[row * names.length + j];
    predicted[row] = sum + intercept;
  }
  return predicted;
}

async function rootMeanSquare(
  model: FittedModel,
  { features, target, weights }: LabelledRows,
): Promise<number> {
  const predicted = await model.predict(features);
  return weightedRmse(predicted, target, weights);
}
