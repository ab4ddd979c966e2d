import type { Expectation, PipelineSpec } from '../../contracts/pipeline.ts';
import { type DuckDb, pathList, quoteName, quoteText } from '../duckdb.ts';
import { expressionSql } from '../expressions/sql.ts';
import { columnTypes } from '../expressions/types.ts';
import { type Layout, layoutColumn } from '../ingest/layout.ts';
import { contradiction, keysOf, knownCells, repeats } from './repeats.ts';

/** How one expectation came out over the batch. */
export interface Finding {
  rule: string;
  broken: boolean;
  measured: string;
  limit: string;
  severity: 'quarantine' | 'warn' | 'stop';
}

/** One expectation at work; what it does not need it leaves out. */
export interface Test {
  last?: boolean;
  prepare?(): Promise<void>;
  seeArrivals?(): Promise<void>;
  judgeRows?(): Promise<void>;
  finish?(rowsRead: number, now: Date): Promise<Finding>;
}

/**
 * What watches one expectation over a batch. @param index its place among the pipeline's, by which its tables are
 * named.
 */
export function createTest(
  db: DuckDb,
  spec: PipelineSpec,
  layout: Layout,
  knownParts: string[],
  expectation: Expectation,
  index: number,
): Test {
  switch (expectation.kind) {
    case 'unique':
      return expectation.severity === 'warn'
        ? repeats(db, layout, knownParts, expectation.columns, `seen_${index}`)
        : unique(db, layout, knownParts, expectation.columns, `seen_${index}`);
    case 'contradiction':
      return contradiction(db, layout, knownParts, expectation, `labels_${index}`);
    case 'monotonic':
      return monotonic(db, layout, expectation);
    case 'nullShare':
      return nullShare(db, layout, expectation);
    case 'rowCount':
      return rowCount(expectation);
    case 'freshness':
      return freshness(db, layout, knownParts, expectation);
    case 'holds':
      return holds(db, spec, layout, expectation);
  }
}

/** Moves the rows of `good` that a query names (`n`, `reason`) to `bad`; answers how many. */
async function quarantine(db: DuckDb, rule: string, offenders: string): Promise<number> {
  await db.run(`CREATE OR REPLACE TEMP TABLE offenders AS ${offenders}`);
  const count = await db.count('SELECT count(*) FROM offenders');
  if (count === 0) return 0;
  await db.run(`INSERT INTO bad SELECT n, ${quoteText(rule)}, reason, [] FROM offenders`);
  await db.run('DELETE FROM good WHERE n IN (SELECT n FROM offenders)');
  return count;
}

/** The first good row of a key stays; later ones, in this batch or after an earlier one, go. */
function unique(db: DuckDb, layout: Layout, knownParts: string[], names: string[], seen: string): Test {
  const columns = names.map((name) => layoutColumn(layout, name));
  const keys = columns.map(({ cell }) => cell);
  const complete = keys.map((key) => `${key} IS NOT NULL`).join(' AND ');
  const on = keys.map((key) => `g.${key} = k.${key}`).join(' AND ');
  const earlier = (from: string): string => `SELECT g.n FROM good g SEMI JOIN ${from} k ON ${on}`;
  const repeats = [
    earlier(seen),
    ...(knownParts.length > 0
      ? [earlier(`(SELECT ${knownCells(columns)} FROM read_parquet(${pathList(knownParts)}))`)]
      : []),
    `SELECT n FROM good WHERE ${complete} QUALIFY row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY n) > 1`,
  ];
  const reason = quoteText(`A row with this ${names.join(', ')} is there already`);
  return {
    last: true,
    prepare: () => db.run(`CREATE TABLE ${seen} AS SELECT ${keysOf(columns)} WHERE false`),
    async judgeRows() {
      await quarantine(
        db,
        'unique',
        `SELECT DISTINCT n, ${reason} AS reason FROM (${repeats.join(' UNION ALL ')})`,
      );
      await db.run(`INSERT INTO ${seen} SELECT ${keys.join(', ')} FROM good`);
    },
  };
}

function monotonic(
  db: DuckDb,
  layout: Layout,
  { column, severity }: Extract<Expectation, { kind: 'monotonic' }>,
): Test {
  const { cell } = layoutColumn(layout, column);
  const rule = `monotonic:${column}`;
  let highest = "'-infinity'::DOUBLE";
  let broken = 0;
  let rows = 0;
  return {
    async judgeRows() {
      const before = `max(${cell}) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
      const offenders = `SELECT n, ${quoteText(`${column} goes back`)} AS reason FROM good QUALIFY ${cell} < greatest(${before}, ${highest})`;
      rows += await db.count('SELECT count(*) FROM good');
      const [{ top }] = await db.rows(`SELECT max(${cell})::VARCHAR AS top FROM good`);
      broken +=
        severity === 'quarantine'
          ? await quarantine(db, rule, offenders)
          : await db.count(`SELECT count(*) FROM (${offenders})`);
      if (top !== null) highest = `greatest(${highest}, ${quoteText(String(top))}::DOUBLE)`;
    },
    finish: async () => share(rule, severity === 'quarantine' ? 0 : broken, rows, 0, severity),
  };
}

function nullShare(
  db: DuckDb,
  layout: Layout,
  { column, atMost, severity }: Extract<Expectation, { kind: 'nullShare' }>,
): Test {
  const { verdict } = layoutColumn(layout, column);
  let missing = 0;
  return {
    async seeArrivals() {
      missing += await db.count(`SELECT count(*) FROM cells WHERE ${verdict} <> 0`);
    },
    finish: async (rowsRead) => share(`nullShare:${column}`, missing, rowsRead, atMost, severity),
  };
}

function rowCount({ atLeast, atMost, severity }: Extract<Expectation, { kind: 'rowCount' }>): Test {
  return {
    finish: async (rowsRead) => ({
      rule: 'rowCount',
      broken: rowsRead < atLeast || (atMost !== undefined && rowsRead > atMost),
      measured: `${rowsRead} rows`,
      limit: atMost === undefined ? `at least ${atLeast}` : `${atLeast} to ${atMost}`,
      severity,
    }),
  };
}

function freshness(
  db: DuckDb,
  layout: Layout,
  knownParts: string[],
  { column, maxAgeHours, severity }: Extract<Expectation, { kind: 'freshness' }>,
): Test {
  const { cell } = layoutColumn(layout, column);
  let newest = Number.NEGATIVE_INFINITY;
  const see = async (query: string): Promise<void> => {
    const [{ top }] = await db.rows(query);
    if (typeof top === 'number') newest = Math.max(newest, top);
  };
  return {
    async prepare() {
      if (knownParts.length > 0)
        await see(
          `SELECT epoch(max(${quoteName(column)})) AS top FROM read_parquet(${pathList(knownParts)})`,
        );
    },
    judgeRows: () => see(`SELECT max(${cell}) AS top FROM good`),
    async finish(_rowsRead, now) {
      const ageHours = (now.getTime() / 1000 - newest) / 3600;
      return {
        rule: `freshness:${column}`,
        broken: !(ageHours <= maxAgeHours),
        measured: Number.isFinite(ageHours) ? `newest ${ageHours.toFixed(1)} h old` : 'no row',
        limit: `at most ${maxAgeHours} h`,
        severity,
      };
    },
  };
}

function holds(
  db: DuckDb,
  spec: PipelineSpec,
  layout: Layout,
  { name, expression, severity }: Extract<Expectation, { kind: 'holds' }>,
): Test {
  const cells = Object.fromEntries(layout.columns.map((column) => [column.name, column.cell]));
  const condition = expressionSql(expression, cells, columnTypes(spec));
  const rule = `holds:${name}`;
  let broken = 0;
  let rows = 0;
  return {
    async judgeRows() {
      rows += await db.count('SELECT count(*) FROM good');
      const offenders = `SELECT n, ${quoteText(`"${name}" does not hold`)} AS reason FROM good WHERE NOT ${condition}`;
      broken +=
        severity === 'quarantine'
          ? await quarantine(db, rule, offenders)
          : await db.count(`SELECT count(*) FROM (${offenders})`);
    },
    finish: async () => share(rule, severity === 'quarantine' ? 0 : broken, rows, 0, severity),
  };
}

function share(
  rule: string,
  count: number,
  of: number,
  atMost: number,
  severity: Finding['severity'],
): Finding {
  const value = of === 0 ? 0 : count / of;
  const percent = (part: number) => `${(100 * part).toFixed(2)} %`;
  return {
    rule,
    broken: value > atMost,
    measured: `${count} of ${of} rows (${percent(value)})`,
    limit: `at most ${percent(atMost)}`,
    severity,
  };
}
