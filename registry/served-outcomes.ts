import { type SQL, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { belongsTo } from './lookups.ts';
import type { ServedOutcomes } from './types.ts';

interface Row extends Record<string, unknown> {
  outcome: string;
  actual: string | number;
  values: number[];
}

/**
 * Rows that a version answered, by the outcomes told after a given one, in the order in which they were told. Outcomes
 * of one pipeline are told one after the other, so that none comes in before a number that has been read.
 */
export async function servedOutcomes(
  db: Database,
  pipeline: string,
  { version, after, limit }: { version: string; after: number; limit: number },
): Promise<ServedOutcomes> {
  // One row for each outcome, so that the planner can do no other than look each up.
  const answered = (named: SQL): SQL => sql`
    from told t cross join lateral (
      select p.answer->'values' as values from relevo.predictions p
      where ${named} and ${belongsTo(sql`p.pipeline`, pipeline)} and p.version = ${version}
      order by p.at desc, p.id desc limit 1
    ) answered`;
  const told = sql`
    select id, prediction_id, key, actual from relevo.outcomes
    where pipeline = ${pipeline} and id > ${after} order by id limit ${limit}`;
  return await db.transaction(
    async (tx) => {
      const { rows } = await tx.execute<Row>(sql`
        with told as (${told})
        select t.id as outcome, t.actual, values ${answered(sql`p.id = t.prediction_id`)}
        union all select t.id, t.actual, values ${answered(sql`p.key = t.key`)}
        order by outcome`);
      const last = await tx.execute<{ until: string | null }>(
        sql`select max(id) as until from (${told}) told`,
      );
      const until = Number(last.rows[0]?.until ?? after);
      return { rows: rows.map(({ outcome, ...row }) => ({ outcome: Number(outcome), ...row })), until };
    },
    { accessMode: 'read only', isolationLevel: 'repeatable read' },
  );
}
