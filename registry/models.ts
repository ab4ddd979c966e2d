import { and, desc, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { RelevoError } from '../contracts/errors.ts';
import { metricsSchema } from '../contracts/metrics.ts';
import { splitSpecSchema } from '../contracts/pipeline.ts';
import { artifactRefSchema } from '../contracts/refs.ts';
import { candidateResultSchema } from '../contracts/runs.ts';
import { currentAliases, moveAliases } from './aliases.ts';
import { type Database, lockPipeline, type Transaction } from './database.ts';
import { aliases } from './schema/aliases.ts';
import { datasetVersions } from './schema/datasets.ts';
import { modelVersions } from './schema/models.ts';
import type { ModelRegistry, ModelVersion, NewModelVersion } from './types.ts';
import { formatVersion, nextPatch, nextVersion, parseVersion, type Semver } from './versions.ts';

type Row = typeof modelVersions.$inferSelect;

/** What JSON can carry only in part (NaN becomes null) or what other rooms rely on; checked on both ways. */
const checkedSchema = z.object({
  metrics: metricsSchema,
  candidates: z.array(candidateResultSchema),
  splitSpec: splitSpecSchema,
  splitArtifact: artifactRefSchema,
  onnx: artifactRefSchema,
  native: artifactRefSchema,
  artifacts: z.record(z.string(), artifactRefSchema),
});

function asModel({ major: _major, minor: _minor, patch: _patch, ...row }: Row): ModelVersion {
  return { ...row, ...checkedSchema.parse(row), createdAt: row.createdAt.toISOString() };
}

const notFound = (pipeline: string, version: string): RelevoError =>
  new RelevoError('MODEL_NOT_FOUND', `The pipeline "${pipeline}" has no model version "${version}"`, {
    field: 'version',
    value: version,
  });

/** The newest of all, or of those with the same major and minor number. */
async function newestOf(tx: Transaction, pipeline: string, like?: Semver): Promise<Row | undefined> {
  const { major, minor, patch } = modelVersions;
  const alike = like && and(eq(major, like.major), eq(minor, like.minor));
  const [row] = await tx
    .select()
    .from(modelVersions)
    .where(and(eq(modelVersions.pipeline, pipeline), alike))
    .orderBy(desc(major), desc(minor), desc(patch))
    .limit(1);
  return row;
}

async function demandDataset(tx: Transaction, id: string): Promise<void> {
  const found = await tx
    .select({ id: datasetVersions.id })
    .from(datasetVersions)
    .where(eq(datasetVersions.id, id));
  if (found.length > 0) return;
  throw new RelevoError('DATASET_NOT_FOUND', `The registry knows no dataset version "${id}"`, {
    field: 'datasetVersion',
    value: id,
  });
}

async function versionFor(tx: Transaction, model: NewModelVersion): Promise<Semver> {
  const { pipeline, inputSchemaHash, updates } = model;
  if (updates === undefined) {
    const newest = await newestOf(tx, pipeline);
    return nextVersion(newest, newest?.inputSchemaHash !== inputSchemaHash);
  }
  const newest = await newestOf(tx, pipeline, parseVersion(updates, 'updates'));
  if (newest === undefined) throw notFound(pipeline, updates);
  return nextPatch(newest);
}

async function registerIn(tx: Transaction, model: NewModelVersion): Promise<ModelVersion> {
  await lockPipeline(tx, model.pipeline);
  const [known] = await tx.select().from(modelVersions).where(eq(modelVersions.runId, model.runId));
  if (known !== undefined) return asModel(known);
  await demandDataset(tx, model.datasetVersion);
  const semver = await versionFor(tx, model);
  const checked = checkedSchema.parse(model);
  const { updates: _, ...stored } = model;
  const [row] = await tx
    .insert(modelVersions)
    .values({ ...stored, ...checked, ...semver })
    .returning();
  const version = formatVersion(semver);
  await moveAliases(tx, {
    action: 'register',
    pipeline: model.pipeline,
    version,
    after: { ...(await currentAliases(tx, model.pipeline)), challenger: version },
    actor: model.runId,
    reason: 'registered',
  });
  return asModel(row);
}

type ModelVersions = Pick<ModelRegistry, 'register' | 'get' | 'byRun' | 'list' | 'champion'>;

/**
 * Versions in the database; registrations of a pipeline go one by one, and one run's again gives what it gave before.
 */
export function modelVersionRegistry(db: Database): ModelVersions {
  return {
    register: (model) => db.transaction((tx) => registerIn(tx, model)),
    async get(pipeline, version) {
      const [row] = await db
        .select()
        .from(modelVersions)
        .where(and(eq(modelVersions.pipeline, pipeline), eq(modelVersions.version, version)));
      if (row === undefined) throw notFound(pipeline, version);
      return asModel(row);
    },
    async byRun(runId) {
      const [row] = await db.select().from(modelVersions).where(eq(modelVersions.runId, runId));
      return row && asModel(row);
    },
    async list(pipeline, { limit = 100, before } = {}) {
      const { major, minor, patch } = modelVersions;
      const last = before === undefined ? undefined : parseVersion(before, 'before');
      const earlier =
        last && sql`(${major}, ${minor}, ${patch}) < (${last.major}, ${last.minor}, ${last.patch})`;
      const rows = await db
        .select()
        .from(modelVersions)
        .where(and(eq(modelVersions.pipeline, pipeline), earlier))
        .orderBy(desc(major), desc(minor), desc(patch))
        .limit(limit);
      return rows.map(asModel);
    },
    async champion(pipeline) {
      const [found] = await db
        .select({ model: modelVersions })
        .from(aliases)
        .innerJoin(
          modelVersions,
          and(eq(modelVersions.pipeline, aliases.pipeline), eq(modelVersions.version, aliases.version)),
        )
        .where(and(eq(aliases.pipeline, pipeline), eq(aliases.alias, 'champion')));
      return found && asModel(found.model);
    },
  };
}

/** @throws RelevoError MODEL_NOT_FOUND */
export async function demandModel(tx: Transaction, pipeline: string, version: string): Promise<void> {
  const found = await tx
    .select({ version: modelVersions.version })
    .from(modelVersions)
    .where(and(eq(modelVersions.pipeline, pipeline), eq(modelVersions.version, version)));
  if (found.length === 0) throw notFound(pipeline, version);
}
