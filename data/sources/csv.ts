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
import { folderKey, withArrivals } from './arrivals.ts';
import { fetchLocation, isImmutable, locationKey } from './locations.ts';
import { stageCsv } from './stage.ts';

/**
 * CSV files that grow at their end, at the first of the source's locations that can be reached, and the files that
 * arrive in its watched folder.
 */
export const csvSource: Source<CsvSourceSpec> = {
  kind: 'csv',
  schema: csvSourceSchema,
  async stage(spec, since, context) {
    await mkdir(context.workDir, { recursive: true });
    const { locations, watch } = spec;
    if (locations.length === 0 && watch) return await stageFolder(spec, watch, since, context);
    const failures: RelevoError[] = [];
    for (const location of locations) {
      try {
        return await stageLocation(spec, location, since, context);
      } catch (error) {
        if (!(error instanceof RelevoError) || error.code !== 'SOURCE_UNAVAILABLE') throw error;
        failures.push(error);
      }
    }
    throw unavailable(failures);
  },
};

async function stageFolder(
  spec: CsvSourceSpec,
  watch: WatchSpec,
  since: Watermark | undefined,
  context: SourceContext,
): Promise<SourceBatch | undefined> {
  const known = since?.location === folderKey(watch) ? since : undefined;
  return await withArrivals(spec, undefined, known, context, { synthetic: false });
}

async function stageLocation(
  spec: CsvSourceSpec,
  location: Location,
  since: Watermark | undefined,
  context: SourceContext,
): Promise<SourceBatch | undefined> {
  const key = locationKey(location);
  const known = since?.location === key ? since : undefined;
  const base = known && isImmutable(location) ? undefined : await stageFile(spec, location, known, context);
  return await withArrivals(spec, base, known, context, { synthetic: location.kind === 'generator' });
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
