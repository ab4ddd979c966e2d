import type { ArtifactStore } from '../contracts/artifacts.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef, Manifest, Watermark } from '../contracts/refs.ts';
import type { IngestResult } from '../contracts/runs.ts';
import type { DatasetRegistry, DatasetReport, DatasetVersion } from '../registry/types.ts';
import { schemaHashOf } from './fingerprints.ts';
import type { ValidatedBatch } from './ingest.ts';
import { partsWith } from './parts.ts';
import { currentRun } from './runs.ts';
import { loadSpec } from './specs.ts';

interface Deps {
  artifacts: ArtifactStore;
  registry: { datasets: Pick<DatasetRegistry, 'get' | 'latest' | 'commit'> };
  manifestId(manifest: Manifest): string;
}

export interface CommitInput {
  spec: ArtifactRef;
  source: string;
  continues?: string;
  newest?: string;
  synthetic: boolean;
  watermark: Watermark;
  batch: ValidatedBatch;
  profile: ArtifactRef;
  artifacts: Record<string, ArtifactRef>;
}
/** `conflict`: another ingest committed since this one read its source; read again. */
export type CommitResult = { conflict: true } | { conflict: false; result: IngestResult };

const nothingRead = { read: 0, added: 0, repaired: 0, quarantined: 0 };

function resultOf(version: DatasetVersion, changed: boolean): IngestResult {
  const { report } = version;
  return {
    datasetVersion: version.id,
    source: version.source,
    synthetic: version.synthetic,
    changed,
    rows: changed ? report.rows : { ...nothingRead, total: version.rows },
    repairedByRule: changed ? report.repairedByRule : {},
    quarantinedByRule: changed ? report.quarantinedByRule : {},
    warnings: changed ? report.warnings : [],
  };
}

const reportOf = (batch: ValidatedBatch, { rows }: Manifest): DatasetReport => ({
  rows: {
    read: batch.rowsRead,
    added: batch.rowsAdded,
    repaired: batch.rowsRepaired,
    quarantined: batch.rowsQuarantined,
    total: rows,
  },
  repairedByRule: batch.repairedByRule,
  quarantinedByRule: batch.quarantinedByRule,
  warnings: batch.warnings,
});

/** Dataset versions in the registry: adding one, finding one. */
export function createDatasetActivities({ artifacts, registry, manifestId }: Deps) {
  const manifestFor = async (input: CommitInput, spec: PipelineSpec): Promise<Manifest> => {
    const before = input.continues ? (await registry.datasets.get(input.continues)).manifest.parts : [];
    const parts = partsWith(before, input.batch);
    return {
      pipeline: spec.name,
      source: input.source,
      schemaHash: schemaHashOf(spec, input.source),
      synthetic: input.synthetic,
      rows: parts.reduce((total, part) => total + part.rows, 0),
      parts,
      watermark: input.watermark,
    };
  };

  return {
    async commitDataset(input: CommitInput): Promise<CommitResult> {
      const spec = await loadSpec(artifacts, input.spec);
      const manifest = await manifestFor(input, spec);
      const id = manifestId(manifest);
      const version = { id, manifest, report: reportOf(input.batch, manifest) };
      const { profile, artifacts: kept } = input;
      const { quarantine, repairs } = input.batch;
      const runId = currentRun().id;
      const committed = await registry.datasets.commit(
        { ...version, profile, artifacts: kept, runId, quarantine, repairs },
        input.newest ?? null,
      );
      if (committed.id !== id) return { conflict: true };
      return { conflict: false, result: resultOf(committed, true) };
    },

    /** The result of an ingest that found nothing new. */
    async unchangedDataset(version: string): Promise<IngestResult> {
      return resultOf(await registry.datasets.get(version), false);
    },

    /** A known version, else the newest of the source, else the newest of the pipeline; undefined where none exists. */
    async findDataset(wanted: {
      pipeline: string;
      version?: string;
      source?: string;
    }): Promise<IngestResult | undefined> {
      const { pipeline, version, source } = wanted;
      if (version === undefined) {
        const latest = await registry.datasets.latest(pipeline, source);
        return latest && resultOf(latest, false);
      }
      const found = await registry.datasets.get(version);
      if (found.pipeline === pipeline) return resultOf(found, false);
      throw new RelevoError('DATASET_NOT_FOUND', `${version} is a dataset of ${found.pipeline}`, {
        field: 'datasetVersion',
        value: version,
        expected: `a version of ${pipeline}`,
      });
    },
  };
}
