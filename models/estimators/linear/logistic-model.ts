import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import { type FitContext, type FitInput, type FittedModel, outputsOf } from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import { runInPool } from '../../pool.ts';
import { cancelled, checkRows, checkTask, refuseConstraints } from '../checks.ts';
import { scored } from '../score.ts';
import { fitOf } from './fit.ts';
import type { FitAnswer, LogisticFit, LogisticTask } from './protocol.ts';
import { eachRow, sharedRows } from './rows.ts';

const worker = new URL('./logistic.worker.ts', import.meta.url);
/** The linear function of a class that was never seen: the softmax makes it 0 beside any other. */
const never = -1e300;

/** Fits on a pool thread; see `Estimator.fit`. */
export async function fitLogistic(
  { train, validation, task, constraints }: FitInput<unknown>,
  { signal }: FitContext,
  penalty: number,
): Promise<FittedModel> {
  checkTask('logistic', ['classification'], task);
  refuseConstraints('logistic', { monotone: constraints?.monotone });
  checkRows(train, task);
  if (signal.aborted) throw cancelled();
  const asked = { data: await sharedRows(train), classes: outputsOf(task), penalty };
  const answer = await runInPool<LogisticTask, FitAnswer<LogisticFit>>(worker, asked, signal);
  return scored(logisticModel(fitOf(answer)), task, validation);
}

/** A softmax of one linear function per class. */
function logisticModel(fit: LogisticFit): FittedModel {
  const { names, classes, present } = fit;
  const intercepts = new Float64Array(classes).fill(never);
  const slopes = new Float64Array(names.length * classes);
  present.forEach((label, k) => {
    intercepts[label] = fit.intercepts[k];
    for (let j = 0; j < names.length; j++) slopes[j * classes + label] = fit.coefficients[k][j];
  });
  return {
    outputs: classes,
    predict: (features) => predict({ classes, intercepts, slopes }, features),
    save: async () => Buffer.from(JSON.stringify(fit)),
    addToGraph(graph, features) {
      const weights = graph.constant('double', slopes, [names.length, classes]);
      const [sums] = graph.node('MatMul', [features, weights]);
      const [logits] = graph.node('Add', [sums, graph.constant('double', intercepts, [classes])]);
      return graph.node('Softmax', [logits], { axis: { int: 1 } })[0];
    },
    diagnostics: { ...fit },
  };
}

async function predict(
  { classes, intercepts, slopes }: { classes: number; intercepts: Float64Array; slopes: Float64Array },
  { rows, data, names: { length: width } }: Matrix,
): Promise<Float64Array> {
  const probabilities = new Float64Array(rows * classes);
  await eachRow(rows, width * classes, (row) => {
    const at = row * classes;
    let largest = -Infinity;
    for (let k = 0; k < classes; k++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += data[row * width + j] * slopes[j * classes + k];
      probabilities[at + k] = sum + intercepts[k];
      largest = Math.max(largest, probabilities[at + k]);
    }
    let total = 0;
    for (let k = 0; k < classes; k++) {
      probabilities[at + k] = Math.exp(probabilities[at + k] - largest);
      total += probabilities[at + k];
    }
    for (let k = 0; k < classes; k++) probabilities[at + k] /= total;
  });
  return probabilities;
}

const savedSchema = z
  .object({
    names: z.array(z.string()),
    classes: z.number().int().min(2),
    present: z.array(z.number().int().min(0)).min(1),
    coefficients: z.array(z.array(z.number())),
    intercepts: z.array(z.number()),
    diagnostics: z.object({ newtonSteps: z.number(), logLoss: z.number() }),
  })
  .refine(
    ({ names, classes, present, coefficients, intercepts }) =>
      present.every((label) => label < classes) &&
      intercepts.length === present.length &&
      coefficients.length === present.length &&
      coefficients.every((row) => row.length === names.length),
  );

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a saved logistic model. */
export async function loadLogistic(bytes: Uint8Array): Promise<FittedModel> {
  try {
    return logisticModel(savedSchema.parse(JSON.parse(Buffer.from(bytes).toString())));
  } catch (cause) {
    throw new RelevoError('ARTIFACT_CORRUPT', 'The bytes are not a saved logistic model', {}, { cause });
  }
}
