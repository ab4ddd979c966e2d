import { z } from 'zod';
import { RelevoError } from '../../../contracts/errors.ts';
import {
  type FitContext,
  type FitInput,
  type FittedModel,
  outputsOf,
  type Task,
} from '../../../contracts/estimator.ts';
import type { Matrix } from '../../../contracts/frame.ts';
import { runInPool } from '../../pool.ts';
import { cancelled, checkRows, checkTask, refuseConstraints } from '../checks.ts';
import { scored } from '../score.ts';
import { fitOf } from './fit.ts';
import type { FitAnswer, OrdinalFit, OrdinalTask } from './protocol.ts';
import { eachRow, sharedRows } from './rows.ts';

const worker = new URL('./ordinal.worker.ts', import.meta.url);
/** A threshold that no sum of finite features comes near. */
const far = 1e300;

/** Fits on a pool thread; see `Estimator.fit`. */
export async function fitOrdinal(
  { train, validation, task, constraints }: FitInput<unknown>,
  { signal }: FitContext,
  penalty: number,
): Promise<FittedModel> {
  checkTask('ordinal', ['classification'], task);
  refuseUnordered(task);
  refuseConstraints('ordinal', { monotone: constraints?.monotone });
  checkRows(train, task);
  if (signal.aborted) throw cancelled();
  const asked = { data: await sharedRows(train), classes: outputsOf(task), penalty };
  const answer = await runInPool<OrdinalTask, FitAnswer<OrdinalFit>>(worker, asked, signal);
  return scored(ordinalModel(fitOf(answer)), task, validation);
}

function refuseUnordered(task: Task): void {
  if (task.kind === 'classification' && task.ordered) return;
  throw new RelevoError(
    'PIPELINE_INVALID',
    'The estimator "ordinal" needs classes whose order means something',
    {
      field: 'ordered',
      value: false,
      expected: 'true, or another estimator such as logistic',
    },
  );
}

/** What lies between two thresholds of a class, by class: σ(upper − sum)·σ(sum − lower)·share. */
interface Bands {
  upper: Float64Array;
  lower: Float64Array;
  /** 1 − e^(lower − upper): see `ProportionalOdds`; 0 for a class that was never seen. */
  share: Float64Array;
}

function bandsOf({ classes, present, thresholds }: OrdinalFit): Bands {
  const upper = new Float64Array(classes).fill(far);
  const lower = new Float64Array(classes).fill(-far);
  const share = new Float64Array(classes);
  present.forEach((label, k) => {
    upper[label] = thresholds[k] ?? far;
    lower[label] = thresholds[k - 1] ?? -far;
    share[label] = -Math.expm1(lower[label] - upper[label]);
  });
  return { upper, lower, share };
}

/** Cumulative logistic functions of one linear function: proportional odds. */
function ordinalModel(fit: OrdinalFit): FittedModel {
  const { names, classes, coefficients } = fit;
  const bands = bandsOf(fit);
  return {
    outputs: classes,
    predict: (features) => predict(coefficients, bands, features),
    save: async () => Buffer.from(JSON.stringify(fit)),
    addToGraph(graph, features) {
      const row = (values: Float64Array) => graph.constant('double', values, [1, classes]);
      const [sum] = graph.node('MatMul', [
        features,
        graph.constant('double', coefficients, [names.length, 1]),
      ]);
      const [below] = graph.node('Sub', [row(bands.upper), sum]);
      const [above] = graph.node('Sub', [sum, row(bands.lower)]);
      const [both] = graph.node('Mul', [
        ...graph.node('Sigmoid', [below]),
        ...graph.node('Sigmoid', [above]),
      ]);
      return graph.node('Mul', [both, row(bands.share)])[0];
    },
    diagnostics: { ...fit },
  };
}

async function predict(
  coefficients: number[],
  { upper, lower, share }: Bands,
  { rows, data, names: { length: width } }: Matrix,
): Promise<Float64Array> {
  const classes = upper.length;
  const probabilities = new Float64Array(rows * classes);
  await eachRow(rows, width + classes, (row) => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += coefficients[j] * data[row * width + j];
    for (let k = 0; k < classes; k++)
      probabilities[row * classes + k] = logistic(upper[k] - sum) * logistic(sum - lower[k]) * share[k];
  });
  return probabilities;
}

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

const savedSchema = z
  .object({
    names: z.array(z.string()),
    classes: z.number().int().min(2),
    present: z.array(z.number().int().min(0)).min(1),
    coefficients: z.array(z.number()),
    thresholds: z.array(z.number()),
    diagnostics: z.object({ newtonSteps: z.number(), logLoss: z.number() }),
  })
  .refine(
    ({ names, classes, present, coefficients, thresholds }) =>
      present.every((label) => label < classes) &&
      thresholds.length === present.length - 1 &&
      coefficients.length === names.length,
  );

/** @throws RelevoError ARTIFACT_CORRUPT where the bytes are not a saved ordinal model. */
export async function loadOrdinal(bytes: Uint8Array): Promise<FittedModel> {
  try {
    return ordinalModel(savedSchema.parse(JSON.parse(Buffer.from(bytes).toString())));
  } catch (cause) {
    throw new RelevoError('ARTIFACT_CORRUPT', 'The bytes are not a saved ordinal model', {}, { cause });
  }
}
