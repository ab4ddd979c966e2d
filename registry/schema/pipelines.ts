import { json, text, timestamp } from 'drizzle-orm/pg-core';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { relevo } from './namespace.ts';

export const pipelines = relevo.table('pipelines', {
  name: text().primaryKey(),
  /** `json`, not `jsonb`: the order of sources, columns and features has a meaning, and jsonb loses it. */
  spec: json().$type<PipelineSpec>().notNull(),
  specSha256: text('spec_sha256').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
});
