import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  doublePrecision,
  index,
  integer,
  json,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';
import type { Params, SearchSpace } from '../../contracts/estimator.ts';
import { trialStates } from '../types.ts';
import { relevo } from './namespace.ts';
import { pipelines } from './pipelines.ts';

export const trialState = relevo.enum('trial_state', trialStates);

export const searches = relevo.table(
  'searches',
  {
    id: text().primaryKey(),
    runId: text('run_id').notNull(),
    pipeline: text()
      .notNull()
      .references(() => pipelines.name),
    candidate: text().notNull(),
    estimator: text().notNull(),
    /** `json`: dimensions are sampled in their order. */
    space: json().$type<SearchSpace>().notNull(),
    seed: bigint({ mode: 'number' }).notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index('searches_run').on(table.runId)],
);

export const trials = relevo.table(
  'trials',
  {
    searchId: text('search_id')
      .notNull()
      .references(() => searches.id),
    number: integer().notNull(),
    /** Of trials that were asked in batches; workers of then may write it until all are replaced. */
    batch: integer().notNull().default(0),
    params: json().$type<Params>().notNull(),
    state: trialState().notNull().default('asked'),
    score: doublePrecision(),
    steps: json().$type<[step: number, score: number][]>().notNull().default([]),
    error: text(),
    askedAt: timestamp('asked_at', { withTimezone: true }).notNull().defaultNow(),
    toldAt: timestamp('told_at', { withTimezone: true }),
  },
  (table) => [
    primaryKey({ columns: [table.searchId, table.number] }),
    check('trials_number', sql`${table.number} >= 0 and ${table.batch} >= 0`),
    check('trials_told', sql`(${table.state} = 'asked') = (${table.toldAt} is null)`),
    check('trials_complete_has_score', sql`${table.state} <> 'complete' or ${table.score} is not null`),
    check('trials_score_finite', sql`${table.score} not in ('NaN', 'Infinity', '-Infinity')`),
  ],
);
