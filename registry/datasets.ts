import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { RelevoError } from '../contracts/errors.ts';
import { artifactRefSchema, manifestSchema } from '../contracts/refs.ts';
import { ingestResultSchema } from '../contracts/runs.ts';
import { type Database, lockPipeline } from './database.ts';
import { manifestId } from './manifest.ts';
import { datasetVersions } from './schema/datasets.ts';
import type { DatasetRegistry, DatasetVersion } from './types.ts';

const reportSchema = ingestResultSchema
  .pick({ rows: true, repairedByRule: true, quarantinedByRule: true, warnings: true })
  .strip();

const artifactsSchema = z.record(z.string(), artifactRefSchema);

function asVersion(row: typeof datasetVersions.$inferSelect): DatasetVersion {
  const { id, pipeline, source, synthetic, rows, runId } = row;
  return {
    ...{ id, pipeline, source, synthetic, rows, runId },
    manifest: manifestSchema.parse(row.manifest),
    profile: artifactRefSchema.parse(row.profile),
    artifacts: artifactsSchema.parse(row.artifacts),
    report: reportSchema.parse(row.report),
    ...(row.quarantine === null ? {} : { quarantine: artifactRefSchema.parse(row.quarantine) }),
    ...(row.repairs === null ? {} : { repairs: artifactRefSchema.parse(row.repairs) }),
    createdAt: row.createdAt.toISOString(),
  };
}

type Reader = Pick<Database, 'select'>;

async function stored(db: Reader, id: string): Promise<DatasetVersion | undefined> {
  const [row] = await db.select().from(datasetVersions).where(eq(datasetVersions.id, id));
  return row && asVersion(row);
}

async function newestOf(db: Reader, pipeline: string, source?: string): Promise<DatasetVersion | undefined> {
  const ofPipeline = eq(datasetVersions.pipeline, pipeline);
  const [row] = await db
    .select()
    .from(datasetVersions)
    .where(source === undefined ? ofPipeline : and(ofPipeline, eq(datasetVersions.source, source)))
    .orderBy(desc(datasetVersions.sequence))
    .limit(1);
  return row && asVersion(row);
}

/**
 * Dataset versions in the database; commits of a pipeline go one by one. INTERNAL for an id that is not the manifest's.
 */
export function datasetRegistry(db: Database): DatasetRegistry {
  return {
    async get(id) {
      const version = await stored(db, id);
      if (version !== undefined) return version;
      throw new RelevoError('DATASET_NOT_FOUND', `The registry knows no dataset version "${id}"`, {
        field: 'datasetVersion',
        value: id,
      });
    },
    latest: (pipeline, source) => newestOf(db, pipeline, source),
    async list(pipeline) {
      const rows = await db
        .select()
        .from(datasetVersions)
        .where(eq(datasetVersions.pipeline, pipeline))
        .orderBy(desc(datasetVersions.sequence));
      return rows.map(asVersion);
    },
    async commit({ id, manifest, report, ...version }, follows) {
      const expected = manifestId(manifest);
      if (id !== expected) {
        throw new RelevoError('INTERNAL', 'A dataset version must be named by its manifest', {
          field: 'id',
          value: id,
          expected,
        });
      }
      const { pipeline, source, synthetic, rows } = manifest;
      return await db.transaction(async (tx) => {
        await lockPipeline(tx, pipeline);
        const known = await stored(tx, id);
        if (known) return known;
        const newest = await newestOf(tx, pipeline, source);
        if (newest && follows !== undefined && newest.id !== follows) return newest;
        const [row] = await tx
          .insert(datasetVersions)
          .values({
            ...version,
            id,
            pipeline,
            source,
            synthetic,
            rows,
            manifest,
            report: reportSchema.parse(report),
          })
          .returning();
        return asVersion(row);
      });
    },
  };
}
