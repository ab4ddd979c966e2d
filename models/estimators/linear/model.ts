import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import type { Constraints, FitContext, FitInput, FittedModel } from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import { runInPool } from '../../pool.ts';
import { cancelled, checkRows, checkTask } from '../checks.ts';
import { scored } from '../score.ts';
import { fitOf } from './fit.ts';
import type { FitAnswer, LinearFit, LinearMethod, LinearTask, Sign } from './protocol.ts';
import { eachRow, sharedRows } from './rows.ts';

const worker = new URL('./fit.worker.ts', import.meta.url);

/**
 * Fits on a pool thread; see `Estimator.fit`. Monotone constraints become signs of the slopes; constraints on
 * interactions hold by themselves, as a sum has none.
 */
export async function fitLinear(
  { train, validation, task, constraints }: FitInput<unknown>,
  { signal }: FitContext,
  method: LinearMethod,
): Promise<FittedModel> {
  checkTask(method.kind === 'least-squares' ? 'linear' : method.kind, ['regression'], task);
  checkRows(train, task);
  if (signal.aborted) throw cancelled();
  const signs = signsOf(train.features.names, constraints);
  const asked: LinearTask = { ...method, data: await sharedRows(train), signs };
  const answer = await runInPool<LinearTask, FitAnswer<LinearFit>>(worker, asked, signal);
  return scored(linearModel(fitOf(answer)), task, validation);
}

function signsOf(names: string[], { monotone = {} }: Constraints = {}): Sign[] {
  const signs = { increasing: 1, decreasing: -1 } as const;
  return names.map((name) => (Object.hasOwn(monotone, name) ? signs[monotone[name]] : 0));
}

/** A weighted sum of the features and a constant. */
function linearModel(fit: LinearFit): FittedModel {
  return {
    outputs: 1,
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
    return linearModel(savedSchema.parse(JSON.parse(Buffer.from(bytes).toString())));
  } catch (cause) {
    throw new RelevoError('ARTIFACT_CORRUPT', 'The bytes are not a saved linear model', {}, { cause });
  }
}

async function predict(
  { names: { length: width }, coefficients, intercept }: LinearFit,
  { rows, data }: Matrix,
): Promise<Float64Array> {
  const predicted = new Float64Array(rows);
  await eachRow(rows, width, (row) => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += coefficients[j] * data[row * width + j];
    predicted[row] = sum + intercept;
  });
  return predicted;
}
