import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { DuckDb } from '../duckdb.ts';
import { boundsSql, checkSql, type IdentitySystem } from './identities.ts';
import { type Layout, layoutColumn } from './layout.ts';
import { parseSql } from './parse.ts';

/** How far beyond a chunk the next known timestamp is looked for. */
const lookAheadRows = 1000;

/**
 * Fills missing timestamps of the table `cells` from the pace of the source. The known neighbour before plus its
 * distance in rows and the one after minus its distance must agree; where they do not, or one is absent, a candidate
 * counts when every identity that reads the timestamp is judged true for it, at least one is, and no other
 * candidate passes.
 */
export async function fillSequence(
  db: DuckDb,
  spec: PipelineSpec,
  layout: Layout,
  system: IdentitySystem,
  missingWords: readonly string[],
  chunk: { from: number; to: number },
): Promise<void> {
  if (!spec.sequence) return;
  const { column, everySeconds } = spec.sequence;
  const { cell } = layoutColumn(layout, column);
  await rememberNeighbours(db, layout, cell, missingWords, chunk);
  if ((await db.count(`SELECT count(*) FROM cells WHERE ${cell} IS NULL`)) > 0) {
    await db.run(`CREATE OR REPLACE TEMP TABLE guesses AS ${guessSql(cell, everySeconds)}`);
    await db.run(`CREATE OR REPLACE TEMP TABLE filled AS ${acceptSql(system, layout, column)}`);
    await db.run(`UPDATE cells SET ${cell} = filled.t FROM filled WHERE cells.n = filled.n`);
  }
  await db.run(
    `CREATE OR REPLACE TABLE clock_before AS SELECT n, ${cell} AS t FROM cells WHERE ${cell} IS NOT NULL ORDER BY n DESC LIMIT 1`,
  );
}

/** Timestamps just outside of the chunk: the last before it, and those of the rows that follow. */
async function rememberNeighbours(
  db: DuckDb,
  layout: Layout,
  cell: string,
  missingWords: readonly string[],
  { from, to }: { from: number; to: number },
): Promise<void> {
  if (from === 0) await db.run('CREATE OR REPLACE TABLE clock_before (n BIGINT, t DOUBLE)');
  const ahead = parseSql(layout, missingWords, to, to + lookAheadRows);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE clock AS SELECT n, t FROM clock_before UNION ALL SELECT n, ${cell} FROM cells ` +
      `WHERE ${cell} IS NOT NULL UNION ALL SELECT n, ${cell} FROM (${ahead}) WHERE ${cell} IS NOT NULL`,
  );
}

/** Up to two candidates a row; `agreed` where both sides say the same. */
const guessSql = (cell: string, everySeconds: number): string => `
  WITH gaps AS (SELECT n FROM cells WHERE ${cell} IS NULL),
  sides AS (
    SELECT gaps.n, b.t + (gaps.n - b.n) * ${everySeconds} AS before
    FROM gaps ASOF LEFT JOIN clock b ON gaps.n >= b.n),
  both_sides AS (
    SELECT sides.n, before, a.t - (a.n - sides.n) * ${everySeconds} AS after
    FROM sides ASOF LEFT JOIN clock a ON sides.n <= a.n)
  SELECT n, before AS t, before = after AS agreed FROM both_sides WHERE before IS NOT NULL
  UNION ALL
  SELECT n, after, false FROM both_sides WHERE after IS NOT NULL AND after IS DISTINCT FROM before`;

function acceptSql(system: IdentitySystem, layout: Layout, column: string): string {
  const agreed = 'SELECT n, t FROM guesses WHERE agreed';
  const touching = system.touching(column);
  if (touching.length === 0) return agreed;
  const { cell } = layoutColumn(layout, column);
  const guessed = `(SELECT cells.* REPLACE (g.t AS ${cell}) FROM cells JOIN guesses g ON cells.n = g.n WHERE NOT coalesce(g.agreed, false))`;
  const bounded = `(SELECT *, ${boundsSql(layout.columns).join(', ')} FROM ${guessed})`;
  const checks = touching.map((j) => `ok${j}`);
  const passes =
    `(${checks.map((ok) => `coalesce(${ok}, true)`).join(' AND ')}) AND ` +
    `(${checks.map((ok) => `coalesce(${ok}, false)`).join(' OR ')})`;
  return (
    `${agreed} UNION ALL SELECT n, any_value(${cell}) FROM ${checkSql(system, layout, bounded, touching)} ` +
    `WHERE ${passes} GROUP BY n HAVING count(*) = 1`
  );
}
