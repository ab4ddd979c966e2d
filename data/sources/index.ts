import { RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Location, Source, SourceSpec } from '../../contracts/source.ts';
import { csvSource } from './csv.ts';
import { isAvailable, type Reachable } from './locations.ts';
import { tablesSource } from './tables.ts';

/** Kinds of sources, one file each, one line here. */
export const sources: Record<string, Source<SourceSpec>> = {
  csv: csvSource,
  tables: tablesSource,
};

/** What separates the cells of the CSV file that a source stages. */
export const stagedDelimiter = (source: SourceSpec): string =>
  source.kind === 'csv' ? source.delimiter : ',';

/** Whether a source could be read now: each of its tables is somewhere. A folder alone may still be empty. */
export async function isSourceAvailable(
  source: SourceSpec,
  dataDir: string | undefined,
  allowedNetworks?: readonly string[],
): Promise<boolean> {
  if (source.kind === 'csv' && source.locations.length === 0) return true;
  const tables = source.kind === 'csv' ? [source] : Object.values(source.tables);
  for (const { locations } of tables)
    if (!(await someAvailable(locations, { dataDir, allowedNetworks }))) return false;
  return true;
}

async function someAvailable(locations: Location[], reach: Reachable): Promise<boolean> {
  for (const location of locations) if (await isAvailable(location, reach)) return true;
  return false;
}

/**
 * The source to read: the wanted one, else the first in the pipeline's order whose data can be found.
 * @throws RelevoError PIPELINE_INVALID for an unknown name, SOURCE_UNAVAILABLE where none can be found.
 */
export async function chooseSource(
  spec: PipelineSpec,
  wanted: string | undefined,
  env: { RELEVO_DATA?: string; RELEVO_ALLOWED_NETWORKS?: readonly string[] },
): Promise<{ name: string; spec: SourceSpec }> {
  const names = Object.keys(spec.sources);
  if (wanted !== undefined) {
    if (Object.hasOwn(spec.sources, wanted)) return { name: wanted, spec: spec.sources[wanted] };
    throw new RelevoError('PIPELINE_INVALID', `The pipeline "${spec.name}" has no source "${wanted}"`, {
      field: 'source',
      value: wanted,
      expected: names.join(', '),
    });
  }
  for (const name of names) {
    const source = spec.sources[name];
    if (await isSourceAvailable(source, env.RELEVO_DATA, env.RELEVO_ALLOWED_NETWORKS))
      return { name, spec: source };
  }
  throw new RelevoError(
    'SOURCE_UNAVAILABLE',
    `None of the sources of "${spec.name}" can be found: ${names.join(', ')}`,
    {
      field: 'source',
      expected: names.join(', '),
      remedy: 'Set RELEVO_DATA to the folder of the data sets, or name a source.',
    },
  );
}
