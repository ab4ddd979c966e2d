import { sql } from 'drizzle-orm';
import { bigserial, boolean, check, index, integer, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { breakerActions, breakerStates } from '../../contracts/breaker.ts';
import { relevo } from './namespace.ts';
import { pipelines } from './pipelines.ts';

export const breakerState = relevo.enum('breaker_state', breakerStates);
export const breakerAction = relevo.enum('breaker_action', breakerActions);

/** The circuit breaker of each pipeline that was ever retrained or forced; without a row it is closed. */
export const breakers = relevo.table(
  'breakers',
  {
    pipeline: text()
      .primaryKey()
      .references(() => pipelines.name),
    state: breakerState().notNull().default('closed'),
    forced: boolean().notNull().default(false),
    failures: integer().notNull().default(0),
    losses: integer().notNull().default(0),
    openedAt: timestamp('opened_at', { withTimezone: true }),
    /** The workflow run that is tried while half open, and since when. */
    trialRun: text('trial_run'),
    trialWorkflowRunId: text('trial_workflow_run_id'),
    trialAt: timestamp('trial_at', { withTimezone: true }),
  },
  (table) => [
    check('breakers_opened', sql`(${table.state} = 'closed') = (${table.openedAt} is null)`),
    check('breakers_trial', sql`(${table.state} = 'half_open') = (${table.trialRun} is not null)`),
  ],
);

/** The audit of the breakers: append-only by a trigger. */
export const breakerEvents = relevo.table(
  'breaker_events',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    pipeline: text().notNull(),
    action: breakerAction().notNull(),
    from: breakerState().notNull(),
    to: breakerState().notNull(),
    actor: text().notNull(),
    reason: text().notNull(),
    /** The retrain that it is about. */
    workflowRunId: text('workflow_run_id'),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('breaker_events_newest').on(table.pipeline, table.id),
    /** What one run does to the breaker it does once, however often its step is tried. */
    unique('breaker_events_of_run').on(table.pipeline, table.action, table.workflowRunId),
  ],
);
