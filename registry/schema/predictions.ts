import { sql } from 'drizzle-orm';
import {
  bigserial,
  check,
  index,
  integer,
  json,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { LoggedAnswer } from '../../contracts/predictions.ts';
import type { Prediction } from '../types.ts';
import { relevo } from './namespace.ts';
import { contestStage } from './routes.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true });

/**
 * Every answered row. Partitioned by the month of `at`, which the migration says and drizzle cannot; `at` is the
 * time in the id, so that an id leads to its month. No foreign keys: a log is never refused.
 */
export const predictions = relevo.table(
  'predictions',
  {
    id: uuid().notNull(),
    at: moment('at').notNull(),
    pipeline: text().notNull(),
    version: text().notNull(),
    key: text(),
    /** `json`, not `jsonb`: as they were asked, whatever escapes a client wrote. */
    inputs: json().$type<unknown>(),
    answer: json().$type<LoggedAnswer>().notNull(),
    latencyUs: integer('latency_us').notNull(),
    stage: contestStage(),
    others: json().$type<NonNullable<Prediction['others']>>(),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.at] }),
    index('predictions_newest').on(table.pipeline, table.at),
    index('predictions_key').on(table.key, table.pipeline, table.at).where(sql`${table.key} is not null`),
    index('predictions_contest')
      .on(table.pipeline, table.at, table.version)
      .where(sql`${table.stage} is not null`),
  ],
);

/** What turned out, by prediction or by business key; joined when it is read, so that either may come first. */
export const outcomes = relevo.table(
  'outcomes',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    pipeline: text().notNull(),
    predictionId: uuid('prediction_id'),
    key: text(),
    actual: json().$type<string | number>().notNull(),
    /** When it turned out, or was told. */
    at: moment('at').notNull(),
    receivedAt: moment('received_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('outcomes_prediction').on(table.predictionId, table.pipeline),
    uniqueIndex('outcomes_key').on(table.key, table.pipeline),
    index('outcomes_received').on(table.pipeline, table.receivedAt),
    check('outcomes_about', sql`(${table.predictionId} is null) <> (${table.key} is null)`),
  ],
);
