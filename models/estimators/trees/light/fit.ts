import { MessageChannel } from 'node:worker_threads';
import type { FitContext, FitInput, FittedModel, Task } from '../../../../contracts/estimator.ts';
import { lightgbmSettings } from '../../../native/lightgbm-library.ts';
import { checkRows, refuseConstraints } from '../../checks.ts';
import { scored } from '../../score.ts';
import { formOf } from '../form.ts';
import { constraintParams } from '../params.ts';
import { toLabelledNativeRows } from '../rows.ts';
import { supervise } from '../supervise.ts';
import { growLightOnThread } from '../threads.ts';
import { lightModel } from './model.ts';
import type { LightTask } from './protocol.ts';

export interface LightPlan {
  rounds: number;
  patience: number;
  /** LightGBM's own parameters. */
  params: Record<string, string | number>;
  maxBins: number;
}

/** Grows boosters by lib_lightgbm on a thread of their own; see `Estimator.fit`. */
export async function fitLightgbm(
  { train, validation, seed, task: learnt, constraints }: FitInput<unknown>,
  context: FitContext,
  plan: LightPlan,
): Promise<FittedModel> {
  checkRows(train, learnt);
  if (validation !== undefined) checkRows(validation, learnt);
  // Its leaves are set anew to the quantiles of their rows, which keep no order between leaves.
  if (learnt.kind === 'quantile' && constraints?.monotone)
    refuseConstraints('lightgbm', { monotone: constraints.monotone });
  const library = lightgbmSettings();
  const { port1, port2 } = new MessageChannel();
  const common = {
    ...plan.params,
    ...constraintsOf(constraintParams(constraints, train.features.names, learnt)),
    seed: seed % 2 ** 31,
    num_threads: context.threads,
    deterministic: 'true',
    force_row_wise: 'true',
    verbosity: -1,
  };
  const task: LightTask = {
    library,
    boosters: objectivesOf(learnt).map((objective) => written({ ...common, ...objective })),
    dataset: written({ max_bin: plan.maxBins, feature_pre_filter: 'false', verbosity: -1 }),
    rounds: plan.rounds,
    patience: plan.patience,
    train: withoutWeightless(await toLabelledNativeRows(train)),
    validation: validation && (await toLabelledNativeRows(validation)),
    reportSteps: context.onStep !== undefined,
    stop: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    port: port2,
  };
  const growing = { run: () => growLightOnThread(task), stop: task.stop, steps: plan.rounds };
  const { texts, steps } = await supervise(growing, port1, context);
  const model = lightModel({ form: formOf('boosting', learnt), boosters: texts });
  return scored({ ...model, steps }, learnt, validation);
}

/** LightGBM counts every row towards the quantiles of its leaves, and towards the least rows of one. */
function withoutWeightless(given: LightTask['train']): LightTask['train'] {
  const { weights, columns, features, target } = given;
  if (weights === undefined || !weights.includes(0)) return given;
  const isKept = (row: number): boolean => weights[row] > 0;
  return {
    columns,
    rows: weights.reduce((count, weight) => count + Number(weight > 0), 0),
    features: features.filter((_, at) => isKept(Math.floor(at / columns))),
    target: target.filter((_, row) => isKept(row)),
    weights: weights.filter((weight) => weight > 0),
  };
}

function objectivesOf(task: Task): Record<string, string | number>[] {
  if (task.kind === 'quantile')
    return task.levels.map((alpha) => ({ objective: 'quantile', metric: 'quantile', alpha }));
  if (task.kind === 'regression') return [{ objective: 'regression', metric: 'rmse' }];
  return task.classes > 2
    ? [{ objective: 'multiclass', metric: 'multi_logloss', num_class: task.classes }]
    : [{ objective: 'binary', metric: 'binary_logloss' }];
}

/** libxgboost's constraints as LightGBM writes them: without the brackets around the list. */
const constraintsOf = (params: Record<string, string | number>): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value).slice(1, -1)]));

const written = (params: Record<string, string | number>): string =>
  Object.entries(params)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
