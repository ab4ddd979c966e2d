import { type SQL, sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  json,
  jsonb,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { Params } from '../../contracts/estimator.ts';
import type { Metrics } from '../../contracts/metrics.ts';
import type { PipelineSpec, SplitSpec } from '../../contracts/pipeline.ts';
import type { ArtifactRef } from '../../contracts/refs.ts';
import type { CandidateResult } from '../../contracts/runs.ts';
import { datasetVersions } from './datasets.ts';
import { relevo } from './namespace.ts';
import { pipelines } from './pipelines.ts';

export const modelVersions = relevo.table(
  'model_versions',
  {
    pipeline: text()
      .notNull()
      .references(() => pipelines.name),
    major: integer().notNull(),
    minor: integer().notNull(),
    patch: integer().notNull(),
    version: text()
      .notNull()
      .generatedAlwaysAs(
        (): SQL =>
          sql`${modelVersions.major}::text || '.' || ${modelVersions.minor}::text || '.' || ${modelVersions.patch}::text`,
      ),
    runId: text('run_id').notNull().unique(),
    datasetVersion: text('dataset_version')
      .notNull()
      .references(() => datasetVersions.id),
    source: text().notNull(),
    synthetic: boolean().notNull(),
    splitArtifact: jsonb('split_artifact').$type<ArtifactRef>().notNull(),
    splitSpec: jsonb('split_spec').$type<SplitSpec>().notNull(),
    seed: bigint({ mode: 'number' }).notNull(),
    estimator: text().notNull(),
    candidate: text().notNull(),
    params: json().$type<Params>().notNull(),
    metrics: jsonb().$type<Metrics>().notNull(),
    candidates: json().$type<CandidateResult[]>().notNull(),
    environment: json().$type<Record<string, string>>().notNull(),
    codeRevision: text('code_revision').notNull(),
    onnx: jsonb().$type<ArtifactRef>().notNull(),
    native: jsonb().$type<ArtifactRef>().notNull(),
    artifacts: json().$type<Record<string, ArtifactRef>>().notNull(),
    spec: json().$type<PipelineSpec>().notNull(),
    inputSchemaHash: text('input_schema_hash').notNull(),
    parityMaxAbsolute: doublePrecision('parity_max_absolute').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.pipeline, table.version] }),
    index('model_versions_newest').on(table.pipeline, table.major, table.minor, table.patch),
    check('model_versions_semver', sql`${table.major} >= 1 and ${table.minor} >= 0 and ${table.patch} >= 0`),
    check('model_versions_parity', sql`${table.parityMaxAbsolute} between 0 and 1e300`),
  ],
);
