import { MessageChannel } from 'node:worker_threads';
import type { FitContext, FitInput, FittedModel } from '../../../contracts/estimator.ts';
import { librarySettings } from '../../native/settings.ts';
import { checkRows, weightedMean } from '../checks.ts';
import { treeModel } from './model.ts';
import type { TreeGrowth } from './protocol.ts';
import { toLabelledNativeRows } from './rows.ts';
import { supervise } from './supervise.ts';

const checkpointEveryMs = 1_000;

/**
 * Grows trees on a thread of their own; see `Estimator.fit`. A cancelled fit rejects at once, its thread
 * stops after the round that it is in. Checkpoints are the caller's to clear, once the model is safe.
 */
export async function fitTrees(
  { train, validation, seed }: FitInput<unknown>,
  context: FitContext,
  growth: Omit<TreeGrowth, 'seed' | 'baseScore'>,
): Promise<FittedModel> {
  checkRows(train);
  if (validation !== undefined) checkRows(validation);
  const { port1, port2 } = new MessageChannel();
  const baseScore = Math.fround(weightedMean(train.target, train.weights));
  const grown = await supervise(
    {
      growth: { ...growth, seed, baseScore },
      library: librarySettings(),
      threads: context.threads,
      train: await toLabelledNativeRows(train),
      validation: validation && (await toLabelledNativeRows(validation)),
      reportSteps: context.onStep !== undefined,
      checkpointEveryMs: context.checkpoints && checkpointEveryMs,
      checkpoint: await context.checkpoints?.load(),
      stop: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
      port: port2,
    },
    port1,
    context,
  );
  const { model, ...about } = grown;
  return { ...treeModel(model), ...about };
}
