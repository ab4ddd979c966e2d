import { MessageChannel } from 'node:worker_threads';
import type { FitContext, FitInput, FittedModel } from '../../../contracts/estimator.ts';
import { librarySettings } from '../../native/settings.ts';
import { checkRows, fault } from '../checks.ts';
import { scored } from '../score.ts';
import { baseOf } from './base.ts';
import { readEnsemble } from './ensemble.ts';
import { formOf } from './form.ts';
import { sharedCopy, treeModel } from './model.ts';
import { constraintParams } from './params.ts';
import type { GrowTask, TreeGrowth } from './protocol.ts';
import { toLabelledNativeRows } from './rows.ts';
import { supervise } from './supervise.ts';
import { growOnThread } from './threads.ts';

const checkpointEveryMs = 1_000;

/** What an estimator decides of a growth; the task, the seed and the rows decide the rest. */
export type GrowthPlan = Omit<TreeGrowth, 'seed' | 'base' | 'task'>;

/**
 * Grows trees on a thread of their own; see `Estimator.fit`. A cancelled fit rejects at once, its thread
 * stops after the round that it is in. Checkpoints are the caller's to clear, once the model is safe.
 */
export async function fitTrees(
  input: FitInput<unknown>,
  context: FitContext,
  plan: GrowthPlan,
): Promise<FittedModel> {
  const { train, task } = input;
  checkInput(input);
  const base = baseOf(formOf(plan.kind, task), task, train);
  return grow(input, context, { ...plan, base });
}

/**
 * Goes on from a saved model; see `Estimator.update`. `refresh` takes the rounds that the model has, and a leaf
 * that no new row reaches adds nothing.
 * @throws RelevoError ARTIFACT_CORRUPT; TRAINING_FAILED where the model was not made for these columns and this task.
 */
export async function updateTrees(
  model: Uint8Array,
  mode: 'continue' | 'refresh',
  input: FitInput<unknown>,
  context: FitContext,
  plan: GrowthPlan,
): Promise<FittedModel> {
  checkInput(input);
  const { reading, base, columns, trees } = readEnsemble(model);
  const { names } = input.train.features;
  if (columns !== names.length) throw fault('features', names.length, `the ${columns} of the saved model`);
  const form = formOf(plan.kind, input.task);
  const wanted = baseOf(form, input.task, input.train).length;
  if (reading.form !== form || base.length !== wanted)
    throw fault(
      'task',
      input.task.kind,
      `the one that the saved model was made for, of ${base.length} ${reading.form}`,
    );
  const rounds = mode === 'refresh' ? trees.length / base.length : plan.rounds;
  return grow(input, context, { ...plan, rounds, base }, { model: sharedCopy(model), mode });
}

function checkInput({ train, validation, task }: FitInput<unknown>): void {
  checkRows(train, task);
  if (validation !== undefined) checkRows(validation, task);
}

async function grow(
  { train, validation, seed, task: learnt, constraints }: FitInput<unknown>,
  context: FitContext,
  plan: GrowthPlan & { base: number[] },
  start?: GrowTask['start'],
): Promise<FittedModel> {
  const { port1, port2 } = new MessageChannel();
  const params = { ...plan.params, ...constraintParams(constraints, train.features.names, learnt) };
  // A refresh takes a fraction of a fit, and half of one is no booster that could be stored.
  const checkpoints = start?.mode === 'refresh' ? undefined : context.checkpoints;
  const task: GrowTask = {
    growth: { ...plan, params, task: learnt, seed },
    start,
    library: librarySettings(),
    threads: context.threads,
    train: await toLabelledNativeRows(train),
    validation: validation && (await toLabelledNativeRows(validation)),
    reportSteps: context.onStep !== undefined,
    checkpointEveryMs: checkpoints && checkpointEveryMs,
    checkpoint: await checkpoints?.load(),
    stop: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    port: port2,
  };
  const growing = { run: () => growOnThread(task), stop: task.stop, steps: plan.rounds };
  const grown = await supervise(growing, port1, context);
  const { model, reading, ...about } = grown;
  const fitted: FittedModel = { ...treeModel(model, reading), ...about };
  // Shares near 0 differ little in single precision, but much in the logarithm.
  return plan.kind === 'forest' ? await scored(fitted, learnt, validation) : fitted;
}
