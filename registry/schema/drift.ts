import { bigserial, foreignKey, index, json, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { type DriftReport, driftVerdicts } from '../../contracts/drift.ts';
import type { MonitorState } from '../types.ts';
import { relevo } from './namespace.ts';
import { pipelines } from './pipelines.ts';

export const driftVerdict = relevo.enum('drift_verdict', driftVerdicts);

export const driftChecks = relevo.table(
  'drift_checks',
  {
    pipeline: text()
      .notNull()
      .references(() => pipelines.name),
    /** Key of the monitor run. */
    id: text().notNull(),
    sequence: bigserial({ mode: 'number' }).notNull().unique(),
    runId: text('run_id').notNull(),
    modelVersion: text('model_version').notNull(),
    datasetVersion: text('dataset_version').notNull(),
    verdict: driftVerdict().notNull(),
    /** `json`, which unlike jsonb keeps whatever a category's broken bytes are. */
    report: json().$type<DriftReport>().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.pipeline, table.id] }),
    index('drift_checks_newest').on(table.pipeline, table.sequence),
  ],
);

/** What a pipeline's checks remember; moved by each check in the transaction that adds it. */
export const monitorStates = relevo.table(
  'monitor_states',
  {
    pipeline: text().primaryKey(),
    /** The check that left it. */
    checkId: text('check_id').notNull(),
    /** `json`: a detector's state must come back digit by digit. */
    state: json().$type<MonitorState>().notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    foreignKey({
      name: 'monitor_states_check',
      columns: [table.pipeline, table.checkId],
      foreignColumns: [driftChecks.pipeline, driftChecks.id],
    }),
  ],
);
