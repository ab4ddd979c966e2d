import type { DriftReport } from '../../contracts/drift.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Manifest } from '../../contracts/refs.ts';
import type { MonitorState } from '../../registry/types.ts';
import type { Later } from './choice.ts';
import type { Watched } from './open.ts';
import { lineageOf } from './row-ids.ts';

type Champion = Pick<Watched, 'version' | 'split' | 'lineage'> & {
  dataset: { manifest: Pick<Manifest, 'rows'> };
};

/**
 * How many rows the champion has learned, how many are new to it, and whether that is reason enough for a retrain by
 * `retrain.onGrowth`. Where a retrain was asked for and the champion stayed, the rows must grow so many times again:
 * a lost contest is not repeated at every check. Undefined where the data was read anew from its start, so that
 * nobody knows what is new.
 * @param later rows that are later than all that the champion was made of, where time alone tells.
 */
export function growthOf(
  { retrain }: Pick<PipelineSpec, 'retrain'>,
  { version, dataset: learned, split, lineage }: Champion,
  dataset: Pick<Manifest, 'parts' | 'rows'>,
  memory: MonitorState | undefined,
  later?: Later,
): DriftReport['growth'] {
  const isContinued = lineageOf(dataset) === lineage;
  if (!isContinued && !(later instanceof Float64Array)) return undefined;
  const learnedRows = split.train.length + split.validation.length;
  const newRows =
    later instanceof Float64Array ? later.length : dataset.rows - learned.manifest.rows + split.test.length;
  const asked = memory?.asked?.modelVersion === version.version ? memory.asked.newRows : undefined;
  // A spec that a running workflow was started with may be older than this setting.
  const factor = retrain.onGrowth ?? Number.POSITIVE_INFINITY;
  const least = asked === undefined ? learnedRows * factor : asked * (1 + factor);
  return { learnedRows, newRows, isDue: newRows >= least };
}
