import { type AnyColumn, type SQL, sql } from 'drizzle-orm';

/**
 * Condition that a row which its id or key has named is a pipeline's. No index can serve it, and none must: of a
 * pipeline that the statistics do not know yet the planner expects one row, so that to find one it would read them all,
 * once for every row that it joins.
 * @param column the pipeline's, of the table that is looked into.
 */
export const belongsTo = (column: AnyColumn | SQL, pipeline: string): SQL =>
  sql`${column} || '' = ${pipeline}`;
