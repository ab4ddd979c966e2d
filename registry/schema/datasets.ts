import { sql } from 'drizzle-orm';
import { bigint, bigserial, boolean, check, index, json, jsonb, text, timestamp } from 'drizzle-orm/pg-core';
import type { ArtifactRef, Manifest } from '../../contracts/refs.ts';
import type { DatasetReport } from '../types.ts';
import { relevo } from './namespace.ts';
import { pipelines } from './pipelines.ts';

export const datasetVersions = relevo.table(
  'dataset_versions',
  {
    id: text().primaryKey(),
    /** Order of commits within a pipeline, which the pipeline's row lock makes one by one. */
    sequence: bigserial({ mode: 'number' }).notNull().unique(),
    pipeline: text()
      .notNull()
      .references(() => pipelines.name),
    source: text().notNull(),
    synthetic: boolean().notNull(),
    rows: bigint({ mode: 'number' }).notNull(),
    manifest: json().$type<Manifest>().notNull(),
    profile: jsonb().$type<ArtifactRef>().notNull(),
    quarantine: jsonb().$type<ArtifactRef>(),
    repairs: jsonb().$type<ArtifactRef>(),
    /** Further results by name: the report for people, what a forecast looks up. */
    artifacts: json().$type<Record<string, ArtifactRef>>().notNull().default({}),
    report: jsonb().$type<DatasetReport>().notNull(),
    runId: text('run_id').notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('dataset_versions_newest').on(table.pipeline, table.source, table.sequence),
    check('dataset_versions_rows', sql`${table.rows} >= 0`),
    check('dataset_versions_id', sql`${table.id} ~ '^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*@[0-9a-f]{12}$'`),
  ],
);
