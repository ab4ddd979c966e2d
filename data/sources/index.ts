import { RelevoError } from '../../contracts/errors.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { Source, SourceSpec } from '../../contracts/source.ts';
import { csvSource } from './csv.ts';
import { isAvailable } from './locations.ts';

/** Kinds of sources, one file each, one line here. */
export const sources: Record<string, Source<SourceSpec>> = { csv: csvSource };

/**
 * The source to read: the wanted one, else the first in the pipeline's order whose data can be found.
 * @throws RelevoError PIPELINE_INVALID for an unknown name, SOURCE_UNAVAILABLE where none can be found.
 */
export async function chooseSource(
  spec: PipelineSpec,
  wanted: string | undefined,
  env: { RELEVO_DATA?: string },
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
    for (const location of source.locations) {
      if (await isAvailable(location, env.RELEVO_DATA)) return { name, spec: source };
    }
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
