import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  check,
  index,
  integer,
  json,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { type Alert, alertKinds, alertSeverities, alertStates } from '../../contracts/alerts.ts';
import { alertChannels, alertEventKinds, deliveryStates } from '../types.ts';
import { relevo } from './namespace.ts';

export const alertKind = relevo.enum('alert_kind', alertKinds);
export const alertSeverity = relevo.enum('alert_severity', alertSeverities);
export const alertState = relevo.enum('alert_state', alertStates);
export const alertEventKind = relevo.enum('alert_event_kind', alertEventKinds);
export const alertChannel = relevo.enum('alert_channel', alertChannels);
export const deliveryState = relevo.enum('alert_delivery_state', deliveryStates);

const moment = (name: string) => timestamp(name, { withTimezone: true });

export const alerts = relevo.table(
  'alerts',
  {
    sequence: bigserial({ mode: 'number' }).primaryKey(),
    /** No foreign key: a source may fail before its pipeline was ever saved. */
    pipeline: text().notNull(),
    dedupKey: text('dedup_key').notNull(),
    kind: alertKind().notNull(),
    severity: alertSeverity().notNull(),
    message: json().$type<Alert['message']>().notNull(),
    about: json().$type<Alert['about']>().notNull(),
    count: integer().notNull().default(1),
    state: alertState().notNull().default('open'),
    acknowledgedBy: text('acknowledged_by'),
    note: text(),
    firstAt: moment('first_at').notNull().defaultNow(),
    lastAt: moment('last_at').notNull().defaultNow(),
    silencedUntil: moment('silenced_until'),
    resolvedAt: moment('resolved_at'),
    /** When people were last told of it. */
    toldAt: moment('told_at'),
  },
  (table) => [
    uniqueIndex('alerts_standing')
      .on(table.pipeline, table.dedupKey)
      .where(sql`${table.state} <> 'resolved'`),
    index('alerts_newest_of_key').on(table.pipeline, table.dedupKey, table.sequence),
    check('alerts_resolved', sql`(${table.state} = 'resolved') = (${table.resolvedAt} is not null)`),
    check('alerts_count', sql`${table.count} >= 1`),
  ],
);

/** What happened to alerts, in order: what the event stream and the senders read. */
export const alertEvents = relevo.table(
  'alert_events',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    alert: bigint({ mode: 'number' })
      .notNull()
      .references(() => alerts.sequence),
    pipeline: text().notNull(),
    event: alertEventKind().notNull(),
    /** The alert as it stood afterwards. */
    snapshot: json().$type<Alert>().notNull(),
    /** Whether it is to be sent to people. */
    tell: boolean().notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [index('alert_events_to_tell').on(table.id).where(sql`${table.tell}`)],
);

/** One sending of an event by one channel. */
export const alertDeliveries = relevo.table(
  'alert_deliveries',
  {
    event: bigint({ mode: 'number' })
      .notNull()
      .references(() => alertEvents.id),
    channel: alertChannel().notNull(),
    state: deliveryState().notNull().default('waiting'),
    attempts: integer().notNull().default(0),
    /** When it may be tried next; also the end of a claim. */
    dueAt: moment('due_at').notNull().defaultNow(),
    error: text(),
    sentAt: moment('sent_at'),
  },
  (table) => [
    primaryKey({ columns: [table.event, table.channel] }),
    index('alert_deliveries_due').on(table.dueAt).where(sql`${table.state} = 'waiting'`),
  ],
);
