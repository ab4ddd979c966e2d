import { sql } from 'drizzle-orm';
import { bigserial, check, index, json, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { runKinds } from '../../contracts/ids.ts';
import { runStates } from '../../contracts/runs.ts';
import type { RunError } from '../types.ts';
import { relevo } from './namespace.ts';

export const runKind = relevo.enum('run_kind', runKinds);
export const runState = relevo.enum('run_state', runStates);

export const runs = relevo.table(
  'runs',
  {
    id: text().notNull(),
    workflowRunId: text('workflow_run_id').notNull(),
    sequence: bigserial({ mode: 'number' }).notNull().unique(),
    kind: runKind().notNull(),
    /** No foreign key: a run is recorded even where its pipeline was never saved. */
    pipeline: text().notNull(),
    state: runState().notNull().default('running'),
    /** `json`, which unlike jsonb keeps whatever a source's broken bytes put into a message. */
    input: json().$type<unknown>(),
    result: json().$type<unknown>(),
    error: json().$type<RunError>(),
    startedAt: timestamp('started_at', { withTimezone: true }).notNull().defaultNow(),
    finishedAt: timestamp('finished_at', { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.workflowRunId] }),
    index('runs_newest_of_id').on(table.id, table.sequence),
    index('runs_newest_of_pipeline').on(table.pipeline, table.sequence),
    index('runs_running').on(table.sequence).where(sql`${table.state} = 'running'`),
    check('runs_finished', sql`(${table.state} = 'running') = (${table.finishedAt} is null)`),
  ],
);
