import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Manifest } from '../../contracts/refs.ts';
import { isReread, latestOf, sharedTimeColumn } from '../recency.ts';
import type { Later } from './choice.ts';
import type { RowReader } from './frames.ts';
import type { Watched } from './open.ts';

/**
 * Where a champion's tables were read anew since it was made: the rows that are later than all that it was made of, by
 * rising id, and `unknown` where no column tells. Undefined where row ids tell.
 */
export async function laterRows(
  spec: PipelineSpec,
  { version, dataset: own, parts }: Pick<Watched, 'version' | 'dataset' | 'parts'>,
  now: Manifest,
  reader: Pick<RowReader, 'times'>,
): Promise<Later | undefined> {
  if (!isReread(spec, own.manifest, now)) return undefined;
  const column = sharedTimeColumn(spec, version.spec);
  if (column === undefined) return 'unknown';
  const last = latestOf((await reader.times(version.spec, parts, column)).times);
  const { rowIds, times } = await reader.times(spec, now.parts, column);
  return rowIds.filter((_, row) => times[row] > last);
}
