import type { ArtifactRef } from '../contracts/refs.ts';
import type { IngestInput, IngestResult } from '../contracts/runs.ts';
import { fail } from './failures.ts';
import { count } from './labels.ts';
import { type LogBook, openLogBook } from './log-book.ts';
import { compute, light, summed } from './proxies.ts';
import { recorded } from './recorded.ts';

/** How often a run reads its source anew because another run committed first. */
const maxReadings = 5;

/**
 * Brings a source's new rows into a dataset version: read since the watermark, validate, profile, describe, commit.
 * Two runs at once cannot both append: a commit is good only while the version it continues is the newest.
 */
export async function ingestWorkflow({ spec, source }: IngestInput): Promise<IngestResult> {
  return await recorded({ kind: 'ingest', pipeline: spec.name, input: { source } }, async () => {
    const book = openLogBook(`Ingest of ${spec.name}`, ['read', 'validate', 'profile', 'report', 'commit']);
    const pinned = await light.pinSpec(spec);
    for (let reading = 1; reading <= maxReadings; reading++) {
      const result = await readOnce(book, pinned, source);
      if (result) return result;
    }
    throw fail({
      code: 'RUN_ALREADY_ACTIVE',
      message: `Other ingests of ${spec.name} committed first ${maxReadings} times in a row`,
      details: { remedy: 'Let the other ingests end, then run this one again.' },
    });
  });
}

/** Undefined where another run committed meanwhile. */
async function readOnce(
  book: LogBook,
  spec: ArtifactRef,
  wanted?: string,
): Promise<IngestResult | undefined> {
  const staged = await book.step(
    'read',
    () =>
      summed(compute.stageSource, wanted ? `read ${wanted}` : 'read the source', { spec, source: wanted }),
    ({ source, batch }) => (batch ? `${source}, ${count(batch.raw.bytes)} bytes` : `${source}, nothing new`),
  );
  const { source, batch, continues, newest, warnings = [] } = staged;
  if (!batch) {
    const result = await unchanged(book, continues);
    return { ...result, warnings: [...warnings, ...result.warnings] };
  }
  const validated = await book.step(
    'validate',
    () => summed(compute.validateBatch, `validate ${source}`, { spec, source, raw: batch.raw, continues }),
    ({ rowsAdded, rowsRepaired, rowsQuarantined }) =>
      `${count(rowsAdded)} rows, ${count(rowsRepaired)} repaired, ${count(rowsQuarantined)} quarantined`,
  );
  const { parts, replaces } = validated;
  const profile = await book.step('profile', () =>
    summed(compute.profileDataset, `profile ${source}`, { spec, continues, parts, replaces }),
  );
  const artifacts = await book.step('report', () =>
    summed(compute.reportDataset, `describe ${source}`, {
      spec,
      source,
      synthetic: batch.synthetic,
      continues,
      parts,
      replaces,
    }),
  );
  const committed = await book.step(
    'commit',
    () =>
      summed(light.commitDataset, `commit ${source}`, {
        spec,
        source,
        continues,
        newest,
        synthetic: batch.synthetic,
        watermark: batch.next,
        batch: { ...validated, warnings: [...warnings, ...validated.warnings] },
        profile,
        artifacts,
      }),
    (answer) => (answer.conflict ? 'another ingest was first' : answer.result.datasetVersion),
  );
  return committed.conflict ? undefined : committed.result;
}

async function unchanged(book: LogBook, version: string | undefined): Promise<IngestResult> {
  if (version === undefined) {
    throw fail({
      code: 'DATASET_NOT_FOUND',
      message: 'The source has no rows and there is no version of it yet',
      details: { field: 'source' },
    });
  }
  for (const step of ['validate', 'profile', 'report', 'commit']) book.skip(step, 'nothing new');
  return await light.unchangedDataset(version);
}
