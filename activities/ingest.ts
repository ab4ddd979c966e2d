import type { ArtifactStore } from '../contracts/artifacts.ts';
import { RelevoError } from '../contracts/errors.ts';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { ArtifactRef, Part, Watermark } from '../contracts/refs.ts';
import type { ActivityProgress } from '../contracts/runs.ts';
import type { ObjectStoreSettings, Source, SourceSpec } from '../contracts/source.ts';
import type { ValidateInput, ValidateOutput } from '../data/ingest/validate.ts';
import type { DatasetRegistry } from '../registry/types.ts';
import { schemaHashOf } from './fingerprints.ts';
import { withHeartbeat } from './heartbeat.ts';
import { putJson } from './json.ts';
import { mergedWithTail } from './merging.ts';
import { localPaths, nextRowId, partsWith } from './parts.ts';
import { withScratch } from './scratch.ts';
import { loadSpec } from './specs.ts';

export interface IngestDeps {
  artifacts: ArtifactStore;
  registry: { datasets: Pick<DatasetRegistry, 'get' | 'latest'> };
  sources: Record<string, Source<SourceSpec>>;
  chooseSource(spec: PipelineSpec, wanted: string | undefined): Promise<{ name: string; spec: SourceSpec }>;
  validateBatch(input: ValidateInput): Promise<ValidateOutput>;
  profileDataset(partPaths: string[], spec: PipelineSpec): Promise<unknown>;
  /** RELEVO_DATA. */
  dataDir: string | undefined;
  /** RELEVO_ALLOWED_NETWORKS. */
  allowedNetworks?: readonly string[];
  /** RELEVO_WATCH, else RELEVO_DATA. */
  watchDir?: string;
  objectStore?: ObjectStoreSettings;
  scratchDir: string;
}

/** What lies between a source's watermark and its end. */
export interface StagedBatch {
  source: string;
  /** The dataset version that this batch continues; absent where it starts over. */
  continues?: string;
  /** The newest version when the source was read; a commit is only good while it still is. */
  newest?: string;
  /** Files of a watched folder or bucket that were left out, and why. */
  warnings?: string[];
  /** Absent where the source has nothing new. */
  batch?: { raw: ArtifactRef; next: Watermark; synthetic: boolean };
}

export interface ValidatedBatch extends Omit<ValidateOutput, 'parts' | 'quarantine' | 'repairs'> {
  parts: Part[];
  /** How many of the newest known parts the first of these stands for. */
  replaces: number;
  quarantine?: ArtifactRef;
  repairs?: ArtifactRef;
}

const parquet = 'application/vnd.apache.parquet';

/** Steps that turn new rows of a source into Parquet parts: each leaves its result in the artifact store. */
export function createIngestActivities(deps: IngestDeps) {
  const { artifacts, registry } = deps;

  const sourceOf = (spec: SourceSpec): Source<SourceSpec> => {
    const source = deps.sources[spec.kind];
    if (source) return source;
    throw new RelevoError('PIPELINE_INVALID', `There is no kind of source called "${spec.kind}"`, {
      field: 'sources',
      value: spec.kind,
      expected: Object.keys(deps.sources).join(', '),
    });
  };

  const partsOf = async (version: string | undefined): Promise<Part[]> =>
    version === undefined ? [] : (await registry.datasets.get(version)).manifest.parts;

  return {
    /** Stages what the source has beyond the newest version's watermark. A changed schema or location starts over. */
    async stageSource(input: { spec: ArtifactRef; source?: string }): Promise<StagedBatch> {
      const spec = await loadSpec(artifacts, input.spec);
      const chosen = await deps.chooseSource(spec, input.source);
      const newest = await registry.datasets.latest(spec.name, chosen.name);
      const known =
        newest && newest.manifest.schemaHash === schemaHashOf(spec, chosen.name) ? newest : undefined;
      return await withHeartbeat(`read ${chosen.name}`, ({ signal, report }) =>
        withScratch(deps.scratchDir, async (workDir) => {
          const warnings: string[] = [];
          const batch = await sourceOf(chosen.spec).stage(chosen.spec, known?.manifest.watermark, {
            dataDir: deps.dataDir,
            allowedNetworks: deps.allowedNetworks,
            watchDir: deps.watchDir,
            objectStore: deps.objectStore,
            warn: (message) => warnings.push(message),
            localPath: (ref) => artifacts.localPath(ref),
            workDir,
            signal,
            onProgress: (done, total) => report({ phase: `read ${chosen.name}`, done, total }),
          });
          const staged = { source: chosen.name, newest: newest?.id, warnings };
          if (!batch) return { ...staged, continues: known?.id };
          const raw = await artifacts.putFile(batch.path, { name: 'batch.csv', mediaType: 'text/csv' });
          const { filesRead } = batch;
          const files =
            filesRead &&
            (await artifacts.putFile(filesRead, { name: 'files-read.json', mediaType: 'application/json' }));
          const sameLocation = known?.manifest.watermark.location === batch.next.location;
          return {
            ...staged,
            continues: sameLocation ? known?.id : undefined,
            batch: { raw, next: { ...batch.next, ...(files && { files }) }, synthetic: batch.synthetic },
          };
        }),
      );
    },

    /** Parses, judges and mends the staged rows: good ones to immutable parts, bad ones to quarantine with their rule. */
    async validateBatch(input: {
      spec: ArtifactRef;
      source: string;
      raw: ArtifactRef;
      continues?: string;
    }): Promise<ValidatedBatch> {
      const spec = await loadSpec(artifacts, input.spec);
      const known = await partsOf(input.continues);
      const [csvPath, knownParts] = await Promise.all([
        artifacts.localPath(input.raw),
        localPaths(artifacts, known),
      ]);
      return await withHeartbeat('validate', ({ signal, report }) =>
        withScratch(deps.scratchDir, async (workDir) => {
          const output = await deps.validateBatch({
            spec,
            source: spec.sources[input.source],
            csvPath,
            knownParts,
            firstRowId: nextRowId(known),
            workDir,
            signal,
            onProgress: (progress: ActivityProgress) => report(progress),
          });
          const { parts, replaces } = await mergedWithTail(artifacts, known, output.parts, {
            workDir,
            signal,
          });
          return { ...(await keep(artifacts, { ...output, parts })), replaces };
        }),
      );
    },

    /** Describes every column of the version that the parts make together. */
    async profileDataset(input: {
      spec: ArtifactRef;
      continues?: string;
      parts: Part[];
      replaces?: number;
    }): Promise<ArtifactRef> {
      const spec = await loadSpec(artifacts, input.spec);
      const known = await partsOf(input.continues);
      const paths = await localPaths(artifacts, partsWith(known, input));
      return await withHeartbeat('profile', async () =>
        putJson(artifacts, 'profile.json', await deps.profileDataset(paths, spec)),
      );
    },
  };
}

/** Moves what validation wrote into the artifact store. */
async function keep(
  artifacts: ArtifactStore,
  output: ValidateOutput,
): Promise<Omit<ValidatedBatch, 'replaces'>> {
  const put = (path: string, name: string) => artifacts.putFile(path, { name, mediaType: parquet });
  const parts: Part[] = [];
  for (const { path, rows, firstRowId } of output.parts) {
    parts.push({ artifact: await put(path, `part-${firstRowId}.parquet`), rows, firstRowId });
  }
  return {
    ...output,
    parts,
    quarantine: output.quarantine && (await put(output.quarantine.path, 'quarantine.parquet')),
    repairs: output.repairs && (await put(output.repairs.path, 'repairs.parquet')),
  };
}
