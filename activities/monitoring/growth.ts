import type { DriftReport } from '../../contracts/drift.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Manifest } from '../../contracts/refs.ts';
import type { MonitorState } from '../../registry/types.ts';
import type { Watched } from './open.ts';
import { lineageOf } from './row-ids.ts';

const rowsOf = ({ parts }: Pick<Manifest, 'parts'>): number => parts.reduce((sum, { rows }) => sum + rows, 0);

/**
 * How many rows the champion has learned, how many are new to it, and whether that is reason enough for a retrain by
 * `retrain.onGrowth`. Where a retrain was asked for and the champion stayed, the rows must grow so many times again:
 * a lost contest is not repeated at every check. Undefined where the data was read anew from its start, so that
 * nobody knows what is new.
 */
export function growthOf(
  { retrain }: Pick<PipelineSpec, 'retrain'>,
  { version, split, parts, lineage }: Pick<Watched, 'version' | 'split' | 'parts' | 'lineage'>,
  dataset: Pick<Manifest, 'parts'>,
  memory: MonitorState | undefined,
): DriftReport['growth'] {
  if (lineageOf(dataset) !== lineage) return undefined;
  const learnedRows = split.train.length + split.validation.length;
  const newRows = rowsOf(dataset) - rowsOf({ parts: [...parts] }) + split.test.length;
  const asked = memory?.asked?.modelVersion === version.version ? memory.asked.newRows : undefined;
  // A spec that a running workflow was started with may be older than this setting.
  const factor = retrain.onGrowth ?? Number.POSITIVE_INFINITY;
  const least = asked === undefined ? learnedRows * factor : asked * (1 + factor);
  return { learnedRows, newRows, isDue: newRows >= least };
}
