import { mkdir } from 'node:fs/promises';
import { RelevoError } from '../../contracts/errors.ts';
import type { Watermark } from '../../contracts/refs.ts';
import {
  type CsvSourceSpec,
  csvSourceSchema,
  type Location,
  type Source,
  type SourceBatch,
  type SourceContext,
  type WatchSpec,
} from '../../contracts/source.ts';
import { withArrivals } from './arrivals.ts';
import { fetchLocation, isImmutable, locationKey } from './locations.ts';
import { stageCsv } from './stage.ts';
import { placeOf } from './watched.ts';

/**
 * CSV files that grow at their end, at the first of the source's locations that can be reached, and the files that
 * arrive in its watched folder or bucket.
 */
export const csvSource: Source<CsvSourceSpec> = {
  kind: 'csv',
  schema: csvSourceSchema,
  async stage(spec, since, context) {
    await mkdir(context.workDir, { recursive: true });
    const { locations, watch } = spec;
    if (locations.length === 0 && watch) return await stageArrivals(spec, watch, since, context);
    const { base, known, synthetic } = await stageFirst(spec, since, context);
    return await withArrivals(spec, base, known, context, { synthetic });
  },
};

async function stageArrivals(
  spec: CsvSourceSpec,
  watch: WatchSpec,
  since: Watermark | undefined,
  context: SourceContext,
): Promise<SourceBatch | undefined> {
  const known = since?.location === placeOf(watch, context).key ? since : undefined;
  return await withArrivals(spec, undefined, known, context, { synthetic: false });
}

interface StagedLocation {
  base: SourceBatch | undefined;
  /** The watermark that the batch continues. */
  known: Watermark | undefined;
  synthetic: boolean;
}

/** What is new at the first location that can be reached. @throws RelevoError SOURCE_UNAVAILABLE where none can. */
async function stageFirst(
  spec: CsvSourceSpec,
  since: Watermark | undefined,
  context: SourceContext,
): Promise<StagedLocation> {
  const failures: RelevoError[] = [];
  for (const location of spec.locations) {
    try {
      return await stageLocation(spec, location, since, context);
    } catch (error) {
      if (!(error instanceof RelevoError) || error.code !== 'SOURCE_UNAVAILABLE') throw error;
      failures.push(error);
    }
  }
  throw unavailable(failures);
}

async function stageLocation(
  spec: CsvSourceSpec,
  location: Location,
  since: Watermark | undefined,
  context: SourceContext,
): Promise<StagedLocation> {
  const known = since?.location === locationKey(location) ? since : undefined;
  const base = known && isImmutable(location) ? undefined : await stageFile(spec, location, known, context);
  return { base, known, synthetic: location.kind === 'generator' };
}

async function stageFile(
  { delimiter }: CsvSourceSpec,
  location: Location,
  known: Watermark | undefined,
  context: SourceContext,
): Promise<SourceBatch | undefined> {
  const format = { format: 'csv' as const, delimiter, fileName: 'fetched.csv' };
  const file = await fetchLocation(location, format, context);
  const synthetic = location.kind === 'generator';
  return stageCsv({ ...file, location: locationKey(location), delimiter, synthetic }, known, context);
}

function unavailable(failures: RelevoError[]): RelevoError {
  if (failures.length === 1) return failures[0];
  const tried = failures.map((failure) => failure.message).join('; ');
  return new RelevoError('SOURCE_UNAVAILABLE', `The source cannot be read: ${tried}`, {
    ...failures[0].details,
    issues: failures.slice(1).map((failure) => failure.details),
  });
}
