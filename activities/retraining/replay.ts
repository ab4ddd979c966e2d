import { RelevoError } from '../../contracts/errors.ts';
import { runInPool } from '../../models/pool.ts';
import { likenessTo } from '../../models/retraining/importance.ts';
import { type Memory, type MemoryTask, memoryWorker } from '../../models/retraining/memory.ts';
import { type PreparedRows, rowsAt } from '../../models/training/rows.ts';
import { withHeartbeat } from '../heartbeat.ts';
import { putJson } from '../json.ts';
import { type AnewDeps, type AnewInput, type AnewRows, copiesOf, readSplit } from './anew.ts';

/**
 * `replay`: the new rows, and a memory of the old ones. The memory is kept as a list of row ids of its dataset
 * version, by content, beside the model.
 */
export function createReplayActivities({ artifacts, trainingSets, workbench }: AnewDeps) {
  return {
    async fillMemory({ set: ref, rows }: AnewInput): Promise<AnewRows> {
      return await withHeartbeat('memory', async ({ signal }) => {
        const { spec, set } = await trainingSets.prepared(ref);
        const whole = await readSplit(artifacts, ref.split);
        const { train: freshIds } = await readSplit(artifacts, rows.fresh);
        const { fresh, old, oldIds } = divide(set.train, copiesOf(spec), new Set(freshIds));
        if (oldIds.length === 0)
          throw new RelevoError('RETRAIN_IMPOSSIBLE', 'There are no old rows to remember', { field: 'mode' });
        const { threads } = workbench;
        const rowsToKeep = {
          rowIds: Float64Array.from(oldIds),
          target: old.target,
          isClass: spec.task === 'classification',
          importance: await likenessTo(fresh, old, { threads, signal, seed: spec.seed }),
        };
        const size = spec.retrain.replay.memoryRows;
        const memory = await runInPool<MemoryTask, Memory>(
          memoryWorker,
          { rows: rowsToKeep, size, seed: spec.seed },
          signal,
        );
        const train = [...memory.rowIds, ...freshIds].sort((a, b) => a - b);
        return {
          split: await putJson(artifacts, 'split.json', { ...whole, train }),
          note: `${freshIds.length} new rows and a memory of ${memory.rowIds.length} of ${oldIds.length} old ones`,
          artifacts: {
            memory: await putJson(artifacts, 'memory.json', {
              datasetVersion: ref.datasetVersion,
              ...memory,
            }),
          },
        };
      });
    },
  };
}

/** The new and the old training rows, one for each row of the dataset. */
function divide(
  prepared: PreparedRows,
  copies: number,
  isFresh: ReadonlySet<number>,
): { fresh: PreparedRows; old: PreparedRows; oldIds: number[] } {
  const seen = new Set<number>();
  const positions: Record<'fresh' | 'old', number[]> = { fresh: [], old: [] };
  const oldIds: number[] = [];
  prepared.rowIds.forEach((rowId, position) => {
    const id = Math.floor(rowId / copies);
    if (seen.has(id)) return;
    seen.add(id);
    if (isFresh.has(id)) positions.fresh.push(position);
    else {
      positions.old.push(position);
      oldIds.push(id);
    }
  });
  return {
    fresh: rowsAt(prepared, Int32Array.from(positions.fresh)),
    old: rowsAt(prepared, Int32Array.from(positions.old)),
    oldIds,
  };
}
