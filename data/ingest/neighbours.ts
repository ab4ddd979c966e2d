import { halfUnit } from '../../contracts/columns.ts';
import { type DuckDb, numberLiteral } from '../duckdb.ts';
import { bit, type IdentitySystem } from './identities.ts';
import type { LayoutColumn } from './layout.ts';

/** Rows on each side that say what is usual. */
const reachRows = 8;
/** How much better, in robust deviations, the best explanation must be than the next. */
const margin = 0.5;

/**
 * Decides ties of `tied` by the rows around: the set is blamed whose present readings stand out most against the
 * medians of their neighbours, less what their repaired values would stand out. Moves the winners to `chosen`; ties
 * that no neighbour can decide stay.
 */
export async function breakTies(db: DuckDb, system: IdentitySystem): Promise<void> {
  const numbers = system.linked.flatMap((column, k) =>
    column.column.kind === 'number' ? [{ column, bit: bit(k) }] : [],
  );
  if (numbers.length === 0 || (await db.count('SELECT count(*) FROM tied WHERE ties > 1')) === 0) return;
  const others = system.linked.flatMap((column, k) =>
    column.column.kind === 'number' ? [] : [`s & ${bit(k)} = 0`],
  );
  const onlyNumbers = others.length > 0 ? others.join(' AND ') : 'true';
  const gains = numbers.map(({ column, bit: at }) => gainSql(column, at));
  await db.run(
    `CREATE OR REPLACE TEMP TABLE gains AS SELECT n, s, sum(gain) AS gain FROM (${gains.join(' UNION ALL ')}) GROUP BY n, s`,
  );
  await db.run(
    `INSERT INTO chosen SELECT tied.* EXCLUDE (ties) FROM tied JOIN (
      SELECT n, arg_max(s, gain) AS s, max(gain) AS best, max(gain, 2)[2] AS next FROM gains GROUP BY n) w
     ON tied.n = w.n AND tied.s = w.s
     WHERE ties > 1 AND best > 0 AND coalesce(best - next >= ${margin}, true)
     AND NOT EXISTS (SELECT 1 FROM tied t WHERE t.n = tied.n AND NOT (${onlyNumbers.replaceAll('s &', 't.s &')}))`,
  );
}

/** How much less a reading would stand out once repaired, in robust deviations of its neighbourhood. */
function gainSql({ column, cell, lo, hi }: LayoutColumn, at: string): string {
  const half = column.kind === 'number' ? numberLiteral(Math.max(halfUnit(column), 1e-9)) : '1e-9';
  return `
    SELECT n, s, (abs(old - middle) - abs(greatest(least(middle, hi), lo) - middle)) / (spread + ${half}) AS gain FROM (
      SELECT t.n, t.s, any_value(o.${cell}) AS old, any_value(t.${lo}) AS lo, any_value(t.${hi}) AS hi,
        median(near.${cell}) AS middle, mad(near.${cell}) AS spread
      FROM tied t JOIN suspects o ON o.n = t.n CROSS JOIN range(-${reachRows}, ${reachRows + 1}) d(step)
      JOIN cells near ON near.n = t.n + d.step
      WHERE t.ties > 1 AND t.s & ${at} <> 0 AND d.step <> 0 AND near.${cell} IS NOT NULL
      GROUP BY t.n, t.s)`;
}
