import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  customType,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { ArtifactRef } from '../../contracts/refs.ts';
import { relevo } from './namespace.ts';

/** What clients of MLflow's REST API keep here. Moments are theirs: milliseconds of the Unix epoch. */
const epochMs = (name: string) => bigint(name, { mode: 'number' });
const texts = () => jsonb().$type<Record<string, string>>().notNull().default({});
const stage = () => text('lifecycle_stage').notNull().default('active');
/** Compares byte by byte, so that a folder is a range of its index. */
const path = customType<{ data: string }>({ dataType: () => 'text collate "C"' });

export const mlflowExperimentIds = relevo.sequence('mlflow_experiment_ids');

export const mlflowExperiments = relevo.table(
  'mlflow_experiments',
  {
    id: text().primaryKey().default(sql`nextval('relevo.mlflow_experiment_ids')::text`),
    name: text().notNull().unique(),
    artifactLocation: text('artifact_location').notNull(),
    lifecycleStage: stage(),
    createdMs: epochMs('created_ms').notNull(),
    updatedMs: epochMs('updated_ms').notNull(),
    tags: texts(),
  },
  (table) => [check('mlflow_experiments_stage', sql`${table.lifecycleStage} in ('active', 'deleted')`)],
);

export const mlflowRuns = relevo.table(
  'mlflow_runs',
  {
    id: text().primaryKey(),
    experimentId: text('experiment_id')
      .notNull()
      .references(() => mlflowExperiments.id),
    name: text().notNull(),
    userId: text('user_id').notNull(),
    status: text().notNull().default('RUNNING'),
    startMs: epochMs('start_ms').notNull(),
    endMs: epochMs('end_ms'),
    lifecycleStage: stage(),
    artifactUri: text('artifact_uri').notNull(),
    params: texts(),
    tags: texts(),
    /** As the client sent them: `dataset_inputs`, `model_inputs`, `model_outputs`. */
    datasetInputs: jsonb('dataset_inputs').$type<unknown[]>().notNull().default([]),
    modelInputs: jsonb('model_inputs').$type<unknown[]>().notNull().default([]),
    modelOutputs: jsonb('model_outputs').$type<unknown[]>().notNull().default([]),
  },
  (table) => [
    index('mlflow_runs_newest').on(table.experimentId, table.startMs.desc(), table.id),
    check('mlflow_runs_stage', sql`${table.lifecycleStage} in ('active', 'deleted')`),
    check(
      'mlflow_runs_status',
      sql`${table.status} in ('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED')`,
    ),
  ],
);

const metricColumns = {
  runId: text('run_id')
    .notNull()
    .references(() => mlflowRuns.id),
  key: text().notNull(),
  step: bigint({ mode: 'number' }).notNull(),
  timestampMs: epochMs('timestamp_ms').notNull(),
  /** Any double: NaN and infinities too. */
  value: doublePrecision().notNull(),
  /** The logged model that it measures, and on which data. */
  modelId: text('model_id'),
  datasetName: text('dataset_name'),
  datasetDigest: text('dataset_digest'),
};

/** Every value that was logged; the same one again is the same row. */
export const mlflowMetrics = relevo.table('mlflow_metrics', metricColumns, (table) => [
  primaryKey({ columns: [table.runId, table.key, table.step, table.timestampMs, table.value] }),
  index('mlflow_metrics_of_model').on(table.modelId).where(sql`${table.modelId} is not null`),
]);

/** Of each metric of a run the value with the highest step, then time, then value. */
export const mlflowLatestMetrics = relevo.table('mlflow_latest_metrics', metricColumns, (table) => [
  primaryKey({ columns: [table.runId, table.key] }),
  index('mlflow_latest_metrics_by_value').on(table.key, table.value),
]);

export const mlflowLoggedModels = relevo.table(
  'mlflow_logged_models',
  {
    id: text().primaryKey(),
    experimentId: text('experiment_id')
      .notNull()
      .references(() => mlflowExperiments.id),
    name: text().notNull(),
    artifactLocation: text('artifact_location').notNull(),
    status: text().notNull().default('LOGGED_MODEL_PENDING'),
    modelType: text('model_type'),
    sourceRunId: text('source_run_id'),
    lifecycleStage: stage(),
    createdMs: epochMs('created_ms').notNull(),
    updatedMs: epochMs('updated_ms').notNull(),
    params: texts(),
    tags: texts(),
  },
  (table) => [
    index('mlflow_logged_models_newest').on(table.experimentId, table.createdMs.desc(), table.id),
    index('mlflow_logged_models_of_run').on(table.sourceRunId),
    check('mlflow_logged_models_stage', sql`${table.lifecycleStage} in ('active', 'deleted')`),
  ],
);

export const mlflowRegisteredModels = relevo.table('mlflow_registered_models', {
  name: text().primaryKey(),
  description: text(),
  createdMs: epochMs('created_ms').notNull(),
  updatedMs: epochMs('updated_ms').notNull(),
  tags: texts(),
  /** Versions by alias. */
  aliases: jsonb().$type<Record<string, number>>().notNull().default({}),
  /** A number is never given twice, even where its version was deleted. */
  newestVersion: integer('newest_version').notNull().default(0),
});

export const mlflowModelVersions = relevo.table(
  'mlflow_model_versions',
  {
    name: text().notNull(),
    version: integer().notNull(),
    source: text().notNull(),
    /** Where the files are: `source` with what it stands for put in its place. */
    storageLocation: text('storage_location').notNull(),
    runId: text('run_id'),
    runLink: text('run_link'),
    modelId: text('model_id'),
    userId: text('user_id'),
    description: text(),
    stage: text().notNull().default('None'),
    createdMs: epochMs('created_ms').notNull(),
    updatedMs: epochMs('updated_ms').notNull(),
    tags: texts(),
  },
  (table) => [
    primaryKey({ columns: [table.name, table.version] }),
    foreignKey({
      name: 'mlflow_model_versions_model',
      columns: [table.name],
      foreignColumns: [mlflowRegisteredModels.name],
    })
      .onUpdate('cascade')
      .onDelete('cascade'),
    index('mlflow_model_versions_newest').on(table.createdMs.desc(), table.name, table.version),
    index('mlflow_model_versions_of_run').on(table.runId),
    check('mlflow_model_versions_number', sql`${table.version} >= 1`),
  ],
);

/** Files that clients put behind `mlflow-artifacts:/`, by their path below its root. */
export const mlflowArtifacts = relevo.table('mlflow_artifacts', {
  path: path().primaryKey(),
  artifact: jsonb().$type<ArtifactRef>().notNull(),
  putAt: timestamp('put_at', { withTimezone: true }).notNull().defaultNow(),
});
