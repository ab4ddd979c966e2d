import { sql } from 'drizzle-orm';
import { check, doublePrecision, foreignKey, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { contestRouteStages } from '../../contracts/contest.ts';
import { modelVersions } from './models.ts';
import { relevo } from './namespace.ts';

export const contestStage = relevo.enum('contest_route_stage', contestRouteStages);

/** The challengers that see traffic now, and how much of it. */
export const contestRoutes = relevo.table(
  'contest_routes',
  {
    pipeline: text().notNull(),
    challenger: text().notNull(),
    stage: contestStage().notNull(),
    share: doublePrecision().notNull(),
    salt: text().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.pipeline, table.challenger] }),
    foreignKey({
      name: 'contest_routes_version',
      columns: [table.pipeline, table.challenger],
      foreignColumns: [modelVersions.pipeline, modelVersions.version],
    }),
    check('contest_routes_share', sql`${table.share} between 0 and 1`),
    check('contest_routes_shadow', sql`${table.stage} <> 'shadow' or ${table.share} = 0`),
  ],
);
