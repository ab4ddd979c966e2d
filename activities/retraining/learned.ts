import type { ArtifactStore } from '../../contracts/artifacts.ts';
import { RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Manifest } from '../../contracts/refs.ts';
import type { ModelVersion } from '../../registry/types.ts';
import { createRowReader } from '../monitoring/frames.ts';
import { lineageOf } from '../monitoring/row-ids.ts';
import { nextRowId } from '../parts.ts';
import { isReread, latestOf, sharedTimeColumn } from '../recency.ts';
import { readSplit } from './anew.ts';

/** Reads what versions were made of. */
export interface LearnedReaders {
  artifacts: ArtifactStore;
  manifestOf(datasetVersion: string): Promise<Manifest>;
}

/**
 * Ids of a dataset's rows that a version has learned. Row ids mean the same rows where both datasets begin with
 * the same part. Where tables were read anew, all rows count as learned that are not later than the last that the
 * version learned; where any other source was read anew from its start, none is known to have been learned.
 * @throws RelevoError RETRAIN_IMPOSSIBLE where tables were read anew and nothing tells which rows are later.
 */
export async function learnedRows(
  readers: LearnedReaders,
  spec: PipelineSpec,
  version: Pick<ModelVersion, 'version' | 'datasetVersion' | 'splitArtifact' | 'spec'>,
  dataset: Manifest,
): Promise<Float64Array> {
  const own = await readers.manifestOf(version.datasetVersion);
  const { train, validation } = await readSplit(readers.artifacts, version.splitArtifact);
  if (isReread(spec, own, dataset))
    return await notLater(readers.artifacts, spec, version, {
      own,
      dataset,
      learned: new Set([...train, ...validation]),
    });
  const end = sharedEnd(own, dataset);
  const learned = new Float64Array(train.length + validation.length);
  let count = 0;
  for (const side of [train, validation]) for (const id of side) if (id < end) learned[count++] = id;
  return learned.slice(0, count);
}

/** The row id at which two datasets begin to differ: they share their rows as far as both reach, where one continues the other. */
function sharedEnd(one: Manifest, other: Manifest): number {
  if (lineageOf(one) !== lineageOf(other)) return 0;
  return Math.min(nextRowId(one.parts), nextRowId(other.parts));
}

/** Rows of a dataset that are not later than the last learned row of another; those without a time are not, either. */
async function notLater(
  artifacts: ArtifactStore,
  spec: PipelineSpec,
  version: Pick<ModelVersion, 'version' | 'spec'>,
  { own, dataset, learned }: { own: Manifest; dataset: Manifest; learned: ReadonlySet<number> },
): Promise<Float64Array> {
  const column = sharedTimeColumn(spec, version.spec);
  if (column === undefined) throw noTime(dataset.source, version.version);
  const reader = createRowReader(artifacts);
  const before = await reader.times(version.spec, own.parts, column);
  const last = latestOf(before.times.filter((_, row) => learned.has(before.rowIds[row])));
  const now = await reader.times(spec, dataset.parts, column);
  demandOrder(now.times, dataset.source, column);
  return now.rowIds.filter((_, row) => !(now.times[row] > last));
}

/** The newest rows are those with the greatest ids, so that a query's rows must come in the order of their time. */
function demandOrder(times: Float64Array, source: string, column: string): void {
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time < last)
      throw new RelevoError(
        'RETRAIN_IMPOSSIBLE',
        `The rows of the source "${source}" do not come in the order of "${column}": which are the newest cannot be told by their place`,
        {
          field: `sources.${source}.sql`,
          value: column,
          expected: `a query that ends with ORDER BY ${column}`,
          remedy: `Order the query by ${column}, then ingest again.`,
        },
      );
    if (time > last) last = time;
  }
}

const noTime = (source: string, version: string): RelevoError =>
  new RelevoError(
    'RETRAIN_IMPOSSIBLE',
    `The tables of the source "${source}" were read anew since ${version} was made, and no column tells which rows are later`,
    {
      field: 'sequence',
      value: source,
      expected:
        'a sequence, a forecast, a split by time, or exactly one column of timestamps that clients do not send',
      remedy: 'Name the column of time in the pipeline, or train from the start.',
    },
  );
