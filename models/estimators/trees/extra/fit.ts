import { setImmediate } from 'node:timers/promises';
import type { FitContext, FitInput, FittedModel, LabelledRows } from '../../../../contracts/estimator.ts';
import { PrunedError } from '../../../../contracts/estimator.ts';
import { runInPool } from '../../../pool.ts';
import { cancelled, checkRows } from '../../checks.ts';
import { scored } from '../../score.ts';
import { baseOf } from '../base.ts';
import { formOf } from '../form.ts';
import { packedModel } from '../packed/model.ts';
import type { PackedTree } from '../packed/tree.ts';
import { toNativeRows } from '../rows.ts';
import { decodeForest, encodeForest } from './bytes.ts';
import type { ExtraGrowth, ExtraTask } from './protocol.ts';

const worker = new URL('./grow.worker.ts', import.meta.url);

/** Grows the trees on the pool's threads, each from a seed of its own, so that their number changes no tree. */
export async function fitExtraTrees(
  { train, validation, seed, task }: FitInput<unknown>,
  context: FitContext,
  trees: number,
  growth: Omit<ExtraGrowth, 'scale'>,
): Promise<FittedModel> {
  checkRows(train, task);
  if (validation !== undefined) checkRows(validation, task);
  const form = formOf('forest', task);
  const base = baseOf(form, task, train);
  const shared: Omit<ExtraTask, 'index'> = {
    ...(await sharedRows(train, base)),
    sums: base.length,
    growth: { ...growth, scale: 1 / trees },
    seed,
  };
  const grown = await growAll(shared, trees, context);
  const reading = { form, base: base.length > 1 ? base.map(() => 0) : base };
  const bytes = encodeForest({ reading, columns: train.features.names.length, trees: grown });
  return scored(packedModel(bytes, decodeForest(bytes)), task, validation);
}

async function growAll(
  task: Omit<ExtraTask, 'index'>,
  count: number,
  { threads, signal, onStep }: FitContext,
): Promise<PackedTree[]> {
  if (signal.aborted) throw cancelled();
  const halt = new AbortController();
  const stop = AbortSignal.any([signal, halt.signal]);
  const trees: PackedTree[] = [];
  let next = 0;
  let done = 0;
  const growNext = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      trees[index] = await runInPool<ExtraTask, PackedTree>(worker, { ...task, index }, stop);
      if (onStep?.(++done, count, undefined) === 'prune') throw new PrunedError(done, Number.NaN);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(threads, count) }, growNext));
    return trees;
  } finally {
    halt.abort();
  }
}

/** Column after column in memory that all threads see; the base is taken off a single sum, for the sake of precision. */
async function sharedRows(
  { features, target, weights }: LabelledRows,
  base: number[],
): Promise<Pick<ExtraTask, 'rows' | 'columns' | 'target' | 'weights'>> {
  const native = await toNativeRows(features);
  const { rows } = native;
  const columns = new Float32Array(new SharedArrayBuffer(4 * native.features.length));
  for (let column = 0; column < native.columns; column++) {
    await setImmediate();
    for (let row = 0; row < rows; row++)
      columns[column * rows + row] = native.features[row * native.columns + column];
  }
  const offset = base.length === 1 ? base[0] : 0;
  return {
    rows,
    columns,
    target: sharedDoubles(target.map((value) => value - offset)),
    weights: sharedDoubles(weights ?? new Float64Array(rows).fill(1)),
  };
}

function sharedDoubles(values: Float64Array): Float64Array {
  const shared = new Float64Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
