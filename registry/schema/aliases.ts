import { bigserial, foreignKey, index, json, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core';
import { aliasActions, aliasNames } from '../types.ts';
import { modelVersions } from './models.ts';
import { relevo } from './namespace.ts';

export const aliasName = relevo.enum('alias_name', aliasNames);
export const aliasAction = relevo.enum('alias_action', aliasActions);

export const aliases = relevo.table(
  'aliases',
  {
    pipeline: text().notNull(),
    alias: aliasName().notNull(),
    version: text().notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.pipeline, table.alias] }),
    foreignKey({
      name: 'aliases_version',
      columns: [table.pipeline, table.version],
      foreignColumns: [modelVersions.pipeline, modelVersions.version],
    }),
  ],
);

/** The audit of the aliases: append-only by a trigger. Each row holds where they stood afterwards. */
export const aliasEvents = relevo.table(
  'alias_events',
  {
    id: bigserial({ mode: 'number' }).primaryKey(),
    pipeline: text().notNull(),
    action: aliasAction().notNull(),
    version: text().notNull(),
    champion: text(),
    challenger: text(),
    previous: text(),
    actor: text().notNull(),
    reason: text().notNull(),
    evidence: json().$type<unknown>(),
    /** The same request made twice is one event. */
    requestId: text('request_id'),
    at: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index('alias_events_newest').on(table.pipeline, table.id),
    unique('alias_events_request').on(table.pipeline, table.requestId),
    foreignKey({
      name: 'alias_events_version',
      columns: [table.pipeline, table.version],
      foreignColumns: [modelVersions.pipeline, modelVersions.version],
    }),
  ],
);
